"""Accounts, credits and debts as domain.md 5 has them, one object each; time is worked off whenever
an account is looked at, so that nothing depends on when somebody did."""

POINTS, CASH = 1, 2
MEMBER, GUIDE = 1, 2


class Credit:
    __slots__ = ("seq", "number", "account", "unit", "posted", "remaining", "redeemed", "expired",
                 "voided", "reversed", "pending", "held", "day", "matures", "expires", "rule",
                 "version", "referee", "caps", "own", "elsewhere", "waived", "review", "settled",
                 "frozen", "entity", "since")

    def __init__(self, **fields):
        for name in ("redeemed", "expired", "voided", "reversed", "own", "elsewhere", "waived",
                     "settled"):
            setattr(self, name, 0)
        self.number = 0         # the service's; learned from its answer
        self.held = False
        self.frozen = False     # a settlement run is about to take it
        self.entity = ""        # guides: the employer who owes it; debts stay with their employer
        self.review = 0
        for name, value in fields.items():
            setattr(self, name, value)
        self.remaining = self.posted

    def order(self):
        """First-expiring-first."""
        return self.expires, self.seq

    def gone(self):
        """Taken out of it for good: what caps don't count."""
        return self.voided + self.reversed


class Debt:
    __slots__ = ("seq", "number", "credit", "unit", "posted", "netted", "written_off", "carried",
                 "inside", "day", "waives", "frozen", "settled")

    def __init__(self, **fields):
        self.netted = self.written_off = self.carried = 0
        self.number = 0
        self.frozen = False     # a settlement run is about to carry it
        self.settled = False    # its credit was settled or frozen when asked back
        for name, value in fields.items():
            setattr(self, name, value)

    @property
    def open(self):
        return self.posted - self.netted - self.written_off - self.carried

    @property
    def waits(self):
        """Nobody pays or forgives it: a run has it, or the credit it is to be paid from first."""
        return self.frozen or self.settled and self.credit.frozen


class Book:
    """What settlements keep of an account and an employer."""

    def __init__(self):
        self.clawed = {POINTS: 0, CASH: 0}  # taken for refunds of settled credits, in no run yet
        self.carry = 0                      # money that waits for the next run


class Account:
    def __init__(self, kind, number):
        self.kind, self.number = kind, number
        self.live = []          # credits with something remaining
        self.credits = []       # all, in order
        self.debts = []
        self.looked = -1        # everything due up to this day is done
        self.books = {}         # employer -> Book

    def book(self, entity):
        return self.books.setdefault(entity, Book())

    def balance(self, unit):
        """(available, pending, held, debt, debt inside)."""
        available = pending = held = 0
        for credit in self.live:
            if credit.unit == unit:
                if credit.pending:
                    pending += credit.remaining
                else:
                    available += credit.remaining
                if credit.held and not credit.pending:
                    held += credit.remaining
        debt = sum(d.open for d in self.debts if d.unit == unit)
        inside = sum(d.open for d in self.debts if d.unit == unit and d.inside)
        return available, pending, held, debt, inside

    def free(self, unit, entity=None):
        """Available lots that may be spent, first-expiring-first; of one employer, or of all."""
        return sorted((c for c in self.live if c.unit == unit and not c.pending and not c.held
                       and not c.frozen and entity in (None, c.entity)), key=Credit.order)

    def redeemable(self, unit):
        return max(0, sum(c.remaining for c in self.free(unit))
                   - sum(d.open for d in self.debts if d.unit == unit))


class Credits:
    """All accounts, and what caps and budgets hold. Mutants of the test break single methods."""

    def __init__(self):
        self.accounts = {}
        self.held_of_cap = {}   # (kind of cap, whose, period start, rule id) -> amount
        self.count = self.freed = 0

    def get_free(self, credit):
        """It may be spent or settled from now on: the newest to be so."""
        self.freed += 1
        credit.since = self.freed

    def account(self, kind, number):
        key = kind, number
        if key not in self.accounts:
            self.accounts[key] = Account(kind, number)
        return self.accounts[key]

    def up_to(self, account, today):
        """The account with everything done that was due by today, oldest first."""
        if account.looked < today:
            account.looked = today
            self.work_off(account, today)
        return account

    def must_be_worked_off(self, most):
        """Does an account have more due than a command posts itself? Or due credits and open debts:
        what these are paid out of gives room back to caps, which others meet once it is posted."""
        today = self.today
        for account in self.accounts.values():
            due = sum(1 for c in account.live if not c.held and not c.frozen
                      and account.looked < today and
                      (c.matures <= today and c.pending or c.expires < today))
            if due > most or due and any(d.open for d in account.debts):
                return True
        return False

    def begin_day(self):
        """What matured pays, and its caps have room again for everybody."""
        for account in self.accounts.values():
            if any(d.open for d in account.debts):
                self.up_to(account, self.today)

    def work_off(self, account, today):
        due = []
        for credit in account.live:
            if credit.held or credit.frozen:
                continue
            if credit.pending and credit.matures <= today:
                due.append((credit.matures, 0, credit.seq, credit))
            if credit.expires < today:
                due.append((max(credit.expires + 1, credit.matures), 1, credit.seq, credit))
        for _, what, _, credit in sorted(due, key=lambda d: d[:3]):
            if what == 0:
                credit.pending = False
                self.get_free(credit)
                self.net(account, credit)
            elif credit.remaining:
                self.expire(credit)
        account.live = [c for c in account.live if c.remaining]

    def expire(self, credit):
        credit.expired += credit.remaining
        credit.remaining = 0

    def net(self, account, credit):
        """What has become available pays the oldest debts of its unit and employer."""
        for debt in account.debts:
            if debt.unit == credit.unit and debt.credit.entity == credit.entity and debt.open \
                    and not debt.waits and credit.remaining:
                amount = min(debt.open, credit.remaining)
                debt.netted += amount
                self.take_back(credit, amount)
                if debt.settled:
                    account.book(credit.entity).clawed[debt.unit] += amount

    def take_back(self, credit, amount):
        """Out of the credit for good: its caps have room again."""
        assert 0 <= amount <= credit.remaining
        credit.remaining -= amount
        if credit.pending:
            credit.voided += amount
        else:
            credit.reversed += amount
        for cap in credit.caps:
            self.held_of_cap[cap] -= amount

    def employer(self, account, day):
        """Who owes what a guide earns on a day."""
        return ""

    def add(self, account, today, **fields):
        """Posts a credit; what of its life is past already is caught up at once."""
        self.up_to(account, today)
        self.count += 1
        credit = Credit(seq=self.count, account=account, **fields)
        credit.entity = self.employer(account, credit.day)
        for cap in credit.caps:
            self.held_of_cap[cap] = self.held_of_cap.get(cap, 0) + credit.posted
        credit.pending = credit.matures > credit.day
        self.get_free(credit)
        account.credits.append(credit)
        account.live.append(credit)
        if not credit.pending and not credit.held:
            self.net(account, credit)
        self.work_off(account, today)
        return credit

    def spend(self, account, unit, amount):
        """Takes an amount first-expiring-first; the caller has looked that it is there. Returns
        [(credit, amount)] in the order taken."""
        taken = []
        for credit in account.free(unit):
            part = min(amount, credit.remaining)
            if part:
                taken.append((credit, part))
                amount -= part
        assert amount == 0
        return taken

    @staticmethod
    def check(credit):
        """domain.md 5's first sum, of the oracle itself."""
        return credit.posted == (credit.remaining + credit.redeemed + credit.expired
                                 + credit.settled + credit.voided + credit.reversed)
