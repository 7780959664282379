/* The first start: what a fresh store needs before anybody can call.
 *
 * It begins anew until it has ended: the tokens follow from the seed, so that main writes them to
 * their files first; then one commit makes merchant 1 and both tokens, and only that makes them
 * good. */
#ifndef BECKON_SERVICE_COMMAND_BOOTSTRAP_H
#define BECKON_SERVICE_COMMAND_BOOTSTRAP_H

#include "service/command/command.h"

enum { BOOTSTRAP_SEED_BYTES = 64 };

/* Has the store no merchant yet? OUTCOME_OK or a store outcome. */
enum outcome bootstrap_needed(struct store *store, bool *ret_needed) OUTCOME_CHECKED;

/* The texts of the tokens bootstrap_commit makes from the same seed of random bytes. Pure. */
void bootstrap_tokens(const uint8_t seed[BOOTSTRAP_SEED_BYTES],
                      char ret_admin_token[SECRET_TOKEN_TEXT_BYTES],
                      char ret_operator_token[SECRET_TOKEN_TEXT_BYTES]);

/* Makes merchant 1, its first admin token and an operator token. Before the executor runs.
 * OUTCOME_OK or a store outcome. */
enum outcome bootstrap_commit(struct store *store, uint64_t now_ms,
                              const uint8_t seed[BOOTSTRAP_SEED_BYTES]) OUTCOME_CHECKED;

#endif
