#include "tests/service/executor/toy.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/key.h"
#include "store/kv_lmdb.h"
#include "tests/store/kv_needy.h"

enum { TOYS_MAX = 3000, WAIT_SECONDS = 20 };

static struct toy *toys[TOYS_MAX];
static size_t toy_total;
static struct store *current_store;
static pthread_mutex_t done_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t done_happened = PTHREAD_COND_INITIALIZER;
static unsigned done_total;
static sem_t gate_entered, gate_opened;
_Atomic uint64_t toy_monotonic_ms = 1000;

/* ---- what service/command provides ----------------------------------------------------------- */

enum outcome command_outcome(enum store_result result, enum outcome absent)
{
    switch (result) {
    case STORE_OK: return OUTCOME_OK;
    case STORE_ABSENT: return absent;
    case STORE_NEED: return OUTCOME_AGAIN;
    default: return OUTCOME_STORE_FAULT;
    }
}

static struct toy *toy_of(const struct command_call *call)
{
    return ((const struct toy *)((const char *)call->request - offsetof(struct toy, request)))
        ->request.toy;
}

enum outcome command_reauthenticate(struct reader *reader, const struct command_call *call)
{
    const struct toy *toy = toy_of(call);
    assert((reader->writes != NULL) == (toy->work.command->write != NULL || toy->is_noted));
    assert(call->now_ms >= TOY_CLOCK_MS);
    return toy_of(call)->is_revoked ? OUTCOME_TOKEN_INVALID : OUTCOME_OK;
}

bool command_is_noted(const struct command *command, const struct command_call *call)
{
    return command->note != NULL && toy_of(call)->is_noted;
}

static void put_number(struct batch *batch, uint32_t merchant, uint32_t number, uint64_t value);

/* A note is a number in the toy's counter. */
enum outcome command_run_write(struct batch *batch, const struct command *command,
                               struct command_call *call, ProtobufCMessage **ret_reply)
{
    if (command->write != NULL) return command->write(batch, call, ret_reply);
    enum outcome outcome = command->note(call);
    if (outcome == OUTCOME_OK) put_number(batch, call->merchant, toy_of(call)->counter, TOY_NOTED);
    return outcome;
}

static enum outcome read_number(struct reader *reader, uint32_t merchant, uint32_t number,
                                uint64_t *ret_value)
{
    struct key key = key_begin(merchant, TABLE_SHOP);
    struct bytes value;
    key_u32(&key, number);
    enum store_result result = reader_get(reader, key_view(&key), &value);
    *ret_value = result == STORE_OK ? key_read_u64(value, 0) : 0;
    return result == STORE_ABSENT ? OUTCOME_OK : command_outcome(result, OUTCOME_OK);
}

enum outcome command_authenticate(struct reader *reader, struct bytes token_text, uint64_t now_ms,
                                  struct principal *ret_principal)
{
    uint64_t ignored;
    reader->merchant = 1;
    enum outcome outcome = read_number(reader, 1, 1, &ignored);
    if (outcome != OUTCOME_OK) return outcome;
    if (now_ms < TOY_CLOCK_MS || token_text.size != 4) return OUTCOME_TOKEN_INVALID;
    *ret_principal = (struct principal){.merchant = 1};
    return OUTCOME_OK;
}

/* ---- the toys' commands ---------------------------------------------------------------------- */

static void put_number(struct batch *batch, uint32_t merchant, uint32_t number, uint64_t value)
{
    struct key key = key_begin(merchant, TABLE_SHOP), encoded = {0};
    key_u32(&key, number);
    key_u64(&encoded, value);
    batch_put(batch, key_view(&key), key_view(&encoded));
}

static void put_ballast(struct batch *batch, uint32_t merchant, size_t size)
{
    static const uint8_t ballast[60000];
    for (uint32_t part = 0; size > 0; part++) {
        size_t piece = size < sizeof ballast ? size : sizeof ballast;
        struct key key = key_begin(merchant, TABLE_GUIDE);
        key_u32(&key, part);
        batch_put(batch, key_view(&key), (struct bytes){ballast, piece});
        size -= piece;
    }
}

static void await(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0) assert(errno == EINTR);
}

