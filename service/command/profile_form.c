#include "service/command/profile_form.h"

#include <string.h>

#include "service/command/form.h"
#include "service/rules/civil_date.h"

enum outcome profile_form_name(struct command_call *call, const char *text,
                               struct profile *profile)
{
    return form_text(call, text, "name", 0, NAME_BYTES_MAX, profile->name);
}

enum outcome profile_form_birthday(struct command_call *call, const char *text,
                                   struct profile *profile)
{
    char full[CIVIL_DATE_BYTES];
    business_date date;
    size_t size = strlen(text);

    if (size == 0) {
        profile->birthday[0] = '\0';
        return OUTCOME_OK;
    }
    if (size == 7 && text[0] == '-' && text[1] == '-') { /* ISO 8601: no year; 2000 had Feb 29 */
        memcpy(full, "2000", 4);
        memcpy(full + 4, text + 1, 7);
    } else if (size == 10 && memcmp(text, "19", 2) == 0 && memcmp(text, "1970", 4) < 0) {
        /* Dates begin in 1970; people don't. The same day 72 years on has the same calendar. */
        memcpy(full, text, 11);
        int year = (text[2] - '0') * 10 + (text[3] - '0') + 72;
        if (text[2] < '0' || text[2] > '9' || text[3] < '0' || text[3] > '9') year = 0;
        full[0] = year >= 100 ? '2' : '1';
        full[1] = year >= 100 ? '0' : '9';
        full[2] = (char)('0' + year % 100 / 10);
        full[3] = (char)('0' + year % 10);
        if (memcmp(text, "1900", 4) == 0 && memcmp(text + 4, "-02-29", 6) == 0) full[9] = 'x';
    } else if (size == 10) {
        memcpy(full, text, 11);
    } else {
        return form_refuse(call, OUTCOME_DATE_INVALID, "birthday", "YYYY-MM-DD, --MM-DD");
    }
    if (!civil_date_parse((struct bytes){(const uint8_t *)full, 10}, &date))
        return form_refuse(call, OUTCOME_DATE_INVALID, "birthday", "YYYY-MM-DD, --MM-DD");
    memcpy(profile->birthday, text, size + 1);
    return OUTCOME_OK;
}

enum outcome profile_form_gender(struct command_call *call, const char *text,
                                 struct profile *profile)
{
    return form_text(call, text, "gender", 0, GENDER_BYTES_MAX, profile->gender);
}

enum outcome profile_form_attributes(struct command_call *call,
                                     Beckon__V1__Attribute *const *attributes, size_t count,
                                     struct profile *profile)
{
    if (count > ATTRIBUTES_MAX)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "attributes", "0..16");
    for (size_t i = 0; i < count; i++) {
        struct profile_attribute *attribute = &profile->attributes[i];

        enum outcome outcome = form_text(call, attributes[i]->name, "attributes.name", 1,
                                         ATTRIBUTE_NAME_BYTES_MAX, attribute->name);
        if (outcome != OUTCOME_OK) return outcome;
        outcome = form_text(call, attributes[i]->value, "attributes.value", 0,
                            ATTRIBUTE_VALUE_BYTES_MAX, attribute->value);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t k = 0; k < i; k++)
            if (strcmp(profile->attributes[k].name, attribute->name) == 0)
                return form_refuse(call, OUTCOME_VALUE_INVALID, "attributes.name", "distinct");
    }
    profile->attribute_count = count;
    return OUTCOME_OK;
}
