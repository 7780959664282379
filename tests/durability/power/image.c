/* Draws images: what was synced, and of the rest what the choice's fate and seed say. Nothing is
 * kept between draws: whether a change, or a sector of it, is there follows from seed, number and
 * sector, so that a file with two names has one content. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/durability/power/disk_inner.h"

const char *const POWER_FATE_NAMES[POWER_FATES] = {
    [POWER_LOST] = "lost", [POWER_KEPT] = "kept", [POWER_PREFIX] = "prefix",
    [POWER_SUFFIX] = "suffix", [POWER_BUT_ONE] = "all but one", [POWER_ONE] = "one",
    [POWER_WRITES] = "writes", [POWER_SECTORS] = "sectors",
};

enum { FOLDERS_MAX = 64, PATH_BYTES = 512 };
enum { SALT_CHOSEN = 1, SALT_PERCENT, SALT_TORN, SALT_RUN, SALT_SIZE, SALT_WHOLE, SALT_CHANGE };

uint64_t power_mix(uint64_t a, uint64_t b)
{
    uint64_t z = a * UINT64_C(0x9e3779b97f4a7c15) + b + UINT64_C(0x632be59bd9b4e019);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct draw {
    enum power_fate fate;
    uint64_t seed;
    uint64_t chosen; /* number of the change that is cut at, torn, alone */
    unsigned percent;
};
enum kept { KEPT_NOT, KEPT_WHOLE, KEPT_TORN };

struct numbers {
    uint64_t *list;
    size_t count;
};

static void number_add(void *context, const struct power_change *change)
{
    struct numbers *numbers = context;
    numbers->list[numbers->count++] = change->number;
}