static enum outcome count_write(struct batch *batch, struct command_call *call,
                                ProtobufCMessage **ret_reply)
{
    struct toy *toy = toy_of(call);
    uint64_t value;
    toy->runs++;
    if (toy->gated) {
        sem_post(&gate_entered);
        await(&gate_opened);
        toy->gated = false;
    }
    if (toy->always_again) return OUTCOME_AGAIN;
    if (toy->runs <= toy->half_runs) {
        put_number(batch, call->merchant, toy->counter, 99);
        return OUTCOME_AGAIN;
    }
    enum outcome outcome = read_number(&batch->reader, call->merchant, toy->counter, &value);
    if (outcome == OUTCOME_OK && toy->watch != 0)
        outcome = read_number(&batch->reader, call->merchant, toy->watch, &toy->watched);
    if (outcome != OUTCOME_OK) return outcome;
    if (toy->refuse != OUTCOME_OK && toy->refuse_row == call->row) {
        if (toy->puts_and_refuses) put_number(batch, call->merchant, toy->counter, value);
        return toy->refuse;
    }
    if (toy->work.command->reserve != NULL) {
        assert(call->carry[0] == TOY_RESERVED);
        toy->reserved_seen = toy_stored(current_store, 0, toy->counter);
    }
    /* the LINE */
    toy->value = value + 1;
    toy->rows[call->row] = value + 1;
    put_number(batch, call->merchant, toy->counter, value + 1);
    put_ballast(batch, call->merchant, toy->put_bytes);
    call->told = toy->tells;
    call->notice.filled = toy->notifies;
    memcpy(call->notice.merchant, &toy, sizeof toy); /* whose it is */
    *ret_reply = &toy->reply.base;
    return OUTCOME_OK;
}

static enum outcome look_write(struct batch *batch, struct command_call *call,
                               ProtobufCMessage **ret_reply)
{
    struct toy *toy = toy_of(call);
    enum outcome outcome = read_number(&batch->reader, call->merchant, toy->counter, &toy->value);
    if (outcome == OUTCOME_OK) *ret_reply = &toy->reply.base;
    return outcome;
}

static enum outcome reserve(struct batch *batch, struct command_call *call,
                            ProtobufCMessage **ret_reply)
{
    struct toy *toy = toy_of(call);
    (void)ret_reply;
    toy->reserve_runs++;
    if (toy->reserve_until_ms != 0) toy_monotonic_ms = toy->reserve_until_ms;
    if (toy->refuses_reserve) return OUTCOME_NUMBERS_EXHAUSTED;
    call->carry[0] = TOY_RESERVED;
    put_number(batch, 0, toy->counter, TOY_RESERVED);
    if (toy->reserve_moves) call->merchant++;
    return OUTCOME_OK;
}

static size_t row_count(const ProtobufCMessage *request)
{
    return toy_of(&(struct command_call){.request = request})->row_count;
}

static enum outcome find_merchant(struct reader *reader, struct command_call *call,
                                  uint32_t *ret_merchant)
{
    uint64_t ignored;
    enum outcome outcome = read_number(reader, 0, 1, &ignored);
    if (outcome != OUTCOME_OK) return outcome;
    if (toy_of(call)->refuses_merchant) return OUTCOME_MERCHANT_UNKNOWN;
    *ret_merchant = 2;
    return OUTCOME_OK;
}

static enum outcome read_run(struct reader *reader, struct command_call *call,
                             ProtobufCMessage **ret_reply)
{
    struct toy *toy = toy_of(call);
    toy->runs++;
    enum outcome outcome = read_number(reader, call->merchant, toy->counter, &toy->value);
    if (outcome != OUTCOME_OK) return outcome;
    if (toy->refuse != OUTCOME_OK) return toy->refuse;
    *ret_reply = &toy->reply.base;
    return OUTCOME_OK;
}

/* The counter is the version. */
static enum outcome follow_run(struct reader *reader, struct command_call *call,
                               struct command_place *place, bool heartbeat,
                               ProtobufCMessage **ret_reply)
{
    struct toy *toy = toy_of(call);
    toy->runs++;
    place->begun = true;
    enum outcome outcome = read_number(reader, call->merchant, toy->counter, &toy->value);
    if (outcome != OUTCOME_OK) return outcome;
    if (toy->value > place->version || heartbeat) *ret_reply = &toy->reply.base;
    place->version = toy->value;
    return toy->refuse;
}

