/* What TLS needs to begin: certificate, key, whom to believe. TLS 1.2 and 1.3, forward secrecy
 * only, HTTP/2 (ALPN "h2") and nothing else; no sessions are resumed, so that a certificate or an
 * authority that was changed counts from the next connection on. */
#ifndef BECKON_SERVICE_DOOR_TLS_H
#define BECKON_SERVICE_DOOR_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

enum { TLS_MESSAGE_BYTES = 256 };

/* Names of PEM files. */
struct tls_files {
    const char *certificate; /* the chain, our own first */
    const char *key;
    const char *client_ca;   /* who signs clients' certificates; NULL: none are asked for */
    bool client_required;    /* else one that is shown must be good */
};

/* Reads the files. NULL: ret_message says which is wrong and why. The caller's, to be freed with
 * SSL_CTX_free; connections keep it alive. Any thread. *ret_days: until the certificate ends. */
SSL_CTX *tls_open(const struct tls_files *files, int *ret_days,
                  char ret_message[TLS_MESSAGE_BYTES]);

#endif
