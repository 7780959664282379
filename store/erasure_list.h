/* The erasure list: who was erased, in a file that no backup holds.
 *
 *   DATA/erasures        beckon-erasures 1 STORE_ID (hexadecimal)
 *                        MERCHANT member|guide NUMBER BORN_AT ERASED_AT      one line each
 *
 * Numbers and times only, nothing personal. A backup made before an erasure still holds that
 * person; this list, which stays where it is or is kept beside master.key, makes a restored store
 * forget her again. BORN_AT is the recorded_at of her account: in a store put back to a time before
 * she came, her number may be given to somebody else. Times are Unix milliseconds.
 *
 * Appended to and synced by batch_commit, on the writer's thread; a line that a crash cut short is
 * dropped when the list is opened. */
#ifndef BECKON_STORE_ERASURE_LIST_H
#define BECKON_STORE_ERASURE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/record.h"
#include "store/result.h"
#include "store/store.h"

struct erasure_mark {
    uint32_t merchant;
    struct party party;  /* a member or guide */
    uint64_t born_at, erased_at;
};

struct erasure_list;

/* Opens the list of this store, or makes an empty one. STORE_OK, STORE_DAMAGED (another store's, or
 * not a list), STORE_FULL, STORE_FAULT, with errno. */
enum store_result erasure_list_open(const char *path, const uint8_t id[STORE_ID_BYTES],
                                    struct erasure_list **ret_list) STORE_CHECKED;
void erasure_list_close(struct erasure_list *list);

/* Has it no line yet? */
bool erasure_list_is_empty(const struct erasure_list *list);
/* Sees to it that the disk has room for `count` more: STORE_OK, STORE_FULL, STORE_FAULT. */
enum store_result erasure_list_reserve(struct erasure_list *list, size_t count) STORE_CHECKED;
/* Appends the marks and syncs them: STORE_OK, or STORE_FAULT, and then nobody knows. */
enum store_result erasure_list_append(struct erasure_list *list, const struct erasure_mark *marks,
                                      size_t count) STORE_CHECKED;

/* Called with each mark, in order; its answer ends the walk unless STORE_OK. */
typedef enum store_result erasure_list_visit(void *context, const struct erasure_mark *mark);
/* Walks what stood in the list when the walk began. STORE_OK, STORE_DAMAGED, STORE_FAULT, or the
 * visitor's answer. */
enum store_result erasure_list_walk(struct erasure_list *list, erasure_list_visit *visit,
                                    void *context) STORE_CHECKED;

#endif
