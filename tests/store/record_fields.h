/* The fields of every record, for record_test.c. */
#ifndef BECKON_TESTS_STORE_RECORD_FIELDS_H
#define BECKON_TESTS_STORE_RECORD_FIELDS_H

#include <stddef.h>

#include "store/audits.h"
#include "store/benefits.h"
#include "store/birthdays.h"
#include "store/debts.h"
#include "store/encode.h"
#include "store/key_rotation.h"
#include "store/events.h"
#include "store/kpi.h"
#include "store/kpi_block.h"
#include "store/period_closes.h"
#include "store/phone_codes.h"
#include "store/redemptions.h"
#include "store/refund.h"
#include "store/settlement.h"
#include "store/settlement_accounts.h"
#include "store/sign_in.h"
#include "store/targets.h"
#include "store/webhooks.h"
#include "store/write_offs.h"

enum field_kind { RAW, CHOICE, AMOUNT, PARTY, RECEIPT, TEXT, CODE };
struct field {
    size_t offset, size;
    enum field_kind kind;
    unsigned min, max; /* CHOICE */
};

#define AT(record, member) offsetof(struct record, member), sizeof(((struct record *)0)->member)
#define F_RAW(record, member) {AT(record, member), RAW, 0, 0}
#define F_AMOUNT(record, member) {AT(record, member), AMOUNT, 0, 0}
#define F_PARTY(record, member) {AT(record, member), PARTY, 0, 0}
#define F_RECEIPT(record, member) {AT(record, member), RECEIPT, 0, 0}
#define F_TEXT(record, member) {AT(record, member), TEXT, 0, 0}
#define F_CODE(record, member) {AT(record, member), CODE, 0, 0}
#define F_CHOICE(record, member, min, max) {AT(record, member), CHOICE, min, max}

