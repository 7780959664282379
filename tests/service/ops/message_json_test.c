/* Messages as google.protobuf JSON. */
#include "service/ops/message_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "beckon/v1/webhook_service.pb-c.h"

static void fields_are_as_other_systems_read_them(void **state)
{
    (void)state;
    Google__Protobuf__Timestamp created = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    Google__Protobuf__Timestamp tested = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    Beckon__V1__WebhookTest test = BECKON__V1__WEBHOOK_TEST__INIT;
    Beckon__V1__Webhook webhook = BECKON__V1__WEBHOOK__INIT;
    Beckon__V1__EventKind kinds[] = {BECKON__V1__EVENT_KIND__EVENT_KIND_MEMBER_REGISTERED, 62};
    created.seconds = 1772445600;
    tested.seconds = 1772445600;
    tested.nanos = 7000000;
    test.test_number = UINT32_MAX;
    test.tested_at = &tested;
    webhook.webhook_number = 3;
    webhook.url = (char *)"https://a/\"\xe4\xb8\xad";
    webhook.n_kinds = 2;
    webhook.kinds = kinds;
    webhook.enabled = 1;
    webhook.created_at = &created;
    webhook.delivered_through = UINT64_MAX;
    webhook.last_test = &test;

    json_t *json = message_json(&webhook.base);
    assert_non_null(json);
    char *text = json_dumps(json, JSON_COMPACT);
    assert_string_equal(text,
        "{\"webhookNumber\":3,\"url\":\"https://a/\\\"\xe4\xb8\xad\","
        "\"kinds\":[\"EVENT_KIND_MEMBER_REGISTERED\",62],\"enabled\":true,"
        "\"createdAt\":\"2026-03-02T10:00:00Z\",\"deliveredThrough\":\"18446744073709551615\","
        "\"lastTest\":{\"testNumber\":4294967295,\"testedAt\":\"2026-03-02T10:00:00.007Z\"}}");
    free(text);
    json_decref(json);
}

static void a_text_that_is_not_utf8_makes_none(void **state)
{
    (void)state;
    Beckon__V1__Webhook webhook = BECKON__V1__WEBHOOK__INIT;
    webhook.url = (char *)"\xff";
    assert_null(message_json(&webhook.base));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_as_other_systems_read_them),
        cmocka_unit_test(a_text_that_is_not_utf8_makes_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
