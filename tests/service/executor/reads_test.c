/* Reads, authentication and long work. */
#include "service/executor/executor.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "service/limits.h"
#include "tests/service/executor/toy.h"

static struct toy_world world;

static int setup(void **state)
{
    (void)state;
    toy_world_open(&world, TOY_LMDB, false);
    return 0;
}

static int setup_needy(void **state)
{
    (void)state;
    toy_world_open(&world, TOY_NEEDY, false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    toy_world_close(&world);
    return 0;
}

static void a_read_sees_the_write_acknowledged_before(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 5; i++) {
        struct toy *write = toy_new(&toy_count, 5), *read = toy_new(&toy_read, 5);
        ProtobufCMessage *reply = NULL;
        toy_submit(&world, write);
        assert_int_equal(toy_wait(write), OUTCOME_OK);
        assert_int_equal(executor_read(world.executor, &toy_read, &read->work.call, &reply),
                         OUTCOME_OK);
        assert_ptr_equal(reply, &read->reply.base);
        assert_int_equal(read->value, i);
        assert_int_equal(read->work.call.now_ms, TOY_CLOCK_MS);
    }
}

static void a_refused_read_leaves_the_reply(void **state)
{
    (void)state;
    struct toy *read = toy_new(&toy_read, 5);
    ProtobufCMessage *reply = NULL;
    read->refuse = OUTCOME_MEMBER_UNKNOWN;
    assert_int_equal(executor_read(world.executor, &toy_read, &read->work.call, &reply),
                     OUTCOME_MEMBER_UNKNOWN);
    assert_null(reply);
}

static void a_token_is_looked_up_in_a_snapshot(void **state)
{
    (void)state;
    struct principal principal = {.merchant = 9};
    assert_int_equal(executor_authenticate(world.executor, scratch_bytes("bad"), &principal),
                     OUTCOME_TOKEN_INVALID);
    assert_int_equal(principal.merchant, 9);
    assert_int_equal(executor_authenticate(world.executor, scratch_bytes("good"), &principal),
                     OUTCOME_OK);
    assert_int_equal(principal.merchant, 1);
}

/* ---- streams --------------------------------------------------------------------------------*/

static sem_t emit_entered, emit_allowed;
static unsigned emitted;

static bool emit(void *context, const ProtobufCMessage *message)
{
    (void)context;
    assert_non_null(message);
    emitted++;
    return true;
}

static bool emit_blocking(void *context, const ProtobufCMessage *message)
{
    sem_post(&emit_entered);
    sem_wait(&emit_allowed);
    return emit(context, message);
}

static bool emit_gone(void *context, const ProtobufCMessage *message)
{
    (void)context, (void)message;
    return false;
}

static struct toy *stream_new(command_emit *how, size_t message_count)
{
    struct toy *toy = toy_new(&toy_stream, 5);
    toy->row_count = message_count;
    toy->work.emit = how;
    return toy;
}

static void a_stream_emits_and_ends_with_its_outcome(void **state)
{
    (void)state;
    emitted = 0;
    struct toy *good = stream_new(emit, 3), *refused = stream_new(emit, 2);
    struct toy *gone = stream_new(emit_gone, 1), *late = stream_new(emit, 1);
    refused->refuse = OUTCOME_BACKUP_FAILED;
    late->work.deadline_ms = 999;
    toy_submit(&world, good);
    assert_int_equal(toy_wait(good), OUTCOME_OK);
    assert_int_equal(emitted, 3);
    toy_submit(&world, refused);
    assert_int_equal(toy_wait(refused), OUTCOME_BACKUP_FAILED);
    toy_submit(&world, gone);
    assert_int_equal(toy_wait(gone), OUTCOME_SHUTTING_DOWN);
    toy_submit(&world, late);
    assert_int_equal(toy_wait(late), OUTCOME_DEADLINE_PASSED);
    assert_int_equal(late->runs, 0);
}

