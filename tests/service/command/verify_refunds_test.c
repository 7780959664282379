/* verify proves refunds: each thing that one record makes wrong is found, and nothing before. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/accounts.h"
#include "store/key.h"
#include "store/purchases.h"
#include "store/refunds.h"
#include "store/write_offs.h"

static const struct receipt purchase_a1 = {1, 2, "A1"}, refund_r1 = {1, 2, "R1"};

#define REFUND_CORRUPTION(name, change)                                                          \
    static enum store_result name(struct batch *batch)                                           \
    {                                                                                            \
        struct refund refund;                                                                    \
        enum store_result result = refunds_get(&batch->reader, &refund_r1, &refund);             \
        if (result != STORE_OK) return result;                                                   \
        change;                                                                                  \
        refunds_put(batch, &refund);                                                             \
        return STORE_OK;                                                                         \
    }
REFUND_CORRUPTION(its_amount_grows, refund.amount_minor++)
REFUND_CORRUPTION(its_base_shrinks, refund.base_minor--)
REFUND_CORRUPTION(it_waits_again, refund.state = REFUND_PARKED)
REFUND_CORRUPTION(it_took_more, (refund.takings[0].own++, refund.takings[0].asked++))
REFUND_CORRUPTION(it_took_elsewhere, (refund.takings[0].own--, refund.takings[0].elsewhere++))
REFUND_CORRUPTION(it_took_from_another, refund.takings[0].party.number = 1)
REFUND_CORRUPTION(it_names_another_credit, refund.takings[0].credit = 77)
REFUND_CORRUPTION(it_is_another_members, refund.member = 1)
REFUND_CORRUPTION(its_line_came_to_less, refund.lines[0].refunded_minor--)

static enum store_result it_is_gone(struct batch *batch)
{
    struct key key = key_begin(1, TABLE_REFUND);
    key_u32(&key, 1);
    key_bytes(&key, "R1", 2);
    batch_delete(batch, key_view(&key));
    return STORE_OK;
}

static enum store_result it_is_cut_short(struct batch *batch)
{
    struct key key = key_begin(1, TABLE_REFUND);
    key_u32(&key, 1);
    key_bytes(&key, "R1", 2);
    batch_put(batch, key_view(&key), (struct bytes){(const uint8_t *)"\1\1", 2});
    return STORE_OK;
}

static enum store_result it_is_not_listed(struct batch *batch)
{
    struct key key = key_begin(1, TABLE_REFUND_OF);
    key_u32(&key, 1);
    key_u8(&key, 2);
    key_bytes(&key, "A1", 2);
    key_u32(&key, 1);
    key_bytes(&key, "R1", 2);
    batch_delete(batch, key_view(&key));
    return STORE_OK;
}

static enum store_result a_credit_forgets(struct batch *batch)
{
    struct party buyer = {PARTY_MEMBER, 2};
    struct credit credit;
    enum store_result result = credits_find(&batch->reader, buyer, 1, &credit);
    if (result != STORE_OK) return result;
    credit.recall_own--;
    credits_change(batch, buyer, &credit, credit_filed_on(&credit));
    return STORE_OK;
}

#define PURCHASE_CORRUPTION(name, change)                                                        \
    static enum store_result name(struct batch *batch)                                           \
    {                                                                                            \
        struct purchase purchase;                                                                \
        enum store_result result = purchases_get(&batch->reader, &purchase_a1, &purchase);       \
        if (result != STORE_OK) return result;                                                   \
        change;                                                                                  \
        purchases_put(batch, &purchase);                                                         \
        return STORE_OK;                                                                         \
    }
PURCHASE_CORRUPTION(its_purchase_counts_another, purchase.refund_count++)
PURCHASE_CORRUPTION(its_purchase_has_less_base, purchase.refunded_base_minor--)
PURCHASE_CORRUPTION(its_purchase_has_it_by_amount, purchase.refunded_by_amount_minor++)

static enum store_result day_says(struct batch *batch, business_date full_refund_on)
{
    enum { DAY = 20514 }; /* 2026-03-02 */
    struct purchase_day day;
    enum store_result result = purchase_days_get(&batch->reader, 2, DAY, &day);
    if (result != STORE_OK) return result;
    assert_int_equal(day.last_full_refund_on, DAY);
    day.last_full_refund_on = full_refund_on;
    purchase_days_put(batch, 2, DAY, &day);
    return STORE_OK;
}

static enum store_result its_day_forgets_a_full_refund(struct batch *batch)
{
    return day_says(batch, DATE_ALWAYS);
}

static enum store_result its_day_says_a_later_full_refund(struct batch *batch)
{
    return day_says(batch, 20515);
}

static enum store_result one_without_a_purchase_is_the_tickers(struct batch *batch)
{
    refunds_waiting_put(batch, &(struct receipt){1, 2, "R3"});
    return STORE_OK;
}

static enum store_result a_posted_one_is_the_tickers(struct batch *batch)
{
    refunds_waiting_put(batch, &refund_r1);
    return STORE_OK;
}

