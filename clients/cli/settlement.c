/* beckon settlement: runs from their draft to their close. */
#include "clients/cli/nouns.h"

#include "beckon/v1/payout_service.pb-c.h"
#include "beckon/v1/settlement_service.pb-c.h"
#include "beckon/v1/statement_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/settlement_file.h"
#include "clients/cli/settlement_run.h"

static const struct option_spec RUN_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "its number"},
    {.name = NULL},
};

static const struct option_spec CREATE_OPTIONS[] = {
    {.name = "TYPE", .argument = true, .required = true, .field = "type",
     .help = "year_end, period, leaver or adjustment"},
    {.name = "from", .value = "DATE", .field = "period_start",
     .help = "its first date; leavers and adjustments may leave it out"},
    {.name = "until", .value = "DATE", .required = true, .field = "period_end",
     .help = "the first date that belongs to it no more: 2027-01-01 for the year 2026"},
    {.name = "pay-entity", .value = "NAME", .field = "pay_entity",
     .help = "only this employer's guides; else all, and members' cash"},
    {.name = "guide", .value = "NUMBER", .field = "guide_number",
     .help = "leaver: the guide's number"},
    {.name = "corrects", .value = "RUN", .field = "corrects_run_number",
     .help = "adjustment: the closed run it corrects"},
    {.name = "rate-points", .value = "POINTS", .field = "rate_points",
     .help = "so many points give --rate-minor; else the program's rate"},
    {.name = "rate-minor", .value = "AMOUNT", .field = "rate_minor",
     .help = "minor units of money, with --rate-points"},
    {.name = "minimum-payout", .value = "AMOUNT", .field = "minimum_payout_minor",
     .help = "less is carried to the next run, with --rate-points"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const CREATE_EXAMPLES[] = {
    "beckon settlement create year_end --from 2026-01-01 --until 2027-01-01",
    "beckon settlement create leaver --guide 12 --until 2026-06-01",
    NULL,
};
static const char *const SHOW_EXAMPLES[] = {
    "beckon settlement show 3",
    NULL,
};
static const char *const LIST_EXAMPLES[] = {
    "beckon settlement list",
    NULL,
};

static const struct option_spec LINES_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "its number"},
    {.name = "payees", .value = "KIND", .field = "payees",
     .help = "guide or member; else guides"},
    {.name = NULL},
};
static const char *const LINES_EXAMPLES[] = {
    "beckon settlement lines 3",
    "beckon settlement lines 3 --payees member",
    NULL,
};

static const struct option_spec SUBMIT_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "its number"},
    {.name = "draft", .value = "NUMBER", .field = "draft_no",
     .help = "the draft that was looked at; else the present one"},
    {.name = NULL},
};
static const char *const SUBMIT_EXAMPLES[] = {
    "beckon settlement submit 3",
    NULL,
};

static const struct option_spec APPROVE_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "its number"},
    {.name = "hash", .value = "HASH", .required = true, .field = "hash",
     .help = "of what was reviewed, from beckon settlement show"},
    {.name = NULL},
};
static const char *const APPROVE_EXAMPLES[] = {
    "beckon settlement approve 3 --hash 5f1c0e...",
    NULL,
};

static const struct option_spec REJECT_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "its number"},
    {.name = "reason", .value = "TEXT", .required = true, .field = "reason",
     .help = "why, for those who read it later"},
    {.name = "draft", .value = "NUMBER", .field = "draft_no",
     .help = "the draft that was looked at; else the present one"},
    {.name = NULL},
};
static const char *const REJECT_EXAMPLES[] = {
    "beckon settlement reject 3 --reason \"shop 2 has corrections to come\"",
    NULL,
};

static const struct option_spec CANCEL_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "its number"},
    {.name = "reason", .value = "TEXT", .required = true, .field = "reason",
     .help = "why, for those who read it later"},
    {.name = NULL},
};
static const char *const CANCEL_EXAMPLES[] = {
    "beckon settlement cancel 3 --reason \"made for the wrong year\"",
    NULL,
};

