/* A charter read and written: each word fills its field, whatever is wrong is told with its place,
 * and what is written reads back to the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/cli/charter.h"
#include "clients/message/message.h"

static struct charter *read_text(const char *text, GString *errors)
{
    return charter_read("f", text, strlen(text), errors);
}

/* ---- what each word means ------------------------------------------------------------------- */

/* The lines stand in a rule's mapping; the fields are compact JSON of the rule, in any order. */
static const struct { const char *lines, *fields; } RULE_ROWS[] = {
    {"zh: 积分\n    en: Points", "\"title_zh\":\"积分\",\"title_en\":\"Points\""},
    {"on: period close", "\"trigger\":\"period_close\""},
    {"to: selling guide", "\"beneficiary\":\"selling_guide\""},
    {"gives: 5 points", "\"unit\":\"points\",\"fixed_amount\":5"},
    {"gives: 1 point", "\"unit\":\"points\",\"fixed_amount\":1"},
    {"gives: 3.50 CNY", "\"unit\":\"cash\",\"fixed_amount\":350"},
    {"gives: 500 JPY", "\"unit\":\"cash\",\"fixed_amount\":500"},
    {"gives: 1.234 KWD", "\"unit\":\"cash\",\"fixed_amount\":1234"},
    {"gives: 1 point per 1.00 CNY", "\"unit\":\"points\",\"rate_bp\":100"},
    {"gives: 3 points per 2.50 CNY", "\"unit\":\"points\",\"rate_bp\":120"},
    {"gives: 1 point per 100 JPY", "\"unit\":\"points\",\"rate_bp\":100"},
    {"gives: 1.25 % as cash", "\"unit\":\"cash\",\"rate_bp\":125"},
    {"gives: coupon\n    name zh: 券\n    name en: Coupon\n    valid: 30 days",
     "\"reward\":\"coupon\",\"benefit_zh\":\"券\",\"benefit_en\":\"Coupon\","
     "\"benefit_valid_days\":30"},
    {"gives: gift\n    name en: Box\n    valid: without end", "\"reward\":\"gift\""},
    {"brackets:\n      0 to 10.00 CNY: nothing\n      10.00 CNY and above: 1 % as cash",
     "\"unit\":\"cash\",\"brackets\":[{\"from\":0,\"to\":1000},"
     "{\"from\":1000,\"to\":0,\"rate_bp\":100}]"},
    {"measures: repurchase rate\n    brackets:\n      0 to 30 %: nothing\n"
     "      30 % and above: 500.00 CNY",
     "\"kpi\":\"repurchase_rate\",\"brackets\":[{\"from\":0,\"to\":3000},"
     "{\"from\":3000,\"to\":0,\"fixed_amount\":50000}]"},
    {"measures: new members\n    brackets: {0 to 10: 1 point, 10 and above: 2 points}",
     "\"brackets\":[{\"from\":0,\"to\":10,\"fixed_amount\":1},"
     "{\"from\":10,\"to\":0,\"fixed_amount\":2}]"},
    {"bracket mode: marginal\n    brackets:\n      0 and above: 1 % as cash",
     "\"bracket_mode\":\"marginal\""},
    {"times tier: yes", "\"tier_multiplier\":true"},
    {"rounding: half up", "\"rounding\":\"half_up\""},
    {"referrer: member\n    code: own", "\"referrer\":\"member\",\"code\":\"own\""},
    {"shops: [S01, S02]", "\"shop_ids\":[\"S01\",\"S02\"]"},
    {"categories:\n    - 黄金\n    - \"a, b\"", "\"categories\":[\"黄金\",\"a, b\"]"},
    {"tiers: [gold]", "\"tier_ids\":[\"gold\"]"},
    {"weekdays: [monday, sunday]", "\"weekdays\":[\"monday\",\"sunday\"]"},
    {"minimum: 100.00 CNY", "\"minimum_minor\":10000"},
    {"first purchase: yes", "\"first_purchase\":true"},
    {"within: 30 days", "\"within_days\":30"},
    {"birthday: week", "\"birthday\":\"week\""},
    {"age: 18 to 30", "\"age_from\":18,\"age_until\":30"},
    {"age: 60 and above", "\"age_from\":60"},
    {"gender: f", "\"gender\":\"f\""},
    {"attribute: skin = dry", "\"attribute\":\"skin\",\"attribute_value\":\"dry\""},
    {"window: 2026-06-01 through 2026-06-30",
     "\"window_from_date\":\"2026-06-01\",\"window_until_date\":\"2026-07-01\""},
    {"window: from 2026-06-01", "\"window_from_date\":\"2026-06-01\""},
    {"window: through 2024-02-28", "\"window_until_date\":\"2024-02-29\""},
    {"gives: 1 point\n    cap per referee: 100 points\n    cap: 50 points a month\n"
     "    budget: 1000 points",
     "\"cap_per_referee\":100,\"cap_per_beneficiary\":50,\"cap_period\":\"month\","
     "\"budget\":1000"},
    {"gives: 1.00 CNY\n    cap: 5.00 CNY a day", "\"cap_per_beneficiary\":500"},
    {"hold: 7 days", "\"hold_days\":7"},
    {"hold: none", "\"hold_days\":0"},
    {"expires: 365 days", "\"expiry\":\"days\",\"expiry_count\":365"},
    {"expires: 1 month", "\"expiry\":\"months\",\"expiry_count\":1"},
    {"expires: end of next year", "\"expiry\":\"end_of_next_year\""},
    {"returns: only pending", "\"return_policy\":\"only_pending\""},
    {"period: year\n    wait: none", "\"period\":\"year\",\"wait_days\":0"},
    {"period: quarter\n    wait: 10 days\n    at least: 20\n    leavers: yes",
     "\"period\":\"quarter\",\"wait_days\":10,\"minimum_n\":20,\"include_leavers\":true"},
};

