/* Lists are whole over many pages, and a page token is good for its own list alone. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Five purchases of member 2: ledger entries 1..15 and some of coming again. */
static const struct step BOUGHT[] = {
    ANSWERS("admin", record_purchases,
            "purchases[0].shop_id=S1 purchases[0].receipt_number=1 purchases[0].member_number=2 "
            "purchases[0].amount_minor=1000 purchases[0].occurred_at=2026-03-03T08:00 "
            "purchases[1].shop_id=S1 purchases[1].receipt_number=2 purchases[1].member_number=2 "
            "purchases[1].amount_minor=1000 purchases[1].occurred_at=2026-03-04T08:00 "
            "purchases[2].shop_id=S2 purchases[2].receipt_number=3 purchases[2].member_number=2 "
            "purchases[2].amount_minor=1000 purchases[2].occurred_at=2026-03-05T08:00 "
            "purchases[3].shop_id=S1 purchases[3].receipt_number=4 purchases[3].member_number=2 "
            "purchases[3].amount_minor=1000 purchases[3].occurred_at=2026-03-06T08:00 "
            "purchases[4].shop_id=S1 purchases[4].receipt_number=5 purchases[4].member_number=1 "
            "purchases[4].amount_minor=1000 purchases[4].occurred_at=2026-03-06T08:00",
            "results#=5 !results[0].reason !results[4].reason", .at = "2026-03-10T10:00"),
};

static struct step whole[STAGE_STEPS + 1];

static void set_stage(void)
{
    for (size_t i = 0; i < STAGE_STEPS; i++) whole[i] = STAGE[i];
    whole[STAGE_STEPS] = BOUGHT[0];
}

static void pages_of_two_hold_everything_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", list_purchases, "member_number=2 page_size=2",
                "purchases#=2 purchases[0].receipt_number=4 purchases[1].receipt_number=3",
                .save = "p=next_page_token"),
        ANSWERS("admin", list_purchases, "member_number=2 page_size=2 page_token=$p",
                "purchases#=2 purchases[0].receipt_number=2 purchases[1].receipt_number=1 "
                "!next_page_token"),
        /* A manager's page skips what was bought elsewhere and goes on behind it. */
        ANSWERS("manager:2", list_purchases, "member_number=2 page_size=2",
                "purchases#=1 purchases[0].receipt_number=3", .save = "p=next_page_token"),
        ANSWERS("manager:2", list_purchases, "member_number=2 page_size=2 page_token=$p",
                "purchases#=0 !next_page_token"),
        ANSWERS("admin", list_guides, "page_size=2", "guides#=2 guides[1].guide_number=2",
                .save = "p=next_page_token"),
        ANSWERS("admin", list_guides, "page_size=2 page_token=$p",
                "guides#=1 guides[0].guide_number=3 !next_page_token"),
        ANSWERS("admin", list_members, "page_size=1", "members[0].member_number=1",
                .save = "p=next_page_token"),
        ANSWERS("admin", list_members, "page_size=2 page_token=$p",
                "members#=1 members[0].member_number=2 !next_page_token"),
        ANSWERS("admin", list_shops, "page_size=1", "shops[0].shop_id=S1",
                .save = "p=next_page_token"),
        ANSWERS("admin", list_shops, "page_size=5 page_token=$p", "shops#=1 shops[0].shop_id=S2"),
        ANSWERS("admin", list_codes, "page_size=3", "codes#=3", .save = "p=next_page_token"),
        ANSWERS("admin", list_codes, "page_size=3 page_token=$p", "codes#=2 !next_page_token"),
        ANSWERS("admin", list_entries, "page_size=4",
                "entries#=4 entries[0].entry_number=1 entries[3].entry_number=4",
                .save = "p=next_page_token"),
        ANSWERS("admin", list_entries, "page_size=500 page_token=$p",
                "entries[0].entry_number=5 entries#=14 !next_page_token"),
        ANSWERS("member:2", list_entries, "page_size=4", "entries#=4 entries[0].rule_id=again",
                .save = "p=next_page_token"),
        ANSWERS("member:2", list_entries, "page_size=4 page_token=$p",
                "entries#=3 entries[2].entry_number=1 !next_page_token"),
        ANSWERS("admin", list_balances, "kind=GUIDE page_size=2",
                "account_balances#=2 account_balances[0].account=guide:1 "
                "account_balances[0].balances[1].available=45", .save = "p=next_page_token"),
        ANSWERS("admin", list_balances, "kind=GUIDE page_size=2 page_token=$p",
                "account_balances#=1 account_balances[0].account=guide:3"),
        ANSWERS("operator", list_merchants, "page_size=1", "merchants#=1"),
        ANSWERS("admin", list_tokens, "page_size=1", "tokens#=1"),
        ANSWERS("admin", list_programs, "page_size=500", "programs#=1"),
    };
    set_stage();
    PLAY_ON(whole, steps);
}