static enum store_result its_purchases_line_forgets(struct batch *batch)
{
    struct purchase_lines lines;
    enum store_result result = purchase_lines_get(&batch->reader, &purchase_a1, &lines);
    if (result != STORE_OK) return result;
    lines.lines[0].refunded_minor = 0;
    purchase_lines_put(batch, &purchase_a1, &lines);
    return STORE_OK;
}

static enum store_result a_write_off_is_made_up(struct batch *batch)
{
    struct write_off write_off = {.entry = 1, .party = {PARTY_MEMBER, 2}, .debt = 1,
                                  .amount = 10, .reason = "made up"};
    write_offs_put(batch, &write_off);
    return STORE_OK;
}

/* The findings of one corruption, in a store of its own. */
static void finds(enum store_result (*meddle)(struct batch *batch), const char *told)
{
    const struct step steps[] = {
        ANSWERS("pos:1", record_purchase,
                "receipt_number=A1 member_number=2 amount_minor=1000 lines[0].amount_minor=400 "
                "lines[1].amount_minor=600", NULL),
        ANSWERS("pos:1", record_refund,
                "refund_number=R1 receipt_number=A1 lines[0].line=1", "refund.takings[0].own=4"),
        ANSWERS("pos:1", record_refund,
                "refund_number=R2 receipt_number=A1 amount_minor=100", NULL),
        ANSWERS("pos:1", record_refund, "refund_number=R3 receipt_number=A9 amount_minor=1",
                "refund.state=PARKED"),
        AT("2026-03-02T10:01"), /* what R1 did lies before the ledger's time */
        ANSWERS("pos:1", record_purchase, "receipt_number=A2 member_number=2 amount_minor=100",
                NULL),
        ANSWERS("pos:1", record_refund, "refund_number=R4 receipt_number=A2 amount_minor=100",
                "refund.full=1"),
        ANSWERS("admin", verify_store, "", "done=1 !finding_count"),
        {.meddle = meddle},
        ANSWERS("admin", verify_store, "", told),
    };
    PLAY_ON(STAGE, steps);
}

/* What is found, blanks written as the plays do; parts that come later may find more. */
#define OF_PURCHASE "purchase_of_member_2_at_shop_1,_day_20514:_not_what_its_refunds_say"
#define OF_ENTRIES "refunds:_what_they_took_is_not_what_the_entries_say"
#define OF_RECORD "refund_at_shop_1:_damaged_record"
#define OF_LIST "refund_at_shop_1:_not_in_the_list_of_its_purchase_as_it_is"
#define OF_WAITING "refund_at_shop_1:_in_the_ticker's_list,_and_nothing_of_it_to_post"
#define OF_NOBODY "refund_at_shop_1:_its_purchase_is_there,_and_nobody_posts_it"
#define OF_DAYS "member_2:_her_purchase_days_are_not_those_of_her_purchases"
#define OF_WRITE_OFF "write-off_of_entry_1:_not_what_the_entry_says"

static void each_single_corruption_is_found(void **state)
{
    (void)state;
    finds(its_amount_grows, " findings[0]=" OF_PURCHASE);
    finds(its_base_shrinks, " findings[0]=" OF_PURCHASE);
    finds(it_waits_again, " findings[0]=" OF_PURCHASE " findings[1]=" OF_NOBODY);
    finds(it_took_more, " findings[0]=" OF_PURCHASE " findings[1]=" OF_ENTRIES);
    finds(it_took_elsewhere, " findings[0]=" OF_PURCHASE);
    finds(it_took_from_another, " findings[0]=" OF_PURCHASE);
    finds(it_names_another_credit, " findings[0]=" OF_PURCHASE);
    finds(it_is_another_members, " findings[0]=" OF_PURCHASE);
    finds(its_line_came_to_less, " findings[0]=" OF_PURCHASE);
    finds(it_is_gone, " findings[0]=" OF_PURCHASE);
    finds(it_is_cut_short, " findings[0]=" OF_PURCHASE " findings[1]=" OF_RECORD);
    finds(it_is_not_listed, " findings[0]=" OF_PURCHASE " findings[1]=" OF_LIST);
    finds(a_credit_forgets, " findings[0]=" OF_PURCHASE);
    finds(its_purchase_counts_another, " findings[0]=" OF_PURCHASE);
    finds(its_purchase_has_less_base, " findings[0]=" OF_PURCHASE);
    finds(its_purchase_has_it_by_amount, " findings[0]=" OF_PURCHASE);
    finds(its_purchases_line_forgets, " findings[0]=" OF_PURCHASE);
    finds(one_without_a_purchase_is_the_tickers, "finding_count=1 findings[0]=" OF_WAITING);
    finds(a_posted_one_is_the_tickers, "finding_count=1 findings[0]=" OF_WAITING);
    finds(its_day_forgets_a_full_refund, "finding_count=1 findings[0]=" OF_DAYS);
    finds(its_day_says_a_later_full_refund, "finding_count=1 findings[0]=" OF_DAYS);
    finds(a_write_off_is_made_up, " findings[0]=" OF_WRITE_OFF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_single_corruption_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
