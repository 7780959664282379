#include "corruption.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"
#include "scratch.h"
#include "store/verify.h"

static struct verify_report report; /* 16 KiB: too much for the stack of a test */

static void change(struct store *store, void (*make)(struct batch *batch))
{
    struct batch *batch = batch_new(store);
    scenario_begin(batch, 2000);
    make(batch);
    assert_int_equal(batch_commit(batch), STORE_OK);
    batch_destroy(batch);
}

static bool found(const char *finding)
{
    for (uint64_t i = 0; i < report.finding_count && i < VERIFY_FINDINGS_MAX; i++)
        if (strstr(report.findings[i], finding) != NULL) return true;
    return false;
}

/* Verifies a sound store, or with `row` one that it corrupted. */
static void check(void (*make_sound)(struct batch *batch), const struct corruption_row *row)
{
    struct scratch scratch = scratch_make();
    struct store *store = scratch_store(&scratch, false);
    scenario_build(store);
    change(store, make_sound);
    if (row != NULL) change(store, row->corrupt);
    assert_int_equal(store_verify(store, SCENARIO_MERCHANT, NULL, NULL, &report), STORE_OK);
    bool good = row == NULL ? report.finding_count == 0 : found(row->finding);
    if (!good) {
        for (uint64_t i = 0; i < report.finding_count && i < VERIFY_FINDINGS_MAX; i++)
            print_message("  %s\n", report.findings[i]);
        fail_msg("%s: not found", row == NULL ? "nothing" : row->name);
    }
    store_close(store);
    scratch_remove(&scratch);
}

void corruptions_are_found(void (*make_sound)(struct batch *batch),
                           const struct corruption_row *rows, size_t row_count)
{
    check(make_sound, NULL);
    for (size_t i = 0; i < row_count; i++) check(make_sound, &rows[i]);
}
