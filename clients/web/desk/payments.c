/* What became of a closed run's money: typed line by line or pasted as CSV, looked at, taken down.
 *
 * Both ways become the same rows of CSV, as `beckon settlement pay` reads them. The service says
 * what is wrong with which row, and nothing is taken down before a person has seen all of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beckon/v1/payout_service.pb-c.h"
#include "clients/message/csv.h"
#include "clients/message/message.h"
#include "clients/web/desk/runs.h"

enum { LINES_PER_PAGE = 25, ROWS_MAX = 200, COLUMN_COUNT = 7, FIELD_PARTS = 4 };

static const char *const COLUMNS[COLUMN_COUNT] = {
    "pay_entity", "employee_no", "guide_number", "member_number", "amount_minor", "result",
    "reference",
};
static const char *const FILTERS[] = {"payees", "page_token", NULL};

/* ---- the form -------------------------------------------------------------------------------- */

/* A line's field is named by whose it is and what it pays, so that a row is made of what the person
 * saw: "guide 3 125000 ENTITY". */
static void view_line_fields(struct visit *visit)
{
    json_t *lines = json_object_get(json_object_get(visit->view, "lines"), "lines");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        json_t *line = json_array_get(lines, i);
        json_t *payee = json_object_get(line, "payee");
        const char *payment = json_string_value(json_object_get(line, "payment"));
        char *field = g_strdup_printf(
            "%s %" JSON_INTEGER_FORMAT " %" JSON_INTEGER_FORMAT " %s",
            json_string_value(json_object_get(payee, "kind")),
            json_integer_value(json_object_get(payee, "number")),
            json_integer_value(json_object_get(line, "net_minor")),
            json_string_value(json_object_get(line, "pay_entity")));
        json_object_set_new(line, "field", json_string(field));
        json_object_set_new(line, "row", json_integer((json_int_t)i));
        if (strcmp(payment, "none") == 0)
            json_object_set_new(line, "undecided", json_true());
        if (strcmp(payment, "paid") == 0)
            json_object_set_new(line, "may_return", json_true());
        g_free(field);
    }
}

static void show_form(struct visit *visit, unsigned status, uint32_t number)
{
    Beckon__V1__GetSettlementRunRequest get = BECKON__V1__GET_SETTLEMENT_RUN_REQUEST__INIT;
    Beckon__V1__ListSettlementLinesRequest *request =
        desk_query(visit, &beckon__v1__list_settlement_lines_request__descriptor, FILTERS);
    get.run_number = number;
    request->run_number = number;
    request->page_size = LINES_PER_PAGE;
    if (request->payees == BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER)
        view_set(visit, "of_members", json_true());
    if (!ask_into(visit, "found", &beckon__v1__settlement_service__descriptor, "GetSettlementRun",
                  &get.base) ||
        !ask_into(visit, "lines", &beckon__v1__settlement_service__descriptor,
                  "ListSettlementLines", &request->base)) {
        visit_failed(visit);
        return;
    }
    view_set(visit, "run", json_incref(json_object_get(json_object_get(visit->view, "found"),
                                                       "run")));
    view_line_fields(visit);
    desk_show(visit, status, "desk/payments");
}

void payments_get(struct visit *visit)
{
    uint32_t number = 0;
    if (run_begin(visit, &number))
        show_form(visit, 200, number);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* The rows of a form, while they are read. */
struct reading {
    struct visit *visit;
    Beckon__V1__RecordPaymentResultsRequest *request;
    json_t *rows; /* what the next page shows, in the request's order */
    int position[COLUMN_COUNT];
    uint64_t wrong_line; /* the first that can't be read; 0: none */
};

/* Names of the columns in their order; false: it is no heading of such a file. */
static bool read_heading(struct reading *reading, const struct csv_row *row)
{
    bool payee = false, rest = false;
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        reading->position[c] = -1;
        for (size_t i = 0; i < row->field_count; i++) {
            if (strcmp(row->fields[i], COLUMNS[c]) == 0)
                reading->position[c] = (int)i;
        }
    }
    payee = reading->position[1] >= 0 || reading->position[2] >= 0 || reading->position[3] >= 0;
    rest = reading->position[4] >= 0 && reading->position[5] >= 0;
    return payee && rest;
}

static void read_row(struct reading *reading, const struct csv_row *row)
{
    g_autoptr(GString) error = g_string_new(NULL);
    if (reading->request->n_results == ROWS_MAX) {
        view_wrong(reading->visit, "", "payments.too_many");
        return;
    }
    ProtobufCMessage *result = message_add(&reading->request->base, "results");
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        int at = reading->position[c];
        bool filled = at >= 0 && (size_t)at < row->field_count && row->fields[at][0] != '\0';
        if (filled && !message_set(result, COLUMNS[c], row->fields[at], error) &&
            reading->wrong_line == 0)
            reading->wrong_line = row->line;
    }
    json_array_append_new(reading->rows, message_json(result));
}

