/* Is this on a disk of this machine, or does it come over a network? Any thread, no state.
 *
 * A store needs three things that file systems of the network promise only in part, or only while
 * nobody else has the file: a sync that returns when the bytes are safe, a lock that a second
 * process on any machine meets, and a mapped page that shows what was written. So they are refused,
 * by name. What is not known is taken to be local: a new file system of a disk must not stop a
 * service. */
#ifndef BECKON_STORE_LOCAL_DISK_H
#define BECKON_STORE_LOCAL_DISK_H

#include <stdbool.h>

#include "store/result.h"

/* False: `path` lies on a file system of the network; *ret_kind is its name, which lives for ever.
 * What isn't there, or can't be asked about, counts as local: opening it says more. */
bool local_disk_holds(const char *path, const char **ret_kind) STORE_CHECKED;

#endif
