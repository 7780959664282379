/* The life of each credit: what the account's entries say became of it, and of its debts.
 *
 * All entries of the account are walked back from its last one and sorted by credit; then each
 * credit and each debt of the same snapshot is held against them. */
#include <inttypes.h>
#include <stdlib.h>

#include "store/accounts.h"
#include "store/debts.h"
#include "store/encode.h"
#include "store/table.h"
#include "store/verify_inner.h"

/* What one entry did to a credit. */
struct step {
    uint64_t credit, entry;
    int64_t amount;
    enum entry_kind kind;
    enum unit unit;
    enum side from, to;
};

struct steps {
    struct step *list;
    size_t count, capacity;
};

bool entry_makes_credit(const struct entry *entry)
{
    return entry->kind == ENTRY_ACCRUE ||
           ((entry->kind == ENTRY_ADJUST || entry->kind == ENTRY_RESTORE) &&
            entry->credit == entry->number);
}

static bool steps_add(struct steps *steps, const struct entry *entry)
{
    if (steps->count == steps->capacity) {
        size_t capacity = steps->capacity == 0 ? 64 : steps->capacity * 2;
        struct step *list = realloc(steps->list, capacity * sizeof *list);
        if (list == NULL) return false;
        steps->list = list;
        steps->capacity = capacity;
    }
    steps->list[steps->count++] = (struct step){
        .credit = entry->credit, .entry = entry->number, .amount = entry->amount,
        .kind = entry->kind, .unit = entry->unit, .from = entry->from, .to = entry->to,
    };
    return true;
}

/* Collects the account's entries. A chain that breaks has been reported by the ledger's part; what
 * it hides is then compared with nothing. */
static enum store_result steps_collect(struct verify *verify, const struct account *account,
                                       struct steps *steps, bool *ret_whole)
{
    uint64_t number = account->last_entry;
    *ret_whole = false;
    while (number != 0) {
        struct entry entry;
        enum store_result result;
        do result = entries_get(&verify->reader, number, &entry);
        while (verify_again(verify, result));
        if (result != STORE_OK) return verify_fatal(result);
        if (!steps_add(steps, &entry)) return STORE_FAULT;
        if (entry.previous >= number) return STORE_OK;
        number = entry.previous;
    }
    *ret_whole = true;
    return STORE_OK;
}

static int steps_order(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    if (x->credit != y->credit) return x->credit < y->credit ? -1 : 1;
    if (x->entry != y->entry) return x->entry < y->entry ? -1 : 1;
    return 0;
}

