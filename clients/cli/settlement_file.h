/* Files of settlement runs, fetched: exports and manifests. */
#ifndef BECKON_CLIENTS_CLI_SETTLEMENT_FILE_H
#define BECKON_CLIENTS_CLI_SETTLEMENT_FILE_H

#include <glib.h>

#include "beckon/v1/export_service.pb-c.h"
#include "clients/cli/cli.h"

enum { SETTLEMENT_SHA256_DIGITS = 64 };

/* What a file was when it had been fetched whole. */
struct settlement_file {
    uint64_t bytes, rows;
    int64_t rows_net_minor;
    char sha256[SETTLEMENT_SHA256_DIGITS + 1];
};

/* Records an export and writes its bytes to `out`, holding them against the service's SHA-256. What
 * went wrong has been told. *ret_name: what the service calls the file; the caller frees. */
enum cli_exit settlement_file_fetch(struct cli *cli,
                                    const Beckon__V1__CreateSettlementExportRequest *request,
                                    FILE *out, struct settlement_file *ret_file, char **ret_name);

/* The manifest, JSON; the caller frees. */
enum cli_exit settlement_manifest_fetch(struct cli *cli,
                                        const Beckon__V1__GetSettlementManifestRequest *request,
                                        char **ret_json);

struct workbook;
/* The first sheet against the CSV of the same lines: says on standard output what differs first, or
 * that nothing does. CLI_OK, CLI_DIFFERENCES. */
enum cli_exit settlement_workbook_compare(struct cli *cli, const char *path,
                                          const struct workbook *workbook, char *csv_text,
                                          size_t size);

/* Verbs of `beckon settlement`. */
extern const struct option_spec SETTLEMENT_EXPORT_OPTIONS[], SETTLEMENT_MANIFEST_OPTIONS[],
    SETTLEMENT_EXPORTS_OPTIONS[], SETTLEMENT_VERIFY_OPTIONS[], SETTLEMENT_PRINT_OPTIONS[];
extern const char *const SETTLEMENT_EXPORT_EXAMPLES[], *const SETTLEMENT_MANIFEST_EXAMPLES[],
    *const SETTLEMENT_EXPORTS_EXAMPLES[], *const SETTLEMENT_VERIFY_EXAMPLES[],
    *const SETTLEMENT_PRINT_EXAMPLES[];
extern const char SETTLEMENT_EXPORT_DETAILS[], SETTLEMENT_VERIFY_DETAILS[];
verb_run settlement_export, settlement_manifest, settlement_verify, settlement_print;

#endif
