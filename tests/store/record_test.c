/* Each record is described once, as a table of its fields; random values are filled in by it and
 * compared by it, so that a field forgotten in encoder and decoder alike is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/store/record_fields.h"

/* ---- forms ----------------------------------------------------------------------------------- */

struct record_form {
    const char *name;
    size_t size;
    const struct field *fields;
    size_t field_count;
    void (*mend)(void *record); /* what single fields can't know; may be NULL */
    size_t (*encode)(const void *record, uint8_t *to);
    enum store_result (*decode)(struct bytes from, void *ret);
};

#define CODEC(record)                                                                            \
    static size_t record##_encode_any(const void *value, uint8_t *to)                            \
    {                                                                                            \
        return record##_encode(value, to);                                                       \
    }                                                                                            \
    static enum store_result record##_decode_any(struct bytes from, void *ret)                   \
    {                                                                                            \
        return record##_decode(from, ret);                                                       \
    }
CODEC(fence)
CODEC(entry)
CODEC(credit)
CODEC(account)
CODEC(purchase_day)
CODEC(binding)
CODEC(benefit)
CODEC(employment)
CODEC(purchase)
CODEC(purchase_lines)
CODEC(registration)
CODEC(code)
CODEC(token)
CODEC(request)
CODEC(recency_month)
CODEC(signal_counts)
CODEC(kpi_month)
CODEC(target)
CODEC(session)
CODEC(sign_in_link)
CODEC(phone_code)
CODEC(kpi_block)
CODEC(period_close)
CODEC(period_result)
CODEC(settlement_line)
CODEC(ledger_totals)
CODEC(numbers)
CODEC(merchant)
CODEC(refund)
CODEC(debt)
CODEC(redemption)
CODEC(write_off)
CODEC(settlement_account)
CODEC(audit_entry)
CODEC(audit_head)
CODEC(webhook)
CODEC(webhook_state)
CODEC(key_rotation)
CODEC(event_record)
CODEC(event_head)
CODEC(birthdays)

static size_t party_encode_any(const void *value, uint8_t *to)
{
    return party_encode(*(const struct party *)value, to);
}

static enum store_result party_decode_any(struct bytes from, void *ret)
{
    return party_decode(from, ret);
}

static void entry_mend(void *record)
{
    struct entry *entry = record;
    bool has_receipt = entry->event.kind == EVENT_PURCHASE || entry->event.kind == EVENT_REFUND ||
                       entry->event.kind == EVENT_REDEMPTION;
    if (!has_receipt) {
        memset(&entry->event.receipt, 0, sizeof entry->event.receipt);
    }
    if (entry->event.kind != EVENT_SETTLEMENT) entry->event.run = 0;
}

static void purchase_day_mend(void *record)
{
    struct purchase_day *day = record;
    if (day->live_count > day->recorded_count) day->live_count = day->recorded_count;
}

static void benefit_mend(void *record)
{
    struct benefit *benefit = record;
    if (benefit->number == 0) benefit->number = 1;
    if (benefit->program_version == 0) benefit->program_version = 1;
    if (benefit->valid_until < benefit->given_on) benefit->valid_until = benefit->given_on;
    if (benefit->handed_out_at == 0) benefit->handed_out_shop = 0;
    if (benefit->handed_out_shop == 0) benefit->handed_out_at = 0;
}

static void key_rotation_mend(void *record)
{
    struct key_rotation *rotation = record;
    if (rotation->from == UINT32_MAX) rotation->from = 0;
    if (rotation->generation <= rotation->from) rotation->generation = rotation->from + 1;
}

static void awards_mend(struct award *awards, uint16_t count)
{
    memset(awards + count, 0, (AWARDS_MAX - (size_t)count) * sizeof awards[0]);
}

static void verdicts_mend(struct verdicts *verdicts)
{
    memset(verdicts->of_rule + verdicts->count, 0, VERDICTS_MAX - (size_t)verdicts->count);
}

static void purchase_mend(void *record)
{
    struct purchase *purchase = record;
    awards_mend(purchase->awards, purchase->award_count);
    verdicts_mend(&purchase->verdicts);
    memset(purchase->sellers + purchase->seller_count, 0,
           (SELLERS_MAX - (size_t)purchase->seller_count) * sizeof purchase->sellers[0]);
}

static void purchase_lines_mend(void *record)
{
    struct purchase_lines *lines = record;
    memset(lines->lines + lines->count, 0,
           (PURCHASE_LINES_MAX - lines->count) * sizeof lines->lines[0]);
}

static void redemption_mend(void *record)
{
    struct redemption *redemption = record;
    memset(redemption->lots + redemption->lot_count, 0,
           (REDEMPTION_LOTS_MAX - (size_t)redemption->lot_count) * sizeof redemption->lots[0]);
}

