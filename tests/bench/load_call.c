/* Connections and calls. Every grpc_ function of the load client is used here or in main's loop. */
#include "tests/bench/load.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <grpc/support/time.h>

#include "beckon/v1/ledger_service.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"
#include "beckon/v1/purchase_service.pb-c.h"
#include "beckon/v1/scoreboard_service.pb-c.h"
#include "grpc/health/v1/health.pb-c.h"

enum { READY_SECONDS = 10, AMOUNT_MAX = 100000, ACK_LINE_BYTES = 16384 };

uint64_t load_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* splitmix64: cheap, and the same seed asks the same again. */
static uint64_t random_next(struct load *load)
{
    uint64_t z = load->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static bool channel_ready(struct load *load, grpc_channel *channel)
{
    gpr_timespec until = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                      gpr_time_from_seconds(READY_SECONDS, GPR_TIMESPAN));
    grpc_connectivity_state state = grpc_channel_check_connectivity_state(channel, 1);
    while (state != GRPC_CHANNEL_READY) {
        grpc_channel_watch_connectivity_state(channel, state, until, load->queue, NULL);
        grpc_event event = grpc_completion_queue_next(
            load->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
        if (event.type != GRPC_OP_COMPLETE || !event.success)
            return false;
        state = grpc_channel_check_connectivity_state(channel, 1);
    }
    return true;
}

bool load_open(struct load *load)
{
    static const char *const paths[LOAD_MODES] = {
        [LOAD_EMPTY] = "/grpc.health.v1.Health/Check",
        [LOAD_PURCHASE] = "/beckon.v1.PurchaseService/RecordPurchase",
        [LOAD_BALANCE] = "/beckon.v1.LedgerService/GetBalance",
        [LOAD_RECHECK] = "/beckon.v1.PurchaseService/RecordPurchase",
        [LOAD_SCOREBOARD] = "/beckon.v1.ScoreboardService/GetScoreboard",
        [LOAD_RANKING] = "/beckon.v1.ScoreboardService/ListRanking",
        [LOAD_REGISTER] = "/beckon.v1.MemberService/RegisterMember",
    };
    grpc_arg list[] = {
        /* Without it all channels to one address would share one connection. */
        {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL,
         .value.integer = 1},
        {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_ENABLE_HTTP_PROXY, .value.integer = 0},
        {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_ENABLE_RETRIES, .value.integer = 0},
    };
    grpc_channel_args args = {.num_args = sizeof list / sizeof list[0], .args = list};
    load->queue = grpc_completion_queue_create_for_next(NULL);
    load->authorization = load->options.authorization
                              ? grpc_slice_from_copied_string(load->options.authorization)
                              : grpc_empty_slice();
    bool ready = true;
    for (unsigned i = 0; i < load->options.connections; i++) {
        grpc_channel_credentials *plain = grpc_insecure_credentials_create();
        load->channels[i] = grpc_channel_create(load->options.target, plain, &args);
        grpc_channel_credentials_release(plain);
        for (unsigned mode = 0; mode < LOAD_MODES; mode++) {
            if (paths[mode])
                load->methods[i][mode] =
                    grpc_channel_register_call(load->channels[i], paths[mode], NULL, NULL);
        }
        ready = ready && channel_ready(load, load->channels[i]);
    }
    return ready;
}

void load_close(struct load *load)
{
    for (unsigned i = 0; i < load->options.connections; i++)
        grpc_channel_destroy(load->channels[i]);
    grpc_completion_queue_shutdown(load->queue);
    while (grpc_completion_queue_next(load->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL)
               .type != GRPC_QUEUE_SHUTDOWN)
        ;
    grpc_completion_queue_destroy(load->queue);
    grpc_slice_unref(load->authorization);
}

static size_t pack_purchase(const struct load_purchase *purchase, uint8_t *buffer)
{
    Beckon__V1__RecordPurchaseRequest request = BECKON__V1__RECORD_PURCHASE_REQUEST__INIT;
    request.shop_id = (char *)purchase->shop;
    request.receipt_number = (char *)purchase->receipt;
    request.buyer_case = BECKON__V1__RECORD_PURCHASE_REQUEST__BUYER_MEMBER_NUMBER;
    request.member_number = purchase->member;
    request.amount_minor = purchase->amount;
    return beckon__v1__record_purchase_request__pack(&request, buffer);
}

static size_t pack_balance(struct load *load, uint8_t *buffer)
{
    Beckon__V1__Party account = BECKON__V1__PARTY__INIT;
    account.kind = BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER;
    account.number = 1 + (uint32_t)(random_next(load) % load->options.members);
    Beckon__V1__GetBalanceRequest request = BECKON__V1__GET_BALANCE_REQUEST__INIT;
    request.account = &account;
    return beckon__v1__get_balance_request__pack(&request, buffer);
}

static size_t pack_scoreboard(struct load *load, uint8_t *buffer)
{
    Beckon__V1__GetScoreboardRequest request = BECKON__V1__GET_SCOREBOARD_REQUEST__INIT;
    request.guide_number = 1 + (uint32_t)(random_next(load) % load->options.guides);
    return beckon__v1__get_scoreboard_request__pack(&request, buffer);
}

/* What a guide's page asks for: the first ten, and his own place. */
static size_t pack_ranking(struct load *load, uint8_t *buffer)
{
    Beckon__V1__ListRankingRequest request = BECKON__V1__LIST_RANKING_REQUEST__INIT;
    request.kpi = BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_SALES;
    request.guide_number = 1 + (uint32_t)(random_next(load) % load->options.guides);
    request.page_size = 10;
    return beckon__v1__list_ranking_request__pack(&request, buffer);
}

/* A phone nobody has: of this run's seed and this call's number. */
static size_t pack_register(struct load *load, uint8_t *buffer)
{
    char phone[LOAD_TEXT_BYTES];
    Beckon__V1__RegisterMemberRequest request = BECKON__V1__REGISTER_MEMBER_REQUEST__INIT;
    snprintf(phone, sizeof phone, "+49%03u%09llu", (unsigned)(load->options.seed % 1000),
             (unsigned long long)load->sequence);
    request.phone = phone;
    request.consent_policy_version = (char *)"bench";
    return beckon__v1__register_member_request__pack(&request, buffer);
}

/* A different request each time; the server answers for the whole by the empty name only, so the
 * empty call's requests are alike. */
static size_t pack_empty(uint8_t *buffer)
{
    Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    return grpc__health__v1__health_check_request__pack(&request, buffer);
}

static void purchase_draw(struct load *load, struct load_purchase *ret_purchase)
{
    struct load_purchase purchase = {
        .member = 1 + (uint32_t)(random_next(load) % load->options.members),
        .amount = 1 + (int64_t)(random_next(load) % AMOUNT_MAX),
    };
    unsigned shop = (unsigned)(random_next(load) % load->options.shop_count);
    snprintf(purchase.shop, sizeof purchase.shop, "%s", load->options.shops[shop]);
    snprintf(purchase.receipt, sizeof purchase.receipt, "%s-%llu", load->options.run,
             (unsigned long long)load->sequence);
    *ret_purchase = purchase;
}

/* Reads the next acknowledged purchase; false: there is none. */
static bool purchase_read(struct load *load, struct load_call *call)
{
    static char line[ACK_LINE_BYTES];
    if (load->source_empty || !fgets(line, sizeof line, load->options.acks)) {
        load->source_empty = true;
        return false;
    }
    long long amount = 0;
    int size = 0;
    struct load_purchase *purchase = &call->purchase;
    if (sscanf(line, "%47s %47s %u %lld %n", purchase->shop, purchase->receipt, &purchase->member,
               &amount, &size) < 4) {
        fprintf(stderr, "beckon_load: a line of the journal can't be read: %s", line);
        exit(2);
    }
    purchase->amount = amount;
    free(call->expected);
    line[strcspn(line, "\n")] = '\0';
    call->expected = line[size] != '\0' ? strdup(line + size) : NULL;
    return true;
}

static bool request_pack(struct load *load, struct load_call *call, uint8_t *buffer,
                         size_t *ret_size)
{
    switch (call->mode) {
    case LOAD_EMPTY:
        *ret_size = pack_empty(buffer);
        return true;
    case LOAD_BALANCE:
        *ret_size = pack_balance(load, buffer);
        return true;
    case LOAD_SCOREBOARD:
        *ret_size = pack_scoreboard(load, buffer);
        return true;
    case LOAD_RANKING:
        *ret_size = pack_ranking(load, buffer);
        return true;
    case LOAD_REGISTER:
        *ret_size = pack_register(load, buffer);
        return true;
    case LOAD_PURCHASE:
        purchase_draw(load, &call->purchase);
        break;
    case LOAD_RECHECK:
        if (!purchase_read(load, call))
            return false;
        break;
    case LOAD_MIX:
    case LOAD_MODES: assert(false); break;
    }
    *ret_size = pack_purchase(&call->purchase, buffer);
    return true;
}

/* Of a hundred calls: purchases, what members and guides look at, and now and then a new member. */
static enum load_mode mix_draw(struct load *load)
{
    unsigned drawn = (unsigned)(random_next(load) % 100);
    return drawn < 40 ? LOAD_PURCHASE : drawn < 85 ? LOAD_BALANCE
           : drawn < 99 ? LOAD_SCOREBOARD : LOAD_REGISTER;
}

bool load_send(struct load *load, struct load_call *call)
{
    uint8_t packed[LOAD_REQUEST_BYTES];
    size_t size = 0;
    call->mode = load->options.mode == LOAD_MIX ? mix_draw(load) : load->options.mode;
    if (!request_pack(load, call, packed, &size))
        return false;
    assert(size <= sizeof packed);
    load->sequence++;
    grpc_slice slice = grpc_slice_from_copied_buffer((const char *)packed, size);
    grpc_byte_buffer *request = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    gpr_timespec deadline =
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                     gpr_time_from_millis(load->options.deadline_ms, GPR_TIMESPAN));
    unsigned c = call->connection;
    call->begun_ns = load_now_ns();
    call->call = grpc_channel_create_registered_call(load->channels[c], NULL,
                                                     GRPC_PROPAGATE_DEFAULTS, load->queue,
                                                     load->methods[c][call->mode], deadline, NULL);
    call->reply = NULL;
    call->details = grpc_empty_slice();
    grpc_metadata_array_init(&call->initial);
    grpc_metadata_array_init(&call->trailing);
    grpc_metadata who = {.key = grpc_slice_from_static_string("authorization"),
                         .value = load->authorization};
    grpc_op ops[6] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA,
         .data.send_initial_metadata = {.count = load->options.authorization ? 1 : 0,
                                        .metadata = &who}},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = request},
        {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
        {.op = GRPC_OP_RECV_INITIAL_METADATA,
         .data.recv_initial_metadata.recv_initial_metadata = &call->initial},
        {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &call->reply},
        {.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
         .data.recv_status_on_client = {.trailing_metadata = &call->trailing,
                                        .status = &call->status,
                                        .status_details = &call->details}},
    };
    grpc_call_error sent = grpc_call_start_batch(call->call, ops, 6, call, NULL);
    assert(sent == GRPC_CALL_OK);
    grpc_byte_buffer_destroy(request);
    return true;
}

