/* The reading half of kv_model: snapshots, gets and scans, each answer compared with the oracle's.
 * What differs is printed and aborts. */
#ifndef BECKON_TESTS_STORE_KV_MODEL_READ_H
#define BECKON_TESTS_STORE_KV_MODEL_READ_H

#include "tests/store/kv_model.h"

/* `found` answers what `expected` says, or the test ends here. */
void model_expect(const struct model *model, const char *what, enum store_result expected,
                  enum store_result found);

/* Opens one of all commits so far. Its number must have grown with every commit since the last. */
void model_snapshot_open(struct model *model, struct model_snapshot *snapshot);
/* Looks once more at what it has handed out, and closes it with its scan. */
void model_snapshot_close(struct model *model, struct model_snapshot *snapshot);
/* Reads all of it, in both directions. */
void model_snapshot_check(struct model *model, struct model_snapshot *snapshot);

/* Reads `key`, which lives as long as the model. */
void model_get(struct model *model, struct model_snapshot *snapshot, struct bytes key);

void model_scan_open(struct model *model, struct model_snapshot *snapshot, struct bytes from,
                     struct bytes to, bool reverse);
/* One step; false: it has come to its end, and is closed. */
bool model_scan_step(struct model *model, struct model_snapshot *snapshot);
void model_scan_close(struct model_snapshot *snapshot);

#endif
