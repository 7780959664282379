#include "tests/service/command/play_told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "service/command/commands.h"
#include "service/command/event.h"
#include "store/ledger.h"

#define ROW(name, its_command) {name, &(its_command), TELLS, NULL}
#define SOME(name, its_command, why) {name, &(its_command), TELLS_SOMETIMES, why}
#define NONE(name, its_command, why) {name, &(its_command), TELLS_NOTHING, why}

const struct telling_row TELLING_ROWS[] = {
    NONE("CreateMerchant", create_merchant, "the instance's own; nobody listens yet"),
    NONE("UpdateMerchant", update_merchant, "settings: the audit trail has them"),
    NONE("CreateShop", create_shop, "set-up: the audit trail has it"),
    ROW("CreateGuide", create_guide),
    ROW("UpdateGuide", update_guide),
    ROW("TransferGuide", transfer_guide),
    SOME("EndEmployment", end_employment, "a handover that is added later moves members later"),
    NONE("HandOverMembers", hand_over_members, "each member is told when she is moved"),
    NONE("CreateCode", create_code, "a way to be registered: registrations are told"),
    NONE("ReassignCode", reassign_code, "a way to be registered: registrations are told"),
    NONE("RevokeCode", revoke_code, "a way to be registered: registrations are told"),
    SOME("RegisterMember", register_member, "to a stranger a known phone looks like a new one"),
    ROW("RegisterMembers", register_members),
    ROW("UpdateMember", update_member),
    ROW("SetConsent", set_consent),
    ROW("EraseMember", erase_member),
    ROW("EraseGuide", erase_guide),
    ROW("HandOutBenefit", hand_out_benefit),
    ROW("RecordPurchase", record_purchase),
    ROW("RecordPurchases", record_purchases),
    SOME("RecordRefund", record_refund, "one that waits for its purchase is told when posted"),
    SOME("RecordRefunds", record_refunds, "one that waits for its purchase is told when posted"),
    ROW("WriteOffDebt", write_off_debt),
    ROW("PublishProgram", publish_program),
    ROW("Redeem", redeem),
    ROW("CancelRedemption", cancel_redemption),
    SOME("AdjustBalance", adjust_balance, "a proposal waits for another's decision"),
    SOME("DecideAdjustment", decide_adjustment, "a proposal that is rejected changes nothing"),
    ROW("HoldCredit", hold_credit),
    SOME("ReleaseCredit", release_credit, "one that has matured meanwhile has nothing to say"),
    ROW("DecideReview", decide_review),
    SOME("ClosePeriod", close_period, "a long period takes several calls"),
    NONE("CreateSettlementRun", create_settlement_run, "a draft is nobody's affair"),
    ROW("SubmitSettlementRun", submit_settlement_run),
    ROW("ApproveSettlementRun", approve_settlement_run),
    ROW("RejectSettlementRun", reject_settlement_run),
    ROW("CancelSettlementRun", cancel_settlement_run),
    NONE("CloseSettlementRun", close_settlement_run, "told when the last line is closed"),
    ROW("OpenDispute", open_dispute),
    ROW("WithdrawDispute", withdraw_dispute),
    ROW("DecideDispute", decide_dispute),
    NONE("CarryHeldCredit", carry_held_credit, "a note for the run that is being made"),
    ROW("RecordPaymentResults", record_payment_results),
    NONE("ResolvePayee", resolve_payee, "a look: the audit trail has it"),
    NONE("CreateSettlementExport", create_settlement_export, "a file: the audit trail has it"),
    NONE("SetTarget", set_target, "a plan: the scoreboard shows it"),
    NONE("CreateToken", create_token, "access: the audit trail has it"),
    NONE("RevokeToken", revoke_token, "access: the audit trail has it"),
    NONE("CreateSignInLink", create_sign_in_link, "access: the audit trail has it"),
    NONE("RedeemSignInLink", redeem_sign_in_link, "access"),
    NONE("SendPhoneCode", send_phone_code, "access"),
    NONE("ProvePhone", prove_phone, "access"),
    NONE("EndSession", end_session, "access"),
    NONE("RevokeSessions", revoke_sessions, "access: the audit trail has it"),
    NONE("AcceptClock", accept_clock, "the instance's own"),
    NONE("RotateKeys", rotate_keys, "the instance's own"),
    SOME("tick_due", tick_due, "a binding or employment that turns by its date was told before"),
    SOME("tick_periods", tick_periods, "a step of a close that goes on"),
    SOME("tick_refunds", tick_refunds, "one that is rejected posts nothing"),
    SOME("tick_settlements", tick_settlements, "a step of work that goes on"),
    SOME("tick_handovers", tick_handovers, "codes move with nobody told"),
    NONE("tick_events", tick_events, "what was told long ago is deleted"),
    SOME("tick_birthdays", tick_birthdays, "it moves its mark where nobody has one"),
    NONE("tick_keys", tick_keys, "the instance's own"),
    NONE("tick_referees", tick_referees, "an index"),
    NONE("tick_sign_in", tick_sign_in, "what is over is deleted"),
    NONE("CreateWebhook", create_webhook, "set-up: the audit trail has it"),
    NONE("UpdateWebhook", update_webhook, "set-up: the audit trail has it"),
    NONE("DeleteWebhook", delete_webhook, "set-up: the audit trail has it"),
    NONE("RotateWebhookSecret", rotate_webhook_secret, "access: the audit trail has it"),
    NONE("TestWebhook", test_webhook, "set-up: the audit trail has it"),
    SOME("tick_webhooks", tick_webhooks, "that one is off is told, how far it is not"),
    SOME("tick_erasures", tick_erasures, "codes end with nobody told; her binding's end is"),
};
const size_t TELLING_ROW_COUNT = sizeof TELLING_ROWS / sizeof TELLING_ROWS[0];

