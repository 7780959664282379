/* Changes calls in the form they have in fuzz_request.c without breaking it: a field of the
 * message's own, made up by its descriptor, is put behind the message (protobuf lets the last one
 * count and merges messages), or a whole call is put behind the others. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/request.h"

enum { DEPTH_MAX = 4, MADE_BYTES_MAX = 1024, TAG_BYTES = 10 };

static const char *const TEXTS[] = {
    "", "S1", "S2", "E1", "R1", "R2", "CNY", "Asia/Shanghai", "2026-03-02", "2026-01-01",
    "--02-29", "2999-12-31", "phone", "name", "request", "p1", "13800000001", "+8613900000001",
    "buyer", "friend", "default", " ", "../..", "%s%n", "\xe5\xba\x97", "https://h.example/x",
    "https://127.0.0.1:1/", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1",
};
static const uint64_t NUMBERS[] = {
    0, 1, 2, 3, 4, 7, 50, 100, 500, 501, 10000, 1772445600, INT32_MAX, UINT32_MAX, INT64_MAX,
    1000000000000, UINT64_MAX, (uint64_t)INT64_MIN,
};

struct made {
    uint8_t data[MADE_BYTES_MAX];
    size_t size;
};

static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state >> 33) % below;
}

static void put(struct made *made, const void *data, size_t size)
{
    if (made->size + size > MADE_BYTES_MAX)
        return; /* cut off: that is an input, too */
    memcpy(made->data + made->size, data, size);
    made->size += size;
}

static void put_varint(struct made *made, uint64_t value)
{
    uint8_t bytes[TAG_BYTES];
    size_t count = 0;
    do {
        bytes[count++] = (uint8_t)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
        value >>= 7;
    } while (value > 0);
    put(made, bytes, count);
}

static void put_text(struct made *made, uint64_t *state, const ProtobufCFieldDescriptor *field)
{
    char text[48];
    const char *chosen = TEXTS[draw(state, sizeof TEXTS / sizeof TEXTS[0])];
    if (strstr(field->name, "code") != NULL || strcmp(field->name, "recommender") == 0)
        chosen = request_code((unsigned)draw(state, 8));
    else if (strcmp(field->name, "page_token") == 0 && draw(state, 8) != 0)
        chosen = draw(state, 4) == 0 ? "" : "next"; /* fuzz_request.c knows it */
    else if (draw(state, 4) == 0 && strstr(field->name, "shop") != NULL)
        chosen = "S1";
    else if (draw(state, 6) == 0)
        snprintf(text, sizeof text, "n%u", (unsigned)draw(state, 50)), chosen = text;
    put_varint(made, strlen(chosen));
    put(made, chosen, strlen(chosen));
}

static uint64_t number(uint64_t *state, const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        const ProtobufCEnumDescriptor *values = field->descriptor;
        int value = values->values[draw(state, values->n_values)].value;
        return draw(state, 30) == 0 ? 77 : (uint64_t)value;
    }
    if (draw(state, 2) == 0)
        return draw(state, 5);
    return NUMBERS[draw(state, sizeof NUMBERS / sizeof NUMBERS[0])];
}

/* One field, with its tag. Messages in it get some of theirs; the depth is bounded. */
static void make_field(struct made *made, uint64_t *state, const ProtobufCFieldDescriptor *field,
                       unsigned depth)
{
    struct made inner = {.size = 0};
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
        put_varint(made, (uint64_t)field->id << 3 | 2);
        put_text(made, state, field);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        put_varint(made, (uint64_t)field->id << 3 | 2);
        if (depth < DEPTH_MAX) {
            const ProtobufCMessageDescriptor *message = field->descriptor;
            for (uint64_t count = message->n_fields > 0 ? draw(state, 6) : 0; count > 0; count--) {
                uint64_t chosen = draw(state, message->n_fields);
                make_field(&inner, state, &message->fields[chosen], depth + 1);
            }
        }
        put_varint(made, inner.size);
        put(made, inner.data, inner.size);
        break;
    default:
        put_varint(made, (uint64_t)field->id << 3);
        put_varint(made, number(state, field));
    }
}

/* A call of a method with some fields. */
static void make_call(struct made *made, uint64_t *state)
{
    struct made body = {.size = 0};
    uint8_t method = (uint8_t)draw(state, 256), who = (uint8_t)draw(state, 256);
    if (draw(state, 4) != 0)
        who = 0; /* an admin: much succeeds */
    const ProtobufCMessageDescriptor *message = request_descriptor(method);
    for (unsigned i = 0; i < message->n_fields; i++)
        if (draw(state, 8) != 0 || message->n_fields < 4)
            make_field(&body, state, &message->fields[i], 0);
    uint8_t head[REQUEST_HEAD_BYTES] = {method, who, (uint8_t)(body.size >> 8), (uint8_t)body.size};
    put(made, head, sizeof head);
    put(made, body.data, body.size);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    uint64_t state = seed;
    struct made made = {.size = 0};
    if (draw(&state, 4) == 0)
        return LLVMFuzzerMutate(data, size, size_max);
    size_t last = request_last_call(data, size);
    if (last < size && draw(&state, 2) == 0) { /* the last call gets a field more */
        const ProtobufCMessageDescriptor *message = request_descriptor(data[last]);
        size_t body = size - last - REQUEST_HEAD_BYTES;
        if (message->n_fields > 0)
            make_field(&made, &state, &message->fields[draw(&state, message->n_fields)], 0);
        if (size + made.size <= size_max && body + made.size <= UINT16_MAX) {
            memcpy(data + size, made.data, made.size);
            data[last + 2] = (uint8_t)((body + made.size) >> 8);
            data[last + 3] = (uint8_t)(body + made.size);
            return size + made.size;
        }
    }
    make_call(&made, &state);
    if (size + made.size > size_max || draw(&state, 6) == 0)
        size = 0; /* a new beginning */
    if (made.size > size_max)
        return size;
    memcpy(data + size, made.data, made.size);
    return size + made.size;
}
