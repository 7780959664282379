/* Reads google.rpc.Status: each detail is an Any, told apart by the last part of its type URL. */
#include "clients/channel/error.h"

#include <stdio.h>
#include <string.h>

#include "google/protobuf/duration.pb-c.h"
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"

enum { RETRY_DELAY_SECONDS_MAX = 3600 }; /* a longer advice is taken for a damaged one */

static void text_copy(char *to, size_t to_size, const char *from, size_t from_size)
{
    size_t size = from_size < to_size - 1 ? from_size : to_size - 1;
    /* A cut must not leave half a UTF-8 character. */
    while (size < from_size && size > 0 && ((unsigned char)from[size] & 0xC0) == 0x80)
        size--;
    memcpy(to, from, size);
    to[size] = '\0';
}

static void string_copy(char *to, size_t to_size, const char *from)
{
    text_copy(to, to_size, from, strlen(from));
}

static void take_info(const ProtobufCBinaryData *value, struct channel_error *error)
{
    Google__Rpc__ErrorInfo *info = google__rpc__error_info__unpack(NULL, value->len, value->data);
    if (info)
        string_copy(error->reason, sizeof error->reason, info->reason);
    google__rpc__error_info__free_unpacked(info, NULL);
}

static void take_retry(const ProtobufCBinaryData *value, struct channel_error *error)
{
    Google__Rpc__RetryInfo *info = google__rpc__retry_info__unpack(NULL, value->len, value->data);
    const Google__Protobuf__Duration *delay = info ? info->retry_delay : NULL;
    if (delay && delay->seconds >= 0 && delay->seconds <= RETRY_DELAY_SECONDS_MAX &&
        delay->nanos >= 0)
        error->retry_delay_ms = (uint32_t)(delay->seconds * 1000 + delay->nanos / 1000000);
    google__rpc__retry_info__free_unpacked(info, NULL);
}

static void take_request(const ProtobufCBinaryData *value, struct channel_error *error)
{
    Google__Rpc__RequestInfo *info =
        google__rpc__request_info__unpack(NULL, value->len, value->data);
    if (info)
        string_copy(error->request_id, sizeof error->request_id, info->request_id);
    google__rpc__request_info__free_unpacked(info, NULL);
}

static void take_field(const ProtobufCBinaryData *value, struct channel_error *error)
{
    Google__Rpc__BadRequest *bad = google__rpc__bad_request__unpack(NULL, value->len, value->data);
    if (bad && bad->n_field_violations > 0) {
        string_copy(error->field, sizeof error->field, bad->field_violations[0]->field);
        string_copy(error->allowed, sizeof error->allowed, bad->field_violations[0]->description);
    }
    google__rpc__bad_request__free_unpacked(bad, NULL);
}

static void take_sentence(const ProtobufCBinaryData *value, struct channel_error *error)
{
    Google__Rpc__LocalizedMessage *text =
        google__rpc__localized_message__unpack(NULL, value->len, value->data);
    if (text && text->message[0] != '\0') {
        if (strncmp(text->locale, "zh", 2) == 0)
            string_copy(error->zh, sizeof error->zh, text->message);
        else if (strncmp(text->locale, "en", 2) == 0)
            string_copy(error->en, sizeof error->en, text->message);
    }
    google__rpc__localized_message__free_unpacked(text, NULL);
}

static const struct {
    const char *type;
    void (*take)(const ProtobufCBinaryData *value, struct channel_error *error);
} DETAILS[] = {
    {"google.rpc.ErrorInfo", take_info},
    {"google.rpc.RetryInfo", take_retry},
    {"google.rpc.BadRequest", take_field},
    {"google.rpc.RequestInfo", take_request},
    {"google.rpc.LocalizedMessage", take_sentence},
};

static void take_details(const Google__Rpc__Status *status, struct channel_error *error)
{
    for (size_t i = 0; i < status->n_details; i++) {
        const char *slash = strrchr(status->details[i]->type_url, '/');
        const char *type = slash ? slash + 1 : status->details[i]->type_url;
        for (size_t k = 0; k < sizeof DETAILS / sizeof DETAILS[0]; k++) {
            if (strcmp(type, DETAILS[k].type) == 0)
                DETAILS[k].take(&status->details[i]->value, error);
        }
    }
}

void channel_error_decode(int code, const char *message, size_t message_size,
                          const uint8_t *details, size_t details_size,
                          struct channel_error *ret_error)
{
    struct channel_error error = {.code = code};
    text_copy(error.en, sizeof error.en, message, message_size);
    if (details_size > 0) {
        Google__Rpc__Status *status = google__rpc__status__unpack(NULL, details_size, details);
        if (status)
            take_details(status, &error);
        google__rpc__status__free_unpacked(status, NULL);
    }
    if (error.en[0] == '\0')
        snprintf(error.en, sizeof error.en, "The call ended with gRPC status %d.", code);
    *ret_error = error;
}

void channel_error_set(struct channel_error *ret_error, int code, const char *en, const char *zh)
{
    struct channel_error error = {.code = code};
    string_copy(error.en, sizeof error.en, en);
    string_copy(error.zh, sizeof error.zh, zh);
    *ret_error = error;
}
