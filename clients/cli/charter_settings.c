/* Settings of a charter: redemption, fraud, settlement and tiers, whose words are no plain kind. */
#include <string.h>

#include "clients/cli/charter_inner.h"
#include "clients/message/message_inner.h"

static const Beckon__V1__Program *program_in(const ProtobufCMessage *message)
{
    return (const Beckon__V1__Program *)message;
}

/* ---- redemption ----------------------------------------------------------------------------- */

/* "N points for MONEY" into two fields. */
static void rate_read(struct charter_reading *reading, const struct charter_word *word,
                      ProtobufCMessage *message, const yaml_node_t *node, const char *points_field,
                      const char *minor_field)
{
    const char *text = charter_scalar(reading, word, node);
    int64_t points = 0, minor = 0;
    if (!text)
        return;
    g_auto(GStrv) parts = charter_split(text, " for ");
    if (!parts || !charter_count(parts[0], "point", &points) ||
        !charter_money(reading, node, parts[1], &minor)) {
        charter_wrong(reading, word, node, text);
        return;
    }
    charter_set_number(reading, word, message, points_field, node, points);
    charter_set_number(reading, word, message, minor_field, node, minor);
}

static void rate_write(struct charter_writing *writing, const struct charter_word *word,
                       int64_t points, int64_t minor)
{
    g_autofree char *count =
        charter_amount_text(points, BECKON__V1__UNIT__UNIT_POINTS, writing->currency);
    g_autofree char *money = charter_money_text(minor, writing->currency);
    charter_line_add(writing, word->key, g_strdup_printf("%s for %s", count, money));
}

void charter_redeem_read(struct charter_reading *reading, const struct charter_word *word,
                         ProtobufCMessage *message, const yaml_node_t *node)
{
    rate_read(reading, word, message, node, "redemption.points", "redemption.minor");
}

void charter_redeem_write(struct charter_writing *writing, const struct charter_word *word,
                          const ProtobufCMessage *message)
{
    const Beckon__V1__RedemptionRate *rate = program_in(message)->redemption;
    if (rate)
        rate_write(writing, word, rate->points, rate->minor);
}

/* ---- fraud ---------------------------------------------------------------------------------- */

/* A mapping of its own in a field of the program. */
static void section_read(struct charter_reading *reading, const struct charter_word *word,
                         const struct charter_word *words, ProtobufCMessage *section,
                         const yaml_node_t *node)
{
    g_autofree char *path = g_strdup_printf("%s.", word->field);
    struct charter_depth depth = charter_enter(reading, word->key, path);
    charter_mapping(reading, words, section, node);
    charter_leave(reading, depth);
}

void charter_fraud_read(struct charter_reading *reading, const struct charter_word *word,
                        ProtobufCMessage *message, const yaml_node_t *node)
{
    section_read(reading, word, CHARTER_FRAUD, message_add(message, "fraud"), node);
}

void charter_fraud_write(struct charter_writing *writing, const struct charter_word *word,
                         const ProtobufCMessage *message)
{
    if (!program_in(message)->fraud)
        return;
    gsize opened = charter_open(writing, word->key);
    charter_write_mapping(writing, CHARTER_FRAUD, &program_in(message)->fraud->base);
    charter_close(writing, opened);
}

void charter_registrations_read(struct charter_reading *reading, const struct charter_word *word,
                                ProtobufCMessage *message, const yaml_node_t *node)
{
    static const char SPAN[] = " in 10 minutes";
    const char *text = charter_scalar(reading, word, node);
    int64_t count = 0;
    if (!text)
        return;
    g_autofree char *number =
        g_str_has_suffix(text, SPAN) ? g_strndup(text, strlen(text) - strlen(SPAN)) : NULL;
    if (number && charter_decimal(number, 0, &count))
        charter_set_number(reading, word, message, word->field, node, count);
    else
        charter_wrong(reading, word, node, text);
}

void charter_registrations_write(struct charter_writing *writing, const struct charter_word *word,
                                 const ProtobufCMessage *message)
{
    int64_t count = charter_field_number(message, word->field);
    if (count != 0)
        charter_line_add(writing, word->key,
                         g_strdup_printf("%" G_GINT64_FORMAT " in 10 minutes", (gint64)count));
}

/* "HH:MM", up to 24:00. */
static bool minutes_parse(const char *text, int64_t *ret)
{
    int64_t hours = 0, minutes = 0;
    if (strlen(text) != 5)
        return false;
    g_auto(GStrv) parts = charter_split(text, ":");
    if (!parts || !charter_decimal(parts[0], 0, &hours) ||
        !charter_decimal(parts[1], 0, &minutes) || minutes > 59 || hours * 60 + minutes > 1440)
        return false;
    *ret = hours * 60 + minutes;
    return true;
}

