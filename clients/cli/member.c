/* beckon member: registered customers. */
#include "clients/cli/nouns.h"

#include <string.h>
#include <glib.h>

#include "beckon/v1/member_service.pb-c.h"
#include "beckon/v1/privacy_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/member_privacy.h"
#include "clients/message/message.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"

/* Which profile fields to replace is said by which options were given. */
static enum cli_exit member_update(struct cli *cli, const struct verb *verb,
                                   const struct values *values)
{
    static const struct { const char *option, *field; } FIELDS[] = {
        {"phone", "phone"}, {"name", "name"}, {"birthday", "birthday"},
        {"gender", "gender"}, {"attribute", "attributes"},
    };
    ProtobufCMessage *request = NULL, *reply = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    g_autoptr(GString) error = g_string_new(NULL);
    bool any = false;
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        if (values_get(values, FIELDS[i].option))
            any |= message_set(request, "update_fields", FIELDS[i].field, error);
    }
    if (any) {
        end = call_once(cli, verb, request, &reply);
    } else {
        output_complaint(cli, "nothing to change: give --phone, --name, --birthday, --gender or "
                              "--attribute");
        end = CLI_USAGE;
    }
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__Member *member = ((Beckon__V1__UpdateMemberResponse *)reply)->member;
    if (member)
        output_message(cli, &member->base);
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

static const struct option_spec REGISTER_OPTIONS[] = {
    {.name = "PHONE", .argument = true, .required = true, .field = "phone",
     .help = "in any usual way of writing"},
    {.name = "consent", .value = "VERSION", .required = true, .field = "consent_policy_version",
     .help = "policy version she agreed to"},
    {.name = "code", .value = "CODE", .field = "code",
     .help = "the scanned code"},
    {.name = "recommender", .value = "TEXT", .field = "recommender",
     .help = "a code, or a friend's phone"},
    {.name = "name", .value = "TEXT", .field = "name",
     .help = "what to call her"},
    {.name = "birthday", .value = "DATE", .field = "birthday",
     .help = "YYYY-MM-DD or --MM-DD"},
    {.name = "gender", .value = "TEXT", .field = "gender",
     .help = "at most 16 bytes"},
    {.name = "attribute", .value = "NAME=VALUE", .field = "attributes",
     .help = "a field of the merchant's own; may be repeated"},
    {.name = "shop", .value = "SHOP_ID", .field = "shop_id",
     .help = "where it happened"},
    {.name = "occurred-at", .value = "TIME", .field = "occurred_at",
     .help = "imports only, RFC 3339; else now"},
    {.name = "merchant", .value = "NUMBER", .field = "merchant_number",
     .help = "only without a token and without a code"},
    {.name = NULL},
};
static const char *const REGISTER_EXAMPLES[] = {
    "beckon member register 13800138001 --consent v1 --code 7K3Q9F2MX --name \"Wang\"",
    NULL,
};

static const struct option_spec GET_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .field = "member_number",
     .help = "the member's number"},
    {.name = "phone", .value = "PHONE", .field = "phone",
     .help = "instead: by phone"},
    {.name = "code", .value = "CODE", .field = "code",
     .help = "instead: by her own code"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon member get 17",
    "beckon member get --phone 13800138001",
    NULL,
};

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "guide", .value = "NUMBER", .field = "guide_number",
     .help = "only members this guide serves"},
    {.name = "birthday-within", .value = "DAYS", .field = "birthday_within_days",
     .help = "1 to 92: only those whose birthday is near, with its date"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon member list --limit 20",
    "beckon member list --guide 3",
    "beckon member list --birthday-within 14",
    NULL,
};

static const struct option_spec FRIENDS_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .field = "member_number",
     .help = "whose; a member's are her own"},
    {.name = NULL},
};
static const char *const FRIENDS_EXAMPLES[] = {
    "beckon member friends 17",
    NULL,
};

