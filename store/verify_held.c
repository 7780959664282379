/* The list of held credits against the credits, both ways. */
#include <inttypes.h>

#include "store/accounts.h"
#include "store/held.h"
#include "store/verify_inner.h"

enum { FIRST_LISTED_VERSION = 3 }; /* of a credit's record: older ones were held without the list */

enum store_result verify_held_credit(struct verify *verify, struct party party,
                                     const struct credit *credit, struct bytes value)
{
    struct held held = {credit->business_date, party, credit->number};
    enum store_result result;

    if (credit_filed_on(credit) != FILED_HELD || value.data[0] < FIRST_LISTED_VERSION)
        return STORE_OK;
    do result = held_has(&verify->reader, &held);
    while (verify_again(verify, result));
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "%s %lu: held credit %" PRIu64 " is not in the list",
                 verify_kind(party.kind), (unsigned long)party.number, credit->number);
    return verify_fatal(result);
}

static enum store_result visit_held(struct verify *verify, struct bytes key, struct bytes value)
{
    struct credit credit;
    struct held held = {.credit = 0};

    (void)value;
    enum store_result result = STORE_DAMAGED;
    if (held_key_read(key, &held)) {
        do result = credits_find(&verify->reader, held.party, held.credit, &credit);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK && credit_filed_on(&credit) == FILED_HELD &&
        credit.business_date == held.business_date)
        return STORE_OK;
    verify_found(verify, "held credits: credit %" PRIu64 " is not held, or not of that date",
                 held.credit);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

enum store_result verify_held(struct verify *verify)
{
    return verify_table(verify, TABLE_HELD, "held credits", visit_held);
}
