/* What clients/channel/error.c makes of a status and its details. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clients/channel/error.h"
#include "google/protobuf/duration.pb-c.h"
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"

enum { DETAILS_MAX = 6 };

/* A google.rpc.Status being put together. */
struct status {
    Google__Protobuf__Any anys[DETAILS_MAX];
    Google__Protobuf__Any *list[DETAILS_MAX];
    uint8_t values[DETAILS_MAX][256];
    size_t count;
};

static void status_add(struct status *status, const char *url, const ProtobufCMessage *message)
{
    size_t i = status->count++;
    google__protobuf__any__init(&status->anys[i]);
    status->anys[i].type_url = (char *)url;
    status->anys[i].value.len = protobuf_c_message_pack(message, status->values[i]);
    status->anys[i].value.data = status->values[i];
    status->list[i] = &status->anys[i];
}

static size_t status_pack(struct status *status, uint8_t *ret_bytes)
{
    Google__Rpc__Status message = GOOGLE__RPC__STATUS__INIT;
    message.code = 3;
    message.n_details = status->count;
    message.details = status->list;
    return google__rpc__status__pack(&message, ret_bytes);
}

static size_t full_status(uint8_t *ret_bytes)
{
    struct status status = {.count = 0};
    Google__Rpc__ErrorInfo info = GOOGLE__RPC__ERROR_INFO__INIT;
    info.reason = "AMOUNT_INVALID";
    status_add(&status, "type.googleapis.com/google.rpc.ErrorInfo", &info.base);
    Google__Rpc__BadRequest__FieldViolation violation =
        GOOGLE__RPC__BAD_REQUEST__FIELD_VIOLATION__INIT;
    violation.field = "amount_minor";
    violation.description = "0..1000";
    Google__Rpc__BadRequest__FieldViolation *violations[] = {&violation};
    Google__Rpc__BadRequest bad = GOOGLE__RPC__BAD_REQUEST__INIT;
    bad.n_field_violations = 1;
    bad.field_violations = violations;
    status_add(&status, "type.googleapis.com/google.rpc.BadRequest", &bad.base);
    Google__Protobuf__Duration delay = GOOGLE__PROTOBUF__DURATION__INIT;
    delay.seconds = 2;
    delay.nanos = 50000000;
    Google__Rpc__RetryInfo retry = GOOGLE__RPC__RETRY_INFO__INIT;
    retry.retry_delay = &delay;
    status_add(&status, "type.googleapis.com/google.rpc.RetryInfo", &retry.base);
    Google__Rpc__RequestInfo request = GOOGLE__RPC__REQUEST_INFO__INIT;
    request.request_id = "till-7.4711";
    status_add(&status, "type.googleapis.com/google.rpc.RequestInfo", &request.base);
    Google__Rpc__LocalizedMessage text = GOOGLE__RPC__LOCALIZED_MESSAGE__INIT;
    text.locale = "zh-CN";
    text.message = "金额不合法";
    status_add(&status, "type.googleapis.com/google.rpc.LocalizedMessage", &text.base);
    text.locale = "en";
    text.message = "The amount is not valid.";
    status_add(&status, "type.googleapis.com/google.rpc.LocalizedMessage", &text.base);
    return status_pack(&status, ret_bytes);
}

static void details_give_reason_field_sentences_and_delay(void **state)
{
    (void)state;
    uint8_t bytes[2048];
    size_t size = full_status(bytes);
    struct channel_error error;
    channel_error_decode(3, "x", 1, bytes, size, &error);
    assert_int_equal(error.code, 3);
    assert_string_equal(error.reason, "AMOUNT_INVALID");
    assert_string_equal(error.field, "amount_minor");
    assert_string_equal(error.allowed, "0..1000");
    assert_string_equal(error.zh, "金额不合法");
    assert_string_equal(error.en, "The amount is not valid.");
    assert_int_equal(error.retry_delay_ms, 2050);
    assert_string_equal(error.request_id, "till-7.4711");
}

static void every_truncation_of_details_leaves_code_and_a_sentence(void **state)
{
    (void)state;
    uint8_t bytes[2048];
    size_t size = full_status(bytes);
    for (size_t cut = 0; cut < size; cut++) {
        struct channel_error error;
        channel_error_decode(8, "busy", 4, bytes, cut, &error);
        assert_int_equal(error.code, 8);
        assert_string_not_equal(error.en, "");
    }
}

static void no_message_and_no_details_still_make_a_sentence(void **state)
{
    (void)state;
    struct channel_error error;
    channel_error_decode(13, "", 0, NULL, 0, &error);
    assert_string_equal(error.en, "The call ended with gRPC status 13.");
    assert_string_equal(error.reason, "");
}

static void a_long_text_is_cut_between_characters(void **state)
{
    (void)state;
    char text[1200];
    for (size_t i = 0; i < sizeof text; i += 3)
        memcpy(text + i, "金", 3);
    struct channel_error error;
    channel_error_decode(3, text, sizeof text, NULL, 0, &error);
    assert_int_equal(strlen(error.en) % 3, 0);
    assert_in_range(strlen(error.en), sizeof error.en - 4, sizeof error.en - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(details_give_reason_field_sentences_and_delay),
        cmocka_unit_test(every_truncation_of_details_leaves_code_and_a_sentence),
        cmocka_unit_test(no_message_and_no_details_still_make_a_sentence),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
