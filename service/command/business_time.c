#include "service/command/business_time.h"

#include <string.h>

#include <glib.h>

#include "service/command/form.h"
#include "service/limits.h"

/* The zone used last on this thread: a merchant's never changes after its first event. */
static _Thread_local char last_name[TIME_ZONE_BYTES_MAX];
static _Thread_local GTimeZone *last_zone;
/* And its offset in the quarter of an hour that was asked for last, when it has but one there. */
enum { QUARTER_SECONDS = 900, QUARTER_NONE = -1 };
static _Thread_local int64_t last_quarter = QUARTER_NONE;
static _Thread_local int32_t last_offset;

static GTimeZone *zone_of(const char *name)
{
    if (last_zone != NULL && strcmp(last_name, name) == 0) return last_zone;
    GTimeZone *zone = g_time_zone_new_identifier(name);
    if (zone == NULL) return NULL;
    if (last_zone != NULL) g_time_zone_unref(last_zone);
    last_zone = zone;
    last_quarter = QUARTER_NONE;
    g_strlcpy(last_name, name, sizeof last_name);
    return zone;
}

bool business_time_zone_exists(const char *name)
{
    /* Names only: no path tricks, no POSIX rules. */
    if (name[0] == '\0' || strlen(name) >= TIME_ZONE_BYTES_MAX || strchr("/.:", name[0]) != NULL ||
        strstr(name, "..") != NULL)
        return false;
    return zone_of(name) != NULL;
}

static int32_t offset_at(GTimeZone *zone, int64_t seconds)
{
    int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, seconds);
    return g_time_zone_get_offset(zone, interval);
}

/* Seconds since 1970-01-01 00:00 of the merchant's own clock. GLib walks over all changes of the
 * clocks since 1883; most purchases are of now. */
static int64_t local_seconds(const struct merchant *merchant, uint64_t at_ms)
{
    GTimeZone *zone = zone_of(merchant->time_zone);
    int64_t seconds = (int64_t)(at_ms / 1000);

    if (zone == NULL) return seconds;
    int64_t quarter = seconds / QUARTER_SECONDS;
    if (quarter == last_quarter) return seconds + last_offset;
    int64_t begins = quarter * QUARTER_SECONDS;
    int32_t offset = offset_at(zone, begins);
    if (offset != offset_at(zone, begins + QUARTER_SECONDS - 1))
        return seconds + offset_at(zone, seconds);
    last_quarter = quarter;
    last_offset = offset;
    return seconds + offset;
}

unsigned business_time_local_minute(const struct merchant *merchant, uint64_t at_ms)
{
    int64_t minute = local_seconds(merchant, at_ms) / 60 % (24 * 60);
    return (unsigned)(minute >= 0 ? minute : minute + 24 * 60);
}

business_date business_date_at(const struct merchant *merchant, uint64_t at_ms)
{
    int64_t local = local_seconds(merchant, at_ms) - (int64_t)merchant->day_cutoff_minutes * 60;
    int64_t day = local >= 0 ? local / 86400 : -((-local + 86399) / 86400);
    return (business_date)day;
}

enum outcome business_time_occurred(struct command_call *call,
                                    const Google__Protobuf__Timestamp *time, const char *field,
                                    uint64_t *ret_at_ms)
{
    if (time == NULL) {
        *ret_at_ms = call->now_ms;
        return OUTCOME_OK;
    }
    if (time->seconds < 0 || time->seconds > INT64_C(253402300799) || time->nanos < 0 ||
        time->nanos > 999999999)
        return form_refuse(call, OUTCOME_TIME_INVALID, field,
                           "1970-01-01T00:00:00Z .. now + 10 min");
    uint64_t at_ms = (uint64_t)time->seconds * 1000 + (uint64_t)time->nanos / 1000000;
    if (at_ms > call->now_ms + LIMIT_AHEAD_MS)
        return form_refuse(call, OUTCOME_TIME_IN_FUTURE, field, "now + 10 min");
    *ret_at_ms = at_ms;
    return OUTCOME_OK;
}
