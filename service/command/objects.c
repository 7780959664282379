#include "service/command/objects.h"

#include <string.h>

#include "service/command/business_time.h"
#include "service/command/form.h"
#include "service/limits.h"
#include "store/codes.h"
#include "store/guides.h"
#include "store/profiles.h"
#include "store/shops.h"

enum outcome object_merchant(struct reader *reader, struct merchant *ret)
{
    return command_outcome(merchants_get(reader, ret), OUTCOME_MERCHANT_UNKNOWN);
}

/* Roles bound to a shop by their token. */
static bool bound_to_shop(const struct principal *principal)
{
    return principal->party.kind == PARTY_SHOP;
}

enum outcome object_shop(struct reader *reader, struct command_call *call, const char *shop_id,
                         const char *field, uint32_t *ret_shop)
{
    if (shop_id[0] == '\0') {
        if (!bound_to_shop(&call->principal))
            return form_refuse(call, OUTCOME_FIELD_REQUIRED, field, NULL);
        *ret_shop = call->principal.party.number;
        return OUTCOME_OK;
    }
    uint32_t shop;
    struct bytes id = {(const uint8_t *)shop_id, strlen(shop_id)};
    if (id.size > SHOP_ID_BYTES_MAX) return form_refuse(call, OUTCOME_SHOP_UNKNOWN, field, NULL);
    enum outcome outcome = command_outcome(shops_find(reader, id, &shop), OUTCOME_SHOP_UNKNOWN);
    /* Another shop's till learns nothing of which shops there are. */
    if (bound_to_shop(&call->principal) && outcome != OUTCOME_AGAIN &&
        (outcome != OUTCOME_OK || shop != call->principal.party.number))
        return form_refuse(call, OUTCOME_NOT_YOURS, field, NULL);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, field, NULL);
    *ret_shop = shop;
    return OUTCOME_OK;
}

static enum outcome member_by_code(struct reader *reader, struct command_call *call,
                                   const struct member_name *name, business_date date,
                                   uint32_t *ret_member)
{
    struct code_value value;
    struct party owner;

    enum outcome outcome = form_code(call, name->code, name->field, &value);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(codes_owner_on(reader, value, date, &owner), OUTCOME_MEMBER_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, name->field, NULL);
    if (owner.kind != PARTY_MEMBER)
        return form_refuse(call, OUTCOME_MEMBER_UNKNOWN, name->field, NULL);
    *ret_member = owner.number;
    return OUTCOME_OK;
}

static enum outcome member_by_phone(struct reader *reader, struct command_call *call,
                                    const struct merchant *merchant,
                                    const struct member_name *name, uint32_t *ret_member)
{
    char phone[PHONE_BYTES_MAX + 1];

    enum outcome outcome = form_phone(call, name->phone, name->field, merchant, phone);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(phones_find(reader, PARTY_MEMBER, phone, ret_member),
                              OUTCOME_MEMBER_UNKNOWN);
    return outcome == OUTCOME_OK ? outcome : form_refuse(call, outcome, name->field, NULL);
}

static enum outcome find_member(struct reader *reader, struct command_call *call,
                                const struct merchant *merchant, const struct member_name *name,
                                business_date date, uint32_t *ret_member,
                                struct account *ret_account)
{
    uint32_t member = name->number;
    enum outcome outcome = OUTCOME_OK;

    if (name->code != NULL && name->code[0] != '\0')
        outcome = member_by_code(reader, call, name, date, &member);
    else if (name->phone != NULL && name->phone[0] != '\0')
        outcome = member_by_phone(reader, call, merchant, name, &member);
    else if (member == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, name->field,
                           "member_number, phone or code");
    if (outcome != OUTCOME_OK) return outcome;

    outcome = command_outcome(
        accounts_get(reader, (struct party){PARTY_MEMBER, member}, ret_account),
        OUTCOME_MEMBER_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, name->field, NULL);
    *ret_member = member;
    return OUTCOME_OK;
}

enum outcome object_member(struct reader *reader, struct command_call *call,
                           const struct merchant *merchant, const struct member_name *name,
                           business_date date, uint32_t *ret_member, struct account *ret_account)
{
    uint32_t member;

    enum outcome outcome =
        find_member(reader, call, merchant, name, date, &member, ret_account);
    if (outcome != OUTCOME_OK) return outcome;
    if (ret_account->status != ACCOUNT_ACTIVE)
        return form_refuse(call, OUTCOME_MEMBER_UNKNOWN, name->field, NULL);
    *ret_member = member;
    return OUTCOME_OK;
}

enum outcome object_member_on_record(struct reader *reader, struct command_call *call,
                                     const struct merchant *merchant,
                                     const struct member_name *name, business_date date,
                                     uint32_t *ret_member, struct account *ret_account)
{
    bool keeps_books = call->principal.role == ROLE_ADMIN || call->principal.role == ROLE_AUDITOR;

    return keeps_books
               ? find_member(reader, call, merchant, name, date, ret_member, ret_account)
               : object_member(reader, call, merchant, name, date, ret_member, ret_account);
}

enum outcome object_caller_employed(struct reader *reader, const struct command_call *call)
{
    const struct principal *principal = &call->principal;
    struct account account;
    struct merchant merchant;
    struct guide_on_date now;

