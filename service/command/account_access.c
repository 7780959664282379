#include "service/command/account_access.h"

#include <assert.h>

#include "service/command/business_time.h"
#include "service/command/due.h"
#include "service/command/form.h"
#include "service/command/lots.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/accounts.h"
#include "store/guides.h"
#include "store/programs_kept.h"
#include "store/shops.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static bool account_allowed(const struct principal *principal, struct party party)
{
    switch (principal->role) {
    case ROLE_ADMIN:
    case ROLE_AUDITOR:
        return true;
    case ROLE_POS:
    case ROLE_SHOP_MANAGER:
        return party.kind == PARTY_MEMBER;
    case ROLE_PAYROLL:
        return party.kind == PARTY_GUIDE;
    case ROLE_MEMBER:
    case ROLE_GUIDE:
        return party.kind == principal->party.kind && party.number == principal->party.number;
    default:
        return false;
    }
}

enum outcome account_find(struct reader *reader, struct command_call *call,
                          const Beckon__V1__Party *party, struct party *ret_party,
                          struct account *ret_account)
{
    struct party wanted = call->principal.party;

    if (party != NULL) {
        enum outcome outcome =
            form_party(call, party, "account", 1u << PARTY_MEMBER | 1u << PARTY_GUIDE, &wanted);
        if (outcome != OUTCOME_OK) return outcome;
    } else if (wanted.kind != PARTY_MEMBER && wanted.kind != PARTY_GUIDE) {
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "account", NULL);
    }
    if (!account_allowed(&call->principal, wanted))
        return form_refuse(call, OUTCOME_NOT_YOURS, "account", NULL);
    enum outcome outcome =
        command_outcome(accounts_get(reader, wanted, ret_account), OUTCOME_ACCOUNT_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "account", NULL);
    *ret_party = wanted;
    return OUTCOME_OK;
}

/* The account as it stands now: what is due is done to a copy. */
static enum outcome as_of_now(struct reader *reader, const struct command_call *call,
                              struct party party, struct account *account)
{
    struct merchant merchant;
    /* No zone is more than a day ahead: most accounts need no merchant to be read. */
    if (account->next_due > (business_date)(call->now_ms / DAY_MS) + 1) return OUTCOME_OK;
    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    return due_preview(reader, party, business_date_at(&merchant, call->now_ms), account);
}

enum outcome balances_now(struct reader *reader, struct command_call *call, struct party party,
                          const struct account *account, struct balances_now *ret)
{
    struct account now = *account;

    enum outcome outcome = as_of_now(reader, call, party, &now);
    if (outcome != OUTCOME_OK) return outcome;
    for (int unit = 0; unit < UNIT_COUNT; unit++) ret->balance[unit] = now.balance[unit];
    return holder_frozen(reader, party, account, ret->frozen);
}

int64_t balances_spendable(const struct balances_now *now, enum unit unit)
{
    const struct balance *balance = &now->balance[unit];
    int64_t free = balance->available - balance->held - now->frozen[unit] - balance->debt;
    return free > 0 ? free : 0;
}

