/* A template compiles to a flat list of nodes; a section knows the node after its end, so rendering
 * is a loop that calls itself only for sections, parts and texts, TEMPLATE_DEPTH_MAX deep. */
#include "clients/web/page/template.h"

#include <assert.h>
#include <string.h>

enum node_kind { NODE_PLAIN, NODE_VALUE, NODE_LOCAL, NODE_TEXT, NODE_WORD, NODE_SECTION,
                 NODE_WITH, NODE_WITHOUT, NODE_PART };

struct node {
    enum node_kind kind;
    char *name;   /* PLAIN: the text; VALUE, LOCAL, WORD, SECTION, WITH,
                  WITHOUT: a path; TEXT: key; PART: name */
    char *filter; /* VALUE: "" for none; WORD: the key's beginning */
    guint end;    /* SECTION, WITH, WITHOUT: index of the node after it */
    guint line;
};

struct compiled {
    GArray *nodes; /* struct node */
};

struct templates {
    GHashTable *pages;             /* name -> struct compiled */
    GHashTable *texts[LANGUAGES];  /* key -> struct compiled */
};

/* ---- compiling ------------------------------------------------------------------------------- */

static void node_clear(void *pointer)
{
    struct node *node = pointer;
    g_free(node->name);
    g_free(node->filter);
}

static void compiled_free(void *pointer)
{
    struct compiled *compiled = pointer;
    g_array_free(compiled->nodes, true);
    g_free(compiled);
}

struct templates *templates_new(void)
{
    struct templates *templates = g_new0(struct templates, 1);
    templates->pages = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, compiled_free);
    for (int i = 0; i < LANGUAGES; i++)
        templates->texts[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                                    compiled_free);
    return templates;
}

void templates_free(struct templates *templates)
{
    if (!templates)
        return;
    g_hash_table_unref(templates->pages);
    for (int i = 0; i < LANGUAGES; i++)
        g_hash_table_unref(templates->texts[i]);
    g_free(templates);
}

struct compiling {
    GArray *nodes;
    guint open[TEMPLATE_DEPTH_MAX]; /* sections not closed yet */
    unsigned depth;
    guint line;
};

static guint node_add(struct compiling *compiling, enum node_kind kind, const char *name,
                      gsize size, const char *filter)
{
    struct node node = {.kind = kind, .name = g_strndup(name, size), .filter = g_strdup(filter),
                        .line = compiling->line};
    g_array_append_val(compiling->nodes, node);
    return compiling->nodes->len - 1;
}

/* {{/name}} ends the innermost section, which must be of that name. */
static bool close_section(struct compiling *compiling, const char *name, GString *error)
{
    if (compiling->depth == 0) {
        g_string_append_printf(error, "line %u: {{/%s}} closes nothing", compiling->line, name);
        return false;
    }
    struct node *open =
        &g_array_index(compiling->nodes, struct node, compiling->open[--compiling->depth]);
    if (strcmp(open->name, name) != 0) {
        g_string_append_printf(error, "line %u: {{/%s}} closes {{#%s}} of line %u",
                               compiling->line, name, open->name, open->line);
        return false;
    }
    open->end = compiling->nodes->len;
    return true;
}

static bool open_section(struct compiling *compiling, enum node_kind kind, const char *name,
                         GString *error)
{
    if (compiling->depth == TEMPLATE_DEPTH_MAX) {
        g_string_append_printf(error, "line %u: sections are too deep", compiling->line);
        return false;
    }
    compiling->open[compiling->depth++] = node_add(compiling, kind, name, strlen(name), "");
    return true;
}

/* "path", "filter path", "word prefix path". */
static bool add_value(struct compiling *compiling, char *tag, GString *error)
{
    char **words = g_strsplit(tag, " ", 4);
    guint count = g_strv_length(words);
    bool good = true;
    if (count == 1) {
        node_add(compiling, NODE_VALUE, words[0], strlen(words[0]), "");
    } else if (count == 2 && strcmp(words[0], "local") == 0) {
        node_add(compiling, NODE_LOCAL, words[1], strlen(words[1]), "");
    } else if (count == 2 && format_knows(words[0])) {
        node_add(compiling, NODE_VALUE, words[1], strlen(words[1]), words[0]);
    } else if (count == 3 && strcmp(words[0], "word") == 0) {
        node_add(compiling, NODE_WORD, words[2], strlen(words[2]), words[1]);
    } else {
        g_string_append_printf(error, "line %u: {{%s}} is not understood", compiling->line, tag);
        good = false;
    }
    g_strfreev(words);
    return good;
}

