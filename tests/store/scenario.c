#include "scenario.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/accounts.h"
#include "store/codes.h"
#include "store/debts.h"
#include "store/guides.h"
#include "store/kpi.h"
#include "store/ledger.h"
#include "store/merchants.h"
#include "store/profiles.h"
#include "store/programs.h"
#include "store/purchases.h"
#include "store/recency.h"
#include "store/referees.h"
#include "store/shops.h"
#include "store/tokens.h"

const struct code_value scenario_code = {UINT64_C(0x123456789ab)};

static void must(enum store_result result)
{
    if (result == STORE_OK) return;
    fprintf(stderr, "scenario: store answers %d\n", (int)result);
    abort();
}

/* As the writer does: what a command would read is fetched until nothing is missing. */
static void fetched(struct batch *batch, enum store_result result)
{
    if (result == STORE_NEED) must(kv_fetch(batch->reader.snapshot));
    else must(result);
}

#define FETCH(batch, call)                                                                       \
    do {                                                                                         \
        enum store_result fetch_result;                                                          \
        while ((fetch_result = (call)) != STORE_OK) fetched(batch, fetch_result);                \
    } while (0)

void scenario_begin(struct batch *batch, uint64_t clock_ms)
{
    must(batch_begin(batch, clock_ms));
    FETCH(batch, batch_command_begin(batch, SCENARIO_MERCHANT));
}

static void put_instance(struct batch *batch)
{
    must(batch_begin(batch, 500));
    FETCH(batch, batch_command_begin(batch, 0));
    merchants_list_put(batch, SCENARIO_MERCHANT);
    codes_reserve(batch, scenario_code, SCENARIO_MERCHANT);
    must(batch_commit(batch));
}

static void put_places(struct batch *batch)
{
    struct merchant merchant = {.number = SCENARIO_MERCHANT, .name = "Tea & Co", .currency = "CNY",
                                .time_zone = "Asia/Shanghai", .day_cutoff_minutes = 240,
                                .country_code = 86, .link_host = "T.EXAMPLE", .created_at = 500,
                                .counted = true, .closed_before = DATE_ALWAYS};
    merchants_put(batch, &merchant);
    struct numbers numbers = {.shop = 2, .guide = SCENARIO_GUIDES, .member = SCENARIO_MEMBERS,
                              .pay_entity = 1, .token = 2, .program_version = 1};
    numbers_put(batch, &numbers);
    referees_listed_put(batch, REFEREES_ALL);
    pay_entities_put(batch, 1, "Tea Retail Ltd");
    for (uint32_t number = 1; number <= 2; number++) {
        struct shop shop = {.number = number, .name = "Shop", .period_count = 2,
                            .periods = {{.from = -100, .pay_entity = 1, .cost_center = "C1"},
                                        {.from = 150, .pay_entity = 1, .cost_center = "C2"}}};
        snprintf(shop.shop_id, sizeof shop.shop_id, "S%u", number);
        shops_put(batch, &shop);
    }
    struct program program = {.version = 1, .from = -1000, .published_at = 500,
                              .title = "R1", .inherit_serving_guide = true, .rule_count = 2,
                              .rules = {{.id = "buyer", .title_zh = "积分", .title_en = "Points",
                                         .trigger = TRIGGER_PURCHASE,
                                         .beneficiary = BENEFICIARY_BUYER, .unit = UNIT_POINTS,
                                         .formula = FORMULA_RATE, .rate_bp = 100,
                                         .rounding = ROUNDING_FLOOR},
                                        {.id = "guide", .trigger = TRIGGER_PURCHASE,
                                         .beneficiary = BENEFICIARY_SERVING_GUIDE,
                                         .unit = UNIT_CASH, .formula = FORMULA_FIXED,
                                         .fixed_amount = -5, .rounding = ROUNDING_HALF_UP,
                                         .code = CODE_OWN}}};
    programs_put(batch, &program);
    for (uint32_t number = 1; number <= 2; number++) {
        struct token token = {.number = number, .role = ROLE_ADMIN, .created_at = 500,
                              .label = "admin"};
        memset(token.hash, (int)number, sizeof token.hash);
        tokens_put(batch, &token);
    }
    struct request request = {.fingerprint = {7}, .object = 1};
    struct bytes id = {(const uint8_t *)"r-1", 3};
    requests_put(batch, REQUEST_CREATE_TOKEN, id, &request);
}

