#include "store/handovers.h"

#include <assert.h>
#include <string.h>

#include "cold.pb-c.h"
#include "store/codec.h"
#include "store/table.h"

enum { HANDOVER_BYTES_MAX = 512, HANDOVER_ROW_VERSION = 1 };

static struct key handover_key(uint32_t merchant, uint32_t number)
{
    struct key key = key_begin(merchant, TABLE_HANDOVER);
    key_u32(&key, number);
    return key;
}

static struct key open_key(uint32_t merchant, business_date due_on, uint32_t number)
{
    struct key key = key_begin(merchant, TABLE_HANDOVER_OPEN);
    key_date(&key, due_on);
    key_u32(&key, number);
    return key;
}

static bool sound(const struct handover *handover)
{
    return handover->number != 0 && handover->from_guide != handover->to_guide &&
           handover->state >= HANDOVER_WORKING && handover->state <= HANDOVER_DONE &&
           handover->reason[0] != '\0' && (!handover->all || handover->from_guide != 0) &&
           (handover->state == HANDOVER_DONE) == (handover->due_on == DATE_NEVER);
}

static bool from_cold(const Beckon__Store__ColdHandover *cold, struct handover *ret)
{
    struct handover handover = {
        .number = cold->number,
        .from_guide = cold->from_guide,
        .to_guide = cold->to_guide,
        .from = cold->from_date,
        .all = cold->all,
        .codes_follow = cold->codes_follow,
        .made_at = cold->made_at,
        .made_by = cold->made_by,
        .state = (enum handover_state)cold->state,
        .done_at = cold->done_at,
        .due_on = cold->due_on,
        .codes_done = cold->codes_done,
        .code = {cold->code},
        .member = cold->member,
        .codes_moved = cold->codes_moved,
        .codes_kept = cold->codes_kept,
    };
    if (cold->n_counts != HANDOVER_OUTCOME_COUNT) return false;
    memcpy(handover.counts, cold->counts, sizeof handover.counts);
    if (!table_copy_text(handover.reason, sizeof handover.reason, cold->reason)) return false;
    *ret = handover;
    return true;
}

enum store_result handovers_get(struct reader *reader, uint32_t number, struct handover *ret)
{
    struct key key = handover_key(reader->merchant, number);
    struct bytes value;
    struct handover handover;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    Beckon__Store__ColdHandover *cold =
        beckon__store__cold_handover__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    bool good = from_cold(cold, &handover);
    beckon__store__cold_handover__free_unpacked(cold, NULL);
    if (!good || handover.number != number || !sound(&handover)) return STORE_DAMAGED;
    *ret = handover;
    return STORE_OK;
}

enum store_result handovers_last(struct reader *reader, uint32_t *ret_number)
{
    struct key from = handover_key(reader->merchant, 0);
    struct key to = handover_key(reader->merchant, UINT32_MAX);
    struct bytes key, value;
    enum store_result result = table_last(reader, &from, &to, &key, &value);
    if (result == STORE_ABSENT) {
        *ret_number = 0;
        return STORE_OK;
    }
    if (result == STORE_OK && key.size != from.size) return STORE_DAMAGED;
    if (result == STORE_OK) *ret_number = key_read_u32(key, KEY_REST_OFFSET);
    return result;
}

static void open_move(struct batch *batch, const struct handover *handover,
                      business_date due_before)
{
    uint32_t merchant = batch->reader.merchant;
    if (due_before == handover->due_on) return;
    if (due_before != DATE_NEVER) {
        struct key key = open_key(merchant, due_before, handover->number);
        table_delete(batch, &key);
    }
    if (handover->due_on != DATE_NEVER) {
        struct key key = open_key(merchant, handover->due_on, handover->number);
        table_put_empty(batch, &key);
    }
}

void handovers_put(struct batch *batch, const struct handover *handover, business_date due_before)
{
    Beckon__Store__ColdHandover cold = BECKON__STORE__COLD_HANDOVER__INIT;
    uint32_t counts[HANDOVER_OUTCOME_COUNT];
    uint8_t data[HANDOVER_BYTES_MAX];
    assert(sound(handover));
    memcpy(counts, handover->counts, sizeof counts);
    cold.number = handover->number;
    cold.from_guide = handover->from_guide;
    cold.to_guide = handover->to_guide;
    cold.from_date = handover->from;
    cold.all = handover->all;
    cold.codes_follow = handover->codes_follow;
    cold.reason = table_text(handover->reason);
    cold.made_at = handover->made_at;
    cold.made_by = handover->made_by;
    cold.state = (uint32_t)handover->state;
    cold.done_at = handover->done_at;
    cold.due_on = handover->due_on;
    cold.codes_done = handover->codes_done;
    cold.code = handover->code.symbols;
    cold.member = handover->member;
    cold.codes_moved = handover->codes_moved;
    cold.codes_kept = handover->codes_kept;
    cold.n_counts = HANDOVER_OUTCOME_COUNT;
    cold.counts = counts;
    assert(beckon__store__cold_handover__get_packed_size(&cold) <= sizeof data);
    struct key key = handover_key(batch->reader.merchant, handover->number);
    table_put(batch, &key, data, beckon__store__cold_handover__pack(&cold, data));
    open_move(batch, handover, due_before);
}

