/* Messages to JSON and back, from texts, to cells. */
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
#include "clients/cli/message.h"
#include "clients/cli/text.h"

static const char PROGRAM[] =
    "{\"version\":0,\"from_date\":\"2026-01-01\",\"title\":\"夏季\","
    "\"inherit_serving_guide\":true,\"rules\":[{\"rule_id\":\"buyer\",\"title_zh\":\"\","
    "\"title_en\":\"\",\"trigger\":\"purchase\",\"beneficiary\":\"buyer\","
    "\"unit\":\"points\",\"rate_bp\":100,\"rounding\":\"floor\",\"referrer\":\"any\","
    "\"code\":\"any\"},{\"rule_id\":\"head\",\"title_zh\":\"\",\"title_en\":\"\","
    "\"trigger\":\"registration\",\"beneficiary\":\"serving_guide\",\"unit\":\"cash\","
    "\"fixed_amount\":1000000000,\"rounding\":\"half_up\",\"referrer\":\"guide\","
    "\"code\":\"own\"}]}";

static ProtobufCMessage *parse(const ProtobufCMessageDescriptor *type, const char *text,
                               GString *error)
{
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    ProtobufCMessage *message = message_from_json(type, json, error);
    json_decref(json);
    return message;
}

static void expect_json(const ProtobufCMessage *message, const char *wanted)
{
    json_t *json = message_json(message);
    char *text = json_dumps(json, JSON_COMPACT);
    assert_string_equal(text, wanted);
    free(text);
    json_decref(json);
}

/* Every key of `wanted` has its value in `json`, which may have others. */
static void expect_within(const json_t *json, const json_t *wanted)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)wanted, key, value)
        assert_true(json_equal(json_object_get(json, key), value));
}

static void expect_error(const ProtobufCMessageDescriptor *type, const char *text,
                         const char *wanted)
{
    g_autoptr(GString) error = g_string_new(NULL);
    assert_null(parse(type, text, error));
    error->str[strlen(error->str) < strlen(wanted) ? strlen(error->str) : strlen(wanted)] = '\0';
    assert_string_equal(error->str, wanted);
}

static void a_program_goes_to_json_and_back_unchanged(void **state)
{
    (void)state;
    g_autoptr(GString) error = g_string_new(NULL);
    ProtobufCMessage *message = parse(&beckon__v1__program__descriptor, PROGRAM, error);
    assert_non_null(message);
    const Beckon__V1__Program *program = (const Beckon__V1__Program *)message;
    assert_int_equal(program->n_rules, 2);
    assert_int_equal(program->rules[0]->formula_case, BECKON__V1__RULE__FORMULA_RATE_BP);
    assert_int_equal(program->rules[1]->fixed_amount, 1000000000);
    json_t *json = message_json(message), *wanted = json_loads(PROGRAM, 0, NULL);
    for (size_t i = 0; i < 2; i++)
        expect_within(json_array_get(json_object_get(json, "rules"), i),
                      json_array_get(json_object_get(wanted, "rules"), i));
    json_object_del(wanted, "rules");
    expect_within(json, wanted);
    json_decref(wanted);
    char *text = json_dumps(json, JSON_COMPACT);
    ProtobufCMessage *again = parse(&beckon__v1__program__descriptor, text, error);
    assert_non_null(again);
    expect_json(again, text);
    free(text);
    json_decref(json);
    protobuf_c_message_free_unpacked(again, NULL);
    protobuf_c_message_free_unpacked(message, NULL);
}

static void wrong_json_is_told_with_its_place_and_what_is_allowed(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *program = &beckon__v1__program__descriptor;
    expect_error(program, "{\"rules\":[{},{\"unit\":\"gold\"}]}",
                 "rules[1].unit: must be one of points, cash");
    expect_error(program, "{\"rules\":[{\"rate_bp\":\"1\"}]}",
                 "rules[0].rate_bp: must be a whole number");
    expect_error(program, "{\"rules\":[{\"rate_bp\":4294967296}]}",
                 "rules[0].rate_bp: must be a whole number from");
    expect_error(program, "{\"rules\":[{\"rate_bp\":1,\"fixed_amount\":1}]}",
                 "rules[0].fixed_amount: excludes");
    expect_error(program, "{\"ruels\":[]}", "ruels: there is no such field; there are version,");
    expect_error(program, "{\"rules\":{}}", "rules: must be a list");
    expect_error(program, "{\"rules\":[1]}", "rules[0]: must be an object");
    expect_error(program, "{\"title\":5}", "title: must be a string");
    expect_error(program, "{\"inherit_serving_guide\":1}",
                 "inherit_serving_guide: must be true or false");
    expect_error(program, "{\"published_at\":\"yesterday\"}",
                 "published_at: must be a time with its offset");
    expect_error(program, "[]", "must be an object");
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
                "\"member_number\":0,\"previous_hash\":\"AQID/w==\"}");
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
        cmocka_unit_test(a_program_goes_to_json_and_back_unchanged),
        cmocka_unit_test(wrong_json_is_told_with_its_place_and_what_is_allowed),
        cmocka_unit_test(big_numbers_bytes_times_and_parties_read_as_documented),
        cmocka_unit_test(texts_set_fields_at_paths),
        cmocka_unit_test(one_of_a_oneof_excludes_the_others),
        cmocka_unit_test(texts_that_do_not_fit_are_refused),
        cmocka_unit_test(times_keep_their_instant_whatever_the_offset),
        cmocka_unit_test(enums_are_read_with_and_without_their_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
