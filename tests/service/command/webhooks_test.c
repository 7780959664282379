/* Hooks: registered, changed, tested, tried again by a schedule, switched off and on again. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/events.h"
#include "store/webhooks.h"

#define HOOK "webhook.url=https://a.example/in"
/* What the deliverer says of hook 1. */
#define ROW(revision, rest) "rows[0].webhook_number=1 rows[0].revision=" revision " rows[0]." rest
#define TICKED(text) ANSWERS("ticker", tick_webhooks, text, "")
#define GETS(text) ANSWERS("admin", get_webhook, "webhook_number=1", text)

static void the_secret_is_told_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_webhook,
                "request_id=h1 webhook.url=https://A.example:8443/in?x=1 "
                "webhook.kinds[0]=PURCHASE_RECORDED webhook.kinds[1]=MEMBER_REGISTERED "
                "webhook.description=CRM", "webhook_number=1 !already_created",
                .save = "first=secret"),
        ANSWERS_AGAIN("admin", create_webhook,
                      "request_id=h1 webhook.url=https://A.example:8443/in?x=1 "
                      "webhook.kinds[0]=MEMBER_REGISTERED webhook.kinds[1]=PURCHASE_RECORDED "
                      "webhook.description=CRM", "webhook_number=1 already_created=1 !secret"),
        REFUSES("admin", create_webhook, "request_id=h1 " HOOK, OUTCOME_REQUEST_ID_REUSED,
                "request_id"),
        ANSWERS("admin", create_webhook, "request_id=h2 " HOOK, "webhook_number=2"),
        GETS("webhook.url=https://A.example:8443/in?x=1 webhook.kinds#=2 webhook.description=CRM "
             "webhook.enabled=1 webhook.off=UNSPECIFIED !webhook.rotated_at !webhook.last_test "
             "!webhook.waiting_count"),
        ANSWERS("admin", list_webhooks, "", "webhooks#=2 webhooks[1].webhook_number=2 "
                "!next_page_token"),
        ANSWERS("admin", list_webhooks, "page_size=1", "webhooks#=1",
                .save = "next=next_page_token"),
        ANSWERS("admin", list_webhooks, "page_size=1 page_token=$next",
                "webhooks[0].webhook_number=2"),
        ANSWERS("admin", delete_webhook, "webhook_number=2", "webhook_number=2"),
        REFUSES("admin", delete_webhook, "webhook_number=2", OUTCOME_WEBHOOK_UNKNOWN,
                "webhook_number"),
        /* Its number is never used again; a repeat says what was answered then. */
        ANSWERS("admin", create_webhook, "request_id=h3 " HOOK, "webhook_number=3"),
        ANSWERS("admin", create_webhook, "request_id=h2 " HOOK,
                "webhook_number=2 already_created=1"),
        ANSWERS("auditor", list_audit_entries, "object_kind=WEBHOOK object_number=2",
                "entries#=2 entries[1].action=CreateWebhook entries[1].facts=host=a.example "
                "entries[0].action=DeleteWebhook entries[0].sentence_en=deleted_hook_2"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_hook_refused_names_its_field(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("admin", create_webhook, HOOK, OUTCOME_FIELD_REQUIRED, "request_id"),
        REFUSES("admin", create_webhook, "request_id=x", OUTCOME_FIELD_REQUIRED, "webhook"),
        REFUSES("admin", create_webhook, "request_id=x webhook={}", OUTCOME_FIELD_REQUIRED,
                "webhook.url"),
        REFUSES("admin", create_webhook, "request_id=x webhook.url=http://a.example/",
                OUTCOME_VALUE_INVALID, "webhook.url"),
        REFUSES("admin", create_webhook, "request_id=x webhook.kinds[0]=63 " HOOK,
                OUTCOME_VALUE_INVALID, "webhook.kinds"),
        REFUSES("admin", create_webhook, "request_id=x webhook.kinds[0]=0 " HOOK,
                OUTCOME_VALUE_INVALID, "webhook.kinds"),
        REFUSES("admin", create_webhook, "request_id=x webhook.description=' a' " HOOK,
                OUTCOME_TEXT_INVALID, "webhook.description"),
        REFUSES("admin", get_webhook, "", OUTCOME_WEBHOOK_UNKNOWN, "webhook_number"),
        REFUSES("admin", test_webhook, "webhook_number=1", OUTCOME_WEBHOOK_UNKNOWN,
                "webhook_number"),
        REFUSES("admin", rotate_webhook_secret, "request_id=x webhook_number=1",
                OUTCOME_WEBHOOK_UNKNOWN, "webhook_number"),
        REFUSES("admin", update_webhook, "", OUTCOME_FIELD_REQUIRED, "webhook"),
        REFUSES("admin", update_webhook, "webhook={}", OUTCOME_FIELD_REQUIRED, "update_fields"),
        REFUSES("admin", update_webhook, "webhook={} update_fields=url", OUTCOME_WEBHOOK_UNKNOWN,
                "webhook.webhook_number"),
        ANSWERS("admin", create_webhook, "request_id=x " HOOK, "webhook_number=1"),
        REFUSES("admin", update_webhook, "webhook.webhook_number=1 update_fields=answer",
                OUTCOME_VALUE_INVALID, "update_fields"),
        REFUSES("admin", update_webhook, "webhook.webhook_number=1 resume=3",
                OUTCOME_VALUE_INVALID, "resume"),
        REFUSES("admin", update_webhook, "webhook.webhook_number=1 resume=EVENT",
                OUTCOME_VALUE_INVALID, "resume_event"),
        REFUSES("admin", update_webhook, "webhook.webhook_number=1 resume=NEWEST resume_event=1",
                OUTCOME_VALUE_INVALID, "resume_event"),
        REFUSES("admin", update_webhook, "webhook.webhook_number=1 resume=EVENT resume_event=99",
                OUTCOME_VALUE_INVALID, "resume_event"),
        REFUSES("admin", list_webhooks, "page_size=-1", OUTCOME_PAGE_INVALID, "page_size"),
    };
    PLAY_ON(STAGE, steps);
}