/* The first step of a credit; count when it has none. */
static size_t steps_first(const struct steps *steps, uint64_t credit)
{
    size_t low = 0, high = steps->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (steps->list[middle].credit < credit) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* ---- credits --------------------------------------------------------------------------------- */

struct life {
    __int128 posted, redeemed, expired, voided, reversed;
    bool pending, held;
};

static void life_step(struct life *life, const struct step *step)
{
    switch (step->kind) {
    case ENTRY_ACCRUE:
        life->posted += step->amount;
        life->pending = step->to == SIDE_LIABILITY;
        break;
    case ENTRY_ADJUST:
        if (step->credit == step->entry) life->posted += step->amount;
        else life->reversed += step->amount;
        break;
    case ENTRY_MATURE: life->pending = false; break;
    case ENTRY_REDEEM: life->redeemed += step->amount; break;
    case ENTRY_RESTORE: /* beside a credit that a run has frozen */
        if (step->credit == step->entry) life->posted += step->amount;
        else life->redeemed -= step->amount;
        break;
    case ENTRY_EXPIRE: life->expired += step->amount; break;
    case ENTRY_VOID: life->voided += step->amount; break;
    case ENTRY_REVERSE:
        if (step->from != SIDE_DEBT) life->reversed += step->amount; /* a debt takes nothing */
        break;
    case ENTRY_NET: life->reversed += step->amount; break;
    case ENTRY_HOLD: life->held = true; break;
    case ENTRY_RELEASE: life->held = false; break;
    case ENTRY_SETTLE: /* of the account: settled_compare */
    case ENTRY_CARRY_IN:
    case ENTRY_CARRY_OUT:
    case ENTRY_WRITE_OFF: break;
    }
}

static void compare_part(struct verify *verify, struct party party, uint64_t credit,
                         const char *what, int64_t kept, __int128 said)
{
    if (kept == said) return;
    verify_found(verify, "%s %lu: credit %" PRIu64 ": %s is %" PRId64 ", entries say %" PRId64,
                 verify_kind(party.kind), (unsigned long)party.number, credit, what, kept,
                 (int64_t)said);
}

static void compare_credit(struct verify *verify, struct party party, const struct steps *steps,
                           const struct credit *credit)
{
    struct life life = {0};
    for (size_t i = steps_first(steps, credit->number);
         i < steps->count && steps->list[i].credit == credit->number; i++)
        life_step(&life, &steps->list[i]);
    __int128 remaining = life.posted - life.redeemed - life.expired - life.voided -
                         life.reversed - credit->settled;
    compare_part(verify, party, credit->number, "redeemed", credit->redeemed, life.redeemed);
    compare_part(verify, party, credit->number, "expired", credit->expired, life.expired);
    compare_part(verify, party, credit->number, "voided", credit->voided, life.voided);
    compare_part(verify, party, credit->number, "reversed", credit->reversed, life.reversed);
    enum credit_state state = remaining == 0 ? CREDIT_DONE
                              : life.pending ? CREDIT_PENDING
                                             : CREDIT_AVAILABLE;
    compare_part(verify, party, credit->number, "state", credit->state, state);
    compare_part(verify, party, credit->number, "held", credit->flags & CREDIT_HELD,
                 life.held ? CREDIT_HELD : 0);
}

typedef void life_visit(struct verify *verify, struct party party, const struct steps *steps,
                        struct bytes value, void *context);

/* Calls `visit` for each record of one part of the account, in the snapshot at hand. */
static enum store_result visit_part(struct verify *verify, struct party party,
                                    enum account_part part, const struct steps *steps,
                                    life_visit *visit, void *context)
{
    struct key from = account_key(verify->merchant, party, part);
    struct key end = key_after(&from);
    struct reader_scan scan;
    enum store_result result = verify_scan_open(verify, &from, &end, false, &scan);
    while (result == STORE_OK) {
        struct bytes key, value;
        do result = reader_scan_next(&scan, &key, &value);
        while (verify_again(verify, result));
        if (result == STORE_DAMAGED) result = STORE_OK; /* the walk over all records names it */
        else if (result == STORE_OK) visit(verify, party, steps, value, context);
    }
    reader_scan_close(&scan);
    return result == STORE_ABSENT ? STORE_OK : verify_fatal(result);
}

/* Credits as the marks of runs leave them, and what they say is settled; what they and the debts
 * say refunds of settled credits took. */
struct life_read {
    struct verify_marks marks;
    __int128 settled[UNIT_COUNT];
    struct verify_clawed clawed;
};

static void visit_credit(struct verify *verify, struct party party, const struct steps *steps,
                         struct bytes value, void *context)
{
    struct life_read *read = context;
    struct credit credit;
    if (credit_decode(value, &credit) != STORE_OK) return;
    verify_marks_apply(&read->marks, party, &credit);
    verify_clawed_add(&read->clawed, credit.pay_entity, credit.unit, credit.recall_settled);
    read->settled[credit.unit] += credit.settled;
    compare_credit(verify, party, steps, &credit);
}

/* A SETTLE entry is of many credits at once: all of the account's together say the same. */
static enum store_result compare_credits(struct verify *verify, struct party party,
                                         const struct steps *steps, struct life_read *read)
{
    __int128 said[UNIT_COUNT] = {0};
    enum store_result result = verify_marks_load(verify, party, &read->marks);
    if (result == STORE_OK)
        result = visit_part(verify, party, ACCOUNT_CREDIT, steps, visit_credit, read);
    if (result != STORE_OK) return result;
    for (size_t i = 0; i < steps->count; i++)
        if (steps->list[i].kind == ENTRY_SETTLE)
            said[steps->list[i].unit] += steps->list[i].amount;
    for (unsigned unit = 0; unit < UNIT_COUNT; unit++) {
        if (read->settled[unit] == said[unit]) continue;
        verify_found(verify, "%s %lu: unit %u settled is %" PRId64 ", entries say %" PRId64,
                     verify_kind(party.kind), (unsigned long)party.number, unit,
                     (int64_t)read->settled[unit], (int64_t)said[unit]);
    }
    return STORE_OK;
}

/* ---- debts ----------------------------------------------------------------------------------- */

struct debt_sums {
    __int128 posted[UNIT_COUNT], netted[UNIT_COUNT], written_off[UNIT_COUNT], carried[UNIT_COUNT];
    __int128 open[UNIT_COUNT], inside[UNIT_COUNT];
    struct verify_clawed *clawed;
};

static void visit_debt(struct verify *verify, struct party party, const struct steps *steps,
                       struct bytes value, void *context)
{
    struct debt_sums *sums = context;
    struct debt debt;
    if (debt_decode(value, &debt) != STORE_OK || !debt_sound(&debt)) {
        verify_found(verify, "%s %lu: damaged debt", verify_kind(party.kind),
                     (unsigned long)party.number);
        return;
    }
    sums->posted[debt.unit] += debt.posted;
    sums->netted[debt.unit] += debt.netted;
    sums->written_off[debt.unit] += debt.written_off;
    sums->carried[debt.unit] += debt.carried;
    if (debt.settled) verify_clawed_add(sums->clawed, debt.pay_entity, debt.unit, debt.netted);
    sums->open[debt.unit] += debt_open(&debt);
    if (debt.policy == RETURN_UNLIMITED) sums->inside[debt.unit] += debt_open(&debt);
    for (size_t i = steps_first(steps, debt.credit);
         i < steps->count && steps->list[i].credit == debt.credit; i++) {
        const struct step *step = &steps->list[i];
        if (step->entry == debt.number && step->kind == ENTRY_REVERSE &&
            step->from == SIDE_DEBT && step->amount == debt.posted && step->unit == debt.unit)
            return;
    }
    verify_found(verify, "%s %lu: debt %" PRIu64 " is not what its entry reversed",
                 verify_kind(party.kind), (unsigned long)party.number, debt.number);
}

static void compare_sum(struct verify *verify, struct party party, unsigned unit,
                        const char *what, __int128 kept, __int128 said)
{
    if (kept == said) return;
    verify_found(verify, "%s %lu: unit %u %s is %" PRId64 ", debts say %" PRId64,
                 verify_kind(party.kind), (unsigned long)party.number, unit, what, (int64_t)kept,
                 (int64_t)said);
}

static enum store_result compare_debts(struct verify *verify, struct party party,
                                       const struct account *account, const struct steps *steps,
                                       struct verify_clawed *clawed)
{
    struct debt_sums debts = {.clawed = clawed}, entries = {.clawed = NULL};
    enum store_result result =
        visit_part(verify, party, ACCOUNT_DEBT, steps, visit_debt, &debts);
    if (result != STORE_OK) return result;
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->list[i];
        if (step->from == SIDE_DEBT) entries.posted[step->unit] += step->amount;
        else if (step->kind == ENTRY_NET) entries.netted[step->unit] += step->amount;
        else if (step->to == SIDE_DEBT && step->kind == ENTRY_CARRY_OUT)
            entries.carried[step->unit] += step->amount;
        else if (step->to == SIDE_DEBT) entries.written_off[step->unit] += step->amount;
    }
    for (unsigned unit = 0; unit < UNIT_COUNT; unit++) {
        const struct balance *balance = &account->balance[unit];
        compare_sum(verify, party, unit, "debt", balance->debt, debts.open[unit]);
        compare_sum(verify, party, unit, "debt inside", balance->debt_inside,
                    debts.inside[unit]);
        compare_sum(verify, party, unit, "debt made", entries.posted[unit], debts.posted[unit]);
        compare_sum(verify, party, unit, "debt netted", entries.netted[unit],
                    debts.netted[unit]);
        compare_sum(verify, party, unit, "debt written off", entries.written_off[unit],
                    debts.written_off[unit]);
        compare_sum(verify, party, unit, "debt carried", entries.carried[unit],
                    debts.carried[unit]);
    }
    return STORE_OK;
}

