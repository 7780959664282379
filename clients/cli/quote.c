/* beckon quote: what a purchase would earn whom, before it is recorded. */
#include "clients/cli/nouns.h"

#include <inttypes.h>

#include <glib.h>

#include "clients/cli/call.h"
#include "clients/cli/explain_show.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/program_file.h"

static void show(struct cli *cli, const Beckon__V1__QuoteResponse *reply)
{
    g_autofree char *member = g_strdup_printf("%" PRIu32, reply->member_number);
    g_autofree char *version = g_strdup_printf("%" PRIu32, reply->program_version);
    g_autofree char *base = g_strdup_printf("%" PRId64, reply->base_minor);

    explain_line(cli, "会员", "member", member);
    explain_line(cli, "营业日", "date", reply->business_date);
    if (reply->by_draft)
        explain_line(cli, "规则版本", "program", cli->chinese ? "草案" : "the draft");
    else if (reply->program_version == 0)
        explain_line(cli, "规则版本", "program", cli->chinese ? "当日无有效规则" : "none in force");
    else
        explain_line(cli, "规则版本", "program", version);
    explain_line(cli, "计算基数", "base (minor)", base);
    explain_line(cli, "当前等级", "tier before", reply->tier_before);
    explain_line(cli, "之后等级", "tier after", reply->tier_after);
    if (reply->serving_guide != 0) {
        g_autofree char *guide = g_strdup_printf("%" PRIu32, reply->serving_guide);
        explain_line(cli, "服务导购", "serving guide", guide);
    }
    explain_show_rules(cli, reply->rules, reply->n_rules);
}

/* A draft is read from its file and lent to the request. */
static enum cli_exit ask(struct cli *cli, const struct verb *verb, const char *draft,
                         Beckon__V1__QuoteRequest *request, ProtobufCMessage **ret_reply)
{
    struct charter *charter = NULL;
    if (!draft)
        return call_once(cli, verb, &request->base, ret_reply);
    enum cli_exit end = program_file_read(cli, draft, &charter);
    if (end != CLI_OK)
        return end;
    request->draft = charter->program;
    end = call_once(cli, verb, &request->base, ret_reply);
    request->draft = NULL; /* the charter's */
    charter_free(charter);
    return end;
}

static enum cli_exit quote(struct cli *cli, const struct verb *verb, const struct values *values)
{
    ProtobufCMessage *request = NULL, *reply = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = ask(cli, verb, values_get(values, "draft"), (Beckon__V1__QuoteRequest *)request, &reply);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    if (cli->json)
        output_json(cli, reply);
    else
        show(cli, (const Beckon__V1__QuoteResponse *)reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

static const struct option_spec OPTIONS[] = {
    {.name = "AMOUNT_MINOR", .argument = true, .required = true, .field = "purchase.amount_minor",
     .help = "in minor units, e.g. fen"},
    {.name = "shop", .value = "SHOP_ID", .field = "purchase.shop_id",
     .help = "tills may leave it out"},
    {.name = "member", .value = "NUMBER", .field = "purchase.member_number",
     .help = "the buyer's member number"},
    {.name = "phone", .value = "PHONE", .field = "purchase.phone", .help = "instead: her phone"},
    {.name = "code", .value = "CODE", .field = "purchase.code", .help = "instead: her own code"},
    {.name = "tax", .value = "MINOR", .field = "purchase.tax_minor",
     .help = "of it: tax contained"},
    {.name = "freight", .value = "MINOR", .field = "purchase.freight_minor",
     .help = "of it: freight contained"},
    {.name = "gift-card", .value = "MINOR", .field = "purchase.gift_card_minor",
     .help = "of it: paid with a gift card"},
    {.name = "points", .value = "MINOR", .field = "purchase.points_minor",
     .help = "of it: paid with points"},
    {.name = "line", .value = "AMOUNT[:TAX[:CATEGORY[:ARTICLE]]]", .field = "purchase.lines",
     .help = "a line of it, may be repeated: all of its lines, or none"},
    {.name = "seller", .value = "GUIDE[:SHARE_BP]", .field = "purchase.sellers",
     .help = "who sells it, may be repeated: shares sum to 10000"},
    {.name = "as-of", .value = "DATE", .field = "as_of",
     .help = "decided as on YYYY-MM-DD, also one to come; else now"},
    {.name = "draft", .value = "FILE",
     .help = "decided by this program instead; admins only"},
    {.name = NULL},
};
static const char *const EXAMPLES[] = {
    "beckon quote 12300 --shop S01 --phone 13800138001",
    "beckon quote 12300 --shop S01 --member 17 --as-of 2027-06-18",
    "beckon quote 12300 --shop S01 --member 17 --seller 3:6000 --seller 5:4000",
    "beckon quote 12300 --shop S01 --member 17 --draft charter.yaml",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .help = "Shows what a purchase would earn whom, and why not, without recording it.",
        .options = OPTIONS,
        .examples = EXAMPLES,
        .run = quote,
        .service = &beckon__v1__explain_service__descriptor,
        .method = "Quote",
    },
};

const struct noun NOUN_QUOTE = {
    .name = "quote",
    .help = "what a purchase would earn, before it is recorded",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
