/* What a refund does to the buyer's purchase day, and to the counts that follow her days. */
#ifndef BECKON_SERVICE_COMMAND_REFUND_DAY_H
#define BECKON_SERVICE_COMMAND_REFUND_DAY_H

#include "service/command/command.h"
#include "store/recency.h"
#include "store/refund.h"

/* Takes amount, base and tier points of the refund from the day and from the account. One that makes
 * the purchase full takes it from the live ones; when it was the day's last, the day ends: her last
 * and second-last live days move back, L1 and L2 of the guide who serves her with them.
 * STORE_DAMAGED outcomes when the day was never counted. */
enum outcome refund_day(struct reader *reader, const struct purchase *purchase,
                        const struct refund *refund, struct account *account,
                        struct purchase_day *ret_day,
                        struct recency_edit *ret_recency) OUTCOME_CHECKED;

#endif
