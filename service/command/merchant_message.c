#include "service/command/merchant_message.h"

#include <stdio.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/form.h"
#include "service/command/reply.h"

Beckon__V1__Merchant *merchant_message(struct command_call *call, const struct merchant *merchant)
{
    Beckon__V1__Merchant *message = reply_message(call, &beckon__v1__merchant__descriptor);
    if (message == NULL) return NULL;
    message->merchant_number = merchant->number;
    message->name = reply_text_of(call, merchant->name, strnlen(merchant->name, NAME_BYTES_MAX));
    message->currency = reply_text(call, merchant->currency);
    message->time_zone = reply_text_of(call, merchant->time_zone,
                                       strnlen(merchant->time_zone, TIME_ZONE_BYTES_MAX));
    message->_day_cutoff_minutes_case =
        BECKON__V1__MERCHANT___DAY_CUTOFF_MINUTES_DAY_CUTOFF_MINUTES;
    message->day_cutoff_minutes = merchant->day_cutoff_minutes;
    message->country_code = merchant->country_code;
    message->link_host = reply_text_of(call, merchant->link_host,
                                       strnlen(merchant->link_host, HOST_BYTES_MAX));
    message->fixed = merchant->fixed;
    message->created_at = reply_time(call, merchant->created_at);
    if (message->name == NULL || message->currency == NULL || message->time_zone == NULL ||
        message->link_host == NULL || message->created_at == NULL)
        return NULL;
    return message;
}

struct merchant merchant_default(uint32_t number, uint64_t created_at)
{
    return (struct merchant){
        .number = number, .name = "Demo", .currency = "CNY", .time_zone = "Asia/Shanghai",
        .day_cutoff_minutes = 240, .country_code = 86, .link_host = "beckon.example",
        .created_at = created_at, .counted = true, .closed_before = DATE_ALWAYS,
    };
}

static bool currency_valid(const char *text)
{
    if (strlen(text) != CURRENCY_BYTES) return false;
    for (int i = 0; i < CURRENCY_BYTES; i++)
        if (text[i] < 'A' || text[i] > 'Z') return false;
    return true;
}

/* Letters, digits, dots, hyphens: what QR's alphanumeric mode and a host name both have. */
static bool host_valid(const char *text)
{
    size_t size = strlen(text);
    if (size == 0 || size >= HOST_BYTES_MAX || text[0] == '.' || text[0] == '-') return false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == ':';
        if (!allowed) return false;
    }
    return true;
}

/* A zero-padded copy: the records hold no rest of an older text. */
static void replace(char *field, size_t room, const char *text)
{
    memset(field, 0, room);
    memcpy(field, text, strlen(text));
}

static enum outcome form_fixed(struct command_call *call, const Beckon__V1__Merchant *message,
                               struct merchant *merchant)
{
    bool cutoff_given = message->_day_cutoff_minutes_case ==
                        BECKON__V1__MERCHANT___DAY_CUTOFF_MINUTES_DAY_CUTOFF_MINUTES;

    if (message->currency[0] != '\0' && strcmp(message->currency, merchant->currency) != 0) {
        if (!currency_valid(message->currency))
            return form_refuse(call, OUTCOME_VALUE_INVALID, "merchant.currency", "ISO 4217: CNY");
        if (merchant->fixed)
            return form_refuse(call, OUTCOME_MERCHANT_FIXED, "merchant.currency", NULL);
        replace(merchant->currency, sizeof merchant->currency, message->currency);
    }
    if (message->time_zone[0] != '\0' && strcmp(message->time_zone, merchant->time_zone) != 0) {
        if (!business_time_zone_exists(message->time_zone))
            return form_refuse(call, OUTCOME_VALUE_INVALID, "merchant.time_zone",
                               "IANA: Asia/Shanghai");
        if (merchant->fixed)
            return form_refuse(call, OUTCOME_MERCHANT_FIXED, "merchant.time_zone", NULL);
        replace(merchant->time_zone, sizeof merchant->time_zone, message->time_zone);
    }
    if (cutoff_given && message->day_cutoff_minutes != merchant->day_cutoff_minutes) {
        if (message->day_cutoff_minutes > 720)
            return form_refuse(call, OUTCOME_VALUE_INVALID, "merchant.day_cutoff_minutes",
                               "0..720");
        if (merchant->fixed)
            return form_refuse(call, OUTCOME_MERCHANT_FIXED, "merchant.day_cutoff_minutes", NULL);
        merchant->day_cutoff_minutes = (uint16_t)message->day_cutoff_minutes;
    }
    return OUTCOME_OK;
}

enum outcome merchant_form(struct command_call *call, const Beckon__V1__Merchant *message,
                           struct merchant *merchant)
{
    char name[NAME_BYTES_MAX + 1];

    if (message == NULL) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "merchant", NULL);
    if (message->name[0] != '\0') {
        enum outcome outcome =
            form_text(call, message->name, "merchant.name", 1, NAME_BYTES_MAX - 1, name);
        if (outcome != OUTCOME_OK) return outcome;
        replace(merchant->name, sizeof merchant->name, name);
    }
    if (message->country_code != 0) {
        if (message->country_code > 999)
            return form_refuse(call, OUTCOME_VALUE_INVALID, "merchant.country_code", "1..999");
        merchant->country_code = (uint16_t)message->country_code;
    }
    if (message->link_host[0] != '\0') {
        if (!host_valid(message->link_host))
            return form_refuse(call, OUTCOME_VALUE_INVALID, "merchant.link_host",
                               "A-Z a-z 0-9 . - :");
        replace(merchant->link_host, sizeof merchant->link_host, message->link_host);
    }
    return form_fixed(call, message, merchant);
}

enum outcome merchant_named(struct command_call *call, uint32_t number, const char *field,
                            uint32_t *ret_merchant)
{
    if (call->principal.role == ROLE_OPERATOR) {
        if (number == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, field, NULL);
        *ret_merchant = number;
        return OUTCOME_OK;
    }
    if (number != 0 && number != call->principal.merchant)
        return form_refuse(call, OUTCOME_NOT_YOURS, field, NULL);
    *ret_merchant = call->principal.merchant;
    return OUTCOME_OK;
}
