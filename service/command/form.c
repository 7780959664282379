#include "service/command/form.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "google/protobuf/timestamp.pb-c.h"
#include "service/rules/civil_date.h"
#include "service/rules/code_text.h"
#include "service/rules/phone.h"
#include "service/rules/text_rules.h"
#include "store/tokens.h"

enum outcome form_refuse(struct command_call *call, enum outcome outcome, const char *field,
                         const char *allowed)
{
    call->refusal = (struct refusal){.field = field, .allowed = allowed};
    return outcome;
}

static struct bytes text_bytes(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

/* "1..120 bytes", in the arena; NULL (no hint) when that is empty. */
static const char *range_hint(struct command_call *call, size_t min, size_t max)
{
    char *hint = call->arena->alloc(call->arena->allocator_data, 48);
    if (hint != NULL) snprintf(hint, 48, "%zu..%zu bytes", min, max);
    return hint;
}

enum outcome form_text(struct command_call *call, const char *text, const char *field, size_t min,
                       size_t max, char *ret_text)
{
    size_t size = strlen(text);
    if (size == 0 && min > 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, field, NULL);
    if (!text_is_printable(text_bytes(text), min, max))
        return form_refuse(call, OUTCOME_TEXT_INVALID, field, range_hint(call, min, max));
    memcpy(ret_text, text, size + 1);
    return OUTCOME_OK;
}

enum outcome form_identifier(struct command_call *call, const char *text, const char *field,
                             size_t max, char *ret_text)
{
    size_t size = strlen(text);
    if (size == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, field, NULL);
    if (!text_is_identifier(text_bytes(text), 1, max))
        return form_refuse(call, OUTCOME_TEXT_INVALID, field, "A-Z a-z 0-9 - _ .");
    memcpy(ret_text, text, size + 1);
    return OUTCOME_OK;
}

enum outcome form_date(struct command_call *call, const char *text, const char *field,
                       bool required, business_date absent, business_date *ret)
{
    if (text[0] == '\0') {
        if (required) return form_refuse(call, OUTCOME_FIELD_REQUIRED, field, "YYYY-MM-DD");
        *ret = absent;
        return OUTCOME_OK;
    }
    if (!civil_date_parse(text_bytes(text), ret))
        return form_refuse(call, OUTCOME_DATE_INVALID, field, "YYYY-MM-DD");
    return OUTCOME_OK;
}

enum outcome form_time(struct command_call *call, const void *timestamp, const char *field,
                       uint64_t *ret_ms)
{
    const Google__Protobuf__Timestamp *time = timestamp;
    if (time == NULL) {
        *ret_ms = 0;
        return OUTCOME_OK;
    }
    if (time->seconds < 1 || time->seconds > INT64_C(253402300799) || time->nanos < 0 ||
        time->nanos > 999999999)
        return form_refuse(call, OUTCOME_TIME_INVALID, field, "1970 .. 9999");
    *ret_ms = (uint64_t)time->seconds * 1000 + (uint64_t)time->nanos / 1000000;
    return OUTCOME_OK;
}

enum outcome form_phone(struct command_call *call, const char *text, const char *field,
                        const struct merchant *merchant, char *ret_phone)
{
    if (text[0] == '\0') return form_refuse(call, OUTCOME_FIELD_REQUIRED, field, NULL);
    if (!phone_normalise(text_bytes(text), merchant->country_code, ret_phone))
        return form_refuse(call, OUTCOME_PHONE_INVALID, field, "+ 8..15 digits");
    return OUTCOME_OK;
}

static bool hex_digit(char c, uint8_t *ret)
{
    if (c >= '0' && c <= '9') *ret = (uint8_t)(c - '0');
    else if (c >= 'a' && c <= 'f') *ret = (uint8_t)(c - 'a' + 10);
    else return false;
    return true;
}

bool form_hex(const char *text, size_t size, uint8_t *ret_bytes)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t high, low;
        if (!hex_digit(text[2 * i], &high) || !hex_digit(text[2 * i + 1], &low)) return false;
        ret_bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

enum outcome form_code(struct command_call *call, const char *text, const char *field,
                       struct code_value *ret)
{
    if (text[0] == '\0') return form_refuse(call, OUTCOME_FIELD_REQUIRED, field, NULL);
    if (!code_parse(text_bytes(text), ret))
        return form_refuse(call, OUTCOME_CODE_MISTYPED, field, NULL);
    return OUTCOME_OK;
}

enum outcome form_party(struct command_call *call, const Beckon__V1__Party *party,
                        const char *field, unsigned kinds, struct party *ret)
{
    if (party == NULL) return form_refuse(call, OUTCOME_FIELD_REQUIRED, field, NULL);
    if (party->kind < 1 || party->kind > 3 || (kinds & (1u << party->kind)) == 0)
        return form_refuse(call, OUTCOME_VALUE_INVALID, field, "kind: MEMBER, GUIDE, SHOP");
    if (party->number == 0)
        return form_refuse(call, OUTCOME_VALUE_INVALID, field, "number: 1..4294967295");
    *ret = (struct party){(enum party_kind)party->kind, party->number};
    return OUTCOME_OK;
}

enum outcome form_unit(struct command_call *call, Beckon__V1__Unit unit, const char *field,
                       enum unit *ret)
{
    if (unit == BECKON__V1__UNIT__UNIT_UNSPECIFIED)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, field, NULL);
    if (unit != BECKON__V1__UNIT__UNIT_POINTS && unit != BECKON__V1__UNIT__UNIT_CASH)
        return form_refuse(call, OUTCOME_VALUE_INVALID, field, "POINTS, CASH");
    *ret = unit == BECKON__V1__UNIT__UNIT_POINTS ? UNIT_POINTS : UNIT_CASH;
    return OUTCOME_OK;
}

enum outcome form_request_id(struct command_call *call, const char *text, struct bytes *ret_id)
{
    char copy[REQUEST_ID_BYTES_MAX + 1];
    enum outcome outcome =
        form_text(call, text, "request_id", 1, REQUEST_ID_BYTES_MAX, copy);
    if (outcome != OUTCOME_OK) return outcome;
    *ret_id = text_bytes(text);
    return OUTCOME_OK;
}

/* ---- fingerprints ---------------------------------------------------------------------------- */

static void fingerprint_add(struct fingerprint *fingerprint, const void *data, size_t size)
{
    assert(size <= sizeof fingerprint->data - fingerprint->size);
    memcpy(fingerprint->data + fingerprint->size, data, size);
    fingerprint->size += size;
}

void fingerprint_number(struct fingerprint *fingerprint, int64_t number)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
    fingerprint_add(fingerprint, bytes, sizeof bytes);
}

void fingerprint_text(struct fingerprint *fingerprint, const char *text)
{
    size_t size = strlen(text);
    fingerprint_number(fingerprint, (int64_t)size);
    fingerprint_add(fingerprint, text, size);
}

void fingerprint_begin(struct fingerprint *fingerprint, const char *kind)
{
    fingerprint->size = 0;
    fingerprint_text(fingerprint, kind);
}

void fingerprint_end(const struct fingerprint *fingerprint, const struct store *store,
                     uint8_t ret_hash[FINGERPRINT_BYTES])
{
    store_hash(store, STORE_HASH_FINGERPRINT,
               (struct bytes){fingerprint->data, fingerprint->size}, ret_hash, FINGERPRINT_BYTES);
}
