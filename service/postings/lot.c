#include "service/postings/lot.h"

#include <assert.h>

#include "store/credit.h"

/* ---- the working set ------------------------------------------------------------------------- */

void lots_begin(struct lots *lots, const struct balance balance[UNIT_COUNT])
{
    lots->lot_count = lots->debt_count = lots->movement_count = 0;
    lots->debts_bounded = lots->net_left = false;
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        lots->balance[unit] = balance[unit];
        lots->frozen[unit] = 0;
    }
}

void lots_forget(struct lots *lots)
{
    lots->lot_count = lots->movement_count = 0;
}

size_t lots_find(const struct lots *lots, uint64_t number)
{
    assert(number != 0);
    for (size_t i = 0; i < lots->lot_count; i++)
        if (lots->lot[i].credit.number == number) return i;
    return LOT_NONE;
}

size_t lots_add(struct lots *lots, const struct credit *credit)
{
    assert(lots->lot_count < LOTS_MAX);
    assert(lots_find(lots, credit->number) == LOT_NONE);
    assert(credit_balanced(credit));
    lots->lot[lots->lot_count] =
        (struct lot){.credit = *credit, .filed_on = credit->filed_on,
                     .returned = credit->voided + credit->reversed};
    return lots->lot_count++;
}

size_t lots_add_debt(struct lots *lots, const struct debt *debt)
{
    assert(lots->debt_count < LOT_DEBTS_MAX);
    assert(debt_sound(debt));
    lots->debt[lots->debt_count] = (struct lot_debt){.debt = *debt};
    return lots->debt_count++;
}

bool lots_have_room(const struct lots *lots, size_t lot_count, size_t movement_count)
{
    return lot_count <= LOTS_MAX - lots->lot_count &&
           movement_count <= LOT_MOVEMENTS_MAX - lots->movement_count;
}

static bool held(const struct credit *credit)
{
    return (credit->flags & CREDIT_HELD) != 0;
}

bool lots_of_entity(const struct credit *credit, uint32_t pay_entity)
{
    return pay_entity == PAY_ENTITY_ANY || credit->pay_entity == pay_entity;
}

/* May this debt be paid out of such a credit? */
static bool owed_by(const struct lot_debt *debt, const struct credit *credit)
{
    return debt->debt.unit == credit->unit && debt->debt.pay_entity == credit->pay_entity &&
           !debt->waits;
}

/* Fresh lots have no number yet: they are the youngest. */
static uint64_t age(const struct credit *credit)
{
    return credit->number != 0 ? credit->number : UINT64_MAX;
}

size_t lots_first_available(const struct lots *lots, enum unit unit, uint32_t pay_entity)
{
    size_t first = LOT_NONE;
    for (size_t i = 0; i < lots->lot_count; i++) {
        const struct credit *credit = &lots->lot[i].credit;
        if (credit->unit != unit || !credit_free(credit)) continue;
        if (!lots_of_entity(credit, pay_entity)) continue;
        const struct credit *best = first != LOT_NONE ? &lots->lot[first].credit : NULL;
        if (best == NULL || credit->expires_on < best->expires_on ||
            (credit->expires_on == best->expires_on && age(credit) < age(best)))
            first = i;
    }
    return first;
}

/* Where not all debts are loaded, the paid ones may have younger ones behind them. */
static bool may_have_to_pay(const struct lots *lots, const struct credit *credit)
{
    for (size_t i = 0; i < lots->debt_count; i++) {
        const struct lot_debt *debt = &lots->debt[i];
        if (!owed_by(debt, credit)) continue;
        if (lots->debts_bounded || debt_open(&debt->debt) > 0) return true;
    }
    return false;
}

bool lots_net_left(const struct lots *lots)
{
    for (size_t i = 0; i < lots->lot_count; i++) {
        const struct credit *credit = &lots->lot[i].credit;
        if (credit_free(credit) && may_have_to_pay(lots, credit)) return true;
    }
    return lots->net_left;
}

int64_t lots_spendable(const struct lots *lots, enum unit unit)
{
    const struct balance *balance = &lots->balance[unit];
    int64_t free = balance->available - balance->held - lots->frozen[unit] - balance->debt;
    return free > 0 ? free : 0;
}

size_t lots_first_due(const struct lots *lots, business_date today)
{
    size_t first = LOT_NONE;
    for (size_t i = 0; i < lots->lot_count; i++) {
        const struct credit *credit = &lots->lot[i].credit;
        business_date due = credit_due_on(credit);
        if (due > today) continue;
        const struct credit *best = first != LOT_NONE ? &lots->lot[first].credit : NULL;
        if (best == NULL || due < credit_due_on(best) ||
            (due == credit_due_on(best) && age(credit) < age(best)))
            first = i;
    }
    return first;
}

