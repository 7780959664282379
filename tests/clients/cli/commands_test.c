/* The table of commands against the API: what it names must be there, and nothing may be
 * missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "beckon/v1/code_service.pb-c.h"
#include "beckon/v1/credit_service.pb-c.h"
#include "beckon/v1/export_service.pb-c.h"
#include "beckon/v1/redemption_service.pb-c.h"
#include "beckon/v1/guide_service.pb-c.h"
#include "beckon/v1/ledger_service.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"
#include "beckon/v1/merchant_service.pb-c.h"
#include "beckon/v1/privacy_service.pb-c.h"
#include "beckon/v1/program_service.pb-c.h"
#include "beckon/v1/purchase_service.pb-c.h"
#include "beckon/v1/shop_service.pb-c.h"
#include "beckon/v1/store_service.pb-c.h"
#include "beckon/v1/token_service.pb-c.h"
#include "beckon/v1/sign_in_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/cli.h"
#include "clients/cli/options.h"
#include "clients/cli/table.h"
#include "clients/message/message.h"

static const ProtobufCServiceDescriptor *const SERVICES[] = {
    &beckon__v1__merchant_service__descriptor, &beckon__v1__shop_service__descriptor,
    &beckon__v1__guide_service__descriptor,    &beckon__v1__code_service__descriptor,
    &beckon__v1__member_service__descriptor,   &beckon__v1__purchase_service__descriptor,
    &beckon__v1__program_service__descriptor,  &beckon__v1__ledger_service__descriptor,
    &beckon__v1__token_service__descriptor,    &beckon__v1__store_service__descriptor,
    &beckon__v1__credit_service__descriptor,   &beckon__v1__redemption_service__descriptor,
    &beckon__v1__export_service__descriptor,   &beckon__v1__privacy_service__descriptor,
    &beckon__v1__sign_in_service__descriptor,
};

static void check_fields(const struct verb *verb)
{
    const ProtobufCMethodDescriptor *method =
        protobuf_c_service_descriptor_get_method_by_name(verb->service, verb->method);
    assert_non_null(method);
    for (const struct option_spec *spec = verb->options; spec && spec->name; spec++) {
        if (spec->field && !message_field(method->input, spec->field))
            fail_msg("%s: there is no field %s", verb->method, spec->field);
    }
    const ProtobufCFieldDescriptor *shown =
        verb->shows ? message_field(method->output, verb->shows) : NULL;
    assert_true(!verb->shows || shown);
    if (verb->run == verb_list && (!verb->shows || !verb->columns))
        fail_msg("%s is a list without columns", verb->method);
    g_auto(GStrv) columns = g_strsplit(verb->columns ? verb->columns : "", ",", -1);
    for (size_t i = 0; columns[i]; i++) {
        if (!message_field(shown->descriptor, columns[i]))
            fail_msg("%s: there is no column %s", verb->method, columns[i]);
    }
}

static void every_option_and_column_names_a_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        for (size_t k = 0; k < NOUNS[i]->verb_count; k++) {
            if (NOUNS[i]->verbs[k].service)
                check_fields(&NOUNS[i]->verbs[k]);
        }
    }
}

static bool has_command(const ProtobufCServiceDescriptor *service, const char *method)
{
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        for (size_t k = 0; k < NOUNS[i]->verb_count; k++) {
            const struct verb *verb = &NOUNS[i]->verbs[k];
            if (verb->service == service && strcmp(verb->method, method) == 0)
                return true;
        }
    }
    /* Imports call these. */
    return strcmp(method, "RegisterMembers") == 0 || strcmp(method, "RecordPurchases") == 0;
}

static void every_method_of_the_api_has_a_command(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SERVICES / sizeof SERVICES[0]; i++) {
        for (unsigned k = 0; k < SERVICES[i]->n_methods; k++) {
            if (!has_command(SERVICES[i], SERVICES[i]->methods[k].name))
                fail_msg("%s has no command", SERVICES[i]->methods[k].name);
        }
    }
}

