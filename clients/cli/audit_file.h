/* Files of the audit trail: what `beckon audit export` writes and `beckon audit verify` proves.
 *
 * A first line states which entries follow and the hash of the last; then one line each, JSON or
 * CSV, oldest first. In it is what an entry's hash is made of and nothing else, so that everything
 * in the file is proven. One thread. */
#ifndef BECKON_CLIENTS_CLI_AUDIT_FILE_H
#define BECKON_CLIENTS_CLI_AUDIT_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

#include "beckon/v1/audit_service.pb-c.h"
#include "clients/cli/cli.h"

enum audit_column {
    AUDIT_ENTRY_NUMBER, AUDIT_RECORDED_AT, AUDIT_ROLE, AUDIT_PARTY, AUDIT_TOKEN_NUMBER,
    AUDIT_BY_SESSION, AUDIT_ACTION, AUDIT_OBJECT_KIND, AUDIT_OBJECT_NUMBER, AUDIT_OBJECT_PART,
    AUDIT_OBJECT_TEXT, AUDIT_FACTS, AUDIT_PREVIOUS_HASH, AUDIT_HASH, AUDIT_COLUMN_COUNT,
};
enum audit_column_kind { AUDIT_IS_TEXT, AUDIT_IS_NUMBER, AUDIT_IS_FLAG };
struct audit_column_info {
    const char *name;
    enum audit_column_kind kind;
};
extern const struct audit_column_info AUDIT_COLUMNS[AUDIT_COLUMN_COUNT];

/* A line of the file as texts; freed with audit_row_clear. */
struct audit_row {
    char *texts[AUDIT_COLUMN_COUNT];
};
void audit_row_clear(struct audit_row *row);
/* What the file says of an entry. */
void audit_row_fill(const Beckon__V1__AuditEntry *entry, struct audit_row *ret_row);

/* What the first line states. */
struct audit_statement {
    uint64_t first_number, last_number;
    char *head_hash;
};

/* Writes the first line; then one each. */
void audit_file_begin(FILE *out, bool csv, const struct audit_statement *statement);
void audit_file_write(FILE *out, bool csv, const struct audit_row *row);

enum { AUDIT_HASH_BYTES = 32, AUDIT_HASH_DIGITS = 2 * AUDIT_HASH_BYTES };
/* The hash of what a row says, in hexadecimal; false: `error` names the column that can't be
 * read. */
bool audit_row_hash(const struct audit_row *row, char ret_hash[AUDIT_HASH_DIGITS + 1],
                    GString *error);

/* Verbs of `beckon audit`. */
extern const struct option_spec AUDIT_EXPORT_OPTIONS[], AUDIT_VERIFY_OPTIONS[];
extern const char *const AUDIT_EXPORT_EXAMPLES[], *const AUDIT_VERIFY_EXAMPLES[];
extern const char AUDIT_EXPORT_DETAILS[], AUDIT_VERIFY_DETAILS[];
verb_run audit_export, audit_verify;

#endif
