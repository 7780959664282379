#include "tests/store/kv_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/folder.h"
#include "store/kv_lmdb.h"
#include "tests/store/kv_model_read.h"
#include "tests/store/kv_needy.h"

static const uint8_t CHECKSUM_KEY[KV_CHECKSUM_KEY_BYTES] = "0123456789abcde";

const struct model_engine MODEL_ENGINES[MODEL_ENGINE_COUNT] = {
    {.name = "LMDB", .batch_bytes = 1 << 20},
    {.name = "LMDB with a tiny buffer", .buffer_bytes = KV_LMDB_BUFFER_BYTES_MIN,
     .batch_bytes = 1 << 20},
    {.name = "LMDB with a buffer", .buffer_bytes = 4 << 20, .batch_bytes = 1 << 20},
    {.name = "LMDB with a buffer that has to fetch", .buffer_bytes = 256 << 10, .needy = true,
     .batch_bytes = 64 << 10},
    {.name = "LMDB with changing buffers", .changing = true, .batch_bytes = 200 << 10},
};

enum store_result model_engine_open(const struct model_engine *engine, uint64_t *random,
                                    const char *path, struct kv **ret_kv)
{
    static const uint64_t buffers[] = {0, KV_LMDB_BUFFER_BYTES_MIN, 300 << 10, 2 << 20};
    uint64_t other = buffers[scratch_below(random, sizeof buffers / sizeof buffers[0])];
    struct kv_lmdb_options options = {
        .path = path,
        .reader_max = MODEL_READER_MAX,
        .buffer_bytes = engine->changing ? other : engine->buffer_bytes,
        .checksum_key = CHECKSUM_KEY,
    };
    enum store_result result = kv_lmdb_open(&options, ret_kv);
    if (result == STORE_OK && engine->needy) {
        kv_needy_wrap(ret_kv);
    }
    return result;
}

static void report(const struct model *model, enum model_word word, enum store_result result)
{
    struct model_report report = {word, result, model->batch_number};
    if (model->report_fd >= 0 &&
        write(model->report_fd, &report, sizeof report) != (ssize_t)sizeof report) {
        abort();
    }
}

static void held_close(struct model *model, size_t index)
{
    model_snapshot_close(model, &model->held[index]);
    for (size_t i = index + 1; i < model->held_count; i++) {
        model->held[i - 1] = model->held[i];
    }
    model->held_count--;
}

/* ---- operations ----------------------------------------------------------------------------- */

void model_committed(struct model *model)
{
    model->commit++;
    model->growth += kv_draw_apply(model->draw, model->oracle, model->commit);
}

/* Old snapshots may hold all the memory a buffer may take, and nothing happens then. Without one
 * there is room. */
static bool makes_room(struct model *model, enum store_result result)
{
    if (result != STORE_FULL || model->held_count == 0) {
        return false;
    }
    model->counts[MODEL_COUNT_FULL]++;
    held_close(model, 0);
    return true;
}

static enum store_result commit_or_close(struct model *model)
{
    const struct kv_draw *draw = model->draw;
    enum store_result result;
    do {
        result = kv_commit(model->kv, draw->writes, draw->write_count, draw->checks,
                           draw->check_count);
    } while (makes_room(model, result));
    return result;
}

static void commit(struct model *model)
{
    struct kv_draw *draw = model->draw;
    model->batch_number++;
    kv_draw_batch(draw, model->oracle, model->commit, model->batch_number);
    report(model, MODEL_COMMITS, STORE_OK);
    enum store_result result = commit_or_close(model);
    report(model, MODEL_COMMITTED, result);
    model_expect(model, "kv_commit", draw->result, result);
    if (result != STORE_OK) {
        model->counts[MODEL_COUNT_REFUSED]++;
        return;
    }
    model_committed(model);
    model->counts[MODEL_COUNT_COMMITS]++;
    model->counts[MODEL_COUNT_WRITES] += draw->write_count;
}

