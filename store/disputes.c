#include "store/disputes.h"

#include <assert.h>

#include "cold.pb-c.h"
#include "store/table.h"

/* Two texts of 200 bytes and 18 numbers. */
enum { DISPUTE_BYTES_MAX = 1024 };

/* Lists stand under number 0, which no dispute has: one byte says which. */
enum { LIST_OF_PAYEE = 1, LIST_WAITING = 2 };
enum { OF_PAYEE_BYTES = KEY_REST_OFFSET + 4 + 4 + 1 + 5 + 4,
       WAITING_BYTES = KEY_REST_OFFSET + 4 + 4 + 1 + 1 + 4 };

static struct key run_key(uint32_t merchant, uint32_t run)
{
    struct key key = key_begin(merchant, TABLE_DISPUTE);
    key_u32(&key, run);
    return key;
}

static struct key record_key(uint32_t merchant, uint32_t run, uint32_t number)
{
    struct key key = run_key(merchant, run);
    key_u32(&key, number);
    return key;
}

static struct key of_payee_key(uint32_t merchant, uint32_t run, struct party payee)
{
    struct key key = record_key(merchant, run, 0);
    key_u8(&key, LIST_OF_PAYEE);
    key_party(&key, payee);
    return key;
}

static struct key waiting_key(uint32_t merchant, uint32_t run, enum dispute_remedy remedy)
{
    struct key key = record_key(merchant, run, 0);
    key_u8(&key, LIST_WAITING);
    key_u8(&key, (uint8_t)remedy);
    return key;
}

