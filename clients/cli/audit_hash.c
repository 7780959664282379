/* An entry's hash from what a file says of it: the bytes audit_service.proto describes, through
 * BLAKE2b-256. */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "clients/cli/audit_file.h"

enum { ENTRY_VERSION = 1, BYTES_MAX = 1024 };

struct bytes_made {
    uint8_t data[BYTES_MAX];
    size_t size;
};

static void add(struct bytes_made *made, uint64_t value, unsigned size)
{
    for (unsigned i = size; i-- > 0;)
        made->data[made->size++] = (uint8_t)(value >> 8 * i);
}

/* Digits alone, at most `max`, and no more than need be: a file has one way to say a number. */
static bool read_number(const char *text, uint64_t max, uint64_t *ret)
{
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9' || (text[0] == '0' && text[1] != '\0') ||
        strlen(text) > 20)
        return false;
    errno = 0;
    uint64_t value = g_ascii_strtoull(text, &end, 10);
    if (*end != '\0' || value > max || errno != 0)
        return false;
    *ret = value;
    return true;
}

/* The value of an enum whose names begin with `prefix`. */
static bool read_enum(const ProtobufCEnumDescriptor *type, const char *prefix, const char *text,
                      uint64_t *ret)
{
    g_autofree char *upper = g_ascii_strup(text, -1);
    g_autofree char *name = g_strconcat(prefix, upper, NULL);
    g_autofree char *lower = g_ascii_strdown(text, -1);
    const ProtobufCEnumValue *found =
        strcmp(lower, text) == 0 ? protobuf_c_enum_descriptor_get_value_by_name(type, name) : NULL;
    if (found)
        *ret = (uint64_t)found->value;
    return found != NULL;
}

/* "GetMember" as AUDIT_ACTION_GET_MEMBER. */
static bool read_action(const char *text, uint64_t *ret)
{
    g_autoptr(GString) name = g_string_new("AUDIT_ACTION");
    for (const char *at = text; *at; at++) {
        if (!g_ascii_isalpha(*at) || (at == text && !g_ascii_isupper(*at)))
            return false;
        if (g_ascii_isupper(*at))
            g_string_append_c(name, '_');
        g_string_append_c(name, g_ascii_toupper(*at));
    }
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value_by_name(
        &beckon__v1__audit_action__descriptor, name->str);
    if (found)
        *ret = (uint64_t)found->value;
    return found != NULL && found->value != 0;
}

static bool read_party(const char *text, uint64_t *ret_kind, uint64_t *ret_number)
{
    static const char *const kinds[] = {"", "member:", "guide:", "shop:"};
    *ret_kind = *ret_number = 0;
    if (text[0] == '\0')
        return true;
    for (size_t i = 1; i < G_N_ELEMENTS(kinds); i++) {
        size_t size = strlen(kinds[i]);
        if (strncmp(text, kinds[i], size) != 0)
            continue;
        *ret_kind = i;
        return read_number(text + size, UINT32_MAX, ret_number) && *ret_number != 0;
    }
    return false;
}

/* "2026-01-02T03:04:05.678Z", exactly so: ISO 8601 has others for the same moment. */
static bool read_time(const char *text, uint64_t *ret_ms)
{
    if (strlen(text) != strlen("2026-01-02T03:04:05.678Z") || text[19] != '.' || text[23] != 'Z')
        return false;
    g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(text, NULL);
    if (!at || g_date_time_to_unix(at) < 0)
        return false;
    g_autofree char *seconds = g_date_time_format(at, "%Y-%m-%dT%H:%M:%S");
    if (strncmp(seconds, text, 19) != 0)
        return false;
    *ret_ms = (uint64_t)g_date_time_to_unix(at) * 1000 +
              (uint64_t)g_date_time_get_microsecond(at) / 1000;
    return true;
}

static bool add_text(struct bytes_made *made, const char *text)
{
    size_t size = strlen(text);
    if (size > UINT8_MAX)
        return false;
    add(made, size, 1);
    memcpy(made->data + made->size, text, size);
    made->size += size;
    return true;
}

static bool add_hash(struct bytes_made *made, const char *text)
{
    size_t size = 0;
    if (strlen(text) != AUDIT_HASH_DIGITS || strspn(text, "0123456789abcdef") != strlen(text))
        return false;
    sodium_hex2bin(made->data + made->size, AUDIT_HASH_BYTES, text, AUDIT_HASH_DIGITS, NULL, &size,
                   NULL);
    made->size += size;
    return size == AUDIT_HASH_BYTES;
}

/* One column; AUDIT_HASH is what comes of it. */
static bool add_column(struct bytes_made *made, enum audit_column column, const char *text)
{
    uint64_t value = 0, number = 0;
    bool good = true;
    switch (column) {
    case AUDIT_RECORDED_AT: good = read_time(text, &value); add(made, value, 8); break;
    case AUDIT_ENTRY_NUMBER:
    case AUDIT_OBJECT_NUMBER:
    case AUDIT_OBJECT_PART: good = read_number(text, UINT64_MAX, &value); add(made, value, 8);
        break;
    case AUDIT_TOKEN_NUMBER: good = read_number(text, UINT32_MAX, &value); add(made, value, 4);
        break;
    case AUDIT_ROLE:
        good = read_enum(&beckon__v1__role__descriptor, "ROLE_", text, &value);
        add(made, value, 1);
        break;
    case AUDIT_PARTY:
        good = read_party(text, &value, &number);
        add(made, value, 1);
        add(made, number, 4);
        break;
    case AUDIT_BY_SESSION:
        value = strcmp(text, "true") == 0;
        good = value || strcmp(text, "false") == 0;
        add(made, value, 1);
        break;
    case AUDIT_ACTION: good = read_action(text, &value); add(made, value, 2); break;
    case AUDIT_OBJECT_KIND:
        good = read_enum(&beckon__v1__audit_object_kind__descriptor, "AUDIT_OBJECT_KIND_", text,
                         &value);
        add(made, value, 1);
        break;
    case AUDIT_OBJECT_TEXT:
    case AUDIT_FACTS: good = add_text(made, text); break;
    case AUDIT_PREVIOUS_HASH: good = add_hash(made, text); break;
    case AUDIT_HASH:
    case AUDIT_COLUMN_COUNT: break;
    }
    return good;
}

bool audit_row_hash(const struct audit_row *row, char ret_hash[AUDIT_HASH_DIGITS + 1],
                    GString *error)
{
    struct bytes_made made = {.size = 0};
    uint8_t hash[AUDIT_HASH_BYTES];
    add(&made, ENTRY_VERSION, 1);
    for (int column = 0; column < AUDIT_COLUMN_COUNT; column++) {
        if (add_column(&made, (enum audit_column)column, row->texts[column]))
            continue;
        g_string_printf(error, "%s can't be read", AUDIT_COLUMNS[column].name);
        return false;
    }
    crypto_generichash(hash, sizeof hash, made.data, made.size, NULL, 0);
    sodium_bin2hex(ret_hash, AUDIT_HASH_DIGITS + 1, hash, sizeof hash);
    return true;
}
