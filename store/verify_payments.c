/* What became of the money of settlement lines: each line's result is the last that was taken down,
 * and followed from the one before. */
#include <inttypes.h>

#include "store/payments.h"
#include "store/settlements.h"
#include "store/verify_inner.h"

enum { PORTION = 16 };

/* The last result among a line's events; NONE when there is none. */
static enum store_result last_result(struct verify *verify, uint32_t run,
                                     const struct line_name *line, struct payment_event *ret)
{
    struct payment_event events[PORTION];
    size_t count = PORTION;
    uint32_t after = 0;

    *ret = (struct payment_event){.payment = PAYMENT_NONE};
    while (count == PORTION) {
        enum store_result result;
        do result = payments_list(&verify->reader, run, line, after, events, PORTION, &count);
        while (verify_again(verify, result));
        if (result != STORE_OK) return result;
        for (size_t i = 0; i < count; i++) {
            if (events[i].number != after + 1) return STORE_DAMAGED;
            after = events[i].number;
            if (events[i].payment != PAYMENT_NONE) *ret = events[i];
        }
    }
    return STORE_OK;
}

/* A line with nothing to pay counts as paid without anybody saying so. */
static bool agrees(const struct settlement_line *line, const struct payment_event *last)
{
    if (line->net_minor == 0)
        return line->payment <= PAYMENT_PAID && last->payment == PAYMENT_NONE;
    return line->payment == last->payment &&
           (line->payment == PAYMENT_NONE ||
            (line->payment_at == last->at && line->payment_by == last->by));
}

static enum store_result check_line(struct verify *verify, uint32_t run,
                                    const struct line_name *name)
{
    struct settlement_line line;
    struct payment_event last;
    enum store_result result;

    do result = settlement_lines_get(&verify->reader, run, name, &line);
    while (verify_again(verify, result));
    if (result != STORE_OK) {
        verify_found(verify, "run %lu: payments of %s %lu, who has no line in it",
                     (unsigned long)run, verify_kind(name->payee.kind),
                     (unsigned long)name->payee.number);
        return verify_fatal(result);
    }
    result = last_result(verify, run, name, &last);
    if (result == STORE_OK && agrees(&line, &last)) return STORE_OK;
    verify_found(verify, "run %lu: what became of the money of %s %lu does not add up",
                 (unsigned long)run, verify_kind(name->payee.kind),
                 (unsigned long)name->payee.number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* Every line that has a result, whether anybody took it down or not. */
static enum store_result visit_line(struct verify *verify, struct bytes key, struct bytes value)
{
    struct settlement_line line;
    struct line_name name;
    uint32_t run;

    (void)value;
    if (!settlement_line_key_read(key, &run, &name)) return STORE_OK; /* verify_settlements.c's */
    enum store_result result;
    do result = settlement_lines_get(&verify->reader, run, &name, &line);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result); /* likewise */
    return line.payment == PAYMENT_NONE ? STORE_OK : check_line(verify, run, &name);
}

/* Mostly one or two a line: each of them looks at the line anew. */
static enum store_result visit_event(struct verify *verify, struct bytes key, struct bytes value)
{
    struct line_name name;
    uint32_t run, number;

    (void)value;
    if (!payment_key_read(key, &run, &name, &number)) {
        verify_found(verify, "payments: a key of %zu bytes says nothing", key.size);
        return STORE_OK;
    }
    return check_line(verify, run, &name);
}

enum store_result verify_payments(struct verify *verify)
{
    enum store_result result =
        verify_table(verify, TABLE_RUN_LINE, "settlement lines", visit_line);
    if (result == STORE_OK)
        result = verify_table(verify, TABLE_PAYMENT, "payments", visit_event);
    return result;
}
