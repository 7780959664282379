/* Readers beside the one that commits: every snapshot, and every backup, is a whole state of the
 * store, and no older than what had been answered before it was opened.
 *
 * Each commit c moves an amount between two accounts, writes c into a record at the lowest and
 * one at the highest key, and moves a queue on by one: key c is put, key c - QUEUE_SIZE deleted. So
 * in any snapshot the two records agree, the accounts they name hold what they say, all accounts
 * add up to the same, none is newer than c, and the queue holds exactly the last QUEUE_SIZE
 * numbers. What is read of these lies in commits of very different age: a snapshot that is torn,
 * mixes two moments or loses a deletion breaks one of them.
 *
 * kv_model_delays.c holds threads up where another may overtake them.
 *
 * The seed draws the commits; who reads when is the machine's. BECKON_LONG=1 commits more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include <cmocka.h>

#include "store/folder.h"
#include "tests/store/kv_model.h"

enum {
    COMMITS = 1200,
    COMMITS_LONG = 200000,
    READERS = 3,
    ACCOUNTS = 150,
    OPENING_BALANCE = 1000,
    QUEUE_SIZE = 40,
    FILLER_BYTES_MAX = 4000, /* fills buffers, so that they change while somebody reads */
    HELD_ROUNDS_MAX = 40,    /* how long a reader keeps an old snapshot */
    CHANGES_MIN = 500,      /* snapshots of another commit than the one before, ... */
    CHANGES_COMMITS = 50,    /* ... for which it goes on up to so many times as long */
    NAP_US_MAX = 300,
    WRITES_MAX = 8,
    COMMIT_WAIT_US = 200,
    FULL_TRIES_MAX = 50000,
};

enum { FIRST_BYTE = 0x00, FILLER_BYTE = 0x10, ACCOUNT_BYTE = 0x20, QUEUE_BYTE = 0x30,
       LAST_BYTE = 0xfe };

static const uint8_t FIRST_KEY[] = {FIRST_BYTE}, LAST_KEY[] = {LAST_BYTE, 0xff, 0xff};

struct shared {
    struct kv *kv;
    const struct model_engine *engine;
    const struct scratch *scratch;
    uint64_t seed;
    atomic_uint_fast64_t begun, answered; /* commits */
    atomic_uint_fast64_t changes; /* snapshots of another commit than the reader's last */
    atomic_bool over;
};

struct model_reader {
    pthread_t thread;
    struct shared *shared;
    uint64_t random;
    uint64_t number, commit; /* of the snapshot before: the engine's number and c */
    uint64_t snapshots;
};

/* What is said of commit c under the lowest key. */
struct model_head {
    uint64_t commit;
    uint64_t accounts[2];
    int64_t balances[2];
};

static _Noreturn void fail_reader(const struct shared *shared, uint64_t commit, const char *what,
                                  int64_t expected, int64_t found)
{
    fprintf(stderr, "%s: BECKON_TEST_SEED=%" PRIu64 ", a snapshot of commit %" PRIu64
            ": %s: expected %" PRId64 ", found %" PRId64 "\n", shared->engine->name,
            shared->seed, commit, what, expected, found);
    abort();
}

static void expect(const struct shared *shared, uint64_t commit, const char *what,
                   int64_t expected, int64_t found)
{
    if (expected != found) {
        fail_reader(shared, commit, what, expected, found);
    }
}

static void wait_us(long us)
{
    struct timespec wait = {0, 1000 * us};
    nanosleep(&wait, NULL);
}

/* ---- reading -------------------------------------------------------------------------------- */

static struct bytes get(const struct shared *shared, struct kv_snapshot *snapshot,
                        struct bytes key, size_t size_min)
{
    struct bytes value;
    enum store_result result = kv_get(snapshot, key, &value);
    if (result == STORE_NEED && shared->engine->needy && kv_fetch(snapshot) == STORE_OK) {
        result = kv_get(snapshot, key, &value);
    }
    expect(shared, 0, "the result of a get", STORE_OK, result);
    expect(shared, 0, "a value is large enough", true, value.size >= size_min);
    return value;
}

