/* Whose balances and entries a caller may see. */
#ifndef BECKON_SERVICE_COMMAND_ACCOUNT_ACCESS_H
#define BECKON_SERVICE_COMMAND_ACCOUNT_ACCESS_H

#include "beckon/v1/common.pb-c.h"
#include "beckon/v1/ledger_service.pb-c.h"
#include "service/command/command.h"

/* The account a request names (`party` NULL: the caller's own) and its hot record. FIELD_REQUIRED,
 * VALUE_INVALID, NOT_YOURS, ACCOUNT_UNKNOWN. A guide sees his own account, not his members';
 * payroll sees guides; tills and managers members, managers also guides. */
enum outcome account_find(struct reader *reader, struct command_call *call,
                          const Beckon__V1__Party *party, struct party *ret_party,
                          struct account *ret_account) OUTCOME_CHECKED;

/* An account's balances once what is due by now is posted. */
struct balances_now {
    struct balance balance[UNIT_COUNT];
    int64_t frozen[UNIT_COUNT]; /* of what is available: in open settlement runs */
};
enum outcome balances_now(struct reader *reader, struct command_call *call, struct party party,
                          const struct account *account,
                          struct balances_now *ret) OUTCOME_CHECKED;
/* As lots_spendable: available, neither held nor frozen nor owed. Never below 0. */
int64_t balances_spendable(const struct balances_now *now, enum unit unit);

/* An account's balances as a message. */
enum outcome balances_message(struct reader *reader, struct command_call *call,
                              struct party party, const struct account *account,
                              const struct balances_now *now,
                              Beckon__V1__AccountBalances **ret) OUTCOME_CHECKED;

/* May the caller see the receipt of this event? It names a customer's purchase: guides and payroll
 * see no customers' papers, and a member no friend's. */
bool event_papers_visible(const struct command_call *call, const struct event *event);
/* And the shop it was at? A member doesn't learn where her friends shop. */
bool event_shop_visible(const struct command_call *call, const struct event *event);

/* An entry as a message, in a snapshot. */
enum outcome entry_message(struct reader *reader, struct command_call *call,
                           const struct entry *entry, Beckon__V1__Entry **ret) OUTCOME_CHECKED;

#endif
