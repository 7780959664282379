/* What main tells commands about the process they run in: figures no table holds, for the operator.
 * Filled by main when it is asked for, on the asking thread; texts are copied. */
#ifndef BECKON_SERVICE_COMMAND_PROCESS_H
#define BECKON_SERVICE_COMMAND_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROCESS_TEXT_BYTES = 512, PROCESS_WARNINGS_MAX = 8 };

/* The last rehearsal of a backup, as DATA/backup.state has it; times in Unix ms, 0: not known. */
struct backup_facts {
    bool known;                      /* false: nothing was ever rehearsed here */
    bool well;
    uint64_t made_at, rehearsed_at;
    char path[PROCESS_TEXT_BYTES];
    char cause[PROCESS_TEXT_BYTES];  /* why it is not well; else empty */
};

struct process_facts {
    uint64_t started_at;             /* Unix ms */
    bool clock_waits;                /* what is due waits until the clock is accepted */
    uint64_t disk_free_bytes;        /* of the file system of the data folder, for this process */
    uint64_t disk_bytes;
    uint32_t connections;
    uint32_t descriptors, descriptors_max;
    bool tls;                        /* some listener has a certificate */
    int32_t certificate_days;        /* until it ends; below 0: it has ended */
    struct backup_facts backup;
    const char *warnings[PROCESS_WARNINGS_MAX]; /* English sentences on settings; static */
    size_t warning_count;
};

/* Fills *ret, which is zeroed. Any thread. */
typedef void process_look(void *context, struct process_facts *ret);

#endif
