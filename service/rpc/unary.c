/* A call from arrival to the executor.
 *
 * Happy path: deadline -> bytes -> looked through (wire.c) -> who calls -> may that role ->
 * unpacked -> read here on the poller, or submitted: a write's reply leaves from `done`, after
 * the commit. A stream that follows something goes to the following thread (follow.c).
 * Refusals come in the order of enum outcome; what is wrong with the text of a request is told only
 * to those who may call. */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "service/limits.h"
#include "service/rpc/call.h"

/* The call's deadline as the executor counts: monotonic ms, 0 without one. False: passed. */
static bool deadline_take(struct call *call, uint64_t *ret_ms)
{
    *ret_ms = 0;
    if (gpr_time_cmp(call->deadline, gpr_inf_future(call->deadline.clock_type)) == 0)
        return true;
    gpr_timespec left = gpr_time_sub(call->deadline, gpr_now(call->deadline.clock_type));
    int64_t left_ms = left.tv_sec * 1000 + left.tv_nsec / 1000000;
    if (left_ms <= 0)
        return false;
    *ret_ms = rpc_monotonic_ms(call->rpc) + (uint64_t)left_ms;
    return true;
}

/* The token of "authorization: Bearer TOKEN": false when there is no such header. A header of
 * another form, or two of them, give an empty token, which nobody bears. */
static bool token_find(const grpc_metadata_array *metadata, struct bytes *ret_token)
{
    static const char scheme[] = "Bearer ";
    size_t found = 0;
    struct bytes token = {NULL, 0};
    for (size_t i = 0; i < metadata->count; i++) {
        if (grpc_slice_str_cmp(metadata->metadata[i].key, "authorization") != 0)
            continue;
        const grpc_slice *value = &metadata->metadata[i].value;
        size_t size = GRPC_SLICE_LENGTH(*value);
        const char *text = (const char *)GRPC_SLICE_START_PTR(*value);
        found++;
        if (found == 1 && size >= sizeof scheme - 1
            && strncasecmp(text, scheme, sizeof scheme - 1) == 0)
            token = (struct bytes){(const uint8_t *)text + sizeof scheme - 1,
                                   size - (sizeof scheme - 1)};
        else
            token = (struct bytes){NULL, 0};
    }
    if (found > 0)
        *ret_token = token;
    return found > 0;
}

/* What strangers may call at all takes a code or sends one: those who guess too many, or ask for
 * too many, wait. */
static enum outcome admit_stranger(struct call *call)
{
    struct rpc *rpc = call->rpc;
    if (!(call->method->roles & METHOD_ROLE(ROLE_REGISTRANT)))
        return OUTCOME_TOKEN_MISSING;
    enum command_slowed slowed = call->method->command->slowed;
    uint32_t wait_ms =
        throttle_wait_ms(&rpc->throttle, slowed, call->peer, rpc_monotonic_ms(rpc));
    call->work.call.refusal.retry_ms = wait_ms;
    if (wait_ms == 0)
        return OUTCOME_OK;
    return slowed == SLOWED_SENDS ? OUTCOME_PHONE_CODES_TOO_MANY : OUTCOME_GUESSES_TOO_MANY;
}

static enum outcome authenticate(struct call *call)
{
    struct command_call *command_call = &call->work.call;
    struct bytes token;
    if (!token_find(&call->metadata, &token)) {
        memset(&command_call->principal, 0, sizeof command_call->principal);
        return admit_stranger(call);
    }
    if (token.size == 0 || token.size >= SECRET_TOKEN_TEXT_BYTES)
        return OUTCOME_TOKEN_INVALID;
    enum outcome outcome =
        executor_authenticate(call->rpc->options.executor, token, &command_call->principal);
    if (outcome != OUTCOME_OK)
        return outcome;
    assert(command_call->principal.role < ROLE_COUNT);
    return call->method->roles & METHOD_ROLE(command_call->principal.role)
               ? OUTCOME_OK : OUTCOME_ROLE_NOT_ALLOWED;
}

static enum outcome unpack(struct call *call, struct bytes bytes)
{
    struct command_call *command_call = &call->work.call;
    command_call->arena = &call->arena.allocator;
    command_call->request = protobuf_c_message_unpack(
        call->method->command->request, command_call->arena, bytes.size, bytes.data);
    if (command_call->request != NULL)
        return OUTCOME_OK;
    if (call->arena.pool_empty)
        return OUTCOME_BUSY;
    return call->arena.too_large ? OUTCOME_MESSAGE_TOO_LARGE : OUTCOME_MESSAGE_INVALID;
}

