"""Programs that cannot hold, a row each as in bad_input_rows.py: what is wrong, and where."""

from world import PROGRAM

PUBLISH = "ProgramService/PublishProgram"
INVALID, UNKNOWN = "INVALID_ARGUMENT", "NOT_FOUND"

BUYER = {"rule_id": "r", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
         "unit": "UNIT_POINTS"}
GUIDE = {"rule_id": "r", "trigger": "TRIGGER_PERIOD_CLOSE", "unit": "UNIT_CASH",
         "beneficiary": "BENEFICIARY_SERVING_GUIDE", "kpi": "KPI_NEW_MEMBERS",
         "period": "PERIOD_MONTH"}
WELCOME = dict(BUYER, trigger="TRIGGER_REGISTRATION", fixed_amount=5)
GIFT = {"rule_id": "r", "trigger": "TRIGGER_REGISTRATION", "beneficiary": "BENEFICIARY_BUYER",
        "reward": "REWARD_GIFT"}
TIERS = {"basis": "TIER_BASIS_POINTS", "levels": [{"tier_id": "a"},
                                                  {"tier_id": "b", "threshold": 100}]}


def bad(field, rule=None, reason="PROGRAM_INVALID", code=INVALID, **changes):
    """The row of a program with this one rule (PROGRAM's where there is none) and settings."""
    asked = dict(PROGRAM, from_date="2999-01-01", **changes)
    if rule is not None:
        asked["rules"] = [rule]
        field = "rules[0]." + field
    return (PUBLISH, {"program": asked, "request_id": "fresh"}, code, reason, "program." + field)


def brackets(*bounds, **more):
    return dict(BUYER, brackets=[dict(zip(("from", "to"), bound), rate_bp=100)
                                 for bound in bounds], **more)


def rated(**more):
    return dict(BUYER, rate_bp=100, **more)


