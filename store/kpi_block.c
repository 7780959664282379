#include "store/kpi_block.h"

#include <assert.h>
#include <string.h>

#include "store/codec.h"
#include "store/table.h"

enum { KPI_BLOCK_VERSION = 1 };
static_assert(KPI_COLUMNS <= 16, "a bit each in 16");

/* ---- bytes ----------------------------------------------------------------------------------- */

static bool is_zero(const int64_t column[KPI_BLOCK_GUIDES])
{
    for (size_t i = 0; i < KPI_BLOCK_GUIDES; i++)
        if (column[i] != 0) return false;
    return true;
}

/* Which columns follow, then of each its size and its numbers: a reader of one skips the others. */
size_t kpi_block_encode(const struct kpi_block *block, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    uint16_t present = 0;
    for (unsigned i = 0; i < KPI_COLUMNS; i++)
        if (!is_zero(block->column[i])) present |= (uint16_t)(1u << i);
    encoder_u8(&encoder, KPI_BLOCK_VERSION);
    encoder_u16(&encoder, present);
    for (unsigned i = 0; i < KPI_COLUMNS; i++) {
        if ((present >> i & 1) == 0) continue;
        uint8_t data[10 * KPI_BLOCK_GUIDES];
        struct encoder column = encoder_begin(data);
        for (size_t k = 0; k < KPI_BLOCK_GUIDES; k++) {
            /* Most are zero, and each event of a guide passes here. */
            if (block->column[i][k] == 0) *column.at++ = 0;
            else encoder_signed_varint(&column, block->column[i][k]);
        }
        encoder_u16(&encoder, (uint16_t)encoder_size(&column));
        encoder_bytes(&encoder, data, encoder_size(&column));
    }
    assert(encoder_size(&encoder) <= KPI_BLOCK_BYTES_MAX);
    return encoder_size(&encoder);
}

static bool column_decode(struct bytes from, int64_t ret[KPI_BLOCK_GUIDES])
{
    struct decoder decoder = decoder_begin(from);
    for (size_t i = 0; i < KPI_BLOCK_GUIDES; i++) {
        bool zero = decoder.at < decoder.end && *decoder.at == 0;
        if (zero) decoder.at++;
        ret[i] = zero ? 0 : decoder_signed_varint(&decoder);
    }
    return decoder_end(&decoder) == STORE_OK;
}

/* The bytes of each column; size 0: all of it is zero. */
static enum store_result columns_find(struct bytes from, struct bytes ret[KPI_COLUMNS])
{
    struct decoder decoder = decoder_begin_version(from, KPI_BLOCK_VERSION);
    uint16_t present = decoder_u16(&decoder);
    if (present >> KPI_COLUMNS != 0) decoder.damaged = true;
    for (unsigned i = 0; i < KPI_COLUMNS && !decoder.damaged; i++) {
        ret[i] = (struct bytes){NULL, 0};
        if ((present >> i & 1) == 0) continue;
        size_t size = decoder_u16(&decoder);
        if (size == 0 || size > (size_t)(decoder.end - decoder.at)) {
            decoder.damaged = true;
            break;
        }
        ret[i] = (struct bytes){decoder.at, size};
        decoder.at += size;
    }
    return decoder_end(&decoder);
}

enum store_result kpi_block_decode(struct bytes from, struct kpi_block *ret)
{
    struct bytes columns[KPI_COLUMNS];
    struct kpi_block block = {.column = {{0}}};
    enum store_result result = columns_find(from, columns);
    if (result != STORE_OK) return result;
    for (unsigned i = 0; i < KPI_COLUMNS; i++) {
        if (columns[i].size == 0) continue;
        if (!column_decode(columns[i], block.column[i])) return STORE_DAMAGED;
        if (is_zero(block.column[i])) return STORE_DAMAGED; /* one encoding only */
    }
    *ret = block;
    return STORE_OK;
}

/* ---- sums ------------------------------------------------------------------------------------ */

