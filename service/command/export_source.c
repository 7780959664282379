#include "service/command/export_source.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "beckon/v1/export_service.pb-c.h"
#include "service/command/back_test_snapshot.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/settlement_run.h"
#include "store/settlement_payees.h"
#include "store/shops.h"

enum { PORTION = 64 }; /* lines read in one snapshot: each a line, its place, what is kept */

static_assert((int)EXPORT_GENERIC == (int)BECKON__V1__EXPORT_PROFILE__EXPORT_PROFILE_GENERIC &&
              (int)EXPORT_CHINA == (int)BECKON__V1__EXPORT_PROFILE__EXPORT_PROFILE_CHINA &&
              (int)EXPORT_ERPNEXT == (int)BECKON__V1__EXPORT_PROFILE__EXPORT_PROFILE_ERPNEXT &&
              (int)EXPORT_CSV == (int)BECKON__V1__EXPORT_FORMAT__EXPORT_FORMAT_CSV &&
              (int)EXPORT_XLSX == (int)BECKON__V1__EXPORT_FORMAT__EXPORT_FORMAT_XLSX,
              "the same numbers");

/* ---- which run ------------------------------------------------------------------------------- */

static enum outcome load(struct reader *reader, struct command_call *call, uint32_t run,
                         struct export_source *source)
{
    struct merchant merchant;

    enum outcome outcome = settlement_run_load(reader, call, run, &source->run);
    if (outcome == OUTCOME_OK)
        outcome = settlement_run_expect(call, &source->run, 1u << RUN_CLOSED | 1u << RUN_PAID);
    if (outcome == OUTCOME_OK) outcome = object_merchant(reader, &merchant);
    if (outcome == OUTCOME_OK) memcpy(source->currency, merchant.currency, sizeof source->currency);
    source->store = reader->store;
    source->merchant = reader->merchant;
    return outcome;
}

enum outcome export_source_find(struct reader *reader, struct command_call *call, uint32_t run,
                                const char *pay_entity, struct export_source *ret)
{
    memset(ret, 0, sizeof *ret);
    enum outcome outcome = load(reader, call, run, ret);
    if (outcome != OUTCOME_OK || pay_entity[0] == '\0') return outcome;
    outcome = form_text(call, pay_entity, "pay_entity", 1, PAY_ENTITY_BYTES_MAX, ret->pay_entity);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(pay_entities_find(reader, ret->pay_entity, &ret->pay_entity_number),
                              OUTCOME_PAY_ENTITY_UNKNOWN);
    return outcome == OUTCOME_PAY_ENTITY_UNKNOWN ? form_refuse(call, outcome, "pay_entity", NULL)
                                                 : outcome;
}

struct opening {
    struct command_call *call;
    uint32_t run, pay_entity;
    struct export_source *source;
};

static enum outcome open_work(struct reader *reader, void *context)
{
    struct opening *opening = context;
    struct export_source *source = opening->source;

    memset(source, 0, sizeof *source);
    enum outcome outcome = load(reader, opening->call, opening->run, source);
    source->pay_entity_number = opening->pay_entity;
    if (outcome == OUTCOME_OK && opening->pay_entity != 0)
        outcome = command_outcome(pay_entities_get(reader, opening->pay_entity,
                                                   source->pay_entity), OUTCOME_STORE_DAMAGED);
    return outcome;
}

enum outcome export_source_open(struct store *store, struct command_call *call, uint32_t run,
                                uint32_t pay_entity, struct export_source *ret)
{
    struct opening opening = {call, run, pay_entity, ret};
    return back_test_snapshot(store, call->merchant, open_work, &opening);
}

struct export_job export_source_job(const struct export_source *source)
{
    return (struct export_job){
        .run = &source->run, .currency = source->currency,
        .tax_treatment = source->run.tax_treatment,
        .pay_entity = source->pay_entity_number != 0 ? source->pay_entity : NULL,
        .payees = EXPORT_GUIDES, .profile = EXPORT_GENERIC, .format = EXPORT_CSV,
    };
}

enum outcome export_form(struct command_call *call, int profile, int format, int payees,
                         struct export_job *job)
{
    if (profile < 0 || profile > EXPORT_ERPNEXT)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "profile", "GENERIC, CHINA, ERPNEXT");
    if (format < 0 || format > EXPORT_XLSX)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "format", "CSV, XLSX");
    if (payees != BECKON__V1__PARTY_KIND__PARTY_KIND_UNSPECIFIED &&
        payees != BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE &&
        payees != BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "payees", "GUIDE, MEMBER");
    job->profile = profile == 0 ? EXPORT_GENERIC : (enum export_profile)profile;
    job->format = format == 0 ? EXPORT_CSV : (enum export_format)format;
    job->payees = payees == BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER ? EXPORT_MEMBERS
                                                                      : EXPORT_GUIDES;
    if (job->payees == EXPORT_MEMBERS && job->profile != EXPORT_GENERIC)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "profile", "GENERIC");
    return OUTCOME_OK;
}

