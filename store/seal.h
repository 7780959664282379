/* Sealing of personal records at the store's border: XChaCha20-Poly1305, a data key per party.
 *
 *   sealed = nonce 24 | ciphertext | tag 16; merchant, kind and number are additional data. */
#ifndef BECKON_STORE_SEAL_H
#define BECKON_STORE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

enum { SEAL_NONCE_BYTES = 24, SEAL_OVERHEAD_BYTES = 24 + 16 };

/* Makes a data key for a new party and stages its slot in the batch. seed: 44 random bytes of the
 * command's seed stream (32 data key, 12 slot nonce). */
void seal_make_key(struct batch *batch, struct party party, const uint8_t seed[44]);

/* Seals `plain` under the party's data key (staged in this batch, or in its slot). ret_sealed has
 * room for plain.size + SEAL_OVERHEAD_BYTES. STORE_OK, STORE_ABSENT (no key: erased),
 * STORE_DAMAGED, STORE_FAULT. */
enum store_result seal(struct batch *batch, struct party party, struct bytes plain,
                       const uint8_t nonce[SEAL_NONCE_BYTES], uint8_t *ret_sealed,
                       size_t *ret_size) STORE_CHECKED;
/* Opens what seal made; `reader` may be a batch's. ret_plain has room for sealed.size. */
enum store_result unseal(struct reader *reader, const struct batch *batch_or_null,
                         struct party party, struct bytes sealed, uint8_t *ret_plain,
                         size_t *ret_size) STORE_CHECKED;

#endif
