/* Lines of settlement runs: one per payee and pay entity, members' under pay entity 0; and the
 * order in which guides' lines are exported, which is by pay entity's name and employee number. */
#ifndef BECKON_STORE_SETTLEMENT_LINES_H
#define BECKON_STORE_SETTLEMENT_LINES_H

#include <stddef.h>

#include "store/batch.h"
#include "store/guides.h"
#include "store/reader.h"
#include "store/settlement.h"
#include "store/shops.h"

/* Which line of a run; {NONE, 0}, 0 is before the first. In this order, of which members come
 * before guides. */
struct line_name {
    struct party payee;
    uint32_t pay_entity;
};

enum store_result settlement_lines_get(struct reader *reader, uint32_t run,
                                       const struct line_name *name,
                                       struct settlement_line *ret) STORE_CHECKED;
/* Lines behind `after`, by payee and pay entity; up to count_max. */
enum store_result settlement_lines_list(struct reader *reader, uint32_t run,
                                        const struct line_name *after,
                                        struct settlement_line *ret_lines, size_t count_max,
                                        size_t *ret_count) STORE_CHECKED;
void settlement_lines_put(struct batch *batch, const struct settlement_line *line);
void settlement_lines_delete(struct batch *batch, uint32_t run, const struct line_name *name);

/* What a key of the table says; false when it is none. */
bool settlement_line_key_read(struct bytes key, uint32_t *ret_run, struct line_name *ret_name);

/* ---- the export's order ---------------------------------------------------------------------- */

/* Where a guide's line stands: texts in byte order, zero-padded. */
struct line_place {
    char pay_entity_name[PAY_ENTITY_BYTES_MAX + 1];
    char employee_no[EMPLOYEE_NO_BYTES_MAX + 1];
    uint32_t guide, pay_entity;
};

void settlement_order_put(struct batch *batch, uint32_t run, const struct line_place *place);
void settlement_order_delete(struct batch *batch, uint32_t run, const struct line_place *place);
/* Places behind `after` (NULL: from the start); up to count_max. */
enum store_result settlement_order_list(struct reader *reader, uint32_t run,
                                        const struct line_place *after,
                                        struct line_place *ret_places, size_t count_max,
                                        size_t *ret_count) STORE_CHECKED;
/* What a key of the table says; false when it is none. */
bool settlement_order_key_read(struct bytes key, uint32_t *ret_run, struct line_place *ret_place);

/* ---- hashes ---------------------------------------------------------------------------------- */

/* A statement's hash is BLAKE2b over its credits one after another, each with the hash before it,
 * then over the line's own figures: neither the draft's number nor payments nor warnings, so that
 * equal figures have equal hashes. A run's is the chain over its lines' in the order they were
 * computed: guides by number, then members by number, each by pay entity. All begin with zeros. */
void statement_hash_credit(uint8_t hash[HASH_BYTES], uint64_t credit, enum unit unit,
                           int64_t amount);
void statement_hash_end(uint8_t hash[HASH_BYTES], const struct settlement_line *line);
void run_hash_add(uint8_t hash[HASH_BYTES], const uint8_t statement_hash[HASH_BYTES]);

#endif
