#include "service/command/explain_words.h"

#include <assert.h>
#include <inttypes.h>


enum { BRACKETS_TOLD_MAX = 8 }; /* more than that nobody reads in a sentence */

/* ---- a rule ---------------------------------------------------------------------------------- */

static const struct sentence_pair BENEFICIARIES[] = {
    [BENEFICIARY_BUYER] = {"买家", "the buyer"},
    [BENEFICIARY_REFERRER] = {"推荐人", "the referrer"},
    [BENEFICIARY_SERVING_GUIDE] = {"服务导购", "the serving guide"},
    [BENEFICIARY_SELLING_GUIDE] = {"销售导购", "the selling guide"},
};

static int32_t greatest_divisor(int32_t a, int32_t b)
{
    while (b != 0) {
        int32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* A rate of the base: per cent of money, points per unit of money. */
static void add_rate(struct sentence *sentence, enum unit unit, int32_t rate_bp,
                     const char *currency)
{
    char rate[SENTENCE_RATE_BYTES];

    sentence_rate(rate_bp, rate);
    if (unit == UNIT_CASH) {
        sentence_zh(sentence, "基数的 %s", rate);
        sentence_en(sentence, "%s of the base", rate);
        return;
    }
    /* Whole points for the least amount that gives some: no fraction of either. */
    char money[SENTENCE_AMOUNT_BYTES];
    int32_t divisor = greatest_divisor(rate_bp, 10000);
    int32_t points = rate_bp / divisor;
    sentence_money(10000 / divisor, currency, money);
    sentence_zh(sentence, "每 %s 基数 %" PRId32 " 积分", money, points);
    sentence_en(sentence, "%" PRId32 " point%s per %s of the base", points,
                points == 1 ? "" : "s", money);
}

static void add_brackets(struct sentence *sentence, const struct program *program,
                         const struct rule *rule, const char *currency)
{
    const struct bracket *brackets = &program->brackets[rule->brackets.start];
    bool money = rule->trigger != TRIGGER_PERIOD_CLOSE;
    size_t told = rule->brackets.count < BRACKETS_TOLD_MAX ? rule->brackets.count
                                                           : BRACKETS_TOLD_MAX;

    sentence_add(sentence, rule->bracket_mode == BRACKETS_MARGINAL
                               ? (struct sentence_pair){"分段累计（", "by brackets, each part by its "
                                                                    "own ("}
                               : (struct sentence_pair){"按所达档位（", "by the bracket reached ("});
    for (size_t i = 0; i < told; i++) {
        char from[SENTENCE_AMOUNT_BYTES];
        if (i > 0) sentence_add(sentence, (struct sentence_pair){"；", "; "});
        sentence_money(brackets[i].from, currency, from);
        if (money) {
            sentence_zh(sentence, "自 %s：", from);
            sentence_en(sentence, "from %s: ", from);
        } else {
            sentence_zh(sentence, "自 %" PRId64 "：", brackets[i].from);
            sentence_en(sentence, "from %" PRId64 ": ", brackets[i].from);
        }
        if (brackets[i].rate_bp > 0)
            add_rate(sentence, rule->unit, brackets[i].rate_bp, currency);
        else
            sentence_amount(sentence, rule->unit, brackets[i].fixed_amount, currency);
    }
    if (told < rule->brackets.count) sentence_add(sentence, (struct sentence_pair){"…", "..."});
    sentence_add(sentence, (struct sentence_pair){"）", ")"});
}

static void add_caps(struct sentence *sentence, const struct rule *rule, const char *currency)
{
    static const struct sentence_pair PERIODS[] = {
        [PERIOD_NONE] = {"", ""}, [PERIOD_DAY] = {"每日", " a day"},
        [PERIOD_MONTH] = {"每月", " a month"}, [PERIOD_QUARTER] = {"每季", " a quarter"},
        [PERIOD_YEAR] = {"每年", " a year"},
    };

    if (rule->cap_per_referee > 0) {
        sentence_add(sentence, (struct sentence_pair){"；每位会员的事件最多 ",
                                                      "; at most for one member's events: "});
        sentence_amount(sentence, rule->unit, rule->cap_per_referee, currency);
    }
    if (rule->cap_per_beneficiary > 0) {
        sentence_zh(sentence, "；每位受益人%s最多 ", PERIODS[rule->cap_period].zh);
        sentence_en(sentence, "; at most for one beneficiary%s: ", PERIODS[rule->cap_period].en);
        sentence_amount(sentence, rule->unit, rule->cap_per_beneficiary, currency);
    }
    if (rule->budget > 0) {
        sentence_add(sentence, (struct sentence_pair){"；活动预算共 ", "; budget in all: "});
        sentence_amount(sentence, rule->unit, rule->budget, currency);
    }
}

static void add_life(struct sentence *sentence, const struct rule *rule)
{
    if (rule->hold_days > 0) {
        sentence_zh(sentence, "；%d 天后可用", rule->hold_days);
        sentence_en(sentence, "; available after %d day%s", rule->hold_days,
                    rule->hold_days == 1 ? "" : "s");
    }
    switch (rule->expiry) {
    case EXPIRY_NEVER:
        break;
    case EXPIRY_DAYS:
        sentence_zh(sentence, "；可用后 %d 天到期", rule->expiry_count);
        sentence_en(sentence, "; expires %d days after that", rule->expiry_count);
        break;
    case EXPIRY_MONTHS:
        sentence_zh(sentence, "；可用后 %d 个月到期", rule->expiry_count);
        sentence_en(sentence, "; expires %d months after that", rule->expiry_count);
        break;
    case EXPIRY_END_OF_YEAR:
        sentence_add(sentence, (struct sentence_pair){"；当年年底到期",
                                                      "; expires at the end of that year"});
        break;
    case EXPIRY_END_OF_NEXT_YEAR:
        sentence_add(sentence, (struct sentence_pair){"；次年年底到期",
                                                      "; expires at the end of the next year"});
        break;
    }
}

struct sentence explain_formula(const struct program *program, const struct rule *rule,
                                const char *currency)
{
    struct sentence sentence = sentence_begin();

    assert(rule->beneficiary >= BENEFICIARY_BUYER);
    assert((size_t)rule->beneficiary < sizeof BENEFICIARIES / sizeof BENEFICIARIES[0]);
    sentence_zh(&sentence, "给%s", BENEFICIARIES[rule->beneficiary].zh);
    sentence_en(&sentence, "Gives %s ", BENEFICIARIES[rule->beneficiary].en);
    if (rule->reward != REWARD_AMOUNT) {
        bool coupon = rule->reward == REWARD_COUPON;
        sentence_zh(&sentence, "%s“%s”。", coupon ? "优惠券" : "礼品", rule->benefit_zh);
        sentence_en(&sentence, "the %s \"%s\".", coupon ? "coupon" : "gift", rule->benefit_en);
        return sentence;
    }
    switch (rule->formula) {
    case FORMULA_NONE: break;
    case FORMULA_FIXED: sentence_amount(&sentence, rule->unit, rule->fixed_amount, currency); break;
    case FORMULA_RATE: add_rate(&sentence, rule->unit, rule->rate_bp, currency); break;
    case FORMULA_BRACKETS: add_brackets(&sentence, program, rule, currency); break;
    }
    if (rule->tier_multiplier)
        sentence_add(&sentence, (struct sentence_pair){"，乘以会员等级倍数",
                                                       ", times the multiplier of the tier"});
    if (rule->formula != FORMULA_FIXED)
        sentence_add(&sentence, rule->rounding == ROUNDING_HALF_UP
                                    ? (struct sentence_pair){"，四舍五入", ", rounded half up"}
                                    : (struct sentence_pair){"，舍去零头", ", fractions dropped"});
    add_caps(&sentence, rule, currency);
    add_life(&sentence, rule);
    sentence_add(&sentence, (struct sentence_pair){"。", "."});
    return sentence;
}

/* ---- an award -------------------------------------------------------------------------------- */

int32_t explain_rate_bp(const struct program *program, const struct award *award)
{
    const struct rule *rule = &program->rules[award->rule];

    if (rule->formula == FORMULA_RATE) return rule->rate_bp;
    if (rule->formula != FORMULA_BRACKETS || award->bracket >= rule->brackets.count) return 0;
    return program->brackets[rule->brackets.start + award->bracket].rate_bp;
}

/* "12.00 CNY x 1.5 % x 1.2 = 21.60 CNY". */
static void add_product(struct sentence *sentence, const struct program *program,
                        const struct award *award, const char *currency)
{
    const struct rule *rule = &program->rules[award->rule];
    int32_t rate_bp = explain_rate_bp(program, award);
    char base[SENTENCE_AMOUNT_BYTES], factor[SENTENCE_RATE_BYTES];

    sentence_money(award->base_minor, currency, base);
    if (rule->formula == FORMULA_BRACKETS && award->bracket != BRACKET_NONE) {
        sentence_zh(sentence, "第 %d 档：", award->bracket + 1);
        sentence_en(sentence, "bracket %d: ", award->bracket + 1);
    }
    if (rule->trigger == TRIGGER_PERIOD_CLOSE) {
        sentence_zh(sentence, "指标 %" PRId64, award->base_minor);
        sentence_en(sentence, "KPI %" PRId64, award->base_minor);
    } else if (rule->formula == FORMULA_BRACKETS && rule->bracket_mode == BRACKETS_MARGINAL) {
        sentence_zh(sentence, "%s 分段累计", base);
        sentence_en(sentence, "%s by its parts", base);
    } else if (rate_bp == 0) {
        sentence_add(sentence, (struct sentence_pair){"固定", "fixed"});
    } else {
        sentence_zh(sentence, "%s × ", base);
        sentence_en(sentence, "%s x ", base);
        add_rate(sentence, award->unit, rate_bp, currency);
    }
    if (award->multiplier_bp != MULTIPLIER_ONE) {
        sentence_factor(award->multiplier_bp, factor);
        sentence_zh(sentence, " × 等级倍数 %s", factor);
        sentence_en(sentence, " x %s (tier)", factor);
    }
    sentence_add(sentence, (struct sentence_pair){" = ", " = "});
    sentence_amount(sentence, award->unit, award->full_amount, currency);
}

struct sentence explain_calculation(const struct program *program, const struct award *award,
                                    const char *currency)
{
    struct sentence sentence = sentence_begin();
    char share[SENTENCE_RATE_BYTES];

    assert(award->rule < program->rule_count);
    if (award->reason == AWARD_SELF || award->reason == AWARD_GUIDE_INACTIVE ||
        award->reason == AWARD_BELOW_MINIMUM || award->reason == AWARD_ERASED) {
        sentence_add(&sentence, explain_reason(award->reason));
        return sentence;
    }
    add_product(&sentence, program, award, currency);
    if (award->share_bp != SHARE_WHOLE) {
        sentence_rate(award->share_bp, share);
        sentence_zh(&sentence, "；其中份额 %s", share);
        sentence_en(&sentence, "; of it a share of %s", share);
    }
    if (award->reason == AWARD_CAPPED) {
        struct sentence_pair cap = explain_cap(award->cap);
        sentence_zh(&sentence, "；受%s限制，仅余 ", cap.zh);
        sentence_en(&sentence, "; cut by %s, which had left: ", cap.en);
        sentence_amount(&sentence, award->unit, award->amount, currency);
    } else if (award->share_bp != SHARE_WHOLE) {
        sentence_add(&sentence, (struct sentence_pair){" = ", " = "});
        sentence_amount(&sentence, award->unit, award->amount, currency);
    }
    sentence_add(&sentence, (struct sentence_pair){"。", "."});
    if (award->reason == AWARD_ROUNDED_TO_ZERO || award->reason == AWARD_HELD) {
        struct sentence_pair reason = explain_reason(award->reason);
        sentence_zh(&sentence, "%s", reason.zh);
        sentence_en(&sentence, " %s", reason.en);
    }
    return sentence;
}

/* ---- the base -------------------------------------------------------------------------------- */

struct sentence explain_base(const struct purchase_parts *parts, int64_t base_minor,
                             const char *currency)
{
    const struct { int64_t minor; struct sentence_pair name; } less[] = {
        {parts->tax_minor, {"税", "tax"}}, {parts->freight_minor, {"运费", "freight"}},
        {parts->gift_card_minor, {"礼品卡", "gift card"}},
        {parts->points_minor, {"积分抵扣", "paid with points"}},
    };
    struct sentence sentence = sentence_begin();
    char money[SENTENCE_AMOUNT_BYTES];

    sentence_money(parts->amount_minor, currency, money);
    sentence_zh(&sentence, "金额 %s", money);
    sentence_en(&sentence, "amount %s", money);
    for (size_t i = 0; i < sizeof less / sizeof less[0]; i++) {
        if (less[i].minor == 0) continue;
        sentence_money(less[i].minor, currency, money);
        sentence_zh(&sentence, " − %s %s", less[i].name.zh, money);
        sentence_en(&sentence, " - %s %s", less[i].name.en, money);
    }
    sentence_money(base_minor, currency, money);
    sentence_zh(&sentence, " = 基数 %s", money);
    sentence_en(&sentence, " = base %s", money);
    return sentence;
}
