#include "tests/service/command/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/command/bootstrap.h"
#include "service/rules/code_text.h"
#include "store/verify.h"
#include "tests/service/command/message_text.h"
#include "tests/store/kv_needy.h"
#include "tests/store/scratch.h"

enum { ALLOCATIONS_MAX = 16384, SAVED_MAX = 64, RUNS_MAX = 64, SWEEP_MAX = 12, MERCHANTS_MAX = 4,
       TEXT_BYTES = 8192 };

/* The fake arena: each allocation its own, so that the sanitizer sees every step beside it. */
struct arena {
    ProtobufCAllocator allocator;
    void *blocks[ALLOCATIONS_MAX];
    size_t count, limit;
};

struct saved {
    char name[32], value[256];
};

/* One engine's stage. */
struct stage {
    struct scratch scratch;
    struct store *store;
    struct batch *batch;
    bool needy;
    uint64_t now_ms;
    struct arena arena;
    struct saved saved[SAVED_MAX];
    size_t saved_count, step;
    size_t seed; /* grows with each step: the same on both engines */
    uint32_t merchant_max;
    bool ended; /* verify and backup streams: the last message said done */
    char *said; /* all replies as text, to compare the engines; without page tokens' secrets */
    size_t said_size;
};

/* What one run of one call came to. */
struct ran {
    enum outcome outcome;
    struct command_call call;
    ProtobufCMessage *reply;
    bool put;
};

static char text_of_reply[MESSAGE_TEXT_BYTES];

/* ---- the arena ------------------------------------------------------------------------------- */

static void *arena_alloc(void *context, size_t size)
{
    struct arena *arena = context;
    if (arena->count >= arena->limit) return NULL;
    return arena->blocks[arena->count++] = malloc(size > 0 ? size : 1);
}

static void arena_free(void *context, void *data)
{
    (void)context;
    (void)data;
}

static void arena_clear(struct arena *arena, size_t limit)
{
    while (arena->count > 0) free(arena->blocks[--arena->count]);
    arena->limit = limit;
    arena->allocator = (ProtobufCAllocator){arena_alloc, arena_free, arena};
}

/* ---- saved values and principals ------------------------------------------------------------- */

static const char *saved_value(const struct stage *stage, const char *name, size_t size)
{
    for (size_t i = stage->saved_count; i-- > 0;)
        if (strlen(stage->saved[i].name) == size && memcmp(stage->saved[i].name, name, size) == 0)
            return stage->saved[i].value;
    fail_msg("step %zu: nothing saved as %.*s", stage->step, (int)size, name);
    return NULL;
}

static void expand(const struct stage *stage, const char *text, char ret[TEXT_BYTES])
{
    size_t used = 0;

    while (*text != '\0') {
        if (*text != '$') {
            assert_true(used < TEXT_BYTES - 1);
            ret[used++] = *text++;
            continue;
        }
        size_t size = strspn(++text, "abcdefghijklmnopqrstuvwxyz0123456789_");
        const char *value = saved_value(stage, text, size);
        assert_true(used + strlen(value) < TEXT_BYTES - 1);
        memcpy(ret + used, value, strlen(value));
        used += strlen(value);
        text += size;
    }
    ret[used] = '\0';
}

