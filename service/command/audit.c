#include "service/command/audit.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "service/rules/civil_date.h"
#include "service/rules/code_text.h"
#include "store/events.h"

/* ---- what commands say ----------------------------------------------------------------------- */

void audit_object(struct command_call *call, enum audit_kind kind, uint64_t number)
{
    call->audit.object.kind = kind;
    call->audit.object.number = number;
}

void audit_part(struct command_call *call, uint64_t part)
{
    call->audit.object.part = part;
}

void audit_text(struct command_call *call, const char *text)
{
    char *to = call->audit.object.text;
    size_t size = strlen(text);

    if (size > AUDIT_TEXT_BYTES_MAX) size = AUDIT_TEXT_BYTES_MAX;
    memset(to, 0, sizeof call->audit.object.text);
    memcpy(to, text, size);
}

void audit_code(struct command_call *call, struct code_value code)
{
    char text[CODE_TEXT_BYTES];
    code_write(code, text);
    audit_object(call, AUDIT_OF_CODE, 0);
    audit_text(call, text);
}

void audit_fact(struct command_call *call, const char *name, const char *value)
{
    char *facts = call->audit.facts;
    size_t used = strlen(facts), room = sizeof call->audit.facts - used;

    assert(strpbrk(name, " =") == NULL);
    int size = snprintf(facts + used, room, "%s%s=", used > 0 ? " " : "", name);
    assert(size > 0);
    if ((size_t)size + strlen(value) >= room) {
        memset(facts + used, 0, room);
        return;
    }
    for (char *to = facts + used + size; *value != '\0'; value++)
        *to++ = *value == ' ' ? '_' : *value;
}

void audit_fact_number(struct command_call *call, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    audit_fact(call, name, text);
}

void audit_fact_date(struct command_call *call, const char *name, business_date date)
{
    char text[CIVIL_DATE_BYTES];
    if (date == DATE_NEVER || date == DATE_ALWAYS) return;
    civil_date_write(date, text);
    audit_fact(call, name, text);
}

void audit_fact_party(struct command_call *call, const char *name, struct party party)
{
    static const char *const kinds[] = {"nobody", "member", "guide", "shop"};
    char text[24];

    assert(party.kind <= PARTY_SHOP);
    snprintf(text, sizeof text, "%s:%" PRIu32, kinds[party.kind], party.number);
    audit_fact(call, name, text);
}

void audit_fact_enum(struct command_call *call, const char *name,
                     const ProtobufCEnumDescriptor *descriptor, int value)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(descriptor, value);
    size_t before = 1; /* REVIEW_STATE_ of ReviewState: its letters, a stroke behind each word */

    if (found == NULL) return;
    for (const char *at = descriptor->short_name; *at != '\0'; at++)
        before += 1 + (at != descriptor->short_name && *at >= 'A' && *at <= 'Z');
    assert(before < strlen(found->name));
    audit_fact(call, name, found->name + before);
}

void audit_fact_fields(struct command_call *call, size_t count, char *const *fields)
{
    char text[AUDIT_FACTS_BYTES_MAX - sizeof "fields"] = "";
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        size_t room = sizeof text - used;
        int size = snprintf(text + used, room, "%s%s", i > 0 ? "," : "", fields[i]);
        assert(size >= 0);
        if ((size_t)size >= room) {
            text[used] = '\0';
            break;
        }
        used += (size_t)size;
    }
    audit_fact(call, "fields", text);
}

void audit_skip(struct command_call *call)
{
    call->audit.skipped = true;
}

/* ---- the writer's part ----------------------------------------------------------------------- */

static bool makes_entry(const struct command *command, const struct command_call *call)
{
    if (command->audited == AUDIT_NONE) return false;
    const struct audit_action_info *info = audit_action_info(command->audited);
    assert(info != NULL);
    return info->roles >> call->principal.role & 1;
}

static void fill_caller(const struct principal *principal, struct audit_entry *entry)
{
    entry->role = principal->role;
    entry->party = principal->party;
    entry->token = principal->token;
    entry->by_session = principal->session;
}

bool command_is_noted(const struct command *command, const struct command_call *call)
{
    return command->note != NULL && makes_entry(command, call);
}

static enum outcome run_audited(struct batch *batch, const struct command *command,
                                struct command_call *call, ProtobufCMessage **ret_reply)
{
    struct audit_entry entry = {.action = command->audited};
    struct audit_head head;

    assert((command->write != NULL) != (command->note != NULL));
    memset(&call->audit, 0, sizeof call->audit);
    if (!makes_entry(command, call)) return command->write(batch, call, ret_reply);
    enum outcome loaded = command_outcome(audits_head_get(&batch->reader, &head),
                                          OUTCOME_STORE_DAMAGED);
    fill_caller(&call->principal, &entry);
    /* What has to be fetched is told together with what the command wants. */
    if (loaded != OUTCOME_OK && loaded != OUTCOME_AGAIN) return loaded;
    size_t put_count = batch_put_count(batch);
    enum outcome outcome = command->note != NULL ? command->note(call)
                                                 : command->write(batch, call, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;
    if (command->note == NULL && batch_put_count(batch) == put_count) return outcome;
    if (call->audit.skipped) return OUTCOME_OK;
    if (loaded == OUTCOME_AGAIN) return loaded; /* the whole run is dropped */

    entry.recorded_at = call->now_ms;
    entry.object = call->audit.object;
    memcpy(entry.facts, call->audit.facts, sizeof entry.facts);
    audits_append(batch, &head, &entry);
    return OUTCOME_OK;
}

/* The instance's own commands (merchant 0) have nobody to tell anything. */
enum outcome command_run_write(struct batch *batch, const struct command *command,
                               struct command_call *call, ProtobufCMessage **ret_reply)
{
    enum outcome loaded = OUTCOME_OK;

    if (batch->reader.merchant != 0)
        loaded = command_outcome(events_begin(batch), OUTCOME_STORE_DAMAGED);
    if (loaded != OUTCOME_OK && loaded != OUTCOME_AGAIN) return loaded;
    size_t put_count = batch_put_count(batch);
    enum outcome outcome = run_audited(batch, command, call, ret_reply);
    bool put = batch_put_count(batch) != put_count;
    if (outcome == OUTCOME_OK && put && loaded == OUTCOME_AGAIN) outcome = loaded;
    if (outcome != OUTCOME_OK || !put) events_drop(batch);
    else events_end(batch);
    return outcome;
}
