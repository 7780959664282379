#include "tests/service/command/play_inner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/service/command/message_text.h"
#include "tests/service/command/play_told.h"
#include "tests/store/kv_needy.h"

static char text_of_reply[MESSAGE_TEXT_BYTES], rehearsed[MESSAGE_TEXT_BYTES];

/* ---- running one call as the executor does --------------------------------------------------- */

static void reset(struct command_call *call, uint64_t now_ms)
{
    call->refusal = (struct refusal){0};
    call->room = NULL;
    call->room_bytes = 0;
    call->told = OUTCOME_OK;
    call->notice.filled = false;
    call->now_ms = now_ms;
}

static enum outcome find_merchant(struct reader *reader, const struct command *command,
                                  struct command_call *call)
{
    uint32_t merchant = call->principal.merchant;
    enum outcome outcome = OUTCOME_OK;
    reader->merchant = 0;
    if (command->merchant != NULL) outcome = command->merchant(reader, call, &merchant);
    if (outcome == OUTCOME_OK) call->merchant = merchant;
    return outcome;
}

static void run_read(struct stage *stage, const struct command *command, struct ran *ran)
{
    struct reader reader;

    assert_int_equal(reader_open(stage->store, &reader), STORE_OK);
    ran->outcome = OUTCOME_AGAIN;
    for (int run = 0; ran->outcome == OUTCOME_AGAIN && run < READ_RUNS_MAX; run++) {
        if (run > 0) assert_int_equal(kv_fetch(reader.snapshot), STORE_OK);
        reset(&ran->call, stage->now_ms);
        ran->reply = NULL;
        ran->outcome = find_merchant(&reader, command, &ran->call);
        bool reads = command->read != NULL || command->follow != NULL;
        if (ran->outcome != OUTCOME_OK || !reads) continue;
        reader.merchant = ran->call.merchant;
        struct command_place place = {0};
        ran->outcome = command->read != NULL
                           ? command->read(&reader, &ran->call, &ran->reply)
                           : command->follow(&reader, &ran->call, &place, false, &ran->reply);
    }
    reader_close(&reader);
}

/* The rows of a write, or its one run, in the batch that has just been turned to its merchant. */
static enum outcome run_rows(struct stage *stage, const struct command *command,
                             command_write *write, struct ran *ran)
{
    size_t rows = 1;
    bool again = false;
    enum outcome outcome = OUTCOME_OK;

    if (write == command->write && command->row_count != NULL)
        rows = command->row_count(ran->call.request);
    if (rows == 0) rows = 1;
    for (size_t row = 0; row < rows && outcome == OUTCOME_OK; row++) {
        size_t before = batch_put_count(stage->batch);
        ran->call.row = row;
        outcome = write == command->write /* NULL: a note */
                      ? command_run_write(stage->batch, command, &ran->call, &ran->reply)
                      : write(stage->batch, &ran->call, &ran->reply);
        /* AGAIN may come after a LINE (turn.c): the whole run is dropped then. */
        if (outcome != OUTCOME_OK && outcome != OUTCOME_AGAIN)
            assert_int_equal(batch_put_count(stage->batch), before);
        if (outcome != OUTCOME_AGAIN) continue;
        again = true; /* the rows behind say what they want, too */
        outcome = OUTCOME_OK;
    }
    return again ? OUTCOME_AGAIN : outcome;
}

/* One write to its end, left uncommitted in the batch. */
static void run_write(struct stage *stage, const struct command *command, command_write *write,
                      uint32_t merchant, struct ran *ran)
{
    bool asks = !stage->needy && merchant != 0 && write == command->write && write != NULL;
    struct told_before before = {0};

    assert_int_equal(batch_begin(stage->batch, stage->now_ms), STORE_OK);
    ran->outcome = OUTCOME_AGAIN;
    for (int run = 0; ran->outcome == OUTCOME_AGAIN && run < RUNS_MAX; run++) {
        if (run > 0) assert_int_equal(batch_refetch(stage->batch), STORE_OK);
        ran->reply = NULL;
        enum store_result turned = batch_command_begin(stage->batch, merchant);
        ran->outcome = command_outcome(turned, OUTCOME_INTERNAL);
        if (turned != STORE_OK) continue;
        if (asks) before = told_before(stage->batch);
        reset(&ran->call, batch_recorded_at(stage->batch));
        ran->outcome = run_rows(stage, command, write, ran);
    }
    assert_int_not_equal(ran->outcome, OUTCOME_AGAIN);
    ran->put = batch_put_count(stage->batch) > 0;
    if (asks) told_check(stage->batch, command, before, ran->put);
}

