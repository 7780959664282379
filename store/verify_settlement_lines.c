/* The lines of a run against its totals, its hash, its marks and the entries that closed it. */
#include <inttypes.h>
#include <string.h>

#include "store/settlement_lines.h"
#include "store/settlements.h"
#include "store/verify_settlement.h"

enum { PORTION = 64 };

/* What a run's lines come to. */
struct line_sums {
    struct verify *verify;
    const struct settlement_run *run;
    struct run_totals totals;
    uint8_t hash[HASH_BYTES];
    uint32_t paid, failed, returned, place_count;
    bool drafts_mixed;
    __int128 settled[UNIT_COUNT], debts[UNIT_COUNT], carry_in, carry_out, back;
    bool back_later; /* one came back after N, or just then */
};

static void found(const struct line_sums *sums, const struct settlement_line *line,
                  const char *what)
{
    verify_found(sums->verify, "run %lu: %s %lu of pay entity %lu: %s",
                 (unsigned long)sums->run->number, verify_kind(line->payee.kind),
                 (unsigned long)line->payee.number, (unsigned long)line->pay_entity, what);
}

/* Lines of a draft under way are neither all there nor all of it. */
static bool computing(const struct settlement_run *run)
{
    return run->state == RUN_DRAFT && run->work != RUN_WORK_NONE;
}

/* Does the run still stand where it stood when its lines were begun? A step of somebody's, taken
 * meanwhile, is compared by the next verify. */
static enum store_result stands_still(const struct line_sums *sums, bool *ret_still)
{
    const struct settlement_run *run = sums->run;
    struct settlement_run now;
    enum store_result result;

