#include "store/profiles.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "cold.pb-c.h"
#include "store/seal.h"
#include "store/store.h"
#include "store/codec.h"
#include "store/table.h"

enum {
    PROFILE_BYTES_MAX = sizeof ((struct sealed_profile *)NULL)->data - SEAL_OVERHEAD_BYTES,
    PHONE_HASH_BYTES = 16,
};
static_assert((int)PROFILE_NONCE_BYTES == (int)SEAL_NONCE_BYTES, "a nonce is handed on as it is");
static_assert(PROFILE_SEED_BYTES == 44, "a seed is handed on as it is");

static struct key profile_key(uint32_t merchant, struct party party)
{
    struct key key = key_begin(merchant, TABLE_PROFILE);
    key_party(&key, party);
    return key;
}

/* ---- the message inside the seal ------------------------------------------------------------- */

static bool profile_from_cold(const Beckon__Store__ColdProfile *cold, struct profile *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->consent_at = cold->consent_at;
    ret->consent_withdrawn_at = cold->consent_withdrawn_at;
    if (cold->n_attributes > ATTRIBUTES_MAX || cold->n_earlier_phones > EARLIER_PHONES_MAX)
        return false;
    for (size_t i = 0; i < cold->n_earlier_phones; i++)
        if (!table_copy_text(ret->earlier_phones[i], sizeof ret->earlier_phones[i],
                             cold->earlier_phones[i]))
            return false;
    ret->earlier_phone_count = cold->n_earlier_phones;
    for (size_t i = 0; i < cold->n_attributes; i++) {
        const Beckon__Store__ColdAttribute *from = cold->attributes[i];
        struct profile_attribute *to = &ret->attributes[i];
        if (!table_copy_text(to->name, sizeof to->name, from->name)) return false;
        if (!table_copy_text(to->value, sizeof to->value, from->value)) return false;
    }
    ret->attribute_count = cold->n_attributes;
    return table_copy_text(ret->phone, sizeof ret->phone, cold->phone) &&
           table_copy_text(ret->name, sizeof ret->name, cold->name) &&
           table_copy_text(ret->birthday, sizeof ret->birthday, cold->birthday) &&
           table_copy_text(ret->gender, sizeof ret->gender, cold->gender) &&
           table_copy_text(ret->consent_policy_version, sizeof ret->consent_policy_version,
                           cold->consent_policy_version) &&
           table_copy_text(ret->document_type, sizeof ret->document_type, cold->document_type) &&
           table_copy_text(ret->document_number, sizeof ret->document_number,
                           cold->document_number);
}

static size_t profile_pack(const struct profile *profile, uint8_t *to, size_t room)
{
    assert(profile->attribute_count <= ATTRIBUTES_MAX);
    assert(profile->earlier_phone_count <= EARLIER_PHONES_MAX);
    char *earlier_phones[EARLIER_PHONES_MAX];
    for (size_t i = 0; i < profile->earlier_phone_count; i++)
        earlier_phones[i] = table_text(profile->earlier_phones[i]);
    Beckon__Store__ColdAttribute attributes[ATTRIBUTES_MAX];
    Beckon__Store__ColdAttribute *attribute_list[ATTRIBUTES_MAX];
    for (size_t i = 0; i < profile->attribute_count; i++) {
        beckon__store__cold_attribute__init(&attributes[i]);
        attributes[i].name = table_text(profile->attributes[i].name);
        attributes[i].value = table_text(profile->attributes[i].value);
        attribute_list[i] = &attributes[i];
    }
    Beckon__Store__ColdProfile cold = BECKON__STORE__COLD_PROFILE__INIT;
    cold.phone = table_text(profile->phone);
    cold.name = table_text(profile->name);
    cold.birthday = table_text(profile->birthday);
    cold.gender = table_text(profile->gender);
    cold.n_attributes = profile->attribute_count;
    cold.attributes = attribute_list;
    cold.consent_policy_version = table_text(profile->consent_policy_version);
    cold.consent_at = profile->consent_at;
    cold.consent_withdrawn_at = profile->consent_withdrawn_at;
    cold.n_earlier_phones = profile->earlier_phone_count;
    cold.earlier_phones = earlier_phones;
    cold.document_type = table_text(profile->document_type);
    cold.document_number = table_text(profile->document_number);
    size_t size = beckon__store__cold_profile__get_packed_size(&cold);
    assert(size <= room);
    return beckon__store__cold_profile__pack(&cold, to);
}

