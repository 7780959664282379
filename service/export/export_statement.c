#include "service/export/export_statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "service/export/export_inner.h"
#include "service/rules/civil_date.h"
#include "service/rules/currency.h"
#include "service/rules/period_text.h"

/* ---- words ----------------------------------------------------------------------------------- */

enum word {
    WORD_TITLE, WORD_UNCLOSED, WORD_RUN, WORD_TYPE, WORD_PERIOD, WORD_DRAFT, WORD_PAY_ENTITY,
    WORD_EMPLOYEE, WORD_NAME, WORD_SHOP, WORD_COST_CENTER, WORD_MEMBER, WORD_GUIDE,
    WORD_POINTS_EARNED, WORD_POINTS_TAKEN, WORD_POINTS_CONVERTED, WORD_POINTS_KEPT, WORD_RATE,
    WORD_CASH_EARNED, WORD_CASH_TAKEN, WORD_GROSS, WORD_CLAWBACK, WORD_CARRY_IN, WORD_CARRY_OUT,
    WORD_NET, WORD_ORIGINS, WORD_CREDITS, WORD_CREDIT, WORD_DATE, WORD_WHAT, WORD_AMOUNT,
    WORD_POINTS, WORD_MORE, WORD_BEFORE_TAX, WORD_COUNT,
};

static const struct { const char *en, *zh; } WORDS[WORD_COUNT] = {
    [WORD_TITLE] = {"Settlement statement", "结算单"},
    [WORD_UNCLOSED] = {"Not closed yet: figures may change.", "尚未结账，金额可能变动。"},
    [WORD_RUN] = {"Run", "结算批次"},
    [WORD_TYPE] = {"Type", "类型"},
    [WORD_PERIOD] = {"Period", "期间"},
    [WORD_DRAFT] = {"Draft", "草稿号"},
    [WORD_PAY_ENTITY] = {"Employer", "发薪主体"},
    [WORD_EMPLOYEE] = {"Employee number", "工号"},
    [WORD_NAME] = {"Name", "姓名"},
    [WORD_SHOP] = {"Shop", "门店"},
    [WORD_COST_CENTER] = {"Cost centre", "成本中心"},
    [WORD_MEMBER] = {"Member", "会员号"},
    [WORD_GUIDE] = {"Guide", "导购编号"},
    [WORD_POINTS_EARNED] = {"Points earned", "已获积分"},
    [WORD_POINTS_TAKEN] = {"Points taken back", "扣回积分"},
    [WORD_POINTS_CONVERTED] = {"Points converted", "兑付积分"},
    [WORD_POINTS_KEPT] = {"Points that stay (less than a whole lot)", "结余积分（不足一份）"},
    [WORD_RATE] = {"Rate", "兑换比例"},
    [WORD_CASH_EARNED] = {"Cash earned", "已获现金奖励"},
    [WORD_CASH_TAKEN] = {"Cash taken back", "扣回现金奖励"},
    [WORD_GROSS] = {"Gross amount", "应发金额"},
    [WORD_CLAWBACK] = {"Taken back for refunds", "退货扣回"},
    [WORD_CARRY_IN] = {"Carried in", "上期结转"},
    [WORD_CARRY_OUT] = {"Carried out", "结转下期"},
    [WORD_NET] = {"Net amount", "实发金额"},
    [WORD_ORIGINS] = {"Also from", "另含期间"},
    [WORD_CREDITS] = {"Credits behind it", "奖励明细"},
    [WORD_CREDIT] = {"Credit", "奖励号"},
    [WORD_DATE] = {"Date", "日期"},
    [WORD_WHAT] = {"What for", "事由"},
    [WORD_AMOUNT] = {"Amount", "数额"},
    [WORD_POINTS] = {"points", "积分"},
    [WORD_MORE] = {"There are more credits than fit here.", "其余奖励未在此列出。"},
    [WORD_BEFORE_TAX] = {"Before tax: payroll does the tax.", "税前金额，个人所得税由发薪方代扣。"},
};

