#include "service/main_rehearse.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "service/main_backups.h"
#include "service/main_data.h"
#include "service/ops/log.h"
#include "store/merchants.h"
#include "store/reader.h"
#include "store/verify.h"

#define REHEARSAL_NAME "rehearsal"
#define STATE_NAME "backup.state"
#define CANT_DELETE "The copy in the data folder can't be deleted"
enum { READERS = 4, MERCHANTS_PAGE = 64, CAUSE_BYTES = 256, TIME_BYTES = 24 };
/* Whoever cleans up holds the lock for a moment only. */
enum { LOCK_TRIES = 20, LOCK_REST_MS = 100 };

struct rehearsal {
    const struct options *options;
    char backup[FOLDER_PATH_BYTES];
    char copy[FOLDER_PATH_BYTES];
    bool from_folder;        /* the backup is the newest of a folder */
    struct timespec begun;
    uint64_t merchants, entries, findings;
    char cause[CAUSE_BYTES]; /* why it failed; "": it did not */
};

static bool fail(struct rehearsal *rehearsal, const char *sentence)
{
    snprintf(rehearsal->cause, sizeof rehearsal->cause, "%s", sentence);
    return false;
}

static bool fail_errno(struct rehearsal *rehearsal, const char *what)
{
    snprintf(rehearsal->cause, sizeof rehearsal->cause, "%s: %s.", what, strerror(errno));
    return false;
}

/* ---- the copy -------------------------------------------------------------------------------- */

static bool find_backup(struct rehearsal *rehearsal)
{
    const char *named = rehearsal->options->rehearse;
    if (backups_is_one(named)) {
        snprintf(rehearsal->backup, sizeof rehearsal->backup, "%s", named);
        return true;
    }
    rehearsal->from_folder = true;
    snprintf(rehearsal->backup, sizeof rehearsal->backup, "%s", named);
    if (backups_newest(named, rehearsal->backup))
        return true;
    return errno != 0 ? fail_errno(rehearsal, "The folder of the backups can't be read")
                      : fail(rehearsal, "There is no backup: `beckon backup --dated` makes one.");
}

/* The options of a beckond on the copy, with the keys of the data folder it stands in. */
static bool restore_copy(struct rehearsal *rehearsal, struct options *ret_options)
{
    char master_key[FOLDER_PATH_BYTES], erasures[FOLDER_PATH_BYTES];
    char wrapping_keys[FOLDER_PATH_BYTES];
    const struct options *asked = rehearsal->options;
    struct store_brought brought = {.master_key = asked->master_key,
                                    .erasures = asked->erasures,
                                    .wrapping_keys = asked->wrapping_keys};
    struct options options = {.data = rehearsal->copy};
    char message[STORE_MESSAGE_BYTES] = "";
    bool list_made = false;
    if (!folder_path(master_key, asked->data, "master.key") ||
        !folder_path(erasures, asked->data, "erasures") ||
        !folder_path(wrapping_keys, asked->data, "wrapping.keys"))
        return fail(rehearsal, "The data folder's path is too long.");
    if (brought.master_key == NULL)
        brought.master_key = master_key;
    if (brought.erasures == NULL && folder_has(erasures))
        brought.erasures = erasures;
    if (brought.wrapping_keys == NULL && folder_has(wrapping_keys))
        brought.wrapping_keys = wrapping_keys;
    if (store_restore(rehearsal->backup, rehearsal->copy, &brought, &list_made, message) !=
        STORE_OK)
        return fail(rehearsal, message);
    *ret_options = options;
    return true;
}

/* ---- what is in it --------------------------------------------------------------------------- */

static void print_merchant(uint32_t merchant, const struct verify_report *report)
{
    char head[2 * HASH_BYTES + 1];
    for (size_t i = 0; i < HASH_BYTES; i++)
        snprintf(head + 2 * i, 3, "%02x", report->head[i]);
    printf("%" PRIu32 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%s\n", merchant,
           report->entries, report->accounts, report->purchases, report->finding_count, head);
}

