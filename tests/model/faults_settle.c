/* Faults of settlements, one function each, as faults.c has those of the counter. */
#include <string.h>

#include "service/command/settling.h"
#include "service/postings/settle.h"
#include "store/settlement.h"
#include "tests/model/driver.h"

static bool faulty(const char *name)
{
    return driver_fault != NULL && strcmp(driver_fault, name) == 0;
}

/* What a run has frozen is there for everybody; or a mark takes what came after it, too. */
const struct settlement_mark *__real_settlement_covers(const struct settlement_account *account,
                                                       enum party_kind payee,
                                                       const struct credit *credit);
const struct settlement_mark *__wrap_settlement_covers(const struct settlement_account *account,
                                                       enum party_kind payee,
                                                       const struct credit *credit);
const struct settlement_mark *__wrap_settlement_covers(const struct settlement_account *account,
                                                       enum party_kind payee,
                                                       const struct credit *credit)
{
    struct credit looked_at = *credit;
    if (faulty("late_credits_taken")) looked_at.since = 0;
    const struct settlement_mark *mark = __real_settlement_covers(account, payee, &looked_at);
    bool frozen = mark != NULL && mark->state == MARK_FROZEN;
    return frozen && faulty("frozen_is_spent") ? NULL : mark;
}

/* A line forgets the minimum, or what was carried; or takes twice what refunds took; or pays a
 * part of a lot as a whole one. */
bool __real_settle_line(const struct settle_sums *sums, const struct settle_terms *terms,
                        struct settlement_line *line);
bool __wrap_settle_line(const struct settle_sums *sums, const struct settle_terms *terms,
                        struct settlement_line *line);
bool __wrap_settle_line(const struct settle_sums *sums, const struct settle_terms *terms,
                        struct settlement_line *line)
{
    struct settle_sums wrong_sums = *sums;
    struct settle_terms wrong_terms = *terms;
    if (faulty("minimum_forgotten")) wrong_terms.minimum_payout_minor = 0;
    if (faulty("carry_forgotten")) wrong_sums.carry_minor = 0;
    if (faulty("clawback_not_seen"))
        for (size_t unit = 0; unit < UNIT_COUNT; unit++) wrong_sums.clawed[unit] = 0;
    if (!__real_settle_line(&wrong_sums, &wrong_terms, line)) return false;
    if (faulty("part_of_a_lot_paid")) {
        line->points_converted += line->points_kept;
        line->points_kept = 0;
    }
    return true;
}

/* What came back is carried twice. */
uint64_t __real_settling_back_post(struct batch *batch, struct ledger *ledger,
                                   struct settling_back *back, uint32_t run, business_date date,
                                   int64_t amount);
uint64_t __wrap_settling_back_post(struct batch *batch, struct ledger *ledger,
                                   struct settling_back *back, uint32_t run, business_date date,
                                   int64_t amount);
uint64_t __wrap_settling_back_post(struct batch *batch, struct ledger *ledger,
                                   struct settling_back *back, uint32_t run, business_date date,
                                   int64_t amount)
{
    return __real_settling_back_post(batch, ledger, back, run, date,
                                     faulty("returned_twice") ? 2 * amount : amount);
}
