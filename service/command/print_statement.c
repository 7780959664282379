/* Makes a payee's statement as a page to print. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beckon/v1/export_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/statement.h"
#include "service/export/export_statement.h"
#include "service/limits.h"
#include "store/guides.h"
#include "store/programs.h"
#include "store/settlement_payees.h"

enum { PORTION = 64, FILE_NAME_BYTES = 64 };

typedef Beckon__V1__PrintStatementRequest print_request;

struct printing {
    struct statement statement;
    bool english;
    struct settlement_payee payee;             /* a member's stays empty */
    char pay_entity[PAY_ENTITY_BYTES_MAX + 1];
    struct guide guide;
    struct statement_credit *credits;
    size_t credit_count;
    bool more;
    uint32_t version;                          /* of `program`; 0: none at hand */
    struct program program;
};

/* ---- who ------------------------------------------------------------------------------------- */

/* As it was kept at the close, or as it is today. */
static enum outcome load_texts(struct reader *reader, struct printing *printing)
{
    const struct settlement_line *line = &printing->statement.line;
    struct line_name name = {line->payee, line->pay_entity};
    struct profile profile;
    struct shop shop;

    enum store_result result =
        settlement_payees_get(reader, line->run, &name, &printing->payee);
    if (result != STORE_ABSENT) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    result = profiles_get(reader, line->payee, &profile);
    if (result == STORE_OK) memcpy(printing->payee.name, profile.name, sizeof profile.name);
    explicit_bzero(&profile, sizeof profile);
    if (result == STORE_ABSENT) result = STORE_OK; /* erased */
    if (result == STORE_OK && line->shop != 0) result = shops_get(reader, line->shop, &shop);
    if (result == STORE_OK && line->shop != 0)
        settlement_payee_place(&shop, line->pay_entity, printing->statement.run.end,
                               &printing->payee);
    return command_outcome(result, OUTCOME_STORE_DAMAGED);
}

static enum outcome load_guide(struct reader *reader, struct printing *printing)
{
    const struct settlement_line *line = &printing->statement.line;

