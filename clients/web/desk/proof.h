/* Proving the ledger behind a page: VerifyStore takes as long as the ledger is, a visitor doesn't.
 *
 * One at a time, as the service has it, on a thread and a channel of its own, with the rights of
 * who asked. Its result waits in the process until another proof begins; a restart forgets it, and
 * one asks again. All functions from any thread. */
#ifndef BECKON_CLIENTS_WEB_DESK_PROOF_H
#define BECKON_CLIENTS_WEB_DESK_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "clients/channel/channel.h"

enum { PROOF_CERTIFICATE_BYTES = 512 };

/* How far a proof is, or what came of it. */
struct proof_state {
    bool running;
    uint64_t entries;   /* proven so far */
    uint64_t findings;  /* differences; then there is no certificate */
    char certificate[PROOF_CERTIFICATE_BYTES]; /* empty: none */
    struct channel_error error; /* without a certificate and findings: why there is none */
};

/* Begins one for a merchant's settlement run. false: another is running. The texts are copied. */
bool proof_begin(uint32_t merchant_number, uint32_t run_number, const char *address,
                 const struct channel_tls *tls, const char *secret, const char *visitor_address);
/* The latest proof, if it was for this run. */
bool proof_look(uint32_t merchant_number, uint32_t run_number, struct proof_state *ret_state);
/* Ends one that runs and waits for it: before the process ends. */
void proof_stop(void);

#endif
