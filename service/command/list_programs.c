/* Lists program versions, ascending: they have no gaps, so a page is a run of numbers.
 * Rules and tiers are left out: a page of the fullest programs is no reply. */
#include "service/command/commands.h"
#include "service/command/page.h"
#include "service/command/program_message.h"
#include "service/command/reply.h"
#include "store/merchants.h"
#include "store/programs.h"

static enum outcome list_programs_read(struct reader *reader, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListProgramsRequest *request =
        (const Beckon__V1__ListProgramsRequest *)call->request;
    struct numbers numbers;
    struct page page;

    enum outcome outcome = page_read(call, reader->store, "programs", 0, request->page_size,
                                     request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(numbers_get(reader, &numbers), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;

    uint64_t after = page_cursor_number(&page), last = numbers.program_version;
    if (last > after + page.size) last = after + page.size;
    Beckon__V1__ListProgramsResponse *reply =
        reply_message(call, &beckon__v1__list_programs_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->programs = reply_alloc(call, (page.size + 1) * sizeof *reply->programs);
    if (reply->programs == NULL) return OUTCOME_BUSY;
    for (uint64_t version = after + 1; version <= last; version++) {
        struct program program;
        outcome = command_outcome(programs_get(reader, (uint32_t)version, &program),
                                  OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        Beckon__V1__Program *message = program_message_head(call, &program);
        if (message == NULL) return OUTCOME_BUSY;
        reply->programs[reply->n_programs++] = message;
    }
    if (last < numbers.program_version) {
        reply->next_page_token = page_next_number(call, reader->store, "programs", 0, last);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_programs = {
    .request = &beckon__v1__list_programs_request__descriptor,
    .reply = &beckon__v1__list_programs_response__descriptor,
    .read = list_programs_read,
};