static enum outcome stream_run(struct store *store, struct command_call *call, command_emit *emit,
                               void *emit_context)
{
    struct toy *toy = toy_of(call);
    assert(store == current_store);
    toy->runs++;
    toy->value = toy_stored(store, call->merchant, toy->counter);
    for (size_t i = 0; i < toy->row_count; i++) {
        if (!emit(emit_context, &toy->reply.base)) return OUTCOME_SHUTTING_DOWN;
    }
    return toy->refuse;
}

static enum outcome note(struct command_call *call)
{
    struct toy *toy = toy_of(call);
    toy->notes++;
    toy->value = TOY_NOTED;
    return toy->refuses_note ? OUTCOME_PATH_INVALID : OUTCOME_OK;
}

const struct command toy_count = {.write = count_write};
const struct command toy_look = {.write = look_write};
const struct command toy_rows = {.write = count_write, .row_count = row_count};
const struct command toy_reserving = {.write = count_write, .reserve = reserve};
const struct command toy_reserving_rows = {
    .write = count_write, .reserve = reserve, .row_count = row_count,
};
const struct command toy_finding = {.write = count_write, .merchant = find_merchant};
const struct command toy_read = {.read = read_run};
const struct command toy_stream = {.stream = stream_run};
const struct command toy_noted_read = {.read = read_run, .note = note};
const struct command toy_noted_stream = {.stream = stream_run, .note = note};
const struct command toy_follow = {.follow = follow_run};

/* ---- their world ----------------------------------------------------------------------------- */

static struct kv_engine scripted_inner;
static enum store_result script[128];
static size_t script_at, script_count;

void toy_script(const enum store_result *results, size_t count)
{
    assert(count <= sizeof script / sizeof script[0]);
    memcpy(script, results, count * sizeof results[0]);
    script_at = 0, script_count = count;
}

static sem_t commit_entered, commit_let;
static atomic_bool commit_is_held;

void toy_hold_commit(void)
{
    commit_is_held = true;
}

void toy_await_commit(void)
{
    await(&commit_entered);
}

void toy_let_commit(void)
{
    sem_post(&commit_let);
}

static enum store_result scripted_commit(void *engine, const struct kv_write *writes,
                                         size_t write_count, const struct kv_fence_check *checks,
                                         size_t check_count)
{
    if (atomic_exchange(&commit_is_held, false)) {
        sem_post(&commit_entered);
        await(&commit_let);
    }
    enum store_result result = script_at < script_count ? script[script_at++] : STORE_OK;
    if (result != STORE_OK) return result;
    return scripted_inner.commit(engine, writes, write_count, checks, check_count);
}

static enum store_result scripted_open(const char *path, const uint8_t *checksum_key,
                                       struct kv **ret_kv)
{
    struct kv_lmdb_options options = {.path = path, .reader_max = 8, .checksum_key = checksum_key};
    struct kv *kv;
    void *state;
    uint8_t key[KV_CHECKSUM_KEY_BYTES];
    enum store_result result = kv_lmdb_open(&options, &kv);
    if (result != STORE_OK) return result;
    kv_dismantle(kv, &scripted_inner, &state, key);
    struct kv_engine engine = scripted_inner;
    engine.commit = scripted_commit;
    *ret_kv = kv_new(&engine, state, key);
    return STORE_OK;
}

static uint64_t now_ms(void *context)
{
    (void)context;
    return TOY_CLOCK_MS;
}

static uint64_t monotonic_ms(void *context)
{
    (void)context;
    return toy_monotonic_ms;
}

static void notify(void *context, const struct notice *notice)
{
    struct toy *toy;
    assert(context == &gate_entered && notice->filled);
    memcpy(&toy, notice->merchant, sizeof toy);
    toy->notice_count++;
    toy->notice_durable =
        toy_stored(current_store, toy->work.call.merchant, toy->counter) >= toy->value;
    toy->done_at_notice = toy->done_count;
}

