#include "service/settings/settings_inner.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct unit { const char *name; uint64_t size; };
/* The larger first: a value is written with the largest unit that divides it. */
static const struct unit DURATIONS[] = {
    {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}, {0}};
static const struct unit SIZES[] = {
    {"GiB", UINT64_C(1) << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}, {0}};
static const struct unit PLAIN[] = {{"", 1}, {0}};

struct settings_text {
    struct settings_text *next;
    char text[];
};

const char *settings_keep(struct settings_texts *texts, const char *text)
{
    size_t size = strlen(text) + 1;
    struct settings_text *kept = malloc(sizeof *kept + size);
    if (kept == NULL)
        abort(); /* some hundred bytes at start */
    memcpy(kept->text, text, size);
    kept->next = texts->first;
    texts->first = kept;
    return kept->text;
}

void settings_free(struct settings_texts *texts)
{
    while (texts->first != NULL) {
        struct settings_text *next = texts->first->next;
        free(texts->first);
        texts->first = next;
    }
}

bool settings_refuse(struct settings_reading *reading, const char *place, const char *format, ...)
{
    char *error = reading->error->text;
    snprintf(error, sizeof reading->error->text, "%s: ", place);
    size_t used = strlen(error);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error + used, sizeof reading->error->text - used, format, arguments);
    va_end(arguments);
    return false;
}

static const struct unit *units_of(enum settings_type type)
{
    return type == SETTINGS_DURATION ? DURATIONS : type == SETTINGS_SIZE ? SIZES : PLAIN;
}

static void format_amount(enum settings_type type, uint64_t amount, char *ret_text, size_t size)
{
    const struct unit *unit = units_of(type);
    while (unit[1].name != NULL && (amount == 0 || amount % unit->size != 0))
        unit++;
    if (amount == 0 && type == SETTINGS_DURATION)
        unit = &DURATIONS[3];
    snprintf(ret_text, size, "%" PRIu64 "%s", amount / unit->size, unit->name);
}

/* Digits and a unit, nothing else. */
static bool parse_amount(enum settings_type type, const char *text, uint64_t *ret_amount)
{
    if (text[0] < '0' || text[0] > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0)
        return false;
    for (const struct unit *unit = units_of(type); unit->name != NULL; unit++)
        if (strcmp(end, unit->name) == 0)
            return !__builtin_mul_overflow((uint64_t)number, unit->size, ret_amount);
    return false;
}

static bool put_amount(struct settings_reading *reading, const struct settings_row *row,
                       const char *text, const char *place)
{
    uint64_t amount;
    if (parse_amount(row->type, text, &amount) && amount >= row->minimum
        && amount <= row->maximum) {
        memcpy(reading->values + row->offset, &amount, sizeof amount);
        return true;
    }
    static const char *const kinds[] = {
        [SETTINGS_NUMBER] = "a number", [SETTINGS_DURATION] = "a time such as 500ms, 15s or 2h",
        [SETTINGS_SIZE] = "a size such as 4096, 64KiB or 8MiB"};
    char least[32], most[32];
    format_amount(row->type, row->minimum, least, sizeof least);
    format_amount(row->type, row->maximum, most, sizeof most);
    return settings_refuse(reading, place, "%s wants %s from %s to %s, not \"%.100s\"", row->name,
                           kinds[row->type], least, most, text);
}

static bool put_choice(struct settings_reading *reading, const struct settings_row *row,
                       const char *text, const char *place)
{
    char allowed[200] = "";
    for (unsigned i = 0; row->choices[i] != NULL; i++) {
        if (strcmp(row->choices[i], text) == 0) {
            memcpy(reading->values + row->offset, &i, sizeof i);
            return true;
        }
        size_t used = strlen(allowed);
        snprintf(allowed + used, sizeof allowed - used, "%s%s", i > 0 ? ", " : "",
                 row->choices[i]);
    }
    return settings_refuse(reading, place, "%s is one of %s, not \"%.100s\"", row->name, allowed,
                           text);
}

static bool put_flag(struct settings_reading *reading, const struct settings_row *row,
                     const char *text, const char *place)
{
    bool on = strcmp(text, "on") == 0;
    if (!on && strcmp(text, "off") != 0)
        return settings_refuse(reading, place, "%s is on or off, not \"%.100s\"", row->name, text);
    memcpy(reading->values + row->offset, &on, sizeof on);
    return true;
}

