/* What a fraud signal held against the credits it names, and the signals' own counts. */
#include <inttypes.h>
#include <string.h>

#include "store/accounts.h"
#include "store/date.h"
#include "store/encode.h"
#include "store/reviews.h"
#include "store/table.h"
#include "store/verify_inner.h"

/* ---- reviews --------------------------------------------------------------------------------- */

/* An open review holds what is left of its credits; a voided one left nothing. */
static bool credit_stands(const struct review *review, const struct review_credit *named,
                          const struct credit *credit)
{
    bool held = (credit->flags & CREDIT_HELD) != 0;

    if (credit->review != review->number || credit->unit != named->unit ||
        credit->posted != named->amount)
        return false;
    if (review->state == REVIEW_OPEN) return held || credit->state == CREDIT_DONE;
    return review->state != REVIEW_VOIDED || credit->state == CREDIT_DONE;
}

static enum store_result check_credits(struct verify *verify, const struct review *review)
{
    for (size_t i = 0; i < review->credit_count; i++) {
        const struct review_credit *named = &review->credits[i];
        struct credit credit;
        enum store_result result;
        do result = credits_find(&verify->reader, named->party, named->number, &credit);
        while (verify_again(verify, result));
        if (result == STORE_OK && credit_stands(review, named, &credit)) continue;
        verify_found(verify, "review %lu: credit %" PRIu64 " is not held or left as it says",
                     (unsigned long)review->number, named->number);
        if (result != STORE_OK) result = verify_fatal(result);
        if (result != STORE_OK) return result;
    }
    return STORE_OK;
}

static enum store_result visit_review(struct verify *verify, struct bytes key, struct bytes value)
{
    struct review review;
    enum store_result result = STORE_DAMAGED;

    (void)value;
    uint32_t number = key.size == KEY_REST_OFFSET + 4 ? key_read_u32(key, KEY_REST_OFFSET) : 0;
    if (number != 0) {
        do result = reviews_get(&verify->reader, number, &review);
        while (verify_again(verify, result));
    }
    if (result != STORE_OK) {
        verify_found(verify, "review %lu is damaged", (unsigned long)number);
        return verify_fatal(result);
    }
    enum store_result listed;
    do listed = reviews_is_open(&verify->reader, number);
    while (verify_again(verify, listed));
    if (listed != STORE_OK && listed != STORE_ABSENT) return verify_fatal(listed);
    if ((listed == STORE_OK) != (review.state == REVIEW_OPEN))
        verify_found(verify, "review %lu is %s the list of open ones", (unsigned long)number,
                     listed == STORE_OK ? "decided but in" : "open but not in");
    return check_credits(verify, &review);
}

static enum store_result visit_open(struct verify *verify, struct bytes key, struct bytes value)
{
    struct review review;
    enum store_result result = STORE_DAMAGED;

    (void)value;
    uint32_t number = key.size == KEY_REST_OFFSET + 4 ? key_read_u32(key, KEY_REST_OFFSET) : 0;
    if (number != 0) {
        do result = reviews_get(&verify->reader, number, &review);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "%s review %lu where one is said to be open", verify_word(result),
                 (unsigned long)number);
    return verify_fatal(result);
}