    if (line->payee.kind != PARTY_GUIDE) return OUTCOME_OK;
    enum outcome outcome = command_outcome(
        guides_get(reader, line->payee.number, &printing->guide), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(pay_entities_get(reader, line->pay_entity,
                                                   printing->pay_entity), OUTCOME_STORE_DAMAGED);
    return outcome == OUTCOME_OK ? load_texts(reader, printing) : outcome;
}

/* ---- credits --------------------------------------------------------------------------------- */

static enum outcome title_of(struct reader *reader, struct command_call *call,
                             struct printing *printing, const struct credit *credit,
                             const char **ret_title)
{
    *ret_title = printing->english ? "Adjusted by hand" : "人工调整";
    if (credit->program_version == 0) return OUTCOME_OK;
    if (credit->program_version != printing->version) {
        enum outcome outcome = command_outcome(
            programs_get(reader, credit->program_version, &printing->program),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        printing->version = credit->program_version;
    }
    if (credit->rule >= printing->program.rule_count) return OUTCOME_STORE_DAMAGED;
    const struct rule *rule = &printing->program.rules[credit->rule];
    const char *title = printing->english ? rule->title_en : rule->title_zh;
    *ret_title = reply_text(call, title[0] != '\0' ? title : rule->id);
    return *ret_title != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome add_credit(struct reader *reader, struct command_call *call,
                               struct printing *printing, const struct credit *credit)
{
    struct statement_credit *to = &printing->credits[printing->credit_count];
    int64_t amount;

    if (!statement_takes(&printing->statement, credit, &amount)) return OUTCOME_OK;
    if (printing->credit_count == LIMIT_STATEMENT_CREDITS) {
        printing->more = true;
        return OUTCOME_OK;
    }
    *to = (struct statement_credit){
        .number = credit->number, .business_date = credit->business_date, .unit = credit->unit,
        .amount = amount,
    };
    printing->credit_count++;
    return title_of(reader, call, printing, credit, &to->title);
}

static int by_date(const void *one, const void *other)
{
    const struct statement_credit *a = one, *b = other;
    if (a->business_date != b->business_date) return a->business_date < b->business_date ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static enum outcome load_credits(struct reader *reader, struct command_call *call,
                                 struct printing *printing)
{
    business_date filed_on = FILED_DONE;
    struct credit credits[PORTION];
    size_t count = PORTION, seen = 0;
    uint64_t number = 0;

    printing->credits = reply_alloc(call, LIMIT_STATEMENT_CREDITS * sizeof *printing->credits);
    if (printing->credits == NULL) return OUTCOME_BUSY;
    while (count == PORTION && !printing->more) {
        enum outcome outcome = command_outcome(
            credits_list(reader, printing->statement.line.payee, filed_on, number, credits,
                         PORTION, &count), OUTCOME_INTERNAL);
        for (size_t i = 0; outcome == OUTCOME_OK && i < count; i++)
            outcome = add_credit(reader, call, printing, &credits[i]);
        if (outcome != OUTCOME_OK) return outcome;
        if (count > 0) filed_on = credits[count - 1].filed_on;
        if (count > 0) number = credits[count - 1].number + 1;
        seen += count;
        if (seen >= LIMIT_STATEMENT_WALK) printing->more = true;
    }
    qsort(printing->credits, printing->credit_count, sizeof *printing->credits, by_date);
    return OUTCOME_OK;
}

/* ---- the page -------------------------------------------------------------------------------- */

struct written {
    uint8_t *data; /* NULL: only counted */
    size_t size;
};

static bool take(void *context, const void *data, size_t size)
{
    struct written *written = context;
    if (written->data != NULL) memcpy(written->data + written->size, data, size);
    written->size += size;
    return true;
}

static enum outcome write_page(struct command_call *call, const struct export_statement *page,
                               Beckon__V1__PrintStatementResponse *reply)
{
    struct written counted = {0}, written = {0};
    struct export_sink count = {take, &counted}, write = {take, &written};
    const struct settlement_line *line = page->row.line;
    char name[FILE_NAME_BYTES];

    if (export_statement_write(page, &count) != EXPORT_OK) return OUTCOME_INTERNAL;
    written.data = reply_alloc(call, counted.size);
    if (written.data == NULL) return OUTCOME_BUSY;
    if (export_statement_write(page, &write) != EXPORT_OK) return OUTCOME_INTERNAL;
    reply->html.data = written.data;
    reply->html.len = written.size;
    snprintf(name, sizeof name, "statement-%" PRIu32 "-%s-%" PRIu32 ".html", line->run,
             line->payee.kind == PARTY_MEMBER ? "member" : "guide", line->payee.number);
    reply->file_name = reply_text(call, name);
    return reply->file_name != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome load(struct reader *reader, struct command_call *call,
                         struct printing *printing)
{
    const print_request *request = (const print_request *)call->request;
    struct party payee;

    enum outcome outcome = statement_payee(call, request->payee, &payee);
    if (outcome == OUTCOME_OK)
        outcome = statement_load(reader, call, request->run_number, payee, request->pay_entity,
                                 &printing->statement);
    if (outcome != OUTCOME_OK) return outcome;
    memset(&printing->payee, 0, sizeof printing->payee);
    printing->english = request->english;
    printing->pay_entity[0] = '\0';
    printing->credit_count = 0;
    printing->more = false;
    printing->version = 0;
    outcome = load_guide(reader, printing);
    return outcome == OUTCOME_OK ? load_credits(reader, call, printing) : outcome;
}

static enum outcome print_statement_read(struct reader *reader, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    struct printing printing; /* large, and touched as far as there are rules */
    const struct settlement_line *line = &printing.statement.line;
    struct merchant merchant;

    enum outcome outcome = load(reader, call, &printing);
    if (outcome == OUTCOME_OK) outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__PrintStatementResponse *reply =
        reply_message(call, &beckon__v1__print_statement_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    struct export_statement page = {
        .run = &printing.statement.run, .merchant = merchant.name, .currency = merchant.currency,
        .chinese = !printing.english, .credits = printing.credits,
        .credit_count = printing.credit_count, .more = printing.more,
        .row = {
            .line = line, .pay_entity = printing.pay_entity,
            .employee_no = line->payee.kind == PARTY_GUIDE
                               ? guide_employee_no(&printing.guide, line->pay_entity)
                               : "",
            .name = printing.payee.name, .shop_id = printing.payee.shop_id,
            .cost_center = printing.payee.cost_center, .document_type = "",
            .document_number = "",
        },
    };
    return write_page(call, &page, reply);
}

/* Whoever prints another's takes his name out. */
static enum outcome print_statement_note(struct command_call *call)
{
    const print_request *request = (const print_request *)call->request;
    struct party payee;

    enum outcome outcome = statement_payee(call, request->payee, &payee);
    if (outcome != OUTCOME_OK) return outcome;
    audit_statement(call, request->run_number, payee);
    return OUTCOME_OK;
}

const struct command print_statement = {
    .request = &beckon__v1__print_statement_request__descriptor,
    .reply = &beckon__v1__print_statement_response__descriptor,
    .read = print_statement_read,
    .audited = AUDIT_PRINT_STATEMENT,
    .note = print_statement_note,
};
