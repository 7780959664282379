#include "store/caps.h"

#include <assert.h>
#include <string.h>

#include "store/codec.h"
#include "store/table.h"

enum { TAKEN_VERSION = 1, TAKEN_BYTES = 1 + 8 };
/* Behind (merchant, TABLE_ACCOUNT, party, ACCOUNT_CAP). */
enum { CAP_OFFSET = KEY_REST_OFFSET + 6, RULE_ID_OFFSET = CAP_OFFSET + 1 + 1 + 4 };

static struct key counter_key(uint32_t merchant, const struct cap_counter *counter)
{
    size_t size = strlen(counter->rule_id);
    struct key key;

    assert(size > 0 && size <= RULE_ID_BYTES_MAX);
    if (counter->cap == CAP_BUDGET) {
        key = key_begin(merchant, TABLE_BUDGET);
    } else {
        assert(counter->cap == CAP_REFEREE || counter->cap == CAP_BENEFICIARY);
        key = account_key(merchant, counter->party, ACCOUNT_CAP);
        key_u8(&key, (uint8_t)counter->cap);
        key_u8(&key, (uint8_t)counter->period);
        key_date(&key, counter->start);
    }
    key_bytes(&key, counter->rule_id, size);
    return key;
}

static enum store_result taken_decode(struct bytes value, int64_t *ret_taken)
{
    struct decoder decoder = decoder_begin_version(value, TAKEN_VERSION);
    int64_t taken = decoder_amount(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret_taken = taken;
    return result;
}

enum store_result caps_get(struct reader *reader, const struct cap_counter *counter,
                           int64_t *ret_taken)
{
    struct key key = counter_key(reader->merchant, counter);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_ABSENT) {
        *ret_taken = 0;
        return STORE_OK;
    }
    return result == STORE_OK ? taken_decode(value, ret_taken) : result;
}

void caps_want(struct reader *reader, const struct cap_counter *counter)
{
    struct key key = counter_key(reader->merchant, counter);
    reader_want(reader, key_view(&key));
}

void caps_put(struct batch *batch, const struct cap_counter *counter, int64_t taken)
{
    uint8_t data[TAKEN_BYTES];
    struct encoder encoder = encoder_begin(data);

    assert(taken >= 0);
    encoder_u8(&encoder, TAKEN_VERSION);
    encoder_i64(&encoder, taken);
    assert(encoder_size(&encoder) == TAKEN_BYTES);
    struct key key = counter_key(batch->reader.merchant, counter);
    table_put(batch, &key, data, sizeof data);
}

/* The rule's id is the rest of the key. */
static bool read_rule_id(struct bytes key, size_t offset, struct cap_counter *counter)
{
    if (key.size <= offset || key.size - offset > RULE_ID_BYTES_MAX) return false;
    size_t size = key.size - offset;
    memcpy(counter->rule_id, key.data + offset, size);
    return strlen(counter->rule_id) == size;
}

enum store_result caps_decode(struct bytes key, struct bytes value, struct cap_counter *ret,
                              int64_t *ret_taken)
{
    struct cap_counter counter = {.cap = CAP_BUDGET, .start = DATE_ALWAYS};
    bool good;

    if (key.size > KEY_TABLE_OFFSET && key.data[KEY_TABLE_OFFSET] == TABLE_BUDGET) {
        good = read_rule_id(key, KEY_REST_OFFSET, &counter);
    } else {
        good = read_rule_id(key, RULE_ID_OFFSET, &counter);
        if (!good) return STORE_DAMAGED;
        counter.cap = (enum award_cap)key.data[CAP_OFFSET];
        counter.period = (enum period_kind)key.data[CAP_OFFSET + 1];
        counter.start = key_read_date(key, CAP_OFFSET + 2);
        counter.party.kind = (enum party_kind)key.data[KEY_REST_OFFSET];
        counter.party.number = key_read_u32(key, KEY_REST_OFFSET + 1);
        good = counter.cap == CAP_REFEREE || counter.cap == CAP_BENEFICIARY;
    }
    if (!good) return STORE_DAMAGED;
    enum store_result result = taken_decode(value, ret_taken);
    if (result == STORE_OK) *ret = counter;
    return result;
}