/* ---- sums ------------------------------------------------------------------------------------ */

/* Lines by payee: members', then guides'. */
struct line_walk {
    uint32_t run;
    struct line_name after;
    struct settlement_line lines[PORTION];
    size_t count;
};

static enum outcome read_lines(struct reader *reader, void *context)
{
    struct line_walk *walk = context;
    return command_outcome(settlement_lines_list(reader, walk->run, &walk->after, walk->lines,
                                                 PORTION, &walk->count), OUTCOME_STORE_DAMAGED);
}

/* The next portion; count 0 at the end. */
static enum outcome next_lines(const struct export_source *source, struct line_walk *walk)
{
    walk->run = source->run.number;
    enum outcome outcome = back_test_snapshot(source->store, source->merchant, read_lines, walk);
    if (outcome == OUTCOME_OK && walk->count > 0) {
        const struct settlement_line *last = &walk->lines[walk->count - 1];
        walk->after = (struct line_name){last->payee, last->pay_entity};
    }
    return outcome;
}

static bool line_wanted(const struct export_source *source, enum export_payees payees,
                        const struct settlement_line *line)
{
    if ((payees == EXPORT_MEMBERS) != (line->payee.kind == PARTY_MEMBER)) return false;
    return source->pay_entity_number == 0 || line->pay_entity == source->pay_entity_number;
}

static bool same_sums(const struct run_totals *a, const struct run_totals *b)
{
    return a->line_count == b->line_count && a->member_line_count == b->member_line_count &&
           a->points_converted == b->points_converted && a->gross_minor == b->gross_minor &&
           a->clawback_minor == b->clawback_minor && a->carry_in_minor == b->carry_in_minor &&
           a->carry_out_minor == b->carry_out_minor && a->net_minor == b->net_minor &&
           a->credit_count == b->credit_count && a->reversal_count == b->reversal_count &&
           a->adjustment_count == b->adjustment_count;
}

enum outcome export_source_sums(const struct export_source *source, enum export_payees payees,
                                struct run_totals *ret)
{
    struct run_totals all = {0}, wanted = {0};
    struct line_walk *walk = calloc(1, sizeof *walk);
    enum outcome outcome = OUTCOME_OK;

    if (walk == NULL) return OUTCOME_BUSY;
    do {
        outcome = next_lines(source, walk);
        for (size_t i = 0; outcome == OUTCOME_OK && i < walk->count; i++) {
            export_totals_add(&all, &walk->lines[i]);
            if (line_wanted(source, payees, &walk->lines[i]))
                export_totals_add(&wanted, &walk->lines[i]);
        }
    } while (outcome == OUTCOME_OK && walk->count > 0);
    free(walk);
    if (outcome == OUTCOME_OK && !same_sums(&all, &source->run.totals))
        outcome = OUTCOME_STORE_DAMAGED;
    if (outcome == OUTCOME_OK) *ret = wanted;
    return outcome;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Guides' lines in the file's order. */
struct row_walk {
    const struct export_source *source;
    bool begun, ended;
    struct line_place after;
    struct line_place places[PORTION];
    struct settlement_line lines[PORTION];
    struct settlement_payee payees[PORTION];
    size_t count;
};

static enum outcome read_row(struct reader *reader, struct row_walk *walk, size_t i)
{
    const struct line_place *place = &walk->places[i];
    struct line_name name = {{PARTY_GUIDE, place->guide}, place->pay_entity};
    uint32_t run = walk->source->run.number;

    enum outcome outcome = command_outcome(
        settlement_lines_get(reader, run, &name, &walk->lines[i]), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(settlement_payees_get(reader, run, &name, &walk->payees[i]),
                           OUTCOME_STORE_DAMAGED);
}

static enum outcome read_rows(struct reader *reader, void *context)
{
    struct row_walk *walk = context;
    const struct export_source *source = walk->source;
    bool from_start = !walk->begun && source->pay_entity_number == 0;

