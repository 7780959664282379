/* Wraps key slots anew where they lie, a portion at a time, so that a crash leaves none torn.
 *
 *   DATA/keys/rewrap.journal   merchant, kind, first number, count | hash | slots as they shall be
 *
 * Happy path: the portion's new slots into the journal, synced -> in place, synced -> the journal
 * zeroed, synced. Start-up writes what a whole journal says into place, but never into a slot that
 * is all zero, and zeroes the journal: who was erased stays so, and no key is left in it. Ways it
 * fails: no room for the journal (STORE_FULL: nothing was changed); I/O (STORE_FAULT: the next
 * start finishes it). On the writer's thread. */
#ifndef BECKON_STORE_REWRAP_H
#define BECKON_STORE_REWRAP_H

#include "store/key_slots.h"

/* Slots of one portion: what the writer's commit waits for stays some milliseconds. */
enum { REWRAP_PORTION = 1024 };

struct rewrap;

/* Finishes a portion that was cut short. STORE_OK, STORE_FULL, STORE_FAULT (errno). */
enum store_result rewrap_open(const char *directory, struct key_slots *slots,
                              struct rewrap **ret_rewrap) STORE_CHECKED;
void rewrap_close(struct rewrap *rewrap);

/* Wraps the slots of parties [first, first + count), count <= REWRAP_PORTION, under `generation`,
 * which the ring has; durable when STORE_OK. Slots that are zero, under it already, or don't open
 * (verify names them) stay as they are. */
enum store_result rewrap_portion(struct rewrap *rewrap, uint32_t merchant, enum party_kind kind,
                                 uint32_t first, size_t count,
                                 uint32_t generation) STORE_CHECKED;

#endif
