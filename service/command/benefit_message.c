#include "service/command/benefit_message.h"

#include <assert.h>

#include "service/command/reply.h"
#include "store/programs.h"

size_t benefits_of(const struct program *program, const struct verdicts *verdicts,
                   business_date date, struct benefit ret[BENEFITS_MAX])
{
    size_t count = 0;

    if (program == NULL) return 0;
    assert(verdicts->count == program->rule_count);
    for (uint16_t i = 0; i < program->rule_count; i++) {
        const struct rule *rule = &program->rules[i];
        if (verdicts->of_rule[i] != VERDICT_MATCHED || rule->reward == REWARD_AMOUNT) continue;
        ret[count] = (struct benefit){
            .number = (uint32_t)count + 1, .program_version = program->version, .rule = i,
            .given_on = date,
            .valid_until = rule->benefit_valid_days > 0 ? date + rule->benefit_valid_days
                                                        : DATE_NEVER,
        };
        count++;
    }
    return count;
}

static Beckon__V1__BenefitState state_of(const struct benefit *benefit, business_date today)
{
    if (benefit->handed_out_at != 0) return BECKON__V1__BENEFIT_STATE__BENEFIT_STATE_HANDED_OUT;
    if (today == DATE_ALWAYS) return BECKON__V1__BENEFIT_STATE__BENEFIT_STATE_UNSPECIFIED;
    return benefit->valid_until < today ? BECKON__V1__BENEFIT_STATE__BENEFIT_STATE_EXPIRED
                                        : BECKON__V1__BENEFIT_STATE__BENEFIT_STATE_OPEN;
}

enum outcome benefit_message(struct command_call *call, const struct program *program,
                             const struct benefit *benefit, business_date today,
                             const char *shop_id, Beckon__V1__Benefit **ret)
{
    if (benefit->rule >= program->rule_count) return OUTCOME_STORE_DAMAGED;
    const struct rule *rule = &program->rules[benefit->rule];
    Beckon__V1__Benefit *message = reply_message(call, &beckon__v1__benefit__descriptor);
    if (message == NULL) return OUTCOME_BUSY;

    message->benefit_number = benefit->number;
    message->kind = rule->reward == REWARD_GIFT ? BECKON__V1__BENEFIT_KIND__BENEFIT_KIND_GIFT
                                                : BECKON__V1__BENEFIT_KIND__BENEFIT_KIND_COUPON;
    message->name_zh = reply_text(call, rule->benefit_zh);
    message->name_en = reply_text(call, rule->benefit_en);
    message->rule_id = reply_text(call, rule->id);
    message->program_version = benefit->program_version;
    message->valid_until_date = reply_date(call, benefit->valid_until);
    message->state = state_of(benefit, today);
    if (message->name_zh == NULL || message->name_en == NULL || message->rule_id == NULL ||
        message->valid_until_date == NULL)
        return OUTCOME_BUSY;
    if (benefit->handed_out_at != 0) {
        message->handed_out_at = reply_time(call, benefit->handed_out_at);
        if (shop_id != NULL) message->handed_out_shop_id = reply_text(call, shop_id);
        if (message->handed_out_at == NULL || message->handed_out_shop_id == NULL)
            return OUTCOME_BUSY;
    }
    *ret = message;
    return OUTCOME_OK;
}

enum outcome benefit_messages_fresh(struct command_call *call, const struct program *program,
                                    const struct benefit *benefits, size_t count,
                                    Beckon__V1__Benefit ***ret, size_t *ret_count)
{
    *ret = NULL;
    *ret_count = 0;
    if (count == 0) return OUTCOME_OK;
    Beckon__V1__Benefit **messages = reply_alloc(call, count * sizeof *messages);
    if (messages == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        enum outcome outcome =
            benefit_message(call, program, &benefits[i], DATE_ALWAYS, NULL, &messages[i]);
        if (outcome != OUTCOME_OK) return outcome;
    }
    *ret = messages;
    *ret_count = count;
    return OUTCOME_OK;
}

static enum outcome one_message(struct reader *reader, struct command_call *call,
                                const struct program *program, const struct benefit *benefit,
                                business_date today, Beckon__V1__Benefit **ret)
{
    struct shop shop;

    if (benefit->handed_out_shop == 0)
        return benefit_message(call, program, benefit, today, NULL, ret);
    enum outcome outcome = command_outcome(shops_get(reader, benefit->handed_out_shop, &shop),
                                           OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    return benefit_message(call, program, benefit, today, shop.shop_id, ret);
}

enum outcome benefit_messages(struct reader *reader, struct command_call *call, uint32_t member,
                              business_date today, Beckon__V1__Benefit ***ret, size_t *ret_count)
{
    struct benefit benefits[BENEFITS_MAX];
    struct program program = {.version = 0};
    size_t count;

    *ret = NULL;
    *ret_count = 0;
    enum outcome outcome = command_outcome(benefits_list(reader, member, benefits, &count),
                                           OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK || count == 0) return outcome;
    Beckon__V1__Benefit **messages = reply_alloc(call, count * sizeof *messages);
    if (messages == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        if (program.version != benefits[i].program_version)
            outcome = command_outcome(
                programs_get(reader, benefits[i].program_version, &program),
                OUTCOME_STORE_DAMAGED);
        if (outcome == OUTCOME_OK)
            outcome = one_message(reader, call, &program, &benefits[i], today, &messages[i]);
        if (outcome != OUTCOME_OK) return outcome;
    }
    *ret = messages;
    *ret_count = count;
    return OUTCOME_OK;
}
