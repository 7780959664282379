/* Refunds: each is in its purchase's list and posted to what its purchase and credits say; what
 * they took is what the entries that name them say. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/accounts.h"
#include "store/encode.h"
#include "store/ledger.h"
#include "store/purchases.h"
#include "store/refunds.h"
#include "store/verify_inner.h"
#include "store/write_offs.h"

enum { REFUNDS_PER_PAGE = 32 };

/* ---- refunds against entries ----------------------------------------------------------------- */

/* A number that is another one for every refund, nearly: sums of amounts weighed with it are equal
 * only when each refund's are. FNV-1a, made odd. */
static uint64_t weight_of(const struct receipt *refund, uint64_t what)
{
    uint64_t hash = (UINT64_C(14695981039346656037) ^ refund->shop) * UINT64_C(1099511628211);
    hash = (hash ^ what) * UINT64_C(1099511628211);
    for (uint8_t i = 0; i < refund->size; i++)
        hash = (hash ^ (uint8_t)refund->text[i]) * UINT64_C(1099511628211);
    return hash | 1;
}

/* What a refund did is told apart by the credit it came from; a debt by that it asks back, too. */
enum { TOOK = 1, OWED = 2, GAVE_BACK = 3 };

void verify_refund_entry(struct verify *verify, const struct entry *entry)
{
    const struct receipt *refund = &entry->event.receipt;
    uint64_t amount = (uint64_t)entry->amount;
    bool before_end = entry->recorded_at < verify->fence.time;

    if (entry->event.kind != EVENT_REFUND || !before_end) return;
    if (entry->kind == ENTRY_VOID || (entry->kind == ENTRY_REVERSE && entry->from == SIDE_OWNER))
        verify->refund_sum += amount * weight_of(refund, TOOK);
    else if (entry->kind == ENTRY_REVERSE)
        verify->refund_sum += amount * weight_of(refund, OWED);
    else if (entry->kind == ENTRY_RESTORE)
        verify->refund_sum += amount * weight_of(refund, GAVE_BACK);
}

/* Posted before the ledger's time at N: all its entries are among those folded. */
static void take_from_sum(struct verify *verify, const struct refund *refund)
{
    if (refund->state != REFUND_POSTED || refund->settled_at >= verify->fence.time) return;
    for (uint16_t i = 0; i < refund->taking_count; i++) {
        const struct refund_taking *taking = &refund->takings[i];
        uint64_t took = (uint64_t)taking->own + (uint64_t)taking->elsewhere;
        verify->refund_sum -= took * weight_of(&refund->receipt, TOOK);
        verify->refund_sum -= (uint64_t)taking->owed * weight_of(&refund->receipt, OWED);
    }
    for (uint8_t i = 0; i < refund->return_count; i++)
        verify->refund_sum -=
            (uint64_t)refund->returns[i].amount * weight_of(&refund->receipt, GAVE_BACK);
}

/* ---- a purchase and its refunds -------------------------------------------------------------- */

/* What the refunds of one purchase come to. */
struct refund_fold {
    const struct purchase *purchase;
    int64_t amount, by_amount, base, line[PURCHASE_LINES_MAX];
    uint32_t count;
    business_date full_on; /* of the one that made it full; DATE_ALWAYS */
    bool sound;
    struct {
        int64_t own, elsewhere, waived;
    } recall[AWARDS_MAX];
};

static void fold_takings(struct refund_fold *fold, const struct refund *refund)
{
    for (uint16_t i = 0; i < refund->taking_count; i++) {
        const struct refund_taking *taking = &refund->takings[i];
        const struct purchase *purchase = fold->purchase;
        uint16_t at = 0;
        while (at < purchase->award_count && purchase->awards[at].credit != taking->credit) at++;
        if (at == purchase->award_count || !refund_taking_balanced(taking) ||
            taking->unit != purchase->awards[at].unit ||
            taking->party.kind != purchase->awards[at].party.kind ||
            taking->party.number != purchase->awards[at].party.number) {
            fold->sound = false;
            continue;
        }
        fold->recall[at].own += taking->own;
        fold->recall[at].elsewhere += taking->elsewhere + taking->owed;
        fold->recall[at].waived += taking->waived;
    }
}

static void fold_refund(struct refund_fold *fold, const struct refund *refund)
{
    if (refund->state != REFUND_POSTED) return;
    fold->count++;
    fold->amount += refund->amount_minor;
    fold->base += refund->base_minor;
    if (refund->full && refund->business_date > fold->full_on)
        fold->full_on = refund->business_date;
    if (refund->line_count == 0) fold->by_amount += refund->amount_minor;
    for (uint8_t i = 0; i < refund->line_count; i++)
        fold->line[refund->lines[i].line - 1] += refund->lines[i].refunded_minor;
    if (refund->member != fold->purchase->member) fold->sound = false;
    fold_takings(fold, refund);
}

