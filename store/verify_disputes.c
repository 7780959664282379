/* Disputes against their runs, lists, credits and entries; held credits that were left to the next
 * run. */
#include <inttypes.h>

#include "store/accounts.h"
#include "store/disputes.h"
#include "store/held_carried.h"
#include "store/settlements.h"
#include "store/verify_inner.h"

static bool same_party(struct party a, struct party b)
{
    return a.kind == b.kind && a.number == b.number;
}

static enum store_result run_get(struct verify *verify, uint32_t number,
                                 struct settlement_run *ret)
{
    enum store_result result;
    do result = settlements_get(&verify->reader, number, ret);
    while (verify_again(verify, result));
    return result;
}

static enum store_result dispute_get(struct verify *verify, uint32_t run, uint32_t number,
                                     struct dispute *ret)
{
    enum store_result result;
    do result = disputes_get(&verify->reader, run, number, ret);
    while (verify_again(verify, result));
    return result;
}

/* ---- one dispute ----------------------------------------------------------------------------- */

/* Does a list, read behind the number before, have the dispute next? */
static enum store_result listed(struct verify *verify, const struct dispute *dispute,
                                bool *ret_listed)
{
    uint32_t of = 0, waiting = 0;
    size_t of_count = 0, waiting_count = 0;
    bool waits = dispute_waits(dispute);
    enum store_result result;

    do result = disputes_list_of(&verify->reader, dispute->run, dispute->payee,
                                 dispute->number - 1, &of, 1, &of_count);
    while (verify_again(verify, result));
    if (result != STORE_OK) return result;
    *ret_listed = of_count == 1 && of == dispute->number;
    if (!waits) return STORE_OK;
    do result = disputes_list_waiting(&verify->reader, dispute->run, dispute->remedy,
                                      dispute->number - 1, &waiting, 1, &waiting_count);
    while (verify_again(verify, result));
    if (result != STORE_OK) return result;
    *ret_listed = *ret_listed && waiting_count == 1 && waiting == dispute->number;
    return STORE_OK;
}

/* The credit it names is the payee's; the entry that put it right is his, of that unit. */
static enum store_result check_named(struct verify *verify, const struct dispute *dispute)
{
    struct credit credit;
    struct entry entry;
    enum store_result result = STORE_OK;

    if (dispute->credit != 0) {
        do result = credits_find(&verify->reader, dispute->payee, dispute->credit, &credit);
        while (verify_again(verify, result));
        if (result != STORE_OK)
            verify_found(verify, "dispute %lu of run %lu: %s credit %" PRIu64,
                         (unsigned long)dispute->number, (unsigned long)dispute->run,
                         verify_word(result), dispute->credit);
        if (result != STORE_OK && verify_fatal(result) != STORE_OK) return result;
    }
    if (dispute->entry == 0) return STORE_OK;
    do result = entries_get(&verify->reader, dispute->entry, &entry);
    while (verify_again(verify, result));
    bool good = result == STORE_OK && entry.kind == ENTRY_ADJUST &&
                same_party(entry.party, dispute->payee) && entry.unit == dispute->unit;
    if (!good)
        verify_found(verify, "dispute %lu of run %lu: entry %" PRIu64 " does not put it right",
                     (unsigned long)dispute->number, (unsigned long)dispute->run, dispute->entry);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

static enum store_result check_record(struct verify *verify, const struct dispute_key *key)
{
    struct dispute dispute;
    struct settlement_run run;
    bool is_listed = false;

