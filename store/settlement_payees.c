#include "store/settlement_payees.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "cold.pb-c.h"
#include "store/seal.h"
#include "store/settlements.h"
#include "store/table.h"

static_assert((int)SETTLEMENT_NONCE_BYTES == (int)SEAL_NONCE_BYTES, "handed on as it is");

enum {
    /* Two documents and a name with a tag and a length each, and what a seal adds. */
    PLAIN_BYTES_MAX = NAME_BYTES_MAX + 2 * DOCUMENT_BYTES_MAX + 3 * 3,
    SEALED_BYTES_MAX = PLAIN_BYTES_MAX + SEAL_OVERHEAD_BYTES,
};
static_assert(SEALED_BYTES_MAX + SHOP_ID_BYTES_MAX + COST_CENTER_BYTES_MAX + 3 * 3 <=
                  SETTLEMENT_PAYEE_BYTES_MAX, "a copy has room for the fullest texts");

static struct party key_of(uint32_t run)
{
    return (struct party){PARTY_RUN, run};
}

/* ---- keys ------------------------------------------------------------------------------------ */

static struct key run_key(uint32_t merchant, uint32_t run)
{
    struct key key = key_begin(merchant, TABLE_RUN_PAYEE);
    assert(run != 0);
    key_u32(&key, run);
    return key;
}

static struct key payee_key(uint32_t merchant, uint32_t run, const struct line_name *name)
{
    struct key key = run_key(merchant, run);
    assert(name->payee.kind == PARTY_GUIDE);
    key_u32(&key, name->payee.number);
    key_u32(&key, name->pay_entity);
    return key;
}

bool settlement_payee_key_read(struct bytes key, uint32_t *ret_run, struct line_name *ret_name)
{
    enum { RUN_AT = KEY_REST_OFFSET, GUIDE_AT = RUN_AT + 4, ENTITY_AT = GUIDE_AT + 4,
           END = ENTITY_AT + 4 };
    struct line_name name = {.payee = {PARTY_NONE, 0}};

    if (key.size != GUIDE_AT && key.size != END) return false;
    if (key.size == END) {
        name.payee = (struct party){PARTY_GUIDE, key_read_u32(key, GUIDE_AT)};
        name.pay_entity = key_read_u32(key, ENTITY_AT);
        if (name.payee.number == 0) return false;
    }
    if (key_read_u32(key, RUN_AT) == 0) return false;
    *ret_run = key_read_u32(key, RUN_AT);
    *ret_name = name;
    return true;
}

/* ---- copying --------------------------------------------------------------------------------- */

void settlement_payees_begin(struct batch *batch, uint32_t run, business_date retained_until,
                             const uint8_t seed[SETTLEMENT_KEY_SEED_BYTES])
{
    Beckon__Store__ColdRunPayees cold = BECKON__STORE__COLD_RUN_PAYEES__INIT;
    uint8_t data[16];

    seal_make_key(batch, key_of(run), seed);
    cold.retained_until = retained_until;
    assert(beckon__store__cold_run_payees__get_packed_size(&cold) <= sizeof data);
    struct key key = run_key(batch->reader.merchant, run);
    table_put(batch, &key, data, beckon__store__cold_run_payees__pack(&cold, data));
}

/* The shop's last cost centre under this employer before the period's end. */
static const char *last_cost_center(const struct shop *shop, uint32_t pay_entity,
                                    business_date end)
{
    for (size_t i = shop->period_count; i-- > 0;)
        if (shop->periods[i].from < end && shop->periods[i].pay_entity == pay_entity)
            return shop->periods[i].cost_center;
    return shop_period_on(shop, end - 1)->cost_center;
}

void settlement_payee_place(const struct shop *shop, uint32_t pay_entity, business_date end,
                            struct settlement_payee *payee)
{
    const char *cost_center = last_cost_center(shop, pay_entity, end);
    memcpy(payee->shop_id, shop->shop_id, sizeof payee->shop_id);
    memcpy(payee->cost_center, cost_center, sizeof payee->cost_center);
}

/* Packs and seals what is personal. */
static enum store_result seal_person(struct batch *batch, uint32_t run, uint32_t guide,
                                     const uint8_t nonce[SETTLEMENT_NONCE_BYTES],
                                     uint8_t *ret_sealed, size_t *ret_size)
{
    Beckon__Store__ColdPayee cold = BECKON__STORE__COLD_PAYEE__INIT;
    uint8_t plain[PLAIN_BYTES_MAX];
    struct profile profile;
    struct party party = {PARTY_GUIDE, guide};

    enum store_result result = profiles_get_in_batch(batch, party, &profile);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    if (result == STORE_OK) {
        cold.name = table_text(profile.name);
        cold.document_type = table_text(profile.document_type);
        cold.document_number = table_text(profile.document_number);
    }
    assert(beckon__store__cold_payee__get_packed_size(&cold) <= sizeof plain);
    struct bytes view = {plain, beckon__store__cold_payee__pack(&cold, plain)};
    result = seal(batch, key_of(run), view, nonce, ret_sealed, ret_size);
    sodium_memzero(plain, sizeof plain);
    sodium_memzero(&profile, sizeof profile);
    return result;
}

enum store_result settlement_payee_make(struct batch *batch, const struct settlement_run *run,
                                        const struct settlement_line *line,
                                        const uint8_t nonce[SETTLEMENT_NONCE_BYTES],
                                        struct settlement_payee_copy *ret)
{
    Beckon__Store__ColdRunPayee cold = BECKON__STORE__COLD_RUN_PAYEE__INIT;
    uint8_t sealed[SEALED_BYTES_MAX];
    enum store_result result = STORE_OK;
    struct settlement_payee place;
    struct shop shop;

