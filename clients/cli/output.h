/* What commands write: an object as lines or JSON, errors in the reader's language. */
#ifndef BECKON_CLIENTS_CLI_OUTPUT_H
#define BECKON_CLIENTS_CLI_OUTPUT_H

#include "clients/cli/cli.h"

/* One message: "field  value" lines on a terminal, else one line of JSON. */
void output_message(struct cli *cli, const ProtobufCMessage *message);
/* A message as one line of JSON. */
void output_json(struct cli *cli, const ProtobufCMessage *message);

/* Tells an error on standard error: the sentence in the language of LANG, the field and what is
 * allowed there; with --json as one object. Returns the exit code it means. */
enum cli_exit output_error(struct cli *cli, const struct channel_error *error);

/* "beckon: " and a line on standard error. */
void output_complaint(struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
