/* The API's descriptor set (google.protobuf.FileDescriptorSet, with all imports) that is linked
 * into the program: what reflection answers from and the method table is checked against.
 * Files are decoded when asked, one at a time, and freed: nothing is kept. Any thread. */
#ifndef BECKON_SERVICE_RPC_DESCRIPTORS_H
#define BECKON_SERVICE_RPC_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/bytes.h"

enum { DESCRIPTORS_FILES_MAX = 64, DESCRIPTORS_PATH_BYTES = 160 };

struct descriptors_method {
    char path[DESCRIPTORS_PATH_BYTES];  /* "/PACKAGE.SERVICE/METHOD" */
    const char *input, *output;         /* full names of messages, without a leading dot */
    bool client_streaming, server_streaming;
};

/* Calls visit for each method of each service until it answers false; then answers false. */
bool descriptors_each_method(bool (*visit)(void *context, const struct descriptors_method *method),
                             void *context);

/* Finds the file of that name, or the file that declares the symbol (service, method, message,
 * enum, field or value, by full name), and writes it with everything it imports, itself first:
 * views of serialized FileDescriptorProtos, alive as long as the program. Returns how many; 0: not
 * found. */
size_t descriptors_file(const char *name, struct bytes ret_files[DESCRIPTORS_FILES_MAX]);
size_t descriptors_symbol(const char *symbol, struct bytes ret_files[DESCRIPTORS_FILES_MAX]);

#endif
