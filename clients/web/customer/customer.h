/* The pages for customers: handlers of CUSTOMER_ROUTES, and what they share. */
#ifndef BECKON_CLIENTS_WEB_CUSTOMER_CUSTOMER_H
#define BECKON_CLIENTS_WEB_CUSTOMER_CUSTOMER_H

#include "clients/web/site/visit.h"

/* Of the privacy policy that templates/customer/policy.html shows; members consent to it. */
#define POLICY_VERSION "2026-11"

/* register.c */
void register_get(struct visit *visit);
void register_post(struct visit *visit);
void register_get_with_code(struct visit *visit);
void register_post_with_code(struct visit *visit);
void registered_get(struct visit *visit);
void policy_get(struct visit *visit);

/* prove.c */
void phone_code_post(struct visit *visit);
void prove_get(struct visit *visit);
void prove_post(struct visit *visit);
/* The card's page for who is not signed in: asks for the phone. */
void card_sign_in(struct visit *visit);
/* Has a code sent to the phone and leads to the page that takes it; where no messages can be sent,
 * to `otherwise`, an address of ours. Sends the answer. */
void phone_send_code(struct visit *visit, const char *phone, uint32_t merchant_number,
                     const char *otherwise);

/* card.c */
void card_get(struct visit *visit);
void card_qr_get(struct visit *visit);
void sign_out_post(struct visit *visit);
/* Her balances into the view: "balance", "points", "cash". false: visit->error. */
bool card_load_balance(struct visit *visit);
/* A page of hers, with the brand above it. */
void card_show(struct visit *visit, unsigned status, const char *name);

/* points.c */
void points_get(struct visit *visit);
void credit_get(struct visit *visit);
void friends_get(struct visit *visit);

/* privacy.c */
void data_get(struct visit *visit);
void data_file_get(struct visit *visit);
void profile_post(struct visit *visit);
void consent_post(struct visit *visit);
void erase_get(struct visit *visit);
void erase_post(struct visit *visit);

#endif
