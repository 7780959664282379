/* The conditions of a rule; all of them must hold for it to pay. */
#include <string.h>

#include "service/command/program_form.h"
#include "service/limits.h"
#include "store/shops.h"

enum { AGE_MAX = 150, WEEKDAYS = 7 };

/* Looks every shop up even where one has to be fetched first, so that all are fetched at once. */
static void form_shops(struct program_form *form, const Beckon__V1__Rule *message,
                       struct rule *rule)
{
    struct program *program = form->program;

    if (message->n_shop_ids > (size_t)(PROGRAM_SHOPS_MAX - program->shop_count)) {
        program_invalid(form, "shop_ids", "%d of all rules", (int)PROGRAM_SHOPS_MAX);
        return;
    }
    rule->shops = (struct pool_part){program->shop_count, (uint16_t)message->n_shop_ids};
    for (size_t i = 0; i < message->n_shop_ids; i++) {
        const char *id = message->shop_ids[i];
        size_t size = strlen(id);
        uint32_t shop = 0;
        enum store_result found = STORE_ABSENT;

        if (size <= SHOP_ID_BYTES_MAX)
            found = shops_find(form->reader, (struct bytes){(const uint8_t *)id, size}, &shop);
        if (found == STORE_ABSENT)
            program_refuse(form, OUTCOME_SHOP_UNKNOWN, program_field(form, "shop_ids", i), NULL);
        else if (form->outcome == OUTCOME_OK)
            form->outcome = command_outcome(found, OUTCOME_INTERNAL);
        for (size_t k = 0; k < i; k++)
            if (shop != 0 && program->shops[rule->shops.start + k] == shop)
                program_invalid(form, program_field(form, "shop_ids", i), "distinct");
        program->shops[program->shop_count++] = shop;
    }
}

static void form_categories(struct program_form *form, const Beckon__V1__Rule *message,
                            struct rule *rule)
{
    struct program *program = form->program;

    if (message->n_categories > (size_t)(PROGRAM_CATEGORIES_MAX - program->category_count)) {
        program_invalid(form, "categories", "%d of all rules", (int)PROGRAM_CATEGORIES_MAX);
        return;
    }
    rule->categories =
        (struct pool_part){program->category_count, (uint16_t)message->n_categories};
    for (size_t i = 0; i < message->n_categories && form->outcome == OUTCOME_OK; i++) {
        char text[LINE_TEXT_BYTES_MAX + 1] = {0};
        const char *field = program_field(form, "categories", i);

        program_text(form, field, message->categories[i], 1, LINE_TEXT_BYTES_MAX, text);
        for (size_t k = rule->categories.start; k < program->category_count; k++)
            if (memcmp(program->categories[k], text, LINE_TEXT_BYTES_MAX) == 0)
                program_refuse(form, OUTCOME_PROGRAM_INVALID, field, "distinct");
        memcpy(program->categories[program->category_count++], text, LINE_TEXT_BYTES_MAX);
    }
}

static void form_tier_ids(struct program_form *form, const Beckon__V1__Rule *message,
                          struct rule *rule)
{
    const struct program *program = form->program;

    for (size_t i = 0; i < message->n_tier_ids && form->outcome == OUTCOME_OK; i++) {
        const char *field = program_field(form, "tier_ids", i);
        size_t tier = 0;

        while (tier < program->tier_count &&
               strcmp(program->tiers[tier].id, message->tier_ids[i]) != 0)
            tier++;
        if (tier == program->tier_count)
            program_refuse(form, OUTCOME_PROGRAM_INVALID, field, "a tier_id of tiers.levels");
        else if ((rule->tiers & 1u << tier) != 0)
            program_refuse(form, OUTCOME_PROGRAM_INVALID, field, "distinct");
        else
            rule->tiers |= (uint8_t)(1u << tier);
    }
}

static void form_weekdays(struct program_form *form, const Beckon__V1__Rule *message,
                          struct rule *rule)
{
    for (size_t i = 0; i < message->n_weekdays && form->outcome == OUTCOME_OK; i++) {
        const char *field = program_field(form, "weekdays", i);
        int day = program_choice(form, field, (int)message->weekdays[i], 1, WEEKDAYS,
                                 "MONDAY..SUNDAY");
        if ((rule->weekdays & 1u << (day - 1)) != 0)
            program_refuse(form, OUTCOME_PROGRAM_INVALID, field, "distinct");
        rule->weekdays |= (uint8_t)(1u << (day - 1));
    }
}

