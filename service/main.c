/* beckond: wires clock, randomness, store, executor and runtime together, and stops them in order.
 *
 * Start: options -> method table fits the API? -> store (first start: merchant, tokens) -> executor
 * -> runtime -> door: listen, port file -> serve -> "ready".
 * End:   signal -> drain (a second signal or 10 s hasten it) -> due ticker -> executor -> runtime
 *        -> store. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "service/limits.h"
#include "service/main_data.h"
#include "service/main_door.h"
#include "service/main_due.h"
#include "service/main_erase.h"
#include "service/main_hooks.h"
#include "service/main_info.h"
#include "service/main_metrics.h"
#include "service/main_options.h"
#include "service/main_private.h"
#include "service/main_rehearse.h"
#include "service/main_reload.h"
#include "service/main_rotate.h"
#include "service/main_settle.h"
#include "service/main_watchdog.h"
#include "service/ops/clock.h"
#include "service/ops/log.h"
#include "service/ops/process_stats.h"
#include "service/ops/sender.h"
#include "service/ops/systemd.h"
#include "service/ops/ticker.h"
#include "service/rpc/rpc.h"
#include "store/kv.h"

enum {
    MAINTAIN_MS = 1000, STALL_MS = 100, DRAIN_SLICE_MS = 10, HEAPS = 2,
    /* Snapshots beside the pollers': the writer's, two of a long job (verify looks again), the
     * followers', those of four tickers and the hooks, one of /metrics. */
    OWN_READERS = 1 + 2 + 1 + 4 + 1 + 1,
};

static void runtime_log(void *context, const char *level, const char *message, const char *details)
{
    (void)context;
    log_event(level, message, "%s", details);
}

/* The fate of a commit is unknown: nothing may be answered any more. The next start reads what the
 * disk has. */
static void store_fault(void *context, const char *sentence)
{
    (void)context;
    char quoted[LOG_VALUE_BYTES];
    log_event("error", "store fault: stopping", "cause=%s code=%d "
              "remedy=\"look at the disk and the kernel's log, start again, then beckon verify; "
              "writes in progress may be done or not: sent again as they were they count once\"",
              log_quote(sentence, quoted), EXIT_FAULT);
    _exit(EXIT_FAULT);
}

struct maintained { struct store *store; const char *data; bool full; };

/* Says once that the store takes no more writes, and once that it does again. */
static void tell_room(struct maintained *maintained)
{
    enum { MIB = 1 << 20 };
    struct kv_usage usage;
    kv_usage(store_kv(maintained->store), &usage);
    if (usage.full == maintained->full)
        return;
    maintained->full = usage.full;
    log_event(usage.full ? "error" : "info",
              usage.full ? "store full: writes are refused" : "store has room again",
              "used_mib=%llu free_within_mib=%llu map_mib=%llu disk_free_mib=%llu%s",
              (unsigned long long)(usage.used_bytes / MIB),
              (unsigned long long)(usage.free_bytes / MIB),
              (unsigned long long)(usage.map_bytes / MIB),
              (unsigned long long)(process_disk_free(maintained->data) / MIB),
              usage.full ? " remedy=\"make room on the disk; or, where the map is full, start with "
                           "a larger store-map; reads go on\"" : "");
}

static void maintain(void *context)
{
    struct maintained *maintained = context;
    tell_room(maintained); /* first: what was full is tried again from then on */
    kv_maintain(store_kv(maintained->store));
    rehearse_clean(maintained->data);
}

static void cut_stalled(void *context)
{
    rpc_maintain(context);
}

static int print_methods(void)
{
    size_t count;
    const struct method *methods = method_table(&count);
    static const char *const kinds[] = {
        [METHOD_UNARY] = "unary", [METHOD_STREAM] = "stream", [METHOD_BIDI] = "bidi"};
    printf("path\tkind\troles\n");
    for (size_t i = 0; i < count; i++) {
        printf("%s\t%s\t", methods[i].path, kinds[methods[i].kind]);
        const char *comma = "";
        for (int role = 0; role < ROLE_COUNT; role++)
            if (methods[i].roles & METHOD_ROLE(role)) {
                printf("%s%s", comma, METHOD_ROLE_NAMES[role]);
                comma = ",";
            }
        printf("\n");
    }
    return fflush(stdout) == 0 ? EXIT_OK : EXIT_FAILED;
}

/* Every connection is a descriptor: take what the system lets us have. */
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Signals are taken by main alone; every thread started later inherits the block. *ret_stop are
 * those that end. */