/* ---- movements ------------------------------------------------------------------------------- */

static void balance_move(int64_t *balance, int64_t amount)
{
    bool overflow = __builtin_add_overflow(*balance, amount, balance);
    assert(!overflow);
    assert(*balance >= 0);
}

static void side_move(struct balance *balance, enum side side, int64_t amount)
{
    if (side == SIDE_OWNER) balance_move(&balance->available, amount);
    else if (side == SIDE_LIABILITY) balance_move(&balance->pending, amount);
    else if (side == SIDE_DEBT) balance_move(&balance->debt, -amount);
}

static void lots_move(struct lots *lots, const struct movement *movement)
{
    struct balance *balance = &lots->balance[movement->unit];
    assert(lots->movement_count < LOT_MOVEMENTS_MAX);
    assert(movement->amount > 0);
    assert(movement->lot != LOT_NONE || movement->debt != LOT_NONE);
    side_move(balance, movement->from, -movement->amount);
    side_move(balance, movement->to, movement->amount);
    lots->movement[lots->movement_count++] = *movement;
}

/* The lot, about to be changed. */
static struct credit *lot_change(struct lots *lots, size_t lot)
{
    assert(lot < lots->lot_count);
    assert(credit_balanced(&lots->lot[lot].credit));
    lots->lot[lot].changed = true;
    return &lots->lot[lot].credit;
}

/* Takes `amount` of what remains, into `*counter`; what has nothing left is finished. */
static void lot_take(struct lots *lots, size_t lot, int64_t amount, int64_t *counter)
{
    struct credit *credit = &lots->lot[lot].credit;
    assert(amount > 0 && amount <= credit->remaining);
    credit->remaining -= amount;
    balance_move(counter, amount);
    if (credit->state == CREDIT_AVAILABLE && held(credit))
        balance_move(&lots->balance[credit->unit].held, -amount);
    if (credit->remaining == 0) credit->state = CREDIT_DONE;
    assert(credit_balanced(credit));
}

static void lot_post(struct lots *lots, size_t lot, enum entry_kind kind, enum side from,
                     enum side to, int64_t amount, const struct occasion *occasion)
{
    lots_move(lots, &(struct movement){
        .kind = kind, .unit = lots->lot[lot].credit.unit, .from = from, .to = to,
        .amount = amount, .lot = lot, .debt = LOT_NONE,
        .business_date = occasion->date, .event = occasion->event,
    });
}

static void net_one(struct lots *lots, size_t lot, size_t debt, const struct occasion *occasion)
{
    struct credit *credit = lot_change(lots, lot);
    struct debt *owed = &lots->debt[debt].debt;
    int64_t open = debt_open(owed);
    int64_t amount = open < credit->remaining ? open : credit->remaining;

    assert(amount > 0);
    lot_take(lots, lot, amount, &credit->reversed);
    lots->debt[debt].changed = true;
    owed->netted += amount;
    if (owed->policy == RETURN_UNLIMITED)
        balance_move(&lots->balance[credit->unit].debt_inside, -amount);
    lots_move(lots, &(struct movement){
        .kind = ENTRY_NET, .unit = credit->unit, .from = SIDE_OWNER, .to = SIDE_DEBT,
        .amount = amount, .lot = lot, .debt = debt, .clawed = owed->settled,
        .business_date = occasion->date, .event = occasion->event,
    });
    assert(debt_sound(owed));
}

void lot_net(struct lots *lots, size_t lot, const struct occasion *occasion)
{
    struct credit *credit = &lots->lot[lot].credit;
    assert(lot < lots->lot_count && credit_balanced(credit));
    for (size_t i = 0; i < lots->debt_count && credit_free(credit); i++)
        if (owed_by(&lots->debt[i], credit) && debt_open(&lots->debt[i].debt) > 0)
            net_one(lots, lot, i, occasion);
}

void lot_net_own(struct lots *lots, size_t lot, size_t debt, const struct occasion *occasion)
{
    struct lot_debt *owed = &lots->debt[debt];
    struct credit *credit = lot_change(lots, lot);
    assert(lot < lots->lot_count && debt < lots->debt_count);
    assert(owed->waits && owed->debt.settled && owed->debt.credit == credit->number);
    if (credit_frozen(credit)) {
        credit->settlement_run = 0;
        balance_move(&lots->frozen[credit->unit], -credit->remaining);
    }
    owed->debt.settled = false;
    owed->waits = false;
    owed->changed = true;
    if (credit->remaining > 0 && debt_open(&owed->debt) > 0) net_one(lots, lot, debt, occasion);
}

