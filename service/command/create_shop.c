/* Makes a shop. Its id is the natural key: the same content again answers the same. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/shop_message.h"
#include "store/date.h"
#include "store/shops.h"

static enum outcome check_form(struct command_call *call, const Beckon__V1__Shop *message,
                               struct shop *shop, char *pay_entity)
{
    if (message == NULL) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "shop", NULL);
    enum outcome outcome =
        form_identifier(call, message->shop_id, "shop.shop_id", SHOP_ID_BYTES_MAX, shop->shop_id);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_text(call, message->name[0] != '\0' ? message->name : message->shop_id,
                        "shop.name", 1, NAME_BYTES_MAX, shop->name);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_text(call, message->pay_entity[0] != '\0' ? message->pay_entity : "default",
                        "shop.pay_entity", 1, PAY_ENTITY_BYTES_MAX, pay_entity);
    if (outcome != OUTCOME_OK) return outcome;
    return form_text(call, message->cost_center, "shop.cost_center", 0, COST_CENTER_BYTES_MAX,
                     shop->periods[0].cost_center);
}

/* The shop is there already: the same content is answered, other content refused. */
static enum outcome answer_again(struct batch *batch, struct command_call *call, uint32_t number,
                                 const struct shop *wanted, const char *pay_entity,
                                 ProtobufCMessage **ret_reply)
{
    struct shop shop;
    char known_entity[PAY_ENTITY_BYTES_MAX + 1];

    enum outcome outcome =
        command_outcome(shops_get(&batch->reader, number, &shop), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(
        pay_entities_get(&batch->reader, shop.periods[0].pay_entity, known_entity),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (strcmp(shop.name, wanted->name) != 0 || strcmp(known_entity, pay_entity) != 0 ||
        strcmp(shop.periods[0].cost_center, wanted->periods[0].cost_center) != 0)
        return form_refuse(call, OUTCOME_SHOP_EXISTS, "shop.shop_id", NULL);
    return create_shop_reply(&batch->reader, call, &shop, ret_reply);
}

static enum outcome create_shop_write(struct batch *batch, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__CreateShopRequest *request =
        (const Beckon__V1__CreateShopRequest *)call->request;
    struct shop shop = {.period_count = 1};
    char pay_entity[PAY_ENTITY_BYTES_MAX + 1];
    struct numbers numbers;
    uint32_t known;

    enum outcome outcome = check_form(call, request->shop, &shop, pay_entity);
    if (outcome != OUTCOME_OK) return outcome;
    struct bytes id = {(const uint8_t *)shop.shop_id, strlen(shop.shop_id)};
    enum store_result found = shops_find(&batch->reader, id, &known);
    if (found == STORE_OK) return answer_again(batch, call, known, &shop, pay_entity, ret_reply);
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);

    outcome = command_outcome(numbers_get(&batch->reader, &numbers), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    found = pay_entities_find(&batch->reader, pay_entity, &shop.periods[0].pay_entity);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    bool new_entity = found == STORE_ABSENT;
    if (!new_entity) { /* read back by the answer, after the LINE */
        outcome = command_outcome(
            pay_entities_get(&batch->reader, shop.periods[0].pay_entity, pay_entity),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (numbers.shop == UINT32_MAX || (new_entity && numbers.pay_entity == UINT32_MAX))
        return OUTCOME_NUMBERS_EXHAUSTED;
    if (new_entity) shop.periods[0].pay_entity = ++numbers.pay_entity;
    shop.number = ++numbers.shop;
    shop.created_at = call->now_ms;
    shop.periods[0].from = date_from_civil(1970, 1, 1); /* ever since, until a dated change */
    outcome = reply_reserve(call, SHOP_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_SHOP, shop.number);
    audit_text(call, shop.shop_id);

    /* From here on this shop must come to be. */
    numbers_put(batch, &numbers);
    if (new_entity) pay_entities_put(batch, numbers.pay_entity, pay_entity);
    shops_put(batch, &shop);
    outcome = create_shop_reply(&batch->reader, call, &shop, ret_reply);
    assert(outcome == OUTCOME_OK);
    return outcome;
}

const struct command create_shop = {
    .request = &beckon__v1__create_shop_request__descriptor,
    .reply = &beckon__v1__create_shop_response__descriptor,
    .write = create_shop_write,
    .audited = AUDIT_CREATE_SHOP,
};