static struct bytes account_key(uint64_t account, uint8_t bytes[3])
{
    bytes[0] = ACCOUNT_BYTE;
    bytes[1] = (uint8_t)(account >> 8);
    bytes[2] = (uint8_t)account;
    return (struct bytes){bytes, 3};
}

static uint64_t get_u64(const uint8_t *from)
{
    return (uint64_t)bytes_get_u32(from) << 32 | bytes_get_u32(from + 4);
}

static struct kv_scan *scan_open(const struct shared *shared, struct kv_snapshot *snapshot,
                                 uint8_t first_byte, bool reverse)
{
    struct kv_scan *scan;
    uint8_t after = (uint8_t)(first_byte + 1);
    struct bytes from = {&first_byte, 1}, to = {&after, 1};
    enum store_result result = kv_scan_open(snapshot, from, to, reverse, &scan);
    if (result == STORE_NEED && shared->engine->needy && kv_fetch(snapshot) == STORE_OK) {
        result = kv_scan_open(snapshot, from, to, reverse, &scan);
    }
    expect(shared, 0, "the result of opening a scan", STORE_OK, result);
    return scan;
}

static void check_accounts(const struct shared *shared, struct kv_snapshot *snapshot,
                           uint64_t commit, bool reverse)
{
    struct kv_scan *scan = scan_open(shared, snapshot, ACCOUNT_BYTE, reverse);
    struct bytes key, value;
    enum store_result result;
    int64_t sum = 0, count = 0;
    while ((result = kv_scan_next(scan, &key, &value)) == STORE_OK) {
        expect(shared, commit, "an account's size", true, key.size == 3 && value.size >= 16);
        sum += (int64_t)get_u64(value.data);
        if (get_u64(value.data + 8) > commit) {
            fail_reader(shared, commit, "an account is newer", (int64_t)commit,
                        (int64_t)get_u64(value.data + 8));
        }
        count++;
    }
    kv_scan_close(scan);
    expect(shared, commit, "the end of the accounts", STORE_ABSENT, result);
    expect(shared, commit, "how many accounts there are", ACCOUNTS, count);
    expect(shared, commit, "the accounts' sum", (int64_t)ACCOUNTS * OPENING_BALANCE, sum);
}

static void check_queue(const struct shared *shared, struct kv_snapshot *snapshot,
                        uint64_t commit, bool reverse)
{
    struct kv_scan *scan = scan_open(shared, snapshot, QUEUE_BYTE, reverse);
    struct bytes key, value;
    uint64_t size = commit < QUEUE_SIZE ? commit : QUEUE_SIZE;
    for (uint64_t i = 0; i < size; i++) {
        uint64_t expected = reverse ? commit - i : commit - size + 1 + i;
        enum store_result result = kv_scan_next(scan, &key, &value);
        expect(shared, commit, "the result of a step through the queue", STORE_OK, result);
        expect(shared, commit, "a key of the queue", (int64_t)expected,
               key.size == 9 ? (int64_t)get_u64(key.data + 1) : -1);
        expect(shared, commit, "a value of the queue", (int64_t)expected,
               value.size == 8 ? (int64_t)get_u64(value.data) : -1);
    }
    expect(shared, commit, "the end of the queue", STORE_ABSENT,
           kv_scan_next(scan, &key, &value));
    kv_scan_close(scan);
}

static struct model_head read_head(const struct shared *shared, struct kv_snapshot *snapshot)
{
    struct bytes value = get(shared, snapshot, (struct bytes){FIRST_KEY, sizeof FIRST_KEY}, 40);
    struct model_head head = {.commit = get_u64(value.data)};
    for (int i = 0; i < 2; i++) {
        head.accounts[i] = get_u64(value.data + 8 + 16 * i);
        head.balances[i] = (int64_t)get_u64(value.data + 16 + 16 * i);
    }
    return head;
}

