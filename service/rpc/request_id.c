#include "service/rpc/request_id.h"

#include <stdbool.h>
#include <string.h>

void request_ids_init(struct request_ids *ids, uint64_t secret)
{
    ids->secret = secret;
    atomic_init(&ids->made, 0);
}

/* Whatever could end a field of the log, or a header, is not among these. */
static bool is_harmless(struct bytes given)
{
    if (given.size == 0 || given.size > REQUEST_ID_BYTES_MAX)
        return false;
    for (size_t i = 0; i < given.size; i++) {
        uint8_t c = given.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && c != '.' && c != '_' && c != '-')
            return false;
    }
    return true;
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
