/* Purchases and registrations: who bought, the chain to the one before, and that each award is
 * exactly what its entry says. */
#include <inttypes.h>
#include <string.h>

#include "store/accounts.h"
#include "store/encode.h"
#include "store/purchases.h"
#include "store/verify_inner.h"

/* What the awards of one event have in common. Named by shop, member and date: a receipt's text is
 * the merchant's. */
struct award_event {
    const char *table;
    struct event event;
    business_date business_date; /* of a purchase */
    uint32_t program_version;
};

static bool entry_is_award(const struct entry *entry, const struct award_event *of,
                           const struct award *award)
{
    bool dated = of->event.kind != EVENT_PURCHASE || entry->event_date == of->business_date;
    return entry->kind == ENTRY_ACCRUE && entry->unit == award->unit &&
           entry->amount == award->amount && entry->credit == award->credit &&
           entry->rule == award->rule && entry->program_version == of->program_version &&
           entry->party.kind == award->party.kind &&
           entry->party.number == award->party.number && dated &&
           entry->event.kind == of->event.kind && entry->event.member == of->event.member &&
           receipt_same(&entry->event.receipt, &of->event.receipt);
}

static enum store_result check_award(struct verify *verify, const struct award_event *of,
                                     const struct award *award)
{
    if ((award->amount > 0) != (award->credit != 0)) {
        verify_found(verify, "%s of member %lu: an award of %" PRId64 " names credit %" PRIu64,
                     of->table, (unsigned long)of->event.member, award->amount, award->credit);
    }
    if (award->credit == 0) return STORE_OK;
    struct entry entry;
    enum store_result result;
    do result = entries_get(&verify->reader, award->credit, &entry);
    while (verify_again(verify, result));
    if (result == STORE_OK && entry_is_award(&entry, of, award)) return STORE_OK;
    verify_found(verify, "%s of member %lu: the award of credit %" PRIu64 " is not its entry's",
                 of->table, (unsigned long)of->event.member, award->credit);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

static enum store_result check_awards(struct verify *verify, const struct award_event *of,
                                      const struct award *awards, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++) {
        for (uint16_t j = 0; j < i; j++) {
            if (awards[i].credit != 0 && awards[i].credit == awards[j].credit) {
                verify_found(verify, "%s of member %lu: two awards name credit %" PRIu64,
                             of->table, (unsigned long)of->event.member, awards[i].credit);
            }
        }
        enum store_result result = check_award(verify, of, &awards[i]);
        if (result != STORE_OK) return result;
    }
    return STORE_OK;
}

/* Follows the member's purchases from the newest down to this one. Only for those too young to be
 * counted: recorded_at never grows along the way, so the walk is short. */
static enum store_result find_in_chain(struct verify *verify, const struct purchase *purchase)
{
    struct account account;
    enum store_result result;
    do result = accounts_get(&verify->reader, (struct party){PARTY_MEMBER, purchase->member},
                             &account);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result); /* found elsewhere */
    struct receipt at = account.last_purchase;
    for (uint32_t i = 0; i < account.purchase_count && at.size > 0; i++) {
        if (receipt_same(&at, &purchase->receipt)) return STORE_OK;
        struct purchase newer;
        do result = purchases_get(&verify->reader, &at, &newer);
        while (verify_again(verify, result));
        if (result != STORE_OK) return verify_fatal(result);
        if (newer.recorded_at < purchase->recorded_at) break;
        at = newer.previous;
    }
    verify_found(verify, "purchase of member %lu at shop %lu, day %ld: not in her list",
                 (unsigned long)purchase->member, (unsigned long)purchase->receipt.shop,
                 (long)purchase->business_date);
    return STORE_OK;
}

static enum store_result check_place(struct verify *verify, const struct purchase *purchase)
{
    struct party member = {PARTY_MEMBER, purchase->member};
    struct party shop = {PARTY_SHOP, purchase->receipt.shop};
    enum store_result result = verify_party_get(verify, member);
    if (result == STORE_OK) result = verify_party_get(verify, shop);
    if (result != STORE_OK) {
        verify_found(verify, "purchase of member %lu at shop %lu: %s member or shop",
                     (unsigned long)member.number, (unsigned long)shop.number,
                     verify_word(result));
        return verify_fatal(result);
    }
    struct account_fold *fold = verify_fold(verify, member);
    if (fold != NULL && purchase->recorded_at < verify->fence.time) {
        fold->purchase_count++;
        return STORE_OK;
    }
    return find_in_chain(verify, purchase);
}

static void check_amounts(struct verify *verify, const struct purchase *purchase)
{
    bool good = purchase->base_minor <= purchase->parts.amount_minor &&
                purchase->refunded_minor <= purchase->parts.amount_minor;
    if (good) return;
    verify_found(verify, "purchase of member %lu at shop %lu, day %ld: amounts out of range",
                 (unsigned long)purchase->member, (unsigned long)purchase->receipt.shop,
                 (long)purchase->business_date);
}

