#include "service/command/settlement_message.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "service/command/reply.h"
#include "service/rules/period_text.h"
#include "store/guides.h"
#include "store/period.h"
#include "store/shops.h"

static_assert((int)RUN_ADJUSTMENT ==
                      (int)BECKON__V1__SETTLEMENT_TYPE__SETTLEMENT_TYPE_ADJUSTMENT &&
                  (int)RUN_CANCELLED ==
                      (int)BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_CANCELLED &&
                  (int)RUN_WORK_SWEEP ==
                      (int)BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_SWEEP &&
                  (int)PAYMENT_RETURNED ==
                      (int)BECKON__V1__SETTLEMENT_PAYMENT__SETTLEMENT_PAYMENT_RETURNED,
              "they are told as they are stored");

char *reply_hash(struct command_call *call, const uint8_t hash[HASH_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * HASH_BYTES];

    for (size_t i = 0; i < HASH_BYTES; i++) {
        text[2 * i] = digits[hash[i] >> 4];
        text[2 * i + 1] = digits[hash[i] & 15];
    }
    return reply_text_of(call, text, sizeof text);
}

static bool totals_message(struct command_call *call, const struct run_totals *totals,
                           Beckon__V1__SettlementTotals **ret)
{
    Beckon__V1__SettlementTotals *message =
        reply_message(call, &beckon__v1__settlement_totals__descriptor);
    if (message == NULL) return false;
    message->lines = totals->line_count;
    message->member_lines = totals->member_line_count;
    message->points_converted = totals->points_converted;
    message->gross_minor = totals->gross_minor;
    message->clawback_minor = totals->clawback_minor;
    message->carry_in_minor = totals->carry_in_minor;
    message->carry_out_minor = totals->carry_out_minor;
    message->net_minor = totals->net_minor;
    message->credits = totals->credit_count;
    message->reversals = totals->reversal_count;
    message->adjustments = totals->adjustment_count;
    *ret = message;
    return true;
}

/* Absent where it never happened. */
static bool time_message(struct command_call *call, uint64_t at,
                         Google__Protobuf__Timestamp **ret)
{
    if (at == 0) return true;
    *ret = reply_time(call, at);
    return *ret != NULL;
}

static bool steps_message(struct command_call *call, const struct settlement_run *run,
                          Beckon__V1__SettlementRun *message)
{
    message->made_by_token = run->made_by;
    message->submitted_by_token = run->submitted_by;
    message->approved_by_token = run->approved_by;
    message->closed_by_token = run->closed_by;
    message->cancelled_by_token = run->cancelled_by;
    message->disputes = run->dispute_count;
    message->disputes_open = run->dispute_open_count;
    message->lines_paid = run->paid_count;
    message->lines_failed = run->failed_count;
    message->lines_returned = run->returned_count;
    message->exports = run->export_count;
    return time_message(call, run->made_at, &message->made_at) &&
           time_message(call, run->submitted_at, &message->submitted_at) &&
           time_message(call, run->approved_at, &message->approved_at) &&
           time_message(call, run->closed_at, &message->closed_at) &&
           time_message(call, run->paid_at, &message->paid_at) &&
           time_message(call, run->cancelled_at, &message->cancelled_at);
}

static bool hashes_message(struct command_call *call, const struct settlement_run *run,
                           Beckon__V1__SettlementRun *message)
{
    bool computed = run->state != RUN_DRAFT || run->work == RUN_WORK_NONE;
    bool closed = run->state == RUN_CLOSED || run->state == RUN_PAID;

    if (computed && (message->hash = reply_hash(call, run->hash)) == NULL) return false;
    if (!closed) return true;
    message->ledger_entry = run->entry;
    message->ledger_head = reply_hash(call, run->head);
    return message->ledger_head != NULL;
}

