#include "service/ops/hook_post.h"

#include <assert.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/ops/hook_network.h"

enum {
    CONNECT_MS = 10000, EXCHANGE_MS = 15000, /* Standard Webhooks: 15 to 30 s */
    ANSWER_BYTES_MAX = 64 * 1024,            /* nobody looks at it */
    HEADER_BYTES = 256,
    CONNECTIONS_KEPT = 32,
};

struct exchange {
    struct hook_poster *poster;
    CURL *curl;                  /* NULL: free */
    struct curl_slist *headers;
    void *context;
    size_t answer_bytes;
    bool refused;                /* an address of it must not be asked */
};

struct hook_poster {
    CURLM *multi;
    char *ca_file;               /* NULL: the system's */
    struct hook_network networks[HOOK_NETWORKS_MAX];
    unsigned network_count;
    struct exchange exchanges[HOOK_POSTS_MAX];
};

/* ---- the exchange ---------------------------------------------------------------------------- */

static size_t take_answer(char *data, size_t size, size_t count, void *context)
{
    struct exchange *exchange = context;
    (void)data;
    exchange->answer_bytes += size * count;
    return exchange->answer_bytes <= ANSWER_BYTES_MAX ? size * count : 0;
}

/* Called with the address that is about to be connected to. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct exchange *exchange = context;
    const struct hook_poster *poster = exchange->poster;
    bool allowed = hook_address_is_public(&to->addr);
    for (unsigned i = 0; i < poster->network_count && !allowed; i++)
        allowed = hook_network_holds(&poster->networks[i], &to->addr);
    if (!allowed || purpose != CURLSOCKTYPE_IPCXN) {
        exchange->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static bool add_header(struct exchange *exchange, const char *name, const char *value)
{
    char line[HEADER_BYTES];
    int size = snprintf(line, sizeof line, "%s: %s", name, value);
    assert(size > 0 && (size_t)size < sizeof line);
    struct curl_slist *longer = curl_slist_append(exchange->headers, line);
    if (longer != NULL) exchange->headers = longer;
    return longer != NULL;
}

static bool add_headers(struct exchange *exchange, const struct hook_message *message)
{
    char at[24];
    snprintf(at, sizeof at, "%" PRIu64, message->at_s);
    struct curl_slist *first = curl_slist_append(NULL, "Expect:");
    exchange->headers = first;
    return first != NULL && add_header(exchange, "Content-Type", "application/json") &&
           add_header(exchange, "webhook-id", message->id) &&
           add_header(exchange, "webhook-timestamp", at) &&
           add_header(exchange, "webhook-signature", message->signatures);
}

static void set_options(struct exchange *exchange, const struct hook_message *message)
{
    CURL *curl = exchange->curl;
    curl_easy_setopt(curl, CURLOPT_URL, message->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* a proxy would connect to anything */
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L); /* a name server may be slow */
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "beckond/" BECKON_VERSION);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)EXCHANGE_MS);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, exchange);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_answer);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
    curl_easy_setopt(curl, CURLOPT_PRIVATE, exchange);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, exchange->headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)message->body_size);
    curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, message->body);
    if (exchange->poster->ca_file == NULL) return;
    curl_easy_setopt(curl, CURLOPT_CAINFO, exchange->poster->ca_file);
    curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
}

static void end_exchange(struct exchange *exchange)
{
    if (exchange->curl != NULL) {
        curl_multi_remove_handle(exchange->poster->multi, exchange->curl);
        curl_easy_cleanup(exchange->curl);
    }
    curl_slist_free_all(exchange->headers);
    *exchange = (struct exchange){.poster = exchange->poster};
}

bool hook_post(struct hook_poster *poster, const struct hook_message *message, void *context)
{
    struct exchange *exchange = NULL;
    for (size_t i = 0; i < HOOK_POSTS_MAX && exchange == NULL; i++)
        if (poster->exchanges[i].curl == NULL) exchange = &poster->exchanges[i];
    if (exchange == NULL) return false;
    exchange->curl = curl_easy_init();
    exchange->context = context;
    if (exchange->curl == NULL || !add_headers(exchange, message)) {
        end_exchange(exchange);
        return false;
    }
    set_options(exchange, message);
    if (curl_multi_add_handle(poster->multi, exchange->curl) == CURLM_OK) return true;
    end_exchange(exchange);
    return false;
}

/* ---- results --------------------------------------------------------------------------------- */

static enum hook_answer answer_of_status(long status)
{
    if (status == 410) return HOOK_GONE;
    return status >= 200 && status < 300 ? HOOK_DELIVERED : HOOK_BAD_STATUS;
}

