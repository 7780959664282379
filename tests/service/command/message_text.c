#include "tests/service/command/message_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "google/protobuf/timestamp.pb-c.h"
#include "store/date.h"

enum { WORD_BYTES = 8192, DEPTH_MAX = 8 };

static void wrong(const char *what, const char *text)
{
    fprintf(stderr, "table: %s: %s\n", what, text);
    abort();
}

int64_t message_text_time(const char *text)
{
    int year, month, day, hour, minute, second = 0, ms = 0;

    if (sscanf(text, "%d-%d-%dT%d:%d:%d.%d", &year, &month, &day, &hour, &minute, &second, &ms) < 5)
        wrong("no time", text);
    int64_t days = date_from_civil(year, month, day);
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + ms;
}

/* "ScanResult" -> "SCAN_RESULT_": what the names of its values begin with. */
static void enum_prefix(const ProtobufCEnumDescriptor *descriptor, char ret[64])
{
    size_t size = 0;
    for (const char *c = descriptor->short_name; *c != '\0' && size < 60; c++) {
        if (isupper((unsigned char)*c) && c != descriptor->short_name) ret[size++] = '_';
        ret[size++] = (char)toupper((unsigned char)*c);
    }
    ret[size++] = '_';
    ret[size] = '\0';
}

static int enum_value(const ProtobufCEnumDescriptor *descriptor, const char *text)
{
    char name[128];

    if (isdigit((unsigned char)text[0]) || text[0] == '-') return (int)strtol(text, NULL, 10);
    enum_prefix(descriptor, name);
    strncat(name, text, sizeof name - strlen(name) - 1);
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value_by_name(descriptor, name);
    if (value == NULL) wrong("no value of the enum", name);
    return value->value;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void *take(ProtobufCAllocator *arena, size_t size)
{
    void *data = arena->alloc(arena->allocator_data, size);
    if (data == NULL) abort();
    memset(data, 0, size);
    return data;
}

static ProtobufCMessage *fresh(const ProtobufCMessageDescriptor *descriptor,
                               ProtobufCAllocator *arena)
{
    ProtobufCMessage *message = take(arena, descriptor->sizeof_message);
    protobuf_c_message_init(descriptor, message);
    return message;
}

static void set_message(ProtobufCMessage *message, const char *value)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    Google__Protobuf__Timestamp *time = (Google__Protobuf__Timestamp *)message;
    int64_t seconds;
    int nanos = 0;

    if (strcmp(value, "{}") == 0) return;
    if (descriptor == &google__protobuf__timestamp__descriptor) {
        if (sscanf(value, "raw:%" SCNd64 ",%d", &seconds, &nanos) == 2) {
            time->seconds = seconds;
            time->nanos = nanos;
        } else {
            int64_t ms = message_text_time(value);
            time->seconds = ms / 1000;
            time->nanos = (int32_t)(ms % 1000) * 1000000;
        }
        return;
    }
    const char *colon = strchr(value, ':');
    if (strcmp(descriptor->short_name, "Party") != 0 || colon == NULL) wrong("no message", value);
    static const char *const kinds[] = {"none", "member", "guide", "shop"};
    uint8_t *base = (uint8_t *)message;
    for (int kind = 0; kind < 4; kind++)
        if (strncmp(value, kinds[kind], (size_t)(colon - value)) == 0)
            memcpy(base + descriptor->fields[0].offset, &kind, sizeof kind);
    uint32_t number = (uint32_t)strtoul(colon + 1, NULL, 10);
    memcpy(base + descriptor->fields[1].offset, &number, sizeof number);
}

static size_t scalar_size(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64: return 8;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE: return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
    default: return 4;
    }
}

/* "SIZE:hex", as it is written. */
static void set_bytes(ProtobufCBinaryData *slot, const char *value, ProtobufCAllocator *arena)
{
    char *hex;
    size_t size = strtoul(value, &hex, 10);
    uint8_t *data = take(arena, size + 1);

    if (*hex != ':' || strlen(hex + 1) != 2 * size) wrong("no bytes", value);
    for (size_t i = 0; i < size; i++) {
        unsigned byte;
        if (sscanf(hex + 1 + 2 * i, "%2x", &byte) != 1) wrong("no bytes", value);
        data[i] = (uint8_t)byte;
    }
    *slot = (ProtobufCBinaryData){size, data};
}

