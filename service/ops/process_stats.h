/* What this process takes of the machine. */
#ifndef BECKON_SERVICE_OPS_PROCESS_STATS_H
#define BECKON_SERVICE_OPS_PROCESS_STATS_H

#include <stdint.h>

struct process_stats {
    uint64_t resident_bytes;
    uint64_t cpu_us;              /* user and system time since the start */
    uint64_t open_fds, fds_max;
    uint64_t threads;
};
/* Any thread; figures the system does not tell are 0. */
void process_stats(struct process_stats *ret_stats);
/* Bytes free for us on the disk of the folder; 0: not told. */
uint64_t process_disk_free(const char *folder);

#endif