static const struct { const char *en, *zh; } TYPES[] = {
    [RUN_YEAR_END] = {"Year-end", "年终"}, [RUN_PERIOD] = {"Period", "期间"},
    [RUN_LEAVER] = {"Leaver", "离职"}, [RUN_ADJUSTMENT] = {"Adjustment", "更正"},
};

/* ---- text ------------------------------------------------------------------------------------ */

enum { PAGE_BUFFER_BYTES = 8192, VALUE_BYTES = 160 };

struct page {
    const struct export_statement *statement;
    const struct export_sink *sink;
    unsigned decimals;
    bool gone;
    size_t size;
    char buffer[PAGE_BUFFER_BYTES];
};

static void flush(struct page *page)
{
    if (page->size > 0 && !page->gone)
        page->gone = !page->sink->write(page->sink->context, page->buffer, page->size);
    page->size = 0;
}

/* As it is: markup of our own. */
static void markup(struct page *page, const char *text)
{
    for (size_t rest = strlen(text); rest > 0;) {
        size_t room = sizeof page->buffer - page->size;
        size_t size = rest < room ? rest : room;
        memcpy(page->buffer + page->size, text, size);
        page->size += size;
        text += size;
        rest -= size;
        if (page->size == sizeof page->buffer) flush(page);
    }
}

/* Somebody else's text: nothing in it is markup. */
static void plain(struct page *page, const char *text)
{
    for (; *text != '\0'; text++) {
        char one[2] = {*text, '\0'};
        markup(page, *text == '&'    ? "&amp;"
                     : *text == '<'  ? "&lt;"
                     : *text == '>'  ? "&gt;"
                     : *text == '"'  ? "&quot;"
                     : *text == '\'' ? "&#39;"
                                     : one);
    }
}

static const char *word(const struct page *page, enum word which)
{
    return page->statement->chinese ? WORDS[which].zh : WORDS[which].en;
}

static void pair(struct page *page, enum word which, const char *value, bool number)
{
    markup(page, "<tr><th>");
    plain(page, word(page, which));
    markup(page, number ? "</th><td class=\"n\">" : "</th><td>");
    plain(page, value);
    markup(page, "</td></tr>\n");
}

static void pair_text(struct page *page, enum word which, const char *value)
{
    if (value[0] != '\0') pair(page, which, value, false);
}

static void pair_number(struct page *page, enum word which, int64_t value)
{
    char text[CURRENCY_TEXT_BYTES];
    currency_write(value, 0, text);
    pair(page, which, text, true);
}

static void pair_money(struct page *page, enum word which, int64_t value)
{
    char money[CURRENCY_TEXT_BYTES], text[VALUE_BYTES];
    currency_write(value, page->decimals, money);
    snprintf(text, sizeof text, "%s %s", money, page->statement->currency);
    pair(page, which, text, true);
}

/* ---- parts ----------------------------------------------------------------------------------- */

static const char HEAD[] =
    "<style>\n"
    "@page { size: A4; margin: 16mm; }\n"
    "body { font: 10.5pt/1.45 \"Noto Sans CJK SC\", \"Source Han Sans SC\", \"PingFang SC\",\n"
    "  \"Microsoft YaHei\", \"WenQuanYi Micro Hei\", sans-serif; color: #111; max-width: 178mm;\n"
    "  margin: 0 auto; padding: 4mm 0; }\n"
    "h1 { font-size: 16pt; margin: 0 0 1mm; } h2 { font-size: 12pt; margin: 7mm 0 2mm; }\n"
    "table { border-collapse: collapse; width: 100%; margin: 3mm 0; }\n"
    "th, td { border-bottom: 0.3pt solid #999; padding: 1mm 1.5mm; text-align: left;\n"
    "  vertical-align: top; overflow-wrap: anywhere; }\n"
    "th { font-weight: 600; } .n { text-align: right; font-variant-numeric: tabular-nums;\n"
    "  white-space: nowrap; } table:first-of-type .n { text-align: left; }\n"
    ".net th, .net td { border-top: 1pt solid #111; border-bottom: 1.6pt double #111;\n"
    "  font-size: 12pt; font-weight: 700; }\n"
    ".note { color: #444; font-size: 9pt; } .warn { border: 1pt solid #111; padding: 2mm; }\n"
    ".hash { font: 7.5pt/1.4 monospace; overflow-wrap: anywhere; color: #444; }\n"
    "thead { display: table-header-group; } tr, .hash { break-inside: avoid; }\n"
    "h2 { break-after: avoid; }\n"
    "</style>\n";

