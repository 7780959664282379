/* What time does to one account: everything that is due on it, from loading to posting.
 *
 * Commands that touch an account do this themselves through their holder (lots.h), since they go on
 * with the lots; the ticker's command and whoever has no lots of his own call due_account. */
#ifndef BECKON_SERVICE_COMMAND_DUE_H
#define BECKON_SERVICE_COMMAND_DUE_H

#include "service/command/command.h"

/* Rows of one tick, in one command of the slow lane: accounts, turns at period closes, refunds,
 * steps of handovers and erasures, steps through accounts for the lists of recommended friends. */
enum { TICK_ACCOUNTS_MAX = 64, TICK_TURNS_MAX = 16, TICK_REFUNDS_MAX = 16,
       TICK_HANDOVERS_MAX = 64, TICK_REFEREES_MAX = 64, TICK_SIGN_IN_MAX = 64,
       TICK_ERASURES_MAX = 64 };

/* Posts what is due on the account by `today` and puts it; *ret_more: some is left. A whole command
 * (or row) of its own: it reads, passes the LINE and puts. */
enum outcome due_account(struct batch *batch, struct party party, business_date today,
                         bool *ret_more) OUTCOME_CHECKED;

/* The account as it stands on `today` once what is due is posted, without writing: for reads. Of a
 * long queue it computes the whole too. */
enum outcome due_preview(struct reader *reader, struct party party, business_date today,
                         struct account *account) OUTCOME_CHECKED;
/* Some of its credits, as stored, likewise: what matures pays what the account owes. */
enum outcome due_preview_credits(struct reader *reader, struct party party, business_date today,
                                 const struct account *account, struct credit *credits,
                                 size_t count) OUTCOME_CHECKED;

#endif