static const struct { const char *lines, *fields; } TOP_ROWS[] = {
    {"title: 'x: y'\nfrom: 2026-01-01", "\"title\":\"x: y\",\"from_date\":\"2026-01-01\""},
    {"inherit serving guide: yes", "\"inherit_serving_guide\":true"},
    {"binding: 365 days\nprotection: 90 days",
     "\"binding_validity_days\":365,\"binding_protection_days\":90"},
    {"redeem: 100 points for 1.00 CNY", "\"redemption\":{\"points\":100,\"minor\":100}"},
    {"redeem cash: yes\nrestore grace: 7 days",
     "\"redeem_cash\":true,\"restore_grace_days\":7"},
    {"adjust points: 500 points\nadjust cash: 20.00 CNY",
     "\"adjust_limit_points\":500,\"adjust_limit_minor\":2000"},
    {"fraud: {registrations: 5 in 10 minutes, open: '09:00 to 22:30', refunds: 3 in 30 days, "
     "spike days: 3 days, spike times: 5, spike members: 20}",
     "\"fraud\":{\"registrations_per_ten_minutes\":5,\"open_from_minutes\":540,"
     "\"open_until_minutes\":1350,\"refund_cycles\":3,\"refund_cycle_days\":30,"
     "\"spike_days\":3,\"spike_factor\":5,\"spike_minimum\":20}"},
    {"settlement: {rate: 10 points for 1.00 CNY, minimum payout: 50.00 CNY, "
     "tax treatment: 全年一次性奖金}",
     "\"settlement\":{\"rate_points\":10,\"rate_minor\":100,\"minimum_payout_minor\":5000,"
     "\"tax_treatment\":\"全年一次性奖金\"}"},
    {"settlement: {minimum payout: 50.00 CNY}",
     "\"settlement\":{\"rate_points\":0,\"rate_minor\":0,\"minimum_payout_minor\":5000,"
     "\"tax_treatment\":\"\"}"},
    {"tiers:\n  by: spend\n  window: 12 months\n  review: every 02-28\n  fall: one step\n"
     "  steps:\n    a:\n      en: A\n    b:\n      from: 10.00 CNY\n      times: 1.5\n"
     "      rights: [x]",
     "\"tiers\":{\"basis\":\"spend\",\"window_months\":12,\"review\":\"yearly\","
     "\"review_month\":2,\"review_day\":28,\"fall\":\"one_step\",\"levels\":["
     "{\"tier_id\":\"a\",\"title_zh\":\"\",\"title_en\":\"A\",\"threshold\":0,"
     "\"multiplier_bp\":0,\"rights\":[]},{\"tier_id\":\"b\",\"title_zh\":\"\","
     "\"title_en\":\"\",\"threshold\":1000,\"multiplier_bp\":15000,\"rights\":[\"x\"]}]}"},
    {"tiers:\n  by: points\n  window: for ever\n  review: anniversary\n"
     "  steps: {a: {}, b: {from: 10 points}}",
     "\"tiers\":{\"basis\":\"points\",\"window_months\":0,\"review\":\"anniversary\","
     "\"review_month\":0,\"review_day\":0,\"fall\":\"to_reached\",\"levels\":["
     "{\"tier_id\":\"a\",\"title_zh\":\"\",\"title_en\":\"\",\"threshold\":0,"
     "\"multiplier_bp\":0,\"rights\":[]},{\"tier_id\":\"b\",\"title_zh\":\"\","
     "\"title_en\":\"\",\"threshold\":10,\"multiplier_bp\":0,\"rights\":[]}]}"},
};

