/* Calls as fuzz_request.c takes them: each is four bytes, method, who, size of the request (big
 * endian), and then the request as on the wire. The last one's size may say more than there is. */
#ifndef BECKON_TESTS_FUZZ_REQUEST_H
#define BECKON_TESTS_FUZZ_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

enum { REQUEST_HEAD_BYTES = 4 };

/* The request of a method's byte. */
const ProtobufCMessageDescriptor *request_descriptor(uint8_t method);
/* Codes that somebody has, and such that nobody has. */
const char *request_code(unsigned number);
/* Where the last call that is whole begins, with its size corrected; `size`: there is none. */
size_t request_last_call(const uint8_t *data, size_t size);

#endif