    assert(line->payee.kind == PARTY_GUIDE && line->run == run->number);
    if (line->shop != 0) {
        result = shops_get(&batch->reader, line->shop, &shop);
        if (result != STORE_OK) return result == STORE_ABSENT ? STORE_DAMAGED : result;
        settlement_payee_place(&shop, line->pay_entity, run->end, &place);
        cold.shop_id = table_text(place.shop_id);
        cold.cost_center = table_text(place.cost_center);
    }
    cold.sealed.data = sealed;
    result = seal_person(batch, run->number, line->payee.number, nonce, sealed, &cold.sealed.len);
    if (result != STORE_OK) return result;
    assert(beckon__store__cold_run_payee__get_packed_size(&cold) <= sizeof ret->data);
    ret->size = beckon__store__cold_run_payee__pack(&cold, ret->data);
    return STORE_OK;
}

void settlement_payee_put(struct batch *batch, const struct settlement_line *line,
                          const struct settlement_payee_copy *copy)
{
    struct line_name name = {line->payee, line->pay_entity};
    struct key key = payee_key(batch->reader.merchant, line->run, &name);
    assert(copy->size > 0 && copy->size <= sizeof copy->data);
    table_put(batch, &key, copy->data, copy->size);
}

/* ---- reading --------------------------------------------------------------------------------- */

static enum store_result person_from_plain(const uint8_t *plain, size_t size,
                                           struct settlement_payee *payee)
{
    Beckon__Store__ColdPayee *cold = beckon__store__cold_payee__unpack(NULL, size, plain);
    if (cold == NULL) return STORE_DAMAGED;
    bool good = table_copy_text(payee->name, sizeof payee->name, cold->name) &&
                table_copy_text(payee->document_type, sizeof payee->document_type,
                                cold->document_type) &&
                table_copy_text(payee->document_number, sizeof payee->document_number,
                                cold->document_number);
    char *texts[] = {cold->name, cold->document_type, cold->document_number};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i] != protobuf_c_empty_string) sodium_memzero(texts[i], strlen(texts[i]));
    beckon__store__cold_payee__free_unpacked(cold, NULL);
    return good ? STORE_OK : STORE_DAMAGED;
}

static enum store_result open_person(struct reader *reader, uint32_t run, struct bytes sealed,
                                     struct settlement_payee *payee)
{
    uint8_t plain[SEALED_BYTES_MAX];
    size_t size;

    if (sealed.size > sizeof plain || sealed.size < SEAL_OVERHEAD_BYTES) return STORE_DAMAGED;
    enum store_result result = unseal(reader, NULL, key_of(run), sealed, plain, &size);
    if (result == STORE_ABSENT) return STORE_OK; /* the law's time is over: nobody is named */
    if (result == STORE_OK) result = person_from_plain(plain, size, payee);
    sodium_memzero(plain, sizeof plain);
    payee->kept = result == STORE_OK;
    return result;
}

enum store_result settlement_payees_get(struct reader *reader, uint32_t run,
                                        const struct line_name *name,
                                        struct settlement_payee *ret)
{
    struct key key = payee_key(reader->merchant, run, name);
    struct settlement_payee payee = {.kept = false};
    struct bytes value;

    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    Beckon__Store__ColdRunPayee *cold =
        beckon__store__cold_run_payee__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    struct bytes sealed = {cold->sealed.data, cold->sealed.len};
    if (!table_copy_text(payee.shop_id, sizeof payee.shop_id, cold->shop_id) ||
        !table_copy_text(payee.cost_center, sizeof payee.cost_center, cold->cost_center))
        result = STORE_DAMAGED;
    if (result == STORE_OK) result = open_person(reader, run, sealed, &payee);
    beckon__store__cold_run_payee__free_unpacked(cold, NULL);
    if (result == STORE_OK) *ret = payee;
    return result;
}

enum store_result settlement_payees_retained_until(struct reader *reader, uint32_t run,
                                                   business_date *ret)
{
    struct key key = run_key(reader->merchant, run);
    struct bytes value;

    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    Beckon__Store__ColdRunPayees *cold =
        beckon__store__cold_run_payees__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    *ret = cold->retained_until;
    beckon__store__cold_run_payees__free_unpacked(cold, NULL);
    return STORE_OK;
}

/* STORE_OK: the run has a copy of this guide. */
static enum store_result paid_guide(struct reader *reader, uint32_t run, uint32_t guide)
{
    struct key from = run_key(reader->merchant, run);
    key_u32(&from, guide);
    struct key to = key_after(&from);
    struct reader_scan scan;
    struct bytes key, value;

    enum store_result result =
        reader_scan_open(reader, key_view(&from), key_view(&to), false, &scan);
    if (result == STORE_OK) result = reader_scan_next(&scan, &key, &value);
    reader_scan_close(&scan);
    return result;
}

enum store_result settlement_payees_guide_until(struct reader *reader, uint32_t guide,
                                                business_date *ret)
{
    business_date latest = DATE_ALWAYS, until;
    uint32_t last;

    enum store_result result = settlements_last(reader, &last);
    for (uint32_t run = 1; result == STORE_OK && run <= last; run++) {
        result = settlement_payees_retained_until(reader, run, &until);
        if (result == STORE_OK && until > latest) result = paid_guide(reader, run, guide);
        if (result == STORE_OK && until > latest) latest = until;
        if (result == STORE_ABSENT) result = STORE_OK;
    }
    if (result == STORE_OK) *ret = latest;
    return result;
}
