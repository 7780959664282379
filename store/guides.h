/* Guides: their plain record and how they are found; the rest is account, employment, profile. */
#ifndef BECKON_STORE_GUIDES_H
#define BECKON_STORE_GUIDES_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

enum { EMPLOYEE_NO_BYTES_MAX = 32, EMPLOYEE_NUMBERS_MAX = 16 };

struct employee_number {
    uint32_t pay_entity;              /* whose employee number it is */
    char text[EMPLOYEE_NO_BYTES_MAX + 1]; /* unique per pay entity */
};
struct guide {
    uint32_t number;
    uint64_t created_at;
    size_t number_count;              /* at least one: of his first employer ... */
    struct employee_number numbers[EMPLOYEE_NUMBERS_MAX]; /* ... and of those he came to since */
};

/* His employee number at a pay entity; "": he has none there. Lives as long as `guide`. */
const char *guide_employee_no(const struct guide *guide, uint32_t pay_entity);

enum store_result guides_get(struct reader *reader, uint32_t number,
                             struct guide *ret) STORE_CHECKED;
enum store_result guides_find(struct reader *reader, uint32_t pay_entity, const char *employee_no,
                              uint32_t *ret_number) STORE_CHECKED;
/* Puts the record, and each employee number where it is looked up. */
void guides_put(struct batch *batch, const struct guide *guide);
/* Nobody is found by this employee number any more: it was changed. */
void guides_forget_number(struct batch *batch, const struct employee_number *number);

/* Members a guide serves or served, by number: periods that ended while he served her keep her. Who
 * serves her now is in her account. */
void members_of_guide_put(struct batch *batch, uint32_t guide, uint32_t member);
enum store_result members_of_guide_list(struct reader *reader, uint32_t guide, uint32_t after,
                                        uint32_t *ret_members, size_t count_max,
                                        size_t *ret_count) STORE_CHECKED;

#endif