/* The answer as hex; the caller frees. */
static char *reply_hex(grpc_byte_buffer *reply)
{
    static const char digits[] = "0123456789abcdef";
    grpc_byte_buffer_reader reader;
    if (!reply || !grpc_byte_buffer_reader_init(&reader, reply))
        return strdup("");
    grpc_slice bytes = grpc_byte_buffer_reader_readall(&reader);
    size_t size = GRPC_SLICE_LENGTH(bytes);
    const uint8_t *from = GRPC_SLICE_START_PTR(bytes);
    char *hex = malloc(2 * size + 1);
    if (!hex)
        abort();
    for (size_t i = 0; i < size; i++) {
        hex[2 * i] = digits[from[i] >> 4];
        hex[2 * i + 1] = digits[from[i] & 15];
    }
    hex[2 * size] = '\0';
    grpc_slice_unref(bytes);
    grpc_byte_buffer_reader_destroy(&reader);
    return hex;
}

/* An acknowledged purchase goes into the journal with its answer: "shop receipt member amount
 * hex". */
static void purchase_journal(struct load *load, const struct load_call *call)
{
    char *hex = reply_hex(call->reply);
    const struct load_purchase *purchase = &call->purchase;
    fprintf(load->options.acks, "%s %s %u %lld %s\n", purchase->shop, purchase->receipt,
            purchase->member, (long long)purchase->amount, hex);
    free(hex);
}

