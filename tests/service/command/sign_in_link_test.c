/* Signing in by a one-time link: for whom who may make one, once, and what the session may do. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define GONE(who_redeems, secret_text) \
    REFUSES(who_redeems, redeem_sign_in_link, "secret=" secret_text, OUTCOME_LINK_NOT_VALID, \
            "secret")

static void a_link_signs_a_guide_in_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("manager:1", create_sign_in_link, "request_id=a guide_number=1 valid_minutes=120",
                "expires_at=2026-03-02T12:00:00 !already_created", .save = "l=secret"),
        ANSWERS_AGAIN("manager:1", create_sign_in_link,
                      "request_id=a guide_number=1 valid_minutes=120",
                      "expires_at=2026-03-02T12:00:00 already_created=1 !secret"),
        /* Where the pages are is no part of what the link is. */
        ANSWERS_AGAIN("manager:1", create_sign_in_link,
                      "request_id=a guide_number=1 valid_minutes=120 link_base=https://a.example",
                      "already_created=1 !secret !link !image"),
        REFUSES("manager:1", create_sign_in_link, "request_id=a guide_number=1",
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        ANSWERS("stranger", get_sign_in_link, "secret=$l",
                "role=GUIDE merchant_number=1 merchant_name=Demo display_name=W** "
                "expires_at=2026-03-02T12:00:00"),
        ANSWERS("stranger", redeem_sign_in_link, "secret=$l",
                "role=GUIDE expires_at=2026-03-09T10:00:00", .save = "s=session_secret"),
        GONE("stranger", "$l"),
        REFUSES("stranger", get_sign_in_link, "secret=$l", OUTCOME_LINK_NOT_VALID, "secret"),
        ANSWERS("token:$s", get_session, "",
                "role=GUIDE party=guide:1 display_name=Wang_Li is_session=1 !proved_at "
                "expires_at=2026-03-09T10:00:00 !token_number"),
        ANSWERS("token:$s", get_guide, "", "guide.guide_number=1"),
        REFUSES("token:$s", get_guide, "guide_number=2", OUTCOME_NOT_YOURS, "guide_number"),
        AT("2026-03-09T10:00"),
        REFUSES("token:$s", get_guide, "", OUTCOME_TOKEN_INVALID, NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void a_link_that_is_over_or_unknown_is_not_valid(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_sign_in_link, "request_id=a guide_number=3",
                "expires_at=2026-03-02T11:00:00", .save = "l=secret"),
        AT("2026-03-02T11:00"),
        GONE("stranger", "$l"),
        REFUSES("stranger", get_sign_in_link, "secret=$l", OUTCOME_LINK_NOT_VALID, "secret"),
        GONE("stranger", "link_1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        GONE("stranger", "link_7_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        GONE("stranger", "nonsense"),
        GONE("stranger", "$admin"),
        REFUSES("stranger", redeem_sign_in_link, "", OUTCOME_FIELD_REQUIRED, "secret"),
        REFUSES("stranger", get_sign_in_link, "", OUTCOME_FIELD_REQUIRED, "secret"),
        /* A link is no token, a session no link. */
        REFUSES("token:$l", get_session, "", OUTCOME_TOKEN_INVALID, NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void who_may_make_links_for_whom(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("manager:1", create_sign_in_link, "request_id=x guide_number=2",
                OUTCOME_NOT_YOURS, "guide_number"),
        /* Of his shop once; who has left can still be signed in by an admin, for his own papers. */
        REFUSES("manager:1", create_sign_in_link, "request_id=x guide_number=3",
                OUTCOME_NOT_YOURS, "guide_number"),
        REFUSES("manager:1", create_sign_in_link, "request_id=x token_number=1",
                OUTCOME_NOT_YOURS, "token_number"),
        REFUSES("admin", create_sign_in_link, "request_id=x guide_number=9",
                OUTCOME_GUIDE_UNKNOWN, "guide_number"),
        REFUSES("admin", create_sign_in_link, "request_id=x token_number=9",
                OUTCOME_TOKEN_UNKNOWN, "token_number"),
        REFUSES("admin", create_sign_in_link, "request_id=x", OUTCOME_FIELD_REQUIRED,
                "guide_number"),
        REFUSES("admin", create_sign_in_link, "request_id=x guide_number=1 token_number=1",
                OUTCOME_VALUE_INVALID, "guide_number"),
        REFUSES("admin", create_sign_in_link, "guide_number=1", OUTCOME_FIELD_REQUIRED,
                "request_id"),
        REFUSES("admin", create_sign_in_link, "request_id=x guide_number=1 valid_minutes=10081",
                OUTCOME_VALUE_INVALID, "valid_minutes"),
        /* Tills and those who pay members are signed in by nobody. */
        ANSWERS("admin", create_token, "request_id=p token.role=POS shop_id=S1",
                "token.token_number=2"),
        ANSWERS("admin", create_token, "request_id=q token.role=PAYOUT", "token.token_number=3"),
        ANSWERS("admin", create_token, "request_id=r token.role=GUIDE token.principal=guide:1",
                "token.token_number=4"),
        REFUSES("admin", create_sign_in_link, "request_id=x token_number=2",
                OUTCOME_VALUE_INVALID, "token_number"),
        REFUSES("admin", create_sign_in_link, "request_id=x token_number=3",
                OUTCOME_VALUE_INVALID, "token_number"),
        REFUSES("admin", create_sign_in_link, "request_id=x token_number=4",
                OUTCOME_VALUE_INVALID, "token_number"),
        REFUSES("manager:1", revoke_sessions, "guide_number=2", OUTCOME_NOT_YOURS,
                "guide_number"),
        REFUSES("manager:1", revoke_sessions, "member_number=1", OUTCOME_NOT_YOURS,
                "member_number"),
        REFUSES("admin", revoke_sessions, "member_number=9", OUTCOME_MEMBER_UNKNOWN,
                "member_number"),
        REFUSES("admin", revoke_sessions, "", OUTCOME_FIELD_REQUIRED, "guide_number"),
        ANSWERS_AGAIN("manager:1", revoke_sessions, "guide_number=1", ""),
    };
    PLAY_ON(STAGE, steps);
}

static void a_session_of_a_token_acts_as_it_and_ends_with_it(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_token,
                "request_id=t token.role=PAYROLL token.label='Chen Yu' "
                "token.expires_at=2026-03-02T20:00", "token.token_number=2", .save = "t=secret"),
        ANSWERS("admin", create_sign_in_link, "request_id=a token_number=2", NULL,
                .save = "l=secret"),
        ANSWERS("stranger", get_sign_in_link, "secret=$l",
                "role=PAYROLL display_name=C** merchant_name=Demo"),
        /* The token's end is the session's. */
        ANSWERS("stranger", redeem_sign_in_link, "secret=$l",
                "role=PAYROLL expires_at=2026-03-02T20:00:00", .save = "s=session_secret"),
        ANSWERS("token:$s", get_session, "",
                "role=PAYROLL label=Chen_Yu token_number=2 is_session=1 !party !display_name"),
        ANSWERS("token:$t", get_session, "",
                "role=PAYROLL label=Chen_Yu token_number=2 !is_session "
                "expires_at=2026-03-02T20:00:00"),
        REFUSES("token:$t", end_session, "", OUTCOME_NOT_A_SESSION, NULL),
        ANSWERS("admin", create_sign_in_link, "request_id=b token_number=2", NULL,
                .save = "m=secret"),
        ANSWERS("admin", revoke_token, "token_number=2", NULL),
        REFUSES("token:$s", get_session, "", OUTCOME_TOKEN_INVALID, NULL),
        GONE("stranger", "$m"),
        REFUSES("admin", create_sign_in_link, "request_id=c token_number=2",
                OUTCOME_TOKEN_UNKNOWN, "token_number"),
        /* What it had is still told, and can still be cleared away. */
        ANSWERS("admin", create_sign_in_link, "request_id=a token_number=2", "already_created=1"),
        ANSWERS("admin", revoke_sessions, "token_number=2", ""),
    };
    PLAY_ON(STAGE, steps);
}

/* Who proposes doesn't decide, whichever way he is signed in. */
static void four_eyes_see_the_person_behind_a_session(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_token, "request_id=t token.role=ADMIN token.label=Two",
                "token.token_number=2", .save = "t=secret"),
        ANSWERS("admin", create_sign_in_link, "request_id=a token_number=2", NULL,
                .save = "l=secret"),
        ANSWERS("stranger", redeem_sign_in_link, "secret=$l",
                "role=ADMIN expires_at=2026-03-02T22:00:00", .save = "s=session_secret"),
        ANSWERS("token:$s", adjust_balance,
                "request_id=adj account=member:1 unit=POINTS amount=5000 reason=Gift",
                "adjustment.adjustment_number=1 adjustment.state=PROPOSED"),
        REFUSES("token:$t", decide_adjustment, "adjustment_number=1 approve=true reason=ok",
                OUTCOME_OWN_DECISION, "adjustment_number"),
        REFUSES("token:$s", decide_adjustment, "adjustment_number=1 approve=true reason=ok",
                OUTCOME_OWN_DECISION, "adjustment_number"),
        ANSWERS("token:$admin", decide_adjustment,
                "adjustment_number=1 approve=true reason=ok", "adjustment.state=POSTED"),
        ANSWERS("admin", revoke_sessions, "token_number=2", ""),
        REFUSES("token:$s", get_session, "", OUTCOME_TOKEN_INVALID, NULL),
        ANSWERS("token:$t", get_session, "", "token_number=2"),
    };
    PLAY_ON(STAGE, steps);
}

