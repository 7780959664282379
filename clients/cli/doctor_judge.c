/* What is well, what is not yet, what is not: the limits stand here. */
#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "clients/cli/doctor.h"

enum {
    PERCENT_WARN = 70, PERCENT_FAIL = 90, /* of the map: as the service itself warns and refuses */
    DISK_PERCENT_WARN = 10,               /* free */
    DESCRIPTORS_PERCENT_WARN = 80, DESCRIPTORS_FEW = 1024,
    CLOCK_WARN_MS = 5000, CLOCK_FAIL_MS = 5 * 60 * 1000,
    CERTIFICATE_DAYS_WARN = 14,
    BACKUP_HOURS_WARN = 48, BACKUP_HOURS_FAIL = 7 * 24,
    SNAPSHOT_COMMITS_WARN = 100000,
};
#define DISK_FREE_FAIL (UINT64_C(1) << 30)
#define HOUR_MS (INT64_C(60) * 60 * 1000)

typedef Beckon__V1__GetStoreInfoResponse store_info;

/* No time: 0, as 1970. */
static int64_t time_ms(const Google__Protobuf__Timestamp *time)
{
    return time ? time->seconds * 1000 + time->nanos / 1000000 : 0;
}

static unsigned percent(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (unsigned)((double)part * 100 / (double)whole) : 0;
}

static void judge_version(struct doctor *doctor, const store_info *info)
{
    bool same = strcmp(info->version, BECKON_VERSION) == 0;
    doctor_find(doctor, same ? DOCTOR_OK : DOCTOR_WARN, "version",
                same ? "" : "Install the same version of both.",
                "the service is %s, this beckon %s; schema %u", info->version, BECKON_VERSION,
                info->schema_version);
}

static void judge_clock(struct doctor *doctor, const store_info *info, int64_t now_ms)
{
    int64_t apart = time_ms(info->now) - now_ms;
    apart = apart < 0 ? -apart : apart;
    enum doctor_level level = apart >= CLOCK_FAIL_MS   ? DOCTOR_FAIL
                              : apart >= CLOCK_WARN_MS ? DOCTOR_WARN
                                                       : DOCTOR_OK;
    doctor_find(doctor, level, "clock",
                level == DOCTOR_OK ? "" : "Let chrony or systemd-timesyncd keep both clocks.",
                "the service's and this machine's are %.1f s apart", (double)apart / 1000);
    if (info->clock_waits)
        doctor_find(doctor, DOCTOR_FAIL, "clock",
                    "Look at the machine's clock, then: beckon clock accept",
                    "it has jumped, or the store has lain still: nothing matures or expires");
}

static void judge_disk(struct doctor *doctor, const store_info *info)
{
    g_autofree char *free_text = g_format_size(info->disk_free_bytes);
    unsigned free_percent = percent(info->disk_free_bytes, info->disk_bytes);
    enum doctor_level level = info->disk_free_bytes < DISK_FREE_FAIL     ? DOCTOR_FAIL
                              : free_percent < DISK_PERCENT_WARN ? DOCTOR_WARN
                                                                 : DOCTOR_OK;
    doctor_find(doctor, level, "disk",
                level == DOCTOR_OK ? "" : "Make room, or move the data folder to a larger disk.",
                "%s free for the data folder, %u %% of it", free_text, free_percent);
}

static void judge_store(struct doctor *doctor, const store_info *info)
{
    g_autofree char *map = g_format_size(info->map_bytes);
    uint64_t in_use = info->used_bytes - MIN(info->free_bytes, info->used_bytes);
    g_autofree char *used = g_format_size(in_use);
    unsigned share = percent(in_use, info->map_bytes);
    enum doctor_level level = share >= PERCENT_FAIL   ? DOCTOR_FAIL
                              : share >= PERCENT_WARN ? DOCTOR_WARN
                                                      : DOCTOR_OK;
    doctor_find(doctor, level, "store",
                level == DOCTOR_OK ? "" : "At 90 % writes are refused: raise store-map, restart.",
                "%s of at most %s, %u %%", used, map, share);
    if (info->full)
        doctor_find(doctor, DOCTOR_FAIL, "writes",
                    "Make room on the disk, or raise store-map and restart beckond.",
                    "they are refused: the disk or the store is full");
    bool old = info->oldest_snapshot_commits >= SNAPSHOT_COMMITS_WARN;
    doctor_find(doctor, old ? DOCTOR_WARN : DOCTOR_OK, "reads",
                old ? "A verify, backup or export may run; else restart the service." : "",
                "%u open, the oldest %" PRIu64 " commits old", info->snapshots,
                info->oldest_snapshot_commits);
}