static const struct field fence_fields[] = {
    F_RAW(fence, epoch), F_RAW(fence, commit), F_RAW(fence, entry), F_RAW(fence, time),
    F_RAW(fence, head),
};
static const struct field entry_fields[] = {
    F_RAW(entry, number), F_RAW(entry, recorded_at), F_RAW(entry, business_date),
    F_RAW(entry, event_date),
    F_CHOICE(entry, kind, 1, ENTRY_WRITE_OFF), F_CHOICE(entry, unit, 0, 1),
    F_CHOICE(entry, from, 0, SIDE_COUNT - 1), F_CHOICE(entry, to, 0, SIDE_COUNT - 1),
    F_PARTY(entry, party),
    F_AMOUNT(entry, amount), F_RAW(entry, balance_after), F_RAW(entry, credit),
    F_RAW(entry, program_version), F_RAW(entry, rule), F_RAW(entry, previous),
    F_CHOICE(entry, event.kind, 1, EVENT_SETTLEMENT), F_RAW(entry, event.member),
    F_RAW(entry, event.run),
    F_RECEIPT(entry, event.receipt), F_RAW(entry, previous_hash),
};
static const struct field benefit_fields[] = {
    F_RAW(benefit, number), F_RAW(benefit, program_version),
    F_CHOICE(benefit, rule, 0, RULES_MAX - 1), F_RAW(benefit, given_on),
    F_RAW(benefit, valid_until), F_RAW(benefit, handed_out_at), F_RAW(benefit, handed_out_shop),
};
static const struct field credit_fields[] = {
    F_RAW(credit, number), F_CHOICE(credit, unit, 0, 1), F_CHOICE(credit, state, 1, 3),
    F_CHOICE(credit, flags, 0, 1), F_RAW(credit, posted), F_RAW(credit, remaining),
    F_RAW(credit, redeemed), F_RAW(credit, expired), F_RAW(credit, settled),
    F_RAW(credit, voided), F_RAW(credit, reversed), F_RAW(credit, program_version),
    F_RAW(credit, rule), F_RAW(credit, business_date), F_RAW(credit, matures_on),
    F_RAW(credit, expires_on), F_RAW(credit, shop), F_RAW(credit, pay_entity),
    F_RAW(credit, settlement_run), F_RAW(credit, referee), F_RAW(credit, review),
    F_RAW(credit, recall_own), F_RAW(credit, recall_elsewhere), F_RAW(credit, recall_waived),
    F_AMOUNT(credit, recall_settled), F_RAW(credit, since),
};
static const struct field account_fields[] = {
    F_CHOICE(account, status, 1, 3), F_RAW(account, balance), F_RAW(account, last_entry),
    F_RAW(account, next_due), F_RAW(account, settlement_run), F_RAW(account, registered_on),
    F_RAW(account, registered_at), F_RAW(account, recorded_at), F_RAW(account, registered_shop),
    F_CHOICE(account, scan_result, 0, SCAN_REFERRED), F_CODE(account, code),
    F_PARTY(account, referrer), F_RAW(account, serving_guide),
    F_CHOICE(account, serving_inherited, 0, 1), F_RAW(account, binding_from),
    F_RAW(account, binding_until), F_RAW(account, protected_until), F_RAW(account, self_guide),
    F_RAW(account, tier), F_RAW(account, tier_points), F_RAW(account, tier_since),
    F_RAW(account, purchase_count), F_RAW(account, days_recorded), F_RAW(account, last_day),
    F_RAW(account, second_last_day), F_RECEIPT(account, last_purchase),
    F_RAW(account, first_day), F_RAW(account, tier_review_on), F_RAW(account, refund_cycle_from),
    F_RAW(account, refund_cycle_count), F_RAW(account, shop),
    F_RAW(account, pay_entity), F_RAW(account, employed_from), F_RAW(account, employed_until),
};
static const struct field purchase_day_fields[] = {
    F_RAW(purchase_day, recorded_count), F_RAW(purchase_day, live_count),
    F_RAW(purchase_day, net_minor), F_RAW(purchase_day, base_minor),
    F_RAW(purchase_day, tier_points), F_RAW(purchase_day, last_full_refund_on),
};
static const struct field binding_fields[] = {
    F_RAW(binding, from), F_RAW(binding, until), F_CHOICE(binding, state, 1, 4),
    F_RAW(binding, guide), F_CHOICE(binding, inherited, 0, 1),
    F_RAW(binding, protected_until), F_RAW(binding, handover),
};
static const struct field employment_fields[] = {
    F_RAW(employment, from), F_RAW(employment, until), F_RAW(employment, shop),
    F_RAW(employment, pay_entity),
};
#define F_AWARD(record, i)                                                                       \
    F_RAW(record, awards[i].rule), F_PARTY(record, awards[i].party),                             \
        F_CHOICE(record, awards[i].unit, 0, 1), F_CHOICE(record, awards[i].reason, 0, 6),        \
        F_RAW(record, awards[i].base_minor), F_AMOUNT(record, awards[i].amount),                 \
        F_AMOUNT(record, awards[i].full_amount), F_RAW(record, awards[i].credit),                \
        F_RAW(record, awards[i].multiplier_bp), F_RAW(record, awards[i].share_bp),               \
        F_RAW(record, awards[i].bracket), F_CHOICE(record, awards[i].cap, 0, CAP_BUDGET)
#define F_VERDICTS(record)                                                                       \
    F_CHOICE(record, verdicts.count, 0, VERDICTS_MAX),                                           \
        F_CHOICE(record, verdicts.of_rule[0], 0, VERDICT_COUNT - 1),                             \
        F_CHOICE(record, verdicts.of_rule[VERDICTS_MAX - 1], 0, VERDICT_COUNT - 1)
