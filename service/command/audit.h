/* The audit trail as commands fill it.
 *
 * A command says in its struct what it is (`.audited`), and in call->audit what it was done to and
 * what came of it; command_run_write adds the entry, in the same batch, when the command has put
 * something. A replay puts nothing and is no entry. A read or stream that is audited has a `note`
 * instead, whose entry is committed before anything leaves. Nothing personal goes in: numbers, shop
 * ids, codes, states, amounts; no name, phone, reason.
 */
#ifndef BECKON_SERVICE_COMMAND_AUDIT_H
#define BECKON_SERVICE_COMMAND_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "service/command/command.h"
#include "service/command/sentence.h"

/* ---- what commands say, before they return -------------------------------------------------- */

/* What it was done to. Before audit_part, audit_text and facts, which add to it. */
void audit_object(struct command_call *call, enum audit_kind kind, uint64_t number);
/* The object's number within that number. */
void audit_part(struct command_call *call, uint64_t part);
/* What else names it; cut to AUDIT_TEXT_BYTES_MAX. */
void audit_text(struct command_call *call, const char *text);
void audit_code(struct command_call *call, struct code_value code);
/* Adds "name=value", both ASCII and "name" without blanks; blanks of the value become strokes.
 * Left out whole where the facts are full. */
void audit_fact(struct command_call *call, const char *name, const char *value);
void audit_fact_number(struct command_call *call, const char *name, int64_t value);
void audit_fact_date(struct command_call *call, const char *name, business_date date);
/* The same of a party: "member:3". */
void audit_fact_party(struct command_call *call, const char *name, struct party party);
/* A value of an enum of the API, without the enum's name: "PAYROLL". */
void audit_fact_enum(struct command_call *call, const char *name,
                     const ProtobufCEnumDescriptor *descriptor, int value);
/* "fields=name,phone": which were named, not what they became; as many as there is room for. */
void audit_fact_fields(struct command_call *call, size_t count, char *const *fields);

/* Objects that several commands are about, with what is to be said of them: audit_objects.c. */
struct adjustment;
struct dispute;
struct period_name;
struct settlement_run;
void audit_adjustment(struct command_call *call, const struct adjustment *adjustment);
void audit_dispute(struct command_call *call, const struct dispute *dispute);
void audit_period(struct command_call *call, const struct period_name *name);
void audit_statement(struct command_call *call, uint32_t run, struct party payee);
void audit_token(struct command_call *call, const struct token *token);
/* The run, its draft, what it comes to once that is reviewed. */
void audit_run(struct command_call *call, const struct settlement_run *run);

/* Notes of reads (command.note), from call->seen: of one party's data, and of a list, of which a
 * page without rows is no entry. */
enum outcome audit_note_one(struct command_call *call) OUTCOME_CHECKED;
enum outcome audit_note_list(struct command_call *call) OUTCOME_CHECKED;

/* What this row puts only goes on with what an earlier one made an entry of. */
void audit_skip(struct command_call *call);

/* ---- what is known of an action ------------------------------------------------------------- */

struct audit_action_info {
    const char *method;       /* the RPC's name */
    uint16_t roles;           /* bits 1 << role: whose doing makes an entry */
    bool payroll;             /* payroll may list it: settlements, exports, payments, disputes */
    struct sentence_pair did; /* "approved" / "批准了" */
};
/* NULL: no such action. */
const struct audit_action_info *audit_action_info(enum audit_action action);
/* AUDIT_NONE: none has this name. */
enum audit_action audit_action_named(const char *method);

/* What an entry says, for people: "approved settlement run 3 (draft 2)". `currency`: the
 * merchant's, for amounts of money; empty: the instance's trail, which has none. */
struct sentence audit_sentence(const struct audit_entry *entry, const char *currency);
/* Adds the facts in brackets. */
void audit_facts_say(struct sentence *sentence, const char *facts, const char *currency);

#endif
