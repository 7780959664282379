/* What payroll should look at before it closes a run, payee by payee. */
#ifndef BECKON_SERVICE_COMMAND_SETTLEMENT_WARNING_H
#define BECKON_SERVICE_COMMAND_SETTLEMENT_WARNING_H

#include "service/command/command.h"
#include "service/command/sentence.h"
#include "store/guides.h"
#include "store/settlement.h"

/* Numbers are the API's. */
enum settlement_warning_kind {
    WARNING_NEGATIVE = 1,    /* a debt is carried: amount_minor, below 0 */
    WARNING_BELOW_MINIMUM,   /* less than the minimum payout is carried: amount_minor */
    WARNING_PENDING,         /* credits before the end that are not free yet: count */
    WARNING_HELD,            /* ... that are held: count */
    WARNING_NO_EMPLOYEE_NO,
    WARNING_NO_NAME,
    WARNING_NO_DOCUMENT,     /* China's import asks for one */
    WARNING_BONUS_CLIFF,     /* amount_minor leaves less after tax than threshold_minor */
    WARNING_SECOND_BONUS,    /* of one person and year: amount_minor, count: the other run */
    WARNING_KIND_COUNT,
};

struct settlement_warning {
    enum settlement_warning_kind kind;
    uint32_t pay_entity; /* 0: a member's, or of all employers */
    uint64_t count;
    int64_t amount_minor, threshold_minor;
    char employee_no[EMPLOYEE_NO_BYTES_MAX + 1];
};

/* Of one payee; more than fit are left out, which takes a dozen employers in one run. */
enum { SETTLEMENT_WARNINGS_MAX = 64, SETTLEMENT_BONUS_RUNS_MAX = 16 };
struct settlement_warnings {
    size_t count;
    struct settlement_warning list[SETTLEMENT_WARNINGS_MAX];
};

/* What is the same for all payees of a run. */
struct warning_scope {
    struct settlement_run run;
    struct merchant merchant;
    size_t bonus_run_count;      /* other YEAR_END runs of the same calendar year */
    uint32_t bonus_runs[SETTLEMENT_BONUS_RUNS_MAX];
};
/* Reads it; `run` is loaded already. */
enum outcome warning_scope_load(struct reader *reader, struct warning_scope *scope) OUTCOME_CHECKED;

/* Looks at one payee and his lines, if any. */
enum outcome settlement_warnings_of(struct reader *reader, const struct warning_scope *scope,
                                    struct party payee, const struct account *account,
                                    struct settlement_warnings *ret) OUTCOME_CHECKED;

/* A warning as a sentence. */
struct sentence settlement_warning_words(const struct warning_scope *scope,
                                         const struct settlement_warning *warning);

#endif
