/* Stores as they should never be: numbers that are all given out, records that are damaged. Each is
 * an outcome of its own and nothing is put; what is whole goes on being answered. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/key.h"
#include "store/merchants.h"

static enum store_result give_out_all_numbers(struct batch *batch)
{
    struct numbers numbers;
    enum store_result result = numbers_get(&batch->reader, &numbers);
    if (result != STORE_OK) return result;
    numbers = (struct numbers){UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX,
                               UINT32_MAX};
    numbers_put(batch, &numbers);
    return STORE_OK;
}

/* Overwrites every record of a table of merchant 1 whose key begins with `prefix`. */
static enum store_result damage(struct batch *batch, const struct key *prefix)
{
    static const uint8_t nonsense[] = {0xff, 0xff};
    struct key keys[64], end = key_after(prefix);
    struct reader_scan scan;
    struct bytes key, value;
    size_t count = 0;

    enum store_result result =
        reader_scan_open(&batch->reader, key_view(prefix), key_view(&end), false, &scan);
    while (result == STORE_OK && count < 64) {
        result = reader_scan_next(&scan, &key, &value);
        if (result != STORE_OK) break;
        keys[count] = (struct key){.size = 0};
        key_bytes(&keys[count++], key.data, key.size);
    }
    reader_scan_close(&scan);
    if (result != STORE_ABSENT) return result;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++)
        batch_put(batch, key_view(&keys[i]), (struct bytes){nonsense, sizeof nonsense});
    return STORE_OK;
}

static enum store_result damage_table(struct batch *batch, enum table table)
{
    struct key prefix = key_begin(1, table);
    return damage(batch, &prefix);
}

#define DAMAGE(what, table)                                                                     \
    static enum store_result damage_##what(struct batch *batch)                                 \
    {                                                                                           \
        return damage_table(batch, table);                                                      \
    }
DAMAGE(merchant, TABLE_MERCHANT)
DAMAGE(accounts, TABLE_ACCOUNT)
DAMAGE(profiles, TABLE_PROFILE)
DAMAGE(phones, TABLE_PHONE)
DAMAGE(shops, TABLE_SHOP)
DAMAGE(guides, TABLE_GUIDE)
DAMAGE(programs, TABLE_PROGRAM)
DAMAGE(codes, TABLE_CODE)
DAMAGE(code_owners, TABLE_CODE_OWNER)
DAMAGE(purchases, TABLE_PURCHASE)
DAMAGE(entries, TABLE_ENTRY)
DAMAGE(tokens, TABLE_TOKEN)
DAMAGE(requests, TABLE_REQUEST)
DAMAGE(reviews, TABLE_REVIEW)

#define GUIDE_OF_S1 "guide.employments[0].shop_id=S1 guide.employments[0].from_date=2026-01-01 "
#define SAY_DAMAGED(caller, rpc, asked) REFUSES(caller, rpc, asked, OUTCOME_STORE_DAMAGED, NULL)

static void numbers_that_are_all_given_out_are_said_to_be(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {.meddle = give_out_all_numbers},
        REFUSES("admin", register_member, "phone=13700000010 consent_policy_version=v1",
                OUTCOME_NUMBERS_EXHAUSTED, NULL),
        REFUSES("admin", create_guide, "guide.employee_no=E9 guide.name=X " GUIDE_OF_S1,
                OUTCOME_NUMBERS_EXHAUSTED, NULL),
        REFUSES("admin", create_shop, "shop.shop_id=S9", OUTCOME_NUMBERS_EXHAUSTED, NULL),
        REFUSES("admin", create_token, "request_id=t token.role=AUDITOR",
                OUTCOME_NUMBERS_EXHAUSTED, NULL),
        REFUSES("admin", publish_program,
                "request_id=p program.from_date=2026-05-01 program.rules[0].rule_id=a "
                "program.rules[0].trigger=PURCHASE program.rules[0].beneficiary=BUYER "
                "program.rules[0].unit=CASH program.rules[0].rate_bp=1",
                OUTCOME_NUMBERS_EXHAUSTED, NULL),
        ANSWERS("admin", record_purchase,
                "shop_id=S1 receipt_number=1 member_number=2 amount_minor=100", NULL),
    };
    PLAY_ON(STAGE, steps);
}

