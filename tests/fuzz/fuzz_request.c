/* Every request message of the API: looked through (wire.c), unpacked and run by the command itself
 * on a store in memory, several calls behind each other in one batch that is never committed. A
 * request that was refused has put nothing, the reserve of commands and what they assert of
 * themselves hold, and a reply can be packed. The page token "next" stands for what the last list
 * gave out, so that cursors come as far as those who read them.
 *
 * Requests of backups, verify, health and reflection are looked through and unpacked only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include <grpc/health/v1/health.pb-c.h>
#include <grpc/reflection/v1/reflection.pb-c.h>

#include "service/rpc/method_table.h"
#include "service/rpc/wire.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/request.h"
#include "tests/service/command/message_text.h"
#include "tests/service/command/play_inner.h"
#include "tests/service/command/stages.h"

enum { TARGETS_MAX = 256, CALLS_MAX = 6, ROWS_MAX = 64, CODES = 8, TOKEN_BYTES = 256,
       EMITTED_MAX = 64 };

static struct stage *stage;
static struct target {
    const struct method *method; /* NULL: its requests are only read */
    const ProtobufCMessageDescriptor *request;
} targets[TARGETS_MAX];
static size_t target_count;
static char codes[CODES][16];
static char next_page_token[TOKEN_BYTES]; /* of the last reply that had one */

static bool streams(const struct method *method)
{
    return method->command != NULL && method->command->stream != NULL;
}

/* Folders of the machine's, and all of the store: not here. */
static bool runs(const struct method *method)
{
    return strstr(method->path, "/BackupStore") == NULL
           && strstr(method->path, "/VerifyStore") == NULL;
}

static void add_target(const struct method *method, const ProtobufCMessageDescriptor *request)
{
    FUZZ_HOLDS(target_count < TARGETS_MAX);
    targets[target_count++] = (struct target){method, request};
}

static void add_targets(void)
{
    size_t count;
    const struct method *all = method_table(&count);
    for (size_t i = 0; i < count; i++)
        if (all[i].command != NULL && !streams(&all[i]))
            add_target(&all[i], all[i].command->request);
    for (size_t i = 0; i < count; i++)
        if (streams(&all[i]))
            add_target(runs(&all[i]) ? &all[i] : NULL, all[i].command->request);
    add_target(NULL, &grpc__health__v1__health_check_request__descriptor);
    add_target(NULL, &grpc__reflection__v1__server_reflection_request__descriptor);
}

/* A text of a message's own, by the name of its field; NULL: it has none such. */
static char **text_of(ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    if (field == NULL || field->type != PROTOBUF_C_TYPE_STRING
        || field->label == PROTOBUF_C_LABEL_REPEATED)
        return NULL;
    return (char **)(void *)((uint8_t *)message + field->offset);
}

static void turn_the_page(ProtobufCMessage *request)
{
    char **token = text_of(request, "page_token");
    if (token != NULL && strcmp(*token, "next") == 0)
        *token = next_page_token;
}

static void note_the_page(ProtobufCMessage *reply)
{
    char **token = text_of(reply, "next_page_token");
    if (token != NULL && (*token)[0] != '\0')
        snprintf(next_page_token, sizeof next_page_token, "%s", *token);
}

static enum outcome merchant_of(struct reader *reader, const struct command *command,
                                struct command_call *call)
{
    uint32_t merchant = call->principal.merchant;
    enum outcome outcome = OUTCOME_OK;
    reader->merchant = 0;
    if (command->merchant != NULL)
        outcome = command->merchant(reader, call, &merchant);
    if (outcome == OUTCOME_OK)
        call->merchant = merchant;
    return outcome;
}

static enum outcome run_read(const struct command *command, struct command_call *call,
                             ProtobufCMessage **ret_reply)
{
    struct reader reader;
    FUZZ_HOLDS(reader_open(stage->store, &reader) == STORE_OK);
    enum outcome outcome = merchant_of(&reader, command, call);
    reader.merchant = call->merchant;
    struct command_place place = {0};
    if (outcome == OUTCOME_OK && command->read != NULL)
        outcome = command->read(&reader, call, ret_reply);
    else if (outcome == OUTCOME_OK && command->follow != NULL)
        outcome = command->follow(&reader, call, &place, true, ret_reply);
    reader_close(&reader);
    return outcome;
}

