/* Period closes: what each says of its guides adds up, each credit is exactly what its entry says,
 * and each such entry is the credit of a result. */
#include <inttypes.h>
#include <string.h>

#include "store/ledger.h"
#include "store/period_closes.h"
#include "store/programs.h"
#include "store/verify_inner.h"

enum { RESULTS_PER_PAGE = 64 };

struct close_sums {
    uint32_t guides, credits;
    __int128 amount;
};

static void found(struct verify *verify, const struct period_close *close, uint32_t guide,
                  const char *what)
{
    verify_found(verify, "period from day %ld, version %lu rule %u, guide %lu: %s",
                 (long)close->name.start, (unsigned long)close->program_version,
                 (unsigned)close->rule, (unsigned long)guide, what);
}

static bool entry_is_result(const struct entry *entry, const struct period_close *close,
                            const struct period_result *result)
{
    business_date last_day = period_of(close->name.kind, close->name.start).end - 1;
    return entry->kind == ENTRY_ACCRUE && entry->event.kind == EVENT_PERIOD_CLOSE &&
           entry->event.member == 0 && entry->party.kind == PARTY_GUIDE &&
           entry->party.number == result->guide && entry->amount == result->amount &&
           entry->credit == result->credit && entry->event_date == last_day &&
           entry->program_version == close->program_version && entry->rule == close->rule;
}

static enum store_result check_result(struct verify *verify, const struct period_close *close,
                                      const struct period_result *result)
{
    struct party guide = {PARTY_GUIDE, result->guide};
    bool good = (result->amount > 0) == (result->credit != 0) &&
                result->amount <= result->full_amount &&
                result->numerator <= result->denominator &&
                (result->reason == AWARD_GRANTED) ==
                    (result->amount > 0 && result->amount == result->full_amount);
    if (!good) found(verify, close, result->guide, "its numbers don't fit each other");
    enum store_result answer = verify_party_get(verify, guide);
    if (answer != STORE_OK) {
        found(verify, close, result->guide, "has no account");
        return verify_fatal(answer);
    }
    if (result->credit == 0) return STORE_OK;
    struct entry entry;
    do answer = entries_get(&verify->reader, result->credit, &entry);
    while (verify_again(verify, answer));
    if (answer == STORE_OK && entry_is_result(&entry, close, result)) return STORE_OK;
    found(verify, close, result->guide, "its credit is not its entry's");
    return answer == STORE_OK ? STORE_OK : verify_fatal(answer);
}

static enum store_result check_results(struct verify *verify, const struct period_close *close,
                                       struct close_sums *sums)
{
    struct period_result results[RESULTS_PER_PAGE];
    uint32_t after = 0;
    size_t count = 0;
    do {
        enum store_result answer;
        do answer = period_results_list(&verify->reader, &close->name, after, results,
                                        RESULTS_PER_PAGE, &count);
        while (verify_again(verify, answer));
        if (answer != STORE_OK) {
            found(verify, close, after, "a damaged result behind this guide's");
            return verify_fatal(answer);
        }
        for (size_t i = 0; i < count; i++) {
            answer = check_result(verify, close, &results[i]);
            if (answer != STORE_OK) return answer;
            sums->guides++;
            sums->credits += results[i].credit != 0 ? 1 : 0;
            sums->amount += results[i].amount;
            after = results[i].guide;
        }
    } while (count == RESULTS_PER_PAGE);
    return STORE_OK;
}

/* The rule it names has its id. */
static enum store_result check_rule(struct verify *verify, const struct period_close *close)
{
    struct program program;
    enum store_result answer;
    do answer = programs_get(&verify->reader, close->program_version, &program);
    while (verify_again(verify, answer));
    if (answer == STORE_OK && close->rule < program.rule_count &&
        program.rules[close->rule].trigger == TRIGGER_PERIOD_CLOSE &&
        strcmp(program.rules[close->rule].id, close->name.rule_id) == 0)
        return STORE_OK;
    found(verify, close, 0, "its rule is not that of its program");
    return answer == STORE_OK ? STORE_OK : verify_fatal(answer);
}

static enum store_result get_close(struct verify *verify, const struct period_name *name,
                                   struct period_close *ret)
{
    enum store_result answer;
    do answer = period_closes_get(&verify->reader, name, ret);
    while (verify_again(verify, answer));
    return answer;
}

/* The close with all its results in one snapshot; a result alone is only asked for its close. */
static enum store_result visit_close(struct verify *verify, struct bytes key, struct bytes value)
{
    struct period_name name;
    struct period_close close;
    struct close_sums sums = {0};
    uint32_t guide;
    bool placed = period_key_read(key, &name, &guide);
    if (placed && name.kind == PERIOD_NONE) placed = value.size == 4;
    else if (placed)
        placed = name.start >= PERIOD_DATE_MIN && name.start <= PERIOD_DATE_MAX &&
                 name.start == period_of(name.kind, name.start).start;
    if (!placed) {
        verify_found(verify, "period closes: a damaged key");
        return STORE_OK;
    }
    if (name.kind == PERIOD_NONE) return STORE_OK;
    enum store_result answer = get_close(verify, &name, &close);
    if (answer != STORE_OK) {
        verify_found(verify, "period closes: %s close of the period from day %ld, guide %lu",
                     verify_word(answer), (long)name.start, (unsigned long)guide);
        return verify_fatal(answer);
    }
    if (guide != 0) return STORE_OK;
    answer = check_rule(verify, &close);
    if (answer == STORE_OK) answer = check_results(verify, &close, &sums);
    if (answer != STORE_OK) return answer;
    if (sums.guides != close.guide_count || sums.credits != close.credit_count ||
        sums.amount != close.amount)
        found(verify, &close, 0, "its sums are not those of its guides");
    return STORE_OK;
}

enum store_result verify_period_entry(struct verify *verify, const struct entry *entry,
                                      bool *ret_named)
{
    struct program program;
    struct period_result result;
    struct period_name name = {.kind = PERIOD_NONE};
    enum store_result answer;
    *ret_named = false;
    do answer = programs_get(&verify->reader, entry->program_version, &program);
    while (verify_again(verify, answer));
    if (answer != STORE_OK) return answer;
    const struct rule *rule = &program.rules[entry->rule < RULES_MAX ? entry->rule : 0];
    bool good = entry->rule < program.rule_count && rule->trigger == TRIGGER_PERIOD_CLOSE &&
                entry->event_date >= PERIOD_DATE_MIN &&
                entry->event_date <= PERIOD_DATE_MAX && entry->party.kind == PARTY_GUIDE;
    if (!good) return STORE_OK;
    memcpy(name.rule_id, rule->id, sizeof name.rule_id);
    name.kind = rule->period;
    name.start = period_of(rule->period, entry->event_date).start;
    do answer = period_results_get(&verify->reader, &name, entry->party.number, &result);
    while (verify_again(verify, answer));
    *ret_named = answer == STORE_OK && result.credit == entry->credit;
    return answer;
}

enum store_result verify_period(struct verify *verify)
{
    return verify_table(verify, TABLE_PERIOD_CLOSE, "period closes", visit_close);
}