static const struct option_spec UPDATE_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "member.member_number",
     .help = "the member's number"},
    {.name = "phone", .value = "PHONE", .field = "member.phone",
     .help = "the new phone"},
    {.name = "name", .value = "TEXT", .field = "member.name",
     .help = "what to call her"},
    {.name = "birthday", .value = "DATE", .field = "member.birthday",
     .help = "YYYY-MM-DD or --MM-DD"},
    {.name = "gender", .value = "TEXT", .field = "member.gender",
     .help = "at most 16 bytes"},
    {.name = "attribute", .value = "NAME=VALUE", .field = "member.attributes",
     .help = "all of them anew; may be repeated"},
    {.name = NULL},
};
static const char *const UPDATE_EXAMPLES[] = {
    "beckon member update 17 --name \"Wang Fang\"",
    "beckon member update 17 --gender \"\"",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "register",
        .help = "Registers a customer.",
        .details = "A known phone changes nothing: the answer says EXISTING_MEMBER.",
        .options = REGISTER_OPTIONS,
        .examples = REGISTER_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__member_service__descriptor,
        .method = "RegisterMember",
    },
    {
        .name = "get",
        .help = "Shows a member.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__member_service__descriptor,
        .method = "GetMember",
        .shows = "member",
    },
    {
        .name = "list",
        .help = "Lists members by number.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__member_service__descriptor,
        .method = "ListMembers",
        .shows = "members",
        .columns = "member_number,phone,name,referrer,serving_guide,scan_result,purchase_count,"
                   "last_purchase_date,registered_at,next_birthday_date",
    },
    {
        .name = "friends",
        .help = "Lists the friends a member recommended, newest first.",
        .options = FRIENDS_OPTIONS,
        .examples = FRIENDS_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__member_service__descriptor,
        .method = "ListReferees",
        .shows = "referees",
        .columns = "member_number,name,registered_date,activated",
    },
    {
        .name = "update",
        .help = "Changes a member's profile: what is given, also to empty.",
        .options = UPDATE_OPTIONS,
        .examples = UPDATE_EXAMPLES,
        .run = member_update,
        .service = &beckon__v1__member_service__descriptor,
        .method = "UpdateMember",
        .shows = "member",
    },
    {
        .name = "consent",
        .help = "Stores that she agrees to a policy, or takes her consent back.",
        .details = "While it is taken back her name, phone and birthday are shown to nobody but "
                   "herself and admins.",
        .options = MEMBER_CONSENT_OPTIONS,
        .examples = MEMBER_CONSENT_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__privacy_service__descriptor,
        .method = "SetConsent",
    },
    {
        .name = "data",
        .help = "Shows all that is kept of a member, section by section.",
        .options = MEMBER_DATA_OPTIONS,
        .examples = MEMBER_DATA_EXAMPLES,
        .run = member_data,
        .service = &beckon__v1__privacy_service__descriptor,
        .method = "GetMemberData",
    },
    {
        .name = "erase",
        .help = "Erases a member for ever.",
        .details = "The key of her profile is destroyed; the ledger stays whole under her number.",
        .options = MEMBER_ERASE_OPTIONS,
        .examples = MEMBER_ERASE_EXAMPLES,
        .run = verb_call,
        .typed = "NUMBER",
        .loss = "Her name, phone and all that is personal will be gone for ever, from backups too.",
        .loss_zh = "该会员的姓名、手机号等全部个人信息将被永久删除，备份中的也无法恢复。",
        .service = &beckon__v1__privacy_service__descriptor,
        .method = "EraseMember",
    },
    {
        .name = "erasures",
        .help = "Lists who was erased, by number.",
        .options = ERASURES_OPTIONS,
        .examples = MEMBER_ERASURES_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__privacy_service__descriptor,
        .method = "ListErasures",
        .shows = "erasures",
        .columns = "member_number,guide_number,erased_at,reason,erased_by_token,finished",
    },
};

const struct noun NOUN_MEMBER = {
    .name = "member",
    .help = "registered customers",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