enum outcome settlement_run_message(struct reader *reader, struct command_call *call,
                                    const struct settlement_run *run,
                                    Beckon__V1__SettlementRun **ret)
{
    char entity[PAY_ENTITY_BYTES_MAX + 1] = "";

    if (run->pay_entity != 0) {
        enum outcome outcome = command_outcome(
            pay_entities_get(reader, run->pay_entity, entity), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
    }
    Beckon__V1__SettlementRun *message =
        reply_message(call, &beckon__v1__settlement_run__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->run_number = run->number;
    message->type = (Beckon__V1__SettlementType)run->type;
    message->state = (Beckon__V1__SettlementState)run->state;
    message->work = (Beckon__V1__SettlementWork)run->work;
    message->draft_no = run->draft;
    message->period_start = reply_date(call, run->start);
    message->period_end = reply_date(call, run->end);
    message->pay_entity = reply_text(call, entity);
    message->guide_number = run->guide;
    message->corrects_run_number = run->corrects;
    message->rate_points = run->rate_points;
    message->rate_minor = run->rate_minor;
    message->minimum_payout_minor = run->minimum_payout_minor;
    message->tax_treatment = reply_text(call, run->tax_treatment);
    message->reason = reply_text(call, run->reason);
    bool whole = message->period_start != NULL && message->period_end != NULL &&
                 message->pay_entity != NULL && message->tax_treatment != NULL &&
                 message->reason != NULL && totals_message(call, &run->totals, &message->totals) &&
                 steps_message(call, run, message) && hashes_message(call, run, message);
    if (whole && run->payee.kind != PARTY_NONE) {
        message->work_payee = reply_party(call, run->payee);
        whole = message->work_payee != NULL;
    }
    *ret = message;
    return whole ? OUTCOME_OK : OUTCOME_BUSY;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void figures_message(const struct settlement_line *line,
                            Beckon__V1__SettlementLine *message)
{
    message->run_number = line->run;
    message->draft_no = line->draft;
    message->points_earned = line->points_earned;
    message->points_taken = line->points_taken;
    message->points_debt = line->points_debt;
    message->points_converted = line->points_converted;
    message->points_kept = line->points_kept;
    message->cash_earned_minor = line->cash_earned;
    message->cash_taken_minor = line->cash_taken;
    message->cash_debt_minor = line->cash_debt;
    message->cash_settled_minor = line->cash_settled;
    message->gross_minor = line->gross_minor;
    message->clawback_minor = line->clawback_minor;
    message->carry_in_minor = line->carry_in_minor;
    message->carry_out_minor = line->carry_out_minor;
    message->net_minor = line->net_minor;
    message->credits = line->credit_count;
    message->reversals = line->reversal_count;
    message->adjustments = line->adjustment_count;
    message->pending = line->pending_count;
    message->held = line->held_count;
    message->payment = (Beckon__V1__SettlementPayment)line->payment;
    message->payment_by_token = line->payment_by;
}

static bool origins_message(struct command_call *call, const struct settlement_line *line,
                            Beckon__V1__SettlementLine *message)
{
    char text[PERIOD_TEXT_BYTES];

    message->origin_periods =
        reply_alloc(call, (line->origin_count + 1u) * sizeof *message->origin_periods);
    if (message->origin_periods == NULL) return false;
    for (size_t i = 0; i < line->origin_count; i++) {
        period_write(PERIOD_QUARTER, line->origin_quarters[i], text);
        message->origin_periods[i] = reply_text(call, text);
        if (message->origin_periods[i] == NULL) return false;
        message->n_origin_periods++;
    }
    return true;
}

/* Names of employer, employee and shop, of a guide's line. */
static enum outcome names_message(struct reader *reader, struct command_call *call,
                                  const struct settlement_line *line,
                                  Beckon__V1__SettlementLine *message)
{
    char entity[PAY_ENTITY_BYTES_MAX + 1];
    struct guide guide;
    struct shop shop = {.number = 0};

    enum store_result result = pay_entities_get(reader, line->pay_entity, entity);
    if (result == STORE_OK) result = guides_get(reader, line->payee.number, &guide);
    if (result == STORE_OK && line->shop != 0) result = shops_get(reader, line->shop, &shop);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    message->pay_entity = reply_text(call, entity);
    message->employee_no = reply_text(call, guide_employee_no(&guide, line->pay_entity));
    message->shop_id = reply_text(call, shop.shop_id);
    return message->pay_entity != NULL && message->employee_no != NULL && message->shop_id != NULL
               ? OUTCOME_OK
               : OUTCOME_BUSY;
}

enum outcome settlement_line_message(struct reader *reader, struct command_call *call,
                                     const struct settlement_line *line,
                                     Beckon__V1__SettlementLine **ret)
{
    Beckon__V1__SettlementLine *message =
        reply_message(call, &beckon__v1__settlement_line__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    figures_message(line, message);
    message->payee = reply_party(call, line->payee);
    message->statement_hash = reply_hash(call, line->statement_hash);
    if (message->payee == NULL || message->statement_hash == NULL ||
        !origins_message(call, line, message) ||
        !time_message(call, line->payment_at, &message->payment_at))
        return OUTCOME_BUSY;
    if (line->payee.kind == PARTY_GUIDE) {
        enum outcome outcome = names_message(reader, call, line, message);
        if (outcome != OUTCOME_OK) return outcome;
    }
    *ret = message;
    return OUTCOME_OK;
}

/* ---- blockers -------------------------------------------------------------------------------- */

Beckon__V1__SettlementBlocker *
settlement_blocker_message(struct command_call *call, const struct settlement_blocker *blocker)
{
    enum { SENTENCE_BYTES = 512 };
    char en[SENTENCE_BYTES], zh[SENTENCE_BYTES], period[PERIOD_TEXT_BYTES] = "", what[96] = "";
    struct refusal refusal = {.allowed = what};
    Beckon__V1__SettlementBlocker *message =
        reply_message(call, &beckon__v1__settlement_blocker__descriptor);

    if (message == NULL) return NULL;
    message->reason = reply_text(call, outcome_info(blocker->outcome)->reason);
    message->run_number = blocker->run;
    message->credit_number = blocker->credit;
    message->count = blocker->count;
    if (blocker->outcome == OUTCOME_SETTLEMENT_PERIODS_DUE) {
        period_write(blocker->period.kind, blocker->period.start, period);
        message->rule_id = reply_text(call, blocker->period.rule_id);
        message->period = reply_text(call, period);
        if (message->rule_id == NULL || message->period == NULL) return NULL;
    }
    if (blocker->party.kind != PARTY_NONE) {
        message->party = reply_party(call, blocker->party);
        if (message->party == NULL) return NULL;
    }
    settlement_blocker_words(blocker, what, sizeof what);
    outcome_sentence(blocker->outcome, &refusal, false, en, sizeof en);
    outcome_sentence(blocker->outcome, &refusal, true, zh, sizeof zh);
    message->message_en = reply_text(call, en);
    message->message_zh = reply_text(call, zh);
    return message->reason != NULL && message->message_en != NULL && message->message_zh != NULL
               ? message
               : NULL;
}
