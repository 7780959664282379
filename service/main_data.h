/* The data folder as main sees it: opening the store, the first start's merchant and tokens. */
#ifndef BECKON_SERVICE_MAIN_DATA_H
#define BECKON_SERVICE_MAIN_DATA_H

#include <stdbool.h>

#include "service/main_options.h"
#include "store/store.h"

/* Opens the store, on a first start with merchant 1 and the token files. False after an error in
 * the log: EXIT_DATA. reader_max: snapshots open at once. */
bool data_open(const struct options *options, unsigned reader_max, struct store **ret_store);
/* Puts a backup into the data folder; false after an error in the log. */
bool data_restore(const struct options *options);
/* Writes a small file whole or not at all: beside it, synced, renamed. */
bool data_write_file(const char *path, const char *text, unsigned mode);

#endif
