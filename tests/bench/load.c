/* beckon_load's options and loop. */
#include "tests/bench/load.h"

#include <assert.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <grpc/support/time.h>

enum { TOKEN_BYTES = 256, SHOPS_MAX = 4096 };

static const char USAGE[] =
    "Usage: beckon_load MODE [OPTION]...\n"
    "MODE: empty (health check), purchase, balance, scoreboard (a guide's month), ranking (the\n"
    "best by sales this month and a guide's place), register, mix (of 100 calls 40 purchases, 45\n"
    "balances, 14 scoreboards, 1 registration), or recheck (sends each line of --acks again and\n"
    "expects the identical answer). Prints one JSON object, with --every one a line.\n"
    "  --address A       HOST:PORT or unix:PATH (127.0.0.1:7717)\n"
    "  --token-file F    the token; else $BECKON_TOKEN\n"
    "  --connections N   1..16 (4)\n"
    "  --in-flight N     calls in flight in total, 1..4096 (64)\n"
    "  --seconds S       how long (10, unless --calls is given)\n"
    "  --calls N         how many\n"
    "  --rate N          so many a second by the clock, answered or not; at most --in-flight wait\n"
    "  --every S         with --rate: a report each so many seconds\n"
    "  --members M       member numbers 1..M are asked for (1000)\n"
    "  --guides G        guide numbers 1..G are asked for (1000)\n"
    "  --shops LIST      shop ids, comma between (S01)\n"
    "  --run PREFIX      of receipt numbers; new for each run (R)\n"
    "  --acks FILE       acknowledged purchases: shop receipt member amount answer\n"
    "  --seed N          of the random requests (1)\n"
    "  --deadline MS     of a call (10000)\n"
    "Exit codes: 0 run completed, 1 recheck found differences, 2 usage, 3 the service went away.\n";

static _Noreturn void usage(const char *what)
{
    fprintf(stderr, "beckon_load: %s\n%s", what, USAGE);
    exit(2);
}

static uint64_t number(const char *text, uint64_t least, uint64_t most)
{
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);
    if (end == text || *end != '\0' || value < least || value > most)
        usage(text);
    return value;
}

static double seconds_of(const char *text)
{
    char *end = NULL;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value > 0 && value <= 86400))
        usage(text);
    return value;
}

/* "Bearer TOKEN" from a file or the environment; NULL: none. */
static const char *authorization_read(const char *path)
{
    static char text[TOKEN_BYTES + 8] = "Bearer ";
    char *token = text + strlen(text);
    const char *given = getenv("BECKON_TOKEN");
    if (path) {
        FILE *file = fopen(path, "r");
        if (!file || !fgets(token, TOKEN_BYTES, file))
            usage("the token file can't be read");
        fclose(file);
    } else if (given && given[0] != '\0' && strlen(given) < TOKEN_BYTES) {
        memcpy(token, given, strlen(given) + 1);
    } else {
        return NULL;
    }
    token[strcspn(token, "\r\n")] = '\0';
    return text;
}

static void shops_split(char *list, struct load_options *options)
{
    static const char *shops[SHOPS_MAX];
    options->shops = shops;
    options->shop_count = 0;
    for (char *rest = list; rest && *rest;) {
        char *shop = strsep(&rest, ",");
        if (options->shop_count == SHOPS_MAX || *shop == '\0' || strlen(shop) >= LOAD_TEXT_BYTES)
            usage("--shops");
        shops[options->shop_count++] = shop;
    }
    if (options->shop_count == 0)
        usage("--shops");
}

static enum load_mode mode_of(const char *word)
{
    static const char *const words[] = {"empty",      "purchase", "balance",  "recheck",
                                        "scoreboard", "ranking",  "register", "mix"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i], word) == 0)
            return (enum load_mode)i;
    }
    usage("there is no such mode");
}

static const char *target_of(const char *address)
{
    static char target[320];
    bool plain = strncmp(address, "unix:", 5) != 0;
    int size = snprintf(target, sizeof target, "%s%s", plain ? "ipv4:" : "", address);
    if (size < 0 || (size_t)size >= sizeof target)
        usage("--address");
    return target;
}

static void option_take(struct load_options *options, int option, char *value,
                        const char **ret_token_file, const char **ret_acks)
{
    switch (option) {
    case 'a': options->target = target_of(value); break;
    case 't': *ret_token_file = value; break;
    case 'c': options->connections = (unsigned)number(value, 1, LOAD_CONNECTIONS_MAX); break;
    case 'k': options->in_flight = (unsigned)number(value, 1, LOAD_IN_FLIGHT_MAX); break;
    case 's': options->seconds = seconds_of(value); break;
    case 'n': options->calls = number(value, 1, UINT64_MAX); break;
    case 'R': options->rate = seconds_of(value); break;
    case 'e': options->every = seconds_of(value); break;
    case 'm': options->members = (uint32_t)number(value, 1, UINT32_MAX); break;
    case 'g': options->guides = (uint32_t)number(value, 1, UINT32_MAX); break;
    case 'S': shops_split(value, options); break;
    case 'r': options->run = value; break;
    case 'A': *ret_acks = value; break;
    case 'x': options->seed = number(value, 0, UINT64_MAX); break;
    case 'd': options->deadline_ms = (uint32_t)number(value, 1, 3600000); break;
    case 'h': fputs(USAGE, stdout); exit(0);
    default: usage("there is no such option, or its value is missing");
    }
}

