/* The form of a program version: every part of the API's Program read and checked, with the exact
 * field that cannot hold and what is allowed there.
 *
 * Steps are sticky: the first refusal stays, what follows does nothing. Runs within one command, on
 * its thread; paths of fields live in the call's arena. */
#ifndef BECKON_SERVICE_COMMAND_PROGRAM_FORM_H
#define BECKON_SERVICE_COMMAND_PROGRAM_FORM_H

#include "beckon/v1/program_service.pb-c.h"
#include "service/command/command.h"
#include "service/command/form.h"
#include "store/program.h"

/* Reads and checks a message; shops are looked up. OUTCOME_OK, PROGRAM_INVALID, SHOP_UNKNOWN,
 * FIELD_REQUIRED, DATE_INVALID or TEXT_INVALID with the field's path, or a store outcome. version,
 * published_at and fingerprint are left 0; ret is spoilt on failure. */
enum outcome program_form(struct reader *reader, struct command_call *call,
                          const Beckon__V1__Program *message, struct program *ret) OUTCOME_CHECKED;

/* The fingerprint of all that was asked for. Parts that came later are told only where they say
 * something, so that older requests keep theirs. */
void program_fingerprint(const struct store *store, const struct program *program,
                         uint8_t ret_hash[FINGERPRINT_BYTES]);

/* ---- for the parts of the form -------------------------------------------------------------- */

enum { PROGRAM_WHERE_BYTES = 64 };

struct program_form {
    struct reader *reader;
    struct command_call *call;
    struct program *program;
    enum outcome outcome;
    char where[PROGRAM_WHERE_BYTES]; /* before the field: "", "rules[2]." or "tiers.levels[1]." */
};

/* Refuses a field with what is allowed there (static text or the arena's). */
void program_refuse(struct program_form *form, enum outcome outcome, const char *field,
                    const char *allowed);
/* The same with PROGRAM_INVALID and a number or a range in the text. */
void program_invalid(struct program_form *form, const char *field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* `value` where min <= value <= max; else it is refused and min returned. */
int64_t program_number(struct program_form *form, const char *field, int64_t value, int64_t min,
                       int64_t max);
/* An enum value from min to max; `names` are those allowed. */
int program_choice(struct program_form *form, const char *field, int value, int min, int max,
                   const char *names);
/* A printable text of min to max bytes into room for max + 1. */
void program_text(struct program_form *form, const char *field, const char *text, size_t min,
                  size_t max, char *ret_text);
/* 1 to RULE_ID_BYTES_MAX of a-z, 0-9, '_', '-'. */
void program_id(struct program_form *form, const char *field, const char *text, char *ret_text);
/* "field[index]" in the arena; "field" when that is empty. */
const char *program_field(struct program_form *form, const char *field, size_t index);

/* Refuses what is given with a trigger it doesn't belong to; `triggers` are bits. */
enum {
    WITH_REGISTRATION = 1 << TRIGGER_REGISTRATION,
    WITH_PURCHASE = 1 << TRIGGER_PURCHASE,
    WITH_PURCHASES = 1 << TRIGGER_PURCHASE | 1 << TRIGGER_REPURCHASE,
    WITH_EVENTS = WITH_REGISTRATION | WITH_PURCHASES,
    WITH_PERIOD_CLOSE = 1 << TRIGGER_PERIOD_CLOSE,
};
void program_only(struct program_form *form, const struct rule *rule, const char *field,
                  bool given, unsigned triggers);

/* The parts, each of one rule (program_form_rule.c, _brackets.c, _conditions.c, _life.c) or of the
 * whole (_settings.c, _tiers.c). Tiers are read before rules, which name them. */
void program_form_settings(struct program_form *form, const Beckon__V1__Program *message);
void program_form_tiers(struct program_form *form, const Beckon__V1__TierSettings *message);
void program_form_rule(struct program_form *form, const Beckon__V1__Rule *message,
                       struct rule *rule);
void program_form_brackets(struct program_form *form, const Beckon__V1__Rule *message,
                           struct rule *rule);
void program_form_conditions(struct program_form *form, const Beckon__V1__Rule *message,
                             struct rule *rule);
void program_form_life(struct program_form *form, const Beckon__V1__Rule *message,
                       struct rule *rule);

#endif