/* Who has made a link may have kept it. */
static void links_go_with_the_token_that_made_them(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_token,
                "request_id=t token.role=SHOP_MANAGER token.label=Boss shop_id=S1",
                "token.token_number=2", .save = "t=secret"),
        ANSWERS("token:$t", create_sign_in_link, "request_id=a guide_number=1", NULL,
                .save = "l=secret"),
        ANSWERS("stranger", get_sign_in_link, "secret=$l", "role=GUIDE"),
        ANSWERS("admin", revoke_token, "token_number=2", NULL),
        REFUSES("stranger", get_sign_in_link, "secret=$l", OUTCOME_LINK_NOT_VALID, "secret"),
        GONE("stranger", "$l"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_manager_s_link_opens_no_guide_who_has_gone_to_another_shop(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_token,
                "request_id=t token.role=SHOP_MANAGER token.label=Boss shop_id=S1",
                "token.token_number=2", .save = "t=secret"),
        ANSWERS("token:$t", create_sign_in_link, "request_id=a guide_number=1 valid_minutes=10080",
                NULL, .save = "l=secret"),
        ANSWERS("token:$t", create_sign_in_link, "request_id=b guide_number=1 valid_minutes=10080",
                NULL, .save = "k=secret"),
        ANSWERS("token:$admin", create_sign_in_link,
                "request_id=c guide_number=1 valid_minutes=10080", NULL, .save = "m=secret"),
        ANSWERS("admin", transfer_guide, "guide_number=1 shop_id=S2 from_date=2026-03-04", NULL),
        ANSWERS("stranger", redeem_sign_in_link, "secret=$k", "role=GUIDE"),
        AT("2026-03-04T10:00"),
        REFUSES("stranger", get_sign_in_link, "secret=$l", OUTCOME_LINK_NOT_VALID, "secret"),
        GONE("stranger", "$l"),
        ANSWERS("stranger", redeem_sign_in_link, "secret=$m", "role=GUIDE"),
    };
    PLAY_ON(STAGE, steps);
}

