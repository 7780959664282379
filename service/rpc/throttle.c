#include "service/rpc/throttle.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "service/limits.h"

enum { NETWORK_BYTES = 8 }; /* of an IPv6 address: its /64 */

/* Of one peer and of all: so many at once, then one every so many ms. `spares`: for what all have
 * done together, no peer waits longer than for what is his own. */
static const struct {
    uint32_t peer, peer_ms, all, all_ms;
    bool spares;
} ALLOWED[] = {
    [SLOWED_GUESSES] = {LIMIT_GUESSES_PEER, LIMIT_GUESS_PEER_MS, LIMIT_GUESSES, LIMIT_GUESS_MS,
                        true},
    [SLOWED_SENDS] = {LIMIT_SENDS_PEER, LIMIT_SEND_PEER_MS, LIMIT_SENDS, LIMIT_SEND_MS, false},
    [SLOWED_TRIES] = {LIMIT_TRIES_PEER, LIMIT_TRY_PEER_MS, LIMIT_TRIES, LIMIT_TRY_MS, false},
};
static_assert(sizeof ALLOWED / sizeof ALLOWED[0] == SLOWED_COUNT, "a row for each");

void throttle_init(struct throttle *throttle, uint64_t secret)
{
    memset(throttle, 0, sizeof *throttle);
    pthread_mutex_init(&throttle->lock, NULL);
    throttle->secret = secret;
}

void throttle_destroy(struct throttle *throttle)
{
    pthread_mutex_destroy(&throttle->lock);
}

/* What follows the last comma, without blanks. */
static struct bytes last_address(struct bytes list)
{
    const uint8_t *start = list.data, *end = list.data + list.size;

    for (const uint8_t *at = list.data; at < end; at++)
        if (*at == ',') start = at + 1;
    while (start < end && *start == ' ')
        start++;
    while (start < end && end[-1] == ' ')
        end--;
    return (struct bytes){start, (size_t)(end - start)};
}

/* splitmix64's mixer (Steele, Lea, Flood 2014). */
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

static uint32_t bucket_of(const struct throttle *throttle, struct bytes peer)
{
    uint64_t hash = throttle->secret;
    for (size_t i = 0; i < peer.size; i++)
        hash = mix(hash ^ peer.data[i]);
    return (uint32_t)(mix(hash) % THROTTLE_BUCKETS);
}

uint32_t throttle_bucket_address(const struct throttle *throttle,
                                 const uint8_t address[THROTTLE_ADDRESS_BYTES])
{
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    bool is_four = memcmp(address, mapped, sizeof mapped) == 0;
    return bucket_of(throttle, (struct bytes){
        address, is_four ? THROTTLE_ADDRESS_BYTES : NETWORK_BYTES});
}

uint32_t throttle_bucket(const struct throttle *throttle, struct bytes forwarded_for)
{
    struct bytes peer = {NULL, 0};
    uint8_t address[sizeof(struct in6_addr)];
    char text[INET6_ADDRSTRLEN] = "";

    if (forwarded_for.size > 0) peer = last_address(forwarded_for);
    if (peer.size > 0 && peer.size < sizeof text) {
        memcpy(text, peer.data, peer.size);
        if (inet_pton(AF_INET6, text, address) == 1)
            peer = (struct bytes){address, NETWORK_BYTES};
    }
    return bucket_of(throttle, peer);
}

/* `burst` guesses are free, one more is forgiven every `each_ms`. */
static uint64_t wait_of(uint64_t forgiven_ms, uint64_t now_ms, uint64_t burst, uint64_t each_ms)
{
    uint64_t free_until = now_ms + (burst - 1) * each_ms;
    return forgiven_ms > free_until ? forgiven_ms - free_until : 0;
}

uint32_t throttle_wait_ms(struct throttle *throttle, enum command_slowed slowed, uint32_t bucket,
                          uint64_t now_ms)
{
    assert(bucket < THROTTLE_BUCKETS && slowed < SLOWED_COUNT);
    pthread_mutex_lock(&throttle->lock);
    uint64_t own = wait_of(throttle->forgiven_ms[slowed][bucket], now_ms, ALLOWED[slowed].peer,
                           ALLOWED[slowed].peer_ms);
    uint64_t all = wait_of(throttle->all_forgiven_ms[slowed], now_ms, ALLOWED[slowed].all,
                           ALLOWED[slowed].all_ms);
    uint64_t clean = wait_of(throttle->forgiven_ms[slowed][bucket], now_ms, 1, 0);
    if (ALLOWED[slowed].spares && all > clean) all = clean;
    pthread_mutex_unlock(&throttle->lock);
    uint64_t wait = own > all ? own : all;
    return wait < UINT32_MAX ? (uint32_t)wait : UINT32_MAX;
}

static void spend(uint64_t *forgiven_ms, uint64_t now_ms, uint64_t each_ms)
{
    *forgiven_ms = (*forgiven_ms > now_ms ? *forgiven_ms : now_ms) + each_ms;
}

void throttle_guessed(struct throttle *throttle, enum command_slowed slowed, uint32_t bucket,
                      uint64_t now_ms)
{
    assert(bucket < THROTTLE_BUCKETS && slowed < SLOWED_COUNT);
    pthread_mutex_lock(&throttle->lock);
    spend(&throttle->forgiven_ms[slowed][bucket], now_ms, ALLOWED[slowed].peer_ms);
    spend(&throttle->all_forgiven_ms[slowed], now_ms, ALLOWED[slowed].all_ms);
    /* Those who were spared add to it: it may not take hours to be forgiven. */
    uint64_t latest = now_ms + (uint64_t)2 * ALLOWED[slowed].all * ALLOWED[slowed].all_ms;
    if (ALLOWED[slowed].spares && throttle->all_forgiven_ms[slowed] > latest)
        throttle->all_forgiven_ms[slowed] = latest;
    pthread_mutex_unlock(&throttle->lock);
}
