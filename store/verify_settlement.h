/* What verify's files about settlement runs share. */
#ifndef BECKON_STORE_VERIFY_SETTLEMENT_H
#define BECKON_STORE_VERIFY_SETTLEMENT_H

#include "store/settlement.h"
#include "store/verify_inner.h"

/* What the entries up to N moved for one run. */
struct verify_run_fold {
    bool looked_up;
    uint64_t closed_entry;  /* the ledger's last when it was closed; 0: it isn't */
    __int128 settled[UNIT_COUNT], debts[UNIT_COUNT];
    __int128 carry_in, carry_out; /* signed: above 0 owed to payees */
    __int128 back;                /* after the close: what was paid and came back */
};

/* All lines of a run: each one's formula and place, together the totals, the hash, and what the
 * entries moved. */
enum store_result verify_settlement_lines(struct verify *verify,
                                          const struct settlement_run *run) STORE_CHECKED;
/* Lines and places of runs that are not there, marks of runs that have none. */
enum store_result verify_settlement_tables(struct verify *verify) STORE_CHECKED;

#endif
