/* What a start owes to those who are erased, before anything is served.
 *
 * First the open erasures: their commit is there, the destroyed key perhaps not: it is destroyed
 * again, and the list gets the line it lacks. (A list that is empty was lost: it is written anew
 * from all erasures.) Then the list: whom a restored backup brought back is
 * erased as EraseMember does it. Of somebody who came after the backup there is nothing but perhaps
 * a key, under a number that may be given out again: the account's age tells the two apart. */
#include <assert.h>

#include "service/command/business_time.h"
#include "service/command/erasing.h"
#include "service/command/event.h"
#include "service/command/objects.h"
#include "store/accounts.h"
#include "store/erasure_list.h"
#include "store/guides.h"
#include "store/key_slots.h"
#include "store/merchants.h"

enum { MERCHANTS_PORTION = 64, ERASURES_PORTION = 64 };

struct resuming {
    struct store *store;
    struct batch *batch;
    uint64_t now_ms;
    bool begun;           /* the batch is open */
    bool open_only;       /* else the list was lost, and every erasure is looked at */
    size_t again;
    enum outcome outcome; /* of what a walk met */
};

static enum outcome commit(struct resuming *resuming)
{
    if (!resuming->begun) return OUTCOME_OK;
    resuming->begun = false;
    return command_outcome(batch_commit(resuming->batch), OUTCOME_STORE_FAULT);
}

/* The batch, turned to the merchant; what is full is committed first. */
static enum outcome turn_to(struct resuming *resuming, uint32_t merchant)
{
    if (resuming->begun && !batch_has_room(resuming->batch, merchant)) {
        enum outcome outcome = commit(resuming);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (!resuming->begun) {
        enum outcome outcome = command_outcome(batch_begin(resuming->batch, resuming->now_ms),
                                               OUTCOME_STORE_FAULT);
        if (outcome != OUTCOME_OK) return outcome;
        resuming->begun = true;
    }
    return command_outcome(batch_command_begin(resuming->batch, merchant), OUTCOME_STORE_FAULT);
}

/* ---- open erasures --------------------------------------------------------------------------- */

static enum store_result same_mark(void *context, const struct erasure_mark *mark)
{
    const struct erasure_mark *wanted = context;
    bool same = mark->merchant == wanted->merchant && mark->party.kind == wanted->party.kind &&
                mark->party.number == wanted->party.number && mark->born_at == wanted->born_at;
    return same ? STORE_CONFLICT : STORE_OK; /* ends the walk */
}

static enum outcome resume_one(struct resuming *resuming, uint32_t merchant, struct party party)
{
    struct reader *reader = &resuming->batch->reader;
    struct erasure erasure;
    uint8_t slot[KEY_SLOT_BYTES];

    enum outcome outcome = turn_to(resuming, merchant);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(erasures_get(reader, party, &erasure), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    struct erasure_mark mark = {merchant, party, erasure.born_at, erasure.erased_at};
    enum store_result listed =
        erasure_list_walk(store_erasure_list(resuming->store), same_mark, &mark);
    if (listed != STORE_OK && listed != STORE_CONFLICT)
        return command_outcome(listed, OUTCOME_STORE_FAULT);
    enum store_result found =
        key_slots_read(store_key_slots(resuming->store), merchant, party, slot);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_STORE_FAULT);
    if (listed == STORE_OK || found == STORE_OK)
        batch_destroy_key_slot(resuming->batch, party, listed == STORE_OK ? erasure.born_at : 0,
                               erasure.erased_at);
    return OUTCOME_OK;
}

static enum outcome resume_kind(struct resuming *resuming, uint32_t merchant,
                                enum party_kind kind)
{
    uint32_t numbers[ERASURES_PORTION], after = 0;
    size_t count;

    do {
        enum outcome outcome = turn_to(resuming, merchant);
        if (outcome == OUTCOME_OK)
            outcome = command_outcome(
                erasures_list(&resuming->batch->reader, resuming->open_only, kind, after, numbers,
                              ERASURES_PORTION, &count), OUTCOME_STORE_FAULT);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            after = numbers[i];
            outcome = resume_one(resuming, merchant, (struct party){kind, after});
        }
        if (outcome != OUTCOME_OK) return outcome;
    } while (count == ERASURES_PORTION);
    return OUTCOME_OK;
}

static enum outcome resume_open(struct resuming *resuming)
{
    uint32_t merchants[MERCHANTS_PORTION], after = 0;
    size_t count;

