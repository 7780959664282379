/* What one batch does to wrapping keys and to slots in use: a part of batch_commit.
 *
 * In this order: a new key is added to the ring, durable; a portion of slots is wrapped anew,
 * durable; the records are committed; new slots are wrapped under the new key from then on; keys
 * that are wrapped nowhere any more are dropped. Whatever a crash leaves undone the next start or
 * the next portion makes up for. On the writer's thread. */
#ifndef BECKON_STORE_ROTATING_H
#define BECKON_STORE_ROTATING_H

#include <stddef.h>
#include <stdint.h>

#include "store/keyring.h"
#include "store/record.h"
#include "store/store.h"

/* Zeroed: nothing. */
struct rotating {
    uint32_t added; /* generation of a new key, which is in use behind the commit */
    uint8_t key[WRAPPING_KEY_BYTES];
    struct {
        uint32_t merchant;
        enum party_kind kind;
        uint32_t first;
        size_t count; /* 0: none */
        uint32_t generation;
    } portion;
    uint32_t ended; /* keys below this generation are dropped */
};

/* STORE_OK; STORE_FULL: at most the new key has been added, which nothing needs; STORE_FAULT. */
enum store_result rotating_before_commit(struct store *store,
                                         const struct rotating *rotating) STORE_CHECKED;
enum store_result rotating_after_commit(struct store *store,
                                        const struct rotating *rotating) STORE_CHECKED;

#endif