bool kpi_block_set(struct kpi_block *block, uint32_t guide, const struct kpi_month *counts)
{
    int64_t sums[KPI_COLUMNS] = {0};
    bool overflow = false;
    for (size_t i = 0; i < KPI_DAYS; i++) {
        const struct kpi_day *day = &counts->days[i];
        sums[KPI_NEW] += day->new_members;
        sums[KPI_INHERITED] += day->inherited_members;
        sums[KPI_ACTIVATED] += day->activated_members;
        sums[KPI_PURCHASES] += day->purchases;
        sums[KPI_HANDED_OVER] += day->handed_over_members;
        overflow |= __builtin_add_overflow(sums[KPI_SALES], day->sales_minor, &sums[KPI_SALES]);
        for (size_t unit = 0; unit < UNIT_COUNT; unit++)
            overflow |= __builtin_add_overflow(sums[KPI_EARNED + unit], day->earned[unit],
                                               &sums[KPI_EARNED + unit]);
    }
    for (size_t span = 0; span < KPI_SPAN_COUNT; span++) {
        sums[KPI_ONCE + span] = counts->once[span];
        sums[KPI_TWICE + span] = counts->twice[span];
    }
    for (size_t i = 0; i < KPI_COLUMNS && !overflow; i++)
        block->column[i][guide % KPI_BLOCK_GUIDES] = sums[i];
    return !overflow;
}

/* ---- the table ------------------------------------------------------------------------------- */

static struct key block_key(uint32_t merchant, uint32_t block, business_date month)
{
    struct key key = key_begin(merchant, TABLE_KPI_BLOCK);
    key_date(&key, month);
    key_u32(&key, block);
    return key;
}

enum store_result kpi_block_get(struct reader *reader, uint32_t block, business_date month,
                                struct kpi_block *ret)
{
    struct key key = block_key(reader->merchant, block, month);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    return result == STORE_OK ? kpi_block_decode(value, ret) : result;
}

/* Months of the guides from `from` to before `to`, summed. */
struct summing {
    enum kpi_column first, second;
    struct kpi_block *block;  /* NULL: into the sums by guide */
    uint32_t guide_max;
    int64_t *sums[2];
};

static bool sums_add(struct summing *summing, uint32_t guide, int64_t first, int64_t second)
{
    bool overflow =
        __builtin_add_overflow(summing->sums[0][guide], first, &summing->sums[0][guide]);
    if (summing->first != summing->second)
        overflow |=
            __builtin_add_overflow(summing->sums[1][guide], second, &summing->sums[1][guide]);
    return !overflow;
}

static enum store_result months_visit(void *context, struct bytes key, struct bytes value,
                                      bool *ret_more)
{
    struct summing *summing = context;
    struct kpi_month counts;
    struct kpi_block block;
    *ret_more = true;
    if (key.size != KEY_REST_OFFSET + 8) return STORE_DAMAGED;
    uint32_t guide = key_read_u32(key, KEY_REST_OFFSET + 4);
    enum store_result result = kpi_month_decode(value, &counts);
    if (result != STORE_OK) return result;
    struct kpi_block *into = summing->block != NULL ? summing->block : &block;
    if (!kpi_block_set(into, guide, &counts)) return STORE_DAMAGED;
    if (summing->block != NULL) return STORE_OK;
    if (guide > summing->guide_max) return STORE_DAMAGED;
    size_t at = guide % KPI_BLOCK_GUIDES;
    return sums_add(summing, guide, block.column[summing->first][at],
                    block.column[summing->second][at]) ? STORE_OK : STORE_DAMAGED;
}

/* Of blocks [from, to), none of which need be there. */
static enum store_result sum_months(struct reader *reader, business_date month, uint32_t from,
                                    uint32_t to, struct summing *summing)
{
    struct key first = key_begin(reader->merchant, TABLE_KPI);
    key_date(&first, month);
    struct key end = first;
    key_u32(&first, from * KPI_BLOCK_GUIDES);
    if (to > UINT32_MAX / KPI_BLOCK_GUIDES) end = key_after(&end);
    else key_u32(&end, to * KPI_BLOCK_GUIDES);
    return table_walk(reader, key_view(&first), key_view(&end), months_visit, summing);
}

