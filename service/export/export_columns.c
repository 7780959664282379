/* The columns of every profile, each with where its cell comes from. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "service/export/export_inner.h"
#include "service/rules/civil_date.h"
#include "service/rules/currency.h"
#include "service/rules/period_text.h"

void export_hex(const uint8_t *bytes, size_t size, char *ret_text)
{
    sodium_bin2hex(ret_text, 2 * size + 1, bytes, size);
}

static void set_text(struct export_cell *cell, const char *text)
{
    size_t size = strlen(text);
    assert(size < sizeof cell->text);
    cell->kind = CELL_TEXT;
    memcpy(cell->text, text, size + 1);
}

static void set_count(struct export_cell *cell, int64_t value)
{
    cell->kind = CELL_COUNT;
    cell->value = value;
}

/* ---- makers ---------------------------------------------------------------------------------- */

#define MAKER(name)                                                                                \
    static void name(const struct export_job *job, const struct export_row *row,                   \
                     const struct export_part *part, struct export_cell *cell)
#define UNUSED(parameter) ((void)(parameter))

MAKER(make_schema)
{
    UNUSED(job), UNUSED(row), UNUSED(part);
    set_count(cell, EXPORT_SCHEMA_VERSION);
}

MAKER(make_run)
{
    UNUSED(row), UNUSED(part);
    set_count(cell, job->run->number);
}

MAKER(make_draft)
{
    UNUSED(row), UNUSED(part);
    set_count(cell, job->run->draft);
}

MAKER(make_type)
{
    UNUSED(row), UNUSED(part);
    set_text(cell, export_run_type(job->run->type));
}

MAKER(make_start)
{
    UNUSED(row), UNUSED(part);
    cell->kind = CELL_TEXT;
    civil_date_write(job->run->start, cell->text);
}

MAKER(make_end)
{
    UNUSED(row), UNUSED(part);
    cell->kind = CELL_TEXT;
    civil_date_write(job->run->end, cell->text);
}

MAKER(make_last_day)
{
    UNUSED(row), UNUSED(part);
    cell->kind = CELL_TEXT;
    civil_date_write(job->run->end - 1, cell->text);
}

MAKER(make_payee)
{
    UNUSED(job), UNUSED(part);
    set_count(cell, row->line->payee.number);
}

void export_make_component(const struct export_job *job, const struct export_row *row,
                           const struct export_part *part, struct export_cell *ret_cell)
{
    UNUSED(row);
    ret_cell->kind = CELL_TEXT;
    snprintf(ret_cell->text, sizeof ret_cell->text, "%s_BONUS%s", export_run_type(job->run->type),
             part->suffix);
}

MAKER(make_rate)
{
    UNUSED(row), UNUSED(part);
    char money[CURRENCY_TEXT_BYTES];
    currency_write(job->run->rate_minor, currency_decimals(job->currency), money);
    cell->kind = CELL_TEXT;
    /* In words: "10:1.00" would become a time of day in a spreadsheet. */
    snprintf(cell->text, sizeof cell->text, "%" PRIu32 " points = %s %s", job->run->rate_points,
             money, job->currency);
}

MAKER(make_currency)
{
    UNUSED(row), UNUSED(part);
    set_text(cell, job->currency);
}

MAKER(make_tax)
{
    UNUSED(row), UNUSED(part);
    set_text(cell, job->tax_treatment);
}

MAKER(make_origins)
{
    UNUSED(job), UNUSED(part);
    const struct settlement_line *line = row->line;
    size_t size = 0;

    assert(line->origin_count <= ORIGIN_PERIODS_MAX);
    cell->kind = CELL_TEXT;
    cell->text[0] = '\0';
    for (size_t i = 0; i < line->origin_count; i++) {
        char period[PERIOD_TEXT_BYTES];
        period_write(PERIOD_QUARTER, line->origin_quarters[i], period);
        size += (size_t)snprintf(cell->text + size, sizeof cell->text - size, "%s%s",
                                 i > 0 ? " " : "", period);
        assert(size < sizeof cell->text);
    }
}

MAKER(make_hash)
{
    UNUSED(job), UNUSED(part);
    cell->kind = CELL_TEXT;
    export_hex(row->line->statement_hash, sizeof row->line->statement_hash, cell->text);
}

/* What is worth a look, as words a program can look for too. */
MAKER(make_remark)
{
    UNUSED(job), UNUSED(part);
    const struct settlement_line *line = row->line;
    const struct { const char *word; int64_t count; } counted[] = {
        {"POINTS_KEPT", line->points_kept}, {"POINTS_DEBT", line->points_debt},
        {"CASH_DEBT_MINOR", line->cash_debt}, {"PENDING", line->pending_count},
        {"HELD", line->held_count},
    };
    const char *word = line->net_minor > 0 || line->carry_out_minor == 0 ? ""
                       : line->carry_out_minor > 0                      ? "BELOW_MINIMUM"
                                                                         : "NEGATIVE";
    size_t size = (size_t)snprintf(cell->text, sizeof cell->text, "%s", word);

    cell->kind = CELL_TEXT;
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
        if (counted[i].count == 0) continue;
        size += (size_t)snprintf(cell->text + size, sizeof cell->text - size, "%s%s=%" PRId64,
                                 size > 0 ? " " : "", counted[i].word, counted[i].count);
        assert(size < sizeof cell->text);
    }
}

