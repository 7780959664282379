/* The sentences about one credit and about one attribution. Pure but for the clock handed in. */
#ifndef BECKON_SERVICE_COMMAND_EXPLAIN_STORY_H
#define BECKON_SERVICE_COMMAND_EXPLAIN_STORY_H

#include "service/command/sentence.h"
#include "store/record.h"

/* What a credit was given for. */
struct sentence story_origin(const struct credit *credit, struct party party,
                             const struct event *event, const char *currency);
/* What refunds of its event asked of it, and who bore that; empty when they asked nothing. */
struct sentence story_refunds(const struct credit *credit, const char *currency);
/* Where it stands on a date and what happens to it next. */
struct sentence story_next(const struct credit *credit, struct party party, business_date today,
                           const char *currency);

/* Why somebody counts as her referrer. code_owner: of the code she registered with, on that date;
 * PARTY_NONE without a code. */
struct sentence story_referrer(const struct account *account, struct party code_owner);
/* Who looks after her today, how it came and until when; guide 0: nobody. */
struct sentence story_serving(const struct account *account, uint32_t guide,
                              const struct binding *binding);

#endif
