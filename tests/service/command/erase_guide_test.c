/* A guide's erasure: not while he works, not before he is paid out, not while what payroll was
 * given has to be kept; then he is a number like everybody. */
#include "tests/service/command/settlement_plays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ERASE(number, told)                                                                     \
    ANSWERS_AGAIN("token:$admin", erase_guide, "guide_number=" number " reason=REQUEST", told)
#define REFUSED(fields, why, field) REFUSES("admin", erase_guide, fields, why, field)

static void who_has_left_and_was_never_paid_goes_at_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", update_guide,
                "guide.guide_number=3 guide.phone=13800000002 update_fields[0]=phone", NULL),
        ANSWERS("admin", create_token,
                "request_id=t token.role=GUIDE token.principal=guide:3", "token.token_number=2",
                .save = "his=secret"),
        ANSWERS("token:$his", get_balance, "", NULL),
        ANSWERS("token:$admin", create_sign_in_link, "request_id=l guide_number=3", NULL,
                .save = "l=secret"),
        ANSWERS("stranger", redeem_sign_in_link, "secret=$l", NULL, .save = "s=session_secret"),
        ANSWERS("token:$admin", create_sign_in_link, "request_id=k guide_number=3", NULL,
                .save = "k=secret"),
        REFUSED("reason=REQUEST", OUTCOME_FIELD_REQUIRED, "guide_number"),
        REFUSED("guide_number=9 reason=REQUEST", OUTCOME_GUIDE_UNKNOWN, "guide_number"),
        REFUSED("guide_number=3", OUTCOME_FIELD_REQUIRED, "reason"),
        REFUSED("guide_number=3 reason=9", OUTCOME_VALUE_INVALID, "reason"),
        REFUSED("guide_number=1 reason=REQUEST", OUTCOME_GUIDE_EMPLOYED, "guide_number"),
        ERASE("3", "guide_number=3 erased_at=2026-03-02T10:00:00 items#=7 items[0].kind=PROFILE "
                   "items[5].kind=EMPLOYEE items[5].kept=1"),
        REFUSES("token:$his", get_balance, "", OUTCOME_TOKEN_INVALID, NULL),
        /* Nobody is signed in as him, or can be. */
        REFUSES("token:$s", get_balance, "", OUTCOME_TOKEN_INVALID, NULL),
        REFUSES("stranger", redeem_sign_in_link, "secret=$k", OUTCOME_LINK_NOT_VALID, "secret"),
        REFUSES("admin", create_sign_in_link, "request_id=m guide_number=3",
                OUTCOME_GUIDE_UNKNOWN, "guide_number"),
        ANSWERS("ticker", tick_erasures, "kind=2 number=3 step_count=16", NULL),
        ANSWERS("auditor", list_erasures, "kind=GUIDE",
                "erasures#=1 erasures[0].guide_number=3 !erasures[0].member_number "
                "erasures[0].finished=1 erasures[0].erased_by_token=1"),
        ANSWERS("auditor", list_erasures, "", "erasures#=0"),
        REFUSES("auditor", list_erasures, "kind=SHOP", OUTCOME_VALUE_INVALID, "kind"),
        ANSWERS("admin", get_code, "code=$g3", "code.revoked_at=2026-03-02T10:00:00"),
        ANSWERS("admin", get_guide, "guide_number=3", "guide.employee_no=E3 !guide.name"),
        /* His number stays his own, and his phone is free. */
        REFUSES("admin", create_guide,
                "guide.employee_no=E3 guide.name='Left Long' guide.employments[0].shop_id=S1 "
                "guide.employments[0].from_date=2026-01-01 "
                "guide.employments[0].until_date=2026-02-01", OUTCOME_GUIDE_EXISTS,
                "guide.employee_no"),
        REFUSES("admin", update_guide,
                "guide.guide_number=3 guide.name=X update_fields[0]=name", OUTCOME_GUIDE_UNKNOWN,
                "guide.guide_number"),
        REFUSES("admin", transfer_guide, "guide_number=3 shop_id=S1 from_date=2026-03-05",
                OUTCOME_GUIDE_UNKNOWN, "guide_number"),
        REFUSES("admin", create_code, "request_id=n code.owner=guide:3", OUTCOME_GUIDE_UNKNOWN,
                "code.owner.number"),
        ANSWERS("admin", update_guide,
                "guide.guide_number=2 guide.phone=13800000002 update_fields[0]=phone", NULL),
        /* A late purchase of his days finds him by his number. */
        ANSWERS("admin", register_member,
                "phone=13700000001 consent_policy_version=v1 code=$g3 occurred_at=2026-01-05T08:00",
                NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void who_was_paid_stays_until_it_need_not_be_kept(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"),
        ANSWERS("admin", end_employment,
                "guide_number=1 until_date=2026-03-03", NULL),
        REFUSED("guide_number=1 reason=REQUEST", OUTCOME_GUIDE_EMPLOYED, "guide_number"),
        AT("2026-03-05T10:00"),
        REFUSED("guide_number=1 reason=REQUEST", OUTCOME_GUIDE_UNPAID, "guide_number"),
        CREATE("l", "type=LEAVER guide_number=1 period_end=2026-03-04 " RATE, "run_number=1"),
        WORK("1"),
        REFUSED("guide_number=1 reason=REQUEST", OUTCOME_GUIDE_UNPAID, "guide_number"),
        SETTLE("1", "1", "hash"),
        REFUSED("guide_number=1 reason=REQUEST", OUTCOME_GUIDE_RETAINED, "guide_number"),
        AT("2036-03-01T10:00"),
        REFUSED("guide_number=1 reason=REQUEST", OUTCOME_GUIDE_RETAINED, "guide_number"),
        AT("2037-04-01T10:00"),
        ERASE("1", "guide_number=1"),
        ANSWERS("ticker", tick_erasures, "kind=2 number=1 step_count=16", NULL),
        ANSWERS("auditor", list_erasures, "kind=GUIDE", "erasures[0].finished=1"),
        ANSWERS("payroll", get_settlement_run, "run_number=1", "run.state=CLOSED"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_left_and_was_never_paid_goes_at_once),
        cmocka_unit_test(who_was_paid_stays_until_it_need_not_be_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
