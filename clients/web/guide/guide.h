/* The pages for guides: handlers of GUIDE_ROUTES, and what they share. Everything is read with the
 * guide's own session: the service decides what is his. */
#ifndef BECKON_CLIENTS_WEB_GUIDE_GUIDE_H
#define BECKON_CLIENTS_WEB_GUIDE_GUIDE_H

#include "beckon/v1/scoreboard_service.pb-c.h"
#include "clients/web/site/visit.h"

enum { GUIDE_ROWS = 50 };

/* board.c */
void board_get(struct visit *visit);
/* ranking.c */
void ranking_get(struct visit *visit);
/* live.c */
void live_get(struct visit *visit);
/* behind.c: what stands behind a figure */
void members_get(struct visit *visit);
void entries_get(struct visit *visit);
void debts_get(struct visit *visit);
/* credits.c */
void credits_get(struct visit *visit);
void guide_credit_get(struct visit *visit);
/* code.c */
void code_get(struct visit *visit);
void code_png_get(struct visit *visit);
void code_svg_get(struct visit *visit);
/* customers.c */
void customers_get(struct visit *visit);
void customer_get(struct visit *visit);
/* statements.c */
void statements_get(struct visit *visit);
void statement_get(struct visit *visit);
/* printed.c */
void statement_print_get(struct visit *visit);
/* disputes.c */
void dispute_get(struct visit *visit);
void dispute_post(struct visit *visit);
void withdraw_post(struct visit *visit);
/* page.c */
void guide_sign_out_post(struct visit *visit);
void guide_script_get(struct visit *visit);

/* ---- page.c: what the pages share ---- */

/* A page of his under one of the tabs: "board", "customers", "code", "statements". */
void guide_show(struct visit *visit, unsigned status, const char *name, const char *tab);
/* visit_failed, and to who has left a kind page that says what stays his. */
void guide_failed(struct visit *visit);

/* Which part of his scoreboard the query asks for. */
struct guide_span {
    Beckon__V1__ScoreboardSpan span;
    char *date; /* any date of it, as asked; "": today. Lives as long as the exchange */
};
/* Reads it into the view: "span", "on_date", "spans". false: it names none, and a page has said
 * so. */
bool guide_span_asked(struct visit *visit, struct guide_span *ret_span);
/* The figure that query parameter `kpi` names, into the view; false as above. */
bool guide_kpi_asked(struct visit *visit, Beckon__V1__ScoreboardKpi *ret_kpi);
/* The page token of the query. */
char *guide_page_asked(const struct visit *visit);
/* The number in the address (visit->rest), 1 to max; false as above. */
bool guide_number_asked(struct visit *visit, uint64_t max, uint64_t *ret_number);
/* Says in `object` how a figure is written: "as_money", "as_rate" or "as_number". */
void guide_written_as(json_t *object, Beckon__V1__ScoreboardKpi kpi);
/* The date before one: ends are exclusive in the API and shown inclusively. */
json_t *guide_day_before(const char *date);
/* The object at `name` of the view's `reply`; NULL: absent. */
json_t *guide_reply(const struct visit *visit, const char *reply, const char *name);

/* ---- titles.c ---- */

/* Adds title_zh and title_en to rows that have rule_id and program_version; who has none keeps its
 * id. */
void guide_titles(struct visit *visit, json_t *rows);

/* ---- trend.c ---- */

/* Bars of a scoreboard's parts, into view "trends"; nothing for a single part. */
void trend_view(struct visit *visit, const Beckon__V1__Scoreboard *board);

/* ---- statements.c ---- */

/* The employer whose statement the query or form names; "": his only one. */
char *statement_entity_asked(const struct visit *visit);
/* "statement" of the view from the reply of GetStatement in "found". */
void statement_view(struct visit *visit);
/* Goes to a statement's page. */
void statement_go(struct visit *visit, uint32_t run_number, const char *pay_entity);

#endif
