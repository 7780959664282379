/* The writer: takes what waits, lets turn.c make one batch of it, and answers.
 *
 * While the disk works for one turn (committer.c), the next one runs over it, gathering what comes
 * until that commit has ended; then the first one's works are answered and the next is committed.
 * One that holds more than records, and one alone with nobody behind it, is committed here.
 * A commit that fails: what ran over it runs again (turn_undo), nobody was told of it.
 *
 * A turn holds either reserve phases (merchant 0 alone) or writes. Reserve phases go first, since
 * their writes are then ahead of what waits, and run over nothing. Of the writes, imports come
 * first in the batch but get at most their share, so that neither lane starves the other. */
#include <assert.h>

#include "service/executor/executor_inner.h"
#include "service/limits.h"
#include "store/kv.h"

enum {
    REST_AFTER_MS = 200, /* longer than the pauses of a shop that is busy */
    REST_BETWEEN_MS = 1, /* so that readers and the disk have room */
};

static_assert(LIMIT_SLOW_LANE_FLOOR < BATCH_COMMAND_MAX / LIMIT_SLOW_LANE_SHARE, "floor < share");

/* Moves works of a lane into the turn while it has place for `command_max` commands in all. */
static void gather_lane(struct executor *executor, enum lane lane, size_t command_max)
{
    struct turn *turn = executor->turn;
    struct executor_clock *clock = &executor->options.clock;
    uint64_t now_ms = clock->monotonic_ms(clock->context);
    size_t count = turn->entry_count;
    while (turn->command_count < command_max && executor->lanes[lane].head != NULL) {
        if (turn->entry_count == 0) count_turn_begun(executor);
        struct work *work = work_list_pop(&executor->lanes[lane]);
        executor->writes.lane_waiting[lane]--;
        size_t rows = lane == LANE_RESERVE ? 1 : work->row_count - work->row_next;
        size_t place = command_max - turn->command_count;
        if (rows > place) rows = place;
        /* A work that was begun, by a row or its reserve phase, is not given up half-way. */
        bool expired = work->deadline_ms != 0 && !work->begun && now_ms > work->deadline_ms;
        turn_add(turn, work, rows, expired);
    }
    queue_began(&executor->writes, turn->entry_count - count);
}

/* How many commands of a batch imports may have: all when nobody else waits. */
static size_t slow_share(const struct executor *executor)
{
    size_t fast = executor->lanes[LANE_FAST].count;
    if (fast == 0) return BATCH_COMMAND_MAX;
    size_t share = fast / (LIMIT_SLOW_LANE_SHARE - 1);
    size_t most = BATCH_COMMAND_MAX / LIMIT_SLOW_LANE_SHARE;
    if (share < LIMIT_SLOW_LANE_FLOOR) share = LIMIT_SLOW_LANE_FLOOR;
    return share < most ? share : most;
}

static void count_turn(struct executor *executor, const struct turn *turn)
{
    size_t command_count = 0;
    for (size_t i = 0; i < turn->entry_count; i++) {
        const struct turn_entry *entry = &turn->entries[i];
        if (entry->state != TURN_RAN) continue;
        command_count += entry->row_end - entry->work->row_next;
        if (entry->work->outcome != OUTCOME_OK) command_count++; /* the row that was refused */
    }
    count_batch(executor, command_count);
}

/* Does the work go on in a later turn? Then it is in its lane again, at the front. */
static bool goes_on(struct executor *executor, struct turn_entry *entry)
{
    struct work *work = entry->work;
    if (entry->state == TURN_EXPIRED) return false;
    if (entry->state == TURN_RAN) {
        work->begun = true;
        if (work->outcome != OUTCOME_OK) return false;
        if (work->lane == LANE_RESERVE) {
            work->lane = work->command->row_count != NULL ? LANE_SLOW : LANE_FAST;
        } else {
            work->row_next = entry->row_end;
            if (work->row_next == work->row_count) return false;
        }
    }
    work_list_push_front(&executor->lanes[work->lane], work);
    executor->writes.lane_waiting[work->lane]++;
    return true;
}

/* What was committed leaves: a notice, then the answer the caller is told. */
static void conclude(struct executor *executor, struct work *work)
{
    const struct executor_options *options = &executor->options;
    if (work->outcome == OUTCOME_OK && work->call.notice.filled && options->notify != NULL)
        options->notify(options->notify_context, &work->call.notice);
    if (work->outcome == OUTCOME_OK) work->outcome = work->call.told;
    if (work->outcome != OUTCOME_OK) executor->refusals++;
}

/* A stream whose note is committed goes to the thread of long work; false: it is answered. */
static bool streams_on(struct executor *executor, struct work *work)
{
    if (work->command->stream == NULL || work->outcome != OUTCOME_OK) return false;
    work->outcome = queue_push(&executor->long_jobs, work);
    return work->outcome == OUTCOME_OK;
}

/* Puts back what goes on, backwards so that the order stays; the others are answered in order. */
static void answer(struct executor *executor, struct turn *turn)
{
    size_t put_back = 0;
    count_turn(executor, turn);
    for (size_t i = turn->entry_count; i-- > 0;) {
        if (!goes_on(executor, &turn->entries[i])) continue;
        turn->entries[i].work = NULL;
        put_back++;
    }
    queue_put_back(&executor->writes, put_back);
    struct work_list answered = {0};
    for (size_t i = 0; i < turn->entry_count; i++) {
        struct work *work = turn->entries[i].work;
        if (work == NULL || streams_on(executor, work)) continue;
        assert(work->outcome != OUTCOME_OK || work->reply != NULL);
        assert(work->outcome != OUTCOME_AGAIN);
        conclude(executor, work);
        work_list_push_back(&answered, work);
    }
    turn->entry_count = 0;
    replies_give(&executor->replies, &answered);
}

