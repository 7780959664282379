/* The sender: what a message says, where it goes, and that nobody waits for it. */
#include "service/ops/sender.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/limits.h"
#include "service/ops/sender_inner.h"

static char folder[] = "/tmp/beckon-sender-XXXXXX", path[64];

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/beckon-sender-XXXXXX");
    if (mkdtemp(folder) == NULL) return -1;
    snprintf(path, sizeof path, "%s/sms", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static struct notice notice_to(const char *to)
{
    struct notice notice = {.filled = true, .valid_minutes = 5, .code = "012345",
                            .merchant = "Café \"Nord\"\\"};
    strcpy(notice.to, to);
    return notice;
}

static uint64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void check_text(json_t *message, const char *name, const char *value)
{
    assert_string_equal(json_string_value(json_object_get(message, name)), value);
}

static void a_message_says_what_it_is_in_the_language_asked_for(void **state)
{
    (void)state;
    char text[SENDER_JSON_BYTES];
    struct notice notice = notice_to("+8613800000001");
    for (int english = 0; english < 2; english++) {
        notice.english = english;
        size_t size = sender_json(&notice, UINT64_C(1772445600000), text);
        json_t *message = json_loadb(text, size, 0, NULL);
        assert_non_null(message);
        assert_int_equal(json_object_size(message), 5);
        check_text(message, "to", "+8613800000001");
        check_text(message, "code", "012345");
        check_text(message, "language", english ? "en" : "zh");
        check_text(message, "at", "2026-03-02T10:00:00Z");
        check_text(message, "text", english
                   ? "Café \"Nord\"\\: your code is 012345. It counts for 5 minutes. Never tell it "
                     "to anyone, not even to our staff."
                   : "【Café \"Nord\"\\】验证码 012345，5 分钟内有效。请勿告诉任何人，包括本店员工。");
        json_decref(message);
    }
    memset(notice.merchant, '"', sizeof notice.merchant - 1); /* the longest there is */
    assert_true(sender_json(&notice, 0, text) > 0);
}

static void the_file_gets_a_line_each_and_none_for_nobody(void **state)
{
    (void)state;
    char message[SENDER_MESSAGE_BYTES], line[SENDER_JSON_BYTES];
    struct sender *sender = sender_start(&(struct sender_options){.file = path}, message);
    struct stat file;
    size_t count = 0;
    assert_non_null(sender);
    for (unsigned i = 0; i < 50; i++) {
        char to[NOTICE_PHONE_BYTES] = "";
        if (i % 2 == 0) snprintf(to, sizeof to, "+861380000%04u", i % 10000);
        struct notice notice = notice_to(to);
        sender_notify(sender, &notice);
    }
    sender_stop(sender);
    FILE *lines = fopen(path, "r");
    assert_non_null(lines);
    while (fgets(line, sizeof line, lines) != NULL) {
        json_t *read = json_loads(line, 0, NULL);
        char to[NOTICE_PHONE_BYTES];
        snprintf(to, sizeof to, "+861380000%04u", (unsigned)(2 * count++) % 10000);
        check_text(read, "to", to);
        json_decref(read);
    }
    fclose(lines);
    assert_int_equal(count, 25);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
}

/* A hook that takes connections and never answers. */
static int listen_mute(unsigned *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int mute = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(mute >= 0);
    assert_int_equal(bind(mute, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(mute, 8), 0);
    assert_int_equal(getsockname(mute, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return mute;
}

static void nobody_waits_for_a_hook_that_does_not_answer(void **state)
{
    (void)state;
    char message[SENDER_MESSAGE_BYTES], url[64];
    unsigned port;
    int mute = listen_mute(&port);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
    struct sender *sender = sender_start(&(struct sender_options){.hook = url}, message);
    assert_non_null(sender);
    struct notice notice = notice_to("+8613800000001");
    uint64_t began = monotonic_ms();
    for (int i = 0; i < 4 * LIMIT_SENDER_QUEUE; i++) sender_notify(sender, &notice);
    assert_true(monotonic_ms() - began < 1000);
    began = monotonic_ms();
    sender_stop(sender);
    assert_true(monotonic_ms() - began < 4000); /* 2 s, and the machine's */
    close(mute);
}

static void what_would_carry_codes_in_the_clear_is_refused(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "http://example.com/", "http://127.0.0.1.example.com/", "http://127.0.0.1@example.com/",
        "http://10.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd", "", "example.com",
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        char message[SENDER_MESSAGE_BYTES] = "";
        assert_null(sender_start(&(struct sender_options){.hook = urls[i]}, message));
        assert_non_null(strstr(message, "https"));
    }
    static const char *const good[] = {"https://example.com/sms", "http://127.0.0.1:1/",
                                       "http://[::1]:1/x", "http://localhost:1/"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char message[SENDER_MESSAGE_BYTES] = "";
        struct sender *sender =
            sender_start(&(struct sender_options){.hook = good[i]}, message);
        assert_non_null(sender);
        sender_stop(sender);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_says_what_it_is_in_the_language_asked_for),
        cmocka_unit_test_setup_teardown(the_file_gets_a_line_each_and_none_for_nobody, setup,
                                        teardown),
        cmocka_unit_test(nobody_waits_for_a_hook_that_does_not_answer),
        cmocka_unit_test(what_would_carry_codes_in_the_clear_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
