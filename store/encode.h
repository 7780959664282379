/* The encoded form of the hot records: big-endian, field by field, behind a version byte, so that
 * the bytes are the same on every machine and an older version is upgraded when read. A fence has
 * no version byte: the engine compares its head. */
#ifndef BECKON_STORE_ENCODE_H
#define BECKON_STORE_ENCODE_H

#include "store/bytes.h"
#include "store/record.h"
#include "store/result.h"
#include "store/review.h"

enum {
    FENCE_BYTES = 8 * 4 + HASH_BYTES,       /* no version byte: the engine compares its head */
    RECEIPT_BYTES = 4 + 1 + RECEIPT_BYTES_MAX,
    EVENT_BYTES_MAX = 1 + 4 + RECEIPT_BYTES,
    ENTRY_BYTES_MAX = 1 + 2 * 8 + 2 * 4 + 4 + 5 + 3 * 8 + 4 + 2 + 8 + EVENT_BYTES_MAX + HASH_BYTES,
    CREDIT_BYTES = 1 + 8 + 3 + 7 * 8 + 4 + 2 + 3 * 4 + 3 * 4 + 2 * 4 + 5 * 8,
    ACCOUNT_BYTES = 98 + 147 + 16,          /* everyone's, members', guides' part */
    PURCHASE_DAY_BYTES = 1 + 4 + 4 + 3 * 8 + 4,
    BINDING_BYTES = 1 + 4 + 4 + 1 + 4 + 1 + 4 + 4,
    EMPLOYMENT_BYTES = 1 + 4 * 4,
    AWARD_BYTES = 2 + 5 + 1 + 1 + 4 * 8 + 4 + 2 + 1 + 1,
    VERDICTS_BYTES_MAX = 1 + VERDICTS_MAX,
    PURCHASE_BYTES_MAX = 1 + 2 * RECEIPT_BYTES + 4 + 2 * 8 + 4 + 9 * 8 + 2 + 1 + 2 * 4 +
                         FINGERPRINT_BYTES + 1 + 4 + 8 + 1 + SELLERS_MAX * 6 +
                         VERDICTS_BYTES_MAX + 2 + AWARDS_MAX * AWARD_BYTES,
    RECORD_BYTES_MAX = PURCHASE_BYTES_MAX,
};

/* Each encodes into `to` (room for RECORD_BYTES_MAX) and returns the size; each decodes `from`
 * whole, STORE_DAMAGED when size, version or an enum is out of range. Numbers that are part of a
 * record's key are encoded in the value too, so that a misplaced record is noticed. */
size_t fence_encode(const struct fence *fence, uint8_t *to);
enum store_result fence_decode(struct bytes from, struct fence *ret) STORE_CHECKED;
size_t entry_encode(const struct entry *entry, uint8_t *to);
enum store_result entry_decode(struct bytes from, struct entry *ret) STORE_CHECKED;
size_t credit_encode(const struct credit *credit, uint8_t *to);
enum store_result credit_decode(struct bytes from, struct credit *ret) STORE_CHECKED;
size_t account_encode(const struct account *account, uint8_t *to);
enum store_result account_decode(struct bytes from, struct account *ret) STORE_CHECKED;
size_t purchase_day_encode(const struct purchase_day *day, uint8_t *to);
enum store_result purchase_day_decode(struct bytes from, struct purchase_day *ret) STORE_CHECKED;
size_t binding_encode(const struct binding *binding, uint8_t *to);
enum store_result binding_decode(struct bytes from, struct binding *ret) STORE_CHECKED;
size_t employment_encode(const struct employment *employment, uint8_t *to);
enum store_result employment_decode(struct bytes from, struct employment *ret) STORE_CHECKED;
size_t purchase_encode(const struct purchase *purchase, uint8_t *to);
enum store_result purchase_decode(struct bytes from, struct purchase *ret) STORE_CHECKED;
enum {
    PURCHASE_LINES_BYTES_MAX = 2 + PURCHASE_LINES_MAX * (4 * 8 + 2 * (1 + LINE_TEXT_BYTES_MAX)),
};
/* Room for PURCHASE_LINES_BYTES_MAX. */
size_t purchase_lines_encode(const struct purchase_lines *lines, uint8_t *to);
enum store_result purchase_lines_decode(struct bytes from,
                                        struct purchase_lines *ret) STORE_CHECKED;
