/* A message of the API as google.protobuf JSON: what other systems' libraries read back. */
#ifndef BECKON_SERVICE_OPS_MESSAGE_JSON_H
#define BECKON_SERVICE_OPS_MESSAGE_JSON_H

#include <google/protobuf/timestamp.pb-c.h>
#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

enum { MESSAGE_JSON_DEPTH_MAX = 8 }; /* messages within messages; the API has 4 */

/* A new object, the caller's: fields in lowerCamelCase, those with their default left out, 64-bit
 * integers as strings, enums by name, Timestamps as RFC 3339. NULL: no memory, text that is not
 * UTF-8, or deeper than that. */
json_t *message_json(const ProtobufCMessage *message);
/* The same of a time: "2026-01-02T03:04:05.678Z". */
json_t *message_json_time(const Google__Protobuf__Timestamp *at);

#endif
