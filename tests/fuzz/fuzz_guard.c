/* What peers send behind TLS, looked at in pieces: the same is cut at the same place however it is
 * cut into pieces, and what is between frames is known. */
#include <string.h>

#include "service/door/guard.h"
#include "tests/fuzz/fuzz.h"

static const uint8_t PREFACE[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct guard whole, pieces;
    if (size < 2)
        return 0;
    size_t piece = 1 + data[0] % 64;
    bool begins = data[1] & 1, outwards = data[1] & 2;
    data += 2;
    size -= 2;
    guard_init(&whole, 1000);
    guard_init(&pieces, 1000);
    enum guard_cut first = GUARD_ON, second = GUARD_ON;
    if (begins) {
        first = guard_in(&whole, PREFACE, sizeof PREFACE - 1, 1000);
        second = guard_in(&pieces, PREFACE, sizeof PREFACE - 1, 1000);
        FUZZ_HOLDS(first == GUARD_ON && second == GUARD_ON);
    }
    if (outwards) {
        first = guard_out(&whole, data, size, 1001);
        for (size_t at = 0; at < size && second == GUARD_ON; at += piece)
            second = guard_out(&pieces, data + at, size - at < piece ? size - at : piece, 1001);
        FUZZ_HOLDS(guard_between_frames(&whole) == guard_between_frames(&pieces)
                   || first != GUARD_ON);
    } else {
        first = guard_in(&whole, data, size, 1001);
        for (size_t at = 0; at < size && second == GUARD_ON; at += piece)
            second = guard_in(&pieces, data + at, size - at < piece ? size - at : piece, 1001);
    }
    FUZZ_HOLDS(first == second);
    (void)guard_tick(&whole, 100000);
    if (first != GUARD_ON) {
        uint8_t frame[GUARD_GOAWAY_BYTES];
        FUZZ_HOLDS(guard_goaway(&whole, first, frame) <= sizeof frame);
    }
    return 0;
}
