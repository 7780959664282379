"""The rest of a counter's day in a play: points spent and given back, corrections, holds, debts
forgiven, and what accounts and credits look like afterwards."""

from credits import CASH, GUIDE, MEMBER, POINTS
from draw import SHOPS
from pipe import ADMIN
from play import Mismatch, Play
from refund_play import RefundPlay


class CounterPlay(RefundPlay):
    def open(self):
        super().open()
        request = self.message("CreateToken", request_id="second")
        request.token.role = self.role("ROLE_ADMIN")
        reply = self.now_call("TokenService/CreateToken", request)
        self.second = self.pipe.token(reply.secret)

    def role(self, name):
        kind = self.api.message("Token").DESCRIPTOR.fields_by_name["role"].enum_type
        return kind.values_by_name[name].number

    def request_id(self):
        self.serial += 1
        return "q%d" % self.serial

    def member(self):
        """Mostly one who has bought lately."""
        done = self.done_purchases
        if done and self.chance(0.8):
            return self.random.choice(done[-60:]).member
        members = self.merchant.members
        return members[self.random.randint(1, len(members))] if members else None

    # ---- redemptions -----------------------------------------------------------------------------

    def redeem(self):
        member = self.member()
        if member is None:
            return
        merchant = self.merchant
        unit = self.pick(POINTS, POINTS, CASH)
        account = merchant.up_to(merchant.account(MEMBER, member.number), merchant.today)
        there = account.redeemable(unit)
        program = merchant.program_on(merchant.today)
        step = 1
        if unit == POINTS and program and program["redeem"]:
            points, minor = program["redeem"]
            step = next(s for s in range(1, points + 1) if s * minor % points == 0)
        amount = self.pick(there, there // 2, 1, there + 1, self.random.randint(0, there + 1))
        if self.chance(0.95):
            amount = amount // step * step
        if amount < 1:
            return
        shop = self.pick(*SHOPS)
        receipt = self.pick("", self.request_id())
        self.redeem_at(member, unit, amount, shop, receipt or self.request_id())

    def redeem_at(self, member, unit, amount, shop, receipt):
        merchant = self.merchant
        reason, value = merchant.redeem_reason(member, unit, amount)
        request = self.message("Redeem", member_number=member.number, unit=unit, amount=amount,
                               shop_id=shop, receipt_number=receipt, request_id=self.request_id())
        if reason:
            self.call("RedemptionService/Redeem", request, reason)
            return
        redemption = merchant.redeem(member, unit, amount, value, shop, receipt)
        lots = [(credit, part) for credit, part in redemption.lots]

        def check(reply):
            got = reply.redemption
            said = (got.value_minor, [(lot.credit_number, lot.amount) for lot in got.lots])
            meant = (value, [(credit.number, part) for credit, part in lots])
            redemption.number = got.redemption_number
            return "" if said == meant else "%r instead of %r" % (said, meant)
        self.call("RedemptionService/Redeem", request, "", check)
        if self.chance(0.03):
            self.call("RedemptionService/Redeem", request, "", check)

    def cancel(self):
        known = [r for r in self.merchant.redemptions[-40:] if r.number]
        if not known:
            return
        redemption = self.random.choice(known)
        reason = self.merchant.cancel_reason(redemption)
        if not reason:
            self.merchant.cancel(redemption)
        self.call("RedemptionService/CancelRedemption", self.message(
            "CancelRedemption", redemption_number=redemption.number,
            request_id=self.request_id()), reason)

    # ---- corrections -----------------------------------------------------------------------------

    def party(self):
        if self.chance(0.3):
            return GUIDE, self.random.choice(list(self.merchant.guides))
        member = self.member()
        return (MEMBER, member.number) if member else (GUIDE, 1)

    def adjust(self):
        merchant = self.merchant
        kind, number = self.party()
        unit = self.pick(POINTS, CASH)
        account = merchant.up_to(merchant.account(kind, number), merchant.today)
        free = sum(c.remaining for c in account.free(unit))
        amount = self.pick(1, 50, 700, -1, -free, -(free + 1), -(free // 2)) or 5
        request = self.message("AdjustBalance", unit=unit, amount=amount, reason="by hand",
                               request_id=self.request_id())
        request.account.kind, request.account.number = kind, number
        if merchant.above_limit(unit, amount):
            return self.propose(request, kind, number, unit, amount)
        reason = merchant.adjust_reason(kind, number, unit, amount)
        credit = None if reason else merchant.adjust(kind, number, unit, amount)
        self.call("CreditService/AdjustBalance", request, reason, self.adjusted(credit, "POSTED"))

    def adjusted(self, credit, state):
        def check(reply):
            got = reply.adjustment
            kind = got.DESCRIPTOR.fields_by_name["state"].enum_type
            if kind.values_by_number[got.state].name != "ADJUSTMENT_STATE_" + state:
                return "%r instead of %s" % (got.state, state)
            if credit is not None:
                credit.number = got.credit_number
            return ""
        return check

    def propose(self, request, kind, number, unit, amount):
        proposal = {"number": 0, "party": (kind, number), "unit": unit, "amount": amount}

        def check(reply):
            proposal["number"] = reply.adjustment.adjustment_number
            return self.adjusted(None, "PROPOSED")(reply)
        self.merchant.proposals.append(proposal)
        self.call("CreditService/AdjustBalance", request, "", check)

    def decide(self):
        known = [p for p in self.merchant.proposals if p["number"]]
        if not known:
            return
        proposal = self.random.choice(known)
        request = self.message("DecideAdjustment", adjustment_number=proposal["number"],
                               approve=self.chance(0.7), reason="looked at")
        if self.chance(0.2):
            self.call("CreditService/DecideAdjustment", request, "DECISION_OWN")
            return
        credit = None
        if request.approve:
            reason = self.merchant.adjust_reason(*proposal["party"], proposal["unit"],
                                                 proposal["amount"])
            if reason:
                self.call("CreditService/DecideAdjustment", request, reason, None, self.second)
                return
            credit = self.merchant.adjust(*proposal["party"], proposal["unit"],
                                          proposal["amount"])
        self.merchant.proposals.remove(proposal)
        self.call("CreditService/DecideAdjustment", request, "",
                  self.adjusted(credit, "POSTED" if request.approve else "REJECTED"), self.second)

    # ---- holds -----------------------------------------------------------------------------------

    def credit(self, wanted):
        """One the service has named already, by chance of the wanted kind."""
        account = self.merchant.account(*self.party())
        known = [c for c in account.credits[-30:] if c.number]
        some = [c for c in known if wanted(c)] or known
        return self.random.choice(some) if some else None

    def hold(self):
        credit = self.credit(lambda c: not c.held and c.remaining)
        if credit:
            self.call("CreditService/HoldCredit", self.message(
                "HoldCredit", credit_number=credit.number, reason="looks odd",
                request_id=self.request_id()), self.merchant.hold(credit))

    def release(self):
        credit = self.credit(lambda c: c.held)
        if credit:
            self.call("CreditService/ReleaseCredit", self.message(
                "ReleaseCredit", credit_number=credit.number, reason="was fine",
                request_id=self.request_id()), self.merchant.release(credit))

    COMMANDS = (*Play.COMMANDS, (RefundPlay.refund, 18), (RefundPlay.refund_before, 4),
                (RefundPlay.look_at_refund, 2), (redeem, 12), (cancel, 3), (adjust, 4), (decide, 1),
                (hold, 3), (release, 3))


assert ADMIN and Mismatch
