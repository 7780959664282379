/* Signing in: what its commands share. Who may sign whom in, and how a session begins.
 *
 * A command loads before its LINE what a new session will push out (signing_load), and begins the
 * session behind it (signing_begin). */
#ifndef BECKON_SERVICE_COMMAND_SIGNING_H
#define BECKON_SERVICE_COMMAND_SIGNING_H

#include "service/command/command.h"
#include "store/sign_in.h"

/* Does the token or session count at this time? Of a session its token too, where it has one. */
bool signing_token_alive(const struct token *token, uint64_t now_ms);
enum outcome signing_session_alive(struct reader *reader, const struct session *session,
                                   uint64_t now_ms) OUTCOME_CHECKED;

/* May sessions act as tokens of this role? Those of people at a desk: no till, no payout. */
bool signing_role(enum role role);

/* The owner a request names: a guide or a token; `member` too where it may (else 0). Held against
 * who asks. FIELD_REQUIRED, VALUE_INVALID, NOT_YOURS, GUIDE_, MEMBER_, TOKEN_UNKNOWN. */
struct signing_name {
    uint32_t guide, token, member;
    bool alive; /* the token has to be; the guide employed, unless an admin asks */
};
enum outcome signing_owner(struct reader *reader, struct command_call *call,
                           const struct signing_name *name,
                           struct sign_in_owner *ret_owner) OUTCOME_CHECKED;

/* The owner as the audit trail's object. */
void signing_audit(struct command_call *call, const struct sign_in_owner *owner);

/* A session about to begin. */
struct signing {
    struct session session;
    char secret[SECRET_TOKEN_TEXT_BYTES]; /* as it is told */
    struct sign_in_owned owned;           /* of the same owner, already */
};
/* Loads and decides; puts nothing. TOKEN_INVALID: the owner's token is none any more. */
enum outcome signing_load(struct reader *reader, struct command_call *call,
                          const struct sign_in_owner *owner, uint64_t proved_at,
                          struct signing *ret) OUTCOME_CHECKED;
/* Behind the LINE. The oldest session goes where there are as many as may be. */
void signing_begin(struct batch *batch, const struct signing *signing);

/* The link a secret opens, alive: else LINK_NOT_VALID, and the caller has guessed. */
enum outcome signing_link(struct reader *reader, struct command_call *call, const char *secret,
                          struct sign_in_link *ret) OUTCOME_CHECKED;
/* Its merchant: a command_merchant for requests whose secret this is. */
enum outcome signing_link_merchant(struct command_call *call, const char *secret,
                                   uint32_t *ret_merchant) OUTCOME_CHECKED;

/* The merchant a stranger names. FIELD_REQUIRED. */
enum outcome signing_merchant(struct command_call *call, uint32_t number,
                              uint32_t *ret_merchant) OUTCOME_CHECKED;

/* The digits of a code as typed: blanks are left out. FIELD_REQUIRED, VALUE_INVALID. */
enum { SIGNING_DIGITS = 6 };
enum outcome signing_digits(struct command_call *call, const char *text,
                            char ret_digits[SIGNING_DIGITS + 1]) OUTCOME_CHECKED;

#endif
