#include "service/command/count.h"

#include <assert.h>

#include "store/accounts.h"
#include "store/purchases.h"

void count_begin(struct counting *counting, uint32_t member)
{
    assert(member != 0);
    counting->member = member;
    counting->day_on = DATE_NEVER;
    counting->expired_count = 0;
    counting->voids = false;
    recency_edit_begin(&counting->recency);
    kpi_edit_begin(&counting->kpi);
}

enum store_result count_last_days(struct reader *reader, struct counting *counting,
                                  struct account *account, business_date last,
                                  business_date second_last)
{
    const struct {
        enum recency_level level;
        business_date before, after;
    } moves[] = {{RECENCY_LAST, account->last_day, last},
                 {RECENCY_SECOND_LAST, account->second_last_day, second_last}};

    struct recency_edit *edit = &counting->recency;
    uint32_t guide = account->serving_guide;
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        if (moves[i].before == moves[i].after) continue;
        enum store_result result =
            recency_edit_add(edit, reader, guide, moves[i].level, moves[i].before, -1);
        if (result == STORE_OK)
            result = recency_edit_add(edit, reader, guide, moves[i].level, moves[i].after, 1);
        if (result != STORE_OK) return result;
    }
    account->last_day = last;
    account->second_last_day = second_last;
    return STORE_OK;
}

enum store_result count_calendar(struct reader *reader, struct counting *counting,
                                 const struct account *account, business_date date, bool begins)
{
    struct kpi_days beside;

    enum store_result result = kpi_days_beside(reader, counting->member, account, date, &beside);
    if (result != STORE_OK) return result;
    struct kpi_days with = beside;
    for (unsigned i = 0; i < KPI_SPAN_COUNT; i++) {
        enum kpi_span span = (enum kpi_span)i;
        business_date last_day = kpi_period(span, date).end - 1;
        uint32_t guide;

        kpi_days_add(&with, span, date);
        result = kpi_guide(reader, counting->member, account, last_day, &guide);
        if (result == STORE_OK)
            result = kpi_edit_span(&counting->kpi, reader, guide, span,
                                   begins ? &beside : &with, begins ? &with : &beside);
        if (result != STORE_OK) return result;
    }
    return STORE_OK;
}

void count_put(struct batch *batch, const struct counting *counting)
{
    if (counting->day_on != DATE_NEVER)
        purchase_days_put(batch, counting->member, counting->day_on, &counting->day);
    for (size_t i = 0; i < counting->expired_count; i++)
        bindings_put(batch, counting->member, &counting->expired[i]);
    if (counting->voids) registrations_put(batch, &counting->registration);
    recency_edit_put(&counting->recency, batch);
    kpi_edit_put(&counting->kpi, batch);
}