static void read_csv(struct reading *reading, const char *text)
{
    FILE *in = text[0] == '\0' ? NULL : fmemopen((void *)text, strlen(text), "rb");
    struct csv *csv = in ? csv_new(in) : NULL;
    struct csv_row row;
    bool heading = false;
    enum csv_result result = csv ? csv_next(csv, &row) : CSV_END;
    for (; result == CSV_ROW || result == CSV_BAD; result = csv_next(csv, &row)) {
        if (result == CSV_BAD && reading->wrong_line == 0)
            reading->wrong_line = row.line;
        else if (result == CSV_ROW && heading)
            read_row(reading, &row);
        else if (result == CSV_ROW && !(heading = read_heading(reading, &row)))
            break;
    }
    if (csv)
        csv_destroy(csv);
    if (in)
        fclose(in);
    if (!heading || reading->request->n_results == 0)
        view_wrong(reading->visit, "rows", "payments.no_rows");
}

/* "guide 3 125000 ENTITY" and a result as a row of CSV. */
static void append_line(FILE *out, const char *field, const char *result)
{
    g_auto(GStrv) parts = g_strsplit(field, " ", FIELD_PARTS);
    if (g_strv_length(parts) != FIELD_PARTS)
        return;
    bool guide = strcmp(parts[0], "guide") == 0;
    csv_write_field(out, parts[3]);
    fprintf(out, ",%s,%s,%s,%s\n", guide ? parts[1] : "", guide ? "" : parts[1], parts[2],
            result);
}

/* The rows that were pasted, or those made of the lines' fields; the caller frees with free. */
static char *rows_of_form(const struct visit *visit)
{
    const struct fields *form = &visit->exchange->form;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    if (visit_field(visit, "rows")[0] != '\0') {
        fputs(visit_field(visit, "rows"), out);
    } else {
        fputs("pay_entity,guide_number,member_number,amount_minor,result\n", out);
        for (unsigned i = 0; i < form->count; i++) {
            const char *name = form->list[i].name, *result = form->list[i].value;
            bool line = g_str_has_prefix(name, "guide ") || g_str_has_prefix(name, "member ");
            bool known = strcmp(result, "paid") == 0 || strcmp(result, "failed") == 0 ||
                         strcmp(result, "returned") == 0;
            if (line && known)
                append_line(out, name, result);
        }
    }
    fclose(out);
    return text;
}

/* ---- looking at them, taking them down ------------------------------------------------------- */

/* What the service finds wrong, beside its row. */
static void view_problems(struct visit *visit, json_t *rows,
                          const Beckon__V1__RecordPaymentResultsResponse *reply)
{
    for (size_t i = 0; i < reply->n_problems; i++) {
        const Beckon__V1__PaymentProblem *problem = reply->problems[i];
        const char *sentence = visit->language == LANGUAGE_ZH ? problem->message_zh
                                                              : problem->message_en;
        json_object_set_new(json_array_get(rows, problem->row), "problem", json_string(sentence));
    }
}

/* Shows the rows, to be confirmed; with what is wrong beside them. */
static void show_check(struct visit *visit, struct reading *reading, const char *text)
{
    unsigned status = 400;
    reading->request->validate_only = true;
    const Beckon__V1__RecordPaymentResultsResponse *reply =
        ask_into(visit, "checked", &beckon__v1__payout_service__descriptor, "RecordPaymentResults",
                 &reading->request->base);
    if (!reply) {
        if (desk_refused(visit, (const char *const[]){NULL}, &status))
            show_form(visit, status, reading->request->run_number);
        return;
    }
    view_problems(visit, reading->rows, reply);
    view_set(visit, "results", json_incref(reading->rows));
    view_integer(visit, "run_number", reading->request->run_number);
    view_text(visit, "text", text);
    desk_show(visit, reply->n_problems > 0 ? 400 : 200, "desk/payments_check");
}

static void take_down(struct visit *visit, struct reading *reading)
{
    unsigned status = 400;
    uint32_t number = reading->request->run_number;
    if (ask(visit, &beckon__v1__payout_service__descriptor, "RecordPaymentResults",
            &reading->request->base))
        run_go(visit, number, "");
    else if (desk_refused(visit, (const char *const[]){NULL}, &status))
        show_form(visit, status, number);
}

void payments_post(struct visit *visit)
{
    static const char *const none[] = {NULL};
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    char *text = rows_of_form(visit);
    struct reading reading = {
        .visit = visit, .rows = json_array(),
        .request = desk_form(visit, &beckon__v1__record_payment_results_request__descriptor, none),
    };
    reading.request->run_number = number;
    read_csv(&reading, text ? text : "");
    if (reading.wrong_line != 0) {
        view_integer(visit, "wrong_line", (int64_t)reading.wrong_line);
        view_wrong(visit, "rows", "payments.line_wrong");
    }
    if (view_is_wrong(visit))
        show_form(visit, 400, number);
    else if (strcmp(visit_field(visit, "confirmed"), "yes") == 0)
        take_down(visit, &reading);
    else
        show_check(visit, &reading, text);
    json_decref(reading.rows);
    free(text);
}
