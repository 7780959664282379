/* The form of what a purchase consists of: its parts, lines, sellers. */
#ifndef BECKON_SERVICE_COMMAND_PURCHASE_FORM_H
#define BECKON_SERVICE_COMMAND_PURCHASE_FORM_H

#include "beckon/v1/purchase_service.pb-c.h"
#include "service/command/command.h"
#include "service/command/form.h"

/* AMOUNT_INVALID: the amount beyond its bounds, or a part below 0 or above the amount. */
enum outcome purchase_form_parts(struct command_call *call,
                                 const Beckon__V1__RecordPurchaseRequest *request,
                                 struct purchase_parts *ret) OUTCOME_CHECKED;
/* LINES_INVALID: too many, or they don't make up the parts; TEXT_INVALID. Fills in the lines'
 * shares of the base. */
enum outcome purchase_form_lines(struct command_call *call,
                                 const Beckon__V1__RecordPurchaseRequest *request,
                                 const struct purchase_parts *parts,
                                 struct purchase_lines *ret) OUTCOME_CHECKED;

void purchase_form_fingerprint(struct fingerprint *fingerprint,
                               const struct purchase_parts *parts,
                               const struct purchase_lines *lines);

/* Who sold it: SELLERS_INVALID unless at most 4, none twice, their shares from 1 and 10,000 in all.
 * One alone may leave his share out. */
enum outcome purchase_form_sellers(struct command_call *call,
                                   const Beckon__V1__RecordPurchaseRequest *request,
                                   struct purchase *purchase) OUTCOME_CHECKED;
/* Nothing where there are none, so that the fingerprints kept from before there were any hold. */
void purchase_form_fingerprint_sellers(struct fingerprint *fingerprint,
                                       const struct purchase *purchase);

#endif
