/* Messages to JSON and back. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/message_inner.h"
#include "clients/cli/text.h"

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

/* Errors are put together from inside out: ": must be ...", then names before it. */
static bool value_from_json(const ProtobufCFieldDescriptor *field, void *place,
                            const json_t *json, GString *error)
{
    bool single_text = json_is_string(json);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE && json_is_object(json)) {
        ProtobufCMessage *message = message_from_json(field->descriptor, json, error);
        if (message)
            *(ProtobufCMessage **)place = message;
        else
            g_string_prepend_c(error, '.');
        return message != NULL;
    }
    bool integer = field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_BOOL &&
                   field->type != PROTOBUF_C_TYPE_BYTES && field->type != PROTOBUF_C_TYPE_ENUM &&
                   field->type != PROTOBUF_C_TYPE_MESSAGE;
    g_string_append(error, ": ");
    bool good = false;
    if (integer && json_is_integer(json)) {
        g_autofree char *digits =
            g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(json));
        good = message_value_set(field, place, digits, error);
    } else if (field->type == PROTOBUF_C_TYPE_BOOL && json_is_boolean(json)) {
        *(protobuf_c_boolean *)place = json_is_true(json);
        good = true;
    } else if (!integer && field->type != PROTOBUF_C_TYPE_BOOL && single_text &&
               (field->type != PROTOBUF_C_TYPE_MESSAGE ||
                field->descriptor == &google__protobuf__timestamp__descriptor)) {
        good = message_value_set(field, place, json_string_value(json), error);
    } else {
        g_string_append(error, integer ? "must be a whole number"
                               : field->type == PROTOBUF_C_TYPE_BOOL    ? "must be true or false"
                               : field->type == PROTOBUF_C_TYPE_MESSAGE ? "must be an object"
                                                                        : "must be a string");
    }
    if (good)
        g_string_truncate(error, 0);
    return good;
}

static bool field_from_json(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                            const json_t *json, GString *error)
{
    if (json_is_null(json))
        return true;
    if (message_rival(message, field)) {
        g_string_append_printf(error, "%s: excludes the other one given", field->name);
        return false;
    }
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        if (value_from_json(field, message_place(message, field), json, error))
            return true;
        g_string_prepend(error, field->name);
        return false;
    }
    if (!json_is_array(json)) {
        g_string_append_printf(error, "%s: must be a list", field->name);
        return false;
    }
    for (size_t i = 0; i < json_array_size(json); i++) {
        void *place = message_place(message, field);
        if (value_from_json(field, place, json_array_get(json, i), error))
            continue;
        /* A half-made element would be freed as a whole one: take it off again. */
        if (field->type == PROTOBUF_C_TYPE_MESSAGE && !*(void **)place)
            (*(size_t *)message_quantifier(message, field))--;
        g_autofree char *name = g_strdup_printf("%s[%zu]", field->name, i);
        g_string_prepend(error, name);
        return false;
    }
    return true;
}

ProtobufCMessage *message_from_json(const ProtobufCMessageDescriptor *type, const json_t *object,
                                    GString *error)
{
    if (!json_is_object(object)) {
        g_string_append(error, "must be an object");
        return NULL;
    }
    ProtobufCMessage *message = message_new(type);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(type, name);
        if (!field) {
            g_string_append_printf(error, "%s: there is no such field; there are", name);
            for (unsigned i = 0; i < type->n_fields; i++)
                g_string_append_printf(error, "%s %s", i > 0 ? "," : "", type->fields[i].name);
        } else if (field_from_json(message, field, value, error)) {
            continue;
        }
        protobuf_c_message_free_unpacked(message, NULL);
        return NULL;
    }
    return message;
}