static void long_work_waits_its_turn_within_bounds_and_stops_no_write(void **state)
{
    (void)state;
    struct toy *streams[LIMIT_LONG_JOBS + 1];
    sem_init(&emit_entered, 0, 0);
    sem_init(&emit_allowed, 0, 0);
    for (size_t i = 0; i <= LIMIT_LONG_JOBS; i++) {
        streams[i] = stream_new(i == 0 ? emit_blocking : emit, 1);
        enum outcome outcome = executor_submit(world.executor, &streams[i]->work);
        assert_int_equal(outcome, i < LIMIT_LONG_JOBS ? OUTCOME_OK : OUTCOME_BUSY);
        if (i == 0) sem_wait(&emit_entered);
    }
    struct toy *write = toy_new(&toy_count, 5);
    toy_submit(&world, write);
    assert_int_equal(toy_wait(write), OUTCOME_OK);
    assert_int_equal(streams[1]->runs, 0); /* one at a time */
    sem_post(&emit_allowed);
    for (size_t i = 0; i < LIMIT_LONG_JOBS; i++) {
        assert_int_equal(toy_wait(streams[i]), OUTCOME_OK);
    }
    assert_true(streams[1]->done_order < streams[2]->done_order);
}

/* ---- notes ----------------------------------------------------------------------------------- */

static void the_note_of_a_read_is_durable_before_its_reply_leaves(void **state)
{
    (void)state;
    struct toy *read = toy_new(&toy_noted_read, 5);
    read->is_noted = true;
    assert_int_equal(executor_read(world.executor, &toy_noted_read, &read->work.call,
                                   &read->work.reply), OUTCOME_OK);
    assert_int_equal(read->value, 0); /* it was answered before */
    unsigned runs = read->runs;
    toy_submit(&world, read);
    assert_int_equal(toy_wait(read), OUTCOME_OK);
    assert_true(read->durable);
    assert_int_equal(toy_stored(world.store, 1, 5), TOY_NOTED);
    assert_ptr_equal(read->work.reply, &read->reply.base);
    assert_int_equal(read->runs, runs);
}

static void a_noted_stream_begins_after_the_commit_of_its_note(void **state)
{
    (void)state;
    emitted = 0;
    struct toy *toy = stream_new(emit, 2);
    toy->work.command = &toy_noted_stream;
    toy->is_noted = true;
    toy_submit(&world, toy);
    assert_int_equal(toy_wait(toy), OUTCOME_OK);
    assert_int_equal(toy->value, TOY_NOTED); /* as it saw it */
    assert_int_equal(emitted, 2);
    assert_int_equal(toy->notes, 1);
}

static void a_stream_whose_note_is_refused_never_begins(void **state)
{
    (void)state;
    struct toy *toy = stream_new(emit, 2), *revoked = stream_new(emit, 2);
    toy->work.command = revoked->work.command = &toy_noted_stream;
    toy->is_noted = toy->refuses_note = revoked->is_noted = revoked->is_revoked = true;
    toy_submit(&world, toy);
    assert_int_equal(toy_wait(toy), OUTCOME_PATH_INVALID);
    toy_submit(&world, revoked);
    assert_int_equal(toy_wait(revoked), OUTCOME_TOKEN_INVALID);
    assert_int_equal(toy->runs + revoked->runs, 0);
    assert_int_equal(toy_stored(world.store, 1, 5), 0);
}

static void a_stream_that_is_noted_for_others_alone_begins_at_once(void **state)
{
    (void)state;
    emitted = 0;
    struct toy *toy = stream_new(emit, 1);
    toy->work.command = &toy_noted_stream;
    toy_submit(&world, toy);
    assert_int_equal(toy_wait(toy), OUTCOME_OK);
    assert_int_equal(toy->value, 0);
    assert_int_equal(toy->notes, 0);
}

/* ---- followers ------------------------------------------------------------------------------ */

static void write_once(const struct command *command, uint32_t counter, enum outcome refuse)
{
    struct toy *toy = toy_new(command, counter);
    toy->refuse = refuse;
    toy_submit(&world, toy);
    assert_int_equal(toy_wait(toy), refuse);
}

