/* The hot records: fixed-size structs and their bounds; their encoded form is encode.h's.
 *
 * Plain data, no I/O: rules and postings see these too. Cold records (profiles, program versions,
 * guides' and shops' texts) are protobuf messages of store/cold.proto.
 *
 * Units: *_minor are minor units of the merchant's currency, *_at Unix milliseconds, *_on and
 * *_day business dates as days since 1970-01-01. */
#ifndef BECKON_STORE_RECORD_H
#define BECKON_STORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/bytes.h"
#include "store/result.h"


typedef int32_t business_date;
#define DATE_NEVER INT32_MAX  /* no end; sorts last */
#define DATE_ALWAYS INT32_MIN /* no beginning; sorts first */

enum {
    RECEIPT_BYTES_MAX = 40,   /* receipt and refund numbers, request ids of tills */
    AWARDS_MAX = 64,          /* credits of one event: rules, some shared among sellers */
    SELLERS_MAX = 4,          /* guides who share one purchase */
    REASON_BYTES_MAX = 200,   /* why a person decided as he did */
    HASH_BYTES = 32,          /* BLAKE2b-256: the ledger's chain */
    FINGERPRINT_BYTES = 16,   /* keyed BLAKE2b over a request's own fields */
};

/* ---- who ---------------------------------------------------------------------------------- */

enum party_kind {
    PARTY_NONE = 0, PARTY_MEMBER = 1, PARTY_GUIDE = 2, PARTY_SHOP = 3,
    PARTY_RUN = 4, /* a settlement run: it has a key slot and is a party to nothing */
};

/* Whoever can own a code; members and guides also own an account. */
struct party {
    enum party_kind kind;
    uint32_t number; /* from 1, never used again; 0 with PARTY_NONE */
};

/* Struct-wrapped so that two kinds can't be swapped. */
struct code_value {
    uint64_t symbols; /* 8 random symbols and the check symbol, 5 bits each: 45 bits */
};

/* ---- units, entries ----------------------------------------------------------------------- */

enum unit { UNIT_POINTS = 0, UNIT_CASH = 1, UNIT_COUNT = 2 };

/* The sides of an entry. OWNER is the account of the entry's party; LIABILITY holds what is
 * accrued but still PENDING; the others are the program's own accounts. */
enum side {
    SIDE_EXPENSE = 0,
    SIDE_LIABILITY = 1,
    SIDE_OWNER = 2,
    SIDE_REDEMPTION = 3,
    SIDE_EXPIRY = 4,
    SIDE_SETTLEMENT = 5,
    SIDE_DEBT = 6, /* what owners owe after refunds: below 0 by what is open */
    SIDE_CARRY = 7, /* what settlements carry to the next: above 0 owed to payees, below by them */
    SIDE_COUNT = 8,
};

enum entry_kind {
    ENTRY_ACCRUE = 1, ENTRY_MATURE, ENTRY_REDEEM, ENTRY_RESTORE, ENTRY_EXPIRE, ENTRY_VOID,
    ENTRY_REVERSE, ENTRY_ADJUST, ENTRY_HOLD, ENTRY_RELEASE, ENTRY_SETTLE, ENTRY_NET,
    ENTRY_CARRY_IN, ENTRY_CARRY_OUT, ENTRY_WRITE_OFF,
};

enum event_kind {
    EVENT_REGISTRATION = 1,
    EVENT_PURCHASE = 2,
    EVENT_REFUND = 3,       /* receipt: the refund's own (shop, refund number) */
    EVENT_PERIOD_CLOSE = 4, /* member 0 */
    EVENT_REDEMPTION = 5,   /* receipt: the one that was paid with points */
    EVENT_TIME = 6,         /* a date was reached: MATURE, EXPIRE, NET of what matured */
    EVENT_DECISION = 7,     /* a person decided: ADJUST, HOLD, RELEASE, VOID, WRITE_OFF */
    EVENT_SETTLEMENT = 8,   /* a run was closed, or what it paid came back: SETTLE, CARRY_* */
};

/* A purchase's natural key; size 0 where there is none. */
struct receipt {
    uint32_t shop;
    uint8_t size;
    char text[RECEIPT_BYTES_MAX]; /* not terminated */
};
bool receipt_same(const struct receipt *a, const struct receipt *b);

