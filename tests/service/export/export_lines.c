#include "tests/service/export/export_lines.h"

#include <stdio.h>
#include <string.h>

#include "store/date.h"

struct settlement_run lines_run(void)
{
    struct settlement_run run = {
        .number = 7, .type = RUN_YEAR_END, .state = RUN_CLOSED, .draft = 2,
        .start = date_from_civil(1997, 1, 1), .end = date_from_civil(1998, 1, 1),
        .rate_points = 10, .rate_minor = 100, .minimum_payout_minor = 500,
        .closed_at = UINT64_C(884649600123), /* 1998-01-13 */
        .made_by = 3, .approved_by = 4, .closed_by = 4, .entry = 123456,
    };
    memset(run.hash, 0xab, sizeof run.hash);
    memset(run.head, 0xcd, sizeof run.head);
    return run;
}

/* Names as people have them, and as people who mean harm do. */
static const char *const NAMES[] = {
    "王小明", "O'Neill, \"Peg\"", "=HYPERLINK(\"http://x\")", "+8613800138000", "@SUM(A1)",
    "-2+3", "＝1+1", "张;伟", "Zoë Müller", "𠮷野家",
};

static void fill_amounts(unsigned index, struct settlement_line *line)
{
    int64_t net;

    line->points_earned = index % 7 * 1000 + index % 10;
    line->points_converted = line->points_earned / 10 * 10;
    line->points_kept = line->points_earned % 10;
    line->cash_earned = line->cash_settled = index % 3 == 0 ? index % 100001 : 0;
    line->gross_minor = line->points_converted * 10 + line->cash_earned;
    line->clawback_minor = index % 5 == 0 ? 1230 : 0;
    line->carry_in_minor = index % 11 == 0 ? -777 : index % 13 == 0 ? 345 : 0;
    net = line->gross_minor - line->clawback_minor + line->carry_in_minor;
    line->carry_out_minor = net < 500 ? net : 0;
    line->net_minor = net < 500 ? 0 : net;
}

void lines_make(enum export_payees payees, unsigned index, struct settlement_line *ret_line,
                struct line_texts *ret_texts, struct export_row *ret_row)
{
    static const char *const ENTITIES[] = {"上海贝壳零售有限公司", "Beckon Retail, Ltd."};
    bool member = payees == EXPORT_MEMBERS;

    memset(ret_line, 0, sizeof *ret_line);
    ret_line->run = 7;
    ret_line->draft = 2;
    ret_line->payee = (struct party){member ? PARTY_MEMBER : PARTY_GUIDE, index + 1};
    ret_line->pay_entity = member ? 0 : 1 + index % 2;
    ret_line->shop = member ? 0 : 1 + index % 40;
    fill_amounts(index, ret_line);
    ret_line->credit_count = index % 60;
    ret_line->reversal_count = index % 4;
    ret_line->origin_count = index % 3;
    ret_line->origin_quarters[0] = date_from_civil(1996, 7, 1);
    ret_line->origin_quarters[1] = date_from_civil(1996, 10, 1);
    ret_line->pending_count = index % 17 == 0;
    memset(ret_line->statement_hash, (int)(index % 256), sizeof ret_line->statement_hash);

    snprintf(ret_texts->employee_no, sizeof ret_texts->employee_no, "%06u", index + 1);
    snprintf(ret_texts->shop_id, sizeof ret_texts->shop_id, "S%02u", 1 + index % 40);
    snprintf(ret_texts->name, sizeof ret_texts->name, "%s", NAMES[index % 10]);
    snprintf(ret_texts->document, sizeof ret_texts->document, "31010119800101%04u", index % 10000);
    *ret_row = (struct export_row){
        .line = ret_line, .pay_entity = ENTITIES[index % 2], .cost_center = "007",
        .shop_id = ret_texts->shop_id, .employee_no = ret_texts->employee_no,
        .name = ret_texts->name, .document_type = "居民身份证",
        .document_number = ret_texts->document,
    };
}
