/* Sources of settings: who beats whom, what is refused and where the sentence points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/settings/settings.h"

struct values {
    const char *config, *name, *path;
    struct settings_list peers;
    uint64_t count, wait_ms, room_bytes;
    unsigned level;
    bool fast, help;
};

static const char *const LEVELS[] = {"low", "middle", "high", NULL};
#define AT(field) .offset = offsetof(struct values, field)
static const struct settings_row ROWS[] = {
    {"config", SETTINGS_PATH, AT(config), .value = "FILE", .help = "the file"},
    {"name", SETTINGS_TEXT, AT(name), .value = "NAME", .help = "a name", .reload = true},
    {"a-path", SETTINGS_PATH, AT(path), .value = "FILE", .help = "a path", .group = "More"},
    {"peer", SETTINGS_LIST, AT(peers), .value = "ADDRESS", .fallback = "one", .maximum = 3,
     .help = "peers"},
    {"count", SETTINGS_NUMBER, AT(count), .value = "N", .fallback = "7", .minimum = 1,
     .maximum = 100, .help = "how many"},
    {"wait", SETTINGS_DURATION, AT(wait_ms), .value = "TIME", .fallback = "15s", .minimum = 100,
     .maximum = 86400000, .help = "how long"},
    {"room", SETTINGS_SIZE, AT(room_bytes), .value = "SIZE", .fallback = "4KiB", .minimum = 1,
     .maximum = UINT64_C(1) << 40, .help = "how large"},
    {"level", SETTINGS_CHOICE, AT(level), .choices = LEVELS, .fallback = "middle",
     .sample = "high", .help = "how loud"},
    {"fast", SETTINGS_FLAG, AT(fast), .help = "hurry"},
    {"help", SETTINGS_FLAG, AT(help), .flag_only = true, .alone = true, .help = "prints this"},
};
static const struct settings_program PROGRAM = {
    .name = "toy", .prefix = "TOY_", .version = "1", .summary = "a toy", .usage = "toy\n",
    .notes = "'quoted\n.dotted\nback\\slash\n", .rows = ROWS,
    .row_count = sizeof ROWS / sizeof *ROWS, .values_size = sizeof(struct values),
    .config = "config",
};

static char file_path[] = "/tmp/settings_test.XXXXXX";

static void file_write(const void *bytes, size_t size)
{
    FILE *file = fopen(file_path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

struct state {
    struct values values;
    struct settings_texts texts;
    struct settings_origins origins;
    struct settings_error error;
};

static char *NONE[] = {NULL};

static bool read_with(struct state *state, char **flags, char **environment)
{
    char *argv[16] = {"toy"};
    int argc = 1;
    for (; *flags != NULL; flags++)
        argv[argc++] = *flags;
    *state = (struct state){0};
    return settings_read(&PROGRAM, argc, argv, environment, &state->values, &state->texts,
                         &state->origins, &state->error);
}

/* Reads this file alone. */
static bool read_file(struct state *state, const char *text)
{
    file_write(text, strlen(text));
    return read_with(state, (char *[]){"--config", file_path, NULL}, NONE);
}

static void without_sources_the_defaults_hold(void **context)
{
    (void)context;
    struct state state;
    assert_true(read_with(&state, NONE, NONE));
    assert_null(state.values.name);
    assert_int_equal(state.values.peers.count, 1);
    assert_string_equal(state.values.peers.values[0], "one");
    assert_int_equal(state.values.count, 7);
    assert_int_equal(state.values.wait_ms, 15000);
    assert_int_equal(state.values.room_bytes, 4096);
    assert_int_equal(state.values.level, 1);
    assert_false(state.values.fast);
    settings_free(&state.texts);
}