static const struct option_spec CLOSE_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "its number"},
    {.name = "hash", .value = "HASH", .field = "hash",
     .help = "of what was approved; else asked for, which closes what is approved now"},
    {.name = NULL},
};
static const char *const CLOSE_EXAMPLES[] = {
    "beckon settlement close 3",
    NULL,
};

static const struct option_spec WARNINGS_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "its number"},
    {.name = NULL},
};
static const char *const WARNINGS_EXAMPLES[] = {
    "beckon settlement warnings 3",
    NULL,
};
static const struct option_spec HOLD_OVER_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "its number"},
    {.name = "CREDIT", .argument = true, .required = true, .field = "credit_number",
     .help = "the held credit's number"},
    {.name = "reason", .value = "TEXT", .required = true, .field = "reason",
     .help = "why, for those who read it later"},
    {.name = NULL},
};
static const char *const HOLD_OVER_EXAMPLES[] = {
    "beckon settlement hold-over 3 812 --reason \"the court decides in March\"",
    NULL,
};
static const struct option_spec PAY_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "its number"},
    {.name = "FILE", .argument = true, .required = true,
     .help = "CSV: pay_entity,employee_no or member_number,amount_minor,result,reference"},
    {.name = "validate-only", .field = "validate_only",
     .help = "tells what is wrong with the file and takes nothing down"},
    {.name = NULL},
};
static const char *const PAY_EXAMPLES[] = {
    "beckon settlement pay 3 bank.csv",
    NULL,
};

#define EXPORT(rpc) .service = &beckon__v1__export_service__descriptor, .method = (rpc)
#define SETTLEMENT(rpc) .service = &beckon__v1__settlement_service__descriptor, .method = (rpc)

