/* How far a merchant's birthdays have been told: member.birthday is told once for each day,
 * whatever stands still in between. */
#ifndef BECKON_STORE_BIRTHDAYS_H
#define BECKON_STORE_BIRTHDAYS_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

/* Those on dates in (through, until] are being told, member by member; between two passes `until`
 * is `through`. */
struct birthdays {
    business_date through;  /* all up to this date are told */
    business_date until;
    uint32_t member;        /* of this pass the members up to this number are done */
};

enum { BIRTHDAYS_BYTES = 1 + 3 * 4 };
size_t birthdays_encode(const struct birthdays *birthdays, uint8_t *to);
enum store_result birthdays_decode(struct bytes from, struct birthdays *ret) STORE_CHECKED;

/* STORE_ABSENT: none was ever told. */
enum store_result birthdays_get(struct reader *reader, struct birthdays *ret) STORE_CHECKED;
void birthdays_put(struct batch *batch, const struct birthdays *birthdays);

#endif
