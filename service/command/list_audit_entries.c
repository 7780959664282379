/* Lists the audit trail, newest first: what the caller may see of it and what he asked for.
 *
 * Numbers are gapless and time never runs back, so where a span of days begins and ends is found by
 * halving; within it entries are walked one by one, so many a page. */
#include <assert.h>
#include <string.h>

#include "service/command/audit_message.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "store/tokens.h"

enum { PORTION = 128 }; /* entries fetched together */

typedef Beckon__V1__ListAuditEntriesRequest list_request;
typedef Beckon__V1__ListAuditEntriesResponse list_reply;

struct listing {
    const list_request *request;
    bool instance;              /* the instance's own trail: its days are UTC's */
    struct merchant merchant;
    business_date from, until;
    enum audit_action action;   /* AUDIT_NONE: any */
    struct audit_head head;
};

/* ---- what is asked for ----------------------------------------------------------------------- */

static enum outcome read_filter(struct command_call *call, struct listing *listing)
{
    const list_request *request = listing->request;

    enum outcome outcome = form_date(call, request->from_date, "from_date", false, DATE_ALWAYS,
                                     &listing->from);
    if (outcome == OUTCOME_OK)
        outcome = form_date(call, request->until_date, "until_date", false, DATE_NEVER,
                            &listing->until);
    if (outcome != OUTCOME_OK) return outcome;
    if (listing->until <= listing->from)
        return form_refuse(call, OUTCOME_DATE_INVALID, "until_date", "> from_date");
    listing->action = audit_action_named(request->action);
    if (listing->action == AUDIT_NONE && request->action[0] != '\0')
        return form_refuse(call, OUTCOME_VALUE_INVALID, "action", "ApproveSettlementRun ...");
    if (request->object_kind < 0 || (int)request->object_kind >= (int)AUDIT_KIND_COUNT)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "object_kind", "MERCHANT .. WEBHOOK");
    bool named = request->object_number != 0 || request->object_text[0] != '\0';
    if (named && request->object_kind == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "object_kind", NULL);
    return OUTCOME_OK;
}

/* A page's token holds for the same request alone. */
static uint64_t filter_number(const struct reader *reader, const struct listing *listing)
{
    const list_request *request = listing->request;
    struct { uint64_t object; int32_t from, until; uint32_t action, kind, token, zero;
             char text[AUDIT_TEXT_BYTES_MAX + 8]; } input;
    uint8_t hash[16];
    uint64_t number;

    memset(&input, 0, sizeof input);
    input.object = request->object_number;
    input.from = listing->from;
    input.until = listing->until;
    input.action = listing->action;
    input.kind = (uint32_t)request->object_kind;
    input.token = request->token_number;
    memcpy(input.text, request->object_text, strnlen(request->object_text, AUDIT_TEXT_BYTES_MAX));
    store_hash(reader->store, STORE_HASH_CURSOR,
               (struct bytes){(const uint8_t *)&input, sizeof input}, hash, sizeof hash);
    memcpy(&number, hash, sizeof number);
    return number;
}

static bool wanted(const struct command_call *call, const struct listing *listing,
                   const struct audit_entry *entry)
{
    const list_request *request = listing->request;
    const struct audit_action_info *info = audit_action_info(entry->action);

    if (call->principal.role == ROLE_PAYROLL && !info->payroll) return false;
    if (listing->action != AUDIT_NONE && entry->action != listing->action) return false;
    if (request->token_number != 0 && entry->token != request->token_number) return false;
    if (request->object_kind == 0) return true;
    if ((int)entry->object.kind != (int)request->object_kind) return false;
    if (request->object_number != 0 && entry->object.number != request->object_number)
        return false;
    return request->object_text[0] == '\0' ||
           strcmp(entry->object.text, request->object_text) == 0;
}

/* ---- days ------------------------------------------------------------------------------------ */

static business_date date_of(const struct listing *listing, const struct audit_entry *entry)
{
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    if (listing->instance) return (business_date)(entry->recorded_at / DAY_MS);
    return business_date_at(&listing->merchant, entry->recorded_at);
}

