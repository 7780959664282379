/* A program version as rules see it: plain data, decoded once per version and kept.
 *
 * Versions are immutable: what a version number means never changes. */
#ifndef BECKON_STORE_PROGRAM_H
#define BECKON_STORE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/record.h"

enum {
    RULES_MAX = 32,
    RULE_ID_BYTES_MAX = 40,
    RULE_TITLE_BYTES_MAX = 80,
    PROGRAM_BRACKETS_MAX = 256,   /* of all its rules together */
    RULE_BRACKETS_MAX = 128,      /* of one rule: an award keeps the index in a byte */
    PROGRAM_SHOPS_MAX = 256,      /* named by all its rules together */
    PROGRAM_CATEGORIES_MAX = 64,  /* the same */
    PROGRAM_TIERS_MAX = 8,
    TIER_RIGHTS_MAX = 8,
    BENEFIT_NAME_BYTES_MAX = 80,
    ATTRIBUTE_BYTES_MAX = 40,
    HOLD_DAYS_MAX = 3650,
    REFUND_CYCLE_DAYS_MAX = 366,  /* a purchase reads a record a month of them */
    TAX_TREATMENT_BYTES_MAX = 40, /* a word for payroll's software */
};

/* ---- rules ---------------------------------------------------------------------------------- */

enum rule_trigger { TRIGGER_REGISTRATION = 1, TRIGGER_PURCHASE = 2, TRIGGER_REPURCHASE = 3,
                    TRIGGER_PERIOD_CLOSE = 4 };
enum rule_beneficiary { BENEFICIARY_BUYER = 1, BENEFICIARY_REFERRER = 2,
                        BENEFICIARY_SERVING_GUIDE = 3, BENEFICIARY_SELLING_GUIDE = 4 };
/* What a rule gives: an amount of its unit, or (REGISTRATION only) something by name. */
enum rule_reward { REWARD_AMOUNT = 0, REWARD_COUPON = 1, REWARD_GIFT = 2 };
enum rule_formula { FORMULA_NONE = 0, /* a benefit has none */
                    FORMULA_FIXED = 1, FORMULA_RATE = 2, FORMULA_BRACKETS = 3 };
/* WHOLE: the bracket reached holds for all; MARGINAL: each part by the bracket it lies in. */
enum bracket_mode { BRACKETS_WHOLE = 0, BRACKETS_MARGINAL = 1 };
enum rounding { ROUNDING_FLOOR = 1, ROUNDING_HALF_UP = 2 };
/* Kind of referrer a rule wants. */
enum referrer_condition { REFERRER_ANY = 0, REFERRER_MEMBER = 1, REFERRER_GUIDE = 2,
                          REFERRER_NONE = 3 };
/* Did the serving guide come by his own code or through the referrer? */
enum code_condition { CODE_ANY = 0, CODE_OWN = 1, CODE_INHERITED = 2 };
enum birthday_condition { BIRTHDAY_ANY = 0, BIRTHDAY_DAY = 1, BIRTHDAY_WEEK = 2,
                          BIRTHDAY_MONTH = 3 };
enum period_kind { PERIOD_NONE = 0, PERIOD_DAY = 1, PERIOD_MONTH = 2, PERIOD_QUARTER = 3,
                   PERIOD_YEAR = 4 };
enum rule_kpi { KPI_NONE = 0, KPI_REPURCHASE_RATE = 1, /* basis points, 0 to 10,000 */
                KPI_NEW_MEMBERS = 2, KPI_ACTIVATED_MEMBERS = 3 };
enum rule_expiry { EXPIRY_NEVER = 0, EXPIRY_DAYS = 1, EXPIRY_MONTHS = 2, EXPIRY_END_OF_YEAR = 3,
                   EXPIRY_END_OF_NEXT_YEAR = 4 };
