/* Texts into fields: what options and CSV cells become. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "beckon/v1/common.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"
#include "beckon/v1/purchase_service.pb-c.h"
#include "beckon/v1/refund_service.pb-c.h"
#include "clients/message/message_inner.h"
#include "clients/message/text.h"

static char *string_copy(const char *text)
{
    /* malloc'ed, since protobuf-c frees it with free(). */
    char *copy = strdup(text);
    if (!copy)
        abort();
    return copy;
}

static bool set_signed(void *place, const char *text, int64_t least, int64_t most, size_t size,
                       GString *error)
{
    gint64 value = 0;
    if (!g_ascii_string_to_signed(text, 10, least, most, &value, NULL)) {
        g_string_append_printf(error,
                               "must be a whole number from %" G_GINT64_FORMAT
                               " to %" G_GINT64_FORMAT,
                               (gint64)least, (gint64)most);
        return false;
    }
    if (size == sizeof(int32_t))
        *(int32_t *)place = (int32_t)value;
    else
        *(int64_t *)place = value;
    return true;
}

static bool set_unsigned(void *place, const char *text, uint64_t most, size_t size,
                         GString *error)
{
    guint64 value = 0;
    if (!g_ascii_string_to_unsigned(text, 10, 0, most, &value, NULL)) {
        g_string_append_printf(error, "must be a whole number from 0 to %" G_GUINT64_FORMAT,
                               (guint64)most);
        return false;
    }
    if (size == sizeof(uint32_t))
        *(uint32_t *)place = (uint32_t)value;
    else
        *(uint64_t *)place = value;
    return true;
}

static bool set_enum(const ProtobufCEnumDescriptor *type, void *place, const char *text,
                     GString *error)
{
    int value = 0;
    if (!text_to_enum(type, text, &value)) {
        g_autofree char *names = text_enum_names(type);
        g_string_append_printf(error, "must be one of %s", names);
        return false;
    }
    *(int *)place = value;
    return true;
}

static bool set_bool(void *place, const char *text, GString *error)
{
    bool is_true = strcmp(text, "true") == 0;
    if (!is_true && strcmp(text, "false") != 0) {
        g_string_append(error, "must be true or false");
        return false;
    }
    *(protobuf_c_boolean *)place = is_true;
    return true;
}

static bool set_bytes(ProtobufCBinaryData *place, const char *text, GString *error)
{
    gsize size = 0;
    g_autofree guchar *bytes = g_base64_decode(text, &size);
    g_autofree char *again = g_base64_encode(bytes, size);
    /* GLib's decoder skips what is not base64; only what it would write itself is taken. */
    if (strcmp(again, text) != 0) {
        g_string_append(error, "must be base64");
        return false;
    }
    place->data = malloc(size > 0 ? size : 1);
    if (!place->data)
        abort();
    if (size > 0)
        memcpy(place->data, bytes, size);
    place->len = size;
    return true;
}

static bool set_party(Beckon__V1__Party *party, const char *text, GString *error)
{
    const char *colon = strchr(text, ':');
    g_autofree char *kind = colon ? g_strndup(text, (gsize)(colon - text)) : NULL;
    int value = 0;
    guint64 number = 0;
    if (!kind || !text_to_enum(&beckon__v1__party_kind__descriptor, kind, &value) ||
        !g_ascii_string_to_unsigned(colon + 1, 10, 1, UINT32_MAX, &number, NULL)) {
        g_string_append(error, "must be member:NUMBER, guide:NUMBER or shop:NUMBER");
        return false;
    }
    party->kind = (Beckon__V1__PartyKind)value;
    party->number = (uint32_t)number;
    return true;
}

/* "AMOUNT[:TAX[:CATEGORY[:ARTICLE]]]", minor units: a line of a purchase. */
static bool set_line(Beckon__V1__PurchaseLine *line, const char *text, GString *error)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 4);
    guint count = g_strv_length(parts);
    gint64 amount = 0, tax = 0;
    if (count < 1 || !g_ascii_string_to_signed(parts[0], 10, 0, INT64_MAX, &amount, NULL) ||
        (count > 1 && parts[1][0] != '\0' &&
         !g_ascii_string_to_signed(parts[1], 10, 0, INT64_MAX, &tax, NULL))) {
        g_string_append(error, "must be AMOUNT[:TAX[:CATEGORY[:ARTICLE]]] in minor units, e.g. "
                               "9900:900:coat");
        return false;
    }
    line->amount_minor = amount;
    line->tax_minor = tax;
    if (count > 2) line->category = string_copy(parts[2]);
    if (count > 3) line->article = string_copy(parts[3]);
    return true;
}

