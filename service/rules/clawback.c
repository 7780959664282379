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
    assert(before >= 0 && before <= credit->posted);
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