/* The entry of a read that was answered, or of a stream that is to begin. */
static void run_note(struct stage *stage, const struct command *command, struct ran *ran,
                     bool commit)
{
    ProtobufCMessage *reply = ran->reply;
    run_write(stage, command, NULL, ran->call.merchant, ran);
    ran->reply = reply;
    if (ran->outcome == OUTCOME_OK && commit)
        assert_int_equal(batch_commit(stage->batch), STORE_OK);
    else batch_abandon(stage->batch);
}

static bool emit(void *context, const ProtobufCMessage *message)
{
    struct stage *stage = context;
    message_text_write(message, text_of_reply);
    stage->ended = strstr(text_of_reply, "done=1\n") != NULL;
    return true;
}

/* A seed of the step's number: the same on both engines, and in both runs of a call. */
/* A machine that is always the same. */
static void look(void *context, struct process_facts *ret)
{
    (void)context;
    *ret = (struct process_facts){.started_at = 1000, .clock_waits = true, .disk_free_bytes = 7,
                                  .disk_bytes = 9, .connections = 2, .descriptors = 20,
                                  .descriptors_max = 1024, .tls = true, .certificate_days = -3,
                                  .warnings = {"Mind the gap."}, .warning_count = 1};
    ret->backup = (struct backup_facts){.known = true, .made_at = 2000, .rehearsed_at = 3000,
                                        .path = "/backups/1", .cause = "cut off"};
}

static struct command_call call_begin(struct stage *stage, const struct principal *principal,
                                      const ProtobufCMessage *request, size_t seed)
{
    struct command_call call = {.principal = *principal, .request = request,
                                .arena = &stage->arena.allocator, .now_ms = stage->now_ms,
                                .sends = !stage->senderless,
                                .look = look};
    memcpy(call.seed, &seed, sizeof seed);
    return call;
}

/* Runs a call whole. allocation_max: what the arena gives after the request itself. */
static struct ran run_call(struct stage *stage, const struct step *step,
                           const struct principal *principal, size_t seed, size_t allocation_max,
                           bool commit)
{
    const struct command *command = step->command;
    struct ran ran = {0};
    char request[TEXT_BYTES];

    stage_arena_clear(stage, ALLOCATIONS_MAX);
    stage_expand(stage, step->request, request);
    const ProtobufCMessage *message =
        message_text_read(request, command->request, &stage->arena.allocator);
    if (allocation_max < ALLOCATIONS_MAX) stage->arena.limit = stage->arena.count + allocation_max;
    ran.call = call_begin(stage, principal, message, seed);
    run_read(stage, command, &ran);
    if (ran.outcome == OUTCOME_OK && command_is_noted(command, &ran.call))
        run_note(stage, command, &ran, commit);
    if (command->read != NULL || command->follow != NULL || ran.outcome != OUTCOME_OK) return ran;
    if (command->stream != NULL) {
        stage->ended = false;
        ran.outcome = command->stream(stage->store, &ran.call, emit, stage);
        return ran;
    }
    if (command->reserve != NULL) {
        run_write(stage, command, command->reserve, 0, &ran);
        if (ran.outcome != OUTCOME_OK) {
            batch_abandon(stage->batch);
            return ran;
        }
        assert_int_equal(batch_commit(stage->batch), STORE_OK);
    }
    run_write(stage, command, command->write, ran.call.merchant, &ran);
    if (ran.outcome == OUTCOME_OK && commit) {
        assert_int_equal(batch_commit(stage->batch), STORE_OK);
        stage_notice(stage, &ran.call.notice);
        ran.outcome = ran.call.told;
    } else {
        batch_abandon(stage->batch);
    }
    return ran;
}

/* ---- what must hold -------------------------------------------------------------------------- */

static bool has_line(const char *text, const char *line, bool whole)
{
    size_t size = strlen(line);
    for (const char *at = text; (at = strstr(at, line)) != NULL; at++) {
        bool begins = at == text || at[-1] == '\n';
        bool ends = whole ? at[size] == '\n' : strchr("=.[", at[size]) != NULL;
        if (begins && ends) return true;
    }
    return false;
}

