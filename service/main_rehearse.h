/* The rehearsal of a restore: is this backup one that Beckon can be brought back from?
 *
 * Happy path: one rehearsal at a time -> the backup named, or the newest of a folder -> restored
 * into DATA/rehearsal with DATA's master.key and erasure list -> opened -> every merchant verified,
 * a line each on standard output -> DATA/rehearsal deleted -> with --keep the oldest backups of the
 * folder deleted -> DATA/backup.state says how it went, for `beckon doctor`.
 * Ways it fails: no backup, no or another master.key, a damaged file, findings of verify, disk
 * full; then nothing of the backups is deleted, and the state says why.
 *
 * The copy stands in the data folder, not beside the backup, so that no master.key ever gets onto
 * the disk of the backups. It runs beside a serving beckond and never touches its store. */
#ifndef BECKON_SERVICE_MAIN_REHEARSE_H
#define BECKON_SERVICE_MAIN_REHEARSE_H

#include <stdbool.h>

#include "service/main_options.h"

/* Deletes the copy that a killed rehearsal left in the data folder: who is erased meanwhile must
 * not stay readable in it. Leaves it alone while one runs. Any thread; looks at one name. */
void rehearse_clean(const char *data);

/* False after an error in the log. */
bool rehearse(const struct options *options);

#endif
