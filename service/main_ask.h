/* How the service asks itself: commands of its own, run to their end by a thread that waits, and
 * reads in a snapshot. For tickers, each of which has an asker. */
#ifndef BECKON_SERVICE_MAIN_ASK_H
#define BECKON_SERVICE_MAIN_ASK_H

#include <stdatomic.h>

#include "service/executor/executor.h"
#include "store/reader.h"

struct asker;

/* Start-up only: exits when there is no memory. */
struct asker *asker_new(struct executor *executor, struct store *store);
/* Not while it asks. */
void asker_destroy(struct asker *asker);

/* Runs a command of the service's own for one merchant, to its end; the reply, which lives until
 * the next call, is set with OUTCOME_OK alone. Called by one thread at a time. */
enum outcome asker_run(struct asker *asker, const struct command *command, uint32_t merchant,
                       const ProtobufCMessage *request,
                       ProtobufCMessage **ret_reply) OUTCOME_CHECKED;

/* Is what asker_run answered a refusal that the log should have? A ticker tries again and again:
 * true once, until it is another. `*last` is where the ticker keeps it, OUTCOME_OK at first. */
bool asker_refused_anew(enum outcome outcome, enum outcome *last);

/* Calls `read` with a snapshot, turned to merchant 0, until the engine has what it needs. */
typedef enum store_result asker_read_function(struct reader *reader, void *context);
enum store_result asker_read(struct asker *asker, asker_read_function *read,
                             void *context) STORE_CHECKED;

/* Visits every merchant, ascending, outside of any snapshot, until `*stopping`; what can't be read
 * ends the round. */
typedef void asker_visit_function(void *context, uint32_t merchant);
void asker_merchants(struct asker *asker, const atomic_bool *stopping,
                     asker_visit_function *visit, void *context);

#endif
