/* What a draft program would have cost on recorded history. Writes nothing.
 *
 * Happy path: form -> gather events -> replay them -> close periods -> rows by month -> done. It
 * runs on the long thread, in short snapshots; whoever hangs up ends it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/command/back_test_closes.h"
#include "service/command/back_test_replay.h"
#include "service/command/back_test_snapshot.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/program_form.h"
#include "service/command/reply.h"
#include "service/command/sentence.h"
#include "service/limits.h"
#include "service/rules/civil_date.h"
#include "store/ledger.h"

enum { GATHERED_PER_MESSAGE = 16 }; /* portions */

struct back_test {
    struct replay replay;
    command_emit *emit;
    void *emit_context;
    size_t portions;
    uint64_t until; /* the ledger's time at the beginning: later events are left out */
    bool gone;
};

/* ---- form ------------------------------------------------------------------------------------ */

static enum outcome check_form(struct reader *reader, void *context)
{
    struct back_test *back_test = context;
    struct replay *replay = &back_test->replay;
    struct command_call *call = replay->call;
    const Beckon__V1__BackTestProgramRequest *request =
        (const Beckon__V1__BackTestProgramRequest *)call->request;

    enum outcome outcome = object_merchant(reader, &replay->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_date(call, request->from_date, "from_date", true, DATE_NEVER, &replay->from);
    if (outcome == OUTCOME_OK)
        outcome = form_date(call, request->to_date, "to_date", true, DATE_NEVER, &replay->to);
    if (outcome != OUTCOME_OK) return outcome;
    if (replay->to <= replay->from)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "to_date", "> from_date");
    struct fence fence;
    enum store_result found = fences_get(reader, &fence);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    back_test->until = found == STORE_OK ? fence.time : 0;
    if (request->draft == NULL) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "draft", NULL);
    Beckon__V1__Program draft = *request->draft;
    if (draft.from_date[0] == '\0') draft.from_date = request->from_date;
    return program_form(reader, call, &draft, &replay->draft->program);
}

/* ---- progress -------------------------------------------------------------------------------- */

static bool tell(struct back_test *back_test, uint64_t done, uint64_t total)
{
    Beckon__V1__BackTestProgramResponse message = BECKON__V1__BACK_TEST_PROGRAM_RESPONSE__INIT;

    message.events_done = done;
    message.events_total = total;
    if (!back_test->emit(back_test->emit_context, &message.base)) back_test->gone = true;
    return !back_test->gone;
}

static bool alive(void *context)
{
    struct back_test *back_test = context;
    return back_test->portions++ % GATHERED_PER_MESSAGE != 0 || tell(back_test, 0, 0);
}

/* Asked while periods are closed: all events are done. */
static bool alive_closing(void *context)
{
    struct back_test *back_test = context;
    size_t count = back_test->replay.events.count;

    return back_test->portions++ % GATHERED_PER_MESSAGE != 0 || tell(back_test, count, count);
}

/* Replays a portion; run again, it goes on with the event that has to be fetched for. */
static enum outcome replay_portion(struct reader *reader, void *context)
{
    struct replay *replay = context;
    enum outcome outcome = OUTCOME_OK;
    size_t end = replay->next + LIMIT_BACK_TEST_PORTION;

    if (end > replay->events.count) end = replay->events.count;
    while (outcome == OUTCOME_OK && replay->next < end) outcome = replay_event(reader, replay);
    return outcome;
}

static enum outcome replay_all(struct store *store, struct back_test *back_test)
{
    struct replay *replay = &back_test->replay;
    enum outcome outcome = replay_begin(replay);

    while (outcome == OUTCOME_OK && replay->next < replay->events.count && !back_test->gone) {
        outcome =
            back_test_snapshot(store, replay->call->merchant, replay_portion, replay);
        if (outcome == OUTCOME_OK) tell(back_test, replay->next, replay->events.count);
    }
    return outcome;
}

/* ---- rows ------------------------------------------------------------------------------------ */

enum { MONTH_BYTES = sizeof "9999-12" };

/* One row with the parts its message points to. */
struct row_sent {
    Beckon__V1__BackTestRow row;
    Beckon__V1__BackTestSum draft, recorded;
    char month[MONTH_BYTES];
};

static void fill_sum(const struct back_test_sum *sum, Beckon__V1__BackTestSum *message,
                     Beckon__V1__BackTestSum **ret_field)
{
    beckon__v1__back_test_sum__init(message);
    message->count = sum->count;
    message->posted = sum->posted;
    message->reversed = sum->reversed;
    if (sum->count > 0) *ret_field = message;
}

static void fill_row(const struct back_test_totals *totals, const struct back_test_row *row,
                     struct row_sent *sent)
{
    char date[CIVIL_DATE_BYTES];

    beckon__v1__back_test_row__init(&sent->row);
    civil_date_write(row->month, date);
    memcpy(sent->month, date, MONTH_BYTES - 1);
    sent->month[MONTH_BYTES - 1] = '\0';
    sent->row.rule_id = totals->rule_ids[row->rule];
    sent->row.unit = reply_unit(row->unit);
    sent->row.beneficiary = reply_party_kind(row->kind);
    sent->row.month = sent->month;
    fill_sum(&row->draft, &sent->draft, &sent->row.draft);
    fill_sum(&row->recorded, &sent->recorded, &sent->row.recorded);
}

