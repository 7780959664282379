/* A small blocking client of Beckon's API on the gRPC C core; nothing else under clients/ knows
 * gRPC.
 *
 * One thread per channel. Unary calls are sent again, within retry_ms, when the service is busy
 * (RESOURCE_EXHAUSTED with RetryInfo) or gone (UNAVAILABLE): every unary method of the API is safe
 * to repeat, by its natural key or its request_id. Streams are not.
 *
 * Requests stay the caller's and may be freed once a function has returned; replies are the
 * caller's to free with protobuf_c_message_free_unpacked(reply, NULL). */
#ifndef BECKON_CLIENTS_CHANNEL_CHANNEL_H
#define BECKON_CLIENTS_CHANNEL_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "clients/channel/error.h"

enum {
    CHANNEL_WINDOW = 32,      /* calls in flight at once, a channel_call's own included */
    CHANNEL_PATH_BYTES = 96,  /* "/beckon.v1.PurchaseService/RecordPurchases" and longer */
    CHANNEL_TOKEN_BYTES = 256,
    CHANNEL_ADDRESS_BYTES = 46, /* an IPv6 address in text, terminated */
};

struct channel;

/* PEM files. */
struct channel_tls {
    const char *ca;          /* whom the service's certificate must hang by; NULL: no TLS */
    const char *certificate; /* our own, with its key, where the service asks for one; NULL: none */
    const char *key;
};

struct channel_options {
    const char *address;  /* "127.0.0.1:7717", "[::1]:7717", "localhost:7717" or "unix:PATH"; with
                             TLS any "HOST:PORT" */
    struct channel_tls tls;
    const char *token;    /* bearer token, or NULL */
    uint32_t deadline_ms; /* of one attempt of a unary call */
    uint32_t retry_ms;    /* how long to go on trying; 0: one attempt */
    bool own_connection;  /* don't share one with other channels of this process: what stays open
                             for long takes the room of their calls */
};

/* A method of a service, found by its descriptors. */
struct channel_method {
    char path[CHANNEL_PATH_BYTES];
    const ProtobufCMessageDescriptor *request, *reply;
};

/* Finds e.g. "GetShop" in beckon__v1__shop_service__descriptor; it must be there. */
void channel_method_find(const ProtobufCServiceDescriptor *service, const char *name,
                         struct channel_method *ret_method);

/* Opens a channel; it connects with the first call. NULL with an error (CHANNEL_INVALID_ARGUMENT):
 * an address that is neither loopback nor a unix socket and no TLS (tokens don't travel
 * unencrypted), a token that is none, a file without PEM. */
struct channel *channel_open(const struct channel_options *options,
                             struct channel_error *ret_error);
/* For a front end: who the calls from here on are for. token: as in the options, NULL for nobody
 * signed in; address: the visitor's own, an IP address in text, or NULL. false, with nothing
 * changed: the token is none (an address that is none is left out). */
bool channel_serve(struct channel *channel, const char *token, const char *address);
/* Cancels what is in flight and frees. NULL is fine. */
void channel_close(struct channel *channel);

/* Calls and waits. true: *ret_reply is the answer; false: *ret_error says why not. May be used
 * while submitted calls are in flight. */
bool channel_call(struct channel *channel, const struct channel_method *method,
                  const ProtobufCMessage *request, ProtobufCMessage **ret_reply,
                  struct channel_error *ret_error);

/* How a submitted call ended. */
struct channel_result {
    void *context;            /* what channel_submit was given */
    ProtobufCMessage *reply;  /* NULL: see error */
    struct channel_error error;
};

/* Sends without waiting. At most CHANNEL_WINDOW - 1 may be in flight (one is kept for
 * channel_call). */
void channel_submit(struct channel *channel, const struct channel_method *method,
                    const ProtobufCMessage *request, void *context);
/* Calls submitted and not yet taken by channel_wait. */
unsigned channel_in_flight(const struct channel *channel);
/* Waits until any submitted call has ended and takes it; false: none is in flight. */
bool channel_wait(struct channel *channel, struct channel_result *ret_result);

/* Receives one message of a server stream, valid during the call; false cancels the stream. */
typedef bool channel_receive(void *context, const ProtobufCMessage *message);
/* Calls a server-streaming method and hands on each message. No deadline, no repetition. true: the
 * service ended the stream well. */
bool channel_stream(struct channel *channel, const struct channel_method *method,
                    const ProtobufCMessage *request, channel_receive *receive, void *context,
                    struct channel_error *ret_error);

/* The same for streams that stay open: every CHANNEL_FOLLOW_MS while nothing comes `go_on` is asked
 * with the same context; false cancels. */
typedef bool channel_go_on(void *context);
enum { CHANNEL_FOLLOW_MS = 500 };
bool channel_follow(struct channel *channel, const struct channel_method *method,
                    const ProtobufCMessage *request, channel_receive *receive,
                    channel_go_on *go_on, void *context, struct channel_error *ret_error);

/* Asks grpc.health.v1 about a service ("" for the whole); true: *ret_serving says it. */
bool channel_health(struct channel *channel, const char *service, bool *ret_serving,
                    struct channel_error *ret_error);

#endif