/* Runs beckon with these words, without a service; returns what it wrote. */
static char *run(enum cli_exit wanted, const char *const *words)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    struct cli cli = {.out = out, .err = out};
    char *argv[12] = {(char *)"beckon"};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)words[argc - 1];
    assert_int_equal(cli_main(&cli, argc, argv), wanted);
    fclose(out);
    return text;
}

static void every_command_has_help_with_an_example_of_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        for (size_t k = 0; k < NOUNS[i]->verb_count; k++) {
            const struct verb *verb = &NOUNS[i]->verbs[k];
            const char *words[4] = {NOUNS[i]->name, verb->name ? verb->name : "--help",
                                    verb->name ? "--help" : NULL, NULL};
            char *text = run(CLI_OK, words);
            g_autofree char *self =
                g_strdup_printf("  beckon %s%s%s", NOUNS[i]->name, verb->name ? " " : "",
                                verb->name ? verb->name : "");
            if (!strstr(text, self) && strcmp(NOUNS[i]->name, "import") != 0)
                fail_msg("no example in:\n%s", text);
            free(text);
        }
    }
}

static const struct option_spec *option_of(const struct verb *verb, const char *name)
{
    for (const struct option_spec *spec = verb->options; spec && spec->name; spec++) {
        if (strcmp(spec->name, name) == 0)
            return spec;
    }
    return NULL;
}

static void check_options(const struct noun *noun, const struct verb *verb)
{
    const struct option_spec *sets[CLI_OPTION_SETS_MAX];
    size_t set_count = options_sets(verb, sets), count = 0;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < set_count; i++) {
        for (const struct option_spec *spec = sets[i]; spec->name; spec++, count++) {
            if (!spec->help || spec->help[0] == '\0')
                fail_msg("beckon %s %s: %s has no help", noun->name, verb->name, spec->name);
            if (!g_hash_table_add(seen, (char *)spec->name))
                fail_msg("beckon %s %s: %s twice", noun->name, verb->name, spec->name);
        }
    }
    assert_true(count <= CLI_OPTIONS_MAX);
    /* What is typed again is an argument, an option, or a word, and what is lost is said. */
    bool word = verb->typed && g_ascii_islower(verb->typed[0]);
    assert_true(!verb->typed || word || option_of(verb, verb->typed));
    assert_true(!verb->typed_if || option_of(verb, verb->typed_if));
    assert_true(!verb->typed || (verb->loss && verb->loss_zh));
}

static void every_option_has_help_and_a_name_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        for (size_t k = 0; k < NOUNS[i]->verb_count; k++)
            check_options(NOUNS[i], &NOUNS[i]->verbs[k]);
    }
}

