/* beckon audit: who did what, and when. */
#include "clients/cli/nouns.h"

#include "beckon/v1/audit_service.pb-c.h"
#include "clients/cli/audit_file.h"
#include "clients/cli/call.h"

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "from", .value = "DATE", .field = "from_date", .help = "the first day"},
    {.name = "until", .value = "DATE", .field = "until_date", .help = "the first day no more"},
    {.name = "action", .value = "METHOD", .field = "action",
     .help = "only this, e.g. ApproveSettlementRun"},
    {.name = "kind", .value = "KIND", .field = "object_kind",
     .help = "only what was done to objects of this kind: shop, guide, member, code, token, run "
             "..."},
    {.name = "number", .value = "N", .field = "object_number",
     .help = "with --kind: only the object of this number"},
    {.name = "text", .value = "TEXT", .field = "object_text",
     .help = "with --kind: only this shop id, code or period"},
    {.name = "token", .value = "N", .field = "token_number",
     .help = "only what was done with this token"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon audit list",
    "beckon audit list --from 2026-01-01 --until 2026-02-01",
    "beckon audit list --kind run --number 3",
    "beckon audit list --action RevokeToken",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "list",
        .help = "Lists the audit trail, newest first.",
        .details = "Each entry carries the hash of the one before; `beckon verify` proves them "
                   "all. Keep the newest hash elsewhere, and nobody can change what came before "
                   "it unseen.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__audit_service__descriptor,
        .method = "ListAuditEntries",
        .shows = "entries",
        .columns = "entry_number,recorded_at,role,token_number,token_label,action,sentence_en,hash",
    },
    {
        .name = "export",
        .help = "Takes out the whole trail as a file that can be proven elsewhere.",
        .details = AUDIT_EXPORT_DETAILS,
        .options = AUDIT_EXPORT_OPTIONS,
        .examples = AUDIT_EXPORT_EXAMPLES,
        .run = audit_export,
        .service = &beckon__v1__audit_service__descriptor,
        .method = "ExportAudit",
    },
    {
        .name = "verify",
        .help = "Proves an exported trail, without a service.",
        .details = AUDIT_VERIFY_DETAILS,
        .options = AUDIT_VERIFY_OPTIONS,
        .examples = AUDIT_VERIFY_EXAMPLES,
        .run = audit_verify,
    },
};

const struct noun NOUN_AUDIT = {
    .name = "audit",
    .help = "who did what, and when",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
