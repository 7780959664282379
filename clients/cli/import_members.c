/* Members: their columns, and the codes of those who brought them.
 *
 * Column code_of names an owner, "guide:EMPLOYEE_NO" or "member:PHONE". His code is drawn once,
 * with a request_id made of the owner, so that a repeated import gets the same code again. An
 * owner who is in rows not yet acknowledged is waited for. */
#include <string.h>

#include "beckon/v1/code_service.pb-c.h"
#include "beckon/v1/guide_service.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"
#include "clients/cli/import.h"
#include "clients/message/message.h"

static const struct import_column MEMBER_COLUMNS[] = {
    {"phone", "phone", true},
    {"consent_policy_version", "consent_policy_version", true},
    {"name", "name", false},
    {"birthday", "birthday", false},
    {"gender", "gender", false},
    {"shop_id", "shop_id", false},
    {"occurred_at", "occurred_at", false},
    {"code", "code", false},
    {"code_of", NULL, false},
    {"recommender", "recommender", false},
    {.name = NULL},
};

/* Refuses the row for a refusal that is about it; stops the import for any other. */
static bool row_refuse(struct import *import, const struct channel_error *error)
{
    if (error->code != CHANNEL_NOT_FOUND && error->code != CHANNEL_INVALID_ARGUMENT &&
        error->code != CHANNEL_FAILED_PRECONDITION) {
        import_stop(import, error);
        return false;
    }
    import->row_reason = g_intern_string(error->reason);
    g_string_printf(import->row_sentence, "code_of: %s", error->en);
    return false;
}

static bool guide_number(struct import *import, const char *employee_no, uint32_t *ret_number)
{
    struct channel_method method;
    channel_method_find(&beckon__v1__guide_service__descriptor, "GetGuide", &method);
    Beckon__V1__GetGuideRequest request = BECKON__V1__GET_GUIDE_REQUEST__INIT;
    request.employee_no = (char *)employee_no;
    ProtobufCMessage *reply = NULL;
    struct channel_error error;
    if (!channel_call(import->channel, &method, &request.base, &reply, &error))
        return row_refuse(import, &error);
    const Beckon__V1__Guide *guide = ((const Beckon__V1__GetGuideResponse *)reply)->guide;
    *ret_number = guide ? guide->guide_number : 0;
    protobuf_c_message_free_unpacked(reply, NULL);
    return true;
}

static bool member_ask(struct import *import, const char *phone, uint32_t *ret_number,
                       struct channel_error *ret_error)
{
    struct channel_method method;
    channel_method_find(&beckon__v1__member_service__descriptor, "GetMember", &method);
    Beckon__V1__GetMemberRequest request = BECKON__V1__GET_MEMBER_REQUEST__INIT;
    request.phone = (char *)phone;
    ProtobufCMessage *reply = NULL;
    if (!channel_call(import->channel, &method, &request.base, &reply, ret_error))
        return false;
    const Beckon__V1__Member *member = ((const Beckon__V1__GetMemberResponse *)reply)->member;
    *ret_number = member ? member->member_number : 0;
    protobuf_c_message_free_unpacked(reply, NULL);
    return true;
}

static bool member_number(struct import *import, const char *phone, uint32_t *ret_number)
{
    struct channel_error error;
    if (member_ask(import, phone, ret_number, &error))
        return true;
    /* The service alone knows which ways of writing name the same phone, so it is asked first; she
     * may be in the rows before this one. */
    if (error.code == CHANNEL_NOT_FOUND && import_pending(import)) {
        import_flush(import);
        if (import->stopped)
            return false;
        if (member_ask(import, phone, ret_number, &error))
            return true;
    }
    return row_refuse(import, &error);
}

static bool code_draw(struct import *import, Beckon__V1__PartyKind kind, uint32_t number,
                      char *request_id, char **ret_code)
{
    struct channel_method method;
    channel_method_find(&beckon__v1__code_service__descriptor, "CreateCode", &method);
    Beckon__V1__Party owner = BECKON__V1__PARTY__INIT;
    owner.kind = kind;
    owner.number = number;
    Beckon__V1__Code code = BECKON__V1__CODE__INIT;
    code.owner = &owner;
    Beckon__V1__CreateCodeRequest request = BECKON__V1__CREATE_CODE_REQUEST__INIT;
    request.code = &code;
    request.request_id = request_id;
    ProtobufCMessage *reply = NULL;
    struct channel_error error;
    if (!channel_call(import->channel, &method, &request.base, &reply, &error))
        return row_refuse(import, &error);
    const Beckon__V1__Code *drawn = ((const Beckon__V1__CreateCodeResponse *)reply)->code;
    *ret_code = g_strdup(drawn ? drawn->code : "");
    protobuf_c_message_free_unpacked(reply, NULL);
    return true;
}

/* The code of the owner, drawn now if it was not yet; lives in import->owner_codes. */
static bool owner_code(struct import *import, const char *owner, const char **ret_code)
{
    if (!import->owner_codes)
        import->owner_codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const char *known = g_hash_table_lookup(import->owner_codes, owner);
    if (known) {
        *ret_code = known;
        return true;
    }
    const char *name = strchr(owner, ':');
    bool guide = g_str_has_prefix(owner, "guide:");
    if (!guide && !g_str_has_prefix(owner, "member:")) {
        import->row_reason = "VALUE_INVALID";
        g_string_assign(import->row_sentence,
                        "code_of must be guide:EMPLOYEE_NO or member:PHONE.");
        return false;
    }
    uint32_t number = 0;
    if (!(guide ? guide_number(import, name + 1, &number)
                : member_number(import, name + 1, &number)))
        return false;
    /* A member's request_id holds her number: phones have no place in what is kept for ever. */
    g_autofree char *request_id = guide ? g_strconcat("import:", owner, NULL)
                                        : g_strdup_printf("import:member:%u", number);
    char *code = NULL;
    if (!code_draw(import, guide ? BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE
                                 : BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER,
                   number, request_id, &code))
        return false;
    g_hash_table_insert(import->owner_codes, g_strdup(owner), code);
    *ret_code = code;
    return true;
}

static bool member_complete(struct import *import, ProtobufCMessage *message)
{
    const char *owner = import_cell(import, "code_of");
    if (owner[0] == '\0')
        return true;
    if (import_cell(import, "code")[0] != '\0') {
        import->row_reason = "VALUE_INVALID";
        g_string_assign(import->row_sentence, "code and code_of exclude each other.");
        return false;
    }
    const char *code = NULL;
    if (!owner_code(import, owner, &code))
        return false;
    return message_set(message, "code", code, import->row_sentence);
}

static struct import_result member_result(const ProtobufCMessage *message, size_t index)
{
    const Beckon__V1__RegisterMembersResponse *reply =
        (const Beckon__V1__RegisterMembersResponse *)message;
    if (index >= reply->n_results)
        return (struct import_result){.code = CHANNEL_INTERNAL, .reason = "INTERNAL",
                                      .sentence = "The service gave no result for this row."};
    const Beckon__V1__RegisterMemberResult *result = reply->results[index];
    return (struct import_result){
        .code = result->status_code,
        .reason = result->reason,
        .sentence = result->message,
        .known = result->scan_result == BECKON__V1__SCAN_RESULT__SCAN_RESULT_EXISTING_MEMBER,
    };
}

const struct import_kind IMPORT_MEMBERS = {
    .name = "members",
    .columns = MEMBER_COLUMNS,
    .service = &beckon__v1__member_service__descriptor,
    .method = "RegisterMembers",
    .rows = "registrations",
    .complete = member_complete,
    .result = member_result,
};
