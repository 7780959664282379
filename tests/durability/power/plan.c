#include "tests/durability/power/plan.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 8, MARK_BYTES = 64 };

static _Noreturn void give_up(const char *path, const char *why, size_t entry)
{
    fprintf(stderr, "%s: %s (entry %zu)\n", path, why, entry);
    exit(2);
}

struct power_entry power_log_entry(const struct power_log *log, size_t index,
                                   const uint8_t **ret_data)
{
    struct power_entry entry;
    memcpy(&entry, log->bytes + log->entries[index], sizeof entry);
    *ret_data = log->bytes + log->entries[index] + sizeof entry;
    return entry;
}

/* An entry's text, cut at its bound. */
static void text_of(const struct power_entry *entry, const uint8_t *data, char ret[MARK_BYTES])
{
    size_t size = entry->size < MARK_BYTES - 1 ? entry->size : MARK_BYTES - 1;
    memcpy(ret, data, size);
    ret[size] = '\0';
}

static void phase_begin(struct power_log *log, const char *name, size_t entry)
{
    assert(log->phase_count < POWER_PHASES_MAX);
    if (log->phase_count > 0) {
        struct power_phase *last = &log->phases[log->phase_count - 1];
        last->count = entry - last->first;
        if (last->count == 0) log->phase_count--; /* nothing happened in it */
    }
    struct power_phase *phase = &log->phases[log->phase_count++];
    *phase = (struct power_phase){.first = entry};
    snprintf(phase->name, sizeof phase->name, "%.31s", name);
}

static void map(struct power_log *log, const char *path)
{
    struct stat found;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &found) != 0) give_up(path, "it can't be read", 0);
    log->size = (size_t)found.st_size;
    if (log->size == 0) give_up(path, "it is empty", 0);
    void *bytes = mmap(NULL, log->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) give_up(path, "it can't be mapped", 0);
    log->bytes = bytes;
    close(fd);
}

void power_log_read(struct power_log *log, const char *path, const char *root)
{
    struct power_disk *disk = power_disk_new(root);
    size_t room = 0;
    *log = (struct power_log){0};
    map(log, path);
    phase_begin(log, "first start", 0);
    for (size_t at = 0; at < log->size;) {
        struct power_entry entry;
        const char *why = NULL;
        char text[MARK_BYTES];
        if (log->count == room) {
            room = room > 0 ? 2 * room : 4096;
            log->entries = reallocarray(log->entries, room, sizeof *log->entries);
            log->unsynced = reallocarray(log->unsynced, room, sizeof *log->unsynced);
            if (log->entries == NULL || log->unsynced == NULL) abort();
        }
        if (log->size - at < sizeof entry) give_up(path, "it is cut", log->count);
        memcpy(&entry, log->bytes + at, sizeof entry);
        const uint8_t *data = log->bytes + at + sizeof entry;
        if (log->size - at - sizeof entry < entry.size) give_up(path, "it is cut", log->count);
        if (!power_disk_take(disk, &entry, data, &why)) give_up(path, why, log->count);
        text_of(&entry, data, text);
        if (entry.kind == POWER_MARK && strncmp(text, "phase ", 6) == 0)
            phase_begin(log, text + 6, log->count);
        log->entries[log->count] = at;
        log->unsynced[log->count++] = power_disk_unsynced(disk);
        at += sizeof entry + entry.size;
    }
    struct power_phase *last = &log->phases[log->phase_count - 1];
    last->count = log->count - last->first;
    power_disk_free(disk);
}

void power_log_free(struct power_log *log)
{
    free(log->entries);
    free(log->unsynced);
    munmap((void *)(uintptr_t)log->bytes, log->size);
}

static size_t phase_find(const struct power_log *log, const char *name)
{
    for (size_t i = 0; i < log->phase_count; i++)
        if (strcmp(log->phases[i].name, name) == 0) return i;
    give_up(name, "no such phase", 0);
}

struct power_plan power_plan_make(const struct power_log *log, uint64_t seed, size_t number,
                                  const char *phase_name)
{
    uint64_t own = power_mix(seed, number);
    struct power_plan plan = {
        .number = number,
        .phase = phase_name != NULL ? phase_find(log, phase_name) : number % log->phase_count,
        .choice = {.fate = (enum power_fate)(power_mix(own, 1) % POWER_FATES),
                   .seed = power_mix(own, 2)},
    };
    const struct power_phase *phase = &log->phases[plan.phase];
    for (uint64_t i = 0; i < TRIES; i++) {
        size_t entry = phase->first + power_mix(own, 3 + i) % phase->count;
        plan.moment = entry + 1;
        if (log->unsynced[entry] > 0) break;
    }
    return plan;
}

void power_facts_take(struct power_facts *facts, const struct power_entry *entry,
                      const uint8_t *data)
{
    char text[MARK_BYTES];
    uint32_t number;
    assert(facts->receipt_count < POWER_FACTS_MAX && facts->member_count < POWER_FACTS_MAX &&
           facts->erased_count < POWER_FACTS_MAX);
    text_of(entry, data, text);
    if (entry->kind == POWER_REPLY && entry->size == POWER_RECEIPT_BYTES)
        memcpy(facts->receipts[facts->receipt_count++], text, POWER_RECEIPT_BYTES + 1);
    if (entry->kind != POWER_MARK) return;
    if (sscanf(text, "member %" SCNu32, &number) == 1)
        facts->members[facts->member_count++] = number;
    if (sscanf(text, "erased %" SCNu32, &number) == 1)
        facts->erased[facts->erased_count++] = number;
    if (strcmp(text, "backup") == 0) facts->backed_up = true;
    if (strcmp(text, "restored") == 0) facts->restored = true;
}
