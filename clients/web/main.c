/* beckon-web: reads its command line, loads the pages, serves until it is told to stop. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "clients/web/desk/proof.h"
#include "clients/web/http/server.h"
#include "clients/web/page/assets.h"
#include "clients/web/page/library.h"
#include "clients/web/site/visit.h"

enum { EXIT_USAGE = 2, EXIT_LISTEN = 4, WORKERS = 8, POSTS_PER_MINUTE = 60,
       GETS_PER_MINUTE = 1200, ADDRESS_CONNECTIONS_MAX = 64 };

struct options {
    const char *listen, *service, *host, *port_file, *key_file, *link_base;
    uint32_t merchant_number;
    bool behind_proxy, lan, help, version;
};

static const char HELP[] =
    "beckon-web: Beckon's pages, for phones and desks.\n\n"
    "  --service ADDRESS   beckond's: 127.0.0.1:7717 (default) or unix:PATH\n"
    "  --listen ADDRESS    where to serve: 127.0.0.1:7780 (default); port 0 takes a free one\n"
    "  --host NAME         the name visitors use, e.g. club.example.com; others are refused\n"
    "  --behind-proxy      a proxy on this machine speaks TLS with visitors and says who they are\n"
    "                      (X-Forwarded-For, X-Forwarded-Proto)\n"
    "  --link-base URL     what QR codes and links begin with, e.g. HTTP://192.168.1.5:7780;\n"
    "                      without it HTTPS and the merchant's own host\n"
    "  --merchant N        whose pages these are (default 1)\n"
    "  --key-file PATH     32 bytes that forms are sealed with, made when missing; without it\n"
    "                      open forms end with the process\n"
    "  --lan               a trial: serves registration and members' cards to the network WITHOUT\n"
    "                      encryption; pages for staff are not served there\n"
    "  --port-file PATH    writes the port there once it serves\n"
    "  --version, --help\n\n"
    "Exits: 0 stopped, 2 wrong command line, 3 key file, 4 can't listen.\n";

/* ---- the command line ------------------------------------------------------------------------ */

static bool options_read(int argc, char **argv, struct options *ret_options)
{
    static const struct option list[] = {
        {"service", required_argument, NULL, 's'}, {"listen", required_argument, NULL, 'l'},
        {"host", required_argument, NULL, 'h'}, {"behind-proxy", no_argument, NULL, 'b'},
        {"merchant", required_argument, NULL, 'm'}, {"key-file", required_argument, NULL, 'k'},
        {"lan", no_argument, NULL, 'n'},
        {"link-base", required_argument, NULL, 'B'}, {"port-file", required_argument, NULL, 'p'},
        {"version", no_argument, NULL, 'v'}, {"help", no_argument, NULL, 'H'}, {0},
    };
    struct options options = {.listen = "127.0.0.1:7780", .service = "127.0.0.1:7717",
                              .merchant_number = 1};
    int found;
    opterr = 0;
    while ((found = getopt_long(argc, argv, "", list, NULL)) != -1) {
        switch (found) {
        case 's': options.service = optarg; break;
        case 'l': options.listen = optarg; break;
        case 'h': options.host = optarg; break;
        case 'b': options.behind_proxy = true; break;
        case 'm': {
            guint64 number;
            if (!g_ascii_string_to_unsigned(optarg, 10, 1, UINT32_MAX, &number, NULL)) {
                fprintf(stderr, "beckon-web: --merchant wants a number from 1, not \"%s\"\n",
                        optarg);
                return false;
            }
            options.merchant_number = (uint32_t)number;
            break;
        }
        case 'k': options.key_file = optarg; break;
        case 'n': options.lan = true; break;
        case 'B': options.link_base = optarg; break;
        case 'p': options.port_file = optarg; break;
        case 'v': options.version = true; break;
        case 'H': options.help = true; break;
        default:
            fprintf(stderr, "beckon-web: %s is not understood; see beckon-web --help\n",
                    argv[optind - 1]);
            return false;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "beckon-web: %s is not understood; see beckon-web --help\n", argv[optind]);
        return false;
    }
    *ret_options = options;
    return true;
}

/* Unencrypted pages for the network are for trials, and said so; all else stays on this machine. */
static bool place_is_allowed(const struct options *options)
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

static bool service_is_callable(const char *address)
{
    struct channel_options options = {.address = address, .deadline_ms = 1};
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

static int serve(const struct options *options, struct site *site)
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

int main(int argc, char **argv)
{
    struct options options;
    static struct site site;
    GString *mistake = g_string_new(NULL);

    if (!options_read(argc, argv, &options))
        return EXIT_USAGE;
    if (options.help || options.version) {
        fputs(options.help ? HELP : "beckon-web " BECKON_VERSION "\n", stdout);
        return EXIT_SUCCESS;
    }
    if (sodium_init() < 0)
        return EXIT_FAILURE;
    if (!place_is_allowed(&options) || !service_is_callable(options.service))
        return EXIT_USAGE;
    struct templates *templates = library_load(mistake);
    if (!templates) {
        fprintf(stderr, "beckon-web: %s\n", mistake->str);
        return EXIT_FAILURE;
    }
    site = (struct site){.templates = templates, .merchant_number = options.merchant_number,
                         .lan = options.lan, .host = options.host,
                         .link_base = options.link_base, .address = options.service};
    hash_style(&site);
    if (!load_key(options.key_file, site.key))
        return 3;
    int end = serve(&options, &site);
    sodium_memzero(site.key, sizeof site.key);
    templates_free(templates);
    g_string_free(mistake, true);
    return end;
}
