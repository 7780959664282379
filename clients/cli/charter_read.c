/* A charter's bytes to a program: YAML's events are looked through for what a charter may not have,
 * then loaded as a tree with marks, then read mapping by mapping, each by its table of words. */
#include <stdarg.h>
#include <string.h>

#include "clients/cli/charter_inner.h"
#include "clients/message/message.h"

enum { DEPTH_MAX = 8, ERRORS_MAX = 50 };

#define ONE_LEVEL "one level: nobody earns from a referee's referees"

struct charter_error {
    size_t line, column;
    char *text;
};

/* ---- errors and places ----------------------------------------------------------------------- */

static void error_at(struct charter_reading *reading, yaml_mark_t mark, char *text)
{
    struct charter_error error = {mark.line + 1, mark.column + 1, text};
    g_array_append_val(reading->errors, error);
}

void charter_error(struct charter_reading *reading, const yaml_node_t *node, const char *key,
                   const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    const char *trail = reading->trail->str;
    error_at(reading, node->start_mark,
             g_strdup_printf("%s%s%s%s%s", trail, *trail && key ? " > " : "", key ? key : "",
                             *trail || key ? ": " : "", what));
}

void charter_wrong(struct charter_reading *reading, const struct charter_word *word,
                   const yaml_node_t *node, const char *text)
{
    if (text)
        charter_error(reading, node, word->key, "must be %s; not \"%s\"", word->form, text);
    else
        charter_error(reading, node, word->key, "must be %s", word->form);
}

void charter_said(struct charter_reading *reading, const char *fields, const char *key,
                  const yaml_node_t *node)
{
    g_auto(GStrv) names = g_strsplit(fields, ",", -1);
    for (size_t i = 0; names[i]; i++) {
        struct charter_place place = {
            .path = g_strdup_printf("%s%s", reading->path->str, names[i]),
            .trail = g_strdup_printf("%s%s%s", reading->trail->str,
                                     reading->trail->len > 0 && *key ? " > " : "", key),
            .line = node->start_mark.line + 1,
            .column = node->start_mark.column + 1,
        };
        g_array_append_val(reading->charter->places, place);
    }
}

const struct charter_place *charter_place_of(const struct charter *charter, const char *path)
{
    const struct charter_place *best = NULL;
    size_t best_size = 0;
    for (guint i = 0; i < charter->places->len; i++) {
        const struct charter_place *place =
            &g_array_index(charter->places, struct charter_place, i);
        size_t size = strlen(place->path);
        bool within = strncmp(place->path, path, size) == 0 && strchr(".[", path[size]);
        if (within && size > best_size) {
            best = place;
            best_size = size;
        }
    }
    return best;
}

struct charter_depth charter_enter(struct charter_reading *reading, const char *key,
                                   const char *path)
{
    struct charter_depth depth = {reading->trail->len, reading->path->len};
    g_string_append_printf(reading->trail, "%s%s", depth.trail > 0 ? " > " : "", key);
    g_string_append(reading->path, path);
    return depth;
}

void charter_leave(struct charter_reading *reading, struct charter_depth depth)
{
    g_string_truncate(reading->trail, depth.trail);
    g_string_truncate(reading->path, depth.path);
}

/* ---- mappings -------------------------------------------------------------------------------- */

const yaml_node_t *charter_node(const struct charter_reading *reading, int index)
{
    return yaml_document_get_node(reading->document, index);
}

const char *charter_scalar(struct charter_reading *reading, const struct charter_word *word,
                           const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE) {
        charter_wrong(reading, word, node, NULL);
        return NULL;
    }
    const char *text = (const char *)node->data.scalar.value;
    if (strlen(text) != node->data.scalar.length || text[0] == '\0') {
        charter_error(reading, node, word->key, "is empty; must be %s", word->form);
        return NULL;
    }
    return text;
}

static const struct charter_word *word_of(const struct charter_word *words, const char *key)
{
    for (; words->key; words++) {
        if (strcmp(words->key, key) == 0)
            return words;
    }
    return NULL;
}

static void unknown_word(struct charter_reading *reading, const struct charter_word *words,
                         const yaml_node_t *key, const char *text)
{
    if (strcmp(text, "levels") == 0 || strcmp(text, "level") == 0 || strcmp(text, "depth") == 0) {
        charter_error(reading, key, text, ONE_LEVEL);
        return;
    }
    g_autoptr(GString) known = g_string_new(NULL);
    for (; words->key; words++)
        g_string_append_printf(known, "%s%s", known->len > 0 ? ", " : "", words->key);
    charter_error(reading, key, text, "there is no such word here; there are %s", known->str);
}

/* Are the keys scalars, known and given once? */
static bool check_keys(struct charter_reading *reading, const struct charter_word *words,
                       const yaml_node_t *node)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    if (node->type != YAML_MAPPING_NODE) {
        charter_error(reading, node, NULL, "must be a mapping, \"word: value\" in each line");
        return false;
    }
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = charter_node(reading, pair->key);
        const char *text = key->type == YAML_SCALAR_NODE
                               ? (const char *)key->data.scalar.value : NULL;
        if (!text)
            charter_error(reading, key, NULL, "a word is a text");
        else if (!g_hash_table_add(seen, (char *)text))
            charter_error(reading, key, text, "is there twice");
        else if (words && !word_of(words, text))
            unknown_word(reading, words, key, text);
    }
    return true;
}

bool charter_pairs(struct charter_reading *reading, const yaml_node_t *node)
{
    return check_keys(reading, NULL, node);
}

