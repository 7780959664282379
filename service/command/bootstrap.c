#include "service/command/bootstrap.h"

#include <string.h>

#include "service/command/merchant_message.h"
#include "store/merchants.h"
#include "store/tokens.h"

enum { FIRST_MERCHANT = 1 };

/* Puts one more token of a role bound to nobody. */
static enum outcome put_token(struct batch *batch, enum role role, const uint8_t seed[32],
                              char ret_text[SECRET_TOKEN_TEXT_BYTES])
{
    struct token token = {.role = role, .label = "first start"};
    uint8_t secret[SECRET_BYTES];
    struct numbers numbers;

    enum outcome outcome =
        command_outcome(numbers_get(&batch->reader, &numbers), OUTCOME_STORE_FAULT);
    if (outcome != OUTCOME_OK) return outcome;
    secret_from_seed(seed, 0, secret, sizeof secret);
    store_digest((struct bytes){secret, sizeof secret}, token.hash);
    token.number = ++numbers.token;
    token.created_at = batch_recorded_at(batch);
    numbers_put(batch, &numbers);
    tokens_put(batch, &token);
    secret_token_write(batch->reader.merchant, secret, ret_text);
    return OUTCOME_OK;
}

static enum outcome begin(struct batch *batch, uint64_t now_ms, uint32_t merchant)
{
    enum outcome outcome = command_outcome(batch_begin(batch, now_ms), OUTCOME_STORE_FAULT);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(batch_command_begin(batch, merchant), OUTCOME_STORE_FAULT);
}

static enum outcome make_all(struct batch *batch, uint64_t now_ms, const uint8_t seed[64],
                             char *ret_admin_token, char *ret_operator_token)
{
    enum outcome outcome = begin(batch, now_ms, 0);
    if (outcome != OUTCOME_OK) return outcome;
    merchants_list_put(batch, FIRST_MERCHANT);
    outcome = put_token(batch, ROLE_OPERATOR, seed, ret_operator_token);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(batch_commit(batch), OUTCOME_STORE_FAULT);
    if (outcome != OUTCOME_OK) return outcome;

    outcome = begin(batch, now_ms, FIRST_MERCHANT);
    if (outcome != OUTCOME_OK) return outcome;
    struct merchant merchant = merchant_default(FIRST_MERCHANT, batch_recorded_at(batch));
    merchants_put(batch, &merchant);
    outcome = put_token(batch, ROLE_ADMIN, seed + 32, ret_admin_token);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(batch_commit(batch), OUTCOME_STORE_FAULT);
}

enum outcome command_bootstrap(struct store *store, uint64_t now_ms, const uint8_t seed[64],
                               char ret_admin_token[SECRET_TOKEN_TEXT_BYTES],
                               char ret_operator_token[SECRET_TOKEN_TEXT_BYTES])
{
    struct batch *batch = batch_new(store);
    enum outcome outcome =
        make_all(batch, now_ms, seed, ret_admin_token, ret_operator_token);

    if (outcome != OUTCOME_OK) batch_abandon(batch);
    batch_destroy(batch);
    return outcome;
}