size_t lot_accrue(struct lots *lots, const struct credit *credit, const struct occasion *occasion)
{
    assert(lots->lot_count < LOTS_MAX);
    assert(credit->number == 0 && credit->posted > 0 && credit->remaining == credit->posted);
    assert(credit_balanced(credit) && credit->state != CREDIT_DONE && !held(credit));
    size_t lot = lots->lot_count++;
    lots->lot[lot] = (struct lot){.credit = *credit, .fresh = true, .changed = true};
    lot_post(lots, lot, credit->program_version != 0 ? ENTRY_ACCRUE : ENTRY_ADJUST, SIDE_EXPENSE,
             credit->state == CREDIT_PENDING ? SIDE_LIABILITY : SIDE_OWNER, credit->posted,
             occasion);
    lot_net(lots, lot, occasion);
    return lot;
}

/* What time does bears the date it was due, not the date somebody looked. */
static struct occasion time_occasion(const struct credit *credit, business_date date)
{
    return (struct occasion){
        .date = date, .event = {.kind = EVENT_TIME, .member = credit->referee}};
}

void lot_mature(struct lots *lots, size_t lot)
{
    struct credit *credit = lot_change(lots, lot);
    struct occasion occasion = time_occasion(credit, credit->matures_on);
    assert(credit->state == CREDIT_PENDING && !held(credit));
    credit->state = CREDIT_AVAILABLE;
    lot_post(lots, lot, ENTRY_MATURE, SIDE_LIABILITY, SIDE_OWNER, credit->remaining, &occasion);
    lot_net(lots, lot, &occasion);
    assert(credit_balanced(credit));
}

void lot_expire(struct lots *lots, size_t lot)
{
    struct credit *credit = lot_change(lots, lot);
    struct occasion occasion = time_occasion(credit, credit->expires_on);
    int64_t amount = credit->remaining;
    assert(credit_free(credit) && credit->expires_on != DATE_NEVER);
    lot_take(lots, lot, amount, &credit->expired);
    lot_post(lots, lot, ENTRY_EXPIRE, SIDE_OWNER, SIDE_EXPIRY, amount, &occasion);
}

void lot_redeem(struct lots *lots, size_t lot, int64_t amount, const struct occasion *occasion)
{
    struct credit *credit = lot_change(lots, lot);
    assert(credit_free(credit));
    lot_take(lots, lot, amount, &credit->redeemed);
    lot_post(lots, lot, ENTRY_REDEEM, SIDE_OWNER, SIDE_REDEMPTION, amount, occasion);
}

/* What a frozen credit would get, as a credit of no rule: it was counted where it was earned. */
static void restore_beside(struct lots *lots, size_t lot, int64_t amount,
                           const struct occasion *occasion, business_date today,
                           uint16_t grace_days)
{
    const struct credit *frozen = &lots->lot[lot].credit;
    struct credit credit = {
        .unit = frozen->unit, .state = CREDIT_AVAILABLE, .posted = amount, .remaining = amount,
        .business_date = frozen->business_date, .matures_on = frozen->matures_on,
        .expires_on = frozen->expires_on, .shop = frozen->shop, .pay_entity = frozen->pay_entity,
    };

    assert(amount > 0 && amount <= frozen->redeemed && lots->lot_count < LOTS_MAX);
    if (credit.expires_on < today) credit.expires_on = today + grace_days;
    size_t fresh = lots->lot_count++;
    lots->lot[fresh] = (struct lot){.credit = credit, .fresh = true, .changed = true};
    lot_post(lots, fresh, ENTRY_RESTORE, SIDE_REDEMPTION, SIDE_OWNER, amount, occasion);
    lot_net(lots, fresh, occasion);
    assert(credit_balanced(&lots->lot[fresh].credit));
}

void lot_restore(struct lots *lots, size_t lot, int64_t amount, const struct occasion *occasion,
                 business_date today, uint16_t grace_days)
{
    if (credit_frozen(&lots->lot[lot].credit)) {
        restore_beside(lots, lot, amount, occasion, today, grace_days);
        return;
    }
    struct credit *credit = lot_change(lots, lot);
    assert(amount > 0 && amount <= credit->redeemed);
    assert(credit->state != CREDIT_PENDING); /* nothing pending was ever spent */
    credit->redeemed -= amount;
    credit->remaining += amount;
    credit->state = CREDIT_AVAILABLE;
    credit->settlement_run = 0; /* of what it was settled by before: nothing freezes it now */
    if (credit->expires_on < today) credit->expires_on = today + grace_days;
    if (held(credit)) balance_move(&lots->balance[credit->unit].held, amount);
    lot_post(lots, lot, ENTRY_RESTORE, SIDE_REDEMPTION, SIDE_OWNER, amount, occasion);
    lot_net(lots, lot, occasion);
    assert(credit_balanced(credit));
}

