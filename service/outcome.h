/* Outcomes: how every command ends, in order of precedence. One list; reasons, gRPC codes and
 * sentences stand in outcome.c and nowhere else.
 *
 * A refusal is expected, cheap and changes nothing. OUTCOME_AGAIN never leaves the executor. */
#ifndef BECKON_SERVICE_OUTCOME_H
#define BECKON_SERVICE_OUTCOME_H

#include <stdbool.h>

enum outcome {
    OUTCOME_OK = 0,

    /* the call itself */
    OUTCOME_AGAIN, /* the batch has to fetch first and run the command again */
    OUTCOME_DEADLINE_PASSED,
    OUTCOME_BUSY,
    OUTCOME_SHUTTING_DOWN,
    OUTCOME_GUESSES_TOO_MANY,
    OUTCOME_STREAMS_TOO_MANY,
    OUTCOME_METHOD_UNKNOWN,
    OUTCOME_SERVICE_UNKNOWN, /* health was asked about a service that is not here */
    OUTCOME_MESSAGE_MISSING,
    OUTCOME_MESSAGE_INVALID,
    OUTCOME_MESSAGE_TOO_LARGE,

    /* who calls */
    OUTCOME_TOKEN_MISSING,
    OUTCOME_TOKEN_INVALID,
    OUTCOME_ROLE_NOT_ALLOWED,
    OUTCOME_NOT_YOURS,
    OUTCOME_CALLER_NOT_EMPLOYED,

    /* form of the request */
    OUTCOME_FIELD_REQUIRED,
    OUTCOME_TEXT_INVALID,
    OUTCOME_VALUE_INVALID,
    OUTCOME_AMOUNT_INVALID,
    OUTCOME_RECEIPT_INVALID,
    OUTCOME_LINES_INVALID,
    OUTCOME_REFUND_EMPTY,
    OUTCOME_REFUND_LINES_INVALID,
    OUTCOME_SELLERS_INVALID,
    OUTCOME_PHONE_INVALID,
    OUTCOME_CONSENT_MISSING,
    OUTCOME_CODE_MISTYPED,
    OUTCOME_DATE_INVALID,
    OUTCOME_DATE_RETROACTIVE,
    OUTCOME_TIME_INVALID,
    OUTCOME_TIME_IN_FUTURE,
    OUTCOME_PAGE_INVALID,
    OUTCOME_PROGRAM_INVALID,
    OUTCOME_CURRENCY_MISMATCH,
    OUTCOME_PATH_INVALID,
    OUTCOME_ROWS_INVALID,
    OUTCOME_SETTLEMENT_PERIOD_INVALID,

    /* what it names */
    OUTCOME_MERCHANT_UNKNOWN,
    OUTCOME_SHOP_UNKNOWN,
    OUTCOME_GUIDE_UNKNOWN,
    OUTCOME_MEMBER_UNKNOWN,
    OUTCOME_ACCOUNT_UNKNOWN,
    OUTCOME_CODE_UNKNOWN,
    OUTCOME_CODE_NOT_VALID,
    OUTCOME_PURCHASE_UNKNOWN,
    OUTCOME_REFUND_UNKNOWN,
    OUTCOME_DEBT_UNKNOWN,
    OUTCOME_PROGRAM_UNKNOWN,
    OUTCOME_ENTRY_UNKNOWN,
    OUTCOME_PERIOD_RULE_UNKNOWN,
    OUTCOME_PERIOD_CLOSE_UNKNOWN,
    OUTCOME_TOKEN_UNKNOWN,
    OUTCOME_CREDIT_UNKNOWN,
    OUTCOME_REDEMPTION_UNKNOWN,
    OUTCOME_ADJUSTMENT_UNKNOWN,
    OUTCOME_REVIEW_UNKNOWN,
    OUTCOME_BENEFIT_UNKNOWN,
    OUTCOME_EXPORT_UNKNOWN,
    OUTCOME_PAY_ENTITY_UNKNOWN,
    OUTCOME_SETTLEMENT_UNKNOWN,