    enum store_result result = dispute_get(verify, key->run, key->number, &dispute);
    if (result != STORE_OK) {
        verify_found(verify, "dispute %lu of run %lu is damaged", (unsigned long)key->number,
                     (unsigned long)key->run);
        return verify_fatal(result);
    }
    result = run_get(verify, key->run, &run);
    if (result != STORE_OK && verify_fatal(result) != STORE_OK) return result;
    if (result != STORE_OK || dispute.number > run.dispute_count)
        verify_found(verify, "run %lu counts no dispute %lu", (unsigned long)key->run,
                     (unsigned long)key->number);
    result = listed(verify, &dispute, &is_listed);
    if (result != STORE_OK && verify_fatal(result) != STORE_OK) return result;
    if (!is_listed)
        verify_found(verify, "dispute %lu of run %lu is missing in a list",
                     (unsigned long)key->number, (unsigned long)key->run);
    return check_named(verify, &dispute);
}

/* A list leads to a dispute that belongs there. */
static enum store_result check_listing(struct verify *verify, const struct dispute_key *key)
{
    struct dispute dispute;

    enum store_result result = dispute_get(verify, key->run, key->number, &dispute);
    bool good = result == STORE_OK &&
                (key->kind == DISPUTE_KEY_OF_PAYEE
                     ? same_party(key->payee, dispute.payee)
                     : dispute_waits(&dispute) && key->remedy == dispute.remedy);
    if (!good)
        verify_found(verify, "run %lu: a list leads to dispute %lu, which is not so",
                     (unsigned long)key->run, (unsigned long)key->number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

static enum store_result visit_dispute(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    struct dispute_key named;

    if (!dispute_key_read(key, &named)) {
        verify_found(verify, "disputes: a key of %zu bytes says nothing", key.size);
        return STORE_OK;
    }
    if (named.kind == DISPUTE_KEY_RECORD) return check_record(verify, &named);
    if (value.size != 0) verify_found(verify, "disputes: a list says more than its key");
    return check_listing(verify, &named);
}

/* ---- a run's counts -------------------------------------------------------------------------- */

static enum store_result visit_run(struct verify *verify, struct bytes key, struct bytes value)
{
    struct settlement_run run;
    struct dispute dispute;
    uint32_t number, open_count = 0;
    bool working;

    (void)value;
    if (!settlement_key_read(key, &number, &working) || working) return STORE_OK;
    enum store_result result = run_get(verify, number, &run);
    if (result != STORE_OK) return verify_fatal(result); /* a finding of verify_settlements.c */
    for (uint32_t i = 1; i <= run.dispute_count; i++) {
        result = dispute_get(verify, number, i, &dispute);
        if (result == STORE_OK) {
            if (dispute.state == DISPUTE_OPEN) open_count++;
            continue;
        }
        verify_found(verify, "run %lu: %s dispute %lu", (unsigned long)number,
                     verify_word(result), (unsigned long)i);
        return verify_fatal(result);
    }
    if (open_count != run.dispute_open_count)
        verify_found(verify, "run %lu: %lu disputes are open, not %lu", (unsigned long)number,
                     (unsigned long)open_count, (unsigned long)run.dispute_open_count);
    return STORE_OK;
}

/* ---- held credits ---------------------------------------------------------------------------- */

static enum store_result visit_carried(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    struct held_carried carried;
    struct settlement_run run;
    struct credit credit;
    struct party party;
    uint32_t number;
    uint64_t named;

    (void)value;
    if (!held_carried_key_read(key, &number, &party, &named)) {
        verify_found(verify, "held credits: a key of %zu bytes says nothing", key.size);
        return STORE_OK;
    }
    enum store_result result;
    do result = held_carried_get(&verify->reader, number, party, named, &carried);
    while (verify_again(verify, result));
    if (result == STORE_OK) result = run_get(verify, number, &run);
    if (result == STORE_OK) {
        do result = credits_find(&verify->reader, party, named, &credit);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK && credit.business_date < run.end) return STORE_OK;
    verify_found(verify, "run %lu: credit %" PRIu64 " was left to the next run, which can't be",
                 (unsigned long)number, named);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

enum store_result verify_disputes(struct verify *verify)
{
    enum store_result result = verify_table(verify, TABLE_RUN, "runs", visit_run);
    if (result == STORE_OK)
        result = verify_table(verify, TABLE_DISPUTE, "disputes", visit_dispute);
    if (result == STORE_OK)
        result = verify_table(verify, TABLE_HELD_CARRIED, "held credits", visit_carried);
    return result;
}
