/* Credits through the marks of settlement runs. */
#include "store/verify_inner.h"

enum store_result verify_marks_load(struct verify *verify, struct party party,
                                    struct verify_marks *ret)
{
    enum store_result result;
    ret->count = 0;
    do result = settlement_accounts_list(&verify->reader, party, 0, ret->entity,
                                         SETTLEMENT_ENTITIES_MAX, &ret->count);
    while (verify_again(verify, result));
    if (result == STORE_OK) return STORE_OK;
    ret->count = 0;
    return verify_fatal(result);
}

void verify_marks_apply(const struct verify_marks *marks, struct party party,
                        struct credit *credit)
{
    for (size_t i = 0; i < marks->count; i++) {
        if (marks->entity[i].pay_entity != credit->pay_entity) continue;
        const struct settlement_mark *mark =
            settlement_covers(&marks->entity[i].account, party.kind, credit);
        if (mark != NULL) settlement_apply(mark, credit);
        return;
    }
}
