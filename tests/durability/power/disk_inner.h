/* What disk.c (which takes the log) and image.c (which draws images) share. */
#ifndef BECKON_TESTS_DURABILITY_POWER_DISK_INNER_H
#define BECKON_TESTS_DURABILITY_POWER_DISK_INNER_H

#include "tests/durability/power/disk.h"

enum { POWER_SECTOR_BYTES = 512, POWER_NAME_BYTES = 64 };

enum power_change_kind {
    CHANGE_WRITE,  /* at, data, size */
    CHANGE_CUT,    /* at: the size */
    CHANGE_EXTEND, /* at: the size at least */
    CHANGE_NAMES,  /* of a folder: `gone` goes, `name` comes; either may be empty */
};
/* What was done to a file or folder and is not folded into what is synced. */
struct power_change {
    uint64_t number; /* of its entry: the order over all files */
    enum power_change_kind kind;
    bool synced;
    uint64_t at;
    const uint8_t *data;
    size_t size;
    char gone[POWER_NAME_BYTES], name[POWER_NAME_BYTES];
    struct power_node *node; /* what `name` names from here on */
    struct power_node *twin; /* a rename into another folder: that one; synced with either */
};

struct power_name {
    char name[POWER_NAME_BYTES];
    struct power_node *node;
};
struct power_names {
    struct power_name *list;
    size_t count, room;
};

/* A file or folder. What is synced, and what was done since. */
struct power_node {
    struct power_node *next; /* of all the disk's */
    bool folder;
    struct power_names names;  /* folders: synced */
    struct power_names now;    /* folders: as the running system sees it */
    uint8_t *bytes;            /* files: synced; behind bytes_size up to `size` all is zero */
    size_t bytes_size, bytes_room;
    uint64_t size;
    struct power_change *changes; /* in order */
    size_t change_count, change_room;
};

struct power_disk {
    char root_path[256];
    struct power_node *root, *nodes;
    uint64_t entry; /* number of the one taken last, from 1 */
    struct power_fd *fds;
    struct power_pending *pending;
};

/* Does the change to a list of names. */
void power_names_do(struct power_names *names, const struct power_change *change);
void power_names_copy(struct power_names *to, const struct power_names *from);

/* Calls with every change that is not synced; the order is the nodes'. */
typedef void power_visit(void *context, const struct power_change *change);
void power_disk_visit(const struct power_disk *disk, power_visit *visit, void *context);

#endif
