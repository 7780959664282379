#include "service/command/settlement_scope.h"

#include "store/settlement_lines.h"

/* Has the payee any line in the run? */
static enum outcome has_line(struct reader *reader, uint32_t run, struct party payee,
                             bool *ret_has)
{
    struct line_name after = {{payee.kind, payee.number - 1}, UINT32_MAX};
    struct settlement_line line;
    size_t count;

    enum outcome outcome = command_outcome(
        settlement_lines_list(reader, run, &after, &line, 1, &count), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    *ret_has = count == 1 && line.payee.kind == payee.kind && line.payee.number == payee.number;
    return OUTCOME_OK;
}

enum outcome settlement_scope_has(struct reader *reader, const struct settlement_run *run,
                                  struct party party, const struct credit *credit, bool *ret_has)
{
    bool member = party.kind == PARTY_MEMBER;

    *ret_has = false;
    if (credit->business_date >= run->end) return OUTCOME_OK;
    if (run->pay_entity != 0 && credit->pay_entity != run->pay_entity) return OUTCOME_OK;
    if (run->guide != 0 && (member || party.number != run->guide)) return OUTCOME_OK;
    if (member && (run->pay_entity != 0 || credit->unit != UNIT_CASH)) return OUTCOME_OK;
    if (run->type == RUN_ADJUSTMENT) return has_line(reader, run->corrects, party, ret_has);
    *ret_has = true;
    return OUTCOME_OK;
}
