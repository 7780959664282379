/* The small parts of the runtime: arena, status, the check of the method table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <beckon/v1/shop_service.pb-c.h>
#include <google/rpc/error_details.pb-c.h>
#include <google/rpc/status.pb-c.h>

#include "service/limits.h"
#include "service/rpc/arena.h"
#include "service/rpc/descriptors.h"
#include "service/rpc/method_table.h"
#include "service/rpc/request_id.h"
#include "service/rpc/status.h"

static _Alignas(max_align_t) uint8_t first[1024];

static void an_arena_gives_aligned_memory_that_does_not_overlap(void **state)
{
    (void)state;
    struct arena_pool pool = {.limit_bytes = 1024 * 1024};
    struct arena arena;
    arena_init(&arena, &pool, first, sizeof first);
    uint8_t *last_end = NULL;
    for (size_t size = 1; size < 400; size += 7) {
        uint8_t *memory = arena_alloc(&arena, size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        assert_false(last_end != NULL && memory < last_end && memory + size > last_end);
        memset(memory, 0xA5, size);
        last_end = memory + size;
    }
    assert_true(pool.used_bytes > 0);
    arena_reset(&arena);
    assert_int_equal(pool.used_bytes, 0);
    assert_ptr_equal(arena_alloc(&arena, 16), first);
}

static void a_rewound_arena_keeps_what_was_before_the_mark(void **state)
{
    (void)state;
    struct arena_pool pool = {.limit_bytes = 1024 * 1024};
    struct arena arena;
    arena_init(&arena, &pool, first, sizeof first);
    uint8_t *kept = arena_alloc(&arena, 64);
    memset(kept, 0x5A, 64);
    struct arena_mark mark = arena_mark(&arena);
    uint8_t *again = arena_alloc(&arena, 16);
    for (int round = 0; round < 3; round++) {
        arena_rewind(&arena, mark);
        assert_int_equal(pool.used_bytes, 0);
        assert_ptr_equal(arena_alloc(&arena, 16), again);
        for (int i = 0; i < 4; i++) assert_non_null(arena_alloc(&arena, 20 * 1024));
        assert_true(pool.used_bytes > 0);
        assert_int_equal(kept[0], 0x5A);
        assert_int_equal(kept[63], 0x5A);
    }
    arena_reset(&arena);
    assert_int_equal(pool.used_bytes, 0);
}

static void an_empty_pool_gives_null_and_says_so(void **state)
{
    (void)state;
    struct arena_pool pool = {.limit_bytes = 100 * 1024};
    struct arena one, other;
    arena_init(&one, &pool, first, 512);
    arena_init(&other, &pool, first + 512, 512);
    assert_non_null(arena_alloc(&one, 90 * 1024));
    assert_null(arena_alloc(&other, 20 * 1024));
    assert_true(other.pool_empty);
    assert_false(other.too_large);
    arena_reset(&one);
    arena_reset(&other);
    assert_non_null(arena_alloc(&other, 20 * 1024));
    arena_reset(&other);
}

static void one_call_alone_gets_no_more_than_its_limit(void **state)
{
    (void)state;
    struct arena_pool pool = {.limit_bytes = SIZE_MAX / 2};
    struct arena arena;
    arena_init(&arena, &pool, first, sizeof first);
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_true(arena.too_large);
    arena_reset(&arena);
    assert_non_null(arena_alloc(&arena, LIMIT_ARENA_BYTES - 64 * 1024));
    assert_null(arena_alloc(&arena, 128 * 1024));
    assert_true(arena.too_large);
    arena_reset(&arena);
}

static void a_refusal_carries_reason_field_delay_and_both_languages(void **state)
{
    (void)state;
    uint8_t bytes[STATUS_BYTES];
    char sentence[STATUS_SENTENCE_BYTES];
    struct refusal refusal = {.field = "shop.name", .allowed = "1..120 bytes"};
    size_t size = status_pack(OUTCOME_TEXT_INVALID, &refusal, "a-call", bytes, sentence);
    Google__Rpc__Status *status = google__rpc__status__unpack(NULL, size, bytes);
    assert_non_null(status);
    assert_int_equal(status->code, 3);
    assert_string_equal(status->message, sentence);
    assert_non_null(strstr(sentence, "shop.name"));
    assert_non_null(strstr(sentence, "1..120 bytes"));
    assert_int_equal(status->n_details, 5); /* reason, field, call, en, zh */
    Google__Rpc__ErrorInfo *info = google__rpc__error_info__unpack(
        NULL, status->details[0]->value.len, status->details[0]->value.data);
    assert_string_equal(info->reason, "TEXT_INVALID");
    assert_string_equal(info->domain, "beckon");
    google__rpc__error_info__free_unpacked(info, NULL);
    google__rpc__status__free_unpacked(status, NULL);

    size = status_pack(OUTCOME_BUSY, NULL, "a-call", bytes, sentence);
    status = google__rpc__status__unpack(NULL, size, bytes);
    assert_string_equal(status->details[1]->type_url, "type.googleapis.com/google.rpc.RetryInfo");
    google__rpc__status__free_unpacked(status, NULL);
}

