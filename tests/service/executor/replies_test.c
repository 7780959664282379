/* The thread that answers: order, the caller not held up, nothing left behind at the end. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/executor/replies.h"

enum { MANY = 40, FEW = 3 };

static struct {
    struct replies replies;
    pthread_t thread;
    struct work works[MANY + FEW];
    pthread_mutex_t gate; /* held: every `done` waits */
    struct work *answered[MANY + FEW];
    pthread_t answered_by[MANY + FEW];
    atomic_size_t count;
} world;

static void done(struct work *work)
{
    pthread_mutex_lock(&world.gate);
    size_t place = atomic_load(&world.count);
    world.answered[place] = work;
    world.answered_by[place] = pthread_self();
    atomic_store(&world.count, place + 1);
    pthread_mutex_unlock(&world.gate);
}

static int open_world(void **state)
{
    (void)state;
    replies_init(&world.replies);
    pthread_mutex_init(&world.gate, NULL);
    atomic_store(&world.count, 0);
    for (size_t i = 0; i < MANY + FEW; i++) world.works[i] = (struct work){.done = done};
    return pthread_create(&world.thread, NULL, replies_main, &world.replies);
}

static int close_world(void **state)
{
    (void)state;
    replies_clean_up(&world.replies);
    pthread_mutex_destroy(&world.gate);
    return 0;
}

/* After it everything given is answered. */
static void stop(void)
{
    replies_stop(&world.replies);
    pthread_join(world.thread, NULL);
}

static void give(size_t from, size_t count)
{
    struct work_list list = {0};
    for (size_t i = 0; i < count; i++) work_list_push_back(&list, &world.works[from + i]);
    replies_give(&world.replies, &list);
    assert_null(list.head);
}

static void many_replies_do_not_hold_up_the_writer(void **state)
{
    (void)state;
    pthread_mutex_lock(&world.gate);
    give(0, MANY); /* returns, although no `done` can */
    assert_int_equal(atomic_load(&world.count), 0);
    pthread_mutex_unlock(&world.gate);
    stop();
    assert_int_equal(atomic_load(&world.count), MANY);
    assert_false(pthread_equal(world.answered_by[0], pthread_self()));
}

static void few_replies_are_sent_at_once(void **state)
{
    (void)state;
    give(0, FEW);
    assert_int_equal(atomic_load(&world.count), FEW);
    assert_true(pthread_equal(world.answered_by[0], pthread_self()));
    stop();
}

static void few_replies_do_not_overtake_many(void **state)
{
    (void)state;
    pthread_mutex_lock(&world.gate);
    give(0, MANY);
    give(MANY, FEW);
    pthread_mutex_unlock(&world.gate);
    stop();
    assert_int_equal(atomic_load(&world.count), MANY + FEW);
    for (size_t i = 0; i < MANY + FEW; i++) assert_ptr_equal(world.answered[i], &world.works[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(many_replies_do_not_hold_up_the_writer, open_world,
                                        close_world),
        cmocka_unit_test_setup_teardown(few_replies_are_sent_at_once, open_world, close_world),
        cmocka_unit_test_setup_teardown(few_replies_do_not_overtake_many, open_world, close_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
