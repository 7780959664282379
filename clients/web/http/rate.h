/* How often one address may ask: two token buckets (GET, POST) for each address, in a table of
 * fixed size.
 *
 * The table holds RATE_ADDRESSES_MAX addresses; a new one takes the place of the one that has been
 * silent for longest among RATE_WAYS, found by a keyed hash nobody outside can aim. Any thread. */
#ifndef BECKON_CLIENTS_WEB_HTTP_RATE_H
#define BECKON_CLIENTS_WEB_HTTP_RATE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    RATE_WAYS = 8,
    RATE_ADDRESSES_MAX = 32 * 1024, /* 1 MiB; a shop's customers of an hour, many times over */
    RATE_PER_MINUTE_MAX = 1000 * 1000,
};

struct rate;

/* Each address may do so many a minute, and all of them at once; 0: no bound. NULL: no memory. */
struct rate *rate_new(unsigned gets_per_minute, unsigned posts_per_minute);
void rate_free(struct rate *rate);
/* Takes one for `key` (address.h) at `now_ms`, which never runs back. 0: go ahead; else nothing was
 * taken, and it is so many seconds until there is one. */
unsigned rate_take(struct rate *rate, uint64_t key, bool post, uint64_t now_ms);

#endif
