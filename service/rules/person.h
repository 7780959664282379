/* What rules look at of a member's profile: birthday, gender, attributes. Pure.
 *
 * A birthday of February 29 counts as February 28 in common years. What is not known meets no
 * condition. */
#ifndef BECKON_SERVICE_RULES_PERSON_H
#define BECKON_SERVICE_RULES_PERSON_H

#include <stdbool.h>
#include <stddef.h>

#include "store/program.h"
#include "store/record.h"

enum { PERSON_ATTRIBUTES_MAX = 16 };

/* Points into the profile it was made from. */
struct person {
    int birth_year;              /* 0: not known */
    int birth_month, birth_day;  /* 0: not known */
    const char *gender;
    size_t attribute_count;
    struct person_attribute {
        const char *name, *value;
    } attributes[PERSON_ATTRIBUTES_MAX];
};

/* Reads "YYYY-MM-DD" or "--MM-DD" into the birth fields; anything else leaves them unknown. */
void person_set_birthday(struct person *person, const char *text);

/* Is it her birthday, does it lie in the ISO week or the month of the date? */
bool person_has_birthday(const struct person *person, enum birthday_condition condition,
                         business_date date);
/* The first of her birthdays on `date` or later; DATE_NEVER: not known. */
business_date person_next_birthday(const struct person *person, business_date date);
/* Are her full years on the date in [from, to)? to 0: open. */
bool person_age_within(const struct person *person, unsigned from, unsigned to,
                       business_date date);
/* Has she this attribute, with this value? */
bool person_has_attribute(const struct person *person, const char *name, const char *value);

#endif
