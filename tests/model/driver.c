/* The service without its network: runs requests from stdin against the commands, in the writer's
 * own turns, with a clock that the caller sets. The model test drives it.
 *
 * Every frame, both ways, is a u32 size and that many bytes; all integers are little-endian. The
 * first frame out lists the methods' paths, one a line; callers 0, 1 and 2 are a stranger, the
 * admin and the operator of a fresh store.
 *   'R' u64 now_ms, u32 count, count x {u16 method, u16 caller, u32 size, request}
 *       -> count x {u8 size, reason ("OK"), u8 size, field, u32 size, reply}
 *   'T' token's text -> u16 caller (0: nobody's)
 *   'V' -> u64 findings, u64 entries, the first finding
 *   'D' u64 now_ms -> u32 portions: everything due is worked off, as the ticker does
 *   'S' u64 now_ms, u32 steps -> u32 steps taken: work of settlement runs, as their ticker does it;
 *       0 steps: all of it
 *   'C' u64 now_ms -> a certificate that the store is whole, as VerifyStore gives one; empty: not
 * Requests of one frame share commits as they do in the service: writes run in turns, a read comes
 * after the writes before it. The end of stdin ends the program. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/bootstrap.h"
#include "service/command/commands.h"
#include "service/command/due.h"
#include "service/command/verify_certificate.h"
#include "service/executor/executor_inner.h"
#include "service/rpc/method_table.h"
#include "service/secret.h"
#include "store/settlements.h"
#include "store/verify.h"
#include "tests/model/driver.h"
#include "tests/model/frame.h"
#include "tests/store/scratch.h"

enum { CALLERS_MAX = 64, RUN_MAX = 4096, ARENA_BYTES = 64 << 20,
       PORTIONS_MAX = 100000 };

struct driver {
    struct scratch scratch;
    struct store *store;
    struct executor *executor; /* the writer's batch and turn; no thread is started */
    const struct method *methods;
    size_t method_count;
    struct principal callers[CALLERS_MAX];
    size_t caller_count;
    uint64_t now_ms, calls;
    uint8_t *arena;
    size_t arena_used;
    struct work works[RUN_MAX];
};

static struct driver driver;
const char *driver_fault;

/* ---- what the executor gets from main -------------------------------------------------------- */

static uint64_t now_ms(void *context)
{
    (void)context;
    return driver.now_ms;
}

static void fault(void *context, const char *sentence)
{
    (void)context;
    fprintf(stderr, "%s\n", sentence);
    abort();
}

static void *arena_alloc(void *context, size_t size)
{
    (void)context;
    size_t rounded = (size + 15) / 16 * 16;
    if (rounded > ARENA_BYTES - driver.arena_used) return NULL;
    uint8_t *at = driver.arena + driver.arena_used;
    driver.arena_used += rounded;
    return at;
}

static void arena_free(void *context, void *data)
{
    (void)context;
    (void)data;
}

static ProtobufCAllocator allocator = {arena_alloc, arena_free, NULL};

/* ---- callers --------------------------------------------------------------------------------- */

/* Its index among the callers; 0 when the token is nobody's. */
static uint16_t add_caller(const char *text, size_t size)
{
    struct reader reader;
    struct principal principal;
    if (reader_open(driver.store, &reader) != STORE_OK) abort();
    struct bytes token = {(const uint8_t *)text, size};
    enum outcome outcome = command_authenticate(&reader, token, driver.now_ms, &principal);
    reader_close(&reader);
    if (outcome != OUTCOME_OK || driver.caller_count == CALLERS_MAX) return 0;
    driver.callers[driver.caller_count] = principal;
    return (uint16_t)driver.caller_count++;
}

static void open_store(void)
{
    char admin[SECRET_TOKEN_TEXT_BYTES], operator[SECRET_TOKEN_TEXT_BYTES];
    uint8_t seed[BOOTSTRAP_SEED_BYTES] = {0};
    driver.scratch = scratch_make();
    driver.store = scratch_store(&driver.scratch, false);
    bootstrap_tokens(seed, admin, operator);
    if (bootstrap_commit(driver.store, driver.now_ms, seed) != OUTCOME_OK) abort();
    driver.executor = calloc(1, sizeof *driver.executor);
    driver.arena = malloc(ARENA_BYTES);
    if (driver.executor == NULL || driver.arena == NULL) abort();
    driver.executor->options = (struct executor_options){
        .store = driver.store, .clock = {now_ms, now_ms, NULL}, .fault = fault};
    driver.executor->turn = driver.executor->turns;
    driver.executor->turn->batch = batch_new(driver.store);
    driver.methods = method_table(&driver.method_count);
    driver.caller_count = 1; /* the stranger: all zero */
    if (add_caller(admin, strlen(admin)) != 1 || add_caller(operator, strlen(operator)) != 2)
        abort();
}

/* ---- one turn of the writer ------------------------------------------------------------------ */

/* Runs what the turn holds to its end: what found no room, and rows left over, go on in the next
 * one. */
