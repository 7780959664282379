#include "service/rules/attribution.h"

#include <assert.h>

static void fill_slots(const struct attribution_source *source, bool inherit,
                       struct attribution *attribution)
{
    switch (source->party.kind) {
    case PARTY_GUIDE:
        attribution->referrer = source->party;
        attribution->serving_guide = source->party.number;
        attribution->scan_result = SCAN_BOUND;
        return;
    case PARTY_MEMBER:
        attribution->referrer = source->party;
        attribution->scan_result = SCAN_REFERRED;
        if (inherit && source->serving_guide != 0 && source->serving_guide_active) {
            attribution->serving_guide = source->serving_guide;
            attribution->serving_inherited = true;
        }
        return;
    case PARTY_SHOP:
        attribution->scan_result = SCAN_REFERRED;
        return;
    case PARTY_RUN:
    case PARTY_NONE:
        return;
    }
}

enum scan_result attribution_code_state(const struct code *code, uint64_t at)
{
    if (code->revoked_at != 0 && code->revoked_at <= at) return SCAN_EXPIRED;
    if (at < code->starts_at) return SCAN_EXPIRED;
    if (code->ends_at != 0 && code->ends_at <= at) return SCAN_EXPIRED;
    if (code->usage_limit != 0 && code->usage_count >= code->usage_limit) return SCAN_EXHAUSTED;
    return SCAN_NONE;
}

/* Why this code gives nothing, or SCAN_NONE when it does. */
static enum scan_result code_refusal(const struct attribution_facts *facts)
{
    if (!facts->code_known) return SCAN_EXPIRED;
    if (facts->owner.party.kind == PARTY_GUIDE && !facts->owner.active) return SCAN_GUIDE_INACTIVE;
    enum scan_result state = attribution_code_state(&facts->code, facts->at);
    if (state != SCAN_NONE) return state;
    if (facts->owner.self) return SCAN_SELF_REFERRAL;
    return SCAN_NONE;
}

struct attribution attribution_decide(const struct attribution_facts *facts)
{
    struct attribution attribution = {0};

    if (facts->code_given) {
        attribution.scan_result = code_refusal(facts);
        if (attribution.scan_result == SCAN_NONE) {
            attribution.code_used = true;
            fill_slots(&facts->owner, facts->inherit_serving_guide, &attribution);
        }
    }
    const struct attribution_source *friend_ = &facts->recommender;
    bool usable = friend_->party.kind == PARTY_MEMBER ||
                  (friend_->party.kind == PARTY_GUIDE && friend_->active && !friend_->self);
    if (attribution.referrer.kind == PARTY_NONE && usable) {
        enum scan_result scanned = attribution.scan_result;
        fill_slots(friend_, facts->inherit_serving_guide, &attribution);
        attribution.recommender_used = true;
        /* What became of the scan stays explainable. */
        if (scanned != SCAN_NONE) attribution.scan_result = scanned;
    }
    assert(attribution.referrer.kind != PARTY_SHOP);
    assert(!attribution.serving_inherited || attribution.referrer.kind == PARTY_MEMBER);
    return attribution;
}