/* ---- the rows -------------------------------------------------------------------------------- */

static const struct telling_row *row_of(const struct command *command)
{
    for (size_t i = 0; i < TELLING_ROW_COUNT; i++)
        if (TELLING_ROWS[i].command == command) return &TELLING_ROWS[i];
    return NULL;
}

/* ---- what is said of the ledger -------------------------------------------------------------- */

enum { SUMS_MAX = 4096 };
struct sum {
    enum told_kind kind;
    struct party party;
    enum unit unit;
    int64_t amount;
};
struct sums {
    size_t count;
    struct sum list[SUMS_MAX];
};

static void add(struct sums *sums, enum told_kind kind, struct party party, enum unit unit,
                int64_t amount)
{
    size_t i = 0;
    while (i < sums->count &&
           (sums->list[i].kind != kind || sums->list[i].party.kind != party.kind ||
            sums->list[i].party.number != party.number || sums->list[i].unit != unit))
        i++;
    assert_in_range(i, 0, SUMS_MAX - 1);
    if (i == sums->count) sums->list[sums->count++] = (struct sum){kind, party, unit, 0};
    sums->list[i].amount += amount;
}

/* The kind that an entry is told as, by the words of the API alone. */
static enum told_kind told_as(const struct entry *entry)
{
    static const enum told_kind kinds[] = {
        [ENTRY_ACCRUE] = TOLD_CREDIT_ACCRUED, [ENTRY_MATURE] = TOLD_CREDIT_MATURED,
        [ENTRY_EXPIRE] = TOLD_CREDIT_EXPIRED, [ENTRY_VOID] = TOLD_CREDIT_VOIDED,
        [ENTRY_REVERSE] = TOLD_CREDIT_REVERSED, [ENTRY_ADJUST] = TOLD_CREDIT_ADJUSTED,
        [ENTRY_HOLD] = TOLD_CREDIT_HELD, [ENTRY_RELEASE] = TOLD_CREDIT_RELEASED,
        [ENTRY_NET] = TOLD_DEBT_PAID, [ENTRY_WRITE_OFF] = TOLD_DEBT_FORGIVEN,
        [ENTRY_REDEEM] = TOLD_REDEMPTION_MADE, [ENTRY_RESTORE] = TOLD_REDEMPTION_CANCELLED,
        [ENTRY_SETTLE] = TOLD_NONE, [ENTRY_CARRY_IN] = TOLD_NONE, [ENTRY_CARRY_OUT] = TOLD_NONE,
    };
    assert_in_range(entry->kind, ENTRY_ACCRUE, ENTRY_WRITE_OFF);
    if (entry->kind == ENTRY_RESTORE && entry->event.kind == EVENT_REFUND)
        return TOLD_CREDIT_RESTORED;
    return kinds[entry->kind];
}

static void sum_entries(struct batch *batch, uint64_t from, struct sums *sums)
{
    for (uint64_t number = from + 1; number <= batch_fence(batch)->entry; number++) {
        struct entry entry;
        assert_int_equal(entries_get(&batch->reader, number, &entry), STORE_OK);
        bool takes = entry.kind == ENTRY_ADJUST && entry.from == SIDE_OWNER;
        enum told_kind kind = told_as(&entry);
        if (kind != TOLD_NONE && entry.amount != 0)
            add(sums, kind, entry.party, entry.unit, takes ? -entry.amount : entry.amount);
    }
}

static bool of_ledger(enum told_kind kind)
{
    return (kind >= TOLD_CREDIT_ACCRUED && kind <= TOLD_DEBT_FORGIVEN) ||
           kind == TOLD_CREDIT_RESTORED;
}

static size_t sum_events(struct batch *batch, uint64_t after, struct sums *sums)
{
    struct told_event events[64];
    size_t count = 1, told = 0;
    for (; count > 0; after += count, told += count) {
        assert_int_equal(events_after(&batch->reader, after, events, 64, &count), STORE_OK);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(events[i].number, after + 1 + i);
            assert_int_equal(events[i].recorded_at, batch_recorded_at(batch));
            if (of_ledger(events[i].kind) && events[i].amount != 0)
                add(sums, events[i].kind, events[i].party, events[i].unit, -events[i].amount);
        }
    }
    return told;
}

struct told_before told_before(struct batch *batch)
{
    struct event_head head;
    assert_int_equal(events_head_get(&batch->reader, &head), STORE_OK);
    return (struct told_before){batch_fence(batch)->entry, head.count};
}

void told_check(struct batch *batch, const struct command *command, struct told_before before,
                bool put)
{
    static struct sums sums;
    const struct telling_row *row = row_of(command);

    if (row == NULL) fail_msg("a write that has no row in TELLING_ROWS");
    sums.count = 0;
    sum_entries(batch, before.entry, &sums);
    size_t told = sum_events(batch, before.event, &sums);
    for (size_t i = 0; i < sums.count; i++)
        if (sums.list[i].amount != 0)
            fail_msg("%s: events of %s say another amount than the entries of %d:%u", row->method,
                     event_name(sums.list[i].kind), (int)sums.list[i].party.kind,
                     sums.list[i].party.number);
    if (row->rule == TELLS_NOTHING && told > 0) fail_msg("%s told something", row->method);
    if (!put && told > 0) fail_msg("%s told what it did not do", row->method);
    if (row->rule == TELLS && put && told == 0) fail_msg("%s told nothing", row->method);
}
