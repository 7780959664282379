/* The one table of a charter's words: reading, writing, help and errors all come from it. */
#include "clients/cli/charter_inner.h"

#define KIND(kind) charter_##kind##_read, charter_##kind##_write
#define END {.key = NULL}

const struct charter_word CHARTER_TOP[] = {
    {"title", KIND(text), "title", "a text", 0, NULL},
    {"from", charter_date_read, charter_text_write, "from_date", "YYYY-MM-DD, its first day", 0,
     NULL},
    {"inherit serving guide", KIND(yes), "inherit_serving_guide", "yes or no", 0, NULL},
    {"binding", KIND(days), "binding_validity_days", "N days, or without end", 0, "without end"},
    {"protection", KIND(days), "binding_protection_days", "N days, or none", 0, "none"},
    {"redeem", KIND(redeem), "redemption", "N points for MONEY", 0, NULL},
    {"redeem cash", KIND(yes), "redeem_cash", "yes or no", 0, NULL},
    {"restore grace", KIND(days), "restore_grace_days", "N days", 30, NULL},
    {"adjust points", KIND(points), "adjust_limit_points",
     "N points: above it a second person approves", 0, NULL},
    {"adjust cash", KIND(money), "adjust_limit_minor", "MONEY, e.g. 200.00 CNY", 0, NULL},
    {"fraud", KIND(fraud), "fraud", "its own words below", 0, NULL},
    {"settlement", KIND(settlement), "settlement", "its own words below", 0, NULL},
    {"tiers", KIND(tiers), "tiers", "its own words below", 0, NULL},
    {"rules", KIND(rules), "rules", "a mapping from each rule's id to its words", 0, NULL},
    END,
};

const struct charter_word CHARTER_FRAUD[] = {
    {"registrations", KIND(registrations), "registrations_per_ten_minutes", "N in 10 minutes", 0,
     NULL},
    {"open", KIND(open), "open_from_minutes,open_until_minutes", "HH:MM to HH:MM", 0, NULL},
    {"refunds", KIND(cycles), "refund_cycles,refund_cycle_days", "N in N days", 0, NULL},
    {"spike days", KIND(days), "spike_days", "N days, the last of a month", 0, NULL},
    {"spike times", KIND(count), "spike_factor", "N, times the daily mean", 0, NULL},
    {"spike members", KIND(count), "spike_minimum", "N, new members of a day at least", 0, NULL},
    END,
};

const struct charter_word CHARTER_SETTLEMENT[] = {
    {"rate", KIND(rate), "rate_points,rate_minor", "N points for MONEY", 0, NULL},
    {"minimum payout", KIND(money), "minimum_payout_minor", "MONEY, less is carried on", 0, NULL},
    {"tax treatment", KIND(text), "tax_treatment", "a text, for payroll", 0, NULL},
    END,
};

const struct charter_word CHARTER_TIERS[] = {
    {"by", KIND(choice), "basis", "points or spend", 0, NULL},
    {"window", KIND(months), "window_months", "N months, or for ever", 0, "for ever"},
    {"review", KIND(review), "review,review_month,review_day",
     "never, anniversary, or every MM-DD", 0, NULL},
    {"fall", KIND(choice), "fall", "to reached, or one step", 0, NULL},
    {"steps", KIND(steps), "levels", "a mapping from each tier's id to its words, lowest first", 0,
     NULL},
    END,
};

const struct charter_word CHARTER_STEP[] = {
    {"zh", KIND(text), "title_zh", "a title", 0, NULL},
    {"en", KIND(text), "title_en", "a title", 0, NULL},
    {"from", KIND(threshold), "threshold", "N points, or MONEY", 0, NULL},
    {"times", KIND(multiplier), "multiplier_bp", "a number, e.g. 1.5", 10000, NULL},
    {"rights", KIND(texts), "rights", "[TEXT, ...]", 0, NULL},
    END,
};