static void fault(void *context, const char *sentence)
{
    (void)context;
    assert(sentence[0] != '\0');
    _exit(TOY_FAULT_EXIT);
}

void toy_world_open(struct toy_world *world, enum toy_engine engine, bool reply_before_commit)
{
    char path[2 * SCRATCH_PATH_BYTES], message[STORE_MESSAGE_BYTES];
    bool created;
    world->scratch = scratch_make();
    struct store_options options = {
        .path = scratch_path(&world->scratch, "data", path),
        .reader_max = 8,
        .buffer_bytes = engine == TOY_BUFFER ? 1 << 20 : 0,
        .engine_open = engine == TOY_NEEDY ? kv_needy_open
                       : engine == TOY_SCRIPTED ? scripted_open : NULL,
    };
    script_count = 0;
    if (store_open(&options, &world->store, &created, message) != STORE_OK) {
        fprintf(stderr, "%s\n", message);
        abort();
    }
    current_store = world->store;
    done_total = 0;
    toy_monotonic_ms = 1000;
    sem_init(&gate_entered, 0, 0);
    sem_init(&gate_opened, 0, 0);
    sem_init(&commit_entered, 0, 0);
    sem_init(&commit_let, 0, 0);
    world->executor = executor_start(&(struct executor_options){
        .store = world->store,
        .clock = {.now_ms = now_ms, .monotonic_ms = monotonic_ms},
        .fault = fault,
        .notify = notify,
        .notify_context = &gate_entered,
        .reply_before_commit = reply_before_commit,
    });
}

void toy_world_stop(struct toy_world *world)
{
    executor_stop(world->executor);
    world->executor = NULL;
}

void toy_world_close(struct toy_world *world)
{
    if (world->executor != NULL) toy_world_stop(world);
    store_close(world->store);
    scratch_remove(&world->scratch);
    while (toy_total > 0) free(toys[--toy_total]);
}

uint64_t toy_stored(struct store *store, uint32_t merchant, uint32_t counter)
{
    struct reader reader;
    uint64_t value;
    if (reader_open(store, &reader) != STORE_OK) abort();
    reader.merchant = merchant;
    while (read_number(&reader, merchant, counter, &value) == OUTCOME_AGAIN) {
        if (kv_fetch(reader.snapshot) != STORE_OK) abort();
    }
    reader_close(&reader);
    return value;
}

static void toy_done(struct work *work)
{
    struct toy *toy = (struct toy *)work;
    bool durable = toy_stored(current_store, work->call.merchant, toy->counter) >= toy->value;
    pthread_mutex_lock(&done_lock);
    toy->durable = durable;
    toy->done_order = ++done_total;
    toy->done_count++;
    pthread_cond_broadcast(&done_happened);
    pthread_mutex_unlock(&done_lock);
}

struct toy *toy_new(const struct command *command, uint32_t counter)
{
    assert(toy_total < TOYS_MAX);
    struct toy *toy = calloc(1, sizeof *toy);
    if (toy == NULL) abort();
    toys[toy_total++] = toy;
    toy->counter = counter;
    toy->request.toy = toy;
    toy->work.command = command;
    toy->work.call.principal.merchant = 1;
    toy->work.call.request = &toy->request.base;
    toy->work.done = toy_done;
    return toy;
}

void toy_submit(struct toy_world *world, struct toy *toy)
{
    enum outcome outcome = executor_submit(world->executor, &toy->work);
    if (outcome != OUTCOME_OK) abort();
}

enum outcome toy_wait(struct toy *toy)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_SECONDS;
    pthread_mutex_lock(&done_lock);
    while (toy->done_count == 0) {
        if (pthread_cond_timedwait(&done_happened, &done_lock, &until) == ETIMEDOUT) abort();
    }
    pthread_mutex_unlock(&done_lock);
    return toy->work.outcome;
}

struct toy *toy_close_gate(struct toy_world *world)
{
    struct toy *toy = toy_new(&toy_count, 99);
    toy->gated = true;
    toy_submit(world, toy);
    toy_await_gate();
    return toy;
}

void toy_await_gate(void)
{
    await(&gate_entered);
}

void toy_open_gate(void)
{
    sem_post(&gate_opened);
}
