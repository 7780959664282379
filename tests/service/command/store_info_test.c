/* What an operator is told of the service and its machine. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_operator_sees_the_store_and_the_machine(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("operator", get_store_info, "",
                "version=" BECKON_VERSION " schema_version=2 started_at=1970-01-01T00:00:01 "
                "clock_waits=1 "
                "disk_free_bytes=7 disk_bytes=9 connections=2 descriptors=20 "
                "descriptors_max=1024 tls=1 certificate_days=-3 backup.path=/backups/1 "
                "backup.made_at=1970-01-01T00:00:02 "
                "backup.rehearsed_at=1970-01-01T00:00:03 backup.cause=cut_off "
                "!backup.well warnings#=1 warnings[0]=Mind_the_gap. !oldest_snapshot_commits "
                "!buffer_bytes draining_percent=100"),
    };
    play_on_lmdb(NULL, 0, steps, sizeof steps / sizeof steps[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_operator_sees_the_store_and_the_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