static bool add_tag(struct compiling *compiling, char *tag, GString *error)
{
    switch (tag[0]) {
    case '#': return open_section(compiling, NODE_SECTION, tag + 1, error);
    case '?': return open_section(compiling, NODE_WITH, tag + 1, error);
    case '^': return open_section(compiling, NODE_WITHOUT, tag + 1, error);
    case '/': return close_section(compiling, tag + 1, error);
    case '>': node_add(compiling, NODE_PART, tag + 1, strlen(tag + 1), ""); return true;
    case '=': node_add(compiling, NODE_TEXT, tag + 1, strlen(tag + 1), ""); return true;
    default: return add_value(compiling, tag, error);
    }
}

static struct compiled *compile(const char *source, gsize size, GString *error)
{
    struct compiling compiling = {.nodes = g_array_new(false, false, sizeof(struct node)),
                                  .line = 1};
    g_array_set_clear_func(compiling.nodes, node_clear);
    const char *at = source, *end = source + size;
    bool good = true;
    while (good && at < end) {
        const char *open = g_strstr_len(at, end - at, "{{");
        const char *plain_end = open ? open : end;
        if (plain_end > at)
            node_add(&compiling, NODE_PLAIN, at, (gsize)(plain_end - at), "");
        for (const char *c = at; c < plain_end; c++)
            compiling.line += *c == '\n';
        if (!open)
            break;
        const char *close = g_strstr_len(open, end - open, "}}");
        if (!close) {
            g_string_append_printf(error, "line %u: {{ without }}", compiling.line);
            good = false;
            break;
        }
        char *tag = g_strndup(open + 2, (gsize)(close - open - 2));
        good = add_tag(&compiling, tag, error);
        g_free(tag);
        at = close + 2;
    }
    if (good && compiling.depth > 0) {
        const struct node *open =
            &g_array_index(compiling.nodes, struct node, compiling.open[compiling.depth - 1]);
        g_string_append_printf(error, "line %u: {{#%s}} is not closed", open->line, open->name);
        good = false;
    }
    if (!good) {
        g_array_free(compiling.nodes, true);
        return NULL;
    }
    struct compiled *compiled = g_new0(struct compiled, 1);
    compiled->nodes = compiling.nodes;
    return compiled;
}

static bool add(GHashTable *table, const char *name, const char *source, gsize size,
                GString *error)
{
    gsize before = error->len;
    struct compiled *compiled = NULL;
    if (g_hash_table_contains(table, name))
        g_string_append(error, "the name is taken");
    else
        compiled = compile(source, size, error);
    if (!compiled) {
        char *where = g_strdup_printf("%s: ", name);
        g_string_insert(error, (gssize)before, where);
        g_free(where);
        return false;
    }
    g_hash_table_insert(table, g_strdup(name), compiled);
    return true;
}

bool templates_add(struct templates *templates, const char *name, const char *source, size_t size,
                   GString *error)
{
    return add(templates->pages, name, source, size, error);
}

bool templates_add_text(struct templates *templates, enum language language, const char *key,
                        const char *text, GString *error)
{
    return add(templates->texts[language], key, text, strlen(text), error);
}

/* ---- checking -------------------------------------------------------------------------------- */

static bool text_exists(const struct templates *templates, const char *key)
{
    for (int i = 0; i < LANGUAGES; i++) {
        if (!g_hash_table_contains(templates->texts[i], key))
            return false;
    }
    return true;
}

static bool check_one(const struct templates *templates, const char *name,
                      const struct compiled *compiled, GString *error)
{
    for (guint i = 0; i < compiled->nodes->len; i++) {
        const struct node *node = &g_array_index(compiled->nodes, struct node, i);
        if (node->kind == NODE_PART && !g_hash_table_contains(templates->pages, node->name)) {
            g_string_append_printf(error, "%s: line %u: there is no template %s", name, node->line,
                                   node->name);
            return false;
        }
        if (node->kind == NODE_TEXT && !text_exists(templates, node->name)) {
            g_string_append_printf(error, "%s: line %u: text %s is missing in a language", name,
                                   node->line, node->name);
            return false;
        }
    }
    return true;
}

