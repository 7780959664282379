/* What an export is made from: a closed run's lines in the order of the file, each with the texts
 * kept of its payee, read in portions of short snapshots: nothing is read while bytes go out.
 *
 * A closed run's lines never change but for their payments, which no file has, so that it doesn't
 * matter how many snapshots there are. One thread. */
#ifndef BECKON_SERVICE_COMMAND_EXPORT_SOURCE_H
#define BECKON_SERVICE_COMMAND_EXPORT_SOURCE_H

#include "service/command/command.h"
#include "service/export/export.h"
#include "store/settlement_lines.h"

struct export_source {
    struct store *store;
    uint32_t merchant;
    struct settlement_run run;
    char currency[CURRENCY_BYTES + 1];
    char pay_entity[PAY_ENTITY_BYTES_MAX + 1]; /* empty: all */
    uint32_t pay_entity_number;                /* 0: all */
};

/* Which run and employer; for a caller's reader of whatever kind. SETTLEMENT_UNKNOWN,
 * SETTLEMENT_WORKING and SETTLEMENT_STATE (not closed), PAY_ENTITY_UNKNOWN. */
enum outcome export_source_find(struct reader *reader, struct command_call *call, uint32_t run,
                                const char *pay_entity, struct export_source *ret) OUTCOME_CHECKED;
/* The same in a snapshot of its own, with the employer by number (0: all); for long work. */
enum outcome export_source_open(struct store *store, struct command_call *call, uint32_t run,
                                uint32_t pay_entity, struct export_source *ret) OUTCOME_CHECKED;

/* What the exporter is to be told; lives as long as the source. */
struct export_job export_source_job(const struct export_source *source);

/* Sums of the lines that a file of these payees has, from the lines alone; STORE_DAMAGED when all
 * of the run's lines don't add up to its control totals. */
enum outcome export_source_sums(const struct export_source *source, enum export_payees payees,
                                struct run_totals *ret) OUTCOME_CHECKED;

/* Writes the job's file to the sink. *ret_gone: the sink refused, there is no report. BUSY: no
 * memory; STORE_FAULT: a temporary file; STORE_DAMAGED: rows and lines differ. */
enum outcome export_source_write(const struct export_source *source, const struct export_job *job,
                                 const struct export_sink *sink, struct export_report *ret_report,
                                 bool *ret_gone) OUTCOME_CHECKED;

/* Numbers of the API's enums and the exporter's are the same. VALUE_INVALID; unspecified gives
 * GENERIC, CSV, GUIDES. */
enum outcome export_form(struct command_call *call, int profile, int format, int payees,
                         struct export_job *job) OUTCOME_CHECKED;

#endif
