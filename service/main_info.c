#include "service/main_info.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "store/folder.h"

/* "2026-01-31T03:10:00Z" as Unix ms; 0: it is none. */
static uint64_t time_of(const char *text)
{
    struct tm tm = {0};
    const char *rest = text != NULL ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
    time_t seconds = rest != NULL ? timegm(&tm) : 0;
    return seconds > 0 ? (uint64_t)seconds * 1000 : 0;
}

static void copy_text(char to[PROCESS_TEXT_BYTES], const char *text)
{
    snprintf(to, PROCESS_TEXT_BYTES, "%s", text != NULL ? text : "");
}

/* DATA/backup.state as beckond --rehearse leaves it; unreadable is the same as none. */
static void look_at_backup(const char *data, struct backup_facts *ret)
{
    char path[FOLDER_PATH_BYTES];
    if (!folder_path(path, data, "backup.state")) return;
    json_t *json = json_load_file(path, 0, NULL);
    if (!json_is_object(json)) {
        json_decref(json);
        return;
    }
    ret->known = true;
    ret->well = json_is_true(json_object_get(json, "ok"));
    ret->made_at = time_of(json_string_value(json_object_get(json, "made_at")));
    ret->rehearsed_at = time_of(json_string_value(json_object_get(json, "rehearsed_at")));
    copy_text(ret->path, json_string_value(json_object_get(json, "backup")));
    copy_text(ret->cause, json_string_value(json_object_get(json, "cause")));
    json_decref(json);
}

static void look_at_disk(const char *data, struct process_facts *ret)
{
    struct statvfs disk;
    if (statvfs(data, &disk) != 0) return;
    ret->disk_free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    ret->disk_bytes = (uint64_t)disk.f_blocks * disk.f_frsize;
}

static void look_at_descriptors(struct process_facts *ret)
{
    struct rlimit limit;
    DIR *folder = opendir("/proc/self/fd");
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        ret->descriptors_max = limit.rlim_cur < UINT32_MAX ? (uint32_t)limit.rlim_cur : UINT32_MAX;
    if (folder == NULL) return;
    uint32_t count = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (entry->d_name[0] != '.') count++;
    closedir(folder);
    ret->descriptors = count - 1; /* but for the one that looked */
}

static void warn(struct process_facts *facts, bool when, const char *sentence)
{
    if (when && facts->warning_count < PROCESS_WARNINGS_MAX)
        facts->warnings[facts->warning_count++] = sentence;
}

void info_look(void *context, struct process_facts *ret)
{
    const struct info *info = context;
    struct door_stats door;

    ret->started_at = info->started_at;
    ret->clock_waits = due_ticker_waits(info->due);
    door_stats(info->door, &door);
    ret->connections = door.open;
    ret->tls = door.certificate_days != INT32_MAX;
    ret->certificate_days = ret->tls ? door.certificate_days : 0;
    look_at_disk(info->data, ret);
    look_at_descriptors(ret);
    look_at_backup(info->data, &ret->backup);
    warn(ret, !info->sms_file && !info->sms_hook,
         "No message can be sent to a phone (sms-hook): nobody can sign in with hers.");
    warn(ret, info->sms_file, "Codes for phones go into a file (sms-file): for trials only.");
    warn(ret, geteuid() == 0, "beckond runs as root: it needs no right but to its data folder.");
}
