/* Lists a guide's targets with what is reached of each, by span, date and figure. */
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/scoreboard.h"

/* Each target adds up to a year of counters. */
enum { TARGETS_PER_PAGE_MAX = 100 };

static enum outcome add_target(struct reader *reader, struct command_call *call,
                               const struct target *target, Beckon__V1__ListTargetsResponse *reply)
{
    struct score_window window = score_window_of(target->name.span, target->name.start);
    struct score score;

    score_want(reader, target->name.guide, &window);
    enum outcome outcome = command_outcome(
        score_get(reader, target->name.guide, &window, &score), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__Target *message = target_message(call, target);
    if (message == NULL) return OUTCOME_BUSY;
    target_progress(message, score_value(&score, target->name.kpi));
    reply->targets[reply->n_targets++] = message;
    return OUTCOME_OK;
}

static enum outcome list_targets_read(struct reader *reader, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListTargetsRequest *request =
        (const Beckon__V1__ListTargetsRequest *)call->request;
    struct target targets[TARGETS_PER_PAGE_MAX];
    struct target_name after = {.guide = 0};
    struct account account;
    struct page page;
    size_t count;

    enum outcome outcome =
        scoreboard_guide(reader, call, request->guide_number, &after.guide, &account);
    if (outcome == OUTCOME_OK)
        outcome = page_read(call, reader->store, "targets", after.guide, request->page_size,
                            request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    if (page.size > TARGETS_PER_PAGE_MAX) page.size = TARGETS_PER_PAGE_MAX;
    if (page.cursor_size == sizeof after) memcpy(&after, page.cursor, sizeof after);
    outcome = command_outcome(targets_list(reader, &after, targets, page.size, &count),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListTargetsResponse *reply =
        reply_message(call, &beckon__v1__list_targets_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->targets = reply_alloc(call, (count + 1) * sizeof *reply->targets);
    if (reply->targets == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        outcome = add_target(reader, call, &targets[i], reply);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (count == page.size) {
        reply->next_page_token = page_next(call, reader->store, "targets", after.guide,
                                           &targets[count - 1].name, sizeof after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_targets = {
    .request = &beckon__v1__list_targets_request__descriptor,
    .reply = &beckon__v1__list_targets_response__descriptor,
    .read = list_targets_read,
};
