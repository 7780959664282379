/* What fraud signals count. */
#include "store/codec.h"
#include "store/encode.h"

enum { SIGNAL_VERSION = 1 };

size_t signal_counts_encode(const struct signal_counts *counts, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, SIGNAL_VERSION);
    encoder_u64(&encoder, counts->first);
    for (size_t i = 0; i < SIGNAL_SLOTS; i++) encoder_u16(&encoder, counts->counts[i]);
    return encoder_size(&encoder);
}

enum store_result signal_counts_decode(struct bytes from, struct signal_counts *ret)
{
    struct decoder decoder = decoder_begin_version(from, SIGNAL_VERSION);
    struct signal_counts counts = {.first = decoder_u64(&decoder)};
    for (size_t i = 0; i < SIGNAL_SLOTS; i++) counts.counts[i] = decoder_u16(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = counts;
    return result;
}
