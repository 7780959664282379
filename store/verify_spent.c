/* Redemptions against the entries and credits they took from; and what was decided by hand. */
#include <inttypes.h>

#include "store/accounts.h"
#include "store/adjustments.h"
#include "store/redemptions.h"
#include "store/table.h"
#include "store/verify_inner.h"

static uint32_t numbered(struct bytes key)
{
    return key.size == KEY_REST_OFFSET + 4 ? key_read_u32(key, KEY_REST_OFFSET) : 0;
}

static bool entry_of(const struct entry *entry, struct party party, enum entry_kind kind)
{
    return entry->kind == kind && entry->party.kind == party.kind &&
           entry->party.number == party.number;
}

/* ---- redemptions ----------------------------------------------------------------------------- */

/* Is each lot an entry that took it, one after the other, from a credit that has so much spent? */
static enum store_result check_lots(struct verify *verify, const struct redemption *redemption)
{
    struct party member = {PARTY_MEMBER, redemption->member};
    for (uint8_t i = 0; i < redemption->lot_count; i++) {
        const struct redemption_lot *lot = &redemption->lots[i];
        struct entry entry;
        struct credit credit;
        enum store_result result;
        do result = entries_get(&verify->reader, redemption->entry + i, &entry);
        while (verify_again(verify, result));
        bool good = result == STORE_OK && entry_of(&entry, member, ENTRY_REDEEM) &&
                    entry.credit == lot->credit && entry.amount == lot->amount &&
                    entry.unit == redemption->unit;
        if (good) {
            do result = credits_find(&verify->reader, member, lot->credit, &credit);
            while (verify_again(verify, result));
            good = result == STORE_OK && credit.redeemed >= lot->amount - lot->restored;
        }
        if (good) continue;
        verify_found(verify, "redemption %lu: what it took from credit %" PRIu64 " is not so",
                     (unsigned long)redemption->number, lot->credit);
        if (result != STORE_OK && verify_fatal(result) != STORE_OK) return STORE_FAULT;
    }
    return STORE_OK;
}

static enum store_result check_listed(struct verify *verify, const struct redemption *redemption)
{
    uint32_t of = 0, by = 0;
    size_t of_count = 0, by_count = 0;
    enum store_result result;
    do result = redemptions_of(&verify->reader, &redemption->receipt, redemption->number - 1, &of,
                               1, &of_count);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result);
    do result = redemptions_by(&verify->reader, redemption->member, redemption->number - 1, &by,
                               1, &by_count);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result);
    if (of_count == 1 && of == redemption->number && by_count == 1 && by == redemption->number)
        return STORE_OK;
    verify_found(verify, "redemption %lu is not found by its receipt or member",
                 (unsigned long)redemption->number);
    return STORE_OK;
}

static enum store_result visit_redemption(struct verify *verify, struct bytes key,
                                          struct bytes value)
{
    struct redemption redemption;
    (void)value;
    enum store_result result = STORE_DAMAGED;
    uint32_t number = numbered(key);
    if (number != 0) {
        do result = redemptions_get(&verify->reader, number, &redemption);
        while (verify_again(verify, result));
    }
    if (result != STORE_OK) {
        verify_found(verify, "redemption %lu is damaged", (unsigned long)number);
        return verify_fatal(result);
    }
    result = check_lots(verify, &redemption);
    return result == STORE_OK ? check_listed(verify, &redemption) : result;
}

/* The number an index names: its last four bytes. */
static enum store_result visit_index(struct verify *verify, struct bytes key, struct bytes value)
{
    struct redemption redemption;
    enum store_result result = STORE_DAMAGED;
    uint32_t number =
        key.size >= KEY_REST_OFFSET + 8 && value.size == 0 ? key_read_u32(key, key.size - 4) : 0;
    if (number != 0) {
        do result = redemptions_get(&verify->reader, number, &redemption);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) {
        const struct receipt *receipt = &redemption.receipt;
        uint32_t named = key_read_u32(key, KEY_REST_OFFSET);
        bool by = key.data[KEY_TABLE_OFFSET] == TABLE_REDEMPTION_BY;
        if (named == (by ? redemption.member : receipt->shop)) return STORE_OK;
    }
    verify_found(verify, "redemptions: an index leads to %lu, which is another's",
                 (unsigned long)number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* ---- adjustments ----------------------------------------------------------------------------- */

static bool adjustment_posted(const struct adjustment *adjustment, const struct entry *entry)
{
    static const enum entry_kind kinds[] = {
        [ADJUSTMENT_BALANCE] = ENTRY_ADJUST, [ADJUSTMENT_HOLD] = ENTRY_HOLD,
        [ADJUSTMENT_RELEASE] = ENTRY_RELEASE};
    bool whole = adjustment->amount > 0; /* what was taken may come from several credits */
    return entry_of(entry, adjustment->party, kinds[adjustment->kind]) &&
           entry->unit == adjustment->unit && (!whole || entry->amount == adjustment->amount) &&
           (adjustment->credit == 0 || entry->credit == adjustment->credit);
}

static enum store_result visit_adjustment(struct verify *verify, struct bytes key,
                                          struct bytes value)
{
    struct adjustment adjustment;
    struct entry entry;
    (void)value;
    enum store_result result = STORE_DAMAGED;
    uint32_t number = numbered(key);
    if (number != 0) {
        do result = adjustments_get(&verify->reader, number, &adjustment);
        while (verify_again(verify, result));
    }
    if (result != STORE_OK) {
        verify_found(verify, "adjustment %lu is damaged", (unsigned long)number);
        return verify_fatal(result);
    }
    if (adjustment.state != ADJUSTMENT_POSTED) {
        if (adjustment.entry != 0)
            verify_found(verify, "adjustment %lu has an entry, but was not posted",
                         (unsigned long)number);
        return STORE_OK;
    }
    do result = entries_get(&verify->reader, adjustment.entry, &entry);
    while (verify_again(verify, result));
    if (result == STORE_OK && adjustment_posted(&adjustment, &entry)) return STORE_OK;
    verify_found(verify, "adjustment %lu is not what its entry posted", (unsigned long)number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

enum store_result verify_spent(struct verify *verify)
{
    static const struct {
        enum table table;
        const char *name;
        verify_visit *visit;
    } tables[] = {
        {TABLE_REDEMPTION, "redemptions", visit_redemption},
        {TABLE_REDEMPTION_OF, "redemptions of receipts", visit_index},
        {TABLE_REDEMPTION_BY, "redemptions of members", visit_index},
        {TABLE_ADJUSTMENT, "adjustments", visit_adjustment},
    };
    enum store_result result = STORE_OK;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && result == STORE_OK; i++)
        result = verify_table(verify, tables[i].table, tables[i].name, tables[i].visit);
    return result;
}
