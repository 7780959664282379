/* Each call has a name by which its line of the log is found: what the caller sent as
 * x-request-id, where that is harmless, or one made here. It goes back in the trailer x-request-id
 * and, with a refusal, in its details. */
#ifndef BECKON_SERVICE_RPC_REQUEST_ID_H
#define BECKON_SERVICE_RPC_REQUEST_ID_H

#include <stdatomic.h>
#include <stdint.h>

#include "store/bytes.h"

enum { REQUEST_ID_BYTES_MAX = 64, REQUEST_ID_MADE_BYTES = 16 };

struct request_id { char text[REQUEST_ID_BYTES_MAX + 1]; };

struct request_ids {
    uint64_t secret;             /* so that the next process makes others */
    atomic_uint_least64_t made;
};
void request_ids_init(struct request_ids *ids, uint64_t secret);

/* Takes `given` when it is 1..64 of [A-Za-z0-9._-], and neither looks like a secret nor like a
 * phone (digits alone, seven and more); else makes 16 hexadecimal digits that this
 * process gives to no other call. Any thread. */
void request_id_take(struct request_ids *ids, struct bytes given, struct request_id *ret_id);

#endif
