#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <beckon/v1/code_service.pb-c.h>
#include <beckon/v1/program_service.pb-c.h>
#include <beckon/v1/purchase_service.pb-c.h>
#include <beckon/v1/shop_service.pb-c.h>
#include <google/protobuf/descriptor.pb-c.h>

#include "service/limits.h"
#include "service/rpc/wire.h"

static char field[WIRE_PATH_BYTES];
static const char *allowed;

static enum outcome check(const ProtobufCMessageDescriptor *descriptor, const void *data,
                          size_t size)
{
    memset(field, 0, sizeof field);
    allowed = NULL;
    return wire_check(descriptor, (struct bytes){data, size}, field, &allowed);
}

static enum outcome check_shop_id(const char *text, size_t size)
{
    uint8_t bytes[8192] = {1 << 3 | 2};
    size_t at = 1;
    if (size < 128) {
        bytes[at++] = (uint8_t)size;
    } else {
        bytes[at++] = (uint8_t)(size & 0x7F) | 0x80;
        bytes[at++] = (uint8_t)(size >> 7);
    }
    memcpy(bytes + at, text, size);
    return check(&beckon__v1__get_shop_request__descriptor, bytes, at + size);
}
#define SHOP_ID(text) check_shop_id(text, sizeof text - 1)

static void every_allowed_text_passes(void **state)
{
    (void)state;
    assert_int_equal(SHOP_ID(""), OUTCOME_OK);
    assert_int_equal(SHOP_ID("S-1"), OUTCOME_OK);
    assert_int_equal(SHOP_ID("\xE6\xB7\xB1\xE5\x9C\xB3\xE4\xB8\x80\xE5\xBA\x97"), OUTCOME_OK);
    assert_int_equal(SHOP_ID("\xF0\x9F\x98\x80"), OUTCOME_OK);
    assert_int_equal(SHOP_ID("\xC2\xA0"), OUTCOME_OK);
}

static void every_forbidden_text_is_refused_with_its_field(void **state)
{
    (void)state;
    static const struct { const char *text; size_t size; } rows[] = {
#define ROW(text) {text, sizeof text - 1}
        ROW("a\0b"), ROW("\n"), ROW("a\tb"), ROW("\x7F"),
        ROW("\xC2\x80"), ROW("\xC2\x9F"),           /* C1 controls */
        ROW("\xD8\x9C"),                            /* U+061C */
        ROW("\xE2\x80\x8E"), ROW("\xE2\x80\x8F"),   /* U+200E, U+200F */
        ROW("\xE2\x80\xAA"), ROW("\xE2\x80\xAE"),   /* U+202A, U+202E */
        ROW("\xE2\x81\xA6"), ROW("\xE2\x81\xA9"),   /* U+2066, U+2069 */
        ROW("\xFF"), ROW("a\x80"), ROW("\xC0\x80"), ROW("\xC1\xBF"), ROW("\xE0\x80\xAF"),
        ROW("\xED\xA0\x80"),                        /* a surrogate */
        ROW("\xF4\x90\x80\x80"), ROW("\xE6\xB7"),   /* beyond Unicode, cut off */
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (check_shop_id(rows[i].text, rows[i].size) != OUTCOME_TEXT_INVALID)
            fail_msg("row %zu was let through", i);
        assert_string_equal(field, "shop_id");
        assert_non_null(allowed);
    }
}

static void a_text_of_4096_bytes_passes_and_one_more_does_not(void **state)
{
    (void)state;
    static char text[LIMIT_TEXT_BYTES + 1];
    memset(text, 'x', sizeof text);
    assert_int_equal(check_shop_id(text, LIMIT_TEXT_BYTES), OUTCOME_OK);
    assert_int_equal(check_shop_id(text, LIMIT_TEXT_BYTES + 1), OUTCOME_TEXT_INVALID);
}

/* RecordPurchases with three rows, the wrong text in the last. */
static void the_path_names_rows_and_nested_fields(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {
        1 << 3 | 2, 3, 2 << 3 | 2, 1, 'r', 1 << 3 | 2, 0, 1 << 3 | 2, 3, 2 << 3 | 2, 1, '\n'};
    assert_int_equal(check(&beckon__v1__record_purchases_request__descriptor, bytes, sizeof bytes),
                     OUTCOME_TEXT_INVALID);
    assert_string_equal(field, "purchases[2].receipt_number");
}

static void every_cut_of_a_message_is_invalid_or_a_shorter_message(void **state)
{
    (void)state;
    Beckon__V1__RecordPurchaseRequest row = BECKON__V1__RECORD_PURCHASE_REQUEST__INIT;
    Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    time.seconds = 1700000000;
    row.shop_id = "S1";
    row.receipt_number = "R-1";
    row.amount_minor = 123456;
    row.occurred_at = &time;
    Beckon__V1__RecordPurchaseRequest *rows[] = {&row};
    Beckon__V1__RecordPurchasesRequest request = BECKON__V1__RECORD_PURCHASES_REQUEST__INIT;
    request.n_purchases = 1;
    request.purchases = rows;
    uint8_t bytes[256];
    size_t size = beckon__v1__record_purchases_request__pack(&request, bytes);
    assert_int_equal(check(request.base.descriptor, bytes, size), OUTCOME_OK);
    assert_int_equal(check(request.base.descriptor, bytes, 0), OUTCOME_OK);
    for (size_t cut = 1; cut < size; cut++)
        assert_int_equal(check(request.base.descriptor, bytes, cut), OUTCOME_MESSAGE_INVALID);
}

