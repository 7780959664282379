/* google.rpc.Status of a refusal: what stands in the trailer grpc-status-details-bin. */
#ifndef BECKON_SERVICE_RPC_STATUS_H
#define BECKON_SERVICE_RPC_STATUS_H

#include <stddef.h>
#include <stdint.h>

#include "service/outcome.h"

enum { STATUS_BYTES = 6144, STATUS_SENTENCE_BYTES = 512 };

/* Packs ErrorInfo, BadRequest (with a field), RetryInfo (where the outcome says so), RequestInfo
 * and LocalizedMessage in en and zh-CN. request_id: at most REQUEST_ID_BYTES_MAX.
 * ret_sentence gets the English sentence for grpc-message. Returns the bytes written, at most
 * STATUS_BYTES. */
size_t status_pack(enum outcome outcome, const struct refusal *refusal, const char *request_id,
                   uint8_t ret_bytes[STATUS_BYTES], char ret_sentence[STATUS_SENTENCE_BYTES]);

#endif