/* Each play damages one table and asks those who need it, and one who doesn't. */
static void a_damaged_record_refuses_the_command_that_meets_it(void **state)
{
    (void)state;
    static const struct step merchant[] = {
        {.meddle = damage_merchant},
        SAY_DAMAGED("admin", get_merchant, ""),
        SAY_DAMAGED("pos:1", record_purchase, "receipt_number=1 member_number=2"),
        ANSWERS("admin", get_balance, "account=guide:1", NULL),
    };
    static const struct step accounts[] = {
        {.meddle = damage_accounts},
        SAY_DAMAGED("pos:1", record_purchase, "receipt_number=1 member_number=2"),
        SAY_DAMAGED("admin", get_balance, "account=member:2"),
        SAY_DAMAGED("admin", register_member,
                    "phone=13700000010 consent_policy_version=v1 code=$g1"),
        SAY_DAMAGED("admin", get_guide, "guide_number=1"),
        ANSWERS("pos:1", record_purchases,
                "purchases[0].receipt_number=1 purchases[0].member_number=2",
                "results[0].reason=STORE_DAMAGED results[0].status_code=15"),
        ANSWERS("admin", get_shop, "shop_id=S1", NULL),
    };
    static const struct step profiles[] = {
        {.meddle = damage_profiles},
        SAY_DAMAGED("admin", get_member, "member_number=2"),
        SAY_DAMAGED("admin", update_member,
                    "member.member_number=2 member.name=X update_fields[0]=name"),
        SAY_DAMAGED("stranger", resolve_code, "code=$g1"),
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=2", NULL),
    };
    static const struct step phones[] = {
        {.meddle = damage_phones},
        SAY_DAMAGED("pos:1", record_purchase, "receipt_number=1 phone=13800000002"),
        SAY_DAMAGED("admin", register_member, "phone=13800000002 consent_policy_version=v1"),
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=2", NULL),
    };
    static const struct step shops[] = {
        {.meddle = damage_shops},
        SAY_DAMAGED("admin", get_shop, "shop_id=S1"),
        SAY_DAMAGED("pos:1", record_purchase, "receipt_number=1 member_number=2"),
        SAY_DAMAGED("admin", create_guide, "guide.employee_no=E9 guide.name=X " GUIDE_OF_S1),
        SAY_DAMAGED("admin", list_shops, ""),
    };
    static const struct step people[] = {
        {.meddle = damage_guides},
        SAY_DAMAGED("admin", get_guide, "guide_number=1"),
        SAY_DAMAGED("admin", get_balance, "account=guide:1"),
    };
    static const struct step programs[] = {
        {.meddle = damage_programs},
        SAY_DAMAGED("admin", get_program, "version=1"),
        SAY_DAMAGED("admin", list_programs, ""),
        /* The writer has decoded it before, and a version never changes. */
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=2 amount_minor=100",
                "purchase.credits[0].amount=1"),
        SAY_DAMAGED("pos:1", get_purchase, "receipt_number=1"),
    };
    static const struct step codes[] = {
        {.meddle = damage_code_owners},
        SAY_DAMAGED("admin", get_code, "code=$g1"),
        SAY_DAMAGED("admin", revoke_code, "code=$g1"),
        SAY_DAMAGED("admin", reassign_code, "code=$g1 owner=guide:2 from_date=2026-03-05"),
        {.meddle = damage_codes},
        SAY_DAMAGED("admin", get_code, "code=$g1"),
        SAY_DAMAGED("admin", register_member,
                    "phone=13700000010 consent_policy_version=v1 code=$g1"),
        SAY_DAMAGED("stranger", resolve_code, "code=$g1"),
        SAY_DAMAGED("guide:1", list_codes, ""),
    };
    static const struct step ledger[] = {
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=2 amount_minor=100",
                NULL),
        {.meddle = damage_entries},
        SAY_DAMAGED("pos:1", record_purchase,
                    "receipt_number=1 member_number=2 amount_minor=100"),
        SAY_DAMAGED("admin", get_entry, "entry_number=1"),
        SAY_DAMAGED("admin", list_entries, ""),
        {.meddle = damage_purchases},
        SAY_DAMAGED("pos:1", record_purchase, "receipt_number=1 member_number=2"),
        SAY_DAMAGED("pos:1", get_purchase, "receipt_number=1"),
        SAY_DAMAGED("admin", list_purchases, "member_number=2"),
    };
    static const struct step keys[] = {
        {.meddle = damage_requests},
        SAY_DAMAGED("admin", create_code, "request_id=g1 code.owner=guide:1 code.channel=BADGE"),
        {.meddle = damage_tokens},
        SAY_DAMAGED("token:$admin", get_merchant, ""),
        SAY_DAMAGED("admin", list_tokens, ""),
    };
    /* A guide who buys as a friend's referee: the friend's credit waits for a person. */
    static const struct step reviews[] = {
        ANSWERS("pos:1", register_member,
                "phone=13900000001 consent_policy_version=v1 recommender=13800000002",
                "member_number=3"),
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=3 amount_minor=10000",
                NULL),
        ANSWERS("admin", get_review, "review_number=1", NULL),
        {.meddle = damage_reviews},
        SAY_DAMAGED("admin", get_review, "review_number=1"),
        SAY_DAMAGED("admin", list_reviews, ""),
        SAY_DAMAGED("admin", decide_review, "review_number=1 decision=VOID reason=x"),
        ANSWERS("pos:1", record_purchase, "receipt_number=2 member_number=3 amount_minor=10000",
                NULL),
    };
    PLAY_ON(STAGE, merchant);
    PLAY_ON(STAGE, accounts);
    PLAY_ON(STAGE, profiles);
    PLAY_ON(STAGE, phones);
    PLAY_ON(STAGE, shops);
    PLAY_ON(STAGE, people);
    PLAY_ON(STAGE, programs);
    PLAY_ON(STAGE, codes);
    PLAY_ON(STAGE, ledger);
    PLAY_ON(STAGE, keys);
    PLAY_ON(STAGE, reviews);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_that_are_all_given_out_are_said_to_be),
        cmocka_unit_test(a_damaged_record_refuses_the_command_that_meets_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
