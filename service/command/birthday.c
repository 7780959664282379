#include "service/command/birthday.h"

#include <assert.h>

#include "service/limits.h"
#include "service/rules/person.h"
#include "store/accounts.h"
#include "store/profiles.h"

enum { PORTION = 64 }; /* accounts fetched together */

enum store_result birthdays_begin(struct reader *reader, business_date today,
                                  struct birthdays *ret, bool *ret_due)
{
    struct birthdays known;
    enum store_result result = birthdays_get(reader, &known);

    if (result == STORE_ABSENT) known = (struct birthdays){today - 1, today - 1, 0};
    else if (result != STORE_OK) return result;
    if (known.until == known.through && known.through < today) {
        if (known.through < today - LIMIT_BIRTHDAY_LATE_DAYS)
            known.through = today - LIMIT_BIRTHDAY_LATE_DAYS;
        known.until = today;
        known.member = 0;
    }
    *ret_due = known.until > known.through;
    *ret = known;
    return STORE_OK;
}

enum store_result birthday_of(struct reader *reader, const struct birthdays *birthdays,
                              uint32_t member, business_date *ret_date)
{
    struct person person = {.gender = ""};
    struct profile profile;

    *ret_date = DATE_NEVER;
    enum store_result result = profiles_get(reader, (struct party){PARTY_MEMBER, member}, &profile);
    if (result == STORE_ABSENT || result == STORE_DAMAGED) return STORE_OK;
    if (result != STORE_OK) return result;
    if (profile.consent_at == 0 || profile.consent_withdrawn_at != 0) return STORE_OK;
    person_set_birthday(&person, profile.birthday);
    business_date date = person_next_birthday(&person, birthdays->through + 1);
    if (date <= birthdays->until) *ret_date = date;
    return STORE_OK;
}

enum store_result birthdays_look(struct reader *reader, struct birthdays *birthdays,
                                 size_t count_max, struct birthday_portion *ret)
{
    struct account accounts[PORTION];
    uint32_t numbers[PORTION];
    size_t looked = 0, count = 1;

    ret->count = 0;
    ret->done = false;
    while (looked < count_max && ret->count < BIRTHDAYS_TOLD_MAX && count > 0) {
        size_t wanted = count_max - looked < PORTION ? count_max - looked : PORTION;
        enum store_result result = accounts_list(reader, PARTY_MEMBER, birthdays->member, numbers,
                                                 accounts, wanted, &count);
        if (result != STORE_OK) return result;
        for (size_t i = 0; i < count && ret->count < BIRTHDAYS_TOLD_MAX; i++, looked++) {
            business_date date = DATE_NEVER;
            if (accounts[i].status == ACCOUNT_ACTIVE)
                result = birthday_of(reader, birthdays, numbers[i], &date);
            if (result != STORE_OK) return result;
            if (date != DATE_NEVER) ret->members[ret->count++] = numbers[i];
            birthdays->member = numbers[i];
        }
    }
    ret->done = count == 0;
    return STORE_OK;
}
