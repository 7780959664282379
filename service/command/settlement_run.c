#include "service/command/settlement_run.h"

#include <assert.h>
#include <string.h>

#include "service/command/form.h"
#include "store/settlement_lines.h"

enum outcome settlement_run_load(struct reader *reader, struct command_call *call, uint32_t number,
                                 struct settlement_run *ret)
{
    if (number == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "run_number", NULL);
    enum outcome outcome =
        command_outcome(settlements_get(reader, number, ret), OUTCOME_SETTLEMENT_UNKNOWN);
    if (outcome == OUTCOME_SETTLEMENT_UNKNOWN)
        return form_refuse(call, outcome, "run_number", NULL);
    return outcome;
}

bool settlement_run_working(const struct settlement_run *run)
{
    /* The sweep only writes down what everybody reads already. */
    return run->work != RUN_WORK_NONE && run->work != RUN_WORK_SWEEP;
}

enum outcome settlement_run_expect(struct command_call *call, const struct settlement_run *run,
                                   unsigned states)
{
    static const char *const names[] = {
        [RUN_DRAFT] = "DRAFT", [RUN_REVIEW] = "REVIEW", [RUN_APPROVED] = "APPROVED",
        [RUN_CLOSING] = "CLOSING", [RUN_CLOSED] = "CLOSED", [RUN_PAID] = "PAID",
        [RUN_CANCELLED] = "CANCELLED",
    };
    if (settlement_run_working(run))
        return form_refuse(call, OUTCOME_SETTLEMENT_WORKING, "run_number", NULL);
    if ((states & 1u << run->state) == 0)
        return form_refuse(call, OUTCOME_SETTLEMENT_STATE, "run_number", names[run->state]);
    return OUTCOME_OK;
}

enum outcome settlement_run_hash_is(struct command_call *call, const struct settlement_run *run,
                                    const char *hash)
{
    uint8_t read[HASH_BYTES];

    if (hash[0] == '\0') return form_refuse(call, OUTCOME_FIELD_REQUIRED, "hash", NULL);
    if (strlen(hash) != 2 * sizeof read || !form_hex(hash, sizeof read, read))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "hash", "64 x 0-9a-f");
    if (memcmp(read, run->hash, sizeof read) != 0)
        return form_refuse(call, OUTCOME_SETTLEMENT_CHANGED, "hash", NULL);
    return OUTCOME_OK;
}

bool settlement_run_holds(const struct settlement_run *run)
{
    return run->work == RUN_WORK_FREEZE || run->work == RUN_WORK_RELEASE ||
           run->state == RUN_REVIEW || run->state == RUN_APPROVED || run->state == RUN_CLOSING;
}

void settlement_run_order(struct settlement_run *run, enum run_work work)
{
    run->work = work;
    run->period = run->start;
    run->payee = (struct party){PARTY_NONE, 0};
    run->payee_entity = 0;
}

void settlement_run_reject(struct settlement_run *run, const char *reason)
{
    assert(run->state == RUN_REVIEW || run->state == RUN_APPROVED);
    assert(!settlement_run_working(run) && run->draft < UINT16_MAX);
    assert(strlen(reason) <= REASON_BYTES_MAX);
    run->state = RUN_DRAFT;
    run->draft++;
    run->approved_at = 0;
    run->approved_by = 0;
    memset(run->reason, 0, sizeof run->reason);
    memcpy(run->reason, reason, strlen(reason));
    settlement_run_order(run, RUN_WORK_RELEASE);
}

bool settlement_runs_overlap(const struct settlement_run *a, const struct settlement_run *b)
{
    if (a->guide != 0 && b->guide != 0 && a->guide != b->guide) return false;
    return a->pay_entity == 0 || b->pay_entity == 0 || a->pay_entity == b->pay_entity;
}

enum outcome settlement_place(struct reader *reader, uint32_t guide, uint32_t pay_entity,
                              struct line_place *ret)
{
    struct line_place place = {.guide = guide, .pay_entity = pay_entity};
    struct guide record;

    enum store_result result = guides_get(reader, guide, &record);
    if (result == STORE_OK) result = pay_entities_get(reader, pay_entity, place.pay_entity_name);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    const char *employee_no = guide_employee_no(&record, pay_entity);
    assert(strlen(employee_no) < sizeof place.employee_no);
    memcpy(place.employee_no, employee_no, strlen(employee_no));
    *ret = place;
    return OUTCOME_OK;
}
