/* Requests of the scoreboard: whose, which span, which figure. */
#include <assert.h>

#include "service/command/business_time.h"
#include "service/command/form.h"
#include "service/command/guide_access.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/scoreboard.h"
#include "store/period.h"

/* The API's numbers and the store's are the same. */
#define SAME(store, api) static_assert((int)(store) == (int)BECKON__V1__##api, "same numbers")
SAME(SCORE_DAY, SCOREBOARD_SPAN__SCOREBOARD_SPAN_DAY);
SAME(SCORE_YEAR, SCOREBOARD_SPAN__SCOREBOARD_SPAN_YEAR);
SAME(SCORE_NEW_MEMBERS, SCOREBOARD_KPI__SCOREBOARD_KPI_NEW_MEMBERS);
SAME(SCORE_REPURCHASE_RATE, SCOREBOARD_KPI__SCOREBOARD_KPI_REPURCHASE_RATE);
SAME(SCORE_POINTS_EARNED, SCOREBOARD_KPI__SCOREBOARD_KPI_POINTS_EARNED);
SAME(SCORE_HANDED_OVER_MEMBERS, SCOREBOARD_KPI__SCOREBOARD_KPI_HANDED_OVER_MEMBERS);

enum outcome scoreboard_guide(struct reader *reader, struct command_call *call, uint32_t named,
                              uint32_t *ret_guide, struct account *ret_account)
{
    uint32_t guide = named;

    if (guide == 0 && call->principal.role == ROLE_GUIDE) guide = call->principal.party.number;
    if (guide == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "guide_number", NULL);
    if (call->principal.role == ROLE_GUIDE && guide != call->principal.party.number)
        return form_refuse(call, OUTCOME_NOT_YOURS, "guide_number", NULL);
    enum outcome outcome = command_outcome(
        accounts_get(reader, (struct party){PARTY_GUIDE, guide}, ret_account),
        OUTCOME_GUIDE_UNKNOWN);
    if (outcome == OUTCOME_OK && !guide_visible(call, guide, ret_account))
        outcome = OUTCOME_NOT_YOURS;
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "guide_number", NULL);
    *ret_guide = guide;
    return OUTCOME_OK;
}

enum outcome scoreboard_span(struct command_call *call, Beckon__V1__ScoreboardSpan span,
                             enum score_span *ret)
{
    int number = (int)span;

    if (number < 0 || number > SCORE_YEAR)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "span", "DAY, WEEK, MONTH, QUARTER, YEAR");
    *ret = number == 0 ? SCORE_MONTH : (enum score_span)number;
    return OUTCOME_OK;
}

/* Does the merchant keep a scoreboard, and does the window begin by today? */
static enum outcome window_check(struct command_call *call, const struct scoring *scoring,
                                 bool ahead)
{
    if (!scoring->merchant.counted)
        return form_refuse(call, OUTCOME_SCOREBOARD_NOT_KEPT, NULL, NULL);
    if (!ahead && scoring->window.start > scoring->today)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "date",
                           reply_date(call, scoring->today));
    return OUTCOME_OK;
}

enum outcome scoreboard_window(struct reader *reader, struct command_call *call,
                               Beckon__V1__ScoreboardSpan asked, const char *text, bool ahead,
                               struct scoring *ret)
{
    enum score_span span = SCORE_MONTH;
    business_date date = DATE_NEVER;

    enum outcome outcome = scoreboard_span(call, asked, &span);
    if (outcome == OUTCOME_OK)
        outcome = form_date(call, text, "date", ahead, DATE_NEVER, &date);
    if (outcome != OUTCOME_OK) return outcome;
    if (date != DATE_NEVER && (date < PERIOD_DATE_MIN || date > PERIOD_DATE_MAX))
        return form_refuse(call, OUTCOME_DATE_INVALID, "date", NULL);
    outcome = object_merchant(reader, &ret->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    ret->today = business_date_at(&ret->merchant, call->now_ms);
    ret->window = score_window_of(span, date == DATE_NEVER ? ret->today : date);
    return window_check(call, ret, ahead);
}

enum outcome scoreboard_kpi(struct command_call *call, Beckon__V1__ScoreboardKpi kpi,
                            enum score_span span, enum score_kpi *ret)
{
    int number = (int)kpi;

    if (number < SCORE_NEW_MEMBERS || number > SCORE_HANDED_OVER_MEMBERS)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "kpi",
                           "NEW_MEMBERS, ACTIVATED_MEMBERS, REPURCHASE_RATE, SALES, "
                           "POINTS_EARNED, CASH_EARNED, PURCHASES, INHERITED_MEMBERS, "
                           "HANDED_OVER_MEMBERS");
    if (number == SCORE_REPURCHASE_RATE && span < SCORE_MONTH)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "span", "MONTH, QUARTER, YEAR");
    *ret = (enum score_kpi)number;
    return OUTCOME_OK;
}

uint64_t scoreboard_filter(const struct score_window *window, uint32_t guide, enum score_kpi kpi)
{
    /* Dates take 23 bits, about. */
    return (uint64_t)(uint32_t)window->start << 40 ^ (uint64_t)guide << 8 ^
           (uint64_t)window->span << 4 ^ (uint64_t)kpi;
}
