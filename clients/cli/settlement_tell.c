/* Where a run stands, in words: the state, the sums, what blocks it, and what comes next. */
#include <inttypes.h>

#include <glib.h>

#include "clients/cli/explain_show.h"
#include "clients/cli/output.h"
#include "clients/cli/settlement_run.h"
#include "clients/cli/table.h"
#include "clients/message/text.h"

typedef Beckon__V1__GetSettlementRunResponse run_response;

/* A state in words, and what a person does next; "%u" is the run's number. */
struct stand {
    const char *en, *zh, *next_en, *next_zh;
};
static const struct stand STANDS[] = {
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_UNSPECIFIED] = {"", "", "", ""},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_DRAFT] =
        {"draft", "草稿", "look at `beckon settlement lines %u` and `beckon settlement warnings "
         "%u`, then `beckon settlement submit %u`",
         "先查看 beckon settlement lines %u 和 beckon settlement warnings %u，再执行 beckon "
         "settlement submit %u"},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_REVIEW] =
        {"in review", "复核中",
         "another person: `beckon settlement approve %u --hash HASH`; or `beckon settlement "
         "reject %u`",
         "由另一人执行 beckon settlement approve %u --hash HASH，或 beckon settlement reject %u"},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_APPROVED] =
        {"approved", "已批准", "`beckon settlement close %u`; or `beckon settlement reject %u`",
         "执行 beckon settlement close %u，或 beckon settlement reject %u"},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_CLOSING] = {"closing", "关账中", "", ""},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_CLOSED] =
        {"closed", "已关账",
         "`beckon settlement export %u --output FILE`, then `beckon settlement pay %u FILE`",
         "执行 beckon settlement export %u --output FILE，再执行 beckon settlement pay %u FILE"},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_PAID] = {"paid", "已付清", "", ""},
    [BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_CANCELLED] = {"cancelled", "已取消", "", ""},
};
static const struct stand WORKS[] = {
    [BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_NONE] = {"", "", "", ""},
    [BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_PERIODS] =
        {"computes bonuses of periods", "正在计算周期奖励", "", ""},
    [BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_DRAFT] =
        {"computes lines", "正在计算明细", "", ""},
    [BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_FREEZE] =
        {"freezes what it takes", "正在冻结", "", ""},
    [BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_RELEASE] =
        {"frees what was frozen", "正在解冻", "", ""},
    [BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_DISPUTES] =
        {"posts what was granted", "正在入账异议更正", "", ""},
    [BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_CLOSE] = {"settles", "正在结算", "", ""},
    [BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_SWEEP] =
        {"tidies up; nobody has to wait", "正在整理，无需等待", "", ""},
};

static const char *word_of(const struct cli *cli, const struct stand *stands, size_t count,
                           int value)
{
    if (value < 0 || (size_t)value >= count)
        return "";
    return cli->chinese ? stands[value].zh : stands[value].en;
}

static void tell_next(struct cli *cli, const Beckon__V1__SettlementRun *run)
{
    size_t state = (size_t)run->state;
    if (state >= sizeof STANDS / sizeof STANDS[0] || STANDS[state].next_en[0] == '\0' ||
        (run->work != BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_NONE &&
         run->work != BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_SWEEP))
        return;
    g_autofree char *number = g_strdup_printf("%" PRIu32, run->run_number);
    const char *next = cli->chinese ? STANDS[state].next_zh : STANDS[state].next_en;
    g_auto(GStrv) parts = g_strsplit(next, "%u", -1);
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
        cli->chinese ? "%" PRIu32 "，其中会员 %" PRIu32 "；积分或返利 %" PRIu32 " 笔"
                     : "%" PRIu32 ", members' %" PRIu32 "; of %" PRIu32 " credits",
        totals->lines, totals->member_lines, totals->credits);
    g_autofree char *sum = g_strdup_printf(
        cli->chinese ? "应发 %" PRId64 " - 扣回 %" PRId64 " + 转入 %" PRId64 " - 转出 %" PRId64
                       " = 实发 %" PRId64
                     : "gross %" PRId64 " - clawback %" PRId64 " + carried in %" PRId64
                       " - carried out %" PRId64 " = %" PRId64 " to pay", totals->gross_minor,
        totals->clawback_minor, totals->carry_in_minor, totals->carry_out_minor,
        totals->net_minor);
    explain_line(cli, "行数", "lines", lines);
    explain_line(cli, "合计", "sum", sum);
}

static void tell_payments(struct cli *cli, const Beckon__V1__SettlementRun *run)
{
    bool closed = run->state == BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_CLOSED ||
                  run->state == BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_PAID;
    if (!closed || !run->totals)
        return;
    g_autofree char *text = g_strdup_printf(
        cli->chinese ? "已付 %" PRIu32 "，失败 %" PRIu32 "，退回 %" PRIu32 "，共 %" PRIu32
                     : "paid %" PRIu32 ", failed %" PRIu32 ", returned %" PRIu32 " of %" PRIu32,
        run->lines_paid, run->lines_failed, run->lines_returned, run->totals->lines);
    explain_line(cli, "付款", "payments", text);
}

static void tell_state(struct cli *cli, const run_response *reply)
{
    const Beckon__V1__SettlementRun *run = reply->run;
    const char *state =
        word_of(cli, STANDS, sizeof STANDS / sizeof STANDS[0], (int)run->state);
    const char *work = word_of(cli, WORKS, sizeof WORKS / sizeof WORKS[0], (int)run->work);
    g_autofree char *rate = g_strdup_printf("%" PRIu32 " : %" PRId64, run->rate_points,
                                            run->rate_minor);
    g_autofree char *stands = g_strdup_printf(
        cli->chinese ? "%s，第 %" PRIu32 " 稿%s%s" : "%s, draft no. %" PRIu32 "%s%s", state,
        run->draft_no, work[0] == '\0' ? "" : cli->chinese ? "，" : "; ", work);
    g_autofree char *what = what_text(run);

    fprintf(cli->out, cli->chinese ? "结算 %" PRIu32 "\n" : "settlement %" PRIu32 "\n",
            run->run_number);
    explain_line(cli, "内容", "what", what);
    explain_line(cli, "状态", "stands", stands);
    explain_line(cli, "汇率", "rate", rate);
    tell_sums(cli, run->totals);
    tell_payments(cli, run);
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