/* protobuf-c's copies of the fields, which free_unpacked would leave in freed memory. */
static void profile_message_wipe(Beckon__Store__ColdProfile *cold)
{
    char *texts[] = {cold->phone, cold->name, cold->birthday, cold->gender, cold->document_type,
                     cold->document_number};
    const char *empty = protobuf_c_empty_string;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i] != NULL && texts[i] != empty) sodium_memzero(texts[i], strlen(texts[i]));
    }
    for (size_t i = 0; i < cold->n_attributes; i++) {
        char *value = cold->attributes[i]->value;
        if (value != NULL && value != empty) sodium_memzero(value, strlen(value));
    }
    for (size_t i = 0; i < cold->n_earlier_phones; i++) {
        char *phone = cold->earlier_phones[i];
        if (phone != NULL && phone != empty) sodium_memzero(phone, strlen(phone));
    }
}

static enum store_result profile_unpack(const uint8_t *data, size_t size, struct profile *ret)
{
    Beckon__Store__ColdProfile *cold = beckon__store__cold_profile__unpack(NULL, size, data);
    if (cold == NULL) return STORE_DAMAGED;
    struct profile profile;
    bool good = profile_from_cold(cold, &profile);
    profile_message_wipe(cold);
    beckon__store__cold_profile__free_unpacked(cold, NULL);
    if (good) *ret = profile;
    sodium_memzero(&profile, sizeof profile);
    return good ? STORE_OK : STORE_DAMAGED;
}

/* ---- sealed ---------------------------------------------------------------------------------- */

static enum store_result profile_open(struct reader *reader, const struct batch *batch,
                                      struct party party, struct profile *ret)
{
    struct key key = profile_key(reader->merchant, party);
    struct bytes sealed;
    enum store_result result = table_get(reader, &key, &sealed);
    if (result != STORE_OK) return result;
    uint8_t plain[sizeof ((struct sealed_profile *)NULL)->data];
    size_t size;
    if (sealed.size > sizeof plain || sealed.size < SEAL_OVERHEAD_BYTES) return STORE_DAMAGED;
    result = unseal(reader, batch, party, sealed, plain, &size);
    if (result == STORE_OK) result = profile_unpack(plain, size, ret);
    sodium_memzero(plain, sizeof plain);
    return result;
}

enum store_result profiles_get(struct reader *reader, struct party party, struct profile *ret)
{
    return profile_open(reader, NULL, party, ret);
}

enum store_result profiles_get_in_batch(struct batch *batch, struct party party,
                                        struct profile *ret)
{
    return profile_open(&batch->reader, batch, party, ret);
}

enum store_result profiles_seal(struct batch *batch, struct party party,
                                const struct profile *profile,
                                const uint8_t nonce[PROFILE_NONCE_BYTES],
                                struct sealed_profile *ret)
{
    uint8_t plain[PROFILE_BYTES_MAX];
    struct bytes view = {.data = plain, .size = profile_pack(profile, plain, sizeof plain)};
    enum store_result result = seal(batch, party, view, nonce, ret->data, &ret->size);
    sodium_memzero(plain, sizeof plain);
    return result;
}

void profiles_put(struct batch *batch, struct party party, const struct sealed_profile *sealed)
{
    assert(sealed->size <= sizeof sealed->data);
    struct key key = profile_key(batch->reader.merchant, party);
    table_put(batch, &key, sealed->data, sealed->size);
}

void profiles_delete(struct batch *batch, struct party party)
{
    struct key key = profile_key(batch->reader.merchant, party);
    table_delete(batch, &key);
}

void profiles_create(struct batch *batch, struct party party, const struct profile *profile,
                     const uint8_t seed[PROFILE_SEED_BYTES],
                     const uint8_t nonce[PROFILE_NONCE_BYTES])
{
    seal_make_key(batch, party, seed);
    struct sealed_profile sealed;
    enum store_result result = profiles_seal(batch, party, profile, nonce, &sealed);
    assert(result == STORE_OK); /* the key was staged a line above: nothing is read */
    (void)result;
    profiles_put(batch, party, &sealed);
}

