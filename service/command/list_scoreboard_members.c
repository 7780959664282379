/* Lists the members behind a guide's figure, by number. Whom he serves no longer he sees without
 * name and phone. */
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/member_message.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/scoreboard_member.h"
#include "service/limits.h"
#include "store/guides.h"

/* Members looked at for one page: a page may be short where few are behind the figure. */
enum { LOOKED_AT_MAX = 2 * LIMIT_PAGE, PORTION = 64 };

struct looking {
    struct scoring scoring;
    enum score_kpi kpi;
    uint32_t guide, after;
    bool ended;
};

static bool tell_dates(struct command_call *call, const struct looking *looking,
                       const struct account *account, Beckon__V1__ScoreboardMember *message)
{
    business_date until = account->registered_on + KPI_ACTIVATION_DAYS;

    message->registered_date = reply_date(call, account->registered_on);
    message->first_purchase_date = reply_date(call, account->first_day);
    if (message->registered_date == NULL || message->first_purchase_date == NULL) return false;
    if (looking->kpi != SCORE_NEW_MEMBERS || account->first_day <= until ||
        until < looking->scoring.today)
        return true;
    message->activation_until_date = reply_date(call, until);
    return message->activation_until_date != NULL;
}

/* Masked as everywhere; nothing of members whom a guide serves no longer. */
static enum outcome tell_person(struct reader *reader, struct command_call *call, uint32_t member,
                                const struct account *account,
                                Beckon__V1__ScoreboardMember *message)
{
    Beckon__V1__Member *known;

    enum outcome outcome = member_load_message(reader, call, member, account, &known);
    if (outcome != OUTCOME_OK) return outcome;
    if (call->principal.role == ROLE_GUIDE &&
        known->serving_guide != call->principal.party.number)
        return OUTCOME_OK;
    message->name = known->name;
    message->phone = known->phone;
    return OUTCOME_OK;
}

static enum outcome add_member(struct reader *reader, struct command_call *call, uint32_t member,
                               const struct looking *looking,
                               Beckon__V1__ListScoreboardMembersResponse *reply)
{
    struct counted_member counted;
    struct account account;

    enum store_result result =
        accounts_get(reader, (struct party){PARTY_MEMBER, member}, &account);
    if (result == STORE_OK)
        result = scoreboard_member_count(reader, looking->guide, &looking->scoring.window,
                                         looking->kpi, member, &account, &counted);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    if (!counted.counts) return OUTCOME_OK;
    Beckon__V1__ScoreboardMember *message =
        reply_message(call, &beckon__v1__scoreboard_member__descriptor);
    if (message == NULL || !tell_dates(call, looking, &account, message)) return OUTCOME_BUSY;
    message->member_number = member;
    message->purchase_days = counted.purchase_days;
    message->purchases = counted.purchases;
    message->sales_minor = looking->kpi == SCORE_SALES ? counted.sales_minor : 0;
    reply->members[reply->n_members++] = message;
    return tell_person(reader, call, member, &account, message);
}

static enum outcome look(struct reader *reader, struct command_call *call, size_t size,
                         struct looking *looking, Beckon__V1__ListScoreboardMembersResponse *reply)
{
    for (size_t looked_at = 0; looked_at < LOOKED_AT_MAX && !looking->ended;
         looked_at += PORTION) {
        uint32_t members[PORTION];
        size_t count;
        enum outcome outcome = command_outcome(
            members_of_guide_list(reader, looking->guide, looking->after, members, PORTION, &count),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count; i++) {
            if (reply->n_members == size) return OUTCOME_OK;
            outcome = add_member(reader, call, members[i], looking, reply);
            if (outcome != OUTCOME_OK) return outcome;
            looking->after = members[i];
        }
        looking->ended = count < PORTION;
    }
    return OUTCOME_OK;
}

static enum outcome read_request(struct reader *reader, struct command_call *call,
                                 const Beckon__V1__ListScoreboardMembersRequest *request,
                                 struct looking *ret)
{
    struct account account;

    enum outcome outcome =
        scoreboard_guide(reader, call, request->guide_number, &ret->guide, &account);
    if (outcome == OUTCOME_OK)
        outcome =
            scoreboard_window(reader, call, request->span, request->date, false, &ret->scoring);
    if (outcome == OUTCOME_OK)
        outcome = scoreboard_kpi(call, request->kpi, ret->scoring.window.span, &ret->kpi);
    if (outcome != OUTCOME_OK) return outcome;
    if (ret->kpi == SCORE_POINTS_EARNED || ret->kpi == SCORE_CASH_EARNED)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "kpi",
                           "NEW_MEMBERS, ACTIVATED_MEMBERS, INHERITED_MEMBERS, "
                           "HANDED_OVER_MEMBERS, REPURCHASE_RATE, SALES, PURCHASES");
    return OUTCOME_OK;
}

static enum outcome list_scoreboard_members_read(struct reader *reader, struct command_call *call,
                                                 ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListScoreboardMembersRequest *request =
        (const Beckon__V1__ListScoreboardMembersRequest *)call->request;
    struct looking looking = {.ended = false};
    struct page page;

    enum outcome outcome = object_caller_employed(reader, call);
    if (outcome == OUTCOME_OK) outcome = read_request(reader, call, request, &looking);
    if (outcome != OUTCOME_OK) return outcome;
    uint64_t filter = scoreboard_filter(&looking.scoring.window, looking.guide, looking.kpi);
    outcome = page_read(call, reader->store, "scoreboard members", filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    looking.after = (uint32_t)page_cursor_number(&page);
    Beckon__V1__ListScoreboardMembersResponse *reply =
        reply_message(call, &beckon__v1__list_scoreboard_members_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->members = reply_alloc(call, page.size * sizeof *reply->members);
    reply->as_of = reply_time(call, call->now_ms);
    if (reply->members == NULL || reply->as_of == NULL) return OUTCOME_BUSY;
    outcome = look(reader, call, page.size, &looking, reply);
    if (outcome != OUTCOME_OK) return outcome;
    if (!looking.ended) {
        reply->next_page_token = page_next_number(call, reader->store, "scoreboard members",
                                                  filter, looking.after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    call->seen.party = (struct party){PARTY_GUIDE, looking.guide};
    call->seen.row_count = (uint32_t)reply->n_members;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_scoreboard_members = {
    .request = &beckon__v1__list_scoreboard_members_request__descriptor,
    .reply = &beckon__v1__list_scoreboard_members_response__descriptor,
    .read = list_scoreboard_members_read,
    .audited = AUDIT_LIST_SCOREBOARD_MEMBERS,
    .note = audit_note_list,
};
