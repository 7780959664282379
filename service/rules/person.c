#include "service/rules/person.h"

#include <string.h>

#include "store/date.h"

/* `count` ASCII digits; -1 when one isn't. */
static int digits(const char *text, size_t count)
{
    int number = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

void person_set_birthday(struct person *person, const char *text)
{
    size_t size = strlen(text);
    bool with_year = size == 10 && text[4] == '-';
    int year = with_year ? digits(text, 4) : 0;

    if (!with_year && (size != 7 || text[0] != '-' || text[1] != '-')) return;
    const char *rest = with_year ? text + 5 : text + 2; /* MM-DD */
    int month = digits(rest, 2), day = digits(rest + 3, 2);
    if (rest[2] != '-' || year < 0 || month < 1 || month > 12 || day < 1 || day > 31) return;
    person->birth_year = year;
    person->birth_month = month;
    person->birth_day = day;
}

/* Her birthday in that year. */
static business_date birthday_in(const struct person *person, int year)
{
    business_date month = date_from_civil(year, person->birth_month, 1);
    business_date date = month + person->birth_day - 1;
    business_date last = date_add_months(month, 1) - 1;
    return date < last ? date : last;
}

bool person_has_birthday(const struct person *person, enum birthday_condition condition,
                         business_date date)
{
    int year, month, day, year_of_sunday;

    if (condition == BIRTHDAY_ANY) return true;
    if (person->birth_month == 0) return false;
    date_to_civil(date, &year, &month, &day);
    if (condition == BIRTHDAY_MONTH) return month == person->birth_month;
    if (condition == BIRTHDAY_DAY) return birthday_in(person, year) == date;

    /* A week may lie in two years. */
    business_date monday = date - (business_date)date_weekday(date), sunday = monday + 6;
    date_to_civil(monday, &year, &month, &day);
    date_to_civil(sunday, &year_of_sunday, &month, &day);
    for (; year <= year_of_sunday; year++) {
        business_date birthday = birthday_in(person, year);
        if (birthday >= monday && birthday <= sunday) return true;
    }
    return false;
}

business_date person_next_birthday(const struct person *person, business_date date)
{
    int year, month, day;

    if (person->birth_month == 0) return DATE_NEVER;
    date_to_civil(date, &year, &month, &day);
    business_date birthday = birthday_in(person, year);
    return birthday >= date ? birthday : birthday_in(person, year + 1);
}

bool person_age_within(const struct person *person, unsigned from, unsigned to,
                       business_date date)
{
    int year, month, day;

    if (from == 0 && to == 0) return true;
    if (person->birth_year == 0) return false;
    date_to_civil(date, &year, &month, &day);
    int age = year - person->birth_year - (date < birthday_in(person, year) ? 1 : 0);
    return age >= (int)from && (to == 0 || age < (int)to);
}

bool person_has_attribute(const struct person *person, const char *name, const char *value)
{
    for (size_t i = 0; i < person->attribute_count; i++)
        if (strcmp(person->attributes[i].name, name) == 0)
            return strcmp(person->attributes[i].value, value) == 0;
    return false;
}
