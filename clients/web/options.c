#include "clients/web/options.h"

static const char USAGE[] =
    "beckon-web [--config FILE] [SETTING]...\n"
    "       beckon-web --check-config | --sample-config | --man | --version | --help\n";

static const char NOTES[] =
    "exit codes:\n"
    "  0   stopped as asked, or done\n"
    "  1   failed; the last line says why\n"
    "  2   wrong settings\n"
    "  3   the key file can't be read or made\n"
    "  4   can't listen\n";

#define AT(field) .offset = offsetof(struct web_options, field)
static const struct settings_row ROWS[] = {
    {"config", SETTINGS_PATH, AT(config), .value = "FILE", .group = "Serving",
     .help = "the file of settings; without it there is none"},
    {"service", SETTINGS_TEXT, AT(service), .value = "ADDRESS", .fallback = "127.0.0.1:7717",
     .help = "beckond's: 127.0.0.1:PORT or unix:PATH; with tls-ca any HOST:PORT"},
    {"tls-ca", SETTINGS_PATH, AT(tls_ca), .value = "FILE",
     .help = "PEM: who signs beckond's certificate; it is called by TLS"},
    {"tls-certificate", SETTINGS_PATH, AT(tls_certificate), .value = "FILE",
     .help = "PEM: ours, where beckond asks for one (tls-client-ca)"},
    {"tls-key", SETTINGS_PATH, AT(tls_key), .value = "FILE", .help = "PEM: its key"},
    {"listen", SETTINGS_TEXT, AT(listen), .value = "ADDRESS", .fallback = "127.0.0.1:7780",
     .help = "where to serve; port 0 takes a free one"},
    {"host", SETTINGS_TEXT, AT(host), .value = "NAME",
     .help = "the name visitors use, e.g. club.example.com; others are refused"},
    {"behind-proxy", SETTINGS_FLAG, AT(behind_proxy),
     .help = "a proxy on this machine speaks TLS with visitors and says who they are "
             "(X-Forwarded-For, X-Forwarded-Proto)"},
    {"link-base", SETTINGS_TEXT, AT(link_base), .value = "URL",
     .help = "what QR codes and links begin with, e.g. HTTP://192.168.1.5:7780; without it HTTPS "
             "and the merchant's own host"},
    {"merchant", SETTINGS_NUMBER, AT(merchant_number), .value = "N", .fallback = "1",
     .minimum = 1, .maximum = UINT32_MAX, .help = "whose pages these are"},
    {"key-file", SETTINGS_PATH, AT(key_file), .value = "FILE",
     .sample = "/var/lib/beckon-web/key",
     .help = "32 bytes that forms are sealed with, made when missing; without it open forms end "
             "with the process"},
    {"lan", SETTINGS_FLAG, AT(lan),
     .help = "a trial: serves registration and members' cards to the network WITHOUT encryption; "
             "pages for staff are not served there"},
    {"port-file", SETTINGS_PATH, AT(port_file), .value = "FILE",
     .help = "writes the port there once it serves"},
    {"check-config", SETTINGS_FLAG, AT(check), .flag_only = true, .group = "Instead of serving",
     .help = "reads the settings, prints those in force and where each came from, and ends"},
    {"sample-config", SETTINGS_FLAG, AT(sample), .flag_only = true, .alone = true,
     .help = "prints a file of all settings with their defaults"},
    {"man", SETTINGS_FLAG, AT(man), .flag_only = true, .alone = true,
     .help = "prints the man page (roff)"},
    {"version", SETTINGS_FLAG, AT(version), .flag_only = true, .alone = true,
     .help = "prints the version"},
    {"help", SETTINGS_FLAG, AT(help), .flag_only = true, .alone = true, .help = "prints this"},
};

static const struct settings_program PROGRAM = {
    .name = "beckon-web", .prefix = "BECKON_WEB_", .version = BECKON_VERSION,
    .summary = "Beckon's pages, for phones and desks", .usage = USAGE, .notes = NOTES,
    .rows = ROWS, .row_count = sizeof ROWS / sizeof *ROWS,
    .values_size = sizeof(struct web_options), .config = "config",
};

const struct settings_program *web_options_program(void)
{
    return &PROGRAM;
}

bool web_options_read(int argc, char *const *argv, char *const *environment,
                      struct web_options *ret_options, struct settings_error *ret_error)
{
    struct web_options options;
    struct settings_texts texts;
    struct settings_origins origins;
    if (!settings_read(&PROGRAM, argc, argv, environment, &options, &texts, &origins, ret_error))
        return false;
    options.texts = texts;
    options.origins = origins;
    options.job = options.help      ? WEB_HELP
                  : options.version ? WEB_VERSION
                  : options.man     ? WEB_MAN
                  : options.sample  ? WEB_SAMPLE
                  : options.check   ? WEB_CHECK
                                    : WEB_SERVE;
    *ret_options = options;
    return true;
}
