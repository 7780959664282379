/* Lists entries: of an account, last first, following each entry's previous; or the whole ledger,
 * first first. */
#include "service/command/account_access.h"
#include "service/command/commands.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "store/ledger.h"

enum { PORTION = 64 };

static enum outcome add(struct reader *reader, struct command_call *call,
                        const struct entry *entry, Beckon__V1__ListEntriesResponse *reply)
{
    enum outcome outcome = entry_message(reader, call, entry, &reply->entries[reply->n_entries]);
    if (outcome == OUTCOME_OK) reply->n_entries++;
    return outcome;
}

static enum outcome of_account(struct reader *reader, struct command_call *call,
                               const struct page *page, uint64_t last_entry,
                               Beckon__V1__ListEntriesResponse *reply, uint64_t *ret_next)
{
    uint64_t number = page->cursor_size == 0 ? last_entry : page_cursor_number(page);

    while (number != 0 && reply->n_entries < page->size) {
        struct entry entry;
        enum outcome outcome =
            command_outcome(entries_get(reader, number, &entry), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        outcome = add(reader, call, &entry, reply);
        if (outcome != OUTCOME_OK) return outcome;
        number = entry.previous;
    }
    *ret_next = number;
    return OUTCOME_OK;
}

static enum outcome of_ledger(struct reader *reader, struct command_call *call,
                              const struct page *page, Beckon__V1__ListEntriesResponse *reply,
                              uint64_t *ret_next)
{
    uint64_t after = page_cursor_number(page);
    struct entry entries[PORTION];
    size_t count;

    do {
        size_t wanted = page->size - reply->n_entries;
        enum outcome outcome = command_outcome(
            entries_list(reader, after, entries, wanted < PORTION ? wanted : PORTION, &count),
            OUTCOME_INTERNAL);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count; i++) {
            outcome = add(reader, call, &entries[i], reply);
            if (outcome != OUTCOME_OK) return outcome;
            after = entries[i].number;
        }
    } while (count > 0 && reply->n_entries < page->size);
    *ret_next = reply->n_entries == page->size ? after : 0;
    return OUTCOME_OK;
}

static enum outcome list_entries_read(struct reader *reader, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListEntriesRequest *request =
        (const Beckon__V1__ListEntriesRequest *)call->request;
    enum role role = call->principal.role;
    bool whole = request->account == NULL && (role == ROLE_ADMIN || role == ROLE_AUDITOR);
    struct party party = {0};
    struct account account;
    struct page page;
    uint64_t next;
    enum outcome outcome;

    if (!whole) {
        outcome = account_find(reader, call, request->account, &party, &account);
        if (outcome != OUTCOME_OK) return outcome;
    }
    uint64_t filter = (uint64_t)party.kind << 32 | party.number;
    outcome = page_read(call, reader->store, "entries", filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListEntriesResponse *reply =
        reply_message(call, &beckon__v1__list_entries_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->entries = reply_alloc(call, page.size * sizeof *reply->entries);
    if (reply->entries == NULL) return OUTCOME_BUSY;
    outcome = whole ? of_ledger(reader, call, &page, reply, &next)
                    : of_account(reader, call, &page, account.last_entry, reply, &next);
    if (outcome != OUTCOME_OK) return outcome;
    if (next != 0) {
        reply->next_page_token = page_next_number(call, reader->store, "entries", filter, next);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_entries = {
    .request = &beckon__v1__list_entries_request__descriptor,
    .reply = &beckon__v1__list_entries_response__descriptor,
    .read = list_entries_read,
};