    walk->count = 0;
    enum outcome outcome = command_outcome(
        settlement_order_list(reader, source->run.number, from_start ? NULL : &walk->after,
                              walk->places, PORTION, &walk->count), OUTCOME_STORE_DAMAGED);
    walk->ended = walk->count < PORTION;
    for (size_t i = 0; outcome == OUTCOME_OK && i < walk->count; i++) {
        /* Sorted by the employer's name: behind his last line there are none of his. */
        if (source->pay_entity_number != 0 &&
            strcmp(walk->places[i].pay_entity_name, source->pay_entity) != 0) {
            walk->count = i;
            walk->ended = true;
            break;
        }
        outcome = read_row(reader, walk, i);
    }
    return outcome;
}

static enum outcome export_outcome(enum export_result result, bool *ret_gone)
{
    switch (result) {
    case EXPORT_OK:
        return OUTCOME_OK;
    case EXPORT_GONE:
        *ret_gone = true;
        return OUTCOME_OK;
    case EXPORT_NO_MEMORY:
        return OUTCOME_BUSY;
    case EXPORT_FAULT:
        break;
    }
    return OUTCOME_STORE_FAULT;
}

static enum outcome write_guides(const struct export_source *source, struct export_writer *writer,
                                 bool *ret_gone)
{
    struct row_walk *walk = calloc(1, sizeof *walk);
    enum outcome outcome = OUTCOME_OK;

    if (walk == NULL) return OUTCOME_BUSY;
    walk->source = source;
    /* Before the employer's first: no line has an employer of number 0. */
    memcpy(walk->after.pay_entity_name, source->pay_entity, sizeof source->pay_entity);
    walk->after.guide = 1;
    while (outcome == OUTCOME_OK && !walk->ended && !*ret_gone) {
        outcome = back_test_snapshot(source->store, source->merchant, read_rows, walk);
        for (size_t i = 0; outcome == OUTCOME_OK && i < walk->count && !*ret_gone; i++) {
            const struct settlement_payee *payee = &walk->payees[i];
            struct export_row row = {
                .line = &walk->lines[i], .pay_entity = walk->places[i].pay_entity_name,
                .cost_center = payee->cost_center, .shop_id = payee->shop_id,
                .employee_no = walk->places[i].employee_no, .name = payee->name,
                .document_type = payee->document_type,
                .document_number = payee->document_number,
            };
            outcome = export_outcome(export_row(writer, &row), ret_gone);
        }
        if (walk->count > 0) walk->after = walk->places[walk->count - 1];
        walk->begun = true;
    }
    explicit_bzero(walk, sizeof *walk);
    free(walk);
    return outcome;
}

static enum outcome write_members(const struct export_source *source,
                                  struct export_writer *writer, bool *ret_gone)
{
    struct line_walk *walk = calloc(1, sizeof *walk);
    enum outcome outcome = OUTCOME_OK;
    bool ended = false;

    if (walk == NULL) return OUTCOME_BUSY;
    while (outcome == OUTCOME_OK && !ended && !*ret_gone) {
        outcome = next_lines(source, walk);
        for (size_t i = 0; outcome == OUTCOME_OK && i < walk->count && !*ret_gone; i++) {
            struct export_row row = {
                .line = &walk->lines[i], .pay_entity = "", .cost_center = "", .shop_id = "",
                .employee_no = "", .name = "", .document_type = "", .document_number = "",
            };
            if (!line_wanted(source, EXPORT_MEMBERS, &walk->lines[i])) continue;
            outcome = export_outcome(export_row(writer, &row), ret_gone);
        }
        ended = walk->count == 0 || walk->lines[walk->count - 1].payee.kind != PARTY_MEMBER;
    }
    free(walk);
    return outcome;
}

enum outcome export_source_write(const struct export_source *source, const struct export_job *job,
                                 const struct export_sink *sink, struct export_report *ret_report,
                                 bool *ret_gone)
{
    struct export_job located = *job;
    struct export_writer *writer = NULL;
    struct run_totals sums;
    bool gone = false;

    enum outcome outcome = export_source_sums(source, job->payees, &sums);
    if (outcome != OUTCOME_OK) return outcome;
    located.folder = store_temporary_folder(source->store);
    if (located.folder == NULL) return OUTCOME_STORE_FAULT;
    outcome = export_outcome(export_begin(&located, sink, &writer), &gone);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = job->payees == EXPORT_MEMBERS ? write_members(source, writer, &gone)
                                            : write_guides(source, writer, &gone);
    if (outcome == OUTCOME_OK && !gone)
        outcome = export_outcome(export_end(writer, ret_report), &gone);
    export_destroy(writer);
    /* Rows come by the order's records, sums by the lines': none is missing, none there twice. */
    if (outcome == OUTCOME_OK && !gone && !same_sums(&sums, &ret_report->totals))
        outcome = OUTCOME_STORE_DAMAGED;
    if (outcome == OUTCOME_OK) *ret_gone = gone;
    return outcome;
}
