#include "clients/cli/audit_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "clients/message/csv.h"

const struct audit_column_info AUDIT_COLUMNS[AUDIT_COLUMN_COUNT] = {
    [AUDIT_ENTRY_NUMBER] = {"entry_number", AUDIT_IS_NUMBER},
    [AUDIT_RECORDED_AT] = {"recorded_at", AUDIT_IS_TEXT},
    [AUDIT_ROLE] = {"role", AUDIT_IS_TEXT},
    [AUDIT_PARTY] = {"party", AUDIT_IS_TEXT},
    [AUDIT_TOKEN_NUMBER] = {"token_number", AUDIT_IS_NUMBER},
    [AUDIT_BY_SESSION] = {"by_session", AUDIT_IS_FLAG},
    [AUDIT_ACTION] = {"action", AUDIT_IS_TEXT},
    [AUDIT_OBJECT_KIND] = {"object_kind", AUDIT_IS_TEXT},
    [AUDIT_OBJECT_NUMBER] = {"object_number", AUDIT_IS_NUMBER},
    [AUDIT_OBJECT_PART] = {"object_part", AUDIT_IS_NUMBER},
    [AUDIT_OBJECT_TEXT] = {"object_text", AUDIT_IS_TEXT},
    [AUDIT_FACTS] = {"facts", AUDIT_IS_TEXT},
    [AUDIT_PREVIOUS_HASH] = {"previous_hash", AUDIT_IS_TEXT},
    [AUDIT_HASH] = {"hash", AUDIT_IS_TEXT},
};

static const char *const PARTIES[] = {"", "member", "guide", "shop"};

/* ---- from messages --------------------------------------------------------------------------- */

void audit_row_clear(struct audit_row *row)
{
    for (size_t i = 0; i < AUDIT_COLUMN_COUNT; i++)
        g_clear_pointer(&row->texts[i], g_free);
}

static char *number_text(uint64_t number)
{
    return g_strdup_printf("%" PRIu64, number);
}

/* An enum value by what is behind its type's name, in lower case. */
static char *enum_text(const ProtobufCEnumDescriptor *type, int value, size_t prefix)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);
    return found ? g_ascii_strdown(found->name + prefix, -1) : g_strdup_printf("%d", value);
}

/* "AUDIT_ACTION_GET_MEMBER" as "GetMember". */
static char *action_text(int value)
{
    const ProtobufCEnumValue *found =
        protobuf_c_enum_descriptor_get_value(&beckon__v1__audit_action__descriptor, value);
    if (!found)
        return g_strdup_printf("%d", value);
    GString *text = g_string_new(NULL);
    const char *name = found->name + strlen("AUDIT_ACTION_");
    for (const char *at = name; *at; at++)
        if (*at != '_')
            g_string_append_c(text, at == name || at[-1] == '_' ? *at : g_ascii_tolower(*at));
    return g_string_free(text, FALSE);
}

static char *time_text(const Google__Protobuf__Timestamp *at)
{
    g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc(at->seconds);
    g_autofree char *text = seconds ? g_date_time_format(seconds, "%Y-%m-%dT%H:%M:%S") : NULL;
    return g_strdup_printf("%s.%03dZ", text ? text : "?", at->nanos / 1000000);
}

void audit_row_fill(const Beckon__V1__AuditEntry *entry, struct audit_row *ret_row)
{
    const Beckon__V1__Party *party = entry->party;
    bool known = party && party->kind > 0 && party->kind < (int)G_N_ELEMENTS(PARTIES);
    *ret_row = (struct audit_row){.texts = {
        [AUDIT_ENTRY_NUMBER] = number_text(entry->entry_number),
        [AUDIT_RECORDED_AT] = entry->recorded_at ? time_text(entry->recorded_at) : g_strdup(""),
        [AUDIT_ROLE] = enum_text(&beckon__v1__role__descriptor, (int)entry->role,
                                 strlen("ROLE_")),
        [AUDIT_PARTY] = known ? g_strdup_printf("%s:%u", PARTIES[party->kind],
                                                (unsigned)party->number) : g_strdup(""),
        [AUDIT_TOKEN_NUMBER] = number_text(entry->token_number),
        [AUDIT_BY_SESSION] = g_strdup(entry->by_session ? "true" : "false"),
        [AUDIT_ACTION] = action_text((int)entry->action_kind),
        [AUDIT_OBJECT_KIND] = enum_text(&beckon__v1__audit_object_kind__descriptor,
                                        (int)entry->object_kind, strlen("AUDIT_OBJECT_KIND_")),
        [AUDIT_OBJECT_NUMBER] = number_text(entry->object_number),
        [AUDIT_OBJECT_PART] = number_text(entry->object_part),
        [AUDIT_OBJECT_TEXT] = g_strdup(entry->object_text),
        [AUDIT_FACTS] = g_strdup(entry->facts),
        [AUDIT_PREVIOUS_HASH] = g_strdup(entry->previous_hash),
        [AUDIT_HASH] = g_strdup(entry->hash),
    }};
}

/* ---- to a file ------------------------------------------------------------------------------- */

static void write_json(FILE *out, json_t *object)
{
    if (json_dumpf(object, out, JSON_COMPACT) == 0)
        fputc('\n', out);
    json_decref(object);
}

void audit_file_begin(FILE *out, bool csv, const struct audit_statement *statement)
{
    if (!csv) {
        write_json(out, json_pack("{s:I, s:I, s:s}", "first_number",
                                  (json_int_t)statement->first_number, "last_number",
                                  (json_int_t)statement->last_number, "head_hash",
                                  statement->head_hash));
        return;
    }
    fprintf(out, "# first_number=%" PRIu64 " last_number=%" PRIu64 " head_hash=%s\r\n",
            statement->first_number, statement->last_number, statement->head_hash);
    for (size_t i = 0; i < AUDIT_COLUMN_COUNT; i++)
        fprintf(out, "%s%s", i > 0 ? "," : "", AUDIT_COLUMNS[i].name);
    fputs("\r\n", out);
}

static json_t *json_of(enum audit_column_kind kind, const char *text)
{
    switch (kind) {
    case AUDIT_IS_NUMBER: return json_integer((json_int_t)g_ascii_strtoull(text, NULL, 10));
    case AUDIT_IS_FLAG: return json_boolean(strcmp(text, "true") == 0);
    case AUDIT_IS_TEXT: break;
    }
    return json_string(text);
}

void audit_file_write(FILE *out, bool csv, const struct audit_row *row)
{
    json_t *object = csv ? NULL : json_object();
    for (size_t i = 0; i < AUDIT_COLUMN_COUNT; i++) {
        if (!csv) {
            json_object_set_new(object, AUDIT_COLUMNS[i].name,
                                json_of(AUDIT_COLUMNS[i].kind, row->texts[i]));
            continue;
        }
        if (i > 0)
            fputc(',', out);
        csv_write_field(out, row->texts[i]);
    }
    if (csv)
        fputs("\r\n", out);
    else
        write_json(out, object);
}
