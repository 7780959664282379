#include "clients/message/text.h"

#include <string.h>

char *text_of_time(const Google__Protobuf__Timestamp *time)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time->seconds);
    if (!date)
        return g_strdup_printf("%" G_GINT64_FORMAT, (gint64)time->seconds);
    g_autofree char *whole = g_date_time_format(date, "%Y-%m-%dT%H:%M:%S");
    if (time->nanos <= 0 || time->nanos > 999999999)
        return g_strdup_printf("%sZ", whole);
    char fraction[10];
    g_snprintf(fraction, sizeof fraction, "%09d", time->nanos);
    size_t size = strlen(fraction);
    while (fraction[size - 1] == '0')
        fraction[--size] = '\0';
    return g_strdup_printf("%s.%sZ", whole, fraction);
}

bool text_to_time(const char *text, int64_t *ret_seconds, int32_t *ret_nanos)
{
    /* GLib reads all of ISO 8601; RFC 3339 has dashes, colons and a T at fixed places. */
    static const char shape[] = "0000-00-00T00:00:00";
    size_t shape_size = sizeof shape - 1;
    if (strlen(text) <= shape_size)
        return false;
    for (size_t i = 0; i < shape_size; i++) {
        bool fits = shape[i] == '0' ? g_ascii_isdigit(text[i]) != 0
                                    : g_ascii_toupper(text[i]) == shape[i];
        if (!fits)
            return false;
    }
    g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(text, NULL);
    if (!date)
        return false;
    *ret_seconds = g_date_time_to_unix(date);
    *ret_nanos = g_date_time_get_microsecond(date) * 1000;
    return true;
}

/* How much of the type's value names is its prefix: "PartyKind" -> strlen("PARTY_KIND_"). 0 when
 * the names don't begin with it. */
static size_t enum_prefix_size(const ProtobufCEnumDescriptor *type)
{
    g_autoptr(GString) prefix = g_string_new(NULL);
    for (const char *c = type->short_name; *c; c++) {
        if (g_ascii_isupper(*c) && prefix->len > 0)
            g_string_append_c(prefix, '_');
        g_string_append_c(prefix, g_ascii_toupper(*c));
    }
    g_string_append_c(prefix, '_');
    for (unsigned i = 0; i < type->n_values; i++) {
        if (!g_str_has_prefix(type->values[i].name, prefix->str))
            return 0;
    }
    return prefix->len;
}

char *text_of_enum(const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *named = protobuf_c_enum_descriptor_get_value(type, value);
    if (!named)
        return g_strdup_printf("%d", value);
    return g_ascii_strdown(named->name + enum_prefix_size(type), -1);
}

static bool name_matches(const char *name, const char *text)
{
    for (; *name && *text; name++, text++) {
        char c = *text == '-' ? '_' : g_ascii_toupper(*text);
        if (c != *name)
            return false;
    }
    return *name == *text;
}

bool text_to_enum(const ProtobufCEnumDescriptor *type, const char *text, int *ret_value)
{
    size_t prefix_size = enum_prefix_size(type);
    for (unsigned i = 0; i < type->n_values; i++) {
        const char *name = type->values[i].name;
        if (name_matches(name, text) || name_matches(name + prefix_size, text)) {
            *ret_value = type->values[i].value;
            return true;
        }
    }
    return false;
}

char *text_enum_names(const ProtobufCEnumDescriptor *type)
{
    GString *names = g_string_new(NULL);
    for (unsigned i = 0; i < type->n_values; i++) {
        g_autofree char *name = text_of_enum(type, type->values[i].value);
        if (g_strcmp0(name, "unspecified") == 0)
            continue;
        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", name);
    }
    return g_string_free(names, FALSE);
}
