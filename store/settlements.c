#include "store/settlements.h"

#include <assert.h>
#include <string.h>

#include "cold.pb-c.h"
#include "store/table.h"

/* Two hashes, a reason, 45 numbers of at most 11 bytes, and the rest. */
enum { RUN_BYTES_MAX = 1024 };

/* Behind number 0, which no run has: the numbers of those at work. */
static struct key working_prefix(uint32_t merchant)
{
    struct key key = key_begin(merchant, TABLE_RUN);
    key_u32(&key, 0);
    return key;
}

static struct key run_key(uint32_t merchant, uint32_t number)
{
    struct key key = key_begin(merchant, TABLE_RUN);
    assert(number != 0);
    key_u32(&key, number);
    return key;
}

bool settlement_key_read(struct bytes key, uint32_t *ret_number, bool *ret_working)
{
    enum { RUN_KEY_BYTES = KEY_REST_OFFSET + 4, WORKING_KEY_BYTES = RUN_KEY_BYTES + 4 };
    if (key.size != RUN_KEY_BYTES && key.size != WORKING_KEY_BYTES) return false;
    bool working = key.size == WORKING_KEY_BYTES;
    uint32_t first = key_read_u32(key, KEY_REST_OFFSET);
    uint32_t number = working ? key_read_u32(key, RUN_KEY_BYTES) : first;
    if (number == 0 || (working && first != 0)) return false;
    *ret_number = number;
    *ret_working = working;
    return true;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool totals_from_cold(const Beckon__Store__ColdRunTotals *cold, struct run_totals *ret)
{
    if (cold == NULL) return false;
    *ret = (struct run_totals){
        .line_count = cold->lines, .member_line_count = cold->member_lines,
        .points_converted = cold->points_converted, .gross_minor = cold->gross_minor,
        .clawback_minor = cold->clawback_minor, .carry_in_minor = cold->carry_in_minor,
        .carry_out_minor = cold->carry_out_minor, .net_minor = cold->net_minor,
        .credit_count = cold->credits, .reversal_count = cold->reversals,
        .adjustment_count = cold->adjustments,
    };
    return ret->member_line_count <= ret->line_count && ret->gross_minor >= 0 &&
           ret->clawback_minor >= 0 && ret->net_minor >= 0 && ret->points_converted >= 0;
}

static bool hash_from_cold(ProtobufCBinaryData from, uint8_t ret_hash[HASH_BYTES])
{
    if (from.len != HASH_BYTES) return false;
    memcpy(ret_hash, from.data, HASH_BYTES);
    return true;
}

static bool steps_from_cold(const Beckon__Store__ColdSettlementRun *cold,
                            struct settlement_run *ret)
{
    bool none = cold->payee_kind == PARTY_NONE && cold->payee_number == 0;
    bool one = (cold->payee_kind == PARTY_GUIDE || cold->payee_kind == PARTY_MEMBER) &&
               cold->payee_number != 0;
    if (!none && !one) return false;
    ret->period = cold->period;
    ret->payee = (struct party){(enum party_kind)cold->payee_kind, cold->payee_number};
    ret->payee_entity = cold->payee_entity;
    ret->made_at = cold->made_at;
    ret->submitted_at = cold->submitted_at;
    ret->approved_at = cold->approved_at;
    ret->closed_at = cold->closed_at;
    ret->paid_at = cold->paid_at;
    ret->cancelled_at = cold->cancelled_at;
    ret->made_by = cold->made_by;
    ret->submitted_by = cold->submitted_by;
    ret->approved_by = cold->approved_by;
    ret->closed_by = cold->closed_by;
    ret->cancelled_by = cold->cancelled_by;
    ret->entry = cold->entry;
    ret->dispute_count = cold->disputes;
    ret->dispute_open_count = cold->disputes_open;
    ret->paid_count = cold->paid;
    ret->failed_count = cold->failed;
    ret->returned_count = cold->returned;
    ret->export_count = cold->exports;
    return ret->dispute_open_count <= ret->dispute_count;
}

static bool run_from_cold(const Beckon__Store__ColdSettlementRun *cold,
                          struct settlement_run *ret)
{
    bool known = cold->number != 0 && cold->type >= RUN_YEAR_END && cold->type <= RUN_ADJUSTMENT &&
                 cold->state >= RUN_DRAFT && cold->state <= RUN_CANCELLED &&
                 cold->work <= RUN_WORK_SWEEP && cold->draft >= 1 && cold->draft <= UINT16_MAX;
    if (!known || cold->start >= cold->end) return false;
    if (cold->rate_points == 0 || cold->rate_minor < 0 || cold->minimum_payout_minor < 0)
        return false;
    *ret = (struct settlement_run){
        .number = cold->number, .type = (enum run_type)cold->type,
        .state = (enum run_state)cold->state, .work = (enum run_work)cold->work,
        .draft = (uint16_t)cold->draft, .start = cold->start, .end = cold->end,
        .pay_entity = cold->pay_entity, .guide = cold->guide, .corrects = cold->corrects,
        .rate_points = cold->rate_points, .rate_minor = cold->rate_minor,
        .minimum_payout_minor = cold->minimum_payout_minor,
    };
    return totals_from_cold(cold->totals, &ret->totals) && steps_from_cold(cold, ret) &&
           hash_from_cold(cold->hash, ret->hash) && hash_from_cold(cold->head, ret->head) &&
           table_copy_text(ret->tax_treatment, sizeof ret->tax_treatment, cold->tax_treatment) &&
           table_copy_text(ret->reason, sizeof ret->reason, cold->reason);
}

static enum store_result run_decode(struct bytes value, uint32_t number,
                                    struct settlement_run *ret)
{
    struct settlement_run run;
    Beckon__Store__ColdSettlementRun *cold =
        beckon__store__cold_settlement_run__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    bool good = run_from_cold(cold, &run) && run.number == number;
    beckon__store__cold_settlement_run__free_unpacked(cold, NULL);
    if (!good) return STORE_DAMAGED;
    *ret = run;
    return STORE_OK;
}

enum store_result settlements_get(struct reader *reader, uint32_t number,
                                  struct settlement_run *ret)
{
    struct bytes value;
    if (number == 0) return STORE_ABSENT;
    struct key key = run_key(reader->merchant, number);
    enum store_result result = table_get(reader, &key, &value);
    return result == STORE_OK ? run_decode(value, number, ret) : result;
}

enum store_result settlements_last(struct reader *reader, uint32_t *ret_number)
{
    struct key from = run_key(reader->merchant, 1);
    struct key to = run_key(reader->merchant, UINT32_MAX);
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

struct run_list {
    struct settlement_run *runs;
    size_t count, count_max;
};

static enum store_result list_visit(void *context, struct bytes key, struct bytes value,
                                    bool *ret_more)
{
    struct run_list *list = context;
    uint32_t number;
    bool working;
    if (!settlement_key_read(key, &number, &working) || working) return STORE_DAMAGED;
    enum store_result result = run_decode(value, number, &list->runs[list->count]);
    if (result != STORE_OK) return result;
    list->count++;
    *ret_more = list->count < list->count_max;
    return STORE_OK;
}

enum store_result settlements_list(struct reader *reader, uint32_t after,
                                   struct settlement_run *ret_runs, size_t count_max,
                                   size_t *ret_count)
{
    struct run_list list = {.runs = ret_runs, .count_max = count_max};
    struct key prefix = key_begin(reader->merchant, TABLE_RUN);
    struct key to = key_after(&prefix);
    enum store_result result = STORE_OK;
    if (count_max > 0 && after < UINT32_MAX) {
        struct key from = run_key(reader->merchant, after + 1);
        result = table_walk(reader, key_view(&from), key_view(&to), list_visit, &list);
    }
    if (result == STORE_OK) *ret_count = list.count;
    return result;
}

enum store_result settlements_list_working(struct reader *reader, uint32_t after,
                                           uint32_t *ret_numbers, size_t count_max,
                                           size_t *ret_count)
{
    struct key prefix = working_prefix(reader->merchant);
    return table_list_numbers(reader, &prefix, after, ret_numbers, count_max, ret_count);
}

/* ---- writing --------------------------------------------------------------------------------- */

static void totals_to_cold(const struct run_totals *totals, Beckon__Store__ColdRunTotals *cold)
{
    beckon__store__cold_run_totals__init(cold);
    cold->lines = totals->line_count;
    cold->member_lines = totals->member_line_count;
    cold->points_converted = totals->points_converted;
    cold->gross_minor = totals->gross_minor;
    cold->clawback_minor = totals->clawback_minor;
    cold->carry_in_minor = totals->carry_in_minor;
    cold->carry_out_minor = totals->carry_out_minor;
    cold->net_minor = totals->net_minor;
    cold->credits = totals->credit_count;
    cold->reversals = totals->reversal_count;
    cold->adjustments = totals->adjustment_count;
}

static void steps_to_cold(const struct settlement_run *run,
                          Beckon__Store__ColdSettlementRun *cold)
{
    cold->period = run->period;
    cold->payee_kind = run->payee.kind;
    cold->payee_number = run->payee.number;
    cold->payee_entity = run->payee_entity;
    cold->made_at = run->made_at;
    cold->submitted_at = run->submitted_at;
    cold->approved_at = run->approved_at;
    cold->closed_at = run->closed_at;
    cold->paid_at = run->paid_at;
    cold->cancelled_at = run->cancelled_at;
    cold->made_by = run->made_by;
    cold->submitted_by = run->submitted_by;
    cold->approved_by = run->approved_by;
    cold->closed_by = run->closed_by;
    cold->cancelled_by = run->cancelled_by;
    cold->entry = run->entry;
    cold->disputes = run->dispute_count;
    cold->disputes_open = run->dispute_open_count;
    cold->paid = run->paid_count;
    cold->failed = run->failed_count;
    cold->returned = run->returned_count;
    cold->exports = run->export_count;
}

static void put_working(struct batch *batch, const struct settlement_run *run)
{
    struct key key = working_prefix(batch->reader.merchant);
    key_u32(&key, run->number);
    if (run->work != RUN_WORK_NONE) table_put_empty(batch, &key);
    else table_delete(batch, &key);
}

void settlements_put(struct batch *batch, const struct settlement_run *run)
{
    struct settlement_run copy = *run; /* protobuf-c's messages point to what they pack */
    Beckon__Store__ColdSettlementRun cold = BECKON__STORE__COLD_SETTLEMENT_RUN__INIT;
    Beckon__Store__ColdRunTotals totals;
    uint8_t data[RUN_BYTES_MAX];

    assert(run->number != 0 && run->draft >= 1 && run->rate_points != 0);
    assert(run->start < run->end && run->dispute_open_count <= run->dispute_count);
    totals_to_cold(&run->totals, &totals);
    cold.number = run->number;
    cold.type = run->type;
    cold.state = run->state;
    cold.work = run->work;
    cold.draft = run->draft;
    cold.start = run->start;
    cold.end = run->end;
    cold.pay_entity = run->pay_entity;
    cold.guide = run->guide;
    cold.corrects = run->corrects;
    cold.rate_points = run->rate_points;
    cold.rate_minor = run->rate_minor;
    cold.minimum_payout_minor = run->minimum_payout_minor;
    cold.tax_treatment = copy.tax_treatment;
    cold.totals = &totals;
    cold.hash = (ProtobufCBinaryData){HASH_BYTES, copy.hash};
    cold.head = (ProtobufCBinaryData){HASH_BYTES, copy.head};
    cold.reason = copy.reason;
    steps_to_cold(run, &cold);
    assert(beckon__store__cold_settlement_run__get_packed_size(&cold) <= sizeof data);
    struct key key = run_key(batch->reader.merchant, run->number);
    table_put(batch, &key, data, beckon__store__cold_settlement_run__pack(&cold, data));
    put_working(batch, run);
}