static void a_page_token_is_good_for_its_own_list_alone(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", list_members, "page_size=1", NULL, .save = "members=next_page_token"),
        ANSWERS("admin", list_members, "page_size=1 guide_number=1", NULL,
                .save = "guides=next_page_token"),
        ANSWERS("admin", list_balances, "kind=MEMBER page_size=1", NULL,
                .save = "balances=next_page_token"),
        ANSWERS("admin", list_purchases, "member_number=2 page_size=1", NULL,
                .save = "bought=next_page_token"),
        REFUSES("admin", list_guides, "page_token=$members", OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("admin", list_members, "page_token=$guides", OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("admin", list_balances, "kind=GUIDE page_token=$balances", OUTCOME_PAGE_INVALID,
                "page_token"),
        REFUSES("admin", list_balances, "kind=GUIDE page_token=$members", OUTCOME_PAGE_INVALID,
                "page_token"),
        REFUSES("admin", list_purchases, "member_number=1 page_token=$bought",
                OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("admin", list_members, "page_token=00$members", OUTCOME_PAGE_INVALID,
                "page_token"),
        REFUSES("admin", list_members, "page_token=0$members", OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("admin", list_members, "page_token=zz", OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("admin", list_shops, "page_size=-1", OUTCOME_PAGE_INVALID, "page_size"),
        REFUSES("admin", list_tokens, "page_token=$members", OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("admin", list_codes, "page_token=$members", OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("admin", list_entries, "page_token=$members", OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("admin", list_programs, "page_token=$members", OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("admin", list_shops, "page_token=$members", OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("operator", list_merchants, "page_token=$members", OUTCOME_PAGE_INVALID,
                "page_token"),
        /* Another merchant's, for the same list. */
        ANSWERS("operator", create_merchant, "request_id=2 merchant.name=Two", NULL),
        REFUSES("admin@2", list_members, "page_token=$members", OUTCOME_PAGE_INVALID,
                "page_token"),
        /* More than a page may hold is a page; what is behind the end is empty. */
        ANSWERS("admin", list_members, "page_size=100000", "members#=2 !next_page_token"),
    };
    set_stage();
    PLAY_ON(whole, steps);
}

static void balances_and_entries_are_told_to_their_owners(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("member:2", get_balance, "", "account_balances.account=member:2"),
        REFUSES("member:2", get_balance, "account=member:1", OUTCOME_NOT_YOURS, "account"),
        REFUSES("guide:1", get_balance, "account=member:2", OUTCOME_NOT_YOURS, "account"),
        REFUSES("guide:1", get_balance, "account=guide:2", OUTCOME_NOT_YOURS, "account"),
        REFUSES("payroll", get_balance, "account=member:2", OUTCOME_NOT_YOURS, "account"),
        REFUSES("pos:1", get_balance, "account=guide:1", OUTCOME_NOT_YOURS, "account"),
        REFUSES("manager:1", get_balance, "account=guide:1", OUTCOME_NOT_YOURS, "account"),
        ANSWERS("pos:1", get_balance, "account=member:2", NULL),
        ANSWERS("payroll", get_balance, "account=guide:1", "account_balances.employee_no=E1"),
        REFUSES("admin", get_balance, "account=guide:9", OUTCOME_ACCOUNT_UNKNOWN, "account"),
        REFUSES("admin", get_balance, "account=shop:1", OUTCOME_VALUE_INVALID, "account"),
        REFUSES("admin", get_balance, "", OUTCOME_FIELD_REQUIRED, "account"),
        REFUSES("payroll", list_balances, "kind=MEMBER", OUTCOME_NOT_YOURS, "kind"),
        REFUSES("admin", list_balances, "kind=SHOP", OUTCOME_VALUE_INVALID, "kind"),
        ANSWERS("admin", get_entry, "entry_number=1",
                "entry.kind=ACCRUE entry.from=EXPENSE entry.to=OWNER entry.account=member:2 "
                "entry.amount=10 entry.shop_id=S1 entry.receipt_number=1 entry.member_number=2 "
                "entry.rule_id=buyer entry.business_date=2026-03-03"),
        REFUSES("admin", get_entry, "entry_number=99", OUTCOME_ENTRY_UNKNOWN, "entry_number"),
        REFUSES("admin", get_entry, "", OUTCOME_ENTRY_UNKNOWN, "entry_number"),
        REFUSES("member:1", get_entry, "entry_number=1", OUTCOME_ENTRY_UNKNOWN, "entry_number"),
        REFUSES("payroll", get_entry, "entry_number=1", OUTCOME_ENTRY_UNKNOWN, "entry_number"),
        /* Member 1's cash from her friend's purchase: she learns of it, not whose it was. */
        ANSWERS("member:1", get_entry, "entry_number=2",
                "entry.amount=20 entry.unit=CASH !entry.member_number"),
        ANSWERS("payroll", get_entry, "entry_number=3",
                "entry.account=guide:1 !entry.member_number !entry.receipt_number"),
        REFUSES("payroll", list_entries, "account=member:1", OUTCOME_NOT_YOURS, "account"),
        REFUSES("payroll", list_entries, "", OUTCOME_FIELD_REQUIRED, "account"),
        ANSWERS("payroll", list_entries, "account=guide:1", "!entries[0].member_number"),
        REFUSES("member:1", list_purchases, "member_number=2", OUTCOME_NOT_YOURS, "member_number"),
        REFUSES("admin", list_purchases, "member_number=9", OUTCOME_MEMBER_UNKNOWN,
                "member_number"),
        REFUSES("admin", list_purchases, "", OUTCOME_FIELD_REQUIRED, "member_number"),
        REFUSES("pos:2", get_purchase, "shop_id=S1 receipt_number=1", OUTCOME_NOT_YOURS,
                "shop_id"),
        REFUSES("pos:2", get_purchase, "receipt_number=1", OUTCOME_PURCHASE_UNKNOWN,
                "receipt_number"),
        ANSWERS("pos:1", get_purchase, "receipt_number=1", "purchase.member_number=2"),
        REFUSES("admin", get_purchase, "receipt_number=1", OUTCOME_FIELD_REQUIRED, "shop_id"),
        REFUSES("admin", get_purchase, "shop_id=S1", OUTCOME_FIELD_REQUIRED, "receipt_number"),
    };
    set_stage();
    PLAY_ON(whole, steps);
}

/* Appends to a text of `size` bytes, asserting that there is room. */
__attribute__((format(printf, 3, 4)))
static void add(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;

    va_start(arguments, format);
    int more = vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
    assert_true(more > 0 && (size_t)more < size - used);
}

/* More than any portion a command reads at a time; a last page that is full has an empty one
 * behind it. */
static void long_lists_end_where_they_end(void **state)
{
    (void)state;
    static char first[8000], second[8000], bought[8000], guides[40][192];
    static const struct step card = ANSWERS("admin", create_code,
                                            "request_id=card code.owner=member:3", NULL,
                                            .save = "card=code.code");
    static const struct step reads[] = {
        ANSWERS("admin", list_members, "page_size=71",
                "members#=71 members[0].member_number=1 members[70].member_number=71",
                .save = "p=next_page_token"),
        ANSWERS("admin", list_members, "page_size=71 page_token=$p",
                "members#=71 members[0].member_number=72 members[70].member_number=142",
                .save = "p=next_page_token"),
        ANSWERS("admin", list_members, "page_size=71 page_token=$p", "members#=0 !next_page_token"),
        ANSWERS("admin", list_members, "", "members#=50"),
        ANSWERS("admin", list_members, "page_size=500", "members#=142 !next_page_token"),
        ANSWERS("admin", list_balances, "kind=MEMBER page_size=100",
                "account_balances#=100 account_balances[99].account=member:100",
                .save = "p=next_page_token"),
        ANSWERS("admin", list_balances, "kind=MEMBER page_size=100 page_token=$p",
                "account_balances#=42 account_balances[0].account=member:101 !next_page_token"),
        ANSWERS("admin", list_guides, "page_size=35", "guides#=35 guides[34].guide_number=35",
                .save = "p=next_page_token"),
        ANSWERS("admin", list_guides, "page_size=35 page_token=$p",
                "guides#=8 guides[0].guide_number=36 guides[7].guide_number=43 !next_page_token"),
        /* A manager's are every second of them. */
        ANSWERS("manager:2", list_guides, "page_size=15",
                "guides#=15 guides[0].guide_number=2 guides[1].guide_number=4",
                .save = "p=next_page_token"),
        ANSWERS("manager:2", list_guides, "page_size=15 page_token=$p",
                "guides#=6 guides[5].guide_number=42 !next_page_token"),
        ANSWERS("admin", list_purchases, "member_number=3 page_size=40",
                "purchases#=40 purchases[0].receipt_number=R69", .save = "p=next_page_token"),
        ANSWERS("admin", list_purchases, "member_number=3 page_size=40 page_token=$p",
                "purchases#=30 purchases[29].receipt_number=R0 !next_page_token"),
        ANSWERS("admin", list_entries, "page_size=66", "entries#=66 entries[65].entry_number=66",
                .save = "p=next_page_token"),
        ANSWERS("admin", list_entries, "page_size=66 page_token=$p",
                "entries#=4 entries[3].entry_number=70 !next_page_token"),
        ANSWERS("member:3", list_entries, "page_size=500",
                "entries#=70 entries[0].entry_number=70 entries[69].entry_number=1"),
    };
    static struct step steps[4 + 40 + sizeof reads / sizeof reads[0]];
    size_t count = 0;

    first[0] = second[0] = bought[0] = '\0';
    for (int i = 0; i < 70; i++) {
        add(first, sizeof first, "registrations[%d].phone=1370000%04d "
            "registrations[%d].consent_policy_version=v1 ", i, 1 + i, i);
        add(second, sizeof second, "registrations[%d].phone=1370000%04d "
            "registrations[%d].consent_policy_version=v1 ", i, 71 + i, i);
        add(bought, sizeof bought, "purchases[%d].receipt_number=R%d purchases[%d].code=$card "
            "purchases[%d].amount_minor=100 ", i, i, i, i);
    }
    for (int i = 0; i < 40; i++) {
        snprintf(guides[i], sizeof guides[i],
                 "guide.employee_no=X%d guide.name=X guide.employments[0].shop_id=S%d "
                 "guide.employments[0].from_date=2026-01-01", i, 2 - i % 2);
        steps[count++] = (struct step)ANSWERS("admin", create_guide, guides[i], NULL);
    }
    steps[count++] = (struct step)ANSWERS("admin", register_members, first, "results#=70");
    steps[count++] = (struct step)ANSWERS("admin", register_members, second, "results#=70");
    steps[count++] = card;
    steps[count++] = (struct step)ANSWERS("pos:1", record_purchases, bought, "results#=70");
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) steps[count++] = reads[i];
    play_on_lmdb(STAGE, STAGE_STEPS, steps, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_two_hold_everything_once),
        cmocka_unit_test(long_lists_end_where_they_end),
        cmocka_unit_test(a_page_token_is_good_for_its_own_list_alone),
        cmocka_unit_test(balances_and_entries_are_told_to_their_owners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
