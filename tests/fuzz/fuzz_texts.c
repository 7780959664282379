/* Codes and phones as people type them: what is read is written the same again. */
#include <string.h>

#include "service/rules/code_text.h"
#include "service/rules/phone.h"
#include "tests/fuzz/fuzz.h"

static void try_code(struct bytes text)
{
    struct code_value code, again;
    char written[CODE_TEXT_BYTES];
    if (!code_parse(text, &code))
        return;
    code_write(code, written);
    FUZZ_HOLDS(strlen(written) == CODE_SYMBOLS);
    FUZZ_HOLDS(code_parse((struct bytes){(const uint8_t *)written, CODE_SYMBOLS}, &again));
    FUZZ_HOLDS(memcmp(&code, &again, sizeof code) == 0);
}

static void try_phone(struct bytes text, unsigned country)
{
    char phone[PHONE_TEXT_BYTES], again[PHONE_TEXT_BYTES], mask[PHONE_MASK_BYTES];
    if (!phone_normalise(text, country, phone))
        return;
    size_t size = strlen(phone);
    FUZZ_HOLDS(phone[0] == '+' && size >= 1 + PHONE_DIGITS_MIN && size <= 1 + PHONE_DIGITS_MAX);
    FUZZ_HOLDS(strspn(phone + 1, "0123456789") == size - 1 && phone[1] != '0');
    FUZZ_HOLDS(phone_normalise((struct bytes){(const uint8_t *)phone, size}, country, again));
    FUZZ_HOLDS(strcmp(phone, again) == 0);
    phone_mask(phone, mask);
    FUZZ_HOLDS(strlen(mask) < PHONE_MASK_BYTES && strchr(mask, '*') != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned COUNTRIES[] = {86, 1, 44, 39, 852, 999, 7, 225};
    if (size == 0)
        return 0;
    struct bytes text = {data + 1, size - 1};
    try_code(text);
    try_phone(text, COUNTRIES[data[0] % (sizeof COUNTRIES / sizeof COUNTRIES[0])]);
    return 0;
}
