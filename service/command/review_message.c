#include "service/command/review_message.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "service/command/reply.h"
#include "store/shops.h"

static_assert((int)SIGNAL_ERASED_BEFORE ==
                  (int)BECKON__V1__FRAUD_SIGNAL__FRAUD_SIGNAL_ERASED_BEFORE, "same numbers");
static_assert((int)REVIEW_VOIDED == (int)BECKON__V1__REVIEW_STATE__REVIEW_STATE_VOIDED,
              "same numbers");

enum { SENTENCE_BYTES = 320, NUMBER_BYTES = 24 };

/* Evidence as sentences: {limit}, {observed} and {window} are replaced. */
static const struct {
    const char *en, *zh;
    bool clock; /* its numbers are minutes after midnight */
} SENTENCES[] = {
    [SIGNAL_SELF_REFERRAL] =
        {"She registered with the code of guide {observed}, whose phone is hers; somebody else "
         "was named as recommender.",
         "她用导购 {observed} 的推荐码登记，而该导购的电话就是她的电话；同时填写了其他推荐人。", false},
    [SIGNAL_REGISTRATION_RATE] =
        {"{observed} registrations for this guide within {window} minutes; at most {limit} are "
         "usual.",
         "该导购在 {window} 分钟内有 {observed} 次登记，通常最多 {limit} 次。", false},
    [SIGNAL_SHOP_CLOSED] =
        {"Registered at {observed} local time; the shop is open from {limit} to {window}.",
         "登记时间为当地 {observed}，门店营业时间为 {limit} 至 {window}。", true},
    [SIGNAL_REFUND_CYCLE] =
        {"She gave {observed} purchases back in full within {window} days; from {limit} on a "
         "person looks at it.",
         "她在 {window} 天内有 {observed} 笔消费全额退货，达到 {limit} 笔即需人工审核。", false},
    [SIGNAL_MONTH_END_SPIKE] =
        {"{observed} new members for this guide on one day at the end of the month; after the "
         "{window} days before, at most {limit} were to be expected.",
         "月末一天内该导购新增 {observed} 名会员；按本月前 {window} 天推算，最多应为 {limit} 名。", false},
    [SIGNAL_OWN_PURCHASE] =
        {"The buyer is guide {observed}, who recommended, serves or sold to herself; others earn "
         "by it.",
         "购买人就是导购 {observed}，其本人是推荐人、服务导购或销售导购；其他人因此获得奖励。", false},
    [SIGNAL_ERASED_BEFORE] =
        {"Her phone was that of a member who was erased {observed} days before: is she new to the "
         "merchant?",
         "该电话属于 {observed} 天前已注销的会员：请确认她是否真是新会员。", false},
};
static_assert(sizeof SENTENCES / sizeof SENTENCES[0] == SIGNAL_COUNT, "a sentence a signal");

bool review_told(const struct command_call *call)
{
    return call->principal.role == ROLE_ADMIN || call->principal.role == ROLE_AUDITOR;
}

static void number_text(int64_t number, bool clock, char ret[NUMBER_BYTES])
{
    if (clock)
        snprintf(ret, NUMBER_BYTES, "%02d:%02d", (int)(number / 60 % 100), (int)(number % 60));
    else
        snprintf(ret, NUMBER_BYTES, "%" PRId64, number);
}

static char *sentence(struct command_call *call, const char *pattern,
                      const struct evidence *evidence, bool clock)
{
    static const char *const names[] = {"{limit}", "{observed}", "{window}"};
    const int64_t numbers[] = {evidence->limit, evidence->observed, evidence->window};
    char text[SENTENCE_BYTES];
    size_t used = 0;

    while (*pattern != '\0') {
        char number[NUMBER_BYTES];
        const char *piece = pattern;
        size_t size = 1, skip = 1;
        for (size_t i = 0; i < 3; i++) {
            if (strncmp(pattern, names[i], strlen(names[i])) != 0) continue;
            number_text(numbers[i], clock, number);
            piece = number;
            size = strlen(number);
            skip = strlen(names[i]);
        }
        assert(used + size < sizeof text);
        memcpy(text + used, piece, size);
        used += size;
        pattern += skip;
    }
    return reply_text_of(call, text, used);
}

