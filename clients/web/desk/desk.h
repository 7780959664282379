/* The pages for a desk: a shop's manager, payroll, auditor, admin. Handlers of DESK_ROUTES, and
 * what they share.
 *
 * Which pages a role is offered stands in one table (desk.c); what it may do is decided by the
 * service alone, whose refusal is shown. Every figure on these pages is one of the service's. */
#ifndef BECKON_CLIENTS_WEB_DESK_DESK_H
#define BECKON_CLIENTS_WEB_DESK_DESK_H

#include "clients/web/site/visit.h"

enum desk_page {
    DESK_HOME,
    DESK_SHOPS,
    DESK_GUIDES,
    DESK_RANKING,
    DESK_PRINT,
    DESK_RUNS,
    DESK_AUDIT,
    DESK_PEOPLE,
};

/* Begins a page of this part: its navigation into the view. false: it is not for this role, and
 * that has been sent. */
bool desk_begin(struct visit *visit, enum desk_page page);
void desk_show(struct visit *visit, unsigned status, const char *name);
/* Is the visitor of that role? "payroll admin" names two. */
bool desk_is(const struct visit *visit, const char *roles);

/* A message of this type, its fields (paths, ended by NULL) set from the form's fields of the same
 * last name; empty ones stay unset, unreadable ones are marked wrong. Lives as the visit does. */
void *desk_form(struct visit *visit, const ProtobufCMessageDescriptor *type,
                const char *const *fields);
/* The same from the query: for lists and their filters. */
void *desk_query(struct visit *visit, const ProtobufCMessageDescriptor *type,
                 const char *const *fields);
/* The number that stands for ":x"; 0: it is none, and that has been sent. */
uint32_t desk_number(struct visit *visit);

/* After an ask for a form that failed: is it a refusal that the form's page can show? It then
 * stands in the view, beside its field where that is one of `fields` (as in desk_form), and
 * *ret_status says how to send the page. false: another page has been sent. */
bool desk_refused(struct visit *visit, const char *const *fields, unsigned *ret_status);
/* The form named `name` of the page is shown opened. */
void desk_open(struct visit *visit, const char *name);

/* An object in the view, made where it isn't there yet. */
json_t *desk_object(struct visit *visit, const char *name);
/* Shops for a choice, the visitor's own: view "shops"; `chosen` is marked. false: visit_failed. */
bool desk_load_shops(struct visit *visit, const char *chosen);
/* His present or last employment stands in each guide as "at". */
void desk_guide_at(json_t *guide);

/* home.c */
void desk_get(struct visit *visit);
void desk_sign_out_post(struct visit *visit);
/* shops.c */
void desk_shops_get(struct visit *visit);
void desk_shops_post(struct visit *visit);
/* guides.c */
void desk_guides_get(struct visit *visit);
void desk_guides_post(struct visit *visit);
/* guide.c */
void desk_guide_get(struct visit *visit);
void desk_guide_edit_post(struct visit *visit);
void desk_guide_transfer_post(struct visit *visit);
void desk_guide_end_post(struct visit *visit);
/* behind.c */
void desk_guide_members_get(struct visit *visit);
void desk_guide_entries_get(struct visit *visit);
/* link.c */
void desk_guide_link_get(struct visit *visit);
void desk_guide_link_post(struct visit *visit);
void desk_people_get(struct visit *visit);
void desk_people_link_post(struct visit *visit);
/* ranking.c */
void desk_ranking_get(struct visit *visit);
/* print.c */
void desk_print_get(struct visit *visit);
void desk_print_post(struct visit *visit);
/* audit.c */
void desk_audit_get(struct visit *visit);

#endif
