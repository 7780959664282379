/* Inside the message machinery: where a field's value lies. */
#ifndef BECKON_CLIENTS_MESSAGE_MESSAGE_INNER_H
#define BECKON_CLIENTS_MESSAGE_MESSAGE_INNER_H

#include "clients/message/message.h"

/* Where a field's member lies; for a repeated one, its array's pointer. */
void *message_member(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
/* Bytes of one value of this type. */
size_t message_value_size(ProtobufCType type);
/* Is there anything to show: oneofs chosen, messages made. */
bool message_has(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
/* Is another field of its oneof chosen? Then it has no place. */
bool message_rival(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
/* Room for a value to be set: chooses the oneof, adds an element to a repeated field. */
void *message_place(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
/* One value as JSON; the caller owns it. */
json_t *message_value_json(const ProtobufCFieldDescriptor *field, const void *place);
/* Where an element of a repeated field lies. */
const void *message_element(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                            size_t index);

#endif
