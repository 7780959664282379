#include "service/rpc/status.h"

#include <assert.h>
#include <string.h>

#include <google/rpc/error_details.pb-c.h>
#include <google/rpc/status.pb-c.h>

#include "service/limits.h"

enum { DETAILS_MAX = 6, DETAIL_BYTES = 768, FIELD_BYTES = 160 };

struct details {
    Google__Protobuf__Any anys[DETAILS_MAX];
    Google__Protobuf__Any *list[DETAILS_MAX];
    uint8_t bytes[DETAILS_MAX][DETAIL_BYTES];
    size_t count;
};
static_assert(DETAILS_MAX * (DETAIL_BYTES + 64) < STATUS_BYTES, "all details fit");
static_assert(STATUS_SENTENCE_BYTES + FIELD_BYTES + 16 < DETAIL_BYTES, "each detail fits");

static void add(struct details *details, char *type_url, const ProtobufCMessage *message)
{
    assert(details->count < DETAILS_MAX);
    assert(protobuf_c_message_get_packed_size(message) <= DETAIL_BYTES);
    Google__Protobuf__Any *any = &details->anys[details->count];
    uint8_t *bytes = details->bytes[details->count];
    google__protobuf__any__init(any);
    any->type_url = type_url;
    any->value.data = bytes;
    any->value.len = protobuf_c_message_pack(message, bytes);
    details->list[details->count++] = any;
}

static void add_reason(struct details *details, const struct outcome_info *info)
{
    Google__Rpc__ErrorInfo reason = GOOGLE__RPC__ERROR_INFO__INIT;
    reason.reason = (char *)info->reason;
    reason.domain = "beckon";
    add(details, "type.googleapis.com/google.rpc.ErrorInfo", &reason.base);
}

static void add_field(struct details *details, const char *field, char *sentence)
{
    char path[FIELD_BYTES];
    size_t size = strnlen(field, sizeof path - 1);
    memcpy(path, field, size);
    path[size] = '\0';
    Google__Rpc__BadRequest__FieldViolation violation =
        GOOGLE__RPC__BAD_REQUEST__FIELD_VIOLATION__INIT;
    violation.field = path;
    violation.description = sentence;
    Google__Rpc__BadRequest__FieldViolation *violations[] = {&violation};
    Google__Rpc__BadRequest bad = GOOGLE__RPC__BAD_REQUEST__INIT;
    bad.n_field_violations = 1;
    bad.field_violations = violations;
    add(details, "type.googleapis.com/google.rpc.BadRequest", &bad.base);
}

static void add_retry(struct details *details, uint32_t delay_ms)
{
    Google__Protobuf__Duration delay = GOOGLE__PROTOBUF__DURATION__INIT;
    delay.seconds = delay_ms / 1000;
    delay.nanos = (int32_t)(delay_ms % 1000) * 1000000;
    Google__Rpc__RetryInfo retry = GOOGLE__RPC__RETRY_INFO__INIT;
    retry.retry_delay = &delay;
    add(details, "type.googleapis.com/google.rpc.RetryInfo", &retry.base);
}

static void add_request(struct details *details, char *request_id)
{
    Google__Rpc__RequestInfo request = GOOGLE__RPC__REQUEST_INFO__INIT;
    request.request_id = request_id;
    add(details, "type.googleapis.com/google.rpc.RequestInfo", &request.base);
}

static void add_sentence(struct details *details, char *locale, char *sentence)
{
    Google__Rpc__LocalizedMessage localized = GOOGLE__RPC__LOCALIZED_MESSAGE__INIT;
    localized.locale = locale;
    localized.message = sentence;
    add(details, "type.googleapis.com/google.rpc.LocalizedMessage", &localized.base);
}

size_t status_pack(enum outcome outcome, const struct refusal *refusal, const char *request_id,
                   uint8_t ret_bytes[STATUS_BYTES], char ret_sentence[STATUS_SENTENCE_BYTES])
{
    const struct outcome_info *info = outcome_info(outcome);
    char chinese[STATUS_SENTENCE_BYTES];
    outcome_sentence(outcome, refusal, false, ret_sentence, STATUS_SENTENCE_BYTES);
    outcome_sentence(outcome, refusal, true, chinese, sizeof chinese);

    struct details details;
    details.count = 0;
    add_reason(&details, info);
    if (refusal != NULL && refusal->field != NULL)
        add_field(&details, refusal->field, ret_sentence);
    bool own_delay = refusal != NULL && refusal->retry_ms != 0;
    if (info->retry)
        add_retry(&details, own_delay ? refusal->retry_ms : LIMIT_RETRY_DELAY_MS);
    add_request(&details, (char *)request_id);
    add_sentence(&details, "en", ret_sentence);
    add_sentence(&details, "zh-CN", chinese);

    Google__Rpc__Status status = GOOGLE__RPC__STATUS__INIT;
    status.code = info->grpc_code;
    status.message = ret_sentence;
    status.n_details = details.count;
    status.details = details.list;
    assert(protobuf_c_message_get_packed_size(&status.base) <= STATUS_BYTES);
    return protobuf_c_message_pack(&status.base, ret_bytes);
}
