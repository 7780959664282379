/* The members he looks after: with their last purchase, and those whose birthday is ahead. */
#include "clients/web/guide/guide.h"

#include <string.h>

#include "beckon/v1/explain_service.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"

/* Birthdays are gathered over several pages, which may be empty, and shown by date. */
enum { BIRTHDAYS_WITHIN_DAYS = 31, BIRTHDAY_PAGES_MAX = 8, BIRTHDAY_PAGE_ROWS = 500 };

static int by_next_birthday(const void *one, const void *other)
{
    const json_t *const *a = one, *const *b = other;
    return strcmp(json_string_value(json_object_get(*a, "next_birthday_date")),
                  json_string_value(json_object_get(*b, "next_birthday_date")));
}

static json_t *sorted(GPtrArray *members)
{
    json_t *list = json_array();
    g_ptr_array_sort(members, by_next_birthday);
    for (guint i = 0; i < members->len; i++)
        json_array_append(list, g_ptr_array_index(members, i));
    return list;
}

static void unref_json(void *value)
{
    json_decref(value);
}

/* false: visit->error. */
static bool load_birthdays(struct visit *visit, char **ret_next)
{
    GPtrArray *members = g_ptr_array_new_with_free_func(unref_json);
    char *token = guide_page_asked(visit);
    bool good = true;
    for (int page = 0; page < BIRTHDAY_PAGES_MAX && good; page++) {
        Beckon__V1__ListMembersRequest request = BECKON__V1__LIST_MEMBERS_REQUEST__INIT;
        request.birthday_within_days = BIRTHDAYS_WITHIN_DAYS;
        request.page_size = BIRTHDAY_PAGE_ROWS;
        request.page_token = token;
        const Beckon__V1__ListMembersResponse *reply =
            ask_into(visit, "page_of_list", &beckon__v1__member_service__descriptor,
                     "ListMembers", &request.base);
        good = reply != NULL;
        size_t index;
        json_t *member;
        json_array_foreach(good ? guide_reply(visit, "page_of_list", "members") : NULL, index,
                           member)
            g_ptr_array_add(members, json_incref(member));
        token = good ? reply->next_page_token : NULL;
        if (!token || token[0] == '\0')
            break;
    }
    if (good) {
        view_set(visit, "members", sorted(members));
        *ret_next = token;
    }
    g_ptr_array_unref(members);
    return good;
}

static bool load_all(struct visit *visit, char **ret_next)
{
    Beckon__V1__ListMembersRequest request = BECKON__V1__LIST_MEMBERS_REQUEST__INIT;
    request.page_size = GUIDE_ROWS;
    request.page_token = guide_page_asked(visit);
    const Beckon__V1__ListMembersResponse *reply =
        ask_into(visit, "page_of_list", &beckon__v1__member_service__descriptor, "ListMembers",
                 &request.base);
    if (!reply)
        return false;
    json_object_set(visit->view, "members", guide_reply(visit, "page_of_list", "members"));
    *ret_next = reply->next_page_token;
    return true;
}

void customers_get(struct visit *visit)
{
    bool birthdays = strcmp(fields_get(&visit->exchange->query, "list"), "birthdays") == 0;
    char *next = NULL;
    view_set(visit, "birthdays", json_boolean(birthdays));
    if (!(birthdays ? load_birthdays(visit, &next) : load_all(visit, &next))) {
        guide_failed(visit);
        return;
    }
    view_text(visit, "next_page", next ? next : "");
    guide_show(visit, 200, "guide/customers", "customers");
}

void customer_get(struct visit *visit)
{
    uint64_t number;
    Beckon__V1__GetMemberRequest request = BECKON__V1__GET_MEMBER_REQUEST__INIT;
    Beckon__V1__ExplainAttributionRequest why = BECKON__V1__EXPLAIN_ATTRIBUTION_REQUEST__INIT;
    if (!guide_number_asked(visit, UINT32_MAX, &number))
        return;
    request.member_number = why.member_number = (uint32_t)number;
    if (!ask_into(visit, "found", &beckon__v1__member_service__descriptor, "GetMember",
                  &request.base) ||
        !ask_into(visit, "why", &beckon__v1__explain_service__descriptor, "ExplainAttribution",
                  &why.base)) {
        guide_failed(visit);
        return;
    }
    json_object_set(visit->view, "customer", guide_reply(visit, "found", "member"));
    guide_show(visit, 200, "guide/customer", "customers");
}
