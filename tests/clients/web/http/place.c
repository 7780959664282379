#include "tests/clients/web/http/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

const struct server_options place_options = { .listen = "127.0.0.1:0", .worker_count = 4 };

static void *worker_begin(void *context)
{
    struct place *place = context;
    place->workers_begun++;
    return place;
}

static void worker_end(void *worker)
{
    struct place *place = worker;
    place->workers_ended++;
}

static void print_fields(FILE *out, const char *kind, const struct fields *fields)
{
    for (unsigned i = 0; i < fields->count; i++) {
        fprintf(out, "%s.%s=%s\n", kind, fields->list[i].name, fields->list[i].value);
    }
}

static void send_what_came(struct exchange *exchange)
{
    char *body = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&body, &size);
    fprintf(out, "method=%s\npath=%s\nhost=%s\n",
            exchange->method == EXCHANGE_POST ? "POST" : "GET", exchange->path, exchange->host);
    fprintf(out, "origin=%s\nfetch_site=%s\nlanguage=%s\nnone_match=%s\nlast_event=%s\n",
            exchange->origin, exchange->fetch_site, exchange->accept_language,
            exchange->none_match, exchange->last_event_id);
    fprintf(out, "address=%s\nsecure=%d\nnear=%d\n", exchange->address, exchange->secure,
            exchange->near);
    print_fields(out, "query", &exchange->query);
    print_fields(out, "form", &exchange->form);
    print_fields(out, "cookie", &exchange->cookies);
    fclose(out);
    exchange_header(exchange, "X-Test", "no");
    exchange_header(exchange, "Set-Cookie", "a=1");
    exchange_header(exchange, "x-test", "yes");
    exchange_header(exchange, "Set-Cookie", "b=2");
    exchange_send(exchange, 200, "text/plain; charset=utf-8", body, size);
}

static void send_refusal(struct exchange *exchange)
{
    static const unsigned statuses[] = {
        [REFUSED_MALFORMED] = 400, [REFUSED_METHOD] = 405, [REFUSED_TOO_LONG] = 414,
        [REFUSED_TOO_LARGE] = 413, [REFUSED_FORM_TYPE] = 415, [REFUSED_TOO_MANY] = 429,
        [REFUSED_BUSY] = 503,
    };
    char *body = NULL;
    int size = asprintf(&body, "refused %d", exchange->refusal);
    exchange_send(exchange, statuses[exchange->refusal], "text/plain", body, (size_t)size);
}

static void send_long(struct exchange *exchange)
{
    char *body = malloc(PLACE_LONG_BYTES);
    memset(body, 'x', PLACE_LONG_BYTES);
    exchange_send(exchange, 200, "application/octet-stream", body, PLACE_LONG_BYTES);
}

static void send_text(struct exchange *exchange)
{
    enum { BYTES = 6000 };
    char *body = malloc(BYTES);
    memset(body, 'x', BYTES);
    exchange_send(exchange, 200, "text/html; charset=utf-8", body, BYTES);
}

static void send_file(struct exchange *exchange)
{
    char path[] = "/tmp/beckon_place_XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    unlink(path);
    assert_int_equal(write(descriptor, "a file", 6), 6);
    exchange_send_file(exchange, 200, "application/octet-stream", descriptor);
}

static void wait_at_gate(struct place *place)
{
    pthread_mutex_lock(&place->lock);
    place->at_gate++;
    while (!place->open) {
        pthread_cond_wait(&place->opened, &place->lock);
    }
    pthread_mutex_unlock(&place->lock);
}

/* ---- event streams ---- */

static void run_ticks(struct live *live, void *context)
{
    struct place *place = context;
    const struct timespec step = { .tv_nsec = 20 * 1000 * 1000 };
    place->live_begun++;
    for (unsigned i = 1; !live_over(live); i++) {
        char id[16];
        snprintf(id, sizeof(id), "%u", i);
        if (!live_send(live, id, i % 2 == 0 ? "tick" : NULL, "now"))
            break;
        nanosleep(&step, NULL);
    }
    place->live_ended++;
}

