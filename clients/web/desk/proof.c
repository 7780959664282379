#include "clients/web/desk/proof.h"

#include <pthread.h>
#include <string.h>

#include <glib.h>
#include <sodium.h>

#include "beckon/v1/store_service.pb-c.h"

enum { OPEN_DEADLINE_MS = 4000 };

/* What a proof's thread is given; it frees it. */
struct order {
    char *address, *secret, *visitor_address;
    struct channel_tls tls; /* its texts live as long as the process */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct proof_state latest;   /* under the lock, as all below */
static uint32_t latest_merchant_number, latest_run_number;  /* 0: there was none */
static pthread_t thread;
static bool thread_to_join, stopping;

static void order_free(struct order *order)
{
    sodium_memzero(order->secret, strlen(order->secret));
    g_free(order->address);
    g_free(order->secret);
    g_free(order->visitor_address);
    g_free(order);
}

static bool receive(void *context, const ProtobufCMessage *message)
{
    const Beckon__V1__VerifyStoreResponse *report =
        (const Beckon__V1__VerifyStoreResponse *)message;
    bool *done = context;
    pthread_mutex_lock(&lock);
    latest.entries = report->entries;
    latest.findings = report->finding_count;
    if (report->done) {
        *done = true;
        g_strlcpy(latest.certificate, report->certificate, sizeof latest.certificate);
    }
    pthread_mutex_unlock(&lock);
    return true;
}

static bool go_on(void *context)
{
    (void)context;
    pthread_mutex_lock(&lock);
    bool on = !stopping;
    pthread_mutex_unlock(&lock);
    return on;
}

static bool prove(const struct order *order, struct channel_error *ret_error)
{
    struct channel_options options = {.address = order->address, .tls = order->tls,
                                      .deadline_ms = OPEN_DEADLINE_MS, .own_connection = true};
    struct channel_method verify;
    Beckon__V1__VerifyStoreRequest request = BECKON__V1__VERIFY_STORE_REQUEST__INIT;
    bool done = false;
    struct channel *channel = channel_open(&options, ret_error);
    if (!channel)
        return false;
    channel_method_find(&beckon__v1__store_service__descriptor, "VerifyStore", &verify);
    bool good = channel_serve(channel, order->secret, order->visitor_address) &&
                channel_follow(channel, &verify, &request.base, receive, go_on, &done,
                               ret_error);
    channel_close(channel);
    if (!done && ret_error->code == CHANNEL_OK)
        channel_error_set(ret_error, CHANNEL_INTERNAL, "The proof ended without a result.",
                          "核对未给出结果即结束。");
    return good && done;
}

static void *run(void *pointer)
{
    struct order *order = pointer;
    struct channel_error error = {0};
    bool good = prove(order, &error);
    pthread_mutex_lock(&lock);
    latest.running = false;
    if (!good)
        latest.error = error;
    pthread_mutex_unlock(&lock);
    order_free(order);
    return NULL;
}

bool proof_begin(uint32_t merchant_number, uint32_t run_number, const char *address,
                 const struct channel_tls *tls, const char *secret, const char *visitor_address)
{
    pthread_mutex_lock(&lock);
    bool free = !latest.running && !stopping;
    if (free) {
        struct order *order = g_new0(struct order, 1);
        *order = (struct order){g_strdup(address), g_strdup(secret), g_strdup(visitor_address),
                                *tls};
        if (thread_to_join)
            pthread_join(thread, NULL); /* it has set running to false: it ends by itself */
        latest = (struct proof_state){.running = true};
        latest_merchant_number = merchant_number;
        latest_run_number = run_number;
        thread_to_join = pthread_create(&thread, NULL, run, order) == 0;
        free = thread_to_join;
        if (!thread_to_join) {
            latest_run_number = 0;
            latest.running = false;
            order_free(order);
        }
    }
    pthread_mutex_unlock(&lock);
    return free;
}

bool proof_look(uint32_t merchant_number, uint32_t run_number, struct proof_state *ret_state)
{
    pthread_mutex_lock(&lock);
    bool found = run_number != 0 && latest_run_number == run_number &&
                 latest_merchant_number == merchant_number;
    if (found)
        *ret_state = latest;
    pthread_mutex_unlock(&lock);
    return found;
}

void proof_stop(void)
{
    pthread_mutex_lock(&lock);
    stopping = true;
    bool join = thread_to_join;
    thread_to_join = false;
    pthread_mutex_unlock(&lock);
    if (join)
        pthread_join(thread, NULL);
}