static void phone_code_mend(void *record)
{
    struct phone_code *code = record;
    memset(code->asked_at + code->asked_count, 0,
           (PHONE_CODE_ASKED_MAX - (size_t)code->asked_count) * sizeof code->asked_at[0]);
}

static void settlement_account_mend(void *record)
{
    struct settlement_account *account = record;
    memset(account->marks + account->mark_count, 0,
           (SETTLEMENT_MARKS_MAX - (size_t)account->mark_count) * sizeof account->marks[0]);
}

static void settlement_line_mend(void *record)
{
    struct settlement_line *line = record;
    memset(line->origin_quarters + line->origin_count, 0,
           (ORIGIN_PERIODS_MAX - (size_t)line->origin_count) * sizeof line->origin_quarters[0]);
}

static void registration_mend(void *record)
{
    struct registration *registration = record;
    awards_mend(registration->awards, registration->award_count);
    verdicts_mend(&registration->verdicts);
}

static void refund_mend(void *record)
{
    struct refund *refund = record;
    memset(refund->lines + refund->line_count, 0,
           (PURCHASE_LINES_MAX - (size_t)refund->line_count) * sizeof refund->lines[0]);
    for (uint8_t i = 0; i < refund->line_count; i++)
        if (refund->lines[i].line == 0) refund->lines[i].line = 1;
    memset(refund->takings + refund->taking_count, 0,
           (AWARDS_MAX - (size_t)refund->taking_count) * sizeof refund->takings[0]);
    memset(refund->returns + refund->return_count, 0,
           (REFUND_RETURNS_MAX - (size_t)refund->return_count) * sizeof refund->returns[0]);
}

/* A third of the second events are about the same as the first; some fields are empty. */
static void event_record_mend(void *record)
{
    struct event_record *events = record;
    struct told_event *first = &events->events[0], *second = &events->events[1];

    events->first = 7;
    if (second->unit == UNIT_CASH) second->party = first->party;
    if (second->available) {
        second->receipt = first->receipt;
        second->date = first->date;
        second->other = (struct party){.kind = PARTY_NONE};
        memset(second->text, 0, sizeof second->text);
    }
    for (size_t i = 0; i < events->count; i++) {
        if (i > 1) events->events[i] = (struct told_event){.kind = TOLD_MEMBER_UPDATED};
        events->events[i].number = events->first + i;
        events->events[i].recorded_at = events->recorded_at;
    }
}

static void birthdays_mend(void *record)
{
    struct birthdays *birthdays = record;
    if (birthdays->until < birthdays->through) birthdays->until = birthdays->through;
}

static void event_head_mend(void *record)
{
    struct event_head *head = record;
    if (head->trimmed > head->count) head->trimmed = head->count;
}

