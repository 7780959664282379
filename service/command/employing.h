/* A guide's employments under change: what TransferGuide and EndEmployment share, how the one in
 * force follows from their list. */
#ifndef BECKON_SERVICE_COMMAND_EMPLOYING_H
#define BECKON_SERVICE_COMMAND_EMPLOYING_H

#include "service/command/command.h"
#include "store/accounts.h"
#include "store/guides.h"

struct employing {
    struct merchant merchant;
    business_date today;
    struct guide guide;
    struct account account;
    size_t count;                            /* at least one */
    struct employment list[EMPLOYMENTS_MAX]; /* ascending */
};

/* The guide and his employments. FIELD_REQUIRED, GUIDE_UNKNOWN. */
enum outcome employing_load(struct reader *reader, struct command_call *call, uint32_t guide,
                            struct employing *ret) OUTCOME_CHECKED;
/* After the LINE: puts the list's last two employments, the account as they say, its next turn. */
void employing_put(struct batch *batch, struct employing *employing);

/* The employment that began last by `today` is the one in the hot record, also when it has ended;
 * account->binding_until becomes the day the next one begins. */
void employment_in_force(const struct employment *list, size_t count, business_date today,
                         struct account *account);

#endif
