/* A disk as a power cut may leave it: what of a recorded run (log.h) was synced at a moment,
 * and images of it in which the rest was kept or lost by chance.
 *
 * What a disk is taken to do, and why:
 *  - A sector of 512 bytes is written whole or not at all. Disks and SSDs promise that, and LMDB's
 *    meta page (some 120 bytes of one sector) rests on it. Nothing more: a page of 4096 bytes, the
 *    pages of one write, a key slot's neighbours in other sectors each come or stay away alone.
 *  - Before its sync a write may be on the disk or not, in any order with others: of each sector
 *    the disk has what the page cache held after any one of the writes to it, or none of them.
 *    A sector holds what it held in the page cache: who wrote the sector's other bytes before is
 *    in it, too.
 *  - A sync that returned 0 has put all earlier writes of that file on the disk, and its size; so
 *    has, of itself, a write through an O_DSYNC descriptor. One that has not returned promises
 *    nothing.
 *  - A file's size is on the disk or not apart from its bytes. Bytes that never came are zero: file
 *    systems don't show what others have deleted. Room taken by fallocate likewise.
 *  - A name (made, linked, renamed, removed) is on the disk once its folder was synced; before that
 *    each may have come or not, a rename whole. A file's own sync doesn't bring its name: POSIX
 *    promises no more, although some file systems do.
 *  - No page is written that nobody wrote, and nothing that was synced gets lost. A disk that lies
 *    about its syncs can't be helped by a program.
 *
 * The log's bytes are the caller's and stay as long as the disk. One thread. */
#ifndef BECKON_TESTS_DURABILITY_POWER_DISK_H
#define BECKON_TESTS_DURABILITY_POWER_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/durability/power/log.h"

struct power_disk;

/* A disk with an empty folder `root`. Aborts without memory, like all here. */
struct power_disk *power_disk_new(const char *root);
void power_disk_free(struct power_disk *disk);

/* Takes the next entry. False: it can't be (*ret_why, a text that stays). */
bool power_disk_take(struct power_disk *disk, const struct power_entry *entry, const uint8_t *data,
                     const char **ret_why);
/* How many writes, sizes and names are not synced now. */
size_t power_disk_unsynced(const struct power_disk *disk);

/* What becomes of the unsynced ones. */
enum power_fate {
    POWER_LOST,     /* all lost */
    POWER_KEPT,     /* all kept: a kill -9 */
    POWER_PREFIX,   /* in order up to one, which is torn */
    POWER_SUFFIX,   /* those from one on, which is torn; the earlier are lost */
    POWER_BUT_ONE,  /* all but one, which is torn or lost */
    POWER_ONE,      /* one alone */
    POWER_WRITES,   /* each whole or not */
    POWER_SECTORS,  /* each sector of each */
    POWER_FATES,
};
extern const char *const POWER_FATE_NAMES[POWER_FATES];

struct power_choice {
    enum power_fate fate;
    uint64_t seed;
};
/* Makes the image in the new folder `path`; false with errno. The same choice on the same disk
 * makes the same image. */
bool power_disk_image(const struct power_disk *disk, const struct power_choice *choice,
                      const char *path);

/* A number from 64 bits that follows from what it is given. */
uint64_t power_mix(uint64_t a, uint64_t b);

#endif
