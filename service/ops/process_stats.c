#include "service/ops/process_stats.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

/* The number behind `key` in /proc/self/status. */
static uint64_t status_number(const char *text, const char *key)
{
    uint64_t number = 0;
    const char *at = strstr(text, key);
    if (at == NULL || sscanf(at + strlen(key), "%" SCNu64, &number) != 1)
        return 0;
    return number;
}

static void read_status(struct process_stats *stats)
{
    char text[4096];
    FILE *file = fopen("/proc/self/status", "re");
    if (file == NULL)
        return;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    stats->resident_bytes = status_number(text, "\nVmRSS:") * 1024;
    stats->threads = status_number(text, "\nThreads:");
}

static uint64_t count_fds(void)
{
    DIR *folder = opendir("/proc/self/fd");
    uint64_t count = 0;
    if (folder == NULL)
        return 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count > 0 ? count - 1 : 0; /* without the folder's own */
}

static uint64_t time_us(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

void process_stats(struct process_stats *ret_stats)
{
    struct process_stats stats = {.open_fds = count_fds()};
    struct rusage usage;
    struct rlimit limit;
    read_status(&stats);
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        stats.cpu_us = time_us(usage.ru_utime) + time_us(usage.ru_stime);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        stats.fds_max = limit.rlim_cur;
    *ret_stats = stats;
}

uint64_t process_disk_free(const char *folder)
{
    struct statvfs disk;
    return statvfs(folder, &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize : 0;
}
