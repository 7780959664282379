#include "service/command/lots.h"

#include <assert.h>

#include "service/command/caps.h"
#include "service/command/event.h"
#include "service/command/tier.h"
#include "store/accounts.h"
#include "store/encode.h"
#include "store/write_set.h"

enum {
    PORTION = 32,
    /* Beyond so many movements the debts are another command's. */
    SETTLE_ROOM = COMMAND_MOVEMENTS_MAX - LOTS_PER_COMMAND_MAX - LOT_DEBTS_MAX,
    /* What one movement puts at most: its entry, its credit moved (put, deleted, its date kept),
     * and two counters of caps. Beside them: accounts, the event's own record and lines. */
    MOVEMENT_PUT_COUNT = 6,
    MOVEMENT_PUT_BYTES = ENTRY_BYTES_MAX + CREDIT_BYTES + 3 * 16 +
                         MOVEMENT_PUT_COUNT * (64 + WRITE_SET_PUT_BYTES_MAX),
};
static_assert(COMMAND_MOVEMENTS_MAX * MOVEMENT_PUT_BYTES + PURCHASE_BYTES_MAX +
                  PURCHASE_LINES_BYTES_MAX + 64 * 1024 <= BATCH_COMMAND_BYTES_MAX,
              "a command's puts fit");

/* ---- what is due ----------------------------------------------------------------------------- */

void holder_catch_up(struct holder *holder)
{
    struct lots *lots = &holder->lots;
    for (size_t lot = lots_first_due(lots, holder->today); lot != LOT_NONE;
         lot = lots_first_due(lots, holder->today)) {
        if (lots->lot[lot].credit.state == CREDIT_PENDING) lot_mature(lots, lot);
        else lot_expire(lots, lot);
    }
}

/* A place in the order credits are filed in. */
struct filing {
    business_date date;
    uint64_t number;
};

/* Loads what is filed from there on under dates up to today and is due; `next_unseen` becomes a
 * date before which nothing of the others is. */
static enum outcome load_due(struct reader *reader, struct holder *holder,
                             struct filing *filing, bool *ret_more)
{
    size_t loaded = 0;

    *ret_more = false;
    holder->next_unseen = DATE_NEVER;
    for (;;) {
        struct credit credits[PORTION];
        size_t count;
        enum store_result result = credits_list(reader, holder->party, filing->date, filing->number,
                                                credits, PORTION, &count);
        if (result != STORE_OK) return command_outcome(result, OUTCOME_INTERNAL);
        for (size_t i = 0; i < count; i++) {
            *filing = (struct filing){credits[i].filed_on, credits[i].number};
            if (filing->date > holder->today) {
                if (filing->date < holder->next_unseen) holder->next_unseen = filing->date;
                return OUTCOME_OK;
            }
            filing->number++;
            business_date due = credit_due_on(&credits[i]);
            if (due > holder->today) {
                /* It expires at the end of today; others filed under today may be due. */
                if (due < holder->next_unseen) holder->next_unseen = due;
                continue;
            }
            if (loaded == DUE_PER_COMMAND_MAX) {
                *ret_more = true;
                filing->number--;
                holder->next_unseen = due;
                return OUTCOME_OK;
            }
            if (lots_find(&holder->lots, credits[i].number) != LOT_NONE) continue;
            lots_add(&holder->lots, &credits[i]);
            loaded++;
        }
        if (count < PORTION) return OUTCOME_OK;
    }
}

/* Is it to be paid out of the same credits as `other`, and now? */
static bool same_payer(const struct lot_debt *debt, const struct debt *other)
{
    return debt->debt.unit == other->unit && debt->debt.pay_entity == other->pay_entity &&
           !debt->waits;
}

/* Pays the open debts of one unit and pay entity as far as there is anything free; what a policy
 * without debts can't get is forgiven at the end. *ret_more: some may be left for the next
 * command. */
