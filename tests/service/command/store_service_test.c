/* Verify and backup of the live store. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void verify_proves_the_merchant_it_is_asked_for(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=2 amount_minor=1000",
                NULL),
        ANSWERS("admin", verify_store, "",
                "done=1 entries=3 credits=3 accounts=5 purchases=1 codes=5 !finding_count "
                "findings#=0"),
        ANSWERS("operator", verify_store, "merchant_number=1", "done=1 entries=3"),
        REFUSES("operator", verify_store, "", OUTCOME_FIELD_REQUIRED, "merchant_number"),
        REFUSES("operator", verify_store, "merchant_number=9", OUTCOME_MERCHANT_UNKNOWN, NULL),
        REFUSES("auditor", verify_store, "merchant_number=2", OUTCOME_NOT_YOURS,
                "merchant_number"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_backup_goes_into_a_new_folder(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("operator", backup_store, "path=$folder/copy", "done=1"),
        REFUSES("operator", backup_store, "path=$folder/copy", OUTCOME_BACKUP_FAILED, "path"),
        REFUSES("operator", backup_store, "path=$folder/no/such/parent", OUTCOME_BACKUP_FAILED,
                "path"),
        REFUSES("operator", backup_store, "path=copy", OUTCOME_PATH_INVALID, "path"),
        REFUSES("operator", backup_store, "", OUTCOME_PATH_INVALID, "path"),
        REFUSES("operator", backup_store, "path=/tmp/../etc/copy", OUTCOME_PATH_INVALID, "path"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_proves_the_merchant_it_is_asked_for),
        cmocka_unit_test(a_backup_goes_into_a_new_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