/* ---- phones ---------------------------------------------------------------------------------- */

/* The merchant is hashed too: equal phones of two merchants don't show. */
struct key phones_key(struct reader *reader, enum party_kind kind, const char *phone)
{
    size_t size = strlen(phone);
    assert(size > 0 && size <= PHONE_BYTES_MAX);
    struct key input = {.size = 0};
    key_u32(&input, reader->merchant);
    key_bytes(&input, phone, size);
    uint8_t hash[PHONE_HASH_BYTES];
    store_hash(reader->store, STORE_HASH_PHONE, key_view(&input), hash, sizeof hash);
    struct key key = key_begin(reader->merchant, TABLE_PHONE);
    key_u8(&key, (uint8_t)kind);
    key_bytes(&key, hash, sizeof hash);
    return key;
}

enum store_result phones_get(struct reader *reader, enum party_kind kind, const char *phone,
                             struct phone_holder *ret)
{
    struct key key = phones_key(reader, kind, phone);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct decoder decoder = decoder_begin(value);
    struct phone_holder holder = {.number = decoder_u32(&decoder)};
    holder.released_at = decoder_u64(&decoder);
    result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = holder;
    return result;
}

enum store_result phones_find(struct reader *reader, enum party_kind kind, const char *phone,
                              uint32_t *ret_number)
{
    struct phone_holder holder;
    enum store_result result = phones_get(reader, kind, phone, &holder);
    if (result != STORE_OK) return result;
    if (holder.released_at != 0) return STORE_ABSENT;
    *ret_number = holder.number;
    return STORE_OK;
}

static void put_holder_at(struct batch *batch, const struct key *key, uint32_t number,
                          uint64_t released_at)
{
    uint8_t value[12];
    struct encoder encoder = encoder_begin(value);
    encoder_u32(&encoder, number);
    encoder_u64(&encoder, released_at);
    table_put(batch, key, value, encoder_size(&encoder));
}

static void put_holder(struct batch *batch, struct party party, const char *phone,
                       uint64_t released_at)
{
    assert(party.kind == PARTY_MEMBER || party.kind == PARTY_GUIDE);
    struct key key = phones_key(&batch->reader, party.kind, phone);
    put_holder_at(batch, &key, party.number, released_at);
}

void phones_put(struct batch *batch, struct party party, const char *phone)
{
    put_holder(batch, party, phone, 0);
}

void phones_release(struct batch *batch, struct party party, const char *phone,
                    uint64_t released_at)
{
    assert(released_at != 0);
    put_holder(batch, party, phone, released_at);
}

struct finding {
    uint32_t number;
    struct phones_of *phones;
};

static enum store_result find_one(void *context, struct bytes key, struct bytes value,
                                  bool *ret_more)
{
    const struct finding *finding = context;
    struct phones_of *phones = finding->phones;
    struct decoder decoder = decoder_begin(value);
    uint32_t number = decoder_u32(&decoder);
    (void)decoder_u64(&decoder);
    enum store_result result = decoder_end(&decoder);
    *ret_more = true;
    if (result != STORE_OK || number != finding->number) return result;
    if (phones->count == PHONES_OF_MAX) return STORE_DAMAGED;
    phones->keys[phones->count] = (struct key){.size = 0};
    key_bytes(&phones->keys[phones->count++], key.data, key.size);
    return STORE_OK;
}

enum store_result phones_of(struct reader *reader, struct party party, struct phones_of *ret)
{
    struct finding finding = {party.number, ret};
    struct key from = key_begin(reader->merchant, TABLE_PHONE);
    key_u8(&from, (uint8_t)party.kind);
    struct key to = key_after(&from);
    assert(party.number != 0);
    ret->count = 0;
    return table_walk(reader, key_view(&from), key_view(&to), find_one, &finding);
}

void phones_forget(struct batch *batch, const struct phones_of *phones, uint64_t erased_at)
{
    assert(erased_at != 0 && phones->count <= PHONES_OF_MAX);
    for (size_t i = 0; i < phones->count; i++)
        put_holder_at(batch, &phones->keys[i], 0, erased_at);
}
