/* What a VerifyStore that found nothing is worth to a close: proof, authenticated like a page's
 * token, that the ledger was whole up to an entry. */
#ifndef BECKON_SERVICE_COMMAND_VERIFY_CERTIFICATE_H
#define BECKON_SERVICE_COMMAND_VERIFY_CERTIFICATE_H

#include "service/command/command.h"

enum { VERIFY_CERTIFICATE_TEXT_BYTES = 2 * (8 + 16) + 1 };

/* For the merchant's ledger up to `entry`, terminated. */
void verify_certificate_write(const struct store *store, uint32_t merchant, uint64_t entry,
                              char ret_text[VERIFY_CERTIFICATE_TEXT_BYTES]);
/* False: it is not of this store and merchant, or it was mistyped. */
bool verify_certificate_read(const struct store *store, uint32_t merchant, const char *text,
                             uint64_t *ret_entry);

#endif
