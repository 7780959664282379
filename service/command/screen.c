#include "service/command/screen.h"

#include <assert.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/event.h"
#include "service/rules/fraud.h"
#include "store/date.h"
#include "store/kpi.h"
#include "store/reviews.h"
#include "store/signals.h"

enum { MS_A_MINUTE = 60 * 1000, MS_A_DAY = 24 * 60 * MS_A_MINUTE };

/* Whoever is not the customer of the event. */
static bool earns_by_her(const struct earning *earning, const struct award *award)
{
    bool herself = award->party.kind == PARTY_MEMBER &&
                   award->party.number == earning->event.member;
    return award->amount > 0 && !herself;
}

/* Where others earn by something suspicious: the number of the review that will hold it. */
static enum outcome decide(struct batch *batch, const struct fraud_facts *facts,
                           struct earning *earning, struct screening *screening)
{
    static const struct fraud_settings off;
    const struct program *program = earning->program;
    uint32_t last;
    bool others = false;

    screening->evidence_count = fraud_evidence(program != NULL ? &program->fraud : &off, facts,
                                               screening->evidence);
    for (size_t i = 0; i < earning->award_count; i++)
        others |= earns_by_her(earning, &earning->awards[i]);
    if (screening->evidence_count == 0 || !others) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(reviews_last(&batch->reader, &last), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (last == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    earning->review = last + 1;
    return OUTCOME_OK;
}

/* ---- registrations --------------------------------------------------------------------------- */

static enum outcome count_minute(struct batch *batch, uint64_t at_ms, struct screening *screening,
                                 uint32_t *ret_count)
{
    struct party guide = {PARTY_GUIDE, screening->guide};
    uint64_t minute = at_ms / MS_A_MINUTE;

    enum outcome outcome = command_outcome(
        signals_get(&batch->reader, SIGNAL_KIND_REGISTRATIONS, guide, 0, &screening->minutes),
        OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    *ret_count = minute >= SIGNAL_SLOTS ? fraud_count_minute(&screening->minutes, minute) : 0;
    screening->counts_minutes = *ret_count != 0;
    return OUTCOME_OK;
}

/* The guide's new members by day of the month, this one too. */
static enum outcome load_month(struct batch *batch, const struct screening *screening,
                               struct fraud_facts *facts)
{
    business_date month = date_month_start(facts->business_date);
    struct kpi_month counts;

    enum outcome outcome = command_outcome(
        kpi_get(&batch->reader, screening->guide, month, &counts), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    static_assert((int)KPI_DAYS == (int)SIGNAL_SLOTS, "a month");
    for (size_t day = 0; day < KPI_DAYS; day++)
        facts->by_day[day] = counts.days[day].new_members + counts.days[day].inherited_members;
    facts->by_day[facts->business_date - month]++;
    return OUTCOME_OK;
}

enum outcome screen_registration(struct batch *batch, const struct merchant *merchant,
                                 uint64_t erased_at, struct earning *earning,
                                 struct screening *ret)
{
    const struct account *account = &earning->earners[EARNER_BUYER].account;
    struct fraud_facts facts = {
        .event = EVENT_REGISTRATION, .business_date = earning->business_date,
        .self_guide = account->self_guide,
        .self_referral = account->scan_result == SCAN_SELF_REFERRAL,
        .at_shop = account->registered_shop != 0 ||
                   (account->serving_guide != 0 && !account->serving_inherited),
        .local_minute = business_time_local_minute(merchant, account->registered_at),
    };

    assert(earning->event.kind == EVENT_REGISTRATION);
    *ret = (struct screening){.guide = account->serving_guide};
    if (erased_at != 0) {
        uint64_t now_ms = batch_recorded_at(batch);
        uint64_t days = now_ms > erased_at ? (now_ms - erased_at) / MS_A_DAY : 0;
        facts.erased_before = ret->marks_erased = true;
        facts.erased_days = (int64_t)days;
        ret->erased.first = 1 + days;
    }
    if (earning->program != NULL && ret->guide != 0) {
        const struct fraud_settings *settings = &earning->program->fraud;
        enum outcome outcome = OUTCOME_OK;
        if (settings->registrations_per_ten_minutes != 0)
            outcome = count_minute(batch, account->registered_at, ret, &facts.in_ten_minutes);
        if (outcome == OUTCOME_OK && fraud_month_ends(settings, facts.business_date))
            outcome = load_month(batch, ret, &facts);
        if (outcome != OUTCOME_OK) return outcome;
    }
    return decide(batch, &facts, earning, ret);
}

/* ---- purchases ------------------------------------------------------------------------------- */

/* A first purchase asks whether she registered with the phone of somebody who had been erased. */
static enum outcome load_erased(struct batch *batch, struct party buyer, struct fraud_facts *facts)
{
    struct signal_counts erased;

    enum outcome outcome = command_outcome(
        signals_get(&batch->reader, SIGNAL_KIND_ERASED_BEFORE, buyer, 0, &erased),
        OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK || erased.first == 0) return outcome;
    facts->erased_before = true;
    facts->erased_days = (int64_t)(erased.first - 1);
    return OUTCOME_OK;
}

enum outcome screen_purchase(struct batch *batch, bool first, struct earning *earning,
                             struct screening *ret)
{
    const struct earner *buyer = &earning->earners[EARNER_BUYER];
    struct fraud_facts facts = {.event = EVENT_PURCHASE,
                                .business_date = earning->business_date,
                                .self_guide = buyer->account.self_guide};

    assert(earning->event.kind == EVENT_PURCHASE);
    *ret = (struct screening){.guide = earning->earners[EARNER_SERVING].party.number};
    for (int i = 0; i < EARNER_COUNT; i++)
        facts.own_purchase |= earning->earners[i].self;
    const struct program *program = earning->program;
    if (program != NULL && program->fraud.refund_cycles != 0 &&
        buyer->account.refund_cycle_count >= program->fraud.refund_cycles) {
        business_date days = program->fraud.refund_cycle_days;
        assert(days > 0 && days <= REFUND_CYCLE_DAYS_MAX); /* checked when it was published */
        enum outcome outcome = command_outcome(
            signals_sum(&batch->reader, SIGNAL_KIND_FULL_REFUNDS, buyer->party,
                        facts.business_date - days + 1, facts.business_date, &facts.full_refunds),
            OUTCOME_INTERNAL);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (first) {
        enum outcome outcome = load_erased(batch, buyer->party, &facts);
        if (outcome != OUTCOME_OK) return outcome;
    }
    return decide(batch, &facts, earning, ret);
}

/* ---- after the LINE -------------------------------------------------------------------------- */

void screen_put(struct batch *batch, const struct earning *earning,
                const struct screening *screening)
{
    if (screening->counts_minutes)
        signals_put(batch, SIGNAL_KIND_REGISTRATIONS,
                    (struct party){PARTY_GUIDE, screening->guide}, 0, &screening->minutes);
    if (screening->marks_erased)
        signals_put(batch, SIGNAL_KIND_ERASED_BEFORE, earning->earners[EARNER_BUYER].party, 0,
                    &screening->erased);
    if (earning->review == 0) return;

    struct review review = {
        .number = earning->review, .state = REVIEW_OPEN, .event = earning->event,
        .business_date = earning->business_date, .recorded_at = batch_recorded_at(batch),
        .guide = screening->guide, .evidence_count = screening->evidence_count,
    };
    memcpy(review.evidence, screening->evidence, sizeof review.evidence);
    for (size_t i = 0; i < earning->award_count; i++) {
        const struct award *award = &earning->awards[i];
        if (!earns_by_her(earning, award)) continue;
        assert(award->credit != 0);
        review.credits[review.credit_count++] = (struct review_credit){
            .party = award->party, .unit = award->unit, .number = award->credit,
            .amount = award->amount};
    }
    assert(review.credit_count > 0);
    reviews_put(batch, &review);
    event_tell_review(batch, &review);
}

/* ---- refunds --------------------------------------------------------------------------------- */

enum outcome screen_full_refund(struct reader *reader, uint32_t member, struct account *account,
                                business_date date, struct screen_refund *ret)
{
    struct party party = {PARTY_MEMBER, member};

    ret->month = date_month_start(date);
    enum outcome outcome = command_outcome(
        signals_get(reader, SIGNAL_KIND_FULL_REFUNDS, party, ret->month, &ret->counts),
        OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    uint16_t *count = &ret->counts.counts[date - ret->month];
    if (*count < UINT16_MAX) ++*count;
    if (account->refund_cycle_count < UINT16_MAX) account->refund_cycle_count++;
    if (date < account->refund_cycle_from) account->refund_cycle_from = date;
    return OUTCOME_OK;
}

void screen_full_refund_put(struct batch *batch, uint32_t member,
                            const struct screen_refund *refund)
{
    assert(member != 0);
    signals_put(batch, SIGNAL_KIND_FULL_REFUNDS, (struct party){PARTY_MEMBER, member},
                refund->month, &refund->counts);
}