static bool put_item(struct settings_reading *reading, const struct settings_row *row,
                     const char *text, const char *place)
{
    struct settings_list list;
    unsigned max = row->maximum > 0 ? (unsigned)row->maximum : SETTINGS_LIST_MAX;
    assert(max <= SETTINGS_LIST_MAX);
    memcpy(&list, reading->values + row->offset, sizeof list);
    if (list.count == max)
        return settings_refuse(reading, place, "%s may be given at most %u times", row->name, max);
    list.values[list.count++] = settings_keep(reading->texts, text);
    memcpy(reading->values + row->offset, &list, sizeof list);
    return true;
}

bool settings_put(struct settings_reading *reading, const struct settings_row *row,
                  const char *text, enum settings_source source, const char *place)
{
    size_t index = (size_t)(row - reading->program->rows);
    assert(index < reading->program->row_count);
    if (text[0] == '\0')
        return settings_refuse(reading, place, "%s has no value; leave it out to unset it",
                               row->name);
    if (strlen(text) > SETTINGS_TEXT_BYTES_MAX)
        return settings_refuse(reading, place, "the value of %s is longer than %d bytes",
                               row->name, SETTINGS_TEXT_BYTES_MAX);
    if (reading->origins->source[index] != source && row->type == SETTINGS_LIST)
        memset(reading->values + row->offset, 0, sizeof(struct settings_list));
    reading->origins->source[index] = (unsigned char)source;
    switch (row->type) {
    case SETTINGS_TEXT:
    case SETTINGS_PATH: {
        const char *kept = settings_keep(reading->texts, text);
        memcpy(reading->values + row->offset, &kept, sizeof kept);
        return true;
    }
    case SETTINGS_LIST: return put_item(reading, row, text, place);
    case SETTINGS_NUMBER:
    case SETTINGS_DURATION:
    case SETTINGS_SIZE: return put_amount(reading, row, text, place);
    case SETTINGS_CHOICE: return put_choice(reading, row, text, place);
    case SETTINGS_FLAG: return put_flag(reading, row, text, place);
    }
    abort();
}

bool settings_format(const struct settings_row *row, const void *values, unsigned index,
                     char *ret_text, size_t size)
{
    const unsigned char *field = (const unsigned char *)values + row->offset;
    union { const char *text; uint64_t amount; unsigned choice; bool on; } value;
    struct settings_list list;
    switch (row->type) {
    case SETTINGS_TEXT:
    case SETTINGS_PATH:
        memcpy(&value.text, field, sizeof value.text);
        if (index > 0 || value.text == NULL)
            return false;
        snprintf(ret_text, size, "%s", value.text);
        return true;
    case SETTINGS_LIST:
        memcpy(&list, field, sizeof list);
        if (index >= list.count)
            return false;
        snprintf(ret_text, size, "%s", list.values[index]);
        return true;
    case SETTINGS_NUMBER:
    case SETTINGS_DURATION:
    case SETTINGS_SIZE:
        memcpy(&value.amount, field, sizeof value.amount);
        format_amount(row->type, value.amount, ret_text, size);
        return index == 0;
    case SETTINGS_CHOICE:
        memcpy(&value.choice, field, sizeof value.choice);
        snprintf(ret_text, size, "%s", row->choices[value.choice]);
        return index == 0;
    case SETTINGS_FLAG:
        memcpy(&value.on, field, sizeof value.on);
        snprintf(ret_text, size, "%s", value.on ? "on" : "off");
        return index == 0;
    }
    abort();
}

bool settings_equal(const struct settings_row *row, const void *values, const void *others)
{
    for (unsigned i = 0;; i++) {
        char one[SETTINGS_TEXT_BYTES_MAX + 1], other[SETTINGS_TEXT_BYTES_MAX + 1];
        bool has_one = settings_format(row, values, i, one, sizeof one);
        bool has_other = settings_format(row, others, i, other, sizeof other);
        if (!has_one || !has_other)
            return has_one == has_other;
        if (strcmp(one, other) != 0)
            return false;
    }
}

void settings_copy(const struct settings_row *row, const void *from, void *ret_to)
{
    static const size_t sizes[] = {
        [SETTINGS_TEXT] = sizeof(char *), [SETTINGS_PATH] = sizeof(char *),
        [SETTINGS_LIST] = sizeof(struct settings_list), [SETTINGS_NUMBER] = sizeof(uint64_t),
        [SETTINGS_DURATION] = sizeof(uint64_t), [SETTINGS_SIZE] = sizeof(uint64_t),
        [SETTINGS_CHOICE] = sizeof(unsigned), [SETTINGS_FLAG] = sizeof(bool)};
    memcpy((unsigned char *)ret_to + row->offset, (const unsigned char *)from + row->offset,
           sizes[row->type]);
}
