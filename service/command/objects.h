/* The objects a request names, found and held against who asks: shops, members, guides, codes.
 *
 * Method x role is rpc's table; whether this till may touch this shop, this guide this member, is
 * decided here, in the snapshot or batch of the work. */
#ifndef BECKON_SERVICE_COMMAND_OBJECTS_H
#define BECKON_SERVICE_COMMAND_OBJECTS_H

#include <stdbool.h>

#include "service/command/command.h"
#include "store/accounts.h"
#include "store/merchants.h"

/* The merchant the reader is turned to. OUTCOME_MERCHANT_UNKNOWN. */
enum outcome object_merchant(struct reader *reader, struct merchant *ret) OUTCOME_CHECKED;

/* The shop a request names by id; empty: the one the token is bound to. SHOP_UNKNOWN;
 * NOT_YOURS when the token is bound to another; FIELD_REQUIRED when neither names one. */
enum outcome object_shop(struct reader *reader, struct command_call *call, const char *shop_id,
                         const char *field, uint32_t *ret_shop) OUTCOME_CHECKED;

/* Exactly one of the three names a member: number, phone, code. MEMBER_UNKNOWN and the form's
 * refusals. `date` says whose code it was when. */
struct member_name {
    uint32_t number;
    const char *phone, *code;
    const char *field; /* for refusals */
};
enum outcome object_member(struct reader *reader, struct command_call *call,
                           const struct merchant *merchant, const struct member_name *name,
                           business_date date, uint32_t *ret_member,
                           struct account *ret_account) OUTCOME_CHECKED;

/* The same for lists of what stays in the books: admins and auditors find by number who was erased,
 * too. */
enum outcome object_member_on_record(struct reader *reader, struct command_call *call,
                                     const struct merchant *merchant,
                                     const struct member_name *name, business_date date,
                                     uint32_t *ret_member,
                                     struct account *ret_account) OUTCOME_CHECKED;

/* May the caller see this member at all? A guide those he serves, while he is employed. OUTCOME_OK,
 * or OUTCOME_NOT_YOURS. */
enum outcome object_member_visible(struct reader *reader, const struct command_call *call,
                                   uint32_t member, const struct account *account) OUTCOME_CHECKED;
/* May he see her phone and profile in full? Staff who serve her data: admin; herself; another
 * system that acts on events (member_profile_shown asks for her consent). */
bool object_member_in_full(const struct command_call *call, uint32_t member);

/* May a member have this phone? One that was a member's who is erased is free at once. */
struct phone_standing {
    uint32_t holder;    /* the member who has it; 0: nobody */
    bool rests;         /* somebody gave it up less than LIMIT_PHONE_REST_MS ago, not `own` */
    uint64_t erased_at; /* when who had it last was erased; 0: nobody was */
};
enum outcome object_phone(struct reader *reader, const struct command_call *call,
                          const char *phone, uint32_t own,
                          struct phone_standing *ret) OUTCOME_CHECKED;

/* Does that party exist? MEMBER_, GUIDE_ or SHOP_UNKNOWN. */
enum outcome object_party(struct reader *reader, struct command_call *call, struct party party,
                          const char *field) OUTCOME_CHECKED;

/* Guides, by employment: is he employed on the date, and where? *ret_employed false: no. */
struct guide_on_date {
    bool employed;
    uint32_t shop, pay_entity;
};
enum outcome object_guide_on(struct reader *reader, uint32_t guide, const struct account *account,
                             business_date date, struct guide_on_date *ret) OUTCOME_CHECKED;

/* A guide who calls must be employed today for all that concerns customers: who has left keeps his
 * token for what is his own (balances, statements). OUTCOME_OK for every other role, else
 * OUTCOME_CALLER_NOT_EMPLOYED. */
enum outcome object_caller_employed(struct reader *reader,
                                    const struct command_call *call) OUTCOME_CHECKED;

/* The guide who serves her now, by the call's time: a change that was reached but is not posted yet
 * holds. 0: nobody. */
enum outcome object_serving_now(struct reader *reader, const struct command_call *call,
                                uint32_t member, const struct account *account,
                                uint32_t *ret_guide, bool *ret_inherited) OUTCOME_CHECKED;

/* The guide who served a member on a date; *ret_guide 0: nobody. */
enum outcome object_serving_on(struct reader *reader, uint32_t member,
                               const struct account *account, business_date date,
                               uint32_t *ret_guide, bool *ret_inherited) OUTCOME_CHECKED;

#endif