static void expect_fields(const ProtobufCMessage *message, const char *row, const char *fields)
{
    g_autofree char *text = g_strdup_printf("{%s}", fields);
    json_t *wanted = json_loads(text, 0, NULL), *json = message_json(message);
    if (!wanted)
        fail_msg("the row's fields are no JSON: %s", fields);
    const char *key;
    json_t *value;
    json_object_foreach(wanted, key, value) {
        if (json_equal(json_object_get(json, key), value))
            continue;
        char *found = json_dumps(json_object_get(json, key), JSON_COMPACT | JSON_ENCODE_ANY);
        fail_msg("%s: %s is %s", row, key, found ? found : "absent");
    }
    json_decref(wanted);
    json_decref(json);
}

/* Written and read again it is the same program. */
static void expect_round_trip(const struct charter *charter, const char *row)
{
    const char *currency = charter->currency[0] != '\0' ? charter->currency : "CNY";
    g_autoptr(GPtrArray) lines = charter_lines(charter->program, currency);
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    assert_non_null(memory);
    charter_print(memory, lines);
    fclose(memory);
    g_autoptr(GString) errors = g_string_new(NULL);
    struct charter *again = charter_read("again", text, size, errors);
    if (!again)
        fail_msg("%s: written as\n%s%s", row, text, errors->str);
    json_t *before = message_json(&charter->program->base);
    json_t *after = message_json(&again->program->base);
    if (!json_equal(before, after))
        fail_msg("%s: read back otherwise:\n%s", row, text);
    json_decref(before);
    json_decref(after);
    charter_free(again);
    free(text);
}

static void every_word_fills_its_field_and_is_written_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof RULE_ROWS / sizeof RULE_ROWS[0]; i++) {
        g_autoptr(GString) errors = g_string_new(NULL);
        g_autofree char *text = g_strdup_printf("rules:\n  r:\n    %s\n", RULE_ROWS[i].lines);
        struct charter *charter = read_text(text, errors);
        if (!charter)
            fail_msg("%s", errors->str);
        assert_int_equal(charter->program->n_rules, 1);
        assert_string_equal(charter->program->rules[0]->rule_id, "r");
        expect_fields(&charter->program->rules[0]->base, RULE_ROWS[i].lines,
                      RULE_ROWS[i].fields);
        expect_round_trip(charter, RULE_ROWS[i].lines);
        charter_free(charter);
    }
    for (size_t i = 0; i < sizeof TOP_ROWS / sizeof TOP_ROWS[0]; i++) {
        g_autoptr(GString) errors = g_string_new(NULL);
        struct charter *charter = read_text(TOP_ROWS[i].lines, errors);
        if (!charter)
            fail_msg("%s", errors->str);
        expect_fields(&charter->program->base, TOP_ROWS[i].lines, TOP_ROWS[i].fields);
        expect_round_trip(charter, TOP_ROWS[i].lines);
        charter_free(charter);
    }
}

