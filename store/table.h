/* table: the steps the tables share. Internal to store's one-noun files. */
#ifndef BECKON_STORE_TABLE_H
#define BECKON_STORE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/batch.h"
#include "store/key.h"
#include "store/reader.h"

/* Reads the record under `key`; answers as reader_get. */
enum store_result table_get(struct reader *reader, const struct key *key,
                            struct bytes *ret_value) STORE_CHECKED;
void table_put(struct batch *batch, const struct key *key, const void *data, size_t size);
void table_delete(struct batch *batch, const struct key *key);

/* Records that are a number: four bytes big-endian. */
enum store_result table_get_number(struct reader *reader, const struct key *key,
                                   uint32_t *ret_number) STORE_CHECKED;
void table_put_number(struct batch *batch, const struct key *key, uint32_t number);
/* Records whose key says it all. */
void table_put_empty(struct batch *batch, const struct key *key);

/* The last record in [from, to], both keys of one prefix; STORE_ABSENT: none. */
enum store_result table_last(struct reader *reader, const struct key *from, const struct key *to,
                             struct bytes *ret_key, struct bytes *ret_value) STORE_CHECKED;

/* Numbers that directly follow `prefix` in keys of exactly that length, above `after`, ascending;
 * up to count_max. A longer or shorter key is STORE_DAMAGED. */
enum store_result table_list_numbers(struct reader *reader, const struct key *prefix,
                                     uint32_t after, uint32_t *ret_numbers, size_t count_max,
                                     size_t *ret_count) STORE_CHECKED;
enum store_result table_list_numbers64(struct reader *reader, const struct key *prefix,
                                       uint64_t after, uint64_t *ret_numbers, size_t count_max,
                                       size_t *ret_count) STORE_CHECKED;

/* Called with each record of a walk; false ends the walk. */
typedef enum store_result table_visit(void *context, struct bytes key, struct bytes value,
                                      bool *ret_more);
/* Walks [from, to) ascending: STORE_OK at the end, or the first other answer. */
enum store_result table_walk(struct reader *reader, struct bytes from, struct bytes to,
                             table_visit *visit, void *context) STORE_CHECKED;

/* Copies a protobuf string into a zero-padded array of `size` bytes with a closing zero; false when
 * it is too long. */
bool table_copy_text(char *to, size_t size, const char *text);
/* The same text as protobuf-c's messages want it, which only read what they pack. */
char *table_text(const char *text);

#endif