#define FORM(record, mend)                                                                       \
    {#record, sizeof(struct record), record##_fields,                                            \
     sizeof record##_fields / sizeof record##_fields[0], mend, record##_encode_any,              \
     record##_decode_any}
static const struct record_form forms[] = {
    FORM(fence, NULL), FORM(entry, entry_mend), FORM(credit, NULL), FORM(account, NULL),
    FORM(purchase_day, purchase_day_mend), FORM(binding, NULL), FORM(benefit, benefit_mend),
    FORM(employment, NULL),
    FORM(purchase, purchase_mend),
    FORM(purchase_lines, purchase_lines_mend), FORM(registration, registration_mend),
    FORM(code, NULL), FORM(debt, NULL), FORM(redemption, redemption_mend),
    FORM(party, NULL), FORM(token, NULL), FORM(request, NULL), FORM(recency_month, NULL),
    FORM(signal_counts, NULL), FORM(kpi_month, NULL), FORM(target, NULL), FORM(session, NULL),
    FORM(sign_in_link, NULL), FORM(phone_code, phone_code_mend), FORM(kpi_block, NULL),
    FORM(period_close, NULL), FORM(period_result, NULL),
    FORM(settlement_line, settlement_line_mend),
    FORM(ledger_totals, NULL), FORM(numbers, NULL), FORM(merchant, NULL),
    FORM(refund, refund_mend), FORM(write_off, NULL),
    FORM(settlement_account, settlement_account_mend),
    FORM(audit_entry, NULL), FORM(audit_head, NULL), FORM(key_rotation, key_rotation_mend),
    FORM(webhook, NULL), FORM(webhook_state, NULL), FORM(birthdays, birthdays_mend),
    FORM(event_record, event_record_mend), FORM(event_head, event_head_mend),
};
enum { FORM_COUNT = sizeof forms / sizeof forms[0] };
/* The largest of them; all but the lines are bounded by RECORD_BYTES_MAX. */
enum { FORM_BYTES_MAX = PURCHASE_LINES_BYTES_MAX };
union any_record {
    struct purchase purchase;
    struct purchase_lines purchase_lines;
    struct registration registration;
    struct ledger_totals totals;
    struct merchant merchant;
    struct refund refund;
    uint8_t bytes[12288];
};

/* ---- random values --------------------------------------------------------------------------- */

static uint64_t seed;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t random_next(void)
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void random_bytes(uint8_t *to, size_t size)
{
    for (size_t i = 0; i < size; i++) to[i] = (uint8_t)random_next();
}

static void fill_choice(uint8_t *at, const struct field *field)
{
    unsigned value = field->min + (unsigned)(random_next() % (field->max - field->min + 1));
    uint8_t one = (uint8_t)value;
    uint16_t two = (uint16_t)value;
    if (field->size == 1) memcpy(at, &one, 1);
    if (field->size == 2) memcpy(at, &two, 2);
    if (field->size == 4) memcpy(at, &value, 4);
}

static void fill_field(uint8_t *record, const struct field *field)
{
    uint8_t *at = record + field->offset;
    switch (field->kind) {
    case RAW: random_bytes(at, field->size); break;
    case CHOICE: fill_choice(at, field); break;
    case AMOUNT: *(int64_t *)(void *)at = (int64_t)(random_next() >> 1); break;
    case CODE: *(uint64_t *)(void *)at = random_next() >> 19; break;
    case PARTY: {
        struct party *party = (void *)at;
        party->kind = (enum party_kind)(random_next() % 4);
        party->number = party->kind == PARTY_NONE ? 0 : (uint32_t)random_next() | 1;
        break;
    }
    case RECEIPT: {
        struct receipt *receipt = (void *)at;
        receipt->shop = (uint32_t)random_next();
        receipt->size = (uint8_t)(random_next() % (RECEIPT_BYTES_MAX + 1));
        random_bytes((uint8_t *)receipt->text, receipt->size);
        break;
    }
    case TEXT: {
        size_t size = random_next() % (field->size + 1);
        for (size_t i = 0; i < size; i++) at[i] = (uint8_t)(1 + random_next() % 255);
        break;
    }
    }
}

static void fill(const struct record_form *form, union any_record *ret)
{
    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; i < form->field_count; i++) fill_field(ret->bytes, &form->fields[i]);
    if (form->mend != NULL) form->mend(ret->bytes);
}

static void compare(const struct record_form *form, const union any_record *a,
                    const union any_record *b)
{
    for (size_t i = 0; i < form->field_count; i++) {
        const struct field *field = &form->fields[i];
        size_t size = field->size;
        if (field->kind == RECEIPT) size = offsetof(struct receipt, text) + RECEIPT_BYTES_MAX;
        if (memcmp(a->bytes + field->offset, b->bytes + field->offset, size) != 0) {
            fail_msg("%s: field %zu differs", form->name, i);
        }
    }
}

/* Decodes a copy that ends where the heap block ends, so that a sanitizer sees each overrun. */
static enum store_result decode_copy(const struct record_form *form, const uint8_t *data,
                                     size_t size, union any_record *ret)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    enum store_result result = form->decode((struct bytes){copy, size}, ret->bytes);
    free(copy);
    return result;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void each_record_comes_back_as_it_went(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORM_COUNT; f++) {
        for (unsigned round = 0; round < 50; round++) {
            union any_record value, decoded;
            uint8_t data[FORM_BYTES_MAX], again[FORM_BYTES_MAX];
            fill(&forms[f], &value);
            size_t size = forms[f].encode(value.bytes, data);
            assert_in_range(size, 1, FORM_BYTES_MAX);
            memset(&decoded, 0xa5, sizeof decoded);
            assert_int_equal(decode_copy(&forms[f], data, size, &decoded), STORE_OK);
            compare(&forms[f], &value, &decoded);
            assert_int_equal(forms[f].encode(decoded.bytes, again), size);
            assert_memory_equal(again, data, size);
        }
    }
}

static void a_record_cut_short_or_too_long_is_damaged_and_leaves_the_result_alone(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORM_COUNT; f++) {
        union any_record value, decoded, untouched;
        uint8_t data[FORM_BYTES_MAX + 1];
        fill(&forms[f], &value);
        size_t size = forms[f].encode(value.bytes, data);
        data[size] = 0;
        memset(&untouched, 0xa5, sizeof untouched);
        memset(&decoded, 0xa5, sizeof decoded);
        for (size_t cut = 0; cut <= size + 1; cut++) {
            if (cut == size) continue;
            assert_int_equal(decode_copy(&forms[f], data, cut, &decoded), STORE_DAMAGED);
            assert_memory_equal(&decoded, &untouched, sizeof untouched);
        }
        struct bytes nothing = {NULL, 0};
        assert_int_equal(forms[f].decode(nothing, decoded.bytes), STORE_DAMAGED);
    }
}

