"""What an event earns whom: domain.md 4, rule after rule. Rules are dicts with the API's field
names and values without their prefixes; whole numbers only."""

from dates import birthday_holds, age, date_of, expiry, period_start

GRANTED, ROUNDED, SELF, INACTIVE, HELD, CAPPED, BELOW = range(7)
BASIS = 10000


def rounded(numerator, denominator, rounding):
    """A fraction, rounded once."""
    if rounding == "HALF_UP":
        return (2 * numerator + denominator) // (2 * denominator)
    return numerator // denominator


def shares_of(amount, shares):
    """By largest remainder; of equal ones the earlier."""
    parts = [amount * s // BASIS for s in shares]
    rest = sorted(range(len(shares)), key=lambda i: (-(amount * shares[i] % BASIS), i))
    for i in rest[:amount - sum(parts)]:
        parts[i] += 1
    return parts


def formula(rule, base, multiplier):
    """base x rate x multiplier in one fraction."""
    rounding = rule.get("rounding", "FLOOR")
    if "fixed_amount" in rule:
        return rounded(rule["fixed_amount"] * multiplier, BASIS, rounding)
    if "rate_bp" in rule:
        return rounded(base * rule["rate_bp"] * multiplier, BASIS * BASIS, rounding)
    if rule.get("bracket_mode") == "MARGINAL":
        sum_of = 0
        for bracket in rule["brackets"]:
            top = bracket["to"] or base
            sum_of += max(0, min(base, top) - bracket["from"]) * bracket.get("rate_bp", 0)
        return rounded(sum_of * multiplier, BASIS * BASIS, rounding)
    for bracket in rule["brackets"]:
        if base >= bracket["from"] and (base < bracket["to"] or not bracket["to"]):
            if "fixed_amount" in bracket:
                return rounded(bracket["fixed_amount"] * multiplier, BASIS, rounding)
            return rounded(base * bracket.get("rate_bp", 0) * multiplier, BASIS * BASIS, rounding)
    raise AssertionError("brackets have a gap")


class Event:
    """A registration or a purchase, as rules see it."""

    def __init__(self, kind, buyer, day, program, shop, **more):
        self.kind, self.buyer, self.day, self.program, self.shop = kind, buyer, day, program, shop
        self.amount = self.base = 0
        self.lines = []         # (category, base)
        self.sellers = []       # (guide, share)
        self.tier = 0
        self.first = False
        self.days = 0
        self.serving = 0
        self.inherited = False
        self.__dict__.update(more)


class Awards:
    """Mixed into the oracle, which has guides, tiers and caps."""

    def fires(self, rule, event):
        if rule["trigger"] == "REPURCHASE":
            return event.kind == "PURCHASE" and event.days >= 2
        return rule["trigger"] == event.kind

    def matches(self, rule, event):
        buyer, date = event.buyer, date_of(event.day)
        kind = buyer.referrer[0] if buyer.referrer else 0
        wanted = rule.get("referrer", "ANY")
        way = rule.get("code", "ANY")
        return (self.in_window(rule, event.day)
                and (not rule.get("shop_ids") or event.shop in rule["shop_ids"])
                and (wanted == "ANY" or kind == {"NONE": 0, "MEMBER": 1, "GUIDE": 2}[wanted])
                and (way == "ANY"
                     or (event.serving != 0 and event.inherited == (way == "INHERITED")))
                and (not rule.get("tier_ids") or self.tier_id(event) in rule["tier_ids"])
                and (not rule.get("first_purchase") or event.first)
                and (not rule.get("within_days")
                     or event.day <= buyer.registered_on + rule["within_days"])
                and (not rule.get("weekdays") or date.weekday() + 1 in rule["weekdays"])
                and birthday_holds(rule.get("birthday", "ANY"), buyer.birthday, event.day)
                and self.age_holds(rule, buyer, event.day)
                and (not rule.get("gender") or buyer.gender == rule["gender"])
                and (not rule.get("attribute")
                     or buyer.attributes.get(rule["attribute"]) == rule["attribute_value"])
                and (not rule.get("categories")
                     or any(c in rule["categories"] for c, _ in event.lines)))

    def in_window(self, rule, day):
        return rule.get("window_from", -10 ** 9) <= day < rule.get("window_until", 10 ** 9)

    def age_holds(self, rule, buyer, day):
        low, high = rule.get("age_from", 0), rule.get("age_until", 0)
        if not low and not high:
            return True
        if buyer.birthday is None:
            return False
        years = age(buyer.birthday, day)
        return low <= years and (not high or years < high)

    def tier_id(self, event):
        tiers = event.program["tiers"]
        return tiers["levels"][event.tier]["tier_id"] if tiers else None

    def multiplier(self, rule, event):
        tiers = event.program["tiers"]
        if not rule.get("tier_multiplier") or not tiers:
            return BASIS
        return tiers["levels"][event.tier]["multiplier_bp"]

    def beneficiaries(self, rule, event):
        """[(party, share)]."""
        who = rule["beneficiary"]
        if who == "BUYER":
            return [((1, event.buyer.number), BASIS)]
        if who == "REFERRER":
            return [(event.buyer.referrer, BASIS)] if event.buyer.referrer else []
        if who == "SERVING_GUIDE":
            return [((2, event.serving), BASIS)] if event.serving else []
        return [((2, guide), share) for guide, share in event.sellers]

    def guide_reason(self, number, buyer, day):
        guide = self.guides[number]
        if guide.phone and guide.phone == buyer.phone:
            return SELF
        return GRANTED if guide.employed(day) else INACTIVE

    def base_of(self, rule, event):
        if rule.get("categories"):
            return sum(b for c, b in event.lines if c in rule["categories"])
        return event.base

    def caps_of(self, rule, event, party):
        """[(what holds it, its limit)] in the order they cut."""
        caps = []
        if rule.get("cap_per_referee"):
            caps.append((("referee", event.buyer.number, 0, rule["rule_id"]),
                         rule["cap_per_referee"]))
        if rule.get("cap_per_beneficiary"):
            start = period_start(rule["cap_period"], event.day)
            caps.append((("beneficiary", party, start, rule["rule_id"]),
                         rule["cap_per_beneficiary"]))
        if rule.get("budget"):
            caps.append((("budget", 0, 0, rule["rule_id"]), rule["budget"]))
        return caps

    def room(self, cap, limit, taken):
        return max(0, limit - self.held_of_cap.get(cap, 0) - taken.get(cap, 0))

    def award(self, event):
        """Every matching rule pays, in list order: [(rule, party, amount, reason, base, full,
        cap keys)]."""
        out, taken = [], {}
        for rule in event.program["rules"] if event.program else ():
            if rule.get("reward", "AMOUNT") != "AMOUNT" or not self.fires(rule, event) \
                    or not self.matches(rule, event):
                continue
            earners = self.beneficiaries(rule, event)
            base = self.base_of(rule, event)
            full = formula(rule, base, self.multiplier(rule, event))
            for (party, _), part in zip(earners, shares_of(full, [s for _, s in earners])):
                amount, reason, caps = part, GRANTED, self.caps_of(rule, event, party)
                if party[0] == 2:
                    reason = self.guide_reason(party[1], event.buyer, event.day)
                if reason == GRANTED and event.kind == "PURCHASE" \
                        and event.amount < rule.get("minimum_minor", 0):
                    reason = BELOW
                if reason != GRANTED:
                    amount = 0
                elif amount == 0:
                    reason = ROUNDED
                else:
                    left = min([amount] + [self.room(c, limit, taken) for c, limit in caps])
                    if left < amount:
                        amount, reason = left, CAPPED
                keys = [c for c, _ in caps]
                for cap in keys:
                    taken[cap] = taken.get(cap, 0) + amount
                out.append((rule, party, amount, reason, base, full, keys))
        return out

    @staticmethod
    def life(rule, day):
        matures = day + rule.get("hold_days", 0)
        return matures, expiry(rule, matures)
