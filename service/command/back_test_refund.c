/* Caps and refunds in a back-test. */
#include <assert.h>
#include <string.h>

#include "service/command/back_test_replay.h"
#include "service/rules/cap_cut.h"
#include "service/rules/clawback.h"
#include "store/date.h"
#include "store/purchases.h"
#include "store/refunds.h"

enum { REFUNDS_PORTION = 32 };

/* ---- caps ------------------------------------------------------------------------------------ */

static struct back_test_counter counter_of(uint16_t rule, const struct cap_counter *counter)
{
    return (struct back_test_counter){
        .rule = rule, .cap = (uint8_t)counter->cap, .party = counter->party,
        .start = counter->start,
    };
}

enum outcome replay_count(struct replay *replay, const struct replay_program *program,
                          const struct award *award, uint32_t referee, business_date date,
                          int64_t amount)
{
    struct cap_counter counters[CAPS_OF_CREDIT_MAX];
    size_t count = cap_counters(&program->program.rules[award->rule], award->party, referee, date,
                                counters);

    for (size_t i = 0; i < count; i++) {
        struct back_test_counter counter = counter_of(program->rules[award->rule], &counters[i]);
        if (!back_test_counters_add(&replay->counters, &counter, amount))
            return OUTCOME_BACK_TEST_TOO_LARGE;
    }
    return OUTCOME_OK;
}

/* The number of a rule's id in this program: counters name rules by id. */
static uint16_t rule_number(const struct replay_program *program, const char *rule_id)
{
    for (uint16_t i = 0; i < program->program.rule_count; i++)
        if (strcmp(program->program.rules[i].id, rule_id) == 0) return program->rules[i];
    assert(false); /* the counters are those of this program's rules */
    return 0;
}

enum outcome replay_cut(struct replay *replay, const struct replay_program *program,
                        const struct earning *earning, struct award *awards, size_t award_count)
{
    uint32_t referee = earning->event.member;
    struct cap_uses uses;
    enum outcome outcome = OUTCOME_OK;

    cap_uses_of(&program->program, referee, earning->business_date, awards, award_count, &uses);
    if (uses.count == 0) return OUTCOME_OK;
    for (size_t i = 0; i < uses.count; i++) {
        struct cap_use *use = &uses.list[i];
        struct back_test_counter counter =
            counter_of(rule_number(program, use->counter.rule_id), &use->counter);
        use->taken = back_test_counters_get(&replay->counters, &counter);
    }
    cap_cut(&program->program, referee, earning->business_date, &uses, awards, award_count);
    for (size_t i = 0; outcome == OUTCOME_OK && i < award_count; i++)
        if (awards[i].amount > 0)
            outcome = replay_count(replay, program, &awards[i], referee, earning->business_date,
                                   awards[i].amount);
    return outcome;
}

/* ---- refunds --------------------------------------------------------------------------------- */

/* A purchase as it stood after one of its refunds. */
struct refunded {
    struct purchase purchase;
    struct purchase_lines lines;
    struct refund refund; /* that one */
};

static void add_refund(struct refunded *refunded, const struct refund *refund)
{
    struct purchase *purchase = &refunded->purchase;

    purchase->refunded_minor += refund->amount_minor;
    if (refund->line_count == 0) purchase->refunded_by_amount_minor += refund->amount_minor;
    for (uint8_t i = 0; i < refund->line_count; i++) {
        const struct refund_line *line = &refund->lines[i];
        if (line->line >= 1 && line->line <= refunded->lines.count)
            refunded->lines.lines[line->line - 1].refunded_minor += line->refunded_minor;
    }
}

/* Was `refund` posted before the one that is replayed, or is it that one? Those of one commit count
 * in the order of their keys, as they are replayed. */
static bool counts(const struct refund *refund, const struct refund *replayed)
{
    if (refund->settled_at != replayed->settled_at)
        return refund->settled_at < replayed->settled_at;
    if (refund->receipt.shop != replayed->receipt.shop)
        return refund->receipt.shop < replayed->receipt.shop;
    size_t size = refund->receipt.size < replayed->receipt.size ? refund->receipt.size
                                                                : replayed->receipt.size;
    int order = memcmp(refund->receipt.text, replayed->receipt.text, size);
    return order != 0 ? order < 0 : refund->receipt.size <= replayed->receipt.size;
}

