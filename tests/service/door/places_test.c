/* Who finds room. */
#include "service/door/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct places places;

static int make_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    return fd;
}

static void an_address_has_its_share_and_closing_makes_room(void **state)
{
    (void)state;
    static const uint8_t far_one[16] = {[10] = 0xFF, 0xFF, 203, 0, 113, 1},
                         far_other[16] = {[10] = 0xFF, 0xFF, 203, 0, 113, 2};
    int fds[LIMIT_CONNECTIONS_PER_STRANGER];
    places_init(&places, 4096);
    for (int i = 0; i < LIMIT_CONNECTIONS_PER_STRANGER; i++)
        assert_int_equal(places_enter(&places, fds[i] = make_socket(), far_one, 3), PLACES_ROOM);
    int late = make_socket();
    assert_int_equal(places_enter(&places, late, far_one, 3), PLACES_ADDRESS_FULL);
    assert_int_equal(places_enter(&places, late, far_other, 3), PLACES_ROOM);
    close(fds[7]);
    int again = make_socket();
    assert_int_equal(places_enter(&places, again, far_one, 3), PLACES_ROOM);
    fds[7] = again;
    for (int i = 0; i < LIMIT_CONNECTIONS_PER_STRANGER; i++)
        close(fds[i]);
    assert_int_equal(places_count(&places), 1);
    close(late);
    assert_int_equal(places_count(&places), 0);
    places_destroy(&places);
}

static void descriptors_are_kept_for_the_process(void **state)
{
    (void)state;
    static const uint8_t near_one[16] = {[10] = 0xFF, 0xFF, 127, 0, 0, 1}, none[16];
    places_init(&places, 40);
    int fds[30];
    for (int i = 0; i < 10; i++)
        assert_int_equal(places_enter(&places, fds[i] = make_socket(), near_one, 3), PLACES_ROOM);
    fds[10] = make_socket();
    assert_int_equal(places_enter(&places, fds[10], none, 3), PLACES_FULL);
    close(fds[0]);
    assert_int_equal(places_enter(&places, fds[10], none, 3), PLACES_ROOM);
    for (int i = 1; i <= 10; i++)
        close(fds[i]);
    places_destroy(&places);
}

static void neighbours_of_one_ipv6_network_share(void **state)
{
    (void)state;
    int fds[LIMIT_CONNECTIONS_PER_STRANGER + 1];
    places_init(&places, 4096);
    for (int i = 0; i <= LIMIT_CONNECTIONS_PER_STRANGER; i++) {
        uint8_t address[16] = {0x20, 0x01, 0x0D, 0xB8, [15] = (uint8_t)i};
        assert_int_equal(places_enter(&places, fds[i] = make_socket(), address, 3),
                         i < LIMIT_CONNECTIONS_PER_STRANGER ? PLACES_ROOM : PLACES_ADDRESS_FULL);
    }
    for (int i = 0; i <= LIMIT_CONNECTIONS_PER_STRANGER; i++)
        close(fds[i]);
    places_destroy(&places);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_its_share_and_closing_makes_room),
        cmocka_unit_test(descriptors_are_kept_for_the_process),
        cmocka_unit_test(neighbours_of_one_ipv6_network_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