static bool emit(void *context, const ProtobufCMessage *message)
{
    size_t *emitted = context;
    FUZZ_HOLDS(protobuf_c_message_check(message));
    return ++*emitted < EMITTED_MAX;
}

/* On what is committed, as everything that opens its own snapshots. */
static enum outcome run_stream(const struct command *command, struct command_call *call)
{
    struct reader reader;
    size_t emitted = 0;
    FUZZ_HOLDS(reader_open(stage->store, &reader) == STORE_OK);
    enum outcome outcome = merchant_of(&reader, command, call);
    reader_close(&reader);
    return outcome == OUTCOME_OK ? command->stream(stage->store, call, emit, &emitted) : outcome;
}

/* What is reserved first, in this batch too: nothing here is ever committed. */
static enum outcome run_reserve(const struct command *command, struct command_call *call)
{
    ProtobufCMessage *none = NULL;
    if (command->reserve == NULL)
        return OUTCOME_OK;
    enum store_result turned = batch_command_begin(stage->batch, 0);
    if (turned != STORE_OK)
        return command_outcome(turned, OUTCOME_INTERNAL);
    size_t before = batch_put_count(stage->batch);
    enum outcome outcome = command->reserve(stage->batch, call, &none);
    FUZZ_HOLDS(outcome == OUTCOME_OK || batch_put_count(stage->batch) == before);
    return outcome;
}

/* All rows in the batch, which is turned to the call's merchant. */
static enum outcome run_write(const struct command *command, struct command_call *call,
                              ProtobufCMessage **ret_reply)
{
    enum outcome outcome = merchant_of(&stage->batch->reader, command, call);
    if (outcome == OUTCOME_OK)
        outcome = run_reserve(command, call);
    if (outcome != OUTCOME_OK || !batch_has_room(stage->batch, call->merchant))
        return outcome;
    enum store_result turned = batch_command_begin(stage->batch, call->merchant);
    if (turned != STORE_OK)
        return command_outcome(turned, OUTCOME_INTERNAL);
    size_t rows = command->row_count != NULL ? command->row_count(call->request) : 1;
    rows = rows == 0 ? 1 : rows < ROWS_MAX ? rows : ROWS_MAX;
    for (size_t row = 0; row < rows && outcome == OUTCOME_OK; row++) {
        size_t before = batch_put_count(stage->batch);
        if (!batch_has_room(stage->batch, call->merchant))
            return OUTCOME_BUSY;
        call->row = row;
        call->now_ms = batch_recorded_at(stage->batch);
        outcome = command_run_write(stage->batch, command, call, ret_reply);
        FUZZ_HOLDS(outcome == OUTCOME_OK || batch_put_count(stage->batch) == before);
    }
    return outcome;
}

static void run(const struct target *target, const struct principal *principal,
                struct bytes request, uint64_t seed)
{
    const struct method *method = target->method;
    char field[WIRE_PATH_BYTES];
    const char *allowed = NULL;
    enum outcome found = wire_check(target->request, request, field, &allowed);
    if (found != OUTCOME_OK
        || (method != NULL && !(method->roles & METHOD_ROLE(principal->role))))
        return;
    stage_arena_clear(stage, ALLOCATIONS_MAX);
    struct command_call call = {.principal = *principal, .arena = &stage->arena.allocator,
                                .now_ms = stage->now_ms, .sends = true};
    memcpy(call.seed, &seed, sizeof seed);
    ProtobufCMessage *message =
        protobuf_c_message_unpack(target->request, call.arena, request.size, request.data);
    call.request = message;
    if (message == NULL || method == NULL)
        return;
    turn_the_page(message);
    const struct command *command = method->command;
    ProtobufCMessage *reply = NULL;
    enum outcome outcome = command->write != NULL    ? run_write(command, &call, &reply)
                           : command->stream != NULL ? run_stream(command, &call)
                                                     : run_read(command, &call, &reply);
    if (outcome == OUTCOME_AGAIN || outcome >= OUTCOME_STORE_DAMAGED) {
        fprintf(stderr, "%s: %s\n", method->path, outcome_info(outcome)->reason);
        FUZZ_HOLDS(outcome != OUTCOME_AGAIN && outcome < OUTCOME_STORE_DAMAGED);
    }
    if (outcome != OUTCOME_OK || reply == NULL)
        return;
    FUZZ_HOLDS(protobuf_c_message_check(reply));
    note_the_page(reply);
}

