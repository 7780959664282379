/* Sentences for people, in Chinese and English at once, put together from parts.
 *
 * A sentence has room for SENTENCE_BYTES of each language; what doesn't fit ends with an ellipsis
 * instead of half a character. One thread; lives on the caller's stack. */
#ifndef BECKON_SERVICE_COMMAND_SENTENCE_H
#define BECKON_SERVICE_COMMAND_SENTENCE_H

#include "beckon/v1/explain_service.pb-c.h"
#include "service/command/command.h"

enum { SENTENCE_BYTES = 1024, SENTENCE_AMOUNT_BYTES = 48, SENTENCE_RATE_BYTES = 24 };

struct sentence {
    size_t zh_size, en_size;
    char zh[SENTENCE_BYTES], en[SENTENCE_BYTES]; /* terminated */
};

/* Both languages of a sentence that never varies. */
struct sentence_pair {
    const char *zh, *en;
};

struct sentence sentence_begin(void);
/* Adds a part in one language. */
void sentence_zh(struct sentence *sentence, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sentence_en(struct sentence *sentence, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sentence_add(struct sentence *sentence, struct sentence_pair pair);

/* NULL when the arena is empty. */
Beckon__V1__Sentence *sentence_message(struct command_call *call, const struct sentence *sentence);
Beckon__V1__Sentence *sentence_pair_message(struct command_call *call, struct sentence_pair pair);

/* An amount of minor units in the currency's own writing: "12.34 CNY", "500 JPY" (ISO 4217's
 * decimals). */
void sentence_money(int64_t amount_minor, const char *currency,
                    char ret_text[SENTENCE_AMOUNT_BYTES]);
/* Basis points as per cent without needless zeros: "1.5 %". */
void sentence_rate(int32_t rate_bp, char ret_text[SENTENCE_RATE_BYTES]);
/* A factor of basis points: "1.2". */
void sentence_factor(int32_t factor_bp, char ret_text[SENTENCE_RATE_BYTES]);

/* Adds an amount of a unit: "12 points" / "12 积分", or money. */
void sentence_amount(struct sentence *sentence, enum unit unit, int64_t amount,
                     const char *currency);

#endif
