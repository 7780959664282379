#include "service/main_metrics.h"

#include "service/ops/metrics_text.h"
#include "service/ops/process_stats.h"
#include "store/erasures.h"
#include "store/events.h"
#include "store/key_rotation.h"
#include "store/merchants.h"
#include "store/reader.h"

enum { PORTION = 64 };

/* Added up over the merchants. */
struct held {
    uint64_t merchants, erasures_open, events, events_kept;
    struct key_rotation rotation;
};

static enum store_result count_erasures(struct reader *reader, enum party_kind kind,
                                        uint64_t *count)
{
    uint32_t numbers[PORTION], after = 0;
    size_t found = PORTION;
    while (found == PORTION) {
        enum store_result result =
            erasures_list(reader, true, kind, after, numbers, PORTION, &found);
        if (result != STORE_OK)
            return result;
        *count += found;
        if (found > 0)
            after = numbers[found - 1];
    }
    return STORE_OK;
}

static enum store_result count_merchant(struct reader *reader, uint32_t merchant,
                                        struct held *held)
{
    struct event_head head;
    reader->merchant = merchant;
    held->merchants++;
    enum store_result result = events_head_get(reader, &head);
    if (result != STORE_OK)
        return result;
    held->events += head.count;
    held->events_kept += head.count - head.trimmed;
    result = count_erasures(reader, PARTY_MEMBER, &held->erasures_open);
    return result == STORE_OK ? count_erasures(reader, PARTY_GUIDE, &held->erasures_open) : result;
}

static enum store_result count_held(struct reader *reader, struct held *held)
{
    uint32_t numbers[PORTION], after = 0;
    size_t found = PORTION;
    reader->merchant = 0;
    enum store_result rotated = key_rotation_get(reader, &held->rotation);
    if (rotated != STORE_OK)
        return rotated;
    while (found == PORTION) {
        reader->merchant = 0;
        enum store_result result = merchants_list(reader, after, numbers, PORTION, &found);
        for (size_t i = 0; i < found && result == STORE_OK; i++)
            result = count_merchant(reader, after = numbers[i], held);
        if (result != STORE_OK)
            return result;
    }
    return STORE_OK;
}

static void write_buffer(const struct kv_usage *usage, FILE *out)
{
    metrics_gauge(out, "beckon_store_journal_commits",
                  "Commits in the journal, not yet all in the tree.", usage->journal_commits);
    metrics_gauge(out, "beckon_store_journal_bytes", "Bytes these take in the store.",
                  usage->journal_bytes);
    metrics_gauge(out, "beckon_store_buffer_max_bytes",
                  "Memory that changes may take before they are in the tree; 0: no buffer.",
                  usage->buffer_bytes);
    metrics_gauge(out, "beckon_store_buffered_bytes",
                  "Memory that changes take which are not yet in the tree.",
                  usage->buffered_bytes);
    metrics_gauge(out, "beckon_store_held_bytes",
                  "Memory kept only for snapshots older than what it holds is in the tree.",
                  usage->held_bytes);
    metrics_gauge(out, "beckon_store_draining_percent",
                  "How much of the frozen half of the buffer is in the tree; 100 when none is.",
                  usage->draining_percent);
}

void metrics_write_store(struct store *store, const char *data, FILE *out)
{
    struct kv_usage usage;
    kv_usage(store_kv(store), &usage);
    metrics_gauge(out, "beckon_store_used_bytes", "Bytes up to the last page in use.",
                  usage.used_bytes);
    metrics_gauge(out, "beckon_store_free_bytes", "Bytes of the used that can be used again.",
                  usage.free_bytes);
    metrics_gauge(out, "beckon_store_full",
                  "1 while writes are refused for want of room, on the disk or in the map.",
                  usage.full);
    metrics_gauge(out, "beckon_store_map_bytes", "Bytes the store may grow to.", usage.map_bytes);
    metrics_gauge(out, "beckon_store_snapshots", "Snapshots open now.", usage.snapshots);
    metrics_gauge(out, "beckon_store_oldest_snapshot_commits",
                  "Commits since the oldest open snapshot: their old pages can't be used again.",
                  usage.oldest_commits);
    write_buffer(&usage, out);
    metrics_gauge(out, "beckon_disk_free_bytes", "Bytes free on the disk of the data folder.",
                  process_disk_free(data));
    struct reader reader;
    struct held held = {0};
    if (reader_open(store, &reader) != STORE_OK)
        return;
    enum store_result result = count_held(&reader, &held);
    reader_close(&reader);
    if (result != STORE_OK)
        return; /* damage is verify's to tell; half a sum would be none */
    metrics_gauge(out, "beckon_merchants", "Merchants.", held.merchants);
    metrics_gauge(out, "beckon_erasures_open",
                  "Erased people whose codes and bindings are still being ended.",
                  held.erasures_open);
    metrics_counter(out, "beckon_events_total", "Events told.", held.events);
    metrics_gauge(out, "beckon_events_kept", "Events that can still be read.", held.events_kept);
    metrics_gauge(out, "beckon_key_generation", "The wrapping key in use.",
                  held.rotation.generation);
    metrics_gauge(out, "beckon_key_rotation_running", "1 while keys are wrapped anew.",
                  key_rotation_runs(&held.rotation));
    metrics_gauge(out, "beckon_key_rotation_slots", "Keys wrapped anew by the last rotation.",
                  held.rotation.slot_count);
}
