/* What is personal: sealed profiles under a key per person, and the lookup of phones by hash. */
#ifndef BECKON_STORE_PROFILES_H
#define BECKON_STORE_PROFILES_H

#include "store/batch.h"
#include "store/key.h"
#include "store/reader.h"
#include "store/record.h"

enum { PHONE_BYTES_MAX = 16, BIRTHDAY_BYTES_MAX = 10, GENDER_BYTES_MAX = 16, ATTRIBUTES_MAX = 16,
       ATTRIBUTE_NAME_BYTES_MAX = 40, ATTRIBUTE_VALUE_BYTES_MAX = 120, POLICY_BYTES_MAX = 40,
       DOCUMENT_BYTES_MAX = 40, EARLIER_PHONES_MAX = 4, PROFILE_SEED_BYTES = 44,
       PROFILE_NONCE_BYTES = 24 };

struct profile_attribute {
    char name[ATTRIBUTE_NAME_BYTES_MAX + 1];
    char value[ATTRIBUTE_VALUE_BYTES_MAX + 1];
};
struct profile {
    char phone[PHONE_BYTES_MAX + 1];       /* E.164: + and 8 to 15 digits */
    char name[NAME_BYTES_MAX + 1];
    char birthday[BIRTHDAY_BYTES_MAX + 1]; /* YYYY-MM-DD or --MM-DD */
    char gender[GENDER_BYTES_MAX + 1];
    char consent_policy_version[POLICY_BYTES_MAX + 1];
    uint64_t consent_at;
    uint64_t consent_withdrawn_at;         /* 0: the consent holds */
    size_t earlier_phone_count;            /* given up, the latest last; they go with her */
    char earlier_phones[EARLIER_PHONES_MAX][PHONE_BYTES_MAX + 1];
    char document_type[DOCUMENT_BYTES_MAX + 1];   /* guides */
    char document_number[DOCUMENT_BYTES_MAX + 1];
    size_t attribute_count;
    struct profile_attribute attributes[ATTRIBUTES_MAX];
};

/* Makes the person's key and puts the sealed profile. seed: fresh random bytes. */
void profiles_create(struct batch *batch, struct party party, const struct profile *profile,
                     const uint8_t seed[PROFILE_SEED_BYTES],
                     const uint8_t nonce[PROFILE_NONCE_BYTES]);
/* Opens a profile: STORE_OK, STORE_ABSENT (no such person, or erased), STORE_DAMAGED ... */
enum store_result profiles_get(struct reader *reader, struct party party,
                               struct profile *ret) STORE_CHECKED;
/* As profiles_get inside a batch, which may hold the person's key itself. */
enum store_result profiles_get_in_batch(struct batch *batch, struct party party,
                                        struct profile *ret) STORE_CHECKED;
/* Seals anew under the existing key, to be put after the LINE. */
struct sealed_profile { size_t size; uint8_t data[8192]; };
enum store_result profiles_seal(struct batch *batch, struct party party,
                                const struct profile *profile,
                                const uint8_t nonce[PROFILE_NONCE_BYTES],
                                struct sealed_profile *ret) STORE_CHECKED;
void profiles_put(struct batch *batch, struct party party, const struct sealed_profile *sealed);
/* Of one who is erased; the key is destroyed by batch_destroy_key_slot. */
void profiles_delete(struct batch *batch, struct party party);

/* Whose phone it is, or was: a number that its person gave up names nobody any more but rests
 * before it may be another's. */
struct phone_holder {
    uint32_t number;      /* 0: somebody who was erased had it */
    uint64_t released_at; /* Unix milliseconds; 0: it is his */
};
enum store_result phones_get(struct reader *reader, enum party_kind kind, const char *phone,
                             struct phone_holder *ret) STORE_CHECKED;
/* Who of this kind has this phone (E.164) now? STORE_ABSENT: nobody. */
enum store_result phones_find(struct reader *reader, enum party_kind kind, const char *phone,
                              uint32_t *ret_number) STORE_CHECKED;
void phones_put(struct batch *batch, struct party party, const char *phone);
/* From now on it is nobody's. */
void phones_release(struct batch *batch, struct party party, const char *phone,
                    uint64_t released_at);
/* ---- of those who are erased ----------------------------------------------------------------- */

/* Rows that lead to one person. */
enum { PHONES_OF_MAX = 8 };
struct phones_of {
    size_t count;
    struct key keys[PHONES_OF_MAX];
};
struct key phones_key(struct reader *reader, enum party_kind kind, const char *phone);
/* All of a person, whatever they are: walks every phone, for a store that has no profile of him.
 * STORE_DAMAGED: there are more than anybody can have. */
enum store_result phones_of(struct reader *reader, struct party party,
                            struct phones_of *ret) STORE_CHECKED;
/* Who has or had them was erased: keyed hashes stay that lead to nobody. */
void phones_forget(struct batch *batch, const struct phones_of *phones, uint64_t erased_at);

#endif
