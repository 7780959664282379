"""Refunds in a play: by amount and by line, before their purchase, again, and too many."""

import words
from counter import Refund
from draw import SHOPS
from member_play import MemberPlay

REJECTED = {"REFUND_LINES_INVALID": "REFUND_REJECT_REASON_LINES",
            "REFUND_EMPTY": "REFUND_REJECT_REASON_EMPTY",
            "REFUND_ABOVE_PURCHASE": "REFUND_REJECT_REASON_ABOVE_PURCHASE"}
PARKED_AT_ONCE = 12


class RefundPlay(MemberPlay):
    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.planned = []          # (shop, receipt) of purchases whose refunds came first

    # ---- what is drawn ---------------------------------------------------------------------------

    def refund_amount(self, purchase):
        left = purchase.parts["amount"] - purchase.refunded
        return max(1, self.pick(left, left, left // 2, left // 3, 1, left + 1 if self.chance(0.1)
                                else left, self.random.randint(0, left)))

    def refund_lines(self, purchase):
        if not purchase or not purchase.lines:
            return [(self.random.randint(1, 3), self.pick(0, 1, 100))]
        count = len(purchase.lines)
        out = []
        for index in self.random.sample(range(1, count + 1), self.random.randint(1, count)):
            left = purchase.lines[index - 1]["amount"] - purchase.line_refunded[index - 1]
            out.append((index, self.pick(0, 0, left // 2, 1, left)))
        return out

    def refund(self):
        merchant = self.merchant
        if not merchant.purchases:
            return
        recent = self.recent_purchases()
        purchase = self.random.choice(recent)
        self.send_refund(purchase, (purchase.shop, purchase.receipt))

    def recent_purchases(self):
        done = self.done_purchases
        return done[-200:] if self.chance(0.7) else done

    def refund_before(self):
        """A refund whose purchase is still to come; then, some time later, the purchase."""
        if self.planned and self.merchant.members and self.chance(0.5):
            shop, receipt = self.planned.pop(self.random.randrange(len(self.planned)))
            members = self.merchant.members
            return self.record(members[self.random.randint(1, len(members))], shop, receipt)
        if self.planned and self.chance(0.4):
            key = self.random.choice(self.planned)
        elif len(self.planned) < PARKED_AT_ONCE:
            self.serial += 1
            key = (self.pick(*SHOPS), "R%d" % self.serial)
            self.planned.append(key)
        else:
            return None
        return self.send_refund(None, key)

    def send_refund(self, purchase, key):
        merchant = self.merchant
        self.serial += 1
        at = self.moment()
        refund = Refund(purchase=key, shop=self.pick(*SHOPS, key[0], key[0], key[0]),
                        number="F%06d" % self.serial, day=merchant.zone.day(at), lines=[],
                        amount=0)
        if (purchase.lines if purchase else self.chance(0.3)) and self.chance(0.6):
            refund.lines = self.refund_lines(purchase)
        else:
            refund.amount = self.refund_amount(purchase) if purchase \
                else self.pick(1, 50, 3000, 10 ** 5)
        request = self.message("RecordRefund", shop_id=refund.shop, refund_number=refund.number,
                               purchase_shop_id="" if refund.shop == key[0] else key[0],
                               receipt_number=key[1], amount_minor=refund.amount)
        for index, amount in refund.lines:
            request.lines.add(line=index, amount_minor=amount)
        words.moment(request.occurred_at, at)
        reason = merchant.record_refund(refund)

        parked = refund.state == "PARKED"

        def check(reply):
            return self.refund_differs(refund, reply.refund, parked)
        self.call("RefundService/RecordRefund", request, reason, check)
        if merchant.in_portions:
            self.flush()
            self.pipe.work_off(merchant.now)
            merchant.in_portions = False
        if not reason:
            self.again(request, check, refund)

    def again(self, request, check, refund):
        """The same once more, or under the same number with other content; and a look at it."""
        if self.chance(0.05):
            self.call("RefundService/RecordRefund", request, "", check)
        if self.chance(0.03):
            other = self.message("RecordRefund")
            other.CopyFrom(request)
            other.receipt_number += "x"
            self.call("RefundService/RecordRefund", other, "REFUND_REUSED")

    def look_at_refund(self):
        refunds = self.merchant.refunds
        if not refunds:
            return
        refund = self.random.choice(list(refunds.values())[-60:])
        parked = refund.state == "PARKED"
        self.call("RefundService/GetRefund", self.message(
            "GetRefund", shop_id=refund.shop, refund_number=refund.number), "",
            lambda reply: self.refund_differs(refund, reply.refund, parked))

    # ---- what must be answered -------------------------------------------------------------------

    def refund_differs(self, refund, got, parked):
        state = "PARKED" if parked else refund.state
        kind = got.DESCRIPTOR.fields_by_name["state"].enum_type
        said = kind.values_by_number[got.state].name
        if said != "REFUND_STATE_" + state:
            return "%s instead of %s" % (said, state)
        if state == "REJECTED":
            kind = got.DESCRIPTOR.fields_by_name["reject_reason"].enum_type
            said = kind.values_by_number[got.reject_reason].name
            return "" if said == REJECTED[refund.reject] else "rejected for %s instead of %s" % (
                said, refund.reject)
        if state == "PARKED":
            return "takings of a parked refund" if got.takings else ""
        said = (got.amount_minor, got.base_minor, got.full, got.tier_points)
        meant = (refund.done, refund.base, refund.full, refund.tier_points)
        if said != meant:
            return "amount, base, full, tier points %r instead of %r" % (said, meant)
        said = [(t.credit_number, t.asked, t.own, t.elsewhere, t.owed, t.waived)
                for t in got.takings]
        meant = [(credit.number, *rest) for credit, *rest in refund.takings]
        if refund.in_portions:  # how much a command takes of many lots is its own matter
            said, meant = ([(n, asked, own) for n, asked, own, *_ in rows]
                           for rows in (said, meant))
        if said != meant:
            return "takings %r instead of %r" % (said, meant)
        said = [(g.redemption_number, g.amount) for g in got.given_back]
        meant = [(r.number, amount) for r, amount in refund.given_back]
        return "" if said == meant else "given back %r instead of %r" % (said, meant)
