#include "service/main_options.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/ops/log.h"

static const char USAGE[] =
    "beckond [--config FILE] [--data DIR] [--listen ADDRESS]... [SETTING]...\n"
    "       beckond --restore BACKUP_DIR [--data DIR] [--master-key FILE] [--erasures FILE]\n"
    "               [--wrapping-keys FILE]\n"
    "       beckond --rehearse BACKUP_DIR [--keep N] [--data DIR]\n"
    "       beckond --check-config | --sample-config | --methods | --man | --version | --help\n"
    "\n"
    "Without settings it makes what it needs and serves on 127.0.0.1:7717.\n";

static const char NOTES[] =
    "A first start makes merchant 1 and two tokens, DIR/admin.token (admin of merchant 1) and\n"
    "DIR/operator.token (the instance: merchants, backup, keys), readable by the owner only.\n"
    "Keep a copy of DIR/master.key elsewhere: no backup can be read without it. DIR/erasures\n"
    "says who was erased; it belongs beside that copy, so that no backup brings them back.\n"
    "DIR/wrapping.keys is there once `beckon key rotate` was used: later backups need it, too.\n"
    "\n"
    "SIGHUP reads the settings again: those marked (reloaded) change, others wait for a restart,\n"
    "and when one is wrong all stay as they are.\n"
    "SIGTERM and SIGINT drain: no new calls, calls in progress end (at most 10 s), then it stops.\n"
    "A second signal cancels what is still in progress. Logs go to stderr, one line an event; the\n"
    "line msg=\"ready\" says that it serves.\n"
    "\n"
    "exit codes:\n"
    "  0   stopped as asked, or done\n"
    "  1   failed; the last line says why\n"
    "  2   wrong settings\n"
    "  3   the data folder can't be opened: another beckond runs on it, no right, damaged, newer\n"
    "  4   can't listen: the port is taken, the address not of this machine, the certificate bad\n"
    "  70  the store failed while serving: what was being written is unknown, what was\n"
    "      acknowledged is there. Look at the disk, start it again, run beckon verify; calls that\n"
    "      ended UNAVAILABLE are sent again as they were and count once\n"
    "  71  it no longer answered on its own sockets, or no write was done any more (watchdog):\n"
    "      start it again\n";

static const char *const TLS_CLIENT_NAMES[] = {
    [OPTIONS_CLIENT_OPTIONAL] = "optional", [OPTIONS_CLIENT_REQUIRED] = "required", NULL};