/* ---- the stage ------------------------------------------------------------------------------- */

static void tear_down(void)
{
    stage_close(&stage);
}

static void set_up(void)
{
    static char said[MESSAGE_TEXT_BYTES];
    add_targets();
    stage = stage_open(false);
    atexit(tear_down);
    for (size_t i = 0; i < STAGE_STEPS; i++) {
        const struct step *step = &STAGE[i];
        if (step->at != NULL)
            stage->now_ms = (uint64_t)message_text_time(step->at);
        if (step->command == NULL || step->command->write == NULL)
            continue;
        char text[TEXT_BYTES];
        struct principal principal;
        FUZZ_HOLDS(stage_principal(stage, step->who, &principal) == OUTCOME_OK);
        stage_arena_clear(stage, ALLOCATIONS_MAX);
        stage_expand(stage, step->request, text);
        struct command_call call = {.principal = principal, .arena = &stage->arena.allocator,
                                    .now_ms = stage->now_ms, .sends = true};
        memcpy(call.seed, &i, sizeof i);
        call.request = message_text_read(text, step->command->request, call.arena);
        ProtobufCMessage *reply = NULL;
        FUZZ_HOLDS(batch_begin(stage->batch, stage->now_ms) == STORE_OK);
        FUZZ_HOLDS(run_write(step->command, &call, &reply) == OUTCOME_OK);
        FUZZ_HOLDS(batch_commit(stage->batch) == STORE_OK);
        message_text_write(reply, said);
        stage_save(stage, step->save, said);
    }
    for (size_t i = 0; i < CODES; i++)
        snprintf(codes[i], sizeof codes[i], "%s",
                 stage->saved[2 + i % (stage->saved_count - 2)].value);
}

const char *request_code(unsigned number)
{
    return codes[number % CODES];
}

const ProtobufCMessageDescriptor *request_descriptor(uint8_t method)
{
    if (stage == NULL)
        set_up();
    return targets[method % target_count].request;
}

size_t request_last_call(const uint8_t *data, size_t size)
{
    size_t at = 0;
    while (at + REQUEST_HEAD_BYTES <= size) {
        size_t body = (size_t)data[at + 2] << 8 | data[at + 3];
        if (at + REQUEST_HEAD_BYTES + body >= size)
            return at;
        at += REQUEST_HEAD_BYTES + body;
    }
    return size;
}

/* Who: an admin three times in four, else one of all roles. */
static struct principal caller(uint8_t who)
{
    static const char *const OTHERS[] = {
        "pos:1", "member:1", "member:2", "guide:1", "guide:2", "guide:3", "manager:1", "payroll",
        "auditor", "operator", "payout", "stranger", "integration",
    };
    struct principal principal;
    const char *name = who < 192 ? "admin" : OTHERS[who % (sizeof OTHERS / sizeof OTHERS[0])];
    FUZZ_HOLDS(stage_principal(stage, name, &principal) == OUTCOME_OK);
    return principal;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (stage == NULL)
        set_up();
    FUZZ_HOLDS(batch_begin(stage->batch, stage->now_ms) == STORE_OK);
    next_page_token[0] = '\0';
    size_t at = 0;
    for (uint64_t calls = 0; calls < CALLS_MAX && at + REQUEST_HEAD_BYTES <= size; calls++) {
        const uint8_t *head = data + at;
        size_t left = size - at - REQUEST_HEAD_BYTES, body = (size_t)head[2] << 8 | head[3];
        body = body < left ? body : left;
        struct principal principal = caller(head[1]);
        /* Of its own: the sanitizer sees each byte beside it. */
        uint8_t *copy = malloc(body > 0 ? body : 1);
        FUZZ_HOLDS(copy != NULL);
        memcpy(copy, head + REQUEST_HEAD_BYTES, body);
        run(&targets[head[0] % target_count], &principal, (struct bytes){copy, body}, calls + 100);
        free(copy);
        at += REQUEST_HEAD_BYTES + body;
    }
    batch_abandon(stage->batch);
    return 0;
}