static void purchase_compare(struct load *load, const struct load_call *call)
{
    char *hex = reply_hex(call->reply);
    bool same = call->status == GRPC_STATUS_OK &&
                (!call->expected || strcmp(hex, call->expected) == 0);
    if (!same) {
        load->report.differences++;
        if (load->report.differences <= 10)
            fprintf(stderr, "beckon_load: %s %s: status %d, was acknowledged as %s, is now %s\n",
                    call->purchase.shop, call->purchase.receipt, (int)call->status,
                    call->expected ? call->expected : "(not kept)", hex);
    }
    free(hex);
}

void load_land(struct load *load, struct load_call *call)
{
    uint64_t now_ns = load_now_ns();
    load_count(&load->report, call->status, now_ns - call->begun_ns, now_ns);
    if (call->status == GRPC_STATUS_UNAVAILABLE)
        load->report.gone = true;
    if (call->mode == LOAD_PURCHASE && load->options.acks &&
        call->status == GRPC_STATUS_OK)
        purchase_journal(load, call);
    if (call->mode == LOAD_RECHECK)
        purchase_compare(load, call);
    if (call->reply)
        grpc_byte_buffer_destroy(call->reply);
    grpc_slice_unref(call->details);
    grpc_metadata_array_destroy(&call->initial);
    grpc_metadata_array_destroy(&call->trailing);
    grpc_call_unref(call->call);
    call->call = NULL;
}
