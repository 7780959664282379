/* Owners and accounts as people name them. Where what follows the colon is no number, it is asked
 * for. */
#include <string.h>

#include <glib.h>

#include "beckon/v1/guide_service.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"
#include "beckon/v1/shop_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/output.h"

static enum cli_exit guide_find(struct cli *cli, char *employee_no, uint32_t *ret_number)
{
    static const struct verb get = {.service = &beckon__v1__guide_service__descriptor,
                                    .method = "GetGuide"};
    Beckon__V1__GetGuideRequest request = BECKON__V1__GET_GUIDE_REQUEST__INIT;
    request.employee_no = employee_no;
    ProtobufCMessage *reply = NULL;
    enum cli_exit end = call_once(cli, &get, &request.base, &reply);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__Guide *guide = ((Beckon__V1__GetGuideResponse *)reply)->guide;
    *ret_number = guide ? guide->guide_number : 0;
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

static enum cli_exit member_find(struct cli *cli, char *phone, uint32_t *ret_number)
{
    static const struct verb get = {.service = &beckon__v1__member_service__descriptor,
                                    .method = "GetMember"};
    Beckon__V1__GetMemberRequest request = BECKON__V1__GET_MEMBER_REQUEST__INIT;
    request.phone = phone;
    ProtobufCMessage *reply = NULL;
    enum cli_exit end = call_once(cli, &get, &request.base, &reply);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__Member *member = ((Beckon__V1__GetMemberResponse *)reply)->member;
    *ret_number = member ? member->member_number : 0;
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

static enum cli_exit shop_find(struct cli *cli, char *shop_id, uint32_t *ret_number)
{
    static const struct verb get = {.service = &beckon__v1__shop_service__descriptor,
                                    .method = "GetShop"};
    Beckon__V1__GetShopRequest request = BECKON__V1__GET_SHOP_REQUEST__INIT;
    request.shop_id = shop_id;
    ProtobufCMessage *reply = NULL;
    enum cli_exit end = call_once(cli, &get, &request.base, &reply);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__Shop *shop = ((Beckon__V1__GetShopResponse *)reply)->shop;
    *ret_number = shop ? shop->shop_number : 0;
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

static const struct {
    const char *word, *kind;
    bool number; /* a plain number after the colon is the number itself */
    enum cli_exit (*find)(struct cli *cli, char *text, uint32_t *ret_number);
} PARTIES[] = {
    {"guide", "guide", true, guide_find},     {"employee", "guide", false, guide_find},
    {"member", "member", true, member_find},  {"phone", "member", false, member_find},
    {"shop", "shop", true, shop_find},        {"shop-id", "shop", false, shop_find},
};

enum cli_exit party_look_up(struct cli *cli, const char *text, char **ret_text)
{
    const char *colon = strchr(text, ':');
    size_t word_size = colon ? (size_t)(colon - text) : 0;
    for (size_t i = 0; colon && i < sizeof PARTIES / sizeof PARTIES[0]; i++) {
        if (strlen(PARTIES[i].word) != word_size || strncmp(text, PARTIES[i].word, word_size) != 0)
            continue;
        bool digits = colon[1] != '\0' && strspn(colon + 1, "0123456789") == strlen(colon + 1);
        if (PARTIES[i].number && digits) {
            *ret_text = g_strdup(text);
            return CLI_OK;
        }
        uint32_t number = 0;
        g_autofree char *name = g_strdup(colon + 1);
        enum cli_exit end = PARTIES[i].find(cli, name, &number);
        if (end == CLI_OK)
            *ret_text = g_strdup_printf("%s:%u", PARTIES[i].kind, number);
        return end;
    }
    output_complaint(cli, "\"%s\" names nobody: guide:NUMBER, guide:EMPLOYEE_NO, employee:NO, "
                     "member:NUMBER, phone:PHONE, shop:NUMBER, shop:ID or shop-id:ID", text);
    return CLI_USAGE;
}
