/* Hooks' records: secrets open for their hook alone; verify finds what is wrong with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "corruption.h"
#include "scenario.h"
#include "store/key.h"
#include "store/table.h"
#include "store/webhooks.h"

static const uint8_t secret[WEBHOOK_SECRET_BYTES] = "0123456789abcdef0123456789abcde";
static const uint8_t nonce[WEBHOOK_NONCE_BYTES] = "a nonce";
static struct webhook sound;

static struct webhook_state state_of(uint32_t number)
{
    return (struct webhook_state){.number = number, .revision = 4};
}

static void make_sound(struct batch *batch)
{
    struct webhook_state state = state_of(2);
    uint8_t opened[WEBHOOK_SECRET_BYTES];
    char id[WEBHOOK_ID_BYTES], other[WEBHOOK_ID_BYTES];
    uint32_t numbers[WEBHOOKS_MAX], last;
    size_t count;

    sound = (struct webhook){.number = 2, .revision = 4, .url = "https://a.example/"};
    webhooks_seal(&batch->reader, 2, secret, nonce, sound.secret);
    assert_int_equal(webhooks_unseal(&batch->reader, 2, sound.secret, opened), STORE_OK);
    assert_memory_equal(opened, secret, sizeof secret);
    assert_int_equal(webhooks_unseal(&batch->reader, 3, sound.secret, opened), STORE_DAMAGED);
    webhooks_message_id(&batch->reader, 2, 7, 1000, id);
    webhooks_message_id(&batch->reader, 2, 7, 1001, other);
    assert_int_equal(strlen(id), WEBHOOK_ID_BYTES - 1);
    assert_string_not_equal(id, other);

    assert_int_equal(webhooks_last(&batch->reader, &last), STORE_OK);
    assert_int_equal(last, 0);
    webhooks_last_put(batch, 3);
    webhooks_put(batch, &sound);
    webhooks_state_put(batch, &state);
    sound.number = state.number = 3;
    webhooks_put(batch, &sound);
    webhooks_state_put(batch, &state);
    webhooks_delete(batch, 3);
    sound.number = 2;
    assert_int_equal(webhooks_list(&batch->reader, numbers, &count), STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(numbers[0], 2);
    assert_int_equal(webhooks_get(&batch->reader, 3, &sound), STORE_ABSENT);
}

static void a_hook_has_no_state(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_WEBHOOK_STATE);
    key_u32(&key, 2);
    table_delete(batch, &key);
}

static void a_state_is_of_another_revision(struct batch *batch)
{
    struct webhook_state state = state_of(2);
    state.revision = 3;
    webhooks_state_put(batch, &state);
}

static void a_state_is_nobodys(struct batch *batch)
{
    struct webhook_state state = state_of(9);
    webhooks_state_put(batch, &state);
}

static void a_state_is_cut_short(struct batch *batch)
{
    struct webhook_state state = state_of(2);
    uint8_t data[WEBHOOK_STATE_BYTES];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_WEBHOOK_STATE);
    key_u32(&key, 2);
    table_put(batch, &key, data, webhook_state_encode(&state, data) - 1);
}

static void a_test_was_answered_that_nobody_asked_for(struct batch *batch)
{
    struct webhook_state state = state_of(2);
    state.test_answered = 1;
    webhooks_state_put(batch, &state);
}

static void the_last_number_is_too_small(struct batch *batch)
{
    webhooks_last_put(batch, 1);
}

static void a_secret_is_another_hooks(struct batch *batch)
{
    struct webhook webhook = sound;
    webhooks_seal(&batch->reader, 3, secret, nonce, webhook.secret);
    webhooks_put(batch, &webhook);
}

static void an_old_secret_is_damaged(struct batch *batch)
{
    struct webhook webhook = sound;
    webhook.old_until = 5;
    webhooks_put(batch, &webhook);
}

static void a_hook_is_cut_short(struct batch *batch)
{
    uint8_t data[WEBHOOK_BYTES_MAX];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_WEBHOOK);
    key_u32(&key, 2);
    table_put(batch, &key, data, webhook_encode(&sound, data) - 1);
}

static void everything_wrong_with_hooks_is_found(void **state)
{
    (void)state;
    static const struct corruption_row rows[] = {
        ROW(a_hook_has_no_state, "webhooks: 2 has no state"),
        ROW(a_state_is_of_another_revision, "webhooks: 2 has an older state"),
        ROW(a_state_is_nobodys, "webhook states: 9 is nobody's"),
        ROW(a_state_is_cut_short, "webhook states: a damaged record"),
        ROW(a_test_was_answered_that_nobody_asked_for, "webhook states: a damaged record"),
        ROW(the_last_number_is_too_small, "webhooks: number 2 is beyond the last given out"),
        ROW(a_secret_is_another_hooks, "webhooks: a secret of 2 does not open"),
        ROW(an_old_secret_is_damaged, "webhooks: a secret of 2 does not open"),
        ROW(a_hook_is_cut_short, "webhooks: a damaged record"),
    };
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(everything_wrong_with_hooks_is_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
