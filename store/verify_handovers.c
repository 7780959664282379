/* Handovers against their rows, the list of open ones, and the guides and members they name. */
#include <string.h>

#include "store/handovers.h"
#include "store/table.h"
#include "store/verify_inner.h"

enum { PORTION = 64 };

/* Rows whose turn has come, by outcome. A damaged account has no outcome: counted, with no row. */
static enum store_result count_rows(struct verify *verify, const struct handover *handover,
                                    uint32_t ret_counts[HANDOVER_OUTCOME_COUNT])
{
    uint32_t members[PORTION], after = 0;
    struct handover_row rows[PORTION];
    size_t count;

    memset(ret_counts, 0, HANDOVER_OUTCOME_COUNT * sizeof *ret_counts);
    do {
        enum store_result result;
        do result = handover_rows_list(&verify->reader, handover->number, after, members, rows,
                                       PORTION, &count);
        while (verify_again(verify, result));
        if (result != STORE_OK) return result;
        for (size_t i = 0; i < count; i++) ret_counts[rows[i].outcome]++;
        if (count > 0) after = members[count - 1];
    } while (count == PORTION);
    return STORE_OK;
}

static bool counts_agree(const struct handover *handover,
                         const uint32_t counts[HANDOVER_OUTCOME_COUNT])
{
    for (size_t i = HANDOVER_NONE + 1; i < HANDOVER_OUTCOME_COUNT; i++)
        if (handover->counts[i] != counts[i]) return false;
    return true;
}

static enum store_result check_guide(struct verify *verify, uint32_t number, uint32_t guide)
{
    enum store_result result;

    if (guide == 0) return STORE_OK;
    do result = verify_party_get(verify, (struct party){PARTY_GUIDE, guide});
    while (verify_again(verify, result));
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "handover %lu names guide %lu, who isn't there", (unsigned long)number,
                 (unsigned long)guide);
    return verify_fatal(result);
}

static enum store_result visit_handover(struct verify *verify, struct bytes key,
                                        struct bytes value)
{
    struct handover handover;
    uint32_t counts[HANDOVER_OUTCOME_COUNT];
    enum store_result result = STORE_DAMAGED;

    (void)value;
    uint32_t number = key.size == KEY_REST_OFFSET + 4 ? key_read_u32(key, KEY_REST_OFFSET) : 0;
    if (number != 0) {
        do result = handovers_get(&verify->reader, number, &handover);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) result = count_rows(verify, &handover, counts);
    if (result != STORE_OK) {
        verify_found(verify, "handover %lu is damaged", (unsigned long)number);
        return verify_fatal(result);
    }
    result = check_guide(verify, number, handover.from_guide);
    if (result == STORE_OK) result = check_guide(verify, number, handover.to_guide);
    if (result != STORE_OK) return result;
    if (!counts_agree(&handover, counts))
        verify_found(verify, "handover %lu: its counts are not its rows'", (unsigned long)number);
    enum store_result listed;
    do listed = handovers_is_open(&verify->reader, number, handover.due_on);
    while (verify_again(verify, listed));
    if (listed == STORE_OK || handover.state == HANDOVER_DONE) return STORE_OK;
    verify_found(verify, "handover %lu is not done and not in the list", (unsigned long)number);
    return verify_fatal(listed);
}

static enum store_result visit_open(struct verify *verify, struct bytes key, struct bytes value)
{
    struct handover handover;
    enum store_result result = STORE_DAMAGED;
    uint32_t number = key.size == KEY_REST_OFFSET + 8 ? key_read_u32(key, KEY_REST_OFFSET + 4) : 0;

    (void)value;
    if (number != 0) {
        do result = handovers_get(&verify->reader, number, &handover);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK && handover.state != HANDOVER_DONE &&
        handover.due_on == key_read_date(key, KEY_REST_OFFSET))
        return STORE_OK;
    verify_found(verify, "open handovers: %lu is none of that date", (unsigned long)number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

static enum store_result visit_row(struct verify *verify, struct bytes key, struct bytes value)
{
    struct handover handover;
    struct handover_row row;
    uint32_t number = 0, member = 0;
    enum store_result result = STORE_DAMAGED;

    if (key.size == KEY_REST_OFFSET + 8) {
        number = key_read_u32(key, KEY_REST_OFFSET);
        member = key_read_u32(key, KEY_REST_OFFSET + 4);
        result = handover_row_decode(value, &row);
    }
    if (result == STORE_OK) {
        do result = handovers_get(&verify->reader, number, &handover);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) {
        do result = verify_party_get(verify, (struct party){PARTY_MEMBER, member});
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "handover %lu: the row of member %lu is damaged, or of nobody",
                 (unsigned long)number, (unsigned long)member);
    return verify_fatal(result);
}

enum store_result verify_handovers(struct verify *verify)
{
    enum store_result result = verify_table(verify, TABLE_HANDOVER, "handovers", visit_handover);
    if (result == STORE_OK)
        result = verify_table(verify, TABLE_HANDOVER_OPEN, "open handovers", visit_open);
    if (result == STORE_OK)
        result = verify_table(verify, TABLE_HANDOVER_ROW, "rows of handovers", visit_row);
    return result;
}
