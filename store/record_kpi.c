/* The scoreboard's counters as bytes: days and fields that are zero take no room, for a batch keeps
 * every value it was given until its commit. */
#include "store/encode.h"

#include <assert.h>

#include "store/codec.h"
#include "store/kpi.h"

enum { KPI_MONTH_VERSION = 1 };
/* Which fields of a day follow. */
enum { HAS_NEW = 1, HAS_INHERITED = 2, HAS_ACTIVATED = 4, HAS_PURCHASES = 8, HAS_SALES = 16,
       HAS_HANDED = 32, HAS_ALL = 63 };

static uint8_t day_fields(const struct kpi_day *day)
{
    return (uint8_t)((day->new_members != 0 ? HAS_NEW : 0) |
                     (day->inherited_members != 0 ? HAS_INHERITED : 0) |
                     (day->activated_members != 0 ? HAS_ACTIVATED : 0) |
                     (day->purchases != 0 ? HAS_PURCHASES : 0) |
                     (day->sales_minor != 0 ? HAS_SALES : 0) |
                     (day->handed_over_members != 0 || day->handed_on_members != 0 ? HAS_HANDED
                                                                                  : 0));
}

size_t kpi_month_encode(const struct kpi_month *month, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, KPI_MONTH_VERSION);
    for (size_t i = 0; i < KPI_SPAN_COUNT; i++) {
        encoder_u32(&encoder, month->once[i]);
        encoder_u32(&encoder, month->twice[i]);
    }
    uint32_t present = 0;
    for (size_t i = 0; i < KPI_DAYS; i++)
        if (day_fields(&month->days[i]) != 0) present |= UINT32_C(1) << i;
    encoder_u32(&encoder, present);
    for (size_t i = 0; i < KPI_DAYS; i++) {
        const struct kpi_day *day = &month->days[i];
        uint8_t fields = day_fields(day);
        if (fields == 0) continue;
        encoder_u8(&encoder, fields);
        if (fields & HAS_NEW) encoder_u32(&encoder, day->new_members);
        if (fields & HAS_INHERITED) encoder_u32(&encoder, day->inherited_members);
        if (fields & HAS_ACTIVATED) encoder_u32(&encoder, day->activated_members);
        if (fields & HAS_PURCHASES) encoder_u32(&encoder, day->purchases);
        if (fields & HAS_SALES) encoder_i64(&encoder, day->sales_minor);
        if (fields & HAS_HANDED) encoder_u32(&encoder, day->handed_over_members);
        if (fields & HAS_HANDED) encoder_u32(&encoder, day->handed_on_members);
    }
    assert(encoder_size(&encoder) <= KPI_MONTH_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result kpi_month_decode(struct bytes from, struct kpi_month *ret)
{
    struct decoder decoder = decoder_begin_version(from, KPI_MONTH_VERSION);
    struct kpi_month month = {.once = {0}};
    for (size_t i = 0; i < KPI_SPAN_COUNT; i++) {
        month.once[i] = decoder_u32(&decoder);
        month.twice[i] = decoder_u32(&decoder);
    }
    uint32_t present = decoder_u32(&decoder);
    if (present >> KPI_DAYS != 0) decoder.damaged = true;
    for (size_t i = 0; i < KPI_DAYS; i++) {
        struct kpi_day *day = &month.days[i];
        if ((present >> i & 1) == 0) continue;
        uint8_t fields = (uint8_t)decoder_choice(&decoder, 1, HAS_ALL);
        if (fields & HAS_NEW) day->new_members = decoder_u32(&decoder);
        if (fields & HAS_INHERITED) day->inherited_members = decoder_u32(&decoder);
        if (fields & HAS_ACTIVATED) day->activated_members = decoder_u32(&decoder);
        if (fields & HAS_PURCHASES) day->purchases = decoder_u32(&decoder);
        if (fields & HAS_SALES) day->sales_minor = decoder_i64(&decoder);
        if (fields & HAS_HANDED) day->handed_over_members = decoder_u32(&decoder);
        if (fields & HAS_HANDED) day->handed_on_members = decoder_u32(&decoder);
        if (fields != day_fields(day)) decoder.damaged = true; /* one encoding only */
    }
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = month;
    return result;
}
