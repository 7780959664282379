/* A guide's scoreboard as a message: counters summed, then what he holds, the estimate, targets. */
#include "service/command/scoreboard.h"

#include <assert.h>

#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/accounts.h"
#include "store/date.h"
#include "store/guides.h"
#include "store/ledger.h"
#include "store/merchants.h"
#include "store/profiles.h"
#include "store/recency.h"
#include "store/shops.h"

enum { TARGETS_PER_WINDOW_MAX = SCORE_HANDED_OVER_MEMBERS };

/* Everything that is read, before it is told. */
struct board {
    struct score score;
    uint64_t last, second_last; /* over the last 12 months */
    business_date year_from;
    uint64_t activation_open;
    uint64_t commit;
    bool employed;
    uint32_t shop, pay_entity; /* on the window's last date, or today */
};

/* ---- reading --------------------------------------------------------------------------------- */

/* New members of the window who did not buy yet and still may. */
static enum store_result activation_open(struct reader *reader, const struct scoring *scoring,
                                         uint32_t guide, uint64_t *ret)
{
    const struct score_window *window = &scoring->window;
    struct score_window open = {SCORE_DAY, scoring->today - KPI_ACTIVATION_DAYS, window->end};
    struct score score = {.once = 0};

    if (open.start < window->start) open.start = window->start;
    if (open.start < open.end) {
        enum store_result result = score_get(reader, guide, &open, &score);
        if (result != STORE_OK) return result;
    }
    if (score.activated_members > score.new_members) return STORE_DAMAGED;
    *ret = score.new_members - score.activated_members;
    return STORE_OK;
}

static enum outcome read_board(struct reader *reader, const struct scoring *scoring,
                               uint32_t guide, const struct account *account, struct board *ret)
{
    struct guide_on_date on_date;
    struct fence fence;
    business_date tomorrow = scoring->today + 1, last_day = scoring->window.end - 1;

    ret->year_from = date_add_months(scoring->today, -12) + 1;
    score_want(reader, guide, &scoring->window);
    recency_want(reader, guide, ret->year_from, tomorrow);
    enum store_result result = score_get(reader, guide, &scoring->window, &ret->score);
    if (result == STORE_OK)
        result = recency_sum(reader, guide, ret->year_from, tomorrow, &ret->last,
                             &ret->second_last);
    if (result == STORE_OK)
        result = activation_open(reader, scoring, guide, &ret->activation_open);
    if (result == STORE_OK) result = fences_get(reader, &fence);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    ret->commit = fence.commit;
    if (last_day > scoring->today) last_day = scoring->today;
    enum outcome outcome = object_guide_on(reader, guide, account, last_day, &on_date);
    if (outcome != OUTCOME_OK) return outcome;
    ret->shop = on_date.shop;
    ret->pay_entity = on_date.employed ? on_date.pay_entity : account->pay_entity;
    outcome = object_guide_on(reader, guide, account, scoring->today, &on_date);
    ret->employed = on_date.employed;
    return outcome;
}

enum outcome scoreboard_person(struct reader *reader, struct command_call *call, uint32_t guide,
                               uint32_t shop_number, uint32_t pay_entity,
                               struct scoreboard_person *ret)
{
    struct guide record;
    struct profile profile = {0};
    struct shop shop = {0};

