/* Every write of the API is in the audit trail, or stands here with the reason why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "beckon/v1/audit_service.pb-c.h"
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

/* ---- reads of personal data ------------------------------------------------------------------ */

/* Reads whose replies can name somebody and are not on record, each with the reason. */
static const struct { const char *method, *reason; } unnoted[] = {
    {"ResolveCode", "strangers ask; names are masked"},
    {"ListReferees", "names are masked"},
    {"GetSession", "his own name"},
    {"GetSignInLink", "the name is masked"},
    {"GetBalance", "an employee number beside amounts; no name"},
    {"ListBalances", "as GetBalance"},
    {"GetPeriodClose", "as GetBalance"},
    {"ListSettlementLines", "as GetBalance; what is taken out with names is an entry"},
    {"ListStatements", "as GetBalance"},
    {"GetStatement", "as GetBalance; printing it is an entry"},
    {"ListSettlementWarnings", "as GetBalance"},
    {"GetScoreboard", "colleagues' names on the shop's own board, asked for again and again"},
    {"ListRanking", "as GetScoreboard"},
    {"WatchScoreboard", "as GetScoreboard"},
};

/* Fields that name a person, in whatever message; and messages of which they name a thing. */
static const char *const personal[] = {
    "phone", "name", "birthday", "employee_no", "document_number", "display_name", "owner_name",
};
static const char *const things[] = {"Shop", "Merchant", "Attribute"};

static bool is_among(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, list[i]) == 0) return true;
    return false;
}

/* Types don't hold themselves, so this ends. */
static bool names_somebody(const ProtobufCMessageDescriptor *type)
{
    bool thing = is_among(type->short_name, things, sizeof things / sizeof things[0]);
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (field->type == PROTOBUF_C_TYPE_MESSAGE && names_somebody(field->descriptor))
            return true;
        if (!thing && field->type == PROTOBUF_C_TYPE_STRING &&
            is_among(field->name, personal, sizeof personal / sizeof personal[0]))
            return true;
    }
    return false;
}

static bool is_unnoted(const char *name)
{
    for (size_t i = 0; i < sizeof unnoted / sizeof unnoted[0]; i++)
        if (strcmp(unnoted[i].method, name) == 0) return unnoted[i].reason[0] != '\0';
    return false;
}

static void every_read_that_names_somebody_is_noted_or_an_exception(void **state)
{
    (void)state;
    size_t count, noted = 0, excepted = 0;
    const struct method *methods = method_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct command *command = methods[i].command;
        if (command == NULL || command->write != NULL || !names_somebody(command->reply)) continue;
        bool exception = is_unnoted(name_of(&methods[i]));
        if ((command->note != NULL) == exception)
            fail_msg("%s: noted, or an exception with its reason; not both", name_of(&methods[i]));
        noted += command->note != NULL;
        excepted += exception;
    }
    assert_true(noted >= 6);
    assert_int_equal(excepted, sizeof unnoted / sizeof unnoted[0]); /* none is out of date */
}

/* ---- names ----------------------------------------------------------------------------------- */

/* "GetMember" as "AUDIT_ACTION_GET_MEMBER". */
static void write_action(const char *method, char ret[128])
{
    size_t size = strlen(strcpy(ret, "AUDIT_ACTION"));
    for (const char *at = method; *at != '\0'; at++) {
        assert_true(size < 125);
        if (*at >= 'A' && *at <= 'Z') ret[size++] = '_';
        ret[size++] = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
    }
    ret[size] = '\0';
}

static void the_api_names_each_action_by_its_number(void **state)
{
    (void)state;
    unsigned actions = 0;
    for (int action = AUDIT_NONE + 1; action < AUDIT_ACTION_COUNT; action++) {
        const struct audit_action_info *info = audit_action_info((enum audit_action)action);
        char name[128];
        if (info == NULL) continue;
        write_action(info->method, name);
        const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(
            &beckon__v1__audit_action__descriptor, name);
        if (value == NULL || value->value != action)
            fail_msg("%s = %d is missing in audit_service.proto", name, action);
        actions++;
    }
    assert_int_equal(beckon__v1__audit_action__descriptor.n_values, actions + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_write_is_audited_or_an_exception),
        cmocka_unit_test(each_is_named_after_its_method_and_by_somebody_who_may_call_it),
        cmocka_unit_test(exceptions_are_writes_of_the_api),
        cmocka_unit_test(every_read_that_names_somebody_is_noted_or_an_exception),
        cmocka_unit_test(the_api_names_each_action_by_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
