/* The log: one line per event on stderr, logfmt: ts=... level=... msg="..." key=value. Nothing
 * personal, no tokens, no receipts: numbers and names of our own only. Any thread; a line is one
 * write and never torn. */
#ifndef BECKON_SERVICE_OPS_LOG_H
#define BECKON_SERVICE_OPS_LOG_H

/* From what on lines are written; LOG_LEVEL_NAMES in the same order. */
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
extern const char *const LOG_LEVEL_NAMES[]; /* ends with NULL */
/* Any thread, at any time; LOG_LEVEL_INFO until set. */
void log_set_level(enum log_level level);

/* level: "error", "warn", "info", "debug". details: formatted as by printf, logfmt already. */
void log_event(const char *level, const char *message, const char *details, ...)
    __attribute__((format(printf, 3, 4)));

/* Quotes a text for logfmt: blanks, quotes and control characters can't end the value. */
enum { LOG_VALUE_BYTES = 512 };
const char *log_quote(const char *text, char ret_text[LOG_VALUE_BYTES]);

#endif
