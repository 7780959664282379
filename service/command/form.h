/* The form of requests: one way to refuse, and the checks that many commands share.
 *
 * rpc has already refused texts that are not UTF-8 or hold control or bidirectional characters;
 * commands check lengths, alphabets and numbers. */
#ifndef BECKON_SERVICE_COMMAND_FORM_H
#define BECKON_SERVICE_COMMAND_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "beckon/v1/common.pb-c.h"
#include "service/command/command.h"

/* Notes field and what is allowed (static texts), answers `outcome`. */
enum outcome form_refuse(struct command_call *call, enum outcome outcome, const char *field,
                         const char *allowed) OUTCOME_CHECKED;

/* Copies a text field of min..max bytes, printable, no blanks at its ends. Refuses with
 * FIELD_REQUIRED (empty though min > 0) or TEXT_INVALID. ret_text has room for max + 1. */
enum outcome form_text(struct command_call *call, const char *text, const char *field, size_t min,
                       size_t max, char *ret_text) OUTCOME_CHECKED;
/* The same for identifiers: letters, digits, '-', '_', '.'. */
enum outcome form_identifier(struct command_call *call, const char *text, const char *field,
                             size_t max, char *ret_text) OUTCOME_CHECKED;
/* "YYYY-MM-DD"; empty gives `absent` unless required. */
enum outcome form_date(struct command_call *call, const char *text, const char *field,
                       bool required, business_date absent, business_date *ret) OUTCOME_CHECKED;
/* Optional time; NULL gives 0. */
enum outcome form_time(struct command_call *call, const void *timestamp, const char *field,
                       uint64_t *ret_ms) OUTCOME_CHECKED;
/* A phone in any usual writing, normalised to E.164. */
enum outcome form_phone(struct command_call *call, const char *text, const char *field,
                        const struct merchant *merchant, char *ret_phone) OUTCOME_CHECKED;
/* POINTS or CASH; FIELD_REQUIRED, VALUE_INVALID. */
enum outcome form_unit(struct command_call *call, Beckon__V1__Unit unit, const char *field,
                       enum unit *ret) OUTCOME_CHECKED;
/* Reads `size` bytes from the hexadecimal digits at `text`, two each, in lower case; false: another
 * symbol is among them. What stands behind them is not looked at. */
bool form_hex(const char *text, size_t size, uint8_t *ret_bytes);
/* A code as typed. */
enum outcome form_code(struct command_call *call, const char *text, const char *field,
                       struct code_value *ret) OUTCOME_CHECKED;
/* A party of one of the kinds in `kinds` (bits 1 << kind), with a number. */
enum outcome form_party(struct command_call *call, const Beckon__V1__Party *party,
                        const char *field, unsigned kinds, struct party *ret) OUTCOME_CHECKED;
/* A required request id, 1..64 bytes. */
enum outcome form_request_id(struct command_call *call, const char *text,
                             struct bytes *ret_id) OUTCOME_CHECKED;

/* ---- fingerprints: a keyed hash over a request's own fields in fixed order ------------------- */

/* The fullest program takes about 60,000. */
enum { FINGERPRINT_INPUT_BYTES = 80 * 1024 };
struct fingerprint {
    size_t size;
    uint8_t data[FINGERPRINT_INPUT_BYTES];
};
void fingerprint_begin(struct fingerprint *fingerprint, const char *kind);
void fingerprint_text(struct fingerprint *fingerprint, const char *text);
void fingerprint_number(struct fingerprint *fingerprint, int64_t number);
void fingerprint_end(const struct fingerprint *fingerprint, const struct store *store,
                     uint8_t ret_hash[FINGERPRINT_BYTES]);

#endif
