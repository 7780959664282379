/* Messages to JSON, from texts, to cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "beckon/v1/code_service.pb-c.h"
#include "beckon/v1/guide_service.pb-c.h"
#include "beckon/v1/ledger_service.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"
#include "beckon/v1/program_service.pb-c.h"
#include "beckon/v1/purchase_service.pb-c.h"
#include "clients/message/message.h"
#include "clients/message/text.h"

static void expect_json(const ProtobufCMessage *message, const char *wanted)
{
    json_t *json = message_json(message);
    char *text = json_dumps(json, JSON_COMPACT);
    assert_string_equal(text, wanted);
    free(text);
    json_decref(json);
}

static void big_numbers_bytes_times_and_parties_read_as_documented(void **state)
{
    (void)state;
    uint8_t hash[] = {1, 2, 3, 255};
    Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    time.seconds = 1767225600;
    time.nanos = 120000000;
    Beckon__V1__Party account = BECKON__V1__PARTY__INIT;
    account.kind = BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE;
    account.number = 3;
    Beckon__V1__Entry entry = BECKON__V1__ENTRY__INIT;
    entry.entry_number = INT64_MAX;
    entry.amount = INT64_MIN;
    entry.recorded_at = &time;
    entry.account = &account;
    entry.kind = BECKON__V1__ENTRY_KIND__ENTRY_KIND_CARRY_IN;
    entry.previous_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
    expect_json(&entry.base,
                "{\"entry_number\":9223372036854775807,"
                "\"recorded_at\":\"2026-01-01T00:00:00.12Z\",\"business_date\":\"\","
                "\"kind\":\"carry_in\",\"unit\":\"unspecified\",\"from\":\"expense\","
                "\"to\":\"expense\",\"account\":{\"kind\":\"guide\",\"number\":3},"
                "\"amount\":-9223372036854775808,\"balance_after\":0,\"credit_number\":0,"
                "\"program_version\":0,\"rule_id\":\"\",\"shop_id\":\"\",\"receipt_number\":\"\","
                "\"member_number\":0,\"previous_hash\":\"AQID/w==\",\"event_date\":\"\","
                "\"run_number\":0}");
    g_autofree char *cell =
        message_cell(&entry.base, message_field(entry.base.descriptor, "account"));
    assert_string_equal(cell, "guide:3");
}

static void texts_set_fields_at_paths(void **state)
{
    (void)state;
    g_autoptr(GString) error = g_string_new(NULL);
    ProtobufCMessage *message = message_new(&beckon__v1__create_guide_request__descriptor);
    assert_true(message_set(message, "guide.name", "first", error));
    assert_true(message_set(message, "guide.name", "王芳", error));
    assert_true(message_set(message, "guide.employments.shop_id", "S1", error));
    assert_true(message_set(message, "guide.employments.from_date", "2026-01-01", error));
    const Beckon__V1__Guide *guide = ((Beckon__V1__CreateGuideRequest *)message)->guide;
    assert_string_equal(guide->name, "王芳");
    assert_int_equal(guide->n_employments, 1);
    assert_string_equal(guide->employments[0]->from_date, "2026-01-01");
    protobuf_c_message_free_unpacked(message, NULL);

    message = message_new(&beckon__v1__update_member_request__descriptor);
    assert_true(message_set(message, "member.attributes", "size=M", error));
    assert_true(message_set(message, "member.attributes", "note=a=b", error));
    assert_false(message_set(message, "member.attributes", "none", error));
    assert_string_equal(error->str, "must be NAME=VALUE");
    const Beckon__V1__Member *member = ((Beckon__V1__UpdateMemberRequest *)message)->member;
    assert_string_equal(member->attributes[1]->value, "a=b");
    protobuf_c_message_free_unpacked(message, NULL);
}

static void one_of_a_oneof_excludes_the_others(void **state)
{
    (void)state;
    g_autoptr(GString) error = g_string_new(NULL);
    ProtobufCMessage *message = message_new(&beckon__v1__record_purchase_request__descriptor);
    assert_true(message_set(message, "member_number", "7", error));
    assert_false(message_set(message, "phone", "138", error));
    assert_true(message_set(message, "member_number", "8", error));
    assert_int_equal(((Beckon__V1__RecordPurchaseRequest *)message)->member_number, 8);
    protobuf_c_message_free_unpacked(message, NULL);
    message = message_new(&beckon__v1__record_purchase_request__descriptor);
    assert_true(message_set(message, "phone", "138", error));
    assert_true(message_set(message, "phone", "139", error));
    assert_string_equal(((Beckon__V1__RecordPurchaseRequest *)message)->phone, "139");
    protobuf_c_message_free_unpacked(message, NULL);
}

static void texts_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    static const struct { const char *path, *text; } rows[] = {
        {"amount_minor", ""}, {"amount_minor", "1.5"}, {"amount_minor", "9223372036854775808"},
        {"amount_minor", "12 "}, {"member_number", "-1"}, {"member_number", "4294967296"},
        {"occurred_at", "2026-01-01"}, {"occurred_at", "2026-01-01T00:00:00"},
        {"occurred_at", "2026-13-01T00:00:00Z"}, {"occurred_at", "2026-W01-1T00:00:00Z"},
        {"shop_id", "\xFF"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        g_autoptr(GString) error = g_string_new(NULL);
        ProtobufCMessage *message = message_new(&beckon__v1__record_purchase_request__descriptor);
        assert_false(message_set(message, rows[i].path, rows[i].text, error));
        assert_string_not_equal(error->str, "");
        protobuf_c_message_free_unpacked(message, NULL);
    }
}

static void times_keep_their_instant_whatever_the_offset(void **state)
{
    (void)state;
    static const struct { const char *text; int64_t seconds; int32_t nanos; } rows[] = {
        {"1970-01-01T00:00:00Z", 0, 0},
        {"2026-01-01T08:00:00+08:00", 1767225600, 0},
        {"2025-12-31T19:00:00.5-05:00", 1767225600, 500000000},
        {"1969-12-31T23:59:59Z", -1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t seconds = 0;
        int32_t nanos = -1;
        assert_true(text_to_time(rows[i].text, &seconds, &nanos));
        assert_int_equal(seconds, rows[i].seconds);
        assert_int_equal(nanos, rows[i].nanos);
    }
}

static void enums_are_read_with_and_without_their_prefix(void **state)
{
    (void)state;
    static const struct { const char *text; int value; } rows[] = {
        {"badge", 1}, {"BADGE", 1}, {"channel_badge", 1}, {"CHANNEL_CHAT", 5}, {"other", 0}};
    int value = -1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(text_to_enum(&beckon__v1__channel__descriptor, rows[i].text, &value));
        assert_int_equal(value, rows[i].value);
    }
    assert_false(text_to_enum(&beckon__v1__channel__descriptor, "badg", &value));
    assert_false(text_to_enum(&beckon__v1__channel__descriptor, "", &value));
    assert_true(text_to_enum(&beckon__v1__entry_kind__descriptor, "carry-in", &value));
    assert_int_equal(value, BECKON__V1__ENTRY_KIND__ENTRY_KIND_CARRY_IN);
    g_autofree char *unknown = text_of_enum(&beckon__v1__channel__descriptor, 99);
    assert_string_equal(unknown, "99");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(big_numbers_bytes_times_and_parties_read_as_documented),
        cmocka_unit_test(texts_set_fields_at_paths),
        cmocka_unit_test(one_of_a_oneof_excludes_the_others),
        cmocka_unit_test(texts_that_do_not_fit_are_refused),
        cmocka_unit_test(times_keep_their_instant_whatever_the_offset),
        cmocka_unit_test(enums_are_read_with_and_without_their_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
