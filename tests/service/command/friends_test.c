/* Whom a member recommended, and whose birthday is near. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/accounts.h"
#include "store/key.h"
#include "store/referees.h"
#include "store/table.h"

#define REGISTER(number, rest) "phone=1370000" number " consent_policy_version=v1 " rest

/* ---- friends --------------------------------------------------------------------------------- */

static void a_member_sees_the_friends_she_recommended(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* Member 2 came by 1's code (the stage); 3 by it too, 4 names 1 by phone, 5 by a guide. */
        ANSWERS("member:1", list_referees, "",
                "referees#=1 !referees[0].member_number !referees[0].name "
                "referees[0].registered_date=2026-03-02 !referees[0].activated"),
        AT("2026-03-04T10:00"),
        ANSWERS("stranger", register_member, REGISTER("0010", "code=$m1 name='Zhang San'"),
                "scan_result=REFERRED"),
        ANSWERS("admin", register_member,
                REGISTER("0011", "code=$shop recommender=13800000001 name=Wu"),
                "member_number=4 scan_result=REFERRED"),
        ANSWERS("admin", register_member, REGISTER("0012", "code=$g1"), "member_number=5"),
        ANSWERS("pos:1", record_purchase, "receipt_number=A1 member_number=3 amount_minor=100",
                NULL),
        ANSWERS("member:1", list_referees, "",
                "referees#=3 referees[0].name=W** referees[0].registered_date=2026-03-04 "
                "!referees[0].activated referees[1].name=Z** referees[1].activated=1 "
                "!referees[1].member_number referees[2].registered_date=2026-03-02 "
                "!next_page_token"),
        ANSWERS("admin", list_referees, "member_number=1",
                "referees#=3 referees[0].member_number=4 referees[1].member_number=3 "
                "referees[1].name=Z** referees[2].member_number=2"),
        /* The auditor sees nothing personal. */
        ANSWERS("auditor", list_referees, "member_number=1",
                "referees#=3 referees[1].member_number=3 !referees[1].name "
                "referees[1].activated=1"),
        /* A refund changes nothing of it. */
        ANSWERS("pos:1", record_refund,
                "refund_number=F1 receipt_number=A1 amount_minor=100", NULL),
        ANSWERS("member:1", list_referees, "member_number=1", "referees[1].activated=1"),
        /* A friend who scans again counts once. */
        ANSWERS("stranger", register_member, REGISTER("0010", "code=$m1"), NULL),
        ANSWERS("member:1", list_referees, "", "referees#=3"),
        ANSWERS("member:2", list_referees, "", "referees#=0"),
        ANSWERS("admin", list_referees, "member_number=1 page_size=2",
                "referees#=2 referees[1].member_number=3", .save = "next=next_page_token"),
        ANSWERS("admin", list_referees, "member_number=1 page_size=2 page_token=$next",
                "referees#=1 referees[0].member_number=2 !next_page_token"),
        REFUSES("admin", list_referees, "member_number=2 page_token=$next", OUTCOME_PAGE_INVALID,
                "page_token"),
        REFUSES("member:1", list_referees, "member_number=2", OUTCOME_NOT_YOURS, "member_number"),
        REFUSES("member:1", list_referees, "member_number=99", OUTCOME_NOT_YOURS,
                "member_number"),
        REFUSES("admin", list_referees, "", OUTCOME_FIELD_REQUIRED, "member_number"),
        REFUSES("admin", list_referees, "member_number=99", OUTCOME_MEMBER_UNKNOWN,
                "member_number"),
        REFUSES("admin", list_referees, "member_number=1 page_size=-1", OUTCOME_PAGE_INVALID,
                "page_size"),
    };
    PLAY_ON(STAGE, steps);
}