static void put_person(struct batch *batch, struct party party)
{
    struct profile profile = {.name = "Wang Fang", .birthday = "--02-29", .gender = "f",
                              .consent_policy_version = "1", .consent_at = 400,
                              .document_type = "", .attribute_count = 1,
                              .attributes = {{"size", "M"}}};
    snprintf(profile.phone, sizeof profile.phone, "+8613800%d%05u", (int)party.kind,
             party.number);
    uint8_t seed[PROFILE_SEED_BYTES], nonce[PROFILE_NONCE_BYTES];
    memset(seed, (int)party.kind * 16 + (int)party.number, sizeof seed);
    memset(nonce, (int)party.kind * 16 + (int)party.number, sizeof nonce);
    profiles_create(batch, party, &profile, seed, nonce);
    phones_put(batch, party, profile.phone);
}

static void put_guides(struct batch *batch)
{
    for (uint32_t number = 1; number <= SCENARIO_GUIDES; number++) {
        struct party party = {PARTY_GUIDE, number};
        struct guide guide = {.number = number, .created_at = 500, .number_count = 1,
                              .numbers[0].pay_entity = 1};
        snprintf(guide.numbers[0].text, sizeof guide.numbers[0].text, "E%03u", number);
        guides_put(batch, &guide);
        struct employment before = {.from = -50, .until = 10, .shop = 2, .pay_entity = 1};
        struct employment employment = {.from = 10, .until = DATE_NEVER, .shop = 1,
                                        .pay_entity = 1};
        employments_put(batch, number, &before);
        employments_put(batch, number, &employment);
        struct account account = account_empty();
        account.shop = 1;
        account.pay_entity = 1;
        account.employed_from = 10;
        accounts_put(batch, party, &account);
        put_person(batch, party);
    }
    struct code code = {.value = scenario_code, .owner = {PARTY_GUIDE, 1},
                        .channel = CHANNEL_BADGE, .campaign = "spring", .created_at = 500};
    codes_create(batch, &code, 0);
    codes_owner_put(batch, scenario_code, 200, (struct party){PARTY_GUIDE, 2});
}

/* The scoreboard's record of guide 1 for a day, changed and put. */
static void count_guide(struct batch *batch, business_date date, struct kpi_day add)
{
    struct kpi_edit edit;
    struct kpi_day *day = NULL;
    kpi_edit_begin(&edit);
    FETCH(batch, kpi_edit_day(&edit, &batch->reader, 1, date, &day));
    day->new_members += add.new_members;
    day->inherited_members += add.inherited_members;
    day->activated_members += add.activated_members;
    day->purchases += add.purchases;
    day->sales_minor += add.sales_minor;
    kpi_edit_put(&edit, batch);
}

/* Member 1 came by guide 1's code, member 2 by member 1 and inherits him, member 3 by nobody. */
static void put_members(struct batch *batch)
{
    for (uint32_t number = 1; number <= SCENARIO_MEMBERS; number++) {
        struct party party = {PARTY_MEMBER, number};
        struct account account = account_empty();
        account.registered_on = 50;
        account.registered_at = account.recorded_at = 500;
        if (number <= 2) {
            account.referrer = number == 1 ? (struct party){PARTY_GUIDE, 1}
                                           : (struct party){PARTY_MEMBER, 1};
            account.code = scenario_code;
            account.scan_result = SCAN_BOUND;
            account.serving_guide = 1;
            account.serving_inherited = number == 2;
            account.binding_from = 50;
            struct binding binding = {.from = 50, .until = DATE_NEVER, .state = BINDING_ACTIVE,
                                      .guide = 1, .inherited = number == 2};
            bindings_put(batch, number, &binding);
            members_of_guide_put(batch, 1, number);
            if (number == 2) referees_put(batch, 1, number);
            count_guide(batch, 50, (struct kpi_day){.new_members = number == 1 ? 1 : 0,
                                                    .inherited_members = number == 2 ? 1 : 0});
        }
        accounts_put(batch, party, &account);
        put_person(batch, party);
        struct registration registration = {.member = number, .program_version = 1};
        registrations_put(batch, &registration);
    }
}