void charter_mapping(struct charter_reading *reading, const struct charter_word *words,
                     ProtobufCMessage *message, const yaml_node_t *node)
{
    if (!check_keys(reading, words, node))
        return;
    for (const struct charter_word *word = words; word->key; word++) {
        for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
             pair < node->data.mapping.pairs.top; pair++) {
            const yaml_node_t *key = charter_node(reading, pair->key);
            if (key->type != YAML_SCALAR_NODE ||
                strcmp((const char *)key->data.scalar.value, word->key) != 0)
                continue;
            const yaml_node_t *value = charter_node(reading, pair->value);
            charter_said(reading, word->field, word->key, value);
            word->read(reading, word, message, value);
            break; /* a second one has been told */
        }
    }
}

/* ---- the file -------------------------------------------------------------------------------- */

static void parser_error(struct charter_reading *reading, const yaml_parser_t *parser)
{
    error_at(reading, parser->problem_mark,
             g_strdup_printf("not YAML: %s%s%s", parser->context ? parser->context : "",
                             parser->context ? ", " : "",
                             parser->problem ? parser->problem : "unreadable"));
}

/* What an event is that no charter has; NULL: nothing. */
static const char *forbidden(const yaml_event_t *event, int depth, int documents)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return "an alias (*name) is not taken: say it again";
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    case YAML_DOCUMENT_START_EVENT:
        return documents > 0 ? "a second document: a file holds one program" : NULL;
    default:
        return NULL;
    }
    if (anchor)
        return "an anchor (&name) is not taken: say it again";
    if (tag)
        return "a tag (!name) is not taken";
    return depth > DEPTH_MAX ? "too deep" : NULL;
}

/* Looks through all events before anything is built from them. */
static bool events_fine(struct charter_reading *reading, const char *text, size_t size)
{
    yaml_parser_t parser;
    yaml_event_t event;
    int depth = 0, documents = 0;
    bool fine = true, more = true;
    if (!yaml_parser_initialize(&parser))
        g_error("out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    while (more && fine) {
        if (!yaml_parser_parse(&parser, &event)) {
            parser_error(reading, &parser);
            fine = false;
            break;
        }
        depth += event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT;
        depth -= event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
        const char *why = forbidden(&event, depth, documents);
        documents += event.type == YAML_DOCUMENT_START_EVENT;
        if (why)
            error_at(reading, event.start_mark, g_strdup(why));
        fine = !why;
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return fine;
}

static void read_document(struct charter_reading *reading, const char *text, size_t size)
{
    yaml_parser_t parser;
    yaml_document_t document;
    if (!events_fine(reading, text, size))
        return;
    if (!yaml_parser_initialize(&parser))
        g_error("out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    if (!yaml_parser_load(&parser, &document)) {
        parser_error(reading, &parser);
    } else {
        reading->document = &document;
        const yaml_node_t *root = yaml_document_get_root_node(&document);
        if (root) {
            g_string_truncate(reading->path, 0);
            charter_said(reading, "program", "the program", root);
            g_string_assign(reading->path, "program.");
            charter_mapping(reading, CHARTER_TOP, &reading->charter->program->base, root);
        } else {
            error_at(reading, document.start_mark, g_strdup("there is nothing in the file"));
        }
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
}

static gint error_order(gconstpointer a, gconstpointer b)
{
    const struct charter_error *left = a, *right = b;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    return left->column < right->column ? -1 : left->column > right->column;
}

static void place_clear(gpointer data)
{
    struct charter_place *place = data;
    g_free(place->path);
    g_free(place->trail);
}

static void error_clear(gpointer data)
{
    g_free(((struct charter_error *)data)->text);
}

static void errors_tell(const char *name, GArray *errors, GString *told)
{
    g_array_sort(errors, error_order);
    for (guint i = 0; i < errors->len && i < ERRORS_MAX; i++) {
        const struct charter_error *error = &g_array_index(errors, struct charter_error, i);
        g_string_append_printf(told, "%s:%zu:%zu: %s\n", name, error->line, error->column,
                               error->text);
    }
    if (errors->len > ERRORS_MAX)
        g_string_append_printf(told, "%s: and %u more\n", name, errors->len - ERRORS_MAX);
}

struct charter *charter_read(const char *name, const char *text, size_t size, GString *errors)
{
    struct charter *charter = g_new0(struct charter, 1);
    charter->program =
        (Beckon__V1__Program *)message_new(&beckon__v1__program__descriptor);
    charter->places = g_array_new(FALSE, FALSE, sizeof(struct charter_place));
    g_array_set_clear_func(charter->places, place_clear);
    g_autoptr(GString) trail = g_string_new(NULL);
    g_autoptr(GString) path = g_string_new("program.");
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct charter_error));
    g_array_set_clear_func(found, error_clear);
    struct charter_reading reading = {.trail = trail, .path = path, .errors = found,
                                      .charter = charter};
    if (size > CHARTER_BYTES_MAX)
        g_string_append_printf(errors, "%s: larger than %d bytes\n", name, CHARTER_BYTES_MAX);
    else
        read_document(&reading, text, size);
    errors_tell(name, found, errors);
    if (errors->len == 0)
        return charter;
    charter_free(charter);
    return NULL;
}

void charter_free(struct charter *charter)
{
    if (!charter)
        return;
    protobuf_c_message_free_unpacked(&charter->program->base, NULL);
    g_array_unref(charter->places);
    g_free(charter);
}

void charter_to_read(struct charter_reading *reading, const struct charter_word *word,
                     ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    if (!text)
        return;
    /* Whoever stands beyond the referrer, however he is called. */
    bool beyond = strstr(text, "referrer") && strcmp(text, "referrer") != 0;
    if (beyond || strstr(text, "upline") || strstr(text, "level"))
        charter_error(reading, node, word->key, ONE_LEVEL);
    else
        charter_choice_read(reading, word, message, node);
}