/* Lines and freight make up the amount, the lines' bases the base. */
static enum store_result check_lines(struct verify *verify, const struct purchase *purchase)
{
    struct purchase_lines lines;
    int64_t amount = purchase->parts.freight_minor, tax = 0, base = 0;
    enum store_result result;

    if (purchase->line_count == 0) return STORE_OK;
    do result = purchase_lines_get(&verify->reader, &purchase->receipt, &lines);
    while (verify_again(verify, result));
    for (size_t i = 0; result == STORE_OK && i < lines.count; i++) {
        amount += lines.lines[i].amount_minor;
        tax += lines.lines[i].tax_minor;
        base += lines.lines[i].base_minor;
    }
    if (result == STORE_OK && lines.count == purchase->line_count &&
        amount == purchase->parts.amount_minor && tax == purchase->parts.tax_minor &&
        base == purchase->base_minor)
        return STORE_OK;
    verify_found(verify, "purchase of member %lu at shop %lu, day %ld: its lines don't make it up",
                 (unsigned long)purchase->member, (unsigned long)purchase->receipt.shop,
                 (long)purchase->business_date);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* Lines without their purchase. */
static enum store_result visit_lines(struct verify *verify, struct bytes key, struct bytes value)
{
    size_t head = KEY_REST_OFFSET + 4;
    struct receipt receipt = {0};
    struct purchase purchase;
    enum store_result result = STORE_ABSENT;

    (void)value;
    if (key.size > head && key.size - head <= RECEIPT_BYTES_MAX) {
        receipt.shop = key_read_u32(key, KEY_REST_OFFSET);
        receipt.size = (uint8_t)(key.size - head);
        memcpy(receipt.text, key.data + head, receipt.size);
        do result = purchases_get(&verify->reader, &receipt, &purchase);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK && purchase.line_count > 0) return STORE_OK;
    verify_found(verify, "lines at shop %lu: no purchase has them", (unsigned long)receipt.shop);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

static enum store_result visit_purchase(struct verify *verify, struct bytes key,
                                        struct bytes value)
{
    struct purchase purchase;
    uint32_t shop = key.size > KEY_REST_OFFSET + 4 ? key_read_u32(key, KEY_REST_OFFSET) : 0;
    size_t head = KEY_REST_OFFSET + 4;
    bool good = shop != 0 && purchase_decode(value, &purchase) == STORE_OK &&
                purchase.receipt.shop == shop && purchase.receipt.size == key.size - head &&
                memcmp(purchase.receipt.text, key.data + head, key.size - head) == 0;
    if (!good) {
        verify_found(verify, "purchase at shop %lu: damaged record", (unsigned long)shop);
        return STORE_OK;
    }
    verify->report->purchases++;
    check_amounts(verify, &purchase);
    enum store_result result = check_lines(verify, &purchase);
    if (result == STORE_OK) result = check_place(verify, &purchase);
    if (result == STORE_OK) result = verify_purchase_refunds(verify, &purchase);
    if (result != STORE_OK) return result;
    struct award_event of = {
        .table = "purchase",
        .event = {EVENT_PURCHASE, purchase.member, purchase.receipt, 0},
        .business_date = purchase.business_date,
        .program_version = purchase.program_version,
    };
    return check_awards(verify, &of, purchase.awards, purchase.award_count);
}

static enum store_result visit_registration(struct verify *verify, struct bytes key,
                                            struct bytes value)
{
    struct registration registration;
    uint32_t member = key.size == KEY_REST_OFFSET + 4 ? key_read_u32(key, KEY_REST_OFFSET) : 0;
    if (member == 0 || registration_decode(value, &registration) != STORE_OK ||
        registration.member != member) {
        verify_found(verify, "registration of member %lu: damaged record",
                     (unsigned long)member);
        return STORE_OK;
    }
    enum store_result result = verify_party_get(verify, (struct party){PARTY_MEMBER, member});
    if (result != STORE_OK) {
        verify_found(verify, "registration of member %lu: %s account", (unsigned long)member,
                     verify_word(result));
        return verify_fatal(result);
    }
    struct award_event of = {
        .table = "registration",
        .event = {.kind = EVENT_REGISTRATION, .member = member},
        .program_version = registration.program_version,
    };
    result = check_awards(verify, &of, registration.awards, registration.award_count);
    return result == STORE_OK ? verify_benefits(verify, &registration) : result;
}

enum store_result verify_purchases(struct verify *verify)
{
    enum store_result result =
        verify_table(verify, TABLE_PURCHASE, "purchases, by shop", visit_purchase);
    if (result != STORE_OK) return result;
    result = verify_table(verify, TABLE_PURCHASE_LINES, "lines, by shop", visit_lines);
    if (result != STORE_OK) return result;
    return verify_table(verify, TABLE_REGISTRATION, "registrations", visit_registration);
}
