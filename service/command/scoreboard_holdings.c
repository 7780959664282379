/* What a guide holds of each unit now: free, pending, held, in a settlement, paid out, owed. */
#include <assert.h>

#include "service/command/due.h"
#include "service/command/scoreboard.h"
#include "store/settlement_accounts.h"
#include "store/settlement_lines.h"
#include "store/settlements.h"

/* Reserved by open runs, and what waits for a run to come. */
static enum store_result add_marks(struct reader *reader, struct party party,
                                   struct holdings *holdings)
{
    struct settlement_of_entity entities[SETTLEMENT_ENTITIES_MAX];
    size_t count;

    enum store_result result = settlement_accounts_list(reader, party, 0, entities,
                                                        SETTLEMENT_ENTITIES_MAX, &count);
    if (result != STORE_OK) return result;
    for (size_t i = 0; i < count; i++) {
        const struct settlement_account *account = &entities[i].account;
        holdings->carry_minor += account->carry_minor;
        for (size_t k = 0; k < account->mark_count; k++) {
            const struct settlement_mark *mark = &account->marks[k];
            if (mark->state != MARK_FROZEN) continue;
            holdings->carry_minor -= mark->carry_minor; /* the run's own by now */
            for (size_t unit = 0; unit < UNIT_COUNT; unit++)
                holdings->of[unit].in_settlement += mark->amount[unit];
        }
    }
    return STORE_OK;
}

enum { RUNS = 8, LINES = 4 };

/* His lines of one run, of whichever pay entity. */
static enum store_result add_run(struct reader *reader, uint32_t run, struct party party,
                                 struct holdings *holdings)
{
    struct settlement_line lines[LINES];
    struct line_name after = {party, 0}; /* guides have no line of pay entity 0 */
    size_t count;

    do {
        enum store_result result = settlement_lines_list(reader, run, &after, lines, LINES, &count);
        if (result != STORE_OK) return result;
        for (size_t i = 0; i < count; i++) {
            const struct settlement_line *line = &lines[i];
            if (line->payee.kind != party.kind || line->payee.number != party.number)
                return STORE_OK;
            holdings->of[UNIT_POINTS].settled += line->points_converted;
            holdings->of[UNIT_CASH].settled += line->cash_settled;
            after.pay_entity = line->pay_entity;
        }
    } while (count == LINES);
    return STORE_OK;
}

static enum store_result add_settled(struct reader *reader, struct party party,
                                     struct holdings *holdings)
{
    struct settlement_run runs[RUNS];
    uint32_t after = 0;
    size_t count;

    do {
        enum store_result result = settlements_list(reader, after, runs, RUNS, &count);
        if (result != STORE_OK) return result;
        for (size_t i = 0; i < count; i++) {
            after = runs[i].number;
            if (runs[i].state != RUN_CLOSED && runs[i].state != RUN_PAID) continue;
            result = add_run(reader, after, party, holdings);
            if (result != STORE_OK) return result;
        }
    } while (count == RUNS);
    return STORE_OK;
}

enum outcome scoreboard_holdings(struct reader *reader, uint32_t guide,
                                 const struct account *account, business_date today,
                                 struct holdings *ret)
{
    struct party party = {PARTY_GUIDE, guide};
    struct account now = *account;
    struct holdings holdings = {.carry_minor = 0};

    enum outcome outcome = due_preview(reader, party, today, &now);
    if (outcome != OUTCOME_OK) return outcome;
    enum store_result result = add_marks(reader, party, &holdings);
    if (result == STORE_OK) result = add_settled(reader, party, &holdings);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        const struct balance *balance = &now.balance[unit];
        struct holding *holding = &holdings.of[unit];
        holding->pending = balance->pending;
        holding->held = balance->held;
        holding->debt = balance->debt;
        holding->available = balance->available - balance->held - holding->in_settlement;
        if (holding->available < 0) return OUTCOME_STORE_DAMAGED;
    }
    *ret = holdings;
    return OUTCOME_OK;
}
