/* Long work (verify, backup, exports): streams run one at a time on a thread of their own. */
#include <assert.h>

#include "service/executor/executor_inner.h"

static void run_stream(struct executor *executor, struct work *work)
{
    struct executor_clock *clock = &executor->options.clock;
    if (work->deadline_ms != 0 && clock->monotonic_ms(clock->context) > work->deadline_ms) {
        work->outcome = OUTCOME_DEADLINE_PASSED;
    } else {
        work->call.now_ms = clock->now_ms(clock->context);
        work->outcome = work->command->stream(executor->options.store, &work->call, work->emit,
                                              work->context);
        assert(work->outcome != OUTCOME_AGAIN);
    }
    work->done(work);
}

void *long_jobs_main(void *argument)
{
    struct executor *executor = argument;
    struct work_list lists[LANE_COUNT] = {0};
    while (queue_take(&executor->long_jobs, lists, true)) {
        struct work *work;
        while ((work = work_list_pop(&lists[LANE_FAST])) != NULL) {
            run_stream(executor, work);
            queue_began(&executor->long_jobs, 1); /* a running one counts as waiting */
        }
    }
    return NULL;
}
