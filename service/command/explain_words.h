/* The words of explanations: one table each for verdicts, reasons, caps and scan results, and rules
 * and calculations put into sentences. Texts in Chinese and English; no I/O, any thread. */
#ifndef BECKON_SERVICE_COMMAND_EXPLAIN_WORDS_H
#define BECKON_SERVICE_COMMAND_EXPLAIN_WORDS_H

#include "service/command/sentence.h"
#include "store/program.h"
#include "store/record.h"

/* VERDICT_COUNT stands for "recorded before verdicts were kept". */
struct sentence_pair explain_verdict(enum rule_verdict verdict);
struct sentence_pair explain_reason(enum award_reason reason);
struct sentence_pair explain_cap(enum award_cap cap);
/* scanned: she registered with a code. */
struct sentence_pair explain_scan(enum scan_result result, bool scanned);

/* What a rule gives whom, and the life of it: "gives the buyer 1 point per CNY, times ...". */
struct sentence explain_formula(const struct program *program, const struct rule *rule,
                                const char *currency);

/* From which numbers an award comes. */
struct sentence explain_calculation(const struct program *program, const struct award *award,
                                    const char *currency);

/* How a purchase's base comes about. */
struct sentence explain_base(const struct purchase_parts *parts, int64_t base_minor,
                             const char *currency);

/* The rate an award was computed by: the rule's, or that of the bracket reached; 0: a fixed
 * amount. */
int32_t explain_rate_bp(const struct program *program, const struct award *award);

#endif
