/* batch: a snapshot and a write set in memory, filled by many commands, committed once.
 *
 * Happy path: begin -> per command { command_begin, reads, the LINE, puts } -> commit -> replies.
 * Ways it fails: a get answers STORE_NEED: batch_refetch, run all commands again. Commit answers
 * CONFLICT: begin anew, run all again. FULL: nothing happened, refuse all. FENCED or FAULT: the
 * process stops. Nothing is put before the LINE and nothing refused after it, so there is no undo.
 *
 * The batch keeps the fence of each merchant it was turned to (batch_command_begin) in memory. At
 * commit all of them are compared, and `commit` of each is bumped; `time` of those written becomes
 * their recorded_at. A merchant that has no record yet and got none keeps no fence. What a command
 * reads of merchant 0 besides is not fenced: it never changes. The writer's thread owns it. */
#ifndef BECKON_STORE_BATCH_H
#define BECKON_STORE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/program.h"
#include "store/reader.h"
#include "store/record.h"
#include "store/result.h"

enum {
    BATCH_COMMAND_MAX = 1000,             /* replies that wait for one sync */
    BATCH_WRITE_BYTES_MAX = 1 << 20,      /* write set of one commit */
    BATCH_COMMAND_BYTES_MAX = 640 * 1024, /* one command's puts at most, each with
                                             WRITE_SET_PUT_BYTES_MAX; checked before it runs */
    BATCH_COMMAND_KEY_SLOTS_MAX = 4,      /* one command stages at most */
    BATCH_MERCHANT_MAX = 16,              /* merchants in one batch, merchant 0 among them */
};

struct telling;

struct batch {
    struct reader reader;      /* what the tables' getters take */
    struct batch_inner *inner; /* write set, fences, staged key slots */
    struct telling *telling;   /* events.c's: what the command that runs has told */
    struct program_cache programs; /* programs.c's; zeroed by batch_new and then left alone */
};

/* Allocates everything a batch ever needs. Start-up only: exits when it can't. */
struct batch *batch_new(struct store *store);
void batch_destroy(struct batch *batch);

/* Opens a snapshot and forgets what was gathered. clock_ms: Unix milliseconds, real clock. */
enum store_result batch_begin(struct batch *batch, uint64_t clock_ms) STORE_CHECKED;
/* The same over `under`, a batch that was closed: what it holds counts as committed. Until this one
 * is committed or abandoned `under` mayn't be begun again; and when its commit fails, this one has
 * to be abandoned. */
enum store_result batch_begin_over(struct batch *batch, const struct batch *under,
                                   uint64_t clock_ms) STORE_CHECKED;
/* May one more command run in this batch (write room, merchants)? */
bool batch_has_room(const struct batch *batch, uint32_t merchant);
/* Turns the batch to a merchant, reading its fence. Answers as reader_get; never STORE_ABSENT. */
enum store_result batch_command_begin(struct batch *batch, uint32_t merchant) STORE_CHECKED;
/* The ledger's time for the current merchant: max(clock, fence time), Unix milliseconds. */
uint64_t batch_recorded_at(const struct batch *batch);
/* The current merchant's fence as of this point in the batch. `ledger_post` moves it on. */
struct fence *batch_fence(struct batch *batch);

/* Puts or deletes one record of the current merchant (or of merchant 0 when that is current). A
 * value of no bytes is a record too. Fences are the batch's own and are never put. */
void batch_put(struct batch *batch, struct bytes key, struct bytes value);
void batch_delete(struct batch *batch, struct bytes key);
/* Puts so far: a refused command must leave it as it was. */
size_t batch_put_count(const struct batch *batch);
/* Stages a key slot: written and synced before the commit. Counts as a put. */
void batch_put_key_slot(struct batch *batch, struct party party, const uint8_t *slot);
/* Stages the destruction of a key slot: behind the commit it is overwritten with zeros and synced,
 * and the erasure list gets its line (born_at 0: it has one already). Counts as a put. When that
 * fails, batch_commit answers STORE_FAULT: the commit says who is to be erased, and the next start
 * goes on from there. */
void batch_destroy_key_slot(struct batch *batch, struct party party, uint64_t born_at,
                            uint64_t erased_at);
/* The staged slot of `party` if this batch holds one, else NULL. One that is to be destroyed is all
 * zero already. */
const uint8_t *batch_staged_key_slot(const struct batch *batch, struct party party);

/* Stages a new wrapping key: in the ring before the commit, in use behind it. */
void batch_add_wrapping_key(struct batch *batch, uint32_t generation, const uint8_t *key);
/* Stages `count` <= REWRAP_PORTION slots of any merchant to be wrapped anew under `generation`,
 * before the commit that says so; one portion a batch: false when it holds one. Not a put. */
bool batch_rewrap(struct batch *batch, uint32_t merchant, enum party_kind kind, uint32_t first,
                  size_t count, uint32_t generation) STORE_CHECKED;
/* Stages the end of wrapping keys below `generation`: dropped behind the commit, as key slots
 * are. */
void batch_drop_wrapping_keys(struct batch *batch, uint32_t generation);

/* Fetches what the snapshot wants, drops writes and slots: run the commands again. */
enum store_result batch_refetch(struct batch *batch) STORE_CHECKED;
/* Ends the gathering, so that the next batch may begin over this one: nothing is read or put any
 * more. False: it holds more than records (key slots, steps of a rotation), which the next may only
 * see once they are committed. */
bool batch_close(struct batch *batch);
/* Key slots and their sync, then what is staged of a rotation, then fences and writes in one engine
 * commit, then the slots and wrapping keys that are to be destroyed; closes the snapshot. An empty
 * write set commits nothing and is STORE_OK. STORE_OK means durable. Of a batch that was closed on
 * any thread: it stays readable to the one begun over it. */
enum store_result batch_commit(struct batch *batch) STORE_CHECKED;
/* Closes the snapshot and forgets the writes. */
void batch_abandon(struct batch *batch);

#endif
