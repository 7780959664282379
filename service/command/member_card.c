#include "service/command/member_card.h"

#include "service/command/benefit_message.h"
#include "service/command/business_time.h"
#include "service/command/due.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/tier.h"
#include "store/programs_kept.h"

static enum outcome fill_rights(struct command_call *call, const struct tier *tier,
                                Beckon__V1__TierStanding *message)
{
    if (tier->right_count == 0) return OUTCOME_OK;
    message->rights = reply_alloc(call, tier->right_count * sizeof *message->rights);
    if (message->rights == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < tier->right_count; i++) {
        message->rights[i] = reply_text(call, tier->rights[i]);
        if (message->rights[i] == NULL) return OUTCOME_BUSY;
        message->n_rights++;
    }
    return OUTCOME_OK;
}

static enum outcome standing(struct command_call *call, const struct program *program,
                             const struct account *account, const struct tier_outlook *outlook,
                             Beckon__V1__TierStanding **ret)
{
    const struct tier *tier = &program->tiers[outlook->tier];
    Beckon__V1__TierStanding *message =
        reply_message(call, &beckon__v1__tier_standing__descriptor);
    if (message == NULL) return OUTCOME_BUSY;

    message->tier_id = reply_text(call, tier->id);
    message->title_zh = reply_text(call, tier->title_zh);
    message->title_en = reply_text(call, tier->title_en);
    message->since_date = reply_date(call, account->tier_since);
    message->basis = (Beckon__V1__TierBasis)program->tier_basis;
    message->measure = outlook->measure;
    message->review_date = reply_date(call, outlook->review_on);
    message->missing_to_keep = outlook->missing_to_keep;
    if (message->tier_id == NULL || message->title_zh == NULL || message->title_en == NULL ||
        message->since_date == NULL || message->review_date == NULL)
        return OUTCOME_BUSY;
    if (outlook->tier + 1 < program->tier_count) {
        message->next_tier_id = reply_text(call, tier[1].id);
        message->missing_to_next = outlook->missing_to_next;
        if (message->next_tier_id == NULL) return OUTCOME_BUSY;
    }
    *ret = message;
    return fill_rights(call, tier, message);
}

static enum outcome fill_tier(struct reader *reader, struct command_call *call, uint32_t member,
                              const struct account *stored, business_date today,
                              Beckon__V1__Member *message)
{
    struct account account = *stored;
    struct program program;
    struct tier_outlook outlook;

    enum store_result found = programs_in_force_kept(reader, today, &program);
    if (found == STORE_ABSENT) return OUTCOME_OK;
    if (found != STORE_OK) return command_outcome(found, OUTCOME_INTERNAL);
    if (!tiers_kept(&program)) return OUTCOME_OK;
    enum outcome outcome =
        due_preview(reader, (struct party){PARTY_MEMBER, member}, today, &account);
    if (outcome == OUTCOME_OK)
        outcome = tier_outlook(reader, &program, member, &account, today, &outlook);
    if (outcome != OUTCOME_OK) return outcome;
    return standing(call, &program, &account, &outlook, &message->tier);
}

enum outcome member_card(struct reader *reader, struct command_call *call, uint32_t member,
                         const struct account *account, Beckon__V1__Member *message)
{
    struct merchant merchant;

    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    business_date today = business_date_at(&merchant, call->now_ms);
    outcome = fill_tier(reader, call, member, account, today, message);
    if (outcome != OUTCOME_OK) return outcome;
    return benefit_messages(reader, call, member, today, &message->benefits,
                            &message->n_benefits);
}
