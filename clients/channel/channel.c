/* Opening and closing. */
#include "clients/channel/channel.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc/grpc_security.h>

#include "clients/channel/flight.h"
#include "clients/channel/target.h"

enum {
    RECONNECT_FIRST_MS = 100, /* a local service that restarts is back within a second */
    RECONNECT_MAX_MS = 1000,
    CONNECT_MS = 5000, /* one attempt, to the service's first words: a machine may be busy */
    REPLY_BYTES_MAX = 8 * 1024 * 1024, /* a page of 500 */
};

void channel_method_find(const ProtobufCServiceDescriptor *service, const char *name,
                         struct channel_method *ret_method)
{
    const ProtobufCMethodDescriptor *method =
        protobuf_c_service_descriptor_get_method_by_name(service, name);
    assert(method);
    struct channel_method found = {.request = method->input, .reply = method->output};
    int size = snprintf(found.path, sizeof found.path, "/%s/%s", service->name, name);
    assert(size > 0 && size < CHANNEL_PATH_BYTES);
    *ret_method = found;
}

/* Metadata takes printable ASCII only; a newline left in a file must not become a broken call. */
static bool token_is_sendable(const char *token)
{
    size_t size = strlen(token);
    if (size == 0 || size >= CHANNEL_TOKEN_BYTES)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (token[i] <= ' ' || token[i] > '~')
            return false;
    }
    return true;
}

static grpc_channel *core_create(const char *target, grpc_channel_credentials *credentials,
                                 bool own_connection)
{
    grpc_arg list[] = {
        {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_ENABLE_HTTP_PROXY, .value.integer = 0},
        {.type = GRPC_ARG_INTEGER,
         .key = (char *)GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS,
         .value.integer = RECONNECT_FIRST_MS},
        {.type = GRPC_ARG_INTEGER,
         .key = (char *)GRPC_ARG_MIN_RECONNECT_BACKOFF_MS,
         .value.integer = CONNECT_MS}, /* in spite of its name: how long an attempt may take */
        {.type = GRPC_ARG_INTEGER,
         .key = (char *)GRPC_ARG_MAX_RECONNECT_BACKOFF_MS,
         .value.integer = RECONNECT_MAX_MS},
        {.type = GRPC_ARG_INTEGER,
         .key = (char *)GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
         .value.integer = REPLY_BYTES_MAX},
        /* What is sent again, and how often, is decided here. */
        {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_ENABLE_RETRIES, .value.integer = 0},
        {.type = GRPC_ARG_INTEGER,
         .key = (char *)GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL,
         .value.integer = own_connection},
    };
    grpc_channel_args args = {.num_args = sizeof list / sizeof list[0], .args = list};
    return grpc_channel_create(target, credentials, &args);
}

static void authorize(struct channel *channel, const char *token)
{
    channel->authorization[0] = '\0';
    if (token)
        snprintf(channel->authorization, sizeof channel->authorization, "Bearer %s", token);
}

static bool is_ip_address(const char *text)
{
    struct in6_addr bytes;
    return inet_pton(AF_INET, text, &bytes) == 1 || inet_pton(AF_INET6, text, &bytes) == 1;
}

bool channel_serve(struct channel *channel, const char *token, const char *address)
{
    if (token && !token_is_sendable(token))
        return false;
    authorize(channel, token);
    bool named = address && is_ip_address(address);
    snprintf(channel->address, sizeof channel->address, "%s", named ? address : "");
    return true;
}

struct channel *channel_open(const struct channel_options *options,
                             struct channel_error *ret_error)
{
    char target[TARGET_BYTES];
    if (!target_of(options->address, options->tls.ca != NULL, target)) {
        channel_error_set(ret_error, CHANNEL_INVALID_ARGUMENT,
                          "The address must be loopback, e.g. 127.0.0.1:7717, or unix:PATH; any "
                          "other HOST:PORT needs TLS (--tls-ca).",
                          "地址须为本机回环地址（如 127.0.0.1:7717）或 unix:路径；其他主机:端口须用 TLS"
                          "（--tls-ca）。");
        return NULL;
    }
    if (options->token && !token_is_sendable(options->token)) {
        channel_error_set(ret_error, CHANNEL_INVALID_ARGUMENT,
                          "The token is empty, too long, or holds characters no token has.",
                          "令牌为空、过长或含有非法字符。");
        return NULL;
    }
    grpc_init();
    grpc_channel_credentials *credentials = target_credentials(&options->tls, ret_error);
    if (!credentials) {
        grpc_shutdown();
        return NULL;
    }
    struct channel *channel = calloc(1, sizeof *channel);
    if (!channel)
        abort();
    authorize(channel, options->token);
    channel->deadline_ms = options->deadline_ms;
    channel->retry_ms = options->retry_ms;
    channel->core = core_create(target, credentials, options->own_connection);
    grpc_channel_credentials_release(credentials);
    channel->queue = grpc_completion_queue_create_for_next(NULL);
    return channel;
}

static void flight_drop(struct flight *flight)
{
    if (flight->state == FLIGHT_OUT) {
        ending_clean_up(&flight->ending);
        grpc_byte_buffer_destroy(flight->reply_buffer);
        grpc_call_unref(flight->call);
    }
    if (flight->state != FLIGHT_FREE)
        grpc_slice_unref(flight->request);
    if (flight->reply)
        protobuf_c_message_free_unpacked(flight->reply, NULL);
}

void channel_close(struct channel *channel)
{
    if (!channel)
        return;
    for (unsigned i = 0; i < CHANNEL_WINDOW; i++) {
        if (channel->flights[i].state == FLIGHT_OUT)
            grpc_call_cancel(channel->flights[i].call, NULL);
    }
    grpc_completion_queue_shutdown(channel->queue);
    gpr_timespec never = gpr_inf_future(GPR_CLOCK_MONOTONIC);
    while (grpc_completion_queue_next(channel->queue, never, NULL).type != GRPC_QUEUE_SHUTDOWN)
        ;
    for (unsigned i = 0; i < CHANNEL_WINDOW; i++)
        flight_drop(&channel->flights[i]);
    grpc_channel_destroy(channel->core);
    grpc_completion_queue_destroy(channel->queue);
    grpc_shutdown();
    free(channel);
}
