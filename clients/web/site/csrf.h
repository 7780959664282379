/* Form tokens: a keyed hash of the visitor's cookie, masked with fresh random bytes each time, so
 * that equal tokens never look equal in a compressed page. Pure but for the mask. */
#ifndef BECKON_CLIENTS_WEB_SITE_CSRF_H
#define BECKON_CLIENTS_WEB_SITE_CSRF_H

#include <stdbool.h>
#include <stdint.h>

enum { CSRF_KEY_BYTES = 32, CSRF_TEXT_BYTES = 48 };

/* A token for a form in a page for this cookie; terminated. */
void csrf_write(const uint8_t key[CSRF_KEY_BYTES], const char *cookie,
                char ret_text[CSRF_TEXT_BYTES]);
/* Was `text` written for this cookie? */
bool csrf_is_for(const uint8_t key[CSRF_KEY_BYTES], const char *cookie, const char *text);

#endif
