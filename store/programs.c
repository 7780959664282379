#include "store/programs.h"

#include <assert.h>
#include <string.h>

#include "cold.pb-c.h"
#include "store/table.h"
#include "store/write_set.h"

enum { PROGRAM_BYTES_MAX = 16 * 1024 };

static struct key version_key(uint32_t merchant, uint32_t version)
{
    struct key key = key_begin(merchant, TABLE_PROGRAM);
    key_u32(&key, version);
    return key;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Is each of the rule's choices one the enums know? */
static bool rule_known(const Beckon__Store__ColdRule *cold)
{
    return cold->trigger >= TRIGGER_REGISTRATION && cold->trigger <= TRIGGER_REPURCHASE &&
           cold->beneficiary >= BENEFICIARY_BUYER &&
           cold->beneficiary <= BENEFICIARY_SERVING_GUIDE && cold->unit < UNIT_COUNT &&
           cold->formula >= FORMULA_FIXED && cold->formula <= FORMULA_RATE &&
           cold->rounding >= ROUNDING_FLOOR && cold->rounding <= ROUNDING_HALF_UP &&
           cold->referrer_condition <= REFERRER_NONE && cold->code_condition <= CODE_INHERITED;
}

static bool rule_from_cold(const Beckon__Store__ColdRule *cold, struct rule *ret)
{
    if (!rule_known(cold)) return false;
    *ret = (struct rule){
        .trigger = (enum rule_trigger)cold->trigger,
        .beneficiary = (enum rule_beneficiary)cold->beneficiary,
        .unit = (enum unit)cold->unit,
        .formula = (enum rule_formula)cold->formula,
        .fixed_amount = cold->fixed_amount,
        .rate_bp = cold->rate_bp,
        .rounding = (enum rounding)cold->rounding,
        .referrer = (enum referrer_condition)cold->referrer_condition,
        .code = (enum code_condition)cold->code_condition,
        .window_from = DATE_ALWAYS, .window_to = DATE_NEVER,
    };
    return table_copy_text(ret->id, sizeof ret->id, cold->rule_id) &&
           table_copy_text(ret->title_zh, sizeof ret->title_zh, cold->title_zh) &&
           table_copy_text(ret->title_en, sizeof ret->title_en, cold->title_en);
}

/* The title's array is zero-padded and may be full, without a closing zero. */
static bool program_title(const char *title, struct program *ret)
{
    size_t size = strlen(title);
    if (size > sizeof ret->title) return false;
    memcpy(ret->title, title, size);
    return true;
}

static bool program_from_cold(const Beckon__Store__ColdProgram *cold, struct program *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->version = cold->version;
    ret->from = cold->from_date;
    ret->published_at = cold->published_at;
    ret->inherit_serving_guide = cold->inherit_serving_guide;
    if (cold->fingerprint.len != sizeof ret->fingerprint) return false;
    memcpy(ret->fingerprint, cold->fingerprint.data, sizeof ret->fingerprint);
    if (!program_title(cold->title, ret)) return false;
    if (cold->n_rules > RULES_MAX) return false;
    for (size_t i = 0; i < cold->n_rules; i++) {
        if (!rule_from_cold(cold->rules[i], &ret->rules[i])) return false;
    }
    ret->rule_count = (uint16_t)cold->n_rules;
    return true;
}

/* Decodes into `ret`, which is spoilt on failure. */
static enum store_result program_read(struct bytes value, uint32_t version, struct program *ret)
{
    Beckon__Store__ColdProgram *cold =
        beckon__store__cold_program__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    bool good = program_from_cold(cold, ret) && ret->version == version;
    beckon__store__cold_program__free_unpacked(cold, NULL);
    return good ? STORE_OK : STORE_DAMAGED;
}

enum store_result programs_get(struct reader *reader, uint32_t version, struct program *ret)
{
    struct key key = version_key(reader->merchant, version);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct program program;
    result = program_read(value, version, &program);
    if (result == STORE_OK) *ret = program;
    return result;
}

enum store_result programs_in_force(struct reader *reader, business_date date,
                                    uint32_t *ret_version)
{
    struct key from = key_begin(reader->merchant, TABLE_PROGRAM_FROM);
    struct key to = from;
    key_date(&to, date);
    struct bytes key, value;
    enum store_result result = table_last(reader, &from, &to, &key, &value);
    if (result != STORE_OK) return result;
    if (key.size != KEY_REST_OFFSET + 4 + 4) return STORE_DAMAGED;
    *ret_version = key_read_u32(key, KEY_REST_OFFSET + 4);
    return STORE_OK;
}

/* ---- the cache ------------------------------------------------------------------------------- */

enum store_result programs_get_cached(struct batch *batch, uint32_t version,
                                      const struct program **ret)
{
    struct program_cache *cache = &batch->programs;
    uint32_t merchant = batch->reader.merchant;
    assert(merchant != 0);
    for (size_t i = 0; i < PROGRAM_CACHE_MAX; i++) {
        if (cache->slots[i].merchant == merchant && cache->slots[i].program.version == version) {
            *ret = &cache->slots[i].program;
            return STORE_OK;
        }
    }
    struct key key = version_key(merchant, version);
    struct bytes value;
    enum store_result result = table_get(&batch->reader, &key, &value);
    if (result != STORE_OK) return result;

    size_t slot = cache->next;
    cache->slots[slot].merchant = 0;
    result = program_read(value, version, &cache->slots[slot].program);
    if (result != STORE_OK) return result;
    bool uncommitted = write_set_get(batch->reader.writes, key_view(&key), &value);
    if (!uncommitted) cache->slots[slot].merchant = merchant;
    cache->next = (slot + 1) % PROGRAM_CACHE_MAX;
    *ret = &cache->slots[slot].program;
    return STORE_OK;
}

/* A version the index names has a record. */
enum store_result programs_in_force_cached(struct batch *batch, business_date date,
                                           const struct program **ret)
{
    uint32_t version;
    enum store_result result = programs_in_force(&batch->reader, date, &version);
    if (result != STORE_OK) return result;
    result = programs_get_cached(batch, version, ret);
    return result == STORE_ABSENT ? STORE_DAMAGED : result;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void rule_to_cold(const struct rule *rule, Beckon__Store__ColdRule *ret)
{
    beckon__store__cold_rule__init(ret);
    ret->rule_id = table_text(rule->id);
    ret->title_zh = table_text(rule->title_zh);
    ret->title_en = table_text(rule->title_en);
    ret->trigger = rule->trigger;
    ret->beneficiary = rule->beneficiary;
    ret->unit = rule->unit;
    ret->formula = rule->formula;
    ret->fixed_amount = rule->fixed_amount;
    ret->rate_bp = rule->rate_bp;
    ret->rounding = rule->rounding;
    ret->referrer_condition = rule->referrer;
    ret->code_condition = rule->code;
    assert(rule_known(ret));
}

void programs_put(struct batch *batch, const struct program *program)
{
    assert(program->version != 0 && program->rule_count <= RULES_MAX);
    Beckon__Store__ColdRule rules[RULES_MAX];
    Beckon__Store__ColdRule *rule_list[RULES_MAX];
    for (size_t i = 0; i < program->rule_count; i++) {
        rule_to_cold(&program->rules[i], &rules[i]);
        rule_list[i] = &rules[i];
    }
    char title[sizeof program->title + 1] = {0};
    memcpy(title, program->title, sizeof program->title);
    uint8_t fingerprint[FINGERPRINT_BYTES];
    memcpy(fingerprint, program->fingerprint, sizeof fingerprint);
    Beckon__Store__ColdProgram cold = BECKON__STORE__COLD_PROGRAM__INIT;
    cold.version = program->version;
    cold.from_date = program->from;
    cold.published_at = program->published_at;
    cold.fingerprint.len = sizeof fingerprint;
    cold.fingerprint.data = fingerprint;
    cold.inherit_serving_guide = program->inherit_serving_guide;
    cold.n_rules = program->rule_count;
    cold.rules = rule_list;
    cold.title = title;

    uint8_t data[PROGRAM_BYTES_MAX];
    assert(beckon__store__cold_program__get_packed_size(&cold) <= sizeof data);
    struct key key = version_key(batch->reader.merchant, program->version);
    table_put(batch, &key, data, beckon__store__cold_program__pack(&cold, data));
    struct key from = key_begin(batch->reader.merchant, TABLE_PROGRAM_FROM);
    key_date(&from, program->from);
    key_u32(&from, program->version);
    table_put_empty(batch, &from);
}

/* ---- the latest rule-made credit ------------------------------------------------------------- */

enum store_result rule_credit_date_get(struct reader *reader, business_date *ret)
{
    struct key key = key_begin(reader->merchant, TABLE_RULE_CREDIT_DATE);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    if (value.size != 4) return STORE_DAMAGED;
    *ret = key_read_date(value, 0);
    return STORE_OK;
}

void rule_credit_date_put(struct batch *batch, business_date date)
{
    struct key key = key_begin(batch->reader.merchant, TABLE_RULE_CREDIT_DATE);
    struct key value = {.size = 0};
    key_date(&value, date);
    table_put(batch, &key, value.data, value.size);
}