static void a_flag_beats_the_environment_which_beats_the_file(void **context)
{
    (void)context;
    struct state state;
    const char *text = "# a comment\n[toy]\nname = file\na-path=/file\ncount = 9\npeer = a\n"
                       "peer = b\n\nlevel = low\nfast = on\n";
    file_write(text, strlen(text));
    assert_true(read_with(&state, (char *[]){"--name=flag", "--fast=off", NULL},
                          (char *[]){"TOY_NAME=environment", "TOY_A_PATH=/environment",
                                     "TOY_COUNT=", "TOY_PORT=tcp://x", file_path, NULL}));
    assert_int_equal(state.values.count, 7); /* no file named yet; an empty variable is none */
    settings_free(&state.texts);
    char config[64];
    snprintf(config, sizeof config, "TOY_CONFIG=%s", file_path);
    assert_true(read_with(&state, (char *[]){"--name=flag", "--fast=off", NULL},
                          (char *[]){"TOY_NAME=environment", "TOY_A_PATH=/environment", config,
                                     NULL}));
    assert_string_equal(state.values.name, "flag");
    assert_string_equal(state.values.path, "/environment");
    assert_int_equal(state.values.count, 9);
    assert_int_equal(state.values.peers.count, 2);
    assert_string_equal(state.values.peers.values[1], "b");
    assert_int_equal(state.values.level, 0);
    assert_false(state.values.fast);
    assert_int_equal(state.origins.source[1], SETTINGS_FROM_FLAG);
    assert_int_equal(state.origins.source[2], SETTINGS_FROM_ENVIRONMENT);
    assert_int_equal(state.origins.source[3], SETTINGS_FROM_FILE);
    assert_int_equal(state.origins.source[5], SETTINGS_DEFAULT);
    settings_free(&state.texts);
}

static void a_list_of_a_higher_source_replaces_the_lower_one(void **context)
{
    (void)context;
    struct state state;
    assert_true(read_with(&state, (char *[]){"--peer", "x", "--peer", "y", NULL},
                          (char *[]){"TOY_PEER=a,b,c", NULL}));
    assert_int_equal(state.values.peers.count, 2);
    assert_string_equal(state.values.peers.values[0], "x");
    settings_free(&state.texts);
    assert_true(read_with(&state, NONE, (char *[]){"TOY_PEER=a,b,c", NULL}));
    assert_int_equal(state.values.peers.count, 3);
    assert_string_equal(state.values.peers.values[2], "c");
    settings_free(&state.texts);
}

