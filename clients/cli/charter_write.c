/* A program to the lines of a charter, and lines to YAML. */
#include <string.h>

#include "clients/cli/charter_inner.h"

static void line_free(gpointer data)
{
    struct charter_line *line = data;
    g_free(line->trail);
    g_free(line->key);
    g_free(line->value);
    g_free(line);
}

void charter_line_add(struct charter_writing *writing, const char *key, char *value)
{
    struct charter_line *line = g_new0(struct charter_line, 1);
    line->depth = writing->depth;
    line->trail = g_strdup(writing->trail->str);
    line->key = g_strdup(key);
    line->value = value;
    g_ptr_array_add(writing->lines, line);
}

gsize charter_open(struct charter_writing *writing, const char *key)
{
    gsize opened = writing->trail->len;
    charter_line_add(writing, key, NULL);
    g_string_append_printf(writing->trail, "%s%s", opened > 0 ? " > " : "", key);
    writing->depth++;
    return opened;
}

void charter_close(struct charter_writing *writing, gsize opened)
{
    /* A mapping without lines is written as an empty one, not as nothing. */
    struct charter_line *last = g_ptr_array_index(writing->lines, writing->lines->len - 1);
    writing->depth--;
    if (!last->value && last->depth == writing->depth)
        last->value = g_strdup("{}");
    g_string_truncate(writing->trail, opened);
}

void charter_write_mapping(struct charter_writing *writing, const struct charter_word *words,
                           const ProtobufCMessage *message)
{
    for (; words->key; words++)
        words->write(writing, words, message);
}

/* May it stand without quotes? Letters of any script, digits and what never means anything. */
static bool is_plain(const char *text)
{
    static const char SPECIAL[] = ":#{}[],&*!|>'\"`@\\";
    size_t size = strlen(text);
    if (size == 0 || strchr(" -?%=<~", text[0]) || text[size - 1] == ' ')
        return false;
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] < ' ' || text[i] == 127 || strchr(SPECIAL, text[i]))
            return false;
    }
    return true;
}

char *charter_quoted(const char *text)
{
    if (is_plain(text))
        return g_strdup(text);
    GString *quoted = g_string_new("\"");
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < ' ' || byte == 127) {
            g_string_append_printf(quoted, "\\x%02x", byte);
            continue;
        }
        if (byte == '"' || byte == '\\')
            g_string_append_c(quoted, '\\');
        g_string_append_c(quoted, *text);
    }
    g_string_append_c(quoted, '"');
    return g_string_free(quoted, FALSE);
}

char *charter_list_text(char *const *texts, size_t count)
{
    GString *list = g_string_new("[");
    for (size_t i = 0; i < count; i++) {
        g_autofree char *text = charter_quoted(texts[i]);
        g_string_append_printf(list, "%s%s", i > 0 ? ", " : "", text);
    }
    g_string_append_c(list, ']');
    return g_string_free(list, FALSE);
}

GPtrArray *charter_lines(const Beckon__V1__Program *program, const char *currency)
{
    g_autoptr(GString) trail = g_string_new(NULL);
    struct charter_writing writing = {
        .lines = g_ptr_array_new_with_free_func(line_free),
        .trail = trail,
        .currency = currency,
    };
    charter_write_mapping(&writing, CHARTER_TOP, &program->base);
    return writing.lines;
}

void charter_print(FILE *out, const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++) {
        const struct charter_line *line = g_ptr_array_index((GPtrArray *)lines, i);
        g_autofree char *key = charter_quoted(line->key);
        fprintf(out, "%*s%s:%s%s\n", (int)(2 * line->depth), "", key, line->value ? " " : "",
                line->value ? line->value : "");
    }
}
