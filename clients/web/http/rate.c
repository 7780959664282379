#include "clients/web/http/rate.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum {
    SETS = RATE_ADDRESSES_MAX / RATE_WAYS,
    MINUTE_MS = 60 * 1000,
};
static_assert((SETS & (SETS - 1)) == 0, "a set is found by a mask");

/* Tokens are counted in 60,000ths: a millisecond then adds exactly the rate a minute, and nothing
 * is lost by asking often. */
struct bucket {
    uint64_t key;
    uint64_t at_ms;      /* 0: never used */
    uint64_t tokens[2];  /* GET, POST */
};

struct rate {
    uint64_t per_minute[2];
    unsigned char secret[crypto_shorthash_KEYBYTES];
    pthread_mutex_t lock;
    struct bucket buckets[SETS][RATE_WAYS];
};

struct rate *rate_new(unsigned gets_per_minute, unsigned posts_per_minute)
{
    assert(gets_per_minute <= RATE_PER_MINUTE_MAX && posts_per_minute <= RATE_PER_MINUTE_MAX);
    struct rate *rate = calloc(1, sizeof(*rate));
    if (rate == NULL) {
        return NULL;
    }
    rate->per_minute[0] = gets_per_minute;
    rate->per_minute[1] = posts_per_minute;
    randombytes_buf(rate->secret, sizeof(rate->secret));
    pthread_mutex_init(&rate->lock, NULL);
    return rate;
}

void rate_free(struct rate *rate)
{
    if (rate != NULL) {
        pthread_mutex_destroy(&rate->lock);
        free(rate);
    }
}

/* The bucket of `key`, a full one if it is new. */
static struct bucket *find(struct rate *rate, uint64_t key, uint64_t now_ms)
{
    uint64_t hash;
    static_assert(sizeof(hash) == crypto_shorthash_BYTES, "a 64-bit hash");
    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)&key, sizeof(key),
                     rate->secret);
    struct bucket *set = rate->buckets[hash & (SETS - 1)];
    struct bucket *oldest = &set[0];
    for (unsigned i = 0; i < RATE_WAYS; i++) {
        if (set[i].at_ms != 0 && set[i].key == key) {
            return &set[i];
        }
        if (set[i].at_ms < oldest->at_ms) {
            oldest = &set[i];
        }
    }
    *oldest = (struct bucket){
        .key = key,
        .at_ms = now_ms,
        .tokens = { rate->per_minute[0] * MINUTE_MS, rate->per_minute[1] * MINUTE_MS },
    };
    return oldest;
}

static void refill(const struct rate *rate, struct bucket *bucket, uint64_t now_ms)
{
    /* Threads read the clock before they get the lock: one may come with an older time. */
    uint64_t elapsed_ms = now_ms > bucket->at_ms ? now_ms - bucket->at_ms : 0;
    for (unsigned i = 0; i < 2; i++) {
        uint64_t full = rate->per_minute[i] * MINUTE_MS;
        bucket->tokens[i] = elapsed_ms >= MINUTE_MS
                            || bucket->tokens[i] + elapsed_ms * rate->per_minute[i] > full
                                ? full
                                : bucket->tokens[i] + elapsed_ms * rate->per_minute[i];
    }
    bucket->at_ms += elapsed_ms;
}

unsigned rate_take(struct rate *rate, uint64_t key, bool post, uint64_t now_ms)
{
    if (rate->per_minute[post] == 0) {
        return 0;
    }
    unsigned wait_seconds = 0;
    now_ms += 1; /* a bucket's 0 means never used */
    pthread_mutex_lock(&rate->lock);
    struct bucket *bucket = find(rate, key, now_ms);
    refill(rate, bucket, now_ms);
    if (bucket->tokens[post] >= MINUTE_MS) {
        bucket->tokens[post] -= MINUTE_MS;
    } else {
        uint64_t missing = MINUTE_MS - bucket->tokens[post];
        uint64_t wait_ms = (missing + rate->per_minute[post] - 1) / rate->per_minute[post];
        wait_seconds = (unsigned)((wait_ms + 999) / 1000);
        assert(wait_seconds > 0);
    }
    pthread_mutex_unlock(&rate->lock);
    return wait_seconds;
}
