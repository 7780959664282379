#include "service/command/back_test_snapshot.h"

enum outcome back_test_snapshot(struct store *store, uint32_t merchant, back_test_work *work,
                                void *context)
{
    struct reader reader;

    enum outcome outcome = command_outcome(reader_open(store, &reader), OUTCOME_STORE_FAULT);
    if (outcome != OUTCOME_OK) return outcome;
    reader.merchant = merchant;
    outcome = work(&reader, context);
    /* Each fetch brings a key more, and a portion reads a bounded number of them. */
    while (outcome == OUTCOME_AGAIN) {
        outcome = command_outcome(kv_fetch(reader.snapshot), OUTCOME_STORE_FAULT);
        if (outcome == OUTCOME_OK) outcome = work(&reader, context);
    }
    reader_close(&reader);
    return outcome;
}
