#include "service/door/tls.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

enum { CHAIN_DEPTH = 5 };

/* Nobody sits at the terminal of a service. */
static int no_passphrase(char *buffer, int size, int writes, void *context)
{
    (void)buffer, (void)size, (void)writes, (void)context;
    return 0;
}

static int choose_h2(SSL *ssl, const unsigned char **ret, unsigned char *ret_size,
                     const unsigned char *offered, unsigned offered_size, void *context)
{
    (void)ssl, (void)context;
    for (unsigned at = 0; at < offered_size; at += 1u + offered[at])
        if (offered[at] == 2 && at + 2 < offered_size && memcmp(offered + at + 1, "h2", 2) == 0) {
            *ret = offered + at + 1;
            *ret_size = 2;
            return SSL_TLSEXT_ERR_OK;
        }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static bool refuse(char ret_message[TLS_MESSAGE_BYTES], const char *file, const char *what)
{
    const char *why = ERR_reason_error_string(ERR_peek_last_error());
    snprintf(ret_message, TLS_MESSAGE_BYTES, "%.100s: %s%s%s", file, what,
             why != NULL ? ": " : "", why != NULL ? why : "");
    ERR_clear_error();
    return false;
}

static bool load(SSL_CTX *tls, const struct tls_files *files, char ret_message[TLS_MESSAGE_BYTES])
{
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(tls, files->certificate) != 1)
        return refuse(ret_message, files->certificate, "no PEM certificate can be read from it");
    if (SSL_CTX_use_PrivateKey_file(tls, files->key, SSL_FILETYPE_PEM) != 1)
        return refuse(ret_message, files->key,
                      "no PEM key without a passphrase that fits the certificate");
    if (files->client_ca == NULL)
        return true;
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(files->client_ca);
    if (names == NULL || SSL_CTX_load_verify_file(tls, files->client_ca) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return refuse(ret_message, files->client_ca, "no PEM certificates can be read from it");
    }
    SSL_CTX_set_client_CA_list(tls, names);
    SSL_CTX_set_verify_depth(tls, CHAIN_DEPTH);
    SSL_CTX_set_verify(
        tls, SSL_VERIFY_PEER | (files->client_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
        NULL);
    return true;
}

static bool restrict_to(SSL_CTX *tls)
{
    SSL_CTX_set_options(tls, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET
                                 | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                              | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_default_passwd_cb(tls, no_passphrase);
    SSL_CTX_set_alpn_select_cb(tls, choose_h2, NULL);
    return SSL_CTX_set_num_tickets(tls, 0) == 1
           && SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) == 1
           && SSL_CTX_set_cipher_list(tls, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

SSL_CTX *tls_open(const struct tls_files *files, int *ret_days,
                  char ret_message[TLS_MESSAGE_BYTES])
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    if (tls == NULL || !restrict_to(tls)) {
        refuse(ret_message, "TLS", "the system's OpenSSL does not let it begin");
        SSL_CTX_free(tls);
        return NULL;
    }
    if (!load(tls, files, ret_message)) {
        SSL_CTX_free(tls);
        return NULL;
    }
    int days = 0, seconds = 0;
    ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(SSL_CTX_get0_certificate(tls)));
    *ret_days = days;
    return tls;
}
