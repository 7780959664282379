/* Consent and her own data: taken back it hides her, given again it shows her; her data is all that
 * is kept of her. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void taken_back_it_hides_her_and_given_again_it_shows_her(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", get_member, "member_number=1",
                "member.consent_policy_version=v1 member.consent_at=2026-03-02T10:00:00 "
                "!member.consent_withdrawn_at"),
        AT("2026-03-03T10:00"),
        ANSWERS_AGAIN("member:1", set_consent, "withdraw=true",
                      "consent_policy_version=v1 consent_at=2026-03-02T10:00:00 "
                      "consent_withdrawn_at=2026-03-03T10:00:00"),
        AT("2026-03-04T10:00"),
        ANSWERS("admin", set_consent, "member_number=1 withdraw=true",
                "consent_withdrawn_at=2026-03-03T10:00:00"),
        ANSWERS("guide:1", get_member, "member_number=1",
                "member.member_number=1 !member.name !member.phone !member.birthday"),
        ANSWERS("manager:1", get_member, "member_number=1", "!member.name !member.phone"),
        ANSWERS("guide:1", list_members, "",
                "members#=2 !members[0].name !members[0].phone members[1].phone=+86138****0002"),
        ANSWERS("stranger", resolve_code, "code=$m1", "owner_name=** owner_kind=MEMBER"),
        ANSWERS("admin", get_member, "member_number=1",
                "member.name=Li_Hua member.consent_withdrawn_at=2026-03-03T10:00:00"),
        ANSWERS("member:1", get_member, "",
                "member.name=Li_Hua member.consent_withdrawn_at=2026-03-03T10:00:00"),
        /* Purchases and points go on. */
        ANSWERS("pos:1", record_purchase,
                "receipt_number=1 phone=13800000001 amount_minor=10000",
                "purchase.credits[0].amount=100"),
        ANSWERS_AGAIN("member:1", set_consent, "policy_version=v2",
                      "consent_policy_version=v2 consent_at=2026-03-04T10:00:00 "
                      "!consent_withdrawn_at"),
        ANSWERS("guide:1", get_member, "member_number=1",
                "member.name=Li_Hua !member.consent_at !member.consent_policy_version"),
        AT("2026-03-05T10:00"),
        ANSWERS("member:1", set_consent, "policy_version=v2", "consent_at=2026-03-04T10:00:00"),
        ANSWERS("stranger", resolve_code, "code=$m1", "owner_name=L**"),
    };
    PLAY_ON(STAGE, steps);
}

static void consent_is_a_version_or_a_withdrawal(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("member:1", set_consent, "member_number=2 withdraw=true", OUTCOME_NOT_YOURS,
                "member_number"),
        REFUSES("admin", set_consent, "withdraw=true", OUTCOME_FIELD_REQUIRED, "member_number"),
        REFUSES("admin", set_consent, "member_number=9 withdraw=true", OUTCOME_MEMBER_UNKNOWN,
                "member_number"),
        REFUSES("member:1", set_consent, "", OUTCOME_CONSENT_MISSING, "policy_version"),
        REFUSES("member:1", set_consent, "withdraw=true policy_version=v2", OUTCOME_VALUE_INVALID,
                "policy_version"),
        REFUSES("member:1", set_consent,
                "policy_version=12345678901234567890123456789012345678901", OUTCOME_TEXT_INVALID,
                "policy_version"),
    };
    PLAY_ON(STAGE, steps);
}

#define TELLS(token, told, ...)                                                                 \
    ANSWERS("member:2", get_member_data, "page_token=" token, told, __VA_ARGS__)

static void her_data_is_every_section_in_turn(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_code, "request_id=m2 code.owner=member:2", NULL,
                .save = "m2=code.code"),
        ANSWERS("pos:1", record_purchase,
                "receipt_number=1 member_number=2 amount_minor=10000 lines[0].article=A "
                "lines[0].amount_minor=10000", NULL),
        ANSWERS("pos:1", record_refund, "refund_number=R1 receipt_number=1 "
                                        "lines[0].line=1 lines[0].amount_minor=2500",
                NULL),
        ANSWERS("pos:1", record_refund, "refund_number=R2 receipt_number=1 "
                                        "lines[0].line=1 lines[0].amount_minor=2500",
                NULL),
        ANSWERS("member:2", get_member_data, "",
                "section=MEMBER member.member_number=2 member.phone=+8613800000002 "
                "member.consent_policy_version=v1 invited_by=MEMBER !member.referrer "
                "next_page_token=1.", .save = "t=next_page_token"),
        TELLS("$t", "section=BALANCES account_balances.balances[0].available=50",
              .save = "t=next_page_token"),
        TELLS("$t", "section=CODES codes#=1 codes[0].code=$m2", .save = "t=next_page_token"),
        TELLS("$t", "section=PURCHASES purchases#=1 purchases[0].lines#=1 refunds#=2 "
                    "refunds[1].refund_number=R2", .save = "t=next_page_token"),
        TELLS("$t", "section=CREDITS credits#=1", .save = "t=next_page_token"),
        TELLS("$t", "section=REDEMPTIONS redemptions#=0", .save = "t=next_page_token"),
        TELLS("$t", "section=DEBTS debts#=0", .save = "t=next_page_token"),
        TELLS("$t", "section=DEBTS debts#=0 next_page_token=8.", .save = "t=next_page_token"),
        TELLS("$t", "section=ENTRIES entries[0].kind=REVERSE !next_page_token"),
        ANSWERS("admin", get_member_data, "member_number=2", "section=MEMBER"),
        REFUSES("member:1", get_member_data, "member_number=2", OUTCOME_NOT_YOURS,
                "member_number"),
        REFUSES("admin", get_member_data, "", OUTCOME_FIELD_REQUIRED, "member_number"),
        REFUSES("member:2", get_member_data, "page_token=9.", OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("member:2", get_member_data, "page_token=3", OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("member:2", get_member_data, "page_token=3.abc", OUTCOME_PAGE_INVALID,
                "page_token"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_long_life_is_told_in_pages_that_leave_nothing_out(void **state)
{
    (void)state;
#define BOUGHT(n)                                                                               \
    ANSWERS("pos:1", record_purchase,                                                           \
            "receipt_number=" n " member_number=2 amount_minor=100", NULL)
    static const struct step steps[] = {
        BOUGHT("1"), BOUGHT("2"), BOUGHT("3"), BOUGHT("4"), BOUGHT("5"), BOUGHT("6"),
        BOUGHT("7"), BOUGHT("8"), BOUGHT("9"), BOUGHT("10"), BOUGHT("11"),
        TELLS("3.", "section=PURCHASES purchases#=10 purchases[0].receipt_number=11",
              .save = "t=next_page_token"),
        /* The token is hers alone. */
        REFUSES("member:1", get_member_data, "page_token=$t", OUTCOME_PAGE_INVALID, "page_token"),
        TELLS("$t", "section=PURCHASES purchases#=1 purchases[0].receipt_number=1 "
                    "next_page_token=4."),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_back_it_hides_her_and_given_again_it_shows_her),
        cmocka_unit_test(consent_is_a_version_or_a_withdrawal),
        cmocka_unit_test(her_data_is_every_section_in_turn),
        cmocka_unit_test(a_long_life_is_told_in_pages_that_leave_nothing_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