/* Everything that must be so in any snapshot; answers its c. */
static uint64_t check_snapshot(const struct shared *shared, struct kv_snapshot *snapshot,
                               uint64_t *random)
{
    struct model_head head = read_head(shared, snapshot);
    uint64_t commit = head.commit;
    struct bytes last = get(shared, snapshot, (struct bytes){LAST_KEY, sizeof LAST_KEY}, 8);
    expect(shared, commit, "the record at the end", (int64_t)commit,
           (int64_t)get_u64(last.data));
    for (int i = 0; i < 2; i++) {
        uint8_t key[3];
        struct bytes account = get(shared, snapshot, account_key(head.accounts[i], key), 16);
        expect(shared, commit, "an account's balance", head.balances[i],
               (int64_t)get_u64(account.data));
        expect(shared, commit, "an account's commit", (int64_t)commit,
               (int64_t)get_u64(account.data + 8));
    }
    check_accounts(shared, snapshot, commit, scratch_below(random, 2) == 0);
    check_queue(shared, snapshot, commit, scratch_below(random, 2) == 0);
    return commit;
}

static struct kv_snapshot *open_and_check(struct model_reader *reader, uint64_t *ret_commit)
{
    struct shared *shared = reader->shared;
    struct kv_snapshot *snapshot;
    uint64_t answered = atomic_load(&shared->answered);
    expect(shared, answered, "opening a snapshot", STORE_OK,
           kv_snapshot_open(shared->kv, &snapshot));
    uint64_t begun = atomic_load(&shared->begun);
    uint64_t number = kv_snapshot_commit(snapshot);
    uint64_t commit = check_snapshot(shared, snapshot, &reader->random);
    expect(shared, commit, "it holds what was answered before and was begun until now", true,
           answered <= commit && commit <= begun);
    expect(shared, commit, "never back in time", true,
           commit >= reader->commit && number >= reader->number);
    expect(shared, commit, "another number exactly when there is another commit",
           commit != reader->commit, number != reader->number);
    atomic_fetch_add(&shared->changes, commit != reader->commit);
    reader->snapshots++;
    reader->commit = commit;
    reader->number = number;
    *ret_commit = commit;
    return snapshot;
}

/* What any thread may ask at any time. */
static void look_around(const struct shared *shared)
{
    struct kv_usage usage;
    kv_usage(shared->kv, &usage);
    expect(shared, 0, "a snapshot is open, and pages are in use", true,
           usage.snapshots > 0 && usage.used_bytes > 0 && usage.used_bytes <= usage.map_bytes);
    kv_maintain(shared->kv);
}

static void *read_on(void *context)
{
    struct model_reader *reader = context;
    struct shared *shared = reader->shared;
    struct kv_snapshot *held = NULL;
    uint64_t held_commit = 0;
    uint32_t rounds = 0;
    while (!atomic_load(&shared->over)) {
        uint64_t commit;
        struct kv_snapshot *snapshot = open_and_check(reader, &commit);
        if (held == NULL) {
            held = snapshot;
            held_commit = commit;
            rounds = scratch_below(&reader->random, HELD_ROUNDS_MAX);
            continue;
        }
        kv_snapshot_close(snapshot);
        look_around(shared);
        if (scratch_below(&reader->random, 2) == 0) { /* not always in step with the commits */
            wait_us((long)scratch_below(&reader->random, NAP_US_MAX));
        }
        if (rounds-- == 0) {
            expect(shared, held_commit, "an old snapshot's commit, later", (int64_t)held_commit,
                   (int64_t)check_snapshot(shared, held, &reader->random));
            kv_snapshot_close(held);
            held = NULL;
        }
    }
    kv_snapshot_close(held);
    return NULL;
}

/* Copies the store, again and again, and opens each copy. */
static void *back_up(void *context)
{
    struct model_reader *reader = context;
    struct shared *shared = reader->shared;
    char path[2 * SCRATCH_PATH_BYTES];
    scratch_path(shared->scratch, "backup", path);
    while (!atomic_load(&shared->over)) {
        struct kv_snapshot *snapshot;
        struct kv *copy;
        if (!folder_remove(path) || !folder_make(path)) {
            abort();
        }
        uint64_t answered = atomic_load(&shared->answered);
        expect(shared, answered, "a backup", STORE_OK, kv_backup(shared->kv, path));
        uint64_t begun = atomic_load(&shared->begun);
        expect(shared, answered, "opening a backup", STORE_OK,
               model_engine_open(shared->engine, &reader->random, path, &copy));
        expect(shared, answered, "a snapshot of a backup", STORE_OK,
               kv_snapshot_open(copy, &snapshot));
        uint64_t commit = check_snapshot(shared, snapshot, &reader->random);
        expect(shared, commit, "a backup holds what was answered before it", true,
               answered <= commit && commit <= begun);
        kv_snapshot_close(snapshot);
        kv_destroy(copy);
        reader->snapshots++;
    }
    return NULL;
}