static enum outcome settle_debts_of(struct reader *reader, struct holder *holder,
                                    const struct debt *first, bool *ret_more)
{
    struct lots *lots = &holder->lots;
    struct occasion occasion = {.date = holder->today, .event = {.kind = EVENT_TIME}};
    enum unit unit = first->unit;
    uint32_t entity = first->pay_entity;
    const struct balance *balance = &lots->balance[unit];
    bool any = balance->available > balance->held + lots->frozen[unit];
    int64_t open = 0, covered;
    bool bounded = false, forgiven = false;

    for (size_t i = 0; i < lots->debt_count; i++)
        if (same_payer(&lots->debt[i], first)) open += debt_open(&lots->debt[i].debt);
    if (any && lots->movement_count > SETTLE_ROOM) {
        *ret_more = true;
        return OUTCOME_OK;
    }
    enum outcome outcome = OUTCOME_OK;
    if (any)
        outcome = holder_load_available(reader, holder, unit, entity, open, &covered, &bounded);
    if (outcome != OUTCOME_OK) return outcome;
    size_t lot = lots_first_available(lots, unit, entity);
    for (; lot != LOT_NONE && open > 0; lot = lots_first_available(lots, unit, entity)) {
        int64_t before = lots->lot[lot].credit.remaining;
        lot_net(lots, lot, &occasion);
        open -= before - lots->lot[lot].credit.remaining;
    }
    if (open == 0 || bounded) {
        bool left = bounded || lot != LOT_NONE;
        if (left && (open > 0 || lots->debts_bounded)) *ret_more = true;
        return OUTCOME_OK;
    }
    for (size_t i = 0; i < lots->debt_count; i++) {
        const struct debt *debt = &lots->debt[i].debt;
        if (!same_payer(&lots->debt[i], first) || debt->policy != RETURN_WITHIN_BALANCE ||
            debt_open(debt) == 0)
            continue;
        lots_write_off(lots, i, debt_open(debt), &occasion);
        forgiven = true;
    }
    if (forgiven && lots->debts_bounded) lots->net_left = true; /* the ticker's, not urgent */
    return OUTCOME_OK;
}

/* An open debt and free credits at once: a refund met more lots than one command takes, or a
 * settlement run has let them go. The ticker pays it in portions. */
static enum outcome settle_debts(struct reader *reader, struct holder *holder, bool *ret_more)
{
    struct lots *lots = &holder->lots;

    lots->net_left = false; /* done now, or said by *ret_more */
    for (size_t i = 0; i < lots->debt_count; i++) {
        const struct lot_debt *debt = &lots->debt[i];
        bool seen = debt->waits;
        for (size_t before = 0; before < i && !seen; before++)
            seen = same_payer(&lots->debt[before], &debt->debt);
        if (seen) continue;
        struct debt first = debt->debt;
        enum outcome outcome = settle_debts_of(reader, holder, &first, ret_more);
        if (outcome != OUTCOME_OK) return outcome;
    }
    return OUTCOME_OK;
}

/* A review changes the account itself: it is put with the rest, or dropped with a refusal. */
static enum outcome settle_tier(struct reader *reader, struct holder *holder)
{
    if (holder->party.kind != PARTY_MEMBER) return OUTCOME_OK;
    enum outcome outcome =
        tier_review(reader, holder->party.number, holder->today, holder->account);
    holder->tier_after = holder->account->tier;
    return outcome;
}

enum outcome holder_settle_part(struct reader *reader, struct holder *holder, bool *ret_more)
{
    *ret_more = false;
    if (holder->account->next_due > holder->today) {
        holder->settled = true;
        return OUTCOME_OK;
    }
    struct filing filing = {FILED_HELD + 1, 0};
    enum outcome outcome = settle_tier(reader, holder);
    if (outcome == OUTCOME_OK) outcome = load_due(reader, holder, &filing, ret_more);
    if (outcome != OUTCOME_OK) return outcome;
    holder_catch_up(holder);
    if (!*ret_more) outcome = settle_debts(reader, holder, ret_more);
    if (outcome == OUTCOME_OK && *ret_more) holder->next_unseen = holder->today;
    holder->settled = outcome == OUTCOME_OK;
    return outcome;
}

enum outcome holder_settle(struct reader *reader, struct holder *holder)
{
    bool more;
    enum outcome outcome = holder_settle_part(reader, holder, &more);
    return outcome == OUTCOME_OK && more ? OUTCOME_BUSY : outcome;
}

/* Copies what became of those in memory. */
static void show(const struct lots *lots, struct credit *watched, size_t watched_count)
{
    for (size_t i = 0; i < watched_count; i++) {
        size_t lot = lots_find(lots, watched[i].number);
        if (lot != LOT_NONE) watched[i] = lots->lot[lot].credit;
    }
}

enum outcome holder_settle_all(struct reader *reader, struct holder *holder,
                               struct credit *watched, size_t watched_count)
{
    struct filing filing = {FILED_HELD + 1, 0};
    bool more = holder->account->next_due <= holder->today;
    enum outcome outcome = more ? settle_tier(reader, holder) : OUTCOME_OK;
    while (outcome == OUTCOME_OK && more) {
        lots_forget(&holder->lots);
        outcome = load_due(reader, holder, &filing, &more);
        if (outcome != OUTCOME_OK) return outcome;
        holder_catch_up(holder);
        show(&holder->lots, watched, watched_count);
    }
    return outcome;
}

/* ---- loading --------------------------------------------------------------------------------- */

