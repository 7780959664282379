/* Counts what guides earned by entries that were posted before that was counted: from the first
 * counted entry downwards, a portion a turn, until the ledger's first. */
#include <assert.h>

#include "service/command/count.h"
#include "service/command/objects.h"
#include "store/ledger.h"

enum { PORTION = 64 }; /* each a month and a block at most: half of what one command may put */

struct portion {
    uint64_t from; /* what was counted begins here, and will here ... */
    uint64_t low;  /* ... afterwards */
    struct entry entries[PORTION];
    size_t count;
};

static bool is_earned(const struct entry *entry)
{
    return entry->party.kind == PARTY_GUIDE &&
           (entry->from == SIDE_EXPENSE) != (entry->to == SIDE_EXPENSE);
}

/* The entries before those counted, and the months they count in. */
static enum store_result load(struct batch *batch, struct portion *ret)
{
    struct reader *reader = &batch->reader;
    struct merchant merchant;

    ret->count = 0;
    ret->from = batch_fence(batch)->entry + 1;
    enum store_result result = merchants_get(reader, &merchant);
    if (result != STORE_OK) return result;
    result = kpi_earned_from(reader, &ret->from);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    if (!merchant.counted || ret->from <= 1) return STORE_OK;
    ret->low = ret->from > PORTION ? ret->from - PORTION : 1;
    result = entries_list(reader, ret->low - 1, ret->entries, (size_t)(ret->from - ret->low),
                          &ret->count);
    if (result == STORE_OK && ret->count != ret->from - ret->low) result = STORE_DAMAGED;
    for (size_t i = 0; i < ret->count && result == STORE_OK; i++) {
        const struct entry *entry = &ret->entries[i];
        if (is_earned(entry))
            result = kpi_earned_load(reader, entry->party.number, entry->event_date);
    }
    return result;
}

enum outcome count_earned_before(struct batch *batch, bool *ret_counted)
{
    struct portion portion;

    enum store_result result = load(batch, &portion);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    *ret_counted = portion.count > 0;
    if (portion.count == 0) return OUTCOME_OK;
    /* From here on this turn must succeed. */
    assert(portion.low >= 1 && portion.low < portion.from);
    for (size_t i = 0; i < portion.count; i++) {
        const struct entry *entry = &portion.entries[i];
        int64_t amount[UNIT_COUNT] = {0};
        if (!is_earned(entry) || entry->amount == 0) continue;
        amount[entry->unit] = entry->from == SIDE_EXPENSE ? entry->amount : -entry->amount;
        kpi_earned_add(batch, entry->party.number, entry->event_date, amount);
    }
    kpi_earned_begin(batch, portion.low);
    return OUTCOME_OK;
}
