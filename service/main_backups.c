#include "service/main_backups.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* A name sorts by its time. store/backup.c makes a backup under its name and six letters more. */
#define DATED_FORM "dddd-dd-ddTddddddZ"
enum { DATED_LETTERS = sizeof DATED_FORM - 1, PART_LETTERS = DATED_LETTERS + 7 };
enum { CUT_OFF_SECONDS = 24 * 60 * 60 }; /* no backup takes that long */

static bool is_dated(const char *name)
{
    for (size_t i = 0; i < DATED_LETTERS; i++) {
        bool digit = name[i] >= '0' && name[i] <= '9';
        if (DATED_FORM[i] == 'd' ? !digit : name[i] != DATED_FORM[i])
            return false;
    }
    return true;
}

/* "dated" ones are whole by their name alone: they got it when everything was synced. */
static int choose_dated(const struct dirent *found)
{
    return strlen(found->d_name) == DATED_LETTERS && is_dated(found->d_name);
}

static int choose_part(const struct dirent *found)
{
    return strlen(found->d_name) == PART_LETTERS && is_dated(found->d_name)
           && found->d_name[DATED_LETTERS] == '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void list_free(struct dirent **list, int count)
{
    int reason = errno;
    for (int i = 0; i < count; i++)
        free(list[i]);
    free(list);
    errno = reason;
}

bool backups_is_one(const char *path)
{
    char manifest[FOLDER_PATH_BYTES];
    return folder_path(manifest, path, "MANIFEST") && folder_has(manifest);
}

bool backups_newest(const char *folder, char ret_path[FOLDER_PATH_BYTES])
{
    struct dirent **list = NULL;
    bool found = false;
    errno = 0;
    int count = scandir(folder, &list, choose_dated, by_name);
    for (int i = count - 1; i >= 0 && !found; i--) {
        char path[FOLDER_PATH_BYTES];
        found = folder_path(path, folder, list[i]->d_name) && backups_is_one(path);
        if (found)
            memcpy(ret_path, path, sizeof path);
    }
    if (count >= 0) {
        list_free(list, count);
        errno = 0;
    }
    return found;
}

static bool delete_parts(const char *folder)
{
    struct dirent **list = NULL;
    bool ok = true;
    int count = scandir(folder, &list, choose_part, by_name);
    if (count < 0)
        return false;
    for (int i = 0; i < count && ok; i++) {
        char path[FOLDER_PATH_BYTES];
        struct stat state;
        ok = folder_path(path, folder, list[i]->d_name);
        if (ok && stat(path, &state) == 0 && time(NULL) - state.st_mtime > CUT_OFF_SECONDS)
            ok = folder_remove(path);
    }
    list_free(list, count);
    return ok;
}

bool backups_prune(const char *folder, size_t keep, size_t *ret_deleted)
{
    struct dirent **list = NULL;
    size_t deleted = 0;
    bool ok = true;
    assert(keep > 0);
    int count = scandir(folder, &list, choose_dated, by_name);
    if (count < 0)
        return false;
    for (int i = 0; ok && (size_t)i + keep < (size_t)count; i++) {
        char path[FOLDER_PATH_BYTES];
        ok = folder_path(path, folder, list[i]->d_name) && folder_remove(path);
        deleted += ok ? 1 : 0;
    }
    list_free(list, count);
    ok = ok && delete_parts(folder) && folder_sync(folder);
    if (ok)
        *ret_deleted = deleted;
    return ok;
}