/* What an entry is about: the purchase, the member whose registration it was, or the run. */
struct event {
    enum event_kind kind;
    uint32_t member;        /* the buyer, or who registered */
    struct receipt receipt; /* EVENT_PURCHASE, EVENT_REFUND, EVENT_REDEMPTION */
    uint32_t run;           /* EVENT_SETTLEMENT */
};

/* (merchant, 0): epoch and commit are compared by the engine; the rest is the ledger's head. */
struct fence {
    uint64_t epoch;
    uint64_t commit;            /* grows by one with every commit for the merchant */
    uint64_t entry;             /* the last entry's number; gapless from 1 */
    uint64_t time;              /* the ledger's last time */
    uint8_t head[HASH_BYTES];   /* hash of the last entry; zero before the first */
};

/* One balanced, append-only movement of `amount` (>= 0) from one side to another. */
struct entry {
    uint64_t number;
    uint64_t recorded_at;
    business_date business_date;   /* the first open date at the earliest: closed periods stay */
    business_date event_date;      /* the event's own: names the period it came from */
    enum entry_kind kind;
    enum unit unit;
    enum side from, to;
    struct party party;            /* the account it is about, and SIDE_OWNER when a side */
    int64_t amount;
    int64_t balance_after;         /* the party's AVAILABLE balance of the unit afterwards */
    uint64_t credit;               /* the credit's number */
    uint32_t program_version;
    uint16_t rule;                 /* index in that version's list */
    uint64_t previous;             /* the party's entry before, 0: none; lists follow it */
    struct event event;
    uint8_t previous_hash[HASH_BYTES];
};

/* ---- credits ------------------------------------------------------------------------------ */

enum credit_state { CREDIT_PENDING = 1, CREDIT_AVAILABLE = 2, CREDIT_DONE = 3 };
enum { CREDIT_HELD = 1 << 0 }; /* flags */

/* Why a matching rule gave nothing, or less. */
enum award_reason {
    AWARD_GRANTED = 0,
    AWARD_ROUNDED_TO_ZERO = 1,     /* the formula gave less than one unit */
    AWARD_SELF = 2,                /* the guide is the buyer */
    AWARD_GUIDE_INACTIVE = 3,      /* not employed on the business date */
    AWARD_HELD = 4,
    AWARD_CAPPED = 5,              /* a cap left less, or nothing: see award.cap */
    AWARD_BELOW_MINIMUM = 6,       /* the purchase is smaller than the rule's minimum */
    AWARD_ERASED = 7,              /* the member who would earn was erased */
};
/* Which cap cut an award. */
enum award_cap { CAP_NONE = 0, CAP_REFEREE = 1, CAP_BENEFICIARY = 2, CAP_BUDGET = 3 };

/* Why a rule of the version in force gave no award at all: the first condition that failed, in
 * this order. Kept with the event, one byte per rule, so that it can be explained for ever. */
enum rule_verdict {
    VERDICT_MATCHED = 0,
    VERDICT_TRIGGER,        /* looks at other events */
    VERDICT_NO_BENEFICIARY, /* no referrer, nobody serves her, no selling guide */
    VERDICT_WINDOW,         /* outside the campaign window */
    VERDICT_SHOP,
    VERDICT_REFERRER,       /* another kind of referrer */
    VERDICT_CODE,           /* own or inherited code */
    VERDICT_TIER,
    VERDICT_FIRST_PURCHASE, /* not her first */
    VERDICT_WITHIN_DAYS,    /* too long after her registration */
    VERDICT_WEEKDAY,
    VERDICT_BIRTHDAY,
    VERDICT_AGE,
    VERDICT_GENDER,
    VERDICT_ATTRIBUTE,
    VERDICT_CATEGORY,       /* no line of these categories */
    VERDICT_COUNT,
};

/* A lot of points or cash with a life of its own. Its number is that of its ACCRUE entry, or of
 * the ADJUST entry that made it (program_version 0).
 * posted = remaining + redeemed + expired + settled + voided + reversed.
 *
 * What refunds of its own event asked back so far is recall_own (out of `remaining`, so in voided
 * or reversed too) + recall_elsewhere (from other credits, or now a debt) + recall_waived (expired,
 * or forgiven by the return policy). */
