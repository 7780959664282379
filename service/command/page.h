/* Pages of lists: opaque, authenticated cursors.
 *
 * A token holds where the next page begins, the merchant and a keyed hash that binds it to the list
 * it came from: another list's, another merchant's or an invented token is PAGE_INVALID. */
#ifndef BECKON_SERVICE_COMMAND_PAGE_H
#define BECKON_SERVICE_COMMAND_PAGE_H

#include "service/command/command.h"

enum { PAGE_CURSOR_BYTES_MAX = 64 };

struct page {
    size_t size;          /* rows on this page at most */
    size_t cursor_size;   /* 0: the first page */
    uint8_t cursor[PAGE_CURSOR_BYTES_MAX];
};

/* Reads page_size and page_token. `list` names the list and its filter, e.g. "members" and a guide.
 * OUTCOME_OK or OUTCOME_PAGE_INVALID. */
enum outcome page_read(struct command_call *call, const struct store *store, const char *list,
                       uint64_t filter, int32_t page_size, const char *page_token,
                       struct page *ret_page) OUTCOME_CHECKED;
/* The token of the next page, which begins after `cursor`; in the arena, NULL when it is empty. */
char *page_next(struct command_call *call, const struct store *store, const char *list,
                uint64_t filter, const void *cursor, size_t cursor_size);

/* Cursors that are one number. */
uint64_t page_cursor_number(const struct page *page); /* 0: the first page */
char *page_next_number(struct command_call *call, const struct store *store, const char *list,
                       uint64_t filter, uint64_t number);

#endif