static void sixteen_are_enough(void **state)
{
    (void)state;
    static struct step steps[WEBHOOKS_MAX + 3];
    static char texts[WEBHOOKS_MAX][64];
    size_t count = 0;
    for (; count < WEBHOOKS_MAX; count++) {
        snprintf(texts[count], sizeof texts[count], "request_id=h%zu " HOOK, count);
        steps[count] = (struct step)ANSWERS("admin", create_webhook, texts[count], NULL);
    }
    steps[count++] = (struct step)REFUSES("admin", create_webhook, "request_id=x " HOOK,
                                          OUTCOME_WEBHOOKS_TOO_MANY, "webhook");
    steps[count++] = (struct step)ANSWERS("admin", delete_webhook, "webhook_number=3", NULL);
    steps[count++] = (struct step)ANSWERS("admin", create_webhook, "request_id=x " HOOK,
                                          "webhook_number=17");
    play(STAGE, STAGE_STEPS, steps, count);
}

static void a_new_secret_leaves_the_old_one_a_day(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_webhook, "request_id=h " HOOK, NULL),
        ANSWERS("admin", rotate_webhook_secret, "request_id=r webhook_number=1",
                "webhook_number=1 !already_rotated", .save = "second=secret"),
        ANSWERS_AGAIN("admin", rotate_webhook_secret, "request_id=r webhook_number=1",
                      "webhook_number=1 already_rotated=1 !secret"),
        REFUSES("admin", rotate_webhook_secret, "request_id=r webhook_number=2",
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        REFUSES("admin", rotate_webhook_secret, "webhook_number=1", OUTCOME_FIELD_REQUIRED,
                "request_id"),
        GETS("webhook.rotated_at=2026-03-02T10:00:00 "
             "webhook.old_secret_until=2026-03-03T10:00:00"),
        AT("2026-03-03T09:59:59"),
        GETS("webhook.old_secret_until=2026-03-03T10:00:00"),
        AT("2026-03-03T10:00:00"),
        GETS("webhook.rotated_at=2026-03-02T10:00:00 !webhook.old_secret_until"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_test_is_asked_for_once_at_a_time(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_webhook, "request_id=h " HOOK, NULL),
        ANSWERS_AGAIN("admin", test_webhook, "webhook_number=1", "test_number=1"),
        GETS("!webhook.last_test"),
        TICKED(ROW("1", "test_number=7 rows[0].test_answer=1")), /* not one that was asked for */
        GETS("!webhook.last_test"),
        TICKED(ROW("1", "test_number=1 rows[0].test_answer=2 rows[0].test_status=404")),
        GETS("webhook.last_test.test_number=1 webhook.last_test.answer=BAD_STATUS "
             "webhook.last_test.status=404 webhook.enabled=1 webhook.answer=UNSPECIFIED"),
        ANSWERS("admin", test_webhook, "webhook_number=1", "test_number=2"),
        /* Of one that is off, too. */
        ANSWERS("admin", update_webhook, "webhook.webhook_number=1 update_fields=enabled",
                "webhook.off=BY_ADMIN"),
        TICKED(ROW("1", "test_number=2 rows[0].test_answer=1 rows[0].test_status=204")),
        GETS("webhook.last_test.test_number=2 webhook.last_test.answer=DELIVERED !webhook.enabled"),
    };
    PLAY_ON(STAGE, steps);
}

