/* Rules of a charter: what they give, and the words of a rule that are no plain kind. */
#include <string.h>

#include "clients/cli/charter_inner.h"
#include "clients/message/message_inner.h"

static Beckon__V1__Rule *rule_of(ProtobufCMessage *message)
{
    return (Beckon__V1__Rule *)message;
}

static const Beckon__V1__Rule *rule_in(const ProtobufCMessage *message)
{
    return (const Beckon__V1__Rule *)message;
}

/* ---- rules ---------------------------------------------------------------------------------- */

void charter_rules_read(struct charter_reading *reading, const struct charter_word *word,
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
            ProtobufCMessage *rule = message_add(message, "rules");
            const char *id = (const char *)key->data.scalar.value;
            g_autofree char *path = g_strdup_printf("rules[%zu].", index++);
            g_autofree char *itself = g_strndup(path, strlen(path) - 1);
            charter_said(reading, itself, id, key);
            struct charter_depth depth = charter_enter(reading, id, path);
            charter_said(reading, "rule_id", "", key);
            charter_set(reading, word, rule, "rule_id", key, id);
            charter_mapping(reading, CHARTER_RULE, rule, charter_node(reading, pair->value));
            charter_leave(reading, depth);
        }
    }
    charter_leave(reading, top);
}

void charter_rules_write(struct charter_writing *writing, const struct charter_word *word,
                         const ProtobufCMessage *message)
{
    const Beckon__V1__Program *program = (const Beckon__V1__Program *)message;
    gsize rules = charter_open(writing, word->key);
    for (size_t i = 0; i < program->n_rules; i++) {
        gsize rule = charter_open(writing, program->rules[i]->rule_id);
        writing->unit = program->rules[i]->unit;
        charter_write_mapping(writing, CHARTER_RULE, &program->rules[i]->base);
        charter_close(writing, rule);
    }
    charter_close(writing, rules);
}

/* ---- what it gives -------------------------------------------------------------------------- */

struct gift {
    Beckon__V1__Unit unit;
    bool rate;
    int64_t value; /* an amount, or basis points */
};

enum { BP_ONE = 10000 };

/* "1 point per 10.00 CNY": so many points for so much money, as basis points of minor units. */
static bool points_rate_parse(struct charter_reading *reading, const yaml_node_t *node,
                              const char *points, const char *money, int64_t *ret)
{
    int64_t count = 0, minor = 0;
    if (!charter_count(points, "point", &count) || !charter_money(reading, node, money, &minor))
        return false;
    if (minor == 0 || count > BP_ONE || count * BP_ONE % minor != 0) {
        charter_error(reading, node, NULL, "is no whole number of points for 10000 times the "
                      "smallest coin");
        return true;
    }
    *ret = count * BP_ONE / minor;
    return true;
}

/* "5 points", "2.00 CNY", "1 point per 10.00 CNY", "1.5 % as cash". */
static bool gift_parse(struct charter_reading *reading, const yaml_node_t *node, const char *text,
                       struct gift *ret)
{
    g_auto(GStrv) points = charter_split(text, " per ");
    g_auto(GStrv) cash = charter_split(text, " as ");
    ret->rate = points || cash;
    ret->unit = points ? BECKON__V1__UNIT__UNIT_POINTS : BECKON__V1__UNIT__UNIT_CASH;
    if (points)
        return points_rate_parse(reading, node, points[0], points[1], &ret->value);
    if (cash)
        return strcmp(cash[1], "cash") == 0 && charter_percent(cash[0], &ret->value);
    return charter_amount(reading, node, text, &ret->unit, &ret->value);
}

/* Points for one unit of money where that is whole, else the smallest whole numbers. */
static char *points_rate_text(int64_t bp, const char *currency)
{
    int64_t points = bp, minor = BP_ONE, one = 1;
    for (unsigned i = 0; i < charter_currency_digits(currency); i++)
        one *= 10;
    if (bp * one % BP_ONE == 0) {
        points = bp * one / BP_ONE;
        minor = one;
    }
    for (int64_t divisor = BP_ONE; minor != one && divisor > 1; divisor--) {
        if (points % divisor == 0 && minor % divisor == 0) {
            points /= divisor;
            minor /= divisor;
        }
    }
    g_autofree char *money = charter_money_text(minor, currency);
    return g_strdup_printf("%" G_GINT64_FORMAT " point%s per %s", (gint64)points,
                           points == 1 ? "" : "s", money);
}

static char *gift_text(const struct gift *gift, const char *currency)
{
    if (!gift->rate)
        return charter_amount_text(gift->value, gift->unit, currency);
    if (gift->unit == BECKON__V1__UNIT__UNIT_POINTS)
        return points_rate_text(gift->value, currency);
    g_autofree char *percent = charter_percent_text(gift->value);
    return g_strdup_printf("%s as cash", percent);
}

void charter_gives_read(struct charter_reading *reading, const struct charter_word *word,
                        ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    struct gift gift = {.rate = false};
    if (!text)
        return;
    if (strcmp(text, "coupon") == 0 || strcmp(text, "gift") == 0) {
        charter_set(reading, word, message, "reward", node, text);
    } else if (gift_parse(reading, node, text, &gift)) {
        rule_of(message)->unit = gift.unit;
        charter_set_number(reading, word, message, gift.rate ? "rate_bp" : "fixed_amount", node,
                           gift.value);
    } else {
        charter_wrong(reading, word, node, text);
    }
}

