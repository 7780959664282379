/* Purchases under their natural key, and what registrations earned. */
#ifndef BECKON_STORE_PURCHASES_H
#define BECKON_STORE_PURCHASES_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

enum store_result purchases_get(struct reader *reader, const struct receipt *receipt,
                                struct purchase *ret) STORE_CHECKED;
void purchases_put(struct batch *batch, const struct purchase *purchase);

/* The lines of a purchase that has some; STORE_ABSENT otherwise. */
enum store_result purchase_lines_get(struct reader *reader, const struct receipt *receipt,
                                     struct purchase_lines *ret) STORE_CHECKED;
void purchase_lines_put(struct batch *batch, const struct receipt *receipt,
                        const struct purchase_lines *lines);

enum store_result registrations_get(struct reader *reader, uint32_t member,
                                    struct registration *ret) STORE_CHECKED;
void registrations_put(struct batch *batch, const struct registration *registration);

#endif