static void deliveries_are_noted(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_webhook, "request_id=h " HOOK, NULL),
        ANSWERS("admin", update_webhook,
                "webhook.webhook_number=1 resume=EVENT resume_event=1",
                "!webhook.delivered_through"),
        TICKED(ROW("2", "through=2 rows[0].delivered_count=2 rows[0].answer=1 "
                        "rows[0].status=204")),
        GETS("webhook.delivered_through=2 webhook.delivered_count=2 "
             "webhook.delivered_at=2026-03-02T10:00:00 webhook.answer=DELIVERED webhook.status=204 "
             "!webhook.failed_at"),
        /* Of the hook as it was before: nothing counts. */
        TICKED(ROW("1", "through=3 rows[0].delivered_count=1 rows[0].answer=1")),
        GETS("webhook.delivered_through=2 webhook.delivered_count=2"),
        /* What is not wanted is passed over. */
        TICKED(ROW("2", "through=3")),
        GETS("webhook.delivered_through=3 webhook.delivered_count=2"),
        ANSWERS("admin", update_webhook, "webhook.webhook_number=1 resume=NEWEST",
                "webhook.enabled=1 !webhook.waiting_count"),
        TICKED("rows[0].webhook_number=9 rows[0].revision=1"), /* deleted meanwhile */
    };
    PLAY_ON(STAGE, steps);
}

/* A failure at the time given, and when the next attempt is due at the earliest and latest: the
 * rows check the hours alone, the rule's test the spread. */
static void what_fails_is_tried_again_for_three_days(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_webhook, "request_id=h " HOOK, NULL),
        ANSWERS("admin", create_webhook, "request_id=h2 " HOOK, NULL),
        TICKED(ROW("1", "answer=4")),
        GETS("webhook.attempt_count=1 webhook.answer=TIMED_OUT "
             "webhook.failed_at=2026-03-02T10:00:00 !webhook.status webhook.enabled=1"),
        TICKED(ROW("1", "answer=2 rows[0].status=500")),
        TICKED(ROW("1", "answer=2 rows[0].status=500")),
        GETS("webhook.attempt_count=3 webhook.status=500"),
        /* Whoever changes it tries again at once. */
        ANSWERS("admin", update_webhook,
                "webhook.webhook_number=1 webhook.enabled=true update_fields=enabled",
                "!webhook.attempt_count !webhook.next_attempt_at webhook.enabled=1"),
        TICKED(ROW("2", "answer=5")), TICKED(ROW("2", "answer=5")), TICKED(ROW("2", "answer=5")),
        TICKED(ROW("2", "answer=5")), TICKED(ROW("2", "answer=5")), TICKED(ROW("2", "answer=5")),
        TICKED(ROW("2", "answer=5")), TICKED(ROW("2", "answer=5")), TICKED(ROW("2", "answer=5")),
        GETS("webhook.attempt_count=9 webhook.enabled=1 webhook.off=UNSPECIFIED"),
        AT("2026-03-05T12:00"),
        TICKED(ROW("2", "answer=5")),
        GETS("webhook.attempt_count=10 !webhook.enabled webhook.off=FAILED "
             "webhook.off_since=2026-03-05T12:00:00 !webhook.next_attempt_at"),
        /* The others hear of it; a late answer changes nothing more. */
        ANSWERS("admin", get_webhook, "webhook_number=2", "webhook.waiting_count=1"),
        TICKED(ROW("2", "through=99 rows[0].answer=1")),
        GETS("webhook.off=FAILED webhook.attempt_count=10"),
        ANSWERS("admin", update_webhook,
                "webhook.webhook_number=1 webhook.enabled=true update_fields=enabled",
                "webhook.enabled=1 webhook.off=UNSPECIFIED !webhook.off_since "
                "webhook.waiting_count=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_busy_receiver_is_left_alone_as_long_as_it_asks(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_webhook, "request_id=h " HOOK, NULL),
        TICKED(ROW("1", "answer=2 rows[0].status=503 rows[0].retry_after_ms=3600000")),
        GETS("webhook.next_attempt_at=2026-03-02T11:00:00 webhook.status=503"),
        TICKED(ROW("1", "answer=2 rows[0].status=429 rows[0].retry_after_ms=1000000000")),
        GETS("webhook.next_attempt_at=2026-03-03T13:00:00 webhook.attempt_count=2"),
        /* What was delivered since begins the schedule anew. */
        TICKED(ROW("1", "through=18446744073709551615 rows[0].answer=1 rows[0].status=200")),
        GETS("!webhook.next_attempt_at !webhook.attempt_count"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_is_gone_is_off_at_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_webhook, "request_id=h " HOOK, NULL),
        TICKED(ROW("1", "answer=3 rows[0].status=410")),
        GETS("webhook.off=GONE webhook.status=410 !webhook.enabled !webhook.next_attempt_at"),
    };
    PLAY_ON(STAGE, steps);
}

