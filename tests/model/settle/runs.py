"""Settlement runs as domain.md 7 has them, on the life model's accounts, one object each: what a
run takes it names credit by credit, with no marks."""

from counter import Counter
from credits import CASH, GUIDE, MEMBER, POINTS

UNITS = POINTS, CASH
COLUMNS = ("points_earned", "points_taken", "points_debt", "points_converted", "points_kept",
           "cash_earned_minor", "cash_taken_minor", "cash_debt_minor", "cash_settled_minor",
           "gross_minor", "clawback_minor", "carry_in_minor", "carry_out_minor", "net_minor",
           "credits", "adjustments")


def toward_zero(points, rate):
    """Whole lots of the rate in money."""
    lots = abs(points) // rate[0] * rate[1]
    return lots if points >= 0 else -lots


class Taking:
    """What a run takes of one account and employer, and the line that comes of it."""

    def __init__(self, account, entity, credits, debts):
        self.account, self.book = account, account.book(entity)
        self.credits, self.debts = credits, debts
        self.clawed = dict(self.book.clawed)
        self.carry = self.book.carry
        self.line = None
        self.payment = ""

    def free(self, unit):
        return sum(c.remaining for c in self.credits if c.unit == unit)

    def owed(self, unit, settled):
        """By debts whose origin was taken by a run, or wasn't."""
        return sum(d.open for d in self.debts if d.unit == unit and d.settled == settled)

    def compute(self, rate, minimum):
        """Fills the line; False: there is nothing in any column."""
        line = dict.fromkeys(COLUMNS, 0)
        for unit, name, suffix in ((POINTS, "points", ""), (CASH, "cash", "_minor")):
            earned = self.free(unit) + self.clawed[unit] - self.owed(unit, False)
            taken = self.clawed[unit] + self.owed(unit, True)
            if earned < 0:
                earned, taken = 0, taken - earned
            line[name + "_earned" + suffix], line[name + "_taken" + suffix] = earned, taken
            line[name + "_debt" + suffix] = self.owed(unit, False) + self.owed(unit, True)
        left = line["points_earned"] - line["points_taken"]
        line["points_kept"] = max(left, 0) % rate[0]
        line["points_converted"] = max(left, 0) - line["points_kept"]
        line["cash_settled_minor"] = self.free(CASH)
        converted = toward_zero(line["points_earned"], rate)
        line["gross_minor"] = converted + line["cash_earned_minor"]
        line["clawback_minor"] = converted - toward_zero(left, rate) + line["cash_taken_minor"]
        line["carry_in_minor"] = self.carry
        rest = line["gross_minor"] - line["clawback_minor"] + self.carry
        paid = rest >= 0 and rest >= minimum
        line["net_minor" if paid else "carry_out_minor"] = rest
        line["credits"] = len(self.credits)
        line["adjustments"] = sum(1 for c in self.credits if not c.version)
        self.line = line
        return any(line[column] for column in COLUMNS[:-2])


class Run:
    def __init__(self, **fields):
        self.state, self.draft = "DRAFT", 1
        self.takings = {}          # (kind, number, employer) -> Taking
        self.__dict__.update(fields)


