/* Fixes N, then proves part after part. A part that meets something it can't read writes a finding
 * and goes on with the next record, so that one damaged page doesn't hide the rest. */
#include "store/verify.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/accounts.h"
#include "store/merchants.h"
#include "store/shops.h"
#include "store/table.h"
#include "store/verify_inner.h"

/* Reads in one snapshot, about: some 10 ms, so that no writer's page is held back for long. */
enum { WORK_MAX = 5000 };
/* Of a key behind its table, to say where: a party's kind and number; too short to tell a text. */
enum { POSITION_BYTES = 5 };

static void verify_close(struct verify *verify)
{
    if (verify->is_open) reader_close(&verify->reader);
    verify->is_open = false;
}

enum store_result verify_snapshot(struct verify *verify)
{
    if (verify->is_open && verify->work < WORK_MAX) return STORE_OK;
    verify_close(verify);
    if (verify->progress != NULL && !verify->progress(verify->context, verify->report)) {
        return STORE_CONFLICT;
    }
    enum store_result result = reader_open(verify->store, &verify->reader);
    if (result != STORE_OK) return result;
    verify->reader.merchant = verify->merchant;
    verify->is_open = true;
    verify->work = 0;
    return STORE_OK;
}

void verify_found(struct verify *verify, const char *format, ...)
{
    struct verify_report *report = verify->report;
    if (report->finding_count < VERIFY_FINDINGS_MAX) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(report->findings[report->finding_count], VERIFY_FINDING_BYTES, format,
                  arguments);
        va_end(arguments);
    }
    report->finding_count++;
}

bool verify_again(struct verify *verify, enum store_result result)
{
    verify->work++;
    return result == STORE_NEED && kv_fetch(verify->reader.snapshot) == STORE_OK;
}

enum store_result verify_scan_open(struct verify *verify, const struct key *from,
                                   const struct key *end, bool reverse,
                                   struct reader_scan *ret_scan)
{
    enum store_result result;
    do result = reader_scan_open(&verify->reader, key_view(from), key_view(end), reverse, ret_scan);
    while (verify_again(verify, result));
    return result;
}

enum store_result verify_fatal(enum store_result result)
{
    assert(result != STORE_OK);
    if (result == STORE_ABSENT || result == STORE_DAMAGED) return STORE_OK;
    return STORE_FAULT; /* a fetch that failed leaves NEED behind */
}

const char *verify_word(enum store_result result)
{
    return result == STORE_ABSENT ? "no" : "damaged";
}

struct account_fold *verify_fold(struct verify *verify, struct party party)
{
    if (party.kind == PARTY_MEMBER && party.number <= verify->numbers.member) {
        return &verify->members[party.number];
    }
    if (party.kind == PARTY_GUIDE && party.number <= verify->numbers.guide) {
        return &verify->guides[party.number];
    }
    return NULL;
}

const char *verify_kind(enum party_kind kind)
{
    static const char *const names[] = {"nobody", "member", "guide", "shop"};
    return names[kind];
}

enum store_result verify_party_get(struct verify *verify, struct party party)
{
    enum store_result result = STORE_ABSENT;
    if (party.kind == PARTY_SHOP) {
        struct shop shop;
        do result = shops_get(&verify->reader, party.number, &shop);
        while (verify_again(verify, result));
    } else if (party.kind != PARTY_NONE && party.number != 0) {
        struct account account;
        do result = accounts_get(&verify->reader, party, &account);
        while (verify_again(verify, result));
    }
    return result;
}

/* ---- walks ----------------------------------------------------------------------------------- */