static void eight_links_and_the_oldest_goes(void **state)
{
    (void)state;
#define LINK(id) \
    ANSWERS("admin", create_sign_in_link, "request_id=" id " guide_number=1", NULL, \
            .save = id "=secret")
    static const struct step steps[] = {
        LINK("a"), AT("2026-03-02T10:01"), LINK("b"), LINK("c"), LINK("d"), LINK("e"), LINK("f"),
        LINK("g"), LINK("h"), LINK("i"),
        GONE("stranger", "$a"),
        ANSWERS("stranger", redeem_sign_in_link, "secret=$b", "role=GUIDE",
                .save = "s=session_secret"),
        ANSWERS("admin", revoke_sessions, "guide_number=1", ""),
        GONE("stranger", "$i"),
        REFUSES("token:$s", get_session, "", OUTCOME_TOKEN_INVALID, NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void an_operator_is_told_who_he_is(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("operator", get_session, "", "role=OPERATOR !merchant_number !merchant_name"),
        ANSWERS("pos:1", get_session, "", "role=POS party=shop:1 display_name=First_Shop"),
        ANSWERS("token:$admin", get_session, "", "role=ADMIN token_number=1 !expires_at"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_signs_a_guide_in_once),
        cmocka_unit_test(a_link_that_is_over_or_unknown_is_not_valid),
        cmocka_unit_test(who_may_make_links_for_whom),
        cmocka_unit_test(a_session_of_a_token_acts_as_it_and_ends_with_it),
        cmocka_unit_test(four_eyes_see_the_person_behind_a_session),
        cmocka_unit_test(links_go_with_the_token_that_made_them),
        cmocka_unit_test(a_manager_s_link_opens_no_guide_who_has_gone_to_another_shop),
        cmocka_unit_test(eight_links_and_the_oldest_goes),
        cmocka_unit_test(an_operator_is_told_who_he_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
