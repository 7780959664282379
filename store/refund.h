/* A refund: plain data, no I/O; rules see it too. Its table is refunds.h's.
 *
 * One is stored whether or not its purchase is there yet: parked until then, posted or rejected
 * when it comes. What it says of itself on arrival never changes, so that a repeat is answered from
 * the record. */
#ifndef BECKON_STORE_REFUND_H
#define BECKON_STORE_REFUND_H

#include "store/record.h"

enum refund_state { REFUND_PARKED = 1, REFUND_POSTED = 2, REFUND_REJECTED = 3 };

/* Why a parked refund could not be posted when its purchase came. */
enum refund_reject {
    REFUND_REJECT_NONE = 0,
    REFUND_REJECT_ABOVE_PURCHASE,  /* more than the purchase's amount in all */
    REFUND_REJECT_LINES,           /* names a line that the purchase doesn't have, or more of one
                                      than is left of it */
    REFUND_REJECT_EMPTY,           /* nothing is left of the lines it names */
    REFUND_REJECT_COUNT,
};

enum {
    REFUND_RETURNS_MAX = 4, /* redemptions that paid for one purchase */
};

/* A line it gives back. */
struct refund_line {
    uint8_t line;           /* from 1 */
    int64_t asked_minor;    /* 0: what is left of the line */
    int64_t refunded_minor; /* when posted */
};

/* What it took back of one credit of its purchase:
 * asked = own + elsewhere + owed + waived. */
struct refund_taking {
    uint64_t credit;
    struct party party;
    enum unit unit;
    int64_t asked;     /* by which the reversal to date has grown */
    int64_t own;       /* from what remained of the credit itself */
    int64_t elsewhere; /* from other available credits of the holder */
    int64_t owed;      /* became a debt */
    int64_t waived;    /* expired, or forgiven by the return policy */
};

/* What it gave back of a redemption that had paid for the purchase. */
struct refund_return {
    uint64_t redemption;
    enum unit unit;
    int64_t amount;
};

struct refund {
    struct receipt receipt;       /* its own: shop and refund number */
    struct receipt purchase;
    enum refund_state state;
    enum refund_reject reject;    /* REJECTED */
    bool parked;                  /* it came before its purchase */
    uint32_t member;              /* the buyer, once posted; 0 before */
    uint64_t occurred_at, recorded_at;
    uint64_t settled_at;          /* when it was posted or rejected; 0: not yet */
    business_date business_date;  /* of occurred_at */
    uint8_t fingerprint[FINGERPRINT_BYTES];
    int64_t amount_minor;         /* by amount: as asked; by lines: what they came to, posted */
    int64_t base_minor;           /* when posted: by which the refunded base to date has grown */
    int64_t tier_points;          /* taken back from the buyer's tier points */
    bool full;                    /* the purchase was refunded in full by it */
    uint8_t line_count;           /* 0: by amount */
    struct refund_line lines[PURCHASE_LINES_MAX];
    uint16_t taking_count;        /* in the order of the purchase's awards */
    struct refund_taking takings[AWARDS_MAX];
    uint8_t return_count;
    struct refund_return returns[REFUND_RETURNS_MAX];
};

enum {
    REFUND_LINE_BYTES = 1 + 2 * 8,
    REFUND_TAKING_BYTES = 8 + 5 + 1 + 5 * 8,
    REFUND_RETURN_BYTES = 8 + 1 + 8,
    REFUND_BYTES_MAX = 1 + 2 * (4 + 1 + RECEIPT_BYTES_MAX) + 3 + 4 + 3 * 8 + 4 + FINGERPRINT_BYTES +
                       3 * 8 + 1 + 1 + PURCHASE_LINES_MAX * REFUND_LINE_BYTES + 2 +
                       AWARDS_MAX * REFUND_TAKING_BYTES + 1 +
                       REFUND_RETURNS_MAX * REFUND_RETURN_BYTES,
};

/* As in encode.h; room for REFUND_BYTES_MAX. */
size_t refund_encode(const struct refund *refund, uint8_t *to);
enum store_result refund_decode(struct bytes from, struct refund *ret) STORE_CHECKED;

/* What it asked = what became of it? */
bool refund_taking_balanced(const struct refund_taking *taking);

#endif
