/* A server of the runtime alone: a few methods of the API with commands made for the tests, behind
 * the fake executor. Driven by the Python tests of this folder.
 *
 *   rpc_test_server PORT_FILE CALL_MAX [ADDRESS...]
 *
 * GetShop       read; its reply's name is the shop_id; shop_id "STORE_DAMAGED" etc. refuses so;
 *               shop_id "guess" is a code nobody has
 * CreateShop    write; as GetShop without guesses; cost_center "300" makes it take 300 ms; after
 *               500 ms the writer passes for hanging
 * VerifyStore   stream of merchant_number messages of about 20 kB each
 * BackupStore   follows the number of shops made, as `entries` of a VerifyStoreResponse: `path` is
 *               the number the client has; "big" makes messages of 20 kB. A heartbeat says done.
 *               The shop_id "revoke" makes every token invalid, "restore" good again */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <beckon/v1/shop_service.pb-c.h>
#include <beckon/v1/store_service.pb-c.h>

#include "fake_executor.h"
#include "service/door/door.h"
#include "service/rpc/rpc.h"

enum { HEARTBEAT_MS = 700, SLOW_MS = 200, HANGS_MS = 500, MAINTAIN_US = 200,
       HELD_UP_MS = 2 };

/* Of the thread that maintains: what it reads of the clock is that much older than what others
 * read, as when it is held up behind its look at the clock. */
static _Thread_local uint64_t held_up_ms;

static uint64_t monotonic_ms(void *context)
{
    return FAKE_CLOCK.monotonic_ms(context) - held_up_ms;
}

static void *take(struct command_call *call, size_t size)
{
    return call->arena->alloc(call->arena->allocator_data, size);
}

static enum outcome refuse_as_named(struct command_call *call, const char *name)
{
    for (int outcome = OUTCOME_AGAIN; outcome < OUTCOME_COUNT; outcome++)
        if (strcmp(outcome_info((enum outcome)outcome)->reason, name) == 0) {
            call->refusal = (struct refusal){.field = "shop_id", .allowed = "1..32 bytes"};
            return (enum outcome)outcome;
        }
    return OUTCOME_OK;
}