static enum store_result fold_refunds(struct verify *verify, struct refund_fold *fold)
{
    struct refund_of page[REFUNDS_PER_PAGE];
    struct receipt after = {0};
    struct refund refund;
    size_t count;

    do {
        enum store_result result;
        do result = refunds_of(&verify->reader, &fold->purchase->receipt, &after, page,
                               REFUNDS_PER_PAGE, &count);
        while (verify_again(verify, result));
        if (result != STORE_OK) return result;
        for (size_t i = 0; i < count; i++) {
            after = page[i].receipt;
            do result = refunds_get(&verify->reader, &after, &refund);
            while (verify_again(verify, result));
            if (result != STORE_OK) return result;
            fold_refund(fold, &refund);
        }
    } while (count == REFUNDS_PER_PAGE);
    return STORE_OK;
}

static enum store_result check_lines(struct verify *verify, struct refund_fold *fold)
{
    struct purchase_lines lines;
    enum store_result result;

    if (fold->purchase->line_count == 0) return STORE_OK;
    do result = purchase_lines_get(&verify->reader, &fold->purchase->receipt, &lines);
    while (verify_again(verify, result));
    for (size_t i = 0; result == STORE_OK && i < lines.count; i++)
        if (lines.lines[i].refunded_minor != fold->line[i]) fold->sound = false;
    return result;
}

static enum store_result check_recalls(struct verify *verify, struct refund_fold *fold)
{
    for (uint16_t i = 0; i < fold->purchase->award_count; i++) {
        const struct award *award = &fold->purchase->awards[i];
        struct credit credit;
        enum store_result result;

        if (award->credit == 0) continue;
        do result = credits_find(&verify->reader, award->party, award->credit, &credit);
        while (verify_again(verify, result));
        if (result != STORE_OK) return result;
        /* What a fraud decision took counts as recalled too: no refund asks for it again. */
        if (credit.recall_own < fold->recall[i].own ||
            (credit.recall_own > fold->recall[i].own && credit.review == 0) ||
            credit.recall_elsewhere != fold->recall[i].elsewhere ||
            credit.recall_waived != fold->recall[i].waived ||
            credit.recall_own > credit.voided + credit.reversed)
            fold->sound = false;
    }
    return STORE_OK;
}

enum store_result verify_purchase_refunds(struct verify *verify, const struct purchase *purchase)
{
    struct refund_fold fold = {.purchase = purchase, .full_on = DATE_ALWAYS, .sound = true};

    enum store_result result = fold_refunds(verify, &fold);
    if (result == STORE_OK && fold.count == 0 && purchase->refund_count == 0 &&
        purchase->refunded_minor == 0)
        return STORE_OK;
    if (result == STORE_OK) result = check_lines(verify, &fold);
    if (result == STORE_OK) result = check_recalls(verify, &fold);
    if (result == STORE_OK && fold.sound && fold.count == purchase->refund_count &&
        fold.amount == purchase->refunded_minor &&
        fold.by_amount == purchase->refunded_by_amount_minor &&
        fold.base == purchase->refunded_base_minor && fold.base <= purchase->base_minor)
        return STORE_OK;
    verify_found(verify, "purchase of member %lu at shop %lu, day %ld: not what its refunds say",
                 (unsigned long)purchase->member, (unsigned long)purchase->receipt.shop,
                 (long)purchase->business_date);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

enum store_result verify_full_refund_on(struct verify *verify, const struct purchase *purchase,
                                        business_date *ret_date)
{
    struct refund_fold fold = {.purchase = purchase, .full_on = DATE_ALWAYS, .sound = true};

    enum store_result result = fold_refunds(verify, &fold);
    *ret_date = fold.full_on;
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* ---- the tables ------------------------------------------------------------------------------ */

static void found_refund(struct verify *verify, const struct receipt *receipt, const char *what)
{
    verify_found(verify, "refund at shop %lu: %s", (unsigned long)receipt->shop, what);
}

/* One that waits though its purchase is there is in the ticker's list; whether the list holds
 * others is seen from its side. */
static enum store_result check_parked(struct verify *verify, const struct refund *refund)
{
    struct purchase purchase;
    enum store_result result;

    do result = purchases_get(&verify->reader, &refund->purchase, &purchase);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result);
    do result = refunds_waiting_get(&verify->reader, &refund->receipt);
    while (verify_again(verify, result));
    if (result == STORE_OK) return STORE_OK;
    found_refund(verify, &refund->receipt, "its purchase is there, and nobody posts it");
    return verify_fatal(result);
}

/* A posted one has its purchase; one that waits may have it too (record_refund.h says when). */
static enum store_result check_refund(struct verify *verify, const struct refund *refund)
{
    enum refund_state listed;
    struct purchase purchase;
    enum store_result result;

