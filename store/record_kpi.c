/* The scoreboard's counters as bytes: days and fields that are zero take no room, for a batch keeps
 * every value it was given until its commit, and numbers are as short as they can be, for a ranking
 * reads the record of every guide. */
#include "store/encode.h"

#include <assert.h>
#include <string.h>

#include "store/codec.h"
#include "store/kpi.h"

enum { KPI_MONTH_VERSION = 2 };
/* Which fields of a day follow. */
enum { HAS_NEW = 1, HAS_INHERITED = 2, HAS_ACTIVATED = 4, HAS_PURCHASES = 8, HAS_SALES = 16,
       HAS_HANDED = 32, HAS_POINTS = 64, HAS_CASH = 128, HAS_ALL = 255, HAS_ALL_V1 = 31 };

static uint8_t day_fields(const struct kpi_day *day)
{
    bool handed = day->handed_over_members != 0 || day->handed_on_members != 0;
    return (uint8_t)((day->new_members != 0 ? HAS_NEW : 0) |
                     (day->inherited_members != 0 ? HAS_INHERITED : 0) |
                     (day->activated_members != 0 ? HAS_ACTIVATED : 0) |
                     (day->purchases != 0 ? HAS_PURCHASES : 0) |
                     (day->sales_minor != 0 ? HAS_SALES : 0) | (handed ? HAS_HANDED : 0) |
                     (day->earned[UNIT_POINTS] != 0 ? HAS_POINTS : 0) |
                     (day->earned[UNIT_CASH] != 0 ? HAS_CASH : 0));
}

static void day_encode(struct encoder *encoder, const struct kpi_day *day)
{
    uint8_t fields = day_fields(day);
    if (fields == 0) return;
    encoder_u8(encoder, fields);
    if (fields & HAS_NEW) encoder_varint(encoder, day->new_members);
    if (fields & HAS_INHERITED) encoder_varint(encoder, day->inherited_members);
    if (fields & HAS_ACTIVATED) encoder_varint(encoder, day->activated_members);
    if (fields & HAS_PURCHASES) encoder_varint(encoder, day->purchases);
    if (fields & HAS_SALES) encoder_signed_varint(encoder, day->sales_minor);
    if (fields & HAS_HANDED) encoder_varint(encoder, day->handed_over_members);
    if (fields & HAS_HANDED) encoder_varint(encoder, day->handed_on_members);
    if (fields & HAS_POINTS) encoder_signed_varint(encoder, day->earned[UNIT_POINTS]);
    if (fields & HAS_CASH) encoder_signed_varint(encoder, day->earned[UNIT_CASH]);
}

size_t kpi_month_encode(const struct kpi_month *month, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, KPI_MONTH_VERSION);
    for (size_t i = 0; i < KPI_SPAN_COUNT; i++) {
        encoder_varint(&encoder, month->once[i]);
        encoder_varint(&encoder, month->twice[i]);
    }
    uint32_t present = 0;
    for (size_t i = 0; i < KPI_DAYS; i++)
        if (day_fields(&month->days[i]) != 0) present |= UINT32_C(1) << i;
    encoder_u32(&encoder, present);
    for (size_t i = 0; i < KPI_DAYS; i++) day_encode(&encoder, &month->days[i]);
    assert(encoder_size(&encoder) <= KPI_MONTH_BYTES_MAX);
    return encoder_size(&encoder);
}

static uint32_t count_decode(struct decoder *decoder)
{
    return (uint32_t)decoder_varint(decoder, UINT32_MAX);
}