static enum outcome get_shop_read(struct reader *reader, struct command_call *call,
                                  ProtobufCMessage **ret_reply)
{
    (void)reader;
    const Beckon__V1__GetShopRequest *in = (const void *)call->request;
    call->guessed = strcmp(in->shop_id, "guess") == 0;
    enum outcome outcome = refuse_as_named(call, in->shop_id);
    if (outcome != OUTCOME_OK)
        return outcome;
    Beckon__V1__GetShopResponse *reply = take(call, sizeof *reply);
    Beckon__V1__Shop *shop = take(call, sizeof *shop);
    if (reply == NULL || shop == NULL)
        return OUTCOME_BUSY;
    beckon__v1__get_shop_response__init(reply);
    beckon__v1__shop__init(shop);
    reply->shop = shop;
    shop->name = in->shop_id;
    shop->shop_number = call->principal.role;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static atomic_uint shops_made;
static atomic_bool revoked;

static enum outcome create_shop_write(struct batch *batch, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    (void)batch;
    const Beckon__V1__CreateShopRequest *in = (const void *)call->request;
    if (in->shop == NULL) {
        call->refusal.field = "shop";
        return OUTCOME_FIELD_REQUIRED;
    }
    enum outcome outcome = refuse_as_named(call, in->shop->shop_id);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (strcmp(in->shop->shop_id, "revoke") == 0 || strcmp(in->shop->shop_id, "restore") == 0)
        revoked = strcmp(in->shop->shop_id, "revoke") == 0;
    shops_made++;
    long delay_ms = strtol(in->shop->cost_center, NULL, 10);
    struct timespec delay = {delay_ms / 1000, delay_ms % 1000 * 1000000};
    nanosleep(&delay, NULL);
    Beckon__V1__CreateShopResponse *reply = take(call, sizeof *reply);
    if (reply == NULL)
        return OUTCOME_BUSY;
    beckon__v1__create_shop_response__init(reply);
    reply->shop = in->shop;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static enum outcome verify_stream(struct store *store, struct command_call *call,
                                  command_emit *emit, void *emit_context)
{
    (void)store;
    const Beckon__V1__VerifyStoreRequest *in = (const void *)call->request;
    static uint8_t filler[20000];
    for (uint32_t i = 1; i <= in->merchant_number; i++) {
        Beckon__V1__VerifyStoreResponse message = BECKON__V1__VERIFY_STORE_RESPONSE__INIT;
        message.entries = i;
        message.head = (ProtobufCBinaryData){sizeof filler, filler};
        message.done = i == in->merchant_number;
        if (!emit(emit_context, &message.base)) {
            fprintf(stderr, "stream stopped after %u\n", i);
            return OUTCOME_SHUTTING_DOWN;
        }
    }
    return OUTCOME_OK;
}

static enum outcome shops_follow(struct reader *reader, struct command_call *call,
                                 struct command_place *place, bool heartbeat,
                                 ProtobufCMessage **ret_reply)
{
    (void)reader;
    static uint8_t filler[20000];
    const Beckon__V1__BackupStoreRequest *in = (const void *)call->request;
    uint64_t shops = shops_made;
    if (revoked)
        return OUTCOME_TOKEN_INVALID;
    enum outcome outcome = refuse_as_named(call, in->path);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (!place->begun)
        place->version = strtoull(in->path, NULL, 10);
    place->begun = true;
    if (place->version == shops && !heartbeat)
        return OUTCOME_OK;
    Beckon__V1__VerifyStoreResponse *message = take(call, sizeof *message);
    if (message == NULL)
        return OUTCOME_BUSY;
    beckon__v1__verify_store_response__init(message);
    message->entries = shops;
    message->done = place->version == shops;
    if (strcmp(in->path, "big") == 0)
        message->head = (ProtobufCBinaryData){sizeof filler, filler};
    place->version = shops;
    *ret_reply = &message->base;
    return OUTCOME_OK;
}

static const struct command get_shop_fake = {
    .request = &beckon__v1__get_shop_request__descriptor,
    .reply = &beckon__v1__get_shop_response__descriptor, .read = get_shop_read};
static const struct command create_shop_fake = {
    .request = &beckon__v1__create_shop_request__descriptor,
    .reply = &beckon__v1__create_shop_response__descriptor, .write = create_shop_write};
static const struct command verify_fake = {
    .request = &beckon__v1__verify_store_request__descriptor,
    .reply = &beckon__v1__verify_store_response__descriptor, .stream = verify_stream};
static const struct command follow_fake = {
    .request = &beckon__v1__backup_store_request__descriptor,
    .reply = &beckon__v1__verify_store_response__descriptor, .follow = shops_follow};

static void log_line(void *context, const char *level, const char *message, const char *details)
{
    (void)context;
    fprintf(stderr, "%s %s %s\n", level, message, details);
}

static void port_write(const char *path, unsigned port)
{
    char temporary[512];
    snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *file = fopen(temporary, "w");
    if (file == NULL || fprintf(file, "%u\n", port) < 0 || fclose(file) != 0
        || rename(temporary, path) != 0)
        exit(1);
}

static void adopt(void *context, int fd, const struct door_peer *peer)
{
    struct rpc_peer same = {.forwards = peer->is_local};
    memcpy(same.address, peer->address, sizeof same.address);
    rpc_adopt(context, fd, &same);
}

static void drain(struct rpc *rpc, struct door *door, const sigset_t *signals)
{
    struct timespec slice = {.tv_nsec = 10 * 1000000L};
    door_stop(door);
    rpc_drain(rpc);
    for (int waited = 0; !rpc_drained(rpc, door_connection_count(door)); waited++)
        if (sigtimedwait(signals, NULL, &slice) > 0 || waited == 500)
            rpc_hasten(rpc);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    secret_init();
    struct method methods[4 + METHODS_COMMON_COUNT] = {
        {.path = "/beckon.v1.ShopService/GetShop", .kind = METHOD_UNARY, .command = &get_shop_fake,
         .roles = METHOD_ANYONE},
        {.path = "/beckon.v1.ShopService/CreateShop", .kind = METHOD_UNARY,
         .command = &create_shop_fake, .roles = METHOD_ROLE(ROLE_ADMIN)},
        {.path = "/beckon.v1.StoreService/VerifyStore", .kind = METHOD_STREAM,
         .command = &verify_fake, .roles = METHOD_ANYONE},
        {.path = "/beckon.v1.StoreService/BackupStore", .kind = METHOD_STREAM,
         .command = &follow_fake, .roles = METHOD_ANYONE},
    };
    memcpy(methods + 4, METHODS_COMMON, METHODS_COMMON_COUNT * sizeof *methods);
    struct executor *executor = executor_start(&(struct executor_options){.clock = FAKE_CLOCK});
    struct rpc_options options = {
        .executor = executor, .methods = methods,
        .clock = {.now_ms = FAKE_CLOCK.now_ms, .monotonic_ms = monotonic_ms},
        .method_count = sizeof methods / sizeof methods[0],
        .call_max = (unsigned)strtoul(argv[2], NULL, 10), .log = log_line,
        .heartbeat_ms = HEARTBEAT_MS, .writer_hangs_ms = HANGS_MS,
    };
    struct rpc *rpc;
    char message[RPC_MESSAGE_BYTES];
    unsigned port = 0;
    if (!rpc_open(&options, &rpc, message)) {
        fprintf(stderr, "%s\n", message);
        return 1;
    }
    struct door *door = door_open(&(struct door_options){
        .adopt = adopt, .adopt_context = rpc, .log = log_line});
    bool ok = door_listen(door, argc > 3 ? argv[3] : "127.0.0.1:0", &port, message);
    for (int i = 4; i < argc && ok; i++) {
        unsigned other;
        ok = door_listen(door, argv[i], &other, message);
    }
    if (!ok)
        fprintf(stderr, "%s\n", message);
    if (ok) {
        rpc_set_log(rpc, false, SLOW_MS);
        rpc_serve(rpc);
        door_start(door);
        port_write(argv[1], port);
        held_up_ms = HELD_UP_MS;
        struct timespec rest = {.tv_nsec = MAINTAIN_US * 1000L};
        while (sigtimedwait(&signals, NULL, &rest) < 0)
            rpc_maintain(rpc);
    }
    drain(rpc, door, &signals);
    executor_stop(executor);
    rpc_close(rpc);
    door_close(door);
    fprintf(stderr, "stopped\n");
    return ok ? 0 : 1;
}