static enum store_result trim(struct batch *batch)
{
    struct event_trim trimmed;
    enum store_result result =
        events_trim_load(&batch->reader, UINT64_MAX, EVENT_TRIM_RECORDS_MAX, &trimmed);
    if (result == STORE_OK) events_trim_put(batch, &trimmed);
    return result;
}

static void what_is_kept_no_more_is_not_begun_with(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_webhook, "request_id=h " HOOK, NULL),
        ANSWERS("admin", update_webhook, "webhook.webhook_number=1 resume=EVENT resume_event=1",
                NULL),
        /* Others that go tell of it: two events, of which the first is trimmed. */
        ANSWERS("admin", create_webhook, "request_id=h2 " HOOK, NULL),
        ANSWERS("admin", create_webhook, "request_id=h3 " HOOK, NULL),
        TICKED("rows[0].webhook_number=2 rows[0].revision=1 rows[0].answer=3"),
        TICKED("rows[0].webhook_number=3 rows[0].revision=1 rows[0].answer=3"),
        {.meddle = trim},
        TICKED(ROW("2", "trimmed=true")),
        GETS("webhook.off=TRIMMED !webhook.enabled !webhook.delivered_through"),
        REFUSES("admin", update_webhook,
                "webhook.webhook_number=1 webhook.enabled=true update_fields=enabled",
                OUTCOME_EVENTS_TRIMMED, "resume"),
        REFUSES("admin", update_webhook,
                "webhook.webhook_number=1 webhook.enabled=true update_fields=enabled resume=EVENT "
                "resume_event=1", OUTCOME_EVENTS_TRIMMED, "resume_event"),
        ANSWERS("admin", update_webhook,
                "webhook.webhook_number=1 webhook.enabled=true update_fields=enabled resume=NEWEST",
                "webhook.enabled=1 webhook.off=UNSPECIFIED"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_secret_is_told_once),
        cmocka_unit_test(a_hook_refused_names_its_field),
        cmocka_unit_test(sixteen_are_enough),
        cmocka_unit_test(a_new_secret_leaves_the_old_one_a_day),
        cmocka_unit_test(a_test_is_asked_for_once_at_a_time),
        cmocka_unit_test(deliveries_are_noted),
        cmocka_unit_test(what_fails_is_tried_again_for_three_days),
        cmocka_unit_test(a_busy_receiver_is_left_alone_as_long_as_it_asks),
        cmocka_unit_test(what_is_gone_is_off_at_once),
        cmocka_unit_test(what_is_kept_no_more_is_not_begun_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