static void set_value(const ProtobufCFieldDescriptor *field, void *slot, const char *value,
                      ProtobufCAllocator *arena)
{
    int64_t number = strtoll(value, NULL, 10);
    int32_t small = (int32_t)number;
    char *copy;

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        copy = take(arena, strlen(value) + 1);
        memcpy(copy, value, strlen(value));
        memcpy(slot, &copy, sizeof copy);
        return;
    case PROTOBUF_C_TYPE_ENUM:
        small = enum_value(field->descriptor, value);
        memcpy(slot, &small, sizeof small);
        return;
    case PROTOBUF_C_TYPE_BOOL:
        small = strcmp(value, "true") == 0;
        memcpy(slot, &small, sizeof small);
        return;
    case PROTOBUF_C_TYPE_BYTES: set_bytes(slot, value, arena); return;
    case PROTOBUF_C_TYPE_MESSAGE: set_message(*(ProtobufCMessage **)slot, value); return;
    case PROTOBUF_C_TYPE_INT64: memcpy(slot, &number, 8); return;
    case PROTOBUF_C_TYPE_UINT64: memcpy(slot, &(uint64_t){strtoull(value, NULL, 10)}, 8); return;
    case PROTOBUF_C_TYPE_UINT32:
        memcpy(slot, &(uint32_t){(uint32_t)strtoul(value, NULL, 10)}, 4);
        return;
    default: memcpy(slot, &small, 4); return;
    }
}

/* Where element `index` of a list lives; the list is as long as the table has written it. */
static void *list_slot(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                       size_t index, ProtobufCAllocator *arena)
{
    uint8_t *base = (uint8_t *)message;
    size_t *count = (size_t *)(base + field->quantifier_offset);
    uint8_t **list = (uint8_t **)(base + field->offset);
    size_t size = scalar_size(field);

    if (index >= *count) {
        uint8_t *longer = take(arena, (index + 1) * size);
        if (*count > 0) memcpy(longer, *list, *count * size);
        *list = longer;
        for (size_t i = *count; i <= index && field->type == PROTOBUF_C_TYPE_MESSAGE; i++)
            ((ProtobufCMessage **)longer)[i] = fresh(field->descriptor, arena);
        *count = index + 1;
    }
    return *list + index * size;
}

static void set(ProtobufCMessage *message, char *path, const char *value,
                ProtobufCAllocator *arena)
{
    for (int depth = 0; depth < DEPTH_MAX; depth++) {
        char *rest = strchr(path, '.'), *bracket;
        size_t index = 0;

        if (rest != NULL) *rest++ = '\0';
        if ((bracket = strchr(path, '[')) != NULL) {
            index = strtoul(bracket + 1, NULL, 10);
            *bracket = '\0';
        }
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(message->descriptor, path);
        if (field == NULL) wrong("no such field", path);
        uint8_t *base = (uint8_t *)message;
        void *slot = base + field->offset;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            slot = list_slot(message, field, index, arena);
        } else {
            if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
                memcpy(base + field->quantifier_offset, &field->id, sizeof field->id);
            if (field->type == PROTOBUF_C_TYPE_MESSAGE && *(void **)slot == NULL)
                *(ProtobufCMessage **)slot = fresh(field->descriptor, arena);
        }
        if (rest == NULL) {
            set_value(field, slot, value, arena);
            return;
        }
        message = *(ProtobufCMessage **)slot;
        path = rest;
    }
}

ProtobufCMessage *message_text_read(const char *text, const ProtobufCMessageDescriptor *descriptor,
                                    ProtobufCAllocator *arena)
{
    ProtobufCMessage *message = fresh(descriptor, arena);
    char path[256], value[WORD_BYTES];

    while (*(text += strspn(text, " ")) != '\0') {
        size_t size = strcspn(text, "=");
        if (text[size] != '=' || size >= sizeof path) wrong("no field=value", text);
        memcpy(path, text, size);
        path[size] = '\0';
        text += size + 1;
        bool quoted = *text == '\'';
        if (quoted) text++;
        size = strcspn(text, quoted ? "'" : " ");
        if (size >= sizeof value) wrong("too long", path);
        memcpy(value, text, size);
        value[size] = '\0';
        text += size;
        if (quoted) text++;
        set(message, path, value, arena);
    }
    return message;
}

/* ---- writing --------------------------------------------------------------------------------- */

struct writing {
    char *text;
    size_t size;
};

static void add(struct writing *writing, const char *path, const char *value)
{
    size_t room = MESSAGE_TEXT_BYTES - writing->size;
    int size = snprintf(writing->text + writing->size, room, "%s=%s\n", path, value);
    if (size < 0 || (size_t)size >= room) abort();
    for (char *c = writing->text + writing->size; *c != '\0'; c++)
        if (*c == ' ') *c = '_';
    writing->size += (size_t)size;
}