/* As it was before there were lists: none, and nothing gone through. */
static enum store_result forget_friends(struct batch *batch)
{
    struct key row = key_begin(1, TABLE_REFEREE), mark = key_begin(1, TABLE_REFEREES_LISTED);
    key_u32(&row, 1);
    key_u32(&row, 2);
    table_delete(batch, &row);
    table_delete(batch, &mark);
    return STORE_OK;
}

static void an_older_store_lists_its_friends_by_and_by(void **state)
{
    (void)state;
    static struct step steps[64];
    static char requests[40][80];
    size_t count = 0;

    /* More members than one step goes through; every third by member 1's code. */
    for (int i = 0; i < 40; i++) {
        snprintf(requests[i], sizeof requests[i], "phone=137000001%02d consent_policy_version=v1%s",
                 i, i % 3 == 0 ? " code=$m1" : "");
        steps[count++] = (struct step)ANSWERS("admin", register_member, requests[i], NULL);
    }
    steps[count++] = (struct step){.meddle = forget_friends};
    steps[count++] = (struct step)ANSWERS("member:1", list_referees, "", "referees#=14");
    steps[count++] = (struct step)ANSWERS("ticker", tick_referees, "step_count=1", "more[0]=1");
    steps[count++] = (struct step)ANSWERS("member:1", list_referees, "", "referees#=15");
    /* Who registers meanwhile is listed at once, and not twice. */
    steps[count++] = (struct step)ANSWERS("admin", register_member,
                                          REGISTER("0300", "code=$m1"), "member_number=43");
    steps[count++] = (struct step)ANSWERS("member:1", list_referees, "", "referees#=16");
    steps[count++] = (struct step)ANSWERS("ticker", tick_referees, "step_count=3",
                                          "more#=3 more[0]=0 more[1]=0 more[2]=0");
    steps[count++] = (struct step)ANSWERS("admin", list_referees, "member_number=1",
                                          "referees#=16 referees[0].member_number=43 "
                                          "referees[15].member_number=2");
    steps[count++] = (struct step)ANSWERS("ticker", tick_referees, "step_count=1", "more[0]=0");
    play_on_lmdb(STAGE, STAGE_STEPS, steps, count);
}

/* ---- birthdays ------------------------------------------------------------------------------- */

static void a_guide_sees_the_birthdays_ahead(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("pos:1", register_member,
                REGISTER("0010", "code=$g1 name=Ada birthday=1990-03-02"), "member_number=3"),
        ANSWERS("pos:1", register_member, REGISTER("0011", "code=$g1 birthday=--03-09"),
                "member_number=4"),
        ANSWERS("pos:1", register_member, REGISTER("0012", "code=$g1 birthday=1985-03-01"),
                "member_number=5"),
        ANSWERS("pos:1", register_member, REGISTER("0013", "code=$g2 birthday=--03-05"),
                "member_number=6"),
        /* His own, from today on; the year is nobody's business. */
        ANSWERS("guide:1", list_members, "birthday_within_days=7",
                "members#=2 members[0].member_number=3 members[0].birthday=--03-02 "
                "members[0].next_birthday_date=2026-03-02 members[0].name=Ada "
                "members[0].phone=+86137****0010 members[1].member_number=4 "
                "members[1].birthday=--03-09 members[1].next_birthday_date=2026-03-09"),
        ANSWERS("guide:1", list_members, "birthday_within_days=6", "members#=1"),
        /* Elsewhere he sees none of it. */
        ANSWERS("guide:1", list_members, "",
                "members#=5 !members[2].birthday !members[2].next_birthday_date"),
        ANSWERS("guide:1", get_member, "member_number=3", "!member.birthday"),
        ANSWERS("manager:1", list_members, "birthday_within_days=6",
                "members#=2 members[1].member_number=6 members[1].birthday=--03-05"),
        ANSWERS("admin", list_members, "birthday_within_days=7 guide_number=2",
                "members#=1 members[0].birthday=--03-05"),
        ANSWERS("admin", list_members, "birthday_within_days=7 page_size=1",
                "members#=1 members[0].birthday=1990-03-02", .save = "next=next_page_token"),
        ANSWERS("admin", list_members, "birthday_within_days=7 page_size=2 page_token=$next",
                "members#=2 members[0].member_number=4 members[1].member_number=6"),
        REFUSES("admin", list_members, "birthday_within_days=8 page_token=$next",
                OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("admin", list_members, "page_token=$next", OUTCOME_PAGE_INVALID, "page_token"),
        /* Over the year's end. */
        AT("2026-12-20T10:00"),
        ANSWERS("guide:1", list_members, "birthday_within_days=92",
                "members#=3 members[0].next_birthday_date=2027-03-02 "
                "members[2].next_birthday_date=2027-03-01"),
        REFUSES("guide:1", list_members, "birthday_within_days=93", OUTCOME_VALUE_INVALID,
                "birthday_within_days"),
        REFUSES("auditor", list_members, "birthday_within_days=7", OUTCOME_ROLE_NOT_ALLOWED,
                "birthday_within_days"),
        REFUSES("guide:1", list_members, "birthday_within_days=7 guide_number=2",
                OUTCOME_NOT_YOURS, "guide_number"),
        REFUSES("guide:3", list_members, "birthday_within_days=7", OUTCOME_CALLER_NOT_EMPLOYED,
                NULL),
    };
    PLAY_ON(STAGE, steps);
}