static void texts_of_any_kind_are_written_so_that_they_read_back(void **state)
{
    (void)state;
    static const char *const TITLES[] = {
        "a", "满 200 减 20", "x: y", "# no comment", "\"quoted\"", "it's", "- dash", "?", "100 %",
        "%", "a\\b", "[a]", "{a}", "&a", "*a", "!a", "|", ">", "~", "a #b", "true", "yes", "@",
        "`", "=", "<<", "1", "a,b", "null", "---", "...",
    };
    for (size_t i = 0; i < sizeof TITLES / sizeof TITLES[0]; i++) {
        g_autoptr(GString) errors = g_string_new(NULL);
        struct charter *charter = read_text("title: x\nrules: {r: {categories: [y]}}", errors);
        assert_non_null(charter);
        free(charter->program->title);
        charter->program->title = strdup(TITLES[i]);
        free(charter->program->rules[0]->categories[0]);
        charter->program->rules[0]->categories[0] = strdup(TITLES[i]);
        expect_round_trip(charter, TITLES[i]);
        charter_free(charter);
    }
}

/* Every rate there is, in currencies of 0, 2 and 3 decimals. */
static void every_rate_of_points_is_written_exactly(void **state)
{
    (void)state;
    static const char *const CURRENCIES[] = {"CNY", "JPY", "KWD"};
    for (size_t k = 0; k < 3; k++) {
        g_autoptr(GString) errors = g_string_new(NULL);
        g_autofree char *text = g_strdup_printf(
            "rules: {r: {gives: 1 point per 1 %s, minimum: 1 %s}}", CURRENCIES[k], CURRENCIES[k]);
        struct charter *charter = read_text(text, errors);
        assert_non_null(charter);
        for (int bp = 1; bp <= 10000; bp += bp < 300 || bp > 9900 ? 1 : 7) {
            charter->program->rules[0]->rate_bp = bp;
            expect_round_trip(charter, text);
        }
        charter_free(charter);
    }
}

/* ---- what is wrong -------------------------------------------------------------------------- */

#define IN_RULE "rules:\n  r:\n    "
#define LEVEL "one level: nobody earns from a referee's referees"

