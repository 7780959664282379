#include "store/guides.h"

#include <assert.h>
#include <string.h>

#include "cold.pb-c.h"
#include "store/table.h"

enum { GUIDE_BYTES_MAX = 64 + EMPLOYEE_NUMBERS_MAX * (EMPLOYEE_NO_BYTES_MAX + 16) };

static struct key guide_key(uint32_t merchant, uint32_t number)
{
    struct key key = key_begin(merchant, TABLE_GUIDE);
    key_u32(&key, number);
    return key;
}

static bool copy_number(struct employee_number *to, uint32_t pay_entity, const char *text)
{
    to->pay_entity = pay_entity;
    return text[0] != '\0' && table_copy_text(to->text, sizeof to->text, text);
}

enum store_result guides_get(struct reader *reader, uint32_t number, struct guide *ret)
{
    struct key key = guide_key(reader->merchant, number);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    Beckon__Store__ColdGuide *cold =
        beckon__store__cold_guide__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    struct guide guide = {.number = cold->number, .created_at = cold->created_at,
                          .number_count = 1 + cold->n_later};
    bool good = guide.number == number && guide.number_count <= EMPLOYEE_NUMBERS_MAX &&
                copy_number(&guide.numbers[0], cold->pay_entity, cold->employee_no);
    for (size_t i = 0; i < cold->n_later && good; i++)
        good = copy_number(&guide.numbers[1 + i], cold->later[i]->pay_entity,
                           cold->later[i]->employee_no);
    beckon__store__cold_guide__free_unpacked(cold, NULL);
    if (!good) return STORE_DAMAGED;
    *ret = guide;
    return STORE_OK;
}

const char *guide_employee_no(const struct guide *guide, uint32_t pay_entity)
{
    for (size_t i = 0; i < guide->number_count; i++)
        if (guide->numbers[i].pay_entity == pay_entity) return guide->numbers[i].text;
    return "";
}

static struct key employee_key(uint32_t merchant, uint32_t pay_entity, const char *employee_no)
{
    struct key key = key_begin(merchant, TABLE_GUIDE_EMPLOYEE);
    key_u32(&key, pay_entity);
    key_bytes(&key, employee_no, strlen(employee_no));
    return key;
}

enum store_result guides_find(struct reader *reader, uint32_t pay_entity, const char *employee_no,
                              uint32_t *ret_number)
{
    size_t size = strnlen(employee_no, EMPLOYEE_NO_BYTES_MAX + 1);
    if (size == 0 || size > EMPLOYEE_NO_BYTES_MAX) return STORE_ABSENT;
    struct key key = employee_key(reader->merchant, pay_entity, employee_no);
    return table_get_number(reader, &key, ret_number);
}

void guides_put(struct batch *batch, const struct guide *guide)
{
    Beckon__Store__ColdGuide cold = BECKON__STORE__COLD_GUIDE__INIT;
    Beckon__Store__ColdEmployeeNo later[EMPLOYEE_NUMBERS_MAX], *list[EMPLOYEE_NUMBERS_MAX];
    assert(guide->number != 0);
    assert(guide->number_count >= 1 && guide->number_count <= EMPLOYEE_NUMBERS_MAX);
    cold.number = guide->number;
    cold.pay_entity = guide->numbers[0].pay_entity;
    cold.employee_no = table_text(guide->numbers[0].text);
    cold.created_at = guide->created_at;
    cold.n_later = guide->number_count - 1;
    cold.later = list;
    for (size_t i = 0; i < cold.n_later; i++) {
        beckon__store__cold_employee_no__init(&later[i]);
        later[i].pay_entity = guide->numbers[1 + i].pay_entity;
        later[i].employee_no = table_text(guide->numbers[1 + i].text);
        list[i] = &later[i];
    }

    uint8_t data[GUIDE_BYTES_MAX];
    assert(beckon__store__cold_guide__get_packed_size(&cold) <= sizeof data);
    struct key key = guide_key(batch->reader.merchant, guide->number);
    table_put(batch, &key, data, beckon__store__cold_guide__pack(&cold, data));
    for (size_t i = 0; i < guide->number_count; i++) {
        const struct employee_number *number = &guide->numbers[i];
        assert(number->text[0] != '\0');
        struct key index = employee_key(batch->reader.merchant, number->pay_entity, number->text);
        table_put_number(batch, &index, guide->number);
    }
}

void guides_forget_number(struct batch *batch, const struct employee_number *number)
{
    struct key index = employee_key(batch->reader.merchant, number->pay_entity, number->text);
    table_delete(batch, &index);
}

static struct key served_prefix(uint32_t merchant, uint32_t guide)
{
    assert(guide != 0);
    struct key key = key_begin(merchant, TABLE_MEMBER_OF_GUIDE);
    key_u32(&key, guide);
    return key;
}

void members_of_guide_put(struct batch *batch, uint32_t guide, uint32_t member)
{
    assert(member != 0);
    struct key key = served_prefix(batch->reader.merchant, guide);
    key_u32(&key, member);
    table_put_empty(batch, &key);
}

enum store_result members_of_guide_list(struct reader *reader, uint32_t guide, uint32_t after,
                                        uint32_t *ret_members, size_t count_max,
                                        size_t *ret_count)
{
    struct key prefix = served_prefix(reader->merchant, guide);
    return table_list_numbers(reader, &prefix, after, ret_members, count_max, ret_count);
}
