#include "service/rules/code_text.h"

#include <assert.h>
#include <stddef.h>

#include "service/rules/utf8.h"

enum { SYMBOL_BITS = 5, SYMBOL_COUNT = 1 << SYMBOL_BITS };

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static_assert(sizeof(alphabet) == SYMBOL_COUNT + 1, "one letter per symbol");

/* Times the generator, in GF(32) as polynomials over GF(2) modulo x^5 + x^2 + 1. */
static unsigned field_double(unsigned element)
{
    unsigned doubled = element << 1;
    return doubled & SYMBOL_COUNT ? doubled ^ (SYMBOL_COUNT | 0x05) : doubled;
}

/* The weighted sum of a code's first `count` symbols, by Horner's scheme: the last weighs 1. */
static unsigned weighted_sum(const uint8_t *symbols, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        assert(symbols[i] < SYMBOL_COUNT);
        sum = field_double(sum) ^ symbols[i];
    }
    return sum;
}

static struct code_value pack(const uint8_t symbols[CODE_SYMBOLS])
{
    assert(weighted_sum(symbols, CODE_SYMBOLS) == 1);
    struct code_value code = {0};
    for (size_t i = 0; i < CODE_SYMBOLS; i++) {
        code.symbols = code.symbols << SYMBOL_BITS | symbols[i];
    }
    assert(code.symbols != 0);
    return code;
}

struct code_value code_make(const uint8_t random[CODE_RANDOM_BYTES])
{
    static_assert(CODE_RANDOM_BYTES == CODE_SYMBOLS - 1, "one byte per random symbol");
    uint8_t symbols[CODE_SYMBOLS];
    for (size_t i = 0; i < CODE_RANDOM_BYTES; i++) symbols[i] = random[i] % SYMBOL_COUNT;
    symbols[CODE_RANDOM_BYTES] =
        (uint8_t)(field_double(weighted_sum(symbols, CODE_RANDOM_BYTES)) ^ 1);
    return pack(symbols);
}

/* The symbol a typed character stands for; SYMBOL_COUNT: none. */
static unsigned symbol_of(uint32_t typed)
{
    if (typed >= 'a' && typed <= 'z') typed = typed - 'a' + 'A';
    if (typed == 'O') typed = '0';
    if (typed == 'I' || typed == 'L') typed = '1';
    unsigned symbol = 0;
    while (symbol < SYMBOL_COUNT && (uint32_t)alphabet[symbol] != typed) symbol++;
    return symbol;
}

static bool is_ignored(uint32_t typed)
{
    return typed == ' ' || typed == '\t' || typed == '\r' || typed == '\n' || typed == '-' ||
           typed == 0xa0 || (typed >= 0x2010 && typed <= 0x2014);
}

bool code_parse(struct bytes text, struct code_value *ret_code)
{
    uint8_t symbols[CODE_SYMBOLS];
    size_t count = 0;
    for (size_t offset = 0; offset < text.size;) {
        uint32_t typed;
        if (!utf8_next(text, &offset, &typed)) return false;
        typed = utf8_narrow(typed);
        if (is_ignored(typed)) continue;
        unsigned symbol = symbol_of(typed);
        if (symbol == SYMBOL_COUNT || count == CODE_SYMBOLS) return false;
        symbols[count++] = (uint8_t)symbol;
    }
    if (count != CODE_SYMBOLS || weighted_sum(symbols, CODE_SYMBOLS) != 1) return false;
    *ret_code = pack(symbols);
    return true;
}

void code_write(struct code_value code, char ret_text[CODE_TEXT_BYTES])
{
    assert(code.symbols >> (CODE_SYMBOLS * SYMBOL_BITS) == 0);
    for (size_t i = CODE_SYMBOLS; i-- > 0; code.symbols >>= SYMBOL_BITS) {
        ret_text[i] = alphabet[code.symbols % SYMBOL_COUNT];
    }
    ret_text[CODE_SYMBOLS] = '\0';
}
