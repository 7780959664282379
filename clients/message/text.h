/* Values as people write them: numbers, times, names of enums, base64. Pure; returned strings are
 * the caller's to g_free. */
#ifndef BECKON_CLIENTS_MESSAGE_TEXT_H
#define BECKON_CLIENTS_MESSAGE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <protobuf-c/protobuf-c.h>

#include "google/protobuf/timestamp.pb-c.h"

/* RFC 3339 in UTC, with as many digits of a second as it needs: "2026-01-31T09:30:00Z". A time
 * that no calendar has is written as its seconds. */
char *text_of_time(const Google__Protobuf__Timestamp *time);
/* Reads RFC 3339 with an offset or Z; false: it is none. */
bool text_to_time(const char *text, int64_t *ret_seconds, int32_t *ret_nanos);

/* "badge" for CHANNEL_BADGE of enum Channel; an unknown value is written as its number. */
char *text_of_enum(const ProtobufCEnumDescriptor *type, int value);
/* Reads "badge", any case, '-' for '_', or the full name. */
bool text_to_enum(const ProtobufCEnumDescriptor *type, const char *text, int *ret_value);
/* "other, badge, shelf": what text_to_enum takes. */
char *text_enum_names(const ProtobufCEnumDescriptor *type);

#endif