struct credit {
    uint64_t number;
    enum unit unit;
    enum credit_state state;
    uint8_t flags;
    int64_t posted, remaining, redeemed, expired, settled, voided, reversed;
    uint32_t program_version;
    uint16_t rule;
    business_date business_date;   /* its event's */
    business_date matures_on;      /* start of this date */
    business_date expires_on;      /* end of this date; DATE_NEVER */
    uint32_t shop;                 /* guides: his shop on the business date, which names */
    uint32_t pay_entity;           /* the employer who owes it; 0 for members */
    uint32_t settlement_run;       /* AVAILABLE: the open run that froze it; DONE: the run that
                                      settled it, or a part of it; 0: none */
    uint32_t referee;              /* the member whose event earned it; 0: none */
    uint32_t review;               /* the fraud review that holds or held it; 0: none */
    int64_t recall_own, recall_elsewhere, recall_waived;
    int64_t recall_settled;        /* of recall_elsewhere, taken from other credits when this one
                                      was settled */
    uint64_t since;                /* the entry that last made it free to be spent or settled */
    business_date filed_on;        /* the date it is stored under; no part of the record */
};

/* Under which date a credit is filed: matures_on while PENDING, expires_on while AVAILABLE; these
 * two where time has nothing to do with it. */
#define FILED_DONE DATE_ALWAYS
#define FILED_HELD (DATE_ALWAYS + 1)

/* ---- accounts ----------------------------------------------------------------------------- */

enum account_status { ACCOUNT_ACTIVE = 1, ACCOUNT_ERASING = 2, ACCOUNT_ERASED = 3 };

enum scan_result {
    SCAN_NONE = 0, /* registered without a code */
    SCAN_GUIDE_INACTIVE, SCAN_BOUND, SCAN_ALREADY_BOUND_TO_THIS, SCAN_BOUND_TO_OTHER,
    SCAN_EXPIRED, SCAN_EXHAUSTED, SCAN_SELF_REFERRAL, SCAN_EXISTING_MEMBER, SCAN_HELD,
    SCAN_REFERRED, /* a member's or shop's code was used and no guide bound by it */
};

struct balance {
    int64_t pending, available;
    int64_t held;        /* contained in `available`: nobody spends it */
    int64_t debt;        /* open, all policies */
    int64_t debt_inside; /* of it, under UNLIMITED: shown inside the balance */
};

/* (merchant, account) 0: all that a purchase needs to know of a member or guide. */
struct account {
    enum account_status status;
    struct balance balance[UNIT_COUNT];
    uint64_t last_entry;              /* 0: none */
    business_date next_due;           /* nothing is due before it; DATE_NEVER. The due queue has
                                         the account under exactly this date */
    uint32_t settlement_run;          /* a run that has some credits frozen; 0: none has */

    /* members */
    business_date registered_on;
    uint64_t registered_at;           /* occurred_at */
    uint64_t recorded_at;
    uint32_t registered_shop;         /* 0: none named */
    enum scan_result scan_result;
    struct code_value code;           /* registered with; 0: none */
    struct party referrer;            /* set once */
    uint32_t serving_guide;           /* 0: none; the binding in force at recording */
    bool serving_inherited;           /* through the referrer, not by the guide's own code */
    business_date binding_from;       /* earlier bindings: its history */
    business_date binding_until;      /* when who serves her changes: exclusive end of the binding
                                         in force, or, while nobody does, the first day of the next;
                                         DATE_NEVER. A guide's: first day of his next employment */
    business_date protected_until;    /* exclusive */
    uint32_t self_guide;              /* the guide with the same phone; 0: none */
    uint8_t tier;
    int64_t tier_points;
    business_date tier_since;
    uint32_t purchase_count;
    uint32_t days_recorded;           /* distinct purchase dates, gross */
    business_date last_day;           /* last and second-last live purchase day; DATE_NEVER: none */
    business_date second_last_day;
    struct receipt last_purchase;     /* newest recorded; lists follow it */
    business_date first_day;          /* earliest purchase date, gross; DATE_NEVER: none */
    business_date tier_review_on;     /* DATE_NEVER: none ahead */
    business_date refund_cycle_from;  /* first full refund of the count; DATE_NEVER: none */
    uint16_t refund_cycle_count;

    /* guides */
    uint32_t shop;                    /* employment in force at recording; 0: none */
    uint32_t pay_entity;
    business_date employed_from;
    business_date employed_until;     /* exclusive; DATE_NEVER */
};