void lot_take_back(struct lots *lots, size_t lot, int64_t amount, const struct occasion *occasion)
{
    struct credit *credit = lot_change(lots, lot);
    bool pending = credit->state == CREDIT_PENDING;
    assert(credit->state != CREDIT_DONE && !credit_frozen(credit));
    lot_take(lots, lot, amount, pending ? &credit->voided : &credit->reversed);
    lot_post(lots, lot, pending ? ENTRY_VOID : ENTRY_REVERSE,
             pending ? SIDE_LIABILITY : SIDE_OWNER, SIDE_EXPENSE, amount, occasion);
}

void lot_take_for_settled(struct lots *lots, size_t lot, int64_t amount,
                          const struct occasion *occasion)
{
    assert(credit_free(&lots->lot[lot].credit));
    lot_take_back(lots, lot, amount, occasion);
    lots->movement[lots->movement_count - 1].clawed = true;
}

void lot_adjust_out(struct lots *lots, size_t lot, int64_t amount,
                    const struct occasion *occasion)
{
    struct credit *credit = lot_change(lots, lot);
    assert(credit_free(credit));
    lot_take(lots, lot, amount, &credit->reversed);
    lot_post(lots, lot, ENTRY_ADJUST, SIDE_OWNER, SIDE_EXPENSE, amount, occasion);
}

/* HOLD and RELEASE move nothing: both sides are where the credit stands. */
static void lot_flag(struct lots *lots, size_t lot, enum entry_kind kind,
                     const struct occasion *occasion)
{
    struct credit *credit = &lots->lot[lot].credit;
    bool pending = credit->state == CREDIT_PENDING;
    enum side side = pending ? SIDE_LIABILITY : SIDE_OWNER;
    int64_t amount = kind == ENTRY_HOLD ? credit->remaining : -credit->remaining;
    if (!pending) balance_move(&lots->balance[credit->unit].held, amount);
    lot_post(lots, lot, kind, side, side, credit->remaining, occasion);
}

void lot_hold(struct lots *lots, size_t lot, uint32_t review, const struct occasion *occasion)
{
    struct credit *credit = lot_change(lots, lot);
    assert(credit->state != CREDIT_DONE && !held(credit) && !credit_frozen(credit));
    credit->flags |= CREDIT_HELD;
    if (review != 0) credit->review = review;
    lot_flag(lots, lot, ENTRY_HOLD, occasion);
    assert(credit_balanced(credit));
}

void lot_release(struct lots *lots, size_t lot, const struct occasion *occasion)
{
    struct credit *credit = lot_change(lots, lot);
    assert(credit->state != CREDIT_DONE && held(credit));
    credit->flags &= (uint8_t)~CREDIT_HELD;
    lot_flag(lots, lot, ENTRY_RELEASE, occasion);
    /* What expired while it was held pays nothing any more. */
    if (credit_due_on(credit) > occasion->date) lot_net(lots, lot, occasion);
    assert(credit_balanced(credit));
}

/* ---- debts ----------------------------------------------------------------------------------- */

size_t lots_owe(struct lots *lots, const struct debt *debt, bool waits,
                const struct occasion *occasion)
{
    assert(lots->debt_count < LOT_DEBTS_MAX);
    assert(debt->number == 0 && debt->posted > 0 && debt_open(debt) == debt->posted);
    size_t i = lots->debt_count++;
    lots->debt[i] = 
        (struct lot_debt){.debt = *debt, .fresh = true, .changed = true, .waits = waits};
    struct balance *balance = &lots->balance[debt->unit];
    if (debt->policy == RETURN_UNLIMITED) balance_move(&balance->debt_inside, debt->posted);
    lots_move(lots, &(struct movement){
        .kind = ENTRY_REVERSE, .unit = debt->unit, .from = SIDE_DEBT, .to = SIDE_EXPENSE,
        .amount = debt->posted, .lot = LOT_NONE, .debt = i,
        .business_date = occasion->date, .event = occasion->event,
    });
    return i;
}

void lots_write_off(struct lots *lots, size_t debt, int64_t amount,
                    const struct occasion *occasion)
{
    assert(debt < lots->debt_count);
    struct debt *record = &lots->debt[debt].debt;
    assert(amount > 0 && amount <= debt_open(record) && !lots->debt[debt].waits);
    record->written_off += amount;
    lots->debt[debt].changed = true;
    if (record->policy == RETURN_UNLIMITED)
        balance_move(&lots->balance[record->unit].debt_inside, -amount);
    lots_move(lots, &(struct movement){
        .kind = ENTRY_WRITE_OFF, .unit = record->unit, .from = SIDE_EXPENSE, .to = SIDE_DEBT,
        .amount = amount, .lot = LOT_NONE, .debt = debt,
        .business_date = occasion->date, .event = occasion->event,
    });
    assert(debt_sound(record));
}
