#include "store/audits.h"

#include <assert.h>
#include <string.h>

#include "store/codec.h"
#include "store/store.h"
#include "store/table.h"

enum { ENTRY_VERSION = 1, HEAD_VERSION = 1 };

/* ---- the records ----------------------------------------------------------------------------- */

size_t audit_entry_encode(const struct audit_entry *entry, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, ENTRY_VERSION);
    encoder_u64(&encoder, entry->number);
    encoder_u64(&encoder, entry->recorded_at);
    encoder_u8(&encoder, (uint8_t)entry->role);
    encoder_party(&encoder, entry->party);
    encoder_u32(&encoder, entry->token);
    encoder_flag(&encoder, entry->by_session);
    encoder_u16(&encoder, (uint16_t)entry->action);
    encoder_u8(&encoder, (uint8_t)entry->object.kind);
    encoder_u64(&encoder, entry->object.number);
    encoder_u64(&encoder, entry->object.part);
    encoder_text(&encoder, entry->object.text, AUDIT_TEXT_BYTES_MAX);
    encoder_text(&encoder, entry->facts, AUDIT_FACTS_BYTES_MAX);
    encoder_bytes(&encoder, entry->previous_hash, HASH_BYTES);
    return encoder_size(&encoder);
}

enum store_result audit_entry_decode(struct bytes from, struct audit_entry *ret)
{
    struct decoder decoder = decoder_begin_version(from, ENTRY_VERSION);
    struct audit_entry entry = {.number = decoder_u64(&decoder)};
    entry.recorded_at = decoder_u64(&decoder);
    entry.role = (enum role)decoder_choice(&decoder, 0, ROLE_COUNT - 1);
    entry.party = decoder_party(&decoder);
    entry.token = decoder_u32(&decoder);
    entry.by_session = decoder_flag(&decoder);
    uint16_t action = decoder_u16(&decoder);
    if (action < 1 || action >= AUDIT_ACTION_COUNT) decoder.damaged = true;
    entry.action = (enum audit_action)action;
    entry.object.kind = (enum audit_kind)decoder_choice(&decoder, 0, AUDIT_KIND_COUNT - 1);
    entry.object.number = decoder_u64(&decoder);
    entry.object.part = decoder_u64(&decoder);
    decoder_text(&decoder, entry.object.text, AUDIT_TEXT_BYTES_MAX);
    decoder_text(&decoder, entry.facts, AUDIT_FACTS_BYTES_MAX);
    decoder_bytes(&decoder, entry.previous_hash, HASH_BYTES);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = entry;
    return result;
}

size_t audit_head_encode(const struct audit_head *head, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, HEAD_VERSION);
    encoder_u64(&encoder, head->count);
    encoder_bytes(&encoder, head->hash, HASH_BYTES);
    return encoder_size(&encoder);
}

enum store_result audit_head_decode(struct bytes from, struct audit_head *ret)
{
    struct decoder decoder = decoder_begin_version(from, HEAD_VERSION);
    struct audit_head head = {.count = decoder_u64(&decoder)};
    decoder_bytes(&decoder, head.hash, HASH_BYTES);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = head;
    return result;
}

/* ---- the table ------------------------------------------------------------------------------- */

/* Entries lie under their number; the head under none, before them all. */
static struct key entry_key(uint32_t merchant, uint64_t number)
{
    struct key key = key_begin(merchant, TABLE_AUDIT);
    key_u64(&key, number);
    return key;
}

enum store_result audits_head_get(struct reader *reader, struct audit_head *ret)
{
    struct key key = key_begin(reader->merchant, TABLE_AUDIT);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_ABSENT) {
        *ret = (struct audit_head){.count = 0};
        return STORE_OK;
    }
    return result == STORE_OK ? audit_head_decode(value, ret) : result;
}

void audits_append(struct batch *batch, struct audit_head *head, struct audit_entry *entry)
{
    assert(head->count < UINT64_MAX);
    assert(entry->action > AUDIT_NONE && entry->action < AUDIT_ACTION_COUNT);
    entry->number = head->count + 1;
    memcpy(entry->previous_hash, head->hash, HASH_BYTES);

    uint8_t data[AUDIT_ENTRY_BYTES_MAX];
    size_t size = audit_entry_encode(entry, data);
    assert(size <= sizeof data);
    struct key key = entry_key(batch->reader.merchant, entry->number);
    table_put(batch, &key, data, size);
    head->count = entry->number;
    store_digest((struct bytes){data, size}, head->hash);

    struct key head_key = key_begin(batch->reader.merchant, TABLE_AUDIT);
    table_put(batch, &head_key, data, audit_head_encode(head, data));
}

enum store_result audits_get(struct reader *reader, uint64_t number, struct audit_entry *ret,
                             uint8_t ret_hash[HASH_BYTES])
{
    struct key key = entry_key(reader->merchant, number);
    struct audit_entry entry;
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) result = audit_entry_decode(value, &entry);
    if (result == STORE_OK && entry.number != number) result = STORE_DAMAGED;
    if (result != STORE_OK) return result;
    *ret = entry;
    if (ret_hash != NULL) store_digest(value, ret_hash);
    return STORE_OK;
}