static const struct field purchase_fields[] = {
    F_RECEIPT(purchase, receipt), F_RAW(purchase, member), F_RAW(purchase, occurred_at),
    F_RAW(purchase, recorded_at), F_RAW(purchase, business_date),
    F_AMOUNT(purchase, parts.amount_minor), F_AMOUNT(purchase, parts.tax_minor),
    F_AMOUNT(purchase, parts.freight_minor), F_AMOUNT(purchase, parts.gift_card_minor),
    F_AMOUNT(purchase, parts.points_minor), F_AMOUNT(purchase, base_minor),
    F_AMOUNT(purchase, refunded_minor), F_CHOICE(purchase, line_count, 0, PURCHASE_LINES_MAX),
    F_RAW(purchase, serving_guide), F_RAW(purchase, program_version),
    F_RAW(purchase, fingerprint), F_RECEIPT(purchase, previous),
    F_CHOICE(purchase, award_count, 0, AWARDS_MAX),
    F_AWARD(purchase, 0), F_AWARD(purchase, 1), F_AWARD(purchase, 2), F_AWARD(purchase, 63),
    F_AMOUNT(purchase, refunded_by_amount_minor), F_AMOUNT(purchase, refunded_base_minor),
    F_RAW(purchase, refund_count), F_RAW(purchase, tier), F_RAW(purchase, days_recorded),
    F_RAW(purchase, tier_points), F_CHOICE(purchase, seller_count, 0, SELLERS_MAX),
    F_RAW(purchase, sellers[0].guide), F_RAW(purchase, sellers[0].share_bp),
    F_RAW(purchase, sellers[3].guide), F_RAW(purchase, sellers[3].share_bp),
    F_VERDICTS(purchase),
};
#define F_LINE(i)                                                                                \
    F_AMOUNT(purchase_lines, lines[i].amount_minor), F_AMOUNT(purchase_lines, lines[i].tax_minor), \
        F_AMOUNT(purchase_lines, lines[i].base_minor), F_TEXT(purchase_lines, lines[i].article), \
        F_AMOUNT(purchase_lines, lines[i].refunded_minor),                                       \
        F_TEXT(purchase_lines, lines[i].category)
