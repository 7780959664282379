#include "service/command/sentence.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "service/command/reply.h"
#include "service/rules/currency.h"

static const char ELLIPSIS[] = "…";

struct sentence sentence_begin(void)
{
    struct sentence sentence;

    sentence.zh_size = sentence.en_size = 0;
    sentence.zh[0] = sentence.en[0] = '\0';
    return sentence;
}

/* Cuts a full text before the first byte of a character, so that the ellipsis fits behind it. */
static size_t cut(char text[SENTENCE_BYTES])
{
    size_t size = SENTENCE_BYTES - sizeof ELLIPSIS;

    while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80) size--;
    memcpy(text + size, ELLIPSIS, sizeof ELLIPSIS);
    return SENTENCE_BYTES; /* nothing more is added */
}

static void add(char text[SENTENCE_BYTES], size_t *size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void add(char text[SENTENCE_BYTES], size_t *size, const char *format, va_list arguments)
{
    if (*size == SENTENCE_BYTES) return;
    int more = vsnprintf(text + *size, SENTENCE_BYTES - *size, format, arguments);
    assert(more >= 0);
    *size += (size_t)more;
    if (*size >= SENTENCE_BYTES) *size = cut(text);
}

void sentence_zh(struct sentence *sentence, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(sentence->zh, &sentence->zh_size, format, arguments);
    va_end(arguments);
}

void sentence_en(struct sentence *sentence, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(sentence->en, &sentence->en_size, format, arguments);
    va_end(arguments);
}

void sentence_add(struct sentence *sentence, struct sentence_pair pair)
{
    sentence_zh(sentence, "%s", pair.zh);
    sentence_en(sentence, "%s", pair.en);
}

Beckon__V1__Sentence *sentence_pair_message(struct command_call *call, struct sentence_pair pair)
{
    Beckon__V1__Sentence *message = reply_message(call, &beckon__v1__sentence__descriptor);
    if (message == NULL) return NULL;
    message->zh = reply_text(call, pair.zh);
    message->en = reply_text(call, pair.en);
    return message->zh == NULL || message->en == NULL ? NULL : message;
}

Beckon__V1__Sentence *sentence_message(struct command_call *call, const struct sentence *sentence)
{
    return sentence_pair_message(call, (struct sentence_pair){sentence->zh, sentence->en});
}

void sentence_money(int64_t amount_minor, const char *currency,
                    char ret_text[SENTENCE_AMOUNT_BYTES])
{
    char amount[CURRENCY_TEXT_BYTES];

    currency_write(amount_minor, currency_decimals(currency), amount);
    snprintf(ret_text, SENTENCE_AMOUNT_BYTES, "%s %s", amount, currency);
}

/* value / 10^decimals without zeros at the end. */
static void write_decimal(int64_t value, int decimals, const char *after,
                          char ret_text[SENTENCE_RATE_BYTES])
{
    int64_t scale = 1;

    while (decimals > 0 && value % 10 == 0) {
        value /= 10;
        decimals--;
    }
    for (int i = 0; i < decimals; i++) scale *= 10;
    if (decimals == 0)
        snprintf(ret_text, SENTENCE_RATE_BYTES, "%" PRId64 "%s", value, after);
    else
        snprintf(ret_text, SENTENCE_RATE_BYTES, "%" PRId64 ".%0*" PRId64 "%s", value / scale,
                 decimals, value % scale, after);
}

void sentence_rate(int32_t rate_bp, char ret_text[SENTENCE_RATE_BYTES])
{
    assert(rate_bp >= 0);
    write_decimal(rate_bp, 2, " %", ret_text);
}

void sentence_factor(int32_t factor_bp, char ret_text[SENTENCE_RATE_BYTES])
{
    assert(factor_bp >= 0);
    write_decimal(factor_bp, 4, "", ret_text);
}

void sentence_amount(struct sentence *sentence, enum unit unit, int64_t amount,
                     const char *currency)
{
    char money[SENTENCE_AMOUNT_BYTES];

    if (unit == UNIT_POINTS) {
        sentence_zh(sentence, "%" PRId64 " 积分", amount);
        sentence_en(sentence, "%" PRId64 " point%s", amount, amount == 1 ? "" : "s");
        return;
    }
    sentence_money(amount, currency, money);
    sentence_zh(sentence, "%s", money);
    sentence_en(sentence, "%s", money);
}
