/* Messages to JSON. */
#include "clients/message/message_inner.h"
#include "clients/message/text.h"

static json_t *text_json(char *text)
{
    json_t *json = json_string(text);
    /* A string the service sent is UTF-8; should it not be, null says so and nothing breaks. */
    g_free(text);
    return json ? json : json_null();
}

static json_t *unsigned_json(uint64_t value)
{
    /* jansson's integers are signed; no number of the API comes near 2^63. */
    return value <= INT64_MAX ? json_integer((json_int_t)value)
                              : text_json(g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)value));
}

json_t *message_value_json(const ProtobufCFieldDescriptor *field, const void *place)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return text_json(g_strdup(*(const char *const *)place));
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *)place);
    case PROTOBUF_C_TYPE_ENUM:
        return text_json(text_of_enum(field->descriptor, *(const int *)place));
    case PROTOBUF_C_TYPE_BYTES: {
        const ProtobufCBinaryData *bytes = place;
        return text_json(g_base64_encode(bytes->data, bytes->len));
    }
    case PROTOBUF_C_TYPE_MESSAGE: {
        const ProtobufCMessage *message = *(ProtobufCMessage *const *)place;
        if (message->descriptor == &google__protobuf__timestamp__descriptor)
            return text_json(text_of_time((const Google__Protobuf__Timestamp *)message));
        return message_json(message);
    }
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return json_integer(*(const uint32_t *)place);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return unsigned_json(*(const uint64_t *)place);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return json_integer(*(const int64_t *)place);
    case PROTOBUF_C_TYPE_DOUBLE:
        return json_real(*(const double *)place);
    case PROTOBUF_C_TYPE_FLOAT:
        return json_real((double)*(const float *)place);
    default:
        return json_integer(*(const int32_t *)place);
    }
}

const void *message_element(const ProtobufCMessage *message,
                              const ProtobufCFieldDescriptor *field, size_t index)
{
    const char *array = *(char *const *)message_member(message, field);
    return array + index * message_value_size(field->type);
}

json_t *message_json(const ProtobufCMessage *message)
{
    json_t *object = json_object();
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (!message_has(message, field))
            continue;
        if (field->label != PROTOBUF_C_LABEL_REPEATED) {
            json_object_set_new(object, field->name,
                                message_value_json(field, message_member(message, field)));
            continue;
        }
        json_t *array = json_array();
        for (size_t k = 0; k < message_count(message, field); k++)
            json_array_append_new(
                array, message_value_json(field, message_element(message, field, k)));
        json_object_set_new(object, field->name, array);
    }
    return object;
}