static const struct field purchase_lines_fields[] = {
    {offsetof(struct purchase_lines, count), 1, CHOICE, 1, PURCHASE_LINES_MAX},
    F_LINE(0), F_LINE(1), F_LINE(99),
};
static const struct field registration_fields[] = {
    F_RAW(registration, member), F_RAW(registration, program_version),
    F_RAW(registration, fingerprint), F_CHOICE(registration, award_count, 0, AWARDS_MAX),
    F_CHOICE(registration, voided, 0, 1),
    F_AWARD(registration, 0), F_AWARD(registration, 1), F_AWARD(registration, 63),
    F_VERDICTS(registration),
};
static const struct field code_fields[] = {
    F_CODE(code, value), F_PARTY(code, owner), F_CHOICE(code, channel, 0, CHANNEL_CHAT),
    F_TEXT(code, campaign), F_RAW(code, created_at), F_RAW(code, starts_at),
    F_RAW(code, ends_at), F_RAW(code, revoked_at), F_RAW(code, usage_limit),
    F_RAW(code, usage_count),
};
static const struct field party_fields[] = {{0, sizeof(struct party), PARTY, 0, 0}};
static const struct field token_fields[] = {
    F_RAW(token, hash), F_RAW(token, number), F_CHOICE(token, role, 0, ROLE_COUNT - 1),
    F_PARTY(token, party), F_RAW(token, created_at), F_RAW(token, expires_at),
    F_RAW(token, revoked_at), F_TEXT(token, label),
};
static const struct field request_fields[] = {
    F_RAW(request, fingerprint), F_RAW(request, object),
};
static const struct field recency_month_fields[] = {
    F_RAW(recency_month, last), F_RAW(recency_month, second_last),
};
static const struct field signal_counts_fields[] = {
    F_RAW(signal_counts, first), F_RAW(signal_counts, counts),
};
static const struct field kpi_month_fields[] = {
    F_RAW(kpi_month, days), F_RAW(kpi_month, once), F_RAW(kpi_month, twice),
};
static const struct field kpi_block_fields[] = {F_RAW(kpi_block, column)};
static const struct field session_fields[] = {
    F_RAW(session, hash), F_CHOICE(session, owner.role, 1, ROLE_COUNT - 1),
    F_PARTY(session, owner.party), F_RAW(session, owner.token), F_RAW(session, created_at),
    F_RAW(session, expires_at), F_RAW(session, proved_at),
};
static const struct field sign_in_link_fields[] = {
    F_RAW(sign_in_link, hash), F_CHOICE(sign_in_link, owner.role, 1, ROLE_COUNT - 1),
    F_PARTY(sign_in_link, owner.party), F_RAW(sign_in_link, owner.token),
    F_RAW(sign_in_link, created_at), F_RAW(sign_in_link, expires_at),
    F_RAW(sign_in_link, made_by),
};
static const struct field phone_code_fields[] = {
    F_RAW(phone_code, phone), F_RAW(phone_code, code), F_RAW(phone_code, issued_at),
    F_RAW(phone_code, expires_at), F_RAW(phone_code, tries), F_RAW(phone_code, used_at),
    F_CHOICE(phone_code, asked_count, 0, PHONE_CODE_ASKED_MAX), F_RAW(phone_code, asked_at),
};
static const struct field key_rotation_fields[] = {
    F_RAW(key_rotation, generation), F_RAW(key_rotation, from), F_RAW(key_rotation, started_at),
    F_RAW(key_rotation, finished_at), F_RAW(key_rotation, merchant),
    F_CHOICE(key_rotation, kind, PARTY_MEMBER, PARTY_GUIDE), F_RAW(key_rotation, number),
    F_RAW(key_rotation, slot_count),
};
static const struct field target_fields[] = {
    F_RAW(target, name.guide), F_CHOICE(target, name.span, 1, 5), F_RAW(target, name.start),
    F_CHOICE(target, name.kpi, 1, 9), F_AMOUNT(target, value), F_RAW(target, set_at),
    F_RAW(target, set_by),
};
static const struct field audit_entry_fields[] = {
    F_RAW(audit_entry, number), F_RAW(audit_entry, recorded_at),
    F_CHOICE(audit_entry, role, 0, ROLE_COUNT - 1), F_PARTY(audit_entry, party),
    F_RAW(audit_entry, token), F_CHOICE(audit_entry, by_session, 0, 1),
    F_CHOICE(audit_entry, action, 1, AUDIT_ACTION_COUNT - 1),
    F_CHOICE(audit_entry, object.kind, 0, AUDIT_KIND_COUNT - 1),
    F_RAW(audit_entry, object.number), F_RAW(audit_entry, object.part),
    {offsetof(struct audit_entry, object.text), AUDIT_TEXT_BYTES_MAX, TEXT, 0, 0},
    {offsetof(struct audit_entry, facts), AUDIT_FACTS_BYTES_MAX, TEXT, 0, 0},
    F_RAW(audit_entry, previous_hash),
};
static const struct field audit_head_fields[] = {
    F_RAW(audit_head, count), F_RAW(audit_head, hash),
};
static const struct field period_close_fields[] = {
    {offsetof(struct period_close, name.rule_id), RULE_ID_BYTES_MAX, TEXT, 0, 0},
    F_CHOICE(period_close, name.kind, 2, 4),
    F_RAW(period_close, name.start), F_RAW(period_close, program_version),
    F_RAW(period_close, rule), F_RAW(period_close, refunds_before),
    F_RAW(period_close, begun_at), F_RAW(period_close, computed_at),
    F_RAW(period_close, guide_count), F_RAW(period_close, credit_count),
    F_AMOUNT(period_close, amount), F_RAW(period_close, guide), F_RAW(period_close, member),
    F_RAW(period_close, numerator), F_RAW(period_close, denominator),
};
static const struct field settlement_line_fields[] = {
    F_RAW(settlement_line, run), F_RAW(settlement_line, draft), F_PARTY(settlement_line, payee),
    F_RAW(settlement_line, pay_entity), F_RAW(settlement_line, shop),
    F_AMOUNT(settlement_line, points_earned), F_AMOUNT(settlement_line, points_taken),
    F_AMOUNT(settlement_line, points_debt), F_AMOUNT(settlement_line, points_converted),
    F_AMOUNT(settlement_line, points_kept), F_AMOUNT(settlement_line, cash_earned),
    F_AMOUNT(settlement_line, cash_taken), F_AMOUNT(settlement_line, cash_debt),
    F_AMOUNT(settlement_line, cash_settled), F_AMOUNT(settlement_line, gross_minor),
    F_AMOUNT(settlement_line, clawback_minor), F_RAW(settlement_line, carry_in_minor),
    F_RAW(settlement_line, carry_out_minor), F_AMOUNT(settlement_line, net_minor),
    F_RAW(settlement_line, credit_count), F_RAW(settlement_line, reversal_count),
    F_RAW(settlement_line, adjustment_count),
    F_CHOICE(settlement_line, origin_count, 0, ORIGIN_PERIODS_MAX),
    F_RAW(settlement_line, origin_quarters), F_RAW(settlement_line, pending_count),
    F_RAW(settlement_line, held_count), F_RAW(settlement_line, entry),
    F_RAW(settlement_line, statement_hash),
    F_CHOICE(settlement_line, payment, 0, PAYMENT_RETURNED), F_RAW(settlement_line, payment_at),
    F_RAW(settlement_line, payment_by), F_CHOICE(settlement_line, carried_back, 0, 1),
};
static const struct field period_result_fields[] = {
    F_RAW(period_result, guide), F_RAW(period_result, numerator),
    F_RAW(period_result, denominator), F_AMOUNT(period_result, value),
    F_RAW(period_result, bracket), F_CHOICE(period_result, reason, 0, 6),
    F_CHOICE(period_result, cap, 0, CAP_BUDGET), F_AMOUNT(period_result, full_amount),
    F_AMOUNT(period_result, amount), F_RAW(period_result, credit), F_RAW(period_result, shop),
    F_RAW(period_result, pay_entity),
};
static const struct field ledger_totals_fields[] = {F_RAW(ledger_totals, balance)};
static const struct field numbers_fields[] = {
    F_RAW(numbers, shop), F_RAW(numbers, guide), F_RAW(numbers, member),
    F_RAW(numbers, pay_entity), F_RAW(numbers, token), F_RAW(numbers, program_version),
};
#define F_REFUND_LINE(i)                                                                         \
    F_CHOICE(refund, lines[i].line, 1, PURCHASE_LINES_MAX),                                      \
        F_AMOUNT(refund, lines[i].asked_minor), F_AMOUNT(refund, lines[i].refunded_minor)
