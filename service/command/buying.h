/* What is bought and what that earns, up to the LINE: shared by recording a purchase and quoting
 * one, so that a quote is what recording would do.
 *
 * Happy path: buying_check_form -> buying_find_buyer -> (the program is found) -> buying_decide.
 * Reads only: a batch's reader or a snapshot's. */
#ifndef BECKON_SERVICE_COMMAND_BUYING_H
#define BECKON_SERVICE_COMMAND_BUYING_H

#include <stdbool.h>

#include "beckon/v1/purchase_service.pb-c.h"
#include "service/command/command.h"
#include "service/command/count.h"
#include "service/command/earn.h"
#include "store/merchants.h"

struct buying {
    const Beckon__V1__RecordPurchaseRequest *request;
    bool quoted;             /* the receipt number may be left out */
    business_date as_of;     /* decided as on this date; DATE_NEVER: that of occurred_at */
    struct merchant merchant;
    struct purchase purchase;
    struct purchase_lines *lines; /* room, the caller's, not initialised; as the next: large */
    struct counting *counting;
    struct earning earning;  /* holders and batch are the caller's to set, before anything else */
    bool first_purchase;     /* nothing of hers was recorded before */
};

/* Refusals, in order: AMOUNT_INVALID, RECEIPT_INVALID, CURRENCY_MISMATCH, TIME_INVALID,
 * TIME_IN_FUTURE, LINES_INVALID, those of sellers, SHOP_UNKNOWN or NOT_YOURS. */
enum outcome buying_check_form(struct reader *reader, struct command_call *call,
                               struct buying *buying) OUTCOME_CHECKED;
/* MEMBER_UNKNOWN. */
enum outcome buying_find_buyer(struct reader *reader, struct command_call *call,
                               struct buying *buying) OUTCOME_CHECKED;
/* What is due on her first, then her days, the awards, her tier; earning.program is set. BUSY when
 * more is due than one command posts, GUIDE_UNKNOWN. The buyer's account is changed in memory. */
enum outcome buying_decide(struct reader *reader, struct command_call *call,
                           struct buying *buying) OUTCOME_CHECKED;

#endif
