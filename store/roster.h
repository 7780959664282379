/* Who is employed when and where, all guides of a merchant at once: for rankings, which can't look
 * at the history of ten thousand guides each time.
 *
 * Kept in memory, made by the reader who first asks and shared until an employment changes: a
 * record says in which commit one last did, and a roster made of an older or newer state is not
 * used. Any thread; never in a batch. */
#ifndef BECKON_STORE_ROSTER_H
#define BECKON_STORE_ROSTER_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

struct roster_guide {
    business_date from, until; /* his employment [from, until), where he had one only */
    uint32_t shop;             /* 0: he had none, or several */
    bool several;              /* look them up */
};
struct roster {
    uint32_t merchant;
    uint64_t changed;          /* the commit that changed an employment last; 0: before that was
                                  written down */
    unsigned users;            /* under the cache's lock */
    uint32_t guide_max;
    struct roster_guide guides[]; /* by number, 0 is nobody */
};

/* The roster as of the reader's snapshot; released by roster_release. STORE_FAULT also when memory
 * has run out. */
enum store_result roster_acquire(struct reader *reader, const struct roster **ret) STORE_CHECKED;
void roster_release(struct store *store, const struct roster *roster);

/* An employment is being put in this batch. */
void roster_changes(struct batch *batch);
/* STORE_ABSENT: none was put since that is written down. */
enum store_result roster_changed(struct reader *reader, uint64_t *ret_commit) STORE_CHECKED;

/* A store's own; NULL when memory has run out. */
struct roster_cache *roster_cache_new(void);
void roster_cache_free(struct roster_cache *cache);

#endif