static bool check_table(const struct templates *templates, GHashTable *table, GString *error)
{
    GHashTableIter iterator;
    void *name, *compiled;
    g_hash_table_iter_init(&iterator, table);
    while (g_hash_table_iter_next(&iterator, &name, &compiled)) {
        if (!check_one(templates, name, compiled, error))
            return false;
    }
    return true;
}

bool templates_check(const struct templates *templates, GString *error)
{
    for (int i = 0; i < LANGUAGES; i++) {
        GHashTableIter iterator;
        void *key;
        g_hash_table_iter_init(&iterator, templates->texts[i]);
        while (g_hash_table_iter_next(&iterator, &key, NULL)) {
            if (!text_exists(templates, key)) {
                g_string_append_printf(error, "text %s is missing in a language", (char *)key);
                return false;
            }
        }
        if (!check_table(templates, templates->texts[i], error))
            return false;
    }
    return check_table(templates, templates->pages, error);
}

/* ---- rendering ------------------------------------------------------------------------------- */

struct rendering {
    const struct templates *templates;
    const struct format *format;
    const json_t *contexts[3 * TEMPLATE_DEPTH_MAX]; /* outermost first */
    unsigned context_count, depth;
    GString *out;
    bool escape;
};

static void append_escaped(const char *text, gsize size, GString *out)
{
    for (gsize i = 0; i < size; i++) {
        switch (text[i]) {
        case '&': g_string_append(out, "&amp;"); break;
        case '<': g_string_append(out, "&lt;"); break;
        case '>': g_string_append(out, "&gt;"); break;
        case '"': g_string_append(out, "&quot;"); break;
        case '\'': g_string_append(out, "&#39;"); break;
        default: g_string_append_c(out, text[i]);
        }
    }
}

/* The value at a dotted path: of the innermost context that has the first name. NULL: none. */
static const json_t *look_up(const struct rendering *rendering, const char *path)
{
    assert(rendering->context_count > 0);
    if (strcmp(path, ".") == 0)
        return rendering->contexts[rendering->context_count - 1];
    const char *dot = strchrnul(path, '.');
    char name[64];
    gsize size = (gsize)(dot - path);
    assert(size < sizeof name);
    memcpy(name, path, size);
    name[size] = '\0';
    const json_t *value = NULL;
    for (unsigned i = rendering->context_count; i-- > 0 && !value;)
        value = json_object_get(rendering->contexts[i], name);
    while (value && *dot != '\0') {
        const char *begin = dot + 1;
        dot = strchrnul(begin, '.');
        size = (gsize)(dot - begin);
        assert(size < sizeof name);
        memcpy(name, begin, size);
        name[size] = '\0';
        value = json_object_get(value, name);
    }
    return value;
}

static bool is_something(const json_t *value)
{
    if (!value || json_is_null(value) || json_is_false(value))
        return false;
    if (json_is_integer(value))
        return json_integer_value(value) != 0;
    if (json_is_string(value))
        return json_string_length(value) > 0;
    return !json_is_array(value) || json_array_size(value) > 0;
}

static void render_nodes(struct rendering *rendering, const struct compiled *compiled, guint from,
                         guint until);

static void render_in(struct rendering *rendering, const struct compiled *compiled, guint from,
                      guint until, const json_t *context)
{
    assert(rendering->context_count < G_N_ELEMENTS(rendering->contexts));
    rendering->contexts[rendering->context_count++] = context;
    render_nodes(rendering, compiled, from, until);
    rendering->context_count--;
}

static void render_section(struct rendering *rendering, const struct compiled *compiled,
                           const struct node *node, guint body)
{
    const json_t *value = look_up(rendering, node->name);
    if (node->kind != NODE_SECTION) {
        if (is_something(value) == (node->kind == NODE_WITH))
            render_nodes(rendering, compiled, body, node->end);
    } else if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++)
            render_in(rendering, compiled, body, node->end, json_array_get(value, i));
    } else if (json_is_object(value)) {
        render_in(rendering, compiled, body, node->end, value);
    } else if (is_something(value)) {
        render_nodes(rendering, compiled, body, node->end);
    }
}