bool dispute_waits(const struct dispute *dispute)
{
    return dispute->state == DISPUTE_ACCEPTED && !dispute->corrected;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool state_good(const Beckon__Store__ColdDispute *cold)
{
    bool open = cold->state == DISPUTE_OPEN, accepted = cold->state == DISPUTE_ACCEPTED;
    bool remedy = cold->remedy == REMEDY_NOW || cold->remedy == REMEDY_LATER;

    if (cold->state < DISPUTE_OPEN || cold->state > DISPUTE_WITHDRAWN) return false;
    if (open != (cold->decided_at == 0)) return false;
    if (accepted != remedy || accepted != (cold->amount != 0)) return false;
    if (!accepted && (cold->remedy != REMEDY_NONE || cold->corrected || cold->posted != 0))
        return false;
    return (cold->posted == 0) == (cold->entry == 0) &&
           (cold->amount > 0 ? cold->posted >= 0 && cold->posted <= cold->amount
                             : cold->posted <= 0 && cold->posted >= cold->amount);
}

static bool dispute_from_cold(const Beckon__Store__ColdDispute *cold, struct dispute *ret)
{
    bool payee = (cold->payee_kind == PARTY_MEMBER || cold->payee_kind == PARTY_GUIDE) &&
                 cold->payee_number != 0;

    if (!payee || cold->draft == 0 || cold->draft > UINT16_MAX || cold->unit >= UNIT_COUNT ||
        cold->text[0] == '\0' || !state_good(cold))
        return false;
    *ret = (struct dispute){
        .run = cold->run, .number = cold->number, .draft = (uint16_t)cold->draft,
        .payee = {(enum party_kind)cold->payee_kind, cold->payee_number},
        .pay_entity = cold->pay_entity, .credit = cold->credit,
        .state = (enum dispute_state)cold->state, .opened_at = cold->opened_at,
        .opened_by = cold->opened_by, .decided_at = cold->decided_at,
        .decided_by = cold->decided_by, .remedy = (enum dispute_remedy)cold->remedy,
        .unit = (enum unit)cold->unit, .amount = cold->amount,
        .corrected = cold->corrected != 0, .posted = cold->posted, .entry = cold->entry,
    };
    return table_copy_text(ret->text, sizeof ret->text, cold->text) &&
           table_copy_text(ret->reason, sizeof ret->reason, cold->reason);
}

enum store_result disputes_get(struct reader *reader, uint32_t run, uint32_t number,
                               struct dispute *ret)
{
    if (number == 0) return STORE_ABSENT;
    struct key key = record_key(reader->merchant, run, number);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    Beckon__Store__ColdDispute *cold =
        beckon__store__cold_dispute__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    struct dispute dispute;
    bool good = dispute_from_cold(cold, &dispute) && dispute.run == run &&
                dispute.number == number;
    beckon__store__cold_dispute__free_unpacked(cold, NULL);
    if (!good) return STORE_DAMAGED;
    *ret = dispute;
    return STORE_OK;
}

enum store_result disputes_list(struct reader *reader, uint32_t run, uint32_t after,
                                uint32_t *ret_numbers, size_t count_max, size_t *ret_count)
{
    struct key prefix = run_key(reader->merchant, run);
    return table_list_numbers(reader, &prefix, after, ret_numbers, count_max, ret_count);
}

enum store_result disputes_list_of(struct reader *reader, uint32_t run, struct party payee,
                                   uint32_t after, uint32_t *ret_numbers, size_t count_max,
                                   size_t *ret_count)
{
    struct key prefix = of_payee_key(reader->merchant, run, payee);
    return table_list_numbers(reader, &prefix, after, ret_numbers, count_max, ret_count);
}

enum store_result disputes_list_waiting(struct reader *reader, uint32_t run,
                                        enum dispute_remedy remedy, uint32_t after,
                                        uint32_t *ret_numbers, size_t count_max,
                                        size_t *ret_count)
{
    struct key prefix = waiting_key(reader->merchant, run, remedy);
    return table_list_numbers(reader, &prefix, after, ret_numbers, count_max, ret_count);
}

bool dispute_key_read(struct bytes key, struct dispute_key *ret)
{
    enum { NUMBER = KEY_REST_OFFSET + 4, LIST = NUMBER + 4, OF_LIST = LIST + 1 };

    if (key.size < LIST) return false;
    *ret = (struct dispute_key){.run = key_read_u32(key, KEY_REST_OFFSET),
                                .number = key_read_u32(key, NUMBER)};
    if (key.size == LIST) return ret->number != 0;
    if (ret->number != 0) return false;
    const uint8_t *data = key.data;
    ret->number = key_read_u32(key, key.size - 4);
    if (key.size == OF_PAYEE_BYTES && data[LIST] == LIST_OF_PAYEE) {
        ret->kind = DISPUTE_KEY_OF_PAYEE;
        ret->payee = (struct party){(enum party_kind)data[OF_LIST],
                                    key_read_u32(key, OF_LIST + 1)};
        return true;
    }
    ret->kind = DISPUTE_KEY_WAITING;
    ret->remedy = (enum dispute_remedy)data[OF_LIST < key.size ? OF_LIST : LIST];
    return key.size == WAITING_BYTES && data[LIST] == LIST_WAITING;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_lists(struct batch *batch, const struct dispute *dispute)
{
    uint32_t merchant = batch->reader.merchant;
    struct key key = of_payee_key(merchant, dispute->run, dispute->payee);
    key_u32(&key, dispute->number);
    assert(key.size == OF_PAYEE_BYTES);
    table_put_empty(batch, &key);
    if (dispute->remedy == REMEDY_NONE) return;
    key = waiting_key(merchant, dispute->run, dispute->remedy);
    key_u32(&key, dispute->number);
    assert(key.size == WAITING_BYTES);
    if (dispute_waits(dispute)) table_put_empty(batch, &key);
    else table_delete(batch, &key);
}

void disputes_put(struct batch *batch, const struct dispute *dispute)
{
    Beckon__Store__ColdDispute cold = BECKON__STORE__COLD_DISPUTE__INIT;
    assert(dispute->run != 0 && dispute->number != 0 && dispute->text[0] != '\0');
    assert((dispute->state == DISPUTE_OPEN) == (dispute->decided_at == 0));
    assert((dispute->state == DISPUTE_ACCEPTED) == (dispute->remedy != REMEDY_NONE));
    cold.run = dispute->run;
    cold.number = dispute->number;
    cold.draft = dispute->draft;
    cold.payee_kind = dispute->payee.kind;
    cold.payee_number = dispute->payee.number;
    cold.pay_entity = dispute->pay_entity;
    cold.credit = dispute->credit;
    cold.text = table_text(dispute->text);
    cold.state = dispute->state;
    cold.opened_at = dispute->opened_at;
    cold.opened_by = dispute->opened_by;
    cold.decided_at = dispute->decided_at;
    cold.decided_by = dispute->decided_by;
    cold.reason = table_text(dispute->reason);
    cold.remedy = dispute->remedy;
    cold.unit = dispute->unit;
    cold.amount = dispute->amount;
    cold.corrected = dispute->corrected;
    cold.posted = dispute->posted;
    cold.entry = dispute->entry;
    assert(state_good(&cold));

    uint8_t data[DISPUTE_BYTES_MAX];
    assert(beckon__store__cold_dispute__get_packed_size(&cold) <= sizeof data);
    struct key key = record_key(batch->reader.merchant, dispute->run, dispute->number);
    table_put(batch, &key, data, beckon__store__cold_dispute__pack(&cold, data));
    put_lists(batch, dispute);
}