    do result = refunds_listed(&verify->reader, refund, &listed);
    while (verify_again(verify, result));
    if (result != STORE_OK || listed != refund->state)
        found_refund(verify, &refund->receipt, "not in the list of its purchase as it is");
    if (result != STORE_OK) return verify_fatal(result);
    if (refund->state == REFUND_PARKED) return check_parked(verify, refund);
    do result = purchases_get(&verify->reader, &refund->purchase, &purchase);
    while (verify_again(verify, result));
    if (result == STORE_OK) return STORE_OK;
    found_refund(verify, &refund->receipt, "its purchase can't be read");
    return verify_fatal(result);
}

static enum store_result visit_refund(struct verify *verify, struct bytes key, struct bytes value)
{
    struct refund refund;
    struct receipt placed = {0};
    size_t head = KEY_REST_OFFSET + 4;

    if (key.size > head && key.size - head <= RECEIPT_BYTES_MAX) {
        placed.shop = key_read_u32(key, KEY_REST_OFFSET);
        placed.size = (uint8_t)(key.size - head);
        memcpy(placed.text, key.data + head, placed.size);
    }
    if (placed.size == 0 || refund_decode(value, &refund) != STORE_OK ||
        !receipt_same(&refund.receipt, &placed)) {
        found_refund(verify, &placed, "damaged record");
        return STORE_OK;
    }
    take_from_sum(verify, &refund);
    return check_refund(verify, &refund);
}

static enum store_result visit_refund_of(struct verify *verify, struct bytes key,
                                         struct bytes value)
{
    struct receipt purchase = {0}, receipt = {0};
    struct refund refund;
    enum store_result result = refund_of_key_read(key, &purchase, &receipt);

    (void)value; /* compared from the refund's side */
    if (result == STORE_OK) {
        do result = refunds_get(&verify->reader, &receipt, &refund);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK && receipt_same(&refund.purchase, &purchase)) return STORE_OK;
    verify_found(verify, "refunds of a purchase at shop %lu: one is not there",
                 (unsigned long)purchase.shop);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

static enum store_result visit_waiting(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    struct receipt receipt = {0};
    struct refund refund;
    struct purchase purchase;
    enum store_result result = refund_waiting_key_read(key, &receipt);
    if (result == STORE_OK && value.size != 0) result = STORE_DAMAGED;

    if (result == STORE_OK) {
        do result = refunds_get(&verify->reader, &receipt, &refund);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK && refund.state != REFUND_PARKED) result = STORE_ABSENT;
    if (result == STORE_OK) {
        do result = purchases_get(&verify->reader, &refund.purchase, &purchase);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) return STORE_OK;
    found_refund(verify, &receipt, "in the ticker's list, and nothing of it to post");
    return verify_fatal(result);
}

static enum store_result visit_write_off(struct verify *verify, struct bytes key,
                                         struct bytes value)
{
    struct write_off write_off;
    struct entry entry;
    uint64_t number = key.size == KEY_REST_OFFSET + 8 ? key_read_u64(key, KEY_REST_OFFSET) : 0;
    enum store_result result = write_off_decode(value, &write_off);

    if (result == STORE_OK && write_off.entry == number) {
        do result = entries_get(&verify->reader, number, &entry);
        while (verify_again(verify, result));
        if (result == STORE_OK && entry.kind == ENTRY_WRITE_OFF &&
            entry.amount == write_off.amount && entry.party.kind == write_off.party.kind &&
            entry.party.number == write_off.party.number)
            return STORE_OK;
    }
    verify_found(verify, "write-off of entry %" PRIu64 ": not what the entry says", number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

enum store_result verify_refunds(struct verify *verify)
{
    enum store_result result =
        verify_table(verify, TABLE_REFUND, "refunds, by shop", visit_refund);
    if (result != STORE_OK) return result;
    if (verify->refund_sum != 0)
        verify_found(verify, "refunds: what they took is not what the entries say");
    result = verify_table(verify, TABLE_REFUND_OF, "refunds of purchases", visit_refund_of);
    if (result != STORE_OK) return result;
    result = verify_table(verify, TABLE_REFUND_WAITING, "refunds that wait", visit_waiting);
    if (result != STORE_OK) return result;
    return verify_table(verify, TABLE_WRITE_OFF, "write-offs", visit_write_off);
}
