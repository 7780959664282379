/* The phone a visitor is about to prove, kept between her pages in a sealed cookie: not in an
 * address, not in the process. */
#ifndef BECKON_CLIENTS_WEB_CUSTOMER_PROVING_H
#define BECKON_CLIENTS_WEB_CUSTOMER_PROVING_H

#include <stdbool.h>

#include "clients/web/site/visit.h"

enum { PROVING_PHONE_BYTES = 32, PROVING_SECONDS = 900 };

struct proving {
    int64_t until; /* Unix seconds */
    uint32_t merchant_number;
    char phone[PROVING_PHONE_BYTES];
};

/* Sets the cookie; a phone that is too long is cut, and never proven. */
void proving_begin(struct visit *visit, const char *phone, uint32_t merchant_number);
/* What the cookie holds; false: there is none, or it is over. */
bool proving_load(const struct visit *visit, struct proving *ret_proving);
void proving_end(struct visit *visit);
/* "138****1234" of any way of writing it, for her own eyes; the caller frees. */
char *proving_masked(const char *phone);

#endif