/* The first lines of what is told; "..." ends what is compared. */
static const struct { const char *text, *told; } WRONG[] = {
    {"", "f:1:1: there is nothing in the file\n"},
    {"x", "f:1:1: must be a mapping, ..."},
    {"- a", "f:1:1: must be a mapping, ..."},
    {"titel: x", "f:1:1: titel: there is no such word here; there are title, from, ..."},
    {"title: x\ntitle: y", "f:2:1: title: is there twice\n"},
    {"title: [x]", "f:1:8: title: must be a text\n"},
    {"title: ''", "f:1:8: title: is empty; must be a text\n"},
    {"title:", "f:1:7: title: is empty; must be a text\n"},
    {"? [a]\n: b", "f:1:3: a word is a text\n"},
    {"from: 2026-02-30", "f:1:7: from: must be YYYY-MM-DD, its first day; not \"2026-02-30\"\n"},
    {"from: 1 May 2026", "f:1:7: from: must be YYYY-MM-DD, its first day; not ..."},
    {"inherit serving guide: maybe", "f:1:24: inherit serving guide: must be yes or no; ..."},
    {"binding: 365", "f:1:10: binding: must be N days, or without end; not \"365\"\n"},
    {"binding: -1 days", "f:1:10: binding: must be ..."},
    {"binding: 1 dayses", "f:1:10: binding: must be ..."},
    {"binding: 99999999999 days", "f:1:10: binding: must be a whole number from ..."},
    {"redeem: 100 points", "f:1:9: redeem: must be N points for MONEY; ..."},
    {"redeem: 100 points for 1.005 CNY", "f:1:9: redeem: must be ..."},
    {"redeem: 100 points for 1 yuan", "f:1:9: redeem: must be ..."},
    {"adjust cash: 1.00 CNY\nredeem: 1 point for 1.00 USD",
     "f:1:14: CNY beside USD in line 2: one currency only\n"},
    {"fraud: {open: '25:00 to 26:00'}", "f:1:15: fraud > open: must be HH:MM to HH:MM; ..."},
    {"fraud: {registrations: 5}", "f:1:24: fraud > registrations: must be N in 10 minutes; ..."},
    {"settlement: {rate: 10 points}",
     "f:1:20: settlement > rate: must be N points for MONEY; ..."},
    {"fraud: {refunds: 5}", "f:1:18: fraud > refunds: must be N in N days; ..."},
    {"tiers: {review: every 2-3}", "f:1:17: tiers > review: must be never, ..."},
    {"tiers: {by: spend, steps: {a: {from: 5 points}}}",
     "f:1:38: tiers > steps > a > from: must be MONEY, which the tiers go by\n"},
    {"tiers: {steps: {a: {times: 0}}}", "f:1:28: tiers > steps > a > times: must be a number, ..."},
    {"tiers: {levels: 2}", "f:1:9: tiers > levels: " LEVEL "\n"},
    {"levels: 2", "f:1:1: levels: " LEVEL "\n"},
    {IN_RULE "depth: 2", "f:3:5: rules > r > depth: " LEVEL "\n"},
    {IN_RULE "level: 2", "f:3:5: rules > r > level: " LEVEL "\n"},
    {IN_RULE "to: referrer of the referrer", "f:3:9: rules > r > to: " LEVEL "\n"},
    {IN_RULE "to: referrer 2", "f:3:9: rules > r > to: " LEVEL "\n"},
    {IN_RULE "to: second level", "f:3:9: rules > r > to: " LEVEL "\n"},
    {IN_RULE "to: somebody", "f:3:9: rules > r > to: must be buyer, ..."},
    {IN_RULE "to: Buyer", "f:3:9: rules > r > to: must be buyer, ..."},
    {IN_RULE "on: unspecified", "f:3:9: rules > r > on: must be registration, ..."},
    {IN_RULE "gives: 5", "f:3:12: rules > r > gives: must be N points, ..."},
    {IN_RULE "gives: 1 % as points", "f:3:12: rules > r > gives: must be N points, ..."},
    {IN_RULE "gives: 1.555 % as cash", "f:3:12: rules > r > gives: must be N points, ..."},
    {IN_RULE "gives: 1 point per 3.00 CNY", "f:3:12: rules > r: is no whole number of ..."},
    {IN_RULE "gives: 1 point per 0.00 CNY", "f:3:12: rules > r: is no whole number of ..."},
    {IN_RULE "gives: 1234567890123456 points", "f:3:12: rules > r > gives: must be ..."},
    {IN_RULE "brackets: [1]", "f:3:15: rules > r > brackets: must be a mapping, ..."},
    {IN_RULE "brackets: {0 to 10: 1 point}",
     "f:3:16: rules > r > brackets > 0 to 10: must be A to B, or A and above, in MONEY\n"},
    {IN_RULE "brackets: {0 and above: 5}",
     "f:3:29: rules > r > brackets > 0 and above: must be N points, ..."},
    {IN_RULE "brackets: {0 to 1.00 CNY: 1 point, 1.00 CNY and above: 1.00 CNY}",
     "f:3:60: rules > r > brackets > 1.00 CNY and above: points and cash in one rule\n"},
    {IN_RULE "brackets: {0 and above: 1 point, 0 and above: 2 points}",
     "f:3:38: rules > r > brackets > 0 and above: is there twice\n"},
    {IN_RULE "shops: S01", "f:3:12: rules > r > shops: must be [SHOP_ID, ...]\n"},
    {IN_RULE "shops: [[S01]]", "f:3:13: rules > r > shops: must be [SHOP_ID, ...]\n"},
    {IN_RULE "weekdays: [monday, freeday]", "f:3:24: rules > r > weekdays: must be one of ..."},
    {IN_RULE "age: 18-30", "f:3:10: rules > r > age: must be N to N ..."},
    {IN_RULE "attribute: skin", "f:3:16: rules > r > attribute: must be NAME = VALUE; ..."},
    {IN_RULE "window: 2026-06-01 to 2026-06-18", "f:3:13: rules > r > window: must be DATE ..."},
    {IN_RULE "window: from soon", "f:3:13: rules > r > window: must be DATE ..."},
    {IN_RULE "gives: 1 point\n    cap: 5.00 CNY a day",
     "f:4:10: rules > r > cap: is not in what the rule gives\n"},
    {IN_RULE "gives: 1 point\n    budget: 5.00 CNY",
     "f:4:13: rules > r > budget: is not in what the rule gives\n"},
    {IN_RULE "cap: 5 points a week", "f:3:10: rules > r > cap: must be N points or MONEY, ..."},
    {IN_RULE "expires: soon", "f:3:14: rules > r > expires: must be never, ..."},
    {"rules: {r: 5}", "f:1:12: rules > r: must be a mapping, ..."},
    {"rules: {r: {}, r: {}}", "f:1:16: rules > r: is there twice\n"},
    {"title: &a x\nrules: *a", "f:1:8: an anchor (&name) is not taken: say it again\n"},
    {"title: *a", "f:1:8: an alias (*name) is not taken: say it again\n"},
    {"title: !!str x", "f:1:8: a tag (!name) is not taken\n"},
    {"title: x\n---\ntitle: y", "f:2:1: a second document: a file holds one program\n"},
    {"title: [[[[[[[[[1]]]]]]]]]", "f:1:15: too deep\n"},
    {"title: [", "f:2:1: not YAML: ..."},
    {"title: \"a", "f:1:10: not YAML: ..."},
    {"\ttitle: a", "f:1:1: not YAML: ..."},
    {"title: \xff", "f:1:1: not YAML: ..."},
    /* Each of several, by line. */
    {"from: soon\nbinding: 5\nrules:\n  r:\n    hold: 7\n    x: y",
     "f:1:7: from: must be YYYY-MM-DD, its first day; not \"soon\"\n"
     "f:2:10: binding: must be N days, or without end; not \"5\"\n"
     "f:5:11: rules > r > hold: must be N days, or none; not \"7\"\n"
     "f:6:5: rules > r > x: there is no such word here; ..."},
};

