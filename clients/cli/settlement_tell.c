/* Where a run stands, in words: the state, the sums, what blocks it, and what comes next. */
#include <inttypes.h>

#include <glib.h>

#include "clients/cli/explain_show.h"
#include "clients/cli/output.h"
#include "clients/cli/settlement_run.h"
#include "clients/cli/table.h"
#include "clients/cli/text.h"

typedef Beckon__V1__GetSettlementRunResponse run_response;

/* What a person does next; "%u" is the run's number. */
struct next_step {
    const char *en, *zh;
};
static const struct next_step NEXT[] = {
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_DRAFT] =
        {"look at `beckon settlement lines %u`, then `beckon settlement submit %u`",
         "先查看 beckon settlement lines %u，再执行 beckon settlement submit %u"},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_REVIEW] =
        {"another person: `beckon settlement approve %u --hash HASH`; or `beckon settlement reject "
         "%u`",
         "由另一人执行 beckon settlement approve %u --hash HASH，或 beckon settlement reject %u"},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_APPROVED] =
        {"`beckon settlement close %u`; or `beckon settlement reject %u`",
         "执行 beckon settlement close %u，或 beckon settlement reject %u"},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_CLOSING] = {"", ""},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_CLOSED] =
        {"`beckon settlement export %u`, then `beckon settlement pay %u FILE`",
         "执行 beckon settlement export %u，再执行 beckon settlement pay %u FILE"},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_PAID] = {"", ""},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_CANCELLED] = {"", ""},
};

static void tell_next(struct cli *cli, const Beckon__V1__SettlementRun *run)
{
    size_t state = (size_t)run->state;
    if (state >= sizeof NEXT / sizeof NEXT[0] || !NEXT[state].en || NEXT[state].en[0] == '\0' ||
        run->work != BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_NONE)
        return;
    g_autofree char *number = g_strdup_printf("%" PRIu32, run->run_number);
    g_auto(GStrv) parts = g_strsplit(cli->chinese ? NEXT[state].zh : NEXT[state].en, "%u", -1);
    g_autofree char *text = g_strjoinv(number, parts);
    explain_line(cli, "下一步", "next", text);
}

/* "year_end 2026-01-01 .. 2026-12-31, default, guide 3". */
static char *what_text(const Beckon__V1__SettlementRun *run)
{
    g_autofree char *type =
        text_of_enum(&beckon__v1__settlement_type__descriptor, (int)run->type);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s  [%s, %s)", type, run->period_start, run->period_end);
    if (run->pay_entity[0] != '\0')
        g_string_append_printf(text, "  %s", run->pay_entity);
    if (run->guide_number != 0)
        g_string_append_printf(text, "  guide:%" PRIu32, run->guide_number);
    if (run->corrects_run_number != 0)
        g_string_append_printf(text, "  -> %" PRIu32, run->corrects_run_number);
    return g_string_free(text, FALSE);
}

static void tell_sums(struct cli *cli, const Beckon__V1__SettlementTotals *totals)
{
    if (!totals)
        return;
    g_autofree char *lines = g_strdup_printf(
        cli->chinese ? "%" PRIu32 "（会员 %" PRIu32 "），积分或返利 %" PRIu32 " 笔"
                     : "%" PRIu32 " (members %" PRIu32 "), %" PRIu32 " credits",
        totals->lines, totals->member_lines, totals->credits);
    g_autofree char *sum = g_strdup_printf(
        "%" PRId64 " - %" PRId64 " + %" PRId64 " - %" PRId64 " = %" PRId64, totals->gross_minor,
        totals->clawback_minor, totals->carry_in_minor, totals->carry_out_minor,
        totals->net_minor);
    explain_line(cli, "行数", "lines", lines);
    explain_line(cli, "应发-扣回+转入-转出", "gross-back+in-out", sum);
}

static void tell_state(struct cli *cli, const run_response *reply)
{
    const Beckon__V1__SettlementRun *run = reply->run;
    g_autofree char *state =
        text_of_enum(&beckon__v1__settlement_state__descriptor, (int)run->state);
    g_autofree char *work =
        text_of_enum(&beckon__v1__settlement_work__descriptor, (int)run->work);
    g_autofree char *rate = g_strdup_printf("%" PRIu32 " : %" PRId64, run->rate_points,
                                            run->rate_minor);
    g_autofree char *stands = g_strdup_printf(cli->chinese ? "%s，草稿 %" PRIu32 "%s%s"
                                                           : "%s, draft %" PRIu32 "%s%s",
                                              state, run->draft_no,
                                              g_str_equal(work, "none") ? "" : ", ",
                                              g_str_equal(work, "none") ? "" : work);
    g_autofree char *what = what_text(run);

    fprintf(cli->out, cli->chinese ? "结算 %" PRIu32 "\n" : "settlement %" PRIu32 "\n",
            run->run_number);
    explain_line(cli, "内容", "what", what);
    explain_line(cli, "状态", "stands", stands);
    explain_line(cli, "汇率", "rate", rate);
    tell_sums(cli, run->totals);
    explain_line(cli, "哈希", "hash", run->hash);
    explain_line(cli, "理由", "reason", run->reason);
}

void settlement_tell(struct cli *cli, const run_response *reply)
{
    if (cli->json) {
        output_json(cli, &reply->base);
        return;
    }
    tell_state(cli, reply);
    for (size_t i = 0; i < reply->n_blockers; i++) {
        const Beckon__V1__SettlementBlocker *blocker = reply->blockers[i];
        explain_line(cli, "阻碍", "blocked by",
                     cli->chinese ? blocker->message_zh : blocker->message_en);
    }
    tell_next(cli, reply->run);
}
