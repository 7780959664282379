/* Events as commands tell them: store/events.h has the records and what each function promises.
 *
 * A command tells behind its LINE, in the order in which things are to be heard: first what was
 * done (events_tell, or one of these), then what it earned or cost, which ledger_post tells by
 * itself. command_run_write puts them in the same batch; a replay puts nothing and tells nothing.
 * Nothing personal goes in. */
#ifndef BECKON_SERVICE_COMMAND_EVENT_H
#define BECKON_SERVICE_COMMAND_EVENT_H

#include "service/command/command.h"
#include "store/events.h"

/* "purchase.recorded": the API's `type`. Asserts there is such a kind. */
const char *event_name(enum told_kind kind);

/* Of somebody, about something of his: `object` 0 for none. */
void event_tell(struct batch *batch, enum told_kind kind, struct party party, uint64_t object);
/* Of a settlement run. */
void event_tell_run(struct batch *batch, enum told_kind kind, uint32_t run);

/* ---- objects that several commands are about: event_objects.c -------------------------------- */

struct dispute;
struct period_close;
struct redemption;
struct refund;
struct review;
void event_tell_purchase(struct batch *batch, const struct purchase *purchase);
/* Once it is posted; `serving_guide` is its purchase's. */
void event_tell_refund(struct batch *batch, const struct refund *refund, uint32_t serving_guide);
void event_tell_redemption(struct batch *batch, enum told_kind kind,
                           const struct redemption *redemption);
/* Nothing where they are the same. */
void event_tell_tier(struct batch *batch, uint32_t member, uint8_t from, uint8_t to,
                     business_date date);
/* Opened, or decided: as its state says; the same of a dispute. */
void event_tell_review(struct batch *batch, const struct review *review);
void event_tell_dispute(struct batch *batch, const struct dispute *dispute);
void event_tell_period(struct batch *batch, const struct period_close *close);
/* Of a guide: `shop` 0 and `date` 0 for none. */
void event_tell_employment(struct batch *batch, enum told_kind kind, uint32_t guide, uint32_t shop,
                           business_date date);
void event_tell_payment(struct batch *batch, bool paid, struct party payee, int64_t amount_minor,
                        uint32_t run);

/* Fills the text of an event: cut to TOLD_TEXT_BYTES_MAX. */
void event_text(struct told_event *event, const char *text);

#endif
