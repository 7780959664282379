/* The year-end bonus as it would be now: what is free at the program's rate, less what is owed,
 * with what earlier runs carried; and, apart, what PERIOD_CLOSE rules would give if their periods
 * ended now. */
#include <inttypes.h>

#include "service/command/reply.h"
#include "service/command/scoreboard.h"
#include "service/command/sentence.h"
#include "service/rules/period_bonus.h"
#include "service/rules/period_text.h"
#include "store/merchants.h"
#include "store/period.h"
#include "store/programs.h"

/* ---- bonuses --------------------------------------------------------------------------------- */

static enum outcome bonus_message(struct reader *reader, struct command_call *call,
                                  const struct program *program, uint16_t index, uint32_t guide,
                                  const struct scoring *scoring, bool employed,
                                  Beckon__V1__ScoreboardBonus **ret)
{
    static const enum score_span spans[] = {[PERIOD_MONTH] = SCORE_MONTH,
                                            [PERIOD_QUARTER] = SCORE_QUARTER,
                                            [PERIOD_YEAR] = SCORE_YEAR};
    const struct rule *rule = &program->rules[index];
    struct score_window window = score_window_of(spans[rule->period], scoring->today);
    char text[PERIOD_TEXT_BYTES];
    struct score score;

    score_want(reader, guide, &window);
    enum outcome outcome =
        command_outcome(score_get(reader, guide, &window, &score), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    struct period_figures figures = {(uint32_t)score.new_members, (uint32_t)score.new_members};
    if (rule->kpi == KPI_ACTIVATED_MEMBERS) figures.numerator = (uint32_t)score.activated_members;
    if (rule->kpi == KPI_REPURCHASE_RATE)
        figures = (struct period_figures){(uint32_t)score.twice, (uint32_t)score.once};
    struct award award =
        period_award(program, index, guide, employed || rule->leavers, &figures);
    Beckon__V1__ScoreboardBonus *message =
        reply_message(call, &beckon__v1__scoreboard_bonus__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    period_write(rule->period, window.start, text);
    message->rule_id = reply_text(call, rule->id);
    message->period = reply_text(call, text);
    message->kpi = (Beckon__V1__Kpi)rule->kpi;
    message->value = award.base_minor;
    message->unit = reply_unit(rule->unit);
    message->amount = award.amount;
    if (message->rule_id == NULL || message->period == NULL) return OUTCOME_BUSY;
    *ret = message;
    return OUTCOME_OK;
}

static enum outcome tell_bonuses(struct reader *reader, struct command_call *call,
                                 const struct program *program, uint32_t guide,
                                 const struct scoring *scoring, bool employed,
                                 Beckon__V1__ScoreboardEstimate *message)
{
    message->bonuses = reply_alloc(call, (program->rule_count + 1u) * sizeof *message->bonuses);
    if (message->bonuses == NULL) return OUTCOME_BUSY;
    for (uint16_t i = 0; i < program->rule_count; i++) {
        if (program->rules[i].trigger != TRIGGER_PERIOD_CLOSE) continue;
        enum outcome outcome = bonus_message(reader, call, program, i, guide, scoring, employed,
                                             &message->bonuses[message->n_bonuses]);
        if (outcome != OUTCOME_OK) return outcome;
        message->n_bonuses++;
    }
    return OUTCOME_OK;
}

/* ---- the sum --------------------------------------------------------------------------------- */

/* As a settlement converts: whole lots toward zero. false: beyond 64 bits. */
static bool estimate(const struct holdings *holdings, const struct settlement_settings *settings,
                     Beckon__V1__ScoreboardEstimate *message)
{
    const struct holding *points = &holdings->of[UNIT_POINTS], *cash = &holdings->of[UNIT_CASH];
    __int128 converted = 0;

    message->points = points->available - points->debt;
    message->rate_points = settings->rate_points;
    message->rate_minor = settings->rate_minor;
    if (settings->rate_points != 0)
        converted = (__int128)(message->points / settings->rate_points) * settings->rate_minor;
    message->cash_minor = cash->available - cash->debt;
    message->carry_minor = holdings->carry_minor;
    message->minimum_payout_minor = settings->minimum_payout_minor;
    message->pending_points = points->pending;
    message->pending_cash_minor = cash->pending;
    __int128 net = converted + message->cash_minor + message->carry_minor;
    message->points_minor = (int64_t)converted;
    message->net_minor = net > 0 ? (int64_t)net : 0;
    return converted >= INT64_MIN && converted <= INT64_MAX && net <= INT64_MAX;
}

static bool tell_computation(struct command_call *call, const char *currency,
                             Beckon__V1__ScoreboardEstimate *message)
{
    struct sentence sentence = sentence_begin();
    char rate[SENTENCE_AMOUNT_BYTES], points[SENTENCE_AMOUNT_BYTES], cash[SENTENCE_AMOUNT_BYTES],
        carry[SENTENCE_AMOUNT_BYTES], net[SENTENCE_AMOUNT_BYTES];

    sentence_money(message->rate_minor, currency, rate);
    sentence_money(message->points_minor, currency, points);
    sentence_money(message->cash_minor, currency, cash);
    sentence_money(message->carry_minor, currency, carry);
    sentence_money(message->net_minor, currency, net);
    if (message->rate_points != 0) {
        sentence_zh(&sentence, "%" PRId64 " 分按每 %" PRIu32 " 分折 %s 计 %s；", message->points,
                    message->rate_points, rate, points);
        sentence_en(&sentence, "%" PRId64 " points at %" PRIu32 " points for %s make %s; ",
                    message->points, message->rate_points, rate, points);
    } else {
        sentence_zh(&sentence, "方案未设折算率，%" PRId64 " 分不计；", message->points);
        sentence_en(&sentence, "The program names no rate: %" PRId64 " points are left out; ",
                    message->points);
    }
    sentence_zh(&sentence, "现金 %s；上期结转 %s；合计 %s。", cash, carry, net);
    sentence_en(&sentence, "cash %s; carried over %s; together %s.", cash, carry, net);
    message->sentence_zh = reply_text(call, sentence.zh);
    message->sentence_en = reply_text(call, sentence.en);
    return message->sentence_zh != NULL && message->sentence_en != NULL;
}

/* The version in force on a date; one without rules where there is none. */
static enum outcome program_on(struct reader *reader, business_date date, struct program *ret)
{
    uint32_t version;

    enum store_result found = programs_in_force(reader, date, &version);
    if (found == STORE_OK) found = programs_get(reader, version, ret);
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_STORE_DAMAGED);
    ret->version = 0;
    ret->rule_count = 0;
    ret->settlement = (struct settlement_settings){0};
    return OUTCOME_OK;
}

enum outcome scoreboard_estimate(struct reader *reader, struct command_call *call,
                                 const struct scoring *scoring, uint32_t guide, bool employed,
                                 const struct holdings *holdings,
                                 Beckon__V1__ScoreboardEstimate **ret)
{
    business_date year_end = period_of(PERIOD_YEAR, scoring->today).end - 1;
    struct program program;

    Beckon__V1__ScoreboardEstimate *message =
        reply_message(call, &beckon__v1__scoreboard_estimate__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    enum outcome outcome = program_on(reader, year_end, &program);
    if (outcome != OUTCOME_OK) return outcome;
    if (!estimate(holdings, &program.settlement, message)) return OUTCOME_STORE_DAMAGED;
    if (!tell_computation(call, scoring->merchant.currency, message)) return OUTCOME_BUSY;
    uint32_t version = program.version, now;
    enum store_result found = programs_in_force(reader, scoring->today, &now);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_STORE_DAMAGED);
    if (found == STORE_OK && now != version)
        outcome = program_on(reader, scoring->today, &program);
    if (outcome == OUTCOME_OK && found == STORE_OK)
        outcome = tell_bonuses(reader, call, &program, guide, scoring, employed, message);
    if (outcome == OUTCOME_OK) *ret = message;
    return outcome;
}
