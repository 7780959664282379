/* Who a settlement run paid, as it was at its close: shop and cost centre of every guide's line,
 * and, sealed under a key of the run's own, his name and document.
 *
 * The copies are for payroll's files and statements, which stay the same for ever, and for the
 * years that the law wants them kept: a guide's own key can go without them, and they go when the
 * run's slot is zeroed. Of members nothing is copied. */
#ifndef BECKON_STORE_SETTLEMENT_PAYEES_H
#define BECKON_STORE_SETTLEMENT_PAYEES_H

#include "store/batch.h"
#include "store/profiles.h"
#include "store/reader.h"
#include "store/settlement.h"
#include "store/settlement_lines.h"
#include "store/shops.h"

enum { SETTLEMENT_KEY_SEED_BYTES = 44, SETTLEMENT_NONCE_BYTES = 24,
       SETTLEMENT_PAYEE_BYTES_MAX = 512 };

struct settlement_payee {
    char shop_id[SHOP_ID_BYTES_MAX + 1];         /* empty: he had none of that employer */
    char cost_center[COST_CENTER_BYTES_MAX + 1];
    char name[NAME_BYTES_MAX + 1];               /* these three empty: see `kept` */
    char document_type[DOCUMENT_BYTES_MAX + 1];
    char document_number[DOCUMENT_BYTES_MAX + 1];
    bool kept;                                   /* false: the run's key is gone */
};

/* Shop and cost centre of a line at the end of a period: the shop's last under that employer. */
void settlement_payee_place(const struct shop *shop, uint32_t pay_entity, business_date end,
                            struct settlement_payee *payee);

/* The close begins: makes the run's key and notes until which date (exclusive) copies are kept.
 * After the LINE. seed: fresh random bytes of the command's. */
void settlement_payees_begin(struct batch *batch, uint32_t run, business_date retained_until,
                             const uint8_t seed[SETTLEMENT_KEY_SEED_BYTES]);

/* A copy of the payee of one guide's line, to be put after the LINE. */
struct settlement_payee_copy {
    size_t size;
    uint8_t data[SETTLEMENT_PAYEE_BYTES_MAX];
};
/* Reads who he is today and where he was last, and seals. nonce: fresh random bytes. STORE_OK,
 * STORE_ABSENT (settlement_payees_begin was not called), or as reader_get. An erased guide has no
 * name left. */
enum store_result settlement_payee_make(struct batch *batch, const struct settlement_run *run,
                                        const struct settlement_line *line,
                                        const uint8_t nonce[SETTLEMENT_NONCE_BYTES],
                                        struct settlement_payee_copy *ret) STORE_CHECKED;
void settlement_payee_put(struct batch *batch, const struct settlement_line *line,
                          const struct settlement_payee_copy *copy);

/* What was copied for a guide's line. STORE_ABSENT: nothing, the run is not closed. */
enum store_result settlement_payees_get(struct reader *reader, uint32_t run,
                                        const struct line_name *name,
                                        struct settlement_payee *ret) STORE_CHECKED;
/* Until which date the run's copies are kept; STORE_ABSENT: it has none. */
enum store_result settlement_payees_retained_until(struct reader *reader, uint32_t run,
                                                   business_date *ret) STORE_CHECKED;
/* The latest such date of all runs that paid this guide: before it he can't be erased. DATE_ALWAYS:
 * none did. Looks at every run. */
enum store_result settlement_payees_guide_until(struct reader *reader, uint32_t guide,
                                                business_date *ret) STORE_CHECKED;

/* What a key of the table says: of the run's own note the name is {NONE, 0}, 0. False: no key. */
bool settlement_payee_key_read(struct bytes key, uint32_t *ret_run, struct line_name *ret_name);

#endif