static const struct verb VERBS[] = {
    {
        .name = "create",
        .help = "Makes a run and its first draft; shows it when the draft is there.",
        .details = "Nothing is taken before it is submitted.",
        .options = CREATE_OPTIONS,
        .examples = CREATE_EXAMPLES,
        .run = settlement_step,
        SETTLEMENT("CreateSettlementRun"),
    },
    {
        .name = "show",
        .help = "Shows where a run stands, what blocks it and what to do.",
        .options = RUN_OPTIONS,
        .examples = SHOW_EXAMPLES,
        .run = settlement_show,
        SETTLEMENT("GetSettlementRun"),
    },
    {
        .name = "list",
        .help = "Lists all runs.",
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        SETTLEMENT("ListSettlementRuns"),
        .shows = "runs",
        .columns = "run_number,type,state,work,draft_no,period_start,period_end,pay_entity,"
                   "guide_number,reason",
    },
    {
        .name = "lines",
        .help = "Lists a run's lines: guides as they are exported, or members.",
        .options = LINES_OPTIONS,
        .examples = LINES_EXAMPLES,
        .run = verb_list,
        SETTLEMENT("ListSettlementLines"),
        .shows = "lines",
        .columns = "pay_entity,employee_no,payee,shop_id,points_converted,gross_minor,"
                   "clawback_minor,carry_in_minor,carry_out_minor,net_minor,credits,payment",
    },
    {
        .name = "submit",
        .help = "Freezes what the run takes and opens its review.",
        .options = SUBMIT_OPTIONS,
        .examples = SUBMIT_EXAMPLES,
        .run = settlement_step,
        SETTLEMENT("SubmitSettlementRun"),
    },
    {
        .name = "approve",
        .help = "Approves what was reviewed; not by who made or submitted it.",
        .options = APPROVE_OPTIONS,
        .examples = APPROVE_EXAMPLES,
        .run = settlement_step,
        SETTLEMENT("ApproveSettlementRun"),
    },
    {
        .name = "reject",
        .help = "Sends a run back to its draft; frees what was frozen.",
        .options = REJECT_OPTIONS,
        .examples = REJECT_EXAMPLES,
        .run = settlement_step,
        SETTLEMENT("RejectSettlementRun"),
    },
    {
        .name = "cancel",
        .help = "Ends a run without effect; frees what was frozen.",
        .options = CANCEL_OPTIONS,
        .examples = CANCEL_EXAMPLES,
        .run = settlement_step,
        SETTLEMENT("CancelSettlementRun"),
        .typed = "RUN",
        .loss = "The run will end without effect; another one has to be made instead.",
        .loss_zh = "该结算批次将作废，需要时只能重新创建。",
    },
    {
        .name = "close",
        .help = "Verifies the ledger, then settles an approved run, for ever.",
        .details = "Exit code 4: the verification found differences, and nothing was closed.",
        .options = CLOSE_OPTIONS,
        .examples = CLOSE_EXAMPLES,
        .run = settlement_close,
        SETTLEMENT("CloseSettlementRun"),
        .typed = "RUN",
        .loss = "Credits become money to be paid and the period is locked, for ever.",
        .loss_zh = "积分将折算为应付款项，该期间永久锁定。",
    },
    {
        .name = "export",
        .help = "Takes a closed run out as a file for payroll.",
        .details = SETTLEMENT_EXPORT_DETAILS,
        .options = SETTLEMENT_EXPORT_OPTIONS,
        .examples = SETTLEMENT_EXPORT_EXAMPLES,
        .run = settlement_export,
        EXPORT("CreateSettlementExport"),
    },
    {
        .name = "exports",
        .help = "Lists who took what out of a run, and when.",
        .options = SETTLEMENT_EXPORTS_OPTIONS,
        .examples = SETTLEMENT_EXPORTS_EXAMPLES,
        .run = verb_list,
        EXPORT("ListSettlementExports"),
        .shows = "exports",
        .columns = "export_number,profile,format,payees,pay_entity,created_at,created_by_token",
    },
    {
        .name = "manifest",
        .help = "Shows a closed run's files with rows, sums and SHA-256, as JSON.",
        .options = SETTLEMENT_MANIFEST_OPTIONS,
        .examples = SETTLEMENT_MANIFEST_EXAMPLES,
        .run = settlement_manifest,
        EXPORT("GetSettlementManifest"),
    },
    {
        .name = "verify",
        .help = "Tells whether a file is what the run says.",
        .details = SETTLEMENT_VERIFY_DETAILS,
        .options = SETTLEMENT_VERIFY_OPTIONS,
        .examples = SETTLEMENT_VERIFY_EXAMPLES,
        .run = settlement_verify,
        EXPORT("ExportSettlement"),
    },
    {
        .name = "print",
        .help = "Makes a payee's statement as a page to print.",
        .options = SETTLEMENT_PRINT_OPTIONS,
        .examples = SETTLEMENT_PRINT_EXAMPLES,
        .run = settlement_print,
        EXPORT("PrintStatement"),
    },
    {
        .name = "warnings",
        .help = "Lists what payroll should look at before a close.",
        .options = WARNINGS_OPTIONS,
        .examples = WARNINGS_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__statement_service__descriptor,
        .method = "ListSettlementWarnings",
        .shows = "warnings",
        .columns = "kind,payee,pay_entity,employee_no,count,amount_minor,text_en",
    },
    {
        .name = "hold-over",
        .help = "Leaves a held credit to the next run.",
        .options = HOLD_OVER_OPTIONS,
        .examples = HOLD_OVER_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__statement_service__descriptor,
        .method = "CarryHeldCredit",
    },
    {
        .name = "pay",
        .help = "Takes down what became of the lines of a closed run, from a file.",
        .details = "Nothing is written unless the whole file is good; the same file again changes "
                   "nothing.",
        .options = PAY_OPTIONS,
        .examples = PAY_EXAMPLES,
        .run = settlement_pay,
        .service = &beckon__v1__payout_service__descriptor,
        .method = "RecordPaymentResults",
    },
};

const struct noun NOUN_SETTLEMENT = {
    .name = "settlement",
    .help = "what guides and members have earned becomes money",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
