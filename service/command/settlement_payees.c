/* Whose lines a run computes, one after another: guides by number, then members by number. */
#include <assert.h>

#include "service/command/settlement_work.h"
#include "store/accounts.h"
#include "store/settlement_accounts.h"
#include "store/settlement_lines.h"

/* Members looked at in one step: hot records that lie side by side. */
enum { MEMBERS_PER_STEP = 512, MEMBERS_PORTION = 32 };

/* Of a run that corrects another: the payees of that one. */
static enum outcome next_corrected(struct settlement_working *working, enum party_kind kind,
                                   uint32_t after, struct party *ret_payee, bool *ret_found)
{
    struct line_name before = {{kind, after}, UINT32_MAX};
    struct settlement_line line;
    size_t count;

    enum outcome outcome = command_outcome(
        settlement_lines_list(&working->batch->reader, working->run.corrects, &before, &line, 1,
                              &count),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    *ret_found = count == 1 && line.payee.kind == kind;
    if (*ret_found) *ret_payee = line.payee;
    return OUTCOME_OK;
}

static enum outcome next_guide(struct settlement_working *working, uint32_t after,
                               struct party *ret_payee, bool *ret_found)
{
    struct account account;
    uint32_t number;
    size_t count;

    if (working->run.type == RUN_ADJUSTMENT)
        return next_corrected(working, PARTY_GUIDE, after, ret_payee, ret_found);
    if (working->run.type == RUN_LEAVER) {
        *ret_found = after < working->run.guide;
        *ret_payee = (struct party){PARTY_GUIDE, working->run.guide};
        return OUTCOME_OK;
    }
    enum outcome outcome = command_outcome(
        accounts_list(&working->batch->reader, PARTY_GUIDE, after, &number, &account, 1, &count),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    *ret_found = count == 1;
    if (*ret_found) *ret_payee = (struct party){PARTY_GUIDE, number};
    return OUTCOME_OK;
}

/* May a member have anything to settle? Her points never are; something may be carried. */
static enum outcome member_concerned(struct settlement_working *working, uint32_t member,
                                     const struct account *account, bool *ret)
{
    const struct balance *cash = &account->balance[UNIT_CASH];
    struct settlement_account record;

    *ret = cash->available != 0 || cash->pending != 0 || cash->debt != 0;
    if (*ret) return OUTCOME_OK;
    enum outcome outcome = command_outcome(
        settlement_accounts_get(&working->batch->reader, (struct party){PARTY_MEMBER, member}, 0,
                                &record),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    *ret = record.carry_minor != 0 || record.clawed[UNIT_CASH] != 0;
    return OUTCOME_OK;
}

static enum outcome next_member(struct settlement_working *working, uint32_t after,
                                struct party *ret_payee, bool *ret_found, bool *ret_more)
{
    struct account accounts[MEMBERS_PORTION];
    uint32_t numbers[MEMBERS_PORTION];
    size_t count = MEMBERS_PORTION;

    *ret_found = false;
    for (size_t looked = 0; looked < MEMBERS_PER_STEP && count == MEMBERS_PORTION;
         looked += count) {
        enum outcome outcome = command_outcome(
            accounts_list(&working->batch->reader, PARTY_MEMBER, after, numbers, accounts,
                          MEMBERS_PORTION, &count),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        working->record_count += (uint32_t)count;
        for (size_t i = 0; i < count; i++) {
            after = numbers[i];
            outcome = member_concerned(working, after, &accounts[i], ret_found);
            if (outcome != OUTCOME_OK) return outcome;
            *ret_payee = (struct party){PARTY_MEMBER, after};
            if (*ret_found) return OUTCOME_OK;
        }
    }
    *ret_found = false;
    *ret_more = count == MEMBERS_PORTION;
    *ret_payee = (struct party){PARTY_MEMBER, after};
    return OUTCOME_OK;
}

enum outcome settlement_next_payee(struct settlement_working *working, struct party *ret_payee,
                                   bool *ret_found, bool *ret_more)
{
    const struct settlement_run *run = &working->run;
    bool members = run->pay_entity == 0 && run->type != RUN_LEAVER;

    *ret_more = false;
    *ret_found = false;
    if (run->payee.kind != PARTY_MEMBER) {
        enum outcome outcome = next_guide(working, run->payee.number, ret_payee, ret_found);
        if (outcome != OUTCOME_OK || *ret_found || !members) return outcome;
    }
    uint32_t after = run->payee.kind == PARTY_MEMBER ? run->payee.number : 0;
    if (run->type == RUN_ADJUSTMENT)
        return next_corrected(working, PARTY_MEMBER, after, ret_payee, ret_found);
    return next_member(working, after, ret_payee, ret_found, ret_more);
}