enum { CROWD_BEFORE = 10, CROWD = 650, CROWD_PORTION = 65 };

/* Members nobody knows a birthday of, some at a time. */
static enum store_result a_crowd_comes(struct batch *batch)
{
    static uint32_t done;
    for (int i = 0; i < CROWD_PORTION; i++) {
        struct account account = account_empty();
        account.status = ACCOUNT_ACTIVE;
        struct party party = {PARTY_MEMBER, CROWD_BEFORE + done++};
        accounts_put(batch, party, &account);
    }
    return STORE_OK;
}

static void a_page_of_birthdays_looks_at_a_bounded_number(void **state)
{
    (void)state;
    static struct step steps[16];
    size_t count = 0;

    for (int i = 0; i < CROWD / CROWD_PORTION; i++)
        steps[count++] = (struct step){.meddle = a_crowd_comes};
    steps[count++] = (struct step)ANSWERS("admin", list_members, "birthday_within_days=92",
                                          "members#=0", .save = "next=next_page_token");
    steps[count++] = (struct step)ANSWERS(
        "admin", list_members, "birthday_within_days=92 page_token=$next",
        "members#=0 !next_page_token");
    play_on_lmdb(STAGE, STAGE_STEPS, steps, count);
}

static void a_member_was_last_seen_on_her_last_live_purchase_day(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("guide:1", list_members, "", "members#=2 !members[0].last_purchase_date"),
        AT("2026-03-03T10:00"),
        ANSWERS("pos:1", record_purchase, "receipt_number=A1 member_number=1 amount_minor=100",
                NULL),
        AT("2026-03-05T10:00"),
        ANSWERS("pos:1", record_purchase, "receipt_number=A2 member_number=1 amount_minor=100",
                NULL),
        ANSWERS("guide:1", list_members, "", "members[0].last_purchase_date=2026-03-05"),
        ANSWERS("member:1", get_member, "", "member.last_purchase_date=2026-03-05"),
        ANSWERS("pos:1", record_refund,
                "refund_number=F1 receipt_number=A2 amount_minor=100", NULL),
        ANSWERS("guide:1", get_member, "member_number=1",
                "member.last_purchase_date=2026-03-03"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_sees_the_friends_she_recommended),
        cmocka_unit_test(an_older_store_lists_its_friends_by_and_by),
        cmocka_unit_test(a_guide_sees_the_birthdays_ahead),
        cmocka_unit_test(a_page_of_birthdays_looks_at_a_bounded_number),
        cmocka_unit_test(a_member_was_last_seen_on_her_last_live_purchase_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