static void check_reply(const struct stage *stage, const struct step *step)
{
    char expected[TEXT_BYTES], *rest = expected, *word;

    if (step->reply == NULL) return;
    stage_expand(stage, step->reply, expected);
    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        bool holds = word[0] == '!' ? !has_line(text_of_reply, word + 1, false)
                                    : has_line(text_of_reply, word, true);
        if (!holds)
            fail_msg("step %zu (%s: %s): not so: %s\n%.4000s", stage->step, step->who,
                     step->request, word, text_of_reply);
    }
}

static void tell_refusal(const struct stage *stage, const struct step *step, const struct ran *ran)
{
    char sentence[512];
    if (ran->outcome == step->outcome) return;
    outcome_sentence(ran->outcome, &ran->call.refusal, false, sentence, sizeof sentence);
    fail_msg("step %zu (%s: %s): %s (%s) where %s was expected: %s", stage->step, step->who,
             step->request, outcome_info(ran->outcome)->reason,
             ran->call.refusal.field != NULL ? ran->call.refusal.field : "no field",
             outcome_info(step->outcome)->reason, sentence);
}

static void check_refusal(const struct stage *stage, const struct step *step,
                          const struct ran *ran)
{
    const char *field = ran->call.refusal.field;
    if (ran->outcome >= OUTCOME_STORE_DAMAGED) return; /* a fault is no field's */
    if (step->field == NULL && field == NULL) return;
    if (step->field == NULL || field == NULL || strcmp(step->field, field) != 0)
        fail_msg("step %zu (%s: %s): field %s where %s was expected", stage->step, step->who,
                 step->request, field != NULL ? field : "none",
                 step->field != NULL ? step->field : "none");
}

/* Whatever the arena's end, the answer is BUSY and nothing is put. */
static void sweep_arena(struct stage *stage, const struct step *step,
                        const struct principal *principal)
{
    for (size_t given = 0; given < SWEEP_MAX; given++) {
        struct ran ran = run_call(stage, step, principal, stage->seed + 10000 * (given + 1), given,
                                  false);
        if (ran.outcome == OUTCOME_OK) return;
        if (ran.outcome != OUTCOME_BUSY)
            fail_msg("step %zu (%s): %s with %zu allocations", stage->step, step->request,
                     outcome_info(ran.outcome)->reason, given);
        /* Rows before the one that found no room are done; they answer again as they were. */
        if (step->command->row_count == NULL) assert_false(ran.put);
    }
}

/* Remembers what was said, but for what the store's own secrets make different: they order some
 * keys, so that the engine's pages, and a backup's size, differ too. */
static void remember(struct stage *stage)
{
    for (char *at = text_of_reply; *at != '\0';) {
        size_t size = strcspn(at, "\n") + 1;
        bool secret = strncmp(at, "next_page_token=", 16) == 0 ||
                      strncmp(at, "certificate=", 12) == 0 || strncmp(at, "bytes=", 6) == 0;
        if (!secret) {
            stage->said = realloc(stage->said, stage->said_size + size + 1);
            assert_non_null(stage->said);
            memcpy(stage->said + stage->said_size, at, size);
            stage->said_size += size;
            stage->said[stage->said_size] = '\0';
        }
        at += size;
    }
}

/* The reply as text; none where a follower has nothing newer to say. */
static void write_reply(const struct step *step, const ProtobufCMessage *reply)
{
    assert_true(reply != NULL || step->command->follow != NULL);
    text_of_reply[0] = '\0';
    if (reply != NULL) message_text_write(reply, text_of_reply);
}

static void answered(struct stage *stage, const struct step *step,
                     const struct principal *principal, const struct ran *ran)
{
    static char first[MESSAGE_TEXT_BYTES];

    if (step->command->stream != NULL) assert_true(stage->ended);
    else write_reply(step, ran->reply);
    if (rehearsed[0] != '\0' && strcmp(text_of_reply, rehearsed) != 0)
        fail_msg("step %zu (%s): says\n%s\nwhere its rehearsal said\n%s", stage->step,
                 step->request, text_of_reply, rehearsed);
    check_reply(stage, step);
    stage_save(stage, step->save, text_of_reply);
    remember(stage);
    if (!step->again) return;
    strcpy(first, text_of_reply);
    struct ran second = run_call(stage, step, principal, stage->seed + 5000, ALLOCATIONS_MAX, true);
    tell_refusal(stage, step, &second);
    message_text_write(second.reply, text_of_reply);
    if (strcmp(text_of_reply, first) != 0)
        fail_msg("step %zu (%s): again says\n%s\nafter\n%s", stage->step, step->request,
                 text_of_reply, first);
}