static enum store_result due_visit(void *context, struct bytes key, struct bytes value,
                                   bool *ret_more)
{
    uint32_t *number = context;
    if (key.size != KEY_REST_OFFSET + 8 || value.size != 0) return STORE_DAMAGED;
    *number = key_read_u32(key, KEY_REST_OFFSET + 4);
    *ret_more = false;
    return *number != 0 ? STORE_OK : STORE_DAMAGED;
}

enum store_result handovers_due(struct reader *reader, business_date today, uint32_t *ret_number)
{
    struct key from = key_begin(reader->merchant, TABLE_HANDOVER_OPEN);
    struct key end = from;
    uint32_t number = 0;
    assert(today < DATE_NEVER);
    key_date(&end, today + 1);
    enum store_result result =
        table_walk(reader, key_view(&from), key_view(&end), due_visit, &number);
    if (result != STORE_OK) return result;
    if (number == 0) return STORE_ABSENT;
    *ret_number = number;
    return STORE_OK;
}

enum store_result handovers_is_open(struct reader *reader, uint32_t number, business_date due_on)
{
    struct key key = open_key(reader->merchant, due_on, number);
    struct bytes value;
    return table_get(reader, &key, &value);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static struct key row_key(uint32_t merchant, uint32_t handover, uint32_t member)
{
    struct key key = key_begin(merchant, TABLE_HANDOVER_ROW);
    key_u32(&key, handover);
    key_u32(&key, member);
    return key;
}

size_t handover_row_encode(const struct handover_row *row, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, HANDOVER_ROW_VERSION);
    encoder_u8(&encoder, (uint8_t)row->outcome);
    encoder_date(&encoder, row->from);
    encoder_u32(&encoder, row->guide);
    assert(encoder_size(&encoder) == HANDOVER_ROW_BYTES);
    return HANDOVER_ROW_BYTES;
}

enum store_result handover_row_decode(struct bytes from, struct handover_row *ret)
{
    struct decoder decoder = decoder_begin_version(from, HANDOVER_ROW_VERSION);
    struct handover_row row = {.outcome = (enum handover_outcome)decoder_choice(
                                   &decoder, HANDOVER_NONE, HANDOVER_OUTCOME_COUNT - 1)};
    row.from = decoder_date(&decoder);
    row.guide = decoder_u32(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = row;
    return result;
}

enum store_result handover_rows_get(struct reader *reader, uint32_t handover, uint32_t member,
                                    struct handover_row *ret)
{
    struct key key = row_key(reader->merchant, handover, member);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    return result == STORE_OK ? handover_row_decode(value, ret) : result;
}

void handover_rows_put(struct batch *batch, uint32_t handover, uint32_t member,
                       const struct handover_row *row)
{
    uint8_t data[HANDOVER_ROW_BYTES];
    assert(handover != 0 && member != 0);
    struct key key = row_key(batch->reader.merchant, handover, member);
    table_put(batch, &key, data, handover_row_encode(row, data));
}

struct rows {
    uint32_t *members;
    struct handover_row *rows;
    size_t count, count_max;
};

static enum store_result rows_visit(void *context, struct bytes key, struct bytes value,
                                    bool *ret_more)
{
    struct rows *rows = context;
    if (key.size != KEY_REST_OFFSET + 8) return STORE_DAMAGED;
    enum store_result result = handover_row_decode(value, &rows->rows[rows->count]);
    if (result != STORE_OK) return result;
    rows->members[rows->count++] = key_read_u32(key, KEY_REST_OFFSET + 4);
    *ret_more = rows->count < rows->count_max;
    return STORE_OK;
}

enum store_result handover_rows_list(struct reader *reader, uint32_t handover, uint32_t after,
                                     uint32_t *ret_members, struct handover_row *ret_rows,
                                     size_t count_max, size_t *ret_count)
{
    struct rows rows = {.members = ret_members, .rows = ret_rows, .count_max = count_max};
    struct key from = row_key(reader->merchant, handover, after);
    struct key end = key_begin(reader->merchant, TABLE_HANDOVER_ROW);
    assert(count_max > 0);
    key_u8(&from, 0); /* the least key above it */
    key_u32(&end, handover);
    end = key_after(&end);
    enum store_result result =
        table_walk(reader, key_view(&from), key_view(&end), rows_visit, &rows);
    if (result == STORE_OK) *ret_count = rows.count;
    return result;
}