static void wrong_flags_are_refused_by_name(void **context)
{
    (void)context;
    static const struct { char *flags[5]; const char *sentence; } rows[] = {
        {{"--nme", "x"}, "--nme: there is no setting \"nme\"; did you mean \"name\"?"},
        {{"--zzzzzzzz"}, "--zzzzzzzz: there is no setting \"zzzzzzzz\"; toy --help shows them"},
        {{"name"}, "name: there are no arguments besides options; toy --help shows them"},
        {{"--"}, "--: there are no arguments besides options; toy --help shows them"},
        {{"--name"}, "--name: its value is missing; toy --help shows it"},
        {{"--name="}, "--name: name has no value; leave it out to unset it"},
        {{"--name", "a", "--name", "b"}, "--name: it is given twice"},
        {{"--peer=a", "--peer=b", "--peer=c", "--peer=d"},
         "--peer: peer may be given at most 3 times"},
        {{"--count", "0"}, "--count: count wants a number from 1 to 100, not \"0\""},
        {{"--count", "101"}, "--count: count wants a number from 1 to 100, not \"101\""},
        {{"--count", "-1"}, "--count: count wants a number from 1 to 100, not \"-1\""},
        {{"--count", "18446744073709551617"}, "--count: count wants a number from 1 to 100, not "
                                              "\"18446744073709551617\""},
        {{"--wait", "15"}, "--wait: wait wants a time such as 500ms, 15s or 2h from 100ms to 1d, "
                           "not \"15\""},
        {{"--wait", "2d"}, "--wait: wait wants a time such as 500ms, 15s or 2h from 100ms to 1d, "
                           "not \"2d\""},
        {{"--room", "5KB"}, "--room: room wants a size such as 4096, 64KiB or 8MiB from 1 to "
                            "1024GiB, not \"5KB\""},
        {{"--room", "17179869184GiB"}, "--room: room wants a size such as 4096, 64KiB or 8MiB "
                                       "from 1 to 1024GiB, not \"17179869184GiB\""},
        {{"--level", "loud"}, "--level: level is one of low, middle, high, not \"loud\""},
        {{"--fast=yes"}, "--fast: fast is on or off, not \"yes\""},
        {{"--config", "/nowhere/x"}, "/nowhere/x: can't be read: No such file or directory"},
        {{"--config", "/"}, "/: is not a file"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct state state;
        char *flags[6] = {0};
        memcpy(flags, rows[i].flags, sizeof rows[i].flags);
        assert_false(read_with(&state, flags, NONE));
        assert_string_equal(state.error.text, rows[i].sentence);
    }
    struct state state;
    assert_false(read_with(&state, NONE, (char *[]){"TOY_WAIT=soon", NULL}));
    assert_string_equal(state.error.text, "TOY_WAIT: wait wants a time such as 500ms, 15s or 2h "
                        "from 100ms to 1d, not \"soon\"");
    assert_false(read_with(&state, NONE, (char *[]){"TOY_PEER=a,,b", NULL}));
}

static void a_wrong_file_is_refused_with_line_and_column(void **context)
{
    (void)context;
    static const struct { const char *text, *sentence; } rows[] = {
        {"[toy]\nnaem = x\n", ":2:1: there is no setting \"naem\"; did you mean \"name\"?"},
        {"[toy]\nhelp = on\n", ":2:1: help stands on the command line only"},
        {"[toy]\n\nname = x\nname = y\n", ":4:1: name stands in line 3 already"},
        {"[toy]\nname =\n", ":2:1: name has no value; leave it out to unset it"},
        {"[toy]\ncount = many\n", ":2:1: count wants a number from 1 to 100, not \"many\""},
        {"name = x\n", ":1:1: settings stand below [toy], not below []"},
        {"[other]\nname = x\n", ":2:1: settings stand below [toy], not below [other]"},
        {"[toy\nname = x\n", ":1:1: this is neither [section] nor name = value"},
        {"[toy]\nname\n", ":2:1: this is neither [section] nor name = value"},
        {"[toy]\nname = x\n  more\n", ":3:1: a line begins without blanks; continued lines "
                                      "don't exist"},
        {"[toy]\nname = x ; y\n", ":2:10: a comment has a line of its own; a value holds no "
                                  "\" ;\""},
        {"\xEF\xBB\xBF[toy]\n", ":1:1: the file begins with a byte order mark; save it as UTF-8 "
                                "without one"},
        {"[toy]\r\n", ":1:6: a line ends with CR; save the file with Unix line ends"},
        {"[toy]\nname = \x01\n", ":2:8: a control character stands here"},
        {"[toy]\nname = \xC3\n", ":2:8: this is not UTF-8"},
        {"[toy]\nname = \xC0\xAF\n", ":2:8: this is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct state state;
        assert_false(read_file(&state, rows[i].text));
        assert_memory_equal(state.error.text, file_path, strlen(file_path));
        assert_string_equal(state.error.text + strlen(file_path), rows[i].sentence);
    }
    struct state state;
    file_write("[toy]\nname = a\0b\n", 17);
    assert_false(read_with(&state, (char *[]){"--config", file_path, NULL}, NONE));
    assert_string_equal(state.error.text + strlen(file_path),
                        ":2:9: a control character stands here");
}

/* libinih would cut the line; 196 bytes still pass whole. */
static void a_line_is_whole_or_refused(void **context)
{
    (void)context;
    struct state state;
    char text[1024];
    for (unsigned size = 190; size <= 420; size++) {
        char value[512];
        memset(value, 'v', sizeof value);
        value[size - strlen("name = ")] = '\0';
        snprintf(text, sizeof text, "[toy]\nname = %s\n", value);
        assert_int_equal(read_file(&state, text), size <= SETTINGS_LINE_BYTES_MAX);
        if (size <= SETTINGS_LINE_BYTES_MAX)
            assert_string_equal(state.values.name, value);
        else
            assert_string_equal(state.error.text + strlen(file_path),
                                ":2:197: the line is longer than 196 bytes");
        settings_free(&state.texts);
    }
    assert_true(read_file(&state, "[toy]\nname = no end of line; but whole"));
    assert_string_equal(state.values.name, "no end of line; but whole");
    settings_free(&state.texts);
    static char large[SETTINGS_FILE_BYTES_MAX + 2];
    memset(large, '\n', sizeof large);
    file_write(large, SETTINGS_FILE_BYTES_MAX + 1);
    assert_false(read_with(&state, (char *[]){"--config", file_path, NULL}, NONE));
    file_write(large, SETTINGS_FILE_BYTES_MAX);
    assert_true(read_with(&state, (char *[]){"--config", file_path, NULL}, NONE));
    settings_free(&state.texts);
}

static void help_needs_neither_file_nor_environment(void **context)
{
    (void)context;
    struct state state;
    assert_true(read_with(&state, (char *[]){"--help", "--config=/nowhere", NULL},
                          (char *[]){"TOY_WAIT=soon", NULL}));
    assert_true(state.values.help);
    settings_free(&state.texts);
}

static char *printed(void (*print)(const struct settings_program *, FILE *))
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    print(&PROGRAM, out);
    fclose(out);
    return text;
}

/* The sample is itself a file that is read, and changes only what it says it sets. */
static void the_sample_is_a_file_one_can_start_with(void **context)
{
    (void)context;
    struct state defaults, state;
    assert_true(read_with(&defaults, NONE, NONE));
    char *sample = printed(settings_print_sample);
    assert_true(read_file(&state, sample));
    for (size_t i = 0; i < PROGRAM.row_count; i++)
        if (strcmp(ROWS[i].name, "level") != 0 && strcmp(ROWS[i].name, "config") != 0)
            assert_true(settings_equal(&ROWS[i], &state.values, &defaults.values));
    assert_int_equal(state.values.level, 2);
    settings_free(&state.texts);
    /* All of it, with the marks of comment taken off. */
    char *all = strdup(sample), *to = all;
    for (const char *from = sample; *from != '\0'; from++)
        if (*from != '#' || from[1] == ' ')
            *to++ = *from;
    *to = '\0';
    assert_true(read_file(&state, all));
    assert_string_equal(state.values.path, "FILE");
    settings_free(&state.texts);
    settings_free(&defaults.texts);
    free(all);
    free(sample);
}

static void help_and_man_page_name_every_row(void **context)
{
    (void)context;
    char *help = printed(settings_print_help), *man = printed(settings_print_man);
    for (size_t i = 0; i < PROGRAM.row_count; i++) {
        char flag[64];
        snprintf(flag, sizeof flag, "  --%s", ROWS[i].name);
        assert_non_null(strstr(help, flag));
        assert_non_null(strstr(man, ROWS[i].help));
    }
    assert_non_null(strstr(help, "--level low|middle|high"));
    assert_non_null(strstr(help, "peers; may be given several times; default one"));
    assert_non_null(strstr(help, "(reloaded)"));
    assert_non_null(strstr(man, "\\&'quoted\n\\&.dotted\nback\\eslash\n"));
    assert_null(strstr(man, "--"));
    free(help);
    free(man);
}

static void a_row_is_compared_and_copied_alone(void **context)
{
    (void)context;
    struct state one, other;
    assert_true(read_with(&one, (char *[]){"--name=a", "--peer=x", NULL}, NONE));
    assert_true(read_with(&other, (char *[]){"--name=a", "--peer=y", "--count=8", NULL}, NONE));
    for (size_t i = 0; i < PROGRAM.row_count; i++) {
        bool differs = strcmp(ROWS[i].name, "peer") == 0 || strcmp(ROWS[i].name, "count") == 0;
        assert_int_equal(settings_equal(&ROWS[i], &one.values, &other.values), !differs);
        settings_copy(&ROWS[i], &other.values, &one.values);
        assert_true(settings_equal(&ROWS[i], &one.values, &other.values));
    }
    settings_free(&one.texts);
    settings_free(&other.texts);
}

static int setup(void **context)
{
    (void)context;
    int file = mkstemp(file_path);
    return file < 0 ? -1 : close(file);
}

static int teardown(void **context)
{
    (void)context;
    return unlink(file_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_sources_the_defaults_hold),
        cmocka_unit_test(a_flag_beats_the_environment_which_beats_the_file),
        cmocka_unit_test(a_list_of_a_higher_source_replaces_the_lower_one),
        cmocka_unit_test(wrong_flags_are_refused_by_name),
        cmocka_unit_test(a_wrong_file_is_refused_with_line_and_column),
        cmocka_unit_test(a_line_is_whole_or_refused),
        cmocka_unit_test(help_needs_neither_file_nor_environment),
        cmocka_unit_test(the_sample_is_a_file_one_can_start_with),
        cmocka_unit_test(help_and_man_page_name_every_row),
        cmocka_unit_test(a_row_is_compared_and_copied_alone),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