static enum outcome principal_read(struct stage *stage, const char *who, struct principal *ret)
{
    static const struct { const char *name; enum role role; enum party_kind kind; } roles[] = {
        {"stranger", ROLE_REGISTRANT, PARTY_NONE}, {"member", ROLE_MEMBER, PARTY_MEMBER},
        {"guide", ROLE_GUIDE, PARTY_GUIDE}, {"pos", ROLE_POS, PARTY_SHOP},
        {"manager", ROLE_SHOP_MANAGER, PARTY_SHOP}, {"payroll", ROLE_PAYROLL, PARTY_NONE},
        {"auditor", ROLE_AUDITOR, PARTY_NONE}, {"admin", ROLE_ADMIN, PARTY_NONE},
        {"operator", ROLE_OPERATOR, PARTY_NONE},
    };
    const char *number = strchr(who, ':'), *merchant = strchr(who, '@');
    size_t size = strcspn(who, ":@");

    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (strlen(roles[i].name) != size || memcmp(roles[i].name, who, size) != 0) continue;
        *ret = (struct principal){.role = roles[i].role, .merchant = 1};
        if (merchant != NULL) ret->merchant = (uint32_t)strtoul(merchant + 1, NULL, 10);
        if (ret->role == ROLE_REGISTRANT || ret->role == ROLE_OPERATOR) ret->merchant = 0;
        if (number != NULL)
            ret->party = (struct party){roles[i].kind, (uint32_t)strtoul(number + 1, NULL, 10)};
        return OUTCOME_OK;
    }
    assert_int_equal(strncmp(who, "token:", 6), 0);
    struct reader reader;
    enum outcome outcome = OUTCOME_AGAIN;
    assert_int_equal(reader_open(stage->store, &reader), STORE_OK);
    for (int run = 0; outcome == OUTCOME_AGAIN && run < RUNS_MAX; run++) {
        if (run > 0) assert_int_equal(kv_fetch(reader.snapshot), STORE_OK);
        outcome = command_authenticate(&reader, scratch_bytes(who + 6), stage->now_ms, ret);
    }
    reader_close(&reader);
    return outcome;
}

/* ---- running one call as the executor does ----------------------------------------------------- */

static void reset(struct command_call *call, uint64_t now_ms)
{
    call->refusal = (struct refusal){0};
    call->room = NULL;
    call->room_bytes = 0;
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
    for (int run = 0; ran->outcome == OUTCOME_AGAIN && run < RUNS_MAX; run++) {
        if (run > 0) assert_int_equal(kv_fetch(reader.snapshot), STORE_OK);
        reset(&ran->call, stage->now_ms);
        ran->reply = NULL;
        ran->outcome = find_merchant(&reader, command, &ran->call);
        if (ran->outcome != OUTCOME_OK || command->read == NULL) continue;
        reader.merchant = ran->call.merchant;
        ran->outcome = command->read(&reader, &ran->call, &ran->reply);
    }
    reader_close(&reader);
}

/* The rows of a write, or its one run, in the batch that has just been turned to its merchant. */
static enum outcome run_rows(struct stage *stage, const struct command *command,
                             command_write *write, struct ran *ran)
{
    size_t rows = 1;
    enum outcome outcome = OUTCOME_OK;

    if (write == command->write && command->row_count != NULL)
        rows = command->row_count(ran->call.request);
    if (rows == 0) rows = 1;
    for (size_t row = 0; row < rows && outcome == OUTCOME_OK; row++) {
        size_t before = batch_put_count(stage->batch);
        ran->call.row = row;
        outcome = write(stage->batch, &ran->call, &ran->reply);
        if (outcome != OUTCOME_OK) assert_int_equal(batch_put_count(stage->batch), before);
    }
    return outcome;
}

/* One write to its end, left uncommitted in the batch. */
static void run_write(struct stage *stage, const struct command *command, command_write *write,
                      uint32_t merchant, struct ran *ran)
{
    assert_int_equal(batch_begin(stage->batch, stage->now_ms), STORE_OK);
    ran->outcome = OUTCOME_AGAIN;
    for (int run = 0; ran->outcome == OUTCOME_AGAIN && run < RUNS_MAX; run++) {
        if (run > 0) assert_int_equal(batch_refetch(stage->batch), STORE_OK);
        ran->reply = NULL;
        enum store_result turned = batch_command_begin(stage->batch, merchant);
        ran->outcome = command_outcome(turned, OUTCOME_INTERNAL);
        if (turned != STORE_OK) continue;
        reset(&ran->call, batch_recorded_at(stage->batch));
        ran->outcome = run_rows(stage, command, write, ran);
    }
    assert_int_not_equal(ran->outcome, OUTCOME_AGAIN);
    ran->put = batch_put_count(stage->batch) > 0;
}

