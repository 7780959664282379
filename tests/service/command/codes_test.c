/* Codes: whose on which day, until when, how often; their image; what strangers learn. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/key.h"
#include "store/table.h"

#define REGISTER(number, rest) "phone=1370000" number " consent_policy_version=v1 " rest

static void a_request_id_draws_one_code(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("admin", create_code,
                      "request_id=r1 code.owner=shop:2 code.channel=POSTER code.campaign=Spring "
                      "code.usage_limit=9 code.starts_at=2026-03-01T00:00 "
                      "code.ends_at=2026-04-01T00:00",
                      "code.campaign=Spring code.channel=POSTER code.owners#=1 "
                      "code.owners[0].from_date=1970-01-01 code.owners[0].owner=shop:2"),
        REFUSES("admin", create_code, "request_id=r1 code.owner=shop:1", OUTCOME_REQUEST_ID_REUSED,
                "request_id"),
        REFUSES("admin", create_code, "code.owner=shop:1", OUTCOME_FIELD_REQUIRED, "request_id"),
        REFUSES("admin", create_code, "request_id=r2", OUTCOME_FIELD_REQUIRED, "code"),
        REFUSES("admin", create_code, "request_id=r2 code={}", OUTCOME_FIELD_REQUIRED,
                "code.owner"),
        REFUSES("admin", create_code, "request_id=r2 code.owner=none:1", OUTCOME_VALUE_INVALID,
                "code.owner"),
        REFUSES("admin", create_code, "request_id=r2 code.owner=guide:0", OUTCOME_VALUE_INVALID,
                "code.owner"),
        REFUSES("admin", create_code, "request_id=r2 code.owner=guide:9", OUTCOME_GUIDE_UNKNOWN,
                "code.owner.number"),
        REFUSES("admin", create_code, "request_id=r2 code.owner=member:9", OUTCOME_MEMBER_UNKNOWN,
                "code.owner.number"),
        REFUSES("admin", create_code, "request_id=r2 code.owner=shop:9", OUTCOME_SHOP_UNKNOWN,
                "code.owner.number"),
        REFUSES("admin", create_code, "request_id=r2 code.owner=shop:1 code.channel=9",
                OUTCOME_VALUE_INVALID, "code.channel"),
        REFUSES("admin", create_code,
                "request_id=r2 code.owner=shop:1 "
                "code.campaign=12345678901234567890123456789012345678901",
                OUTCOME_TEXT_INVALID, "code.campaign"),
        REFUSES("admin", create_code,
                "request_id=r2 code.owner=shop:1 code.starts_at=2026-03-01T00:00 "
                "code.ends_at=2026-03-01T00:00", OUTCOME_TIME_INVALID, "code.ends_at"),
        REFUSES("guide:1", create_code, "request_id=r2 code.owner=guide:2", OUTCOME_NOT_YOURS,
                "code.owner"),
        REFUSES("member:2", create_code, "request_id=r2 code.owner=member:1", OUTCOME_NOT_YOURS,
                "code.owner"),
        ANSWERS("member:2", create_code, "request_id=r2 code.owner=member:2", NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void a_code_given_on_keeps_its_past(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("admin", reassign_code, "code=$g1 owner=guide:2 from_date=2026-03-05",
                      "code.owner=guide:1 code.owners#=2 code.owners[0].owner=guide:1 "
                      "code.owners[1].owner=guide:2 code.owners[1].from_date=2026-03-05"),
        ANSWERS("admin", register_member, REGISTER("0010", "code=$g1"), "member_number=3"),
        AT("2026-03-05T10:00"),
        ANSWERS("admin", get_code, "code=$g1", "code.owner=guide:2"),
        ANSWERS("stranger", resolve_code, "code=$g1", "owner_name=Z** owner_kind=GUIDE"),
        ANSWERS("admin", register_member, REGISTER("0011", "code=$g1"), "member_number=4"),
        /* On a past date it is the past owner's; the day begins at 04:00, 20:00 UTC. */
        ANSWERS("admin", register_member,
                REGISTER("0012", "code=$g1 occurred_at=2026-03-04T19:59:59"), "member_number=5"),
        ANSWERS("admin", register_member,
                REGISTER("0013", "code=$g1 occurred_at=2026-03-04T20:00"), "member_number=6"),
        ANSWERS("admin", get_member, "member_number=3", "member.referrer=guide:1"),
        ANSWERS("admin", get_member, "member_number=4", "member.referrer=guide:2"),
        ANSWERS("admin", get_member, "member_number=5", "member.referrer=guide:1"),
        ANSWERS("admin", get_member, "member_number=6", "member.referrer=guide:2"),
        /* Both have it in their lists; only the owner of today may touch it. */
        ANSWERS("guide:2", list_codes, "", "codes#=2"),
        ANSWERS("guide:1", list_codes, "", "codes#=1 codes[0].owner=guide:2"),
        REFUSES("guide:1", revoke_code, "code=$g1", OUTCOME_NOT_YOURS, "code"),
        REFUSES("guide:1", render_code, "code=$g1", OUTCOME_NOT_YOURS, "code"),
        ANSWERS("guide:2", get_code, "code=$g1", "code.owner=guide:2"),
        /* A repeat of what is there already is answered, though it lies in the past by now. */
        AT("2026-03-06T10:00"),
        ANSWERS("admin", reassign_code, "code=$g1 owner=guide:2 from_date=2026-03-05",
                "code.owners#=2"),
        REFUSES("admin", reassign_code, "code=$g1 owner=guide:1 from_date=2026-03-05",
                OUTCOME_DATE_RETROACTIVE, "from_date"),
        ANSWERS("admin", reassign_code, "code=$g1 owner=shop:1 from_date=2026-03-06",
                "code.owner=shop:1 code.owners#=3"),
        REFUSES("guide:2", get_code, "code=$g1", OUTCOME_NOT_YOURS, "code"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_reassignment_refused_names_its_field(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("admin", reassign_code, "owner=guide:2 from_date=2026-03-05",
                OUTCOME_FIELD_REQUIRED, "code"),
        REFUSES("admin", reassign_code, "code=$nobodys owner=guide:2 from_date=2026-03-05",
                OUTCOME_CODE_UNKNOWN, "code"),
        REFUSES("admin", reassign_code, "code=$g1 from_date=2026-03-05", OUTCOME_FIELD_REQUIRED,
                "owner"),
        REFUSES("admin", reassign_code, "code=$g1 owner=guide:9 from_date=2026-03-05",
                OUTCOME_GUIDE_UNKNOWN, "owner.number"),
        REFUSES("admin", reassign_code, "code=$g1 owner=guide:2", OUTCOME_FIELD_REQUIRED,
                "from_date"),
        REFUSES("admin", reassign_code, "code=$g1 owner=guide:2 from_date=2026-02-30",
                OUTCOME_DATE_INVALID, "from_date"),
        REFUSES("admin", reassign_code, "code=$g1 owner=guide:2 from_date=2026-03-01",
                OUTCOME_DATE_RETROACTIVE, "from_date"),
        ANSWERS_AGAIN("guide:1", revoke_code, "code=$g1", "code.revoked_at=2026-03-02T10:00:00"),
        AT("2026-03-03T10:00"),
        ANSWERS("admin", revoke_code, "code=$g1", "code.revoked_at=2026-03-02T10:00:00"),
        REFUSES("admin", reassign_code, "code=$g1 owner=guide:2 from_date=2026-03-05",
                OUTCOME_CODE_REVOKED, "code"),
        REFUSES("admin", render_code, "code=$g1", OUTCOME_CODE_REVOKED, "code"),
        REFUSES("admin", revoke_code, "code=$nobodys", OUTCOME_CODE_UNKNOWN, "code"),
        REFUSES("admin", get_code, "code=$nobodys", OUTCOME_CODE_UNKNOWN, "code"),
        REFUSES("admin", get_code, "code=12345678", OUTCOME_CODE_MISTYPED, "code"),
        REFUSES("admin", get_code, "", OUTCOME_FIELD_REQUIRED, "code"),
        REFUSES("member:1", get_code, "code=$g2", OUTCOME_NOT_YOURS, "code"),
        REFUSES("member:1", list_codes, "owner=guide:2", OUTCOME_NOT_YOURS, "owner"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_code_may_have_many_owners_and_then_no_more(void **state)
{
    (void)state;
    /* 64 in all: the table is written once and shared by the two who take turns. */
    static struct step steps[66];
    static char requests[64][64];
    size_t count = 0;
    for (int day = 1; day < 64; day++) {
        snprintf(requests[day], sizeof requests[day],
                 "code=$g1 owner=guide:%d from_date=2026-%02d-%02d", 1 + day % 2, 4 + day / 28,
                 1 + day % 28);
        steps[count++] = (struct step)ANSWERS("admin", reassign_code, requests[day], NULL);
    }
    steps[count++] = (struct step)REFUSES("admin", reassign_code,
                                          "code=$g1 owner=guide:1 from_date=2027-01-01",
                                          OUTCOME_VALUE_INVALID, "code");
    steps[count++] = (struct step)ANSWERS("admin", revoke_code, "code=$g1", "code.owners#=64");
    play(STAGE, STAGE_STEPS, steps, count);
}

static void strangers_learn_one_thing_of_every_code_that_is_not_valid(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("stranger", resolve_code, "code=$g1",
                "code=$g1 merchant_number=1 merchant_name=Demo owner_kind=GUIDE owner_name=W**"),
        ANSWERS("stranger", resolve_code, "code=$shop", "owner_name=First_Shop owner_kind=SHOP"),
        ANSWERS("admin", create_code,
                "request_id=late code.owner=guide:1 code.starts_at=2026-03-03T00:00", NULL,
                .save = "late=code.code"),
        ANSWERS("admin", create_code,
                "request_id=over code.owner=guide:1 code.ends_at=2026-03-02T10:00", NULL,
                .save = "over=code.code"),
        ANSWERS("admin", create_code, "request_id=once code.owner=guide:1 code.usage_limit=1",
                NULL, .save = "once=code.code"),
        ANSWERS("admin", register_member, REGISTER("0010", "code=$once"), "scan_result=BOUND"),
        ANSWERS("admin", revoke_code, "code=$g2", NULL),
        REFUSES("stranger", resolve_code, "code=$late", OUTCOME_CODE_NOT_VALID, "code"),
        REFUSES("stranger", resolve_code, "code=$over", OUTCOME_CODE_NOT_VALID, "code"),
        REFUSES("stranger", resolve_code, "code=$once", OUTCOME_CODE_NOT_VALID, "code"),
        REFUSES("stranger", resolve_code, "code=$g2", OUTCOME_CODE_NOT_VALID, "code"),
        REFUSES("stranger", resolve_code, "code=$nobodys", OUTCOME_CODE_NOT_VALID, "code"),
        REFUSES("stranger", resolve_code, "code=ABC", OUTCOME_CODE_MISTYPED, "code"),
        REFUSES("stranger", resolve_code, "", OUTCOME_FIELD_REQUIRED, "code"),
    };
    PLAY_ON(STAGE, steps);
}

/* ---- a member's own ------------------------------------------------------------------------- */

static size_t reserved_before;

static enum store_result count_visit(void *context, struct bytes key, struct bytes value,
                                     bool *ret_more)
{
    (void)key, (void)value, (void)ret_more;
    ++*(size_t *)context;
    return STORE_OK;
}

/* How many codes stand in the instance's map. */
static enum store_result count_reserved(struct batch *batch, size_t *ret_count)
{
    struct key from = key_begin(0, TABLE_CODE_MERCHANT), to = key_after(&from);
    *ret_count = 0;
    batch->reader.merchant = 0;
    enum store_result result = table_walk(&batch->reader, key_view(&from), key_view(&to),
                                          count_visit, ret_count);
    batch->reader.merchant = 1;
    return result;
}

static enum store_result remember_reserved(struct batch *batch)
{
    return count_reserved(batch, &reserved_before);
}

static enum store_result reserved_as_before(struct batch *batch)
{
    size_t count;
    enum store_result result = count_reserved(batch, &count);
    if (result == STORE_OK) assert_int_equal(count, reserved_before);
    return result;
}

static void a_member_draws_a_few_codes_of_her_own(void **state)
{
    (void)state;
    static struct step steps[32];
    static char requests[20][80];
    size_t count = 0;

    steps[count++] = (struct step)ANSWERS("member:2", list_codes, "", "codes#=0");
    for (int i = 0; i < 20; i++) {
        snprintf(requests[i], sizeof requests[i], "request_id=own%d code.owner=member:2%s", i,
                 i == 7 ? " code.ends_at=2026-03-03T10:00" : "");
        steps[count++] = (struct step)ANSWERS("member:2", create_code, requests[i],
                                              "code.owner=member:2", .save = "own=code.code");
    }
    steps[count++] = (struct step){.meddle = remember_reserved};
    steps[count++] = (struct step)REFUSES("member:2", create_code,
                                          "request_id=more code.owner=member:2",
                                          OUTCOME_CODES_TOO_MANY, "code.owner");
    /* A repeat is no new one, and neither it nor a refusal uses up a code. */
    steps[count++] = (struct step)ANSWERS("member:2", create_code,
                                          "request_id=own19 code.owner=member:2",
                                          "code.code=$own");
    steps[count++] = (struct step){.meddle = reserved_as_before};
    /* Staff answer for theirs, and another member has her own room. */
    steps[count++] = (struct step)ANSWERS("admin", create_code,
                                          "request_id=staff code.owner=member:2",
                                          "code.owner=member:2");
    steps[count++] = (struct step)ANSWERS("member:1", create_code,
                                          "request_id=hers code.owner=member:1", NULL);
    /* One revoked and one that ends make room. */
    steps[count++] = (struct step)ANSWERS("member:2", revoke_code, "code=$own", NULL);
    steps[count++] = (struct step)REFUSES("member:2", create_code,
                                          "request_id=more code.owner=member:2",
                                          OUTCOME_CODES_TOO_MANY, "code.owner");
    steps[count++] = (struct step)AT("2026-03-03T10:00");
    steps[count++] = (struct step)ANSWERS("member:2", create_code,
                                          "request_id=more code.owner=member:2", NULL);
    steps[count++] = (struct step)ANSWERS("member:2", list_codes, "", "codes#=22");
    play(STAGE, STAGE_STEPS, steps, count);
}

static void a_members_request_ids_are_her_own(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("member:1", create_code, "request_id=card code.owner=member:1",
                      "code.owner=member:1", .save = "one=code.code"),
        /* Another member's request of that id is another request, as staff's is. */
        ANSWERS_AGAIN("member:2", create_code, "request_id=card code.owner=member:2",
                      "code.owner=member:2", .save = "two=code.code"),
        ANSWERS_AGAIN("admin", create_code, "request_id=card code.owner=shop:1",
                      "code.owner=shop:1"),
        ANSWERS("member:1", create_code, "request_id=card code.owner=member:1", "code.code=$one"),
        ANSWERS("member:2", create_code, "request_id=card code.owner=member:2", "code.code=$two"),
        REFUSES("member:2", create_code, "request_id=card code.owner=member:2 code.channel=CHAT",
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        /* What was kept among everybody's is still hers, if it is the same. */
        ANSWERS("member:1", create_code, "request_id=m1 code.owner=member:1 code.channel=CHAT",
                "code.code=$m1"),
        ANSWERS("member:1", create_code, "request_id=g1 code.owner=member:1",
                "code.owner=member:1"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_member_can_not_draw_codes_for_ever(void **state)
{
    (void)state;
    static struct step steps[101];
    static char requests[100][96];
    size_t count = 0;

    /* None of them may be used any more: they have ended. */
    for (int i = 0; i < 100; i++) {
        snprintf(requests[i], sizeof requests[i],
                 "request_id=own%d code.owner=member:2 code.ends_at=2026-03-01T00:00", i);
        steps[count++] = (struct step)ANSWERS("member:2", create_code, requests[i], NULL);
    }
    steps[count++] = (struct step)REFUSES("member:2", create_code,
                                          "request_id=more code.owner=member:2",
                                          OUTCOME_CODES_TOO_MANY, "code.owner");
    play_on_lmdb(STAGE, STAGE_STEPS, steps, count);
}

/* ---- what a page shows ----------------------------------------------------------------------- */

#define RULE(index, rest) "program.rules[" index "]." rest " "

static void a_code_says_where_it_leads_and_what_it_gives(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* A guide's: his shop of today, what purchases earn her. */
        ANSWERS("stranger", resolve_code, "code=$g1",
                "shop_name=First_Shop brings_referrer=1 country_code=86 currency=CNY welcome#=2 "
                "welcome[0].trigger=PURCHASE welcome[0].unit=POINTS !welcome[0].amount "
                "!welcome[0].conditional welcome[1].trigger=REPURCHASE"),
        ANSWERS("stranger", resolve_code, "code=$m1",
                "!shop_name brings_referrer=1 owner_kind=MEMBER owner_name=L**"),
        ANSWERS("stranger", resolve_code, "code=$shop", "shop_name=First_Shop !brings_referrer"),
        /* One who has left brings nobody. */
        ANSWERS("stranger", resolve_code, "code=$g3", "owner_kind=GUIDE !shop_name "
                                                      "!brings_referrer"),
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-03-02 program.inherit_serving_guide=true "
                RULE("0", "rule_id=hello") RULE("0", "trigger=REGISTRATION")
                RULE("0", "title_zh=Ni program.rules[0].title_en='Hello you'")
                RULE("0", "beneficiary=BUYER") RULE("0", "unit=POINTS")
                RULE("0", "fixed_amount=50") RULE("0", "hold_days=3")
                RULE("0", "budget=80")
                RULE("1", "rule_id=cash") RULE("1", "trigger=REGISTRATION")
                RULE("1", "beneficiary=BUYER") RULE("1", "unit=CASH")
                RULE("1", "fixed_amount=7") RULE("1", "referrer=MEMBER")
                RULE("2", "rule_id=tea") RULE("2", "trigger=REGISTRATION")
                RULE("2", "beneficiary=BUYER") RULE("2", "reward=GIFT")
                RULE("2", "benefit_zh=Cha program.rules[2].benefit_en=Tea")
                RULE("2", "benefit_valid_days=30") RULE("2", "birthday=MONTH")
                RULE("3", "rule_id=inherited") RULE("3", "trigger=PURCHASE")
                RULE("3", "beneficiary=BUYER") RULE("3", "unit=POINTS")
                RULE("3", "rate_bp=100") RULE("3", "code=INHERITED"),
                "program.version=2"),
        /* A friend's: she inherits the friend's guide. */
        ANSWERS("stranger", resolve_code, "code=$m1",
                "welcome#=4 welcome[0].trigger=REGISTRATION welcome[0].title_zh=Ni "
                "welcome[0].title_en=Hello_you welcome[0].unit=POINTS welcome[0].amount=50 "
                "welcome[0].available_on_date=2026-03-05 !welcome[0].conditional "
                "welcome[0].benefit_kind=UNSPECIFIED welcome[1].unit=CASH welcome[1].amount=7 "
                "welcome[1].available_on_date=2026-03-02 !welcome[1].conditional "
                "welcome[2].benefit_kind=GIFT welcome[2].benefit_name_zh=Cha "
                "welcome[2].benefit_name_en=Tea welcome[2].valid_until_date=2026-04-01 "
                "welcome[2].conditional=1 welcome[2].unit=UNSPECIFIED "
                "!welcome[2].available_on_date "
                "welcome[3].trigger=PURCHASE !welcome[3].conditional"),
        /* A guide's: no friend, nothing inherited. */
        ANSWERS("stranger", resolve_code, "code=$g1",
                "welcome#=2 welcome[0].amount=50 welcome[1].benefit_kind=GIFT"),
        /* A shop's: whoever recommends her is yet to be said. */
        ANSWERS("stranger", resolve_code, "code=$shop",
                "welcome#=4 !welcome[0].conditional welcome[1].amount=7 welcome[1].conditional=1 "
                "welcome[3].conditional=1"),
        /* What was promised is given; then the budget leaves 30, then nothing. */
        ANSWERS("admin", register_member, REGISTER("0010", "code=$m1"),
                "credits#=2 credits[0].amount=50 credits[1].amount=7"),
        ANSWERS("stranger", resolve_code, "code=$m1", "welcome#=4 welcome[0].amount=30"),
        ANSWERS("admin", register_member, REGISTER("0011", "code=$m1"), "credits[0].amount=30"),
        ANSWERS("stranger", resolve_code, "code=$m1", "welcome#=3 welcome[0].unit=CASH"),
    };
    PLAY_ON(STAGE, steps);
}

static void an_image_is_the_same_for_the_same_request(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("guide:1", render_code, "code=$g1", "media_type=image/png",
                      .save = "link=link"),
        ANSWERS_AGAIN("guide:1", render_code,
                      "code=$g1 format=SVG error_correction=H module_pixels=3 quiet_modules=6",
                      "media_type=image/svg+xml link=$link"),
        ANSWERS("guide:1", render_code, "code=$g1 format=TERMINAL",
                "media_type=text/plain;_charset=utf-8 link=$link"),
        ANSWERS("admin", get_code, "code=$g1", "code.link=$link"),
        ANSWERS("guide:1", render_code, "code=$g1 link_base=http://192.168.1.5:7780",
                "media_type=image/png link=HTTP://192.168.1.5:7780/R/$g1"),
        ANSWERS("guide:1", render_code,
                "code=$g1 module_pixels=40 quiet_modules=40 error_correction=H "
                "link_base=https://abcdefghijklmnopqrstuvwxyz.abcdefghijklmnopqrstuvwxyz-1234."
                "example:65535",
                "link=HTTPS://ABCDEFGHIJKLMNOPQRSTUVWXYZ.ABCDEFGHIJKLMNOPQRSTUVWXYZ-1234."
                "EXAMPLE:65535/R/$g1"),
        REFUSES("admin", render_code, "code=$g1 link_base=http://a/b", OUTCOME_VALUE_INVALID,
                "link_base"),
        REFUSES("admin", render_code, "code=$g1 link_base=//a", OUTCOME_VALUE_INVALID,
                "link_base"),
        REFUSES("admin", render_code, "code=$g1 format=9", OUTCOME_VALUE_INVALID, "format"),
        REFUSES("admin", render_code, "code=$g1 error_correction=9", OUTCOME_VALUE_INVALID,
                "error_correction"),
        REFUSES("admin", render_code, "code=$g1 module_pixels=41", OUTCOME_VALUE_INVALID,
                "module_pixels"),
        REFUSES("admin", render_code, "code=$g1 quiet_modules=3", OUTCOME_VALUE_INVALID,
                "quiet_modules"),
        REFUSES("admin", render_code, "code=$nobodys", OUTCOME_CODE_UNKNOWN, "code"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_id_draws_one_code),
        cmocka_unit_test(a_code_given_on_keeps_its_past),
        cmocka_unit_test(a_reassignment_refused_names_its_field),
        cmocka_unit_test(a_code_may_have_many_owners_and_then_no_more),
        cmocka_unit_test(strangers_learn_one_thing_of_every_code_that_is_not_valid),
        cmocka_unit_test(a_member_draws_a_few_codes_of_her_own),
        cmocka_unit_test(a_members_request_ids_are_her_own),
        cmocka_unit_test(a_member_can_not_draw_codes_for_ever),
        cmocka_unit_test(a_code_says_where_it_leads_and_what_it_gives),
        cmocka_unit_test(an_image_is_the_same_for_the_same_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
