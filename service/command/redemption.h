/* Redemptions: as messages, and the way back of what was spent. */
#ifndef BECKON_SERVICE_COMMAND_REDEMPTION_H
#define BECKON_SERVICE_COMMAND_REDEMPTION_H

#include "beckon/v1/redemption_service.pb-c.h"
#include "service/command/lots.h"
#include "store/redemptions.h"

enum { RESTORE_GRACE_DAYS = 30 }; /* where no program is in force to say it */

/* Bytes to reserve for one with so many lots. */
size_t redemption_message_bytes(size_t lot_count);
/* As a message; `reading` shows what changes too. shop_id: of its receipt's shop. */
enum outcome redemption_message(struct command_call *call, const struct redemption *redemption,
                                const char *shop_id, bool reading,
                                Beckon__V1__Redemption **ret) OUTCOME_CHECKED;
/* The same, reading the shop's id. */
enum outcome redemption_message_read(struct reader *reader, struct command_call *call,
                                     const struct redemption *redemption, bool reading,
                                     Beckon__V1__Redemption **ret) OUTCOME_CHECKED;

/* May the caller see it: tills and managers those of their shop, members their own. NOT_YOURS. */
enum outcome redemption_visible(struct command_call *call,
                                const struct redemption *redemption) OUTCOME_CHECKED;

/* Before the LINE: gives `amount` (at most what was not given back yet) back into the original
 * credits, last taken first, in the member's settled holder; `redemption` is changed, and put by
 * the caller after the LINE. `grace_days`: of the program in force today. */
enum outcome redemption_restore(struct reader *reader, struct holder *holder,
                                struct redemption *redemption, int64_t amount,
                                const struct occasion *occasion,
                                uint16_t grace_days) OUTCOME_CHECKED;
/* The grace days of the program in force on `today`. */
enum outcome redemption_grace(struct batch *batch, business_date today,
                              uint16_t *ret_days) OUTCOME_CHECKED;

#endif
