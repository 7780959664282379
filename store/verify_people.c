/* Guides and members as they are found: employee numbers, phones, profiles, guides' lists. */
#include <string.h>

#include "store/accounts.h"
#include "store/guides.h"
#include "store/table.h"
#include "store/verify_inner.h"

/* A guide is found by his employee number and has an account. */
static enum store_result visit_guide(struct verify *verify, struct bytes key, struct bytes value)
{
    (void)value;
    uint32_t number = key.size == KEY_REST_OFFSET + 4 ? key_read_u32(key, KEY_REST_OFFSET) : 0;
    uint32_t indexed = 0;
    struct guide guide = {.number_count = 0};
    enum store_result result;
    do result = guides_get(&verify->reader, number, &guide);
    while (verify_again(verify, result));
    for (size_t i = 0; i < guide.number_count && result == STORE_OK; i++) {
        const struct employee_number *own = &guide.numbers[i];
        do result = guides_find(&verify->reader, own->pay_entity, own->text, &indexed);
        while (verify_again(verify, result));
        if (result == STORE_OK && indexed != number) result = STORE_DAMAGED;
    }
    if (result == STORE_OK) {
        result = verify_party_get(verify, (struct party){PARTY_GUIDE, number});
    }
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "guide %lu: %s record, employee number or account",
                 (unsigned long)number, verify_word(result));
    return verify_fatal(result);
}

static enum store_result visit_employee(struct verify *verify, struct bytes key,
                                        struct bytes value)
{
    size_t head = KEY_REST_OFFSET + 4;
    uint32_t number = value.size == 4 ? key_read_u32(value, 0) : 0;
    struct guide guide;
    enum store_result result = STORE_DAMAGED;
    if (number != 0 && key.size > head) {
        do result = guides_get(&verify->reader, number, &guide);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) {
        const char *text = guide_employee_no(&guide, key_read_u32(key, KEY_REST_OFFSET));
        if (strlen(text) == key.size - head && memcmp(text, key.data + head, key.size - head) == 0)
            return STORE_OK;
    }
    verify_found(verify, "employee numbers: guide %lu is not the one named",
                 (unsigned long)number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* What both phones and profiles have in common: a party that must have an account. */
static enum store_result check_person(struct verify *verify, const char *table, unsigned kind,
                                      uint32_t number)
{
    enum store_result result = STORE_DAMAGED;
    if (kind == PARTY_MEMBER || kind == PARTY_GUIDE) {
        result = verify_party_get(verify, (struct party){(enum party_kind)kind, number});
    }
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "%s: kind %u number %lu has %s account", table, kind,
                 (unsigned long)number, verify_word(result));
    return verify_fatal(result);
}

/* Of whoever was erased only the hash is left; nobody who is erased has one. */
static enum store_result visit_phone(struct verify *verify, struct bytes key, struct bytes value)
{
    bool placed = key.size > KEY_REST_OFFSET && value.size == 12; /* number, released_at */
    struct party party = {placed ? (enum party_kind)key.data[KEY_REST_OFFSET] : PARTY_NONE,
                          placed ? key_read_u32(value, 0) : 0};
    uint64_t released_at = placed ? key_read_u64(value, 4) : 0;
    struct account account = {.status = ACCOUNT_ACTIVE};
    enum store_result result;

    bool person = party.kind == PARTY_MEMBER || party.kind == PARTY_GUIDE;
    if (person && party.number == 0 && released_at != 0) return STORE_OK;
    if (person && party.number != 0) {
        do result = accounts_get(&verify->reader, party, &account);
        while (verify_again(verify, result));
        if (result == STORE_OK && account.status != ACCOUNT_ACTIVE && released_at == 0)
            verify_found(verify, "phones: one leads to %s %lu, who is erased",
                         verify_kind(party.kind), (unsigned long)party.number);
        if (result == STORE_OK) return STORE_OK;
    }
    return check_person(verify, "phones", party.kind, party.number);
}

static enum store_result visit_profile(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    (void)value;
    bool placed = key.size == KEY_REST_OFFSET + 5;
    unsigned kind = placed ? key.data[KEY_REST_OFFSET] : 0;
    uint32_t number = placed ? key_read_u32(key, KEY_REST_OFFSET + 1) : 0;
    return check_person(verify, "profiles", kind, number);
}

/* That his list holds only members he serves or served was asked with the recency counts. */
static enum store_result visit_member_of_guide(struct verify *verify, struct bytes key,
                                               struct bytes value)
{
    bool placed = key.size == KEY_REST_OFFSET + 8 && value.size == 0;
    uint32_t guide = placed ? key_read_u32(key, KEY_REST_OFFSET) : 0;
    return check_person(verify, "members of guides", PARTY_GUIDE, guide);
}

enum store_result verify_people(struct verify *verify)
{
    static const struct {
        enum table table;
        const char *name;
        verify_visit *visit;
    } tables[] = {
        {TABLE_GUIDE, "guides", visit_guide},
        {TABLE_GUIDE_EMPLOYEE, "employee numbers, by pay entity", visit_employee},
        {TABLE_PHONE, "phones", visit_phone},
        {TABLE_PROFILE, "profiles", visit_profile},
        {TABLE_MEMBER_OF_GUIDE, "members of guides", visit_member_of_guide},
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        enum store_result result =
            verify_table(verify, tables[i].table, tables[i].name, tables[i].visit);
        if (result != STORE_OK) return result;
    }
    return STORE_OK;
}
