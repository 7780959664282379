/* Events: what happened to a merchant's members, guides and money, for those who listen. Gapless
 * and in the order of commits; small, and with nothing personal in them: numbers, amounts, dates.
 *
 * Happy path of a command: events_begin before it runs -> events_tell behind its LINE, as often as
 * something is to be told -> events_end puts what was told, in the same batch. A command that is
 * refused or run again has told nothing. The events of one command share records, so that a
 * purchase puts one more record, at the end of the merchant's events. The head holds the newest
 * number and the newest that was trimmed; a merchant of a store of an earlier version has none, and
 * its events begin with 1.
 *
 * Listeners read with events_after in snapshots of their own. */
#ifndef BECKON_STORE_EVENTS_H
#define BECKON_STORE_EVENTS_H

#include "store/batch.h"
#include "store/bytes.h"
#include "store/reader.h"
#include "store/record.h"

/* Numbers are for ever, and the API's own: proto/beckon/v1/event_service.proto says which fields
 * each kind fills. */
enum told_kind {
    TOLD_NONE = 0,
    TOLD_MEMBER_REGISTERED = 1,
    TOLD_MEMBER_UPDATED = 2,
    TOLD_MEMBER_ERASED = 3,
    TOLD_MEMBER_BIRTHDAY = 4,
    TOLD_MEMBER_ASSIGNED = 5,
    TOLD_PURCHASE_RECORDED = 6,
    TOLD_REFUND_RECORDED = 7,
    TOLD_CREDIT_ACCRUED = 8,
    TOLD_CREDIT_MATURED = 9,
    TOLD_CREDIT_EXPIRED = 10,
    TOLD_CREDIT_REVERSED = 11,
    TOLD_CREDIT_VOIDED = 12,
    TOLD_CREDIT_ADJUSTED = 13,
    TOLD_CREDIT_HELD = 14,
    TOLD_CREDIT_RELEASED = 15,
    TOLD_REDEMPTION_MADE = 16,
    TOLD_REDEMPTION_CANCELLED = 17,
    TOLD_DEBT_PAID = 18,
    TOLD_DEBT_FORGIVEN = 19,
    TOLD_TIER_CHANGED = 20,
    TOLD_SETTLEMENT_SUBMITTED = 21,
    TOLD_SETTLEMENT_APPROVED = 22,
    TOLD_SETTLEMENT_REJECTED = 23,
    TOLD_SETTLEMENT_CANCELLED = 24,
    TOLD_SETTLEMENT_CLOSED = 25,
    TOLD_SETTLEMENT_PAID = 26,
    TOLD_SETTLEMENT_UNPAID = 27,
    TOLD_REVIEW_OPENED = 28,
    TOLD_REVIEW_DECIDED = 29,
    TOLD_PERIOD_CLOSED = 30,
    TOLD_GUIDE_CREATED = 31,
    TOLD_GUIDE_UPDATED = 32,
    TOLD_GUIDE_TRANSFERRED = 33,
    TOLD_GUIDE_LEFT = 34,
    TOLD_GUIDE_ERASED = 35,
    TOLD_BENEFIT_GRANTED = 36,
    TOLD_BENEFIT_HANDED_OUT = 37,
    TOLD_DISPUTE_OPENED = 38,
    TOLD_DISPUTE_DECIDED = 39,
    TOLD_PROGRAM_PUBLISHED = 40,
    TOLD_CREDIT_RESTORED = 41,
    TOLD_WEBHOOK_DISABLED = 42,
    TOLD_KIND_COUNT,
};

enum { TOLD_TEXT_BYTES_MAX = 40 }; /* an id of a rule or tier, a state */

/* One event. 0, PARTY_NONE, no receipt, an empty text: its kind has none. */
struct told_event {
    uint64_t number;            /* gapless per merchant, from 1 */
    uint64_t recorded_at;
    enum told_kind kind;
    struct party party;         /* whom it is about */
    struct party other;
    uint32_t guide;             /* who serves the member */
    uint32_t shop;              /* where, unless `receipt` says so */
    struct receipt receipt;     /* the purchase's */
    struct receipt refund;      /* the refund's own */
    enum unit unit;             /* of the amounts */
    bool available;             /* a credit that was accrued may be spent at once */
    int64_t amount;
    int64_t balance_after;
    uint64_t credit;            /* one, or the first of several */
    uint64_t entry;             /* the same of the ledger's entries */
    uint64_t object, part;      /* a run, a review ... and what is within */
    business_date date;         /* 0: none */
    uint8_t from_level, to_level;
    char text[TOLD_TEXT_BYTES_MAX]; /* zero-padded */
};

