/* Conditions, caps and expiry of a charter's rules: the words that are no plain kind. */
#include <stdlib.h>
#include <string.h>

#include "clients/cli/charter_inner.h"
#include "clients/message/message.h"
#include "clients/message/text.h"

enum { WEEKDAYS = 7, DATE_CHARS = 10 };

static const Beckon__V1__Rule *rule_in(const ProtobufCMessage *message)
{
    return (const Beckon__V1__Rule *)message;
}

/* ---- lists of words ------------------------------------------------------------------------- */

void charter_weekdays_read(struct charter_reading *reading, const struct charter_word *word,
                           ProtobufCMessage *message, const yaml_node_t *node)
{
    charter_texts_read(reading, word, message, node);
}

void charter_weekdays_write(struct charter_writing *writing, const struct charter_word *word,
                            const ProtobufCMessage *message)
{
    const Beckon__V1__Rule *rule = rule_in(message);
    char *names[WEEKDAYS];
    size_t count = 0;
    for (int day = 1; day <= WEEKDAYS; day++) {
        for (size_t i = 0; i < rule->n_weekdays; i++) {
            if ((int)rule->weekdays[i] != day)
                continue;
            names[count++] = text_of_enum(&beckon__v1__weekday__descriptor, day);
            break;
        }
    }
    if (count > 0)
        charter_line_add(writing, word->key, charter_list_text(names, count));
    for (size_t i = 0; i < count; i++)
        g_free(names[i]);
}

void charter_tier_ids_read(struct charter_reading *reading, const struct charter_word *word,
                           ProtobufCMessage *message, const yaml_node_t *node)
{
    charter_texts_read(reading, word, message, node);
}

static int text_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A set: in the order of their names, whatever order it was said in. */
void charter_tier_ids_write(struct charter_writing *writing, const struct charter_word *word,
                            const ProtobufCMessage *message)
{
    const Beckon__V1__Rule *rule = rule_in(message);
    if (rule->n_tier_ids == 0)
        return;
    g_autofree char **names = g_memdup2(rule->tier_ids, rule->n_tier_ids * sizeof *names);
    qsort(names, rule->n_tier_ids, sizeof *names, text_order);
    charter_line_add(writing, word->key, charter_list_text(names, rule->n_tier_ids));
}

/* ---- age, attribute ------------------------------------------------------------------------- */

void charter_age_read(struct charter_reading *reading, const struct charter_word *word,
                      ProtobufCMessage *message, const yaml_node_t *node)
{
    static const char ABOVE[] = " and above";
    const char *text = charter_scalar(reading, word, node);
    int64_t from = 0, until = 0;
    if (!text)
        return;
    bool good;
    if (g_str_has_suffix(text, ABOVE)) {
        g_autofree char *number = g_strndup(text, strlen(text) - strlen(ABOVE));
        good = charter_decimal(number, 0, &from);
    } else {
        g_auto(GStrv) ends = charter_split(text, " to ");
        good = ends && charter_decimal(ends[0], 0, &from) && charter_decimal(ends[1], 0, &until);
    }
    if (!good) {
        charter_wrong(reading, word, node, text);
        return;
    }
    charter_set_number(reading, word, message, "age_from", node, from);
    charter_set_number(reading, word, message, "age_until", node, until);
}

void charter_age_write(struct charter_writing *writing, const struct charter_word *word,
                       const ProtobufCMessage *message)
{
    const Beckon__V1__Rule *rule = rule_in(message);
    if (rule->age_until != 0)
        charter_line_add(writing, word->key,
                         g_strdup_printf("%d to %d", rule->age_from, rule->age_until));
    else if (rule->age_from != 0)
        charter_line_add(writing, word->key, g_strdup_printf("%d and above", rule->age_from));
}

void charter_attribute_read(struct charter_reading *reading, const struct charter_word *word,
                            ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    if (!text)
        return;
    g_auto(GStrv) parts = charter_split(text, " = ");
    if (!parts) {
        charter_wrong(reading, word, node, text);
        return;
    }
    charter_set(reading, word, message, "attribute", node, parts[0]);
    charter_set(reading, word, message, "attribute_value", node, parts[1]);
}

void charter_attribute_write(struct charter_writing *writing, const struct charter_word *word,
                             const ProtobufCMessage *message)
{
    const Beckon__V1__Rule *rule = rule_in(message);
    if (rule->attribute[0] == '\0')
        return;
    g_autofree char *text = g_strdup_printf("%s = %s", rule->attribute, rule->attribute_value);
    charter_line_add(writing, word->key, charter_quoted(text));
}

/* ---- windows -------------------------------------------------------------------------------- */

/* "YYYY-MM-DD", `days` later, or NULL where it is no date. */
static char *date_moved(const char *text, int days)
{
    GDate date;
    if (strlen(text) != DATE_CHARS || text[4] != '-' || text[7] != '-')
        return NULL;
    g_date_set_parse(&date, text);
    if (!g_date_valid(&date))
        return NULL;
    if (days >= 0)
        g_date_add_days(&date, (guint)days);
    else
        g_date_subtract_days(&date, (guint)-days);
    return g_strdup_printf("%04d-%02d-%02d", g_date_get_year(&date), (int)g_date_get_month(&date),
                           g_date_get_day(&date));
}

