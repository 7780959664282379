/* Which addresses hooks may be at, as rows. */
#include "service/ops/hook_network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage storage = {.ss_family = AF_INET};
    struct sockaddr_in *four = (void *)&storage;
    struct sockaddr_in6 *six = (void *)&storage;
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) return storage;
    storage.ss_family = AF_INET6;
    if (inet_pton(AF_INET6, text, &six->sin6_addr) != 1) fail_msg("%s is no address", text);
    return storage;
}

static void the_internet_is_allowed_and_nothing_near_us(void **state)
{
    (void)state;
    static const char *const open[] = {
        "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
        "192.167.1.1", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1",
        "::ffff:8.8.8.8",
    };
    static const char *const closed[] = {
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.255",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1",
        "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
        "fec0::1", "fc00::1", "fdff::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
        "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "4000::1",
    };
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        struct sockaddr_storage address = address_of(open[i]);
        if (!hook_address_is_public((void *)&address)) fail_msg("refused: %s", open[i]);
    }
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        struct sockaddr_storage address = address_of(closed[i]);
        if (hook_address_is_public((void *)&address)) fail_msg("allowed: %s", closed[i]);
    }
    struct sockaddr_storage local = {.ss_family = AF_UNIX};
    assert_false(hook_address_is_public((void *)&local));
}

static void a_network_holds_its_addresses(void **state)
{
    (void)state;
    static const struct { const char *network, *address; bool held; } rows[] = {
        {"10.1.0.0/16", "10.1.255.255", true},   {"10.1.0.0/16", "10.2.0.0", false},
        {"10.1.0.0/16", "::ffff:10.1.2.3", true}, {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.2", false},       {"0.0.0.0/0", "9.9.9.9", true},
        {"0.0.0.0/0", "2606::1", false},         {"fd00::/8", "fd12::1", true},
        {"fd00::/8", "fc12::1", false},          {"::/0", "10.0.0.1", true},
        {"172.16.0.0/12", "172.31.0.1", true},   {"192.168.1.4/30", "192.168.1.8", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sockaddr_storage address = address_of(rows[i].address);
        struct hook_network network;
        if (!hook_network_read(rows[i].network, &network)) fail_msg("%s", rows[i].network);
        if (hook_network_holds(&network, (void *)&address) != rows[i].held)
            fail_msg("%s in %s", rows[i].address, rows[i].network);
    }
}

static void anything_else_is_no_network(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.1/8",
        "10.0.0/8", "::1/129", "fd00::1/8", "a.example", "10.0.0.0/ 8", "localhost/8",
        "10.0.0.0/99999999999999999999",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8",
    };
    struct hook_network network;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (hook_network_read(rows[i], &network)) fail_msg("taken: %s", rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_internet_is_allowed_and_nothing_near_us),
        cmocka_unit_test(a_network_holds_its_addresses),
        cmocka_unit_test(anything_else_is_no_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
