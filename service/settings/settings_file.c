/* The file: libinih splits the lines. It cuts lines at 200 bytes, takes a byte order mark, NUL and
 * bad UTF-8 as they are, joins lines that begin with a blank and drops what follows " ;": so each
 * line is looked at before libinih sees it, and refused with its number where any of that would
 * happen. */
#include "service/settings/settings_inner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <ini.h>
#include <utf8proc.h>

enum { PLACE_BYTES = 300 };

struct reader {
    struct settings_reading *reading;
    const char *path;
    const char *at, *end;            /* what is not read yet */
    unsigned line;                   /* number of the line last handed to libinih */
    unsigned seen[SETTINGS_ROWS_MAX]; /* the line a row stood in; 0: none yet */
    bool refused;
};

/* "path:line:column" of the line in hand. */
static bool refuse_at(struct reader *reader, unsigned column, const char *sentence)
{
    char place[PLACE_BYTES];
    snprintf(place, sizeof place, "%s:%u:%u", reader->path, reader->line, column);
    if (!reader->refused)
        settings_refuse(reader->reading, place, "%s", sentence);
    reader->refused = true;
    return false;
}

/* Whether libinih would read of this line what stands there. */
static bool line_is_sound(struct reader *reader, const char *line, size_t size)
{
    static const char BOM[] = "\xEF\xBB\xBF";
    if (reader->line == 1 && size >= 3 && memcmp(line, BOM, 3) == 0)
        return refuse_at(reader, 1, "the file begins with a byte order mark; save it as UTF-8 "
                         "without one");
    if (size > SETTINGS_LINE_BYTES_MAX)
        return refuse_at(reader, SETTINGS_LINE_BYTES_MAX + 1, "the line is longer than 196 bytes");
    for (size_t i = 0; i < size;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)line + i,
                                                 (utf8proc_ssize_t)(size - i), &code);
        if (used < 1)
            return refuse_at(reader, (unsigned)i + 1, "this is not UTF-8");
        if ((code < 0x20 && code != '\t') || code == 0x7F)
            return refuse_at(reader, (unsigned)i + 1,
                             code == '\r' ? "a line ends with CR; save the file with Unix line ends"
                                          : "a control character stands here");
        i += (size_t)used;
    }
    size_t blanks = 0;
    while (blanks < size && (line[blanks] == ' ' || line[blanks] == '\t'))
        blanks++;
    if (blanks == size || line[blanks] == '#' || line[blanks] == ';')
        return true;
    if (blanks > 0)
        return refuse_at(reader, 1, "a line begins without blanks; continued lines don't exist");
    for (size_t i = 1; i < size; i++)
        if (line[i] == ';' && (line[i - 1] == ' ' || line[i - 1] == '\t'))
            return refuse_at(reader, (unsigned)i + 1,
                             "a comment has a line of its own; a value holds no \" ;\"");
    if (memchr(line, line[0] == '[' ? ']' : '=', size) == NULL)
        return refuse_at(reader, 1, "this is neither [section] nor name = value");
    return true;
}

/* libinih's fgets: the next line, or NULL at the end and after a refusal. Lines of comment are
 * handed on empty. */
static char *next_line(char *ret_text, int size, void *context)
{
    struct reader *reader = context;
    if (reader->refused || reader->at == reader->end)
        return NULL;
    const char *line = reader->at;
    const char *stop = memchr(line, '\n', (size_t)(reader->end - line));
    size_t length = (size_t)((stop != NULL ? stop : reader->end) - line);
    reader->line++;
    reader->at = stop != NULL ? stop + 1 : reader->end;
    if (!line_is_sound(reader, line, length))
        return NULL;
    if (length + 2 > (size_t)size) {
        refuse_at(reader, (unsigned)size, "the line is too long");
        return NULL;
    }
    memcpy(ret_text, line, length);
    ret_text[length] = '\n';
    ret_text[length + 1] = '\0';
    return ret_text;
}

/* libinih: one name = value. */
static int take(void *context, const char *section, const char *name, const char *value)
{
    struct reader *reader = context;
    const struct settings_program *program = reader->reading->program;
    char place[PLACE_BYTES], sentence[SETTINGS_ERROR_BYTES];
    snprintf(place, sizeof place, "%s:%u:1", reader->path, reader->line);
    if (reader->refused)
        return 0;
    if (strcmp(section, program->name) != 0) {
        snprintf(sentence, sizeof sentence, "settings stand below [%s], not below [%.60s]",
                 program->name, section);
        return refuse_at(reader, 1, sentence);
    }
    const struct settings_row *row = settings_row_find(program, name, strlen(name));
    if (row != NULL && row->flag_only) {
        snprintf(sentence, sizeof sentence, "%s stands on the command line only", row->name);
        return refuse_at(reader, 1, sentence);
    }
    if (row == NULL) {
        reader->refused = true;
        return settings_unknown(reader->reading, place, name);
    }
    size_t index = (size_t)(row - program->rows);
    if (reader->seen[index] != 0 && row->type != SETTINGS_LIST) {
        snprintf(sentence, sizeof sentence, "%s stands in line %u already", name,
                 reader->seen[index]);
        return refuse_at(reader, 1, sentence);
    }
    reader->seen[index] = reader->line;
    if (!settings_put(reader->reading, row, value, SETTINGS_FROM_FILE, place))
        reader->refused = true;
    return !reader->refused;
}

/* The whole file; the caller frees. NULL: refused. */
static char *load(struct settings_reading *reading, const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "re");
    char *bytes = NULL;
    struct stat status;
    if (file == NULL) {
        settings_refuse(reading, path, "can't be read: %s", strerror(errno));
        return NULL;
    }
    if (fstat(fileno(file), &status) != 0 || S_ISDIR(status.st_mode))
        settings_refuse(reading, path, "is not a file");
    else if ((bytes = malloc(SETTINGS_FILE_BYTES_MAX + 1)) == NULL)
        abort();
    else {
        *ret_size = fread(bytes, 1, SETTINGS_FILE_BYTES_MAX + 1, file);
        bool bad = ferror(file) != 0;
        if (bad || *ret_size > SETTINGS_FILE_BYTES_MAX) {
            settings_refuse(reading, path, bad ? "can't be read" : "is larger than 64 KiB");
            free(bytes);
            bytes = NULL;
        }
    }
    fclose(file);
    return bytes;
}

bool settings_parse(struct settings_reading *reading, const char *path, const char *bytes,
                    size_t size)
{
    struct reader reader = {.reading = reading, .path = path, .at = bytes, .end = bytes + size};
    int line = ini_parse_stream(next_line, &reader, take, &reader);
    if (!reader.refused && line != 0) {
        reader.line = line > 0 ? (unsigned)line : reader.line;
        refuse_at(&reader, 1, "this is neither [section] nor name = value");
    }
    return !reader.refused;
}

bool settings_file(struct settings_reading *reading, const char *path)
{
    size_t size = 0;
    char *bytes = load(reading, path, &size);
    if (bytes == NULL)
        return false;
    bool good = settings_parse(reading, path, bytes, size);
    free(bytes);
    return good;
}