static void every_mistake_is_told_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        g_autoptr(GString) errors = g_string_new(NULL);
        assert_null(read_text(WRONG[i].text, errors));
        size_t size = strlen(WRONG[i].told);
        bool cut = g_str_has_suffix(WRONG[i].told, "...");
        if (cut ? strncmp(errors->str, WRONG[i].told, size - 3) != 0
                : strcmp(errors->str, WRONG[i].told) != 0)
            fail_msg("%s\n  told: %s  not: %s", WRONG[i].text, errors->str, WRONG[i].told);
    }
}

static void a_field_the_service_refuses_is_found_in_the_file(void **state)
{
    (void)state;
    static const char TEXT[] =
        "from: 2026-01-01\n"
        "rules:\n"
        "  a:\n"
        "    gives: 1 % as cash\n"
        "    shops: [S01, S02]\n"
        "  b:\n"
        "    window: 2026-06-01 through 2026-06-02\n"
        "    brackets:\n"
        "      0 to 1.00 CNY: nothing\n"
        "      1.00 CNY and above: 1 % as cash\n"
        "tiers:\n"
        "  steps: {x: {}, y: {from: 1 point}}\n";
    static const struct { const char *path; size_t line, column; const char *trail; } ROWS[] = {
        {"program.from_date", 1, 7, "from"},
        {"program.rules", 3, 3, "rules"},
        {"program.rules[0].rate_bp", 4, 12, "rules > a > gives"},
        {"program.rules[0].formula", 4, 12, "rules > a > gives"},
        {"program.rules[0].shop_ids[1]", 5, 18, "rules > a > shops"},
        {"program.rules[0].shop_ids", 5, 12, "rules > a > shops"},
        {"program.rules[1].rule_id", 6, 3, "rules > b"},
        {"program.rules[1].kpi", 6, 3, "rules > b"},
        {"program.rules[1].window_until_date", 7, 13, "rules > b > window"},
        {"program.rules[1].brackets[1].from", 10, 7, "rules > b > brackets > 1.00 CNY and above"},
        {"program.rules[1].brackets", 9, 7, "rules > b > brackets"},
        {"program.tiers.levels[1].threshold", 12, 28, "tiers > steps > y > from"},
        {"program.tiers.levels[0].title_en", 12, 11, "tiers > steps > x"},
        {"program.title", 1, 1, "the program"},
        {"request_id", 0, 0, NULL},
    };
    g_autoptr(GString) errors = g_string_new(NULL);
    struct charter *charter = read_text(TEXT, errors);
    assert_non_null(charter);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const struct charter_place *place = charter_place_of(charter, ROWS[i].path);
        assert_int_equal(place != NULL, ROWS[i].trail != NULL);
        if (!place)
            continue;
        assert_string_equal(place->trail, ROWS[i].trail);
        assert_int_equal(place->line, ROWS[i].line);
        assert_int_equal(place->column, ROWS[i].column);
    }
    charter_free(charter);
}