/* What the figures leave out, told with them. */
static const struct sentence_pair NOTES[] = {
    {"退货按份额冲回每笔奖励，不论规则的退货政策；因核销、欠款抵扣、人工调整或审核作废而腾出的上限额度不计入。",
     "Refunds take back their share of each credit, whatever the return policy; room that netting, "
     "adjustments and voided reviews gave back to caps is not replayed."},
    {"会员资料（生日、性别、属性）和导购本人身份按现在的记录；已注销会员视为未知。",
     "Profiles (birthday, gender, attributes) and who is a guide himself are as they stand today; "
     "those of erased members are not known."},
    {"考核期奖励（PERIOD_CLOSE）按现在的记录计算：考核期结算之后才补录的交易，草案一侧计入，"
     "已发放一侧不计入。",
     "Bonuses of periods are counted from the records as they stand: what was recorded after a "
     "period was closed counts for the draft, but not in what the close gave."},
};
enum { NOTE_COUNT = sizeof NOTES / sizeof NOTES[0] };

/* A portion of rows; the last one, which may be empty, says that it is the end. */
static void send_portion(struct back_test *back_test, Beckon__V1__BackTestProgramResponse *message,
                         bool last)
{
    Beckon__V1__Sentence sentences[NOTE_COUNT], *notes[NOTE_COUNT];

    for (size_t i = 0; i < NOTE_COUNT; i++) {
        beckon__v1__sentence__init(&sentences[i]);
        sentences[i].zh = (char *)NOTES[i].zh; /* packed, never changed */
        sentences[i].en = (char *)NOTES[i].en;
        notes[i] = &sentences[i];
    }
    message->done = last;
    message->events_done = message->events_total = back_test->replay.events.count;
    message->notes = notes;
    message->n_notes = last ? NOTE_COUNT : 0;
    if (!back_test->emit(back_test->emit_context, &message->base)) back_test->gone = true;
}

static enum outcome send_rows(struct back_test *back_test)
{
    struct back_test_totals *totals = &back_test->replay.totals;
    Beckon__V1__BackTestRow *rows[LIMIT_BACK_TEST_ROWS_SENT];
    struct row_sent *sent = calloc(LIMIT_BACK_TEST_ROWS_SENT, sizeof *sent);
    size_t i = 0;

    if (sent == NULL) return OUTCOME_BUSY;
    back_test_totals_sort(totals);
    do {
        Beckon__V1__BackTestProgramResponse message =
            BECKON__V1__BACK_TEST_PROGRAM_RESPONSE__INIT;
        message.rows = rows;
        while (i < totals->row_count && message.n_rows < LIMIT_BACK_TEST_ROWS_SENT) {
            fill_row(totals, &totals->rows[i++], &sent[message.n_rows]);
            rows[message.n_rows] = &sent[message.n_rows].row;
            message.n_rows++;
        }
        send_portion(back_test, &message, i == totals->row_count);
    } while (i < totals->row_count && !back_test->gone);
    free(sent);
    return OUTCOME_OK;
}

/* ---- the way --------------------------------------------------------------------------------- */

static enum outcome run(struct store *store, struct back_test *back_test)
{
    struct replay *replay = &back_test->replay;
    uint32_t merchant = replay->call->merchant;

    enum outcome outcome = back_test_snapshot(store, merchant, check_form, back_test);
    if (outcome != OUTCOME_OK) return outcome;
    for (uint16_t i = 0; i < replay->draft->program.rule_count; i++)
        if (!back_test_totals_rule(&replay->totals, replay->draft->program.rules[i].id,
                                   &replay->draft->rules[i]))
            return OUTCOME_BUSY;
    outcome = back_test_events_gather(store, merchant, back_test->until, alive, back_test,
                                      &replay->events, &back_test->gone);
    if (outcome == OUTCOME_OK && !back_test->gone) outcome = replay_all(store, back_test);
    if (outcome == OUTCOME_OK && !back_test->gone)
        outcome = replay_closes(store, replay, alive_closing, back_test, &back_test->gone);
    if (outcome == OUTCOME_OK && !back_test->gone) outcome = send_rows(back_test);
    return outcome;
}

static enum outcome back_test_program_stream(struct store *store, struct command_call *call,
                                             command_emit *emit, void *emit_context)
{
    struct back_test *back_test = calloc(1, sizeof *back_test);
    struct replay_program *draft = calloc(1, sizeof *draft);
    enum outcome outcome = OUTCOME_BUSY;

    if (back_test != NULL && draft != NULL) {
        back_test->emit = emit;
        back_test->emit_context = emit_context;
        back_test->replay.call = call;
        back_test->replay.draft = draft;
        outcome = run(store, back_test);
        replay_clear(&back_test->replay);
    }
    free(draft);
    free(back_test);
    return outcome; /* a client that has gone hears nothing anyway */
}

const struct command back_test_program = {
    .request = &beckon__v1__back_test_program_request__descriptor,
    .reply = &beckon__v1__back_test_program_response__descriptor,
    .stream = back_test_program_stream,
};
