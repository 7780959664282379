"""A random market through the real service: what Quote says is what RecordPurchase does and what
ExplainPurchase tells afterwards; every figure told is computed again here, from the inputs told with
it and the program alone. BECKON_SEED replays a market."""

import os
import random
import sys
import unittest
from datetime import date, timedelta
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reflect import Refused  # noqa: E402
from service import Service  # noqa: E402
from world import API  # noqa: E402

SEED = int(os.environ.get("BECKON_SEED", random.SystemRandom().randrange(10 ** 9)))
PURCHASES = int(os.environ.get("BECKON_MARKET_PURCHASES", "250"))
FIRST_DAY = date(2024, 1, 1)
MEMBERS, GUIDES = 12, 3
LEVELS = {"base": 10000, "gold": 15000, "star": 20000}


def rule(rule_id, trigger, beneficiary, unit, **parts):
    return dict({"rule_id": rule_id, "trigger": "TRIGGER_" + trigger,
                 "beneficiary": "BENEFICIARY_" + beneficiary, "unit": "UNIT_" + unit}, **parts)


PROGRAM = {
    "from_date": "2023-01-01", "inherit_serving_guide": True,
    "tiers": {"basis": "TIER_BASIS_POINTS", "levels": [
        {"tier_id": "base", "threshold": 0, "multiplier_bp": LEVELS["base"]},
        {"tier_id": "gold", "threshold": 300, "multiplier_bp": LEVELS["gold"]},
        {"tier_id": "star", "threshold": 900, "multiplier_bp": LEVELS["star"]}]},
    "rules": [
        rule("points", "PURCHASE", "BUYER", "POINTS", rate_bp=100, tier_multiplier=True,
             cap_per_beneficiary=500, cap_period="PERIOD_MONTH"),
        rule("welcome", "PURCHASE", "BUYER", "POINTS", fixed_amount=50, first_purchase=True,
             expiry="EXPIRY_MONTHS", expiry_count=6),
        rule("friend", "PURCHASE", "REFERRER", "CASH", rate_bp=333, rounding="ROUNDING_HALF_UP",
             cap_per_referee=2000, hold_days=7, referrer="REFERRER_CONDITION_MEMBER"),
        rule("steps", "PURCHASE", "SELLING_GUIDE", "CASH", bracket_mode="BRACKET_MODE_MARGINAL",
             brackets=[{"from": 0, "to": 10000, "rate_bp": 100},
                       {"from": 10000, "to": 30000, "rate_bp": 250},
                       {"from": 30000, "to": 0, "rate_bp": 400}]),
        rule("whole", "PURCHASE", "SERVING_GUIDE", "POINTS", minimum_minor=2000,
             brackets=[{"from": 0, "to": 15000, "fixed_amount": 3},
                       {"from": 15000, "to": 0, "rate_bp": 75}]),
        rule("again", "REPURCHASE", "BUYER", "POINTS", fixed_amount=7, tier_multiplier=True,
             weekdays=["WEEKDAY_MONDAY", "WEEKDAY_SATURDAY"]),
        rule("coats", "PURCHASE", "BUYER", "POINTS", rate_bp=500, categories=["coat"], budget=3000,
             window_from_date="2024-02-01", window_until_date="2024-09-01"),
        rule("gold", "PURCHASE", "SERVING_GUIDE", "CASH", rate_bp=60, tier_ids=["gold", "star"],
             shop_ids=["S1"]),
    ]}
RULES = {each["rule_id"]: each for each in PROGRAM["rules"]}


