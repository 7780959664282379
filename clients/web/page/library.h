/* All templates and texts of the pages, read from the assets once at start. */
#ifndef BECKON_CLIENTS_WEB_PAGE_LIBRARY_H
#define BECKON_CLIENTS_WEB_PAGE_LIBRARY_H

#include "clients/web/page/template.h"

/* Compiled and checked: "templates/a/b.html" is template "a/b", and texts/NAME.json holds
 * {"key": ["Chinese", "English"], ...}. NULL after the first
 * mistake in `error`: templates_check's, or a text with a character that HTML takes amiss. */
struct templates *library_load(GString *error);

#endif