static bool closed(const struct settlement_run *run)
{
    return run->state == RUN_CLOSED || run->state == RUN_PAID;
}

static void write_head(struct page *page)
{
    const struct export_statement *statement = page->statement;

    markup(page, statement->chinese ? "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n"
                                    : "<!DOCTYPE html>\n<html lang=\"en\">\n");
    markup(page, "<head>\n<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    plain(page, word(page, WORD_TITLE));
    markup(page, "</title>\n");
    markup(page, HEAD);
    markup(page, "</head>\n<body>\n<main>\n<h1>");
    plain(page, word(page, WORD_TITLE));
    markup(page, "</h1>\n<p class=\"note\">");
    plain(page, statement->merchant);
    markup(page, "</p>\n");
    if (!closed(statement->run)) {
        markup(page, "<p class=\"warn\">");
        plain(page, word(page, WORD_UNCLOSED));
        markup(page, "</p>\n");
    }
}

static void write_who(struct page *page)
{
    const struct export_row *row = &page->statement->row;
    const struct settlement_run *run = page->statement->run;
    char start[CIVIL_DATE_BYTES], last[CIVIL_DATE_BYTES], text[VALUE_BYTES];
    bool member = row->line->payee.kind == PARTY_MEMBER;

    civil_date_write(run->start, start);
    civil_date_write(run->end - 1, last);
    snprintf(text, sizeof text, "%s – %s", start, last);
    markup(page, "<table>\n");
    pair_number(page, WORD_RUN, run->number);
    pair_number(page, WORD_DRAFT, row->line->draft);
    pair_text(page, WORD_TYPE,
              page->statement->chinese ? TYPES[run->type].zh : TYPES[run->type].en);
    pair_text(page, WORD_PERIOD, text);
    pair_text(page, WORD_PAY_ENTITY, row->pay_entity);
    pair_text(page, WORD_NAME, row->name);
    pair_text(page, WORD_EMPLOYEE, row->employee_no);
    pair_number(page, member ? WORD_MEMBER : WORD_GUIDE, row->line->payee.number);
    pair_text(page, WORD_SHOP, row->shop_id);
    pair_text(page, WORD_COST_CENTER, row->cost_center);
    markup(page, "</table>\n");
}

static void write_figures(struct page *page)
{
    const struct settlement_line *line = page->statement->row.line;
    const struct settlement_run *run = page->statement->run;
    char rate[CURRENCY_TEXT_BYTES], text[VALUE_BYTES];

    currency_write(run->rate_minor, page->decimals, rate);
    snprintf(text, sizeof text, "%" PRIu32 " %s = %s %s", run->rate_points,
             word(page, WORD_POINTS), rate, page->statement->currency);
    markup(page, "<table>\n");
    if (line->payee.kind == PARTY_GUIDE) {
        pair_number(page, WORD_POINTS_EARNED, line->points_earned);
        if (line->points_taken != 0)
            pair_number(page, WORD_POINTS_TAKEN, line->points_taken);
        pair_number(page, WORD_POINTS_CONVERTED, line->points_converted);
        if (line->points_kept != 0) pair_number(page, WORD_POINTS_KEPT, line->points_kept);
        pair(page, WORD_RATE, text, true);
    }
    if (line->cash_earned != 0) pair_money(page, WORD_CASH_EARNED, line->cash_earned);
    if (line->cash_taken != 0) pair_money(page, WORD_CASH_TAKEN, line->cash_taken);
    markup(page, "</table>\n<table>\n");
    pair_money(page, WORD_GROSS, line->gross_minor);
    if (line->clawback_minor != 0) pair_money(page, WORD_CLAWBACK, -line->clawback_minor);
    if (line->carry_in_minor != 0) pair_money(page, WORD_CARRY_IN, line->carry_in_minor);
    if (line->carry_out_minor != 0) pair_money(page, WORD_CARRY_OUT, -line->carry_out_minor);
    markup(page, "<tbody class=\"net\">\n");
    pair_money(page, WORD_NET, line->net_minor);
    markup(page, "</tbody>\n</table>\n<p class=\"note\">");
    plain(page, word(page, WORD_BEFORE_TAX));
    markup(page, "</p>\n");
}

static void write_origins(struct page *page)
{
    const struct settlement_line *line = page->statement->row.line;

    if (line->origin_count == 0) return;
    markup(page, "<p class=\"note\">");
    plain(page, word(page, WORD_ORIGINS));
    markup(page, ":");
    for (size_t i = 0; i < line->origin_count; i++) {
        char period[PERIOD_TEXT_BYTES];
        period_write(PERIOD_QUARTER, line->origin_quarters[i], period);
        markup(page, " ");
        plain(page, period);
    }
    markup(page, "</p>\n");
}

static void write_credit(struct page *page, const struct statement_credit *credit)
{
    char date[CIVIL_DATE_BYTES], amount[CURRENCY_TEXT_BYTES], text[VALUE_BYTES];
    bool points = credit->unit == UNIT_POINTS;

    civil_date_write(credit->business_date, date);
    currency_write(credit->amount, points ? 0 : page->decimals, amount);
    snprintf(text, sizeof text, "%" PRIu64, credit->number);
    markup(page, "<tr><td class=\"n\">");
    plain(page, text);
    markup(page, "</td><td>");
    plain(page, date);
    markup(page, "</td><td>");
    plain(page, credit->title);
    markup(page, "</td><td class=\"n\">");
    plain(page, amount);
    markup(page, " ");
    plain(page, points ? word(page, WORD_POINTS) : page->statement->currency);
    markup(page, "</td></tr>\n");
}

static void write_credits(struct page *page)
{
    static const enum word COLUMNS[] = {WORD_CREDIT, WORD_DATE, WORD_WHAT, WORD_AMOUNT};
    const struct export_statement *statement = page->statement;

    if (statement->credit_count == 0) return;
    markup(page, "<h2>");
    plain(page, word(page, WORD_CREDITS));
    markup(page, "</h2>\n<table>\n<thead><tr>");
    for (size_t i = 0; i < sizeof COLUMNS / sizeof COLUMNS[0]; i++) {
        bool number = COLUMNS[i] == WORD_CREDIT || COLUMNS[i] == WORD_AMOUNT;
        markup(page, number ? "<th class=\"n\">" : "<th>");
        plain(page, word(page, COLUMNS[i]));
        markup(page, "</th>");
    }
    markup(page, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < statement->credit_count; i++)
        write_credit(page, &statement->credits[i]);
    markup(page, "</tbody>\n</table>\n");
    if (statement->more) {
        markup(page, "<p class=\"note\">");
        plain(page, word(page, WORD_MORE));
        markup(page, "</p>\n");
    }
}

static void write_hash(struct page *page, const char *name, const uint8_t *hash)
{
    char text[2 * HASH_BYTES + 1];
    export_hex(hash, HASH_BYTES, text);
    markup(page, name);
    markup(page, " ");
    plain(page, text);
}

enum export_result export_statement_write(const struct export_statement *statement,
                                          const struct export_sink *sink)
{
    struct page page = {
        .statement = statement, .sink = sink, .decimals = currency_decimals(statement->currency),
    };

    write_head(&page);
    write_who(&page);
    write_figures(&page);
    write_origins(&page);
    write_credits(&page);
    markup(&page, "<p class=\"hash\">");
    write_hash(&page, "statement", statement->row.line->statement_hash);
    if (closed(statement->run)) {
        write_hash(&page, "<br>run", statement->run->hash);
        write_hash(&page, "<br>ledger", statement->run->head);
    }
    markup(&page, "</p>\n</main>\n</body>\n</html>\n");
    flush(&page);
    return page.gone ? EXPORT_GONE : EXPORT_OK;
}