/* The first of the two bytes of the tag of weekdays, field 22 of Rule; the other one is 1. */
enum { WEEKDAYS = (22 << 3 & 0x7f) | 0x80 };

static void packed_numbers_are_looked_at_one_by_one(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *rule = &beckon__v1__rule__descriptor;
    static const uint8_t packed[] = {WEEKDAYS | 2, 1, 3, 1, 2, 7};
    static const uint8_t single[] = {WEEKDAYS, 1, 7, WEEKDAYS, 1, 1};
    static const uint8_t unknown[] = {WEEKDAYS | 2, 1, 3, 1, 2, 8};
    static const uint8_t cut[] = {WEEKDAYS | 2, 1, 3, 1, 2};
    static const uint8_t half[] = {WEEKDAYS | 2, 1, 2, 1, 0x87};
    assert_int_equal(check(rule, packed, sizeof packed), OUTCOME_OK);
    assert_int_equal(check(rule, single, sizeof single), OUTCOME_OK);
    assert_int_equal(check(rule, unknown, sizeof unknown), OUTCOME_VALUE_INVALID);
    assert_string_equal(field, "weekdays[2]");
    assert_int_equal(check(rule, cut, sizeof cut), OUTCOME_MESSAGE_INVALID);
    assert_int_equal(check(rule, half, sizeof half), OUTCOME_MESSAGE_INVALID);
    /* As many as a list may have rows, and one more. */
    static uint8_t many[5 + LIMIT_ROWS + 1] = {WEEKDAYS | 2, 1};
    many[2] = (LIMIT_ROWS & 0x7f) | 0x80;
    many[3] = LIMIT_ROWS >> 7;
    memset(many + 4, 1, LIMIT_ROWS + 1);
    assert_int_equal(check(rule, many, 4 + LIMIT_ROWS), OUTCOME_OK);
    many[2]++;
    assert_int_equal(check(rule, many, 5 + LIMIT_ROWS), OUTCOME_ROWS_INVALID);
}

static void a_wrong_wire_type_is_invalid(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *purchase = &beckon__v1__record_purchase_request__descriptor;
    static const uint8_t varint_for_text[] = {1 << 3 | 0, 1};
    static const uint8_t text_for_varint[] = {6 << 3 | 2, 1, 'x'};
    static const uint8_t group[] = {1 << 3 | 3, 1 << 3 | 4};
    static const uint8_t number_zero[] = {0, 1};
    assert_int_equal(check(purchase, varint_for_text, 2), OUTCOME_MESSAGE_INVALID);
    assert_int_equal(check(purchase, text_for_varint, 3), OUTCOME_MESSAGE_INVALID);
    assert_int_equal(check(purchase, group, 2), OUTCOME_MESSAGE_INVALID);
    assert_int_equal(check(purchase, number_zero, 2), OUTCOME_MESSAGE_INVALID);
}

static void a_damaged_end_wins_over_a_wrong_text(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {1 << 3 | 2, 1, '\n', 2 << 3 | 2, 9, 'x'};
    assert_int_equal(check(&beckon__v1__record_purchase_request__descriptor, bytes, sizeof bytes),
                     OUTCOME_MESSAGE_INVALID);
}

static void an_unknown_value_of_an_enumeration_is_refused(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *render = &beckon__v1__render_code_request__descriptor;
    static const uint8_t known[] = {2 << 3 | 0, 2}, unknown[] = {2 << 3 | 0, 99};
    static const uint8_t negative[] = {2 << 3 | 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                       0xFF, 0xFF, 0xFF, 0xFF, 0x01};
    assert_int_equal(check(render, known, sizeof known), OUTCOME_OK);
    assert_int_equal(check(render, unknown, sizeof unknown), OUTCOME_VALUE_INVALID);
    assert_string_equal(field, "format");
    assert_int_equal(check(render, negative, sizeof negative), OUTCOME_VALUE_INVALID);
}

