#include "service/command/settlement_warning.h"

#include <string.h>

#include "service/command/objects.h"
#include "service/command/settlement_scope.h"
#include "service/rules/year_end_tax.h"
#include "store/accounts.h"
#include "store/date.h"
#include "store/profiles.h"
#include "store/settlement_lines.h"
#include "store/settlements.h"

enum { RUNS_PORTION = 16, LINES_MAX = EMPLOYMENTS_MAX, CREDITS_PORTION = 64 };

/* ---- what is the same for all ---------------------------------------------------------------- */

static int year_of(business_date end)
{
    int year, month, day;
    date_to_civil(end - 1, &year, &month, &day);
    return year;
}

enum outcome warning_scope_load(struct reader *reader, struct warning_scope *scope)
{
    struct settlement_run runs[RUNS_PORTION];
    uint32_t after = 0;
    size_t count = RUNS_PORTION;

    scope->bonus_run_count = 0;
    enum outcome outcome = object_merchant(reader, &scope->merchant);
    if (scope->run.type != RUN_YEAR_END) return outcome;
    while (count == RUNS_PORTION && outcome == OUTCOME_OK) {
        outcome = command_outcome(settlements_list(reader, after, runs, RUNS_PORTION, &count),
                                  OUTCOME_STORE_DAMAGED);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            after = runs[i].number;
            bool other = runs[i].type == RUN_YEAR_END && runs[i].state != RUN_CANCELLED &&
                         after != scope->run.number &&
                         year_of(runs[i].end) == year_of(scope->run.end);
            if (other && scope->bonus_run_count < SETTLEMENT_BONUS_RUNS_MAX)
                scope->bonus_runs[scope->bonus_run_count++] = after;
        }
    }
    return outcome;
}

/* ---- one payee ------------------------------------------------------------------------------- */

/* A payee being looked at. */
struct looking {
    struct reader *reader;
    const struct warning_scope *scope;
    struct party payee;
    struct guide guide;          /* guides */
    struct profile profile;
    size_t line_count;
    struct settlement_line lines[LINES_MAX];
    struct settlement_warnings *warnings;
};

static void warn(struct looking *looking, struct settlement_warning warning)
{
    struct settlement_warnings *warnings = looking->warnings;
    if (warnings->count == SETTLEMENT_WARNINGS_MAX) return;
    if (looking->payee.kind == PARTY_GUIDE && warning.pay_entity != 0)
        strcpy(warning.employee_no, guide_employee_no(&looking->guide, warning.pay_entity));
    warnings->list[warnings->count++] = warning;
}

static enum outcome load(struct looking *looking)
{
    struct line_name after = {{looking->payee.kind, looking->payee.number - 1}, UINT32_MAX};
    size_t count;