    /* what is there already */
    OUTCOME_RECEIPT_REUSED,
    OUTCOME_REFUND_REUSED,
    OUTCOME_REQUEST_ID_REUSED,
    OUTCOME_SHOP_EXISTS,
    OUTCOME_GUIDE_EXISTS,
    OUTCOME_PHONE_TAKEN,

    /* the state of things */
    OUTCOME_MERCHANT_FIXED,
    OUTCOME_REFUND_ABOVE_PURCHASE,
    OUTCOME_REFUNDS_PARKED_TOO_MANY,
    OUTCOME_PROGRAM_RETROACTIVE,
    OUTCOME_PERIOD_NOT_OVER,
    OUTCOME_SCOREBOARD_NOT_KEPT,
    OUTCOME_TOKENS_TOO_MANY,
    OUTCOME_CODE_REVOKED,
    OUTCOME_REVIEW_DECIDED,
    OUTCOME_BENEFIT_HANDED_OUT,
    OUTCOME_BENEFIT_EXPIRED,
    OUTCOME_NUMBERS_EXHAUSTED,
    OUTCOME_NOT_REDEEMABLE,
    OUTCOME_AMOUNT_STEP,
    OUTCOME_INSUFFICIENT_BALANCE,
    OUTCOME_LOTS_TOO_MANY,
    OUTCOME_REDEMPTION_CANCELLED,
    OUTCOME_ADJUSTMENT_DECIDED,
    OUTCOME_OWN_DECISION,
    OUTCOME_CREDIT_FINISHED,
    OUTCOME_CREDIT_IS_HELD,
    OUTCOME_CREDIT_NOT_HELD,
    OUTCOME_CREDIT_IN_REVIEW,
    OUTCOME_SETTLEMENT_NOT_OVER,
    OUTCOME_SETTLEMENT_RATE_MISSING,
    OUTCOME_SETTLEMENT_WORKING,
    OUTCOME_SETTLEMENT_STATE,
    OUTCOME_SETTLEMENT_CHANGED,
    OUTCOME_SETTLEMENT_OWN,
    OUTCOME_SETTLEMENT_OTHER_FROZEN,
    OUTCOME_SETTLEMENT_DISPUTES_OPEN,
    OUTCOME_SETTLEMENT_EARLIER_OPEN,
    OUTCOME_SETTLEMENT_HELD_UNDECIDED,
    OUTCOME_SETTLEMENT_PERIODS_DUE,
    OUTCOME_SETTLEMENT_UNVERIFIED,
    OUTCOME_BACKUP_FAILED,
    OUTCOME_BACK_TEST_TOO_LARGE,

    /* faults */
    OUTCOME_STORE_DAMAGED,
    OUTCOME_STORE_FULL,
    OUTCOME_STORE_FAULT,
    OUTCOME_INTERNAL,
    OUTCOME_COUNT,
};

#define OUTCOME_CHECKED __attribute__((warn_unused_result))

/* How an outcome is told. grpc_code as in grpc_status_code. "{field}" and "{allowed}" in a sentence
 * are replaced by what the command said. */
struct outcome_info {
    const char *reason; /* UPPER_SNAKE */
    int grpc_code;
    bool retry;         /* carries RetryInfo */
    const char *en, *zh;
};

const struct outcome_info *outcome_info(enum outcome outcome);

/* What a refusal says besides its outcome. Strings are static or live in the call's arena. */
struct refusal {
    const char *field;   /* path in the request, or NULL */
    const char *allowed; /* language-neutral, e.g. "1..40 bytes", or NULL */
    unsigned retry_ms;   /* where the outcome carries RetryInfo; 0: LIMIT_RETRY_DELAY_MS */
};

/* Writes the sentence with its replacements; cut at size. */
void outcome_sentence(enum outcome outcome, const struct refusal *refusal, bool chinese,
                      char *ret_text, unsigned size);

#endif
