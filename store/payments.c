#include "store/payments.h"

#include <assert.h>

#include "cold.pb-c.h"
#include "store/table.h"

enum { PAYMENT_BYTES_MAX = 128, PAYMENT_KEY_BYTES = KEY_REST_OFFSET + 4 + 5 + 4 + 4 };

static struct key line_key(uint32_t merchant, uint32_t run, const struct line_name *line)
{
    struct key key = key_begin(merchant, TABLE_PAYMENT);
    key_u32(&key, run);
    key_party(&key, line->payee);
    key_u32(&key, line->pay_entity);
    return key;
}

bool payment_key_read(struct bytes key, uint32_t *ret_run, struct line_name *ret_line,
                      uint32_t *ret_number)
{
    enum { PAYEE = KEY_REST_OFFSET + 4, ENTITY = PAYEE + 5 };
    const uint8_t *data = key.data;

    if (key.size != PAYMENT_KEY_BYTES) return false;
    *ret_run = key_read_u32(key, KEY_REST_OFFSET);
    ret_line->payee = (struct party){(enum party_kind)data[PAYEE], key_read_u32(key, PAYEE + 1)};
    ret_line->pay_entity = key_read_u32(key, ENTITY);
    *ret_number = key_read_u32(key, ENTITY + 4);
    return true;
}

static enum store_result event_decode(struct bytes key, struct bytes value,
                                      struct payment_event *ret)
{
    struct payment_event event = {.number = 0};

    if (!payment_key_read(key, &event.run, &event.line, &event.number)) return STORE_DAMAGED;
    Beckon__Store__ColdPayment *cold =
        beckon__store__cold_payment__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    bool good = cold->payment <= PAYMENT_RETURNED && cold->at != 0 && event.number != 0 &&
                table_copy_text(event.reference, sizeof event.reference, cold->reference);
    event.payment = (enum payment)cold->payment;
    event.at = cold->at;
    event.by = cold->by;
    beckon__store__cold_payment__free_unpacked(cold, NULL);
    if (!good) return STORE_DAMAGED;
    *ret = event;
    return STORE_OK;
}

struct listing {
    struct payment_event *events;
    size_t count, count_max;
};

static enum store_result list_visit(void *context, struct bytes key, struct bytes value,
                                    bool *ret_more)
{
    struct listing *listing = context;
    enum store_result result = event_decode(key, value, &listing->events[listing->count]);
    if (result != STORE_OK) return result;
    listing->count++;
    *ret_more = listing->count < listing->count_max;
    return STORE_OK;
}

enum store_result payments_list(struct reader *reader, uint32_t run, const struct line_name *line,
                                uint32_t after, struct payment_event *ret_events,
                                size_t count_max, size_t *ret_count)
{
    struct listing listing = {.events = ret_events, .count_max = count_max};
    struct key prefix = line_key(reader->merchant, run, line), from = prefix;
    struct key end = key_after(&prefix);
    enum store_result result = STORE_OK;

    if (after < UINT32_MAX && count_max > 0) {
        key_u32(&from, after + 1);
        result = table_walk(reader, key_view(&from), key_view(&end), list_visit, &listing);
    }
    if (result == STORE_OK) *ret_count = listing.count;
    return result;
}

enum store_result payments_last(struct reader *reader, uint32_t run, const struct line_name *line,
                                uint32_t *ret_number)
{
    struct key from = line_key(reader->merchant, run, line), to = from;
    struct line_name found;
    struct bytes key, value;
    uint32_t its_run, number;

    key_u32(&from, 0);
    key_u32(&to, UINT32_MAX);
    enum store_result result = table_last(reader, &from, &to, &key, &value);
    if (result == STORE_ABSENT) {
        *ret_number = 0;
        return STORE_OK;
    }
    if (result != STORE_OK) return result;
    if (!payment_key_read(key, &its_run, &found, &number)) return STORE_DAMAGED;
    *ret_number = number;
    return STORE_OK;
}

void payments_put(struct batch *batch, const struct payment_event *event)
{
    Beckon__Store__ColdPayment cold = BECKON__STORE__COLD_PAYMENT__INIT;
    assert(event->run != 0 && event->number != 0 && event->at != 0);
    assert(event->payment <= PAYMENT_RETURNED);
    cold.payment = event->payment;
    cold.reference = table_text(event->reference);
    cold.at = event->at;
    cold.by = event->by;

    uint8_t data[PAYMENT_BYTES_MAX];
    assert(beckon__store__cold_payment__get_packed_size(&cold) <= sizeof data);
    struct key key = line_key(batch->reader.merchant, event->run, &event->line);
    key_u32(&key, event->number);
    assert(key.size == PAYMENT_KEY_BYTES);
    table_put(batch, &key, data, beckon__store__cold_payment__pack(&cold, data));
}