    enum outcome outcome = command_outcome(
        settlement_lines_list(looking->reader, looking->scope->run.number, &after, looking->lines,
                              LINES_MAX, &count), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    looking->line_count = 0;
    while (looking->line_count < count &&
           looking->lines[looking->line_count].payee.kind == looking->payee.kind &&
           looking->lines[looking->line_count].payee.number == looking->payee.number)
        looking->line_count++;
    if (looking->payee.kind != PARTY_GUIDE || looking->line_count == 0) return OUTCOME_OK;
    outcome = command_outcome(
        guides_get(looking->reader, looking->payee.number, &looking->guide),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    enum store_result found =
        profiles_get(looking->reader, looking->payee, &looking->profile);
    if (found == STORE_ABSENT) looking->profile = (struct profile){.attribute_count = 0};
    return found == STORE_ABSENT ? OUTCOME_OK : command_outcome(found, OUTCOME_STORE_DAMAGED);
}

static void look_at_figures(struct looking *looking, const struct settlement_line *line)
{
    struct settlement_warning warning = {.pay_entity = line->pay_entity,
                                         .amount_minor = line->carry_out_minor};
    if (line->carry_out_minor != 0) {
        warning.kind = line->carry_out_minor < 0 ? WARNING_NEGATIVE : WARNING_BELOW_MINIMUM;
        warn(looking, warning);
    }
    warning.amount_minor = 0;
    if (line->pending_count > 0) {
        warning.kind = WARNING_PENDING;
        warning.count = line->pending_count;
        warn(looking, warning);
    }
    if (line->held_count > 0) {
        warning.kind = WARNING_HELD;
        warning.count = line->held_count;
        warn(looking, warning);
    }
}

/* What payroll's own system will ask for. */
static void look_at_papers(struct looking *looking, const struct settlement_line *line)
{
    struct settlement_warning warning = {.pay_entity = line->pay_entity};
    const struct profile *profile = &looking->profile;
    bool china = strcmp(looking->scope->merchant.currency, YEAR_END_TAX_CURRENCY) == 0;

    if (guide_employee_no(&looking->guide, line->pay_entity)[0] == '\0') {
        warning.kind = WARNING_NO_EMPLOYEE_NO;
        warn(looking, warning);
    }
    if (profile->name[0] == '\0') {
        warning.kind = WARNING_NO_NAME;
        warn(looking, warning);
    }
    if (china && (profile->document_type[0] == '\0' || profile->document_number[0] == '\0')) {
        warning.kind = WARNING_NO_DOCUMENT;
        warn(looking, warning);
    }
}

/* The other run, or employer's line of this one, that pays him a bonus of the year; 0: none. */
static enum outcome find_bonus(struct looking *looking, size_t line, uint32_t *ret_run)
{
    const struct warning_scope *scope = looking->scope;
    struct line_name after = {{looking->payee.kind, looking->payee.number - 1}, UINT32_MAX};
    struct settlement_line other[LINES_MAX];

    *ret_run = 0;
    for (size_t i = 0; i < line; i++)
        if (looking->lines[i].net_minor > 0) *ret_run = scope->run.number;
    for (size_t run = 0; run < scope->bonus_run_count && *ret_run == 0; run++) {
        size_t count;
        enum outcome outcome = command_outcome(
            settlement_lines_list(looking->reader, scope->bonus_runs[run], &after, other,
                                  LINES_MAX, &count), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count; i++)
            if (other[i].payee.kind == looking->payee.kind &&
                other[i].payee.number == looking->payee.number && other[i].net_minor > 0)
                *ret_run = scope->bonus_runs[run];
    }
    return OUTCOME_OK;
}

static enum outcome look_at_bonus(struct looking *looking, size_t index)
{
    const struct settlement_line *line = &looking->lines[index];
    const struct warning_scope *scope = looking->scope;
    struct settlement_warning warning = {.pay_entity = line->pay_entity,
                                         .amount_minor = line->net_minor};
    bool china = strcmp(scope->merchant.currency, YEAR_END_TAX_CURRENCY) == 0;
    uint32_t other;

    if (scope->run.type != RUN_YEAR_END || line->net_minor <= 0) return OUTCOME_OK;
    if (china && line->net_minor <= YEAR_END_TAX_AMOUNT_MAX &&
        year_end_tax_cliff(scope->run.end, line->net_minor, &warning.threshold_minor)) {
        warning.kind = WARNING_BONUS_CLIFF;
        warn(looking, warning);
    }
    enum outcome outcome = find_bonus(looking, index, &other);
    if (outcome != OUTCOME_OK || other == 0) return outcome;
    warning.kind = WARNING_SECOND_BONUS;
    warning.threshold_minor = 0;
    warning.count = other;
    warn(looking, warning);
    return OUTCOME_OK;
}

/* ---- credits that make no line --------------------------------------------------------------- */

static bool has_line(const struct looking *looking, uint32_t pay_entity)
{
    for (size_t i = 0; i < looking->line_count; i++)
        if (looking->lines[i].pay_entity == pay_entity) return true;
    return false;
}

/* Pending and held ones of employers in whose lines they are not counted. */
static enum outcome look_at_others(struct looking *looking)
{
    struct credit credits[CREDITS_PORTION];
    struct settlement_warning pending = {.kind = WARNING_PENDING}, held = {.kind = WARNING_HELD};
    business_date filed_on = FILED_HELD;
    uint64_t number = 0;
    size_t count = CREDITS_PORTION;
    enum outcome outcome = OUTCOME_OK;

    while (count == CREDITS_PORTION && outcome == OUTCOME_OK) {
        outcome = command_outcome(credits_list(looking->reader, looking->payee, filed_on, number,
                                               credits, CREDITS_PORTION, &count),
                                  OUTCOME_STORE_DAMAGED);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            const struct credit *credit = &credits[i];
            bool is_held = (credit->flags & CREDIT_HELD) != 0, in_scope = false;
            filed_on = credit->filed_on;
            number = credit->number + 1;
            bool waits = credit->state == CREDIT_PENDING || is_held;
            if (!waits || has_line(looking, credit->pay_entity)) continue;
            outcome = settlement_scope_has(looking->reader, &looking->scope->run, looking->payee,
                                           credit, &in_scope);
            if (in_scope && is_held) held.count++;
            else if (in_scope) pending.count++;
        }
    }
    if (outcome == OUTCOME_OK && pending.count > 0) warn(looking, pending);
    if (outcome == OUTCOME_OK && held.count > 0) warn(looking, held);
    return outcome;
}

enum outcome settlement_warnings_of(struct reader *reader, const struct warning_scope *scope,
                                    struct party payee, const struct account *account,
                                    struct settlement_warnings *ret)
{
    struct looking looking = {.reader = reader, .scope = scope, .payee = payee, .warnings = ret};
    bool waits = false;

    ret->count = 0;
    enum outcome outcome = load(&looking);
    for (size_t i = 0; i < looking.line_count && outcome == OUTCOME_OK; i++) {
        look_at_figures(&looking, &looking.lines[i]);
        if (payee.kind != PARTY_GUIDE) continue;
        if (looking.lines[i].net_minor > 0) look_at_papers(&looking, &looking.lines[i]);
        outcome = look_at_bonus(&looking, i);
    }
    for (int unit = 0; unit < UNIT_COUNT; unit++)
        if (account->balance[unit].pending > 0 || account->balance[unit].held > 0) waits = true;
    return outcome == OUTCOME_OK && waits ? look_at_others(&looking) : outcome;
}