static Beckon__V1__Evidence *evidence_message(struct command_call *call,
                                              const struct evidence *evidence)
{
    Beckon__V1__Evidence *message = reply_message(call, &beckon__v1__evidence__descriptor);
    if (message == NULL) return NULL;
    bool clock = SENTENCES[evidence->signal].clock;
    message->signal = (Beckon__V1__FraudSignal)evidence->signal;
    message->limit = evidence->limit;
    message->observed = evidence->observed;
    message->window = evidence->window;
    message->text_en = sentence(call, SENTENCES[evidence->signal].en, evidence, clock);
    message->text_zh = sentence(call, SENTENCES[evidence->signal].zh, evidence, clock);
    return message->text_en != NULL && message->text_zh != NULL ? message : NULL;
}

static Beckon__V1__HeldCredit *credit_message(struct command_call *call,
                                              const struct review_credit *credit)
{
    Beckon__V1__HeldCredit *message = reply_message(call, &beckon__v1__held_credit__descriptor);
    if (message == NULL) return NULL;
    message->credit_number = credit->number;
    message->beneficiary = reply_party(call, credit->party);
    message->unit = reply_unit(credit->unit);
    message->amount = credit->amount;
    return message->beneficiary != NULL ? message : NULL;
}

size_t review_message_bytes(const struct review *review)
{
    return 4 * REPLY_MESSAGE_BYTES + review->evidence_count * (2 * SENTENCE_BYTES + 256) +
           review->credit_count * 256;
}

static bool fill_lists(struct command_call *call, const struct review *review,
                       Beckon__V1__Review *message)
{
    message->evidence =
        reply_alloc(call, review->evidence_count * sizeof *message->evidence);
    message->credits = reply_alloc(call, review->credit_count * sizeof *message->credits);
    if (message->evidence == NULL || message->credits == NULL) return false;
    for (size_t i = 0; i < review->evidence_count; i++) {
        message->evidence[i] = evidence_message(call, &review->evidence[i]);
        if (message->evidence[i] == NULL) return false;
        message->n_evidence++;
    }
    for (size_t i = 0; i < review->credit_count; i++) {
        message->credits[i] = credit_message(call, &review->credits[i]);
        if (message->credits[i] == NULL) return false;
        message->n_credits++;
    }
    return true;
}

enum outcome review_message(struct reader *reader, struct command_call *call,
                            const struct review *review, Beckon__V1__Review **ret)
{
    const struct receipt *receipt = &review->event.receipt;
    struct shop shop = {.number = 0};

    if (review->event.kind == EVENT_PURCHASE) {
        enum outcome outcome =
            command_outcome(shops_get(reader, receipt->shop, &shop), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (ret == NULL) return OUTCOME_OK;
    Beckon__V1__Review *message = reply_message(call, &beckon__v1__review__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->review_number = review->number;
    message->state = (Beckon__V1__ReviewState)review->state;
    message->member_number = review->event.member;
    message->shop_id = reply_text(call, shop.shop_id);
    message->receipt_number = reply_text_of(call, receipt->text, receipt->size);
    message->business_date = reply_date(call, review->business_date);
    message->recorded_at = reply_time(call, review->recorded_at);
    message->guide_number = review->guide;
    message->decided_by_token = review->decided_by;
    message->reason = reply_text(call, review->reason);
    if (review->decided_at != 0) message->decided_at = reply_time(call, review->decided_at);
    if (message->shop_id == NULL || message->receipt_number == NULL ||
        message->business_date == NULL || message->recorded_at == NULL ||
        message->reason == NULL || (review->decided_at != 0 && message->decided_at == NULL) ||
        !fill_lists(call, review, message))
        return OUTCOME_BUSY;
    *ret = message;
    return OUTCOME_OK;
}
