/* Calls by the clock: call n goes out n / rate seconds after the first, however the service is
 * doing, so that one that stalls is charged for everybody who would have come meanwhile.
 *
 * The timer of gRPC has steps of a millisecond: what falls due within one goes out together. A call
 * that had to wait longer, because all slots were in flight, counts from when it was due. */
#include "tests/bench/load.h"

#include <assert.h>
#include <string.h>

#include <grpc/support/time.h>

enum { STEP_NS = 2000000 };

struct pace {
    struct load *load;
    struct load_call *free[LOAD_IN_FLIGHT_MAX]; /* a stack of slots */
    unsigned free_count;
    uint64_t sent, printed_ns;
};

static uint64_t due_ns(const struct pace *pace)
{
    const struct load *load = pace->load;
    return load->begun_ns + (uint64_t)((double)pace->sent * 1e9 / load->options.rate);
}

static void send_due(struct pace *pace)
{
    uint64_t now = load_now_ns();
    while (pace->free_count > 0 && due_ns(pace) <= now && load_more(pace->load)) {
        struct load_call *call = pace->free[--pace->free_count];
        uint64_t due = due_ns(pace);
        if (!load_send(pace->load, call)) {
            pace->free[pace->free_count++] = call;
            return;
        }
        if (now - due > STEP_NS)
            call->begun_ns = due;
        pace->sent++;
    }
}

static void print_interval(struct pace *pace, uint64_t now)
{
    struct load_report *report = &pace->load->report;
    report->seconds = (double)(now - pace->printed_ns) / 1e9;
    load_report_print(report, &pace->load->options);
    fflush(stdout);
    *report = (struct load_report){.gone = report->gone, .differences = report->differences,
                                   .good_ns = report->good_ns};
    pace->printed_ns = now;
}

void load_run_paced(struct load *load, struct load_call *calls)
{
    static struct pace pace;
    const struct load_options *options = &load->options;
    pace = (struct pace){.load = load, .free_count = options->in_flight};
    for (unsigned i = 0; i < options->in_flight; i++) {
        calls[i].connection = i % options->connections;
        pace.free[i] = &calls[i];
    }
    load->begun_ns = load->report.good_ns = pace.printed_ns = load_now_ns();
    while (load_more(load) || pace.free_count < options->in_flight) {
        send_due(&pace);
        grpc_event event = grpc_completion_queue_next(
            load->queue,
            gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(1, GPR_TIMESPAN)),
            NULL);
        assert(event.type != GRPC_QUEUE_SHUTDOWN);
        if (event.type == GRPC_OP_COMPLETE) {
            load_land(load, event.tag);
            pace.free[pace.free_count++] = event.tag;
        }
        uint64_t now = load_now_ns();
        if (options->every > 0 && (double)(now - pace.printed_ns) >= options->every * 1e9)
            print_interval(&pace, now);
    }
    load->report.seconds = (double)(load_now_ns() - pace.printed_ns) / 1e9;
}