static bool verify_merchant(struct rehearsal *rehearsal, struct store *store, uint32_t merchant)
{
    struct verify_report *report = calloc(1, sizeof *report);
    if (report == NULL)
        return fail(rehearsal, "There is no memory left.");
    bool ok = store_verify(store, merchant, NULL, NULL, report) == STORE_OK;
    if (ok) {
        rehearsal->merchants++;
        rehearsal->entries += report->entries;
        rehearsal->findings += report->finding_count;
        print_merchant(merchant, report);
        for (uint64_t i = 0; i < report->finding_count && i < VERIFY_FINDINGS_MAX; i++) {
            char quoted[LOG_VALUE_BYTES];
            log_event("error", "finding", "merchant=%" PRIu32 " what=%s", merchant,
                      log_quote(report->findings[i], quoted));
        }
    }
    free(report);
    return ok || fail(rehearsal, "The restored store can't be read.");
}

/* Merchants are few and their numbers small: a page of them at a time. */
static bool list_merchants(struct store *store, uint32_t after,
                           uint32_t ret_numbers[MERCHANTS_PAGE], size_t *ret_count)
{
    struct reader reader;
    if (reader_open(store, &reader) != STORE_OK)
        return false;
    enum store_result result;
    do result = merchants_list(&reader, after, ret_numbers, MERCHANTS_PAGE, ret_count);
    while (result == STORE_NEED && kv_fetch(reader.snapshot) == STORE_OK);
    reader_close(&reader);
    return result == STORE_OK;
}

static bool verify_all(struct rehearsal *rehearsal, struct store *store)
{
    uint32_t numbers[MERCHANTS_PAGE], after = 0;
    size_t count = MERCHANTS_PAGE;
    printf("merchant\tentries\taccounts\tpurchases\tfindings\thead\n");
    while (count == MERCHANTS_PAGE) {
        if (!list_merchants(store, after, numbers, &count))
            return fail(rehearsal, "The restored store can't be read.");
        for (size_t i = 0; i < count; i++) {
            assert(numbers[i] > after);
            after = numbers[i];
            if (!verify_merchant(rehearsal, store, after))
                return false;
        }
    }
    if (rehearsal->merchants == 0)
        return fail(rehearsal, "The backup holds no merchant.");
    return rehearsal->findings == 0
           || fail(rehearsal, "The restored store is damaged: see the findings in the log.");
}

static bool restore_and_verify(struct rehearsal *rehearsal)
{
    struct options options;
    struct store *store;
    if (!find_backup(rehearsal))
        return false;
    if (!folder_remove(rehearsal->copy)) /* a rehearsal that was cut off left it */
        return fail_errno(rehearsal, CANT_DELETE);
    if (!restore_copy(rehearsal, &options))
        return false;
    if (!data_open(&options, READERS, &store))
        return fail(rehearsal, "The restored store can't be opened: see the log.");
    bool ok = verify_all(rehearsal, store);
    store_close(store);
    return ok;
}

/* ---- what is told ---------------------------------------------------------------------------- */

static const char *time_text(time_t time, char ret_text[TIME_BYTES])
{
    struct tm parts;
    ret_text[0] = '\0';
    if (gmtime_r(&time, &parts) != NULL)
        strftime(ret_text, TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return ret_text;
}

static double seconds_since(const struct timespec *begun)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - begun->tv_sec) + (double)(now.tv_nsec - begun->tv_nsec) / 1e9;
}

/* DATA/backup.state: how the last rehearsal went, whichever way. */
static bool write_state(const struct rehearsal *rehearsal, bool ok)
{
    char path[FOLDER_PATH_BYTES], manifest[FOLDER_PATH_BYTES];
    char now[TIME_BYTES], made[TIME_BYTES] = "";
    struct stat state;
    if (!folder_path(path, rehearsal->options->data, STATE_NAME))
        return false;
    if (folder_path(manifest, rehearsal->backup, "MANIFEST") && stat(manifest, &state) == 0)
        time_text(state.st_mtime, made);
    json_t *json = json_pack(
        "{s:s, s:s, s:b, s:s, s:s, s:I, s:I, s:I, s:f}", "rehearsed_at", time_text(time(NULL), now),
        "backup", rehearsal->backup, "ok", (int)ok, "cause", rehearsal->cause, "made_at", made,
        "merchants", (json_int_t)rehearsal->merchants, "entries", (json_int_t)rehearsal->entries,
        "findings", (json_int_t)rehearsal->findings, "seconds", seconds_since(&rehearsal->begun));
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(json);
    bool written = text != NULL && data_write_file(path, text, 0600);
    free(text);
    return written;
}