void charter_gives_write(struct charter_writing *writing, const struct charter_word *word,
                         const ProtobufCMessage *message)
{
    const Beckon__V1__Rule *rule = rule_in(message);
    if (rule->reward != BECKON__V1__REWARD__REWARD_AMOUNT) {
        bool coupon = rule->reward == BECKON__V1__REWARD__REWARD_COUPON;
        charter_line_add(writing, word->key, g_strdup(coupon ? "coupon" : "gift"));
        return;
    }
    struct gift gift = {.unit = rule->unit};
    if (rule->formula_case == BECKON__V1__RULE__FORMULA_FIXED_AMOUNT) {
        gift.value = rule->fixed_amount;
    } else if (rule->formula_case == BECKON__V1__RULE__FORMULA_RATE_BP) {
        gift.rate = true;
        gift.value = rule->rate_bp;
    } else {
        return;
    }
    charter_line_add(writing, word->key, gift_text(&gift, writing->currency));
}

/* ---- brackets ------------------------------------------------------------------------------- */

/* A bound in what the rule's brackets go by. */
static bool bound_parse(struct charter_reading *reading, const yaml_node_t *node,
                        const Beckon__V1__Rule *rule, const char *text, int64_t *ret)
{
    if (strcmp(text, "0") == 0) {
        *ret = 0;
        return true;
    }
    if (rule->kpi == BECKON__V1__KPI__KPI_UNSPECIFIED)
        return charter_money(reading, node, text, ret);
    return rule->kpi == BECKON__V1__KPI__KPI_REPURCHASE_RATE ? charter_percent(text, ret)
                                                             : charter_decimal(text, 0, ret);
}

static char *bound_text(const Beckon__V1__Rule *rule, int64_t bound, const char *currency)
{
    if (bound == 0)
        return g_strdup("0");
    if (rule->kpi == BECKON__V1__KPI__KPI_UNSPECIFIED)
        return charter_money_text(bound, currency);
    return rule->kpi == BECKON__V1__KPI__KPI_REPURCHASE_RATE
               ? charter_percent_text(bound) : charter_decimal_text(bound, 0, false);
}

/* "A to B" or "A and above". */
static bool bounds_read(struct charter_reading *reading, const yaml_node_t *node,
                        const Beckon__V1__Rule *rule, Beckon__V1__Bracket *bracket)
{
    static const char ABOVE[] = " and above";
    const char *text = (const char *)node->data.scalar.value;
    if (g_str_has_suffix(text, ABOVE)) {
        g_autofree char *from = g_strndup(text, strlen(text) - strlen(ABOVE));
        return bound_parse(reading, node, rule, from, &bracket->from);
    }
    g_auto(GStrv) ends = charter_split(text, " to ");
    return ends && bound_parse(reading, node, rule, ends[0], &bracket->from) &&
           bound_parse(reading, node, rule, ends[1], &bracket->to);
}

static void bracket_read(struct charter_reading *reading, const struct charter_word *word,
                         Beckon__V1__Rule *rule, Beckon__V1__Bracket *bracket,
                         const yaml_node_t *value)
{
    const char *text = charter_scalar(reading, word, value);
    struct gift gift = {.rate = false};
    if (!text || strcmp(text, "nothing") == 0)
        return;
    if (!gift_parse(reading, value, text, &gift)) {
        charter_error(reading, value, NULL, "must be N points, MONEY, N points per MONEY, "
                      "N %% as cash, or nothing; not \"%s\"", text);
        return;
    }
    if (rule->unit != BECKON__V1__UNIT__UNIT_UNSPECIFIED && rule->unit != gift.unit)
        charter_error(reading, value, NULL, "points and cash in one rule");
    rule->unit = gift.unit;
    charter_set_number(reading, word, &bracket->base, gift.rate ? "rate_bp" : "fixed_amount",
                       value, gift.value);
}

void charter_brackets_read(struct charter_reading *reading, const struct charter_word *word,
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
            const char *bounds = (const char *)key->data.scalar.value;
            Beckon__V1__Bracket *bracket =
                (Beckon__V1__Bracket *)message_add(message, "brackets");
            g_autofree char *path = g_strdup_printf("brackets[%zu]", index++);
            charter_said(reading, path, bounds, key);
            struct charter_depth depth = charter_enter(reading, bounds, "");
            if (!bounds_read(reading, key, rule_in(message), bracket))
                charter_error(reading, key, NULL, "must be A to B, or A and above, in %s",
                              rule_in(message)->kpi == 0 ? "MONEY"
                              : rule_in(message)->kpi == BECKON__V1__KPI__KPI_REPURCHASE_RATE
                                  ? "N %" : "members");
            bracket_read(reading, word, rule_of(message), bracket,
                         charter_node(reading, pair->value));
            charter_leave(reading, depth);
        }
    }
    charter_leave(reading, top);
}

void charter_brackets_write(struct charter_writing *writing, const struct charter_word *word,
                            const ProtobufCMessage *message)
{
    const Beckon__V1__Rule *rule = rule_in(message);
    if (rule->n_brackets == 0)
        return;
    gsize opened = charter_open(writing, word->key);
    for (size_t i = 0; i < rule->n_brackets; i++) {
        const Beckon__V1__Bracket *bracket = rule->brackets[i];
        g_autofree char *from = bound_text(rule, bracket->from, writing->currency);
        g_autofree char *to = bound_text(rule, bracket->to, writing->currency);
        g_autofree char *key = bracket->to == 0 ? g_strdup_printf("%s and above", from)
                                                : g_strdup_printf("%s to %s", from, to);
        struct gift gift = {.unit = rule->unit};
        gift.rate = bracket->formula_case == BECKON__V1__BRACKET__FORMULA_RATE_BP;
        gift.value = gift.rate ? bracket->rate_bp : bracket->fixed_amount;
        bool gives = bracket->formula_case != BECKON__V1__BRACKET__FORMULA__NOT_SET;
        charter_line_add(writing, key,
                         gives ? gift_text(&gift, writing->currency) : g_strdup("nothing"));
    }
    charter_close(writing, opened);
}
