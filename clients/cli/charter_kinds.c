/* The kinds of words that any message of a charter may have. */
#include <string.h>

#include "clients/cli/charter_inner.h"
#include "clients/message/message_inner.h"
#include "clients/message/text.h"

/* ---- fields ---------------------------------------------------------------------------------- */

void charter_set(struct charter_reading *reading, const struct charter_word *word,
                 ProtobufCMessage *message, const char *field, const yaml_node_t *node,
                 const char *text)
{
    g_autoptr(GString) error = g_string_new(NULL);
    if (!message_set(message, field, text, error))
        charter_error(reading, node, word->key, "%s", error->str);
}

void charter_set_number(struct charter_reading *reading, const struct charter_word *word,
                        ProtobufCMessage *message, const char *field, const yaml_node_t *node,
                        int64_t value)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, (gint64)value);
    charter_set(reading, word, message, field, node, text);
}

int64_t charter_field_number(const ProtobufCMessage *message, const char *field)
{
    const ProtobufCFieldDescriptor *found = message_field(message->descriptor, field);
    const void *place = message_member(message, found);
    switch (found->type) {
    case PROTOBUF_C_TYPE_INT64:
        return *(const int64_t *)place;
    case PROTOBUF_C_TYPE_BOOL:
        return *(const protobuf_c_boolean *)place;
    case PROTOBUF_C_TYPE_UINT32:
        return *(const uint32_t *)place;
    default:
        return *(const int32_t *)place;
    }
}

/* ---- texts, yes and no, choices ------------------------------------------------------------- */

void charter_text_read(struct charter_reading *reading, const struct charter_word *word,
                       ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    if (text)
        charter_set(reading, word, message, word->field, node, text);
}

void charter_text_write(struct charter_writing *writing, const struct charter_word *word,
                        const ProtobufCMessage *message)
{
    const char *text = message_string(message, word->field);
    if (text[0] != '\0')
        charter_line_add(writing, word->key, charter_quoted(text));
}

void charter_date_read(struct charter_reading *reading, const struct charter_word *word,
                       ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    if (!text)
        return;
    GDate date;
    g_date_set_parse(&date, text);
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !g_date_valid(&date))
        charter_wrong(reading, word, node, text);
    else
        charter_set(reading, word, message, word->field, node, text);
}

void charter_yes_read(struct charter_reading *reading, const struct charter_word *word,
                      ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    if (!text)
        return;
    bool yes = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0;
    if (yes || strcmp(text, "no") == 0 || strcmp(text, "false") == 0)
        charter_set(reading, word, message, word->field, node, yes ? "true" : "false");
    else
        charter_wrong(reading, word, node, text);
}

void charter_yes_write(struct charter_writing *writing, const struct charter_word *word,
                       const ProtobufCMessage *message)
{
    if (charter_field_number(message, word->field) != 0)
        charter_line_add(writing, word->key, g_strdup("yes"));
}

/* Words of an enum as people write them: "end of next year" for END_OF_NEXT_YEAR. */
void charter_choice_read(struct charter_reading *reading, const struct charter_word *word,
                         ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    if (!text)
        return;
    const ProtobufCFieldDescriptor *field = message_field(message->descriptor, word->field);
    g_autofree char *name = g_strdelimit(g_strdup(text), " ", '_');
    int value = 0;
    bool plain = strspn(text, "abcdefghijklmnopqrstuvwxyz ") == strlen(text);
    if (!plain || strcmp(text, "unspecified") == 0 ||
        !text_to_enum(field->descriptor, name, &value))
        charter_wrong(reading, word, node, text);
    else
        charter_set(reading, word, message, word->field, node, name);
}

void charter_choice_write(struct charter_writing *writing, const struct charter_word *word,
                          const ProtobufCMessage *message)
{
    int64_t value = charter_field_number(message, word->field);
    if (value == 0 || value == word->absent)
        return;
    const ProtobufCFieldDescriptor *field = message_field(message->descriptor, word->field);
    charter_line_add(writing, word->key,
                     g_strdelimit(text_of_enum(field->descriptor, (int)value), "_", ' '));
}

/* ---- numbers -------------------------------------------------------------------------------- */

static void counted_read(struct charter_reading *reading, const struct charter_word *word,
                         ProtobufCMessage *message, const yaml_node_t *node, const char *one)
{
    const char *text = charter_scalar(reading, word, node);
    int64_t value = 0;
    if (!text)
        return;
    if ((word->none && strcmp(text, word->none) == 0) || charter_count(text, one, &value))
        charter_set_number(reading, word, message, word->field, node, value);
    else
        charter_wrong(reading, word, node, text);
}

