/* Reads: on the caller's thread, each in a snapshot of its own. An engine across a network may
 * answer AGAIN: fetch what is wanted and run again in the same snapshot. */
#include <assert.h>

#include "service/executor/executor_inner.h"
#include "service/limits.h"
#include "store/kv.h"
#include "store/reader.h"

/* One run of a read against an open reader. */
typedef enum outcome read_step(struct executor *executor, struct reader *reader, void *context);

static enum outcome in_snapshot(struct executor *executor, read_step *step, void *context)
{
    struct reader reader;
    if (reader_open(executor->options.store, &reader) != STORE_OK) return OUTCOME_STORE_FAULT;
    enum outcome outcome = OUTCOME_AGAIN;
    for (unsigned run = 0; outcome == OUTCOME_AGAIN && run < LIMIT_BATCH_RUNS; run++) {
        if (run > 0 && kv_fetch(reader.snapshot) != STORE_OK) {
            outcome = OUTCOME_STORE_FAULT;
            break;
        }
        reader.merchant = 0;
        outcome = step(executor, &reader, context);
    }
    reader_close(&reader);
    return outcome == OUTCOME_AGAIN ? OUTCOME_BUSY : outcome;
}

static uint64_t now_ms(struct executor *executor)
{
    return executor->options.clock.now_ms(executor->options.clock.context);
}

static enum outcome find_merchant(struct reader *reader, const struct command *command,
                                  struct command_call *call)
{
    uint32_t merchant = call->principal.merchant;
    if (command->merchant != NULL) {
        enum outcome outcome = command->merchant(reader, call, &merchant);
        if (outcome != OUTCOME_OK) return outcome;
    }
    call->merchant = merchant;
    return OUTCOME_OK;
}

/* ---- the steps ------------------------------------------------------------------------------- */

struct running_read {
    const struct command *command;
    struct command_call *call;
    ProtobufCMessage *reply;
};

static void reset_call(struct executor *executor, struct command_call *call)
{
    call->refusal = (struct refusal){0};
    call->room = NULL;
    call->room_bytes = 0;
    call->look = executor->options.look;
    call->look_context = executor->options.look_context;
    call->now_ms = now_ms(executor);
}

static enum outcome read_run(struct executor *executor, struct reader *reader, void *context)
{
    struct running_read *running = context;
    reset_call(executor, running->call);
    running->reply = NULL;
    enum outcome outcome = find_merchant(reader, running->command, running->call);
    if (outcome != OUTCOME_OK) return outcome;
    reader->merchant = running->call->merchant;
    return running->command->read(reader, running->call, &running->reply);
}

static enum outcome merchant_run(struct executor *executor, struct reader *reader, void *context)
{
    struct running_read *running = context;
    reset_call(executor, running->call);
    return find_merchant(reader, running->command, running->call);
}

struct running_look {
    struct running_read read;
    struct command_place *place; /* the caller's */
    struct command_place moved;
    bool heartbeat;
};

static enum outcome look_run(struct executor *executor, struct reader *reader, void *context)
{
    struct running_look *running = context;
    struct running_read *read = &running->read;
    reset_call(executor, read->call);
    read->reply = NULL;
    running->moved = *running->place;
    enum outcome outcome = find_merchant(reader, read->command, read->call);
    if (outcome != OUTCOME_OK) return outcome;
    reader->merchant = read->call->merchant;
    outcome = command_reauthenticate(reader, read->call);
    if (outcome != OUTCOME_OK) return outcome;
    return read->command->follow(reader, read->call, &running->moved, running->heartbeat,
                                 &read->reply);
}

struct running_authentication {
    struct bytes token_text;
    struct principal principal;
};

static enum outcome authentication_run(struct executor *executor, struct reader *reader,
                                       void *context)
{
    struct running_authentication *running = context;
    return command_authenticate(reader, running->token_text, now_ms(executor),
                                &running->principal);
}

/* ---- the calls ------------------------------------------------------------------------------- */

enum outcome executor_read(struct executor *executor, const struct command *command,
                           struct command_call *call, ProtobufCMessage **ret_reply)
{
    assert(command->read != NULL);
    struct running_read running = {.command = command, .call = call};
    enum outcome outcome = in_snapshot(executor, read_run, &running);
    if (outcome == OUTCOME_OK) {
        assert(running.reply != NULL);
        *ret_reply = running.reply;
    }
    return outcome;
}

enum outcome executor_follow(struct executor *executor, const struct command *command,
                             struct command_call *call, struct command_place *place,
                             bool heartbeat, ProtobufCMessage **ret_reply)
{
    assert(command->follow != NULL);
    struct running_look running = {
        .read = {.command = command, .call = call}, .place = place, .heartbeat = heartbeat};
    enum outcome outcome = in_snapshot(executor, look_run, &running);
    if (outcome == OUTCOME_OK) {
        assert(running.moved.version >= place->version);
        *place = running.moved;
        *ret_reply = running.read.reply;
    }
    return outcome;
}

enum outcome executor_authenticate(struct executor *executor, struct bytes token_text,
                                   struct principal *ret_principal)
{
    struct running_authentication running = {.token_text = token_text};
    enum outcome outcome = in_snapshot(executor, authentication_run, &running);
    if (outcome == OUTCOME_OK) *ret_principal = running.principal;
    return outcome;
}

enum outcome executor_find_merchant(struct executor *executor, const struct command *command,
                                    struct command_call *call)
{
    if (command->merchant == NULL) {
        call->merchant = call->principal.merchant;
        return OUTCOME_OK;
    }
    struct running_read running = {.command = command, .call = call};
    return in_snapshot(executor, merchant_run, &running);
}
