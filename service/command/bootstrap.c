#include "service/command/bootstrap.h"

#include "service/command/merchant_message.h"
#include "store/merchants.h"
#include "store/referees.h"
#include "store/tokens.h"

enum { FIRST_MERCHANT = 1, INSTANCE = 0, FIRST_NUMBER = 1 };

static const uint8_t *admin_seed(const uint8_t seed[BOOTSTRAP_SEED_BYTES])
{
    return seed + SECRET_SEED_BYTES;
}

enum outcome bootstrap_needed(struct store *store, bool *ret_needed)
{
    struct reader reader;
    uint32_t last;

    enum outcome outcome = command_outcome(reader_open(store, &reader), OUTCOME_STORE_FAULT);
    if (outcome != OUTCOME_OK) return outcome;
    reader.merchant = INSTANCE;
    outcome = command_outcome(merchants_last(&reader, &last), OUTCOME_STORE_FAULT);
    reader_close(&reader);
    if (outcome == OUTCOME_OK) *ret_needed = last == 0;
    return outcome;
}

void bootstrap_tokens(const uint8_t seed[BOOTSTRAP_SEED_BYTES],
                      char ret_admin_token[SECRET_TOKEN_TEXT_BYTES],
                      char ret_operator_token[SECRET_TOKEN_TEXT_BYTES])
{
    uint8_t secret[SECRET_BYTES];

    secret_from_seed(admin_seed(seed), 0, secret, sizeof secret);
    secret_token_write(FIRST_MERCHANT, secret, ret_admin_token);
    secret_from_seed(seed, 0, secret, sizeof secret);
    secret_token_write(INSTANCE, secret, ret_operator_token);
}

/* Puts the first token of the batch's merchant, of a role bound to nobody. */
static void put_token(struct batch *batch, enum role role, const uint8_t seed[SECRET_SEED_BYTES])
{
    struct token token = {.number = FIRST_NUMBER, .role = role, .label = "first start",
                          .created_at = batch_recorded_at(batch)};
    struct numbers numbers = {.token = FIRST_NUMBER};
    uint8_t secret[SECRET_BYTES];

    secret_from_seed(seed, 0, secret, sizeof secret);
    store_digest((struct bytes){secret, sizeof secret}, token.hash);
    numbers_put(batch, &numbers);
    tokens_put(batch, &token);
}

static enum store_result commit_all(struct batch *batch, uint64_t now_ms, const uint8_t *seed)
{
    enum store_result result = batch_begin(batch, now_ms);
    if (result != STORE_OK) return result;
    result = batch_command_begin(batch, INSTANCE);
    if (result != STORE_OK) return result;
    merchants_list_put(batch, FIRST_MERCHANT);
    put_token(batch, ROLE_OPERATOR, seed);

    result = batch_command_begin(batch, FIRST_MERCHANT);
    if (result != STORE_OK) return result;
    struct merchant merchant = merchant_default(FIRST_MERCHANT, batch_recorded_at(batch));
    merchants_put(batch, &merchant);
    referees_listed_put(batch, REFEREES_ALL);
    put_token(batch, ROLE_ADMIN, admin_seed(seed));
    return batch_commit(batch);
}

enum outcome bootstrap_commit(struct store *store, uint64_t now_ms,
                              const uint8_t seed[BOOTSTRAP_SEED_BYTES])
{
    struct batch *batch = batch_new(store);
    enum outcome outcome = command_outcome(commit_all(batch, now_ms, seed), OUTCOME_STORE_FAULT);

    batch_destroy(batch);
    return outcome;
}
