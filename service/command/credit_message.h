/* Awards and postings as the API's credits, and who may see which. */
#ifndef BECKON_SERVICE_COMMAND_CREDIT_MESSAGE_H
#define BECKON_SERVICE_COMMAND_CREDIT_MESSAGE_H

#include "beckon/v1/common.pb-c.h"
#include "service/command/command.h"
#include "store/program.h"

/* Tills and members see what the buyer got, guides and managers guides' credits too, admin and
 * auditor all. */
bool credit_visible(const struct command_call *call, uint32_t buyer, struct party beneficiary);

/* What must be reserved for `count` credits. */
size_t credit_messages_bytes(size_t count);

/* The visible credits of an event: awards with their numbers, balances after taken from the ledger.
 * `program` may be NULL when award_count is 0. Answers what reading an entry may answer. */
enum outcome credit_messages(struct reader *reader, struct command_call *call, uint32_t buyer,
                             const struct program *program, const struct award *awards,
                             size_t award_count, Beckon__V1__Credit ***ret_credits,
                             size_t *ret_count) OUTCOME_CHECKED;

#endif
