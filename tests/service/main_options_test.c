/* The tables of settings themselves, beckond's and beckon-web's: what the engine takes for granted
 * of them, and what goes together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/web/options.h"
#include "service/main_options.h"

static char *NONE[] = {NULL};

static void assert_row_is_sound(const struct settings_program *program, size_t index)
{
    const struct settings_row *row = &program->rows[index];
    size_t size = strlen(row->name);
    assert_int_equal(strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789-"), size);
    assert_true(row->name[0] != '-' && row->name[size - 1] != '-');
    assert_true(strlen(row->help) > 8 && strchr(row->help, '\n') == NULL);
    assert_true(row->offset < program->values_size);
    assert_int_equal(row->type == SETTINGS_CHOICE, row->choices != NULL);
    bool bare = row->type == SETTINGS_CHOICE || row->type == SETTINGS_FLAG;
    assert_int_equal(bare, row->value == NULL);
    assert_false(row->alone && !row->flag_only);
    for (size_t i = 0; i < index; i++) {
        assert_string_not_equal(program->rows[i].name, row->name);
        assert_int_not_equal(program->rows[i].offset, row->offset);
    }
}

static void every_row_is_sound_and_stands_once(void **state)
{
    (void)state;
    const struct settings_program *programs[] = {options_program(), web_options_program()};
    for (size_t i = 0; i < 2; i++) {
        assert_true(programs[i]->row_count <= SETTINGS_ROWS_MAX);
        for (size_t k = 0; k < programs[i]->row_count; k++)
            assert_row_is_sound(programs[i], k);
    }
}

static bool read_flags(char **flags, struct options *ret_options, struct settings_error *ret_error)
{
    char *argv[16] = {"beckond"};
    int argc = 1;
    for (; *flags != NULL; flags++)
        argv[argc++] = *flags;
    return options_read(argc, argv, NONE, ret_options, ret_error);
}

static void without_settings_it_serves_with_the_defaults(void **state)
{
    (void)state;
    struct options options;
    struct settings_error error;
    assert_int_equal(unsetenv("XDG_STATE_HOME"), 0);
    assert_true(read_flags(NONE, &options, &error));
    assert_int_equal(options.job, OPTIONS_SERVE);
    assert_string_equal(options.data, "./beckon-data");
    assert_int_equal(options.listen.count, 1);
    assert_string_equal(options.listen.values[0], "127.0.0.1:7717");
    assert_null(options.metrics);
    assert_int_equal(options.log_slow_ms, 1000);
    assert_int_equal(options.store_buffer_bytes, 128 << 20);
    settings_free(&options.texts);
    assert_int_equal(setenv("XDG_STATE_HOME", "/state", 1), 0);
    assert_true(read_flags(NONE, &options, &error));
    assert_string_equal(options.data, "/state/beckon");
    settings_free(&options.texts);
}

static void what_belongs_together_is_refused_alone(void **state)
{
    (void)state;
    static const struct { char *flags[3]; const char *sentence; } rows[] = {
        {{"--master-key", "x"}, "--master-key goes with --restore"},
        {{"--erasures", "x"}, "--erasures goes with --restore"},
        {{"--sms-hook-secret", "x"}, "sms-hook-secret goes with sms-hook"},
        {{"--store-buffer", "1048575"}, "store-buffer is 0 or at least 1MiB"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct options options;
        struct settings_error error;
        char *flags[4] = {rows[i].flags[0], rows[i].flags[1], NULL};
        assert_false(read_flags(flags, &options, &error));
        assert_memory_equal(error.text, rows[i].sentence, strlen(rows[i].sentence));
    }
}

static void each_job_follows_from_its_flag(void **state)
{
    (void)state;
    static const struct { char *flags[3]; enum options_job job; } rows[] = {
        {{"--help"}, OPTIONS_HELP}, {{"--version"}, OPTIONS_VERSION},
        {{"--methods"}, OPTIONS_METHODS}, {{"--man"}, OPTIONS_MAN},
        {{"--sample-config"}, OPTIONS_SAMPLE}, {{"--check-config"}, OPTIONS_CHECK},
        {{"--restore", "x"}, OPTIONS_RESTORE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct options options;
        struct settings_error error;
        char *flags[4] = {rows[i].flags[0], rows[i].flags[1], NULL};
        assert_true(read_flags(flags, &options, &error));
        assert_int_equal(options.job, rows[i].job);
        settings_free(&options.texts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_sound_and_stands_once),
        cmocka_unit_test(without_settings_it_serves_with_the_defaults),
        cmocka_unit_test(what_belongs_together_is_refused_alone),
        cmocka_unit_test(each_job_follows_from_its_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
