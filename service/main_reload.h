/* SIGHUP: the settings are read again, from the same flags, environment and file. What may change
 * while serving does (rows with `reload`); what may not is named in the log and waits for a
 * restart. Settings that are wrong change nothing. Main's thread. */
#ifndef BECKON_SERVICE_MAIN_RELOAD_H
#define BECKON_SERVICE_MAIN_RELOAD_H

#include "service/main_options.h"

struct reload {
    int argc;                    /* as main got them */
    char *const *argv;
    char *const *environment;
    struct options *options;     /* in force */
    struct settings_texts texts; /* what reloaded texts belong to, until the next reload */
};

/* Reads the settings and changes those of reload->options that may change; parts that keep a text
 * copy it. False: refused, nothing changed, the log names the place. */
bool reload_read(struct reload *reload);
void reload_free(struct reload *reload);

#endif
