/* What commands tell as events, in which order, and how they are listed and watched. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/events.h"

static void what_was_done_is_told_in_order_and_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("integration", list_events, "",
                "events#=6 head_number=6 oldest_number=1 !next_page_token "
                "events[0].type=guide.created events[0].party=guide:1 events[0].shop_id=S1 "
                "events[2].party=guide:3 events[3].type=program.published "
                "events[3].object_number=1 events[4].type=member.registered "
                "events[4].party=member:1 events[4].guide_number=1 events[4].other=guide:1 "
                "events[5].party=member:2 events[5].other=member:1"),
        /* The purchase first, then what it earns: hers at once, her friend's and guide's. */
        ANSWERS_AGAIN("pos:1", record_purchase,
                      "receipt_number=A member_number=2 amount_minor=20000", ""),
        ANSWERS("integration", list_events, "from_number=7",
                "events#=4 head_number=10 events[0].event_number=7 "
                "events[0].type=purchase.recorded events[0].party=member:2 "
                "events[0].receipt_number=A events[0].shop_id=S1 events[0].amount=20000 "
                "events[0].unit=CASH events[0].guide_number=1 events[0].date=2026-03-02 "
                "events[1].type=credit.accrued events[1].party=member:2 events[1].unit=POINTS "
                "events[1].amount=200 events[1].available=1 events[1].receipt_number=A "
                "events[1].balance_after=200 events[2].party=member:1 events[2].amount=400 "
                "events[3].party=guide:1 events[3].amount=100"),
        REFUSES("pos:1", record_purchase, "receipt_number=A member_number=2 amount_minor=1",
                OUTCOME_RECEIPT_REUSED, "receipt_number"),
        ANSWERS_AGAIN("pos:1", record_refund,
                      "refund_number=R receipt_number=A amount_minor=20000", ""),
        ANSWERS("integration", list_events, "from_number=11",
                "events#=4 events[0].type=refund.recorded events[0].receipt_number=A "
                "events[0].refund_number=R events[0].refund_shop_id=S1 events[0].amount=20000 "
                "events[1].type=credit.reversed events[1].refund_number=R events[1].amount=200 "
                "!events[1].balance_after"),
        ANSWERS("admin", update_member,
                "member.member_number=1 member.name='Li Mei' update_fields[0]=name", ""),
        ANSWERS("admin", erase_member, "member_number=2 reason=REQUEST", ""),
        ANSWERS("admin", list_events, "from_number=15",
                "events#=2 events[0].type=member.updated events[0].party=member:1 "
                "events[1].type=member.erased events[1].party=member:2"),
    };
    PLAY_ON(STAGE, steps);
}

static void events_are_asked_for_by_number_and_kind(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("auditor", list_events, "kinds[0]=MEMBER_REGISTERED page_size=1",
                "events#=1 events[0].event_number=5", .save = "next=next_page_token"),
        ANSWERS("auditor", list_events,
                "kinds[0]=MEMBER_REGISTERED page_size=1 page_token=$next",
                "events#=1 events[0].event_number=6 !next_page_token"),
        REFUSES("auditor", list_events, "page_size=1 page_token=$next", OUTCOME_PAGE_INVALID,
                "page_token"),
        ANSWERS("auditor", list_events, "kinds[0]=MEMBER_BIRTHDAY", "!events head_number=6"),
        ANSWERS("auditor", list_events, "from_number=7", "!events head_number=6"),
        REFUSES("auditor", list_events, "from_number=8", OUTCOME_EVENTS_AHEAD, "from_number"),
        REFUSES("auditor", list_events, "kinds[0]=99", OUTCOME_VALUE_INVALID, "kinds"),
        REFUSES("auditor", list_events, "page_size=-1", OUTCOME_PAGE_INVALID, "page_size"),
        /* The first look of one who watches says where he stands. */
        ANSWERS("integration", watch_events, "", "!events last_number=6 head_number=6"),
        ANSWERS("integration", watch_events, "from_number=5",
                "events#=2 events[0].event_number=5 last_number=6"),
        ANSWERS("integration", watch_events, "from_number=1 kinds[0]=PROGRAM_PUBLISHED",
                "events#=1 events[0].event_number=4 last_number=6"),
        REFUSES("integration", watch_events, "from_number=8", OUTCOME_EVENTS_AHEAD,
                "from_number"),
        REFUSES("integration", watch_events, "kinds[0]=-1", OUTCOME_VALUE_INVALID, "kinds"),
    };
    PLAY_ON(STAGE, steps);
}

/* What is not kept any more is refused with the number that is. */
static enum store_result trim_first_three(struct batch *batch)
{
    struct event_trim trim;
    enum store_result result = events_trim_load(&batch->reader, UINT64_MAX, 3, &trim);
    if (result == STORE_OK) events_trim_put(batch, &trim);
    return result;
}

static void what_was_trimmed_is_refused(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {.meddle = trim_first_three},
        ANSWERS("integration", list_events, "",
                "events#=3 events[0].event_number=4 oldest_number=4 head_number=6"),
        REFUSES("integration", list_events, "from_number=3", OUTCOME_EVENTS_TRIMMED,
                "from_number"),
        REFUSES("integration", watch_events, "from_number=3", OUTCOME_EVENTS_TRIMMED,
                "from_number"),
        ANSWERS("integration", watch_events, "from_number=4", "events#=3 last_number=6"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_done_is_told_in_order_and_once),
        cmocka_unit_test(events_are_asked_for_by_number_and_kind),
        cmocka_unit_test(what_was_trimmed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
