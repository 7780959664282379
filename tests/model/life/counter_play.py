"""The rest of a counter's day in a play: points spent and given back, corrections, holds, debts
forgiven, and what accounts and credits look like afterwards."""

import dates
from counter import Counter
from credits import CASH, GUIDE, MEMBER, POINTS
from draw import SHOPS
from member_play import MemberPlay
from play import Mismatch, Play
from refund_play import RefundPlay


class CounterPlay(RefundPlay):
    def __init__(self, api, seed, program=None, arguments=(), merchant=Counter):
        super().__init__(api, seed, program, arguments, merchant)
        self.paid = []             # (member, shop, receipt, value) of receipts paid with points

    def open(self):
        super().open()
        request = self.message("CreateToken", request_id="second")
        request.token.role = self.role("ROLE_ADMIN")
        reply = self.now_call("TokenService/CreateToken", request)
        self.second = self.pipe.token(reply.secret)

    def role(self, name):
        kind = self.api.message("Token").DESCRIPTOR.fields_by_name["role"].enum_type
        return kind.values_by_name[name].number

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
        if amount >= 1:
            self.redeem_at(member, unit, amount)

    def redeem_at(self, member, unit, amount):
        """Towards a receipt that is still to be recorded; now and then towards a known one."""
        merchant = self.merchant
        shop, receipt = self.pick(*SHOPS), "P" + self.request_id()
        known = bool(member.purchases) and self.chance(0.2)
        if known:
            purchase = member.purchases[-1]
            shop, receipt = purchase.shop, purchase.receipt
        reason, value = merchant.redeem_reason(member, unit, amount)
        request = self.message("Redeem", member_number=member.number, unit=unit, amount=amount,
                               shop_id=shop, receipt_number=receipt, request_id=self.request_id())
        if reason:
            self.call("RedemptionService/Redeem", request, reason)
            return
        redemption = merchant.redeem(member, unit, amount, value, shop, receipt)
        lots = [(credit, part) for credit, part in redemption.lots]
        if not known and self.chance(0.8):
            self.paid.append((member, shop, receipt, value))

        def check(reply):
            got = reply.redemption
            said = (got.redemption_number, got.value_minor,
                    [(lot.credit_number, lot.amount) for lot in got.lots])
            meant = (redemption.number, value, [(credit.number, part) for credit, part in lots])
            return "" if said == meant else "%r instead of %r" % (said, meant)
        self.call("RedemptionService/Redeem", request, "", check)
        if self.chance(0.03):
            self.call("RedemptionService/Redeem", request, "", check)

    def buy_with_points(self):
        if self.paid:
            member, shop, receipt, value = self.paid.pop(self.random.randrange(len(self.paid)))
            self.record(member, shop, receipt, value)

    def cancel(self):
        known = self.merchant.redemptions[-40:]
        if not known:
            return
        redemption = self.random.choice(known)
        reason, amount = "REDEMPTION_CANCELLED", 0
        if not redemption.cancelled and redemption.given_back < redemption.amount:
            reason, amount = "", self.merchant.cancel(redemption)
        self.call("RedemptionService/CancelRedemption", self.message(
            "CancelRedemption", redemption_number=redemption.number,
            request_id=self.request_id()), reason,
            lambda reply: "" if reply.restored == amount
            else "gave back %d instead of %d" % (reply.restored, amount))

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
                credit.number = got.entry_number
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
            self.call("CreditService/DecideAdjustment", request, "OWN_DECISION")
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
                request_id=self.request_id()), self.merchant.release(credit, True))

    def review(self):
        """A person decides; the same again is answered, another decision is not."""
        reviews = self.merchant.reviews[-20:]
        if not reviews:
            return
        review = self.random.choice(reviews)
        release = self.chance(0.6)
        request = self.message("DecideReview", review_number=review.number, reason="looked into",
                               decision=1 if release else 2)
        state = "RELEASED" if release else "VOIDED"
        reason = "" if review.state in ("OPEN", state) else "REVIEW_DECIDED"
        if review.state == "OPEN":
            self.merchant.decide_review(review, release)
        self.call("ReviewService/DecideReview", request, reason)

    # ---- how accounts stand ----------------------------------------------------------------------

    def compare(self):
        super().compare()
        self.pipe.work_off(self.merchant.now)  # lists of credits show debts that are paid, not due
        accounts = list(self.merchant.accounts.values())
        for account in self.random.sample(accounts, min(8, len(accounts))):
            self.compare_credits(account)
            self.compare_debts(account)

    def prove(self):
        self.pipe.work_off(self.merchant.now)
        for account in self.merchant.accounts.values():
            self.compare_credits(account)
            self.compare_debts(account)
        super().prove()

    def pages(self, method, message, field):
        message.page_size = 500
        while True:
            reply = self.now_call(method, message)
            yield from getattr(reply, field)
            message.page_token = reply.next_page_token
            if not message.page_token:
                return

    def compare_credits(self, account):
        """Every lot of it, field by field."""
        self.merchant.up_to(account, self.merchant.today)
        request = self.message("ListCredits")
        request.account.kind, request.account.number = account.kind, account.number
        got = {c.credit_number: c for c in self.pages("CreditService/ListCredits", request,
                                                      "credits")}
        unknown = sorted(set(got) - {c.number for c in account.credits})
        for credit, number in zip([c for c in account.credits if not c.number], unknown):
            credit.number = number  # given back beside a frozen one: no answer names it
        known = {c.number: c for c in account.credits}
        if set(got) != set(known):
            raise Mismatch("after step %d: credits of %r: %r instead of %r" % (
                self.steps, (account.kind, account.number), sorted(set(got) - set(known)),
                sorted(set(known) - set(got))))
        for number, credit in known.items():
            said, meant = lot_said(got[number]), lot_meant(credit)
            if said != meant:
                raise Mismatch("after step %d: credit %d of %r, rule %r: %r instead of %r" % (
                    self.steps, number, (account.kind, account.number), credit.rule, said, meant))

    def compare_debts(self, account):
        request = self.message("ListDebts")
        request.account.kind, request.account.number = account.kind, account.number
        got = list(self.pages("RefundService/ListDebts", request, "debts"))
        said = [(d.unit, d.posted, d.netted, d.written_off, d.credit_number, d.inside_balance)
                for d in got]
        debts = [d for d in account.debts if d.open]
        meant = [(d.unit, d.posted, d.netted, d.written_off, d.credit.number, d.inside)
                 for d in debts]
        if said != meant:
            raise Mismatch("after step %d: debts of %r: %r instead of %r" % (
                self.steps, (account.kind, account.number), said, meant))
        for debt, row in zip(debts, got):
            debt.number = row.debt_number

    def forgive(self):
        """A debt that was listed before, or a part of it."""
        some = [(a, d) for a in self.merchant.accounts.values() if a.debts
                for d in a.debts if d.open and d.number]
        if not some:
            return
        account, debt = self.random.choice(some)
        self.merchant.up_to(account, self.merchant.today)
        amount = self.pick(debt.open, debt.open // 2, debt.open + 1, 1)
        if amount < 1:
            return
        request = self.message("WriteOffDebt", debt_number=debt.number, amount=amount,
                               reason="goodwill", request_id=self.request_id())
        request.account.kind, request.account.number = account.kind, account.number
        reason = "DEBT_UNKNOWN" if not debt.open else \
            "DEBT_IN_SETTLEMENT" if debt.waits else \
            "AMOUNT_INVALID" if amount > debt.open else ""
        if not reason:
            debt.written_off += amount
        self.call("RefundService/WriteOffDebt", request, reason)

    COMMANDS = (*Play.COMMANDS, (RefundPlay.refund, 18), (RefundPlay.refund_before, 4),
                (RefundPlay.look_at_refund, 2), (redeem, 12), (cancel, 3), (adjust, 4), (decide, 1),
                (buy_with_points, 8), (forgive, 0.5), (review, 2),
                (MemberPlay.look_at_member, 4), (MemberPlay.hand_out, 2), (hold, 3), (release, 3))


STATES = {1: "pending", 2: "available", 3: "done"}


def lot_said(got):
    return (got.unit, STATES[got.state], got.held, got.posted, got.remaining, got.redeemed,
            got.expired, got.settled, got.voided, got.reversed, got.program_version, got.rule_id,
            got.business_date, got.matures_on, got.expires_on, got.review_number)


def lot_meant(credit):
    state = "done" if not credit.remaining else "pending" if credit.pending else "available"
    return (credit.unit, state, credit.held, credit.posted, credit.remaining, credit.redeemed,
            credit.expired, credit.settled, credit.voided, credit.reversed, credit.version,
            credit.rule["rule_id"] if credit.rule else "", dates.text(credit.day),
            dates.text(credit.matures),
            "" if credit.expires == dates.NEVER else dates.text(credit.expires), credit.review)