static void a_flipped_byte_is_damaged_or_another_value_with_that_encoding(void **state)
{
    (void)state;
    static const uint8_t flips[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff};
    for (size_t f = 0; f < FORM_COUNT; f++) {
        union any_record value, decoded;
        uint8_t data[FORM_BYTES_MAX], again[FORM_BYTES_MAX];
        fill(&forms[f], &value);
        size_t size = forms[f].encode(value.bytes, data);
        for (size_t i = 0; i < size * sizeof flips; i++) {
            uint8_t flip = flips[i % sizeof flips];
            data[i / sizeof flips] ^= flip;
            enum store_result result = decode_copy(&forms[f], data, size, &decoded);
            if (result == STORE_OK) {
                assert_int_equal(forms[f].encode(decoded.bytes, again), size);
                assert_memory_equal(again, data, size);
            } else {
                assert_int_equal(result, STORE_DAMAGED);
            }
            data[i / sizeof flips] ^= flip;
        }
    }
}

static void another_version_is_damaged(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORM_COUNT; f++) {
        if (forms[f].encode == fence_encode_any) continue; /* the engine's own: it has none */
        union any_record value, decoded;
        uint8_t data[FORM_BYTES_MAX];
        fill(&forms[f], &value);
        size_t size = forms[f].encode(value.bytes, data);
        assert_in_range(data[0], 1, 3);
        data[0]++;
        assert_int_equal(decode_copy(&forms[f], data, size, &decoded), STORE_DAMAGED);
        data[0] = 0;
        assert_int_equal(decode_copy(&forms[f], data, size, &decoded), STORE_DAMAGED);
    }
}

static void sizes_stay_what_the_store_was_written_with(void **state)
{
    (void)state;
    static const struct { const char *name; size_t size; } sizes[] = {
        {"fence", 64}, {"credit", 146}, {"account", 261}, {"purchase_day", 37}, {"binding", 23},
        {"benefit", 31}, {"employment", 17}, {"party", 6}, {"request", 25}, {"recency_month", 249},
        {"signal_counts", 71}, {"debt", 123}, {"ledger_totals", 129}, {"numbers", 25},
        {"event_head", 17}, {"birthdays", 13},
    };
    size_t found = 0;
    for (size_t f = 0; f < FORM_COUNT; f++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            if (strcmp(forms[f].name, sizes[i].name) != 0) continue;
            union any_record value;
            uint8_t data[FORM_BYTES_MAX];
            fill(&forms[f], &value);
            assert_int_equal(forms[f].encode(value.bytes, data), sizes[i].size);
            found++;
        }
    }
    assert_int_equal(found, sizeof sizes / sizeof sizes[0]);
}

/* The first entry of a ledger, byte by byte: its hash stands in every later export. */
static void the_bytes_of_an_entry_never_change(void **state)
{
    (void)state;
    struct entry entry = {
        .number = 1, .recorded_at = 0x0102030405060708, .business_date = -2,
        .event_date = -3, .kind = ENTRY_ACCRUE, .unit = UNIT_CASH, .from = SIDE_EXPENSE,
        .to = SIDE_OWNER,
        .party = {PARTY_GUIDE, 3}, .amount = 500, .balance_after = -1, .credit = 1,
        .program_version = 9, .rule = 258, .previous = 0,
        .event = {EVENT_PURCHASE, 4, {.shop = 5, .size = 2, .text = "AB"}, 0},
        .previous_hash = {0xee},
    };
    static const uint8_t expected[] = {
        2, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0xff, 0xff, 0xff, 0xfe,
        0xff, 0xff, 0xff, 0xfd, 1, 1, 0, 2,
        2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 1, 0xf4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 4,
        0, 0, 0, 5, 2, 'A', 'B', 0xee, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    uint8_t data[FORM_BYTES_MAX];
    assert_int_equal(entry_encode(&entry, data), sizeof expected);
    assert_memory_equal(data, expected, sizeof expected);
}

int main(void)
{
    const char *given = getenv("BECKON_TEST_SEED");
    seed = given != NULL ? strtoull(given, NULL, 10) : 20240611;
    print_message("seed %llu (BECKON_TEST_SEED)\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_record_comes_back_as_it_went),
        cmocka_unit_test(a_record_cut_short_or_too_long_is_damaged_and_leaves_the_result_alone),
        cmocka_unit_test(a_flipped_byte_is_damaged_or_another_value_with_that_encoding),
        cmocka_unit_test(another_version_is_damaged),
        cmocka_unit_test(sizes_stay_what_the_store_was_written_with),
        cmocka_unit_test(the_bytes_of_an_entry_never_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
