/* Verbs that only call: their request is built from the options, their reply shown. */
#ifndef BECKON_CLIENTS_CLI_CALL_H
#define BECKON_CLIENTS_CLI_CALL_H

#include "clients/cli/cli.h"

/* How long a command typed by a person goes on trying. */
enum { CALL_RETRY_MS = 1500 };

/* A verb_run: calls verb->method, shows field verb->shows of the reply. */
verb_run verb_call;
/* A verb_run: pages through verb->method (up to --limit) and shows the elements of verb->shows. */
verb_run verb_list;

/* Makes the request of a verb's method from its options; owners and accounts are looked up where
 * they are not given by number. A request_id that is not given is drawn. Anything but CLI_OK has
 * been told. The caller frees the request with protobuf_c_message_free_unpacked(request, NULL). */
enum cli_exit request_make(struct cli *cli, const struct verb *verb, const struct values *values,
                           ProtobufCMessage **ret_request);

/* Calls once; errors have been told, with the request_id for a repetition. */
enum cli_exit call_once(struct cli *cli, const struct verb *verb,
                        const ProtobufCMessage *request, ProtobufCMessage **ret_reply);

/* Calls a server-streaming method; errors have been told. */
enum cli_exit stream_once(struct cli *cli, const struct verb *verb,
                          const ProtobufCMessage *request, channel_receive *receive,
                          void *context);

/* Turns "guide:3", "guide:G01", "employee:1001", "member:+86...", "phone:138...", "shop:S1" or
 * "shop-id:12" into "guide:3" and the like, asking the service where it must; the caller frees. */
enum cli_exit party_look_up(struct cli *cli, const char *text, char **ret_text);

#endif
