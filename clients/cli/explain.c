/* beckon explain: who earned what and why, for people who are asked. */
#include "clients/cli/nouns.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "clients/cli/call.h"
#include "clients/cli/explain_show.h"
#include "clients/cli/output.h"
#include "clients/message/text.h"

/* ---- purchases ------------------------------------------------------------------------------- */

static void show_purchase(struct cli *cli, const Beckon__V1__ExplainPurchaseResponse *reply)
{
    g_autofree char *receipt = g_strdup_printf("%s / %s", reply->shop_id, reply->receipt_number);
    g_autofree char *member = g_strdup_printf("%" PRIu32, reply->member_number);
    g_autofree char *version = g_strdup_printf("%" PRIu32, reply->program_version);
    g_autofree char *days = g_strdup_printf("%" PRIu32, reply->purchase_days);

    explain_line(cli, "小票", "receipt", receipt);
    explain_line(cli, "会员", "member", member);
    explain_line(cli, "营业日", "date", reply->business_date);
    explain_line(cli, "规则版本", "program", version);
    explain_line(cli, "计算基数", "base", explain_text(cli, reply->base_calculation));
    explain_line(cli, "消费天数", "purchase days", days);
    explain_line(cli, "当时等级", "tier before", reply->tier_before);
    if (reply->refunded_minor != 0) {
        g_autofree char *refunded = g_strdup_printf("%" PRId64, reply->refunded_minor);
        explain_line(cli, "已退金额", "refunded", refunded);
    }
    if (reply->serving_guide != 0) {
        g_autofree char *guide = g_strdup_printf("%" PRIu32, reply->serving_guide);
        explain_line(cli, "服务导购", "serving guide", guide);
    }
    explain_show_rules(cli, reply->rules, reply->n_rules);
}

/* ---- credits --------------------------------------------------------------------------------- */

static void show_entry(struct cli *cli, const Beckon__V1__Entry *entry)
{
    g_autofree char *kind = text_of_enum(&beckon__v1__entry_kind__descriptor, (int)entry->kind);
    fprintf(cli->out, "  %-10" PRIu64 " %s  %-9s %" PRId64 "\n", entry->entry_number,
            entry->business_date, kind, entry->amount);
}

static void show_credit(struct cli *cli, const Beckon__V1__ExplainCreditResponse *reply)
{
    g_autofree char *number = g_strdup_printf("%" PRIu64, reply->credit_number);
    g_autofree char *receipt = g_strdup_printf("%s / %s", reply->shop_id, reply->receipt_number);

    explain_line(cli, "奖励", "credit", number);
    explain_line(cli, "来源", "origin", explain_text(cli, reply->origin));
    if (reply->receipt_number[0] != '\0')
        explain_line(cli, "小票", "receipt", receipt);
    explain_line(cli, "现状", "now", explain_text(cli, reply->next));
    explain_line(cli, "退货", "refunds", explain_text(cli, reply->refunds));
    explain_line(cli, "调整原因", "reason", reply->adjustment_reason);
    if (reply->kpi_denominator != 0) {
        g_autofree char *kpi =
            g_strdup_printf("%" PRIu32 " / %" PRIu32, reply->kpi_numerator, reply->kpi_denominator);
        explain_line(cli, "考核人数", "KPI members", kpi);
    }
    if (reply->rule)
        explain_show_rules(cli, &reply->rule, 1);
    fprintf(cli->out, "\n%s\n", cli->chinese ? "分录（最近的在前）" : "entries, last first");
    for (size_t i = 0; i < reply->n_entries; i++)
        show_entry(cli, reply->entries[i]);
    if (reply->next_page_token[0] != '\0')
        fprintf(cli->out, "  ... --page %s\n", reply->next_page_token);
}

/* ---- attributions ---------------------------------------------------------------------------- */

static void show_attribution(struct cli *cli, const Beckon__V1__ExplainAttributionResponse *reply)
{
    g_autofree char *member = g_strdup_printf("%" PRIu32, reply->member_number);

    explain_line(cli, "会员", "member", member);
    explain_line(cli, "注册日", "registered", reply->registered_on);
    explain_line(cli, "扫码", "scan", explain_text(cli, reply->scan));
    explain_line(cli, "码", "code", reply->code);
    explain_line(cli, "推荐人", "referrer", explain_text(cli, reply->referred));
    explain_line(cli, "服务导购", "serving guide", explain_text(cli, reply->serving));
    explain_show_rules(cli, reply->rules, reply->n_rules);
}

/* ---- the verbs ------------------------------------------------------------------------------- */

static void show(struct cli *cli, const ProtobufCMessage *reply)
{
    if (cli->json)
        output_json(cli, reply);
    else if (reply->descriptor == &beckon__v1__explain_purchase_response__descriptor)
        show_purchase(cli, (const Beckon__V1__ExplainPurchaseResponse *)reply);
    else if (reply->descriptor == &beckon__v1__explain_credit_response__descriptor)
        show_credit(cli, (const Beckon__V1__ExplainCreditResponse *)reply);
    else
        show_attribution(cli, (const Beckon__V1__ExplainAttributionResponse *)reply);
}

static enum cli_exit explain(struct cli *cli, const struct verb *verb, const struct values *values)
{
    ProtobufCMessage *request = NULL, *reply = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = call_once(cli, verb, request, &reply);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    show(cli, reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

static const struct option_spec PURCHASE_OPTIONS[] = {
    {.name = "RECEIPT", .argument = true, .required = true, .field = "receipt_number",
     .help = "the receipt number"},
    {.name = "shop", .value = "SHOP_ID", .field = "shop_id", .help = "tills may leave it out"},
    {.name = NULL},
};
static const char *const PURCHASE_EXAMPLES[] = {
    "beckon explain purchase R-1001 --shop S01",
    NULL,
};

static const struct option_spec CREDIT_OPTIONS[] = {
    {.name = "CREDIT", .argument = true, .required = true, .field = "credit_number",
     .help = "its number, as purchases and entries show it"},
    {.name = "page", .value = "TOKEN", .field = "page_token",
     .help = "where its entries go on"},
    {.name = NULL},
};
static const char *const CREDIT_EXAMPLES[] = {
    "beckon explain credit 1042",
    NULL,
};

static const struct option_spec MEMBER_OPTIONS[] = {
    {.name = "MEMBER", .argument = true, .field = "member_number",
     .help = "her number; members may leave it out"},
    {.name = NULL},
};
static const char *const MEMBER_EXAMPLES[] = {
    "beckon explain member 17",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "purchase",
        .help = "Shows who earned what for a purchase, who did not, and why.",
        .options = PURCHASE_OPTIONS,
        .examples = PURCHASE_EXAMPLES,
        .run = explain,
        .service = &beckon__v1__explain_service__descriptor,
        .method = "ExplainPurchase",
    },
    {
        .name = "credit",
        .help = "Shows a credit's rule and numbers, its entries, and what happens to it next.",
        .options = CREDIT_OPTIONS,
        .examples = CREDIT_EXAMPLES,
        .run = explain,
        .service = &beckon__v1__explain_service__descriptor,
        .method = "ExplainCredit",
    },
    {
        .name = "member",
        .help = "Shows who brought a member, who looks after her, and why.",
        .options = MEMBER_OPTIONS,
        .examples = MEMBER_EXAMPLES,
        .run = explain,
        .service = &beckon__v1__explain_service__descriptor,
        .method = "ExplainAttribution",
    },
};

const struct noun NOUN_EXPLAIN = {
    .name = "explain",
    .help = "who earned what, who did not, and why",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