/* Puts what no command would, as merchant 1. */
static void meddle(struct stage *stage, const struct step *step)
{
    enum store_result result = STORE_NEED;

    stage->meddled = true;
    assert_int_equal(batch_begin(stage->batch, stage->now_ms), STORE_OK);
    for (int run = 0; result == STORE_NEED && run < RUNS_MAX; run++) {
        if (run > 0) assert_int_equal(batch_refetch(stage->batch), STORE_OK);
        result = batch_command_begin(stage->batch, 1);
        if (result == STORE_OK) result = step->meddle(stage->batch);
    }
    assert_int_equal(result, STORE_OK);
    assert_int_equal(batch_commit(stage->batch), STORE_OK);
}

/* The same call in the same store, run before it counts: it will have to say the same. */
static void rehearse(struct stage *stage, const struct step *step,
                     const struct principal *principal)
{
    rehearsed[0] = '\0';
    if (stage->needy || stage->brief || step->outcome != OUTCOME_OK ||
        step->command->stream != NULL)
        return;
    sweep_arena(stage, step, principal);
    if (step->command->reserve != NULL) return; /* another run reserves another code */
    struct ran ran = run_call(stage, step, principal, stage->seed, ALLOCATIONS_MAX, false);
    tell_refusal(stage, step, &ran);
    write_reply(step, ran.reply);
    strcpy(rehearsed, text_of_reply);
}

static void play_step(struct stage *stage, const struct step *step)
{
    struct principal principal = {0};
    char who[TEXT_BYTES];

    stage->senderless = step->senderless;
    stage->step++;
    stage->seed++;
    if (step->at != NULL) stage->now_ms = (uint64_t)message_text_time(step->at);
    if (step->meddle != NULL) meddle(stage, step);
    if (step->command == NULL) return;
    stage_expand(stage, step->who, who);
    struct ran ran = {.outcome = stage_principal(stage, who, &principal)};
    if (ran.outcome == OUTCOME_OK) {
        rehearse(stage, step, &principal);
        ran = run_call(stage, step, &principal, stage->seed, ALLOCATIONS_MAX, true);
    }
    tell_refusal(stage, step, &ran);
    if (ran.outcome == OUTCOME_OK && ran.call.merchant > stage->merchant_max)
        stage->merchant_max = ran.call.merchant;
    if (ran.outcome == OUTCOME_OK) answered(stage, step, &principal, &ran);
    else check_refusal(stage, step, &ran);
}

static void check_same_said(const struct stage *lmdb, const struct stage *needy)
{
    size_t same = 0;
    while (same < lmdb->said_size && same < needy->said_size &&
           lmdb->said[same] == needy->said[same])
        same++;
    if (same == lmdb->said_size && same == needy->said_size) return;
    size_t from = same > 300 ? same - 300 : 0;
    fail_msg("LMDB says\n%.400s\nand kv_needy\n%.400s", lmdb->said + from, needy->said + from);
}

static struct stage *stages[2]; /* static: a play that failed is cleared away by the next */

static void play_once(bool needy, const struct step *before, size_t before_count,
                      const struct step *steps, size_t count)
{
    stage_close(&stages[needy]);
    struct stage *stage = stages[needy] = stage_open(needy);
    stage->brief = count >= LONG_PLAY;
    for (size_t i = 0; i < before_count; i++) play_step(stage, &before[i]);
    stage->step = 0;
    for (size_t i = 0; i < count; i++) {
        play_step(stage, &steps[i]);
        /* After each write: what a later one heals was wrong before all the same. */
        bool wrote = steps[i].command != NULL && steps[i].command->write != NULL;
        if (!needy && wrote && !stage->brief) stage_verify(stage);
    }
    stage_verify(stage);
}

void play_on_lmdb(const struct step *before, size_t before_count, const struct step *steps,
                  size_t count)
{
    play_once(false, before, before_count, steps, count);
    stage_close(&stages[0]);
}

void play(const struct step *before, size_t before_count, const struct step *steps, size_t count)
{
    size_t needs = kv_needy_need_count();

    play_once(false, before, before_count, steps, count);
    play_once(true, before, before_count, steps, count);
    assert_true(kv_needy_need_count() > needs); /* that path was really taken */
    check_same_said(stages[0], stages[1]);
    stage_close(&stages[0]);
    stage_close(&stages[1]);
}
