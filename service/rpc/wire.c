#include "service/rpc/wire.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "service/limits.h"

enum { FIELDS_MAX = 64 }; /* of one request message; asserted */
enum wire_type { VARINT = 0, FIXED64 = 1, LENGTH = 2, FIXED32 = 5 };

#define TEXT_ALLOWED "0..4096 bytes"
static_assert(LIMIT_TEXT_BYTES == 4096, "TEXT_ALLOWED says so");
#define ROWS_ALLOWED "0..500"
static_assert(LIMIT_ROWS == 500, "ROWS_ALLOWED says so");

/* One open message. */
struct frame {
    const ProtobufCMessageDescriptor *descriptor;
    size_t end;                           /* offset behind its last byte */
    const ProtobufCFieldDescriptor *field; /* being read */
    uint16_t counts[FIELDS_MAX];          /* how often each field was met */
};

struct scan {
    struct bytes message;
    size_t at;
    size_t field_count;
    struct frame frames[LIMIT_MESSAGE_DEPTH];
    size_t depth;
    enum outcome found; /* the first wrong field's */
    char *ret_field;
    const char **ret_allowed;
};

static bool read_varint(struct scan *scan, size_t end, uint64_t *ret)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70 && scan->at < end; shift += 7) {
        uint8_t byte = scan->message.data[scan->at++];
        value |= (uint64_t)(byte & 0x7F) << (shift < 64 ? shift : 63);
        if ((byte & 0x80) == 0) {
            *ret = value;
            return true;
        }
    }
    return false;
}

/* Writes the path of the field being read, outermost first; cut when it does not fit. */
static void path_write(const struct scan *scan, char ret_field[WIRE_PATH_BYTES])
{
    size_t used = 0;
    ret_field[0] = '\0';
    for (size_t i = 0; i < scan->depth && used < WIRE_PATH_BYTES; i++) {
        const struct frame *frame = &scan->frames[i];
        const char *dot = i > 0 ? "." : "";
        size_t room = WIRE_PATH_BYTES - used;
        int written;
        if (frame->field->label == PROTOBUF_C_LABEL_REPEATED)
            written = snprintf(ret_field + used, room, "%s%s[%u]", dot, frame->field->name,
                               frame->counts[frame->field - frame->descriptor->fields] - 1U);
        else
            written = snprintf(ret_field + used, room, "%s%s", dot, frame->field->name);
        used += written > 0 ? (size_t)written : 0;
    }
}

static void find(struct scan *scan, enum outcome outcome, const char *allowed)
{
    if (scan->found != OUTCOME_OK)
        return;
    scan->found = outcome;
    path_write(scan, scan->ret_field);
    *scan->ret_allowed = allowed;
}

static bool is_bidi_format(int32_t point)
{
    return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069)
           || point == 0x200E || point == 0x200F || point == 0x061C;
}

static bool text_is_allowed(const uint8_t *text, size_t size)
{
    if (size > LIMIT_TEXT_BYTES)
        return false;
    for (size_t at = 0; at < size;) {
        if (text[at] >= 0x20 && text[at] < 0x7F) {
            at++;
            continue;
        }
        utf8proc_int32_t point;
        utf8proc_ssize_t bytes = utf8proc_iterate(text + at, (utf8proc_ssize_t)(size - at), &point);
        if (bytes <= 0 || point < 0x20 || (point >= 0x7F && point < 0xA0) || is_bidi_format(point))
            return false;
        at += (size_t)bytes;
    }
    return true;
}

static bool enum_is_known(const ProtobufCFieldDescriptor *field, uint64_t value)
{
    return protobuf_c_enum_descriptor_get_value(field->descriptor, (int)(uint32_t)value) != NULL;
}

static enum wire_type expected_wire_type(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return LENGTH;
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return FIXED64;
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return FIXED32;
    default:
        return VARINT;
    }
}

/* Counts a met field; false when the message has too many of all. */
static bool count_field(struct scan *scan, struct frame *frame)
{
    if (++scan->field_count > LIMIT_MESSAGE_FIELDS)
        return false;
    if (frame->field == NULL)
        return true;
    size_t index = (size_t)(frame->field - frame->descriptor->fields);
    assert(index < FIELDS_MAX);
    frame->counts[index]++;
    if (frame->field->label == PROTOBUF_C_LABEL_REPEATED && frame->counts[index] > LIMIT_ROWS)
        find(scan, OUTCOME_ROWS_INVALID, ROWS_ALLOWED);
    return true;
}

