#include "service/command/reply.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "service/rules/civil_date.h"
#include "service/rules/code_text.h"

enum { ALIGNMENT = 16 };

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

enum outcome reply_reserve(struct command_call *call, size_t bytes)
{
    size_t size = aligned(bytes);
    uint8_t *room = call->arena->alloc(call->arena->allocator_data, size);
    if (room == NULL) return OUTCOME_BUSY;
    call->room = room;
    call->room_bytes = size;
    return OUTCOME_OK;
}

void *reply_alloc(struct command_call *call, size_t bytes)
{
    size_t size = aligned(bytes);
    uint8_t *data;

    if (call->room != NULL) {
        assert(size <= call->room_bytes);
        data = call->room;
        call->room += size;
        call->room_bytes -= size;
    } else {
        data = call->arena->alloc(call->arena->allocator_data, size);
        if (data == NULL) return NULL;
    }
    memset(data, 0, size);
    return data;
}

void *reply_message(struct command_call *call, const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *message = reply_alloc(call, descriptor->sizeof_message);
    if (message != NULL) protobuf_c_message_init(descriptor, message);
    return message;
}

char *reply_text_of(struct command_call *call, const char *text, size_t size)
{
    char *copy = reply_alloc(call, size + 1);
    if (copy != NULL) memcpy(copy, text, size);
    return copy;
}

char *reply_text(struct command_call *call, const char *text)
{
    return reply_text_of(call, text, strlen(text));
}

Google__Protobuf__Timestamp *reply_time(struct command_call *call, uint64_t at_ms)
{
    Google__Protobuf__Timestamp *time =
        reply_message(call, &google__protobuf__timestamp__descriptor);
    if (time == NULL) return NULL;
    time->seconds = (int64_t)(at_ms / 1000);
    time->nanos = (int32_t)(at_ms % 1000) * 1000000;
    return time;
}

char *reply_number(struct command_call *call, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, number);
    return reply_text(call, text);
}

char *reply_date(struct command_call *call, business_date date)
{
    char text[CIVIL_DATE_BYTES];
    civil_date_write(date, text);
    return reply_text(call, text);
}

char *reply_code(struct command_call *call, struct code_value code)
{
    char text[CODE_TEXT_BYTES];
    code_write(code, text);
    return reply_text(call, text);
}

Beckon__V1__Party *reply_party(struct command_call *call, struct party party)
{
    Beckon__V1__Party *message = reply_message(call, &beckon__v1__party__descriptor);
    if (message == NULL) return NULL;
    message->kind = reply_party_kind(party.kind);
    message->number = party.number;
    return message;
}

Beckon__V1__Unit reply_unit(enum unit unit)
{
    return unit == UNIT_POINTS ? BECKON__V1__UNIT__UNIT_POINTS : BECKON__V1__UNIT__UNIT_CASH;
}

static_assert((int)PARTY_MEMBER == (int)BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER, "same numbers");
static_assert((int)PARTY_GUIDE == (int)BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE, "same numbers");
static_assert((int)PARTY_SHOP == (int)BECKON__V1__PARTY_KIND__PARTY_KIND_SHOP, "same numbers");

Beckon__V1__PartyKind reply_party_kind(enum party_kind kind)
{
    return (Beckon__V1__PartyKind)kind;
}