/* ---- committing ----------------------------------------------------------------------------- */

struct model_writer {
    struct shared *shared;
    uint64_t random, commit;
    int64_t balances[ACCOUNTS];
    struct kv_write writes[ACCOUNTS + WRITES_MAX];
    size_t write_count;
    uint8_t bytes[ACCOUNTS * 32 + 4 * FILLER_BYTES_MAX];
    size_t size;
    uint64_t full_count;
};

static struct bytes keep(struct model_writer *writer, const void *bytes, size_t size)
{
    assert_true(writer->size + size <= sizeof writer->bytes);
    uint8_t *to = writer->bytes + writer->size;
    memcpy(to, bytes, size);
    writer->size += size;
    return (struct bytes){to, size};
}

static void put_u64(uint8_t *to, uint64_t value)
{
    bytes_put_u32(to, (uint32_t)(value >> 32));
    bytes_put_u32(to + 4, (uint32_t)value);
}

static void write_account(struct model_writer *writer, uint64_t account)
{
    uint8_t key[3], value[16];
    put_u64(value, (uint64_t)writer->balances[account]);
    put_u64(value + 8, writer->commit);
    struct bytes kept = account_key(account, key);
    writer->writes[writer->write_count++] = (struct kv_write){
        keep(writer, kept.data, kept.size), keep(writer, value, sizeof value)};
}

static void write_queue(struct model_writer *writer)
{
    uint8_t key[9] = {QUEUE_BYTE}, value[8];
    if (writer->commit > QUEUE_SIZE) {
        put_u64(key + 1, writer->commit - QUEUE_SIZE);
        writer->writes[writer->write_count++] = (struct kv_write){
            keep(writer, key, sizeof key), {0}};
    }
    put_u64(key + 1, writer->commit);
    put_u64(value, writer->commit);
    writer->writes[writer->write_count++] = (struct kv_write){
        keep(writer, key, sizeof key), keep(writer, value, sizeof value)};
}

/* Old snapshots may hold all the memory there is: then it is full until they are closed. */
static void commit_writes(struct model_writer *writer)
{
    struct shared *shared = writer->shared;
    enum store_result result;
    uint32_t tries = 0;
    atomic_store(&shared->begun, writer->commit);
    while ((result = kv_commit(shared->kv, writer->writes, writer->write_count, NULL, 0)) ==
           STORE_FULL && tries < FULL_TRIES_MAX) {
        wait_us(COMMIT_WAIT_US);
        tries++;
    }
    writer->full_count += tries > 0;
    expect(shared, writer->commit, "the result of a commit", STORE_OK, result);
    atomic_store(&shared->answered, writer->commit);
}

/* The first commit opens all accounts, the others move something between two. */
static void commit_next(struct model_writer *writer)
{
    uint8_t head[40], last[8], filler_key[2] = {FILLER_BYTE};
    static const uint8_t filler[FILLER_BYTES_MAX] = "filler";
    uint64_t from = scratch_below(&writer->random, ACCOUNTS - 1);
    uint64_t to = from + 1 + scratch_below(&writer->random, (uint32_t)(ACCOUNTS - 1 - from));
    int64_t amount = (int64_t)scratch_below(&writer->random, 2 * OPENING_BALANCE);
    writer->write_count = writer->size = 0;
    writer->commit++;
    if (writer->commit > 1) {
        writer->balances[from] -= amount;
        writer->balances[to] += amount;
    }
    put_u64(head, writer->commit);
    for (int i = 0; i < 2; i++) {
        uint64_t account = i == 0 ? from : to;
        put_u64(head + 8 + 16 * i, account);
        put_u64(head + 16 + 16 * i, (uint64_t)writer->balances[account]);
    }
    put_u64(last, writer->commit);
    filler_key[1] = (uint8_t)scratch_below(&writer->random, 100);
    size_t filler_size = scratch_below(&writer->random, FILLER_BYTES_MAX);
    writer->writes[writer->write_count++] = (struct kv_write){
        {FIRST_KEY, sizeof FIRST_KEY}, keep(writer, head, sizeof head)};
    writer->writes[writer->write_count++] = (struct kv_write){
        keep(writer, filler_key, 2), keep(writer, filler, filler_size)};
    for (uint64_t account = 0; account < ACCOUNTS; account++) {
        if (writer->commit == 1 || account == from || account == to) {
            write_account(writer, account);
        }
    }
    write_queue(writer);
    writer->writes[writer->write_count++] = (struct kv_write){
        {LAST_KEY, sizeof LAST_KEY}, keep(writer, last, sizeof last)};
    commit_writes(writer);
}

