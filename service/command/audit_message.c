#include "service/command/audit_message.h"

#include <assert.h>
#include <string.h>

#include "service/command/reply.h"

static_assert((int)AUDIT_OF_WEBHOOK ==
                  (int)BECKON__V1__AUDIT_OBJECT_KIND__AUDIT_OBJECT_KIND_WEBHOOK,
              "they are told as they are stored");
static_assert((int)ROLE_INTEGRATION == (int)BECKON__V1__ROLE__ROLE_INTEGRATION, "same numbers");

char *audit_message_hash(struct command_call *call, const uint8_t hash[HASH_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    char *text = reply_alloc(call, 2 * HASH_BYTES + 1);

    for (size_t i = 0; text != NULL && i < HASH_BYTES; i++) {
        text[2 * i] = digits[hash[i] >> 4];
        text[2 * i + 1] = digits[hash[i] & 15];
    }
    return text;
}

enum outcome audit_message_token(struct reader *reader, const struct audit_entry *entry,
                                 struct token *ret)
{
    bool elsewhere = entry->role == ROLE_OPERATOR && reader->merchant != 0;

    *ret = (struct token){.number = 0};
    if (entry->token == 0 || elsewhere) return OUTCOME_OK;
    return command_outcome(tokens_get(reader, entry->token, ret), OUTCOME_STORE_DAMAGED);
}

enum outcome audit_message(struct command_call *call, const char *currency,
                           const struct audit_entry *entry, const uint8_t hash[HASH_BYTES],
                           const struct token *token, Beckon__V1__AuditEntry **ret_message)
{
    struct sentence sentence = audit_sentence(entry, currency);
    const struct audit_action_info *info = audit_action_info(entry->action);
    Beckon__V1__AuditEntry *message = reply_message(call, &beckon__v1__audit_entry__descriptor);

    if (message == NULL) return OUTCOME_BUSY;
    message->entry_number = entry->number;
    message->recorded_at = reply_time(call, entry->recorded_at);
    message->role = (Beckon__V1__Role)entry->role;
    message->token_number = entry->token;
    message->token_label = reply_text_of(call, token->label,
                                         strnlen(token->label, sizeof token->label));
    message->by_session = entry->by_session;
    if (entry->party.kind != PARTY_NONE) message->party = reply_party(call, entry->party);
    message->action = reply_text(call, info != NULL ? info->method : "");
    message->action_kind = (Beckon__V1__AuditAction)entry->action;
    message->object_kind = (Beckon__V1__AuditObjectKind)entry->object.kind;
    message->object_number = entry->object.number;
    message->object_part = entry->object.part;
    message->object_text = reply_text(call, entry->object.text);
    message->facts = reply_text(call, entry->facts);
    message->sentence_zh = reply_text(call, sentence.zh);
    message->sentence_en = reply_text(call, sentence.en);
    message->hash = audit_message_hash(call, hash);
    message->previous_hash = audit_message_hash(call, entry->previous_hash);
    if (message->recorded_at == NULL || message->action == NULL || message->object_text == NULL ||
        message->facts == NULL || message->sentence_zh == NULL || message->sentence_en == NULL ||
        message->hash == NULL || message->previous_hash == NULL ||
        message->token_label == NULL ||
        (entry->party.kind != PARTY_NONE && message->party == NULL))
        return OUTCOME_BUSY;
    *ret_message = message;
    return OUTCOME_OK;
}