static void run_turn(void)
{
    struct turn *turn = driver.executor->turn;
    while (turn->entry_count > 0) {
        turn_run(driver.executor, turn, NULL);
        (void)turn_close(turn);
        turn_commit(driver.executor, turn);
        turn_settle(driver.executor, turn);
        struct turn done = *turn;
        turn_empty(turn);
        for (size_t i = 0; i < done.entry_count; i++) {
            struct work *work = done.entries[i].work;
            if (done.entries[i].state == TURN_RAN) {
                if (work->outcome != OUTCOME_OK || work->lane == LANE_RESERVE) continue;
                work->row_next = done.entries[i].row_end;
                if (work->row_next == work->row_count) continue;
            }
            turn_add(turn, work, work->row_count - work->row_next, false);
        }
    }
}

static void add_to_turn(struct work *work, enum lane lane)
{
    struct turn *turn = driver.executor->turn;
    if (turn->entry_count == BATCH_COMMAND_MAX ||
        turn->command_count + work->row_count > BATCH_COMMAND_MAX)
        run_turn();
    work->lane = (uint8_t)lane;
    turn_add(turn, work, work->row_count, false);
}

static void run_write(struct work *work)
{
    const struct command *command = work->command;
    size_t rows = command->row_count != NULL ? command->row_count(work->call.request) : 0;
    work->row_count = 1;
    work->row_next = 0;
    if (command->reserve != NULL) {
        run_turn(); /* reserve phases have commits of their own */
        add_to_turn(work, LANE_RESERVE);
        run_turn();
        if (work->outcome != OUTCOME_OK) return;
    }
    work->row_count = rows > 0 ? rows : 1;
    add_to_turn(work, rows > 0 ? LANE_SLOW : LANE_FAST);
    if (rows > 0) run_turn();
}

static enum outcome find_merchant(struct reader *reader, struct work *work)
{
    work->call.merchant = work->call.principal.merchant;
    if (work->command->merchant == NULL) return OUTCOME_OK;
    reader->merchant = 0;
    return work->command->merchant(reader, &work->call, &work->call.merchant);
}

static void run_read(struct reader *reader, struct work *work)
{
    reader->merchant = work->call.merchant;
    work->call.now_ms = driver.now_ms;
    work->outcome = work->command->read(reader, &work->call, &work->reply);
}

static void run_work(const struct method *method, struct work *work)
{
    struct reader reader;
    if (work->outcome != OUTCOME_OK) return;
    if ((method->roles & METHOD_ROLE(work->call.principal.role)) == 0) {
        work->outcome = OUTCOME_ROLE_NOT_ALLOWED;
        return;
    }
    if (work->command->read != NULL || work->command->merchant != NULL) run_turn();
    if (reader_open(driver.store, &reader) != STORE_OK) abort();
    work->outcome = find_merchant(&reader, work);
    if (work->outcome == OUTCOME_OK && work->command->read != NULL) run_read(&reader, work);
    reader_close(&reader);
    if (work->outcome == OUTCOME_OK && work->command->write != NULL) run_write(work);
}

/* ---- frames ---------------------------------------------------------------------------------- */

static const struct method *read_work(struct frame *in, struct work *ret_work)
{
    uint16_t index = frame_u16(in), caller = frame_u16(in);
    size_t size = frame_u32(in);
    const uint8_t *request = frame_bytes(in, size);
    assert(index < driver.method_count && caller < driver.caller_count);
    const struct method *method = &driver.methods[index];
    *ret_work = (struct work){.command = method->command};
    assert(method->command != NULL && method->command->stream == NULL);
    struct command_call *call = &ret_work->call;
    call->principal = driver.callers[caller];
    call->arena = &allocator;
    call->now_ms = driver.now_ms;
    driver.calls++;
    memcpy(call->seed, &driver.calls, sizeof driver.calls); /* replays the same */
    call->request =
        protobuf_c_message_unpack(method->command->request, &allocator, size, request);
    if (call->request == NULL) ret_work->outcome = OUTCOME_MESSAGE_INVALID;
    return method;
}

static void tell(struct frame *out, const struct work *work)
{
    const char *field = work->call.refusal.field;
    frame_put_text(out, work->outcome == OUTCOME_OK ? "OK" : outcome_info(work->outcome)->reason);
    frame_put_text(out, work->outcome != OUTCOME_OK && field != NULL ? field : "");
    size_t size = 0;
    if (work->outcome == OUTCOME_OK) size = protobuf_c_message_get_packed_size(work->reply);
    frame_put_u32(out, (uint32_t)size);
    if (size > 0) protobuf_c_message_pack(work->reply, frame_put(out, size));
}

static void run(struct frame *in, struct frame *out)
{
    driver.now_ms = frame_u64(in);
    size_t count = frame_u32(in);
    assert(count <= RUN_MAX);
    driver.arena_used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct method *method = read_work(in, &driver.works[i]);
        run_work(method, &driver.works[i]);
    }
    run_turn();
    for (size_t i = 0; i < count; i++) tell(out, &driver.works[i]);
}