static void counted_write(struct charter_writing *writing, const struct charter_word *word,
                          const ProtobufCMessage *message, const char *one)
{
    int64_t value = charter_field_number(message, word->field);
    const ProtobufCFieldDescriptor *field = message_field(message->descriptor, word->field);
    bool chosen = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) && message_has(message, field);
    if (value == 0 && word->none && chosen) /* 0 is another thing than nothing said */
        charter_line_add(writing, word->key, g_strdup(word->none));
    else if (value != 0 && value != word->absent)
        charter_line_add(writing, word->key,
                         g_strdup_printf("%" G_GINT64_FORMAT " %s%s", (gint64)value, one,
                                         value == 1 ? "" : "s"));
}

void charter_days_read(struct charter_reading *reading, const struct charter_word *word,
                       ProtobufCMessage *message, const yaml_node_t *node)
{
    counted_read(reading, word, message, node, "day");
}

void charter_days_write(struct charter_writing *writing, const struct charter_word *word,
                        const ProtobufCMessage *message)
{
    counted_write(writing, word, message, "day");
}

void charter_months_read(struct charter_reading *reading, const struct charter_word *word,
                         ProtobufCMessage *message, const yaml_node_t *node)
{
    counted_read(reading, word, message, node, "month");
}

void charter_months_write(struct charter_writing *writing, const struct charter_word *word,
                          const ProtobufCMessage *message)
{
    counted_write(writing, word, message, "month");
}

void charter_points_read(struct charter_reading *reading, const struct charter_word *word,
                         ProtobufCMessage *message, const yaml_node_t *node)
{
    counted_read(reading, word, message, node, "point");
}

void charter_points_write(struct charter_writing *writing, const struct charter_word *word,
                          const ProtobufCMessage *message)
{
    counted_write(writing, word, message, "point");
}

void charter_count_read(struct charter_reading *reading, const struct charter_word *word,
                        ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    int64_t value = 0;
    if (text && charter_decimal(text, 0, &value))
        charter_set_number(reading, word, message, word->field, node, value);
    else if (text)
        charter_wrong(reading, word, node, text);
}

void charter_count_write(struct charter_writing *writing, const struct charter_word *word,
                         const ProtobufCMessage *message)
{
    int64_t value = charter_field_number(message, word->field);
    if (value != 0)
        charter_line_add(writing, word->key, charter_decimal_text(value, 0, false));
}

void charter_money_read(struct charter_reading *reading, const struct charter_word *word,
                        ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    int64_t value = 0;
    if (text && charter_money(reading, node, text, &value))
        charter_set_number(reading, word, message, word->field, node, value);
    else if (text)
        charter_wrong(reading, word, node, text);
}

void charter_money_write(struct charter_writing *writing, const struct charter_word *word,
                         const ProtobufCMessage *message)
{
    int64_t value = charter_field_number(message, word->field);
    if (value != 0)
        charter_line_add(writing, word->key, charter_money_text(value, writing->currency));
}

/* An amount in the unit the rule gives, which stands before caps in the table. */
void charter_amount_read(struct charter_reading *reading, const struct charter_word *word,
                         ProtobufCMessage *message, const yaml_node_t *node)
{
    const char *text = charter_scalar(reading, word, node);
    Beckon__V1__Unit unit = BECKON__V1__UNIT__UNIT_UNSPECIFIED;
    int64_t value = 0;
    if (!text)
        return;
    if (!charter_amount(reading, node, text, &unit, &value))
        charter_wrong(reading, word, node, text);
    else if (charter_field_number(message, "unit") != 0 &&
             unit != (Beckon__V1__Unit)charter_field_number(message, "unit"))
        charter_error(reading, node, word->key, "is not in what the rule gives");
    else
        charter_set_number(reading, word, message, word->field, node, value);
}

void charter_amount_write(struct charter_writing *writing, const struct charter_word *word,
                          const ProtobufCMessage *message)
{
    int64_t value = charter_field_number(message, word->field);
    if (value != 0)
        charter_line_add(writing, word->key,
                         charter_amount_text(value, writing->unit, writing->currency));
}

/* ---- lists ---------------------------------------------------------------------------------- */

void charter_texts_read(struct charter_reading *reading, const struct charter_word *word,
                        ProtobufCMessage *message, const yaml_node_t *node)
{
    if (node->type != YAML_SEQUENCE_NODE) {
        charter_wrong(reading, word, node, NULL);
        return;
    }
    size_t index = 0;
    for (const yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        const yaml_node_t *element = charter_node(reading, *item);
        const char *text = charter_scalar(reading, word, element);
        if (!text)
            continue;
        g_autofree char *path = g_strdup_printf("%s[%zu]", word->field, index++);
        charter_said(reading, path, word->key, element);
        charter_set(reading, word, message, word->field, element, text);
    }
}

void charter_texts_write(struct charter_writing *writing, const struct charter_word *word,
                         const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field = message_field(message->descriptor, word->field);
    size_t count = message_count(message, field);
    if (count > 0)
        charter_line_add(writing, word->key,
                         charter_list_text(*(char ***)message_member(message, field), count));
}