static void a_file_too_large_or_too_wrong_is_told_in_short(void **state)
{
    (void)state;
    g_autoptr(GString) errors = g_string_new(NULL);
    g_autofree char *large = g_strnfill(CHARTER_BYTES_MAX + 1, ' ');
    assert_null(charter_read("f", large, CHARTER_BYTES_MAX + 1, errors));
    assert_string_equal(errors->str, "f: larger than 1048576 bytes\n");
    g_string_truncate(errors, 0);
    g_autoptr(GString) many = g_string_new(NULL);
    for (int i = 0; i < 60; i++)
        g_string_append_printf(many, "w%d: x\n", i);
    assert_null(charter_read("f", many->str, many->len, errors));
    assert_true(g_str_has_suffix(errors->str, "f: and 10 more\n"));
}

/* Bytes of a good charter changed, cut and doubled: read or told, never worse. */
static void damaged_files_are_read_or_told(void **state)
{
    (void)state;
    g_autoptr(GString) good = g_string_new("from: 2026-01-01\n");
    for (size_t i = 3; i < sizeof TOP_ROWS / sizeof TOP_ROWS[0] - 1; i++)
        g_string_append_printf(good, "%s\n", TOP_ROWS[i].lines);
    g_string_append(good, "rules:\n");
    for (size_t i = 0; i < sizeof RULE_ROWS / sizeof RULE_ROWS[0]; i++)
        g_string_append_printf(good, "  r%zu:\n    %s\n", i, RULE_ROWS[i].lines);
    static const char BYTES[] = "\n :-[]{}#&*!|>'\"%0159aZ,.\t\\?\xe4";
    guint32 seed = g_random_int();
    print_message("seed %u\n", seed);
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    for (int round = 0; round < 1500; round++) {
        g_autoptr(GString) text = g_string_new_len(good->str, (gssize)good->len);
        for (int change = g_rand_int_range(random, 1, 6); change > 0; change--) {
            gsize at = (gsize)g_rand_int_range(random, 0, (gint)text->len);
            gssize size = g_rand_int_range(random, 1, 20);
            if (g_rand_boolean(random))
                text->str[at] = BYTES[g_rand_int_range(random, 0, (gint)sizeof BYTES)];
            else if (g_rand_boolean(random) && at + (gsize)size < text->len)
                g_string_erase(text, (gssize)at, size);
            else
                g_string_insert_c(text, (gssize)at, text->str[text->len / 2]);
        }
        g_autoptr(GString) errors = g_string_new(NULL);
        struct charter *charter = charter_read("f", text->str, text->len, errors);
        if (charter)
            expect_round_trip(charter, "a damaged file");
        else
            assert_true(g_str_has_prefix(errors->str, "f:"));
        charter_free(charter);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_fills_its_field_and_is_written_back),
        cmocka_unit_test(texts_of_any_kind_are_written_so_that_they_read_back),
        cmocka_unit_test(every_rate_of_points_is_written_exactly),
        cmocka_unit_test(every_mistake_is_told_with_its_place),
        cmocka_unit_test(a_field_the_service_refuses_is_found_in_the_file),
        cmocka_unit_test(a_file_too_large_or_too_wrong_is_told_in_short),
        cmocka_unit_test(damaged_files_are_read_or_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
