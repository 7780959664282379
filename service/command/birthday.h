/* Whose birthday is to be told, for the ticker and its command.
 *
 * Profiles are sealed and there is no list of birthdays, so members are walked in the order of
 * their numbers, each day anew: outside the writer, in snapshots, some thousand a second. The
 * command (tick_birthdays) gets the few whose day it is, looks at each again, tells them, and moves
 * the mark in the same commit: whatever ends in between, each is told once. */
#ifndef BECKON_SERVICE_COMMAND_BIRTHDAY_H
#define BECKON_SERVICE_COMMAND_BIRTHDAY_H

#include "service/command/command.h"
#include "store/birthdays.h"

enum { BIRTHDAYS_TOLD_MAX = 64 }; /* in one commit; 1 M members have 2,700 a day */

/* Where the pass of a merchant stands today: goes on with the one under way, else begins with what
 * has not been told yet, LIMIT_BIRTHDAY_LATE_DAYS back at most. *ret_due: there is something to do.
 * Before the first pass ever today's alone are to be told. */
enum store_result birthdays_begin(struct reader *reader, business_date today,
                                  struct birthdays *ret, bool *ret_due) STORE_CHECKED;
/* Her birthday in (through, until]; DATE_NEVER: none, or she is not to be greeted (erased, without
 * consent, damaged). */
enum store_result birthday_of(struct reader *reader, const struct birthdays *birthdays,
                              uint32_t member, business_date *ret_date) STORE_CHECKED;

/* A portion of the walk: looks at up to count_max members above birthdays->member, moves that on,
 * and stops at BIRTHDAYS_TOLD_MAX that have one. *ret_done: it was the last. */
struct birthday_portion {
    size_t count;
    uint32_t members[BIRTHDAYS_TOLD_MAX];
    bool done;
};
enum store_result birthdays_look(struct reader *reader, struct birthdays *birthdays,
                                 size_t count_max, struct birthday_portion *ret) STORE_CHECKED;

#endif
