/* What beckond was asked to do: its command line. */
#ifndef BECKON_SERVICE_MAIN_OPTIONS_H
#define BECKON_SERVICE_MAIN_OPTIONS_H

#include <limits.h>
#include <stdbool.h>

/* How beckond ends; `beckond --help` says the same. */
enum {
    EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_DATA = 3, EXIT_LISTEN = 4, EXIT_FAULT = 70,
};

enum { OPTIONS_LISTEN_MAX = 8 };
enum options_job { OPTIONS_SERVE, OPTIONS_RESTORE, OPTIONS_METHODS, OPTIONS_VERSION, OPTIONS_HELP };

struct options {
    enum options_job job;
    char data[PATH_MAX];
    const char *listen[OPTIONS_LISTEN_MAX];
    unsigned listen_count;
    const char *port_file;      /* NULL: none */
    const char *record_commits; /* NULL: none */
    const char *restore;        /* OPTIONS_RESTORE: the backup */
    const char *master_key;     /* NULL: it is in the data folder already */
    const char *erasures;       /* the erasure list; NULL: it is in the data folder already */
    const char *sms_file;       /* NULL: none; as the next two */
    const char *sms_hook;
    const char *sms_hook_secret;
};

/* Reads the command line. False after a sentence on stderr: EXIT_USAGE. */
bool options_read(int argc, char **argv, struct options *ret_options);
/* Prints the manual to stdout. */
void options_help(void);

#endif
