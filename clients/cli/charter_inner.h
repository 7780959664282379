/* Inside the charter: the table of its words, and what reads and writes each. */
#ifndef BECKON_CLIENTS_CLI_CHARTER_INNER_H
#define BECKON_CLIENTS_CLI_CHARTER_INNER_H

#include <stdint.h>

#include <protobuf-c/protobuf-c.h>
#include <yaml.h>

#include "clients/cli/charter.h"

struct charter_reading;
struct charter_writing;
struct charter_word;

/* Reads a value into a message; errors go to the reading. */
typedef void charter_read_value(struct charter_reading *reading, const struct charter_word *word,
                                ProtobufCMessage *message, const yaml_node_t *node);
/* Writes a message's value as a line, or nothing where it has its default. */
typedef void charter_write_value(struct charter_writing *writing, const struct charter_word *word,
                                 const ProtobufCMessage *message);

/* A word of the charter. */
struct charter_word {
    const char *key;
    charter_read_value *read;
    charter_write_value *write;
    const char *field;  /* of the message; several, for places only: "kpi,period" */
    const char *form;   /* how its value is written, for help and errors */
    int64_t absent;     /* numbers: the service's default, not written out */
    const char *none;   /* numbers: the word for 0 */
};

/* The words of each mapping; they end with key NULL and are read in this order. */
extern const struct charter_word CHARTER_TOP[], CHARTER_FRAUD[], CHARTER_SETTLEMENT[],
    CHARTER_TIERS[], CHARTER_STEP[], CHARTER_RULE[];

/* ---- reading (charter_read.c) ---------------------------------------------------------------- */

struct charter_reading {
    yaml_document_t *document;
    GString *trail, *path;  /* where we are: "rules > welcome", "program.rules[1]." */
    GArray *errors;         /* of struct charter_error */
    struct charter *charter;
};

/* The text of a scalar; NULL: it is none, which has been told. */
const char *charter_scalar(struct charter_reading *reading, const struct charter_word *word,
                           const yaml_node_t *node);
