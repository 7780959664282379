/* Her data: what is kept of her, changing it, taking consent back, taking it all away. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "beckon/v1/member_service.pb-c.h"
#include "beckon/v1/privacy_service.pb-c.h"
#include "clients/message/message.h"
#include "clients/web/customer/customer.h"

/* To be erased she proves her phone anew: a phone left on a table must not be enough. */
enum { PROOF_SECONDS = 15 * 60, PIECES_MAX = 10000 };

static const ProtobufCServiceDescriptor *const PRIVACY = &beckon__v1__privacy_service__descriptor;

/* ---- reading and changing -------------------------------------------------------------------- */

static bool load_own(struct visit *visit)
{
    Beckon__V1__GetMemberRequest request = BECKON__V1__GET_MEMBER_REQUEST__INIT;
    view_text(visit, "policy_version", POLICY_VERSION);
    view_set(visit, "at_data", json_true());
    return ask_into(visit, "own", &beckon__v1__member_service__descriptor, "GetMember",
                    &request.base) != NULL;
}

void data_get(struct visit *visit)
{
    if (!load_own(visit)) {
        visit_failed(visit);
        return;
    }
    if (fields_get(&visit->exchange->query, "saved")[0] != '\0')
        view_set(visit, "saved", json_true());
    card_show(visit, 200, "customer/data");
}

void profile_post(struct visit *visit)
{
    static char *fields[] = {(char *)"name", (char *)"birthday"};
    Beckon__V1__Member member = BECKON__V1__MEMBER__INIT;
    Beckon__V1__UpdateMemberRequest request = BECKON__V1__UPDATE_MEMBER_REQUEST__INIT;
    member.member_number = visit->session->number;
    member.name = (char *)visit_field(visit, "name");
    member.birthday = (char *)visit_field(visit, "birthday");
    request.member = &member;
    request.update_fields = fields;
    request.n_update_fields = G_N_ELEMENTS(fields);
    if (ask(visit, &beckon__v1__member_service__descriptor, "UpdateMember", &request.base)) {
        visit_go(visit, "/card/data?saved=1");
        return;
    }
    if (visit->error.code != CHANNEL_INVALID_ARGUMENT) {
        visit_failed(visit);
        return;
    }
    view_refused(visit);
    if (load_own(visit))
        card_show(visit, 400, "customer/data");
    else
        visit_failed(visit);
}

void consent_post(struct visit *visit)
{
    Beckon__V1__SetConsentRequest request = BECKON__V1__SET_CONSENT_REQUEST__INIT;
    request.withdraw = strcmp(visit_field(visit, "consent"), "withdraw") == 0;
    request.policy_version = (char *)(request.withdraw ? "" : POLICY_VERSION);
    if (ask(visit, PRIVACY, "SetConsent", &request.base))
        visit_go(visit, "/card/data?saved=1");
    else
        visit_failed(visit);
}

/* ---- the file -------------------------------------------------------------------------------- */

/* Each piece's rows are added to what the pieces before brought of the same name. */
static void add_piece(json_t *whole, const ProtobufCMessage *reply)
{
    json_t *piece = message_json(reply);
    const char *name;
    json_t *value;
    json_object_del(piece, "section");
    json_object_del(piece, "next_page_token");
    json_object_foreach(piece, name, value) {
        json_t *had = json_object_get(whole, name);
        if (json_is_array(value) && json_is_array(had))
            json_array_extend(had, value);
        else if (!json_is_array(value) || json_array_size(value) > 0)
            json_object_set(whole, name, value);
    }
    json_decref(piece);
}

void data_file_get(struct visit *visit)
{
    Beckon__V1__GetMemberDataRequest request = BECKON__V1__GET_MEMBER_DATA_REQUEST__INIT;
    json_t *whole = json_object();
    bool more = true;
    for (int i = 0; more && i < PIECES_MAX; i++) {
        const Beckon__V1__GetMemberDataResponse *reply =
            ask(visit, PRIVACY, "GetMemberData", &request.base);
        if (!reply) {
            json_decref(whole);
            visit_failed(visit);
            return;
        }
        add_piece(whole, &reply->base);
        request.page_token = reply->next_page_token;
        more = reply->next_page_token[0] != '\0';
    }
    char *text = json_dumps(whole, JSON_INDENT(2));
    json_decref(whole);
    exchange_header(visit->exchange, "Content-Disposition",
                    "attachment; filename=\"beckon-my-data.json\"");
    exchange_send(visit->exchange, 200, "application/json", text, strlen(text));
}

/* ---- erasure --------------------------------------------------------------------------------- */

static bool proved_lately(const struct visit *visit)
{
    const json_t *session = json_object_get(visit->view, "session");
    const char *text = json_string_value(json_object_get(session, "proved_at"));
    GTimeZone *utc = g_time_zone_new_utc();
    GDateTime *proved = text ? g_date_time_new_from_iso8601(text, utc) : NULL;
    bool lately = proved && (int64_t)time(NULL) - g_date_time_to_unix(proved) < PROOF_SECONDS;
    if (proved)
        g_date_time_unref(proved);
    g_time_zone_unref(utc);
    return lately;
}

static void show_erase(struct visit *visit, unsigned status)
{
    if (!load_own(visit) || !card_load_balance(visit)) {
        visit_failed(visit);
        return;
    }
    if (proved_lately(visit))
        view_set(visit, "proved", json_true());
    card_show(visit, status, "customer/erase");
}

void erase_get(struct visit *visit)
{
    show_erase(visit, 200);
}

void erase_post(struct visit *visit)
{
    Beckon__V1__EraseMemberRequest request = BECKON__V1__ERASE_MEMBER_REQUEST__INIT;
    if (!proved_lately(visit)) {
        show_erase(visit, 403);
        return;
    }
    if (strcmp(visit_field(visit, "sure"), "yes") != 0) {
        view_wrong(visit, "sure", "erase.sure_missing");
        show_erase(visit, 400);
        return;
    }
    if (!ask_into(visit, "erased", PRIVACY, "EraseMember", &request.base)) {
        visit_failed(visit);
        return;
    }
    visit_sign(visit, NULL, 0);
    card_show(visit, 200, "customer/erased");
}
