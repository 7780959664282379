/* Happy path: who was erased has no key left -> beckond's own start -> the first token opens ->
 * receipts, members -> verify -> purchases recorded -> closed, opened again -> all of it once more
 * -> a backup that has its name can be restored. The first thing that is wrong ends it. Of a
 * restore: it is a store, or refused as half a one and can be run again. */
#include "tests/durability/power/check.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "beckon/v1/purchase_service.pb-c.h"
#include "service/command/commands.h"
#include "service/main_data.h"
#include "service/ops/clock.h"
#include "service/ops/log.h"
#include "service/rpc/arena.h"
#include "store/folder.h"
#include "store/key_slots.h"
#include "store/purchases.h"
#include "store/shops.h"
#include "store/verify.h"

enum { MERCHANT = 1, READERS = 8, MORE = 5, PATH_BYTES = 512, ARENA_BYTES = 64 * 1024 };

/* No room is held ready: an image costs what is in it. posix_fallocate stands behind --wrap. */
int __wrap_posix_fallocate(int fd, off_t at, off_t size);
int __wrap_posix_fallocate(int fd, off_t at, off_t size)
{
    (void)fd, (void)at, (void)size;
    return 0;
}

static bool wrong(char ret_why[POWER_WHY_BYTES], const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool wrong(char ret_why[POWER_WHY_BYTES], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(ret_why, POWER_WHY_BYTES, format, arguments);
    va_end(arguments);
    return false;
}

void power_check_begin(void)
{
    if (sodium_init() < 0) abort();
    log_set_level(LOG_LEVEL_ERROR);
}

static void path_of(const char *folder, const char *name, char ret_path[PATH_BYTES])
{
    int size = snprintf(ret_path, PATH_BYTES, "%s/%s", folder, name);
    if (size < 0 || size >= PATH_BYTES) abort();
}

/* ---- before anything is opened --------------------------------------------------------------- */

/* The reply to an erasure leaves when the key is gone from the disk, not when a start has seen to
 * it. */
static bool erased_are_gone(const char *data, const struct power_facts *facts,
                            char ret_why[POWER_WHY_BYTES])
{
    uint8_t slot[KEY_SLOT_BYTES];
    char path[PATH_BYTES];
    bool ok = true;
    if (facts->erased_count == 0) return true;
    path_of(data, "keys/1.members", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return wrong(ret_why, "the key slots are gone");
    for (size_t i = 0; i < facts->erased_count && ok; i++) {
        off_t at = (off_t)facts->erased[i] * KEY_SLOT_BYTES;
        ssize_t got = pread(fd, slot, sizeof slot, at);
        if (got != KEY_SLOT_BYTES || !sodium_is_zero(slot, sizeof slot))
            ok = wrong(ret_why, "member %" PRIu32 " was erased and has a key", facts->erased[i]);
    }
    close(fd);
    return ok;
}

/* ---- an open store --------------------------------------------------------------------------- */

static bool token_opens(const char *data, struct reader *reader, char ret_why[POWER_WHY_BYTES])
{
    char path[PATH_BYTES];
    uint8_t text[SECRET_TOKEN_TEXT_BYTES + 1];
    size_t size;
    struct principal principal;
    path_of(data, "admin.token", path);
    if (!file_read(path, text, sizeof text, &size) || size == 0)
        return wrong(ret_why, "nobody can get in: admin.token is gone");
    struct bytes token = {text, text[size - 1] == '\n' ? size - 1 : size};
    enum outcome outcome = command_authenticate(reader, token,
                                                clock_system().now_ms(NULL), &principal);
    return outcome == OUTCOME_OK ||
           wrong(ret_why, "nobody can get in: admin.token is %s", outcome_info(outcome)->reason);
}

static bool shop_find(struct reader *reader, const char *shop_id, uint32_t *ret_shop)
{
    struct bytes id = {(const uint8_t *)shop_id, strlen(shop_id)};
    return shops_find(reader, id, ret_shop) == STORE_OK;
}

static bool receipt_is_there(struct reader *reader, uint32_t shop, const char *text, int64_t amount,
                             char ret_why[POWER_WHY_BYTES])
{
    struct receipt receipt = {.shop = shop, .size = (uint8_t)strlen(text)};
    struct purchase purchase;
    memcpy(receipt.text, text, receipt.size);
    if (purchases_get(reader, &receipt, &purchase) != STORE_OK)
        return wrong(ret_why, "%s was answered and is lost", text);
    return amount < 0 || purchase.parts.amount_minor == amount ||
           wrong(ret_why, "%s has another amount", text);
}

/* data: NULL: its token isn't there. */
static bool facts_are_there(struct store *store, const char *data,
                            const struct power_layout *layout, const struct power_facts *facts,
                            char ret_why[POWER_WHY_BYTES])
{
    struct reader reader;
    uint32_t shop = 0;
    if (reader_open(store, &reader) != STORE_OK) return wrong(ret_why, "it can't be read");
    bool ok = data == NULL || token_opens(data, &reader, ret_why);
    reader.merchant = MERCHANT;
    if (ok && facts->receipt_count > 0 && !shop_find(&reader, layout->shop, &shop))
        ok = wrong(ret_why, "the shop is lost");
    for (size_t i = 0; i < facts->receipt_count && ok; i++) {
        const char *text = facts->receipts[i];
        int64_t number = strtol(text + POWER_RECEIPT_BYTES - 8, NULL, 10);
        ok = receipt_is_there(&reader, shop, text, layout->amount_minor + number, ret_why);
    }
    reader_close(&reader);
    return ok;
}

static bool is_erased(const struct power_facts *facts, uint32_t member)
{
    for (size_t i = 0; i < facts->erased_count; i++)
        if (facts->erased[i] == member) return true;
    return false;
}

static bool members_have_keys(struct store *store, const struct power_facts *facts,
                              char ret_why[POWER_WHY_BYTES])
{
    uint8_t key[DATA_KEY_BYTES];
    for (size_t i = 0; i < facts->member_count; i++) {
        struct party party = {PARTY_MEMBER, facts->members[i]};
        enum store_result result = key_slots_data_key(store_key_slots(store), MERCHANT, party, key);
        /* Who is being erased and not answered yet may have none. */
        if (result != STORE_OK && result != STORE_ABSENT)
            return wrong(ret_why, "the key of member %" PRIu32 " is damaged", party.number);
        if (result == STORE_OK && is_erased(facts, party.number))
            return wrong(ret_why, "the key of member %" PRIu32 " is back", party.number);
    }
    return true;
}

static bool ledger_is_clean(struct store *store, char ret_why[POWER_WHY_BYTES])
{
    static struct verify_report report;
    memset(&report, 0, sizeof report);
    if (store_verify(store, MERCHANT, NULL, NULL, &report) != STORE_OK)
        return wrong(ret_why, "verify can't end");
    return report.finding_count == 0 ||
           wrong(ret_why, "verify: %" PRIu64 " findings, %s", report.finding_count,
                 report.findings[0]);
}

/* ---- more work ------------------------------------------------------------------------------- */

static void more_name(int number, char ret_text[POWER_RECEIPT_BYTES + 1])
{
    snprintf(ret_text, POWER_RECEIPT_BYTES + 1, "MORE%07d", number % 10000000);
}

static enum outcome record_one(struct batch *batch, struct arena *arena, const char *shop_id,
                               uint32_t member, int number)
{
    char receipt[POWER_RECEIPT_BYTES + 1], shop[SHOP_ID_BYTES_MAX + 1];
    Beckon__V1__RecordPurchaseRequest request = BECKON__V1__RECORD_PURCHASE_REQUEST__INIT;
    struct command_call call = {
        .principal = {.role = ROLE_ADMIN, .merchant = MERCHANT}, .request = &request.base,
        .arena = &arena->allocator, .merchant = MERCHANT, .now_ms = batch_recorded_at(batch),
    };
    ProtobufCMessage *reply = NULL;
    more_name(number, receipt);
    snprintf(shop, sizeof shop, "%s", shop_id);
    request.shop_id = shop;
    request.receipt_number = receipt;
    request.buyer_case = BECKON__V1__RECORD_PURCHASE_REQUEST__BUYER_MEMBER_NUMBER;
    request.member_number = member;
    request.amount_minor = 10000 + number;
    return command_run_write(batch, &record_purchase, &call, &reply);
}

/* A commit for each purchase, as the executor would do it for one client. */
static bool record_more(struct store *store, const struct power_layout *layout, uint32_t member,
                        char ret_why[POWER_WHY_BYTES])
{
    static _Alignas(max_align_t) uint8_t room[ARENA_BYTES];
    struct arena_pool pool = {.limit_bytes = 1 << 20};
    struct arena arena;
    struct batch *batch = batch_new(store);
    bool ok = true;
    arena_init(&arena, &pool, room, sizeof room);
    for (int i = 0; i < MORE && ok; i++) {
        if (batch_begin(batch, clock_system().now_ms(NULL)) != STORE_OK ||
            batch_command_begin(batch, MERCHANT) != STORE_OK) {
            ok = wrong(ret_why, "no more work can begin");
            break;
        }
        enum outcome outcome = record_one(batch, &arena, layout->shop, member, i);
        if (outcome != OUTCOME_OK)
            ok = wrong(ret_why, "no more can be recorded: %s", outcome_info(outcome)->reason);
        else if (batch_commit(batch) != STORE_OK)
            ok = wrong(ret_why, "the next commit fails");
        if (outcome != OUTCOME_OK) batch_abandon(batch);
        arena_reset(&arena);
    }
    batch_destroy(batch);
    return ok;
}

static bool more_is_there(struct store *store, const struct power_layout *layout,
                          char ret_why[POWER_WHY_BYTES])
{
    struct reader reader;
    uint32_t shop;
    char text[POWER_RECEIPT_BYTES + 1];
    if (reader_open(store, &reader) != STORE_OK) return wrong(ret_why, "it can't be read");
    reader.merchant = MERCHANT;
    bool ok = shop_find(&reader, layout->shop, &shop);
    for (int i = 0; i < MORE && ok; i++) {
        more_name(i, text);
        ok = receipt_is_there(&reader, shop, text, 10000 + i, ret_why);
    }
    reader_close(&reader);
    return ok;
}

static bool start(const char *data, struct store **ret_store, char ret_why[POWER_WHY_BYTES])
{
    struct options options = {.data = data};
    return data_open(&options, READERS, ret_store) || wrong(ret_why, "it does not open");
}

/* Opened once: looked at, worked on. */
static bool look_and_work(const char *data, const struct power_layout *layout,
                          const struct power_facts *facts, uint32_t member,
                          char ret_why[POWER_WHY_BYTES])
{
    struct store *store;
    if (!start(data, &store, ret_why)) return false;
    bool ok = facts_are_there(store, data, layout, facts, ret_why) &&
              members_have_keys(store, facts, ret_why) && ledger_is_clean(store, ret_why) &&
              (member == 0 || record_more(store, layout, member, ret_why));
    store_close(store);
    return ok;
}

static bool look_again(const char *data, const struct power_layout *layout,
                       const struct power_facts *facts, uint32_t member, bool thorough,
                       char ret_why[POWER_WHY_BYTES])
{
    struct store *store;
    if (!start(data, &store, ret_why)) return false;
    bool ok = facts_are_there(store, data, layout, facts, ret_why) &&
              (member == 0 || more_is_there(store, layout, ret_why)) &&
              (!thorough || ledger_is_clean(store, ret_why));
    store_close(store);
    return ok;
}

/* Restores the image's backup into the folder `data` with what the folder `kept` has. */
static bool restore(const char *image, const char *kept, const char *data,
                    const struct power_layout *layout, char ret_message[STORE_MESSAGE_BYTES])
{
    char backup[PATH_BYTES], key[PATH_BYTES], wrapping[PATH_BYTES], erasures[PATH_BYTES];
    bool made;
    path_of(image, layout->backup, backup);
    path_of(kept, "master.key", key);
    path_of(kept, "erasures", erasures);
    path_of(kept, "wrapping.keys", wrapping);
    struct store_brought brought = {.master_key = key, .erasures = erasures};
    if (folder_has(wrapping)) brought.wrapping_keys = wrapping;
    return store_restore(backup, data, &brought, &made, ret_message) == STORE_OK;
}

static bool backup_is_whole(const char *image, const char *data, const struct power_layout *layout,
                            const struct power_facts *facts, char ret_why[POWER_WHY_BYTES])
{
    char backup[PATH_BYTES], target[PATH_BYTES], message[STORE_MESSAGE_BYTES] = "";
    path_of(image, layout->backup, backup);
    path_of(image, "tried", target);
    if (!folder_has(backup))
        return !facts->backed_up || wrong(ret_why, "the backup is lost");
    if (!restore(image, data, target, layout, message))
        return wrong(ret_why, "the backup has its name and can't be restored: %s", message);
    struct store *store;
    if (!start(target, &store, ret_why)) return false;
    bool ok = ledger_is_clean(store, ret_why);
    store_close(store);
    return ok;
}

/* ---- restores -------------------------------------------------------------------------------- */

static bool restored_is_whole(const char *data, const struct power_layout *layout,
                              const struct power_facts *facts, char ret_why[POWER_WHY_BYTES])
{
    struct store *store;
    if (!start(data, &store, ret_why)) return false;
    bool ok = facts_are_there(store, NULL, layout, facts, ret_why) &&
              members_have_keys(store, facts, ret_why) && ledger_is_clean(store, ret_why);
    store_close(store);
    return ok;
}

/* What a restore that had not ended leaves is a store, or no place for one until the restore is run
 * again. */
static bool check_restore(const char *image, const char *kept, const struct power_layout *layout,
                          const struct power_facts *facts, char ret_why[POWER_WHY_BYTES])
{
    char data[PATH_BYTES], key[PATH_BYTES], message[STORE_MESSAGE_BYTES] = "";
    struct store *store;
    path_of(image, layout->restored, data);
    path_of(data, "master.key", key);
    bool begun = folder_has(key);
    if (facts->restored) return restored_is_whole(data, layout, facts, ret_why);
    if (start(data, &store, ret_why)) {
        store_close(store);
        return !begun || restored_is_whole(data, layout, facts, ret_why);
    }
    return (restore(image, kept, data, layout, message) ||
            wrong(ret_why, "the restore can't be run again: %s", message)) &&
           restored_is_whole(data, layout, facts, ret_why);
}

bool power_check(const char *image, const struct power_layout *layout,
                 const struct power_facts *facts, bool thorough, char ret_why[POWER_WHY_BYTES])
{
    char data[PATH_BYTES];
    uint32_t member = 0;
    path_of(image, layout->data, data);
    if (layout->restored != NULL) return check_restore(image, data, layout, facts, ret_why);
    for (size_t i = 0; facts->receipt_count > 0 && i < facts->member_count; i++)
        if (!is_erased(facts, facts->members[i])) member = facts->members[i];
    return erased_are_gone(data, facts, ret_why) &&
           look_and_work(data, layout, facts, member, ret_why) &&
           look_again(data, layout, facts, member, thorough, ret_why) &&
           (!thorough || backup_is_whole(image, data, layout, facts, ret_why));
}