void charter_open_read(struct charter_reading *reading, const struct charter_word *word,
                       ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    int64_t from = 0, until = 0;
    if (!text)
        return;
    g_auto(GStrv) ends = charter_split(text, " to ");
    if (!ends || !minutes_parse(ends[0], &from) || !minutes_parse(ends[1], &until)) {
        charter_wrong(reading, word, node, text);
        return;
    }
    charter_set_number(reading, word, message, "open_from_minutes", node, from);
    charter_set_number(reading, word, message, "open_until_minutes", node, until);
}

void charter_open_write(struct charter_writing *writing, const struct charter_word *word,
                        const ProtobufCMessage *message)
{
    int from = (int)charter_field_number(message, "open_from_minutes");
    int until = (int)charter_field_number(message, "open_until_minutes");
    if (from != 0 || until != 0)
        charter_line_add(writing, word->key,
                         g_strdup_printf("%02d:%02d to %02d:%02d", from / 60, from % 60,
                                         until / 60, until % 60));
}

void charter_cycles_read(struct charter_reading *reading, const struct charter_word *word,
                         ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    int64_t cycles = 0, days = 0;
    if (!text)
        return;
    g_auto(GStrv) parts = charter_split(text, " in ");
    if (!parts || !charter_decimal(parts[0], 0, &cycles) ||
        !charter_count(parts[1], "day", &days)) {
        charter_wrong(reading, word, node, text);
        return;
    }
    charter_set_number(reading, word, message, "refund_cycles", node, cycles);
    charter_set_number(reading, word, message, "refund_cycle_days", node, days);
}

void charter_cycles_write(struct charter_writing *writing, const struct charter_word *word,
                          const ProtobufCMessage *message)
{
    int cycles = (int)charter_field_number(message, "refund_cycles");
    int days = (int)charter_field_number(message, "refund_cycle_days");
    if (cycles != 0 || days != 0)
        charter_line_add(writing, word->key,
                         g_strdup_printf("%d in %d day%s", cycles, days, days == 1 ? "" : "s"));
}

/* ---- settlement ----------------------------------------------------------------------------- */

void charter_settlement_read(struct charter_reading *reading, const struct charter_word *word,
                             ProtobufCMessage *message, const yaml_node_t *node)
{
    section_read(reading, word, CHARTER_SETTLEMENT, message_add(message, "settlement"), node);
}

void charter_settlement_write(struct charter_writing *writing, const struct charter_word *word,
                              const ProtobufCMessage *message)
{
    if (!program_in(message)->settlement)
        return;
    gsize opened = charter_open(writing, word->key);
    charter_write_mapping(writing, CHARTER_SETTLEMENT, &program_in(message)->settlement->base);
    charter_close(writing, opened);
}

void charter_rate_read(struct charter_reading *reading, const struct charter_word *word,
                       ProtobufCMessage *message, const yaml_node_t *node)
{
    rate_read(reading, word, message, node, "rate_points", "rate_minor");
}

void charter_rate_write(struct charter_writing *writing, const struct charter_word *word,
                        const ProtobufCMessage *message)
{
    const Beckon__V1__SettlementSettings *settlement =
        (const Beckon__V1__SettlementSettings *)message;
    if (settlement->rate_points != 0)
        rate_write(writing, word, settlement->rate_points, settlement->rate_minor);
}

/* ---- tiers ---------------------------------------------------------------------------------- */

void charter_tiers_read(struct charter_reading *reading, const struct charter_word *word,
                        ProtobufCMessage *message, const yaml_node_t *node)
{
    section_read(reading, word, CHARTER_TIERS, message_add(message, "tiers"), node);
}

void charter_tiers_write(struct charter_writing *writing, const struct charter_word *word,
                         const ProtobufCMessage *message)
{
    if (!program_in(message)->tiers)
        return;
    gsize opened = charter_open(writing, word->key);
    charter_write_mapping(writing, CHARTER_TIERS, &program_in(message)->tiers->base);
    charter_close(writing, opened);
}

void charter_review_read(struct charter_reading *reading, const struct charter_word *word,
                         ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    int64_t month = 0, day = 0;
    if (!text)
        return;
    if (strcmp(text, "never") == 0 || strcmp(text, "anniversary") == 0) {
        charter_set(reading, word, message, "review", node, text);
        return;
    }
    g_auto(GStrv) parts =
        g_str_has_prefix(text, "every ") && strlen(text) == 11 ? charter_split(text + 6, "-")
                                                               : NULL;
    if (!parts || !charter_decimal(parts[0], 0, &month) || !charter_decimal(parts[1], 0, &day)) {
        charter_wrong(reading, word, node, text);
        return;
    }
    charter_set(reading, word, message, "review", node, "yearly");
    charter_set_number(reading, word, message, "review_month", node, month);
    charter_set_number(reading, word, message, "review_day", node, day);
}