static void scan(struct model *model, struct model_snapshot *snapshot)
{
    enum { STEPS_MAX = 30, TO_THE_END_ONE_IN = 12, CLOSED_EARLY_ONE_IN = 4 };
    uint8_t from[KV_KEY_BYTES_MAX], to[KV_KEY_BYTES_MAX];
    uint64_t *random = &model->random;
    if (snapshot->scan == NULL) {
        struct bytes low = kv_draw_bound(model->draw, random, from);
        struct bytes high = kv_draw_bound(model->draw, random, to);
        if (bytes_compare(high, low) < 0 && scratch_below(random, 10) > 0) {
            struct bytes swapped = low; /* the other way round there is nothing between them */
            low = high;
            high = swapped;
        }
        model_scan_open(model, snapshot, low, high, scratch_below(random, 2) == 0);
    }
    bool to_the_end = scratch_below(random, TO_THE_END_ONE_IN) == 0;
    uint32_t steps = to_the_end ? UINT32_MAX : 1 + scratch_below(random, STEPS_MAX);
    bool more = true;
    while (more && steps-- > 0) {
        more = model_scan_step(model, snapshot);
    }
    if (more && scratch_below(random, CLOSED_EARLY_ONE_IN) == 0) {
        model_scan_close(snapshot);
    }
}

/* Reads through a snapshot held for long, or through a new one. */
static void read_something(struct model *model, bool scans)
{
    enum { NEW_ONE_IN = 3, GETS_MAX = 3 };
    struct model_snapshot fresh, *snapshot = &fresh;
    bool is_new = model->held_count == 0 || scratch_below(&model->random, NEW_ONE_IN) == 0;
    if (is_new) {
        model_snapshot_open(model, &fresh);
    } else {
        snapshot = &model->held[scratch_below(&model->random, (uint32_t)model->held_count)];
    }
    if (scans) {
        scan(model, snapshot);
    } else {
        for (uint32_t left = 1 + scratch_below(&model->random, GETS_MAX); left > 0; left--) {
            model_get(model, snapshot, kv_draw_key(model->draw, &model->random));
        }
    }
    if (is_new) {
        model_snapshot_close(model, &fresh);
    }
}

/* A copy has numbers of its own. */
static void forget_number(struct model *model)
{
    model->seen_number = 0;
    model->growth = 0;
}

/* Goes on with the copy in the place of the store. */
static void restore(struct model *model, const char *copy_path)
{
    char path[2 * SCRATCH_PATH_BYTES];
    model_close(model);
    scratch_path(&model->scratch, "store", path);
    if (!folder_remove(path) || rename(copy_path, path) != 0) {
        abort();
    }
    forget_number(model);
    model_open(model);
}

/* A copy, opened as a store of its own, holds what the store holds. */
static void back_up(struct model *model)
{
    char path[2 * SCRATCH_PATH_BYTES];
    struct kv *copy, *original = model->kv;
    scratch_path(&model->scratch, "backup", path);
    if (!folder_remove(path) || !folder_make(path)) {
        abort();
    }
    model_expect(model, "kv_backup", STORE_OK, kv_backup(original, path));
    model_expect(model, "opening the backup", STORE_OK,
                 model_engine_open(model->engine, &model->random, path, &copy));
    model->kv = copy;
    uint64_t seen_number = model->seen_number, growth = model->growth;
    forget_number(model);
    model_check(model);
    kv_destroy(copy);
    model->kv = original;
    model->counts[MODEL_COUNT_BACKUPS]++;
    /* A process that may be killed at any time keeps the one folder it has. */
    if (model->report_fd < 0 && scratch_below(&model->random, 2) == 0) {
        restore(model, path);
    } else {
        model->seen_number = seen_number;
        model->growth = growth;
    }
}

