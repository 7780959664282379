"""Members in a play: their cards with tier and benefits, and what the till hands out."""

import dates
from draw import SHOPS
from play import Play

OPEN, HANDED_OUT, EXPIRED = 1, 2, 3


class MemberPlay(Play):
    def member(self):
        """Mostly one who has bought lately."""
        done = self.done_purchases
        if done and self.chance(0.8):
            return self.random.choice(done[-60:]).member
        members = self.merchant.members
        return members[self.random.randint(1, len(members))] if members else None

    @property
    def done_purchases(self):
        if not hasattr(self, "_done") or len(self._done) != len(self.merchant.purchases):
            self._done = list(self.merchant.purchases.values())
        return self._done

    def hand_out(self):
        members = self.merchant.members
        if not members:
            return
        member = members[self.random.randint(max(1, len(members) - 30), len(members))]
        number = self.random.randint(1, len(member.benefits) + 1)
        self.call("BenefitService/HandOutBenefit", self.message(
            "HandOutBenefit", member_number=member.number, benefit_number=number,
            shop_id=self.pick(*SHOPS), request_id=self.request_id()),
            self.merchant.hand_out(member, number))

    def look_at_member(self):
        member = self.member()
        if member is None:
            return
        tier = self.standing(member)
        benefits = [(rule["rule_id"], "" if last == dates.NEVER else dates.text(last),
                     HANDED_OUT if out else OPEN if self.merchant.today <= last else EXPIRED)
                    for rule, last, out in member.benefits]

        def check(reply):
            got = reply.member
            said = None
            if got.HasField("tier"):
                said = (got.tier.tier_id, got.tier.measure, got.tier.missing_to_next,
                        got.tier.review_date)
            if said != tier:
                return "tier %r instead of %r" % (said, tier)
            said = [(b.rule_id, b.valid_until_date, b.state) for b in got.benefits]
            return "" if said == benefits else "benefits %r instead of %r" % (said, benefits)
        self.call("MemberService/GetMember", self.message(
            "GetMember", member_number=member.number), "", check)

    def standing(self, member):
        """(tier, measure, what is missing to the next, date of the review), or None."""
        merchant = self.merchant
        program = merchant.program_on(merchant.today)
        if not program or not program["tiers"]:
            return None
        merchant.look_at_buyer(member)
        tiers = program["tiers"]
        tier = merchant.tier_in(program, member)
        measure = merchant.measure(tiers, member, merchant.today)
        missing = 0
        if tier + 1 < len(tiers["levels"]):
            missing = max(0, tiers["levels"][tier + 1]["threshold"] - measure)
        review = "" if member.review_on == dates.NEVER else dates.text(member.review_on)
        return tiers["levels"][tier]["tier_id"], measure, missing, review