static void what_was_meant_is_suggested(void **state)
{
    (void)state;
    static const struct { const char *words[6], *told; } rows[] = {
        {{"shp"}, "did you mean: beckon shop?"},
        {{"Shop"}, "did you mean: beckon shop?"},
        {{"shp", "crate"}, "did you mean: beckon shop create?"},
        {{"create", "shop"}, "did you mean: beckon shop create?"},
        {{"list", "members"}, "did you mean: beckon member list?"},
        {{"register"}, "beckon member register"},
        {{"shop", "crate"}, "did you mean: beckon shop create?"},
        {{"member", "show"}, "did you mean: beckon member get?"},
        {{"xyzzy"}, "beckon --help lists"},
        {{"shop", "xyzzy"}, "beckon shop --help lists"},
        {{"shop", "list", "--limti", "3"}, "did you mean --limit?"},
        {{"shop", "list", "--c", "x"}, "--columns, --csv"},
        {{"shop", "list", "--columns", "shop_ip"}, "did you mean shop_id?"},
        {{"code", "create", "guide:1", "--channel", "bagde"}, "did you mean badge?"},
        {{"import", "memebers", "x"}, "did you mean members?"},
        {{"member", "list", "--csv=exel"}, "did you mean excel?"},
        {{"shop", "list", "--csv", "--json"}, "can't both be had"},
        {{"completion", "tcsh"}, "bash, zsh, fish"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = run(CLI_USAGE, rows[i].words);
        if (!strstr(text, rows[i].told))
            fail_msg("%s", text);
        free(text);
    }
}

/* No terminal: a script that does not say what it means is refused, and nothing is called. */
static void what_cant_be_taken_back_is_refused_where_nobody_can_be_asked(void **state)
{
    (void)state;
    static const char *const rows[][8] = {
        {"member", "erase", "5"}, {"guide", "erase", "5", "--reason", "request"},
        {"token", "revoke", "5"}, {"code", "revoke", "ABCDEFGH9"}, {"settlement", "close", "1"},
        {"settlement", "cancel", "1", "--reason", "x"}, {"guide", "leave", "1", "--until", "x"},
        {"handover", "make", "1", "--all", "--date", "x", "--reason=x"},
        {"debt", "write-off", "guide:1", "1", "--amount", "1", "--reason=x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = run(CLI_USAGE, rows[i]);
        if (!strstr(text, "--yes"))
            fail_msg("%s %s: %s", rows[i][0], rows[i][1], text);
        free(text);
    }
    static const char *const said[] = {"token", "revoke", "5", "--yes", "--address",
                                       "unix:/nonexistent/socket", NULL};
    free(run(CLI_UNREACHABLE, said));
    static const char *const few[] = {"handover", "make", "1", "--date=2026-01-01", "--reason=x",
                                      "--address=unix:/nonexistent/socket", NULL};
    free(run(CLI_UNREACHABLE, few));
}

static void help_keeps_to_the_width_of_the_terminal(void **state)
{
    (void)state;
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        char *text = run(CLI_OK, (const char *const[]){"help", NOUNS[i]->name, NULL});
        bool layout = NOUNS[i]->more || strcmp(NOUNS[i]->name, "import") == 0;
        bool examples = false;
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (size_t k = 0; lines[k]; k++) {
            examples = examples || strcmp(lines[k], "Examples:") == 0;
            if (table_width(lines[k]) > 80 && !examples && !layout && k > 0)
                fail_msg("%s", lines[k]);
        }
        free(text);
    }
}

static void wrong_command_lines_exit_with_usage(void **state)
{
    (void)state;
    static const char *const rows[][6] = {
        {NULL}, {"nosuch"}, {"shop"}, {"shop", "nosuch"}, {"shop", "create"},
        {"shop", "list", "--limit", "0"}, {"balance", "get", "cat:3"},
        {"code", "create", "guide:1", "--channel", "moon"},
        {"import", "cats", "x.csv"}, {"member", "update", "5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        free(run(CLI_USAGE, rows[i]));
}

static void no_service_exits_with_unreachable(void **state)
{
    (void)state;
    static const char *const words[] = {"health", "--address", "unix:/nonexistent/socket", NULL};
    char *text = run(CLI_UNREACHABLE, words);
    assert_non_null(strstr(text, "can't be reached"));
    free(text);
}

static void an_address_that_is_not_local_is_refused(void **state)
{
    (void)state;
    static const char *const words[] = {"health", "--address", "192.0.2.1:7717", NULL};
    char *text = run(CLI_USAGE, words);
    assert_non_null(strstr(text, "loopback"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_and_column_names_a_field),
        cmocka_unit_test(every_method_of_the_api_has_a_command),
        cmocka_unit_test(every_command_has_help_with_an_example_of_itself),
        cmocka_unit_test(every_option_has_help_and_a_name_of_its_own),
        cmocka_unit_test(what_was_meant_is_suggested),
        cmocka_unit_test(what_cant_be_taken_back_is_refused_where_nobody_can_be_asked),
        cmocka_unit_test(help_keeps_to_the_width_of_the_terminal),
        cmocka_unit_test(wrong_command_lines_exit_with_usage),
        cmocka_unit_test(no_service_exits_with_unreachable),
        cmocka_unit_test(an_address_that_is_not_local_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
