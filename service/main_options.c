#include "service/main_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "beckond " BECKON_VERSION ", the service of Beckon: referral and shopping-guide incentives.\n"
    "\n"
    "usage: beckond [--data DIR] [--listen ADDRESS]...\n"
    "       beckond --restore BACKUP_DIR [--data DIR] [--master-key FILE]\n"
    "               [--erasures FILE]\n"
    "       beckond --methods | --version | --help\n"
    "\n"
    "Without options it makes what it needs and serves on 127.0.0.1:7717.\n"
    "\n"
    "  --data DIR            the data folder, made when absent; default $XDG_STATE_HOME/beckon,\n"
    "                        or ./beckon-data where XDG_STATE_HOME is not set\n"
    "  --listen ADDRESS      127.0.0.1:PORT, [::1]:PORT or unix:PATH; may be given several times.\n"
    "                        Port 0 picks a free one. Other addresses are refused: they need TLS,\n"
    "                        so put a proxy on this machine in front\n"
    "  --port-file FILE      writes the real ports there, one a line, once it serves\n"
    "  --sms-file FILE       development: messages to phones go there, one JSON line each\n"
    "  --sms-hook URL        messages to phones are POSTed there as JSON {to, text, code,\n"
    "                        language, at}: https, or http on loopback. Without either none is\n"
    "                        sent, and nobody can sign in by phone\n"
    "  --sms-hook-secret FILE  its first line is sent as Authorization: Bearer\n"
    "  --record-commits FILE writes every commit's write set there (measurements)\n"
    "  --restore BACKUP_DIR  puts a backup into an empty data folder and ends; nothing may run\n"
    "                        on it\n"
    "  --master-key FILE     with --restore: the master.key kept apart from the backup\n"
    "  --erasures FILE       with --restore: the list of who was erased, kept beside master.key\n"
    "  --methods             prints the method table: path, kind, roles; tab-separated\n"
    "  --version, --help\n"
    "\n"
    "A first start makes merchant 1 and two tokens, DIR/admin.token (admin of merchant 1) and\n"
    "DIR/operator.token (the instance: merchants, backup), readable by the owner only. Keep a\n"
    "copy of DIR/master.key elsewhere: no backup can be read without it. DIR/erasures says who\n"
    "was erased; it belongs beside that copy, so that no backup brings them back.\n"
    "\n"
    "SIGTERM and SIGINT drain: no new calls, calls in progress end (at most 10 s), then it stops.\n"
    "A second signal cancels what is still in progress. Logs go to stderr, one line an event; the\n"
    "line msg=\"ready\" says that it serves.\n"
    "\n"
    "exit codes:\n"
    "  0   stopped as asked, or done\n"
    "  1   failed; the last line says why\n"
    "  2   wrong options\n"
    "  3   the data folder can't be opened: another beckond runs on it, no right, damaged, newer\n"
    "  4   can't listen: the port is taken, or the address is not of this machine\n"
    "  70  the store failed while serving; nothing acknowledged is lost, start it again\n";

void options_help(void)
{
    fputs(HELP, stdout);
}

enum option_id {
    OPTION_DATA = 256, OPTION_LISTEN, OPTION_PORT_FILE, OPTION_RECORD, OPTION_RESTORE,
    OPTION_MASTER_KEY, OPTION_ERASURES, OPTION_SMS_FILE, OPTION_SMS_HOOK, OPTION_SMS_HOOK_SECRET,
    OPTION_METHODS, OPTION_VERSION, OPTION_HELP,
};

static const struct option OPTIONS[] = {
    {"data", required_argument, NULL, OPTION_DATA},
    {"listen", required_argument, NULL, OPTION_LISTEN},
    {"port-file", required_argument, NULL, OPTION_PORT_FILE},
    {"record-commits", required_argument, NULL, OPTION_RECORD},
    {"restore", required_argument, NULL, OPTION_RESTORE},
    {"master-key", required_argument, NULL, OPTION_MASTER_KEY},
    {"erasures", required_argument, NULL, OPTION_ERASURES},
    {"sms-file", required_argument, NULL, OPTION_SMS_FILE},
    {"sms-hook", required_argument, NULL, OPTION_SMS_HOOK},
    {"sms-hook-secret", required_argument, NULL, OPTION_SMS_HOOK_SECRET},
    {"methods", no_argument, NULL, OPTION_METHODS},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, OPTION_HELP},
    {0},
};

static bool wrong(const char *sentence)
{
    fprintf(stderr, "beckond: %s; beckond --help shows the options\n", sentence);
    return false;
}

static bool data_set(struct options *options, const char *base, const char *rest)
{
    int size = snprintf(options->data, sizeof options->data, "%s%s", base, rest);
    return size > 0 && (size_t)size < sizeof options->data ? true
                                                           : wrong("--data is empty or too long");
}

static bool option_take(struct options *options, int option, const char *value)
{
    switch (option) {
    case OPTION_DATA: return data_set(options, value, "");
    case OPTION_LISTEN:
        if (options->listen_count == OPTIONS_LISTEN_MAX)
            return wrong("at most 8 times --listen");
        options->listen[options->listen_count++] = value;
        return true;
    case OPTION_PORT_FILE: options->port_file = value; return true;
    case OPTION_RECORD: options->record_commits = value; return true;
    case OPTION_RESTORE:
        options->restore = value;
        options->job = OPTIONS_RESTORE;
        return true;
    case OPTION_MASTER_KEY: options->master_key = value; return true;
    case OPTION_ERASURES: options->erasures = value; return true;
    case OPTION_SMS_FILE: options->sms_file = value; return true;
    case OPTION_SMS_HOOK: options->sms_hook = value; return true;
    case OPTION_SMS_HOOK_SECRET: options->sms_hook_secret = value; return true;
    case OPTION_METHODS: options->job = OPTIONS_METHODS; return true;
    case OPTION_VERSION: options->job = OPTIONS_VERSION; return true;
    case OPTION_HELP: options->job = OPTIONS_HELP; return true;
    default: return wrong("unknown option, or one without its value");
    }
}

bool options_read(int argc, char **argv, struct options *ret_options)
{
    struct options options = {.job = OPTIONS_SERVE};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1)
        if (!option_take(&options, option, optarg))
            return false;
    if (optind < argc)
        return wrong("there are no arguments besides options");
    if (options.master_key != NULL && options.restore == NULL)
        return wrong("--master-key goes with --restore");
    if (options.erasures != NULL && options.restore == NULL)
        return wrong("--erasures goes with --restore");
    if (options.sms_hook_secret != NULL && options.sms_hook == NULL)
        return wrong("--sms-hook-secret goes with --sms-hook");
    if (options.listen_count == 0)
        options.listen[options.listen_count++] = "127.0.0.1:7717";
    const char *state = getenv("XDG_STATE_HOME");
    bool has_state = state != NULL && state[0] == '/';
    if (options.data[0] == '\0'
        && !data_set(&options, has_state ? state : ".", has_state ? "/beckon" : "/beckon-data"))
        return false;
    *ret_options = options;
    return true;
}
