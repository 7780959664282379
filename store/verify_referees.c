/* Lists of recommended friends against the accounts they come from: each row's friend names that
 * referrer, and each friend whose turn has come has her row. */
#include "store/accounts.h"
#include "store/referees.h"
#include "store/verify_inner.h"

enum store_result verify_referees_begin(struct verify *verify)
{
    enum store_result result;
    do result = referees_listed_get(&verify->reader, &verify->referees_listed);
    while (verify_again(verify, result));
    return result == STORE_DAMAGED ? STORE_OK : result; /* the walk over the marks names it */
}

enum store_result verify_referee_listed(struct verify *verify, uint32_t member,
                                        const struct account *account)
{
    uint32_t listed = 0;
    size_t count = 0;
    enum store_result result;

    if (account->referrer.kind != PARTY_MEMBER || member > verify->referees_listed)
        return STORE_OK;
    /* The first number below the one above hers. */
    uint32_t before = member == UINT32_MAX ? member : member + 1;
    do result = referees_list(&verify->reader, account->referrer.number, before, &listed, 1,
                              &count);
    while (verify_again(verify, result));
    if (result == STORE_OK && count == 1 && listed == member) return STORE_OK;
    verify_found(verify, "member %lu: not in her referrer's list of friends",
                 (unsigned long)member);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

static enum store_result visit_referee(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    bool placed = key.size == KEY_REST_OFFSET + 8 && value.size == 0;
    uint32_t referrer = placed ? key_read_u32(key, KEY_REST_OFFSET) : 0;
    uint32_t referee = placed ? key_read_u32(key, KEY_REST_OFFSET + 4) : 0;
    struct account account = {.referrer = {PARTY_NONE, 0}};
    enum store_result result = STORE_DAMAGED;

    if (referee != 0) {
        struct party party = {PARTY_MEMBER, referee};
        do result = accounts_get(&verify->reader, party, &account);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK && account.referrer.kind == PARTY_MEMBER &&
        account.referrer.number == referrer)
        return STORE_OK;
    verify_found(verify, "friends: member %lu was not recommended by member %lu",
                 (unsigned long)referee, (unsigned long)referrer);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

static enum store_result visit_mark(struct verify *verify, struct bytes key, struct bytes value)
{
    if (key.size != KEY_REST_OFFSET || value.size != 4)
        verify_found(verify, "friends: a damaged mark");
    return STORE_OK;
}

enum store_result verify_referees(struct verify *verify)
{
    enum store_result result = verify_table(verify, TABLE_REFEREE, "friends", visit_referee);
    return result == STORE_OK
               ? verify_table(verify, TABLE_REFEREES_LISTED, "friends", visit_mark) : result;
}
