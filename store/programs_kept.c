#include "store/programs_kept.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "store/programs.h"
#include "store/store_inner.h"

enum { PROGRAMS_KEPT_MAX = 8 }; /* some 45 KiB each */

struct programs_kept {
    pthread_mutex_t lock; /* held for a look and a copy, never for a read */
    size_t next;          /* the slot filled longest ago */
    struct {
        uint32_t merchant; /* 0: empty */
        struct program program;
    } slots[PROGRAMS_KEPT_MAX];
};

static bool find(struct programs_kept *kept, uint32_t merchant, uint32_t version,
                 struct program *ret)
{
    bool found = false;
    pthread_mutex_lock(&kept->lock);
    for (size_t i = 0; i < PROGRAMS_KEPT_MAX && !found; i++) {
        found = kept->slots[i].merchant == merchant && kept->slots[i].program.version == version;
        if (found) *ret = kept->slots[i].program;
    }
    pthread_mutex_unlock(&kept->lock);
    return found;
}

/* Two who read the same at once keep it twice, which does no harm. */
static void keep(struct programs_kept *kept, uint32_t merchant, const struct program *program)
{
    pthread_mutex_lock(&kept->lock);
    kept->slots[kept->next].merchant = merchant;
    kept->slots[kept->next].program = *program;
    kept->next = (kept->next + 1) % PROGRAMS_KEPT_MAX;
    pthread_mutex_unlock(&kept->lock);
}

enum store_result programs_get_kept(struct reader *reader, uint32_t version, struct program *ret)
{
    struct programs_kept *kept = reader->store->programs;
    assert(reader->writes == NULL && reader->merchant != 0 && version != 0);
    if (find(kept, reader->merchant, version, ret)) return STORE_OK;
    enum store_result result = programs_get(reader, version, ret);
    if (result == STORE_OK) keep(kept, reader->merchant, ret);
    return result;
}

enum store_result programs_in_force_kept(struct reader *reader, business_date date,
                                         struct program *ret)
{
    uint32_t version;
    enum store_result result = programs_in_force(reader, date, &version);
    if (result != STORE_OK) return result;
    result = programs_get_kept(reader, version, ret);
    return result == STORE_ABSENT ? STORE_DAMAGED : result;
}

struct programs_kept *programs_kept_new(void)
{
    struct programs_kept *kept = calloc(1, sizeof *kept);
    if (kept != NULL && pthread_mutex_init(&kept->lock, NULL) != 0) {
        free(kept);
        kept = NULL;
    }
    return kept;
}

void programs_kept_free(struct programs_kept *kept)
{
    if (kept == NULL) return;
    pthread_mutex_destroy(&kept->lock);
    free(kept);
}