/* Enters a submessage whose bytes end at `end`; false: nested too deep. */
static bool enter(struct scan *scan, const ProtobufCMessageDescriptor *descriptor, size_t end)
{
    if (scan->depth == LIMIT_MESSAGE_DEPTH)
        return false;
    assert(descriptor->n_fields <= FIELDS_MAX);
    scan->frames[scan->depth++] = (struct frame){.descriptor = descriptor, .end = end};
    return true;
}

static bool read_length(struct scan *scan, struct frame *frame)
{
    uint64_t length;
    if (!read_varint(scan, frame->end, &length) || length > frame->end - scan->at)
        return false;
    const uint8_t *data = scan->message.data + scan->at;
    size_t end = scan->at + (size_t)length;
    if (frame->field != NULL && frame->field->type == PROTOBUF_C_TYPE_MESSAGE)
        return enter(scan, frame->field->descriptor, end);
    if (frame->field != NULL && frame->field->type == PROTOBUF_C_TYPE_STRING
        && !text_is_allowed(data, (size_t)length))
        find(scan, OUTCOME_TEXT_INVALID, TEXT_ALLOWED);
    scan->at = end;
    return true;
}

/* One varint of a field. */
static bool read_number(struct scan *scan, const struct frame *frame, size_t end)
{
    uint64_t value;
    if (!read_varint(scan, end, &value))
        return false;
    if (frame->field != NULL && frame->field->type == PROTOBUF_C_TYPE_ENUM
        && !enum_is_known(frame->field, value))
        find(scan, OUTCOME_VALUE_INVALID, "a value of the enumeration");
    return true;
}

/* Numbers of a repeated field one after the other; the first is counted already. */
static bool read_packed(struct scan *scan, struct frame *frame)
{
    uint64_t length;
    if (!read_varint(scan, frame->end, &length) || length > frame->end - scan->at)
        return false;
    size_t end = scan->at + (size_t)length;
    for (bool first = true; scan->at < end; first = false) {
        if (!first && !count_field(scan, frame))
            return false;
        if (!read_number(scan, frame, end))
            return false;
    }
    return true;
}

/* Reads one field's tag and value, or enters its message; false: the message is invalid. */
static bool read_field(struct scan *scan)
{
    struct frame *frame = &scan->frames[scan->depth - 1];
    uint64_t tag;
    if (!read_varint(scan, frame->end, &tag) || tag >> 3 == 0 || tag >> 32 != 0)
        return false;
    enum wire_type type = (enum wire_type)(tag & 7);
    frame->field = protobuf_c_message_descriptor_get_field(frame->descriptor, (unsigned)(tag >> 3));
    if (!count_field(scan, frame))
        return false;
    /* Each field has one wire type; but repeated numbers may come packed, as clients send them. */
    if (frame->field != NULL && type == LENGTH && expected_wire_type(frame->field) == VARINT
        && frame->field->label == PROTOBUF_C_LABEL_REPEATED)
        return read_packed(scan, frame);
    if (frame->field != NULL && type != expected_wire_type(frame->field))
        return false;
    size_t fixed = type == FIXED64 ? 8 : type == FIXED32 ? 4 : 0;
    if (type == LENGTH)
        return read_length(scan, frame);
    if (fixed > 0) {
        bool whole = fixed <= frame->end - scan->at;
        scan->at += whole ? fixed : 0;
        return whole;
    }
    return type == VARINT && read_number(scan, frame, frame->end);
}

enum outcome wire_check(const ProtobufCMessageDescriptor *descriptor, struct bytes message,
                        char ret_field[WIRE_PATH_BYTES], const char **ret_allowed)
{
    char field[WIRE_PATH_BYTES] = "";
    const char *allowed = NULL;
    struct scan scan = {.message = message, .ret_field = field, .ret_allowed = &allowed};
    bool entered = enter(&scan, descriptor, message.size);
    assert(entered);
    while (scan.depth > 0) {
        if (scan.at == scan.frames[scan.depth - 1].end)
            scan.depth--;
        else if (!read_field(&scan))
            return OUTCOME_MESSAGE_INVALID;
    }
    assert(scan.at == message.size);
    if (scan.found != OUTCOME_OK) {
        memcpy(ret_field, field, sizeof field);
        *ret_allowed = allowed;
    }
    return scan.found;
}
