/* Steps that plays about settlement runs share. */
#ifndef BECKON_TESTS_SERVICE_COMMAND_SETTLEMENT_PLAYS_H
#define BECKON_TESTS_SERVICE_COMMAND_SETTLEMENT_PLAYS_H

#include "tests/service/command/stages.h"

#define BUY(receipt, member, amount, on)                                                        \
    ANSWERS("pos:1", record_purchase,                                                           \
            "receipt_number=" receipt " member_number=" member " amount_minor=" amount          \
            " occurred_at=" on "T08:00", NULL)
#define CREATE(id, fields, told)                                                                \
    ANSWERS_AGAIN("payroll", create_settlement_run, "request_id=" id " " fields, told)
#define YEAR "type=YEAR_END period_start=2026-01-01 period_end=2027-01-01 "
#define RATE "rate_points=10 rate_minor=100 "
/* All a run has to be done, in a store this small. */
#define WORK(run) ANSWERS("ticker", tick_settlements, "run_number=" run " step_count=24", NULL)
#define SHOWS(run, told) ANSWERS("auditor", get_settlement_run, "run_number=" run, told)
/* Its hash, saved under a name. */
#define HASH(run, name)                                                                         \
    ANSWERS("auditor", get_settlement_run, "run_number=" run, "run.state=REVIEW run.work=NONE", \
            .save = name "=run.hash")
#define SUBMIT(run, draft)                                                                      \
    ANSWERS_AGAIN("payroll", submit_settlement_run, "run_number=" run " draft_no=" draft,       \
                  "run_number=" run)
#define APPROVE(run, hash)                                                                      \
    ANSWERS_AGAIN("token:$admin", approve_settlement_run, "run_number=" run " hash=$" hash,     \
                  "run_number=" run)
#define PROVE ANSWERS("payroll", verify_store, "", "done=1 !finding_count",                     \
                      .save = "proof=certificate")
#define CLOSE(run, hash)                                                                        \
    ANSWERS_AGAIN("payroll", close_settlement_run,                                              \
                  "run_number=" run " hash=$" hash " verify_certificate=$proof",                \
                  "run_number=" run)
/* From a draft that was made to the close. */
#define SETTLE(run, draft, hash)                                                                \
    SUBMIT(run, draft), WORK(run), HASH(run, hash), APPROVE(run, hash), PROVE,                  \
    CLOSE(run, hash), WORK(run)

#endif