/* What a refund takes of what was redeemed or settled already; domain.md 5. */
enum return_policy { RETURN_CARRY_FORWARD = 0, RETURN_UNLIMITED = 1, RETURN_WITHIN_BALANCE = 2,
                     RETURN_ONLY_PENDING = 3 };

/* [from, to) of the base (PURCHASE, REPURCHASE; minor units) or of the KPI (PERIOD_CLOSE). A rule's
 * brackets are ascending, without gaps, the first from 0, the last open (to = INT64_MAX). */
struct bracket {
    int64_t from, to;
    int64_t fixed_amount; /* 0 where rate_bp is given; both 0: the bracket gives nothing */
    int32_t rate_bp;
};

/* A run in one of the program's pools; count 0: no condition, or no brackets. */
struct pool_part {
    uint16_t start, count;
};

struct rule {
    char id[RULE_ID_BYTES_MAX + 1];
    char title_zh[RULE_TITLE_BYTES_MAX + 1], title_en[RULE_TITLE_BYTES_MAX + 1];
    enum rule_trigger trigger;
    enum rule_beneficiary beneficiary;

    /* what it gives */
    enum rule_reward reward;
    char benefit_zh[BENEFIT_NAME_BYTES_MAX + 1], benefit_en[BENEFIT_NAME_BYTES_MAX + 1];
    uint16_t benefit_valid_days; /* its last day is registration + this; 0: without end */
    enum unit unit;
    enum rule_formula formula;
    int64_t fixed_amount; /* FORMULA_FIXED: points or minor units */
    int32_t rate_bp;      /* FORMULA_RATE: of the base, in basis points */
    enum bracket_mode bracket_mode;
    struct pool_part brackets;
    bool tier_multiplier; /* times that of the buyer's tier before this purchase */
    enum rounding rounding;

    /* conditions; all must hold */
    enum referrer_condition referrer;
    enum code_condition code;
    struct pool_part shops;       /* the purchase's shop, or the registration's */
    struct pool_part categories;  /* the base is then that of the lines of these alone */
    uint8_t tiers;                /* bit i: the program's tier i; 0: any */
    uint8_t weekdays;             /* bit 0: Monday ... bit 6: Sunday; 0: any */
    int64_t minimum_minor;        /* least amount of the purchase; below: award 0, BELOW_MINIMUM */
    bool first_purchase;          /* gross: no purchase of hers was recorded before */
    uint16_t within_days;         /* business date <= registered_on + this; 0: any time */
    enum birthday_condition birthday;
    uint8_t age_from, age_to;     /* full years on the business date, [from, to); to 0: open */
    char gender[ATTRIBUTE_BYTES_MAX + 1];    /* as in her profile; empty: any */
    char attribute[ATTRIBUTE_BYTES_MAX + 1]; /* name; empty: any */
    char attribute_value[ATTRIBUTE_BYTES_MAX + 1];
    business_date window_from, window_to; /* campaign window [from, to); INT32_MIN, DATE_NEVER */

    /* caps, in the rule's unit; 0: none */
    int64_t cap_per_referee;       /* what one member's events may give by this rule, for ever */
    int64_t cap_per_beneficiary;   /* what one beneficiary may get by it in cap_period */
    enum period_kind cap_period;   /* DAY, MONTH, YEAR of the business date */
    int64_t budget;                /* what the rule may give at all: identity is the rule's id */

    /* the life of its credits */
    uint16_t hold_days;            /* matures at the start of business date + this */
    enum rule_expiry expiry;       /* at the end of a business date, counted from maturity */
    uint16_t expiry_count;         /* of DAYS or MONTHS */
    enum return_policy return_policy;

    /* PERIOD_CLOSE */
    enum rule_kpi kpi;
    enum period_kind period;       /* MONTH, QUARTER, YEAR */
    uint16_t wait_days;            /* computed at the start of end + this */
    uint32_t minimum_n;            /* least denominator (rate) or count */
    bool leavers;                  /* also guides not employed on the period's last day */
};

