/* A folder of dated backups, as `beckon backup --dated` makes them: DIR/2026-01-31T031000Z. Other
 * things may stand beside them and are never touched. Plain files; main's thread. */
#ifndef BECKON_SERVICE_MAIN_BACKUPS_H
#define BECKON_SERVICE_MAIN_BACKUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "store/folder.h"

/* Is `path` itself a whole backup (it has a MANIFEST)? */
bool backups_is_one(const char *path);
/* The newest whole dated backup of the folder; false: there is none, or the folder can't be read
 * (then errno is not 0). */
bool backups_newest(const char *folder, char ret_path[FOLDER_PATH_BYTES]);
/* Deletes the oldest dated backups until `keep` (at least 1) are left, and what backups that were
 * cut off long ago left behind. False: something can't be read or deleted, errno says why.
 * *ret_deleted counts backups. */
bool backups_prune(const char *folder, size_t keep, size_t *ret_deleted);

#endif
