#include "service/main_data.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/command/bootstrap.h"
#include "service/command/erasing.h"
#include "service/ops/clock.h"
#include "service/ops/log.h"
#include "service/secret.h"
#include "store/folder.h"

enum { HEADROOM_BYTES = 256 * 1024 * 1024 }; /* a full disk must never meet a commit (store.h) */
enum { RESTORE_READERS = 4 }; /* the erasure list is applied before anybody can read */
enum { FILE_PATH_BYTES = PATH_MAX + 32 };

bool data_write_file(const char *path, const char *text, unsigned mode)
{
    char temporary[FILE_PATH_BYTES + 8];
    snprintf(temporary, sizeof temporary, "%s.new", path);
    unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    bool ok = fd >= 0 && file_write_all(fd, text, strlen(text)) && fsync(fd) == 0;
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    return ok && rename(temporary, path) == 0;
}

/* Makes the folders above a data folder that isn't there; the store makes that itself. Each is
 * synced whoever made it: a start before this one may have died behind its mkdir. What can't be
 * made, store_open says; what we may not open to sync is older than us. */
static bool parents_make(const char *path)
{
    char part[PATH_MAX], quoted[LOG_VALUE_BYTES];
    if (folder_has(path))
        return true;
    for (size_t i = 1; path[i] != '\0' && i < sizeof part; i++) {
        if (path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        bool there = mkdir(part, 0700) == 0 || errno == EEXIST;
        if (there && !folder_sync_parent(part) && errno == EIO) {
            log_event("error", "folder not synced", "path=%s cause=EIO", log_quote(part, quoted));
            return false;
        }
    }
    return true;
}

static bool token_write(const char *data, const char *name, const char *token)
{
    char path[FILE_PATH_BYTES], text[SECRET_TOKEN_TEXT_BYTES + 1], quoted[LOG_VALUE_BYTES];
    snprintf(path, sizeof path, "%s/%s", data, name);
    snprintf(text, sizeof text, "%s\n", token);
    bool ok = data_write_file(path, text, 0600);
    if (!ok)
        log_event("error", "token file not written", "path=%s cause=%s",
                  log_quote(path, quoted), strerrorname_np(errno));
    return ok;
}

/* Says where the tokens lie, never what they are. */
static void say_first_start(const char *data)
{
    char path[FILE_PATH_BYTES], admin[LOG_VALUE_BYTES], operator[LOG_VALUE_BYTES];
    snprintf(path, sizeof path, "%s/admin.token", data);
    log_quote(path, admin);
    snprintf(path, sizeof path, "%s/operator.token", data);
    log_event("info", "first start", "merchant=1 admin_token=%s operator_token=%s "
              "keep=\"a copy of master.key elsewhere\"", admin, log_quote(path, operator));
}

/* Merchant 1 and its first tokens: written to their files first, then committed. Cut off in
 * between, the files hold tokens of nobody, and the next start begins anew. */
static bool first_start(const char *data, struct store *store)
{
    char admin[SECRET_TOKEN_TEXT_BYTES], operator[SECRET_TOKEN_TEXT_BYTES];
    uint8_t seed[BOOTSTRAP_SEED_BYTES];
    struct executor_clock clock = clock_system();
    secret_random(seed, sizeof seed);
    bootstrap_tokens(seed, admin, operator);
    bool written = token_write(data, "admin.token", admin)
                   && token_write(data, "operator.token", operator) && folder_sync(data);
    enum outcome outcome =
        written ? bootstrap_commit(store, clock.now_ms(clock.context), seed) : OUTCOME_OK;
    explicit_bzero(admin, sizeof admin);
    explicit_bzero(operator, sizeof operator);
    explicit_bzero(seed, sizeof seed);
    if (outcome != OUTCOME_OK)
        log_event("error", "first start failed", "reason=%s", outcome_info(outcome)->reason);
    if (!written || outcome != OUTCOME_OK)
        return false;
    say_first_start(data);
    return true;
}

static bool first_start_where_needed(const char *data, struct store *store)
{
    bool needed = false;
    enum outcome outcome = bootstrap_needed(store, &needed);
    if (outcome != OUTCOME_OK) {
        log_event("error", "store not read", "reason=%s", outcome_info(outcome)->reason);
        return false;
    }
    return !needed || first_start(data, store);
}

/* Before anybody is served: who was erased is gone, whatever a crash or a backup left. */
static bool finish_erasures(struct store *store)
{
    struct executor_clock clock = clock_system();
    size_t again = 0;
    enum outcome outcome = erasures_resume(store, clock.now_ms(clock.context), &again);
    char quoted[LOG_VALUE_BYTES];
    if (outcome != OUTCOME_OK)
        log_event("error", "erasures not finished", "reason=%s cause=%s",
                  outcome_info(outcome)->reason, log_quote(outcome_info(outcome)->en, quoted));
    else if (again > 0)
        log_event("info", "erased again", "count=%zu cause=\"the erasure list names them\"", again);
    return outcome == OUTCOME_OK;
}

bool data_open(const struct options *options, unsigned reader_max, struct store **ret_store)
{
    struct store_options store_options = {
        .path = options->data, .headroom_bytes = HEADROOM_BYTES, .reader_max = reader_max,
        .map_bytes = options->store_map_bytes,
        .buffer_bytes = options->store_buffer_bytes,
    };
    char message[STORE_MESSAGE_BYTES] = "", quoted[LOG_VALUE_BYTES], path[LOG_VALUE_BYTES];
    bool created = false;
    struct store *store;
    if (!parents_make(options->data))
        return false;
    if (store_open(&store_options, &store, &created, message) != STORE_OK) {
        log_event("error", "store not opened", "data=%s cause=%s", log_quote(options->data, path),
                  log_quote(message, quoted));
        return false;
    }
    log_event("info", created ? "store made" : "store opened", "data=%s",
              log_quote(options->data, path));
    if (!first_start_where_needed(options->data, store) || !finish_erasures(store)) {
        store_close(store);
        return false;
    }
    *ret_store = store;
    return true;
}

bool data_restore(const struct options *options)
{
    char message[STORE_MESSAGE_BYTES] = "", quoted[LOG_VALUE_BYTES], path[LOG_VALUE_BYTES];
    bool list_made = false;
    if (!parents_make(options->data))
        return false;
    struct store_brought brought = {.master_key = options->master_key,
                                    .erasures = options->erasures,
                                    .wrapping_keys = options->wrapping_keys};
    if (store_restore(options->restore, options->data, &brought, &list_made, message) !=
        STORE_OK) {
        log_event("error", "restore failed", "cause=%s", log_quote(message, quoted));
        return false;
    }
    if (list_made)
        log_event("warn", "no erasure list: who was erased after this backup is back",
                  "remedy=\"put your copy of the file erasures into the data folder and start\"");
    struct store *store;
    if (!data_open(options, RESTORE_READERS, &store))
        return false;
    store_close(store);
    log_event("info", "restored", "data=%s help=\"tokens are those of the backup\"",
              log_quote(options->data, path));
    return true;
}
