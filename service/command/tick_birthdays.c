/* The ticker's command for birthdays: tells those its walk found, and moves the mark.
 *
 * What it found is some moments old: who has been erased or has withdrawn her consent since is left
 * out, and a portion of a pass that has gone on without it does nothing. */
#include "beckon/internal/tick.pb-c.h"
#include "service/command/birthday.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/reply.h"
#include "store/accounts.h"

typedef Beckon__Internal__TickBirthdaysRequest tick_request;

/* Is the mark where the walk began? Before the first portion there is none of this pass. */
static enum store_result check_mark(struct reader *reader, const tick_request *request,
                                    bool *ret_same)
{
    struct birthdays known;
    enum store_result result = birthdays_get(reader, &known);

    if (result == STORE_ABSENT) *ret_same = request->after_member == 0;
    else if (result != STORE_OK) return result;
    else if (known.until > known.through)
        *ret_same = known.through == request->through && known.until == request->until &&
                    known.member == request->after_member;
    else *ret_same = known.through <= request->through && request->after_member == 0;
    return STORE_OK;
}

/* Reads who of them is still to be greeted. */
static enum store_result load(struct reader *reader, const tick_request *request,
                              const struct birthdays *birthdays,
                              business_date ret_dates[BIRTHDAYS_TOLD_MAX])
{
    bool need = false;

    for (size_t i = 0; i < request->n_members; i++) {
        struct party party = {PARTY_MEMBER, request->members[i]};
        struct account account;
        ret_dates[i] = DATE_NEVER;
        enum store_result result = accounts_get(reader, party, &account);
        if (result == STORE_OK && account.status == ACCOUNT_ACTIVE)
            result = birthday_of(reader, birthdays, party.number, &ret_dates[i]);
        if (result == STORE_NEED) need = true; /* all that is wanted is fetched together */
        else if (result == STORE_FAULT) return result;
    }
    return need ? STORE_NEED : STORE_OK;
}

static enum outcome tick_birthdays_write(struct batch *batch, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    const tick_request *request = (const tick_request *)call->request;
    struct birthdays birthdays = {request->through, request->until, request->member};
    business_date dates[BIRTHDAYS_TOLD_MAX];
    bool same;

    if (request->n_members > BIRTHDAYS_TOLD_MAX || request->until <= request->through)
        return OUTCOME_VALUE_INVALID;
    Beckon__Internal__TickBirthdaysResponse *reply =
        reply_message(call, &beckon__internal__tick_birthdays_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    enum store_result result = check_mark(&batch->reader, request, &same);
    if (result == STORE_OK && same) result = load(&batch->reader, request, &birthdays, dates);
    if (result != STORE_OK || !same) return command_outcome(result, OUTCOME_STORE_DAMAGED);

    /* From here on nothing is refused. */
    for (size_t i = 0; i < request->n_members; i++) {
        if (dates[i] == DATE_NEVER) continue;
        events_tell(batch, &(struct told_event){
            .kind = TOLD_MEMBER_BIRTHDAY, .party = {PARTY_MEMBER, request->members[i]},
            .date = dates[i]});
        reply->told++;
    }
    if (request->done) birthdays = (struct birthdays){request->until, request->until, 0};
    birthdays_put(batch, &birthdays);
    return OUTCOME_OK;
}

const struct command tick_birthdays = {
    .request = &beckon__internal__tick_birthdays_request__descriptor,
    .reply = &beckon__internal__tick_birthdays_response__descriptor,
    .write = tick_birthdays_write,
};