enum outcome holder_load(struct reader *reader, struct holder *holder, uint64_t number,
                         enum outcome absent, size_t *ret_lot)
{
    struct credit credit;
    size_t lot = number == 0 ? LOT_NONE : lots_find(&holder->lots, number);
    if (lot == LOT_NONE) {
        enum outcome outcome =
            command_outcome(credits_find(reader, holder->party, number, &credit), absent);
        if (outcome != OUTCOME_OK) return outcome;
        lot = lots_add(&holder->lots, &credit);
    }
    *ret_lot = lot;
    return OUTCOME_OK;
}

static bool takes(const struct credit *credit, enum unit unit, uint32_t pay_entity)
{
    return credit_free(credit) && credit->unit == unit && lots_of_entity(credit, pay_entity);
}

/* Walks the stored order, which is the order they are spent in, until what was passed covers the
 * amount: then every lot that could come first is in memory, those there before too. */
enum outcome holder_load_available(struct reader *reader, struct holder *holder, enum unit unit,
                                   uint32_t pay_entity, int64_t amount, int64_t *ret_covered,
                                   bool *ret_bounded)
{
    struct lots *lots = &holder->lots;
    business_date filed_on = FILED_HELD + 1;
    uint64_t number = 0;
    int64_t passed = 0;
    size_t loaded = 0, count = PORTION;
    bool bounded = false;

    while (passed < amount && !bounded && count == PORTION) {
        struct credit credits[PORTION];
        enum store_result result = credits_list(reader, holder->party, filed_on, number, credits,
                                                PORTION, &count);
        if (result != STORE_OK) return command_outcome(result, OUTCOME_INTERNAL);
        for (size_t i = 0; i < count && passed < amount && !bounded; i++) {
            const struct credit *credit = &credits[i];
            filed_on = credit->filed_on;
            number = credit->number + 1;
            if (!takes(credit, unit, pay_entity)) continue;
            size_t lot = lots_find(lots, credit->number);
            if (lot == LOT_NONE &&
                (loaded == LOTS_PER_COMMAND_MAX || !lots_have_room(lots, 1, 0))) {
                bounded = true;
                break;
            }
            if (lot == LOT_NONE) {
                lot = lots_add(lots, credit);
                loaded++;
            }
            if (credit_free(&lots->lot[lot].credit)) passed += lots->lot[lot].credit.remaining;
        }
    }
    int64_t covered = 0;
    for (size_t i = 0; i < lots->lot_count; i++) {
        const struct credit *credit = &lots->lot[i].credit;
        if (takes(credit, unit, pay_entity)) covered += credit->remaining;
    }
    if (bounded) covered = passed; /* what lies in memory beyond the bound is not in order */
    *ret_covered = covered < amount ? covered : amount;
    *ret_bounded = bounded;
    return OUTCOME_OK;
}

/* ---- posting --------------------------------------------------------------------------------- */

/* What was voided or reversed of it by the movements: room again under its rule's caps. */
static int64_t lot_gave_back(const struct lot *lot)
{
    int64_t amount = lot->credit.voided + lot->credit.reversed - lot->returned;
    assert(amount >= 0);
    return amount;
}

/* The record of the pay entity, loaded unless it is. */
static enum outcome clawed_of(struct reader *reader, struct holder *holder, uint32_t pay_entity,
                              struct settlement_account **ret)
{
    for (size_t i = 0; i < holder->clawed_count; i++) {
        *ret = &holder->clawed[i].account;
        if (holder->clawed[i].pay_entity == pay_entity) return OUTCOME_OK;
    }
    if (holder->clawed_count == SETTLEMENT_ENTITIES_MAX) return OUTCOME_STORE_DAMAGED;
    struct settlement_of_entity *fresh = &holder->clawed[holder->clawed_count];
    fresh->pay_entity = pay_entity;
    enum outcome outcome = command_outcome(
        settlement_accounts_get(reader, holder->party, pay_entity, &fresh->account),
        OUTCOME_INTERNAL);
    if (outcome == OUTCOME_OK) holder->clawed_count++;
    *ret = &fresh->account;
    return outcome;
}

/* Adds up what is taken for refunds of settled credits: the next run tells it from what was
 * earned less. */
static enum outcome add_clawed(struct reader *reader, struct holder *holder)
{
    const struct lots *lots = &holder->lots;

    holder->clawed_count = 0;
    for (size_t i = 0; i < lots->movement_count; i++) {
        const struct movement *movement = &lots->movement[i];
        struct settlement_account *record;
        if (!movement->clawed) continue;
        assert(movement->lot != LOT_NONE);
        enum outcome outcome =
            clawed_of(reader, holder, lots->lot[movement->lot].credit.pay_entity, &record);
        if (outcome != OUTCOME_OK) return outcome;
        record->clawed[movement->unit] += movement->amount;
    }
    return OUTCOME_OK;
}

enum outcome holder_ready(struct batch *batch, struct holder *holder)
{
    const struct lots *lots = &holder->lots;

