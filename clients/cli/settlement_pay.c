/* beckon settlement pay: a file of payment results.
 *
 * Happy path: read every row -> ask the service what is wrong with any, writing nothing -> only a
 * file without a fault is taken down, portion by portion. The same file again changes nothing. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "beckon/v1/payout_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/message/csv.h"
#include "clients/message/message.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/settlement_run.h"

enum { ROWS_PER_CALL = 200, COLUMN_COUNT = 6 };
static const char *const COLUMNS[COLUMN_COUNT] = {
    "pay_entity", "employee_no", "member_number", "amount_minor", "result", "reference",
};

struct paying {
    struct cli *cli;
    const struct verb *verb;
    const char *path;
    uint32_t run;
    int position[COLUMN_COUNT]; /* in the file; -1: absent */
    GPtrArray *rows;            /* Beckon__V1__PaymentResult */
    GArray *lines;              /* uint64_t: where each stands */
    GHashTable *seen;           /* which payee -> his row, from 1 */
    uint64_t problem_count, known_count;
};

static void tell_problem(struct paying *paying, uint64_t line, const char *field,
                         const char *sentence)
{
    fprintf(paying->cli->err, "%s:%" PRIu64 ": %s%s%s\n", paying->path, line, field,
            field[0] != '\0' ? ": " : "", sentence);
    paying->problem_count++;
}

/* ---- the file -------------------------------------------------------------------------------- */

static void tell_header(struct paying *paying)
{
    tell_problem(paying, 1, "",
                 paying->cli->chinese
                     ? "表头需要 amount_minor、result，以及 employee_no 或 member_number。"
                     : "The header needs amount_minor, result, and employee_no or member_number.");
}

static bool read_header(struct paying *paying, const struct csv_row *row)
{
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        paying->position[c] = -1;
        for (size_t i = 0; i < row->field_count; i++)
            if (strcmp(row->fields[i], COLUMNS[c]) == 0)
                paying->position[c] = (int)i;
    }
    bool named = paying->position[1] >= 0 || paying->position[2] >= 0;
    return named && paying->position[3] >= 0 && paying->position[4] >= 0;
}

/* Two rows of one payee: the later one is named. */
static void look_for_double(struct paying *paying, const struct csv_row *row,
                            const Beckon__V1__PaymentResult *result)
{
    char *payee = g_strdup_printf("%s\n%s\n%" PRIu32, result->pay_entity, result->employee_no,
                                  result->member_number);
    if (g_hash_table_add(paying->seen, payee))
        return;
    tell_problem(paying, row->line, "",
                 paying->cli->chinese ? "该收款人在文件中已经出现过。"
                                      : "An earlier row names the same payee.");
}

static void read_row(struct paying *paying, const struct csv_row *row)
{
    ProtobufCMessage *result = message_new(&beckon__v1__payment_result__descriptor);
    g_autoptr(GString) error = g_string_new(NULL);

    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        int position = paying->position[c];
        bool filled = position >= 0 && (size_t)position < row->field_count &&
                      row->fields[position][0] != '\0';
        if (filled && !message_set(result, COLUMNS[c], row->fields[position], error))
            tell_problem(paying, row->line, COLUMNS[c], error->str);
    }
    look_for_double(paying, row, (const Beckon__V1__PaymentResult *)result);
    g_ptr_array_add(paying->rows, result);
    g_array_append_val(paying->lines, row->line);
}

static enum cli_exit read_file(struct paying *paying)
{
    FILE *in = fopen(paying->path, "rb");
    if (!in) {
        output_complaint(paying->cli, "%s can't be read: %s", paying->path, g_strerror(errno));
        return CLI_LOCAL;
    }
    struct csv *csv = csv_new(in);
    struct csv_row row;
    bool header = false;
    enum csv_result result = csv_next(csv, &row);
    for (; result == CSV_ROW || result == CSV_BAD; result = csv_next(csv, &row)) {
        if (result == CSV_BAD) {
            tell_problem(paying, row.line, "", row.error);
        } else if (header) {
            read_row(paying, &row);
        } else if (read_header(paying, &row)) {
            header = true;
        } else {
            break;
        }
    }
    csv_destroy(csv);
    fclose(in);
    if (result != CSV_FAULT && !header)
        tell_header(paying); /* another's, or an empty file */
    if (result == CSV_FAULT) {
        output_complaint(paying->cli, "%s can't be read", paying->path);
        return CLI_LOCAL;
    }
    return paying->problem_count > 0 ? CLI_REFUSED : CLI_OK;
}