static void append_value(struct rendering *rendering, const json_t *value, const char *filter)
{
    GString *plain = g_string_new(NULL);
    format_append(rendering->format, filter, value, plain);
    if (rendering->escape)
        append_escaped(plain->str, plain->len, rendering->out);
    else
        g_string_append_len(rendering->out, plain->str, (gssize)plain->len);
    g_string_free(plain, true);
}

static void render_value(struct rendering *rendering, const struct node *node)
{
    const json_t *value = look_up(rendering, node->name);
    if (value)
        append_value(rendering, value, node->filter);
}

/* One language's half of a pair: PATH.zh, or PATH_zh. */
static const json_t *half_of(const struct rendering *rendering, const char *path,
                             enum language language)
{
    const char *name = language == LANGUAGE_ZH ? "zh" : "en";
    const json_t *pair = look_up(rendering, path);
    if (json_is_object(pair))
        return json_object_get(pair, name);
    char *full = g_strconcat(path, "_", name, NULL);
    const json_t *half = look_up(rendering, full);
    g_free(full);
    return half;
}

static void render_local(struct rendering *rendering, const struct node *node)
{
    enum language language = rendering->format->language;
    const json_t *half = half_of(rendering, node->name, language);
    if (!is_something(half))
        half = half_of(rendering, node->name,
                       language == LANGUAGE_ZH ? LANGUAGE_EN : LANGUAGE_ZH);
    if (half)
        append_value(rendering, half, "");
}

/* The text for a value; a value that has none (a newer service's enum) is written itself. */
static void render_word(struct rendering *rendering, const struct node *node)
{
    const json_t *value = look_up(rendering, node->name);
    if (!value)
        return;
    GString *key = g_string_new(node->filter);
    g_string_append_c(key, '.');
    format_append(rendering->format, "", value, key);
    const struct compiled *text =
        g_hash_table_lookup(rendering->templates->texts[rendering->format->language], key->str);
    g_string_free(key, true);
    if (text)
        render_nodes(rendering, text, 0, text->nodes->len);
    else
        render_value(rendering, &(struct node){.name = node->name, .filter = (char *)""});
}

static void render_nodes(struct rendering *rendering, const struct compiled *compiled, guint from,
                         guint until)
{
    assert(rendering->depth < 2 * TEMPLATE_DEPTH_MAX);
    rendering->depth++;
    const struct templates *templates = rendering->templates;
    const struct compiled *other;
    for (guint i = from; i < until; i++) {
        const struct node *node = &g_array_index(compiled->nodes, struct node, i);
        switch (node->kind) {
        case NODE_PLAIN:
            g_string_append(rendering->out, node->name);
            break;
        case NODE_VALUE:
            render_value(rendering, node);
            break;
        case NODE_WORD:
            render_word(rendering, node);
            break;
        case NODE_LOCAL:
            render_local(rendering, node);
            break;
        case NODE_TEXT:
            other = g_hash_table_lookup(templates->texts[rendering->format->language], node->name);
            assert(other);
            render_nodes(rendering, other, 0, other->nodes->len);
            break;
        case NODE_PART:
            other = g_hash_table_lookup(templates->pages, node->name);
            assert(other);
            render_nodes(rendering, other, 0, other->nodes->len);
            break;
        case NODE_SECTION:
        case NODE_WITH:
        case NODE_WITHOUT:
            render_section(rendering, compiled, node, i + 1);
            i = node->end - 1;
            break;
        }
    }
    rendering->depth--;
}

void template_render(const struct templates *templates, const char *name,
                     const struct format *format, const json_t *view, GString *out)
{
    const struct compiled *compiled = g_hash_table_lookup(templates->pages, name);
    assert(compiled);
    struct rendering rendering = {.templates = templates, .format = format, .contexts = {view},
                                  .context_count = 1, .out = out, .escape = true};
    render_nodes(&rendering, compiled, 0, compiled->nodes->len);
}

char *template_text(const struct templates *templates, const struct format *format,
                    const char *key, const json_t *view)
{
    const struct compiled *compiled =
        g_hash_table_lookup(templates->texts[format->language], key);
    if (!compiled)
        return NULL;
    GString *out = g_string_new(NULL);
    struct rendering rendering = {.templates = templates, .format = format, .contexts = {view},
                                  .context_count = 1, .out = out};
    render_nodes(&rendering, compiled, 0, compiled->nodes->len);
    return g_string_free(out, false);
}
