/* Who served a member when, and who will: her history against her hot record, against the guides'
 * lists, and against the handovers that made it. All in the snapshot at hand. */
#include "store/accounts.h"
#include "store/handovers.h"
#include "store/table.h"
#include "store/verify_inner.h"

enum { PORTION = 16 };

struct bindings_walk {
    uint32_t member;
    const struct account *account;
    business_date ended; /* where the one before ended */
    bool in_force, turns; /* the hot record's binding, and what follows it, are there */
};

static void found(struct verify *verify, uint32_t member, const char *what)
{
    verify_found(verify, "member %lu: %s", (unsigned long)member, what);
}

static enum store_result check_list(struct verify *verify, uint32_t member, uint32_t guide)
{
    struct key key = key_begin(verify->merchant, TABLE_MEMBER_OF_GUIDE);
    struct bytes value;
    enum store_result result;

    key_u32(&key, guide);
    key_u32(&key, member);
    do result = reader_get(&verify->reader, key_view(&key), &value);
    while (verify_again(verify, result));
    if (result == STORE_OK) return STORE_OK;
    found(verify, member, "her serving guide's list lacks her");
    return verify_fatal(result);
}

/* A binding that a handover made has its row there. */
static enum store_result check_handover(struct verify *verify, uint32_t member,
                                        const struct binding *binding)
{
    struct handover handover;
    struct handover_row row;
    enum store_result result;

    if (binding->handover == 0) return STORE_OK;
    do result = handovers_get(&verify->reader, binding->handover, &handover);
    while (verify_again(verify, result));
    if (result == STORE_OK) {
        do result = handover_rows_get(&verify->reader, binding->handover, member, &row);
        while (verify_again(verify, result));
    }
    bool same = result == STORE_OK && row.outcome == HANDOVER_BOUND && row.from == binding->from &&
                handover.to_guide == binding->guide;
    if (same) return STORE_OK;
    found(verify, member, "a binding is not what its handover made");
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* What has begun is in force or has been ended; what is planned begins when the account turns, or
 * later. */
static void check_hot(struct verify *verify, struct bindings_walk *walk,
                      const struct binding *binding)
{
    const struct account *account = walk->account;
    bool hot = account->serving_guide != 0 && binding->from == account->binding_from;

    if (hot && binding->guide == account->serving_guide &&
        binding->until == account->binding_until &&
        binding->inherited == account->serving_inherited)
        walk->in_force = true;
    if (binding->from == account->binding_until) walk->turns = true;
    bool waits = binding->state == BINDING_ACTIVE && !hot;
    if (waits && binding->from < account->binding_until)
        found(verify, walk->member, "a binding that is not in force has not ended");
}

static enum store_result check_binding(struct verify *verify, struct bindings_walk *walk,
                                       const struct binding *binding)
{
    if (binding->from < walk->ended) found(verify, walk->member, "two bindings overlap");
    walk->ended = binding->until;
    check_hot(verify, walk, binding);
    enum store_result result = check_list(verify, walk->member, binding->guide);
    return result == STORE_OK ? check_handover(verify, walk->member, binding) : result;
}

enum store_result verify_bindings(struct verify *verify, uint32_t member,
                                  const struct account *account)
{
    struct bindings_walk walk = {.member = member, .account = account, .ended = DATE_ALWAYS};
    business_date from = DATE_ALWAYS;
    struct binding list[PORTION];
    size_t count;

    do {
        enum store_result result;
        do result = bindings_list(&verify->reader, member, from, list, PORTION, &count);
        while (verify_again(verify, result));
        if (result != STORE_OK) return verify_fatal(result); /* found with the account's records */
        for (size_t i = 0; i < count; i++) {
            result = check_binding(verify, &walk, &list[i]);
            if (result != STORE_OK) return result;
        }
        if (count > 0) from = list[count - 1].from + 1;
    } while (count == PORTION);
    if (account->serving_guide != 0 && !walk.in_force)
        found(verify, member, "her binding's history differs");
    if (account->serving_guide == 0 && account->binding_until != DATE_NEVER && !walk.turns)
        found(verify, member, "nobody begins to serve her when her account says so");
    return STORE_OK;
}