static void day_decode(struct decoder *decoder, struct kpi_day *day)
{
    uint8_t fields = (uint8_t)decoder_choice(decoder, 1, HAS_ALL);
    if (fields & HAS_NEW) day->new_members = count_decode(decoder);
    if (fields & HAS_INHERITED) day->inherited_members = count_decode(decoder);
    if (fields & HAS_ACTIVATED) day->activated_members = count_decode(decoder);
    if (fields & HAS_PURCHASES) day->purchases = count_decode(decoder);
    if (fields & HAS_SALES) day->sales_minor = decoder_signed_varint(decoder);
    if (fields & HAS_HANDED) day->handed_over_members = count_decode(decoder);
    if (fields & HAS_HANDED) day->handed_on_members = count_decode(decoder);
    if (fields & HAS_POINTS) day->earned[UNIT_POINTS] = decoder_signed_varint(decoder);
    if (fields & HAS_CASH) day->earned[UNIT_CASH] = decoder_signed_varint(decoder);
    if (fields != day_fields(day)) decoder->damaged = true; /* one encoding only */
}

/* As the landed version wrote it. */
static void day_decode_v1(struct decoder *decoder, struct kpi_day *day)
{
    uint8_t fields = (uint8_t)decoder_choice(decoder, 1, HAS_ALL_V1);
    if (fields & HAS_NEW) day->new_members = decoder_u32(decoder);
    if (fields & HAS_INHERITED) day->inherited_members = decoder_u32(decoder);
    if (fields & HAS_ACTIVATED) day->activated_members = decoder_u32(decoder);
    if (fields & HAS_PURCHASES) day->purchases = decoder_u32(decoder);
    if (fields & HAS_SALES) day->sales_minor = decoder_i64(decoder);
    if (fields != day_fields(day)) decoder->damaged = true;
}

enum store_result kpi_month_decode(struct bytes from, struct kpi_month *ret)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, KPI_MONTH_VERSION, &version);
    struct kpi_month month = {.once = {0}};
    for (size_t i = 0; i < KPI_SPAN_COUNT; i++) {
        month.once[i] = version == 1 ? decoder_u32(&decoder) : count_decode(&decoder);
        month.twice[i] = version == 1 ? decoder_u32(&decoder) : count_decode(&decoder);
    }
    uint32_t present = decoder_u32(&decoder);
    if (present >> KPI_DAYS != 0) decoder.damaged = true;
    for (size_t i = 0; i < KPI_DAYS && !decoder.damaged; i++) {
        if ((present >> i & 1) == 0) continue;
        if (version == 1) day_decode_v1(&decoder, &month.days[i]);
        else day_decode(&decoder, &month.days[i]);
    }
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = month;
    return result;
}

/* ---- some days of it ------------------------------------------------------------------------- */

static void varints_skip(struct decoder *decoder, unsigned count)
{
    const uint8_t *at = decoder->at;
    while (count > 0 && at < decoder->end) count -= *at++ < 0x80 ? 1 : 0;
    decoder->at = at;
    if (count > 0) decoder->damaged = true;
}

static void day_skip(struct decoder *decoder, uint8_t version)
{
    struct kpi_day day = {0};
    if (version == 1) {
        day_decode_v1(decoder, &day);
        return;
    }
    unsigned fields = decoder_choice(decoder, 1, HAS_ALL), count = 0;
    for (unsigned bits = fields; bits != 0; bits &= bits - 1) count++;
    varints_skip(decoder, count + (fields & HAS_HANDED ? 1 : 0));
}

enum store_result kpi_month_decode_days(struct bytes from, unsigned first, unsigned last,
                                        struct kpi_day *ret_days)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, KPI_MONTH_VERSION, &version);
    assert(first <= last && last < KPI_DAYS);
    for (size_t i = 0; i < 2 * KPI_SPAN_COUNT && version == 1; i++) (void)decoder_u32(&decoder);
    if (version != 1) varints_skip(&decoder, 2 * KPI_SPAN_COUNT);
    uint32_t present = decoder_u32(&decoder);
    memset(ret_days, 0, (last - first + 1) * sizeof *ret_days);
    for (unsigned i = 0; i <= last && !decoder.damaged; i++) {
        if ((present >> i & 1) == 0) continue;
        if (i < first) day_skip(&decoder, version);
        else if (version == 1) day_decode_v1(&decoder, &ret_days[i - first]);
        else day_decode(&decoder, &ret_days[i - first]);
    }
    return decoder.damaged ? STORE_DAMAGED : STORE_OK;
}