/* (merchant, account) 1 by date. */
struct purchase_day {
    uint32_t recorded_count;
    uint32_t live_count;   /* not fully refunded; the day is live while it is > 0 */
    int64_t net_minor;     /* amounts less refunds */
    int64_t base_minor;    /* bases less refunded bases */
    int64_t tier_points;   /* BUYER's PURCHASE points before multiplier and caps, less refunds */
    business_date last_full_refund_on; /* latest date of a refund that made a purchase of the day
                                          full; DATE_ALWAYS: none. The day was live before a date
                                          d if live_count > 0 or last_full_refund_on >= d */
};

/* (merchant, account) 3 by from-date: members' bindings, guides' employments; also those that are
 * planned and begin later. None overlaps another. */
enum binding_state { BINDING_ACTIVE = 1, BINDING_EXPIRED, BINDING_TRANSFERRED, BINDING_RELEASED };
struct binding {
    business_date from, until; /* [from, until) */
    enum binding_state state;
    uint32_t guide;
    bool inherited;
    business_date protected_until; /* exclusive */
    uint32_t handover;             /* which brought her to him; 0: none */
};
struct employment {
    business_date from, until; /* [from, until) */
    uint32_t shop;
    uint32_t pay_entity;
};

/* ---- purchases ---------------------------------------------------------------------------- */

/* What one matching rule gave one beneficiary for one event. amount 0: see reason, no credit. */
struct award {
    uint16_t rule;
    struct party party;
    enum unit unit;
    enum award_reason reason;
    int64_t base_minor;  /* what the formula was applied to */
    int64_t full_amount; /* base x rate x multiplier, rounded; before shares and caps */
    int64_t amount;
    uint64_t credit;     /* its number; 0 when amount is 0 */
    int32_t multiplier_bp; /* of the tier; 10,000 where the rule takes none */
    uint16_t share_bp;   /* of the full amount; 10,000 where it is not shared */
    uint8_t bracket;     /* index within the rule's brackets; BRACKET_NONE */
    enum award_cap cap;  /* which one cut it, last of those that did */
};
enum { BRACKET_NONE = 0xff, SHARE_WHOLE = 10000, MULTIPLIER_ONE = 10000 };

/* A guide who sold, and his share of what SELLING_GUIDE rules give. */
struct seller {
    uint32_t guide;
    uint16_t share_bp; /* all sellers of a purchase: 10,000 */
};

/* What became of each rule of the version in force, in the program's order. */
enum { VERDICTS_MAX = 32 };
struct verdicts {
    uint8_t count;
    uint8_t of_rule[VERDICTS_MAX]; /* enum rule_verdict */
};

/* What an amount consists of, minor units; service/rules/base.h has the formula. */
struct purchase_parts {
    int64_t amount_minor;             /* all the customer paid */
    int64_t tax_minor, freight_minor; /* contained in it */
    int64_t gift_card_minor;          /* of it, paid with a gift card */
    int64_t points_minor;             /* of it, paid with points */
};

/* One line of a purchase. Kept beside it, read only where lines matter. */
enum { PURCHASE_LINES_MAX = 100, LINE_TEXT_BYTES_MAX = 40 };
struct purchase_line {
    int64_t amount_minor, tax_minor; /* tax contained */
    int64_t base_minor;              /* its share of the purchase's base */
    int64_t refunded_minor;          /* of its amount, by line */
    char article[LINE_TEXT_BYTES_MAX];  /* zero-padded UTF-8 */
    char category[LINE_TEXT_BYTES_MAX];
};
struct purchase_lines {
    size_t count; /* 0: the purchase has none */
    struct purchase_line lines[PURCHASE_LINES_MAX];
};

/* (merchant, purchase, shop, receipt). Awards follow the fixed part. */
struct purchase {
    struct receipt receipt;
    uint32_t member;
    uint64_t occurred_at, recorded_at;
    business_date business_date;
    struct purchase_parts parts;
    int64_t base_minor;
    int64_t refunded_minor;               /* in all */
    int64_t refunded_by_amount_minor;     /* of it, by refunds that named no lines */
    int64_t refunded_base_minor;          /* refunded base to date; domain.md 5 */
    uint16_t refund_count;                /* posted ones */
    uint8_t line_count;                   /* (merchant, purchase lines, shop, receipt) has them */
    uint32_t serving_guide;               /* on the business date; 0: none */
    uint32_t program_version;             /* 0: none in force */
    uint8_t fingerprint[FINGERPRINT_BYTES];
    struct receipt previous;              /* the member's purchase recorded before */
    uint8_t tier;                         /* hers before it */
    uint32_t days_recorded;               /* hers then, its own day included; gross */
    int64_t tier_points;                  /* what it gave, less refunds */
    uint8_t seller_count;
    struct seller sellers[SELLERS_MAX];
    struct verdicts verdicts;
    uint16_t award_count;
    struct award awards[AWARDS_MAX];
};