/* Tells an error at a node, under the current trail and `key` (NULL: none). */
void charter_error(struct charter_reading *reading, const yaml_node_t *node, const char *key,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* "must be FORM, not TEXT". */
void charter_wrong(struct charter_reading *reading, const struct charter_word *word,
                   const yaml_node_t *node, const char *text);
/* Remembers where fields (comma-separated, under the current path) were said. */
void charter_said(struct charter_reading *reading, const char *fields, const char *key,
                  const yaml_node_t *node);
/* Reads a mapping by its words. */
void charter_mapping(struct charter_reading *reading, const struct charter_word *words,
                     ProtobufCMessage *message, const yaml_node_t *node);
/* Is it a mapping whose keys are texts, each once? What is wrong has been told. */
bool charter_pairs(struct charter_reading *reading, const yaml_node_t *node);
/* Goes into `key` ("rules > welcome"), whose fields begin with `path`, and back to what it was. */
struct charter_depth { gsize trail, path; };
struct charter_depth charter_enter(struct charter_reading *reading, const char *key,
                                   const char *path);
void charter_leave(struct charter_reading *reading, struct charter_depth depth);
/* The pairs of a mapping, the items of a sequence. */
const yaml_node_t *charter_node(const struct charter_reading *reading, int index);

/* ---- values (charter_value.c): texts to numbers and back ------------------------------------ */

/* "12.34" with at most `digits` decimals as 1234 (digits 2); false: it is none. Not negative. */
bool charter_decimal(const char *text, unsigned digits, int64_t *ret);
/* The same back, without closing zeros unless `full`; the caller frees. */
char *charter_decimal_text(int64_t value, unsigned digits, bool full);
/* Decimals of a currency: 2 but for those of ISO 4217 with none or 3. */
unsigned charter_currency_digits(const char *currency);
/* "100.00 CNY" in minor units; false: it is none, or of another currency than the charter's. */
bool charter_money(struct charter_reading *reading, const yaml_node_t *node, const char *text,
                   int64_t *ret);
char *charter_money_text(int64_t minor, const char *currency);
/* "5 points" or money. */
bool charter_amount(struct charter_reading *reading, const yaml_node_t *node, const char *text,
                    Beckon__V1__Unit *ret_unit, int64_t *ret);
char *charter_amount_text(int64_t amount, Beckon__V1__Unit unit, const char *currency);
/* "30 days", "1 day": a number and what is counted, `one` and its plural. */
bool charter_count(const char *text, const char *one, int64_t *ret);
/* "1.5 %" in basis points. */
bool charter_percent(const char *text, int64_t *ret);
char *charter_percent_text(int64_t bp);
/* Splits at the first `separator`; NULL where there is none. Free both with g_strfreev. */
char **charter_split(const char *text, const char *separator);

/* ---- fields ---------------------------------------------------------------------------------- */

/* Sets a field by name from a text; what is wrong with it is told. */
void charter_set(struct charter_reading *reading, const struct charter_word *word,
                 ProtobufCMessage *message, const char *field, const yaml_node_t *node,
                 const char *text);
void charter_set_number(struct charter_reading *reading, const struct charter_word *word,
                        ProtobufCMessage *message, const char *field, const yaml_node_t *node,
                        int64_t value);
/* A number or enum of a message by name. */
int64_t charter_field_number(const ProtobufCMessage *message, const char *field);

/* ---- writing (charter_write.c) --------------------------------------------------------------- */

struct charter_writing {
    GPtrArray *lines;
    GString *trail;
    unsigned depth;
    const char *currency;
    Beckon__V1__Unit unit; /* of the rule being written */
};

/* Adds a line; takes `value`. */
void charter_line_add(struct charter_writing *writing, const char *key, char *value);
/* Opens a mapping under `key`: lines until charter_close are its own. */
gsize charter_open(struct charter_writing *writing, const char *key);
void charter_close(struct charter_writing *writing, gsize opened);
void charter_write_mapping(struct charter_writing *writing, const struct charter_word *words,
                           const ProtobufCMessage *message);
/* "a, b" of a list as YAML flow, each quoted where it must be; the caller frees. */
char *charter_list_text(char *const *texts, size_t count);
/* A text as a YAML scalar: plain where it may be. The caller frees. */
char *charter_quoted(const char *text);

/* ---- kinds of words, of any message (charter_kinds.c) --------------------------------------- */

charter_read_value charter_text_read, charter_yes_read, charter_choice_read, charter_days_read,
    charter_months_read, charter_count_read, charter_money_read, charter_amount_read,
    charter_texts_read, charter_points_read, charter_date_read;
charter_write_value charter_text_write, charter_yes_write, charter_choice_write,
    charter_days_write, charter_months_write, charter_count_write, charter_money_write,
    charter_amount_write, charter_texts_write, charter_points_write;

/* ---- words of their own (charter_rule.c, charter_settings.c) -------------------------------- */

charter_read_value charter_rules_read, charter_gives_read, charter_brackets_read,
    charter_weekdays_read, charter_tier_ids_read, charter_age_read, charter_attribute_read,
    charter_window_read, charter_cap_read, charter_expires_read, charter_to_read;
charter_write_value charter_rules_write, charter_gives_write, charter_brackets_write,
    charter_weekdays_write, charter_tier_ids_write, charter_age_write, charter_attribute_write,
    charter_window_write, charter_cap_write, charter_expires_write;
charter_read_value charter_redeem_read, charter_fraud_read, charter_registrations_read,
    charter_open_read, charter_cycles_read, charter_tiers_read, charter_review_read,
    charter_steps_read, charter_threshold_read, charter_multiplier_read, charter_settlement_read,
    charter_rate_read;
charter_write_value charter_redeem_write, charter_fraud_write, charter_registrations_write,
    charter_open_write, charter_cycles_write, charter_tiers_write, charter_review_write,
    charter_steps_write, charter_threshold_write, charter_multiplier_write,
    charter_settlement_write, charter_rate_write;

#endif