    assert(lots->movement_count <= LOT_MOVEMENTS_MAX);
    for (size_t i = 0; i < lots->movement_count; i++) {
        const struct movement *movement = &lots->movement[i];
        if (movement->from != SIDE_EXPENSE && movement->to != SIDE_EXPENSE) continue;
        enum outcome outcome = command_outcome(
            ledger_expect(&batch->reader, holder->party, movement->business_date),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
    }
    for (size_t i = 0; i < lots->lot_count; i++) {
        if (lot_gave_back(&lots->lot[i]) == 0) continue;
        enum outcome outcome =
            caps_release_prepare(batch, holder->party, &lots->lot[i].credit);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (lots->movement_count > COMMAND_MOVEMENTS_MAX) return OUTCOME_BUSY;
    return add_clawed(&batch->reader, holder);
}

static void post_movement(struct batch *batch, struct ledger *ledger, struct holder *holder,
                          const struct movement *movement)
{
    struct lot *lot = movement->lot != LOT_NONE ? &holder->lots.lot[movement->lot] : NULL;
    struct lot_debt *debt =
        movement->debt != LOT_NONE ? &holder->lots.debt[movement->debt] : NULL;
    struct entry entry = {
        .business_date = movement->business_date, .kind = movement->kind, .unit = movement->unit,
        .from = movement->from, .to = movement->to, .party = holder->party,
        .amount = movement->amount, .event = movement->event,
    };
    assert(lot != NULL || debt != NULL);
    if (lot != NULL) {
        entry.credit = lot->credit.number;
        entry.program_version = lot->credit.program_version;
        entry.rule = lot->credit.rule;
    } else {
        entry.credit = debt->debt.credit;
        entry.program_version = debt->debt.program_version;
        entry.rule = debt->debt.rule;
    }
    uint64_t number = ledger_post(batch, ledger, holder->account, &entry);
    if (lot != NULL && lot->credit.number == 0) lot->credit.number = number;
    bool freed = entry.kind == ENTRY_MATURE || entry.kind == ENTRY_RELEASE ||
                 entry.kind == ENTRY_RESTORE;
    if (lot != NULL && freed) lot->credit.since = number;
    if (debt != NULL && debt->debt.number == 0) {
        debt->debt.number = number;
        debt->debt.recorded_at = entry.recorded_at;
    }
}

/* Nothing of the account is due before it. */
static business_date next_due(const struct holder *holder)
{
    const struct lots *lots = &holder->lots;
    business_date next = holder->settled ? holder->next_unseen : holder->account->next_due;
    for (size_t i = 0; i < lots->lot_count; i++) {
        business_date due = credit_due_on(&lots->lot[i].credit);
        if (due < next) next = due;
    }
    if (lots_net_left(lots) && holder->today < next) next = holder->today;
    if (holder->account->tier_review_on < next) next = holder->account->tier_review_on;
    if (holder->account->binding_until < next) next = holder->account->binding_until;
    return next;
}

void holder_post(struct batch *batch, struct ledger *ledger, struct holder *holder)
{
    struct lots *lots = &holder->lots;
    struct account *account = holder->account;

    for (size_t i = 0; i < lots->movement_count; i++)
        post_movement(batch, ledger, holder, &lots->movement[i]);
    for (size_t i = 0; i < lots->lot_count; i++) {
        const struct lot *lot = &lots->lot[i];
        int64_t gave_back = lot_gave_back(lot);
        if (gave_back > 0) caps_release(batch, holder->party, &lot->credit, gave_back);
        if (lot->fresh) credits_add(batch, holder->party, &lot->credit);
        else if (lot->changed)
            credits_change(batch, holder->party, &lot->credit, lot->filed_on);
    }
    for (size_t i = 0; i < lots->debt_count; i++) {
        const struct lot_debt *debt = &lots->debt[i];
        if (debt->changed) debts_put(batch, holder->party, &debt->debt, !debt->fresh);
    }
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        struct balance *balance = &account->balance[unit];
        const struct balance *decided = &lots->balance[unit];
        balance->held = decided->held;
        balance->debt_inside = decided->debt_inside;
        assert(balance->available == decided->available && balance->debt == decided->debt);
        assert(balance->pending == decided->pending);
        assert(balance->held <= balance->available && balance->debt_inside <= balance->debt);
    }
    for (size_t i = 0; i < holder->clawed_count; i++)
        settlement_accounts_put(batch, holder->party, holder->clawed[i].pay_entity,
                                &holder->clawed[i].account);
    business_date next = next_due(holder);
    due_move(batch, holder->party, account->next_due, next);
    account->next_due = next;
    accounts_put(batch, holder->party, account);
    if (holder->tier_before != holder->tier_after)
        event_tell_tier(batch, holder->party.number, holder->tier_before, holder->tier_after,
                        holder->today);
}
