/* Settlement runs: their records, the entries that closed them, the periods they closed. Their
 * lines are verify_settlement_lines.c's. */
#include <inttypes.h>
#include <stdlib.h>

#include "store/closed_through.h"
#include "store/merchants.h"
#include "store/settlements.h"
#include "store/verify_settlement.h"

enum { RUNS_MAX = 1 << 20 }; /* a bound against a damaged number: 3,000 runs a day for a year */

/* ---- the entries of runs, folded ------------------------------------------------------------- */

/* Folds of all runs there are; made when the ledger first names one, which is later than N. */
static enum store_result folds_begin(struct verify *verify)
{
    uint32_t last = 0;
    enum store_result result;

    do result = settlements_last(&verify->reader, &last);
    while (verify_again(verify, result));
    if (result != STORE_OK || last > RUNS_MAX) last = 0;
    verify->runs = calloc((size_t)last + 1, sizeof verify->runs[0]);
    if (verify->runs == NULL) return STORE_FAULT;
    verify->run_last = last;
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* The fold of a run, which says up to which entry it was closed; 0: it isn't, or not readable. */
static enum store_result fold_of(struct verify *verify, uint32_t number,
                                 struct verify_run_fold **ret)
{
    struct settlement_run run;

    if (verify->runs == NULL) {
        enum store_result result = folds_begin(verify);
        if (result != STORE_OK) return result;
    }
    *ret = NULL;
    if (number == 0 || number > verify->run_last) return STORE_OK;
    *ret = &verify->runs[number];
    if ((*ret)->looked_up) return STORE_OK;
    enum store_result result;
    do result = settlements_get(&verify->reader, number, &run);
    while (verify_again(verify, result));
    (*ret)->looked_up = true;
    bool closed = result == STORE_OK && (run.state == RUN_CLOSED || run.state == RUN_PAID);
    (*ret)->closed_entry = closed ? run.entry : 0;
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

enum store_result verify_settlement_entry(struct verify *verify, const struct entry *entry)
{
    struct verify_run_fold *fold;

    if (entry->event.kind != EVENT_SETTLEMENT) return STORE_OK;
    enum store_result result = fold_of(verify, entry->event.run, &fold);
    if (result != STORE_OK) return result;
    if (fold == NULL) {
        verify_found(verify, "entry %" PRIu64 ": there is no settlement run %lu", entry->number,
                     (unsigned long)entry->event.run);
        return STORE_OK;
    }
    bool carries = entry->from == SIDE_CARRY || entry->to == SIDE_CARRY;
    __int128 out = entry->to == SIDE_CARRY ? entry->amount : -(__int128)entry->amount;
    if (entry->kind == ENTRY_SETTLE) fold->settled[entry->unit] += entry->amount;
    else if (entry->kind == ENTRY_CARRY_IN && carries) fold->carry_in -= out;
    else if (entry->kind == ENTRY_CARRY_OUT && !carries) fold->debts[entry->unit] += entry->amount;
    else if (entry->kind == ENTRY_CARRY_OUT && entry->number <= fold->closed_entry)
        fold->carry_out += out;
    else if (entry->kind == ENTRY_CARRY_OUT) fold->back += out;
    return STORE_OK;
}

void verify_settlement_free(struct verify *verify)
{
    free(verify->runs);
    verify->runs = NULL;
}

/* ---- the runs -------------------------------------------------------------------------------- */

/* Is all of it closed that a closed run says is? */
static enum store_result check_closed(struct verify *verify, const struct settlement_run *run)
{
    struct merchant merchant;
    business_date through = DATE_ALWAYS;
    enum store_result result;

    bool periods = run->type == RUN_YEAR_END || run->type == RUN_PERIOD;
    if (!periods || (run->state != RUN_CLOSED && run->state != RUN_PAID)) return STORE_OK;
    if (run->pay_entity == 0) {
        do result = merchants_get(&verify->reader, &merchant);
        while (verify_again(verify, result));
        if (result == STORE_OK) through = merchant.closed_before;
    } else {
        do result = closed_through_get(&verify->reader, run->pay_entity, &through);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK && through >= run->end) return STORE_OK;
    verify_found(verify, "run %lu is closed, its periods are not", (unsigned long)run->number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* The records themselves are taken by number, each in a snapshot of its own; here is only what no
 * number leads to. */
static enum store_result visit_run(struct verify *verify, struct bytes key, struct bytes value)
{
    struct settlement_run run;
    uint32_t number = 0;
    bool working = false;

    (void)value;
    if (!settlement_key_read(key, &number, &working)) {
        verify_found(verify, "runs: a key is none");
        return STORE_OK;
    }
    if (!working) return STORE_OK;
    enum store_result result;
    do result = settlements_get(&verify->reader, number, &run);
    while (verify_again(verify, result));
    if (result == STORE_OK && run.work != RUN_WORK_NONE) return STORE_OK;
    verify_found(verify, "run %lu is said to be at work", (unsigned long)number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* Is a run that has work to do found by who does it? */
static enum store_result check_working(struct verify *verify, const struct settlement_run *run)
{
    uint32_t number = 0;
    size_t count = 0;
    enum store_result result;

    if (run->work == RUN_WORK_NONE) return STORE_OK;
    do result = settlements_list_working(&verify->reader, run->number - 1, &number, 1, &count);
    while (verify_again(verify, result));
    if (result != STORE_OK || count == 0 || number != run->number)
        verify_found(verify, "run %lu is at work and nobody knows", (unsigned long)run->number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* Numbers have no gaps. */
static enum store_result check_runs(struct verify *verify)
{
    struct settlement_run run;
    uint32_t last = 0;
    enum store_result result = verify_snapshot(verify);

    if (result != STORE_OK) return result;
    do result = settlements_last(&verify->reader, &last);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result);
    for (uint32_t number = 1; number <= last && result == STORE_OK; number++) {
        result = verify_snapshot(verify);
        if (result != STORE_OK) return result;
        do result = settlements_get(&verify->reader, number, &run);
        while (verify_again(verify, result));
        if (result != STORE_OK) {
            verify_found(verify, "run %lu: %s record", (unsigned long)number,
                         verify_word(result));
            result = verify_fatal(result);
            continue;
        }
        result = check_working(verify, &run);
        if (result == STORE_OK) result = check_closed(verify, &run);
        if (result == STORE_OK) result = verify_settlement_lines(verify, &run);
    }
    return result;
}

enum store_result verify_settlement(struct verify *verify)
{
    enum store_result result = check_runs(verify);
    if (result == STORE_OK) result = verify_table(verify, TABLE_RUN, "runs", visit_run);
    if (result == STORE_OK) result = verify_settlement_tables(verify);
    return result;
}
