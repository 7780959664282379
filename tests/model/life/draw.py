"""What a play draws: rules, purchases, times, seeded and with edges more often than chance has."""

import datetime

import dates

SHOPS = ("S1", "S2", "S3")
CATEGORIES = ("ring", "chain", "watch")
DAY = dates.DAY_MS
POINTS, CASH = 1, 2


class Draw:
    """Needs self.random (random.Random) and self.merchant."""

    def chance(self, share):
        return self.random.random() < share

    def pick(self, *some):
        return self.random.choice(some)

    def amount(self):
        return self.pick(0, 1, 49, 50, 99, 100, 101, 4999, 5000, 12345, 30000,
                         self.random.randrange(10 ** 4), self.random.randrange(10 ** 6),
                         self.random.randrange(10 ** 6))

    # ---- programs --------------------------------------------------------------------------------

    def program(self, day):
        rules = [self.rule("r%d" % i) for i in self.random.sample(range(14), self.pick(4, 6, 9))]
        rules += [self.benefit(name) for name in ("coupon", "gift") if self.chance(0.3)]
        program = {"from": day, "inherit": self.chance(0.7),
                   "validity_days": self.pick(0, 0, 0, 30, 400), "rules": rules, "tiers": None,
                   "redeem": self.pick((1, 1), (10, 100), (3, 7), (100, 5), None),
                   "redeem_cash": self.chance(0.7), "grace": self.pick(0, 1, 5, 30),
                   "limits": (self.pick(0, 100, 1000), self.pick(0, 500)), "fraud": self.fraud()}
        if self.chance(0.7):
            program["tiers"] = self.tiers()
            for rule in rules:
                if rule["trigger"] != "REGISTRATION":
                    rule["tier_multiplier"] = self.chance(0.5)
                    if self.chance(0.15):
                        rule["tier_ids"] = [t["tier_id"] for t in program["tiers"]["levels"]
                                            if self.chance(0.5)]
        return program

    def fraud(self):
        fraud = {}
        if self.chance(0.3):
            fraud["registrations_per_ten_minutes"] = self.pick(1, 2, 5)
        if self.chance(0.3):
            fraud["open_from_minutes"], fraud["open_until_minutes"] = self.pick(
                (540, 1320), (1200, 300), (1, 1440))
        if self.chance(0.4):
            fraud["refund_cycles"] = self.pick(1, 2, 3)
            fraud["refund_cycle_days"] = self.pick(7, 60)
        return fraud

    def tiers(self):
        basis = self.pick("POINTS", "SPEND")
        scale = 1 if basis == "POINTS" else 100
        levels = [{"tier_id": "t%d" % i, "threshold": 0 if i == 0 else 300 * i * i * scale,
                   "multiplier_bp": self.pick(10000, 11500, 12345, 20000, 5000)}
                  for i in range(self.random.randint(1, 4))]
        review = self.pick("NEVER", "YEARLY", "YEARLY", "ANNIVERSARY")
        tiers = {"basis": basis, "window_months": self.pick(1, 3, 12), "review": review,
                 "levels": levels}
        if basis == "POINTS" and self.chance(0.5):
            tiers["window_months"] = 0
        if review == "YEARLY":
            tiers["review_month"] = self.random.randint(1, 12)
            tiers["review_day"] = self.pick(1, 28)
        if review != "NEVER":
            tiers["fall"] = self.pick("TO_REACHED", "ONE_STEP")
        return tiers

    def rule(self, name):
        """Which cap period a rule id has never changes, so that versions share their counters."""
        trigger = self.pick("REGISTRATION", "PURCHASE", "PURCHASE", "PURCHASE", "PURCHASE",
                            "REPURCHASE")
        rule = {"rule_id": name, "trigger": trigger, "unit": self.pick(POINTS, POINTS, CASH),
                "rounding": self.pick("FLOOR", "HALF_UP")}
        who = ["BUYER", "BUYER", "REFERRER", "SERVING_GUIDE"]
        rule["beneficiary"] = self.pick(*who) if trigger == "REGISTRATION" \
            else self.pick(*who, "SELLING_GUIDE")
        rule["referrer"] = self.pick("ANY", "ANY", "ANY", "MEMBER", "GUIDE", "NONE")
        if rule["beneficiary"] == "REFERRER" and rule["referrer"] == "NONE":
            rule["referrer"] = "ANY"
        if trigger == "REGISTRATION" and rule["beneficiary"] == "REFERRER":
            rule["referrer"] = "GUIDE"
        rule["code"] = self.pick("ANY", "ANY", "ANY", "OWN", "INHERITED")
        self.formula(rule)
        self.conditions(rule)
        self.caps(rule, int(name[1:]))
        rule["hold_days"] = self.pick(0, 0, 0, 1, 7, 15, 30)
        rule["expiry"] = self.pick("NEVER", "DAYS", "DAYS", "MONTHS", "END_OF_YEAR",
                                   "END_OF_NEXT_YEAR")
        if rule["expiry"] == "DAYS":
            rule["expiry_count"] = self.pick(1, 10, 30, 60)
        if rule["expiry"] == "MONTHS":
            rule["expiry_count"] = self.pick(1, 2, 12)
        if trigger != "REGISTRATION":
            rule["return_policy"] = self.pick("CARRY_FORWARD", "CARRY_FORWARD", "UNLIMITED",
                                              "WITHIN_BALANCE", "ONLY_PENDING")
        return rule

    def benefit(self, name):
        """Something by name for the new member."""
        rule = {"rule_id": name, "trigger": "REGISTRATION", "beneficiary": "BUYER",
                "reward": name.upper(), "benefit_en": "a " + name,
                "benefit_valid_days": self.pick(0, 1, 30)}
        self.conditions(rule)
        return rule

    def formula(self, rule):
        draw = self.random.random()
        if rule["trigger"] == "REGISTRATION" or draw < 0.2:
            rule["fixed_amount"] = self.pick(1, 3, 5, 20, 101)
        elif draw < 0.75:
            rule["rate_bp"] = self.pick(1, 10, 50, 100, 333, 500, 1000, 10000)
        else:
            edges = sorted(self.random.sample((1, 50, 100, 5000, 10000, 30000, 200000), 3))
            brackets = [{"from": a, "to": b} for a, b in zip([0] + edges, edges + [0])]
            if self.chance(0.4):
                rule["bracket_mode"] = "MARGINAL"
            for bracket in brackets:
                if self.chance(0.2):
                    continue
                if "bracket_mode" not in rule and self.chance(0.4):
                    bracket["fixed_amount"] = self.pick(1, 7, 50)
                else:
                    bracket["rate_bp"] = self.pick(1, 99, 300, 1000)
            if all(len(b) == 2 for b in brackets):
                brackets[-1]["rate_bp"] = 1
            rule["brackets"] = brackets

    def conditions(self, rule):
        bought = rule["trigger"] != "REGISTRATION"
        if self.chance(0.1):
            rule["shop_ids"] = list(self.random.sample(SHOPS, 2))
        if bought and self.chance(0.15):
            rule["categories"] = list(self.random.sample(CATEGORIES, self.pick(1, 2)))
        if self.chance(0.1):
            rule["weekdays"] = self.random.sample(range(1, 8), 4)
        if bought and self.chance(0.15):
            rule["minimum_minor"] = self.pick(1, 100, 5000)
        if rule["trigger"] == "PURCHASE" and self.chance(0.08):
            rule["first_purchase"] = True
        if bought and self.chance(0.1):
            rule["within_days"] = self.pick(1, 30, 90)
        if self.chance(0.1):
            rule["birthday"] = self.pick("DAY", "WEEK", "MONTH", "MONTH")
        if self.chance(0.08):
            rule["age_from"] = self.pick(0, 18, 30)
            rule["age_until"] = self.pick(0, 31, 60)
        if self.chance(0.08):
            rule["gender"] = self.pick("female", "male")
        if self.chance(0.08):
            rule["attribute"], rule["attribute_value"] = "city", self.pick("Wuhan", "Lyon")
        if self.chance(0.15):
            begin = self.merchant.today + self.random.randrange(-20, 20)
            rule["window_from"], rule["window_until"] = begin, begin + self.pick(1, 10, 40)

    def caps(self, rule, number):
        if self.chance(0.2):
            rule["cap_per_referee"] = self.pick(10, 100, 1000)
        if self.chance(0.25):
            rule["cap_per_beneficiary"] = self.pick(5, 50, 500)
            rule["cap_period"] = ("DAY", "MONTH", "YEAR")[number % 3]
        if self.chance(0.2):
            rule["budget"] = self.pick(50, 1000, 10000)

    # ---- purchases -------------------------------------------------------------------------------

    def parts(self):
        """(parts, lines): with tax, freight, gift card, points; with lines now and then."""
        lines = []
        if self.chance(0.3):
            for _ in range(self.random.randint(1, 4)):
                amount = self.amount()
                lines.append({"amount": amount, "category": self.pick(*CATEGORIES, ""),
                              "tax": self.random.randint(0, amount) // 8 if self.chance(0.4)
                              else 0})
        parts = {"amount": self.amount(), "tax": 0, "freight": 0, "gift": 0, "points": 0}
        if lines:
            parts["amount"] = sum(line["amount"] for line in lines)
            parts["tax"] = sum(line["tax"] for line in lines)
            if self.chance(0.2):
                parts["freight"] = self.pick(1, 1000)
                parts["amount"] += parts["freight"]
        elif self.chance(0.2):
            parts["tax"] = self.random.randint(0, parts["amount"]) // 8
            parts["freight"] = self.random.randint(0, parts["amount"]) // 10
        if self.chance(0.1):
            parts["gift"] = self.random.randint(0, parts["amount"])
        return parts, lines

    def sellers(self):
        guides = list(self.merchant.guides)
        count = min(len(guides), self.pick(0, 1, 1, 2, 3, 4))
        chosen = self.random.sample(guides, count)
        cuts = sorted(self.random.sample(range(1, 10000), max(0, count - 1)))
        shares = [b - a for a, b in zip([0] + cuts, cuts + [10000])]
        return list(zip(chosen, shares)) if chosen else []

    def moment(self):
        """occurred_at: mostly now, often some days ago, at a day's edge now and then."""
        draw = self.random.random()
        if draw < 0.6:
            return self.merchant.now - self.random.randrange(3600 * 1000)
        ms = self.merchant.now - self.random.randrange(self.pick(3, 40, 400) * DAY)
        if draw < 0.8:
            return ms
        day = dates.date_of(self.merchant.zone.day(ms))
        zone = self.merchant.zone
        begin = datetime.datetime.combine(day, datetime.time(), zone.zone) \
            + datetime.timedelta(minutes=zone.cutoff_minutes)
        return min(int(begin.timestamp()) * 1000 + self.pick(-1, 0, 1), self.merchant.now)

    def profile(self):
        out = {}
        if self.chance(0.7):
            out["birthday"] = datetime.date(
                self.random.randint(1940, 2012), self.random.randint(1, 12),
                self.random.randint(1, 28))
            if self.chance(0.05):
                out["birthday"] = datetime.date(1996, 2, 29)
        out["gender"] = self.pick("female", "male", "")
        if self.chance(0.5):
            out["attributes"] = {"city": self.pick("Wuhan", "Lyon", "Oslo")}
        return out
