/* Messages for the eye: cells of tables and lines of objects. What people meet often has a short
 * form of its own; the rest is written as "field=value field=value". */
#include <assert.h>
#include <string.h>

#include "beckon/v1/benefit_service.pb-c.h"
#include "beckon/v1/code_service.pb-c.h"
#include "beckon/v1/common.pb-c.h"
#include "beckon/v1/guide_service.pb-c.h"
#include "beckon/v1/ledger_service.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"
#include "beckon/v1/program_service.pb-c.h"
#include "beckon/v1/purchase_service.pb-c.h"
#include "beckon/v1/refund_service.pb-c.h"
#include "clients/message/message_inner.h"
#include "clients/message/text.h"

static char *time_cell(const ProtobufCMessage *message)
{
    return text_of_time((const Google__Protobuf__Timestamp *)message);
}

/* "guide:3" */
static char *party_cell(const ProtobufCMessage *message)
{
    const Beckon__V1__Party *party = (const Beckon__V1__Party *)message;
    g_autofree char *kind = text_of_enum(&beckon__v1__party_kind__descriptor, party->kind);
    return g_strdup_printf("%s:%u", kind, party->number);
}

static char *party_cell_or_empty(const Beckon__V1__Party *party)
{
    return party != NULL ? party_cell(&party->base) : g_strdup("");
}

/* "621 points (pending 5)" */
static char *balance_cell(const ProtobufCMessage *message)
{
    const Beckon__V1__Balance *balance = (const Beckon__V1__Balance *)message;
    const struct { const char *name; int64_t amount; } rest[] = {
        {"pending", balance->pending}, {"held", balance->held}, {"debt", balance->debt}};
    g_autofree char *unit = text_of_enum(&beckon__v1__unit__descriptor, balance->unit);
    GString *cell = g_string_new(NULL);
    g_string_printf(cell, "%" G_GINT64_FORMAT " %s", balance->available, unit);
    for (size_t i = 0; i < G_N_ELEMENTS(rest); i++)
        if (rest[i].amount != 0)
            g_string_append_printf(cell, " (%s %" G_GINT64_FORMAT ")", rest[i].name,
                                   rest[i].amount);
    return g_string_free(cell, FALSE);
}

/* "S01 from 2020-01-01 until 2026-12-31" */
static char *employment_cell(const ProtobufCMessage *message)
{
    const Beckon__V1__Employment *employment = (const Beckon__V1__Employment *)message;
    bool ends = employment->until_date[0] != '\0';
    return g_strdup_printf("%s from %s%s%s", employment->shop_id, employment->from_date,
                           ends ? " until " : "", ends ? employment->until_date : "");
}

/* "guide:1 12 points (sales)"; with its reason where it gave nothing. */
static char *credit_cell(const ProtobufCMessage *message)
{
    const Beckon__V1__Credit *credit = (const Beckon__V1__Credit *)message;
    g_autofree char *who = party_cell_or_empty(credit->beneficiary);
    g_autofree char *unit = text_of_enum(&beckon__v1__unit__descriptor, credit->unit);
    g_autofree char *reason =
        text_of_enum(&beckon__v1__credit_reason__descriptor, credit->reason);
    bool granted = credit->reason == BECKON__V1__CREDIT_REASON__CREDIT_REASON_GRANTED;
    return g_strdup_printf("%s %" G_GINT64_FORMAT " %s (%s%s%s)", who, credit->amount, unit,
                           credit->rule_id, granted ? "" : ": ", granted ? "" : reason);
}

/* "buyer-points: purchase gives buyer 100 bp as points" */
static char *rule_cell(const ProtobufCMessage *message)
{
    const Beckon__V1__Rule *rule = (const Beckon__V1__Rule *)message;
    bool fixed = rule->formula_case == BECKON__V1__RULE__FORMULA_FIXED_AMOUNT;
    g_autofree char *trigger = text_of_enum(&beckon__v1__trigger__descriptor, rule->trigger);
    g_autofree char *who = text_of_enum(&beckon__v1__beneficiary__descriptor, rule->beneficiary);
    g_autofree char *unit = text_of_enum(&beckon__v1__unit__descriptor, rule->unit);
    g_autofree char *referrer =
        text_of_enum(&beckon__v1__referrer_condition__descriptor, rule->referrer);
    g_autofree char *code = text_of_enum(&beckon__v1__code_condition__descriptor, rule->code);
    GString *cell = g_string_new(NULL);
    g_string_printf(cell, "%s: %s gives %s %" G_GINT64_FORMAT "%s %s", rule->rule_id, trigger, who,
                    fixed ? rule->fixed_amount : (int64_t)rule->rate_bp, fixed ? "" : " bp as",
                    unit);
    if (strcmp(referrer, "any") != 0) g_string_append_printf(cell, ", referrer %s", referrer);
    if (strcmp(code, "any") != 0) g_string_append_printf(cell, ", code %s", code);
    return g_string_free(cell, FALSE);
}

/* "guide:1 from 1970-01-01" */
static char *code_owner_cell(const ProtobufCMessage *message)
{
    const Beckon__V1__CodeOwner *owner = (const Beckon__V1__CodeOwner *)message;
    g_autofree char *who = party_cell_or_empty(owner->owner);
    return g_strdup_printf("%s from %s", who, owner->from_date);
}