MAKER(make_part_amount)
{
    UNUSED(job), UNUSED(row);
    cell->kind = CELL_AMOUNT;
    cell->value = part->amount_minor;
}

MAKER(make_part_type)
{
    UNUSED(job), UNUSED(row);
    set_text(cell, part->deduction ? "Deduction" : "Earning");
}

MAKER(make_zero)
{
    UNUSED(job), UNUSED(row), UNUSED(part);
    set_count(cell, 0);
}

/* ---- layouts --------------------------------------------------------------------------------- */

#define TEXT_OF(member, columns)                                                                   \
    .kind = COLUMN_ROW_TEXT, .offset = offsetof(struct export_row, member), .cell = CELL_TEXT,     \
    .width = (columns)
#define LINE(column_kind, cell_kind, member)                                                       \
    .kind = (column_kind), .offset = offsetof(struct settlement_line, member),                     \
    .cell = (cell_kind), .width = 14
#define MADE(function, cell_kind, columns)                                                         \
    .kind = COLUMN_MADE, .make = (function), .cell = (cell_kind), .width = (columns)

static const struct export_column GENERIC[] = {
    {"schema_version", MADE(make_schema, CELL_COUNT, 8)},
    {"run_id", MADE(make_run, CELL_COUNT, 8)},
    {"draft_no", MADE(make_draft, CELL_COUNT, 8)},
    {"run_type", MADE(make_type, CELL_TEXT, 12)},
    {"period_start", MADE(make_start, CELL_TEXT, 12)},
    {"period_end", MADE(make_end, CELL_TEXT, 12)},
    {"pay_entity", TEXT_OF(pay_entity, 24)},
    {"cost_center", TEXT_OF(cost_center, 14)},
    {"shop_id", TEXT_OF(shop_id, 14)},
    {"employee_no", TEXT_OF(employee_no, 14)},
    {"guide_id", MADE(make_payee, CELL_COUNT, 10)},
    {"name", TEXT_OF(name, 20)},
    {"component_code", MADE(export_make_component, CELL_TEXT, 20)},
    {"points_converted", LINE(COLUMN_POINTS, CELL_COUNT, points_converted)},
    {"conversion_rate", MADE(make_rate, CELL_TEXT, 24)},
    {"gross_amount", LINE(COLUMN_AMOUNT, CELL_AMOUNT, gross_minor)},
    {"clawback_amount", LINE(COLUMN_AMOUNT, CELL_AMOUNT, clawback_minor)},
    {"carry_in", LINE(COLUMN_AMOUNT, CELL_AMOUNT, carry_in_minor)},
    {"carry_out", LINE(COLUMN_AMOUNT, CELL_AMOUNT, carry_out_minor)},
    {"net_amount", LINE(COLUMN_AMOUNT, CELL_AMOUNT, net_minor)},
    {"currency", MADE(make_currency, CELL_TEXT, 8)},
    {"tax_treatment", MADE(make_tax, CELL_TEXT, 16)},
    {"credit_count", LINE(COLUMN_NUMBER, CELL_COUNT, credit_count)},
    {"reversal_count", LINE(COLUMN_NUMBER, CELL_COUNT, reversal_count)},
    {"adjustment_count", LINE(COLUMN_NUMBER, CELL_COUNT, adjustment_count)},
    {"origin_periods", MADE(make_origins, CELL_TEXT, 16)},
    {"statement_hash", MADE(make_hash, CELL_TEXT, 20)},
    {"remark", MADE(make_remark, CELL_TEXT, 24)},
};