void charter_review_write(struct charter_writing *writing, const struct charter_word *word,
                          const ProtobufCMessage *message)
{
    const Beckon__V1__TierSettings *tiers = (const Beckon__V1__TierSettings *)message;
    if (tiers->review == BECKON__V1__TIER_REVIEW__TIER_REVIEW_ANNIVERSARY)
        charter_line_add(writing, word->key, g_strdup("anniversary"));
    else if (tiers->review == BECKON__V1__TIER_REVIEW__TIER_REVIEW_YEARLY)
        charter_line_add(writing, word->key,
                         g_strdup_printf("every %02d-%02d", tiers->review_month,
                                         tiers->review_day));
}

void charter_steps_read(struct charter_reading *reading, const struct charter_word *word,
                        ProtobufCMessage *message, const yaml_node_t *node)
{
    struct charter_depth top = charter_enter(reading, word->key, "");
    size_t index = 0;
    if (charter_pairs(reading, node)) {
        for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
             pair < node->data.mapping.pairs.top; pair++) {
            const yaml_node_t *key = charter_node(reading, pair->key);
            if (key->type != YAML_SCALAR_NODE)
                continue;
            const char *id = (const char *)key->data.scalar.value;
            ProtobufCMessage *tier = message_add(message, "levels");
            g_autofree char *path = g_strdup_printf("levels[%zu].", index++);
            g_autofree char *itself = g_strndup(path, strlen(path) - 1);
            charter_said(reading, itself, id, key);
            struct charter_depth depth = charter_enter(reading, id, path);
            charter_set(reading, word, tier, "tier_id", key, id);
            charter_mapping(reading, CHARTER_STEP, tier, charter_node(reading, pair->value));
            charter_leave(reading, depth);
        }
    }
    charter_leave(reading, top);
}

void charter_steps_write(struct charter_writing *writing, const struct charter_word *word,
                         const ProtobufCMessage *message)
{
    const Beckon__V1__TierSettings *tiers = (const Beckon__V1__TierSettings *)message;
    gsize steps = charter_open(writing, word->key);
    bool spend = tiers->basis == BECKON__V1__TIER_BASIS__TIER_BASIS_SPEND;
    writing->unit = spend ? BECKON__V1__UNIT__UNIT_CASH : BECKON__V1__UNIT__UNIT_POINTS;
    for (size_t i = 0; i < tiers->n_levels; i++) {
        gsize step = charter_open(writing, tiers->levels[i]->tier_id);
        charter_write_mapping(writing, CHARTER_STEP, &tiers->levels[i]->base);
        charter_close(writing, step);
    }
    charter_close(writing, steps);
}

/* Points or money as `by` says, which is read before the steps. */
void charter_threshold_read(struct charter_reading *reading, const struct charter_word *word,
                            ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    Beckon__V1__Unit unit = BECKON__V1__UNIT__UNIT_UNSPECIFIED;
    int64_t value = 0;
    if (!text)
        return;
    Beckon__V1__TierBasis basis = reading->charter->program->tiers->basis;
    bool spend = basis == BECKON__V1__TIER_BASIS__TIER_BASIS_SPEND;
    if (!charter_amount(reading, node, text, &unit, &value))
        charter_wrong(reading, word, node, text);
    else if (basis != 0 && spend != (unit == BECKON__V1__UNIT__UNIT_CASH))
        charter_error(reading, node, word->key, "must be %s, which the tiers go by",
                      spend ? "MONEY" : "N points");
    else
        charter_set_number(reading, word, message, word->field, node, value);
}

void charter_threshold_write(struct charter_writing *writing, const struct charter_word *word,
                             const ProtobufCMessage *message)
{
    charter_amount_write(writing, word, message);
}

void charter_multiplier_read(struct charter_reading *reading, const struct charter_word *word,
                             ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    int64_t value = 0;
    if (text && charter_decimal(text, 4, &value) && value > 0)
        charter_set_number(reading, word, message, word->field, node, value);
    else if (text)
        charter_wrong(reading, word, node, text);
}

void charter_multiplier_write(struct charter_writing *writing, const struct charter_word *word,
                              const ProtobufCMessage *message)
{
    int64_t value = charter_field_number(message, word->field);
    if (value != 0 && value != word->absent)
        charter_line_add(writing, word->key, charter_decimal_text(value, 4, false));
}