/* "member:2 49 points (credit 17: own 40 owed 9)" */
static char *taking_cell(const ProtobufCMessage *message)
{
    const Beckon__V1__Taking *taking = (const Beckon__V1__Taking *)message;
    const struct { const char *name; int64_t amount; } parts[] = {
        {"own", taking->own}, {"elsewhere", taking->elsewhere}, {"owed", taking->owed},
        {"waived", taking->waived}};
    g_autofree char *who = party_cell_or_empty(taking->beneficiary);
    g_autofree char *unit = text_of_enum(&beckon__v1__unit__descriptor, taking->unit);
    GString *cell = g_string_new(NULL);
    g_string_printf(cell, "%s %" G_GINT64_FORMAT " %s (credit %" G_GUINT64_FORMAT ":", who,
                    taking->asked, unit, taking->credit_number);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i].amount != 0)
            g_string_append_printf(cell, " %s %" G_GINT64_FORMAT, parts[i].name,
                                   parts[i].amount);
    g_string_append_c(cell, ')');
    return g_string_free(cell, FALSE);
}

static char *attribute_cell(const ProtobufCMessage *message)
{
    const Beckon__V1__Attribute *attribute = (const Beckon__V1__Attribute *)message;
    return g_strdup_printf("%s=%s", attribute->name, attribute->value);
}

/* "guide 3: 60.00 %" */
static char *seller_cell(const ProtobufCMessage *message)
{
    const Beckon__V1__Seller *seller = (const Beckon__V1__Seller *)message;
    return g_strdup_printf("guide %u: %d.%02d %%", seller->guide_number, seller->share_bp / 100,
                           seller->share_bp % 100);
}

/* "1: Pearl polishing, until 2026-12-31, open" */
static char *benefit_cell(const ProtobufCMessage *message)
{
    const Beckon__V1__Benefit *benefit = (const Beckon__V1__Benefit *)message;
    const char *name = benefit->name_en[0] != '\0' ? benefit->name_en : benefit->name_zh;
    GString *cell = g_string_new(NULL);
    g_string_printf(cell, "%u: %s", benefit->benefit_number, name);
    if (benefit->valid_until_date[0] != '\0')
        g_string_append_printf(cell, ", until %s", benefit->valid_until_date);
    if (benefit->state != BECKON__V1__BENEFIT_STATE__BENEFIT_STATE_UNSPECIFIED) {
        g_autofree char *state =
            text_of_enum(&beckon__v1__benefit_state__descriptor, (int)benefit->state);
        g_string_append_printf(cell, ", %s", state);
    }
    return g_string_free(cell, FALSE);
}

static const struct {
    const ProtobufCMessageDescriptor *type;
    char *(*cell)(const ProtobufCMessage *message);
} SHORT_FORMS[] = {
    {&google__protobuf__timestamp__descriptor, time_cell},
    {&beckon__v1__party__descriptor, party_cell},
    {&beckon__v1__balance__descriptor, balance_cell},
    {&beckon__v1__employment__descriptor, employment_cell},
    {&beckon__v1__credit__descriptor, credit_cell},
    {&beckon__v1__rule__descriptor, rule_cell},
    {&beckon__v1__code_owner__descriptor, code_owner_cell},
    {&beckon__v1__attribute__descriptor, attribute_cell},
    {&beckon__v1__seller__descriptor, seller_cell},
    {&beckon__v1__benefit__descriptor, benefit_cell},
    {&beckon__v1__taking__descriptor, taking_cell},
};

static char *sub_cell(const ProtobufCMessage *message)
{
    for (size_t i = 0; i < G_N_ELEMENTS(SHORT_FORMS); i++)
        if (message->descriptor == SHORT_FORMS[i].type) return SHORT_FORMS[i].cell(message);

    GString *cell = g_string_new(NULL);
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        g_autofree char *text = message_cell(message, field);
        if (text[0] != '\0' && strcmp(text, "0") != 0)
            g_string_append_printf(cell, "%s%s=%s", cell->len > 0 ? " " : "", field->name, text);
    }
    return g_string_free(cell, FALSE);
}

static char *value_cell(const ProtobufCFieldDescriptor *field, const void *place)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return sub_cell(*(ProtobufCMessage *const *)place);
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        return g_strdup(*(const protobuf_c_boolean *)place ? "yes" : "no");
    json_t *json = message_value_json(field, place);
    char *cell = json_is_integer(json)
                     ? g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(json))
                     : g_strdup(json_is_string(json) ? json_string_value(json) : "");
    json_decref(json);
    return cell;
}

char *message_element_cell(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                           size_t index)
{
    assert(index < message_count(message, field));
    return value_cell(field, message_element(message, field, index));
}

char *message_cell(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    if (!message_has(message, field)) return g_strdup("");
    if (field->label != PROTOBUF_C_LABEL_REPEATED)
        return value_cell(field, message_member(message, field));
    GString *cell = g_string_new(NULL);
    for (size_t i = 0; i < message_count(message, field); i++) {
        g_autofree char *text = message_element_cell(message, field, i);
        g_string_append_printf(cell, "%s%s", i > 0 ? ", " : "", text);
    }
    return g_string_free(cell, FALSE);
}

char *message_path_cell(const ProtobufCMessage *message, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, ".", -1);
    for (size_t i = 0; names[i]; i++) {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(message->descriptor, names[i]);
        assert(field);
        if (!names[i + 1])
            return message_cell(message, field);
        message = message_sub(message, field);
        if (!message)
            return g_strdup("");
    }
    return g_strdup("");
}
