"""What a play draws: times, phones, codes as people type them, owners, rules."""

import datetime
import time
from random import Random

from rules import CASH, GUIDE, MEMBER, POINTS, SHOP, moment, party, stamp

DAY = 86400 * 1000
BEGIN = moment("2024-02-20T12:00:00Z")
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# What shops really promise; most programs hold it among the random ones.
PLAIN_RULES = (
    {"rule_id": "buyer", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
     "unit": POINTS, "rate_bp": 100, "rounding": "ROUNDING_FLOOR"},
    {"rule_id": "friend", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_REFERRER",
     "unit": CASH, "rate_bp": 333, "rounding": "ROUNDING_HALF_UP",
     "referrer": "REFERRER_CONDITION_MEMBER"},
    {"rule_id": "new", "trigger": "TRIGGER_REGISTRATION",
     "beneficiary": "BENEFICIARY_SERVING_GUIDE", "unit": POINTS, "fixed_amount": 5,
     "code": "CODE_CONDITION_OWN"},
    {"rule_id": "sales", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_SERVING_GUIDE",
     "unit": CASH, "rate_bp": 50, "rounding": "ROUNDING_HALF_UP"},
    {"rule_id": "again", "trigger": "TRIGGER_REPURCHASE", "beneficiary": "BENEFICIARY_BUYER",
     "unit": POINTS, "fixed_amount": 3},
    {"rule_id": "again-guide", "trigger": "TRIGGER_REPURCHASE",
     "beneficiary": "BENEFICIARY_SERVING_GUIDE", "unit": POINTS, "fixed_amount": 2,
     "code": "CODE_CONDITION_INHERITED"},
)


def now_ms():
    return time.time_ns() // 1000000