const struct charter_word CHARTER_RULE[] = {
    {"zh", KIND(text), "title_zh", "a title", 0, NULL},
    {"en", KIND(text), "title_en", "a title", 0, NULL},
    {"on", KIND(choice), "trigger", "registration, purchase, repurchase or period close", 0, NULL},
    {"to", charter_to_read, charter_choice_write, "beneficiary",
     "buyer, referrer, serving guide or selling guide", 0, NULL},
    {"measures", KIND(choice), "kpi", "repurchase rate, new members or activated members", 0,
     NULL},
    {"period", KIND(choice), "period", "month, quarter or year", 0, NULL},
    {"gives", KIND(gives), "fixed_amount,rate_bp,formula,unit,reward",
     "N points, MONEY, N points per MONEY, N % as cash, coupon or gift", 0, NULL},
    {"brackets", KIND(brackets), "brackets",
     "a mapping: A to B: what it gives, or nothing; B and above: ...", 0, NULL},
    {"bracket mode", KIND(choice), "bracket_mode", "whole or marginal", 0, NULL},
    {"name zh", KIND(text), "benefit_zh", "what the coupon or gift is called", 0, NULL},
    {"name en", KIND(text), "benefit_en", "the same in English", 0, NULL},
    {"valid", KIND(days), "benefit_valid_days", "N days, or without end", 0, "without end"},
    {"times tier", KIND(yes), "tier_multiplier", "yes or no", 0, NULL},
    {"rounding", KIND(choice), "rounding", "floor or half up", 1, NULL},
    {"referrer", KIND(choice), "referrer", "any, member, guide or none", 0, NULL},
    {"code", KIND(choice), "code", "any, own or inherited", 0, NULL},
    {"shops", KIND(texts), "shop_ids", "[SHOP_ID, ...]", 0, NULL},
    {"categories", KIND(texts), "categories", "[CATEGORY, ...]", 0, NULL},
    {"tiers", KIND(tier_ids), "tier_ids", "[TIER, ...]", 0, NULL},
    {"weekdays", KIND(weekdays), "weekdays", "[monday, ...]", 0, NULL},
    {"minimum", KIND(money), "minimum_minor", "MONEY", 0, NULL},
    {"first purchase", KIND(yes), "first_purchase", "yes or no", 0, NULL},
    {"within", KIND(days), "within_days", "N days of her registration", 0, NULL},
    {"birthday", KIND(choice), "birthday", "any, day, week or month", 0, NULL},
    {"age", KIND(age), "age_from,age_until", "N to N (not included), or N and above", 0, NULL},
    {"gender", KIND(text), "gender", "a text, as in her profile", 0, NULL},
    {"attribute", KIND(attribute), "attribute,attribute_value", "NAME = VALUE", 0, NULL},
    {"window", KIND(window), "window_from_date,window_until_date",
     "DATE through DATE (both included), from DATE, or through DATE", 0, NULL},
    {"cap per referee", KIND(amount), "cap_per_referee", "N points, or MONEY", 0, NULL},
    {"cap", KIND(cap), "cap_per_beneficiary,cap_period",
     "N points or MONEY, then: a day, a month or a year", 0, NULL},
    {"budget", KIND(amount), "budget", "N points, or MONEY", 0, NULL},
    {"hold", KIND(days), "hold_days", "N days, or none", 0, "none"},
    {"expires", KIND(expires), "expiry,expiry_count",
     "never, N days, N months, end of year, or end of next year", 0, NULL},
    {"returns", KIND(choice), "return_policy",
     "carry forward, unlimited, within balance or only pending", 0, NULL},
    {"wait", KIND(days), "wait_days", "N days, or none", 30, "none"},
    {"at least", KIND(count), "minimum_n", "N", 0, NULL},
    {"leavers", KIND(yes), "include_leavers", "yes or no", 0, NULL},
    END,
};

static void help_words(FILE *out, const char *title, const struct charter_word *words)
{
    fprintf(out, "\n%s\n", title);
    for (; words->key; words++)
        fprintf(out, "  %-22s %s\n", words->key, words->form);
}

void charter_help(FILE *out)
{
    fputs("A program's file is YAML (JSON is YAML too), each word at most once:\n", out);
    help_words(out, "the program:", CHARTER_TOP);
    help_words(out, "fraud:", CHARTER_FRAUD);
    help_words(out, "settlement:", CHARTER_SETTLEMENT);
    help_words(out, "tiers:", CHARTER_TIERS);
    help_words(out, "tiers > steps > TIER:", CHARTER_STEP);
    help_words(out, "rules > RULE:", CHARTER_RULE);
    fputs("\nMONEY is an amount and the merchant's currency, e.g. 1280.00 CNY. Brackets of a "
          "purchase\ngo by MONEY, of a repurchase rate by N %, of members by N; the first begins "
          "at 0.\n\n"
          "  from: 2026-01-01\n"
          "  rules:\n"
          "    points:\n"
          "      on: purchase\n"
          "      to: buyer\n"
          "      gives: 1 point per 1.00 CNY\n"
          "      hold: 7 days\n"
          "      expires: end of next year\n", out);
}