static bool write_scalar(struct writing *writing, const char *path,
                         const ProtobufCFieldDescriptor *field, const void *slot, bool always)
{
    char text[160];
    int64_t number = 0;
    const ProtobufCBinaryData *data = slot;

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING: {
        const char *string = *(char *const *)slot;
        if (always || (string != NULL && string[0] != '\0')) add(writing, path, string);
        return true;
    }
    case PROTOBUF_C_TYPE_BYTES:
        if (data->len == 0) return true;
        snprintf(text, sizeof text, "%zu:", data->len);
        for (size_t i = 0; i < data->len && i < 32; i++)
            snprintf(text + strlen(text), 3, "%02x", data->data[i]);
        add(writing, path, text);
        return true;
    case PROTOBUF_C_TYPE_MESSAGE: return false;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64: memcpy(&number, slot, 8); break;
    case PROTOBUF_C_TYPE_UINT32: number = *(const uint32_t *)slot; break;
    default: number = *(const int32_t *)slot; break;
    }
    if (number == 0 && !always && field->type != PROTOBUF_C_TYPE_ENUM) return true;
    snprintf(text, sizeof text, "%" PRId64, number);
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        char prefix[64];
        enum_prefix(field->descriptor, prefix);
        const ProtobufCEnumValue *value =
            protobuf_c_enum_descriptor_get_value(field->descriptor, (int)number);
        if (value != NULL)
            snprintf(text, sizeof text, "%s",
                     strncmp(value->name, prefix, strlen(prefix)) == 0
                         ? value->name + strlen(prefix) : value->name);
    }
    add(writing, path, text);
    return true;
}

static bool write_known(struct writing *writing, const char *path, const ProtobufCMessage *message)
{
    char text[64];

    if (message->descriptor == &google__protobuf__timestamp__descriptor) {
        const Google__Protobuf__Timestamp *time = (const Google__Protobuf__Timestamp *)message;
        int year, month, day;
        int64_t second = time->seconds % 86400;
        date_to_civil((business_date)(time->seconds / 86400), &year, &month, &day);
        snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day,
                 (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
        if (time->nanos != 0) {
            size_t size = strlen(text);
            snprintf(text + size, sizeof text - size, ".%03d", time->nanos / 1000000);
        }
    } else if (strcmp(message->descriptor->short_name, "Party") == 0) {
        static const char *const kinds[] = {"none", "member", "guide", "shop"};
        const uint8_t *base = (const uint8_t *)message;
        int kind;
        uint32_t number;
        memcpy(&kind, base + message->descriptor->fields[0].offset, sizeof kind);
        memcpy(&number, base + message->descriptor->fields[1].offset, sizeof number);
        snprintf(text, sizeof text, "%s:%u", kinds[kind & 3], number);
    } else {
        return false;
    }
    add(writing, path, text);
    return true;
}

/* Recursion is bounded by the API's own depth: no message holds itself. */
static void write_message(struct writing *writing, const char *path,
                          const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    const uint8_t *base = (const uint8_t *)message;
    char name[256], count_text[24];

    if (path[0] != '\0' && write_known(writing, path, message)) return;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        bool listed = field->label == PROTOBUF_C_LABEL_REPEATED, chosen = false;
        size_t count = listed ? *(const size_t *)(base + field->quantifier_offset) : 1;
        const uint8_t *slot = base + field->offset;

        if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
            chosen = *(const uint32_t *)(base + field->quantifier_offset) == field->id;
            if (!chosen) continue;
        }
        if (listed) {
            slot = *(const uint8_t *const *)slot;
            snprintf(name, sizeof name, "%s%s%s#", path, path[0] != '\0' ? "." : "", field->name);
            snprintf(count_text, sizeof count_text, "%zu", count);
            add(writing, name, count_text);
        }
        for (size_t k = 0; k < count; k++, slot += scalar_size(field)) {
            int size = snprintf(name, sizeof name, "%s%s%s", path, path[0] != '\0' ? "." : "",
                                field->name);
            if (listed) snprintf(name + size, sizeof name - (size_t)size, "[%zu]", k);
            if (write_scalar(writing, name, field, slot, chosen || listed)) continue;
            const ProtobufCMessage *inner = *(ProtobufCMessage *const *)slot;
            if (inner != NULL) write_message(writing, name, inner);
        }
    }
}

void message_text_write(const ProtobufCMessage *message, char ret_text[MESSAGE_TEXT_BYTES])
{
    struct writing writing = {.text = ret_text};
    ret_text[0] = '\0';
    write_message(&writing, "", message);
}