    do result = settlements_get(&sums->verify->reader, run->number, &now);
    while (verify_again(sums->verify, result));
    *ret_still = result == STORE_OK && now.state == run->state && now.draft == run->draft &&
                 !computing(&now) && now.paid_count == run->paid_count &&
                 now.failed_count == run->failed_count &&
                 now.returned_count == run->returned_count;
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* ---- one line -------------------------------------------------------------------------------- */

static __int128 convert(const struct settlement_run *run, __int128 points)
{
    return points / run->rate_points * run->rate_minor; /* whole lots, toward zero */
}

/* domain.md 7, computed once more. */
static void check_formula(const struct line_sums *sums, const struct settlement_line *line)
{
    const struct settlement_run *run = sums->run;
    __int128 points = (__int128)line->points_earned - line->points_taken;
    __int128 kept = points > 0 ? points % run->rate_points : 0;
    __int128 gross = convert(run, line->points_earned) + line->cash_earned;
    __int128 clawback = convert(run, line->points_earned) - convert(run, points) + line->cash_taken;
    __int128 net = gross - clawback + line->carry_in_minor;

    if (line->points_kept != kept || line->points_converted != (points > 0 ? points - kept : 0))
        found(sums, line, "points converted and kept are not what was earned less what was taken");
    if (line->gross_minor != gross || line->clawback_minor != clawback)
        found(sums, line, "gross and clawback are not what its points and cash give");
    if (line->net_minor + (__int128)line->carry_out_minor != net ||
        (line->net_minor != 0 && line->carry_out_minor != 0) ||
        (net < 0 && line->net_minor != 0) ||
        (net >= run->minimum_payout_minor && net > 0 && line->net_minor != net))
        found(sums, line, "net is not gross - clawback + carry in - carry out");
    if ((__int128)line->cash_settled - line->cash_debt !=
        (__int128)line->cash_earned - line->cash_taken)
        found(sums, line, "cash settled is not what was earned less what was taken");
    bool carried = line->payment == PAYMENT_FAILED || line->payment == PAYMENT_RETURNED;
    if (line->carried_back && !carried) found(sums, line, "was carried back though it is paid");
}

/* The account's mark says the same as the line. */
static enum store_result check_mark(const struct line_sums *sums,
                                    const struct settlement_line *line)
{
    const struct settlement_run *run = sums->run;
    struct settlement_account record;
    const struct settlement_mark *mark = NULL;
    enum store_result result;

    bool frozen = run->work == RUN_WORK_NONE &&
                  (run->state == RUN_REVIEW || run->state == RUN_APPROVED);
    if (!frozen) return STORE_OK;
    do result = settlement_accounts_get(&sums->verify->reader, line->payee, line->pay_entity,
                                        &record);
    while (verify_again(sums->verify, result));
    for (uint8_t i = 0; result == STORE_OK && i < record.mark_count; i++)
        if (record.marks[i].run == run->number) mark = &record.marks[i];
    __int128 points = (__int128)line->points_earned - line->points_taken + line->points_debt;
    if (mark == NULL || mark->state != MARK_FROZEN || mark->end != run->end ||
        mark->entry != line->entry || mark->amount[UNIT_POINTS] != points ||
        mark->amount[UNIT_CASH] != line->cash_settled ||
        mark->carry_minor != line->carry_in_minor) {
        bool still;
        result = stands_still(sums, &still);
        if (still) found(sums, line, "its mark is not what it takes");
    }
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

static enum store_result check_line(struct line_sums *sums, const struct settlement_line *line)
{
    check_formula(sums, line);
    return check_mark(sums, line);
}

static void add(int64_t *sum, int64_t amount)
{
    *sum = (int64_t)((uint64_t)*sum + (uint64_t)amount); /* a damaged one may wrap, not trap */
}

static void add_line(struct line_sums *sums, const struct settlement_line *line)
{
    struct run_totals *totals = &sums->totals;

    sums->drafts_mixed |= line->draft != sums->run->draft && sums->run->work == RUN_WORK_NONE;
    totals->line_count++;
    totals->member_line_count += line->payee.kind == PARTY_MEMBER;
    add(&totals->points_converted, line->points_converted);
    add(&totals->gross_minor, line->gross_minor);
    add(&totals->clawback_minor, line->clawback_minor);
    add(&totals->carry_in_minor, line->carry_in_minor);
    add(&totals->carry_out_minor, line->carry_out_minor);
    add(&totals->net_minor, line->net_minor);
    totals->credit_count += line->credit_count;
    totals->reversal_count += line->reversal_count;
    totals->adjustment_count += line->adjustment_count;
    run_hash_add(sums->hash, line->statement_hash);
    sums->paid += line->payment == PAYMENT_PAID;
    sums->failed += line->payment == PAYMENT_FAILED;
    sums->returned += line->payment == PAYMENT_RETURNED;
    sums->settled[UNIT_POINTS] += (__int128)line->points_earned - line->points_taken +
                                  line->points_debt - line->points_kept;
    sums->settled[UNIT_CASH] += line->cash_settled;
    sums->debts[UNIT_POINTS] += line->points_debt;
    sums->debts[UNIT_CASH] += line->cash_debt;
    sums->carry_in += line->carry_in_minor;
    sums->carry_out += line->carry_out_minor;
    if (!line->carried_back) return;
    sums->back += line->net_minor;
    sums->back_later |= line->payment_at >= sums->verify->fence.time;
}

/* ---- all of a run ---------------------------------------------------------------------------- */

/* Those of one kind, by number: the order in which they were computed. */
static enum store_result walk(struct line_sums *sums, enum party_kind kind)
{
    struct settlement_line lines[PORTION];
    struct line_name after = {{kind, 0}, UINT32_MAX};
    size_t count = PORTION;

    while (count == PORTION) {
        enum store_result result = verify_snapshot(sums->verify);
        if (result != STORE_OK) return result;
        do result = settlement_lines_list(&sums->verify->reader, sums->run->number, &after, lines,
                                          PORTION, &count);
        while (verify_again(sums->verify, result));
        if (result != STORE_OK) {
            verify_found(sums->verify, "run %lu: a line is damaged",
                         (unsigned long)sums->run->number);
            return verify_fatal(result);
        }
        sums->verify->work += count;
        for (size_t i = 0; i < count; i++) {
            if (lines[i].payee.kind != kind) return STORE_OK;
            after = (struct line_name){lines[i].payee, lines[i].pay_entity};
            add_line(sums, &lines[i]);
            result = check_line(sums, &lines[i]);
            if (result != STORE_OK) return result;
        }
    }
    return STORE_OK;
}

/* Every guide's line has a place in the export's order. */
static enum store_result count_places(struct line_sums *sums)
{
    struct line_place places[PORTION], after;
    size_t count = PORTION;

    while (count == PORTION) {
        enum store_result result = verify_snapshot(sums->verify);
        if (result != STORE_OK) return result;
        do result = settlement_order_list(&sums->verify->reader, sums->run->number,
                                          sums->place_count > 0 ? &after : NULL, places, PORTION,
                                          &count);
        while (verify_again(sums->verify, result));
        if (result != STORE_OK) return verify_fatal(result);
        sums->verify->work += count;
        sums->place_count += (uint32_t)count;
        if (count > 0) after = places[count - 1];
    }
    return STORE_OK;
}

static bool same_totals(const struct run_totals *a, const struct run_totals *b)
{
    return a->line_count == b->line_count && a->member_line_count == b->member_line_count &&
           a->points_converted == b->points_converted && a->gross_minor == b->gross_minor &&
           a->clawback_minor == b->clawback_minor && a->carry_in_minor == b->carry_in_minor &&
           a->carry_out_minor == b->carry_out_minor && a->net_minor == b->net_minor &&
           a->credit_count == b->credit_count && a->reversal_count == b->reversal_count &&
           a->adjustment_count == b->adjustment_count;
}

/* Of a run that was closed by N: what its lines say went through the ledger. */
static void compare_entries(const struct line_sums *sums)
{
    static const struct verify_run_fold nothing;
    struct verify *verify = sums->verify;
    uint32_t number = sums->run->number;
    const struct verify_run_fold *fold =
        verify->runs != NULL && number <= verify->run_last ? &verify->runs[number] : &nothing;

    bool closed = sums->run->state == RUN_CLOSED || sums->run->state == RUN_PAID;
    if (!closed || sums->run->entry > verify->fence.entry) return;
    if (fold->looked_up && fold->closed_entry != sums->run->entry) return; /* closed meanwhile */
    for (unsigned unit = 0; unit < UNIT_COUNT; unit++)
        if (fold->settled[unit] != sums->settled[unit] || fold->debts[unit] != sums->debts[unit])
            verify_found(verify, "run %lu: unit %u: entries settle %" PRId64 " and carry debts of "
                         "%" PRId64 ", its lines %" PRId64 " and %" PRId64,
                         (unsigned long)number, unit, (int64_t)fold->settled[unit],
                         (int64_t)fold->debts[unit], (int64_t)sums->settled[unit],
                         (int64_t)sums->debts[unit]);
    if (fold->carry_in != sums->carry_in || fold->carry_out != sums->carry_out)
        verify_found(verify, "run %lu: entries carry %" PRId64 " in and %" PRId64
                     " out, its lines %" PRId64 " and %" PRId64, (unsigned long)number,
                     (int64_t)fold->carry_in, (int64_t)fold->carry_out, (int64_t)sums->carry_in,
                     (int64_t)sums->carry_out);
    if (!sums->back_later && fold->back != sums->back)
        verify_found(verify, "run %lu: entries bring back %" PRId64 ", its lines %" PRId64,
                     (unsigned long)number, (int64_t)fold->back, (int64_t)sums->back);
}

static void compare(const struct line_sums *sums)
{
    const struct settlement_run *run = sums->run;

    if (!same_totals(&sums->totals, &run->totals))
        verify_found(sums->verify, "run %lu: its totals are not the sums of its lines",
                     (unsigned long)run->number);
    if (memcmp(sums->hash, run->hash, HASH_BYTES) != 0)
        verify_found(sums->verify, "run %lu: its hash is not that of its lines",
                     (unsigned long)run->number);
    if (sums->place_count != run->totals.line_count - run->totals.member_line_count)
        verify_found(sums->verify, "run %lu: %lu places in the export for %lu guides' lines",
                     (unsigned long)run->number, (unsigned long)sums->place_count,
                     (unsigned long)(run->totals.line_count - run->totals.member_line_count));
    if (sums->drafts_mixed)
        verify_found(sums->verify, "run %lu has lines of another draft",
                     (unsigned long)run->number);
    bool closed = run->state == RUN_CLOSED || run->state == RUN_PAID;
    if (closed && (sums->paid != run->paid_count || sums->failed != run->failed_count ||
                   sums->returned != run->returned_count))
        verify_found(sums->verify, "run %lu counts other payments than its lines have",
                     (unsigned long)run->number);
    compare_entries(sums);
}

enum store_result verify_settlement_lines(struct verify *verify, const struct settlement_run *run)
{
    struct line_sums sums = {.verify = verify, .run = run};
    bool still;

    if (computing(run)) return STORE_OK;
    enum store_result result = walk(&sums, PARTY_GUIDE);
    if (result == STORE_OK) result = walk(&sums, PARTY_MEMBER);
    if (result == STORE_OK) result = count_places(&sums);
    if (result == STORE_OK) result = stands_still(&sums, &still);
    if (result == STORE_OK && still) compare(&sums);
    return result;
}

/* ---- the tables ------------------------------------------------------------------------------ */

static enum store_result visit_line(struct verify *verify, struct bytes key, struct bytes value)
{
    struct settlement_run run;
    struct settlement_line line;
    struct line_name name;
    uint32_t number = 0;

    (void)value;
    enum store_result result = STORE_DAMAGED;
    if (settlement_line_key_read(key, &number, &name)) {
        do result = settlement_lines_get(&verify->reader, number, &name, &line);
        while (verify_again(verify, result));
        if (result == STORE_OK) {
            do result = settlements_get(&verify->reader, number, &run);
            while (verify_again(verify, result));
        }
    }
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "lines of runs: one of run %lu is damaged, or there is no such run",
                 (unsigned long)number);
    return verify_fatal(result);
}

/* A place in the export's order has its line. */
static enum store_result visit_place(struct verify *verify, struct bytes key, struct bytes value)
{
    struct settlement_run run;
    struct line_place place;
    struct settlement_line line;
    uint32_t number = 0;

    (void)value;
    enum store_result result = STORE_DAMAGED;
    if (settlement_order_key_read(key, &number, &place)) {
        struct line_name name = {{PARTY_GUIDE, place.guide}, place.pay_entity};
        do result = settlement_lines_get(&verify->reader, number, &name, &line);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) return STORE_OK;
    if (result == STORE_ABSENT) { /* a draft that is being cleared away? */
        enum store_result read;
        do read = settlements_get(&verify->reader, number, &run);
        while (verify_again(verify, read));
        if (read == STORE_OK && computing(&run)) return STORE_OK;
    }
    verify_found(verify, "order of lines: %s line where run %lu has a place", verify_word(result),
                 (unsigned long)number);
    return verify_fatal(result);
}

enum store_result verify_settlement_tables(struct verify *verify)
{
    enum store_result result =
        verify_table(verify, TABLE_RUN_LINE, "lines of runs", visit_line);
    if (result == STORE_OK)
        result = verify_table(verify, TABLE_RUN_ORDER, "order of lines", visit_place);
    return result;
}
