/* Benefits as the API's messages, and which a registration gives. */
#ifndef BECKON_SERVICE_COMMAND_BENEFIT_MESSAGE_H
#define BECKON_SERVICE_COMMAND_BENEFIT_MESSAGE_H

#include "beckon/v1/benefit_service.pb-c.h"
#include "service/command/command.h"
#include "store/benefits.h"
#include "store/shops.h"

enum {
    BENEFIT_MESSAGE_BYTES = sizeof(Beckon__V1__Benefit) + sizeof(void *) +
                            sizeof(Google__Protobuf__Timestamp) + 2 * BENEFIT_NAME_BYTES_MAX +
                            RULE_ID_BYTES_MAX + SHOP_ID_BYTES_MAX + 8 * 16,
};

/* What the rules that matched (`verdicts`) give by name to who registers on `date`. */
size_t benefits_of(const struct program *program, const struct verdicts *verdicts,
                   business_date date, struct benefit ret[BENEFITS_MAX]);

/* `program` is of its version. today DATE_ALWAYS: where it stands is not told. shop_id: where it
 * was handed out, or NULL. */
enum outcome benefit_message(struct command_call *call, const struct program *program,
                             const struct benefit *benefit, business_date today,
                             const char *shop_id, Beckon__V1__Benefit **ret) OUTCOME_CHECKED;

/* A new member's, of an answer to a write. */
enum outcome benefit_messages_fresh(struct command_call *call, const struct program *program,
                                    const struct benefit *benefits, size_t count,
                                    Beckon__V1__Benefit ***ret, size_t *ret_count) OUTCOME_CHECKED;
/* All of a member, as they stand on `today`. */
enum outcome benefit_messages(struct reader *reader, struct command_call *call, uint32_t member,
                              business_date today, Beckon__V1__Benefit ***ret,
                              size_t *ret_count) OUTCOME_CHECKED;

#endif
