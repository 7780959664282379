/* Who brought a new member: what the store knows of the scanned code, its owner and the
 * recommender, and what the rules make of it. Before the LINE; reads only. */
#ifndef BECKON_SERVICE_COMMAND_ATTRIBUTE_MEMBER_H
#define BECKON_SERVICE_COMMAND_ATTRIBUTE_MEMBER_H

#include "service/command/command.h"
#include "service/rules/attribution.h"

/* What a registration says of it. */
struct attribution_request {
    struct code_value code;  /* scanned; symbols 0: none */
    const char *recommender; /* a code, or a friend's phone; empty: none */
    const char *phone;       /* her own, E.164 */
    uint32_t self_guide;     /* the guide with her phone; 0: none */
    unsigned country_code;   /* the merchant's */
    uint64_t occurred_at;
    business_date business_date;
    bool code_must_exist;    /* staff are told that a code is unknown; to strangers it has ended */
};

struct attributed {
    struct attribution attribution;
    struct attribution_facts facts; /* facts.code is the scanned one, where facts.code_known */
    struct code recommender_code;   /* symbols 0: no code named the recommender */
};

/* What is known on `date` of whoever a code or recommendation names; self_guide as above. A member
 * who is no more gives PARTY_NONE. */
enum outcome attribution_source_load(struct reader *reader, struct party party,
                                     business_date date, uint32_t self_guide,
                                     struct attribution_source *ret) OUTCOME_CHECKED;

/* OUTCOME_OK, OUTCOME_CODE_UNKNOWN, or a store outcome. */
enum outcome attribute_member(struct batch *batch, struct command_call *call,
                              const struct attribution_request *request,
                              struct attributed *ret) OUTCOME_CHECKED;

/* What became of her scan as a stranger is told: a recommender makes no difference, or it would
 * tell whose phone is a member's. */
enum scan_result attributed_told_strangers(const struct attributed *attributed);

/* After the LINE: counts the codes that brought her as used. */
void attributed_count_uses(struct batch *batch, struct attributed *attributed);

#endif