static int number_order(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static struct draw draw_begin(const struct power_disk *disk, const struct power_choice *choice)
{
    static const unsigned percents[] = {5, 20, 50, 80, 95};
    struct draw draw = {.fate = choice->fate, .seed = choice->seed};
    struct numbers numbers = {0};
    size_t count = power_disk_unsynced(disk);
    draw.percent = percents[power_mix(draw.seed, SALT_PERCENT) % 5];
    if (count == 0) return draw;
    numbers.list = malloc(count * sizeof *numbers.list);
    if (numbers.list == NULL) abort();
    power_disk_visit(disk, number_add, &numbers);
    assert(numbers.count == count);
    qsort(numbers.list, count, sizeof *numbers.list, number_order);
    draw.chosen = numbers.list[power_mix(draw.seed, SALT_CHOSEN) % count];
    free(numbers.list);
    return draw;
}

static bool chance(const struct draw *draw, uint64_t salt, uint64_t what)
{
    return power_mix(power_mix(draw->seed, salt), what) % 100 < draw->percent;
}

static enum kept kept(const struct draw *draw, const struct power_change *change)
{
    bool whole = power_mix(draw->seed, SALT_WHOLE) % 2 == 0;
    bool is_it = change->number == draw->chosen;
    if (change->synced) return KEPT_WHOLE;
    switch (draw->fate) {
    case POWER_KEPT:
        return KEPT_WHOLE;
    case POWER_PREFIX:
        return is_it ? KEPT_TORN : change->number < draw->chosen ? KEPT_WHOLE : KEPT_NOT;
    case POWER_SUFFIX:
        return is_it ? KEPT_TORN : change->number > draw->chosen ? KEPT_WHOLE : KEPT_NOT;
    case POWER_BUT_ONE:
        return !is_it ? KEPT_WHOLE : whole ? KEPT_NOT : KEPT_TORN;
    case POWER_ONE:
        return !is_it ? KEPT_NOT : whole ? KEPT_WHOLE : KEPT_TORN;
    case POWER_WRITES:
        return chance(draw, SALT_CHANGE, change->number) ? KEPT_WHOLE : KEPT_NOT;
    case POWER_SECTORS:
        return KEPT_TORN;
    case POWER_LOST:
    case POWER_FATES:
        break;
    }
    return KEPT_NOT;
}

/* Of a torn write either each sector has a chance of its own or those up to one are there. */
static bool sector_kept(const struct draw *draw, const struct power_change *change, uint64_t sector)
{
    uint64_t own = power_mix(power_mix(draw->seed, SALT_TORN), change->number);
    if (power_mix(draw->seed, SALT_RUN) % 4 > 0)
        return chance(draw, SALT_TORN + change->number, sector);
    uint64_t first = change->at / POWER_SECTOR_BYTES;
    uint64_t last = (change->at + change->size - 1) / POWER_SECTOR_BYTES;
    return sector - first < own % (last - first + 2);
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Two contents: `cached` as the page cache had it at a change, `disk` as the image gets it. Beyond
 * `room` both are zero. */
struct content {
    uint8_t *cached, *disk;
    size_t room;
    uint64_t cached_size, disk_size;
};

static uint8_t *room_for(const struct power_node *node, size_t room)
{
    uint8_t *bytes = calloc(1, room > 0 ? room : 1);
    if (bytes == NULL) abort();
    if (node->bytes_size > 0) memcpy(bytes, node->bytes, node->bytes_size);
    return bytes;
}

static void write_kept(const struct draw *draw, const struct power_change *change, enum kept how,
                       struct content *content)
{
    uint64_t end = change->at + change->size;
    memcpy(content->cached + change->at, change->data, change->size);
    if (end > content->cached_size) content->cached_size = end;
    for (uint64_t sector = change->at / POWER_SECTOR_BYTES;
         change->size > 0 && sector * POWER_SECTOR_BYTES < end; sector++) {
        if (how == KEPT_NOT || (how == KEPT_TORN && !sector_kept(draw, change, sector))) continue;
        size_t at = sector * POWER_SECTOR_BYTES;
        size_t size = content->room - at < POWER_SECTOR_BYTES ? content->room - at
                                                              : POWER_SECTOR_BYTES;
        memcpy(content->disk + at, content->cached + at, size);
        uint64_t reach = at + size < end ? at + size : end;
        if (reach > content->disk_size) content->disk_size = reach;
    }
}

static void size_kept(const struct draw *draw, const struct power_change *change, enum kept how,
                      struct content *content)
{
    bool cuts = change->kind == CHANGE_CUT;
    if (how == KEPT_TORN) how = chance(draw, SALT_CHANGE, change->number) ? KEPT_WHOLE : KEPT_NOT;
    if (cuts && change->at < content->room)
        memset(content->cached + change->at, 0, content->room - change->at);
    if (cuts || change->at > content->cached_size) content->cached_size = change->at;
    if (how == KEPT_NOT) return;
    if (cuts && change->at < content->room)
        memset(content->disk + change->at, 0, content->room - change->at);
    if (cuts || change->at > content->disk_size) content->disk_size = change->at;
}

/* The size goes with what was kept, or is that after any one of the changes. */
static uint64_t size_drawn(const struct draw *draw, const struct power_node *node,
                           const struct content *content, const uint64_t *sizes, size_t first)
{
    uint64_t drawn = power_mix(draw->seed, SALT_SIZE);
    bool follows = draw->fate == POWER_LOST || draw->fate == POWER_KEPT || drawn % 2 == 0;
    if (follows) return content->disk_size;
    return sizes[first + drawn / 2 % (node->change_count + 1 - first)];
}

static bool file_out(const char *path, const struct content *content, uint64_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t left = size < content->room ? size : content->room, at = 0;
    bool ok = fd >= 0;
    while (ok && at < left) {
        ssize_t written = write(fd, content->disk + at, left - at);
        ok = written > 0;
        at += ok ? (size_t)written : 0;
    }
    ok = ok && ftruncate(fd, (off_t)size) == 0;
    if (fd >= 0) ok = close(fd) == 0 && ok;
    return ok;
}

static bool file_image(const struct draw *draw, const struct power_node *node, const char *path)
{
    struct content content = {.room = node->bytes_size, .cached_size = node->size,
                              .disk_size = node->size};
    size_t first = 0; /* sizes before the last synced change can't be drawn */
    for (size_t i = 0; i < node->change_count; i++) {
        const struct power_change *change = &node->changes[i];
        if (change->kind == CHANGE_WRITE && change->at + change->size > content.room)
            content.room = change->at + change->size;
        if (change->synced) first = i + 1;
    }
    uint64_t *sizes = calloc(node->change_count + 1, sizeof *sizes);
    if (sizes == NULL) abort();
    content.cached = room_for(node, content.room);
    content.disk = room_for(node, content.room);
    sizes[0] = node->size;
    for (size_t i = 0; i < node->change_count; i++) {
        const struct power_change *change = &node->changes[i];
        enum kept how = kept(draw, change);
        if (change->kind == CHANGE_WRITE) write_kept(draw, change, how, &content);
        else size_kept(draw, change, how, &content);
        sizes[i + 1] = content.cached_size;
    }
    bool ok = file_out(path, &content, size_drawn(draw, node, &content, sizes, first));
    free(sizes);
    free(content.cached);
    free(content.disk);
    return ok;
}

/* ---- folders --------------------------------------------------------------------------------- */

struct place {
    const struct power_node *node;
    char path[PATH_BYTES];
};
struct places {
    struct place list[FOLDERS_MAX];
    size_t count;
};

static bool name_out(const struct draw *draw, const struct power_name *name, const char *folder,
                     struct places *places)
{
    char path[PATH_BYTES];
    int size = snprintf(path, sizeof path, "%s/%s", folder, name->name);
    if (size < 0 || size >= PATH_BYTES) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (!name->node->folder) return file_image(draw, name->node, path);
    assert(places->count < FOLDERS_MAX);
    struct place *place = &places->list[places->count++];
    place->node = name->node;
    memcpy(place->path, path, sizeof path);
    return mkdir(path, 0700) == 0;
}

static bool folder_image(const struct draw *draw, const struct power_node *node, const char *path,
                         struct places *places)
{
    struct power_names names;
    bool ok = true;
    power_names_copy(&names, &node->names);
    for (size_t i = 0; i < node->change_count; i++) {
        const struct power_change *change = &node->changes[i];
        enum kept how = kept(draw, change);
        if (how == KEPT_WHOLE ||
            (how == KEPT_TORN && chance(draw, SALT_CHANGE, change->number)))
            power_names_do(&names, change);
    }
    for (size_t i = 0; i < names.count && ok; i++)
        ok = name_out(draw, &names.list[i], path, places);
    free(names.list);
    return ok;
}

bool power_disk_image(const struct power_disk *disk, const struct power_choice *choice,
                      const char *path)
{
    static struct places places;
    struct draw draw = draw_begin(disk, choice);
    bool ok = mkdir(path, 0700) == 0;
    places.count = 0;
    struct place *first = &places.list[places.count++];
    first->node = disk->root;
    int size = snprintf(first->path, sizeof first->path, "%s", path);
    assert(size > 0 && size < PATH_BYTES);
    while (ok && places.count > 0) {
        struct place place = places.list[--places.count];
        ok = folder_image(&draw, place.node, place.path, &places);
    }
    return ok;
}
