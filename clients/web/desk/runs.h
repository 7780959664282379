/* The pages of settlement runs: handlers of DESK_ROUTES, and what they share. */
#ifndef BECKON_CLIENTS_WEB_DESK_RUNS_H
#define BECKON_CLIENTS_WEB_DESK_RUNS_H

#include "beckon/v1/settlement_service.pb-c.h"
#include "clients/web/desk/desk.h"

/* Shows run `number` as it stands, with lines, warnings, disputes and what may be done next; what
 * the form was refused with (desk_refused) stands above. */
void run_show(struct visit *visit, unsigned status, uint32_t number);
/* Begins a page of a run: false: sent. */
bool run_begin(struct visit *visit, uint32_t *ret_number);
/* Back to the run's page; `anchor` may be "". */
void run_go(struct visit *visit, uint32_t number, const char *anchor);
/* Does a form's step and goes back to the run, or shows it with the refusal; `form` is opened. */
void run_step(struct visit *visit, uint32_t number, const char *form,
              const ProtobufCServiceDescriptor *service, const char *method,
              const ProtobufCMessage *request, const char *const *fields);
/* Says what a browser shall call the file that is sent. */
void run_name_file(struct visit *visit, const char *name);

/* runs.c */
void runs_get(struct visit *visit);
void runs_post(struct visit *visit);
/* run.c */
void run_get(struct visit *visit);
/* steps.c */
void run_submit_post(struct visit *visit);
void run_approve_post(struct visit *visit);
void run_reject_post(struct visit *visit);
void run_cancel_post(struct visit *visit);
void run_verify_post(struct visit *visit);
void run_close_post(struct visit *visit);
void run_dispute_post(struct visit *visit);
void run_carry_post(struct visit *visit);
void run_period_post(struct visit *visit);
/* payments.c */
void payments_get(struct visit *visit);
void payments_post(struct visit *visit);
/* files.c */
void run_export_post(struct visit *visit);
void run_manifest_post(struct visit *visit);
/* statement.c */
void run_statement_get(struct visit *visit);
void run_statement_print_get(struct visit *visit);

#endif