/* A registration's awards are kept like a purchase's: (merchant, registration, member). */
struct registration {
    uint32_t member;
    uint32_t program_version;
    uint8_t fingerprint[FINGERPRINT_BYTES];
    bool voided; /* a fraud decision: she counts as nobody's new member */
    struct verdicts verdicts;
    uint16_t award_count;
    struct award awards[AWARDS_MAX];
};

/* ---- codes, tokens, requests, counters ------------------------------------------------------ */

enum channel { CHANNEL_OTHER = 0, CHANNEL_BADGE, CHANNEL_SHELF, CHANNEL_RECEIPT, CHANNEL_POSTER,
               CHANNEL_CHAT };
enum { CAMPAIGN_BYTES_MAX = 40 };

struct code {
    struct code_value value;
    struct party owner;         /* in force at recording; earlier and later: code_owner history */
    enum channel channel;
    char campaign[CAMPAIGN_BYTES_MAX]; /* zero-padded UTF-8 */
    uint64_t created_at;
    uint64_t starts_at, ends_at;  /* [starts, ends); 0: open */
    uint64_t revoked_at;          /* 0: not */
    uint32_t usage_limit;         /* 0: none */
    uint32_t usage_count;         /* registrations made with it */
};

enum role {
    ROLE_REGISTRANT = 0, ROLE_MEMBER, ROLE_GUIDE, ROLE_POS, ROLE_SHOP_MANAGER, ROLE_PAYROLL,
    ROLE_AUDITOR, ROLE_ADMIN, ROLE_OPERATOR, ROLE_PAYOUT,
    ROLE_INTEGRATION, ROLE_COUNT,
};

struct token {
    uint8_t hash[HASH_BYTES];  /* BLAKE2b-256 of the 32 random bytes: the key; never the secret */
    uint32_t number;           /* per merchant, from 1: what people name it by */
    enum role role;
    struct party party;        /* member, guide, or shop it is bound to; NONE for the others */
    uint64_t created_at;
    uint64_t expires_at;       /* 0: never */
    uint64_t revoked_at;       /* 0: not */
    char label[CAMPAIGN_BYTES_MAX];
};

/* (merchant, request, kind, id): a write without a natural key, answered again from `object`. */
struct request {
    uint8_t fingerprint[FINGERPRINT_BYTES];
    uint64_t object;           /* code, token number, program version ... by kind */
};

/* L1 and L2 of one guide and month: members whose last, second-last live day each day is. */
struct recency_month {
    uint32_t last[31], second_last[31];
};

/* Balances of the program's own sides, per unit: the other half of every account. */
struct ledger_totals {
    int64_t balance[UNIT_COUNT][SIDE_COUNT]; /* SIDE_OWNER: the sum over all parties */
};

/* Next numbers of a merchant; each is the last one given out. */
struct numbers {
    uint32_t shop, guide, member, pay_entity, token, program_version;
};

enum { CURRENCY_BYTES = 3, TIME_ZONE_BYTES_MAX = 40, HOST_BYTES_MAX = 64, NAME_BYTES_MAX = 120 };

struct merchant {
    uint32_t number;
    char name[NAME_BYTES_MAX];              /* zero-padded UTF-8 */
    char currency[CURRENCY_BYTES + 1];      /* ISO 4217 */
    char time_zone[TIME_ZONE_BYTES_MAX];    /* IANA name */
    uint16_t day_cutoff_minutes;            /* after local midnight the business day begins */
    uint16_t country_code;                  /* E.164, added to phones without one */
    char link_host[HOST_BYTES_MAX];         /* HTTPS://HOST/R/CODE */
    uint64_t created_at;
    bool fixed;                         /* an event was recorded: currency, zone, cut-off stay */
    bool counted;                       /* every event since the first is in the scoreboard; one
                                           that had events before there was one keeps none */
    business_date closed_before;        /* periods before it are closed: entries take this date at
                                           the earliest; DATE_ALWAYS: none is */
};

#endif