/* ---- the service ----------------------------------------------------------------------------- */

static void tell_problems(struct paying *paying, size_t first,
                          const Beckon__V1__RecordPaymentResultsResponse *reply)
{
    for (size_t i = 0; i < reply->n_problems; i++) {
        const Beckon__V1__PaymentProblem *problem = reply->problems[i];
        uint64_t line = g_array_index(paying->lines, uint64_t, first + problem->row);
        tell_problem(paying, line, problem->field,
                     paying->cli->chinese ? problem->message_zh : problem->message_en);
    }
}

static enum cli_exit send_portion(struct paying *paying, size_t first, bool validate_only)
{
    Beckon__V1__RecordPaymentResultsRequest request =
        BECKON__V1__RECORD_PAYMENT_RESULTS_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    size_t left = paying->rows->len - first;

    request.run_number = paying->run;
    request.n_results = left < ROWS_PER_CALL ? left : ROWS_PER_CALL;
    request.results = (Beckon__V1__PaymentResult **)(paying->rows->pdata + first);
    request.validate_only = validate_only;
    enum cli_exit end = call_once(paying->cli, paying->verb, &request.base, &reply);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__RecordPaymentResultsResponse *told =
        (const Beckon__V1__RecordPaymentResultsResponse *)reply;
    if (validate_only)
        tell_problems(paying, first, told);
    else
        paying->known_count += told->already_recorded;
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

static enum cli_exit send_all(struct paying *paying, bool validate_only)
{
    for (size_t first = 0; first < paying->rows->len; first += ROWS_PER_CALL) {
        enum cli_exit end = send_portion(paying, first, validate_only);
        if (end != CLI_OK)
            return end;
    }
    return paying->problem_count > 0 ? CLI_REFUSED : CLI_OK;
}

static enum cli_exit pay(struct paying *paying, bool check_only)
{
    enum cli_exit end = read_file(paying);
    if (end == CLI_OK)
        end = send_all(paying, true);
    if (end == CLI_OK && !check_only)
        end = send_all(paying, false);
    if (end != CLI_OK && paying->problem_count > 0)
        output_complaint(paying->cli, "%s", paying->cli->chinese
                                                ? "文件有误，未记录任何结果。"
                                                : "nothing was taken down: the file has faults.");
    if (end == CLI_OK)
        fprintf(paying->cli->out,
                "{\"rows\":%u,\"already_recorded\":%" PRIu64 ",\"validate_only\":%s}\n",
                paying->rows->len, paying->known_count, check_only ? "true" : "false");
    return end;
}

static void free_row(gpointer row)
{
    protobuf_c_message_free_unpacked(row, NULL);
}

enum cli_exit settlement_pay(struct cli *cli, const struct verb *verb,
                             const struct values *values)
{
    ProtobufCMessage *request = NULL;

    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__RecordPaymentResultsRequest *asked =
        (const Beckon__V1__RecordPaymentResultsRequest *)request;
    struct paying paying = {
        .cli = cli, .verb = verb, .path = values_get(values, "FILE"), .run = asked->run_number,
        .rows = g_ptr_array_new_with_free_func(free_row),
        .lines = g_array_new(FALSE, FALSE, sizeof(uint64_t)),
        .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    end = pay(&paying, asked->validate_only);
    g_ptr_array_unref(paying.rows);
    g_array_unref(paying.lines);
    g_hash_table_unref(paying.seen);
    protobuf_c_message_free_unpacked(request, NULL);
    return end;
}
