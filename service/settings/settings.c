/* Reads the sources from the lowest up, so that the highest has the last word: defaults, file,
 * environment, flags. The flags are looked through once before, for they may name the file, and a
 * wrong one is told before anything else is opened. */
#include "service/settings/settings_inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const struct settings_row *settings_row_find(const struct settings_program *program,
                                             const char *name, size_t size)
{
    for (size_t i = 0; i < program->row_count; i++) {
        const struct settings_row *row = &program->rows[i];
        if (strlen(row->name) == size && memcmp(row->name, name, size) == 0)
            return row;
    }
    return NULL;
}

void settings_environment_name(const struct settings_program *program,
                               const struct settings_row *row,
                               char ret_name[SETTINGS_ENVIRONMENT_BYTES])
{
    int size = snprintf(ret_name, SETTINGS_ENVIRONMENT_BYTES, "%s%s", program->prefix, row->name);
    assert(size > 0 && size < SETTINGS_ENVIRONMENT_BYTES);
    for (char *at = ret_name + strlen(program->prefix); *at != '\0'; at++)
        *at = (char)(*at == '-' ? '_' : *at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
}

enum { GUESS_BYTES = 48, GUESS_DISTANCE = 2 };

/* How many letters must change to make one name of the other. */
static unsigned distance(const char *one, const char *other)
{
    unsigned char row[GUESS_BYTES + 1];
    size_t ones = strlen(one), others = strlen(other);
    if (ones > GUESS_BYTES || others > GUESS_BYTES)
        return GUESS_BYTES;
    for (size_t j = 0; j <= others; j++)
        row[j] = (unsigned char)j;
    for (size_t i = 1; i <= ones; i++) {
        unsigned char corner = row[0];
        row[0] = (unsigned char)i;
        for (size_t j = 1; j <= others; j++) {
            unsigned char best = (unsigned char)(corner + (one[i - 1] != other[j - 1]));
            if (best > row[j] + 1)
                best = (unsigned char)(row[j] + 1);
            if (best > row[j - 1] + 1)
                best = (unsigned char)(row[j - 1] + 1);
            corner = row[j];
            row[j] = best;
        }
    }
    return row[others];
}

bool settings_unknown(struct settings_reading *reading, const char *place, const char *name)
{
    const char *guess = NULL;
    unsigned best = GUESS_DISTANCE + 1;
    for (size_t i = 0; i < reading->program->row_count; i++) {
        unsigned far = distance(name, reading->program->rows[i].name);
        if (far < best) {
            best = far;
            guess = reading->program->rows[i].name;
        }
    }
    if (guess != NULL)
        return settings_refuse(reading, place, "there is no setting \"%.60s\"; did you mean "
                               "\"%s\"?", name, guess);
    return settings_refuse(reading, place, "there is no setting \"%.60s\"; %s --help shows them",
                           name, reading->program->name);
}

/* One argument, and the next one where its value stands there; *ret_used says how many. */
static bool read_flag(struct settings_reading *reading, int left, char *const *argument,
                      int *ret_used)
{
    const char *text = argument[0];
    char place[SETTINGS_ENVIRONMENT_BYTES];
    snprintf(place, sizeof place, "%s", text);
    if (strncmp(text, "--", 2) != 0 || text[2] == '\0')
        return settings_refuse(reading, place, "there are no arguments besides options; "
                               "%s --help shows them", reading->program->name);
    size_t size = strcspn(text + 2, "=");
    if (size + 3 <= sizeof place)
        place[size + 2] = '\0';
    const struct settings_row *row = settings_row_find(reading->program, text + 2, size);
    if (row == NULL)
        return settings_unknown(reading, place, place + 2);
    size_t index = (size_t)(row - reading->program->rows);
    if (row->type != SETTINGS_LIST && reading->origins->source[index] == SETTINGS_FROM_FLAG)
        return settings_refuse(reading, place, "it is given twice");
    *ret_used = 1;
    const char *value = text[size + 2] == '=' ? text + size + 3 : NULL;
    if (value == NULL && row->type == SETTINGS_FLAG)
        value = "on";
    if (value == NULL && left > 1) {
        value = argument[1];
        *ret_used = 2;
    }
    if (value == NULL)
        return settings_refuse(reading, place, "its value is missing; %s --help shows it",
                               reading->program->name);
    return settings_put(reading, row, value, SETTINGS_FROM_FLAG, place);
}

static bool read_flags(struct settings_reading *reading, int argc, char *const *argv)
{
    int used = 1;
    for (int i = 1; i < argc; i += used)
        if (!read_flag(reading, argc - i, argv + i, &used))
            return false;
    return true;
}

/* The value of the row's variable, NULL where it is absent or empty. */
static const char *variable(const char *name, char *const *environment)
{
    size_t size = strlen(name);
    for (; environment != NULL && *environment != NULL; environment++)
        if (strncmp(*environment, name, size) == 0 && (*environment)[size] == '=')
            return (*environment)[size + 1] != '\0' ? *environment + size + 1 : NULL;
    return NULL;
}

/* A list stands in one variable: commas between its items. */
static bool put_variable(struct settings_reading *reading, const struct settings_row *row,
                         const char *text, const char *place)
{
    char item[SETTINGS_TEXT_BYTES_MAX + 1];
    if (row->type != SETTINGS_LIST)
        return settings_put(reading, row, text, SETTINGS_FROM_ENVIRONMENT, place);
    for (const char *at = text;; at++) {
        size_t size = strcspn(at, ",");
        if (size >= sizeof item)
            return settings_refuse(reading, place, "an item is longer than %d bytes",
                                   SETTINGS_TEXT_BYTES_MAX);
        memcpy(item, at, size);
        item[size] = '\0';
        if (!settings_put(reading, row, item, SETTINGS_FROM_ENVIRONMENT, place))
            return false;
        at += size;
        if (*at == '\0')
            return true;
    }
}

static bool read_environment(struct settings_reading *reading, char *const *environment)
{
    for (size_t i = 0; i < reading->program->row_count; i++) {
        const struct settings_row *row = &reading->program->rows[i];
        char name[SETTINGS_ENVIRONMENT_BYTES];
        settings_environment_name(reading->program, row, name);
        const char *value = row->flag_only ? NULL : variable(name, environment);
        if (value != NULL && !put_variable(reading, row, value, name))
            return false;
    }
    return true;
}

/* Values from the table alone. */
static void begin(struct settings_reading *reading)
{
    memset(reading->values, 0, reading->program->values_size);
    memset(reading->origins, 0, sizeof *reading->origins);
    for (size_t i = 0; i < reading->program->row_count; i++) {
        const struct settings_row *row = &reading->program->rows[i];
        if (row->fallback != NULL
            && !settings_put(reading, row, row->fallback, SETTINGS_DEFAULT, "default")) {
            fprintf(stderr, "%s\n", reading->error->text);
            abort(); /* a mistake in the table */
        }
    }
}

static bool is_alone(const struct settings_reading *reading)
{
    for (size_t i = 0; i < reading->program->row_count; i++)
        if (reading->program->rows[i].alone
            && reading->origins->source[i] == SETTINGS_FROM_FLAG)
            return true;
    return false;
}

static const char *config_path(const struct settings_reading *reading, char *const *environment)
{
    const struct settings_program *program = reading->program;
    if (program->config == NULL)
        return NULL;
    const struct settings_row *row = settings_row_find(program, program->config,
                                                       strlen(program->config));
    assert(row != NULL && row->type == SETTINGS_PATH);
    char name[SETTINGS_ENVIRONMENT_BYTES];
    settings_environment_name(program, row, name);
    const char *path, *from_environment = variable(name, environment);
    memcpy(&path, reading->values + row->offset, sizeof path);
    bool flag = reading->origins->source[row - program->rows] == SETTINGS_FROM_FLAG;
    return flag || from_environment == NULL ? path : from_environment;
}

static bool read_all(struct settings_reading *reading, int argc, char *const *argv,
                     char *const *environment)
{
    begin(reading);
    if (!read_flags(reading, argc, argv))
        return false;
    if (is_alone(reading))
        return true;
    const char *config = config_path(reading, environment);
    begin(reading);
    if (config != NULL && !settings_file(reading, config))
        return false;
    return read_environment(reading, environment) && read_flags(reading, argc, argv);
}

bool settings_read(const struct settings_program *program, int argc, char *const *argv,
                   char *const *environment, void *ret_values, struct settings_texts *ret_texts,
                   struct settings_origins *ret_origins, struct settings_error *ret_error)
{
    assert(program->row_count <= SETTINGS_ROWS_MAX);
    struct settings_texts texts = {0};
    struct settings_origins origins;
    void *values = malloc(program->values_size);
    if (values == NULL)
        abort();
    struct settings_reading reading = {.program = program, .values = values, .texts = &texts,
                                       .origins = &origins, .error = ret_error};
    bool good = read_all(&reading, argc, argv, environment);
    if (good) {
        memcpy(ret_values, values, program->values_size);
        *ret_texts = texts;
        *ret_origins = origins;
    } else
        settings_free(&texts);
    free(values);
    return good;
}