class Settling(Counter):
    """The oracle with settlement runs."""

    def __init__(self, zone):
        super().__init__(zone)
        self.runs = []
        self.due_now = False       # something that was earned late is matured already

    def employer(self, account, day):
        return self.guides[account.number].employer(day) if account.kind == GUIDE else ""

    def give(self, event):
        """What is matured already when earned gets free behind what its event gave at once."""
        awards = super().give(event)
        given = [credit for *_, credit in awards if credit and credit.matures > credit.day]
        for credit in sorted(given, key=lambda c: (c.matures, c.seq)):
            if not credit.pending:
                self.get_free(credit)
                self.due_now = True
        return awards

    def must_be_worked_off(self, most):
        """Which credits keep what makes no whole lot depends on when each was posted as free."""
        return super().must_be_worked_off(0)

    def create_run(self, **fields):
        run = Run(number=len(self.runs) + 1, **fields)
        self.runs.append(run)
        self.draft(run)
        return run

    def payees(self, run):
        """Guides and then members, by number, that the run looks at."""
        if run.guide:
            return [(GUIDE, run.guide)]
        if run.corrects:
            return sorted({payee[:2] for payee in run.corrects.takings})
        members = [] if run.entity else [(MEMBER, m) for m in sorted(self.members)]
        return [(GUIDE, g) for g in sorted(self.guides)] + members

    def minimum(self, run, payee):
        """Who left, or leaves by this run, is paid whatever it is."""
        gone = payee[0] == GUIDE and not self.guides[payee[1]].employed(run.end - 1)
        return 0 if run.guide or gone else run.minimum

    def employers(self, run, account):
        """Of whom the account has credits or debts, and whom the run looks at."""
        known = {c.entity for c in account.credits} | {e for e, _ in account.books.items()}
        return sorted(e for e in known if run.entity in ("", e))

    def taking(self, run, payee, entity):
        account = self.account(*payee)
        units = UNITS if payee[0] == GUIDE else (CASH,)
        credits = [c for unit in units for c in account.free(unit, entity) if c.day < run.end]
        debts = [d for d in account.debts if d.unit in units and d.open and not d.waits
                 and d.credit.entity == entity]
        return Taking(account, entity, credits, debts)

    def draft(self, run):
        """The lines it would have now; nothing is taken."""
        run.takings = {}
        for payee in self.payees(run):
            account = self.up_to(self.account(*payee), self.today)
            for entity in self.employers(run, account):
                taking = self.taking(run, payee, entity)
                if taking.compute(run.rate, self.minimum(run, payee)):
                    run.takings[(*payee, entity)] = taking

    def submit(self, run):
        self.draft(run)
        for taking in run.takings.values():
            for credit in taking.credits:
                credit.frozen = True
            for debt in taking.debts:
                debt.frozen = True
        run.state = "REVIEW"

    def release(self, *arguments):
        """A credit that was held (Counter's), or a run's takings."""
        if isinstance(arguments[0], Run):
            return self.release_run(arguments[0])
        return super().release(*arguments)

    def release_run(self, run):
        """Everything is as if it had not been frozen: debts of those credits are paid by them
        first."""
        for taking in run.takings.values():
            account = taking.account
            for credit in taking.credits:
                credit.frozen = False
            for debt in taking.debts:
                debt.frozen = False
            for debt in account.debts:
                if debt.open and debt.settled and debt.credit in taking.credits:
                    amount = min(debt.open, debt.credit.remaining)
                    debt.settled = False
                    debt.netted += amount
                    self.take_back(debt.credit, amount)
            self.go_on(account)

    def go_on(self, account):
        """What time did while it was frozen is done; then what is free pays what is owed, and the
        rest of a policy without debts is forgiven."""
        account.looked = -1
        self.up_to(account, self.today)
        for unit in UNITS:
            for credit in account.free(unit):
                self.net(account, credit)
        account.live = [c for c in account.live if c.remaining]
        for debt in account.debts:
            within = debt.credit.rule.get("return_policy") == "WITHIN_BALANCE"
            if within and debt.open and not debt.waits:
                debt.written_off += debt.open

    def reject(self, run):
        self.release_run(run)
        run.draft += 1
        run.state = "DRAFT"
        self.draft(run)

    def cancel_run(self, run):
        if run.state != "DRAFT":
            self.release_run(run)
        run.state = "CANCELLED"

    def close(self, run):
        for taking in run.takings.values():
            self.close_payee(taking)
        run.state = "CLOSED"

    def close_payee(self, taking):
        account, line = taking.account, taking.line
        for debt in taking.debts:
            debt.carried += debt.open
            debt.frozen = False
        kept = line["points_kept"]
        for credit in sorted(taking.credits, key=lambda c: -c.since):
            keeps = min(kept, credit.remaining) if credit.unit == POINTS else 0
            kept -= keeps
            credit.settled += credit.remaining - keeps
            credit.remaining, credit.frozen = keeps, False
        assert kept == 0
        for unit in UNITS:
            taking.book.clawed[unit] -= taking.clawed[unit]
        taking.book.carry += line["carry_out_minor"] - line["carry_in_minor"]
        account.live = [c for c in account.live if c.remaining]
        self.go_on(account)
        if line["net_minor"] == 0:
            taking.payment = "PAID"

    def held_back(self, run):
        """Held credits that somebody has to decide on before the close."""
        found = []
        for payee in self.payees(run):
            account = self.account(*payee)
            found += [c for c in account.live if c.held and c.day < run.end
                      and run.entity in ("", c.entity) and (payee[0] == GUIDE or c.unit == CASH)]
        return found

    def payment(self, run, payee, result):
        taking = run.takings[payee]
        taking.payment = result
        if result != "PAID":
            taking.book.carry += taking.line["net_minor"]
        if all(t.payment for t in run.takings.values()):
            run.state = "PAID"

    def expire(self, credit):
        assert not credit.frozen
        super().expire(credit)
