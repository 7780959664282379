/* What may be listened on. */
#include "service/door/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void addresses_of_this_machine_are_plaintext_and_all_others_tls(void **state)
{
    (void)state;
    struct address address;
    char message[ADDRESS_MESSAGE_BYTES];
    static const struct { const char *text; bool is_tls; } good[] = {
        {"127.0.0.1:7717", false}, {"127.1.2.3:0", false}, {"[::1]:65535", false},
        {"localhost:1", false}, {"unix:/run/beckon.sock", false}, {"tls:127.0.0.1:7717", true},
        {"tls:[::1]:1", true}, {"tls:unix:/run/x", true}, {"0.0.0.0:7717", true},
        {"192.168.1.2:7717", true}, {"[::]:7717", true}, {"[2001:db8::1]:1", true}};
    static const char *const bad[] = {
        "", "7717", ":7717", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:7x", "::1:7717", "example.com:7717", "unix:", "[127.0.0.1]:1", "tls:", "TLS:::1",
        "tls:tls:127.0.0.1:1"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(address_read(good[i].text, &address, message));
        assert_int_equal(address.is_tls, good[i].is_tls);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        message[0] = '\0';
        if (address_read(bad[i], &address, message))
            fail_msg("\"%s\" was let through", bad[i]);
        assert_true(strlen(message) > 20);
    }
    char path[200] = "unix:/";
    memset(path + 6, 'x', 150);
    assert_false(address_read(path, &address, message));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_this_machine_are_plaintext_and_all_others_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
