/* Benefits by name: a member has those of the rules that matched her registration, no others. */
#include <assert.h>
#include <stdlib.h>

#include "store/benefits.h"
#include "store/verify_inner.h"

static size_t named_rewards(const struct program *program, const struct registration *registration)
{
    size_t count = 0;
    for (size_t i = 0; i < program->rule_count && i < registration->verdicts.count; i++) {
        count += program->rules[i].reward != REWARD_AMOUNT &&
                 registration->verdicts.of_rule[i] == VERDICT_MATCHED;
    }
    return count;
}

/* Each is of the registration's version, of a rule that gives it and matched, in order. */
static bool benefits_good(const struct program *program, const struct registration *registration,
                          const struct benefit *benefits, size_t count)
{
    if (count != named_rewards(program, registration)) return false;
    for (size_t i = 0; i < count; i++) {
        const struct benefit *benefit = &benefits[i];
        if (benefit->number != i + 1 || benefit->program_version != program->version ||
            benefit->rule >= program->rule_count ||
            program->rules[benefit->rule].reward == REWARD_AMOUNT ||
            registration->verdicts.of_rule[benefit->rule] != VERDICT_MATCHED ||
            (i > 0 && benefit->rule <= benefits[i - 1].rule))
            return false;
    }
    return true;
}

enum store_result verify_benefits(struct verify *verify, const struct registration *registration)
{
    struct benefit benefits[BENEFITS_MAX];
    const struct program none = {.version = 0}, *program = &none;
    size_t count;
    enum store_result result = STORE_OK;

    if (registration->program_version != 0)
        result = verify_program(verify, registration->program_version, &program);
    if (result == STORE_OK) {
        do result = benefits_list(&verify->reader, registration->member, benefits, &count);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK && benefits_good(program, registration, benefits, count))
        return STORE_OK;
    verify_found(verify, "member %lu: her benefits are not those of her registration",
                 (unsigned long)registration->member);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}
