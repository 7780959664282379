#include "service/rpc/request_id.h"

#include <stdbool.h>
#include <string.h>

void request_ids_init(struct request_ids *ids, uint64_t secret)
{
    ids->secret = secret;
    atomic_init(&ids->made, 0);
}

enum { PHONE_DIGITS = 7 }; /* as many may be somebody's phone when there is nothing else */

/* What a caller may take for a name of his call and is none: a token, a session, a link, a hook's
 * secret. The log must not hold it. */
static bool is_secret(struct bytes given)
{
    static const char *const begins[] = {"beckon_", "session_", "link_", "whsec_"};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        size_t size = strlen(begins[i]);
        if (given.size >= size && memcmp(given.data, begins[i], size) == 0)
            return true;
    }
    return false;
}

/* Whatever could end a field of the log, or a header, is not among these; nor is a bare phone. */
static bool is_harmless(struct bytes given)
{
    size_t letters = 0, digits = 0;
    if (given.size == 0 || given.size > REQUEST_ID_BYTES_MAX || is_secret(given))
        return false;
    for (size_t i = 0; i < given.size; i++) {
        uint8_t c = given.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && c != '.' && c != '_' && c != '-')
            return false;
        letters += letter;
        digits += digit;
    }
    return letters > 0 || digits < PHONE_DIGITS;
}

/* A bijection of 64 bits (Steele, Lea, Flood: SplitMix64), so that no two numbers meet. */
static uint64_t mix(uint64_t number)
{
    number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
    return number ^ (number >> 31);
}

void request_id_take(struct request_ids *ids, struct bytes given, struct request_id *ret_id)
{
    if (is_harmless(given)) {
        memcpy(ret_id->text, given.data, given.size);
        ret_id->text[given.size] = '\0';
        return;
    }
    uint64_t number =
        mix(ids->secret + atomic_fetch_add_explicit(&ids->made, 1, memory_order_relaxed));
    for (int i = 0; i < REQUEST_ID_MADE_BYTES; i++)
        ret_id->text[i] = "0123456789abcdef"[number >> (60 - 4 * i) & 15];
    ret_id->text[REQUEST_ID_MADE_BYTES] = '\0';
}
