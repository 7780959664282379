/* Who recommended a new member and who looks after her: pure.
 *
 * A guide's code fills both slots; a member's the referrer, and the serving guide comes along from
 * the referrer where the program says so; a shop's code fills neither. Depth is one: nothing here
 * can look at a referrer's own referrer. */
#ifndef BECKON_SERVICE_RULES_ATTRIBUTION_H
#define BECKON_SERVICE_RULES_ATTRIBUTION_H

#include <stdbool.h>

#include "store/record.h"

/* What is known of somebody a code or a recommendation names. */
struct attribution_source {
    struct party party;        /* PARTY_NONE: nobody, or no entry */
    bool active;               /* a guide: employed on the business date */
    bool self;                 /* a guide with the registrant's own phone */
    uint32_t serving_guide;    /* a member: who serves him on that date, 0 nobody */
    bool serving_guide_active; /* and is employed then */
};

struct attribution_facts {
    bool code_given;
    bool code_known;      /* a code of this merchant */
    struct code code;
    uint64_t at;          /* occurred_at */
    struct attribution_source owner;       /* of the code, on the business date */
    struct attribution_source recommender; /* asked where the code brings no referrer */
    bool inherit_serving_guide;            /* the program's setting */
};

struct attribution {
    enum scan_result scan_result;
    struct party referrer;
    uint32_t serving_guide;
    bool serving_inherited;
    bool code_used;        /* counts against its usage limit */
    bool recommender_used; /* so does the code that named him, if one did */
};

/* What speaks against a code at a time, whoever owns it: SCAN_EXPIRED (ended, not begun, revoked
 * by then), SCAN_EXHAUSTED, or SCAN_NONE. */
enum scan_result attribution_code_state(const struct code *code, uint64_t at);

struct attribution attribution_decide(const struct attribution_facts *facts);

#endif