static void repeated_numbers_pass_one_by_one_and_packed(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *rule = &beckon__v1__rule__descriptor;
    /* weekdays = 22: Monday, Saturday */
    const uint8_t single[] = {0xb0, 0x01, 0x01, 0xb0, 0x01, 0x06};
    const uint8_t packed[] = {0xb2, 0x01, 0x02, 0x01, 0x06};
    const uint8_t none[] = {0xb2, 0x01, 0x00};
    const uint8_t unknown[] = {0xb2, 0x01, 0x02, 0x01, 0x09};
    const uint8_t cut[] = {0xb2, 0x01, 0x02, 0x01};
    const uint8_t half[] = {0xb2, 0x01, 0x02, 0x01, 0x86};

    assert_int_equal(check(rule, single, sizeof single), OUTCOME_OK);
    assert_int_equal(check(rule, packed, sizeof packed), OUTCOME_OK);
    assert_int_equal(check(rule, none, sizeof none), OUTCOME_OK);
    assert_int_equal(check(rule, unknown, sizeof unknown), OUTCOME_VALUE_INVALID);
    assert_string_equal(field, "weekdays[1]");
    assert_int_equal(check(rule, cut, sizeof cut), OUTCOME_MESSAGE_INVALID);
    assert_int_equal(check(rule, half, sizeof half), OUTCOME_MESSAGE_INVALID);
}

static void unknown_fields_pass(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0xF8, 0x07, 1, 0xFA, 0x07, 2, 0xFF, 0xFF,
                                    0xFD, 0x07, 1, 2, 3, 4};
    assert_int_equal(check(&beckon__v1__get_shop_request__descriptor, bytes, sizeof bytes),
                     OUTCOME_OK);
}

static void five_hundred_rows_pass_and_one_more_does_not(void **state)
{
    (void)state;
    uint8_t bytes[2 * (LIMIT_ROWS + 1)];
    for (size_t i = 0; i < sizeof bytes; i += 2) {
        bytes[i] = 1 << 3 | 2;
        bytes[i + 1] = 0;
    }
    const ProtobufCMessageDescriptor *rows = &beckon__v1__record_purchases_request__descriptor;
    assert_int_equal(check(rows, bytes, 2 * LIMIT_ROWS), OUTCOME_OK);
    assert_int_equal(check(rows, bytes, sizeof bytes), OUTCOME_ROWS_INVALID);
    assert_string_equal(field, "purchases[500]");
}

static void too_many_fields_are_invalid(void **state)
{
    (void)state;
    static uint8_t bytes[2 * (LIMIT_MESSAGE_FIELDS + 1)];
    for (size_t i = 0; i < sizeof bytes; i += 2)
        bytes[i] = 6 << 3;
    assert_int_equal(check(&beckon__v1__record_purchase_request__descriptor, bytes,
                           sizeof bytes - 2), OUTCOME_OK);
    assert_int_equal(check(&beckon__v1__record_purchase_request__descriptor, bytes, sizeof bytes),
                     OUTCOME_MESSAGE_INVALID);
}

/* The API has no recursive message; descriptor.proto has one: DescriptorProto.nested_type. */
static void nesting_deeper_than_the_limit_is_invalid(void **state)
{
    (void)state;
    uint8_t bytes[64];
    for (size_t depth = 1; depth < 20; depth++) {
        for (size_t i = 0; i < depth; i++) {
            bytes[2 * i] = 3 << 3 | 2;
            bytes[2 * i + 1] = (uint8_t)(2 * (depth - 1 - i));
        }
        enum outcome expected =
            depth < LIMIT_MESSAGE_DEPTH ? OUTCOME_OK : OUTCOME_MESSAGE_INVALID;
        assert_int_equal(check(&google__protobuf__descriptor_proto__descriptor, bytes, 2 * depth),
                         expected);
    }
}

/* Random bytes: it ends, stays inside its bytes (sanitizers), and what it lets through unpacks. */
static void random_bytes_never_break_it(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252ULL;
    for (int round = 0; round < 200000; round++) {
        uint8_t bytes[24];
        for (size_t i = 0; i < sizeof bytes; i++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            bytes[i] = (uint8_t)(random >> 32) & (i % 3 == 0 ? 0x3F : 0x7F);
        }
        size_t size = random % sizeof bytes;
        const ProtobufCMessageDescriptor *descriptor =
            &beckon__v1__record_purchases_request__descriptor;
        if (check(descriptor, bytes, size) != OUTCOME_OK)
            continue;
        ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, NULL, size, bytes);
        assert_non_null(message);
        protobuf_c_message_free_unpacked(message, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allowed_text_passes),
        cmocka_unit_test(every_forbidden_text_is_refused_with_its_field),
        cmocka_unit_test(a_text_of_4096_bytes_passes_and_one_more_does_not),
        cmocka_unit_test(the_path_names_rows_and_nested_fields),
        cmocka_unit_test(every_cut_of_a_message_is_invalid_or_a_shorter_message),
        cmocka_unit_test(packed_numbers_are_looked_at_one_by_one),
        cmocka_unit_test(a_wrong_wire_type_is_invalid),
        cmocka_unit_test(a_damaged_end_wins_over_a_wrong_text),
        cmocka_unit_test(an_unknown_value_of_an_enumeration_is_refused),
        cmocka_unit_test(repeated_numbers_pass_one_by_one_and_packed),
        cmocka_unit_test(unknown_fields_pass),
        cmocka_unit_test(five_hundred_rows_pass_and_one_more_does_not),
        cmocka_unit_test(too_many_fields_are_invalid),
        cmocka_unit_test(nesting_deeper_than_the_limit_is_invalid),
        cmocka_unit_test(random_bytes_never_break_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
