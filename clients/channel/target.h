/* Inside clients/channel: where a channel leads and how it is encrypted. */
#ifndef BECKON_CLIENTS_CHANNEL_TARGET_H
#define BECKON_CLIENTS_CHANNEL_TARGET_H

#include <grpc/grpc_security.h>

#include "clients/channel/channel.h"

enum { TARGET_BYTES = 320 };

/* gRPC's name for an address: loopback and unix sockets, with TLS any "HOST:PORT". False: none. */
bool target_of(const char *address, bool tls, char ret_target[TARGET_BYTES]);

/* Plaintext, or TLS with what the files hold. NULL: ret_error names the file. The caller releases
 * them. */
grpc_channel_credentials *target_credentials(const struct channel_tls *tls,
                                             struct channel_error *ret_error);

#endif
