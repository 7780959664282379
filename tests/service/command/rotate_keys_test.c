/* A rotation of the wrapping key, from its beginning to its end, with who comes and goes
 * meanwhile. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The instance's own records begin when the store is made, by the real clock: later than that. */
#define LATER AT("2090-01-01T00:00:00Z")
#define TICK(told) ANSWERS("ticker", tick_keys, "", told, NULL)

static void everybody_is_wrapped_anew_and_nobody_is_missed(void **state)
{
    (void)state;
    static const struct step steps[] = {
        LATER,
        ANSWERS("operator", get_key_status, "",
                "generation=1 !from_generation !running !started_at !finished_at", NULL),
        ANSWERS_AGAIN("operator", rotate_keys, "generation=1", "generation=2",
                      .save = NULL),
        ANSWERS("operator", get_key_status, "", "generation=2 from_generation=1 running=1", NULL),
        ANSWERS("pos:1", register_member, "phone=+8613800139001 consent_policy_version=1 "
                "name=Meanwhile", "", NULL),
        TICK("more=1"),
        ANSWERS("admin", erase_member, "member_number=2 reason=1", "", NULL),
        TICK("more=1"), TICK("!more finished=2"), TICK("!more !finished"),
        ANSWERS("operator", get_key_status, "",
                "generation=2 from_generation=1 !running rewrapped_count=8 slot_count=8 "
                "finished_at=2090-01-01T00:00:00", NULL),
        ANSWERS("admin", get_member, "member_number=1", "member.member_number=1", NULL),
        ANSWERS("admin", get_member, "phone=+8613800139001", "member.name=Meanwhile", NULL),
        REFUSES("admin", get_member, "member_number=2", OUTCOME_MEMBER_UNKNOWN,
                "member_number"),
        ANSWERS("operator", rotate_keys, "generation=1", "generation=2", NULL),
        ANSWERS("operator", rotate_keys, "generation=2", "generation=3", NULL),
        ANSWERS("operator", list_audit_entries, "",
                "entries[0].action=RotateKeys entries[0].role=OPERATOR", NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void a_rotation_names_what_it_leaves_and_runs_alone(void **state)
{
    (void)state;
    static const struct step steps[] = {
        LATER,
        REFUSES("operator", rotate_keys, "", OUTCOME_FIELD_REQUIRED, "generation"),
        REFUSES("operator", rotate_keys, "generation=2", OUTCOME_KEY_GENERATION_DIFFERS,
                "generation"),
        TICK("!more !finished"),
        ANSWERS("operator", rotate_keys, "generation=1", "generation=2", NULL),
        REFUSES("operator", rotate_keys, "generation=2", OUTCOME_KEY_ROTATION_RUNS, "generation"),
        REFUSES("operator", rotate_keys, "generation=7", OUTCOME_KEY_ROTATION_RUNS, "generation"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_is_wrapped_anew_and_nobody_is_missed),
        cmocka_unit_test(a_rotation_names_what_it_leaves_and_runs_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
