/* verify proves the audit trail: changed, missing, swapped and invented entries are found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "corruption.h"
#include "scenario.h"
#include "store/audits.h"
#include "store/key.h"
#include "store/store.h"
#include "store/table.h"

static struct audit_entry entry_of(uint64_t run)
{
    return (struct audit_entry){
        .recorded_at = 1500, .role = ROLE_PAYROLL, .token = 3,
        .action = AUDIT_APPROVE_SETTLEMENT_RUN, .object = {AUDIT_OF_RUN, run, 0, ""},
        .facts = "draft=2"};
}

/* Three entries; the reader sees each as it was appended. */
static void make_sound(struct batch *batch)
{
    struct audit_head head, again;
    uint8_t hash[HASH_BYTES], before[HASH_BYTES] = {0};
    struct audit_entry found;

    assert_int_equal(audits_head_get(&batch->reader, &head), STORE_OK);
    assert_int_equal(head.count, 0);
    for (uint64_t number = 1; number <= 3; number++) {
        struct audit_entry entry = entry_of(number + 6);
        audits_append(batch, &head, &entry);
        assert_int_equal(audits_get(&batch->reader, number, &found, hash), STORE_OK);
        assert_int_equal(found.object.number, number + 6);
        assert_memory_equal(found.previous_hash, before, HASH_BYTES);
        assert_memory_equal(head.hash, hash, HASH_BYTES);
        memcpy(before, hash, HASH_BYTES);
    }
    assert_int_equal(audits_get(&batch->reader, 4, &found, hash), STORE_ABSENT);
    assert_int_equal(audits_head_get(&batch->reader, &again), STORE_OK);
    assert_int_equal(again.count, 3);
    assert_memory_equal(again.hash, hash, HASH_BYTES);

    struct audit_entry instances = {.recorded_at = 1500, .role = ROLE_OPERATOR,
                                    .action = AUDIT_ACCEPT_CLOCK};
    assert_int_equal(batch_command_begin(batch, 0), STORE_OK);
    assert_int_equal(audits_head_get(&batch->reader, &head), STORE_OK);
    assert_int_equal(head.count, 0); /* another trail */
    audits_append(batch, &head, &instances);
}

static struct key key_of(uint64_t number)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_AUDIT);
    key_u64(&key, number);
    return key;
}

static struct audit_entry stored(struct batch *batch, uint64_t number)
{
    struct audit_entry entry;
    assert_int_equal(audits_get(&batch->reader, number, &entry, NULL), STORE_OK);
    return entry;
}

static void put(struct batch *batch, uint64_t number, const struct audit_entry *entry)
{
    uint8_t data[AUDIT_ENTRY_BYTES_MAX];
    struct key key = key_of(number);
    table_put(batch, &key, data, audit_entry_encode(entry, data));
}

static void put_head(struct batch *batch, const struct audit_head *head)
{
    uint8_t data[AUDIT_HEAD_BYTES];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_AUDIT);
    table_put(batch, &key, data, audit_head_encode(head, data));
}

static void an_amount_is_changed(struct batch *batch)
{
    struct audit_entry entry = stored(batch, 2);
    strcpy(entry.facts, "draft=3");
    put(batch, 2, &entry);
}

static void somebody_else_did_the_last(struct batch *batch)
{
    struct audit_entry entry = stored(batch, 3);
    entry.token = 4;
    put(batch, 3, &entry);
}

static void an_entry_is_missing(struct batch *batch)
{
    struct key key = key_of(2);
    table_delete(batch, &key);
}

static void two_are_swapped(struct batch *batch)
{
    struct audit_entry second = stored(batch, 2), third = stored(batch, 3);
    second.number = 3;
    third.number = 2;
    put(batch, 2, &third);
    put(batch, 3, &second);
}

static void two_are_swapped_as_they_are(struct batch *batch)
{
    struct audit_entry second = stored(batch, 2), third = stored(batch, 3);
    put(batch, 2, &third);
    put(batch, 3, &second);
}

static void the_last_is_cut_off(struct batch *batch)
{
    struct audit_head head = {.count = 2};
    struct audit_entry entry;
    struct key key = key_of(3);
    assert_int_equal(audits_get(&batch->reader, 2, &entry, head.hash), STORE_OK);
    head.hash[0] ^= 1;
    table_delete(batch, &key);
    put_head(batch, &head);
}

static void one_is_invented(struct batch *batch)
{
    struct audit_entry entry = stored(batch, 3);
    entry.number = 4;
    put(batch, 4, &entry);
}

static void the_head_is_gone(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_AUDIT);
    table_delete(batch, &key);
}

static void the_head_is_cut_short(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_AUDIT);
    table_put(batch, &key, "\1", 1);
}

static void time_runs_back(struct batch *batch)
{
    struct audit_entry entry = stored(batch, 2);
    entry.recorded_at = 1;
    put(batch, 2, &entry);
}

static void the_instances_entry_is_missing(struct batch *batch)
{
    struct key key = key_begin(0, TABLE_AUDIT);
    key_u64(&key, 1);
    assert_int_equal(batch_command_begin(batch, 0), STORE_OK);
    table_delete(batch, &key);
}

static void every_wrong_entry_is_found(void **state)
{
    (void)state;
    static const struct corruption_row rows[] = {
        ROW(an_amount_is_changed, "audit trail entry 3: the hash chain breaks"),
        ROW(somebody_else_did_the_last, "audit trail: the head is not the hash of entry 3"),
        ROW(an_entry_is_missing, "audit trail entry 2: no record"),
        ROW(two_are_swapped, "audit trail entry 2: the hash chain breaks"),
        ROW(two_are_swapped_as_they_are, "audit trail entry 2: damaged record"),
        ROW(the_last_is_cut_off, "audit trail: the head is not the hash of entry 2"),
        ROW(one_is_invented, "audit trail: a record beyond entry 3"),
        ROW(the_head_is_gone, "audit trail: a record beyond entry 0"),
        ROW(the_head_is_cut_short, "audit trail: damaged head"),
        ROW(the_instances_entry_is_missing, "the instance's audit trail entry 1: no record"),
        ROW(time_runs_back, "audit trail entry 2: time runs back"),
    };
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_wrong_entry_is_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