static bool emit(void *context, const ProtobufCMessage *message)
{
    struct stage *stage = context;
    message_text_write(message, text_of_reply);
    stage->ended = strstr(text_of_reply, "done=1\n") != NULL;
    return true;
}

/* A seed of the step's number: the same on both engines, and in both runs of a call. */
static struct command_call call_begin(struct stage *stage, const struct principal *principal,
                                      const ProtobufCMessage *request, size_t seed)
{
    struct command_call call = {.principal = *principal, .request = request,
                                .arena = &stage->arena.allocator, .now_ms = stage->now_ms};
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

    arena_clear(&stage->arena, ALLOCATIONS_MAX);
    expand(stage, step->request, request);
    const ProtobufCMessage *message =
        message_text_read(request, command->request, &stage->arena.allocator);
    if (allocation_max < ALLOCATIONS_MAX) stage->arena.limit = stage->arena.count + allocation_max;
    ran.call = call_begin(stage, principal, message, seed);
    run_read(stage, command, &ran);
    if (command->read != NULL || ran.outcome != OUTCOME_OK) return ran;
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
    if (ran.outcome == OUTCOME_OK && commit)
        assert_int_equal(batch_commit(stage->batch), STORE_OK);
    else batch_abandon(stage->batch);
    return ran;
}

/* ---- what must hold --------------------------------------------------------------------------- */

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
    expand(stage, step->reply, expected);
    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        bool holds = word[0] == '!' ? !has_line(text_of_reply, word + 1, false)
                                    : has_line(text_of_reply, word, true);
        if (!holds)
            fail_msg("step %zu (%s: %s): not so: %s\n%.4000s", stage->step, step->who,
                     step->request, word, text_of_reply);
    }
}

