/* How a refused or failed call is told: a gRPC status with what google.rpc.Status carries beside
 * it.
 *
 * Pure: bytes in, struct out; no gRPC here. Texts are cut to their arrays. Any thread. */
#ifndef BECKON_CLIENTS_CHANNEL_ERROR_H
#define BECKON_CLIENTS_CHANNEL_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The status codes clients decide by, numbered as gRPC does. */
enum {
    CHANNEL_OK = 0,
    CHANNEL_INVALID_ARGUMENT = 3,
    CHANNEL_DEADLINE_EXCEEDED = 4,
    CHANNEL_NOT_FOUND = 5,
    CHANNEL_ALREADY_EXISTS = 6,
    CHANNEL_PERMISSION_DENIED = 7,
    CHANNEL_RESOURCE_EXHAUSTED = 8,
    CHANNEL_FAILED_PRECONDITION = 9,
    CHANNEL_ABORTED = 10,
    CHANNEL_OUT_OF_RANGE = 11,
    CHANNEL_INTERNAL = 13,
    CHANNEL_UNAVAILABLE = 14,
    CHANNEL_UNAUTHENTICATED = 16,
};

struct channel_error {
    int code;                /* gRPC status code; CHANNEL_OK: none */
    char reason[64];         /* UPPER_SNAKE, e.g. "RECEIPT_REUSED"; empty: not from the service */
    char field[160];         /* path of the wrong field, or empty */
    char allowed[320];       /* what is allowed there, or empty */
    char en[640];            /* the sentence, never empty after a failure */
    char zh[640];            /* the same in Chinese; empty where the sender gave none */
    char request_id[65];     /* the call's name in the service's log, or empty */
    uint32_t retry_delay_ms; /* RetryInfo; 0: none given */
};

/* Fills an error from a status, its message and the bytes of trailer grpc-status-details-bin
 * (details_size 0: none came). Damaged details leave code and message. */
void channel_error_decode(int code, const char *message, size_t message_size,
                          const uint8_t *details, size_t details_size,
                          struct channel_error *ret_error);

/* An error of the client's own, e.g. an address it can't use. */
void channel_error_set(struct channel_error *ret_error, int code, const char *en, const char *zh);

#endif
