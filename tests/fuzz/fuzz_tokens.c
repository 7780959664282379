/* What the service hands out and takes back: tokens, sessions and one-time links (secret.h), and
 * the cursors of lists (page.h). One text has one meaning: what is taken is written the same again,
 * and a cursor counts for the list, the filter and the merchant it was made for alone. */
#include <string.h>

#include "service/command/page.h"
#include "service/limits.h"
#include "service/secret.h"
#include "tests/fuzz/fuzz.h"
#include "tests/store/scratch.h"

enum { ROOM_BYTES = 1024, LISTS = 3 };
static const char *const LIST_NAMES[LISTS] = {"members", "purchases", "entries of an account"};

static struct scratch scratch;
static struct store *store;
static _Alignas(max_align_t) uint8_t room[ROOM_BYTES];
static size_t room_used;

static void *take_room(void *context, size_t size)
{
    (void)context;
    FUZZ_HOLDS(size <= ROOM_BYTES - room_used);
    void *taken = room + room_used;
    room_used += (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    return taken;
}

static void tear_down(void)
{
    store_close(store);
    scratch_remove(&scratch);
}

static void set_up(void)
{
    if (store != NULL)
        return;
    secret_init();
    scratch = scratch_make();
    store = scratch_store(&scratch, false);
    atexit(tear_down);
}

/* A stranger's: whatever merchant it names, nobody is found by it. */
static void try_to_enter(struct bytes text)
{
    struct reader reader;
    struct principal principal;
    FUZZ_HOLDS(reader_open(store, &reader) == STORE_OK);
    FUZZ_HOLDS(command_authenticate(&reader, text, 0, &principal) == OUTCOME_TOKEN_INVALID);
    reader_close(&reader);
}

/* A text of ours, of one kind at most. */
static void try_secret(struct bytes text)
{
    unsigned kinds = 0;
    try_to_enter(text);
    for (int kind = 0; kind < SECRET_KIND_COUNT; kind++) {
        uint32_t merchant;
        uint8_t secret[SECRET_BYTES];
        char written[SECRET_TOKEN_TEXT_BYTES];
        if (!secret_text_read((enum secret_kind)kind, (const char *)text.data, text.size,
                              &merchant, secret))
            continue;
        kinds++;
        secret_text_write((enum secret_kind)kind, merchant, secret, written);
        FUZZ_HOLDS(strlen(written) == text.size && memcmp(written, text.data, text.size) == 0);
    }
    FUZZ_HOLDS(kinds <= 1);
}

static ProtobufCAllocator allocator = {.alloc = take_room};

static struct command_call call_of(uint32_t merchant)
{
    room_used = 0;
    return (struct command_call){.merchant = merchant, .arena = &allocator};
}

/* A cursor nobody was given: refused, or else it is what page_next writes for it. */
static void try_cursor_text(struct bytes text)
{
    char token[4 * PAGE_CURSOR_BYTES_MAX];
    struct command_call call = call_of(1);
    struct page page;
    if (text.size >= sizeof token || memchr(text.data, '\0', text.size) != NULL)
        return;
    memcpy(token, text.data, text.size);
    token[text.size] = '\0';
    enum outcome outcome = page_read(&call, store, LIST_NAMES[0], 0, 0, token, &page);
    FUZZ_HOLDS(outcome == OUTCOME_OK || outcome == OUTCOME_PAGE_INVALID);
    if (outcome != OUTCOME_OK || text.size == 0)
        return;
    char *again = page_next(&call, store, LIST_NAMES[0], 0, page.cursor, page.cursor_size);
    FUZZ_HOLDS(strcmp(again, token) == 0);
}

static enum outcome read_cursor(uint32_t merchant, size_t list, uint64_t filter,
                                const char *token, struct page *ret_page)
{
    struct command_call call = {.merchant = merchant, .arena = &allocator};
    return page_read(&call, store, LIST_NAMES[list], filter, 1, token, ret_page);
}

/* A cursor that was given out: list, filter, merchant, which symbol is changed, then its bytes. */
static void try_cursor_made(const uint8_t *data, size_t size)
{
    enum { HEAD = 4 };
    struct page page;
    if (size <= HEAD || size - HEAD > PAGE_CURSOR_BYTES_MAX)
        return;
    size_t list = data[0] % LISTS, cursor_size = size - HEAD;
    uint64_t filter = data[1];
    uint32_t merchant = 1 + data[2] % 3U;
    const uint8_t *cursor = data + HEAD;
    struct command_call call = call_of(merchant);
    char *token = page_next(&call, store, LIST_NAMES[list], filter, cursor, cursor_size);
    FUZZ_HOLDS(read_cursor(merchant, list, filter, token, &page) == OUTCOME_OK);
    FUZZ_HOLDS(page.cursor_size == cursor_size && memcmp(page.cursor, cursor, cursor_size) == 0);
    FUZZ_HOLDS(page.size == 1);
    FUZZ_HOLDS(read_cursor(merchant + 1, list, filter, token, &page) == OUTCOME_PAGE_INVALID);
    FUZZ_HOLDS(read_cursor(merchant, (list + 1) % LISTS, filter, token, &page)
               == OUTCOME_PAGE_INVALID);
    FUZZ_HOLDS(read_cursor(merchant, list, filter + 1, token, &page) == OUTCOME_PAGE_INVALID);
    char *changed = token + data[3] % strlen(token);
    *changed = *changed == '0' ? '1' : '0';
    FUZZ_HOLDS(read_cursor(merchant, list, filter, token, &page) == OUTCOME_PAGE_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    set_up();
    if (size == 0)
        return 0;
    struct bytes text = {data + 1, size - 1};
    switch (data[0] % 3) {
    case 0: try_secret(text); break;
    case 1: try_cursor_text(text); break;
    default: try_cursor_made(text.data, text.size); break;
    }
    return 0;
}
