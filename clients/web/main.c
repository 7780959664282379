/* beckon-web: reads its command line, loads the pages, serves until it is told to stop. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sodium.h>

#include "clients/web/desk/proof.h"
#include "clients/web/http/server.h"
#include "clients/web/options.h"
#include "clients/web/page/assets.h"
#include "clients/web/page/library.h"
#include "clients/web/site/visit.h"

enum { EXIT_USAGE = 2, EXIT_KEY = 3, EXIT_LISTEN = 4, WORKERS = 8, POSTS_PER_MINUTE = 60,
       GETS_PER_MINUTE = 1200, ADDRESS_CONNECTIONS_MAX = 64 };

/* Unencrypted pages for the network are for trials, and said so; all else stays on this machine. */
static bool place_is_allowed(const struct web_options *options)
{
    bool loopback = g_str_has_prefix(options->listen, "127.") ||
                    g_str_has_prefix(options->listen, "[::1]:") ||
                    g_str_has_prefix(options->listen, "localhost:");
    if (loopback || options->lan)
        return true;
    fprintf(stderr, "beckon-web: %s would serve pages unencrypted to others. Put a proxy with TLS "
            "in front (--behind-proxy), or say --lan for a trial.\n", options->listen);
    return false;
}

/* ---- what the pages need --------------------------------------------------------------------- */

/* Reads the key, or makes one for its owner alone. */
static bool load_key(const char *path, uint8_t ret_key[SITE_KEY_BYTES])
{
    if (!path) {
        randombytes_buf(ret_key, SITE_KEY_BYTES);
        return true;
    }
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        ssize_t size = read(file, ret_key, SITE_KEY_BYTES);
        close(file);
        if (size == SITE_KEY_BYTES)
            return true;
        fprintf(stderr, "beckon-web: %s holds no key of %d bytes\n", path, SITE_KEY_BYTES);
        return false;
    }
    randombytes_buf(ret_key, SITE_KEY_BYTES);
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = file >= 0 && write(file, ret_key, SITE_KEY_BYTES) == SITE_KEY_BYTES &&
                fsync(file) == 0;
    if (!good)
        fprintf(stderr, "beckon-web: %s can't be written: %s\n", path, strerror(errno));
    if (file >= 0)
        close(file);
    return good;
}

/* The style sheet stands in every page; the policy names it by its hash. */
static void hash_style(struct site *site)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    const struct asset *style = asset_find("templates/common/style.html");
    crypto_hash_sha256(hash, (const uint8_t *)style->bytes, style->size);
    sodium_bin2base64(site->style_hash, sizeof site->style_hash, hash, sizeof hash,
                      sodium_base64_VARIANT_ORIGINAL);
}

static bool service_is_callable(const char *address, const struct channel_tls *tls)
{
    struct channel_options options = {.address = address, .tls = *tls, .deadline_ms = 1};
    struct channel_error error;
    struct channel *channel = channel_open(&options, &error);
    if (!channel)
        fprintf(stderr, "beckon-web: %s\n", error.en);
    channel_close(channel);
    return channel != NULL;
}

static bool write_port(const char *path, uint16_t port)
{
    if (!path)
        return true;
    char *text = g_strdup_printf("%u\n", port);
    bool good = g_file_set_contents(path, text, -1, NULL);
    if (!good)
        fprintf(stderr, "beckon-web: %s can't be written\n", path);
    g_free(text);
    return good;
}

/* ---- serving --------------------------------------------------------------------------------- */

static int serve(const struct web_options *options, struct site *site)
{
    char error[256];
    struct server_options server_options = {
        .listen = options->listen, .behind_proxy = options->behind_proxy, .worker_count = WORKERS,
        .address_connections_max = options->lan ? ADDRESS_CONNECTIONS_MAX : 0,
        .gets_per_minute = GETS_PER_MINUTE, .posts_per_minute = POSTS_PER_MINUTE,
        .handle = site_handle, .worker_begin = site_worker_begin, .worker_end = site_worker_end,
        .context = site,
    };
    sigset_t stop;
    int got;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop, NULL); /* before any thread: all inherit it */
    signal(SIGPIPE, SIG_IGN);
    struct server *server = server_start(&server_options, error, sizeof error);
    if (!server) {
        fprintf(stderr, "beckon-web: %s\n", error);
        return EXIT_LISTEN;
    }
    if (!write_port(options->port_file, server_port(server))) {
        server_stop(server);
        return EXIT_USAGE;
    }
    fprintf(stderr, "beckon-web: serving on %.*s:%u%s\n",
            (int)(strrchr(options->listen, ':') - options->listen), options->listen,
            server_port(server), options->lan ? " UNENCRYPTED, a trial" : "");
    sigwait(&stop, &got);
    server_stop(server);
    proof_stop();
    return EXIT_SUCCESS;
}

/* Visitors' names and phones pass through: no core dump, and no reading by others. */
static void keep_memory_private(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

static int run(const struct web_options *options)
{
    static struct site site;
    keep_memory_private();
    if (sodium_init() < 0)
        return EXIT_FAILURE;
    const struct channel_tls tls = {
        .ca = options->tls_ca, .certificate = options->tls_certificate, .key = options->tls_key};
    if (!place_is_allowed(options) || !service_is_callable(options->service, &tls))
        return EXIT_USAGE;
    GString *mistake = g_string_new(NULL);
    struct templates *templates = library_load(mistake);
    if (!templates) {
        fprintf(stderr, "beckon-web: %s\n", mistake->str);
        return EXIT_FAILURE;
    }
    site = (struct site){.templates = templates,
                         .merchant_number = (uint32_t)options->merchant_number,
                         .lan = options->lan, .host = options->host,
                         .link_base = options->link_base, .address = options->service, .tls = tls};
    hash_style(&site);
    if (!load_key(options->key_file, site.key))
        return EXIT_KEY;
    int end = serve(options, &site);
    sodium_memzero(site.key, sizeof site.key);
    templates_free(templates);
    g_string_free(mistake, true);
    return end;
}

static int do_job(const struct web_options *options)
{
    const struct settings_program *program = web_options_program();
    switch (options->job) {
    case WEB_SERVE: return run(options);
    case WEB_HELP: settings_print_help(program, stdout); break;
    case WEB_VERSION: puts("beckon-web " BECKON_VERSION); break;
    case WEB_MAN: settings_print_man(program, stdout); break;
    case WEB_SAMPLE: settings_print_sample(program, stdout); break;
    case WEB_CHECK:
        settings_print_values(program, options, &options->origins, stdout);
        settings_print_ignored(program, environ, stdout);
        break;
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct web_options options;
    struct settings_error error;
    if (!web_options_read(argc, argv, environ, &options, &error)) {
        fprintf(stderr, "beckon-web: %s\n", error.text);
        return EXIT_USAGE;
    }
    int code = do_job(&options);
    settings_free(&options.texts);
    return code;
}