ROWS = [
    # ---- more than the API knows, more than one level ----
    bad("referrer", dict(WELCOME, beneficiary="BENEFICIARY_REFERRER")),
    bad("referrer", dict(WELCOME, beneficiary="BENEFICIARY_REFERRER",
                         referrer="REFERRER_CONDITION_MEMBER")),
    bad("rate_bp", dict(BUYER, rate_bp=10001)),
    bad("rate_bp", dict(BUYER, rate_bp=2**31 - 1)),
    # ---- brackets ----
    bad("brackets[1].from", brackets((0, 100), (99, 0))),
    bad("brackets[1].from", brackets((0, 100), (101, 0))),
    bad("brackets[0].from", brackets((1, 0))),
    bad("brackets[0].from", brackets((-1, 0))),
    bad("brackets[1].to", brackets((0, 100), (100, 100), (100, 0))),
    bad("brackets[0].to", brackets((0, 2**63 - 1), (2**63 - 1, 0))),
    bad("brackets[1].to", brackets((0, 100), (100, 200))),
    bad("brackets", dict(rated(), brackets=[{}])),
    bad("brackets", brackets(*[(0, 1)] * 257)),
    bad("brackets[0].rate_bp", dict(BUYER, brackets=[{"rate_bp": 10001}])),
    bad("brackets[0].fixed_amount", dict(BUYER, brackets=[{"fixed_amount": 0}])),
    bad("brackets[0].fixed_amount", dict(BUYER, brackets=[{"fixed_amount": 1}],
                                         bracket_mode="BRACKET_MODE_MARGINAL")),
    # ---- conditions ----
    bad("shop_ids[1]", rated(shop_ids=["S1", "nowhere"]), "SHOP_UNKNOWN", UNKNOWN),
    bad("shop_ids[0]", rated(shop_ids=["x" * 4000]), "SHOP_UNKNOWN", UNKNOWN),
    bad("shop_ids", rated(shop_ids=["S1"] * 257)),
    bad("categories[0]", rated(categories=["x" * 41])),
    bad("categories", rated(categories=["x%d" % i for i in range(65)])),
    bad("tier_ids[0]", rated(tier_ids=["gold"])),
    bad("weekdays[1]", rated(weekdays=["WEEKDAY_MONDAY", "WEEKDAY_MONDAY"])),
    bad("weekdays[0]", rated(weekdays=["WEEKDAY_UNSPECIFIED"])),
    bad("window_until_date", rated(window_from_date="2026-06-18",
                                   window_until_date="2026-06-01")),
    bad("window_until_date", rated(window_from_date="2026-06-18",
                                   window_until_date="2026-06-18")),
    bad("window_from_date", rated(window_from_date="2026-02-30"), "DATE_INVALID"),
    bad("age_until", rated(age_from=30, age_until=20)),
    bad("age_from", rated(age_from=-1)),
    bad("within_days", rated(within_days=-1)),
    bad("minimum_minor", rated(minimum_minor=10**12 + 1)),
    bad("attribute_value", rated(attribute="skin")),
    bad("gender", rated(gender="x" * 41)),
    # ---- caps and lives ----
    bad("cap_per_referee", rated(cap_per_referee=-1)),
    bad("cap_period", rated(cap_per_beneficiary=1)),
    bad("cap_period", rated(cap_period="PERIOD_MONTH")),
    bad("budget", rated(budget=2**63 - 1)),
    bad("hold_days", rated(hold_days=3651)),
    bad("expiry_count", rated(expiry="EXPIRY_DAYS")),
    bad("expiry_count", rated(expiry_count=5)),
    bad("return_policy", dict(WELCOME, return_policy="RETURN_POLICY_UNLIMITED")),
    # ---- parts of other triggers ----
    bad("beneficiary", dict(GUIDE, fixed_amount=1, minimum_n=1,
                            beneficiary="BENEFICIARY_BUYER")),
    bad("minimum_n", dict(GUIDE, fixed_amount=1)),
    bad("shop_ids", dict(GUIDE, fixed_amount=1, minimum_n=1, shop_ids=["S1"])),
    bad("kpi", rated(kpi="KPI_NEW_MEMBERS")),
    bad("minimum_minor", dict(WELCOME, minimum_minor=1)),
    bad("beneficiary", dict(WELCOME, beneficiary="BENEFICIARY_SELLING_GUIDE")),
    bad("benefit_en", GIFT),
    bad("fixed_amount", dict(GIFT, benefit_en="Cup", fixed_amount=1)),
    bad("reward", dict(GIFT, benefit_en="Cup", trigger="TRIGGER_PURCHASE")),
    bad("rules", rules=[dict(BUYER, rule_id="r%d" % i, rate_bp=1,
                             beneficiary="BENEFICIARY_SELLING_GUIDE") for i in range(17)]),
    # ---- settings and tiers ----
    bad("redemption.minor", redemption={"points": 10}),
    bad("redemption.points", redemption={"minor": 10}),
    bad("binding_protection_days", binding_validity_days=30, binding_protection_days=31),
    bad("adjust_limit_points", adjust_limit_points=-1),
    bad("fraud.refund_cycle_days", fraud={"refund_cycles": 3}),
    bad("fraud.open_until_minutes", fraud={"open_until_minutes": 1441}),
    bad("settlement.rate_minor", settlement={"rate_points": 10}),
    bad("settlement.rate_points", settlement={"rate_minor": 100}),
    bad("settlement.minimum_payout_minor", settlement={"minimum_payout_minor": -1}),
    bad("settlement.tax_treatment", settlement={"tax_treatment": "税" * 14}),
    bad("tiers.levels", tiers={"basis": "TIER_BASIS_POINTS"}),
    bad("tiers.basis", tiers={"levels": TIERS["levels"]}),
    bad("tiers.window_months", tiers=dict(TIERS, basis="TIER_BASIS_SPEND")),
    bad("tiers.levels[1].threshold", tiers=dict(TIERS, levels=[{"tier_id": "a"},
                                                               {"tier_id": "b"}])),
    bad("tiers.review_day", tiers=dict(TIERS, review="TIER_REVIEW_YEARLY", review_month=2,
                                       review_day=29)),
]
