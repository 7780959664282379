#include "service/rules/clawback.h"

#include <assert.h>
#include <string.h>

/* value x part / whole, rounded down; 0 <= part <= whole, whole > 0. */
static int64_t share_floor(int64_t value, int64_t part, int64_t whole)
{
    assert(value >= 0 && part >= 0 && part <= whole && whole > 0);
    return (int64_t)((__int128)value * part / whole);
}

static bool is_full(const struct purchase *purchase)
{
    return purchase->refunded_minor == purchase->parts.amount_minor;
}

static bool rule_counts(const struct program *program, const struct rule *rule,
                        const struct purchase_line *line)
{
    if (rule == NULL || rule->categories.count == 0) return true;
    for (uint16_t i = 0; i < rule->categories.count; i++) {
        const char *category = program->categories[rule->categories.start + i];
        if (memcmp(category, line->category, LINE_TEXT_BYTES_MAX) == 0) return true;
    }
    return false;
}

/* Sums over the lines that count; `rule` NULL: all. */
struct counted {
    int64_t base, amount;                   /* of these lines */
    int64_t refunded_base, refunded_amount; /* by line */
};

static struct counted count_lines(const struct purchase_lines *lines,
                                  const struct program *program, const struct rule *rule)
{
    struct counted counted = {0};

    for (size_t i = 0; i < lines->count; i++) {
        const struct purchase_line *line = &lines->lines[i];

        if (!rule_counts(program, rule, line)) continue;
        counted.base += line->base_minor;
        counted.amount += line->amount_minor;
        counted.refunded_amount += line->refunded_minor;
        if (line->amount_minor > 0)
            counted.refunded_base +=
                share_floor(line->base_minor, line->refunded_minor, line->amount_minor);
    }
    return counted;
}

/* `whole` is the base that counts, `by_lines` what lines gave back of it. */
static struct clawback_share share_to_date(const struct purchase *purchase, int64_t whole,
                                           int64_t by_lines)
{
    struct clawback_share share = {by_lines, whole};

    assert(whole >= 0 && by_lines >= 0 && by_lines <= whole);
    if (whole == 0) return (struct clawback_share){is_full(purchase) ? 1 : 0, 1};
    if (purchase->parts.amount_minor > 0)
        share.refunded +=
            share_floor(whole, purchase->refunded_by_amount_minor, purchase->parts.amount_minor);
    if (share.refunded > whole || is_full(purchase)) share.refunded = whole;
    return share;
}

struct clawback_share clawback_share_of_rule(const struct purchase *purchase,
                                             const struct purchase_lines *lines,
                                             const struct program *program,
                                             const struct rule *rule)
{
    bool of_some = rule != NULL && rule->categories.count > 0;
    struct counted counted = count_lines(lines, program, rule);
    int64_t base = of_some ? counted.base : purchase->base_minor;
    int64_t amount = of_some ? counted.amount : purchase->parts.amount_minor;

    assert(purchase->refunded_by_amount_minor <= purchase->refunded_minor);
    assert(purchase->refunded_minor <= purchase->parts.amount_minor);
    if (base > 0) return share_to_date(purchase, base, counted.refunded_base);
    return share_to_date(purchase, amount, counted.refunded_amount);
}

struct clawback_share clawback_share_of(const struct purchase *purchase,
                                        const struct purchase_lines *lines)
{
    return clawback_share_of_rule(purchase, lines, NULL, NULL);
}

/* What each line of the refund comes to, and all together. */
static enum refund_reject fit_lines(const struct purchase_lines *lines,
                                    const struct refund *refund, int64_t *ret_line_minor,
                                    int64_t *ret_total, struct clawback_misfit *ret_misfit)
{
    int64_t total = 0;

    for (uint8_t i = 0; i < refund->line_count; i++) {
        uint8_t number = refund->lines[i].line;
        int64_t asked = refund->lines[i].asked_minor;

        if (number < 1 || number > lines->count) {
            *ret_misfit = (struct clawback_misfit){.line = number};
            return REFUND_REJECT_LINES;
        }
        const struct purchase_line *line = &lines->lines[number - 1];
        int64_t left = line->amount_minor - line->refunded_minor;
        if (asked > left) {
            *ret_misfit = (struct clawback_misfit){number, left};
            return REFUND_REJECT_LINES;
        }
        ret_line_minor[i] = asked > 0 ? asked : left;
        total += ret_line_minor[i];
    }
    *ret_total = total;
    return REFUND_REJECT_NONE;
}

