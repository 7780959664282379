#include "store/rotating.h"

#include "store/rewrap.h"

enum store_result rotating_before_commit(struct store *store, const struct rotating *rotating)
{
    enum store_result result = STORE_OK;
    if (rotating->added != 0)
        result = keyring_add(store_keyring(store), rotating->added, rotating->key);
    if (result == STORE_OK && rotating->portion.count > 0)
        result = rewrap_portion(store_rewrap(store), rotating->portion.merchant,
                                rotating->portion.kind, rotating->portion.first,
                                rotating->portion.count, rotating->portion.generation);
    return result;
}

enum store_result rotating_after_commit(struct store *store, const struct rotating *rotating)
{
    struct keyring *ring = store_keyring(store);
    if (rotating->added != 0) keyring_use(ring, rotating->added);
    return rotating->ended != 0 ? keyring_drop_below(ring, rotating->ended) : STORE_OK;
}