static bool look(struct toy *toy, struct command_place *place, bool heartbeat)
{
    ProtobufCMessage *reply = NULL;
    assert_int_equal(executor_follow(world.executor, &toy_follow, &toy->work.call, place,
                                     heartbeat, &reply), OUTCOME_OK);
    return reply != NULL;
}

static void a_follower_hears_what_is_new_once(void **state)
{
    (void)state;
    struct toy *toy = toy_new(&toy_follow, 5);
    struct command_place place = {0};
    assert_false(look(toy, &place, false));
    assert_true(place.begun);
    assert_true(look(toy, &place, true));
    write_once(&toy_count, 5, OUTCOME_OK);
    assert_true(look(toy, &place, false));
    assert_int_equal(place.version, 1);
    assert_false(look(toy, &place, false));
}

static void a_refused_look_does_not_move_its_place(void **state)
{
    (void)state;
    struct toy *toy = toy_new(&toy_follow, 5);
    struct command_place place = {0};
    ProtobufCMessage *reply = NULL;
    write_once(&toy_count, 5, OUTCOME_OK);
    toy->refuse = OUTCOME_GUIDE_UNKNOWN;
    assert_int_equal(executor_follow(world.executor, &toy_follow, &toy->work.call, &place, false,
                                     &reply), OUTCOME_GUIDE_UNKNOWN);
    toy->refuse = OUTCOME_OK;
    toy->is_revoked = true; /* its token: looked at each time */
    unsigned runs = toy->runs;
    assert_int_equal(executor_follow(world.executor, &toy_follow, &toy->work.call, &place, false,
                                     &reply), OUTCOME_TOKEN_INVALID);
    assert_int_equal(toy->runs, runs);
    assert_null(reply);
    assert_int_equal(place.version, 0);
    assert_false(place.begun);
}

static void the_commit_mark_moves_with_commits_of_its_merchant_before_their_replies(void **state)
{
    (void)state;
    uint64_t first = executor_commit_mark(world.executor, 1);
    uint64_t other = executor_commit_mark(world.executor, 2);
    write_once(&toy_count, 5, OUTCOME_MEMBER_UNKNOWN);
    write_once(&toy_look, 5, OUTCOME_OK); /* puts nothing */
    assert_int_equal(executor_commit_mark(world.executor, 1), first);
    write_once(&toy_count, 5, OUTCOME_OK);
    assert_true(executor_commit_mark(world.executor, 1) > first);
    assert_int_equal(executor_commit_mark(world.executor, 2), other);
    write_once(&toy_finding, 5, OUTCOME_OK); /* merchant 2 */
    assert_true(executor_commit_mark(world.executor, 2) > other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_NEEDY(name) {#name " (needy)", name, setup_needy, teardown, NULL}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_read_sees_the_write_acknowledged_before),
        TEST_NEEDY(a_read_sees_the_write_acknowledged_before),
        TEST(a_refused_read_leaves_the_reply),
        TEST(a_token_is_looked_up_in_a_snapshot),
        TEST_NEEDY(a_token_is_looked_up_in_a_snapshot),
        TEST(a_stream_emits_and_ends_with_its_outcome),
        TEST(the_note_of_a_read_is_durable_before_its_reply_leaves),
        TEST_NEEDY(the_note_of_a_read_is_durable_before_its_reply_leaves),
        TEST(a_noted_stream_begins_after_the_commit_of_its_note),
        TEST_NEEDY(a_noted_stream_begins_after_the_commit_of_its_note),
        TEST(a_stream_whose_note_is_refused_never_begins),
        TEST(a_stream_that_is_noted_for_others_alone_begins_at_once),
        TEST(a_follower_hears_what_is_new_once),
        TEST_NEEDY(a_follower_hears_what_is_new_once),
        TEST(a_refused_look_does_not_move_its_place),
        TEST(the_commit_mark_moves_with_commits_of_its_merchant_before_their_replies),
        TEST(long_work_waits_its_turn_within_bounds_and_stops_no_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
