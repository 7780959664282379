/* The HTTP hook: one connection kept open, five seconds for a whole exchange, no redirects,
 * certificates checked. Whoever stands behind it delivers the message. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/ops/sender_inner.h"

enum { SECRET_BYTES_MAX = 512, CONNECT_MS = 3000, EXCHANGE_MS = 5000, ANSWER_BYTES_MAX = 65536,
       HEADER_BYTES = SECRET_BYTES_MAX + 64 };

struct sender_hook {
    CURL *curl;
    char authorization[HEADER_BYTES]; /* the whole header; empty: none */
    size_t answer_bytes;
    bool (*give_up)(void *context);
    void *context;
};

/* ---- checks at start ------------------------------------------------------------------------- */

static bool refuse(char ret_message[SENDER_MESSAGE_BYTES], const char *what, const char *why)
{
    snprintf(ret_message, SENDER_MESSAGE_BYTES, "\"%.80s\": %s", what, why);
    return false;
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "localhost") == 0 ||
           strcmp(host, "[::1]") == 0;
}

/* Codes go over the network under TLS, or not at all. */
static bool check_url(const char *url, bool *ret_loopback,
                      char ret_message[SENDER_MESSAGE_BYTES])
{
    CURLU *parts = curl_url();
    char *scheme = NULL, *host = NULL;
    bool good = parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    *ret_loopback = good && is_loopback(host);
    good = good && (strcmp(scheme, "https") == 0 ||
                    (strcmp(scheme, "http") == 0 && *ret_loopback));
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parts);
    return good || refuse(ret_message, url,
                          "--sms-hook takes https://HOST/PATH, or http:// on 127.0.0.1, [::1] or "
                          "localhost");
}

/* The first line, which must be printable: it becomes a header. */
static bool read_secret(const char *path, struct sender_hook *hook,
                        char ret_message[SENDER_MESSAGE_BYTES])
{
    char line[SECRET_BYTES_MAX + 2] = "";
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return refuse(ret_message, path, "--sms-hook-secret can't be read");
    bool read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    size_t size = strcspn(line, "\r\n");
    line[size] = '\0';
    for (size_t i = 0; i < size; i++)
        read = read && line[i] > ' ' && line[i] < 0x7F;
    if (!read || size == 0 || size > SECRET_BYTES_MAX)
        return refuse(ret_message, path,
                      "--sms-hook-secret needs a first line of 1 to 512 printable characters");
    snprintf(hook->authorization, sizeof hook->authorization, "Authorization: Bearer %s", line);
    explicit_bzero(line, sizeof line);
    return true;
}

/* ---- the exchange ---------------------------------------------------------------------------- */

/* What it answers is not looked at, and doesn't go on for ever. */
static size_t take_answer(char *data, size_t size, size_t count, void *context)
{
    struct sender_hook *hook = context;
    (void)data;
    hook->answer_bytes += size * count;
    return hook->answer_bytes <= ANSWER_BYTES_MAX ? size * count : 0;
}

static int ask_give_up(void *context, curl_off_t to_get, curl_off_t got, curl_off_t to_send,
                       curl_off_t sent)
{
    struct sender_hook *hook = context;
    (void)to_get, (void)got, (void)to_send, (void)sent;
    return hook->give_up(hook->context);
}

struct sender_hook *sender_hook_new(const char *url, const char *secret_file,
                                    char ret_message[SENDER_MESSAGE_BYTES])
{
    bool loopback;
    if (!check_url(url, &loopback, ret_message))
        return NULL;
    struct sender_hook *hook = calloc(1, sizeof *hook);
    if (hook == NULL)
        abort();
    hook->curl = curl_easy_init();
    bool good = hook->curl != NULL && (secret_file == NULL ||
                                       read_secret(secret_file, hook, ret_message));
    if (hook->curl == NULL)
        refuse(ret_message, url, "libcurl does not start");
    if (!good) {
        sender_hook_destroy(hook);
        return NULL;
    }
    CURL *curl = hook->curl;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, loopback ? "http,https" : "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)EXCHANGE_MS);
    if (loopback) /* never by a proxy of the environment */
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, hook);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, ask_give_up);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, hook);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    return hook;
}

void sender_hook_destroy(struct sender_hook *hook)
{
    if (hook->curl != NULL)
        curl_easy_cleanup(hook->curl);
    explicit_bzero(hook->authorization, sizeof hook->authorization);
    free(hook);
}

/* NULL: no memory. */
static struct curl_slist *make_headers(const struct sender_hook *hook, const char *id)
{
    char key[96];
    snprintf(key, sizeof key, "Idempotency-Key: %s", id);
    const char *const lines[] = {"Content-Type: application/json", "Expect:", key,
                                 hook->authorization};
    struct curl_slist *headers = NULL;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0] && lines[i][0] != '\0'; i++) {
        struct curl_slist *longer = curl_slist_append(headers, lines[i]);
        if (longer == NULL) {
            curl_slist_free_all(headers);
            return NULL;
        }
        headers = longer;
    }
    return headers;
}

enum sender_hook_answer sender_hook_post(struct sender_hook *hook, const char *json, size_t size,
                                         const char *id, bool (*give_up)(void *context),
                                         void *context, long *ret_status)
{
    *ret_status = 0;
    struct curl_slist *headers = make_headers(hook, id);
    if (headers == NULL)
        return HOOK_FAILED;
    hook->answer_bytes = 0;
    hook->give_up = give_up;
    hook->context = context;
    curl_easy_setopt(hook->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(hook->curl, CURLOPT_POSTFIELDSIZE, (long)size);
    curl_easy_setopt(hook->curl, CURLOPT_POSTFIELDS, json);
    CURLcode code = curl_easy_perform(hook->curl);
    long status = 0;
    if (code == CURLE_OK)
        curl_easy_getinfo(hook->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_setopt(hook->curl, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(hook->curl, CURLOPT_POSTFIELDS, NULL);
    curl_slist_free_all(headers);
    *ret_status = status;
    if (status >= 200 && status < 300)
        return HOOK_TAKEN;
    return status == 0 || status == 429 || status >= 500 ? HOOK_FAILED : HOOK_REFUSED;
}
