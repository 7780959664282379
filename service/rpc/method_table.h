/* The one table of methods: path, command, who may call. A method without a row does not exist; a
 * role without its bit is refused. Checked at start against the descriptor set of the API. */
#ifndef BECKON_SERVICE_RPC_METHOD_TABLE_H
#define BECKON_SERVICE_RPC_METHOD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/command/command.h"

struct call;

enum method_kind { METHOD_UNARY, METHOD_STREAM, METHOD_BIDI };

struct method {
    const char *path;               /* "/PACKAGE.SERVICE/METHOD" */
    enum method_kind kind;
    const struct command *command;  /* the API's own methods; NULL: `arrive` */
    void (*arrive)(struct call *call); /* health, reflection: on the poller, no token looked at */
    uint32_t roles;                 /* bit 1 << enum role; ROLE_REGISTRANT: without a token */
};

#define METHOD_ROLE(role) (UINT32_C(1) << (role))
#define METHOD_ANYONE (METHOD_ROLE(ROLE_COUNT) - 1)

/* The API, health and reflection. */
const struct method *method_table(size_t *ret_count);
/* The rows every service of ours has: health and reflection. Part of the table; tests add them to
 * tables of their own. */
extern const struct method METHODS_COMMON[];
enum { METHODS_COMMON_COUNT = 4 };

/* Role names in order of enum role, e.g. "shop_manager". */
extern const char *const METHOD_ROLE_NAMES[ROLE_COUNT];

enum { METHOD_MESSAGE_BYTES = 256 };
/* Has every method of package beckon.v1 a row, of the right kind, with the right messages, and
 * every row a method? False: ret_message names the first that has not. */
bool method_table_check(const struct method *methods, size_t count,
                        char ret_message[METHOD_MESSAGE_BYTES]);

/* The service of a row: "PACKAGE.SERVICE" without the slash. */
struct bytes method_service(const struct method *method);

#endif