enum store_result verify_credit_review(struct verify *verify, struct party party,
                                       const struct credit *credit)
{
    struct review review;
    enum store_result result;

    if (credit->review == 0) return STORE_OK;
    do result = reviews_get(&verify->reader, credit->review, &review);
    while (verify_again(verify, result));
    for (size_t i = 0; result == STORE_OK && i < review.credit_count; i++) {
        const struct review_credit *named = &review.credits[i];
        if (named->number == credit->number && named->party.kind == party.kind &&
            named->party.number == party.number)
            return STORE_OK;
    }
    verify_found(verify, "%s %lu: credit %" PRIu64 " names review %lu, which does not name it",
                 verify_kind(party.kind), (unsigned long)party.number, credit->number,
                 (unsigned long)credit->review);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* ---- signals --------------------------------------------------------------------------------- */

/* Under kind, party kind, party number, month. */
enum { SIGNAL_PARTY_OFFSET = KEY_REST_OFFSET + 1, SIGNAL_MONTH_OFFSET = SIGNAL_PARTY_OFFSET + 5,
       SIGNAL_KEY_BYTES = SIGNAL_MONTH_OFFSET + 4 };

static bool signal_sound(struct bytes key, struct bytes value, struct party *ret_party)
{
    struct signal_counts counts;

    if (key.size != SIGNAL_KEY_BYTES || signal_counts_decode(value, &counts) != STORE_OK)
        return false;
    *ret_party = (struct party){(enum party_kind)key.data[SIGNAL_PARTY_OFFSET],
                                key_read_u32(key, SIGNAL_PARTY_OFFSET + 1)};
    business_date month = key_read_date(key, SIGNAL_MONTH_OFFSET);
    if (key.data[KEY_REST_OFFSET] == SIGNAL_KIND_REGISTRATIONS)
        return ret_party->kind == PARTY_GUIDE && month == 0;
    if (key.data[KEY_REST_OFFSET] == SIGNAL_KIND_ERASED_BEFORE)
        return ret_party->kind == PARTY_MEMBER && month == 0 && counts.first != 0;
    return key.data[KEY_REST_OFFSET] == SIGNAL_KIND_FULL_REFUNDS && counts.first == 0 &&
           ret_party->kind == PARTY_MEMBER && month == date_month_start(month);
}

static enum store_result visit_signal(struct verify *verify, struct bytes key, struct bytes value)
{
    struct party party = {PARTY_NONE, 0};
    struct account account;
    enum store_result result = STORE_DAMAGED;

    if (signal_sound(key, value, &party)) {
        do result = accounts_get(&verify->reader, party, &account);
        while (verify_again(verify, result));
    }
    bool counted = result == STORE_OK &&
                   (key.data[KEY_REST_OFFSET] != SIGNAL_KIND_FULL_REFUNDS ||
                    account.refund_cycle_count > 0);
    if (counted) return STORE_OK;
    verify_found(verify, "%s %lu: signals are counted that nobody has", verify_kind(party.kind),
                 (unsigned long)party.number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

struct cycles {
    uint32_t count;
    business_date from; /* the first day that counts; DATE_NEVER: none */
};

static enum store_result visit_cycles(void *context, struct bytes key, struct bytes value,
                                      bool *ret_more)
{
    struct cycles *cycles = context;
    struct signal_counts counts;

    (void)ret_more;
    if (key.size != SIGNAL_KEY_BYTES || signal_counts_decode(value, &counts) != STORE_OK)
        return STORE_DAMAGED;
    for (int i = 0; i < SIGNAL_SLOTS; i++) {
        cycles->count += counts.counts[i];
        if (counts.counts[i] != 0 && cycles->from == DATE_NEVER)
            cycles->from = key_read_date(key, SIGNAL_MONTH_OFFSET) + i;
    }
    return STORE_OK;
}

enum store_result verify_refund_cycle(struct verify *verify, uint32_t member,
                                      const struct account *account)
{
    struct cycles cycles;
    enum store_result result;

    if (account->refund_cycle_count == 0 && account->refund_cycle_from == DATE_NEVER)
        return STORE_OK;
    struct key prefix = key_begin(verify->merchant, TABLE_SIGNAL);
    key_u8(&prefix, SIGNAL_KIND_FULL_REFUNDS);
    key_party(&prefix, (struct party){PARTY_MEMBER, member});
    struct key end = key_after(&prefix);
    do {
        cycles = (struct cycles){.from = DATE_NEVER};
        result = table_walk(&verify->reader, key_view(&prefix), key_view(&end), visit_cycles,
                            &cycles);
    } while (verify_again(verify, result));
    bool full = account->refund_cycle_count == UINT16_MAX; /* it stays so */
    bool same = full ? cycles.count >= UINT16_MAX : cycles.count == account->refund_cycle_count;
    if (result == STORE_OK && same && cycles.from == account->refund_cycle_from) return STORE_OK;
    verify_found(verify, "member %lu: %u full refunds are counted, not %lu",
                 (unsigned long)member, (unsigned)account->refund_cycle_count,
                 (unsigned long)cycles.count);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

enum store_result verify_reviews(struct verify *verify)
{
    enum store_result result = verify_table(verify, TABLE_REVIEW, "reviews", visit_review);
    if (result == STORE_OK)
        result = verify_table(verify, TABLE_REVIEW_OPEN, "open reviews", visit_open);
    if (result == STORE_OK) result = verify_table(verify, TABLE_SIGNAL, "signals", visit_signal);
    return result;
}