/* One snapshot's share of a walk. *from moves behind the last record visited. */
static enum store_result verify_page(struct verify *verify, struct key *from,
                                     const struct key *end, const char *table,
                                     verify_visit *visit, bool *ret_ended)
{
    struct reader_scan scan;
    enum store_result result = verify_scan_open(verify, from, end, false, &scan);
    while (result == STORE_OK && verify->work < WORK_MAX) {
        struct bytes key, value;
        do result = reader_scan_next(&scan, &key, &value);
        while (verify_again(verify, result));
        if (result == STORE_DAMAGED) {
            uint64_t after = 0;
            for (size_t i = 0; i < POSITION_BYTES; i++) {
                size_t at = KEY_REST_OFFSET + i;
                after = after << 8 | (at < from->size ? from->data[at] : 0);
            }
            verify_found(verify, "%s: a record after key 0x%010" PRIx64 " is damaged", table,
                         after);
            result = STORE_OK;
            continue;
        }
        if (result != STORE_OK) break;
        assert(key.size < sizeof from->data);
        from->size = 0;
        key_bytes(from, key.data, key.size);
        key_u8(from, 0); /* the least key above it */
        result = visit(verify, key, value);
    }
    reader_scan_close(&scan);
    *ret_ended = result == STORE_ABSENT;
    return result == STORE_ABSENT ? STORE_OK : result;
}

enum store_result verify_table(struct verify *verify, enum table table, const char *name,
                               verify_visit *visit)
{
    struct key from = key_begin(verify->merchant, table);
    struct key end = key_after(&from);
    bool ended = false;
    enum store_result result = STORE_OK;
    while (result == STORE_OK && !ended) {
        result = verify_snapshot(verify);
        if (result == STORE_OK) {
            result = verify_page(verify, &from, &end, name, visit, &ended);
        }
    }
    if (result == STORE_OK || result == STORE_CONFLICT) return result;
    return STORE_FAULT;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Reads what stands at N. A damaged head leaves nothing to compare with: one finding, the end. */
static enum store_result verify_begin(struct verify *verify, bool *ret_go_on)
{
    *ret_go_on = false;
    enum store_result result = verify_snapshot(verify);
    if (result != STORE_OK) return result;
    do result = fences_get(&verify->reader, &verify->fence);
    while (verify_again(verify, result));
    if (result == STORE_OK) {
        do result = ledger_totals_get(&verify->reader, &verify->totals);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) {
        do result = numbers_get(&verify->reader, &verify->numbers);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) result = verify_referees_begin(verify);
    if (result == STORE_OK) result = verify_events_begin(verify);
    if (result != STORE_OK) {
        verify_found(verify, "merchant %lu: %s fence, totals or numbers",
                     (unsigned long)verify->merchant, verify_word(result));
        return verify_fatal(result);
    }
    verify->members = calloc((size_t)verify->numbers.member + 1, sizeof verify->members[0]);
    verify->guides = calloc((size_t)verify->numbers.guide + 1, sizeof verify->guides[0]);
    if (verify->members == NULL || verify->guides == NULL) return STORE_FAULT;
    *ret_go_on = true;
    return STORE_OK;
}

enum store_result store_verify(struct store *store, uint32_t merchant, verify_progress *progress,
                               void *context, struct verify_report *ret)
{
    static enum store_result (*const parts[])(struct verify *verify) = {
        verify_ledger, verify_purchases, verify_refunds, verify_accounts, verify_due, verify_spent,
        verify_caps, verify_recency, verify_kpi, verify_targets, verify_period, verify_reviews,
        verify_held, verify_settlement, verify_exports, verify_handovers, verify_people,
        verify_erasures, verify_keys, verify_referees, verify_disputes, verify_payments,
        verify_sign_in, verify_indexes, verify_audit, verify_events, verify_webhooks,
    };
    assert(merchant != 0);
    memset(ret, 0, sizeof *ret);
    struct verify verify = {.store = store, .merchant = merchant, .progress = progress,
                            .context = context, .report = ret};
    bool go_on;
    enum store_result result = verify_begin(&verify, &go_on);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (result == STORE_OK && go_on) result = parts[i](&verify);
    }
    verify_close(&verify);
    verify_caps_free(&verify);
    verify_settlement_free(&verify);
    free(verify.members);
    free(verify.guides);
    return result;
}
