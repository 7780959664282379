#include "service/ops/message_json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { NAME_BYTES = 64, NUMBER_BYTES = 24, TIME_BYTES = 40 };

static json_t *make_object(const ProtobufCMessage *message, unsigned depth);

/* "webhook_number" as "webhookNumber". */
static void camel(const char *name, char ret_name[NAME_BYTES])
{
    size_t size = 0;
    for (const char *at = name; *at != '\0'; at++) {
        bool up = at > name && at[-1] == '_' && *at >= 'a' && *at <= 'z';
        if (*at == '_') continue;
        assert(size < NAME_BYTES - 1);
        ret_name[size++] = up ? (char)(*at - 'a' + 'A') : *at;
    }
    ret_name[size] = '\0';
}

/* Milliseconds are what we have. */
json_t *message_json_time(const Google__Protobuf__Timestamp *at)
{
    char date[TIME_BYTES], text[TIME_BYTES];
    time_t seconds = (time_t)at->seconds;
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL ||
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts) == 0)
        return NULL;
    int ms = at->nanos / 1000000;
    int size = ms == 0 ? snprintf(text, sizeof text, "%sZ", date)
                       : snprintf(text, sizeof text, "%s.%03dZ", date, ms);
    return size > 0 && (size_t)size < sizeof text ? json_string(text) : NULL;
}

static json_t *make_message(const ProtobufCMessage *message, unsigned depth)
{
    if (message->descriptor == &google__protobuf__timestamp__descriptor)
        return message_json_time((const Google__Protobuf__Timestamp *)message);
    return make_object(message, depth + 1);
}

static json_t *make_signed(int64_t value)
{
    char text[NUMBER_BYTES];
    snprintf(text, sizeof text, "%" PRId64, value);
    return json_string(text);
}

static json_t *make_unsigned(uint64_t value)
{
    char text[NUMBER_BYTES];
    snprintf(text, sizeof text, "%" PRIu64, value);
    return json_string(text);
}

static json_t *make_enum(const ProtobufCEnumDescriptor *descriptor, int value)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(descriptor, value);
    return found != NULL ? json_string(found->name) : json_integer(value);
}

static json_t *make_value(const ProtobufCFieldDescriptor *field, const void *at, unsigned depth)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32: return json_integer(*(const int32_t *)at);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32: return json_integer(*(const uint32_t *)at);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64: return make_signed(*(const int64_t *)at);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64: return make_unsigned(*(const uint64_t *)at);
    case PROTOBUF_C_TYPE_BOOL: return json_boolean(*(const protobuf_c_boolean *)at);
    case PROTOBUF_C_TYPE_ENUM: return make_enum(field->descriptor, *(const int *)at);
    case PROTOBUF_C_TYPE_STRING: return json_string(*(char *const *)at);
    case PROTOBUF_C_TYPE_MESSAGE:
        return make_message(*(const ProtobufCMessage *const *)at, depth);
    default: return NULL; /* the API has neither bytes nor fractions in what is told */
    }
}

static size_t value_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64: return sizeof(int64_t);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE: return sizeof(void *);
    case PROTOBUF_C_TYPE_BOOL: return sizeof(protobuf_c_boolean);
    default: return sizeof(int32_t);
    }
}

static json_t *make_list(const ProtobufCFieldDescriptor *field, const uint8_t *first, size_t count,
                         unsigned depth)
{
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < count; i++) {
        json_t *value = make_value(field, first + i * value_size(field->type), depth);
        if (value == NULL || json_array_append_new(list, value) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* Has it nothing to say? */
static bool is_default(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    static const uint8_t zero[sizeof(int64_t)];
    const uint8_t *at = (const uint8_t *)message + field->offset;
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return *(const size_t *)(const void *)((const uint8_t *)message +
                                               field->quantifier_offset) == 0;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
        return *(const uint32_t *)(const void *)((const uint8_t *)message +
                                                 field->quantifier_offset) != field->id;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) return *(void *const *)(const void *)at == NULL;
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text = *(char *const *)(const void *)at;
        return text == NULL || text[0] == '\0';
    }
    return memcmp(at, zero, value_size(field->type)) == 0;
}

/* Depth is bounded: the API's types don't contain themselves. */
static json_t *make_object(const ProtobufCMessage *message, unsigned depth)
{
    json_t *object = depth < MESSAGE_JSON_DEPTH_MAX ? json_object() : NULL;
    for (unsigned i = 0; object != NULL && i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const uint8_t *bytes = (const uint8_t *)message, *at = bytes + field->offset;
        char name[NAME_BYTES];
        if (is_default(message, field)) continue;
        camel(field->name, name);
        bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
        const size_t *count = (const void *)(bytes + field->quantifier_offset);
        json_t *value = list ? make_list(field, *(const uint8_t *const *)(const void *)at, *count,
                                         depth)
                             : make_value(field, at, depth);
        if (value == NULL || json_object_set_new(object, name, value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *message_json(const ProtobufCMessage *message)
{
    return make_object(message, 0);
}