static void options_read(int argc, char **argv, struct load_options *ret_options)
{
    static const struct option known[] = {
        {"address", 1, NULL, 'a'},   {"token-file", 1, NULL, 't'}, {"connections", 1, NULL, 'c'},
        {"in-flight", 1, NULL, 'k'}, {"seconds", 1, NULL, 's'},    {"calls", 1, NULL, 'n'},
        {"members", 1, NULL, 'm'},   {"guides", 1, NULL, 'g'},     {"shops", 1, NULL, 'S'},
        {"run", 1, NULL, 'r'},       {"acks", 1, NULL, 'A'},       {"seed", 1, NULL, 'x'},
        {"deadline", 1, NULL, 'd'},  {"rate", 1, NULL, 'R'},
        {"every", 1, NULL, 'e'},     {"help", 0, NULL, 'h'},       {NULL, 0, NULL, 0},
    };
    static char default_shop[] = "S01";
    struct load_options options = {.connections = 4, .in_flight = 64,
                                   .members = 1000, .guides = 1000,
                                   .run = "R", .seed = 1, .deadline_ms = 10000};
    options.target = target_of("127.0.0.1:7717");
    shops_split(default_shop, &options);
    const char *token_file = NULL, *acks = NULL;
    opterr = 0;
    for (int found; (found = getopt_long(argc, argv, "", known, NULL)) != -1;)
        option_take(&options, found, optarg, &token_file, &acks);
    if (optind + 1 != argc)
        usage("one MODE is needed");
    options.mode = mode_of(argv[optind]);
    if (options.mode != LOAD_RECHECK && options.seconds <= 0 && options.calls == 0)
        options.seconds = 10;
    options.authorization = authorization_read(token_file);
    if (options.mode == LOAD_RECHECK && !acks)
        usage("recheck needs --acks");
    if (acks && !(options.acks = fopen(acks, options.mode == LOAD_RECHECK ? "r" : "a")))
        usage("the --acks file can't be opened");
    *ret_options = options;
}

bool load_more(const struct load *load)
{
    const struct load_options *options = &load->options;
    if (load->report.gone || (options->calls > 0 && load->sequence >= options->calls))
        return false;
    return options->seconds <= 0 ||
           (double)(load_now_ns() - load->begun_ns) < options->seconds * 1e9;
}

static void load_run(struct load *load, struct load_call *calls)
{
    unsigned flying = 0;
    load->begun_ns = load->report.good_ns = load_now_ns();
    for (unsigned i = 0; i < load->options.in_flight && load_more(load); i++) {
        calls[i].connection = i % load->options.connections;
        flying += load_send(load, &calls[i]) ? 1 : 0;
    }
    while (flying > 0) {
        grpc_event event = grpc_completion_queue_next(
            load->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
        assert(event.type == GRPC_OP_COMPLETE);
        struct load_call *call = event.tag;
        load_land(load, call);
        /* Fewer calls than connections take turns; otherwise a call stays on its own. */
        call->connection += load->options.in_flight;
        call->connection %= load->options.connections;
        if (!load_more(load) || !load_send(load, call))
            flying--;
    }
    load->report.seconds = (double)(load_now_ns() - load->begun_ns) / 1e9;
}

int main(int argc, char **argv)
{
    static struct load load;
    options_read(argc, argv, &load.options);
    load.random = load.options.seed;
    struct load_call *calls = calloc(load.options.in_flight, sizeof *calls);
    if (!calls)
        abort();
    grpc_init();
    bool ready = load_open(&load);
    if (ready && load.options.rate > 0)
        load_run_paced(&load, calls);
    else if (ready)
        load_run(&load, calls);
    else
        fprintf(stderr, "beckon_load: no connection to %s\n", load.options.target);
    load.report.gone = load.report.gone || !ready;
    load_close(&load);
    grpc_shutdown();
    for (unsigned i = 0; i < load.options.in_flight; i++)
        free(calls[i].expected);
    free(calls);
    bool written = !load.options.acks || fclose(load.options.acks) == 0;
    load_report_print(&load.report, &load.options);
    if (!written)
        usage("the --acks file can't be written");
    if (load.report.gone)
        return 3;
    return load.report.differences > 0 ? 1 : 0;
}