#define AT(field) .offset = offsetof(struct options, field)
static const struct settings_row ROWS[] = {
    {"config", SETTINGS_PATH, AT(config), .value = "FILE", .group = "Serving",
     .help = "the file of settings; without it there is none"},
    {"data", SETTINGS_PATH, AT(data), .value = "DIR",
     .fallback_words = "$XDG_STATE_HOME/beckon, or ./beckon-data without XDG_STATE_HOME",
     .sample = "/var/lib/beckon", .help = "the data folder, made when absent"},
    {"listen", SETTINGS_LIST, AT(listen), .value = "ADDRESS", .fallback = "127.0.0.1:7717",
     .maximum = OPTIONS_LISTEN_MAX,
     .help = "127.0.0.1:PORT, [::1]:PORT or unix:PATH, for this machine alone; with tls: before "
             "it, or any other address (0.0.0.0:PORT, [::]:PORT), by TLS. Port 0 picks a free one. "
             "systemd, tls:systemd: the sockets of its socket unit"},
    {"port-file", SETTINGS_PATH, AT(port_file), .value = "FILE",
     .help = "writes the real ports there, one a line, once it serves"},
    {"watchdog", SETTINGS_DURATION, AT(watchdog_ms), .value = "TIME", .fallback = "10s",
     .maximum = 3600 * 1000,
     .help = "so often it asks after its own health on every socket it listens on; after 6 bad "
             "rounds in a row it ends with code 71. 0s: never, nor does systemd's WatchdogSec"},
    {"store-map", SETTINGS_SIZE, AT(store_map_bytes), .value = "SIZE", .fallback = "64GiB",
     .minimum = 16 << 20, .maximum = UINT64_C(16) << 40, .group = "Storing",
     .help = "what the store may grow to: address space, neither memory nor disk. At 90 % writes "
             "are refused; start with more then. Less than there is refuses writes at once"},
    {"store-buffer", SETTINGS_SIZE, AT(store_buffer_bytes), .value = "SIZE", .fallback = "128MiB",
     .maximum = OPTIONS_BUFFER_MAX,
     .help = "memory for changes that are safe in the store's journal and go into its tree little "
             "by little. More makes busy hours lighter and a start after a crash longer; 0: each "
             "change goes into the tree at once. At least 1MiB otherwise"},
    {"tls-certificate", SETTINGS_PATH, AT(tls_certificate), .value = "FILE", .reload = true,
     .group = "TLS",
     .help = "PEM: our certificate and those it hangs by. Read again with SIGHUP; connections that "
             "are open stay"},
    {"tls-key", SETTINGS_PATH, AT(tls_key), .value = "FILE", .reload = true,
     .help = "PEM: its key, without a passphrase"},
    {"tls-client-ca", SETTINGS_PATH, AT(tls_client_ca), .value = "FILE", .reload = true,
     .help = "PEM: who signs the certificates of clients; without it none are asked for"},
    {"tls-client", SETTINGS_CHOICE, AT(tls_client), .choices = TLS_CLIENT_NAMES, .reload = true,
     .fallback = "required",
     .help = "with tls-client-ca: whether a client must show one, or only be good when it does"},
    {"sms-file", SETTINGS_PATH, AT(sms_file), .value = "FILE", .group = "Messages to phones",
     .help = "development: messages to phones go there, one JSON line each"},
    {"sms-hook", SETTINGS_TEXT, AT(sms_hook), .value = "URL",
     .help = "messages to phones are POSTed there as JSON {to, text, code, language, at}: https, "
             "or http on loopback. Without either none is sent, and nobody can sign in by phone"},
    {"sms-hook-secret", SETTINGS_PATH, AT(sms_hook_secret), .value = "FILE",
     .help = "its first line is sent to the hook as Authorization: Bearer"},
    {"webhook-allow", SETTINGS_LIST, AT(webhook_allow), .value = "NETWORK",
     .group = "Hooks that are told of events",
     .help = "hooks may be in this network, such as 10.1.0.0/16. Without it they are on the "
             "internet: loopback, private and link-local addresses are refused"},
    {"webhook-ca", SETTINGS_PATH, AT(webhook_ca), .value = "FILE",
     .help = "certificates (PEM) that hooks' are checked against, instead of the system's"},
    {"log-level", SETTINGS_CHOICE, AT(log_level), .choices = LOG_LEVEL_NAMES, .fallback = "info",
     .reload = true, .group = "Logs, measuring",
     .help = "from what on lines go to the log; refused calls are told at debug"},
    {"log-slow", SETTINGS_DURATION, AT(log_slow_ms), .value = "TIME", .fallback = "1s",
     .maximum = 3600000, .reload = true,
     .help = "calls that take so long are logged as warnings; 0s: none are"},
    {"metrics", SETTINGS_TEXT, AT(metrics), .value = "ADDRESS", .sample = "127.0.0.1:9717",
     .help = "127.0.0.1:PORT or [::1]:PORT: where GET /metrics answers in Prometheus' format; "
             "without it nowhere"},
    {"core-dumps", SETTINGS_FLAG, AT(core_dumps), .flag_only = true,
     .help = "lets the system write core dumps and debuggers attach, to find a fault: they hold "
             "everybody's personal data and the keys"},
    {"restore", SETTINGS_PATH, AT(restore), .value = "BACKUP_DIR", .flag_only = true,
     .group = "Instead of serving",
     .help = "puts a backup into an empty data folder and ends; nothing may run on it"},
    {"rehearse", SETTINGS_PATH, AT(rehearse), .value = "BACKUP_DIR", .flag_only = true,
     .help = "restores a backup, or the newest of a folder of dated ones, into a throw-away store, "
             "verifies every merchant and ends; DIR/backup.state keeps how it went. beckond may "
             "serve meanwhile"},
    {"keep", SETTINGS_NUMBER, AT(keep), .value = "N", .minimum = 1, .maximum = OPTIONS_KEEP_MAX,
     .flag_only = true,
     .help = "with --rehearse: once all is well, deletes the folder's oldest backups but N"},
    {"master-key", SETTINGS_PATH, AT(master_key), .value = "FILE", .flag_only = true,
     .help = "with --restore or --rehearse: the master.key kept apart from the backup"},
    {"erasures", SETTINGS_PATH, AT(erasures), .value = "FILE", .flag_only = true,
     .help = "with --restore or --rehearse: the list of who was erased, kept beside master.key"},
    {"wrapping-keys", SETTINGS_PATH, AT(wrapping_keys), .value = "FILE", .flag_only = true,
     .help = "with --restore or --rehearse: the wrapping.keys of the backup's time, kept beside "
             "master.key"},
    {"check-config", SETTINGS_FLAG, AT(check), .flag_only = true,
     .help = "reads the settings, prints those in force and where each came from, and ends"},
    {"sample-config", SETTINGS_FLAG, AT(sample), .flag_only = true, .alone = true,
     .help = "prints a file of all settings with their defaults"},
    {"methods", SETTINGS_FLAG, AT(methods), .flag_only = true, .alone = true,
     .help = "prints the method table: path, kind, roles; tab-separated"},
    {"man", SETTINGS_FLAG, AT(man), .flag_only = true, .alone = true,
     .help = "prints the man page (roff)"},
    {"version", SETTINGS_FLAG, AT(version), .flag_only = true, .alone = true,
     .help = "prints the version"},
    {"help", SETTINGS_FLAG, AT(help), .flag_only = true, .alone = true, .help = "prints this"},
};