/* ---- a purchase ------------------------------------------------------------------------------ */

static void earn(struct batch *batch, struct ledger *ledger, struct purchase *purchase,
                 struct party party, enum unit unit, uint16_t rule, int64_t amount)
{
    bool pending = unit == UNIT_CASH;
    struct account account;
    FETCH(batch, accounts_get(&batch->reader, party, &account));
    FETCH(batch, ledger_expect(&batch->reader, party, purchase->business_date));
    struct entry entry = {
        .business_date = purchase->business_date, .kind = ENTRY_ACCRUE, .unit = unit,
        .from = SIDE_EXPENSE, .to = pending ? SIDE_LIABILITY : SIDE_OWNER, .party = party,
        .amount = amount, .program_version = 1, .rule = rule,
        .event = {EVENT_PURCHASE, purchase->member, purchase->receipt, 0},
    };
    uint64_t number = ledger_post(batch, ledger, &account, &entry);
    struct credit credit = {
        .number = number, .unit = unit, .state = pending ? CREDIT_PENDING : CREDIT_AVAILABLE,
        .posted = amount, .remaining = amount, .program_version = 1, .rule = rule,
        .business_date = purchase->business_date, .matures_on = purchase->business_date + 7,
        .expires_on = DATE_NEVER,
    };
    if (pending) due_lower(batch, party, &account, credit.matures_on);
    credits_add(batch, party, &credit);
    accounts_put(batch, party, &account);
    purchase->awards[purchase->award_count++] =
        (struct award){.rule = rule, .party = party, .unit = unit, .base_minor = amount * 100,
                       .amount = amount, .credit = number};
}

static void count_day(struct batch *batch, uint32_t member, struct account *account,
                      business_date date, int64_t amount_minor)
{
    struct purchase_day day = {.last_full_refund_on = DATE_ALWAYS};
    enum store_result result;
    while ((result = purchase_days_get(&batch->reader, member, date, &day)) == STORE_NEED) {
        fetched(batch, result);
    }
    if (result != STORE_ABSENT) must(result);
    if (day.recorded_count == 0) account->days_recorded++;
    day.recorded_count++;
    day.live_count++;
    day.net_minor += amount_minor;
    day.base_minor += amount_minor;
    purchase_days_put(batch, member, date, &day);
    if (day.live_count > 1) return;
    business_date last = account->last_day, second = account->second_last_day;
    if (last == DATE_NEVER || date > last) {
        account->second_last_day = last;
        account->last_day = date;
    } else if (second == DATE_NEVER || date > second) {
        account->second_last_day = date;
    }
    struct recency_edit edit;
    struct reader *reader = &batch->reader;
    uint32_t guide = account->serving_guide;
    recency_edit_begin(&edit);
    FETCH(batch, recency_edit_add(&edit, reader, guide, RECENCY_LAST, last, -1));
    FETCH(batch, recency_edit_add(&edit, reader, guide, RECENCY_LAST, account->last_day, 1));
    FETCH(batch, recency_edit_add(&edit, reader, guide, RECENCY_SECOND_LAST, second, -1));
    FETCH(batch, recency_edit_add(&edit, reader, guide, RECENCY_SECOND_LAST,
                                  account->second_last_day, 1));
    recency_edit_put(&edit, batch);
}