static enum outcome check_and_unpack(struct call *call, struct bytes bytes)
{
    const char *allowed = NULL;
    enum outcome found =
        wire_check(call->method->command->request, bytes, call->field, &allowed);
    if (found == OUTCOME_MESSAGE_INVALID)
        return found;
    enum outcome outcome = authenticate(call);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (found != OUTCOME_OK) {
        call->work.call.refusal = (struct refusal){.field = call->field, .allowed = allowed};
        return found;
    }
    return unpack(call, bytes);
}

/* As HTTP/2 counts them (RFC 9113, 6.5.2). gRPC refuses by this only what comes after the settings
 * of a connection were acknowledged: a client's first calls may be faster. */
static size_t metadata_bytes(const grpc_metadata_array *metadata)
{
    size_t bytes = 0;
    for (size_t i = 0; i < metadata->count; i++)
        bytes += GRPC_SLICE_LENGTH(metadata->metadata[i].key)
                 + GRPC_SLICE_LENGTH(metadata->metadata[i].value) + 32;
    return bytes;
}

/* Everything before the command: who calls with what. */
static enum outcome prepare(struct call *call)
{
    if (atomic_load(&call->rpc->stopping))
        return OUTCOME_SHUTTING_DOWN;
    if (!deadline_take(call, &call->work.deadline_ms))
        return OUTCOME_DEADLINE_PASSED;
    if (metadata_bytes(&call->metadata) > LIMIT_METADATA_BYTES) {
        static_assert(LIMIT_METADATA_BYTES == 8192, "the sentence says so");
        call->work.call.refusal.allowed = "<= 8192 bytes";
        return OUTCOME_METADATA_TOO_LARGE;
    }
    if (call->payload == NULL)
        return OUTCOME_MESSAGE_MISSING;
    if (grpc_byte_buffer_length(call->payload) > LIMIT_MESSAGE_BYTES) {
        static_assert(LIMIT_MESSAGE_BYTES == 131072, "the sentence says so");
        call->work.call.refusal.allowed = "<= 131072 bytes";
        return OUTCOME_MESSAGE_TOO_LARGE;
    }
    struct request_bytes request;
    enum outcome outcome = request_open(call->payload, &request);
    if (outcome != OUTCOME_OK)
        return outcome;
    outcome = check_and_unpack(call, request.bytes);
    request_close(&request);
    grpc_byte_buffer_destroy(call->payload);
    call->payload = NULL;
    return outcome;
}

/* After the commit (writes, on a thread of the executor's) or at its end (streams). */
static void call_done(struct work *work)
{
    call_finish(work->context, work->outcome, work->reply);
}

void call_arrive(struct call *call)
{
    /* Whose calls are counted together, and his guesses: he can't make it up. Streams have bounds
     * of their own. */
    bool has_room = share_enter(call);
    if (!has_room && call->method->kind == METHOD_UNARY) {
        call_finish(call, OUTCOME_BUSY, NULL);
        return;
    }
    if (call->method->command == NULL) {
        call->method->arrive(call);
        return;
    }
    const struct command *command = call->method->command;
    const struct executor_clock *clock = &call->rpc->options.clock;
    struct work *work = &call->work;
    work->command = command;
    work->context = call;
    work->done = call_done;
    if (command->stream != NULL || command->follow != NULL) {
        work->emit = stream_emit;
        stream_open(call);
    }
    ProtobufCMessage *reply = NULL;
    enum outcome outcome = prepare(call);
    if (outcome == OUTCOME_OK && command->follow != NULL) {
        outcome = follow_enter(call);
        if (outcome == OUTCOME_OK)
            return; /* the following thread has it now */
    } else if (outcome == OUTCOME_OK) {
        work->call.now_ms = clock->now_ms(clock->context);
        if (command->read == NULL)
            secret_random(work->call.seed, sizeof work->call.seed);
        outcome = command->read != NULL
                      ? executor_read(call->rpc->options.executor, command, &work->call, &reply)
                      : executor_submit(call->rpc->options.executor, work);
        bool noted = command->read != NULL && outcome == OUTCOME_OK &&
                     command_is_noted(command, &work->call);
        if (noted) { /* the answer leaves when it is on record who has it */
            work->reply = reply;
            outcome = executor_submit(call->rpc->options.executor, work);
        }
        if ((command->read == NULL || noted) && outcome == OUTCOME_OK)
            return; /* `done` has it now, or had it already */
    }
    call_finish(call, outcome, reply);
}