size_t registration_encode(const struct registration *registration, uint8_t *to);
enum store_result registration_decode(struct bytes from, struct registration *ret) STORE_CHECKED;
size_t code_encode(const struct code *code, uint8_t *to);
enum store_result code_decode(struct bytes from, struct code *ret) STORE_CHECKED;
size_t party_encode(struct party party, uint8_t *to);
enum store_result party_decode(struct bytes from, struct party *ret) STORE_CHECKED;
size_t token_encode(const struct token *token, uint8_t *to);
enum store_result token_decode(struct bytes from, struct token *ret) STORE_CHECKED;
size_t request_encode(const struct request *request, uint8_t *to);
enum store_result request_decode(struct bytes from, struct request *ret) STORE_CHECKED;
size_t recency_month_encode(const struct recency_month *month, uint8_t *to);
enum store_result recency_month_decode(struct bytes from,
                                       struct recency_month *ret) STORE_CHECKED;
size_t signal_counts_encode(const struct signal_counts *counts, uint8_t *to);
enum store_result signal_counts_decode(struct bytes from,
                                       struct signal_counts *ret) STORE_CHECKED;
enum { KPI_MONTH_BYTES_MAX = 1 + 6 * 5 + 4 + 31 * (1 + 6 * 5 + 3 * 10) };
struct kpi_month;
size_t kpi_month_encode(const struct kpi_month *month, uint8_t *to);
enum store_result kpi_month_decode(struct bytes from, struct kpi_month *ret) STORE_CHECKED;
/* Days [first, last] of it alone, from 0; what lies behind them is not looked at. */
struct kpi_day;
enum store_result kpi_month_decode_days(struct bytes from, unsigned first, unsigned last,
                                        struct kpi_day *ret_days) STORE_CHECKED;
struct period_close;
size_t period_close_encode(const struct period_close *close, uint8_t *to);
enum store_result period_close_decode(struct bytes from, struct period_close *ret) STORE_CHECKED;
struct period_result;
size_t period_result_encode(const struct period_result *result, uint8_t *to);
enum store_result period_result_decode(struct bytes from,
                                       struct period_result *ret) STORE_CHECKED;
struct settlement_line;
enum { SETTLEMENT_LINE_BYTES_MAX = 1 + 4 + 5 + 2 * 4 + 14 * 8 + 3 * 4 + 1 + 16 * 4 + 2 + 2 * 4 + 8 +
                                   HASH_BYTES + 1 + 8 + 4 + 1 };
size_t settlement_line_encode(const struct settlement_line *line, uint8_t *to);
enum store_result settlement_line_decode(struct bytes from,
                                         struct settlement_line *ret) STORE_CHECKED;
/* Its figures alone, what its statement's hash is over; not a record. */
size_t settlement_figures_encode(const struct settlement_line *line, uint8_t *to);
size_t ledger_totals_encode(const struct ledger_totals *totals, uint8_t *to);
enum store_result ledger_totals_decode(struct bytes from,
                                       struct ledger_totals *ret) STORE_CHECKED;
size_t numbers_encode(const struct numbers *numbers, uint8_t *to);
enum store_result numbers_decode(struct bytes from, struct numbers *ret) STORE_CHECKED;
size_t merchant_encode(const struct merchant *merchant, uint8_t *to);
enum store_result merchant_decode(struct bytes from, struct merchant *ret) STORE_CHECKED;

#endif
