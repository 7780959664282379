#include "service/main_ask.h"

#include <pthread.h>
#include <stdlib.h>

#include "service/rpc/arena.h"
#include "service/secret.h"
#include "store/merchants.h"

enum {
    ARENA_FIRST_BYTES = 32 * 1024, /* one portion's request and reply */
    ARENA_POOL_BYTES = 1024 * 1024,
    MERCHANTS_PORTION = 16,
};

struct asker {
    struct executor *executor;
    struct store *store;

    struct arena arena;
    struct arena_pool pool;
    _Alignas(max_align_t) uint8_t first[ARENA_FIRST_BYTES];

    pthread_mutex_t lock; /* of `done` */
    pthread_cond_t ended;
    bool done;
};

struct asker *asker_new(struct executor *executor, struct store *store)
{
    struct asker *asker = calloc(1, sizeof *asker);
    if (asker == NULL) abort();
    asker->executor = executor;
    asker->store = store;
    asker->pool.limit_bytes = ARENA_POOL_BYTES;
    arena_init(&asker->arena, &asker->pool, asker->first, sizeof asker->first);
    pthread_mutex_init(&asker->lock, NULL);
    pthread_cond_init(&asker->ended, NULL);
    return asker;
}

void asker_destroy(struct asker *asker)
{
    arena_reset(&asker->arena);
    pthread_cond_destroy(&asker->ended);
    pthread_mutex_destroy(&asker->lock);
    free(asker);
}

static void work_done(struct work *work)
{
    struct asker *asker = work->context;
    pthread_mutex_lock(&asker->lock);
    asker->done = true;
    pthread_cond_signal(&asker->ended);
    pthread_mutex_unlock(&asker->lock);
}

enum outcome asker_run(struct asker *asker, const struct command *command, uint32_t merchant,
                       const ProtobufCMessage *request, ProtobufCMessage **ret_reply)
{
    struct work work = {
        .command = command, .done = work_done, .context = asker,
        .call = {.principal = {.role = ROLE_REGISTRANT, .merchant = merchant},
                 .request = request, .arena = &asker->arena.allocator},
    };
    secret_random(work.call.seed, sizeof work.call.seed);
    arena_reset(&asker->arena);
    asker->done = false;
    enum outcome outcome = executor_submit(asker->executor, &work);
    if (outcome != OUTCOME_OK) return outcome;
    pthread_mutex_lock(&asker->lock);
    while (!asker->done) pthread_cond_wait(&asker->ended, &asker->lock);
    pthread_mutex_unlock(&asker->lock);
    if (work.outcome == OUTCOME_OK) *ret_reply = work.reply;
    return work.outcome;
}

bool asker_refused_anew(enum outcome outcome, enum outcome *last)
{
    if (outcome == OUTCOME_OK || outcome == *last) return false;
    *last = outcome;
    return outcome != OUTCOME_SHUTTING_DOWN;
}

enum store_result asker_read(struct asker *asker, asker_read_function *read, void *context)
{
    struct reader reader;
    enum store_result result = reader_open(asker->store, &reader);
    if (result != STORE_OK) return result;
    do {
        reader.merchant = 0;
        result = read(&reader, context);
    } while (result == STORE_NEED && kv_fetch(reader.snapshot) == STORE_OK);
    reader_close(&reader);
    return result;
}

struct merchants_portion {
    uint32_t after;
    uint32_t numbers[MERCHANTS_PORTION];
    size_t count;
};

static enum store_result read_merchants(struct reader *reader, void *context)
{
    struct merchants_portion *portion = context;
    return merchants_list(reader, portion->after, portion->numbers, MERCHANTS_PORTION,
                          &portion->count);
}

void asker_merchants(struct asker *asker, const atomic_bool *stopping,
                     asker_visit_function *visit, void *context)
{
    struct merchants_portion portion = {0};
    do {
        if (asker_read(asker, read_merchants, &portion) != STORE_OK) return;
        for (size_t i = 0; i < portion.count && !atomic_load(stopping); i++)
            visit(context, portion.after = portion.numbers[i]);
    } while (portion.count == MERCHANTS_PORTION && !atomic_load(stopping));
}
