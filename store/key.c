#include "store/key.h"

#include <assert.h>
#include <string.h>

static inline void key_big_endian(struct key *key, uint64_t value, size_t size)
{
    assert(key->size + size <= sizeof key->data);
    bytes_put_number(key->data + key->size, value, size);
    key->size += size;
}

struct key key_begin(uint32_t merchant, enum table table)
{
    struct key key;
    key.size = 0;
    key_u32(&key, merchant);
    key_u8(&key, (uint8_t)table);
    assert(key.size == KEY_REST_OFFSET);
    return key;
}

void key_u8(struct key *key, uint8_t value)
{
    key_big_endian(key, value, 1);
}

void key_u32(struct key *key, uint32_t value)
{
    key_big_endian(key, value, 4);
}

void key_u64(struct key *key, uint64_t value)
{
    key_big_endian(key, value, 8);
}

/* With the sign bit flipped the days before 1970 sort before those after. */
void key_date(struct key *key, business_date value)
{
    key_big_endian(key, (uint32_t)value ^ UINT32_C(0x80000000), 4);
}

void key_bytes(struct key *key, const void *data, size_t size)
{
    assert(size <= sizeof key->data - key->size);
    if (size > 0) memcpy(key->data + key->size, data, size);
    key->size += size;
}

void key_party(struct key *key, struct party party)
{
    assert(party.kind <= PARTY_SHOP);
    key_u8(key, (uint8_t)party.kind);
    key_u32(key, party.number);
}

struct bytes key_view(const struct key *key)
{
    return (struct bytes){.data = key->data, .size = key->size};
}

/* The prefix plus one, as a number of its own length; trailing 0xff fall away. */
struct key key_after(const struct key *prefix)
{
    struct key after = *prefix;
    while (after.size > 0 && after.data[after.size - 1] == 0xff) {
        after.size--;
    }
    assert(after.size > 0); /* a merchant number of 0xffffffff alone has nothing behind it */
    after.data[after.size - 1]++;
    return after;
}

static inline uint64_t key_read(struct bytes key, size_t offset, size_t size)
{
    assert(size <= key.size && offset <= key.size - size);
    return bytes_get_number(key.data + offset, size);
}

uint32_t key_read_u32(struct bytes key, size_t offset)
{
    return (uint32_t)key_read(key, offset, 4);
}

uint64_t key_read_u64(struct bytes key, size_t offset)
{
    return key_read(key, offset, 8);
}

business_date key_read_date(struct bytes key, size_t offset)
{
    return (business_date)((uint32_t)key_read(key, offset, 4) ^ UINT32_C(0x80000000));
}

struct key account_key(uint32_t merchant, struct party party, enum account_part part)
{
    assert(party.kind == PARTY_MEMBER || party.kind == PARTY_GUIDE);
    assert(party.number != 0);
    struct key key = key_begin(merchant, TABLE_ACCOUNT);
    key_party(&key, party);
    key_u8(&key, (uint8_t)part);
    return key;
}
