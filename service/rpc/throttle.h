/* Slows strangers: they may name few codes that nobody has, ask for few messages to phones, and
 * type few wrong ones, each of them and all together; staff and imports are not concerned. Who has
 * named no wrong code lately doesn't wait for those who have: he registers, whatever they do.
 *
 * Who a stranger is: his connection's address. A front end on this machine that speaks for others
 * says for whom, in x-forwarded-for, and its last address (the one the front end saw itself) is the
 * peer; from anywhere else that header counts for nothing. Peers share buckets by a secret hash:
 * memory is fixed, nobody can push others out, and at worst two share a bucket.
 *
 * Each bucket is the time at which all its guesses will be forgiven. In memory only: a restart
 * forgives. Any thread. */
#ifndef BECKON_SERVICE_RPC_THROTTLE_H
#define BECKON_SERVICE_RPC_THROTTLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "service/command/command.h"
#include "store/bytes.h"

enum { THROTTLE_BUCKETS = 4096 };

struct throttle {
    pthread_mutex_t lock;
    uint64_t secret;                          /* of the hash */
    uint64_t all_forgiven_ms[SLOWED_COUNT];   /* monotonic ms */
    uint64_t forgiven_ms[SLOWED_COUNT][THROTTLE_BUCKETS];
};

void throttle_init(struct throttle *throttle, uint64_t secret);
void throttle_destroy(struct throttle *throttle);

/* The bucket of an x-forwarded-for header that is believed. IPv6 addresses of one /64 network are
 * one peer: whoever has one has all. */
uint32_t throttle_bucket(const struct throttle *throttle, struct bytes forwarded_for);
/* The bucket of a connection's own address, in IPv6 form. */
enum { THROTTLE_ADDRESS_BYTES = 16 };
uint32_t throttle_bucket_address(const struct throttle *throttle,
                                 const uint8_t address[THROTTLE_ADDRESS_BYTES]);

/* How long a stranger has to wait before he may do what is slowed this way, in ms; 0: he may. */
uint32_t throttle_wait_ms(struct throttle *throttle, enum command_slowed slowed, uint32_t bucket,
                          uint64_t now_ms);
/* He named a code that nobody has, asked for a message, typed a wrong code. */
void throttle_guessed(struct throttle *throttle, enum command_slowed slowed, uint32_t bucket,
                      uint64_t now_ms);

#endif
