/* What closed runs keep of those they paid, and who took a run out, against runs and lines. */
#include <inttypes.h>

#include "store/exports.h"
#include "store/settlement_lines.h"
#include "store/settlement_payees.h"
#include "store/settlements.h"
#include "store/table.h"
#include "store/verify_inner.h"

enum { EXPORT_KEY_BYTES = KEY_REST_OFFSET + 8, EXPORTS_PAGE = 64 };

static enum store_result get_run(struct verify *verify, uint32_t number,
                                 struct settlement_run *ret)
{
    enum store_result result;
    do result = settlements_get(&verify->reader, number, ret);
    while (verify_again(verify, result));
    return result;
}

/* ---- payees ---------------------------------------------------------------------------------- */

/* A copy belongs to a line of a run that is being closed or is closed. */
static enum store_result check_copy(struct verify *verify, uint32_t run,
                                    const struct line_name *name)
{
    struct settlement_payee payee;
    struct settlement_line line;
    enum store_result result;

    do result = settlement_lines_get(&verify->reader, run, name, &line);
    while (verify_again(verify, result));
    if (result == STORE_OK)
        do result = settlement_payees_get(&verify->reader, run, name, &payee);
        while (verify_again(verify, result));
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "run %lu: what is kept of guide %lu has no line or does not open",
                 (unsigned long)run, (unsigned long)name->payee.number);
    return verify_fatal(result);
}

static enum store_result visit_payee(struct verify *verify, struct bytes key, struct bytes value)
{
    struct settlement_run run;
    struct line_name name;
    business_date until;
    uint32_t number = 0;

    (void)value;
    if (!settlement_payee_key_read(key, &number, &name)) {
        verify_found(verify, "payees of runs: a key is none");
        return STORE_OK;
    }
    enum store_result result = get_run(verify, number, &run);
    if (result != STORE_OK || run.state < RUN_CLOSING || run.state > RUN_PAID) {
        verify_found(verify, "run %lu keeps payees but is not closed", (unsigned long)number);
        return result == STORE_OK ? STORE_OK : verify_fatal(result);
    }
    if (name.payee.kind != PARTY_NONE) return check_copy(verify, number, &name);
    do result = settlement_payees_retained_until(&verify->reader, number, &until);
    while (verify_again(verify, result));
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "run %lu: until when its payees are kept is damaged",
                 (unsigned long)number);
    return verify_fatal(result);
}

static enum store_result count_copy(void *context, struct bytes key, struct bytes value,
                                    bool *ret_more)
{
    uint32_t *count = context;
    struct line_name name;
    uint32_t run;

    (void)value, (void)ret_more;
    if (settlement_payee_key_read(key, &run, &name) && name.payee.kind != PARTY_NONE) ++*count;
    return STORE_OK;
}

/* Every guide's line of a closed run has its copy: there are as many, and each has a line. */
static enum store_result count_copies(struct verify *verify, const struct settlement_run *run)
{
    uint32_t wanted = run->totals.line_count - run->totals.member_line_count, count;
    struct key prefix = key_begin(verify->merchant, TABLE_RUN_PAYEE);
    enum store_result result;

    if (run->state != RUN_CLOSED && run->state != RUN_PAID) return STORE_OK;
    key_u32(&prefix, run->number);
    struct key end = key_after(&prefix);
    do {
        count = 0;
        result = table_walk(&verify->reader, key_view(&prefix), key_view(&end), count_copy,
                            &count);
    } while (verify_again(verify, result));
    verify->work += count;
    if (result == STORE_OK && count == wanted) return STORE_OK;
    verify_found(verify, "run %lu keeps %lu payees and has %lu guides' lines",
                 (unsigned long)run->number, (unsigned long)count, (unsigned long)wanted);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* ---- exports --------------------------------------------------------------------------------- */

static enum store_result visit_export(struct verify *verify, struct bytes key, struct bytes value)
{
    struct export_event event;
    struct settlement_run run;
    enum store_result result = STORE_DAMAGED;
    uint32_t number = 0, export_number = 0;

    (void)value;
    if (key.size == EXPORT_KEY_BYTES) {
        number = key_read_u32(key, KEY_REST_OFFSET);
        export_number = key_read_u32(key, KEY_REST_OFFSET + 4);
    }
    if (number != 0 && export_number != 0) {
        do result = exports_get(&verify->reader, number, export_number, &event);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) result = get_run(verify, number, &run);
    if (result == STORE_OK && export_number <= run.export_count) return STORE_OK;
    verify_found(verify, "run %lu: export %lu is damaged or not counted", (unsigned long)number,
                 (unsigned long)export_number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

static enum store_result count_exports(struct verify *verify, const struct settlement_run *run)
{
    uint32_t numbers[EXPORTS_PAGE], after = 0, total = 0;
    enum store_result result;
    size_t count;

    do {
        do result = exports_list(&verify->reader, run->number, after, numbers, EXPORTS_PAGE,
                                 &count);
        while (verify_again(verify, result));
        if (result == STORE_OK && count > 0) {
            after = numbers[count - 1];
            total += (uint32_t)count;
        }
    } while (result == STORE_OK && count == EXPORTS_PAGE);
    if (result == STORE_OK && total == run->export_count) return STORE_OK;
    verify_found(verify, "run %lu counts %lu exports, there are %lu", (unsigned long)run->number,
                 (unsigned long)run->export_count, (unsigned long)total);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* ---- all ------------------------------------------------------------------------------------- */

static enum store_result visit_run(struct verify *verify, struct bytes key, struct bytes value)
{
    struct settlement_run run;
    uint32_t number;
    bool working;

    (void)value;
    /* Runs that can't be read are somebody else's finding. */
    if (!settlement_key_read(key, &number, &working) || working) return STORE_OK;
    enum store_result result = get_run(verify, number, &run);
    if (result != STORE_OK) return verify_fatal(result);
    result = count_copies(verify, &run);
    return result == STORE_OK ? count_exports(verify, &run) : result;
}

enum store_result verify_exports(struct verify *verify)
{
    enum store_result result = verify_table(verify, TABLE_RUN, "runs", visit_run);
    if (result == STORE_OK)
        result = verify_table(verify, TABLE_RUN_PAYEE, "payees of runs", visit_payee);
    if (result == STORE_OK) result = verify_table(verify, TABLE_EXPORT, "exports", visit_export);
    return result;
}
