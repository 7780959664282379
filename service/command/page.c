#include "service/command/page.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/limits.h"

enum { MAC_BYTES = 16 };

static void mac(const struct command_call *call, const struct store *store, const char *list,
                uint64_t filter, const void *cursor, size_t cursor_size, uint8_t ret_mac[MAC_BYTES])
{
    struct { uint32_t merchant; uint32_t size; uint64_t filter; char list[32];
             uint8_t cursor[PAGE_CURSOR_BYTES_MAX]; } input;

    memset(&input, 0, sizeof input);
    input.merchant = call->merchant;
    input.size = (uint32_t)cursor_size;
    input.filter = filter;
    snprintf(input.list, sizeof input.list, "%s", list);
    memcpy(input.cursor, cursor, cursor_size);
    store_hash(store, STORE_HASH_CURSOR, (struct bytes){(const uint8_t *)&input, sizeof input},
               ret_mac, MAC_BYTES);
}

static bool page_token_decode(const char *token, uint8_t *ret_bytes, size_t *ret_size)
{
    size_t length = strlen(token);
    if (length % 2 != 0 || length <= 2 * MAC_BYTES ||
        length > 2 * (MAC_BYTES + PAGE_CURSOR_BYTES_MAX))
        return false;
    if (!form_hex(token, length / 2, ret_bytes)) return false;
    *ret_size = length / 2;
    return true;
}

enum outcome page_read(struct command_call *call, const struct store *store, const char *list,
                       uint64_t filter, int32_t page_size, const char *page_token,
                       struct page *ret_page)
{
    struct page page = {.size = LIMIT_PAGE_DEFAULT};

    if (page_size < 0) return form_refuse(call, OUTCOME_PAGE_INVALID, "page_size", "0..500");
    if (page_size > 0) page.size = page_size > LIMIT_PAGE ? LIMIT_PAGE : (size_t)page_size;
    if (page_token[0] != '\0') {
        uint8_t bytes[MAC_BYTES + PAGE_CURSOR_BYTES_MAX], expected[MAC_BYTES];
        size_t size;

        if (!page_token_decode(page_token, bytes, &size))
            return form_refuse(call, OUTCOME_PAGE_INVALID, "page_token", NULL);
        page.cursor_size = size - MAC_BYTES;
        memcpy(page.cursor, bytes + MAC_BYTES, page.cursor_size);
        mac(call, store, list, filter, page.cursor, page.cursor_size, expected);
        if (memcmp(expected, bytes, MAC_BYTES) != 0)
            return form_refuse(call, OUTCOME_PAGE_INVALID, "page_token", NULL);
    }
    *ret_page = page;
    return OUTCOME_OK;
}

char *page_next(struct command_call *call, const struct store *store, const char *list,
                uint64_t filter, const void *cursor, size_t cursor_size)
{
    uint8_t bytes[MAC_BYTES + PAGE_CURSOR_BYTES_MAX];
    static const char digits[] = "0123456789abcdef";

    assert(cursor_size > 0 && cursor_size <= PAGE_CURSOR_BYTES_MAX);
    mac(call, store, list, filter, cursor, cursor_size, bytes);
    memcpy(bytes + MAC_BYTES, cursor, cursor_size);
    char *token = reply_alloc(call, 2 * (MAC_BYTES + cursor_size) + 1);
    if (token == NULL) return NULL;
    for (size_t i = 0; i < MAC_BYTES + cursor_size; i++) {
        token[2 * i] = digits[bytes[i] >> 4];
        token[2 * i + 1] = digits[bytes[i] & 15];
    }
    return token;
}

uint64_t page_cursor_number(const struct page *page)
{
    uint64_t number = 0;
    for (size_t i = 0; i < page->cursor_size && i < 8; i++) number = number << 8 | page->cursor[i];
    return number;
}

char *page_next_number(struct command_call *call, const struct store *store, const char *list,
                       uint64_t filter, uint64_t number)
{
    uint8_t cursor[8];
    for (int i = 0; i < 8; i++) cursor[i] = (uint8_t)(number >> (56 - 8 * i));
    return page_next(call, store, list, filter, cursor, sizeof cursor);
}
