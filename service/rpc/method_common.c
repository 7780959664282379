/* What holds for every method table: the common rows, the names of roles, the check at start. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "service/rpc/descriptors.h"
#include "service/rpc/health.h"
#include "service/rpc/method_table.h"
#include "service/rpc/reflection.h"

const struct method METHODS_COMMON[] = {
    {.path = "/grpc.health.v1.Health/Check", .kind = METHOD_UNARY, .arrive = health_check_arrive,
     .roles = METHOD_ANYONE},
    {.path = "/grpc.health.v1.Health/Watch", .kind = METHOD_STREAM, .arrive = health_watch_arrive,
     .roles = METHOD_ANYONE},
    {.path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", .kind = METHOD_BIDI,
     .arrive = reflection_arrive, .roles = METHOD_ANYONE},
    {.path = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", .kind = METHOD_BIDI,
     .arrive = reflection_arrive, .roles = METHOD_ANYONE},
};
static_assert(sizeof METHODS_COMMON / sizeof METHODS_COMMON[0] == METHODS_COMMON_COUNT, "counted");

const char *const METHOD_ROLE_NAMES[ROLE_COUNT] = {
    [ROLE_REGISTRANT] = "registrant", [ROLE_MEMBER] = "member", [ROLE_GUIDE] = "guide",
    [ROLE_POS] = "pos", [ROLE_SHOP_MANAGER] = "shop_manager", [ROLE_PAYROLL] = "payroll",
    [ROLE_AUDITOR] = "auditor", [ROLE_ADMIN] = "admin", [ROLE_OPERATOR] = "operator",
    [ROLE_PAYOUT] = "payout", [ROLE_INTEGRATION] = "integration",
};

struct bytes method_service(const struct method *method)
{
    const char *end = strrchr(method->path, '/');
    assert(method->path[0] == '/' && end > method->path);
    return (struct bytes){(const uint8_t *)method->path + 1, (size_t)(end - method->path - 1)};
}

static const struct method *find(const struct method *methods, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(methods[i].path, path) == 0)
            return &methods[i];
    return NULL;
}

/* Does a row fit what the descriptor set says of its method? NULL, or what is wrong. */
static const char *row_fault(const struct method *row, const struct descriptors_method *described)
{
    if (row == NULL)
        return "has no row in the method table";
    if ((row->kind != METHOD_UNARY) != described->server_streaming
        || (row->kind == METHOD_BIDI) != described->client_streaming)
        return "streams otherwise than its row in the method table says";
    if (row->command == NULL)
        return row->arrive != NULL ? NULL : "has neither command nor handler";
    if (strcmp(row->command->request->name, described->input) != 0
        || strcmp(row->command->reply->name, described->output) != 0)
        return "has other messages than its command";
    int kinds = (row->command->read != NULL) + (row->command->write != NULL)
                + (row->command->stream != NULL) + (row->command->follow != NULL);
    bool streams = row->command->stream != NULL || row->command->follow != NULL;
    if (kinds != 1 || streams != (row->kind == METHOD_STREAM))
        return "needs exactly one of read, write, stream, follow";
    return row->roles != 0 ? NULL : "may be called by nobody";
}

struct check {
    const struct method *methods;
    size_t count, met;
    char *ret_message;
};

static bool check_method(void *context, const struct descriptors_method *described)
{
    struct check *check = context;
    const struct method *row = find(check->methods, check->count, described->path);
    check->met += row != NULL;
    const char *fault = row_fault(row, described);
    if (fault != NULL)
        snprintf(check->ret_message, METHOD_MESSAGE_BYTES, "%s %s", described->path, fault);
    return fault == NULL;
}

bool method_table_check(const struct method *methods, size_t count,
                        char ret_message[METHOD_MESSAGE_BYTES])
{
    for (size_t i = 0; i < count; i++)
        if (find(methods, i, methods[i].path) != NULL) {
            snprintf(ret_message, METHOD_MESSAGE_BYTES, "%s has two rows", methods[i].path);
            return false;
        }
    struct check check = {methods, count, 0, ret_message};
    if (!descriptors_each_method(check_method, &check))
        return false;
    if (check.met != count) {
        snprintf(ret_message, METHOD_MESSAGE_BYTES,
                 "the method table has %zu rows, the API describes %zu of them", count, check.met);
        return false;
    }
    return true;
}