/* The guide's sales, her calendar periods, her activation: before count_day changes her days. */
static void count_scoreboard(struct batch *batch, uint32_t member, struct account *account,
                             business_date date, int64_t amount_minor)
{
    struct kpi_edit edit;
    struct kpi_days beside, with;
    business_date first = account->first_day;
    if (first == DATE_NEVER || date < first) account->first_day = date;
    if (account->serving_guide == 0) return;
    bool was_active = first != DATE_NEVER && first <= 50 + KPI_ACTIVATION_DAYS;
    bool activates = member == 1 && !was_active && date <= 50 + KPI_ACTIVATION_DAYS;
    count_guide(batch, date, (struct kpi_day){.purchases = 1, .sales_minor = amount_minor});
    if (activates) count_guide(batch, 50, (struct kpi_day){.activated_members = 1});
    kpi_edit_begin(&edit);
    FETCH(batch, kpi_days_beside(&batch->reader, member, account, date, &beside));
    struct purchase_day day;
    enum store_result known;
    while ((known = purchase_days_get(&batch->reader, member, date, &day)) == STORE_NEED)
        fetched(batch, known);
    if (known == STORE_OK) return; /* the day lives already */
    with = beside;
    for (unsigned i = 0; i < KPI_SPAN_COUNT; i++) {
        kpi_days_add(&with, (enum kpi_span)i, date);
        FETCH(batch, kpi_edit_span(&edit, &batch->reader, 1, (enum kpi_span)i, &beside, &with));
    }
    kpi_edit_put(&edit, batch);
}

void scenario_purchase(struct batch *batch, uint32_t member, const char *receipt,
                       business_date date, int64_t amount_minor)
{
    struct party party = {PARTY_MEMBER, member};
    struct purchase purchase = {
        .receipt = {.shop = 1, .size = (uint8_t)strlen(receipt)}, .member = member,
        .occurred_at = 900, .recorded_at = batch_recorded_at(batch), .business_date = date,
        .parts.amount_minor = amount_minor, .base_minor = amount_minor, .program_version = 1,
    };
    memcpy(purchase.receipt.text, receipt, purchase.receipt.size);
    struct ledger ledger;
    FETCH(batch, ledger_open(batch, &ledger));
    struct account account;
    FETCH(batch, accounts_get(&batch->reader, party, &account));
    purchase.serving_guide = account.serving_guide;
    purchase.previous = account.last_purchase;
    if (amount_minor >= 100) {
        earn(batch, &ledger, &purchase, party, UNIT_POINTS, 0, amount_minor / 100);
    }
    if (account.serving_guide != 0) {
        earn(batch, &ledger, &purchase, (struct party){PARTY_GUIDE, account.serving_guide},
             UNIT_CASH, 1, 5);
    }
    ledger_close(batch, &ledger);
    FETCH(batch, accounts_get(&batch->reader, party, &account)); /* as earn left it */
    account.purchase_count++;
    account.last_purchase = purchase.receipt;
    count_scoreboard(batch, member, &account, date, amount_minor);
    count_day(batch, member, &account, date, amount_minor);
    accounts_put(batch, party, &account);
    purchases_put(batch, &purchase);
    rule_credit_date_put(batch, date);
}

void scenario_build(struct store *store)
{
    struct batch *batch = batch_new(store);
    put_instance(batch);
    scenario_begin(batch, 500);
    put_places(batch);
    put_guides(batch);
    put_members(batch);
    must(batch_commit(batch));

    scenario_begin(batch, 1000);
    scenario_purchase(batch, 1, "A-1", 100, 12345);
    scenario_purchase(batch, 1, "A-2", 100, 100);
    scenario_purchase(batch, 2, "A-3", 101, 5000);
    must(batch_commit(batch));

    scenario_begin(batch, 2000);
    scenario_purchase(batch, 1, "B-1", 135, 700);
    scenario_purchase(batch, 1, "B-2", 60, 800); /* comes late */
    scenario_purchase(batch, 3, "B-3", 136, 0);
    must(batch_commit(batch));
    batch_destroy(batch);
}