#define F_TAKING(i)                                                                              \
    F_RAW(refund, takings[i].credit), F_PARTY(refund, takings[i].party),                         \
        F_CHOICE(refund, takings[i].unit, 0, 1), F_AMOUNT(refund, takings[i].asked),             \
        F_AMOUNT(refund, takings[i].own), F_AMOUNT(refund, takings[i].elsewhere),                \
        F_AMOUNT(refund, takings[i].owed), F_AMOUNT(refund, takings[i].waived)
#define F_RETURN(i)                                                                              \
    F_RAW(refund, returns[i].redemption), F_CHOICE(refund, returns[i].unit, 0, 1),               \
        F_AMOUNT(refund, returns[i].amount)
static const struct field refund_fields[] = {
    F_RECEIPT(refund, receipt), F_RECEIPT(refund, purchase), F_CHOICE(refund, state, 1, 3),
    F_CHOICE(refund, reject, 0, REFUND_REJECT_COUNT - 1), F_CHOICE(refund, parked, 0, 1),
    F_RAW(refund, member),
    F_RAW(refund, occurred_at), F_RAW(refund, recorded_at), F_RAW(refund, settled_at),
    F_RAW(refund, business_date), F_RAW(refund, fingerprint), F_AMOUNT(refund, amount_minor),
    F_AMOUNT(refund, base_minor), F_AMOUNT(refund, tier_points), F_CHOICE(refund, full, 0, 1),
    F_CHOICE(refund, line_count, 0, PURCHASE_LINES_MAX), F_REFUND_LINE(0), F_REFUND_LINE(99),
    F_CHOICE(refund, taking_count, 0, AWARDS_MAX), F_TAKING(0), F_TAKING(63),
    F_CHOICE(refund, return_count, 0, REFUND_RETURNS_MAX), F_RETURN(0), F_RETURN(3),
};
static const struct field write_off_fields[] = {
    F_RAW(write_off, entry), F_PARTY(write_off, party), F_RAW(write_off, debt),
    F_AMOUNT(write_off, amount), F_RAW(write_off, token),
    {offsetof(struct write_off, reason), REASON_BYTES_MAX, TEXT, 0, 0},
};
static const struct field merchant_fields[] = {
    F_RAW(merchant, number), F_TEXT(merchant, name),
    {offsetof(struct merchant, currency), CURRENCY_BYTES, TEXT, 0, 0},
    F_TEXT(merchant, time_zone), F_RAW(merchant, day_cutoff_minutes),
    F_RAW(merchant, country_code), F_TEXT(merchant, link_host), F_RAW(merchant, created_at),
    F_CHOICE(merchant, fixed, 0, 1), F_CHOICE(merchant, counted, 0, 1),
    F_RAW(merchant, closed_before),
};