static void every_snapshot_beside_the_writer_is_whole(void **state)
{
    struct scratch scratch = scratch_make();
    char path[2 * SCRATCH_PATH_BYTES];
    struct shared shared = {.engine = *state, .scratch = &scratch, .seed = scratch_seed()};
    struct model_reader readers[READERS + 1]; /* the last one copies */
    struct model_writer *writer = calloc(1, sizeof *writer);
    uint64_t random = shared.seed;
    assert_non_null(writer);
    assert_true(folder_make(scratch_path(&scratch, "store", path)));
    assert_int_equal(model_engine_open(shared.engine, &random,
                                       scratch_path(&scratch, "store", path), &shared.kv),
                     STORE_OK);
    writer->shared = &shared;
    writer->random = shared.seed;
    for (int i = 0; i < ACCOUNTS; i++) {
        writer->balances[i] = OPENING_BALANCE;
    }
    commit_next(writer);
    for (int i = 0; i <= READERS; i++) {
        readers[i] = (struct model_reader){.shared = &shared, .random = shared.seed + (uint64_t)i};
        assert_int_equal(pthread_create(&readers[i].thread, NULL, i < READERS ? read_on : back_up,
                                        &readers[i]), 0);
    }
    uint64_t commits = getenv("BECKON_LONG") != NULL ? COMMITS_LONG : COMMITS;
    while (writer->commit < commits || (atomic_load(&shared.changes) < CHANGES_MIN &&
                                        writer->commit < CHANGES_COMMITS * commits)) {
        commit_next(writer);
        bool more; /* of a rest's steps: what they move, nobody may see */
        if (scratch_below(&writer->random, 20) == 0) {
            assert_int_equal(kv_rest(shared.kv, &more), STORE_OK);
        }
        if (writer->commit > commits) { /* the readers get too little of this machine */
            wait_us(COMMIT_WAIT_US);
        }
    }
    atomic_store(&shared.over, true);
    uint64_t snapshots = 0, changes = atomic_load(&shared.changes);
    for (int i = 0; i <= READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        snapshots += i < READERS ? readers[i].snapshots : 0;
    }
    print_message("%s: %" PRIu64 " commits, %" PRIu64 " met a full buffer; %" PRIu64
                  " snapshots, %" PRIu64 " of them of another commit than the one before; %" PRIu64
                  " backups\n", shared.engine->name, writer->commit, writer->full_count,
                  snapshots, changes, readers[READERS].snapshots);
    assert_true(changes >= CHANGES_MIN && readers[READERS].snapshots > 0); /* beside it */
    kv_destroy(shared.kv);
    free(writer);
    scratch_remove(&scratch);
}

int main(void)
{
    struct CMUnitTest tests[MODEL_ENGINE_COUNT];
    char names[MODEL_ENGINE_COUNT][128];
    for (size_t i = 0; i < MODEL_ENGINE_COUNT; i++) {
        snprintf(names[i], sizeof names[i], "every_snapshot_beside_the_writer_is_whole (%s)",
                 MODEL_ENGINES[i].name);
        tests[i] = (struct CMUnitTest){
            .name = names[i],
            .test_func = every_snapshot_beside_the_writer_is_whole,
            .initial_state = (void *)(uintptr_t)&MODEL_ENGINES[i],
        };
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