/* Filling and draining is what the buffer is for; only what old reads keep of it may grow. */
static void judge_buffer(struct doctor *doctor, const store_info *info)
{
    g_autofree char *most = g_format_size(info->buffer_bytes);
    g_autofree char *taken = g_format_size(info->buffered_bytes);
    g_autofree char *held = g_format_size(info->held_bytes);
    if (info->buffer_bytes == 0) {
        doctor_find(doctor, DOCTOR_OK, "buffer", "",
                    "none: each change goes into the tree at once");
        return;
    }
    bool many = info->held_bytes > info->buffer_bytes;
    doctor_find(doctor, many ? DOCTOR_WARN : DOCTOR_OK, "buffer",
                many ? "Reads are open for long: see reads above." : "",
                "%s of %s taken, %" PRIu64 " commits in the journal; %s kept for old reads", taken,
                most, info->journal_commits, held);
}

static void judge_descriptors(struct doctor *doctor, const store_info *info)
{
    bool many = percent(info->descriptors, info->descriptors_max) >= DESCRIPTORS_PERCENT_WARN;
    bool few = info->descriptors_max < DESCRIPTORS_FEW;
    doctor_find(doctor, many || few ? DOCTOR_WARN : DOCTOR_OK, "descriptors",
                many || few ? "Raise the limit: LimitNOFILE= of the unit, or ulimit -n." : "",
                "%u of %u open, %u connections", info->descriptors, info->descriptors_max,
                info->connections);
}

static void judge_certificate(struct doctor *doctor, const store_info *info)
{
    if (!info->tls) {
        doctor_find(doctor, DOCTOR_OK, "certificate", "", "none: it serves this machine alone");
        return;
    }
    enum doctor_level level = info->certificate_days < 0 ? DOCTOR_FAIL
                              : info->certificate_days < CERTIFICATE_DAYS_WARN ? DOCTOR_WARN
                                                                               : DOCTOR_OK;
    doctor_find(doctor, level, "certificate",
                level == DOCTOR_OK ? "" : "Put a new one there, then: systemctl reload beckond",
                level == DOCTOR_FAIL ? "it ended %d days ago" : "it is good for %d more days",
                level == DOCTOR_FAIL ? -info->certificate_days : info->certificate_days);
}

static void judge_backup(struct doctor *doctor, const store_info *info)
{
    const Beckon__V1__BackupInfo *backup = info->backup;
    if (!backup) {
        doctor_find(doctor, DOCTOR_WARN, "backup",
                    "systemctl enable --now beckon-backup.timer, or beckond --rehearse after "
                    "beckon backup", "none was ever rehearsed");
        return;
    }
    if (!backup->well) {
        doctor_find(doctor, DOCTOR_FAIL, "backup",
                    "Mend the cause, then: systemctl start beckon-backup",
                    "%s can't be relied on: %s", backup->path, backup->cause);
        return;
    }
    int64_t hours = (time_ms(info->now) - time_ms(backup->made_at)) / HOUR_MS;
    enum doctor_level level = hours >= BACKUP_HOURS_FAIL   ? DOCTOR_FAIL
                              : hours >= BACKUP_HOURS_WARN ? DOCTOR_WARN
                                                           : DOCTOR_OK;
    doctor_find(doctor, level, "backup",
                level == DOCTOR_OK ? "" : "Is it made? systemctl status beckon-backup.timer",
                "%s is %" PRId64 " hours old, and was restored and verified for a trial",
                backup->path, hours);
}

void doctor_judge(struct doctor *doctor, const Beckon__V1__GetStoreInfoResponse *info,
                  int64_t now_ms)
{
    judge_version(doctor, info);
    judge_clock(doctor, info, now_ms);
    judge_disk(doctor, info);
    judge_store(doctor, info);
    judge_buffer(doctor, info);
    judge_descriptors(doctor, info);
    judge_certificate(doctor, info);
    judge_backup(doctor, info);
    for (size_t i = 0; i < info->n_warnings; i++)
        doctor_find(doctor, DOCTOR_WARN, "settings", "See beckond --help.", "%s",
                    info->warnings[i]);
}