static void form_person(struct program_form *form, const Beckon__V1__Rule *message,
                        struct rule *rule)
{
    rule->birthday = (enum birthday_condition)program_choice(
        form, "birthday", (int)message->birthday, 0, BIRTHDAY_MONTH, "ANY, DAY, WEEK, MONTH");
    rule->age_from = (uint8_t)program_number(form, "age_from", message->age_from, 0, AGE_MAX);
    if (message->age_until != 0)
        rule->age_to = (uint8_t)program_number(form, "age_until", message->age_until,
                                               rule->age_from + 1, AGE_MAX);
    program_text(form, "gender", message->gender, 0, ATTRIBUTE_BYTES_MAX, rule->gender);
    program_text(form, "attribute", message->attribute, 0, ATTRIBUTE_BYTES_MAX, rule->attribute);
    bool named = message->attribute[0] != '\0';
    program_text(form, "attribute_value", message->attribute_value, named ? 1 : 0,
                 named ? ATTRIBUTE_BYTES_MAX : 0, rule->attribute_value);
}

static void form_window(struct program_form *form, const Beckon__V1__Rule *message,
                        struct rule *rule)
{
    const struct { const char *field, *text; business_date absent, *date; } ends[] = {
        {"window_from_date", message->window_from_date, DATE_ALWAYS, &rule->window_from},
        {"window_until_date", message->window_until_date, DATE_NEVER, &rule->window_to},
    };
    for (size_t i = 0; i < 2 && form->outcome == OUTCOME_OK; i++) {
        enum outcome outcome = form_date(form->call, ends[i].text, ends[i].field, false,
                                         ends[i].absent, ends[i].date);
        if (outcome != OUTCOME_OK) program_refuse(form, outcome, ends[i].field, "YYYY-MM-DD");
    }
    if (form->outcome == OUTCOME_OK && rule->window_from >= rule->window_to)
        program_refuse(form, OUTCOME_PROGRAM_INVALID, "window_until_date",
                       "later than window_from_date");
}

/* What belongs to which trigger. */
static void check_triggers(struct program_form *form, const Beckon__V1__Rule *message,
                           const struct rule *rule)
{
    const struct { const char *field; bool given; unsigned triggers; } conditions[] = {
        {"referrer", message->referrer != 0, WITH_EVENTS},
        {"code", message->code != 0, WITH_EVENTS},
        {"shop_ids", message->n_shop_ids > 0, WITH_EVENTS},
        {"categories", message->n_categories > 0, WITH_PURCHASES},
        {"tier_ids", message->n_tier_ids > 0, WITH_PURCHASES},
        {"weekdays", message->n_weekdays > 0, WITH_EVENTS},
        {"minimum_minor", message->minimum_minor != 0, WITH_PURCHASES},
        {"first_purchase", message->first_purchase, WITH_PURCHASE},
        {"within_days", message->within_days != 0, WITH_PURCHASES},
        {"birthday", message->birthday != 0, WITH_EVENTS},
        {"age_from", message->age_from != 0, WITH_EVENTS},
        {"age_until", message->age_until != 0, WITH_EVENTS},
        {"gender", message->gender[0] != '\0', WITH_EVENTS},
        {"attribute", message->attribute[0] != '\0', WITH_EVENTS},
        {"window_from_date", message->window_from_date[0] != '\0', WITH_EVENTS},
        {"window_until_date", message->window_until_date[0] != '\0', WITH_EVENTS},
    };
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
        program_only(form, rule, conditions[i].field, conditions[i].given,
                     conditions[i].triggers);
}

void program_form_conditions(struct program_form *form, const Beckon__V1__Rule *message,
                             struct rule *rule)
{
    check_triggers(form, message, rule);
    form_shops(form, message, rule);
    form_categories(form, message, rule);
    form_tier_ids(form, message, rule);
    form_weekdays(form, message, rule);
    rule->minimum_minor = program_number(form, "minimum_minor", message->minimum_minor, 0,
                                         LIMIT_AMOUNT_MINOR);
    rule->first_purchase = message->first_purchase;
    rule->within_days = (uint16_t)program_number(form, "within_days", message->within_days, 0,
                                                 HOLD_DAYS_MAX);
    form_person(form, message, rule);
    form_window(form, message, rule);
}