static void block_signals(sigset_t *ret_stop)
{
    sigset_t reload;
    sigemptyset(ret_stop);
    sigaddset(ret_stop, SIGTERM);
    sigaddset(ret_stop, SIGINT);
    pthread_sigmask(SIG_BLOCK, ret_stop, NULL);
    sigemptyset(&reload);
    sigaddset(&reload, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &reload, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is a full disk, no reason to die */
}

/* The parts that take settings while they serve. */
struct parts { struct rpc *rpc; struct door *door; };

/* Gives the parts what may change while serving: at the start, and after a SIGHUP whose settings
 * were good. */
static void apply_settings(const struct options *options, const struct parts *parts)
{
    log_set_level(options->log_level);
    rpc_set_log(parts->rpc, options->log_level >= LOG_LEVEL_DEBUG, options->log_slow_ms);
}

/* Serves until a signal ends it; SIGHUP reads the settings again. */
static void wait_for_the_end(struct reload *reload, const struct parts *parts,
                             const sigset_t *stop)
{
    sigset_t all = *stop;
    sigaddset(&all, SIGHUP);
    for (;;) {
        int number = 0;
        sigwait(&all, &number);
        log_event("info", "signal", "name=SIG%s", sigabbrev_np(number));
        if (number != SIGHUP)
            return;
        systemd_notify_reloading();
        if (reload_read(reload)) {
            apply_settings(reload->options, parts);
            main_door_certify(parts->door, reload->options); /* its files may have changed */
        }
        systemd_notify("READY=1");
    }
}

static void drain(struct rpc *rpc, struct door *door, const sigset_t *signals)
{
    struct timespec slice = {.tv_nsec = DRAIN_SLICE_MS * 1000000L};
    bool hastened = false;
    log_event("info", "draining", "connections=%u", door_connection_count(door));
    door_stop(door);
    rpc_drain(rpc);
    for (unsigned waited_ms = 0; !rpc_drained(rpc, door_connection_count(door));
         waited_ms += DRAIN_SLICE_MS) {
        bool again = sigtimedwait(signals, NULL, &slice) > 0;
        if (hastened || (!again && waited_ms < LIMIT_DRAIN_MS))
            continue;
        log_event("warn", "cancelling calls", "after_ms=%u", waited_ms);
        rpc_hasten(rpc);
        hastened = true;
    }
}

/* Serves until a signal; the store is open. `sender` may be NULL. */
static int serve(struct reload *reload, struct store *store, struct sender *sender,
                 const sigset_t *signals)
{
    const struct options *options = reload->options;
    struct executor_clock clock = clock_system();
    struct info info = {.started_at = clock.now_ms(clock.context), .data = options->data,
                        .sms_file = options->sms_file != NULL,
                        .sms_hook = options->sms_hook != NULL};
    struct executor *executor = executor_start(&(struct executor_options){
        .store = store, .clock = clock, .fault = store_fault,
        .look = info_look, .look_context = &info,
        .notify = sender != NULL ? sender_notify : NULL, .notify_context = sender});
    struct rpc_options rpc_options = {.executor = executor, .clock = clock, .log = runtime_log};
    rpc_options.methods = method_table(&rpc_options.method_count);
    struct rpc *rpc;
    char message[RPC_MESSAGE_BYTES];
    if (!rpc_open(&rpc_options, &rpc, message)) {
        log_event("error", "runtime not started", "cause=\"%s\"", message);
        executor_stop(executor);
        return EXIT_FAILED;
    }
    struct maintained maintained = {.store = store, .data = options->data};
    struct ticker *ticker = ticker_start(MAINTAIN_MS, maintain, &maintained);
    struct ticker *stalls = ticker_start(STALL_MS, cut_stalled, rpc);
    struct due_ticker *due = due_ticker_start(executor, store, clock);
    struct settle_ticker *settle = settle_ticker_start(executor, store);
    struct erase_ticker *erase = erase_ticker_start(executor, store);
    struct hooks *hooks = hooks_start(options, executor, store, clock);
    struct rotate_ticker *rotate = rotate_ticker_start(executor, store);
    struct door *door = main_door_open(rpc, runtime_log, NULL);
    struct parts parts = {.rpc = rpc, .door = door};
    info.due = due;
    info.door = door;
    apply_settings(options, &parts);
    rpc_serve(rpc);
    struct metrics *metrics = NULL;
    struct main_watchdog *watchdog = NULL;
    int code = hooks != NULL ? main_door_listen(door, options) : EXIT_FAILED;
    if (code == EXIT_OK && !metrics_start(options, &(struct metrics_parts){
            .data = options->data, .rpc = rpc, .executor = executor, .clock = clock,
            .store = store, .door = door, .hooks = hooks, .sender = sender}, &metrics))
        code = EXIT_LISTEN;
    if (code == EXIT_OK) {
        watchdog = main_watchdog_start(door, rpc, options);
        systemd_notify("READY=1");
        log_event("info", "ready", "pid=%d version=%s", (int)getpid(), BECKON_VERSION);
        wait_for_the_end(reload, &parts, signals);
    }
    main_watchdog_stop(watchdog);
    systemd_notify("STOPPING=1");
    drain(rpc, door, signals);
    metrics_stop(metrics);
    if (hooks != NULL)
        hooks_stop(hooks);
    rotate_ticker_stop(rotate);
    erase_ticker_stop(erase);
    settle_ticker_stop(settle);
    due_ticker_stop(due);
    ticker_stop(stalls); /* it looks at the executor, too */
    executor_stop(executor);
    rpc_close(rpc);
    door_close(door);
    ticker_stop(ticker);
    log_event("info", "stopped", "code=%d", code);
    return code;
}

/* The sender, where messages can be sent; *ret stays NULL where they can't. */
static bool start_sender(const struct options *options, struct sender **ret)
{
    struct sender_options sinks = {.file = options->sms_file, .hook = options->sms_hook,
                                   .hook_secret_file = options->sms_hook_secret};
    char message[SENDER_MESSAGE_BYTES], quoted[LOG_VALUE_BYTES];
    if (sinks.file == NULL && sinks.hook == NULL)
        return true;
    *ret = sender_start(&sinks, message);
    if (*ret == NULL)
        log_event("error", "sender not started", "cause=%s", log_quote(message, quoted));
    return *ret != NULL;
}

static int run(struct reload *reload)
{
    const struct options *options = reload->options;
    char message[METHOD_MESSAGE_BYTES];
    size_t count;
    const struct method *methods = method_table(&count);
    if (!method_table_check(methods, count, message)) {
        log_event("error", "method table does not fit the API", "cause=\"%s\"", message);
        return EXIT_FAILED;
    }
    log_set_level(options->log_level);
    sigset_t signals;
    block_signals(&signals);
    raise_descriptors();
    mallopt(M_ARENA_MAX, HEAPS); /* a heap per thread would only grow the process */
    struct store *store;
    struct sender *sender = NULL;
    if (!start_sender(options, &sender))
        return EXIT_FAILED;
    int code = EXIT_DATA;
    if (data_open(options, LIMIT_POLLERS + OWN_READERS, &store)) {
        code = serve(reload, store, sender, &signals);
        store_close(store);
    }
    if (sender != NULL)
        sender_stop(sender);
    return code;
}

/* How a job ends that only prints. */
static int told(void)
{
    return fflush(stdout) == 0 ? EXIT_OK : EXIT_FAILED;
}

static int do_job(struct reload *reload)
{
    const struct options *options = reload->options;
    const struct settings_program *program = options_program();
    if (!options->core_dumps)
        keep_memory_private();
    secret_init();
    switch (options->job) {
    case OPTIONS_HELP: settings_print_help(program, stdout); return told();
    case OPTIONS_VERSION: puts("beckond " BECKON_VERSION); return told();
    case OPTIONS_MAN: settings_print_man(program, stdout); return told();
    case OPTIONS_SAMPLE: settings_print_sample(program, stdout); return told();
    case OPTIONS_CHECK:
        settings_print_values(program, options, &options->origins, stdout);
        settings_print_ignored(program, reload->environment, stdout);
        return told();
    case OPTIONS_METHODS: return print_methods();
    case OPTIONS_RESTORE: return data_restore(options) ? EXIT_OK : EXIT_FAILED;
    case OPTIONS_REHEARSE: return rehearse(options) ? EXIT_OK : EXIT_FAILED;
    case OPTIONS_SERVE: return run(reload);
    }
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct options options;
    struct settings_error error;
    if (!options_read(argc, argv, environ, &options, &error)) {
        fprintf(stderr, "beckond: %s\n", error.text);
        return EXIT_USAGE;
    }
    struct reload reload = {
        .argc = argc, .argv = argv, .environment = environ, .options = &options};
    int code = do_job(&reload);
    reload_free(&reload);
    settings_free(&options.texts);
    return code;
}