    do {
        enum outcome outcome = turn_to(resuming, 0);
        if (outcome == OUTCOME_OK)
            outcome = command_outcome(
                merchants_list(&resuming->batch->reader, after, merchants, MERCHANTS_PORTION,
                               &count), OUTCOME_STORE_FAULT);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            after = merchants[i];
            outcome = resume_kind(resuming, after, PARTY_MEMBER);
            if (outcome == OUTCOME_OK) outcome = resume_kind(resuming, after, PARTY_GUIDE);
        }
        if (outcome != OUTCOME_OK) return outcome;
    } while (count == MERCHANTS_PORTION);
    return commit(resuming);
}

/* ---- the list -------------------------------------------------------------------------------- */

/* Since when there is an account of this number: what BORN_AT in the list means. */
static enum outcome born_at(struct reader *reader, struct party party,
                            const struct account *account, uint64_t *ret)
{
    struct guide guide;

    *ret = account->recorded_at;
    if (party.kind == PARTY_MEMBER) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(guides_get(reader, party.number, &guide), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) *ret = guide.created_at;
    return outcome;
}

static enum outcome erase_again(struct resuming *resuming, const struct erasure_mark *mark,
                                const struct account *account)
{
    struct batch *batch = resuming->batch;
    struct erasing erasing;
    struct merchant merchant;
    struct erasure erasure = {.party = mark->party, .reason = ERASURE_REQUEST,
                              .born_at = mark->born_at, .erased_at = mark->erased_at};

    enum outcome outcome = object_merchant(&batch->reader, &merchant);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(events_begin(batch), OUTCOME_STORE_FAULT);
    if (outcome == OUTCOME_OK)
        outcome = erasing_load(batch, account, &erasure,
                               business_date_at(&merchant, batch_recorded_at(batch)), &erasing);
    if (outcome != OUTCOME_OK) return outcome;
    erasing.listed = true;
    erasing_put(batch, &erasing);
    events_end(batch);
    resuming->again++;
    return OUTCOME_OK;
}

/* A key that a backup's slots hold of somebody its records don't know. */
static enum outcome drop_key(struct resuming *resuming, const struct erasure_mark *mark)
{
    uint8_t slot[KEY_SLOT_BYTES];

    enum store_result found = key_slots_read(store_key_slots(resuming->store), mark->merchant,
                                             mark->party, slot);
    if (found == STORE_OK)
        batch_destroy_key_slot(resuming->batch, mark->party, 0, mark->erased_at);
    return command_outcome(found, OUTCOME_OK);
}

static enum outcome apply(struct resuming *resuming, const struct erasure_mark *mark)
{
    struct reader *reader = &resuming->batch->reader;
    struct account account;
    uint64_t born;

    enum outcome outcome = turn_to(resuming, mark->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    enum store_result found = accounts_get(reader, mark->party, &account);
    if (found == STORE_ABSENT) return drop_key(resuming, mark);
    if (found != STORE_OK) return command_outcome(found, OUTCOME_INTERNAL);
    if (account.status != ACCOUNT_ACTIVE) return OUTCOME_OK;
    outcome = born_at(reader, mark->party, &account, &born);
    if (outcome != OUTCOME_OK || born != mark->born_at) return outcome;
    return erase_again(resuming, mark, &account);
}

static enum store_result visit(void *context, const struct erasure_mark *mark)
{
    struct resuming *resuming = context;
    resuming->outcome = apply(resuming, mark);
    return resuming->outcome == OUTCOME_OK ? STORE_OK : STORE_CONFLICT; /* ends the walk */
}

static enum outcome apply_list(struct resuming *resuming)
{
    enum store_result walked =
        erasure_list_walk(store_erasure_list(resuming->store), visit, resuming);
    if (resuming->outcome != OUTCOME_OK) return resuming->outcome;
    if (walked != STORE_OK) return command_outcome(walked, OUTCOME_STORE_FAULT);
    return commit(resuming);
}

enum outcome erasures_resume(struct store *store, uint64_t now_ms, size_t *ret_again)
{
    struct resuming resuming = {.store = store, .batch = batch_new(store), .now_ms = now_ms,
                                .open_only = !erasure_list_is_empty(store_erasure_list(store)),
                                .outcome = OUTCOME_OK};

    enum outcome outcome = resume_open(&resuming);
    if (outcome == OUTCOME_OK) outcome = apply_list(&resuming);
    batch_destroy(resuming.batch);
    if (outcome == OUTCOME_OK) *ret_again = resuming.again;
    return outcome;
}