static void every_outcome_fits_its_status_with_the_longest_refusal(void **state)
{
    (void)state;
    char field[400], allowed[900];
    memset(field, 'f', sizeof field - 1);
    memset(allowed, 'a', sizeof allowed - 1);
    field[sizeof field - 1] = allowed[sizeof allowed - 1] = '\0';
    struct refusal refusal = {.field = field, .allowed = allowed};
    char id[REQUEST_ID_BYTES_MAX + 1];
    memset(id, 'i', sizeof id - 1);
    id[sizeof id - 1] = '\0';
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
        uint8_t bytes[STATUS_BYTES];
        char sentence[STATUS_SENTENCE_BYTES];
        assert_true(status_pack((enum outcome)outcome, &refusal, id, bytes, sentence) > 0);
        assert_true(strlen(sentence) < STATUS_SENTENCE_BYTES);
    }
}

static struct bytes text_bytes(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static void a_request_id_is_the_callers_where_it_is_harmless(void **state)
{
    (void)state;
    static const char *const harmless[] = {"a", "A-Z.a_z-0123456789", "123456",
                                           "x12345678901234567890123456789012345678901"
                                           "2345678901234567890123"};
    static const char *const others[] = {"", "a b", "a\nlevel=error", "a\"b", "\xC3\xA9", "a=b",
                                         "+8613800138000 ", "13800138000", "138-0013-8000",
                                         "beckon_1_a", "session_1_a", "link_1_a", "whsec_a",
                                         "0123456789012345678901234567890123456"
                                         "7890123456789012345678901234"};
    struct request_ids ids;
    struct request_id id, before = {.text = ""};
    request_ids_init(&ids, 42);
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        request_id_take(&ids, text_bytes(harmless[i]), &id);
        assert_string_equal(id.text, harmless[i]);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        request_id_take(&ids, text_bytes(others[i]), &id);
        assert_int_equal(strlen(id.text), REQUEST_ID_MADE_BYTES);
        assert_int_equal(strspn(id.text, "0123456789abcdef"), REQUEST_ID_MADE_BYTES);
        assert_string_not_equal(id.text, before.text);
        before = id;
    }
}

static enum outcome no_read(struct reader *reader, struct command_call *call,
                            ProtobufCMessage **ret_reply)
{
    (void)reader, (void)call, (void)ret_reply;
    return OUTCOME_INTERNAL;
}

static void a_table_that_lacks_a_method_is_refused_by_its_name(void **state)
{
    (void)state;
    char message[METHOD_MESSAGE_BYTES] = "";
    assert_false(method_table_check(METHODS_COMMON, METHODS_COMMON_COUNT, message));
    assert_non_null(strstr(message, "/beckon.v1."));
    assert_non_null(strstr(message, "no row"));
}

static void a_row_with_other_messages_or_streams_is_refused(void **state)
{
    (void)state;
    char message[METHOD_MESSAGE_BYTES];
    const struct command wrong = {.request = &beckon__v1__get_shop_request__descriptor,
                                  .reply = &beckon__v1__get_shop_request__descriptor,
                                  .read = no_read};
    struct method row = {.path = "/beckon.v1.MerchantService/CreateMerchant",
                         .kind = METHOD_UNARY, .command = &wrong, .roles = 1};
    assert_false(method_table_check(&row, 1, message));
    assert_non_null(strstr(message, "other messages"));
    row.kind = METHOD_STREAM;
    assert_false(method_table_check(&row, 1, message));
    assert_non_null(strstr(message, "streams"));
    struct method twice[] = {row, row};
    assert_false(method_table_check(twice, 2, message));
    assert_non_null(strstr(message, "two rows"));
}

static void symbols_are_found_in_their_files_with_all_imports(void **state)
{
    (void)state;
    struct bytes files[DESCRIPTORS_FILES_MAX];
    assert_int_equal(descriptors_symbol("beckon.v1.ShopService", files), 2);
    assert_int_equal(descriptors_symbol("beckon.v1.ShopService.GetShop", files), 2);
    assert_int_equal(descriptors_symbol("beckon.v1.Shop.shop_id", files), 2);
    assert_int_equal(descriptors_symbol("google.rpc.BadRequest.FieldViolation", files), 2);
    assert_int_equal(descriptors_symbol("google.rpc.BadRequest.FieldViolation.field", files), 2);
    assert_int_equal(descriptors_symbol("beckon.v1.Unit", files), 1);
    assert_int_equal(descriptors_symbol("grpc.health.v1.HealthCheckResponse.ServingStatus", files),
                     1);
    assert_int_equal(descriptors_symbol("beckon.v1.Nothing", files), 0);
    assert_int_equal(descriptors_symbol("beckon.v1", files), 0);
    assert_int_equal(descriptors_symbol("", files), 0);
    assert_int_equal(descriptors_file("beckon/v1/purchase_service.proto", files), 3);
    assert_int_equal(descriptors_file("nothing.proto", files), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_gives_aligned_memory_that_does_not_overlap),
        cmocka_unit_test(a_rewound_arena_keeps_what_was_before_the_mark),
        cmocka_unit_test(an_empty_pool_gives_null_and_says_so),
        cmocka_unit_test(one_call_alone_gets_no_more_than_its_limit),
        cmocka_unit_test(a_refusal_carries_reason_field_delay_and_both_languages),
        cmocka_unit_test(a_request_id_is_the_callers_where_it_is_harmless),
        cmocka_unit_test(every_outcome_fits_its_status_with_the_longest_refusal),
        cmocka_unit_test(a_table_that_lacks_a_method_is_refused_by_its_name),
        cmocka_unit_test(a_row_with_other_messages_or_streams_is_refused),
        cmocka_unit_test(symbols_are_found_in_their_files_with_all_imports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
