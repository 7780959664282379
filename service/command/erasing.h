/* Erasing one person: the part that EraseMember, EraseGuide and the start after a restore share.
 *
 * Happy path: erasing_load (before the LINE) -> erasing_put -> the commit says ERASING, without
 * profile, phones and sign-ins -> batch_commit destroys the key and writes the erasure list -> the
 * reply leaves -> tick_erasures ends codes and bindings step by step -> ERASED.
 * A crash before the commit: nothing happened. Between the commit and the destroyed key:
 * erasures_resume destroys it before anything is served. Later: the ticker goes on. */
#ifndef BECKON_SERVICE_COMMAND_ERASING_H
#define BECKON_SERVICE_COMMAND_ERASING_H

#include "service/command/command.h"
#include "store/erasures.h"
#include "store/profiles.h"
#include "store/sign_in.h"

enum { ERASING_TOKENS_MAX = 16 };

struct erasing {
    struct account account;
    struct erasure erasure;
    bool listed;              /* the erasure list has it already */
    struct phones_of phones;  /* every row that leads to him */
    size_t token_count;
    struct token tokens[ERASING_TOKENS_MAX];
    struct sign_in_owned sign_ins;
};

/* Reads all that is to go. `erasure` says who, since when he is known, when, why and who asks; its
 * points and cash are filled here. Of a profile that can't be opened the phones are looked for
 * among all. */
enum outcome erasing_load(struct batch *batch, const struct account *account,
                          const struct erasure *erasure, business_date today,
                          struct erasing *ret) OUTCOME_CHECKED;
/* After the LINE. */
void erasing_put(struct batch *batch, struct erasing *erasing);

/* ---- start-up -------------------------------------------------------------------------------- */

/* Before the service serves: destroys the key of everybody whose erasure was committed and perhaps
 * not carried out, and erases again whom the erasure list names and a restored backup brought back.
 * *ret_again: how many those were. OUTCOME_OK or a store outcome. */
enum outcome erasures_resume(struct store *store, uint64_t now_ms,
                             size_t *ret_again) OUTCOME_CHECKED;

#endif