class Draw:
    """Draws for a Market, which has random, oracle, others, cursor and present."""

    def chance(self, share):
        return self.random.random() < share

    def name(self, prefix):
        self.serial += 1
        return "%s%d" % (prefix, self.serial)

    def edge_of_day(self, ms):
        """The moment at which the business date of `ms` begins, as the wall clock says."""
        day = datetime.date.fromisoformat(self.oracle.date_of(ms))
        midnight = datetime.datetime.combine(day, datetime.time(), self.oracle.zone)
        return int((midnight + self.oracle.cutoff).timestamp()) * 1000

    def time(self):
        """occurred_at: mostly some days around the cursor, often a day's edge, seldom wrong."""
        draw = self.random.random()
        if self.present and draw < 0.25:
            return None
        if 0.25 < draw < 0.26:
            return stamp(now_ms() + 11 * 60 * 1000 + self.random.randrange(10 ** 6))
        if 0.26 < draw < 0.27:
            return {"seconds": -1}
        if 0.27 < draw < 0.28:
            return {"seconds": 10, "nanos": 1000000000}
        if self.present and 0.28 < draw < 0.32:
            return stamp(now_ms() + 5 * 60 * 1000)
        ms = self.cursor + self.random.randrange(-20 * DAY, 3 * DAY)
        if draw < 0.7:
            ms = self.edge_of_day(ms) + self.random.choice(
                (-1000, -1, 0, 1, 999, 3600000, -3600000))
        elif draw < 0.8:  # around the changes of the clock
            ms = moment(self.random.choice((
                "2024-03-10T07:00:00Z", "2024-11-03T06:00:00Z", "2024-03-31T01:00:00Z",
                "2024-10-27T01:00:00Z", "2024-04-06T15:00:00Z", "2024-10-05T15:30:00Z"))) \
                + self.random.choice((-1, 0, 1)) * self.random.randrange(4 * 3600 * 1000)
        return stamp(ms)

    def date(self):
        return self.oracle.date_of(self.cursor + self.random.randrange(-5, 40) * DAY)

    def phone(self):
        """A few hundred people, written in several ways."""
        number = "1380000%04d" % self.random.randrange(120 + 2 * len(self.oracle.members))
        return self.random.choice((number, "+86" + number, "0086" + number, "+86 138-" + number[3:],
                                   "(" + number[:3] + ") " + number[3:]))

    def typed(self, text):
        """A code as people type it. Drawn apart, as how much is drawn depends on its symbols."""
        random = Random(self.random.getrandbits(32))
        draw = random.random()
        if draw < 0.6:
            return text
        if draw < 0.75:
            text = text.lower()
        if draw > 0.7:
            text = "".join({"0": random.choice("0Oo"), "1": random.choice("1IlLi")}.get(c, c)
                           for c in text)
        return text[:3] + "-" + text[3:6] + " " + text[6:]

    def mistyped(self, text):
        """One wrong symbol, or two swapped ones."""
        random = Random(self.random.getrandbits(32))
        symbols = list(text)
        at, other = random.sample(range(9), 2)
        if random.random() < 0.5 and symbols[at] != symbols[other]:
            symbols[at], symbols[other] = symbols[other], symbols[at]
        else:
            symbols[at] = random.choice([c for c in SYMBOLS if c != symbols[at]])
        return "".join(symbols)

    def code(self):
        """A code to type, of any owner and state; now and then none that is known."""
        own = list(self.oracle.codes)
        draw = self.random.random()
        if draw < 0.04 or not own:
            foreign = [c for c in self.others if c not in self.oracle.codes]
            if foreign:
                return self.random.choice(foreign)
        kinds = [own, own[-6:]]
        kinds.append([t for t in own if self.oracle.codes[t]["usage_limit"]][-3:])
        kinds.append([t for t in own if self.friend_served(self.oracle.codes[t])])
        text = self.random.choice(self.random.choices(kinds, (35, 30, 15, 20))[0] or own)
        return self.mistyped(text) if draw > 0.95 else self.typed(text)

    def friend_served(self, code):
        kind, number = code["owners"][0][1]
        return kind == MEMBER and self.oracle.members[number - 1]["serving_guide"] != 0

    def owner(self):
        served = [m["number"] for m in self.oracle.members if m["serving_guide"]]
        if served and self.chance(0.4):
            return party(MEMBER, self.random.choice(served))
        kind = self.random.choice((MEMBER, MEMBER, GUIDE, GUIDE, GUIDE, SHOP))
        count = {MEMBER: len(self.oracle.members), GUIDE: len(self.oracle.guides),
                 SHOP: len(self.oracle.shops)}[kind]
        if count == 0 or self.chance(0.02):
            return party(kind, count + 100)
        return party(kind, self.random.randint(1, count))

    def rule(self, number):
        trigger = self.random.choice(("REGISTRATION", "PURCHASE", "PURCHASE", "REPURCHASE"))
        who = self.random.choice(("BUYER", "REFERRER", "SERVING_GUIDE"))
        referrer = self.random.choice(("ANY", "ANY", "MEMBER", "GUIDE", "NONE"))
        if (trigger, who) == ("REGISTRATION", "REFERRER") and self.chance(0.95):
            referrer = "GUIDE"
        if who == "REFERRER" and referrer == "NONE" and self.chance(0.95):
            referrer = "MEMBER"
        rule = {"rule_id": "r%d" % number, "trigger": "TRIGGER_" + trigger,
                "beneficiary": "BENEFICIARY_" + who, "unit": self.random.choice((POINTS, CASH)),
                "rounding": "ROUNDING_" + self.random.choice(
                    ("UNSPECIFIED", "FLOOR", "HALF_UP", "HALF_UP")),
                "referrer": "REFERRER_CONDITION_" + referrer,
                "code": "CODE_CONDITION_" + self.random.choice(("ANY", "ANY", "OWN", "INHERITED"))}
        if trigger == "REGISTRATION" or self.chance(0.3):
            rule["fixed_amount"] = self.random.choice((1, 3, 5, 10 ** 9))
        else:
            rule["rate_bp"] = self.random.choice((1, 10, 50, 100, 333, 5000, 10000))
        return rule