/* ---- turns ----------------------------------------------------------------------------------- */

static void end(struct executor *executor, struct turn *turn)
{
    turn_settle(executor, turn);
    answer(executor, turn);
    turn_empty(turn);
    count_turn_ended(executor);
}

/* The flight's commit has ended. */
static void land(struct executor *executor)
{
    struct turn *landed = executor->flight;
    executor->flight = NULL;
    if (landed->result != STORE_OK) turn_undo(executor->turn);
    end(executor, landed);
}

/* Answers what isn't on disk, as no service of ours does. */
static void commit_late(struct executor *executor, struct turn *turn)
{
    answer(executor, turn);
    turn_commit(executor, turn);
    if (turn->result != STORE_OK) turn->result = STORE_FAULT;
    end(executor, turn);
}

static bool reserves(const struct turn *turn)
{
    return turn->entry_count > 0 && turn->entries[0].work->lane == LANE_RESERVE;
}

/* Is it worth another thread? Not for one till alone; and reserve phases' writes go ahead of what
 * waits. */
static bool should_fly(const struct executor *executor, const struct turn *turn)
{
    bool alone = turn->entry_count == 1 && executor->writes.waiting == 0;
    return turn->writes && !alone && !reserves(turn);
}

/* All of the turn has run, and nothing is in flight. */
static void commit(struct executor *executor)
{
    struct turn *turn = executor->turn;
    bool may_fly = turn_close(turn);
    if (executor->options.reply_before_commit) {
        commit_late(executor, turn);
    } else if (may_fly && should_fly(executor, turn)) {
        executor->flight = turn;
        executor->turn = turn == executor->turns ? turn + 1 : turn - 1;
        committer_give(&executor->committer, turn);
    } else {
        turn_commit(executor, turn);
        end(executor, turn);
    }
}

/* Which lane may be gathered from now? LANE_COUNT: none. */
static enum lane open_lane(const struct executor *executor)
{
    const struct turn *turn = executor->turn;
    bool empty = turn->entry_count == 0;
    if (executor->lanes[LANE_RESERVE].head != NULL)
        return empty && executor->flight == NULL ? LANE_RESERVE : LANE_COUNT;
    if (turn->full || turn->command_count == BATCH_COMMAND_MAX) return LANE_COUNT;
    if (reserves(turn)) return LANE_COUNT;
    if (empty && executor->lanes[LANE_SLOW].head != NULL) return LANE_SLOW;
    return executor->lanes[LANE_FAST].head != NULL ? LANE_FAST : LANE_COUNT;
}

/* Gathers what it may, and runs what hasn't run. */
static void gather(struct executor *executor)
{
    struct turn *turn = executor->turn;
    enum lane lane = open_lane(executor);
    if (lane == LANE_RESERVE) {
        gather_lane(executor, LANE_RESERVE, BATCH_COMMAND_MAX);
    } else if (lane != LANE_COUNT) {
        if (lane == LANE_SLOW) gather_lane(executor, LANE_SLOW, slow_share(executor));
        gather_lane(executor, LANE_FAST, BATCH_COMMAND_MAX);
    }
    if (turn->ran_count < turn->entry_count) turn_run(executor, turn, executor->flight);
}

/* While nobody wants anything, what is in the store's buffer goes on into its tree, step by step.
 * So a start after a quiet moment finds nothing to do, and no journal (and no backup) keeps for
 * long what an erasure took out of the tree, such as whose a phone's hash was: a shop that never
 * rests fills its buffer within hours, and then again. */
static void rest(struct executor *executor)
{
    bool more = true;
    unsigned wait_ms = REST_AFTER_MS;
    while (more && queue_rests(&executor->writes, wait_ms)) {
        enum store_result result = kv_rest(store_kv(executor->options.store), &more);
        if (result == STORE_FAULT)
            turn_fault(executor, "What was committed can't be moved into the tree.");
        if (result != STORE_OK) return; /* full: the next commit is refused, and says so */
        wait_ms = REST_BETWEEN_MS;
    }
}

/* Takes what came; waits where there is nothing to do. False: it is the end. */
static bool take(struct executor *executor)
{
    bool works = executor->turn->entry_count > 0 || executor->flight != NULL;
    bool idle = open_lane(executor) == LANE_COUNT;
    if (!works && idle) rest(executor);
    bool flies = executor->flight != NULL && !committer_ended(&executor->committer);
    bool waits = idle && (flies || !works);
    bool stops = !queue_take(&executor->writes, executor->lanes, waits);
    if (stops && executor->flight != NULL) committer_wait(&executor->committer);
    return !stops || works || !idle;
}

void *writer_main(void *argument)
{
    struct executor *executor = argument;
    while (take(executor)) {
        gather(executor);
        if (executor->flight != NULL && committer_ended(&executor->committer)) land(executor);
        if (executor->flight == NULL && executor->turn->entry_count > 0) {
            gather(executor); /* what was undone */
            commit(executor);
        }
    }
    return NULL;
}