enum outcome balances_message(struct reader *reader, struct command_call *call,
                              struct party party, const struct account *account,
                              const struct balances_now *now, Beckon__V1__AccountBalances **ret)
{
    Beckon__V1__AccountBalances *message =
        reply_message(call, &beckon__v1__account_balances__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->account = reply_party(call, party);
    message->last_entry = account->last_entry;
    message->balances = reply_alloc(call, UNIT_COUNT * sizeof *message->balances);
    if (message->account == NULL || message->balances == NULL) return OUTCOME_BUSY;
    for (int unit = 0; unit < UNIT_COUNT; unit++) {
        const struct balance *balance = &now->balance[unit];
        Beckon__V1__Balance *row = reply_message(call, &beckon__v1__balance__descriptor);
        if (row == NULL) return OUTCOME_BUSY;
        row->unit = reply_unit((enum unit)unit);
        /* What UNLIMITED rules are owed stands inside: the balance may be below 0. */
        row->available = balance->available - balance->debt_inside;
        row->pending = balance->pending;
        row->held = balance->held;
        row->debt = balance->debt;
        row->in_settlement = now->frozen[unit];
        message->balances[message->n_balances++] = row;
    }
    if (party.kind == PARTY_GUIDE) {
        struct guide guide;
        enum outcome outcome =
            command_outcome(guides_get(reader, party.number, &guide), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        message->employee_no =
            reply_text(call, guide_employee_no(&guide, account->pay_entity));
        if (message->employee_no == NULL) return OUTCOME_BUSY;
    }
    *ret = message;
    return OUTCOME_OK;
}

static_assert((int)SIDE_CARRY == (int)BECKON__V1__SIDE__SIDE_CARRY, "same numbers");
static_assert((int)ENTRY_WRITE_OFF == (int)BECKON__V1__ENTRY_KIND__ENTRY_KIND_WRITE_OFF,
              "same numbers");

bool event_shop_visible(const struct command_call *call, const struct event *event)
{
    return call->principal.role != ROLE_MEMBER || event->member == call->principal.party.number;
}

bool event_papers_visible(const struct command_call *call, const struct event *event)
{
    enum role role = call->principal.role;
    return role != ROLE_GUIDE && role != ROLE_PAYROLL && event_shop_visible(call, event);
}

static enum outcome fill_event(struct reader *reader, struct command_call *call,
                               const struct event *event, Beckon__V1__Entry *message)
{
    enum role role = call->principal.role;
    struct shop shop;

    if (event->receipt.size > 0 && event_shop_visible(call, event)) {
        enum outcome outcome = command_outcome(shops_get(reader, event->receipt.shop, &shop),
                                               OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        message->shop_id = reply_text(call, shop.shop_id);
        bool papers = event_papers_visible(call, event);
        message->receipt_number =
            reply_text_of(call, event->receipt.text, papers ? event->receipt.size : 0);
        if (message->shop_id == NULL || message->receipt_number == NULL) return OUTCOME_BUSY;
    }
    bool herself = role == ROLE_MEMBER && call->principal.party.number == event->member;
    if (role == ROLE_ADMIN || role == ROLE_AUDITOR || role == ROLE_GUIDE || herself)
        message->member_number = event->member;
    return OUTCOME_OK;
}

enum outcome entry_message(struct reader *reader, struct command_call *call,
                           const struct entry *entry, Beckon__V1__Entry **ret)
{
    Beckon__V1__Entry *message = reply_message(call, &beckon__v1__entry__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->entry_number = entry->number;
    message->recorded_at = reply_time(call, entry->recorded_at);
    message->business_date = reply_date(call, entry->business_date);
    message->event_date = reply_date(call, entry->event_date);
    message->kind = (Beckon__V1__EntryKind)entry->kind;
    message->unit = reply_unit(entry->unit);
    message->from = (Beckon__V1__Side)entry->from;
    message->to = (Beckon__V1__Side)entry->to;
    message->account = reply_party(call, entry->party);
    message->amount = entry->amount;
    message->balance_after = entry->balance_after;
    message->credit_number = entry->credit;
    message->program_version = entry->program_version;
    message->previous_hash.data = reply_alloc(call, HASH_BYTES);
    message->run_number = entry->event.run;
    if (message->recorded_at == NULL || message->business_date == NULL ||
        message->event_date == NULL || message->account == NULL ||
        message->previous_hash.data == NULL)
        return OUTCOME_BUSY;
    for (size_t i = 0; i < HASH_BYTES; i++)
        message->previous_hash.data[i] = entry->previous_hash[i];
    message->previous_hash.len = HASH_BYTES;
    if (entry->program_version != 0) {
        struct program program;
        enum outcome outcome = command_outcome(
            programs_get_kept(reader, entry->program_version, &program), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        if (entry->rule >= program.rule_count) return OUTCOME_STORE_DAMAGED;
        message->rule_id = reply_text(call, program.rules[entry->rule].id);
        if (message->rule_id == NULL) return OUTCOME_BUSY;
    }
    *ret = message;
    return fill_event(reader, call, &entry->event, message);
}
