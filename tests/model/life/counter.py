"""What happens at the counter after a purchase: refunds, redemptions, corrections, holds. The rules
of domain.md 5, computed on objects."""

import dates
from awards import rounded
from credits import MEMBER, Debt
from merchant import Merchant
from reviews import Reviews


LOTS_A_COMMAND = 128  # one command spends from so many at most
LOTS_AT_ONCE = 40     # a refund that takes from more may leave a debt that due work nets at once
PARKED_MAX = 8        # refunds of one purchase that is still to come


class Refund:
    def __init__(self, **fields):
        self.takings, self.given_back = [], []
        self.state, self.reject = "PARKED", ""
        self.base = 0
        self.full = False
        self.__dict__.update(fields)


class Redemption:
    def __init__(self, **fields):
        self.given_back = 0
        self.lots = []             # [credit, amount left to be given back], in the order taken
        self.cancelled = False
        self.__dict__.update(fields)


class Counter(Reviews, Merchant):
    def __init__(self, zone):
        super().__init__(zone)
        self.refunds = {}          # (shop, number)
        self.parked = {}           # (shop, receipt) -> refunds, in order of (shop, number)
        self.redemptions = []
        self.redemptions_of = {}   # (shop, receipt) -> redemptions, in order
        self.proposals = []        # adjustments that wait for a second person

    # ---- refunds ---------------------------------------------------------------------------------

    def record_refund(self, refund):
        """A new refund that is in order; parked where its purchase is not there yet."""
        if refund.purchase in self.purchases:
            reason = self.refund(refund)
            if reason:
                return reason
        else:
            waiting = self.parked.setdefault(refund.purchase, [])
            if len(waiting) == PARKED_MAX:
                return "REFUNDS_PARKED_TOO_MANY"
            waiting.append(refund)
        self.refunds[refund.shop, refund.number] = refund
        return ""

    def buy(self, member, shop, receipt, *more):
        purchase = super().buy(member, shop, receipt, *more)
        for refund in sorted(self.parked.pop((shop, receipt), []),
                             key=lambda r: (r.shop, r.number)):
            refund.reject = self.refund(refund)
            if refund.reject:
                refund.state = "REJECTED"
        return purchase

    def refund_lines(self, purchase, lines):
        """[(index, amount)] of a refund by line, or a reason."""
        out = []
        for index, amount in lines:
            if not 1 <= index <= len(purchase.lines):
                return "REFUND_LINES_INVALID"
            left = purchase.lines[index - 1]["amount"] - purchase.line_refunded[index - 1]
            if amount > left:
                return "REFUND_LINES_INVALID"
            out.append((index - 1, amount or left))
        return out

    def refunded_base(self, purchase, rule=None):
        """(refunded to date, whole) of the base that a rule looks at; amounts where it is 0."""
        chosen = [i for i, line in enumerate(purchase.lines)
                  if not rule or not rule.get("categories")
                  or line["category"] in rule["categories"]]
        amount, base = purchase.parts["amount"], purchase.base
        if rule and rule.get("categories"):
            base = sum(purchase.line_bases[i] for i in chosen)
        full = purchase.refunded == amount
        if base:
            by_lines = sum(purchase.line_bases[i] * purchase.line_refunded[i]
                           // purchase.lines[i]["amount"]
                           for i in chosen if purchase.lines[i]["amount"])
            whole = base
        else:
            by_lines = sum(purchase.line_refunded[i] for i in chosen)
            whole = amount
            if rule and rule.get("categories"):
                whole = sum(purchase.lines[i]["amount"] for i in chosen)
        if full or not whole:
            return (whole, whole) if full else (0, 1)
        return min(whole, by_lines + whole * purchase.by_amount // amount), whole

    def reversal(self, credit, refunded, whole):
        if refunded == whole:
            return credit.posted
        return rounded(credit.posted * refunded, whole, credit.rule.get("rounding", "FLOOR"))

    def refund(self, refund):
        """Applies a refund to its purchase, which is there; "" or why not."""
        purchase = self.purchases[refund.purchase]
        lines = []
        amount = refund.amount
        refund.in_portions = self.in_portions = False
        if refund.lines:
            lines = self.refund_lines(purchase, refund.lines)
            if isinstance(lines, str):
                return lines
            amount = sum(a for _, a in lines)
            if not amount:
                return "REFUND_EMPTY"
        if purchase.refunded + amount > purchase.parts["amount"]:
            return "REFUND_ABOVE_PURCHASE"
        self.look_at_buyer(purchase.member)
        before = self.refunded_base(purchase)[0] if purchase.base else 0
        purchase.refunded += amount
        for index, part in lines:
            purchase.line_refunded[index] += part
        if not lines:
            purchase.by_amount += amount
        refund.state, refund.done = "POSTED", amount
        refund.full = purchase.refunded == purchase.parts["amount"]
        if refund.full:
            purchase.member.full_refunds.append(refund.day)
        refund.base = (self.refunded_base(purchase)[0] if purchase.base else 0) - before
        purchase.refunds.append(refund)
        self.give_back_for(purchase, refund)
        asked = [self.ask_back(credit, purchase, refund) for *_, credit in purchase.awards if credit]
        for taking in [t for t in asked if t]:
            self.follow_policy(taking, refund)
            refund.in_portions = self.in_portions
            refund.takings.append((taking["credit"], *(taking[k] for k in (
                "asked", "own", "elsewhere", "owed", "waived"))))
        refund.tier_points = self.tier_points_back(purchase)
        return ""

    def ask_back(self, credit, purchase, refund):
        """What one credit is asked for and gives of itself, or None. All credits do, before
        anything is taken from others."""
        self.up_to(credit.account, self.today)
        to_date = self.reversal(credit, *self.refunded_base(purchase, credit.rule))
        asked = to_date - credit.own - credit.elsewhere - credit.waived
        if asked <= 0:
            return None
        only_pending = credit.rule.get("return_policy") == "ONLY_PENDING"
        own = 0 if only_pending and not credit.pending else min(asked, credit.remaining)
        due = 0 if only_pending else min(asked - own, self.spent(credit))
        waived = asked - own - due
        owed = min(own, self.frozen_left(credit)) if credit.frozen else 0
        if credit.frozen:
            own, due = 0, due + own - owed
        if own:
            self.take_back(credit, own)
        if owed:
            self.owe(credit, owed, refund, True)
        credit.own += own
        credit.waived += waived
        return {"credit": credit, "asked": asked, "own": own, "elsewhere": 0, "owed": owed,
                "waived": waived, "due": due}

    @staticmethod
    def frozen_left(credit):
        """What of a frozen credit no refund has claimed yet, though it still holds it all."""
        gone = credit.posted - credit.remaining - credit.expired - credit.own
        claimed = max(0, credit.elsewhere + credit.waived - gone)
        return max(0, credit.remaining - claimed)

    def owe(self, credit, amount, refund, settled):
        credit.elsewhere += amount
        credit.account.debts.append(Debt(
            seq=len(credit.account.debts), credit=credit, unit=credit.unit, posted=amount,
            inside=credit.rule.get("return_policy") == "UNLIMITED", day=refund.day,
            settled=settled))

    def follow_policy(self, taking, refund):
        credit = taking["credit"]
        account = credit.account
        policy = credit.rule.get("return_policy", "CARRY_FORWARD")
        account.live = [c for c in account.live if c.remaining]
        taking["elsewhere"] = self.from_others(account, credit, taking["due"])
        credit.elsewhere += taking["elsewhere"]
        if credit.settled:
            account.book(credit.entity).clawed[credit.unit] += taking["elsewhere"]
        rest = taking["due"] - taking["elsewhere"]
        if policy == "WITHIN_BALANCE":
            taking["waived"] += rest
            credit.waived += rest
        elif rest:
            taking["owed"] += rest
            self.owe(credit, rest, refund, credit.settled > 0)
        account.live = [c for c in account.live if c.remaining]

    @staticmethod
    def spent(credit):
        """What is neither there nor expired, and nobody was asked for: redeemed, or paid debts."""
        gone = credit.posted - credit.remaining - credit.expired - credit.own
        return max(0, gone - credit.elsewhere - credit.waived)

    def from_others(self, account, asked, amount):
        left, lots = amount, 0
        for credit in account.free(asked.unit, asked.entity):
            part = min(left, credit.remaining)
            if part:
                self.take_back(credit, part)
                left -= part
                lots += 1
        self.in_portions |= lots > LOTS_AT_ONCE
        return amount - left

    def tier_points_back(self, purchase):
        """Each rule's points to date as its credit's."""
        before = purchase.tier_points
        purchase.tier_points = 0
        for rule, points in purchase.points:
            refunded, whole = self.refunded_base(purchase, rule)
            gone = points if refunded == whole else rounded(
                points * refunded, whole, rule.get("rounding", "FLOOR"))
            purchase.tier_points += points - gone
        return before - purchase.tier_points

    # ---- redemptions -----------------------------------------------------------------------------

    def redeem_reason(self, member, unit, amount):
        """Why an amount can't be redeemed; "" with its value in minor units."""
        program = self.program_on(self.today)
        if unit == 1:
            if not program or not program["redeem"]:
                return "NOT_REDEEMABLE", 0
            points, minor = program["redeem"]
            if amount * minor % points:
                return "AMOUNT_STEP", 0
            value = amount * minor // points
        else:
            if not program or not program["redeem_cash"]:
                return "NOT_REDEEMABLE", 0
            value = amount
        account = self.up_to(self.account(MEMBER, member.number), self.today)
        if amount > account.redeemable(unit):
            return "INSUFFICIENT_BALANCE", 0
        return self.too_many_lots(account, unit, amount), value

    def redeem(self, member, unit, amount, value, shop, receipt):
        account = self.account(MEMBER, member.number)
        redemption = Redemption(member=member, unit=unit, amount=amount, value=value, shop=shop,
                                receipt=receipt, number=len(self.redemptions) + 1)
        for credit, part in self.spend(account, unit, amount):
            credit.remaining -= part
            credit.redeemed += part
            redemption.lots.append([credit, part])
        account.live = [c for c in account.live if c.remaining]
        self.redemptions.append(redemption)
        self.redemptions_of.setdefault((shop, receipt), []).append(redemption)
        return redemption

    def give_back(self, redemption, amount):
        """Into the original credits, last taken first."""
        account = self.up_to(self.account(MEMBER, redemption.member.number), self.today)
        redemption.given_back += amount
        program = self.program_on(self.today)
        grace = program["grace"] or 30 if program else 30
        for lot in reversed(redemption.lots):
            credit, part = lot[0], min(amount, lot[1])
            if not part:
                continue
            lot[1] -= part
            amount -= part
            if credit.frozen:
                self.give_back_beside(account, credit, part, self.today + grace)
                continue
            credit.redeemed -= part
            credit.remaining += part
            self.get_free(credit)
            if credit.expires < self.today:
                credit.expires = self.today + grace
            if credit not in account.live:
                account.live.append(credit)
            if not credit.held:
                self.net(account, credit)
        assert amount == 0
        account.live = [c for c in account.live if c.remaining]

    def give_back_beside(self, account, frozen, amount, grace_ends):
        """What a run has frozen doesn't change: a credit of its own, by no rule."""
        expires = frozen.expires if frozen.expires >= self.today else grace_ends
        credit = self.add(account, self.today, unit=frozen.unit, posted=amount, day=frozen.day,
                          matures=frozen.day, expires=expires, rule=None, version=0, referee=0,
                          caps=[])
        credit.matures = frozen.matures

    def cancel(self, redemption):
        """What is given back by it."""
        amount = redemption.amount - redemption.given_back
        self.give_back(redemption, amount)
        redemption.cancelled = True
        return amount

    def give_back_for(self, purchase, refund):
        """Of what paid for it, the share that has been refunded; all when all is."""
        for redemption in self.redemptions_of.get((purchase.shop, purchase.receipt), []):
            to_date = redemption.amount * purchase.refunded // purchase.parts["amount"]
            amount = to_date - redemption.given_back
            if amount > 0:
                self.give_back(redemption, amount)
                refund.given_back.append((redemption, amount))

    # ---- corrections -----------------------------------------------------------------------------

    def adjust_reason(self, kind, number, unit, amount):
        if amount > 0:
            return ""
        account = self.up_to(self.account(kind, number), self.today)
        free = account.redeemable(unit)
        return "INSUFFICIENT_BALANCE" if -amount > free \
            else self.too_many_lots(account, unit, -amount)

    def too_many_lots(self, account, unit, amount):
        return "LOTS_TOO_MANY" if len(self.spend(account, unit, amount)) > LOTS_A_COMMAND else ""

    def above_limit(self, unit, amount):
        program = self.program_on(self.today)
        return abs(amount) > (program["limits"][unit - 1] if program else 0)

    def adjust(self, kind, number, unit, amount):
        """The new credit, or None."""
        account = self.up_to(self.account(kind, number), self.today)
        if amount > 0:
            return self.add(account, self.today, unit=unit, posted=amount, day=self.today,
                            matures=self.today, expires=dates.NEVER, rule=None, version=0,
                            referee=0, caps=[])
        for credit, part in self.spend(account, unit, -amount):
            self.take_back(credit, part)
        account.live = [c for c in account.live if c.remaining]
        return None

    # ---- holds -----------------------------------------------------------------------------------

    def hold(self, credit):
        self.up_to(credit.account, self.today)
        if credit.held or not credit.remaining:
            return "CREDIT_IS_HELD" if credit.remaining else "CREDIT_FINISHED"
        if credit.frozen:
            return "CREDIT_IN_SETTLEMENT"
        credit.held = True
        return ""

    def release(self, credit, by_hand=False):
        """Time catches up at once; what expired meanwhile pays no debts."""
        account = self.up_to(credit.account, self.today)
        if not credit.held or not credit.remaining:
            return "CREDIT_NOT_HELD"
        if by_hand and credit.review and self.reviews[credit.review - 1].state == "OPEN":
            return "CREDIT_IN_REVIEW"
        credit.held = False
        self.get_free(credit)
        if not credit.pending and credit.expires >= self.today:
            self.net(account, credit)
        self.work_off(account, self.today)
        return ""

    def void(self, credit):
        """A person decided that it was earned by fraud: all that remains is gone."""
        account = self.up_to(credit.account, self.today)
        if credit.remaining:
            credit.own += credit.remaining  # nothing more can be asked of it
            self.take_back(credit, credit.remaining)
        account.live = [c for c in account.live if c.remaining]