/* Zeroed: nothing was told yet. */
struct event_head {
    uint64_t count;             /* the newest event's number */
    uint64_t trimmed;           /* the newest that is kept no more */
};

/* ---- records --------------------------------------------------------------------------------- */

enum {
    EVENTS_OF_RECORD_MAX = 16,
    EVENT_COMMAND_MAX = 1024, /* one command tells at most; asserted */
    TOLD_EVENT_BYTES_MAX = 1 + 3 + 2 * 5 + 2 * 5 + 2 * RECEIPT_BYTES_MAX + 2 * 5 + 6 * 10 + 5 + 2 +
                           1 + TOLD_TEXT_BYTES_MAX,
    EVENT_RECORD_BYTES_MAX = 1 + 8 + 8 + 1 + EVENTS_OF_RECORD_MAX * TOLD_EVENT_BYTES_MAX,
    EVENT_HEAD_BYTES = 1 + 2 * 8,
};
/* What one command tells, or a part of it: under the number of its first event. Within it a party
 * or receipt that is that of the event before takes no room. */
struct event_record {
    uint64_t first;
    uint64_t recorded_at;       /* of each of them */
    uint8_t count;              /* 1 to EVENTS_OF_RECORD_MAX */
    struct told_event events[EVENTS_OF_RECORD_MAX]; /* numbers and times as above */
};
/* Room for EVENT_RECORD_BYTES_MAX. */
size_t event_record_encode(const struct event_record *record, uint8_t *to);
enum store_result event_record_decode(struct bytes from, struct event_record *ret) STORE_CHECKED;
size_t event_head_encode(const struct event_head *head, uint8_t *to);
enum store_result event_head_decode(struct bytes from, struct event_head *ret) STORE_CHECKED;

/* ---- telling --------------------------------------------------------------------------------- */

/* Of a batch: what the command that runs has told so far. */
struct telling {
    bool open;                  /* between begin and end; what is told else is dropped */
    size_t count;               /* of this command, those that were put already among them */
    struct event_head head;
    struct event_record pending; /* first: not yet known */
};

/* Before a command runs. Answers as reader_get, but for STORE_ABSENT; unless STORE_OK nothing is
 * told until the next. */
enum store_result events_begin(struct batch *batch) STORE_CHECKED;
/* Behind the LINE: one event, without number and time. May put what was told before it. */
void events_tell(struct batch *batch, const struct told_event *event);
/* The same of a ledger's entry: credits, debts. Sums it up with one of the newest events when that
 * is of the same kind, party and unit: an account's movements of one command are one event. Those
 * that other kinds tell (settlements, redemptions) are none. */
void events_tell_entry(struct batch *batch, const struct entry *entry);
/* After the command: puts what was told, and the head, when something was. */
void events_end(struct batch *batch);
/* After one that was refused, or will be run again: forgets what was told. */
void events_drop(struct batch *batch);

/* ---- listening ------------------------------------------------------------------------------- */

/* A zeroed one where nothing was told. */
enum store_result events_head_get(struct reader *reader, struct event_head *ret) STORE_CHECKED;
/* Events above `after`, ascending and without gaps; up to count_max. `after` < trimmed: those from
 * the oldest that is kept. */
enum store_result events_after(struct reader *reader, uint64_t after,
                               struct told_event *ret_events, size_t count_max,
                               size_t *ret_count) STORE_CHECKED;

/* ---- trimming -------------------------------------------------------------------------------- */

enum { EVENT_TRIM_RECORDS_MAX = 256 };
struct event_trim {
    struct event_head head;     /* as it will be */
    size_t count;
    uint64_t first[EVENT_TRIM_RECORDS_MAX]; /* the records that go */
    bool more;                  /* others are old enough, too */
};
/* Before the LINE: the oldest records that were recorded before `before_ms`, at most `count_max`
 * (<= EVENT_TRIM_RECORDS_MAX). The newest record always stays. */
enum store_result events_trim_load(struct reader *reader, uint64_t before_ms, size_t count_max,
                                   struct event_trim *ret) STORE_CHECKED;
/* Deletes them and puts the head. Tells nothing, and nothing is told by the same command. */
void events_trim_put(struct batch *batch, const struct event_trim *trim);

#endif