/* People name the last day, the service the day after. */
void charter_window_read(struct charter_reading *reading, const struct charter_word *word,
                         ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    if (!text)
        return;
    g_auto(GStrv) ends = charter_split(text, " through ");
    const char *from = ends ? ends[0] : g_str_has_prefix(text, "from ") ? text + 5 : NULL;
    const char *through = ends ? ends[1] : g_str_has_prefix(text, "through ") ? text + 8 : NULL;
    g_autofree char *first = from ? date_moved(from, 0) : NULL;
    g_autofree char *after = through ? date_moved(through, 1) : NULL;
    if ((!from && !through) || (from && !first) || (through && !after)) {
        charter_wrong(reading, word, node, text);
        return;
    }
    if (first)
        charter_set(reading, word, message, "window_from_date", node, first);
    if (after)
        charter_set(reading, word, message, "window_until_date", node, after);
}

void charter_window_write(struct charter_writing *writing, const struct charter_word *word,
                          const ProtobufCMessage *message)
{
    const Beckon__V1__Rule *rule = rule_in(message);
    bool from = rule->window_from_date[0] != '\0', until = rule->window_until_date[0] != '\0';
    g_autofree char *last = until ? date_moved(rule->window_until_date, -1) : NULL;
    if (from && last)
        charter_line_add(writing, word->key,
                         g_strdup_printf("%s through %s", rule->window_from_date, last));
    else if (from)
        charter_line_add(writing, word->key, g_strdup_printf("from %s", rule->window_from_date));
    else if (last)
        charter_line_add(writing, word->key, g_strdup_printf("through %s", last));
}

/* ---- caps, expiry --------------------------------------------------------------------------- */

void charter_cap_read(struct charter_reading *reading, const struct charter_word *word,
                      ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    Beckon__V1__Unit unit = BECKON__V1__UNIT__UNIT_UNSPECIFIED;
    int64_t value = 0;
    if (!text)
        return;
    g_auto(GStrv) parts = charter_split(text, " a ");
    bool period = parts && (strcmp(parts[1], "day") == 0 || strcmp(parts[1], "month") == 0 ||
                            strcmp(parts[1], "year") == 0);
    if (!period || !charter_amount(reading, node, parts[0], &unit, &value)) {
        charter_wrong(reading, word, node, text);
        return;
    }
    if (rule_in(message)->unit != 0 && rule_in(message)->unit != unit)
        charter_error(reading, node, word->key, "is not in what the rule gives");
    charter_set_number(reading, word, message, "cap_per_beneficiary", node, value);
    charter_set(reading, word, message, "cap_period", node, parts[1]);
}

void charter_cap_write(struct charter_writing *writing, const struct charter_word *word,
                       const ProtobufCMessage *message)
{
    const Beckon__V1__Rule *rule = rule_in(message);
    if (rule->cap_period == BECKON__V1__PERIOD__PERIOD_UNSPECIFIED)
        return;
    g_autofree char *amount =
        charter_amount_text(rule->cap_per_beneficiary, writing->unit, writing->currency);
    g_autofree char *period = text_of_enum(&beckon__v1__period__descriptor, (int)rule->cap_period);
    charter_line_add(writing, word->key, g_strdup_printf("%s a %s", amount, period));
}

void charter_expires_read(struct charter_reading *reading, const struct charter_word *word,
                          ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    int64_t count = 0;
    if (!text)
        return;
    const char *kind = strcmp(text, "never") == 0              ? "never"
                       : strcmp(text, "end of year") == 0      ? "end_of_year"
                       : strcmp(text, "end of next year") == 0 ? "end_of_next_year"
                       : charter_count(text, "day", &count)    ? "days"
                       : charter_count(text, "month", &count)  ? "months" : NULL;
    if (!kind) {
        charter_wrong(reading, word, node, text);
        return;
    }
    charter_set(reading, word, message, "expiry", node, kind);
    charter_set_number(reading, word, message, "expiry_count", node, count);
}

void charter_expires_write(struct charter_writing *writing, const struct charter_word *word,
                           const ProtobufCMessage *message)
{
    const Beckon__V1__Rule *rule = rule_in(message);
    bool days = rule->expiry == BECKON__V1__EXPIRY__EXPIRY_DAYS;
    if (days || rule->expiry == BECKON__V1__EXPIRY__EXPIRY_MONTHS)
        charter_line_add(writing, word->key,
                         g_strdup_printf("%d %s%s", rule->expiry_count, days ? "day" : "month",
                                         rule->expiry_count == 1 ? "" : "s"));
    else if (rule->expiry != BECKON__V1__EXPIRY__EXPIRY_NEVER)
        charter_line_add(writing, word->key,
                         g_strdelimit(text_of_enum(&beckon__v1__expiry__descriptor,
                                                   (int)rule->expiry), "_", ' '));
}