static const struct settings_program PROGRAM = {
    .name = "beckond", .prefix = "BECKOND_", .version = BECKON_VERSION,
    .summary = "the service of Beckon: referral and shopping-guide incentives",
    .usage = USAGE, .notes = NOTES, .rows = ROWS, .row_count = sizeof ROWS / sizeof *ROWS,
    .values_size = sizeof(struct options), .config = "config",
};

const struct settings_program *options_program(void)
{
    return &PROGRAM;
}

static bool wrong(struct settings_error *error, const char *sentence)
{
    snprintf(error->text, sizeof error->text, "%s; beckond --help shows the options", sentence);
    return false;
}

/* What the table can't say of single rows. */
static bool fits(const struct options *options, struct settings_error *ret_error)
{
    bool restores = options->restore != NULL || options->rehearse != NULL;
    if (options->restore != NULL && options->rehearse != NULL)
        return wrong(ret_error, "--restore and --rehearse don't go together");
    if (options->master_key != NULL && !restores)
        return wrong(ret_error, "--master-key goes with --restore or --rehearse");
    if (options->erasures != NULL && !restores)
        return wrong(ret_error, "--erasures goes with --restore or --rehearse");
    if (options->wrapping_keys != NULL && !restores)
        return wrong(ret_error, "--wrapping-keys goes with --restore or --rehearse");
    if (options->keep != 0 && options->rehearse == NULL)
        return wrong(ret_error, "--keep goes with --rehearse");
    if (options->sms_hook_secret != NULL && options->sms_hook == NULL)
        return wrong(ret_error, "sms-hook-secret goes with sms-hook");
    if ((options->tls_certificate == NULL) != (options->tls_key == NULL))
        return wrong(ret_error, "tls-certificate and tls-key go together");
    if (options->tls_client_ca != NULL && options->tls_certificate == NULL)
        return wrong(ret_error, "tls-client-ca goes with tls-certificate and tls-key");
    if (options->store_buffer_bytes != 0 && options->store_buffer_bytes < OPTIONS_BUFFER_MIN)
        return wrong(ret_error, "store-buffer is 0 or at least 1MiB");
    if (strlen(options->data) >= PATH_MAX)
        return wrong(ret_error, "data is too long");
    return true;
}

static void find_data(struct options *options)
{
    const char *state = getenv("XDG_STATE_HOME");
    char path[PATH_MAX + sizeof "/beckon"] = "./beckon-data";
    if (state != NULL && state[0] == '/')
        snprintf(path, sizeof path, "%s/beckon", state);
    options->data = settings_keep(&options->texts, path);
}

static enum options_job job_of(const struct options *options)
{
    return options->help      ? OPTIONS_HELP
           : options->version ? OPTIONS_VERSION
           : options->methods ? OPTIONS_METHODS
           : options->man     ? OPTIONS_MAN
           : options->sample  ? OPTIONS_SAMPLE
           : options->check   ? OPTIONS_CHECK
           : options->restore != NULL ? OPTIONS_RESTORE
           : options->rehearse != NULL ? OPTIONS_REHEARSE
                                       : OPTIONS_SERVE;
}

bool options_read(int argc, char *const *argv, char *const *environment,
                  struct options *ret_options, struct settings_error *ret_error)
{
    struct options options;
    struct settings_texts texts;
    struct settings_origins origins;
    if (!settings_read(&PROGRAM, argc, argv, environment, &options, &texts, &origins, ret_error))
        return false;
    options.texts = texts;
    options.origins = origins;
    options.job = job_of(&options);
    if (options.data == NULL)
        find_data(&options);
    if (!fits(&options, ret_error)) {
        settings_free(&options.texts);
        return false;
    }
    *ret_options = options;
    return true;
}
