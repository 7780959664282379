/* Closing a period, a guide at a time: PERIOD_CLOSE rules.
 *
 * One step counts one guide's members (at most PERIOD_MEMBERS_PER_STEP of them), and with the last
 * of them decides, posts his credit and moves the close's cursor, all in one commit. So a close
 * takes short turns in the slow lane, and one that a crash cut off goes on where it was. */
#ifndef BECKON_SERVICE_COMMAND_PERIOD_CLOSE_H
#define BECKON_SERVICE_COMMAND_PERIOD_CLOSE_H

#include "service/command/command.h"
#include "store/period_closes.h"

enum { PERIOD_MEMBERS_PER_STEP = 500 };

/* Takes one step of a close, beginning it where need be; nothing when all is computed. *ret_close:
 * as it is afterwards. PERIOD_RULE_UNKNOWN; PERIOD_NOT_OVER before the end (`early`) or before
 * end + wait. Reserves no reply: the caller has. */
enum outcome period_close_step(struct batch *batch, struct command_call *call,
                               const struct period_name *name, bool early,
                               struct period_close *ret_close) OUTCOME_CHECKED;

/* The ticker's turn on the call's merchant: one step of the first close that is due, of periods
 * that ended after the merchant was made. *ret_more: another turn is worth while. */
enum outcome period_tick(struct batch *batch, struct command_call *call,
                         bool *ret_more) OUTCOME_CHECKED;

/* ---- shared by period_*.c -------------------------------------------------------------------- */

/* The figures of one guide for a period; `after` as in the close's cursor. */
struct period_work {
    struct period period;
    const struct program *program;
    uint16_t rule;
    business_date refunds_before;
    uint32_t guide;
};
/* Counts members of the guide above number *after, at most PERIOD_MEMBERS_PER_STEP, into the
 * figures; *after moves, *ret_more: there are others. */
struct period_figures;
enum outcome period_count_members(struct reader *reader, const struct period_work *work,
                                  uint32_t *after, struct period_figures *figures,
                                  bool *ret_more) OUTCOME_CHECKED;
/* Where the guide worked on the period's last business date, put into the result; a leaver whom the
 * rule pays too: where he did last. *ret_entitled: he may get the award. */
enum outcome period_employment(struct reader *reader, const struct period_work *work,
                               const struct account *account, struct period_result *result,
                               bool *ret_employed, bool *ret_entitled) OUTCOME_CHECKED;

/* rule_id and period of a request. FIELD_REQUIRED, VALUE_INVALID, TEXT_INVALID. */
enum outcome period_form(struct command_call *call, const char *rule_id, const char *period,
                         struct period_name *ret) OUTCOME_CHECKED;

#endif
