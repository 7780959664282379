/* What beckond was asked to do: its settings, from the command line, the environment and the file
 * (service/settings). A new setting is a field here and a row in main_options.c. */
#ifndef BECKON_SERVICE_MAIN_OPTIONS_H
#define BECKON_SERVICE_MAIN_OPTIONS_H

#include <stdbool.h>

#include "service/settings/settings.h"

/* How beckond ends; `beckond --help` says the same. */
enum {
    EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_DATA = 3, EXIT_LISTEN = 4, EXIT_FAULT = 70,
    EXIT_WATCHDOG = 71,
};

enum { OPTIONS_LISTEN_MAX = 8, OPTIONS_KEEP_MAX = 10000 };
/* Of the buffer: the largest batch must find room in it; all of it is read again at start. */
#define OPTIONS_BUFFER_MIN (UINT64_C(1) << 20)
#define OPTIONS_BUFFER_MAX (UINT64_C(8) << 30)
enum { OPTIONS_CLIENT_OPTIONAL, OPTIONS_CLIENT_REQUIRED };
enum options_job {
    OPTIONS_SERVE, OPTIONS_RESTORE, OPTIONS_METHODS, OPTIONS_VERSION, OPTIONS_HELP, OPTIONS_MAN,
    OPTIONS_SAMPLE, OPTIONS_CHECK, OPTIONS_REHEARSE,
};

struct options {
    enum options_job job;       /* follows from the flags below */
    const char *config;         /* NULL: no file */
    const char *data;
    struct settings_list listen;
    const char *port_file;      /* NULL: none */
    const char *tls_certificate; /* NULL: no TLS; together with its key */
    const char *tls_key;
    const char *tls_client_ca;  /* NULL: clients need no certificate */
    unsigned tls_client;
    uint64_t store_map_bytes;   /* what the store may grow to */
    uint64_t store_buffer_bytes; /* memory for changes on their way into the tree; 0: none */
    bool core_dumps;            /* the system may write them */
    uint64_t watchdog_ms;       /* 0: none */
    const char *restore;        /* OPTIONS_RESTORE: the backup */
    const char *rehearse;       /* OPTIONS_REHEARSE: a backup, or the folder of dated ones */
    uint64_t keep;              /* backups left after a good rehearsal; 0: all */
    const char *master_key;     /* NULL: it is in the data folder already */
    const char *wrapping_keys;  /* as of the backup; NULL: they are in the data folder, or none */
    const char *erasures;       /* the erasure list; NULL: it is in the data folder already */
    const char *sms_file;       /* NULL: none; as the next two */
    const char *sms_hook;
    const char *sms_hook_secret;
    struct settings_list webhook_allow;
    const char *webhook_ca;     /* NULL: the system's */
    const char *metrics;        /* NULL: not served */
    unsigned log_level;         /* enum log_level */
    uint64_t log_slow_ms;       /* calls that take so long are logged; 0: none */
    bool help, version, methods, man, sample, check;
    struct settings_texts texts; /* what the texts above belong to */
    struct settings_origins origins;
};

/* The table. */
const struct settings_program *options_program(void);
/* Reads all sources. False: *ret_error says what is wrong; EXIT_USAGE at start. */
bool options_read(int argc, char *const *argv, char *const *environment,
                  struct options *ret_options, struct settings_error *ret_error);

#endif
