/* verify proves handovers against their rows, their list, and those they name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "corruption.h"
#include "scenario.h"
#include "store/accounts.h"
#include "store/handovers.h"
#include "store/key.h"
#include "store/table.h"

static const struct handover_row row = {.outcome = HANDOVER_BOUND, .from = 100, .guide = 1};

static struct handover sound_handover(void)
{
    struct handover handover = {
        .number = 1, .from_guide = 1, .from = 100, .all = true, .reason = "leaves", .made_at = 77,
        .made_by = 3, .state = HANDOVER_WORKING, .due_on = 90,
    };
    handover.counts[HANDOVER_BOUND] = 1;
    return handover;
}

static void make_sound(struct batch *batch)
{
    struct handover handover = sound_handover(), read;

    handovers_put(batch, &handover, DATE_NEVER);
    handover_rows_put(batch, 1, 1, &row);
    assert_int_equal(handovers_get(&batch->reader, 1, &read), STORE_OK);
    assert_string_equal(read.reason, "leaves");
    assert_int_equal(read.counts[HANDOVER_BOUND], 1);
    assert_true(read.all && read.due_on == 90 && read.made_by == 3);
    assert_int_equal(handovers_is_open(&batch->reader, 1, 90), STORE_OK);
}

static void a_count_is_not_its_rows(struct batch *batch)
{
    struct handover handover = sound_handover();
    handover.counts[HANDOVER_BOUND] = 2;
    handovers_put(batch, &handover, handover.due_on);
}

static void a_guide_is_not_there(struct batch *batch)
{
    struct handover handover = sound_handover();
    handover.to_guide = 55;
    handovers_put(batch, &handover, handover.due_on);
}

static void it_is_not_in_the_list(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_HANDOVER_OPEN);
    key_date(&key, 90);
    key_u32(&key, 1);
    table_delete(batch, &key);
}

static void the_list_has_one_more(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_HANDOVER_OPEN);
    key_date(&key, 91);
    key_u32(&key, 1);
    table_put_empty(batch, &key);
}

static void a_row_is_of_nobody(struct batch *batch)
{
    struct handover_row other = {.outcome = HANDOVER_NONE, .from = 100};
    handover_rows_put(batch, 1, 999, &other);
}

static void a_row_is_of_no_handover(struct batch *batch)
{
    handover_rows_put(batch, 9, 1, &row);
}

static void a_row_is_damaged(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_HANDOVER_ROW);
    key_u32(&key, 1);
    key_u32(&key, 2);
    table_put(batch, &key, "\1\11", 2);
}

static void a_handover_is_damaged(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_HANDOVER);
    key_u32(&key, 1);
    table_put(batch, &key, "\377", 1);
}

/* Member 1 is guide 1's from day 50 on, without end. */
static void a_binding_overlaps(struct batch *batch)
{
    bindings_put(batch, 1, &(struct binding){.from = 60, .until = 70, .guide = 1,
                                             .state = BINDING_TRANSFERRED});
}

static void a_binding_waits_that_the_account_does_not_know(struct batch *batch)
{
    bindings_put(batch, 1, &(struct binding){.from = 40, .until = 50, .guide = 1,
                                             .state = BINDING_ACTIVE});
}

static void a_binding_names_a_handover_that_did_not_make_it(struct batch *batch)
{
    bindings_put(batch, 1, &(struct binding){.from = 40, .until = 50, .guide = 1,
                                             .state = BINDING_TRANSFERRED, .handover = 1});
}

static void a_guides_list_lacks_who_was_his(struct batch *batch)
{
    bindings_put(batch, 1, &(struct binding){.from = 40, .until = 50, .guide = 2,
                                             .state = BINDING_TRANSFERRED});
}

static void an_account_turns_to_nothing(struct batch *batch)
{
    struct account account;
    struct party nobodys = {PARTY_MEMBER, 2};
    assert_int_equal(accounts_get(&batch->reader, nobodys, &account), STORE_OK);
    account.serving_guide = 0;
    account.binding_until = 120;
    accounts_put(batch, nobodys, &account);
}

static void every_wrong_handover_is_found(void **state)
{
    (void)state;
    static const struct corruption_row rows[] = {
        ROW(a_count_is_not_its_rows, "handover 1: its counts are not its rows'"),
        ROW(a_guide_is_not_there, "handover 1 names guide 55, who isn't there"),
        ROW(it_is_not_in_the_list, "handover 1 is not done and not in the list"),
        ROW(the_list_has_one_more, "open handovers: 1 is none of that date"),
        ROW(a_row_is_of_nobody, "handover 1: the row of member 999 is damaged, or of nobody"),
        ROW(a_row_is_of_no_handover, "handover 9: the row of member 1 is damaged, or of nobody"),
        ROW(a_row_is_damaged, "handover 1: the row of member 2 is damaged, or of nobody"),
        ROW(a_handover_is_damaged, "handover 1 is damaged"),
        ROW(a_binding_overlaps, "member 1: two bindings overlap"),
        ROW(a_binding_waits_that_the_account_does_not_know,
            "member 1: a binding that is not in force has not ended"),
        ROW(a_binding_names_a_handover_that_did_not_make_it,
            "member 1: a binding is not what its handover made"),
        ROW(a_guides_list_lacks_who_was_his, "member 1: her serving guide's list lacks her"),
        ROW(an_account_turns_to_nothing,
            "member 2: nobody begins to serve her when her account says so"),
    };
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_wrong_handover_is_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