static bool prune(struct rehearsal *rehearsal)
{
    size_t deleted = 0;
    if (rehearsal->options->keep == 0)
        return true;
    if (!rehearsal->from_folder)
        return fail(rehearsal, "--keep wants the folder of the backups, not one of them.");
    if (!backups_prune(rehearsal->options->rehearse, rehearsal->options->keep, &deleted))
        return fail_errno(rehearsal, "The backup is whole, but the oldest can't be deleted");
    if (deleted > 0)
        log_event("info", "oldest backups deleted", "count=%zu kept=%" PRIu64, deleted,
                  rehearsal->options->keep);
    return true;
}

static bool tell(struct rehearsal *rehearsal, bool ok)
{
    char backup[LOG_VALUE_BYTES], cause[LOG_VALUE_BYTES];
    log_quote(rehearsal->backup, backup);
    if (ok) {
        printf("%s can be restored: merchants %" PRIu64 ", entries %" PRIu64 ", verify clean, "
               "%.1f s\n", rehearsal->backup, rehearsal->merchants, rehearsal->entries,
               seconds_since(&rehearsal->begun));
        log_event("info", "rehearsed", "backup=%s merchants=%" PRIu64 " entries=%" PRIu64, backup,
                  rehearsal->merchants, rehearsal->entries);
    } else {
        log_event("error", "rehearsal failed", "backup=%s cause=%s", backup,
                  log_quote(rehearsal->cause, cause));
    }
    if (!write_state(rehearsal, ok)) {
        log_event("error", "state of the backups not written", "cause=%s", strerrorname_np(errno));
        return false;
    }
    return fflush(stdout) == 0 && ok;
}

/* One at a time; the lock goes with the process. It is the folder's own, so that nobody is kept out
 * by a file of whoever was first (root). -1: errno, EWOULDBLOCK where somebody has it. */
static int lock_take(const char *data)
{
    int fd = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

static bool lock(const char *data, int *ret_fd)
{
    const struct timespec rest = {.tv_nsec = LOCK_REST_MS * 1000000L};

    int fd = lock_take(data);
    for (int i = 0; fd < 0 && errno == EWOULDBLOCK && i < LOCK_TRIES; i++) {
        nanosleep(&rest, NULL);
        fd = lock_take(data);
    }
    if (fd < 0)
        log_event("error", "rehearsal not begun", "cause=\"%s\"",
                  errno == EWOULDBLOCK ? "another one runs on this data folder"
                                       : strerror(errno));
    else
        *ret_fd = fd;
    return fd >= 0;
}

void rehearse_clean(const char *data)
{
    char copy[FOLDER_PATH_BYTES];

    if (!folder_path(copy, data, REHEARSAL_NAME) || !folder_has(copy))
        return;
    int fd = lock_take(data);
    if (fd < 0 && errno == EWOULDBLOCK)
        return; /* it runs */
    if (fd >= 0 && folder_remove(copy))
        log_event("info", "copy of a rehearsal that was cut off deleted", "%s", "");
    else
        log_event("warn", "copy of a rehearsal that was cut off can't be deleted", "cause=%s",
                  strerrorname_np(errno));
    if (fd >= 0)
        close(fd);
}

bool rehearse(const struct options *options)
{
    struct rehearsal *rehearsal = calloc(1, sizeof *rehearsal);
    int fd;
    assert(options->rehearse != NULL);
    if (rehearsal == NULL || !lock(options->data, &fd)) {
        free(rehearsal);
        return false;
    }
    rehearsal->options = options;
    clock_gettime(CLOCK_MONOTONIC, &rehearsal->begun);
    bool ok = folder_path(rehearsal->copy, options->data, REHEARSAL_NAME)
                  ? restore_and_verify(rehearsal)
                  : fail(rehearsal, "The data folder's path is too long.");
    bool deleted = rehearsal->copy[0] != '\0' && folder_remove(rehearsal->copy);
    if (ok && !deleted)
        ok = fail_errno(rehearsal, CANT_DELETE);
    ok = tell(rehearsal, ok && prune(rehearsal));
    close(fd);
    free(rehearsal);
    return ok;
}
