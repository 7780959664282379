/* beckon-web's settings, from the command line, the environment and the file: the same engine as
 * beckond's (service/settings). A new setting is a field here and a row in options.c. */
#ifndef BECKON_CLIENTS_WEB_OPTIONS_H
#define BECKON_CLIENTS_WEB_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "service/settings/settings.h"

enum web_job { WEB_SERVE, WEB_HELP, WEB_VERSION, WEB_MAN, WEB_SAMPLE, WEB_CHECK };

struct web_options {
    enum web_job job;           /* follows from the flags below */
    const char *config;         /* NULL: no file */
    const char *listen, *service;
    const char *tls_ca;         /* of the service; NULL: plaintext */
    const char *tls_certificate, *tls_key;
    const char *host;           /* NULL: the merchant's own; as the next three */
    const char *link_base, *key_file, *port_file;
    uint64_t merchant_number;
    bool behind_proxy, lan;
    bool help, version, man, sample, check;
    struct settings_texts texts; /* what the texts above belong to */
    struct settings_origins origins;
};

/* The table. */
const struct settings_program *web_options_program(void);
/* Reads all sources. False: *ret_error says what is wrong. */
bool web_options_read(int argc, char *const *argv, char *const *environment,
                      struct web_options *ret_options, struct settings_error *ret_error);

#endif