enum store_result kpi_block_load(struct reader *reader, uint32_t guide, business_date month,
                                 struct kpi_block *ret)
{
    uint32_t number = guide / KPI_BLOCK_GUIDES;
    enum store_result result = kpi_block_get(reader, number, month, ret);
    if (result != STORE_ABSENT) return result;
    struct kpi_block block = {.column = {{0}}};
    struct summing summing = {.block = &block};
    result = sum_months(reader, month, number, number + 1, &summing);
    if (result == STORE_OK) *ret = block;
    return result;
}

enum store_result kpi_block_ready(struct reader *reader, uint32_t guide, business_date month)
{
    struct key key = block_key(reader->merchant, guide / KPI_BLOCK_GUIDES, month);
    struct bytes value, columns[KPI_COLUMNS];
    struct kpi_block block;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_ABSENT) return kpi_block_load(reader, guide, month, &block);
    return result == STORE_OK ? columns_find(value, columns) : result;
}

void kpi_block_put(struct batch *batch, uint32_t guide, business_date month,
                   const struct kpi_block *block)
{
    uint8_t data[KPI_BLOCK_BYTES_MAX];
    struct key key = block_key(batch->reader.merchant, guide / KPI_BLOCK_GUIDES, month);
    table_put(batch, &key, data, kpi_block_encode(block, data));
}

/* ---- all guides ------------------------------------------------------------------------------ */

struct adding {
    struct reader *reader;
    business_date month;
    uint32_t next; /* the block expected: those between are absent */
    struct summing summing;
};

static enum store_result add_visit(void *context, struct bytes key, struct bytes value,
                                   bool *ret_more)
{
    struct adding *adding = context;
    struct summing *summing = &adding->summing;
    struct bytes columns[KPI_COLUMNS];
    int64_t first[KPI_BLOCK_GUIDES] = {0}, second[KPI_BLOCK_GUIDES] = {0};
    *ret_more = true;
    if (key.size != KEY_REST_OFFSET + 8) return STORE_DAMAGED;
    uint32_t block = key_read_u32(key, KEY_REST_OFFSET + 4);
    enum store_result result = columns_find(value, columns);
    if (result == STORE_OK && block > adding->next)
        result = sum_months(adding->reader, adding->month, adding->next, block, summing);
    if (result != STORE_OK) return result;
    adding->next = block + 1;
    struct bytes one = columns[summing->first], other = columns[summing->second];
    if (one.size > 0 && !column_decode(one, first)) return STORE_DAMAGED;
    if (summing->first != summing->second && other.size > 0 && !column_decode(other, second))
        return STORE_DAMAGED;
    for (size_t i = 0; i < KPI_BLOCK_GUIDES; i++) {
        if (first[i] == 0 && second[i] == 0) continue;
        uint64_t guide = (uint64_t)block * KPI_BLOCK_GUIDES + i;
        if (guide > summing->guide_max ||
            !sums_add(summing, (uint32_t)guide, first[i], second[i]))
            return STORE_DAMAGED;
    }
    return STORE_OK;
}

enum store_result kpi_block_add_up(struct reader *reader, business_date month,
                                   enum kpi_column first, enum kpi_column second,
                                   uint32_t guide_max, int64_t *ret_first, int64_t *ret_second)
{
    assert((unsigned)first < KPI_COLUMNS && (unsigned)second < KPI_COLUMNS);
    struct adding adding = {
        .reader = reader, .month = month,
        .summing = {.first = first, .second = second, .guide_max = guide_max,
                    .sums = {ret_first, ret_second}},
    };
    struct key from = key_begin(reader->merchant, TABLE_KPI_BLOCK);
    key_date(&from, month);
    struct key end = key_after(&from);
    enum store_result result =
        table_walk(reader, key_view(&from), key_view(&end), add_visit, &adding);
    if (result != STORE_OK) return result;
    return sum_months(reader, month, adding.next, UINT32_MAX, &adding.summing);
}
