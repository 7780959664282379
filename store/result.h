/* What every call into the store answers, from the engine up to the tables.
 *
 * ABSENT is an ordinary answer; the others end the work at hand: NEED asks the batch to fetch and
 * run again, DAMAGED refuses the one command that met the record, CONFLICT to FAULT speak of a
 * commit. Nothing here knows what a refusal is called outside; commands translate. */
#ifndef BECKON_STORE_RESULT_H
#define BECKON_STORE_RESULT_H

enum store_result {
    STORE_OK = 0,
    STORE_ABSENT,   /* no record under that key; the end of a scan */
    STORE_NEED,     /* the engine has to fetch first (kv_fetch), then the command runs again */
    STORE_DAMAGED,  /* the record's checksum or form is wrong */
    STORE_CONFLICT, /* commit: somebody else committed first; nothing happened, run again */
    STORE_FENCED,   /* commit: another epoch owns the merchant; nothing happened, stop */
    STORE_FULL,     /* commit: no room; nothing happened */
    STORE_FAULT,    /* I/O or engine failure; after a commit its fate is unknown: stop, reopen */
};

#define STORE_CHECKED __attribute__((warn_unused_result))

#endif
