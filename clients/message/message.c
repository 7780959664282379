/* Finding fields and making messages; json and texts are in message_json.c, message_set.c. */
#include "clients/message/message.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "clients/message/message_inner.h"

/* protobuf_c_message_free_unpacked frees with free(): everything here is malloc'ed. */
static void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    if (!memory)
        abort();
    return memory;
}

ProtobufCMessage *message_new(const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = allocate(type->sizeof_message);
    protobuf_c_message_init(type, message);
    return message;
}

void *message_member(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return (char *)message + field->offset;
}

/* Where a repeated field's count or a oneof's case lies. */
static void *quantifier(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return (char *)message + field->quantifier_offset;
}

size_t message_value_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return sizeof(int64_t);
    case PROTOBUF_C_TYPE_DOUBLE:
        return sizeof(double);
    case PROTOBUF_C_TYPE_FLOAT:
        return sizeof(float);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return sizeof(int32_t);
    }
}

bool message_has(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        uint32_t chosen = *(const uint32_t *)quantifier(message, field);
        if (chosen != field->id)
            return false;
    }
    if (field->label != PROTOBUF_C_LABEL_REPEATED && field->type == PROTOBUF_C_TYPE_MESSAGE)
        return *(void *const *)message_member(message, field) != NULL;
    return true;
}

bool message_rival(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
        return false;
    uint32_t chosen = *(const uint32_t *)quantifier(message, field);
    return chosen != 0 && chosen != field->id;
}

void *message_place(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    char *member = message_member(message, field);
    assert(!message_rival(message, field));
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        uint32_t *chosen = quantifier(message, field);
        if (*chosen == 0)
            memset(member, 0, message_value_size(field->type)); /* a union: nothing of ours yet */
        *chosen = field->id;
    }
    if (field->label != PROTOBUF_C_LABEL_REPEATED)
        return member;
    size_t *count = quantifier(message, field);
    size_t size = message_value_size(field->type);
    char *grown = realloc(*(void **)member, (*count + 1) * size);
    if (!grown)
        abort();
    *(void **)member = grown;
    memset(grown + *count * size, 0, size);
    return grown + (*count)++ * size;
}

ProtobufCMessage *message_add(ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    assert(field && field->type == PROTOBUF_C_TYPE_MESSAGE);
    ProtobufCMessage **place = message_place(message, field);
    if (!*place)
        *place = message_new(field->descriptor);
    return *place;
}

size_t message_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    assert(field->label == PROTOBUF_C_LABEL_REPEATED);
    return *(const size_t *)quantifier(message, field);
}

ProtobufCMessage *message_sub(const ProtobufCMessage *message,
                              const ProtobufCFieldDescriptor *field)
{
    assert(field->type == PROTOBUF_C_TYPE_MESSAGE && field->label != PROTOBUF_C_LABEL_REPEATED);
    return message_has(message, field) ? *(ProtobufCMessage **)message_member(message, field)
                                       : NULL;
}

ProtobufCMessage **message_elements(const ProtobufCMessage *message,
                                    const ProtobufCFieldDescriptor *field, size_t *ret_count)
{
    assert(field->type == PROTOBUF_C_TYPE_MESSAGE && field->label == PROTOBUF_C_LABEL_REPEATED);
    *ret_count = message_count(message, field);
    return *(ProtobufCMessage ***)message_member(message, field);
}

const char *message_string(const ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    assert(field && field->type == PROTOBUF_C_TYPE_STRING);
    return *(const char *const *)message_member(message, field);
}

const ProtobufCFieldDescriptor *message_field(const ProtobufCMessageDescriptor *type,
                                              const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, ".", -1);
    const ProtobufCFieldDescriptor *field = NULL;
    for (size_t i = 0; names[i]; i++) {
        if (!type)
            return NULL;
        field = protobuf_c_message_descriptor_get_field_by_name(type, names[i]);
        if (!field)
            return NULL;
        type = field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
    }
    return field;
}
