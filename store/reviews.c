#include "store/reviews.h"

#include <assert.h>
#include <string.h>

#include "cold.pb-c.h"
#include "store/table.h"

/* 64 credits of 40 bytes, 6 pieces of evidence of 40, a reason, and the rest. */
enum { REVIEW_BYTES_MAX = 4096 };

static struct key review_key(uint32_t merchant, enum table table, uint32_t number)
{
    struct key key = key_begin(merchant, table);
    key_u32(&key, number);
    return key;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool evidence_from_cold(const Beckon__Store__ColdReview *cold, struct review *ret)
{
    uint32_t last = 0;

    if (cold->n_evidence == 0 || cold->n_evidence > EVIDENCE_MAX) return false;
    for (size_t i = 0; i < cold->n_evidence; i++) {
        const Beckon__Store__ColdEvidence *from = cold->evidence[i];
        if (from->signal <= last || from->signal >= SIGNAL_COUNT) return false;
        last = from->signal;
        ret->evidence[i] = (struct evidence){(enum fraud_signal)from->signal, from->limit,
                                             from->observed, from->window};
    }
    ret->evidence_count = cold->n_evidence;
    return true;
}

static bool credits_from_cold(const Beckon__Store__ColdReview *cold, struct review *ret)
{
    if (cold->n_credits == 0 || cold->n_credits > AWARDS_MAX) return false;
    for (size_t i = 0; i < cold->n_credits; i++) {
        const Beckon__Store__ColdReviewCredit *from = cold->credits[i];
        bool known = (from->party_kind == PARTY_MEMBER || from->party_kind == PARTY_GUIDE) &&
                     from->party_number != 0 && from->unit < UNIT_COUNT && from->number != 0 &&
                     from->amount > 0;
        if (!known) return false;
        ret->credits[i] = (struct review_credit){
            .party = {(enum party_kind)from->party_kind, from->party_number},
            .unit = (enum unit)from->unit, .number = from->number, .amount = from->amount};
    }
    ret->credit_count = cold->n_credits;
    return true;
}

static bool event_from_cold(const Beckon__Store__ColdReview *cold, struct event *ret)
{
    bool purchase = cold->event_kind == EVENT_PURCHASE;

    if (!purchase && cold->event_kind != EVENT_REGISTRATION) return false;
    if (cold->member == 0 || cold->receipt.len > RECEIPT_BYTES_MAX) return false;
    if (purchase != (cold->receipt.len > 0 && cold->shop != 0)) return false;
    *ret = (struct event){.kind = (enum event_kind)cold->event_kind, .member = cold->member};
    ret->receipt.shop = cold->shop;
    ret->receipt.size = (uint8_t)cold->receipt.len;
    if (cold->receipt.len > 0) memcpy(ret->receipt.text, cold->receipt.data, cold->receipt.len);
    return true;
}

static bool review_from_cold(const Beckon__Store__ColdReview *cold, struct review *ret)
{
    if (cold->state < REVIEW_OPEN || cold->state > REVIEW_VOIDED) return false;
    if ((cold->state == REVIEW_OPEN) != (cold->decided_at == 0)) return false;
    *ret = (struct review){
        .number = cold->number, .state = (enum review_state)cold->state,
        .business_date = cold->business_date, .recorded_at = cold->recorded_at,
        .guide = cold->guide, .decided_at = cold->decided_at, .decided_by = cold->decided_by};
    return event_from_cold(cold, &ret->event) && evidence_from_cold(cold, ret) &&
           credits_from_cold(cold, ret) &&
           table_copy_text(ret->reason, sizeof ret->reason, cold->reason);
}

enum store_result reviews_get(struct reader *reader, uint32_t number, struct review *ret)
{
    struct key key = review_key(reader->merchant, TABLE_REVIEW, number);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    Beckon__Store__ColdReview *cold =
        beckon__store__cold_review__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    struct review review;
    bool good = review_from_cold(cold, &review) && review.number == number;
    beckon__store__cold_review__free_unpacked(cold, NULL);
    if (!good) return STORE_DAMAGED;
    *ret = review;
    return STORE_OK;
}

enum store_result reviews_last(struct reader *reader, uint32_t *ret_number)
{
    struct key from = review_key(reader->merchant, TABLE_REVIEW, 0);
    struct key to = review_key(reader->merchant, TABLE_REVIEW, UINT32_MAX);
    struct bytes key, value;
    enum store_result result = table_last(reader, &from, &to, &key, &value);
    if (result == STORE_ABSENT) {
        *ret_number = 0;
        return STORE_OK;
    }
    if (result != STORE_OK) return result;
    if (key.size != from.size) return STORE_DAMAGED;
    *ret_number = key_read_u32(key, KEY_REST_OFFSET);
    return STORE_OK;
}

enum store_result reviews_is_open(struct reader *reader, uint32_t number)
{
    struct key key = review_key(reader->merchant, TABLE_REVIEW_OPEN, number);
    struct bytes value;
    return table_get(reader, &key, &value);
}

enum store_result reviews_list(struct reader *reader, bool open_only, uint32_t after,
                               uint32_t *ret_numbers, size_t count_max, size_t *ret_count)
{
    struct key prefix =
        key_begin(reader->merchant, open_only ? TABLE_REVIEW_OPEN : TABLE_REVIEW);
    return table_list_numbers(reader, &prefix, after, ret_numbers, count_max, ret_count);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* The lists a message points to while it is packed. */
struct cold_lists {
    Beckon__Store__ColdEvidence evidence[EVIDENCE_MAX];
    Beckon__Store__ColdEvidence *evidence_list[EVIDENCE_MAX];
    Beckon__Store__ColdReviewCredit credits[AWARDS_MAX];
    Beckon__Store__ColdReviewCredit *credit_list[AWARDS_MAX];
};

static void lists_to_cold(const struct review *review, struct cold_lists *lists,
                          Beckon__Store__ColdReview *cold)
{
    for (size_t i = 0; i < review->evidence_count; i++) {
        const struct evidence *from = &review->evidence[i];
        Beckon__Store__ColdEvidence *to = lists->evidence_list[i] = &lists->evidence[i];
        beckon__store__cold_evidence__init(to);
        to->signal = (uint32_t)from->signal;
        to->limit = from->limit;
        to->observed = from->observed;
        to->window = from->window;
    }
    for (size_t i = 0; i < review->credit_count; i++) {
        const struct review_credit *from = &review->credits[i];
        Beckon__Store__ColdReviewCredit *to = lists->credit_list[i] = &lists->credits[i];
        beckon__store__cold_review_credit__init(to);
        to->party_kind = (uint32_t)from->party.kind;
        to->party_number = from->party.number;
        to->unit = (uint32_t)from->unit;
        to->number = from->number;
        to->amount = from->amount;
    }
    cold->n_evidence = review->evidence_count;
    cold->evidence = lists->evidence_list;
    cold->n_credits = review->credit_count;
    cold->credits = lists->credit_list;
}

void reviews_put(struct batch *batch, const struct review *review)
{
    assert(review->number != 0 && review->event.member != 0);
    assert(review->evidence_count > 0 && review->evidence_count <= EVIDENCE_MAX);
    assert(review->credit_count > 0 && review->credit_count <= AWARDS_MAX);
    assert((review->state == REVIEW_OPEN) == (review->decided_at == 0));
    struct cold_lists lists;
    uint8_t receipt[RECEIPT_BYTES_MAX];
    Beckon__Store__ColdReview cold = BECKON__STORE__COLD_REVIEW__INIT;
    cold.number = review->number;
    cold.state = (uint32_t)review->state;
    cold.event_kind = (uint32_t)review->event.kind;
    cold.member = review->event.member;
    cold.shop = review->event.receipt.shop;
    memcpy(receipt, review->event.receipt.text, sizeof receipt);
    cold.receipt = (ProtobufCBinaryData){review->event.receipt.size, receipt};
    cold.business_date = review->business_date;
    cold.recorded_at = review->recorded_at;
    cold.guide = review->guide;
    cold.decided_at = review->decided_at;
    cold.decided_by = review->decided_by;
    cold.reason = table_text(review->reason);
    lists_to_cold(review, &lists, &cold);

    uint8_t data[REVIEW_BYTES_MAX];
    assert(beckon__store__cold_review__get_packed_size(&cold) <= sizeof data);
    struct key key = review_key(batch->reader.merchant, TABLE_REVIEW, review->number);
    table_put(batch, &key, data, beckon__store__cold_review__pack(&cold, data));
    struct key open = review_key(batch->reader.merchant, TABLE_REVIEW_OPEN, review->number);
    if (review->state == REVIEW_OPEN) table_put_empty(batch, &open);
    else table_delete(batch, &open);
}
