/* The audit trail: gapless from 1 to its head, time that never runs back, every hash that of the
 * entry before, and the head that of the last; nothing beyond it. The instance's own trail is
 * proven with each merchant's, since nobody else proves it. */
#include <inttypes.h>
#include <string.h>

#include "store/audits.h"
#include "store/table.h"
#include "store/verify_inner.h"

struct trail {
    uint32_t merchant;
    const char *name;
    uint64_t time;
    uint8_t hash[HASH_BYTES];
    bool hash_known; /* not behind a damaged or missing entry */
};

/* The reader turned to the trail's merchant while `read` runs: 0 where it is the instance's. */
static enum store_result head_get(struct verify *verify, const struct trail *trail,
                                  struct audit_head *ret_head)
{
    enum store_result result;
    verify->reader.merchant = trail->merchant;
    do result = audits_head_get(&verify->reader, ret_head);
    while (verify_again(verify, result));
    verify->reader.merchant = verify->merchant;
    return result;
}

static enum store_result entry_get(struct verify *verify, const struct trail *trail,
                                   uint64_t number, struct audit_entry *ret_entry,
                                   uint8_t ret_hash[HASH_BYTES])
{
    enum store_result result;
    verify->reader.merchant = trail->merchant;
    do result = audits_get(&verify->reader, number, ret_entry, ret_hash);
    while (verify_again(verify, result));
    verify->reader.merchant = verify->merchant;
    return result;
}

static enum store_result fold_entry(struct verify *verify, struct trail *trail, uint64_t number)
{
    uint8_t hash[HASH_BYTES];
    struct audit_entry entry;
    enum store_result result = entry_get(verify, trail, number, &entry, hash);

    if (result != STORE_OK) {
        verify_found(verify, "%s entry %" PRIu64 ": %s record", trail->name, number,
                     verify_word(result));
        trail->hash_known = false;
        return verify_fatal(result);
    }
    if (entry.recorded_at < trail->time)
        verify_found(verify, "%s entry %" PRIu64 ": time runs back", trail->name, number);
    if (trail->hash_known && memcmp(entry.previous_hash, trail->hash, HASH_BYTES) != 0)
        verify_found(verify, "%s entry %" PRIu64 ": the hash chain breaks", trail->name, number);
    memcpy(trail->hash, hash, HASH_BYTES);
    trail->hash_known = true;
    trail->time = entry.recorded_at;
    return STORE_OK;
}

/* The last record of the trail is the head's, as of one snapshot: commits go on meanwhile. */
static enum store_result check_end(struct verify *verify, const struct trail *trail)
{
    struct key from = key_begin(trail->merchant, TABLE_AUDIT), to = from;
    struct bytes key = {NULL, 0}, value;
    struct audit_head head;

    enum store_result result = head_get(verify, trail, &head);
    if (result != STORE_OK) return verify_fatal(result); /* said already */
    key_u64(&to, UINT64_MAX);
    do result = table_last(&verify->reader, &from, &to, &key, &value);
    while (verify_again(verify, result));
    if (result == STORE_ABSENT) return STORE_OK;
    if (result == STORE_DAMAGED) verify_found(verify, "%s: its end is damaged", trail->name);
    if (result != STORE_OK) return verify_fatal(result);
    bool its_head = key.size == KEY_REST_OFFSET && head.count == 0;
    if (its_head || (key.size == KEY_REST_OFFSET + 8 &&
                     key_read_u64(key, KEY_REST_OFFSET) == head.count))
        return STORE_OK;
    verify_found(verify, "%s: a record beyond entry %" PRIu64, trail->name, head.count);
    return STORE_OK;
}

static enum store_result verify_trail(struct verify *verify, uint32_t merchant, const char *name)
{
    struct trail trail = {.merchant = merchant, .name = name, .hash_known = true};
    struct audit_head head;

    enum store_result result = verify_snapshot(verify);
    if (result != STORE_OK) return result;
    result = head_get(verify, &trail, &head);
    if (result != STORE_OK) {
        verify_found(verify, "%s: %s head", name, verify_word(result));
        return verify_fatal(result);
    }
    for (uint64_t number = 1; number <= head.count; number++) {
        result = verify_snapshot(verify);
        if (result == STORE_OK) result = fold_entry(verify, &trail, number);
        if (result != STORE_OK) return result;
    }
    if (trail.hash_known && memcmp(trail.hash, head.hash, HASH_BYTES) != 0)
        verify_found(verify, "%s: the head is not the hash of entry %" PRIu64, name, head.count);
    return check_end(verify, &trail);
}

enum store_result verify_audit(struct verify *verify)
{
    enum store_result result = verify_trail(verify, verify->merchant, "audit trail");
    return result == STORE_OK ? verify_trail(verify, 0, "the instance's audit trail") : result;
}
