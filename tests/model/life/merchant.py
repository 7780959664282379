"""The merchant as domain.md says it is: people, purchases and what they earn. Each command is a
method that decides what must be answered: it returns (reason, checker), reason "" where it
succeeds; a refused command changes nothing."""

import dates
from awards import Awards, Event
from credits import GUIDE, MEMBER, Credits
from tiers import Tiers


class Guide:
    def __init__(self, number, phone, since, until):
        self.number, self.phone, self.since, self.until = number, phone, since, until
        self.employers = []        # (from day, who)

    def employer(self, day):
        """Before he came and after he left, too: the first, the last."""
        return ([who for since, who in self.employers if since <= day] or
                [self.employers[0][1]])[-1]

    def employed(self, day):
        return self.since <= day < self.until


class Member:
    def __init__(self, number, phone, day, **more):
        self.number, self.phone, self.registered_on = number, phone, day
        self.referrer = None       # (kind, number)
        self.serving = 0
        self.inherited = False
        self.bound_until = dates.NEVER
        self.birthday, self.gender, self.attributes = None, "", {}
        self.days = set()
        self.purchases = []
        self.full_refunds = []     # their business dates
        self.tier = 0
        self.review_on = dates.NEVER
        self.__dict__.update(more)

    def serving_on(self, day):
        return self.serving if self.registered_on <= day < self.bound_until else 0


class Purchase:
    def __init__(self, **fields):
        self.refunded = self.refunded_base = self.by_amount = 0
        self.refunds = []
        self.credits = []          # (rule, credit or None) per award
        self.points_given_back = 0
        self.__dict__.update(fields)


