/* Who was cut too often stays outside for a while, and nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/door/grudges.h"
#include "service/limits.h"

static const uint8_t ONE[16] = {0x20, 0x01, [15] = 1}, NEIGHBOUR[16] = {0x20, 0x01, [15] = 2},
                     OTHER[16] = {0x20, 0x02, [15] = 1};

static void cut(struct grudges *grudges, const uint8_t *address, unsigned times, uint64_t now_ms)
{
    for (unsigned i = 0; i < times; i++)
        grudges_add(grudges, address, now_ms);
}

static void some_cuts_are_forgiven_and_more_are_not(void **state)
{
    (void)state;
    struct grudges grudges = {0};
    assert_false(grudges_has(&grudges, ONE, 1000));
    cut(&grudges, ONE, LIMIT_CUTS, 1000);
    assert_false(grudges_has(&grudges, ONE, 1000));
    cut(&grudges, ONE, 1, 1000);
    assert_true(grudges_has(&grudges, ONE, 1000));
    assert_true(grudges_has(&grudges, NEIGHBOUR, 1000)); /* of the same /64 */
    assert_false(grudges_has(&grudges, OTHER, 1000));
    assert_true(grudges_has(&grudges, ONE, 1000 + LIMIT_CUT_EACH_MS - 1));
    assert_false(grudges_has(&grudges, ONE, 1000 + LIMIT_CUT_EACH_MS));
}

static void many_addresses_do_not_make_the_worst_forgotten(void **state)
{
    (void)state;
    struct grudges grudges = {0};
    cut(&grudges, ONE, 2 * LIMIT_CUTS, 1000);
    for (unsigned i = 0; i < 4 * GRUDGES; i++) {
        uint8_t address[16] = {0x20, 0x03, [6] = (uint8_t)(i >> 8), [7] = (uint8_t)i};
        cut(&grudges, address, 1, 1000);
    }
    assert_true(grudges_has(&grudges, ONE, 1000));
    cut(&grudges, OTHER, LIMIT_CUTS + 1, 1000); /* and there is a place for one more */
    assert_true(grudges_has(&grudges, OTHER, 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_cuts_are_forgiven_and_more_are_not),
        cmocka_unit_test(many_addresses_do_not_make_the_worst_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
