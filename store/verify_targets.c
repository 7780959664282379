/* Targets: each names a guide who is there, and a span by its first date. And the mark that says
 * when an employment changed last: in a commit that there was. */
#include "store/targets.h"
#include "store/verify_inner.h"

static bool is_sound(struct bytes key, struct bytes value, struct target *ret)
{
    struct target_name name;
    if (!target_key_read(key, &name) || target_decode(value, ret) != STORE_OK) return false;
    const struct target_name *named = &ret->name;
    if (named->guide != name.guide || named->span != name.span || named->start != name.start ||
        named->kpi != name.kpi || ret->value == 0)
        return false;
    if (named->start < PERIOD_DATE_MIN || named->start > PERIOD_DATE_MAX) return false;
    return score_window_of(named->span, named->start).start == named->start;
}

static enum store_result visit_target(struct verify *verify, struct bytes key, struct bytes value)
{
    struct target target = {.name = {.guide = 0}};
    if (!is_sound(key, value, &target)) {
        verify_found(verify, "targets: a damaged record of guide %lu",
                     (unsigned long)target.name.guide);
        return STORE_OK;
    }
    enum store_result result =
        verify_party_get(verify, (struct party){PARTY_GUIDE, target.name.guide});
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "targets: guide %lu has %s account", (unsigned long)target.name.guide,
                 verify_word(result));
    return verify_fatal(result);
}

static enum store_result visit_roster(struct verify *verify, struct bytes key, struct bytes value)
{
    if (key.size != KEY_REST_OFFSET || value.size != sizeof(uint64_t) ||
        key_read_u64(value, 0) > verify->fence.commit)
        verify_found(verify, "roster: a damaged mark");
    return STORE_OK;
}

enum store_result verify_targets(struct verify *verify)
{
    enum store_result result = verify_table(verify, TABLE_TARGET, "targets", visit_target);
    return result == STORE_OK ? verify_table(verify, TABLE_ROSTER, "roster", visit_roster) : result;
}