def split_base(parts, lines):
    """The lines' shares of the base: by amount less tax, largest remainder."""
    base = max(0, parts["amount"] - parts["tax"] - parts["freight"] - parts["gift"]
               - parts["points"])
    weights = [line["amount"] - line["tax"] for line in lines]
    whole = sum(weights)
    if not whole:
        return base, [0] * len(lines)
    out = [base * w // whole for w in weights]
    rest = sorted(range(len(lines)), key=lambda i: (-(base * weights[i] % whole), i))
    for i in rest[:base - sum(out)]:
        out[i] += 1
    return base, out


class Merchant(Credits, Awards, Tiers):
    def __init__(self, zone):
        super().__init__()
        self.zone = zone
        self.now = 0
        self.guides = {}
        self.members = {}
        self.phones = {}
        self.codes = {}            # text -> (kind, number)
        self.programs = []
        self.purchases = {}        # (shop, receipt)
        self.last_rule_day = -10 ** 9
        self.holding = False       # what others earn now is held
        self.in_portions = False   # the last refund may have been more than one command does

    @property
    def today(self):
        return self.zone.day(self.now)

    def program_on(self, day):
        """The latest from-date wins, of equal ones the later version."""
        found = [p for p in self.programs if p["from"] <= day]
        return max(found, key=lambda p: (p["from"], p["version"])) if found else None

    def publish(self, program):
        if program["from"] <= self.last_rule_day:
            return "PROGRAM_RETROACTIVE"
        program["version"] = len(self.programs) + 1
        self.programs.append(program)
        return ""

    # ---- people ----------------------------------------------------------------------------------

    def bring(self, code, phone, day):
        """(referrer, serving guide, inherited) of a registration with a code."""
        kind, number = self.codes[code] if code else (0, 0)
        if kind == GUIDE:
            guide = self.guides[number]
            if guide.phone and guide.phone == phone or not guide.employed(day):
                return None, 0, False
            return (GUIDE, number), number, False
        if kind == MEMBER:
            program = self.program_on(day)
            serving = self.members[number].serving_on(day)
            if not program or not program["inherit"] or not serving \
                    or not self.guides[serving].employed(day):
                serving = 0
            return (MEMBER, number), serving, serving != 0
        return None, 0, False

    def register(self, phone, code, at, shop, profile):
        """(member, awards); the phone is new."""
        day = self.zone.day(at)
        member = Member(len(self.members) + 1, phone, day, **profile)
        member.referrer, member.serving, member.inherited = self.bring(code, phone, day)
        program = self.program_on(day)
        if member.serving and program and program["validity_days"]:
            member.bound_until = day + program["validity_days"]
        self.members[member.number] = member
        self.phones[phone] = member
        member.benefits = []       # [kind's rule, last day, handed out]
        event = Event("REGISTRATION", member, day, program, shop, at=at,
                      serving_at_all=member.serving, serving=member.serving_on(day),
                      inherited=member.inherited)
        for rule in program["rules"] if program else ():
            if rule.get("reward", "AMOUNT") != "AMOUNT" and self.fires(rule, event) \
                    and self.matches(rule, event):
                days = rule["benefit_valid_days"]
                member.benefits.append([rule, day + days if days else dates.NEVER, False])
        return member, self.give(event)

    def hand_out(self, member, number):
        """Once, up to its last day."""
        if not 1 <= number <= len(member.benefits):
            return "BENEFIT_UNKNOWN"
        benefit = member.benefits[number - 1]
        if benefit[2]:
            return "BENEFIT_HANDED_OUT"
        if self.today > benefit[1]:
            return "BENEFIT_EXPIRED"
        benefit[2] = True
        return ""

    # ---- what an event earns ---------------------------------------------------------------------

    def give(self, event):
        """Posts the awards: [(rule, party, amount, reason, base, credit or None)]."""
        out = []
        for rule, party, amount, reason, base, full, caps in self.award(event):
            credit = None
            if amount:
                self.last_rule_day = max(self.last_rule_day, event.day)
                matures, expires = self.life(rule, event.day)
                credit = self.add(self.account(*party), self.today, unit=rule["unit"],
                                  posted=amount, day=event.day, matures=matures, expires=expires,
                                  rule=rule, version=event.program["version"],
                                  referee=event.buyer.number, caps=caps,
                                  held=self.holding and party != (MEMBER, event.buyer.number))
            out.append((rule, party, amount, reason, base, credit))
        return out

    def buy(self, member, shop, receipt, day, parts, lines, sellers):
        """A new purchase that is in order."""
        base, line_bases = split_base(parts, lines) if lines else \
            (split_base(parts, [dict(amount=1, tax=0)])[0], [])
        self.look_at_buyer(member)
        first = not member.purchases
        member.days.add(day)
        program = self.program_on(day)
        event = Event(
            "PURCHASE", member, day, program, shop, amount=parts["amount"], base=base,
            lines=[(line["category"], b) for line, b in zip(lines, line_bases)], sellers=sellers,
            tier=self.tier_in(program, member), first=first, days=len(member.days),
            serving=member.serving_on(day), inherited=member.inherited)
        points = self.points_of(event)
        awards = self.give(event)
        purchase = Purchase(points=points, tier_points=sum(p for _, p in points),
                            member=member, shop=shop, receipt=receipt, day=day, parts=parts,
                            lines=lines, line_bases=line_bases, line_refunded=[0] * len(lines),
                            base=base, event=event, awards=awards, version=program["version"]
                            if program else 0, serving=event.serving)
        member.purchases.append(purchase)
        self.rise(member, program, day)
        self.review(member, self.today)
        self.purchases[shop, receipt] = purchase
        return purchase

    def must_be_worked_off(self, most):
        """A review asks the version in force when it is done, and later ones may be published."""
        return super().must_be_worked_off(most) or \
            any(m.review_on <= self.today for m in self.members.values())

    def begin_day(self):
        super().begin_day()
        for member in self.members.values():
            self.review(member, self.today)

    def look_at_buyer(self, member):
        self.up_to(self.account(MEMBER, member.number), self.today)
        self.review(member, self.today)