    enum outcome outcome =
        command_outcome(guides_get(reader, guide, &record), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(profiles_get(reader, (struct party){PARTY_GUIDE, guide}, &profile),
                              OUTCOME_OK); /* erased: no name */
    if (outcome == OUTCOME_OK && shop_number != 0)
        outcome = command_outcome(shops_get(reader, shop_number, &shop), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    const char *employee_no = guide_employee_no(&record, pay_entity);
    if (employee_no[0] == '\0') employee_no = record.numbers[0].text;
    ret->employee_no = reply_text(call, employee_no);
    ret->name = reply_text(call, profile.name);
    ret->shop_id = reply_text(call, shop.shop_id);
    return ret->employee_no != NULL && ret->name != NULL && ret->shop_id != NULL ? OUTCOME_OK
                                                                                 : OUTCOME_BUSY;
}

/* ---- telling --------------------------------------------------------------------------------- */

static Beckon__V1__RepurchaseRate *rate_message(struct command_call *call, uint64_t twice,
                                                uint64_t once, business_date from,
                                                business_date until)
{
    Beckon__V1__RepurchaseRate *message =
        reply_message(call, &beckon__v1__repurchase_rate__descriptor);
    struct score score = {.once = once, .twice = twice};

    if (message == NULL) return NULL;
    message->numerator = (uint32_t)twice;
    message->denominator = (uint32_t)once;
    message->rate_bp = (int32_t)score_value(&score, SCORE_REPURCHASE_RATE);
    message->from_date = reply_date(call, from);
    message->until_date = reply_date(call, until);
    return message->from_date != NULL && message->until_date != NULL ? message : NULL;
}

static bool tell_counts(struct command_call *call, const struct scoring *scoring,
                        const struct board *board, Beckon__V1__Scoreboard *message)
{
    const struct score_window *window = &scoring->window;
    const struct score *score = &board->score;

    message->new_members = (uint32_t)score->new_members;
    message->activated_members = (uint32_t)score->activated_members;
    message->activation_open = (uint32_t)board->activation_open;
    message->inherited_members = (uint32_t)score->inherited_members;
    message->handed_over_members = (uint32_t)score->handed_over_members;
    message->handed_on_members = (uint32_t)score->handed_on_members;
    message->purchases = (uint32_t)score->purchases;
    message->sales_minor = score->sales_minor;
    message->points_earned = score->earned[UNIT_POINTS];
    message->cash_earned_minor = score->earned[UNIT_CASH];
    message->repurchase_12_months = rate_message(call, board->second_last, board->last,
                                                 board->year_from, scoring->today + 1);
    if (message->repurchase_12_months == NULL) return false;
    if (window->span < SCORE_MONTH) return true;
    message->repurchase =
        rate_message(call, score->twice, score->once, window->start, window->end);
    return message->repurchase != NULL;
}

/* The dates of a month or less; the months of more. */
static enum outcome tell_parts(struct reader *reader, struct command_call *call,
                               const struct scoring *scoring, uint32_t guide,
                               Beckon__V1__Scoreboard *message)
{
    const struct score_window *window = &scoring->window;
    enum score_span span = window->span > SCORE_MONTH ? SCORE_MONTH : SCORE_DAY;

    message->parts = reply_alloc(call, KPI_DAYS * sizeof *message->parts);
    if (message->parts == NULL) return OUTCOME_BUSY;
    for (business_date date = window->start; date < window->end;) {
        struct score_window part = score_window_of(span, date);
        struct score score;
        enum outcome outcome =
            command_outcome(score_get(reader, guide, &part, &score), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        Beckon__V1__ScoreboardPart *row =
            reply_message(call, &beckon__v1__scoreboard_part__descriptor);
        if (row == NULL) return OUTCOME_BUSY;
        row->date = reply_date(call, date);
        row->new_members = (uint32_t)score.new_members;
        row->activated_members = (uint32_t)score.activated_members;
        row->purchases = (uint32_t)score.purchases;
        row->sales_minor = score.sales_minor;
        row->points_earned = score.earned[UNIT_POINTS];
        row->cash_earned_minor = score.earned[UNIT_CASH];
        if (row->date == NULL) return OUTCOME_BUSY;
        assert(message->n_parts < KPI_DAYS);
        message->parts[message->n_parts++] = row;
        date = part.end;
    }
    return OUTCOME_OK;
}

static bool tell_holdings(struct command_call *call, const struct holdings *holdings,
                          Beckon__V1__Scoreboard *message)
{
    message->holdings = reply_alloc(call, UNIT_COUNT * sizeof *message->holdings);
    if (message->holdings == NULL) return false;
    for (int unit = 0; unit < UNIT_COUNT; unit++) {
        const struct holding *holding = &holdings->of[unit];
        Beckon__V1__ScoreboardHolding *row =
            reply_message(call, &beckon__v1__scoreboard_holding__descriptor);
        if (row == NULL) return false;
        row->unit = reply_unit((enum unit)unit);
        row->pending = holding->pending;
        row->available = holding->available;
        row->held = holding->held;
        row->in_settlement = holding->in_settlement;
        row->settled = holding->settled;
        row->debt = holding->debt;
        message->holdings[message->n_holdings++] = row;
    }
    return true;
}

static enum outcome tell_targets(struct reader *reader, struct command_call *call,
                                 const struct scoring *scoring, uint32_t guide,
                                 const struct score *score, Beckon__V1__Scoreboard *message)
{
    message->targets = reply_alloc(call, TARGETS_PER_WINDOW_MAX * sizeof *message->targets);
    if (message->targets == NULL) return OUTCOME_BUSY;
    for (int kpi = SCORE_NEW_MEMBERS; kpi <= SCORE_HANDED_OVER_MEMBERS; kpi++) {
        struct target_name name = {guide, scoring->window.span, scoring->window.start,
                                   (enum score_kpi)kpi};
        struct target target;
        enum store_result result = targets_get(reader, &name, &target);
        if (result == STORE_ABSENT) continue;
        if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
        Beckon__V1__Target *row = target_message(call, &target);
        if (row == NULL) return OUTCOME_BUSY;
        target_progress(row, score_value(score, name.kpi));
        message->targets[message->n_targets++] = row;
    }
    return OUTCOME_OK;
}

static bool tell_head(struct command_call *call, const struct scoring *scoring, uint32_t guide,
                      const struct scoreboard_person *person, uint64_t commit,
                      Beckon__V1__Scoreboard *message)
{
    message->guide_number = guide;
    message->employee_no = person->employee_no;
    message->name = person->name;
    message->shop_id = person->shop_id;
    message->span = (Beckon__V1__ScoreboardSpan)scoring->window.span;
    message->start_date = reply_date(call, scoring->window.start);
    message->end_date = reply_date(call, scoring->window.end);
    message->as_of = reply_time(call, call->now_ms);
    message->version = commit;
    message->currency = reply_text(call, scoring->merchant.currency);
    return message->start_date != NULL && message->end_date != NULL && message->as_of != NULL &&
           message->currency != NULL;
}

enum outcome scoreboard_message(struct reader *reader, struct command_call *call,
                                const struct scoring *scoring, uint32_t guide,
                                Beckon__V1__Scoreboard **ret)
{
    struct scoreboard_person person;
    struct account account;
    struct holdings holdings;
    struct board board;

    enum outcome outcome = command_outcome(
        accounts_get(reader, (struct party){PARTY_GUIDE, guide}, &account), OUTCOME_GUIDE_UNKNOWN);
    if (outcome == OUTCOME_OK) outcome = read_board(reader, scoring, guide, &account, &board);
    if (outcome == OUTCOME_OK)
        outcome = scoreboard_holdings(reader, guide, &account, scoring->today, &holdings);
    if (outcome == OUTCOME_OK)
        outcome = scoreboard_person(reader, call, guide, board.shop, board.pay_entity, &person);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__Scoreboard *message = reply_message(call, &beckon__v1__scoreboard__descriptor);
    if (message == NULL || !tell_head(call, scoring, guide, &person, board.commit, message) ||
        !tell_counts(call, scoring, &board, message) || !tell_holdings(call, &holdings, message))
        return OUTCOME_BUSY;
    outcome = tell_parts(reader, call, scoring, guide, message);
    if (outcome == OUTCOME_OK)
        outcome = tell_targets(reader, call, scoring, guide, &board.score, message);
    if (outcome == OUTCOME_OK)
        outcome = scoreboard_estimate(reader, call, scoring, guide, board.employed, &holdings,
                                      &message->estimate);
    if (outcome == OUTCOME_OK) *ret = message;
    return outcome;
}