static void save_values(struct stage *stage, const char *list)
{
    char words[256], *rest = words, *word;

    if (list == NULL) return;
    assert_true(strlen(list) < sizeof words);
    strcpy(words, list);
    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        char *path = strchr(word, '='), line[256];
        assert_non_null(path);
        *path++ = '\0';
        snprintf(line, sizeof line, "%s=", path);
        const char *at = text_of_reply;
        while (at != NULL && strncmp(at, line, strlen(line)) != 0)
            at = (at = strchr(at, '\n')) != NULL ? at + 1 : NULL;
        if (at == NULL) fail_msg("step %zu: no %s in\n%.4000s", stage->step, path, text_of_reply);
        assert_true(stage->saved_count < SAVED_MAX);
        struct saved *saved = &stage->saved[stage->saved_count++];
        snprintf(saved->name, sizeof saved->name, "%s", word);
        at += strlen(line);
        snprintf(saved->value, sizeof saved->value, "%.*s", (int)strcspn(at, "\n"), at);
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

/* Remembers what was said, but for what the store's own secrets make different. */
static void remember(struct stage *stage)
{
    for (char *at = text_of_reply; *at != '\0';) {
        size_t size = strcspn(at, "\n") + 1;
        bool secret = strncmp(at, "next_page_token=", 16) == 0;
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

static void answered(struct stage *stage, const struct step *step,
                     const struct principal *principal, const struct ran *ran)
{
    static char first[MESSAGE_TEXT_BYTES];

    if (step->command->stream != NULL) assert_true(stage->ended);
    else message_text_write(ran->reply, text_of_reply);
    check_reply(stage, step);
    save_values(stage, step->save);
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

static void play_step(struct stage *stage, const struct step *step)
{
    struct principal principal = {0};
    char who[TEXT_BYTES];

    stage->step++;
    stage->seed++;
    if (step->at != NULL) stage->now_ms = (uint64_t)message_text_time(step->at);
    if (step->command == NULL) return;
    expand(stage, step->who, who);
    struct ran ran = {.outcome = principal_read(stage, who, &principal)};
    if (ran.outcome == OUTCOME_OK) {
        if (!stage->needy && step->outcome == OUTCOME_OK && step->command->stream == NULL)
            sweep_arena(stage, step, &principal);
        ran = run_call(stage, step, &principal, stage->seed, ALLOCATIONS_MAX, true);
    }
    tell_refusal(stage, step, &ran);
    if (ran.outcome == OUTCOME_OK && ran.call.merchant > stage->merchant_max)
        stage->merchant_max = ran.call.merchant;
    if (ran.outcome == OUTCOME_OK) answered(stage, step, &principal, &ran);
    else check_refusal(stage, step, &ran);
}

/* ---- the stage ---------------------------------------------------------------------------------- */

static struct stage *stage_open(bool needy)
{
    struct stage *stage = calloc(1, sizeof *stage);
    char admin[SECRET_TOKEN_TEXT_BYTES], operator_[SECRET_TOKEN_TEXT_BYTES];
    uint8_t seed[64] = {7};

    assert_non_null(stage);
    secret_init();
    stage->needy = needy;
    stage->now_ms = (uint64_t)message_text_time("2026-03-02T10:00");
    stage->merchant_max = 1;
    stage->scratch = scratch_make();
    /* The first start is always on LMDB: it runs no command and fetches nothing. */
    stage->store = scratch_store(&stage->scratch, false);
    assert_int_equal(command_bootstrap(stage->store, stage->now_ms, seed, admin, operator_),
                     OUTCOME_OK);
    store_close(stage->store);
    stage->store = scratch_store(&stage->scratch, needy);
    stage->batch = batch_new(stage->store);
    snprintf(stage->saved[0].name, sizeof stage->saved[0].name, "admin");
    snprintf(stage->saved[0].value, sizeof stage->saved[0].value, "%s", admin);
    snprintf(stage->saved[1].name, sizeof stage->saved[1].name, "folder");
    snprintf(stage->saved[1].value, sizeof stage->saved[1].value, "%s", stage->scratch.path);
    snprintf(stage->saved[2].name, sizeof stage->saved[2].name, "nobodys");
    code_write(code_make((const uint8_t[CODE_RANDOM_BYTES]){1, 2, 3}), stage->saved[2].value);
    stage->saved_count = 3;
    return stage;
}

static void stage_verify(struct stage *stage)
{
    struct verify_report *report = calloc(1, sizeof *report);

    assert_non_null(report);
    for (uint32_t merchant = 1; merchant <= stage->merchant_max && merchant <= MERCHANTS_MAX;
         merchant++) {
        assert_int_equal(store_verify(stage->store, merchant, NULL, NULL, report), STORE_OK);
        if (report->finding_count > 0)
            fail_msg("verify of merchant %u: %s", merchant, report->findings[0]);
    }
    free(report);
}

static void stage_close(struct stage **place)
{
    struct stage *stage = *place;
    if (stage == NULL) return;
    *place = NULL;
    arena_clear(&stage->arena, 0);
    batch_destroy(stage->batch);
    store_close(stage->store);
    scratch_remove(&stage->scratch);
    free(stage->said);
    free(stage);
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

void play(const struct step *before, size_t before_count, const struct step *steps, size_t count)
{
    static struct stage *stages[2]; /* static: a play that failed is cleared away by the next */
    size_t needs = kv_needy_need_count();

    stage_close(&stages[0]);
    stage_close(&stages[1]);
    for (int needy = 0; needy < 2; needy++) {
        struct stage *stage = stages[needy] = stage_open(needy != 0);
        for (size_t i = 0; i < before_count; i++) play_step(stage, &before[i]);
        stage->step = 0;
        for (size_t i = 0; i < count; i++) play_step(stage, &steps[i]);
        stage_verify(stage);
    }
    assert_true(kv_needy_need_count() > needs); /* that path was really taken */
    check_same_said(stages[0], stages[1]);
    stage_close(&stages[0]);
    stage_close(&stages[1]);
}
