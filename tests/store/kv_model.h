/* kv.h against kv_oracle: one store, one oracle, and random operations that must answer the same on
 * both. What differs is printed with seed, step and key, and aborts.
 *
 * Between operations several snapshots stay open, each with a scan half done and with views of
 * values it handed out long ago; all of it is looked at again. One thread. */
#ifndef BECKON_TESTS_STORE_KV_MODEL_H
#define BECKON_TESTS_STORE_KV_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/kv.h"
#include "tests/store/kv_draw.h"
#include "tests/store/kv_oracle.h"
#include "tests/store/scratch.h"

enum { MODEL_READER_MAX = 16, MODEL_HELD_MAX = 6, MODEL_VIEW_MAX = 24 };

/* An engine to be tested. */
struct model_engine {
    const char *name;
    bool needy;            /* kv_needy around it: first answers ask to fetch */
    bool changing;         /* each time it is opened it gets another buffer, or none */
    uint64_t buffer_bytes; /* kv_lmdb.h; 0: none */
    size_t batch_bytes;    /* the largest write set */
};
enum { MODEL_ENGINE_COUNT = 5 };
extern const struct model_engine MODEL_ENGINES[MODEL_ENGINE_COUNT];

/* Opens it in the existing folder `path`; `random` decides what the engine leaves open. */
enum store_result model_engine_open(const struct model_engine *engine, uint64_t *random,
                                    const char *path, struct kv **ret_kv);

/* A value the engine has handed out, and what its bytes must be as long as the snapshot is open. */
struct model_view {
    struct bytes key; /* the oracle's */
    struct bytes found_key, found;
    struct oracle_value value;
};

struct model_snapshot {
    struct kv_snapshot *snapshot;
    uint64_t commit; /* the oracle's number */
    uint64_t opened_at; /* the step */
    struct model_view views[MODEL_VIEW_MAX];
    size_t view_count;
    /* A scan half done; NULL: none. From where to where it is still to go: */
    struct kv_scan *scan;
    bool reverse;
    size_t from_size, to_size;
    uint8_t from_bytes[KV_KEY_BYTES_MAX + 1], to_bytes[KV_KEY_BYTES_MAX];
};

/* What happens to write sets, told before and after by model_step. */
enum model_word { MODEL_OPENING, MODEL_OPENED, MODEL_COMMITS, MODEL_COMMITTED };
struct model_report {
    uint32_t word;   /* enum model_word */
    uint32_t result; /* enum store_result, of MODEL_COMMITTED */
    uint64_t number; /* of the write set */
};

/* What was done. */
enum model_count {
    MODEL_COUNT_COMMITS, MODEL_COUNT_WRITES, MODEL_COUNT_REFUSED, MODEL_COUNT_FULL,
    MODEL_COUNT_GETS, MODEL_COUNT_SCANNED, MODEL_COUNT_CHECKS, MODEL_COUNT_REOPENED,
    MODEL_COUNT_BACKUPS, MODEL_COUNT_FLUSHED, MODEL_COUNT_RESTED, MODEL_COUNT_COUNT,
};

struct model {
    const struct model_engine *engine;
    struct scratch scratch;
    uint64_t seed, random;
    uint64_t step;
    int report_fd; /* -1: nobody listens */

    struct kv *kv; /* NULL: closed */
    struct kv_draw *draw;
    struct kv_oracle *oracle;
    uint64_t batch_number;  /* drawn so far */
    uint64_t commit;        /* of them committed: the oracle's number of the newest */
    uint64_t growth;        /* by how much the engine's number must have grown since ... */
    uint64_t seen_number;   /* ... it was this, when a snapshot was last opened */

    struct model_snapshot held[MODEL_HELD_MAX];
    size_t held_count;
    uint64_t counts[MODEL_COUNT_COUNT];
};

/* A new, empty store in a folder of its own, not open yet. */
void model_begin(struct model *model, const struct model_engine *engine, uint64_t seed);
/* Closes what is open and removes the folder. */
void model_end(struct model *model);

void model_open(struct model *model);
/* Closes all snapshots, each looked at once more, and the store. */
void model_close(struct model *model);
/* The write set drawn last has been committed: tells the oracle. */
void model_committed(struct model *model);
/* One operation: a write set committed, and seldom a rest behind it; a get; a scan of some steps; a
 * snapshot opened, closed or read in full; rarely a flush, a backup that is opened and read, or the
 * store closed and opened again. */
void model_step(struct model *model);
/* Reads everything there is, in both directions. */
void model_check(struct model *model);
/* The same, but only says whether the store is what the oracle holds at model->commit. */
bool model_same(struct model *model);

#endif
