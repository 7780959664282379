#include "service/rpc/descriptors.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <google/protobuf/descriptor.pb-c.h>

extern const uint8_t beckon_descriptor_set[], beckon_descriptor_set_end[];

typedef Google__Protobuf__FileDescriptorProto file_proto;
typedef Google__Protobuf__DescriptorProto message_proto;

static uint64_t read_varint(const uint8_t **at, const uint8_t *end)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        assert(*at < end);
        uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0)
            break;
    }
    return value;
}

/* Where each file lies in the set: FileDescriptorSet is nothing but `repeated file = 1`. Ours, and
 * made at build time: a wrong form is a programmer's error. */
static size_t files_find(struct bytes ret_files[DESCRIPTORS_FILES_MAX])
{
    size_t count = 0;
    const uint8_t *at = beckon_descriptor_set, *end = beckon_descriptor_set_end;
    while (at < end) {
        uint64_t tag = read_varint(&at, end);
        uint64_t size = read_varint(&at, end);
        assert(tag == (1 << 3 | 2) && size <= (size_t)(end - at) && count < DESCRIPTORS_FILES_MAX);
        ret_files[count++] = (struct bytes){at, (size_t)size};
        at += size;
    }
    return count;
}

static file_proto *file_open(struct bytes file)
{
    file_proto *proto =
        google__protobuf__file_descriptor_proto__unpack(NULL, file.size, file.data);
    if (proto == NULL)
        abort(); /* the set is ours: only an empty heap gets here */
    return proto;
}

static void file_close(file_proto *proto)
{
    google__protobuf__file_descriptor_proto__free_unpacked(proto, NULL);
}

static const char *without_dot(const char *name)
{
    return name[0] == '.' ? name + 1 : name;
}

bool descriptors_each_method(bool (*visit)(void *context, const struct descriptors_method *method),
                             void *context)
{
    struct bytes files[DESCRIPTORS_FILES_MAX];
    size_t count = files_find(files);
    bool go_on = true;
    for (size_t i = 0; i < count && go_on; i++) {
        file_proto *file = file_open(files[i]);
        for (size_t s = 0; s < file->n_service && go_on; s++)
            for (size_t m = 0; m < file->service[s]->n_method && go_on; m++) {
                const Google__Protobuf__MethodDescriptorProto *method = file->service[s]->method[m];
                struct descriptors_method described = {
                    .input = without_dot(method->input_type),
                    .output = without_dot(method->output_type),
                    .client_streaming = method->client_streaming,
                    .server_streaming = method->server_streaming,
                };
                snprintf(described.path, sizeof described.path, "/%s.%s/%s", file->package,
                         file->service[s]->name, method->name);
                go_on = visit(context, &described);
            }
        file_close(file);
    }
    return go_on;
}

/* Is `name` the whole first component of `symbol`? Then the rest behind its dot, or "" at the end;
 * NULL when not. */
static const char *component(const char *symbol, const char *name)
{
    size_t size = strlen(name);
    if (strncmp(symbol, name, size) != 0 || (symbol[size] != '.' && symbol[size] != '\0'))
        return NULL;
    return symbol[size] == '.' ? symbol + size + 1 : symbol + size;
}

static bool enum_declares(const Google__Protobuf__EnumDescriptorProto *proto, const char *rest)
{
    if (rest[0] == '\0')
        return true;
    for (size_t i = 0; i < proto->n_value; i++)
        if (strcmp(proto->value[i]->name, rest) == 0)
            return true;
    return false;
}

static bool enums_declare(Google__Protobuf__EnumDescriptorProto **protos, size_t count,
                          const char *symbol)
{
    for (size_t i = 0; i < count; i++) {
        const char *rest = component(symbol, protos[i]->name);
        if (rest != NULL && enum_declares(protos[i], rest))
            return true;
    }
    return false;
}

/* Follows a symbol down nested messages. */
static bool messages_declare(message_proto **messages, size_t count, const char *symbol)
{
    for (size_t i = 0; i < count;) {
        const char *rest = component(symbol, messages[i]->name);
        if (rest == NULL) {
            i++;
            continue;
        }
        const message_proto *message = messages[i];
        if (rest[0] == '\0' || enums_declare(message->enum_type, message->n_enum_type, rest))
            return true;
        for (size_t f = 0; f < message->n_field; f++)
            if (strcmp(message->field[f]->name, rest) == 0)
                return true;
        symbol = rest; /* one level down; no two messages of a level have one name */
        messages = message->nested_type;
        count = message->n_nested_type;
        i = 0;
    }
    return false;
}

static bool services_declare(const file_proto *file, const char *symbol)
{
    for (size_t s = 0; s < file->n_service; s++) {
        const char *rest = component(symbol, file->service[s]->name);
        if (rest == NULL)
            continue;
        if (rest[0] == '\0')
            return true;
        for (size_t m = 0; m < file->service[s]->n_method; m++)
            if (strcmp(file->service[s]->method[m]->name, rest) == 0)
                return true;
    }
    return false;
}

static bool file_declares(const file_proto *file, const char *symbol)
{
    const char *rest = component(symbol, file->package);
    return rest != NULL && rest[0] != '\0'
           && (services_declare(file, rest)
               || messages_declare(file->message_type, file->n_message_type, rest)
               || enums_declare(file->enum_type, file->n_enum_type, rest));
}

static bool file_is(const file_proto *file, const char *name)
{
    return strcmp(file->name, name) == 0;
}

static size_t file_index(const struct bytes *files, size_t count, const char *text,
                         bool (*fits)(const file_proto *file, const char *text))
{
    size_t index = count;
    for (size_t i = 0; i < count && index == count; i++) {
        file_proto *file = file_open(files[i]);
        if (fits(file, text))
            index = i;
        file_close(file);
    }
    return index;
}

/* The first file that fits, and what it imports, breadth first. */
static size_t with_imports(const char *text, bool (*fits)(const file_proto *file, const char *text),
                           struct bytes ret_files[DESCRIPTORS_FILES_MAX])
{
    struct bytes files[DESCRIPTORS_FILES_MAX];
    size_t count = files_find(files);
    bool taken[DESCRIPTORS_FILES_MAX] = {false};
    size_t first = file_index(files, count, text, fits);
    if (first == count)
        return 0;
    size_t out = 0;
    ret_files[out++] = files[first];
    taken[first] = true;
    for (size_t next = 0; next < out; next++) {
        file_proto *file = file_open(ret_files[next]);
        for (size_t d = 0; d < file->n_dependency; d++) {
            size_t index = file_index(files, count, file->dependency[d], file_is);
            if (index < count && !taken[index]) {
                ret_files[out++] = files[index];
                taken[index] = true;
            }
        }
        file_close(file);
    }
    return out;
}

size_t descriptors_file(const char *name, struct bytes ret_files[DESCRIPTORS_FILES_MAX])
{
    return with_imports(name, file_is, ret_files);
}

size_t descriptors_symbol(const char *symbol, struct bytes ret_files[DESCRIPTORS_FILES_MAX])
{
    return with_imports(symbol, file_declares, ret_files);
}