/* Nobody sees anything of it. */
static void flush(struct model *model)
{
    struct kv_usage usage;
    enum store_result result;
    do {
        result = kv_flush(model->kv);
    } while (makes_room(model, result));
    model_expect(model, "kv_flush", STORE_OK, result);
    kv_usage(model->kv, &usage);
    if (usage.journal_commits != 0 || usage.journal_bytes != 0) {
        fprintf(stderr, "%" PRIu64 " commits are in the journal behind a flush\n",
                usage.journal_commits);
        abort();
    }
    model->counts[MODEL_COUNT_FLUSHED]++;
}

/* What a writer does that has nothing to do, once or several times. Nobody sees anything of it. */
static void rest(struct model *model)
{
    enum { STEPS_MAX = 12 };
    bool more = true;
    for (uint32_t left = 1 + scratch_below(&model->random, STEPS_MAX); more && left > 0; left--) {
        model_expect(model, "kv_rest", STORE_OK, kv_rest(model->kv, &more));
    }
    model->counts[MODEL_COUNT_RESTED]++;
}

static void rare(struct model *model)
{
    struct kv_usage usage;
    switch (scratch_below(&model->random, 20)) {
    case 0:
    case 1:
        model_close(model);
        model_open(model);
        model->counts[MODEL_COUNT_REOPENED]++;
        break;
    case 2:
        back_up(model);
        break;
    case 3:
        kv_maintain(model->kv);
        break;
    case 4:
        kv_usage(model->kv, &usage);
        if (usage.used_bytes > usage.map_bytes || usage.snapshots != model->held_count) {
            fprintf(stderr, "%" PRIu64 " of %" PRIu64 " bytes used, %u snapshots open, not %zu\n",
                    usage.used_bytes, usage.map_bytes, usage.snapshots, model->held_count);
            abort();
        }
        break;
    case 5:
        flush(model);
        break;
    default:
        if (model->held_count > 0) {
            model_snapshot_check(model, &model->held[scratch_below(&model->random,
                                                        (uint32_t)model->held_count)]);
        }
        break;
    }
}

void model_step(struct model *model)
{
    enum { REST_ONE_IN = 30 };
    uint32_t kind = scratch_below(&model->random, 100);
    model->step++;
    if (kind < 24) {
        commit(model);
        if (scratch_below(&model->random, REST_ONE_IN) == 0) {
            rest(model);
        }
    } else if (kind < 64) {
        read_something(model, false);
    } else if (kind < 89) {
        read_something(model, true);
    } else if (kind < 94) {
        if (model->held_count < MODEL_HELD_MAX) {
            model_snapshot_open(model, &model->held[model->held_count++]);
        }
    } else if (kind < 99) {
        if (model->held_count > 0) {
            held_close(model, scratch_below(&model->random, (uint32_t)model->held_count));
        }
    } else {
        rare(model);
    }
}

/* ---- begin and end -------------------------------------------------------------------------- */

void model_begin(struct model *model, const struct model_engine *engine, uint64_t seed)
{
    *model = (struct model){
        .engine = engine,
        .scratch = scratch_make(),
        .seed = seed,
        .random = seed,
        .report_fd = -1,
        .draw = kv_draw_new(seed, engine->batch_bytes),
        .oracle = kv_oracle_new(),
    };
}

void model_open(struct model *model)
{
    char path[2 * SCRATCH_PATH_BYTES];
    scratch_path(&model->scratch, "store", path);
    if (!folder_make(path)) {
        abort();
    }
    report(model, MODEL_OPENING, STORE_OK);
    model_expect(model, "opening the store", STORE_OK,
                 model_engine_open(model->engine, &model->random, path, &model->kv));
    report(model, MODEL_OPENED, STORE_OK);
}

void model_close(struct model *model)
{
    while (model->held_count > 0) {
        held_close(model, 0);
    }
    kv_destroy(model->kv);
    model->kv = NULL;
}

void model_end(struct model *model)
{
    if (model->kv != NULL) {
        model_close(model);
    }
    kv_oracle_destroy(model->oracle);
    kv_draw_destroy(model->draw);
    scratch_remove(&model->scratch);
}
