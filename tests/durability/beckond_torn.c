/* beckond_torn: a beckond that dies while a rotation's portion goes into place: half of it is
 * written, and the slot in its middle is half old and half new, as a power cut can leave it. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/key_slots.h"

enum store_result __real_key_slots_write_range(struct key_slots *slots, uint32_t merchant,
                                               enum party_kind kind, uint32_t first, size_t count,
                                               const uint8_t *from);
enum store_result __wrap_key_slots_write_range(struct key_slots *slots, uint32_t merchant,
                                               enum party_kind kind, uint32_t first, size_t count,
                                               const uint8_t *from);

static void tear(struct key_slots *slots, uint32_t merchant, enum party_kind kind, uint32_t first,
                 size_t count, const uint8_t *from)
{
    uint8_t torn[KEY_SLOT_BYTES];
    size_t half = count / 2, there;
    if (__real_key_slots_write_range(slots, merchant, kind, first, half, from) != STORE_OK ||
        key_slots_read_range(slots, merchant, kind, first + (uint32_t)half, 1, torn, &there) !=
            STORE_OK)
        return;
    memcpy(torn, from + half * KEY_SLOT_BYTES, KEY_SLOT_BYTES / 2);
    if (__real_key_slots_write_range(slots, merchant, kind, first + (uint32_t)half, 1, torn) !=
            STORE_OK || key_slots_sync(slots) != STORE_OK)
        return;
    fprintf(stderr, "beckond_torn: slot %lu is torn\n", (unsigned long)(first + half));
    kill(getpid(), SIGKILL);
}

enum store_result __wrap_key_slots_write_range(struct key_slots *slots, uint32_t merchant,
                                               enum party_kind kind, uint32_t first, size_t count,
                                               const uint8_t *from)
{
    if (count > 1) tear(slots, merchant, kind, first, count, from);
    return __real_key_slots_write_range(slots, merchant, kind, first, count, from);
}
