/* The program beckon: nouns and verbs as data, and what every verb is given.
 *
 * A verb is described once: its options name the fields of the request they fill, so most verbs run
 * through verb_call or verb_list (call.h) and have no code of their own. Help comes from the same
 * description. One thread; everything ends with the process. */
#ifndef BECKON_CLIENTS_CLI_CLI_H
#define BECKON_CLIENTS_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <protobuf-c/protobuf-c.h>

#include "clients/channel/channel.h"

/* Exit codes, documented by `beckon --help`. */
enum cli_exit {
    CLI_OK = 0,
    CLI_REFUSED = 1,     /* the service refused, or an import had rows that it refused */
    CLI_USAGE = 2,
    CLI_UNREACHABLE = 3, /* no service there, or no answer in time */
    CLI_DIFFERENCES = 4, /* verify found some; doctor found what is wrong */
    CLI_LOCAL = 5,       /* a file here can't be read or written */
};

enum { CLI_OPTIONS_MAX = 48, CLI_GIVEN_MAX = 64, CLI_OPTION_SETS_MAX = 5 };

/* What may be given to a verb: an option, or an argument by its place. */
struct option_spec {
    const char *name;  /* without dashes; for arguments the word in the synopsis, e.g. "SHOP_ID" */
    const char *value; /* placeholder in help; NULL: a flag */
    const char *help;
    const char *field; /* path in the request that it fills; NULL: the verb's own */
    const char *choices; /* "shops, guides": what may be said; NULL: anything, or the values of
                            the enum that `field` is */
    bool argument, required;
    bool value_optional; /* --csv or --csv=excel */
};

/* What was given, in order. Texts live in argv. */
struct values {
    struct { const struct option_spec *option; const char *text; } given[CLI_GIVEN_MAX];
    size_t count;
};

struct cli;
struct verb;
typedef enum cli_exit verb_run(struct cli *cli, const struct verb *verb,
                               const struct values *values);

struct verb {
    const char *name;                  /* NULL: the noun alone is the command */
    const char *help;                  /* one line */
    const char *details;               /* more sentences, or NULL */
    const struct option_spec *options; /* ends with name NULL; NULL: none */
    const char *const *examples;       /* ends with NULL */
    verb_run *run;
    const ProtobufCServiceDescriptor *service; /* for verb_call, verb_list */
    const char *method;
    const char *shows;                 /* field of the reply to show; NULL: the whole */
    const char *columns;               /* of a list on a terminal, "shop_id,name" */

    /* What a person types again before it is done, because it can't be taken back: the name of an
     * argument or option that was given, else the word itself. Such a verb takes --yes, and without
     * it is refused where nobody can be asked. NULL: nothing. */
    const char *typed;
    const char *typed_if;              /* only with this option; NULL: always */
    const char *loss, *loss_zh;        /* with `typed`: what will be, a sentence each */
};

struct noun {
    const char *name, *help;
    const struct verb *verbs;
    size_t verb_count;
    void (*more)(FILE *out); /* what its help says below the verbs, or NULL */
};

/* How lists are written as CSV. */
enum cli_csv { CSV_OFF, CSV_PLAIN, CSV_EXCEL };

/* The one table of commands (nouns.c). */
extern const struct noun *const NOUNS[];
extern const size_t NOUN_COUNT;
/* By their exact names; NULL: there is none. */
const struct noun *noun_find(const char *name);
const struct verb *verb_find(const struct noun *noun, const char *name);
/* Options that every verb takes; those of lists (verbs with columns that run verb_list); those of
 * verbs with `typed`. Each ends with name NULL. */
extern const struct option_spec GLOBAL_OPTIONS[], EVERY_LIST_OPTIONS[], TYPED_OPTIONS[];

struct cli {
    FILE *out, *err;
    bool in_is_terminal, out_is_terminal, err_is_terminal;
    unsigned width;       /* columns of the terminal; 0: standard output is none, or says nothing */
    bool colour;          /* standard output is a terminal that may be coloured */
    struct pager *pager;  /* pager.h; NULL: none runs */
    enum cli_csv csv;     /* --csv */
    const char *columns;  /* --columns; NULL: the verb's own */
    bool json;            /* --json, or standard output is no terminal */
    bool json_asked;      /* --json */
    bool chinese;
    const char *address;
    const char *token;    /* NULL: none */
    struct channel_tls tls;
    uint32_t deadline_ms; /* of one attempt */
    uint64_t limit;       /* of lists; 0: everything */
    struct channel *channel; /* opened by cli_channel */
};

/* The channel, opened at its first use; NULL: the error has been told. */
struct channel *cli_channel(struct cli *cli, uint32_t retry_ms);

/* Parses, opens, runs; what main returns. */
enum cli_exit cli_main(struct cli *cli, int argc, char **argv);

#endif
