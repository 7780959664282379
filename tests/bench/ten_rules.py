"""Ten rules against R1: what a purchase costs the service under each, on two copies of one store.

The ten are R1's five and five more of the parts that merchants use: a tier with its multiplier, a
campaign that is over, a monthly cap, weekdays, a birthday. A purchase thus meets every kind of
condition; what it is paid for is mostly what R1 pays, as in a real charter."""

import os
import shutil
import statistics

from measuring import copy_store, say

IN_FLIGHT = 64
FROM = "1998-01-01"  # after the members' registrations, long before today
POINTS = {"unit": "UNIT_POINTS", "beneficiary": "BENEFICIARY_BUYER", "rounding": "ROUNDING_FLOOR"}
R1 = [
    dict(POINTS, rule_id="buyer", trigger="TRIGGER_PURCHASE", rate_bp=100, tier_multiplier=True),
    {"rule_id": "referrer", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_REFERRER",
     "referrer": "REFERRER_CONDITION_MEMBER", "unit": "UNIT_CASH", "rate_bp": 200,
     "rounding": "ROUNDING_FLOOR"},
    dict(POINTS, rule_id="new-member", trigger="TRIGGER_REGISTRATION", fixed_amount=5,
         beneficiary="BENEFICIARY_SERVING_GUIDE", code="CODE_CONDITION_OWN"),
    dict(POINTS, rule_id="sales", trigger="TRIGGER_PURCHASE", rate_bp=10,
         beneficiary="BENEFICIARY_SERVING_GUIDE"),
    dict(POINTS, rule_id="repurchase", trigger="TRIGGER_REPURCHASE", fixed_amount=3,
         beneficiary="BENEFICIARY_SERVING_GUIDE"),
]
MORE = [
    dict(POINTS, rule_id="gold", trigger="TRIGGER_PURCHASE", fixed_amount=50, tier_ids=["gold"]),
    dict(POINTS, rule_id="opening", trigger="TRIGGER_PURCHASE", rate_bp=500,
         window_from_date="1998-06-01", window_until_date="1998-06-18"),
    dict(POINTS, rule_id="large", trigger="TRIGGER_PURCHASE", minimum_minor=90000,
         cap_per_beneficiary=10000, cap_period="PERIOD_MONTH", brackets=[
             {"from": 0, "to": 100000, "rate_bp": 50}, {"from": 100000, "rate_bp": 100}]),
    dict(POINTS, rule_id="first-month", trigger="TRIGGER_PURCHASE", rate_bp=100, within_days=30),
    dict(POINTS, rule_id="birthday", trigger="TRIGGER_PURCHASE", rate_bp=100,
         birthday="BIRTHDAY_CONDITION_MONTH"),
]
TIERS = {"basis": "TIER_BASIS_POINTS", "review": "TIER_REVIEW_ANNIVERSARY", "levels": [
    {"tier_id": "silver"}, {"tier_id": "gold", "threshold": 1000000, "multiplier_bp": 12000}]}


def copy_of(bench):
    """The same store once more, beside the first."""
    other = os.path.join(bench.folder, "ten")
    copy_store(bench.folder, other)
    with bench.service(other) as service:
        service.client("admin").call("beckon.v1.ProgramService/PublishProgram", {
            "request_id": "ten", "program": {
                "from_date": FROM, "title": "ten", "inherit_serving_guide": True,
                "tiers": TIERS, "rules": R1 + MORE}})
    return other


def measure(bench, rounds):
    """The median of the rounds' ratios of CPU time a purchase, ten rules to R1."""
    other, ratios = copy_of(bench), []
    for _ in range(rounds):
        cost = {}
        for name, folder in (("R1", bench.folder), ("ten", other)):
            with bench.service(folder) as service:
                report = bench.load(service, "purchase", IN_FLIGHT)
            cost[name] = report["cpu_us"]
            say("%3s rules: %6d purchases/s, %.1f us of CPU each"
                % (name, report["per_s"], report["cpu_us"]))
        ratios.append(cost["ten"] / cost["R1"])
    shutil.rmtree(other)
    return round(statistics.median(ratios), 3)