/* "GUIDE[:SHARE_BP]": who sold, and his share in basis points. */
static bool set_seller(Beckon__V1__Seller *seller, const char *text, GString *error)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 2);
    guint64 guide = 0, share = 0;
    if (!parts[0] || !g_ascii_string_to_unsigned(parts[0], 10, 1, UINT32_MAX, &guide, NULL) ||
        (parts[1] && !g_ascii_string_to_unsigned(parts[1], 10, 1, 10000, &share, NULL))) {
        g_string_append(error, "must be GUIDE[:SHARE_BP], e.g. 3:6000 for 60 %");
        return false;
    }
    seller->guide_number = (uint32_t)guide;
    seller->share_bp = (int32_t)share;
    return true;
}

/* "LINE[:AMOUNT]": a line that is given back, whole or in part. */
static bool set_refund_line(Beckon__V1__RefundLine *line, const char *text, GString *error)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 2);
    guint64 number = 0;
    gint64 amount = 0;
    if (parts[0] == NULL ||
        !g_ascii_string_to_unsigned(parts[0], 10, 1, UINT32_MAX, &number, NULL) ||
        (parts[1] != NULL &&
         !g_ascii_string_to_signed(parts[1], 10, 0, INT64_MAX, &amount, NULL))) {
        g_string_append(error, "must be LINE[:AMOUNT], the line from 1, the amount in minor units, "
                               "e.g. 2:1500");
        return false;
    }
    line->line = (uint32_t)number;
    line->amount_minor = amount;
    return true;
}

/* The messages that one text can write; others are set by their fields. */
static bool set_message(const ProtobufCFieldDescriptor *field, void **place, const char *text,
                        GString *error)
{
    const ProtobufCMessageDescriptor *type = field->descriptor;
    ProtobufCMessage *message = *place ? *place : message_new(type);
    *place = message;
    if (type == &google__protobuf__timestamp__descriptor) {
        Google__Protobuf__Timestamp *time = (Google__Protobuf__Timestamp *)message;
        if (text_to_time(text, &time->seconds, &time->nanos))
            return true;
        g_string_append(error, "must be a time with its offset, e.g. 2026-01-31T09:30:00+08:00");
        return false;
    }
    if (type == &beckon__v1__party__descriptor)
        return set_party((Beckon__V1__Party *)message, text, error);
    if (type == &beckon__v1__purchase_line__descriptor)
        return set_line((Beckon__V1__PurchaseLine *)message, text, error);
    if (type == &beckon__v1__seller__descriptor)
        return set_seller((Beckon__V1__Seller *)message, text, error);
    if (type == &beckon__v1__refund_line__descriptor)
        return set_refund_line((Beckon__V1__RefundLine *)message, text, error);
    assert(type == &beckon__v1__attribute__descriptor);
    const char *equals = strchr(text, '=');
    if (!equals) {
        g_string_append(error, "must be NAME=VALUE");
        return false;
    }
    Beckon__V1__Attribute *attribute = (Beckon__V1__Attribute *)message;
    g_autofree char *name = g_strndup(text, (gsize)(equals - text));
    attribute->name = string_copy(name);
    attribute->value = string_copy(equals + 1);
    return true;
}

static bool value_set(const ProtobufCFieldDescriptor *field, void *place, const char *text,
                      GString *error)
{
    size_t size = message_value_size(field->type);
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        if (!g_utf8_validate(text, -1, NULL)) {
            g_string_append(error, "must be UTF-8");
            return false;
        }
        if (*(char **)place != field->default_value)
            free(*(char **)place);
        *(char **)place = string_copy(text);
        return true;
    case PROTOBUF_C_TYPE_BOOL:
        return set_bool(place, text, error);
    case PROTOBUF_C_TYPE_ENUM:
        return set_enum(field->descriptor, place, text, error);
    case PROTOBUF_C_TYPE_BYTES:
        return set_bytes(place, text, error);
    case PROTOBUF_C_TYPE_MESSAGE:
        return set_message(field, place, text, error);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return set_unsigned(place, text, UINT32_MAX, size, error);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return set_unsigned(place, text, UINT64_MAX, size, error);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return set_signed(place, text, INT64_MIN, INT64_MAX, size, error);
    default:
        assert(field->type != PROTOBUF_C_TYPE_FLOAT && field->type != PROTOBUF_C_TYPE_DOUBLE);
        return set_signed(place, text, INT32_MIN, INT32_MAX, size, error);
    }
}

bool message_set(ProtobufCMessage *message, const char *path, const char *text, GString *error)
{
    g_auto(GStrv) names = g_strsplit(path, ".", -1);
    for (size_t i = 0;; i++) {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(message->descriptor, names[i]);
        assert(field);
        if (!names[i + 1] && message_rival(message, field)) {
            g_string_append(error, "excludes the other one given");
            return false;
        }
        if (!names[i + 1])
            return value_set(field, message_place(message, field), text, error);
        assert(field->type == PROTOBUF_C_TYPE_MESSAGE);
        ProtobufCMessage **place;
        if (field->label == PROTOBUF_C_LABEL_REPEATED && message_count(message, field) > 0)
            place = *(ProtobufCMessage ***)message_member(message, field);
        else
            place = message_place(message, field);
        if (!*place)
            *place = message_new(field->descriptor);
        message = *place;
    }
}
