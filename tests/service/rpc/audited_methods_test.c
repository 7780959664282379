/* Every write of the API is in the audit trail, or stands here with the reason why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "service/command/audit.h"
#include "service/rpc/method_table.h"

static const struct { const char *method, *reason; } exceptions[] = {
    {"RegisterMember", "her registration and her first ledger lines tell it"},
    {"RegisterMembers", "as RegisterMember, a row each"},
    {"HandOutBenefit", "till traffic: the benefit says when and at which shop"},
    {"RecordPurchase", "till traffic: the purchase and the ledger tell it"},
    {"RecordPurchases", "as RecordPurchase, a row each"},
    {"RecordRefund", "till traffic: the refund and the ledger tell it"},
    {"RecordRefunds", "as RecordRefund, a row each"},
    {"Redeem", "till traffic: the redemption and the ledger tell it"},
    {"SendPhoneCode", "strangers ask; whose phone it is stays unsaid"},
    {"ProvePhone", "she signs herself in: her session says when"},
    {"RedeemSignInLink", "the link's making is told, with whose it is"},
    {"EndSession", "whoever signs off changes nothing of anybody's"},
    {"CancelRedemption", "till traffic: the redemption and the ledger tell it"},
};

static const char *name_of(const struct method *method)
{
    return strrchr(method->path, '/') + 1;
}

static bool is_exception(const char *name)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++)
        if (strcmp(exceptions[i].method, name) == 0) return exceptions[i].reason[0] != '\0';
    return false;
}

static const struct method *method_named(const char *name)
{
    size_t count;
    const struct method *methods = method_table(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(name_of(&methods[i]), name) == 0) return &methods[i];
    return NULL;
}

static void every_write_is_audited_or_an_exception(void **state)
{
    (void)state;
    size_t count, audited = 0;
    const struct method *methods = method_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct command *command = methods[i].command;
        const char *name = name_of(&methods[i]);
        if (command == NULL || command->write == NULL) continue;
        if ((command->audited != AUDIT_NONE) == is_exception(name))
            fail_msg("%s: audited, or an exception with its reason; not both", name);
        audited += command->audited != AUDIT_NONE;
    }
    assert_true(audited > 30);
}

static void each_is_named_after_its_method_and_by_somebody_who_may_call_it(void **state)
{
    (void)state;
    size_t count;
    const struct method *methods = method_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct command *command = methods[i].command;
        if (command == NULL || command->audited == AUDIT_NONE) continue;
        if ((command->write != NULL) == (command->note != NULL))
            fail_msg("%s: a write, or a read or stream with its note", name_of(&methods[i]));
        const struct audit_action_info *info = audit_action_info(command->audited);
        assert_non_null(info);
        assert_string_equal(info->method, name_of(&methods[i]));
        assert_int_equal(audit_action_named(info->method), command->audited);
        if ((methods[i].roles & info->roles) == 0) fail_msg("%s: by nobody", info->method);
    }
}

static void exceptions_are_writes_of_the_api(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        const struct method *method = method_named(exceptions[i].method);
        if (method == NULL || method->command == NULL || method->command->write == NULL)
            fail_msg("%s is no write", exceptions[i].method);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_write_is_audited_or_an_exception),
        cmocka_unit_test(each_is_named_after_its_method_and_by_somebody_who_may_call_it),
        cmocka_unit_test(exceptions_are_writes_of_the_api),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
