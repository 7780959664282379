/* Every write is told as an event, or stands in the plays' table with the reason why not; the plays
 * hold each against what it does (play_told.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "service/command/event.h"
#include "service/rpc/method_table.h"
#include "tests/service/command/play_told.h"

static const struct telling_row *row_named(const char *method)
{
    for (size_t i = 0; i < TELLING_ROW_COUNT; i++)
        if (strcmp(TELLING_ROWS[i].method, method) == 0) return &TELLING_ROWS[i];
    return NULL;
}

static void every_write_has_a_row(void **state)
{
    (void)state;
    size_t count;
    const struct method *methods = method_table(&count);
    for (size_t i = 0; i < count; i++) {
        const char *name = strrchr(methods[i].path, '/') + 1;
        if (methods[i].command == NULL || methods[i].command->write == NULL) continue;
        const struct telling_row *row = row_named(name);
        if (row == NULL) fail_msg("%s: does it tell?", name);
        assert_ptr_equal(row->command, methods[i].command);
    }
}

static void who_tells_nothing_has_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < TELLING_ROW_COUNT; i++) {
        const struct telling_row *row = &TELLING_ROWS[i];
        if (row->command->write == NULL) fail_msg("%s is no write", row->method);
        assert_int_equal(row->reason == NULL, row->rule == TELLS);
    }
}

static void every_kind_has_one_name_of_noun_and_verb(void **state)
{
    (void)state;
    for (int kind = TOLD_NONE + 1; kind < TOLD_KIND_COUNT; kind++) {
        const char *name = event_name((enum told_kind)kind), *dot = strchr(name, '.');
        for (int other = TOLD_NONE + 1; other < kind; other++)
            assert_string_not_equal(event_name((enum told_kind)other), name);
        assert_true(dot != NULL && dot > name && dot[1] != '\0' && strchr(dot + 1, '.') == NULL);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_."), strlen(name));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_write_has_a_row),
        cmocka_unit_test(who_tells_nothing_has_a_reason),
        cmocka_unit_test(every_kind_has_one_name_of_noun_and_verb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
