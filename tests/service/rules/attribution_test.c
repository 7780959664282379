/* Who recommended her and who looks after her, as rows one can read aloud. */
#include "service/rules/attribution.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define NOBODY {PARTY_NONE, 0}
#define GUIDE(number) {PARTY_GUIDE, number}
#define MEMBER(number) {PARTY_MEMBER, number}
#define SHOP(number) {PARTY_SHOP, number}

/* A code of an owner; fields that are not named leave it valid now and for ever. */
#define CODE_OF(...) .code_given = true, .code_known = true, .owner = {__VA_ARGS__}

struct row {
    const char *says;
    struct attribution_facts facts;
    struct attribution expected;
};

static const struct row rows[] = {
    {"no code: nothing", {0}, {.scan_result = SCAN_NONE}},
    {"a guide's code fills both slots",
     {CODE_OF(.party = GUIDE(7), .active = true)},
     {SCAN_BOUND, GUIDE(7), 7, false, true, false}},
    {"a member's code fills the referrer alone where nothing is inherited",
     {CODE_OF(.party = MEMBER(3), .serving_guide = 7, .serving_guide_active = true)},
     {SCAN_REFERRED, MEMBER(3), 0, false, true, false}},
    {"where the program says so the referrer's guide comes along",
     {CODE_OF(.party = MEMBER(3), .serving_guide = 7, .serving_guide_active = true),
      .inherit_serving_guide = true},
     {SCAN_REFERRED, MEMBER(3), 7, true, true, false}},
    {"but not a guide who has left",
     {CODE_OF(.party = MEMBER(3), .serving_guide = 7), .inherit_serving_guide = true},
     {SCAN_REFERRED, MEMBER(3), 0, false, true, false}},
    {"nor one the referrer has not",
     {CODE_OF(.party = MEMBER(3), .serving_guide_active = true), .inherit_serving_guide = true},
     {SCAN_REFERRED, MEMBER(3), 0, false, true, false}},
    {"a guide's code inherits nothing, whatever the program says",
     {CODE_OF(.party = GUIDE(7), .active = true), .inherit_serving_guide = true},
     {SCAN_BOUND, GUIDE(7), 7, false, true, false}},
    {"a shop's code fills neither",
     {CODE_OF(.party = SHOP(1)), .inherit_serving_guide = true},
     {SCAN_REFERRED, NOBODY, 0, false, true, false}},
    {"a code nobody knows is as one that ended",
     {.code_given = true}, {.scan_result = SCAN_EXPIRED}},
    {"a guide not employed that day",
     {CODE_OF(.party = GUIDE(7))}, {.scan_result = SCAN_GUIDE_INACTIVE}},
    {"a guide with her phone",
     {CODE_OF(.party = GUIDE(7), .active = true, .self = true)},
     {.scan_result = SCAN_SELF_REFERRAL}},
    {"revoked before",
     {CODE_OF(.party = GUIDE(7), .active = true), .code.revoked_at = 100, .at = 100},
     {.scan_result = SCAN_EXPIRED}},
    {"revoked later: it was good then",
     {CODE_OF(.party = GUIDE(7), .active = true), .code.revoked_at = 101, .at = 100},
     {SCAN_BOUND, GUIDE(7), 7, false, true, false}},
    {"not begun",
     {CODE_OF(.party = GUIDE(7), .active = true), .code.starts_at = 101, .at = 100},
     {.scan_result = SCAN_EXPIRED}},
    {"begins now",
     {CODE_OF(.party = GUIDE(7), .active = true), .code.starts_at = 100, .at = 100},
     {SCAN_BOUND, GUIDE(7), 7, false, true, false}},
    {"ends now",
     {CODE_OF(.party = GUIDE(7), .active = true), .code.ends_at = 100, .at = 100},
     {.scan_result = SCAN_EXPIRED}},
    {"ends in a moment",
     {CODE_OF(.party = GUIDE(7), .active = true), .code.ends_at = 101, .at = 100},
     {SCAN_BOUND, GUIDE(7), 7, false, true, false}},
    {"the last of its uses",
     {CODE_OF(.party = GUIDE(7), .active = true), .code.usage_limit = 2, .code.usage_count = 1},
     {SCAN_BOUND, GUIDE(7), 7, false, true, false}},
    {"used up",
     {CODE_OF(.party = GUIDE(7), .active = true), .code.usage_limit = 2, .code.usage_count = 2},
     {.scan_result = SCAN_EXHAUSTED}},

    /* What comes first is said. */
    {"inactive before revoked",
     {CODE_OF(.party = GUIDE(7)), .code.revoked_at = 1, .at = 100},
     {.scan_result = SCAN_GUIDE_INACTIVE}},
    {"ended before used up",
     {CODE_OF(.party = GUIDE(7), .active = true), .code.ends_at = 1, .at = 100,
      .code.usage_limit = 1, .code.usage_count = 1},
     {.scan_result = SCAN_EXPIRED}},
    {"used up before self",
     {CODE_OF(.party = GUIDE(7), .active = true, .self = true), .code.usage_limit = 1,
      .code.usage_count = 1},
     {.scan_result = SCAN_EXHAUSTED}},

    /* The recommender, where the code brings no referrer. */
    {"a friend named, no code",
     {.recommender = {.party = MEMBER(3)}}, {SCAN_REFERRED, MEMBER(3), 0, false, false, true}},
    {"a friend named, his guide comes along",
     {.recommender = {.party = MEMBER(3), .serving_guide = 7, .serving_guide_active = true},
      .inherit_serving_guide = true},
     {SCAN_REFERRED, MEMBER(3), 7, true, false, true}},
    {"a guide named",
     {.recommender = {.party = GUIDE(7), .active = true}},
     {SCAN_BOUND, GUIDE(7), 7, false, false, true}},
    {"a guide named who has left",
     {.recommender = {.party = GUIDE(7)}}, {.scan_result = SCAN_NONE}},
    {"a guide named who is she herself",
     {.recommender = {.party = GUIDE(7), .active = true, .self = true}},
     {.scan_result = SCAN_NONE}},
    {"a shop can't recommend",
     {.recommender = {.party = SHOP(1), .active = true}}, {.scan_result = SCAN_NONE}},
    {"the code's referrer stands before the friend",
     {CODE_OF(.party = GUIDE(7), .active = true), .recommender = {.party = MEMBER(3)}},
     {SCAN_BOUND, GUIDE(7), 7, false, true, false}},
    {"a shop's code leaves the slot to the friend, and is used",
     {CODE_OF(.party = SHOP(1)), .recommender = {.party = MEMBER(3)}},
     {SCAN_REFERRED, MEMBER(3), 0, false, true, true}},
    {"a code that ended leaves it to the guide, and stays explained",
     {.code_given = true, .recommender = {.party = GUIDE(8), .active = true}},
     {SCAN_EXPIRED, GUIDE(8), 8, false, false, true}},
    {"her own code leaves it to the friend, and stays explained",
     {CODE_OF(.party = GUIDE(7), .active = true, .self = true),
      .recommender = {.party = MEMBER(3)}},
     {SCAN_SELF_REFERRAL, MEMBER(3), 0, false, false, true}},
};

