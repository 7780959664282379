/* A program version as rules see it: plain data, decoded once per version and kept.
 *
 * Versions are immutable: what a version number means never changes. */
#ifndef BECKON_STORE_PROGRAM_H
#define BECKON_STORE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/record.h"

enum { RULES_MAX = 32, RULE_ID_BYTES_MAX = 40, RULE_TITLE_BYTES_MAX = 80 };

enum rule_trigger { TRIGGER_REGISTRATION = 1, TRIGGER_PURCHASE = 2, TRIGGER_REPURCHASE = 3 };
enum rule_beneficiary { BENEFICIARY_BUYER = 1, BENEFICIARY_REFERRER = 2,
                        BENEFICIARY_SERVING_GUIDE = 3 };
enum rule_formula { FORMULA_FIXED = 1, FORMULA_RATE = 2 };
enum rounding { ROUNDING_FLOOR = 1, ROUNDING_HALF_UP = 2 };
/* Kind of referrer a rule wants. */
enum referrer_condition { REFERRER_ANY = 0, REFERRER_MEMBER = 1, REFERRER_GUIDE = 2,
                          REFERRER_NONE = 3 };
/* Did the serving guide come by his own code or through the referrer? */
enum code_condition { CODE_ANY = 0, CODE_OWN = 1, CODE_INHERITED = 2 };

struct rule {
    char id[RULE_ID_BYTES_MAX + 1];
    char title_zh[RULE_TITLE_BYTES_MAX + 1], title_en[RULE_TITLE_BYTES_MAX + 1];
    enum rule_trigger trigger;
    enum rule_beneficiary beneficiary;
    enum unit unit;
    enum rule_formula formula;
    int64_t fixed_amount; /* FORMULA_FIXED: points or minor units */
    int32_t rate_bp;      /* FORMULA_RATE: of the base, in basis points */
    enum rounding rounding;
    enum referrer_condition referrer;
    enum code_condition code;
};

struct program {
    uint32_t version; /* from 1; 0: none in force */
    business_date from;
    uint64_t published_at;
    uint8_t fingerprint[FINGERPRINT_BYTES];
    char title[NAME_BYTES_MAX];
    bool inherit_serving_guide;
    uint16_t rule_count;
    struct rule rules[RULES_MAX];
};

enum { PROGRAM_CACHE_MAX = 8 };

/* The versions a batch decoded last (programs.c); all zero when empty. Held by value in struct
 * batch and used by the writer's thread only. */
struct program_cache {
    size_t next; /* the slot filled longest ago */
    struct {
        uint32_t merchant; /* 0: the slot is not found again */
        struct program program;
    } slots[PROGRAM_CACHE_MAX];
};

#endif
