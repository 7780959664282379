/* Every key of the store in one place: merchant number, table, then what the table orders by.
 *
 * All integers big-endian, so that byte order is the order of numbers and dates. Business dates
 * are stored as uint32 with the sign bit flipped. A purchase's key is its natural key, an account
 * is one prefix with everything a purchase touches of it, entries are appended. */
#ifndef BECKON_STORE_KEY_H
#define BECKON_STORE_KEY_H

#include "store/kv.h"
#include "store/record.h"

/* The tables, by the byte after the merchant number. Numbers are for ever. */
enum table {
    TABLE_FENCE = 0x00,          /* -> fence */
    TABLE_MERCHANT = 0x01,       /* -> merchant */
    TABLE_NUMBERS = 0x02,        /* -> numbers */
    TABLE_LEDGER_TOTALS = 0x03,  /* -> ledger_totals */
    TABLE_PROGRAM = 0x04,        /* version -> ColdProgram */
    TABLE_PROGRAM_FROM = 0x05,   /* from-date, version -> (empty): which is in force */
    TABLE_PAY_ENTITY = 0x06,     /* number -> name */
    TABLE_PAY_ENTITY_NAME = 0x07,/* name -> number */
    TABLE_SHOP = 0x08,           /* number -> ColdShop */
    TABLE_SHOP_ID = 0x09,        /* shop id text -> number */
    TABLE_GUIDE = 0x0a,          /* number -> ColdGuide (plain part; the sealed is a profile) */
    TABLE_GUIDE_EMPLOYEE = 0x0b, /* pay entity, employee_no -> guide number */
    TABLE_PROFILE = 0x0c,        /* party kind, number -> sealed ColdProfile */
    TABLE_PHONE = 0x0d,          /* party kind, keyed hash of the phone -> number, released_at */
    TABLE_MEMBER_OF_GUIDE = 0x0e,/* guide, member -> (empty): serves her, or once did */
    TABLE_REGISTRATION = 0x0f,   /* member -> registration */
    TABLE_ACCOUNT = 0x10,        /* party kind, number, part, ... : see account_part */
    TABLE_CODE = 0x11,           /* code -> code */
    TABLE_CODE_OWNER = 0x12,     /* code, from-date -> party */
    TABLE_CODE_OF = 0x13,        /* party kind, number, code -> (empty) */
    TABLE_TOKEN = 0x14,          /* hash -> token */
    TABLE_TOKEN_NUMBER = 0x15,   /* number -> hash */
    TABLE_REQUEST = 0x16,        /* kind, id -> request */
    TABLE_RECENCY = 0x17,        /* month start, guide -> recency_month (L1, L2) */
    TABLE_RULE_CREDIT_DATE = 0x18, /* -> latest business date with a rule-made credit */
    TABLE_TOKEN_OF = 0x19,       /* role, party, token number -> (empty): not revoked */
    TABLE_ROSTER = 0x1a,         /* -> the commit that changed an employment last */
    TABLE_PURCHASE = 0x20,       /* shop, receipt -> purchase */
    TABLE_ENTRY = 0x21,          /* number -> entry */
    TABLE_PURCHASE_LINES = 0x22, /* shop, receipt -> purchase_lines, where there are any */
    TABLE_REFUND = 0x23,         /* shop, refund number -> refund */
    TABLE_REFUND_OF = 0x24,      /* purchase's shop, receipt's size and text, refund's shop and
                                    number -> refund_state: all refunds of a purchase, parked too */
    TABLE_REDEMPTION = 0x25,     /* number -> redemption */
    TABLE_REDEMPTION_OF = 0x26,  /* shop, receipt's size and text, number -> (empty) */
    TABLE_REDEMPTION_BY = 0x30,  /* member, number -> (empty) */
    TABLE_REFUND_WAITING = 0x31, /* shop, refund number -> (empty): parked though its purchase is
                                    there; the ticker posts it */
    TABLE_ADJUSTMENT = 0x27,     /* number -> ColdAdjustment */
    TABLE_DUE = 0x28,            /* next_due, party kind, number -> (empty); DATE_NEVER: none */
    TABLE_BUDGET = 0x29,         /* rule id -> what its credits hold of a campaign budget */
    TABLE_REVIEW = 0x2a,         /* number -> ColdReview: what a fraud signal holds */
    TABLE_REVIEW_OPEN = 0x2b,    /* number -> (empty): undecided ones */
    TABLE_SIGNAL = 0x2c,         /* kind, party, month start or 0 -> signal_counts */
    TABLE_KPI = 0x2d,            /* month start, guide -> kpi_month: the scoreboard's counters */
    TABLE_PERIOD_CLOSE = 0x2e,   /* rule id's size and text, period kind, start -> period_close;
                                    the same and a guide -> period_result. Size 0: up to which
                                    date the ticker has closed what was due */
    TABLE_WRITE_OFF = 0x2f,      /* entry number -> write_off: who forgave a debt, and why */
    TABLE_RUN = 0x32,            /* number -> ColdSettlementRun */
    TABLE_RUN_LINE = 0x33,       /* run, payee's kind and number, pay entity -> settlement_line */
    TABLE_RUN_ORDER = 0x34,      /* run, pay entity's name, employee number, guide, pay entity ->
                                    (empty): the lines of guides in the export's order */
    TABLE_RUN_PAYEE = 0x35,      /* run -> ColdRunPayees: until when they are kept; run, guide, pay
                                    entity -> ColdRunPayee: his line's texts at close, those that
                                    are personal sealed */
    TABLE_DISPUTE = 0x36,        /* run, number -> ColdDispute. Number 0: lists of them, see
                                    disputes.c */
    TABLE_CLOSED_THROUGH = 0x37, /* pay entity -> the date before which its periods are closed */
    TABLE_HELD = 0x38,           /* business date, party, credit -> (empty): every held credit */
    TABLE_HELD_CARRIED = 0x39,   /* run, party, credit -> ColdHeldCarried: left to the next run,
                                    and why */
    TABLE_TARGET = 0x3a,         /* guide, span, start, KPI -> target */
    TABLE_HANDOVER = 0x3b,       /* number -> ColdHandover */
    TABLE_HANDOVER_ROW = 0x3c,   /* handover, member -> its outcome */
    TABLE_KPI_BLOCK = 0x3d,      /* month start, block -> kpi_block: sums of many guides */
    TABLE_EXPORT = 0x3e,         /* run, number -> ColdExport: who took out what, when */
    TABLE_HANDOVER_OPEN = 0x3f,  /* date, handover -> (empty): when there is work for it */

