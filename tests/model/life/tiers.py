"""Tiers: domain.md 4. They rise at once with a purchase, as far as her points or spend reach on the
latest day she bought, and fall only at a review."""

import datetime

import dates
from awards import formula


def day_in(year, month, day):
    """That day of the year, or its month's last."""
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    last = following - datetime.timedelta(days=1)
    return dates.day_of(min(last, last.replace(day=min(day, last.day))))


class Tiers:
    """Mixed into the oracle; a member has tier, review_on and purchases."""

    def tier_in(self, program, member):
        """Hers, as a version counts them that may have fewer."""
        return min(member.tier, len(program["tiers"]["levels"]) - 1) \
            if program and program["tiers"] else 0

    def points_of(self, event):
        """What a purchase counts as: BUYER's PURCHASE points before multiplier and caps, by
        rule."""
        out = []
        for rule in event.program["rules"] if event.program else ():
            if rule["trigger"] == "PURCHASE" and rule["beneficiary"] == "BUYER" \
                    and rule["unit"] == 1 and self.matches(rule, event) \
                    and event.amount >= rule.get("minimum_minor", 0):
                out.append((rule, formula(rule, self.base_of(rule, event), 10000)))
        return out

    def measure(self, tiers, member, day):
        months = tiers["window_months"]
        begin = dates.add_months(day, -months) if months else -10 ** 9
        end = day if months else 10 ** 9
        counted = [p for p in member.purchases if begin < p.day <= end]
        if tiers["basis"] == "SPEND":
            return sum(p.base - self.base_given_back(p) for p in counted)
        return sum(p.tier_points for p in counted)

    def base_given_back(self, purchase):
        return self.refunded_base(purchase)[0] if purchase.base and purchase.refunded else 0

    @staticmethod
    def reached(tiers, measure):
        return max(i for i, t in enumerate(tiers["levels"]) if measure >= t["threshold"])

    def rise(self, member, program, day):
        if not program or not program["tiers"]:
            return
        live = [p.day for p in member.purchases
                if p.refunded < p.parts["amount"] or not p.parts["amount"]]
        tiers = program["tiers"]
        reached = self.reached(tiers, self.measure(tiers, member, max([day, *live])))
        if reached > self.tier_in(program, member):
            member.tier = reached
        if member.tier and member.review_on == dates.NEVER:
            member.review_on = self.next_review(tiers, member, day)

    @staticmethod
    def next_review(tiers, member, after):
        if tiers["review"] == "NEVER":
            return dates.NEVER
        month, day = tiers.get("review_month"), tiers.get("review_day")
        if tiers["review"] == "ANNIVERSARY":
            registered = dates.date_of(member.registered_on)
            month, day = registered.month, registered.day
            after = max(after, member.registered_on)
        year = dates.date_of(after).year
        found = day_in(year, month, day)
        return found if found > after else day_in(year + 1, month, day)

    def review(self, member, today):
        """Every review up to today, each by the version in force on it."""
        while member.review_on <= today:
            day, member.review_on = member.review_on, dates.NEVER
            program = self.program_on(day)
            if not program or not program["tiers"]:
                return
            tiers = program["tiers"]
            tier = self.tier_in(program, member)
            reached = self.reached(tiers, self.measure(tiers, member, day))
            if reached < tier and tiers.get("fall") == "ONE_STEP":
                reached = tier - 1
            member.tier = reached
            if member.tier:
                member.review_on = self.next_review(tiers, member, day)