/* Nothing personal: who pays looks the number up, by a right of its own. */
static const struct export_column MEMBERS[] = {
    {"schema_version", MADE(make_schema, CELL_COUNT, 8)},
    {"run_id", MADE(make_run, CELL_COUNT, 8)},
    {"draft_no", MADE(make_draft, CELL_COUNT, 8)},
    {"run_type", MADE(make_type, CELL_TEXT, 12)},
    {"period_start", MADE(make_start, CELL_TEXT, 12)},
    {"period_end", MADE(make_end, CELL_TEXT, 12)},
    {"member_number", MADE(make_payee, CELL_COUNT, 14)},
    {"component_code", MADE(export_make_component, CELL_TEXT, 20)},
    {"gross_amount", LINE(COLUMN_AMOUNT, CELL_AMOUNT, gross_minor)},
    {"clawback_amount", LINE(COLUMN_AMOUNT, CELL_AMOUNT, clawback_minor)},
    {"carry_in", LINE(COLUMN_AMOUNT, CELL_AMOUNT, carry_in_minor)},
    {"carry_out", LINE(COLUMN_AMOUNT, CELL_AMOUNT, carry_out_minor)},
    {"net_amount", LINE(COLUMN_AMOUNT, CELL_AMOUNT, net_minor)},
    {"currency", MADE(make_currency, CELL_TEXT, 8)},
    {"credit_count", LINE(COLUMN_NUMBER, CELL_COUNT, credit_count)},
    {"reversal_count", LINE(COLUMN_NUMBER, CELL_COUNT, reversal_count)},
    {"adjustment_count", LINE(COLUMN_NUMBER, CELL_COUNT, adjustment_count)},
    {"origin_periods", MADE(make_origins, CELL_TEXT, 16)},
    {"statement_hash", MADE(make_hash, CELL_TEXT, 20)},
    {"remark", MADE(make_remark, CELL_TEXT, 24)},
};

/* The import sheet of the withholding client's page 全年一次性奖金收入; * marks what must be there. */
static const struct export_column CHINA[] = {
    {"工号", TEXT_OF(employee_no, 14)},
    {"*姓名", TEXT_OF(name, 16)},
    {"*证件类型", TEXT_OF(document_type, 16)},
    {"*证件号码", TEXT_OF(document_number, 24)},
    {"*全年一次性奖金额", LINE(COLUMN_AMOUNT, CELL_AMOUNT, net_minor)},
    {"免税收入", .kind = COLUMN_EMPTY, .cell = CELL_TEXT, .width = 12},
    {"其他", .kind = COLUMN_EMPTY, .cell = CELL_TEXT, .width = 12},
    {"准予扣除的捐赠额", .kind = COLUMN_EMPTY, .cell = CELL_TEXT, .width = 18},
    {"减免税额", .kind = COLUMN_EMPTY, .cell = CELL_TEXT, .width = 12},
    {"备注", .kind = COLUMN_EMPTY, .cell = CELL_TEXT, .width = 24},
};

/* Field labels of Frappe HR's document type Additional Salary. A bonus is added to the salary
 * structure's amounts and never replaces one. */
static const struct export_column ERPNEXT[] = {
    {"Employee", TEXT_OF(employee_no, 16)},
    {"Salary Component", MADE(export_make_component, CELL_TEXT, 28)},
    {"Salary Component Type", MADE(make_part_type, CELL_TEXT, 22)},
    {"Amount", MADE(make_part_amount, CELL_AMOUNT, 14)},
    {"Currency", MADE(make_currency, CELL_TEXT, 10)},
    {"Payroll Date", MADE(make_last_day, CELL_TEXT, 12)},
    {"Company", TEXT_OF(pay_entity, 24)},
    {"Overwrite Salary Structure Amount", MADE(make_zero, CELL_COUNT, 32)},
};

#define LAYOUT(table, sheet_name) {(table), sizeof(table) / sizeof(table)[0], (sheet_name)}
static const struct export_layout LAYOUTS[] = {
    [EXPORT_GENERIC] = LAYOUT(GENERIC, "rows"),
    [EXPORT_CHINA] = LAYOUT(CHINA, "全年一次性奖金"),
    [EXPORT_ERPNEXT] = LAYOUT(ERPNEXT, "Additional Salary"),
};
static const struct export_layout MEMBERS_LAYOUT = LAYOUT(MEMBERS, "rows");

const struct export_layout *export_layout(const struct export_job *job)
{
    assert(job->payees != EXPORT_MEMBERS || job->profile == EXPORT_GENERIC);
    return job->payees == EXPORT_MEMBERS ? &MEMBERS_LAYOUT : &LAYOUTS[job->profile];
}

void export_fill(const struct export_column *column, const struct export_job *job,
                 const struct export_row *row, const struct export_part *part,
                 struct export_cell *ret_cell)
{
    const void *line = (const char *)row->line + column->offset;
    const void *text = (const char *)row + column->offset;

    switch (column->kind) {
    case COLUMN_EMPTY:
        set_text(ret_cell, "");
        break;
    case COLUMN_ROW_TEXT:
        set_text(ret_cell, *(const char *const *)text);
        break;
    case COLUMN_POINTS:
        set_count(ret_cell, *(const int64_t *)line);
        break;
    case COLUMN_AMOUNT:
        ret_cell->kind = CELL_AMOUNT;
        ret_cell->value = *(const int64_t *)line;
        break;
    case COLUMN_NUMBER:
        set_count(ret_cell, *(const uint32_t *)line);
        break;
    case COLUMN_MADE:
        column->make(job, row, part, ret_cell);
        break;
    }
    assert(ret_cell->kind == column->cell);
}