static void every_row_is_attributed_as_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct attribution *expected = &rows[i].expected;
        struct attribution got = attribution_decide(&rows[i].facts);
        if (got.scan_result != expected->scan_result ||
            got.referrer.kind != expected->referrer.kind ||
            got.referrer.number != expected->referrer.number ||
            got.serving_guide != expected->serving_guide ||
            got.serving_inherited != expected->serving_inherited ||
            got.code_used != expected->code_used ||
            got.recommender_used != expected->recommender_used)
            fail_msg("%s: scan %d, referrer %d:%u, guide %u%s%s%s", rows[i].says,
                     (int)got.scan_result, (int)got.referrer.kind, got.referrer.number,
                     got.serving_guide, got.serving_inherited ? " inherited" : "",
                     got.code_used ? ", code used" : "",
                     got.recommender_used ? ", recommender used" : "");
    }
}

/* Results that only a second scan or a person can make are never a registration's. */
static void every_result_of_a_registration_has_a_row(void **state)
{
    (void)state;
    static const enum scan_result results[] = {
        SCAN_NONE, SCAN_GUIDE_INACTIVE, SCAN_BOUND, SCAN_EXPIRED, SCAN_EXHAUSTED,
        SCAN_SELF_REFERRAL, SCAN_REFERRED,
    };
    for (size_t k = 0; k < sizeof results / sizeof results[0]; k++) {
        size_t count = 0;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            count += rows[i].expected.scan_result == results[k];
        assert_true(count > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_attributed_as_it_says),
        cmocka_unit_test(every_result_of_a_registration_has_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
