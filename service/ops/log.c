#include "service/ops/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 2048 };

const char *const LOG_LEVEL_NAMES[] = {
    [LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARN] = "warn", [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_DEBUG] = "debug", NULL};
static atomic_int level_taken = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
    atomic_store(&level_taken, (int)level);
}

/* A level nobody knows is an error's: better told than lost. */
static bool is_taken(const char *level)
{
    int taken = atomic_load(&level_taken);
    for (int i = 0; LOG_LEVEL_NAMES[i] != NULL; i++)
        if (strcmp(LOG_LEVEL_NAMES[i], level) == 0)
            return i <= taken;
    return true;
}

const char *log_quote(const char *text, char ret_text[LOG_VALUE_BYTES])
{
    size_t used = 0;
    ret_text[used++] = '"';
    for (const char *at = text; *at != '\0' && used < LOG_VALUE_BYTES - 4; at++) {
        if (*at == '"' || *at == '\\')
            ret_text[used++] = '\\';
        ret_text[used++] = (unsigned char)*at < 0x20 || *at == 0x7F ? ' ' : *at;
    }
    ret_text[used++] = '"';
    ret_text[used] = '\0';
    return ret_text;
}

void log_event(const char *level, const char *message, const char *details, ...)
{
    if (!is_taken(level))
        return;
    char line[LINE_BYTES];
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    int used = snprintf(line, sizeof line,
                        "ts=%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ level=%s msg=\"%s\"",
                        utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                        utc.tm_sec, now.tv_nsec / 1000000, level, message);
    if (details[0] != '\0' && used < LINE_BYTES - 2) {
        line[used++] = ' ';
        va_list arguments;
        va_start(arguments, details);
        int more = vsnprintf(line + used, (size_t)(LINE_BYTES - used), details, arguments);
        va_end(arguments);
        used += more > 0 ? more : 0;
    }
    if (used > LINE_BYTES - 2)
        used = LINE_BYTES - 2; /* cut: a line ends all the same */
    line[used++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, (size_t)used);
    (void)written; /* nobody is left to tell */
}
