/* The scoreboard's counters: one record per guide and month. Whoever records an event moves them
 * in the same commit; verify counts them again from the events.
 *
 * Registrations count on the date of registration, for the guide at registration; purchases and
 * refunds on their own dates, for the guide who served on the purchase's date. Of a calendar
 * period's repurchase rate, a member counts for the guide who serves her at the period's end (or
 * now, while it lasts): `once` in the month that holds her first live purchase day of the period,
 * `twice` in the month of her second. So a period's figures are sums over its months, and an
 * ordinary purchase touches one record.
 *
 * Edits are gathered before the LINE (months are loaded on demand) and put after it. A merchant
 * that had events before there was a scoreboard keeps none (merchant.counted): its edits come to
 * nothing. */
#ifndef BECKON_STORE_KPI_H
#define BECKON_STORE_KPI_H

#include "store/batch.h"
#include "store/period.h"
#include "store/reader.h"
#include "store/record.h"

enum kpi_span { KPI_SPAN_MONTH = 0, KPI_SPAN_QUARTER = 1, KPI_SPAN_YEAR = 2, KPI_SPAN_COUNT = 3 };
enum { KPI_DAYS = 31 };

struct kpi_day {
    uint32_t new_members;       /* registered with his code, not voided */
    uint32_t inherited_members; /* came to him through their referrer */
    uint32_t activated_members; /* of new_members: bought within KPI_ACTIVATION_DAYS */
    uint32_t purchases;         /* recorded for the date, refunded ones too */
    uint32_t handed_over_members; /* came to him by a handover from that day on */
    uint32_t handed_on_members; /* went from him by one: to another guide, or released */
    int64_t sales_minor;        /* amounts of purchases less refunds dated that day */
    int64_t earned[UNIT_COUNT]; /* points and cash of events of that day, less what was voided or
                                   reversed that day; the ledger's alone: see below */
};
struct kpi_month {
    struct kpi_day days[KPI_DAYS];
    uint32_t once[KPI_SPAN_COUNT], twice[KPI_SPAN_COUNT];
};

/* The calendar period of a span that contains `date`. */
struct period kpi_period(enum kpi_span span, business_date date);

/* Absent counts as zero everywhere. */
enum store_result kpi_get(struct reader *reader, uint32_t guide, business_date month,
                          struct kpi_month *ret) STORE_CHECKED;

/* A hint that kpi_get will ask for it. */
void kpi_want(struct reader *reader, uint32_t guide, business_date month);
/* The same, before kpi_put: reads what that will. */
enum store_result kpi_load(struct reader *reader, uint32_t guide, business_date month,
                           struct kpi_month *ret) STORE_CHECKED;
/* Puts it, and its sums beside those of other guides (kpi_block.h). */
void kpi_put(struct batch *batch, uint32_t guide, business_date month,
             const struct kpi_month *counts);

/* The guide for whom a member counts in a period that ends on `last_day`: who serves her then by
 * what is known now; *ret_guide 0: nobody. A binding whose end was reached but not yet posted still
 * counts. */
enum store_result kpi_guide(struct reader *reader, uint32_t member, const struct account *account,
                            business_date last_day, uint32_t *ret_guide) STORE_CHECKED;

/* The first two live purchase days of a member in the month, quarter and year of a date; DATE_NEVER
 * where there is none. */
struct kpi_days {
    business_date first[KPI_SPAN_COUNT], second[KPI_SPAN_COUNT];
};
/* Of her live days but `date` itself. Reads the days of the date's year, unless the last days of
 * `account`, hers, before or behind what happens to `date`, say that there are none. */
enum store_result kpi_days_beside(struct reader *reader, uint32_t member,
                                  const struct account *account, business_date date,
                                  struct kpi_days *ret) STORE_CHECKED;
/* With `day` among them, where it is one of a span's first two. */
void kpi_days_add(struct kpi_days *days, enum kpi_span span, business_date day);

/* ---- edits ----------------------------------------------------------------------------------- */

/* A purchase touches its own date's month for two guides, the registration's, and at most three
 * months for each of quarter and year; each turn of her binding before it five more for either
 * guide. A handover that reaches a year back touches the months of two years for two. */
enum { KPI_EDIT_MONTHS_MAX = 64 };
/* Live days from the beginning of a year that a handover reaches into, up to now: two years, and
 * what a till's clock is ahead. */
enum { KPI_SERVING_DAYS_MAX = 740 };

/* What a guide earned on a date. */
struct kpi_earned {
    uint32_t guide;
    business_date date;
    int64_t amount[UNIT_COUNT];
};
enum { KPI_EDIT_EARNED_MAX = 8 };

struct kpi_edit {
    bool looked, counts; /* does the merchant keep a scoreboard? Asked with the first month */
    size_t earned_count; /* handed over by the ledger, to be put with the months below */
    struct kpi_earned earned[KPI_EDIT_EARNED_MAX];
    size_t count;
    struct {
        uint32_t guide;
        business_date month;
        struct kpi_month counts;
    } months[KPI_EDIT_MONTHS_MAX];
};

void kpi_edit_begin(struct kpi_edit *edit);
/* The day to be changed in place; guide is not 0. STORE_DAMAGED when it is no calendar date. */
enum store_result kpi_edit_day(struct kpi_edit *edit, struct reader *reader, uint32_t guide,
                               business_date day, struct kpi_day **ret_day) STORE_CHECKED;
/* Moves a span's counts of one member from `before` to `after`; guide 0 does nothing.
 * STORE_DAMAGED when a count would fall below 0. */
enum store_result kpi_edit_span(struct kpi_edit *edit, struct reader *reader, uint32_t guide,
                                enum kpi_span span, const struct kpi_days *before,
                                const struct kpi_days *after) STORE_CHECKED;
/* From `from` on `after` serves the member, not `before` (0: nobody): her live days move from one's
 * counts to the other's in every period that ends on that day or later. */
enum store_result kpi_edit_serving(struct kpi_edit *edit, struct reader *reader, uint32_t member,
                                   business_date from, uint32_t before,
                                   uint32_t after) STORE_CHECKED;
/* After the LINE and before kpi_edit_put: takes what was earned along, so that a month is put once.
 * false: it isn't among the edit's months. */
bool kpi_edit_earned(struct kpi_edit *edit, const struct kpi_earned *earned);
/* What was earned stays as it is in the batch by now, but for what the edit took along. */
void kpi_edit_put(const struct kpi_edit *edit, struct batch *batch);

/* ---- what was earned ------------------------------------------------------------------------- */

/* The ledger moves kpi_day.earned with every entry of a guide that has EXPENSE as a side, on the
 * date of the entry's event. A store that had entries before this was counted counts from the entry
 * it began with; kpi_earned.c. */

/* The first entry that is counted; STORE_ABSENT: none was posted since. */
enum store_result kpi_earned_from(struct reader *reader, uint64_t *ret_number) STORE_CHECKED;
void kpi_earned_begin(struct batch *batch, uint64_t number);
/* Before the LINE: reads what kpi_earned_add will. */
enum store_result kpi_earned_load(struct reader *reader, uint32_t guide,
                                  business_date date) STORE_CHECKED;
void kpi_earned_add(struct batch *batch, uint32_t guide, business_date date,
                    const int64_t amount[UNIT_COUNT]);

#endif
