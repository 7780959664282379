/* Pages as templates: text with holes, filled from JSON. A small relative of Mustache.
 *
 *     {{a.b}}            the value at a path of the innermost context that has its first name
 *     {{money a.b}}      the same through a filter of format.h
 *     {{local title}}    of a pair: title.zh or title_zh, and so on; the other where it is empty
 *     {{=register.title}}    a text of the table, in the page's language; may have holes itself
 *     {{word state run.state}}   the text "state.VALUE" for the value at a path, e.g. an enum's
 *     {{#a}}...{{/a}}    once for each element of a list, or once when it is something
 *     {{?a}}...{{/a}}    once, in the same context, when it is something: around a list
 *     {{^a}}...{{/a}}    when it is nothing: absent, null, false, 0, "", an empty list
 *     {{>part}}          another template, in the same context
 *     {{.}}              the element itself
 *
 * What comes out of a hole is escaped for HTML text and quoted attributes, always: there is no way
 * to write a value raw. A template is compiled once, at start; a mistake in one is a message there
 * and never a half page. Compiled sets are read-only: any thread. */
#ifndef BECKON_CLIENTS_WEB_PAGE_TEMPLATE_H
#define BECKON_CLIENTS_WEB_PAGE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>
#include <jansson.h>

#include "clients/web/page/format.h"

enum { TEMPLATE_DEPTH_MAX = 16 }; /* sections and parts within each other */

struct templates;

struct templates *templates_new(void);
void templates_free(struct templates *templates);

/* Adds a template, or the text of one language; names are unique. false after a sentence in
 * `error`, with the line. */
bool templates_add(struct templates *templates, const char *name, const char *source, size_t size,
                   GString *error);
bool templates_add_text(struct templates *templates, enum language language, const char *key,
                        const char *text, GString *error);
/* Do all parts, texts and filters that are named exist, in every language? false: says the first
 * that doesn't. Called once everything is added. */
bool templates_check(const struct templates *templates, GString *error);
/* Appends template `name`, filled from `view`, to `out`. The name must be there. */
void template_render(const struct templates *templates, const char *name,
                     const struct format *format, const json_t *view, GString *out);
/* A text by key, filled from `view` and not escaped: for mails, alerts, JSON. NULL: no such key. */
char *template_text(const struct templates *templates, const struct format *format,
                    const char *key, const json_t *view);

#endif
