/* What beckon doctor makes of what the service says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "clients/cli/doctor.h"

#define NOW_S INT64_C(1800000000)
#define GIB (UINT64_C(1) << 30)

/* A service that is well; a row changes what it is about. */
struct well {
    Beckon__V1__GetStoreInfoResponse info;
    Google__Protobuf__Timestamp now, made, rehearsed;
    Beckon__V1__BackupInfo backup;
};

static void be_well(struct well *well)
{
    *well = (struct well){.info = BECKON__V1__GET_STORE_INFO_RESPONSE__INIT,
                          .now = GOOGLE__PROTOBUF__TIMESTAMP__INIT,
                          .made = GOOGLE__PROTOBUF__TIMESTAMP__INIT,
                          .rehearsed = GOOGLE__PROTOBUF__TIMESTAMP__INIT,
                          .backup = BECKON__V1__BACKUP_INFO__INIT};
    well->now.seconds = NOW_S;
    well->made.seconds = well->rehearsed.seconds = NOW_S - 3600;
    well->backup.well = true;
    well->backup.path = (char *)"/backups/1";
    well->backup.cause = (char *)"";
    well->backup.made_at = &well->made;
    well->backup.rehearsed_at = &well->rehearsed;
    well->info.version = (char *)BECKON_VERSION;
    well->info.now = &well->now;
    well->info.backup = &well->backup;
    well->info.used_bytes = GIB;
    well->info.map_bytes = 64 * GIB;
    well->info.buffer_bytes = GIB / 8;
    well->info.disk_free_bytes = 50 * GIB;
    well->info.disk_bytes = 100 * GIB;
    well->info.descriptors = 20;
    well->info.descriptors_max = 4096;
    well->info.tls = true;
    well->info.certificate_days = 60;
}

static void older(struct well *well) { well->info.version = (char *)"0.0.1"; }
static void clock_6_s(struct well *well) { well->now.seconds -= 6; }
static void clock_1_h(struct well *well) { well->now.seconds += 3600; }
static void clock_waits(struct well *well) { well->info.clock_waits = true; }
static void disk_9_percent(struct well *well) { well->info.disk_free_bytes = 9 * GIB; }
static void disk_full(struct well *well) { well->info.disk_free_bytes = GIB - 1; }
static void map_70(struct well *well) { well->info.used_bytes = 45 * GIB; }
static void map_90(struct well *well) { well->info.used_bytes = 58 * GIB; }
static void full(struct well *well) { well->info.full = true; }
static void old_read(struct well *well) { well->info.oldest_snapshot_commits = 100000; }
static void much_held(struct well *well) { well->info.held_bytes = GIB / 4; }
static void descriptors_80(struct well *well) { well->info.descriptors = 3300; }
static void few_descriptors(struct well *well) { well->info.descriptors_max = 256; }
static void ends_soon(struct well *well) { well->info.certificate_days = 13; }
static void ended(struct well *well) { well->info.certificate_days = -1; }
static void no_backup(struct well *well) { well->info.backup = NULL; }
static void bad_backup(struct well *well) { well->backup.well = false; }
static void backup_2_days(struct well *well) { well->made.seconds = NOW_S - 48 * 3600; }
static void backup_7_days(struct well *well) { well->made.seconds = NOW_S - 168 * 3600; }
static void warned(struct well *well)
{
    static char *warnings[] = {(char *)"Nobody can sign in."};
    well->info.n_warnings = 1;
    well->info.warnings = warnings;
}

static void each_thing_out_of_order_is_found_with_what_to_do(void **state)
{
    (void)state;
    static const struct { void (*ill)(struct well *); const char *name; enum doctor_level level; }
    rows[] = {
        {older, "version", DOCTOR_WARN},          {clock_6_s, "clock", DOCTOR_WARN},
        {clock_1_h, "clock", DOCTOR_FAIL},        {clock_waits, "clock", DOCTOR_FAIL},
        {disk_9_percent, "disk", DOCTOR_WARN},    {disk_full, "disk", DOCTOR_FAIL},
        {map_70, "store", DOCTOR_WARN},           {map_90, "store", DOCTOR_FAIL},
        {old_read, "reads", DOCTOR_WARN},         {much_held, "buffer", DOCTOR_WARN},
        {descriptors_80, "descriptors", DOCTOR_WARN},
        {few_descriptors, "descriptors", DOCTOR_WARN}, {ends_soon, "certificate", DOCTOR_WARN},
        {ended, "certificate", DOCTOR_FAIL},      {no_backup, "backup", DOCTOR_WARN},
        {bad_backup, "backup", DOCTOR_FAIL},      {backup_2_days, "backup", DOCTOR_WARN},
        {backup_7_days, "backup", DOCTOR_FAIL},   {warned, "settings", DOCTOR_WARN},
        {full, "writes", DOCTOR_FAIL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct well well;
        struct doctor doctor = {.count = 0};
        unsigned found = 0;
        be_well(&well);
        rows[i].ill(&well);
        doctor_judge(&doctor, &well.info, NOW_S * 1000);
        for (size_t k = 0; k < doctor.count; k++) {
            const struct doctor_finding *finding = &doctor.findings[k];
            bool ok = finding->level == DOCTOR_OK;
            if (ok != (finding->remedy[0] == '\0'))
                fail_msg("row %zu: %s: \"%s\"", i, finding->name, finding->remedy);
            if (ok)
                continue;
            if (strcmp(finding->name, rows[i].name) != 0 || finding->level != rows[i].level)
                fail_msg("row %zu: %s %d: %s", i, finding->name, finding->level, finding->told);
            found++;
        }
        if (found != 1)
            fail_msg("row %zu: %u findings", i, found);
    }
}

static void who_is_well_needs_nothing(void **state)
{
    (void)state;
    struct well well;
    struct doctor doctor = {.count = 0};
    be_well(&well);
    well.info.used_bytes = 63 * GIB; /* most of it can be used again */
    well.info.free_bytes = 60 * GIB;
    doctor_judge(&doctor, &well.info, NOW_S * 1000);
    for (size_t i = 0; i < doctor.count; i++)
        assert_int_equal(doctor.findings[i].level, DOCTOR_OK);
    assert_true(doctor.count >= 7);
}

static void more_findings_than_there_is_room_for_are_left_out(void **state)
{
    (void)state;
    struct doctor doctor = {.count = 0};
    for (int i = 0; i < DOCTOR_FINDINGS_MAX + 3; i++)
        doctor_find(&doctor, DOCTOR_WARN, "x", "", "%d", i);
    assert_int_equal(doctor.count, DOCTOR_FINDINGS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thing_out_of_order_is_found_with_what_to_do),
        cmocka_unit_test(who_is_well_needs_nothing),
        cmocka_unit_test(more_findings_than_there_is_room_for_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
