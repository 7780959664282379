/* Reads the balances of one member or guide, and what a member's are worth at the till. */
#include "service/command/account_access.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/rules/point_rate.h"
#include "store/programs_kept.h"

/* What Redeem would take of the points, at the rate in force. */
static void fill_points(const struct program *program, int64_t spendable,
                        Beckon__V1__GetBalanceResponse *reply)
{
    if (program->redeem_points == 0 || program->redeem_minor == 0) return;
    int64_t points = program->redeem_points, minor = program->redeem_minor;
    int64_t step = point_rate_step(points, minor);

    reply->redeem_rate_points = program->redeem_points;
    reply->redeem_rate_minor = program->redeem_minor;
    reply->redeem_step_points = (uint32_t)step; /* it divides redeem_points */
    reply->redeemable_points = spendable - spendable % step;
    if (!point_rate_worth(points, minor, reply->redeemable_points, &reply->worth_minor))
        reply->worth_minor = INT64_MAX;
}

static enum outcome fill_worth(struct reader *reader, struct command_call *call,
                               const struct balances_now *now,
                               Beckon__V1__GetBalanceResponse *reply)
{
    struct merchant merchant;
    struct program program;

    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    reply->currency = reply_text(call, merchant.currency);
    if (reply->currency == NULL) return OUTCOME_BUSY;
    enum store_result found = programs_in_force_kept(
        reader, business_date_at(&merchant, call->now_ms), &program);
    if (found == STORE_ABSENT) return OUTCOME_OK;
    outcome = command_outcome(found, OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    fill_points(&program, balances_spendable(now, UNIT_POINTS), reply);
    reply->redeem_cash = program.redeem_cash;
    if (program.redeem_cash)
        reply->redeemable_cash_minor = balances_spendable(now, UNIT_CASH);
    return OUTCOME_OK;
}

static enum outcome get_balance_read(struct reader *reader, struct command_call *call,
                                     ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetBalanceRequest *request =
        (const Beckon__V1__GetBalanceRequest *)call->request;
    struct balances_now now;
    struct account account;
    struct party party;

    enum outcome outcome = account_find(reader, call, request->account, &party, &account);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = balances_now(reader, call, party, &account, &now);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetBalanceResponse *reply =
        reply_message(call, &beckon__v1__get_balance_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    outcome = balances_message(reader, call, party, &account, &now, &reply->account_balances);
    return outcome == OUTCOME_OK && party.kind == PARTY_MEMBER
               ? fill_worth(reader, call, &now, reply) : outcome;
}

const struct command get_balance = {
    .request = &beckon__v1__get_balance_request__descriptor,
    .reply = &beckon__v1__get_balance_response__descriptor,
    .read = get_balance_read,
};
