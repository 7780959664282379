/* The first start: what a fresh store needs before anybody can call. */
#ifndef BECKON_SERVICE_COMMAND_BOOTSTRAP_H
#define BECKON_SERVICE_COMMAND_BOOTSTRAP_H

#include "service/command/command.h"

/* Makes merchant 1, its first admin token and an operator token, in two commits (merchant 0, then
 * merchant 1); the texts are the only copies of the secrets. Before the executor runs. seed: fresh
 * random bytes. OUTCOME_OK or a store outcome. */
enum outcome command_bootstrap(struct store *store, uint64_t now_ms, const uint8_t seed[64],
                               char ret_admin_token[SECRET_TOKEN_TEXT_BYTES],
                               char ret_operator_token[SECRET_TOKEN_TEXT_BYTES]) OUTCOME_CHECKED;

#endif