static enum outcome load_refunded(struct reader *reader, struct replay *replay,
                                  const struct back_test_event *event, struct refunded *ret)
{
    const struct back_test_event *bought = &replay->events.events[event->purchase];
    struct receipt receipt = back_test_receipt(&replay->events, bought);
    struct receipt own = back_test_receipt(&replay->events, event), after = {0};
    struct refund_of list[REFUNDS_PORTION];
    struct refund refund;
    size_t count;

    enum outcome outcome =
        command_outcome(purchases_get(reader, &receipt, &ret->purchase), OUTCOME_STORE_DAMAGED);
    ret->lines.count = 0;
    if (outcome == OUTCOME_OK && ret->purchase.line_count > 0)
        outcome = command_outcome(purchase_lines_get(reader, &receipt, &ret->lines),
                                  OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(refunds_get(reader, &own, &ret->refund), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    ret->purchase.refunded_minor = ret->purchase.refunded_by_amount_minor = 0;
    for (size_t i = 0; i < ret->lines.count; i++) ret->lines.lines[i].refunded_minor = 0;
    do {
        outcome = command_outcome(
            refunds_of(reader, &receipt, &after, list, REFUNDS_PORTION, &count), OUTCOME_INTERNAL);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            after = list[i].receipt;
            if (list[i].state != REFUND_POSTED) continue;
            outcome = command_outcome(refunds_get(reader, &list[i].receipt, &refund),
                                      OUTCOME_STORE_DAMAGED);
            if (outcome == OUTCOME_OK && counts(&refund, &ret->refund)) add_refund(ret, &refund);
        }
    } while (outcome == OUTCOME_OK && count == REFUNDS_PORTION);
    return outcome;
}

/* What was really asked back of each credit; before anything else changes, since it may have to
 * load the version. */
static enum outcome add_recorded(struct reader *reader, struct replay *replay,
                                 const struct back_test_event *bought,
                                 const struct refunded *refunded)
{
    const struct purchase *purchase = &refunded->purchase;
    struct replay_program *program;

    if (purchase->program_version == 0 || purchase->award_count == 0) return OUTCOME_OK;
    enum outcome outcome =
        replay_version(reader, replay, purchase->program_version, &program);
    if (outcome != OUTCOME_OK || bought->date < replay->from || bought->date >= replay->to)
        return outcome;
    for (uint16_t t = 0; t < refunded->refund.taking_count; t++) {
        const struct refund_taking *taking = &refunded->refund.takings[t];
        const struct award *award = purchase->awards;
        const struct award *end = award + purchase->award_count;
        while (award < end && award->credit != taking->credit) award++;
        if (award == end) return OUTCOME_STORE_DAMAGED;
        struct back_test_row row = {
            .rule = program->rules[award->rule], .unit = award->unit, .kind = award->party.kind,
            .month = date_month_start(bought->date),
        };
        if (!back_test_totals_add(&replay->totals, &row, false, 0, taking->asked))
            return OUTCOME_BACK_TEST_TOO_LARGE;
    }
    return OUTCOME_OK;
}

/* Takes the purchase's awards back to the share refunded to date. */
static enum outcome reverse_kept(struct replay *replay, const struct replay_program *program,
                                 const struct back_test_event *bought, size_t place,
                                 const struct refunded *refunded)
{
    struct replay_purchase *counted = &replay->purchases[place];
    struct replay_member *member = &replay->members[bought->member];

    for (size_t i = 0; i < counted->kept_count; i++) {
        struct replay_kept *kept = &replay->kept[counted->kept_first + i];
        const struct rule *rule = &program->program.rules[kept->award.rule];
        struct clawback_share share = clawback_share_of_rule(
            &refunded->purchase, &refunded->lines, &program->program, rule);
        int64_t points = clawback_reversal(kept->tier_points, share, rule->rounding) -
                         kept->tier_points_reversed;
        int64_t asked =
            clawback_reversal(kept->award.amount, share, rule->rounding) - kept->reversed;
        struct back_test_row row = {
            .rule = program->rules[kept->award.rule], .unit = kept->award.unit,
            .kind = kept->award.party.kind, .month = date_month_start(bought->date),
        };

        kept->tier_points_reversed += points;
        counted->tier_points -= points;
        member->tier_points -= points;
        if (asked == 0) continue;
        assert(asked > 0);
        kept->reversed += asked;
        enum outcome outcome = replay_count(replay, program, &kept->award, bought->member,
                                            bought->date, -asked);
        if (outcome != OUTCOME_OK) return outcome;
        if (bought->date >= replay->from && bought->date < replay->to &&
            !back_test_totals_add(&replay->totals, &row, true, 0, asked))
            return OUTCOME_BACK_TEST_TOO_LARGE;
    }
    return OUTCOME_OK;
}

enum outcome replay_refund(struct reader *reader, struct replay *replay,
                           const struct back_test_event *event)
{
    const struct back_test_event *bought = &replay->events.events[event->purchase];
    struct replay_program *program;
    struct refunded refunded;

    enum outcome outcome = load_refunded(reader, replay, event, &refunded);
    if (outcome == OUTCOME_OK)
        outcome = replay_program_of(reader, replay, bought->date,
                                    refunded.purchase.program_version, &program);
    if (outcome == OUTCOME_OK) outcome = add_recorded(reader, replay, bought, &refunded);
    if (outcome != OUTCOME_OK) return outcome;
    replay->purchases[event->purchase].base_minor -= refunded.refund.base_minor;
    return program == NULL ? OUTCOME_OK
                           : reverse_kept(replay, program, bought, event->purchase, &refunded);
}