    if (principal->role != ROLE_GUIDE) return OUTCOME_OK;
    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(accounts_get(reader, principal->party, &account),
                                  OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = object_guide_on(reader, principal->party.number, &account,
                                  business_date_at(&merchant, call->now_ms), &now);
    if (outcome != OUTCOME_OK) return outcome;
    return now.employed ? OUTCOME_OK : OUTCOME_CALLER_NOT_EMPLOYED;
}

enum outcome object_member_visible(struct reader *reader, const struct command_call *call,
                                   uint32_t member, const struct account *account)
{
    const struct principal *principal = &call->principal;
    enum outcome outcome;
    uint32_t guide;
    bool inherited;

    switch (principal->role) {
    case ROLE_ADMIN:
    case ROLE_AUDITOR:
    case ROLE_POS:
    case ROLE_SHOP_MANAGER:
    case ROLE_INTEGRATION:
        return OUTCOME_OK;
    case ROLE_MEMBER:
        return principal->party.number == member ? OUTCOME_OK : OUTCOME_NOT_YOURS;
    case ROLE_GUIDE:
        outcome = object_caller_employed(reader, call);
        if (outcome == OUTCOME_OK)
            outcome = object_serving_now(reader, call, member, account, &guide, &inherited);
        if (outcome != OUTCOME_OK) return outcome;
        return guide == principal->party.number ? OUTCOME_OK : OUTCOME_NOT_YOURS;
    default:
        return OUTCOME_NOT_YOURS;
    }
}

bool object_member_in_full(const struct command_call *call, uint32_t member)
{
    const struct principal *principal = &call->principal;
    return principal->role == ROLE_ADMIN || principal->role == ROLE_INTEGRATION ||
           (principal->role == ROLE_MEMBER && principal->party.number == member);
}

enum outcome object_phone(struct reader *reader, const struct command_call *call,
                          const char *phone, uint32_t own, struct phone_standing *ret)
{
    struct phone_holder holder;

    *ret = (struct phone_standing){0};
    enum store_result found = phones_get(reader, PARTY_MEMBER, phone, &holder);
    if (found != STORE_OK) return command_outcome(found, OUTCOME_OK);
    if (holder.released_at == 0) ret->holder = holder.number;
    else if (holder.number == 0) ret->erased_at = holder.released_at;
    else ret->rests = holder.number != own &&
                      call->now_ms < holder.released_at + LIMIT_PHONE_REST_MS;
    return OUTCOME_OK;
}

enum outcome object_party(struct reader *reader, struct command_call *call, struct party party,
                          const char *field)
{
    struct account account;
    struct shop shop;
    enum outcome outcome = OUTCOME_VALUE_INVALID;

    switch (party.kind) {
    case PARTY_MEMBER:
        outcome = command_outcome(accounts_get(reader, party, &account), OUTCOME_MEMBER_UNKNOWN);
        if (outcome == OUTCOME_OK && account.status != ACCOUNT_ACTIVE)
            outcome = OUTCOME_MEMBER_UNKNOWN;
        break;
    case PARTY_GUIDE:
        outcome = command_outcome(accounts_get(reader, party, &account), OUTCOME_GUIDE_UNKNOWN);
        if (outcome == OUTCOME_OK && account.status != ACCOUNT_ACTIVE)
            outcome = OUTCOME_GUIDE_UNKNOWN;
        break;
    case PARTY_SHOP:
        outcome = command_outcome(shops_get(reader, party.number, &shop), OUTCOME_SHOP_UNKNOWN);
        break;
    case PARTY_RUN:
    case PARTY_NONE:
        break;
    }
    return outcome == OUTCOME_OK ? outcome : form_refuse(call, outcome, field, NULL);
}

enum outcome object_guide_on(struct reader *reader, uint32_t guide, const struct account *account,
                             business_date date, struct guide_on_date *ret)
{
    struct employment employment;

    *ret = (struct guide_on_date){0};
    if (account->shop != 0 && account->employed_from <= date && date < account->employed_until) {
        *ret = (struct guide_on_date){true, account->shop, account->pay_entity};
        return OUTCOME_OK;
    }
    enum store_result found = employments_on(reader, guide, date, &employment);
    if (found == STORE_ABSENT) return OUTCOME_OK;
    if (found == STORE_OK)
        *ret = (struct guide_on_date){true, employment.shop, employment.pay_entity};
    return command_outcome(found, OUTCOME_INTERNAL);
}

enum outcome object_serving_on(struct reader *reader, uint32_t member,
                               const struct account *account, business_date date,
                               uint32_t *ret_guide, bool *ret_inherited)
{
    struct binding binding;

    *ret_guide = 0;
    *ret_inherited = false;
    if (account->serving_guide != 0 && account->binding_from <= date &&
        date < account->binding_until) {
        *ret_guide = account->serving_guide;
        *ret_inherited = account->serving_inherited;
        return OUTCOME_OK;
    }
    enum store_result found = bindings_on(reader, member, date, &binding);
    if (found == STORE_ABSENT) return OUTCOME_OK;
    if (found == STORE_OK) {
        *ret_guide = binding.guide;
        *ret_inherited = binding.inherited;
    }
    return command_outcome(found, OUTCOME_INTERNAL);
}

enum outcome object_serving_now(struct reader *reader, const struct command_call *call,
                                uint32_t member, const struct account *account,
                                uint32_t *ret_guide, bool *ret_inherited)
{
    struct merchant merchant;

    *ret_guide = account->serving_guide;
    *ret_inherited = account->serving_inherited;
    if (account->binding_until == DATE_NEVER) return OUTCOME_OK;
    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    business_date today = business_date_at(&merchant, call->now_ms);
    if (today < account->binding_until) return OUTCOME_OK;
    return object_serving_on(reader, member, account, today, ret_guide, ret_inherited);
}
