/* Looks of a follower: the first says all, later ones what is new; a token says what is old. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_look_tells_only_what_its_token_does_not_know(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("guide:1", watch_scoreboard, "",
                "scoreboard.guide_number=1 scoreboard.new_members=1 !scoreboard.purchases",
                .save = "first=resume_token"),
        ANSWERS("guide:1", watch_scoreboard, "resume_token=$first", "!scoreboard !version"),
        /* Another guide's sale, and time that passes without turning a date, are no news. */
        ANSWERS("admin", register_member, "phone=13800000009 consent_policy_version=v1 code=$g2",
                "member_number=3"),
        ANSWERS("pos:2", record_purchase, "receipt_number=1 member_number=3 amount_minor=1000",
                ""),
        AT("2026-03-02T10:30"),
        ANSWERS("guide:1", watch_scoreboard, "resume_token=$first", "!scoreboard !version"),
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=1 amount_minor=20000",
                ""),
        ANSWERS("guide:1", watch_scoreboard, "resume_token=$first",
                "scoreboard.purchases=1 scoreboard.sales_minor=20000", .save = "next=resume_token"),
        ANSWERS("guide:1", watch_scoreboard, "resume_token=$next", "!scoreboard"),
        /* It is another scoreboard's token: what it knows is not this. */
        ANSWERS("guide:1", watch_scoreboard, "resume_token=$next span=YEAR",
                "scoreboard.span=YEAR scoreboard.purchases=1"),
        ANSWERS("manager:1", set_target,
                "guide_number=1 kpi=SALES date=2026-03-02 value=40000", ""),
        ANSWERS("guide:1", watch_scoreboard, "resume_token=$next",
                "scoreboard.targets[0].progress_bp=5000", .save = "next=resume_token"),
        /* A date that turns is news: a month begins. */
        AT("2026-04-01T10:00"),
        ANSWERS("guide:1", watch_scoreboard, "resume_token=$next",
                "scoreboard.start_date=2026-04-01 !scoreboard.purchases"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_follower_sees_what_a_reader_would(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("guide:1", watch_scoreboard, "guide_number=2", OUTCOME_NOT_YOURS, "guide_number"),
        REFUSES("admin", watch_scoreboard, "", OUTCOME_FIELD_REQUIRED, "guide_number"),
        REFUSES("admin", watch_scoreboard, "guide_number=9", OUTCOME_GUIDE_UNKNOWN,
                "guide_number"),
        REFUSES("guide:1", watch_scoreboard, "date=2026-04-01", OUTCOME_VALUE_INVALID, "date"),
        REFUSES("guide:1", watch_scoreboard, "resume_token=1:78", OUTCOME_VALUE_INVALID,
                "resume_token"),
        /* A version that is not here yet: the token of a store that was restored from a backup. */
        ANSWERS("guide:1", watch_scoreboard,
                "resume_token=24:00ffffffffffffff00000000000000000000000000000000",
                "scoreboard.guide_number=1"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_look_tells_only_what_its_token_does_not_know),
        cmocka_unit_test(a_follower_sees_what_a_reader_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