static const struct field debt_fields[] = {
    F_RAW(debt, number), F_CHOICE(debt, unit, 0, 1),
    F_CHOICE(debt, policy, RETURN_CARRY_FORWARD, RETURN_ONLY_PENDING), F_AMOUNT(debt, posted),
    F_AMOUNT(debt, netted), F_AMOUNT(debt, written_off), F_RAW(debt, credit),
    F_RAW(debt, program_version), F_RAW(debt, rule), F_RAW(debt, business_date),
    F_RAW(debt, recorded_at), F_RAW(debt, member), F_RECEIPT(debt, refund),
    F_RAW(debt, pay_entity), F_AMOUNT(debt, carried), F_CHOICE(debt, settled, 0, 1),
};
#define F_MARK(i)                                                                                \
    F_RAW(settlement_account, marks[i].run),                                                     \
        F_CHOICE(settlement_account, marks[i].state, MARK_FROZEN, MARK_SETTLED),                 \
        F_RAW(settlement_account, marks[i].end), F_RAW(settlement_account, marks[i].entry),      \
        F_RAW(settlement_account, marks[i].kept_since),                                          \
        F_AMOUNT(settlement_account, marks[i].amount[0]),                                        \
        F_AMOUNT(settlement_account, marks[i].amount[1]),                                        \
        F_AMOUNT(settlement_account, marks[i].clawed[0]),                                        \
        F_AMOUNT(settlement_account, marks[i].clawed[1]),                                        \
        F_RAW(settlement_account, marks[i].carry_minor)
static const struct field settlement_account_fields[] = {
    F_AMOUNT(settlement_account, clawed[0]), F_AMOUNT(settlement_account, clawed[1]),
    F_AMOUNT(settlement_account, clawed_before[0]), F_AMOUNT(settlement_account, clawed_before[1]),
    F_RAW(settlement_account, carry_minor),
    F_CHOICE(settlement_account, mark_count, 0, SETTLEMENT_MARKS_MAX),
    F_MARK(0), F_MARK(1), F_MARK(2), F_MARK(3),
};
#define F_LOT(i)                                                                                 \
    F_RAW(redemption, lots[i].credit), F_AMOUNT(redemption, lots[i].amount),                     \
        F_AMOUNT(redemption, lots[i].restored)
static const struct field redemption_fields[] = {
    F_RAW(redemption, number), F_RAW(redemption, member), F_CHOICE(redemption, unit, 0, 1),
    F_AMOUNT(redemption, amount), F_AMOUNT(redemption, value_minor),
    F_RECEIPT(redemption, receipt), F_RAW(redemption, recorded_at),
    F_RAW(redemption, business_date), F_RAW(redemption, entry), F_AMOUNT(redemption, restored),
    F_AMOUNT(redemption, cancelled), F_RAW(redemption, cancelled_at),
    F_CHOICE(redemption, lot_count, 0, 2), F_LOT(0), F_LOT(1),
};