/* The last entry before a date, by halving; 0: none. */
static enum outcome last_before(struct reader *reader, const struct listing *listing,
                                business_date date, uint64_t *ret_number)
{
    uint64_t low = 0, high = listing->head.count; /* all up to low are, none above high is */

    if (date == DATE_NEVER || date == DATE_ALWAYS) {
        *ret_number = date == DATE_NEVER ? high : 0;
        return OUTCOME_OK;
    }
    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;
        struct audit_entry entry;
        enum outcome outcome = command_outcome(audits_get(reader, middle, &entry, NULL),
                                               OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        if (date_of(listing, &entry) < date) low = middle;
        else high = middle - 1;
    }
    *ret_number = low;
    return OUTCOME_OK;
}

/* ---- the page -------------------------------------------------------------------------------- */

/* Adds entries below or at *number, down to above `first`; *number: where it stopped. What has to
 * be fetched is asked for together, a portion a run. */
static enum outcome walk(struct reader *reader, struct command_call *call,
                         const struct listing *listing, uint64_t first, size_t size,
                         uint64_t *number, list_reply *reply)
{
    size_t missing = 0;

    for (size_t i = 0; i < LIMIT_AUDIT_WALK && *number > first && reply->n_entries < size &&
                       missing < PORTION; i++) {
        uint8_t hash[HASH_BYTES];
        struct audit_entry entry;
        struct token token;
        enum outcome outcome = command_outcome(audits_get(reader, (*number)--, &entry, hash),
                                               OUTCOME_STORE_DAMAGED);
        if (outcome == OUTCOME_OK && !wanted(call, listing, &entry)) continue;
        if (outcome == OUTCOME_OK) outcome = audit_message_token(reader, &entry, &token);
        if (outcome == OUTCOME_AGAIN) missing++;
        else if (outcome == OUTCOME_OK && missing == 0)
            outcome = audit_message(call, listing->merchant.currency, &entry, hash, &token,
                                    &reply->entries[reply->n_entries++]);
        if (outcome != OUTCOME_OK && outcome != OUTCOME_AGAIN) return outcome;
    }
    return missing == 0 ? OUTCOME_OK : OUTCOME_AGAIN;
}

static enum outcome load(struct reader *reader, struct command_call *call, struct listing *listing)
{
    enum outcome outcome = read_filter(call, listing);
    if (outcome != OUTCOME_OK) return outcome;
    listing->instance = call->merchant == 0;
    if (!listing->instance) outcome = object_merchant(reader, &listing->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(audits_head_get(reader, &listing->head), OUTCOME_STORE_DAMAGED);
}

static enum outcome list_audit_entries_read(struct reader *reader, struct command_call *call,
                                            ProtobufCMessage **ret_reply)
{
    struct listing listing = {.request = (const list_request *)call->request};
    uint64_t number, first;
    struct page page;

    enum outcome outcome = load(reader, call, &listing);
    if (outcome != OUTCOME_OK) return outcome;
    uint64_t filter = filter_number(reader, &listing);
    outcome = page_read(call, reader->store, "audit", filter, listing.request->page_size,
                        listing.request->page_token, &page);
    if (outcome == OUTCOME_OK) outcome = last_before(reader, &listing, listing.from, &first);
    if (outcome == OUTCOME_OK) outcome = last_before(reader, &listing, listing.until, &number);
    if (outcome != OUTCOME_OK) return outcome;
    if (page.cursor_size > 0) number = page_cursor_number(&page);
    list_reply *reply = reply_message(call, &beckon__v1__list_audit_entries_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->entries = reply_alloc(call, page.size * sizeof *reply->entries);
    reply->head_number = listing.head.count;
    reply->head_hash = audit_message_hash(call, listing.head.hash);
    if (reply->entries == NULL || reply->head_hash == NULL) return OUTCOME_BUSY;
    outcome = walk(reader, call, &listing, first, page.size, &number, reply);
    if (outcome != OUTCOME_OK) return outcome;
    if (number > first) {
        reply->next_page_token = page_next_number(call, reader->store, "audit", filter, number);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_audit_entries = {
    .request = &beckon__v1__list_audit_entries_request__descriptor,
    .reply = &beckon__v1__list_audit_entries_response__descriptor,
    .read = list_audit_entries_read,
};