static void run_quiet(struct live *live, void *context)
{
    struct place *place = context;
    const struct timespec step = { .tv_nsec = 20 * 1000 * 1000 };
    place->live_begun++;
    while (!live_over(live)) {
        nanosleep(&step, NULL);
    }
    place->live_ended++;
}

static void run_flood(struct live *live, void *context)
{
    enum { EVENT_BYTES = 64 * 1024 };
    struct place *place = context;
    char *data = malloc(EVENT_BYTES);
    memset(data, 'x', EVENT_BYTES - 1);
    data[EVENT_BYTES - 1] = '\0';
    place->live_begun++;
    while (live_send(live, NULL, NULL, data)) {
    }
    free(data);
    place->live_ended++;
}

static void run_three(struct live *live, void *context)
{
    struct place *place = context;
    place->live_begun++;
    for (unsigned i = 0; i < 3; i++) {
        live_send(live, NULL, "three", "event");
    }
    place->live_ended++;
}

static void release(void *context)
{
    struct place *place = context;
    place->live_released++;
}

static void send_live(struct exchange *exchange, struct place *place, live_run *run)
{
    if (!exchange_send_live(exchange, run, place, release)) {
        exchange_send_empty(exchange, 204);
    }
}

static void handle(void *worker, struct exchange *exchange)
{
    struct place *place = worker;
    place->handled++;
    if (exchange->refusal != REFUSED_NOT) {
        send_refusal(exchange);
    } else if (strcmp(exchange->path, "/gate") == 0) {
        wait_at_gate(place);
        send_what_came(exchange);
    } else if (strcmp(exchange->path, "/long") == 0) {
        send_long(exchange);
    } else if (strcmp(exchange->path, "/text") == 0) {
        send_text(exchange);
    } else if (strcmp(exchange->path, "/static") == 0) {
        exchange_send_static(exchange, 200, "text/css", "plain", 5, "gzipped", 7);
    } else if (strcmp(exchange->path, "/file") == 0) {
        send_file(exchange);
    } else if (strcmp(exchange->path, "/empty") == 0) {
        exchange_send_empty(exchange, 304);
    } else if (strcmp(exchange->path, "/redirect") == 0) {
        exchange_redirect(exchange, fields_get(&exchange->query, "to"));
    } else if (strcmp(exchange->path, "/live") == 0) {
        send_live(exchange, place, run_ticks);
    } else if (strcmp(exchange->path, "/quiet") == 0) {
        send_live(exchange, place, run_quiet);
    } else if (strcmp(exchange->path, "/flood") == 0) {
        send_live(exchange, place, run_flood);
    } else if (strcmp(exchange->path, "/three") == 0) {
        send_live(exchange, place, run_three);
    } else {
        send_what_came(exchange);
    }
}

void place_start(struct place *place, struct server_options options)
{
    char error[200];
    *place = (struct place){ 0 };
    pthread_mutex_init(&place->lock, NULL);
    pthread_cond_init(&place->opened, NULL);
    options.handle = handle;
    options.worker_begin = worker_begin;
    options.worker_end = worker_end;
    options.context = place;
    place->server = server_start(&options, error, sizeof(error));
    if (place->server == NULL) {
        fail_msg("%s", error);
    }
    place->port = server_port(place->server);
    assert_true(place->port != 0);
}

void place_open_gate(struct place *place)
{
    pthread_mutex_lock(&place->lock);
    place->open = true;
    pthread_cond_broadcast(&place->opened);
    pthread_mutex_unlock(&place->lock);
}

void place_stop(struct place *place)
{
    place_open_gate(place);
    server_stop(place->server);
    assert_int_equal(place->workers_begun, place->workers_ended);
    assert_int_equal(place->live_begun, place->live_ended);
    assert_int_equal(place->live_begun, place->live_released);
    pthread_cond_destroy(&place->opened);
    pthread_mutex_destroy(&place->lock);
}
