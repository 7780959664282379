#include "store/key_slots_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sodium.h>

#include "store/folder.h"

/* What is written to slots waits while a chunk is read. */
enum { CHUNK_SLOTS = 512 };

/* Reads whole slots: none is written meanwhile. */
static enum store_result chunk_read(struct key_slots *slots, uint32_t merchant,
                                    enum party_kind kind, uint32_t first, uint8_t *ret_chunk,
                                    size_t *ret_count)
{
    key_slots_hold(slots);
    enum store_result result =
        key_slots_read_range(slots, merchant, kind, first, CHUNK_SLOTS, ret_chunk, ret_count);
    key_slots_release(slots);
    return result;
}

static void chunk_wrap(struct key_slots *slots, uint32_t merchant, enum party_kind kind,
                       uint32_t first, size_t count, uint32_t generation, uint8_t *chunk)
{
    uint8_t data_key[DATA_KEY_BYTES], nonce[KEY_SLOT_NONCE_BYTES];
    for (size_t i = 0; i < count; i++) {
        uint8_t *slot = chunk + i * KEY_SLOT_BYTES;
        struct party party = {kind, first + (uint32_t)i};
        if (key_slots_generation(slot) == generation ||
            key_slots_unwrap(slots, merchant, party, slot, data_key) != STORE_OK)
            continue;
        randombytes_buf(nonce, sizeof nonce);
        key_slots_wrap(slots, merchant, party, generation, nonce, data_key, slot);
    }
    sodium_memzero(data_key, sizeof data_key);
}

bool key_slots_copy(struct key_slots *slots, uint32_t merchant, enum party_kind kind,
                    uint32_t generation, const char *to, uint64_t *ret_size, uint8_t *ret_hash)
{
    uint8_t chunk[CHUNK_SLOTS * KEY_SLOT_BYTES];
    crypto_generichash_state hash;
    uint32_t first = 0;
    size_t count = 0;
    bool ok;
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    crypto_generichash_init(&hash, NULL, 0, HASH_BYTES);
    do {
        ok = chunk_read(slots, merchant, kind, first, chunk, &count) == STORE_OK;
        if (!ok) break;
        size_t size = count * KEY_SLOT_BYTES;
        chunk_wrap(slots, merchant, kind, first, count, generation, chunk);
        crypto_generichash_update(&hash, chunk, size);
        ok = file_write_all(fd, chunk, size);
        first += (uint32_t)count;
    } while (ok && count > 0);
    crypto_generichash_final(&hash, ret_hash, HASH_BYTES);
    *ret_size = (uint64_t)first * KEY_SLOT_BYTES;
    ok = ok && fsync(fd) == 0;
    int reason = errno;
    close(fd);
    errno = reason;
    return ok;
}
