/* Reads the balances of one member or guide. */
#include "service/command/account_access.h"
#include "service/command/commands.h"
#include "service/command/reply.h"

static enum outcome get_balance_read(struct reader *reader, struct command_call *call,
                                     ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetBalanceRequest *request =
        (const Beckon__V1__GetBalanceRequest *)call->request;
    struct account account;
    struct party party;

    enum outcome outcome = account_find(reader, call, request->account, &party, &account);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetBalanceResponse *reply =
        reply_message(call, &beckon__v1__get_balance_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return balances_message(reader, call, party, &account, &reply->account_balances);
}

const struct command get_balance = {
    .request = &beckon__v1__get_balance_request__descriptor,
    .reply = &beckon__v1__get_balance_response__descriptor,
    .read = get_balance_read,
};