/* ---- carries --------------------------------------------------------------------------------- */

/* What the account's entries carried; of cash alone, as settlements do. */
static __int128 carried(const struct steps *steps)
{
    __int128 sum = 0;
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->list[i];
        if (step->to == SIDE_CARRY) sum += step->amount;
        if (step->from == SIDE_CARRY) sum -= step->amount;
    }
    return sum;
}

/* ---- the due queue --------------------------------------------------------------------------- */

static enum store_result compare_due(struct verify *verify, struct party party,
                                     const struct account *account)
{
    if (account->next_due == DATE_NEVER) return STORE_OK;
    struct key key = key_begin(verify->merchant, TABLE_DUE);
    key_date(&key, account->next_due);
    key_party(&key, party);
    struct bytes value;
    enum store_result result;
    do result = reader_get(&verify->reader, key_view(&key), &value);
    while (verify_again(verify, result));
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "%s %lu: not in the due queue under day %ld", verify_kind(party.kind),
                 (unsigned long)party.number, (long)account->next_due);
    return verify_fatal(result);
}

static enum store_result visit_due(struct verify *verify, struct bytes key, struct bytes value)
{
    enum { PARTY_AT = KEY_REST_OFFSET + 4 };
    struct account account;
    enum store_result result = STORE_DAMAGED;
    unsigned kind = key.size == PARTY_AT + 5 ? key.data[PARTY_AT] : PARTY_NONE;
    struct party party = {PARTY_NONE, 0};
    if ((kind == PARTY_MEMBER || kind == PARTY_GUIDE) && value.size == 0) {
        party = (struct party){(enum party_kind)kind, key_read_u32(key, PARTY_AT + 1)};
        do result = accounts_get(&verify->reader, party, &account);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK && account.next_due == key_read_date(key, KEY_REST_OFFSET))
        return STORE_OK;
    verify_found(verify, "due queue: %s %lu has nothing due then", verify_kind(party.kind),
                 (unsigned long)party.number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

enum store_result verify_due(struct verify *verify)
{
    return verify_table(verify, TABLE_DUE, "due queue", visit_due);
}

enum store_result verify_life(struct verify *verify, struct party party,
                              const struct account *account)
{
    struct steps steps = {0};
    struct life_read read = {.settled = {0}};
    bool whole;
    enum store_result result = steps_collect(verify, account, &steps, &whole);
    if (result == STORE_OK && whole) {
        if (steps.count > 0) qsort(steps.list, steps.count, sizeof steps.list[0], steps_order);
        result = compare_credits(verify, party, &steps, &read);
        if (result == STORE_OK)
            result = compare_debts(verify, party, account, &steps, &read.clawed);
        if (result == STORE_OK)
            verify_carry_compare(verify, party, &read.marks, &read.clawed, carried(&steps));
    }
    free(steps.list);
    return result == STORE_OK ? compare_due(verify, party, account) : result;
}