static const struct field webhook_fields[] = {
    F_RAW(webhook, number), F_RAW(webhook, revision), F_RAW(webhook, kinds),
    {offsetof(struct webhook, url), WEBHOOK_URL_BYTES_MAX, TEXT, 0, 0},
    {offsetof(struct webhook, description), NAME_BYTES_MAX, TEXT, 0, 0},
    F_RAW(webhook, created_at), F_RAW(webhook, created_by), F_RAW(webhook, secret),
    F_RAW(webhook, rotated_at), F_RAW(webhook, old_until), F_RAW(webhook, old_secret),
};
static const struct field webhook_state_fields[] = {
    F_RAW(webhook_state, number), F_RAW(webhook_state, revision), F_RAW(webhook_state, through),
    F_RAW(webhook_state, delivered_count), F_RAW(webhook_state, delivered_at),
    F_RAW(webhook_state, failed_at), F_CHOICE(webhook_state, answer, 0, WEBHOOK_ANSWER_COUNT - 1),
    F_RAW(webhook_state, status), F_RAW(webhook_state, attempts),
    F_RAW(webhook_state, next_attempt_at), F_CHOICE(webhook_state, off, 0, WEBHOOK_OFF_COUNT - 1),
    F_RAW(webhook_state, off_since), F_RAW(webhook_state, test_asked),
    F_RAW(webhook_state, test_answered), F_RAW(webhook_state, tested_at),
    F_CHOICE(webhook_state, test_answer, 0, WEBHOOK_ANSWER_COUNT - 1),
    F_RAW(webhook_state, test_status),
};
/* Two of them in full: what the second shares with the first is mend's. */
static const struct field event_record_fields[] = {
    F_CHOICE(event_record, count, 2, EVENTS_OF_RECORD_MAX), F_RAW(event_record, recorded_at),
    F_CHOICE(event_record, events[0].kind, 1, TOLD_KIND_COUNT - 1),
    F_PARTY(event_record, events[0].party), F_PARTY(event_record, events[0].other),
    F_RAW(event_record, events[0].guide), F_RAW(event_record, events[0].shop),
    F_RECEIPT(event_record, events[0].receipt), F_RECEIPT(event_record, events[0].refund),
    F_CHOICE(event_record, events[0].unit, 0, 1), F_CHOICE(event_record, events[0].available, 0, 1),
    F_RAW(event_record, events[0].amount), F_RAW(event_record, events[0].balance_after),
    F_RAW(event_record, events[0].credit), F_RAW(event_record, events[0].entry),
    F_RAW(event_record, events[0].object), F_RAW(event_record, events[0].part),
    F_RAW(event_record, events[0].date), F_RAW(event_record, events[0].from_level),
    F_RAW(event_record, events[0].to_level), F_TEXT(event_record, events[0].text),
    F_CHOICE(event_record, events[1].kind, 1, TOLD_KIND_COUNT - 1),
    F_PARTY(event_record, events[1].party), F_PARTY(event_record, events[1].other),
    F_RAW(event_record, events[1].guide), F_RAW(event_record, events[1].shop),
    F_RECEIPT(event_record, events[1].receipt), F_RECEIPT(event_record, events[1].refund),
    F_CHOICE(event_record, events[1].unit, 0, 1), F_CHOICE(event_record, events[1].available, 0, 1),
    F_RAW(event_record, events[1].amount), F_RAW(event_record, events[1].balance_after),
    F_RAW(event_record, events[1].credit), F_RAW(event_record, events[1].entry),
    F_RAW(event_record, events[1].object), F_RAW(event_record, events[1].part),
    F_RAW(event_record, events[1].date), F_RAW(event_record, events[1].from_level),
    F_RAW(event_record, events[1].to_level), F_TEXT(event_record, events[1].text),
};
static const struct field event_head_fields[] = {
    F_RAW(event_head, count), F_RAW(event_head, trimmed),
};

static const struct field birthdays_fields[] = {
    F_RAW(birthdays, through), F_RAW(birthdays, until), F_RAW(birthdays, member),
};

#endif
