/* Any message of the API by its descriptor: to JSON, from single texts, to table cells.
 *
 * JSON: field names as in the .proto; enums lower-case without their prefix; times RFC 3339; bytes
 * base64; every integer an integer. Messages made here are freed with
 * protobuf_c_message_free_unpacked(message, NULL). The functions call themselves only as deep as
 * message types nest, and no type of the API holds itself. */
#ifndef BECKON_CLIENTS_MESSAGE_MESSAGE_H
#define BECKON_CLIENTS_MESSAGE_MESSAGE_H

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

ProtobufCMessage *message_new(const ProtobufCMessageDescriptor *type);

/* A fresh JSON object. Unset messages and unchosen oneofs are left out, zeros are not. */
json_t *message_json(const ProtobufCMessage *message);

/* Sets the field at a dotted path from a text; messages on the way are made, of a repeated one the
 * first; a repeated last field gets one more element. A Party reads "guide:3", an Attribute
 * "NAME=VALUE", a PurchaseLine "AMOUNT[:TAX[:CATEGORY[:ARTICLE]]]". false: `error` says what is
 * allowed. The path must exist. */
bool message_set(ProtobufCMessage *message, const char *path, const char *text, GString *error);

/* Makes the message of a field by name, or one more of a repeated one; the field must be there. */
ProtobufCMessage *message_add(ProtobufCMessage *message, const char *name);

/* Descriptor of the field at a dotted path; NULL: there is none. */
const ProtobufCFieldDescriptor *message_field(const ProtobufCMessageDescriptor *type,
                                              const char *path);

/* The message in a field, NULL when unset. The field must be a single message. */
ProtobufCMessage *message_sub(const ProtobufCMessage *message,
                              const ProtobufCFieldDescriptor *field);
/* The elements of a repeated message field. */
ProtobufCMessage **message_elements(const ProtobufCMessage *message,
                                    const ProtobufCFieldDescriptor *field, size_t *ret_count);
/* The text of a string field by name; it must be there. Lives in the message. */
const char *message_string(const ProtobufCMessage *message, const char *name);

/* A field for the eye: empty where unset, lists joined by ", ". The caller frees. */
char *message_cell(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* The same of the field at a dotted path, which must be there; empty too where a message on the way
 * is unset. The caller frees. */
char *message_path_cell(const ProtobufCMessage *message, const char *path);

/* One element of a repeated field, written as message_cell does. The caller frees. */
char *message_element_cell(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                           size_t index);
/* Elements of a repeated field. */
size_t message_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

#endif
