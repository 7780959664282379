/* verify proves the lists of recommended friends against the accounts they come from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "corruption.h"
#include "scenario.h"
#include "store/key.h"
#include "store/referees.h"
#include "store/table.h"

static void put_row(struct batch *batch, const void *data, size_t size, uint32_t referrer,
                    uint32_t referee)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_REFEREE);
    key_u32(&key, referrer);
    if (referee != 0) key_u32(&key, referee);
    table_put(batch, &key, data, size);
}

/* Member 2 was recommended by member 1 (scenario.c), 3 by nobody. */
static void make_sound(struct batch *batch)
{
    uint32_t found[2];
    size_t count;
    assert_int_equal(referees_list(&batch->reader, 1, UINT32_MAX, found, 2, &count), STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(found[0], 2);
    assert_int_equal(referees_list(&batch->reader, 1, 2, found, 2, &count), STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(referees_list(&batch->reader, 2, UINT32_MAX, found, 2, &count), STORE_OK);
    assert_int_equal(count, 0);
}

static void a_friend_is_not_listed(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_REFEREE);
    key_u32(&key, 1);
    key_u32(&key, 2);
    table_delete(batch, &key);
}

static void a_stranger_is_listed(struct batch *batch)
{
    referees_put(batch, 1, 3);
}

static void nobody_is_listed(struct batch *batch)
{
    referees_put(batch, 1, 77);
}

static void she_is_listed_with_another(struct batch *batch)
{
    referees_put(batch, 3, 2);
}

static void a_guides_new_member_is_listed(struct batch *batch)
{
    referees_put(batch, 2, 1); /* member 1 came by guide 1 */
}

static void a_row_says_too_much(struct batch *batch)
{
    put_row(batch, "x", 1, 1, 2);
}

static void a_row_names_no_friend(struct batch *batch)
{
    put_row(batch, "", 0, 1, 0);
}

static void the_mark_is_damaged(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_REFEREES_LISTED);
    table_put(batch, &key, "abc", 3);
}

static void wrong_lists_of_friends_are_found(void **state)
{
    (void)state;
    static const struct corruption_row rows[] = {
        ROW(a_friend_is_not_listed, "member 2: not in her referrer's list of friends"),
        ROW(a_stranger_is_listed, "friends: member 3 was not recommended by member 1"),
        ROW(nobody_is_listed, "friends: member 77 was not recommended by member 1"),
        ROW(she_is_listed_with_another, "friends: member 2 was not recommended by member 3"),
        ROW(a_guides_new_member_is_listed, "friends: member 1 was not recommended by member 2"),
        ROW(a_row_says_too_much, "friends: member 0 was not recommended by member 0"),
        ROW(a_row_names_no_friend, "friends: member 0 was not recommended by member 0"),
        ROW(the_mark_is_damaged, "friends: a damaged mark"),
    };
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

/* As in a store made before there were lists: nobody is missed above the mark. */
static void go_through_nobody(struct batch *batch)
{
    a_friend_is_not_listed(batch);
    referees_listed_put(batch, 1);
}

static void she_is_gone_through(struct batch *batch)
{
    referees_listed_put(batch, 2);
}

static void members_above_the_mark_need_not_be_listed(void **state)
{
    (void)state;
    static const struct corruption_row rows[] = {
        ROW(she_is_gone_through, "member 2: not in her referrer's list of friends"),
    };
    corruptions_are_found(go_through_nobody, rows, 1);
}

static void friends_are_listed_newest_first(struct batch *batch)
{
    uint32_t found[4];
    size_t count;
    for (uint32_t number = 10; number < 14; number++) referees_put(batch, 3, number);
    referees_put(batch, 4, 99);
    assert_int_equal(referees_list(&batch->reader, 3, UINT32_MAX, found, 3, &count), STORE_OK);
    assert_int_equal(count, 3);
    assert_int_equal(found[0], 13);
    assert_int_equal(found[2], 11);
    assert_int_equal(referees_list(&batch->reader, 3, found[2], found, 4, &count), STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(found[0], 10);
}

static void lists_go_on_where_a_page_ended(void **state)
{
    (void)state;
    static const struct corruption_row rows[] = {
        ROW(friends_are_listed_newest_first, "member 99 was not recommended by member 4"),
    };
    corruptions_are_found(make_sound, rows, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_lists_of_friends_are_found),
        cmocka_unit_test(members_above_the_mark_need_not_be_listed),
        cmocka_unit_test(lists_go_on_where_a_page_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