def rounded(value, of):
    up = of.get("rounding") == "ROUNDING_HALF_UP"
    return int((value + Fraction(1, 2) if up else value) // 1)


def by_formula(of, award):
    """base x rate x multiplier, rounded once: domain.md 4, from the program as it was published."""
    base, multiplier = award["base_minor"], Fraction(award["multiplier_bp"], 10000)

    def part(piece, amount):
        if "rate_bp" in piece:
            return Fraction(amount * piece["rate_bp"], 10000)
        return Fraction(piece["fixed_amount"])

    if "brackets" not in of:
        return rounded(part(of, base) * multiplier, of)
    top = [i for i, piece in enumerate(of["brackets"]) if base >= piece["from"]][-1]
    assert award["bracket"] == top + 1, award
    if of.get("bracket_mode") != "BRACKET_MODE_MARGINAL":
        return rounded(part(of["brackets"][top], base) * multiplier, of)
    total = sum(part(piece, (min(base, piece["to"]) if piece["to"] else base) - piece["from"])
                for piece in of["brackets"][:top + 1])
    return rounded(total * multiplier, of)


def shared(full, awards):
    """Largest remainder, of equal ones the earlier."""
    parts = [full * award["share_bp"] // 10000 for award in awards]
    order = sorted(range(len(awards)), key=lambda i: (-(full * awards[i]["share_bp"] % 10000), i))
    for i in order[:full - sum(parts)]:
        parts[i] += 1
    return parts


def dates(of, day):
    matures = day + timedelta(days=of.get("hold_days", 0))
    if of.get("expiry") != "EXPIRY_MONTHS":
        return matures.isoformat(), ""
    month = matures.month - 1 + of["expiry_count"]
    year, month = matures.year + month // 12, month % 12 + 1
    for last in (matures.day, 30, 29, 28):
        try:
            return matures.isoformat(), date(year, month, last).isoformat()
        except ValueError:
            continue
    raise AssertionError(day)


class Market:
    """Members, guides and purchases of a year, recorded in the order of their dates."""

    def __init__(self, admin):
        self.random = random.Random(SEED)
        self.admin = admin
        for shop in ("S1", "S2"):
            self.call("ShopService/CreateShop", {"shop": {"shop_id": shop}})
        self.guides = [self.call("GuideService/CreateGuide", {"guide": {
            "employee_no": "E%d" % i, "name": "G", "employments": [
                {"shop_id": "S%d" % (1 + i % 2), "from_date": "2020-01-01"}]}})[
                    "guide"]["guide_number"] for i in range(GUIDES)]
        self.call("ProgramService/PublishProgram", {"program": PROGRAM, "request_id": "p"})
        codes = [self.code("GUIDE", guide) for guide in self.guides]
        self.members = []
        for i in range(MEMBERS):
            self.members.append(self.call("MemberService/RegisterMember", {
                "phone": "138100000%02d" % i, "consent_policy_version": "1",
                "code": self.random.choice(codes), "occurred_at": "2023-12-01T08:00:00Z"})[
                    "member_number"])
            if i % 3 == 0:
                codes.append(self.code("MEMBER", self.members[-1]))

    def call(self, method, request):
        return self.admin.call(API + method, request)

    def code(self, kind, number):
        return self.call("CodeService/CreateCode", {
            "code": {"owner": {"kind": "PARTY_KIND_" + kind, "number": number}},
            "request_id": "%s%d" % (kind, number)})["code"]["code"]

    def purchases(self):
        draw, day = self.random, FIRST_DAY
        for i in range(PURCHASES):
            day += timedelta(days=draw.choice((0, 0, 1, 1, 2, 3)))
            coat, rest = draw.choice((0, 0, draw.randrange(1, 30000))), draw.randrange(0, 40000)
            lines = [{"amount_minor": coat, "category": "coat"},
                     {"amount_minor": rest, "category": "shoe"}]
            tax = draw.randrange(0, rest // 10 + 1)
            lines[1]["tax_minor"] = tax
            sellers = draw.sample(self.guides, draw.choice((0, 1, 2, 3)))
            shares = {0: [], 1: [10000], 2: [3333, 6667], 3: [3333, 3333, 3334]}[len(sellers)]
            yield {"shop_id": draw.choice(("S1", "S2")), "receipt_number": "R%d" % i,
                   "member_number": draw.choice(self.members), "amount_minor": coat + rest,
                   "tax_minor": tax, "lines": lines,
                   "occurred_at": "%sT08:00:%02dZ" % (day.isoformat(), i % 60),
                   "sellers": [{"guide_number": guide, "share_bp": share}
                               for guide, share in zip(sellers, shares)]}


    def refund(self, number, request):
        """A part of a purchase given back, by amount or by line, or what is left of it."""
        draw = self.random
        asked = {"shop_id": request["shop_id"], "refund_number": "F%d" % number,
                 "receipt_number": request["receipt_number"],
                 "occurred_at": request["occurred_at"]}
        line = draw.choice((0, 1))
        if draw.random() < 0.5 and request["lines"][line]["amount_minor"] > 0:
            asked["lines"] = [{"line": line + 1, "amount_minor": draw.choice(
                (0, draw.randrange(1, request["lines"][line]["amount_minor"] + 1)))}]
        else:
            asked["amount_minor"] = draw.randrange(1, request["amount_minor"] + 2)
        try:
            self.call("RefundService/RecordRefund", asked)
        except Refused:
            return False  # more than is left of it
        return True


def without_numbers(rules):
    """What a quote can't know: the numbers credits will get."""
    return [dict(each, awards=[dict(award, credit_number=0) for award in each["awards"]])
            for each in rules]


class RandomMarket(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print("BECKON_SEED=%d" % SEED, file=sys.stderr)
        cls.service = Service()
        cls.service.start()
        cls.market = Market(cls.service.client("admin"))
        cls.recorded, cls.refunds = [], 0
        for request in cls.market.purchases():
            quoted = cls.market.call("ExplainService/Quote", {"purchase": request})
            recorded = cls.market.call("PurchaseService/RecordPurchase", request)["purchase"]
            explained = cls.market.call("ExplainService/ExplainPurchase", {
                "shop_id": request["shop_id"], "receipt_number": request["receipt_number"]})
            cls.recorded.append((request, quoted, recorded, explained))
            if cls.market.random.random() < 0.3:
                cls.refunds += cls.market.refund(len(cls.recorded),
                                                 cls.market.random.choice(cls.recorded)[0])

    @classmethod
    def tearDownClass(cls):
        code = cls.service.stop()
        cls.service.__exit__()
        assert code == 0, "beckond ended with %s" % code

    def test_a_quote_is_what_recording_does_and_what_is_explained_afterwards(self):
        reasons = set()
        for request, quoted, recorded, explained in self.recorded:
            receipt = request["receipt_number"]
            self.assertEqual(quoted["rules"], without_numbers(explained["rules"]), receipt)
            for field in ("base_minor", "business_date", "program_version", "serving_guide",
                          "tier_before"):
                self.assertEqual(quoted[field], explained[field], (receipt, field))
            told = [(each["rule_id"], award["beneficiary"], award["amount"], award["reason"],
                     award["credit_number"])
                    for each in explained["rules"] for award in each["awards"]]
            kept = [(credit["rule_id"], credit["beneficiary"], credit["amount"], credit["reason"],
                     credit["credit_number"]) for credit in recorded["credits"]]
            self.assertEqual(told, kept, receipt)
            reasons |= {award[3] for award in told} | {each["verdict"] for each in quoted["rules"]}
        # The market is one in which these happen.
        self.assertLessEqual({"CREDIT_REASON_GRANTED", "CREDIT_REASON_CAPPED", "RULE_VERDICT_WINDOW",
                              "RULE_VERDICT_NO_BENEFICIARY", "RULE_VERDICT_FIRST_PURCHASE"}, reasons)

    def test_every_figure_told_is_what_its_inputs_give(self):
        for request, _, _, explained in self.recorded:
            day = date.fromisoformat(explained["business_date"])
            for each in explained["rules"]:
                of = RULES[each["rule_id"]]
                self.assertEqual(each["awards"] != [],
                                 each["verdict"] == "RULE_VERDICT_MATCHED", each)
                for award in each["awards"]:
                    self.check_award(of, day, explained, award)
                self.check_shares(of, each["awards"])

    def check_award(self, of, day, explained, award):
        if award["reason"] == "CREDIT_REASON_BELOW_MINIMUM":
            self.assertEqual((award["amount"], award["credit_number"]), (0, 0))
            return
        multiplier = LEVELS[explained["tier_before"]] if of.get("tier_multiplier") else 10000
        self.assertEqual(award["multiplier_bp"], multiplier, award)
        self.assertEqual(award["full_amount"], by_formula(of, award), award)
        self.assertEqual(award["amount"] > 0, award["credit_number"] > 0, award)
        self.assertEqual((award["matures_on"], award["expires_on"]),
                         dates(of, day) if award["amount"] else ("", ""), award)
        for language in ("zh", "en"):
            self.assertIn(str(award["amount"]) if award["unit"] == "UNIT_POINTS" else
                          "%d.%02d" % divmod(award["amount"], 100),
                          award["calculation"][language])

    def check_shares(self, of, awards):
        paid = [award for award in awards if award["reason"] != "CREDIT_REASON_BELOW_MINIMUM"]
        if not paid:
            return
        for award, part in zip(paid, shared(paid[0]["full_amount"], paid)):
            if award["reason"] == "CREDIT_REASON_CAPPED":
                self.assertLess(award["amount"], part)
                self.assertNotEqual(award["cap"], "AWARD_CAP_NONE")
                self.assertEqual(award["cap_left"], award["amount"])
            else:
                self.assertEqual(award["amount"], part, award)

    def test_every_credit_is_explained_by_its_purchase(self):
        for request, _, _, explained in self.recorded[::10]:
            for each in explained["rules"]:
                for award in each["awards"]:
                    if award["credit_number"] == 0:
                        continue
                    credit = self.market.call("ExplainService/ExplainCredit",
                                              {"credit_number": award["credit_number"]})
                    self.assertEqual(credit["rule"]["awards"], [award])
                    self.assertEqual(credit["posted"], award["amount"])
                    self.assertEqual(credit["receipt_number"], request["receipt_number"])
                    self.assertEqual(credit["entries"][-1]["entry_number"],
                                     award["credit_number"])


    def back_test(self, draft, first, last):
        rows, messages = [], []
        for message in self.market.call("ExplainService/BackTestProgram", {
                "draft": draft, "from_date": first, "to_date": last}):
            rows += message["rows"]
            messages.append(message)
        self.assertEqual([message["done"] for message in messages],
                         [False] * (len(messages) - 1) + [True])
        self.assertEqual(messages[-1]["events_done"], messages[-1]["events_total"])
        self.assertEqual(messages[-1]["events_total"],
                         MEMBERS + len(self.recorded) + self.refunds)
        return rows

    def test_the_program_that_was_in_force_costs_what_was_given(self):
        for first, last in (("2023-06-01", "2025-06-01"), ("2024-03-15", "2024-06-16")):
            rows = self.back_test(PROGRAM, first, last)
            self.assertTrue(rows)
            for row in rows:
                self.assertEqual(row["draft"], row["recorded"], row)
        self.assertTrue(any(row["recorded"]["reversed"] for row in rows))

    def test_another_draft_costs_what_it_says(self):
        before = self.market.call("LedgerService/ListEntries", {"page_size": 500})
        draft = {"from_date": "2024-02-01", "rules": [
            rule("plain", "PURCHASE", "BUYER", "POINTS", rate_bp=200)]}
        rows = self.back_test(draft, "2024-02-01", "2024-05-01")
        wanted = {}
        for _, _, _, explained in self.recorded:
            day, points = explained["business_date"], explained["base_minor"] * 200 // 10000
            if "2024-02-01" <= day < "2024-05-01" and points:
                count, posted = wanted.get(day[:7], (0, 0))
                wanted[day[:7]] = (count + 1, posted + points)
        self.assertEqual({row["month"]: (row["draft"]["count"], row["draft"]["posted"])
                          for row in rows if row["rule_id"] == "plain"}, wanted)
        self.assertTrue(all(row["draft"] is None for row in rows if row["rule_id"] != "plain"))
        self.assertEqual(self.market.call("LedgerService/ListEntries", {"page_size": 500}), before)

    def test_a_back_test_is_refused_where_it_makes_no_sense(self):
        for request, reason, field in (
                ({"from_date": "2024-02-01", "to_date": "2024-02-02"}, "FIELD_REQUIRED", "draft"),
                ({"draft": PROGRAM, "to_date": "2024-02-02"}, "FIELD_REQUIRED", "from_date"),
                ({"draft": PROGRAM, "from_date": "soon", "to_date": "2024-02-02"},
                 "DATE_INVALID", "from_date"),
                ({"draft": PROGRAM, "from_date": "2024-02-02", "to_date": "2024-02-02"},
                 "VALUE_INVALID", "to_date"),
                ({"draft": dict(PROGRAM, rules=[]), "from_date": "2024-02-01",
                  "to_date": "2024-02-02"}, "PROGRAM_INVALID", "program.rules")):
            with self.assertRaises(Refused) as refused:
                list(self.market.call("ExplainService/BackTestProgram", request))
            self.assertEqual((refused.exception.reason, refused.exception.field), (reason, field))


if __name__ == "__main__":
    unittest.main()