static void verify(struct frame *out)
{
    static struct verify_report report;
    if (store_verify(driver.store, 1, NULL, NULL, &report) != STORE_OK) abort();
    frame_put_u64(out, report.finding_count);
    frame_put_u64(out, report.entries);
    if (report.finding_count > 0)
        memcpy(frame_put(out, strlen(report.findings[0])), report.findings[0],
               strlen(report.findings[0]));
}

/* One portion of the due queue, from its head; did it find anything? */
static bool tick(void)
{
    Beckon__Internal__TickDueRequest request = BECKON__INTERNAL__TICK_DUE_REQUEST__INIT;
    struct work *work = &driver.works[0];
    request.account_count = TICK_ACCOUNTS_MAX;
    driver.arena_used = 0;
    *work = (struct work){.command = &tick_due};
    work->call = (struct command_call){.principal = {.merchant = 1}, .request = &request.base,
                                       .arena = &allocator, .now_ms = driver.now_ms,
                                       .merchant = 1};
    run_write(work);
    if (work->outcome != OUTCOME_OK) abort();
    return ((Beckon__Internal__TickDueResponse *)work->reply)->rows[0]->number != 0;
}

static uint32_t work_off(void)
{
    uint32_t portions = 0;
    while (tick())
        if (++portions == PORTIONS_MAX) fault(NULL, "The due queue does not come to its end.");
    return portions;
}

/* ---- settlement runs ------------------------------------------------------------------------- */

/* The first run above `after` that has work; 0: none has. */
static uint32_t working_run(uint32_t after)
{
    struct reader reader;
    uint32_t number = 0;
    size_t count;
    if (reader_open(driver.store, &reader) != STORE_OK) abort();
    reader.merchant = 1;
    if (settlements_list_working(&reader, after, &number, 1, &count) != STORE_OK) abort();
    reader_close(&reader);
    return count > 0 ? number : 0;
}

/* One step of a run's work; did it come further? */
static bool settle_step(uint32_t run)
{
    Beckon__Internal__TickSettlementsRequest request =
        BECKON__INTERNAL__TICK_SETTLEMENTS_REQUEST__INIT;
    struct work *work = &driver.works[0];
    request.run_number = run;
    request.step_count = 1;
    driver.arena_used = 0;
    *work = (struct work){.command = &tick_settlements};
    work->call = (struct command_call){.principal = {.merchant = 1}, .request = &request.base,
                                       .arena = &allocator, .now_ms = driver.now_ms,
                                       .merchant = 1};
    driver.calls++;
    memcpy(work->call.seed, &driver.calls, sizeof driver.calls);
    run_write(work);
    return work->outcome == OUTCOME_OK;
}

/* Run after run; one that waits for another's work is passed over. */
static uint32_t settle(uint32_t steps_max)
{
    uint32_t steps = 0, run = 0;
    while ((run = working_run(run)) != 0) {
        while (settle_step(run)) {
            if (++steps == steps_max) return steps;
            if (steps == PORTIONS_MAX) fault(NULL, "Settlement work does not come to its end.");
            if (working_run(run - 1) != run) break;
        }
    }
    return steps;
}

static void certify(struct frame *out)
{
    static struct verify_report report;
    char text[VERIFY_CERTIFICATE_TEXT_BYTES];
    if (store_verify(driver.store, 1, NULL, NULL, &report) != STORE_OK) abort();
    if (report.finding_count > 0) return;
    verify_certificate_write(driver.store, 1, report.entries, text);
    memcpy(frame_put(out, strlen(text)), text, strlen(text));
}

static void answer(struct frame *in, struct frame *out)
{
    uint8_t kind = *frame_bytes(in, 1);
    if (kind == 'R') {
        run(in, out);
    } else if (kind == 'T') {
        size_t size = in->size - in->at;
        frame_put_u16(out, add_caller((const char *)frame_bytes(in, size), size));
    } else if (kind == 'V') {
        verify(out);
    } else if (kind == 'D') {
        driver.now_ms = frame_u64(in);
        frame_put_u32(out, work_off());
    } else if (kind == 'S') {
        driver.now_ms = frame_u64(in);
        frame_put_u32(out, settle(frame_u32(in)));
    } else {
        assert(kind == 'C');
        driver.now_ms = frame_u64(in);
        certify(out);
    }
}

int main(int argc, char **argv)
{
    static struct frame in, out;
    if (argc > 1) driver_fault = argv[1];
    secret_init();
    driver.now_ms = UINT64_C(1577836800000); /* 2020-01-01: no frame is earlier */
    open_store();
    for (size_t i = 0; i < driver.method_count; i++) {
        const char *path = driver.methods[i].path;
        memcpy(frame_put(&out, strlen(path)), path, strlen(path));
        memcpy(frame_put(&out, 1), "\n", 1);
    }
    frame_send(&out);
    while (frame_receive(&in)) {
        answer(&in, &out);
        frame_send(&out);
    }
    batch_destroy(driver.executor->turn->batch);
    store_close(driver.store);
    scratch_remove(&driver.scratch);
    free(driver.executor);
    free(driver.arena);
    frame_clean_up(&in);
    frame_clean_up(&out);
    return 0;
}