static enum hook_answer answer_of(const struct exchange *exchange, CURLcode code, long status)
{
    switch (code) {
    case CURLE_OK: return answer_of_status(status);
    /* It went on for longer than anybody listens: what it said first counts. */
    case CURLE_WRITE_ERROR: return status != 0 ? answer_of_status(status) : HOOK_BROKEN_OFF;
    case CURLE_OPERATION_TIMEDOUT: return HOOK_TIMED_OUT;
    case CURLE_COULDNT_RESOLVE_HOST: return HOOK_NOT_RESOLVED;
    case CURLE_COULDNT_CONNECT:
        return exchange->refused ? HOOK_ADDRESS_REFUSED : HOOK_NOT_CONNECTED;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR: return HOOK_TLS_FAILED;
    default: return HOOK_BROKEN_OFF;
    }
}

static struct hook_result result_of(struct exchange *exchange, CURLcode code)
{
    curl_off_t retry_after_s = 0;
    long status = 0;
    curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(exchange->curl, CURLINFO_RETRY_AFTER, &retry_after_s);
    struct hook_result result = {.context = exchange->context,
                                 .answer = answer_of(exchange, code, status),
                                 .status = status > 0 && status < 1000 ? (unsigned)status : 0};
    if (result.answer == HOOK_BAD_STATUS && retry_after_s > 0 && retry_after_s < 1000000)
        result.retry_after_ms = (uint64_t)retry_after_s * 1000;
    return result;
}

static size_t collect(struct hook_poster *poster, struct hook_result *ret_results,
                      size_t count_max)
{
    size_t count = 0;
    CURLMsg *message;
    int left;
    while (count < count_max && (message = curl_multi_info_read(poster->multi, &left)) != NULL) {
        struct exchange *exchange = NULL;
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
        assert(exchange != NULL && exchange->curl == message->easy_handle);
        ret_results[count++] = result_of(exchange, code);
        end_exchange(exchange);
    }
    return count;
}

size_t hook_poster_run(struct hook_poster *poster, unsigned wait_ms,
                       struct hook_result *ret_results, size_t count_max)
{
    int running;
    curl_multi_perform(poster->multi, &running);
    size_t count = collect(poster, ret_results, count_max);
    if (count > 0) return count;
    curl_multi_poll(poster->multi, NULL, 0, (int)wait_ms, NULL);
    curl_multi_perform(poster->multi, &running);
    return collect(poster, ret_results, count_max);
}

void hook_poster_wake(struct hook_poster *poster)
{
    curl_multi_wakeup(poster->multi);
}

/* ---- its life -------------------------------------------------------------------------------- */

static bool read_options(struct hook_poster *poster, const struct hook_poster_options *options,
                         char ret_message[HOOK_POSTER_MESSAGE_BYTES])
{
    for (unsigned i = 0; i < options->network_count; i++) {
        if (i < HOOK_NETWORKS_MAX &&
            hook_network_read(options->networks[i], &poster->networks[poster->network_count++]))
            continue;
        snprintf(ret_message, HOOK_POSTER_MESSAGE_BYTES,
                 "webhook-allow: \"%.60s\" is no network such as 10.1.0.0/16 or fd00::/8",
                 options->networks[i]);
        return false;
    }
    if (options->ca_file == NULL) return true;
    if (access(options->ca_file, R_OK) != 0) {
        snprintf(ret_message, HOOK_POSTER_MESSAGE_BYTES,
                 "webhook-ca: \"%.120s\" can't be read", options->ca_file);
        return false;
    }
    poster->ca_file = strdup(options->ca_file);
    return poster->ca_file != NULL;
}

struct hook_poster *hook_poster_new(const struct hook_poster_options *options,
                                    char ret_message[HOOK_POSTER_MESSAGE_BYTES])
{
    snprintf(ret_message, HOOK_POSTER_MESSAGE_BYTES, "libcurl does not start");
    struct hook_poster *poster = calloc(1, sizeof *poster);
    if (poster == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(poster);
        return NULL;
    }
    for (size_t i = 0; i < HOOK_POSTS_MAX; i++) poster->exchanges[i].poster = poster;
    poster->multi = curl_multi_init();
    if (poster->multi == NULL || !read_options(poster, options, ret_message)) {
        hook_poster_destroy(poster);
        return NULL;
    }
    curl_multi_setopt(poster->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    return poster;
}

void hook_poster_destroy(struct hook_poster *poster)
{
    for (size_t i = 0; i < HOOK_POSTS_MAX; i++)
        if (poster->exchanges[i].curl != NULL) end_exchange(&poster->exchanges[i]);
    if (poster->multi != NULL) curl_multi_cleanup(poster->multi);
    curl_global_cleanup();
    free(poster->ca_file);
    free(poster);
}