enum refund_reject clawback_fit(struct purchase *purchase, struct purchase_lines *lines,
                                struct refund *refund, struct clawback_misfit *ret_misfit)
{
    int64_t line_minor[PURCHASE_LINES_MAX], total = refund->amount_minor;
    int64_t left = purchase->parts.amount_minor - purchase->refunded_minor;

    assert(left >= 0);
    if (refund->line_count > 0) {
        enum refund_reject reject = fit_lines(lines, refund, line_minor, &total, ret_misfit);
        if (reject != REFUND_REJECT_NONE) return reject;
    }
    *ret_misfit = (struct clawback_misfit){.left_minor = left};
    if (total <= 0) return REFUND_REJECT_EMPTY;
    if (total > left) return REFUND_REJECT_ABOVE_PURCHASE;

    for (uint8_t i = 0; i < refund->line_count; i++) {
        refund->lines[i].refunded_minor = line_minor[i];
        lines->lines[refund->lines[i].line - 1].refunded_minor += line_minor[i];
    }
    refund->amount_minor = total;
    purchase->refunded_minor += total;
    if (refund->line_count == 0) purchase->refunded_by_amount_minor += total;
    refund->full = is_full(purchase);
    struct clawback_share share = clawback_share_of(purchase, lines);
    int64_t refunded_base = purchase->base_minor > 0 ? share.refunded : 0;
    assert(refunded_base >= purchase->refunded_base_minor);
    refund->base_minor = refunded_base - purchase->refunded_base_minor;
    purchase->refunded_base_minor = refunded_base;
    if (purchase->refund_count < UINT16_MAX) purchase->refund_count++;
    return REFUND_REJECT_NONE;
}

int64_t clawback_reversal(int64_t posted, struct clawback_share share, enum rounding rounding)
{
    assert(posted >= 0 && share.whole > 0);
    assert(share.refunded >= 0 && share.refunded <= share.whole);
    if (share.refunded == share.whole) return posted;
    __int128 product = (__int128)posted * share.refunded;
    if (rounding == ROUNDING_HALF_UP) {
        product = 2 * product + share.whole;
        return (int64_t)(product / (2 * (__int128)share.whole));
    }
    return (int64_t)(product / share.whole);
}

int64_t clawback_asked(const struct credit *credit, int64_t reversal)
{
    int64_t before = credit->recall_own + credit->recall_elsewhere + credit->recall_waived;

    assert(reversal >= 0 && reversal <= credit->posted);
    /* What a review took counts as asked back too: with what was waived, more than all. */
    assert(before >= 0);
    return reversal > before ? reversal - before : 0;
}

/* What is neither there any more nor expired, and was not asked back before: redeemed or settled,
 * or gone into other refunds' claims. What the policy was asked for earlier comes out of it first,
 * as expired parts come last. */
static int64_t under_policy(const struct credit *credit)
{
    int64_t gone = credit->posted - credit->remaining - credit->expired - credit->recall_own;
    int64_t used = credit->recall_elsewhere + credit->recall_waived;

    assert(gone >= 0);
    return gone > used ? gone - used : 0;
}

struct clawback_split clawback_split(const struct credit *credit, int64_t asked,
                                     enum return_policy policy)
{
    struct clawback_split split = {0};
    bool takes = policy != RETURN_ONLY_PENDING || credit->state == CREDIT_PENDING;

    assert(asked >= 0 && asked <= credit->posted);
    if (takes) split.own = asked < credit->remaining ? asked : credit->remaining;
    int64_t rest = asked - split.own;
    if (policy != RETURN_ONLY_PENDING) {
        int64_t room = under_policy(credit);
        split.policy = rest < room ? rest : room;
    }
    split.waived = rest - split.policy;
    assert(split.own >= 0 && split.policy >= 0 && split.waived >= 0);
    assert(split.own + split.policy + split.waived == asked);
    return split;
}

int64_t clawback_given_back(int64_t redeemed, const struct purchase *purchase)
{
    assert(redeemed >= 0);
    if (is_full(purchase)) return redeemed;
    return share_floor(redeemed, purchase->refunded_minor, purchase->parts.amount_minor);
}