/* ---- tiers ---------------------------------------------------------------------------------- */

enum tier_basis { TIER_BASIS_NONE = 0, TIER_BASIS_POINTS = 1, TIER_BASIS_SPEND = 2 };
enum tier_review { TIER_REVIEW_NEVER = 0, TIER_REVIEW_YEARLY = 1, TIER_REVIEW_ANNIVERSARY = 2 };
enum tier_fall { TIER_FALL_TO_REACHED = 0, TIER_FALL_ONE_STEP = 1 };

/* Tier 0 is every member's from the start; thresholds rise. */
struct tier {
    char id[RULE_ID_BYTES_MAX + 1];
    char title_zh[RULE_TITLE_BYTES_MAX + 1], title_en[RULE_TITLE_BYTES_MAX + 1];
    int64_t threshold;      /* tier points, or minor units of rolling spend; the first's is 0 */
    int32_t multiplier_bp;  /* 10,000: as it is */
    uint8_t right_count;
    char rights[TIER_RIGHTS_MAX][BENEFIT_NAME_BYTES_MAX + 1]; /* shown to the till and to her */
};

/* What the program's fraud signals look for; 0 everywhere: off. domain.md 10. */
struct fraud_settings {
    uint16_t registrations_per_ten_minutes; /* of one guide; more are held */
    uint16_t open_from_minutes, open_to_minutes; /* local; registrations outside are held; equal:
                                                    off */
    uint16_t refund_cycles;                 /* full refunds of one member in refund_cycle_days: from
                                               this many on, what others earn by her is held */
    uint16_t refund_cycle_days;
    uint16_t spike_days;                    /* before the end of a month ... */
    uint16_t spike_factor;                  /* ... a day with this many times the guide's daily
                                               mean of new members in it so far */
    uint16_t spike_minimum;                 /* and at least so many that day */
};

/* How credits become pay, unless a run says otherwise; domain.md 7. */
struct settlement_settings {
    uint32_t rate_points;         /* so many points for ... */
    int64_t rate_minor;           /* ... so many minor units; both 0: a run must name its own */
    int64_t minimum_payout_minor; /* less is carried to the next run; 0: none */
    char tax_treatment[TAX_TREATMENT_BYTES_MAX + 1]; /* told to payroll as it stands; empty: none */
};

struct program {
    uint32_t version; /* from 1; 0: none in force */
    business_date from;
    uint64_t published_at;
    uint8_t fingerprint[FINGERPRINT_BYTES];
    char title[NAME_BYTES_MAX];

    /* settings */
    bool inherit_serving_guide;
    uint16_t binding_validity_days;   /* 0: without end */
    uint16_t binding_protection_days; /* 0: none */
    uint32_t redeem_points, redeem_minor; /* so many points for so many minor units; 0: no POINTS */
    bool redeem_cash;                 /* members may spend CASH, one for one */
    uint16_t restore_grace_days;      /* for what expired before it was given back */
    int64_t adjust_limit[UNIT_COUNT]; /* above it a second person approves; 0: always */
    struct fraud_settings fraud;
    struct settlement_settings settlement;

    enum tier_basis tier_basis;
    uint16_t tier_window_months;      /* of points or spend; 0: for ever (points only) */
    enum tier_review tier_review;
    uint8_t tier_review_month, tier_review_day; /* YEARLY */
    enum tier_fall tier_fall;
    uint8_t tier_count;
    struct tier tiers[PROGRAM_TIERS_MAX];

    uint16_t rule_count;
    struct rule rules[RULES_MAX];
    uint16_t bracket_count, shop_count, category_count;
    struct bracket brackets[PROGRAM_BRACKETS_MAX];
    uint32_t shops[PROGRAM_SHOPS_MAX];
    char categories[PROGRAM_CATEGORIES_MAX][LINE_TEXT_BYTES_MAX]; /* zero-padded */
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