    /* merchant 0: the instance's own */
    TABLE_META = 0x40,           /* -> ColdMeta: schema version, store id */
    TABLE_CODE_MERCHANT = 0x41,  /* code -> merchant number; reserved before use, never changed */
    TABLE_MERCHANT_LIST = 0x42,  /* number -> (empty) */
    TABLE_CLOCK = 0x43,          /* -> count, time: when an operator accepted the clock */
    TABLE_KEY_ROTATION = 0x48,   /* -> key_rotation: which wrapping key is in use, and how far a
                                    rotation is */

    /* more of merchants' own */
    TABLE_REFEREE = 0x45,        /* referrer, referee -> (empty): members recommended by a member */
    TABLE_REFEREES_LISTED = 0x46,/* -> number: members up to it are in those lists */
    TABLE_AUDIT = 0x47,          /* -> audit_head; number -> audit_entry. Merchant 0 has one, too */
    TABLE_EVENT = 0x60,          /* number -> event_record: what one command told from it on */
    TABLE_EVENT_HEAD = 0x61,     /* -> event_head */
    TABLE_BIRTHDAYS_TOLD = 0x62, /* -> birthdays: how far they have been told */
    TABLE_PAYMENT = 0x50,        /* run, payee, pay entity, number -> ColdPayment: what became of a
                                    line's money, and who was told who the payee is */
    TABLE_ERASURE = 0x56,        /* party -> ColdErasure: who is a number only, and why */
    TABLE_ERASURE_OPEN = 0x57,   /* party -> (empty): codes or bindings are still to be ended */
    TABLE_SESSION = 0x58,        /* hash -> session */
    TABLE_SIGN_IN_LINK = 0x59,   /* hash -> sign_in_link */
    TABLE_SIGN_IN_OF = 0x5a,     /* role, party, token, kind, created_at, hash -> (empty): sessions
                                    and links by whose they are */
    TABLE_PHONE_CODE = 0x5b,     /* keyed hash of a phone -> phone_code */
    TABLE_SIGN_IN_DUE = 0x5c,    /* time, kind, hash -> (empty): when what it names is deleted */
    TABLE_WEBHOOK = 0x63,        /* -> the last number given out; number -> webhook */
    TABLE_WEBHOOK_STATE = 0x64,  /* number -> webhook_state */
};

/* Under (merchant, TABLE_ACCOUNT, kind, number). */
enum account_part {
    ACCOUNT_HOT = 0,        /* -> account */
    ACCOUNT_DAY = 1,        /* date -> purchase_day */
    ACCOUNT_CREDIT = 2,     /* credit_filed_on, number -> credit */
    ACCOUNT_HISTORY = 3,    /* from-date -> binding (members) or employment (guides) */
    ACCOUNT_CAP = 4,        /* enum award_cap, period kind, period start, rule id -> what credits
                               hold of it */
    ACCOUNT_CREDIT_DATE = 5,/* credit -> the date it is filed under, unless that is DATE_NEVER */
    ACCOUNT_DEBT = 6,       /* 0 open or 1 paid, number -> debt */
    ACCOUNT_BENEFIT = 7,    /* number -> benefit */
    ACCOUNT_SETTLEMENT = 8, /* pay entity -> settlement_account: marks of runs, clawback, carry */
};

/* A key under construction; keys are small and live on the stack. */
struct key {
    uint8_t data[KV_KEY_BYTES_MAX];
    size_t size;
};

struct key key_begin(uint32_t merchant, enum table table);
/* Each appends; asserts there is room. */
void key_u8(struct key *key, uint8_t value);
void key_u32(struct key *key, uint32_t value);
void key_u64(struct key *key, uint64_t value);
void key_date(struct key *key, business_date value);
void key_bytes(struct key *key, const void *data, size_t size);
void key_party(struct key *key, struct party party); /* kind, number */
struct bytes key_view(const struct key *key);        /* lives as long as `key` */

/* The first key after all keys that begin with `prefix`: the end of a scan over them. */
struct key key_after(const struct key *prefix);

/* Readers of what a scan finds: they assert the offset is inside. */
uint32_t key_read_u32(struct bytes key, size_t offset);
uint64_t key_read_u64(struct bytes key, size_t offset);
business_date key_read_date(struct bytes key, size_t offset);
enum { KEY_TABLE_OFFSET = 4, KEY_REST_OFFSET = 5 };

struct key account_key(uint32_t merchant, struct party party, enum account_part part);

#endif
