#include "service/command/verify_certificate.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { MAC_BYTES = 16 };

void verify_certificate_write(const struct store *store, uint32_t merchant, uint64_t entry,
                              char ret_text[VERIFY_CERTIFICATE_TEXT_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t input[12 + 4 + 8] = "certificate", bytes[8 + MAC_BYTES];

    for (unsigned i = 0; i < 4; i++) input[12 + i] = (uint8_t)(merchant >> (24 - 8 * i));
    for (unsigned i = 0; i < 8; i++) bytes[i] = input[16 + i] = (uint8_t)(entry >> (56 - 8 * i));
    store_hash(store, STORE_HASH_CERTIFICATE, (struct bytes){input, sizeof input}, bytes + 8,
               MAC_BYTES);
    for (size_t i = 0; i < sizeof bytes; i++) {
        ret_text[2 * i] = digits[bytes[i] >> 4];
        ret_text[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_text[2 * sizeof bytes] = '\0';
}

/* Reads the number, writes its certificate and compares the texts. */
bool verify_certificate_read(const struct store *store, uint32_t merchant, const char *text,
                             uint64_t *ret_entry)
{
    char expected[VERIFY_CERTIFICATE_TEXT_BYTES];
    uint64_t entry = 0;

    if (strlen(text) != VERIFY_CERTIFICATE_TEXT_BYTES - 1) return false;
    for (size_t i = 0; i < 16; i++) {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, text[i]);
        if (digit == NULL || text[i] == '\0') return false;
        entry = entry << 4 | (uint64_t)(digit - digits);
    }
    verify_certificate_write(store, merchant, entry, expected);
    if (strcmp(expected, text) != 0) return false;
    *ret_entry = entry;
    return true;
}
