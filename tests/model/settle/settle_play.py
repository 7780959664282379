"""Settlement runs in a play of the life model: one after the other is drafted, frozen, disputed
about, rejected, cancelled, approved, closed and paid, while the counter goes on."""

import dates
from counter_play import CounterPlay
from credits import GUIDE, MEMBER
from pipe import ADMIN
from play import Mismatch
from runs import COLUMNS, Settling

TYPES = {"YEAR_END": 1, "PERIOD": 2, "LEAVER": 3, "ADJUSTMENT": 4}
RATES = (1, 10), (10, 100), (7, 3), (3, 1000), (1000, 1), (1, 1)
MINIMA = 0, 0, 0, 100, 5000, 10 ** 6
PAYMENTS = {"PAID": 1, "FAILED": 2, "RETURNED": 3}
RUNS = "SettlementService/"
EMPLOYERS = {"S1": "Nord", "S2": "Nord", "S3": "West"}


class SettlePlay(CounterPlay):
    EMPLOYERS = EMPLOYERS

    def __init__(self, api, seed, program=None, arguments=(), merchant=Settling):
        super().__init__(api, seed, program, arguments, merchant)

    def call(self, method, message, reason="", check=None, caller=ADMIN):
        """What is due at once is posted at once, as the ticker does before anything else: the
        order in which credits were posted as free says which keep what makes no whole lot."""
        super().call(method, message, reason, check, caller)
        if self.merchant.due_now:
            self.merchant.due_now = False
            self.flush()
            self.pipe.work_off(self.merchant.now)
        return message

    # ---- runs ------------------------------------------------------------------------------------

    def settle(self):
        """The next step of the run that is open, or a new one."""
        self.flush()
        self.pipe.work_off(self.merchant.now)
        run = self.merchant.runs[-1] if self.merchant.runs else None
        if run is None or run.state in ("PAID", "CANCELLED") or \
                run.state == "CLOSED" and self.chance(0.3):
            return self.begin_run()
        steps = {"DRAFT": ((self.submit, 6), (self.cancel_run, 1)),
                 "REVIEW": ((self.approve, 6), (self.reject, 2), (self.cancel_run, 1)),
                 "APPROVED": ((self.close_run, 8), (self.reject, 1)),
                 "CLOSED": ((self.pay, 1),)}[run.state]
        kinds, weights = zip(*steps)
        return self.random.choices(kinds, weights)[0](run)

    def begin_run(self):
        merchant = self.merchant
        kind = self.pick("YEAR_END", "PERIOD", "PERIOD", "PERIOD", "LEAVER", "ADJUSTMENT")
        end = merchant.today - self.pick(0, 0, 1, 5, 30, 200)
        fields = {"end": end, "entity": self.pick("", "", *EMPLOYERS.values()),
                  "rate": self.pick(*RATES), "minimum": self.pick(*MINIMA), "guide": 0,
                  "corrects": None}
        closed = [r for r in merchant.runs if r.state in ("CLOSED", "PAID")]
        if kind == "LEAVER":
            fields["guide"] = self.random.choice(list(merchant.guides))
        elif kind == "ADJUSTMENT":
            if not closed:
                return
            fields["corrects"] = self.random.choice(closed)
            fields["end"] = end = max(end, fields["corrects"].end)
            fields["entity"] = fields["corrects"].entity
        request = self.message(
            "CreateSettlementRun", request_id=self.request_id(), type=TYPES[kind],
            period_end=dates.text(end), guide_number=fields["guide"],
            corrects_run_number=fields["corrects"].number if fields["corrects"] else 0,
            rate_points=fields["rate"][0], rate_minor=fields["rate"][1],
            minimum_payout_minor=fields["minimum"], pay_entity=fields["entity"])
        if kind in ("YEAR_END", "PERIOD"):
            request.period_start = dates.text(end - self.pick(30, 365))
        run = merchant.create_run(kind=kind, **fields)
        reply = self.now_call(RUNS + "CreateSettlementRun", request)
        if reply.run_number != run.number:
            raise Mismatch("run %d instead of %d" % (reply.run_number, run.number))
        self.work(run)

    def work(self, run):
        """All the service has to do for runs; then it must stand where the oracle has it."""
        self.pipe.settle(self.merchant.now)
        self.pipe.work_off(self.merchant.now)  # debts that waited are paid before more is earned
        found = self.now_call(RUNS + "GetSettlementRun", self.message(
            "GetSettlementRun", run_number=run.number)).run
        kind = found.DESCRIPTOR.fields_by_name["state"].enum_type
        state = kind.values_by_number[found.state].name.removeprefix("SETTLEMENT_STATE_")
        if (state, found.work, found.draft_no) != (run.state, 0, run.draft):
            raise Mismatch("after step %d: run %d is %s, work %d, draft %d instead of %s, %d" % (
                self.steps, run.number, state, found.work, found.draft_no, run.state, run.draft))
        self.compare_lines(run, found)
        return found

    def compare_lines(self, run, found):
        """Every column of every line, and the control totals."""
        got = {}
        for kind in (GUIDE, MEMBER):
            request = self.message("ListSettlementLines", run_number=run.number, payees=kind)
            for line in self.pages(RUNS + "ListSettlementLines", request, "lines"):
                got[line.payee.kind, line.payee.number, line.pay_entity] = \
                    {column: getattr(line, column) for column in COLUMNS}
        meant = {payee: taking.line for payee, taking in run.takings.items()}
        for payee in sorted(set(got) | set(meant)):
            if got.get(payee) != meant.get(payee):
                self.compare_credits(self.merchant.account(*payee[:2]))  # says more, if they differ
                self.compare_debts(self.merchant.account(*payee[:2]))
                raise Mismatch("after step %d: run %d (%s, draft %d), line of %r: %s" % (
                    self.steps, run.number, run.state, run.draft, payee,
                    differ(got.get(payee), meant.get(payee))))
        for name in ("gross_minor", "clawback_minor", "carry_in_minor", "carry_out_minor",
                     "net_minor", "points_converted", "credits"):
            said = getattr(found.totals, name)
            if said != sum(line[name] for line in meant.values()):
                raise Mismatch("run %d: %s in all is %d" % (run.number, name, said))

    def submit(self, run):
        self.merchant.submit(run)
        self.now_call(RUNS + "SubmitSettlementRun", self.message(
            "SubmitSettlementRun", run_number=run.number, draft_no=run.draft))
        self.work(run)

    def hash_of(self, run):
        return self.now_call(RUNS + "GetSettlementRun", self.message(
            "GetSettlementRun", run_number=run.number)).run.hash

    def approve(self, run):
        run.state = "APPROVED"
        self.now_call(RUNS + "ApproveSettlementRun", self.message(
            "ApproveSettlementRun", run_number=run.number, hash=self.hash_of(run)), self.second)

    def reject(self, run):
        request = self.message("RejectSettlementRun", run_number=run.number, draft_no=run.draft,
                               reason="look again")
        self.merchant.reject(run)
        self.now_call(RUNS + "RejectSettlementRun", request)
        self.work(run)

    def cancel_run(self, run):
        self.merchant.cancel_run(run)
        self.now_call(RUNS + "CancelSettlementRun", self.message(
            "CancelSettlementRun", run_number=run.number, reason="not needed"))
        self.pipe.settle(self.merchant.now)
        self.pipe.work_off(self.merchant.now)

    def what_it_did(self):
        return ", ".join("%d %s %s" % (r.number, r.kind, r.state) for r in self.merchant.runs[-4:])

    def close_run(self, run):
        """What is held is decided first; then nothing may be in the way."""
        for credit in self.merchant.held_back(run):
            self.let_go(credit)
        self.flush()
        for credit in self.merchant.held_back(run):
            raise Mismatch("credit %d is still held" % credit.number)
        super().prove()            # it says what a missing certificate would not
        request = self.message("CloseSettlementRun", run_number=run.number, hash=self.hash_of(run),
                               verify_certificate=self.pipe.certificate(self.merchant.now))
        self.merchant.close(run)
        self.now_call(RUNS + "CloseSettlementRun", request, self.second)
        if all(t.payment for t in run.takings.values()):
            run.state = "PAID"
        self.work(run)

    def let_go(self, credit):
        review = self.merchant.reviews[credit.review - 1] if credit.review else None
        if review and review.state == "OPEN":
            self.merchant.decide_review(review, True)
            self.call("ReviewService/DecideReview", self.message(
                "DecideReview", review_number=review.number, reason="looked into", decision=1))
        if credit.held:
            self.call("CreditService/ReleaseCredit", self.message(
                "ReleaseCredit", credit_number=credit.number, reason="was fine",
                request_id=self.request_id()), self.merchant.release(credit, True))

    def pay(self, run):
        """Some of the results that are still missing."""
        open_lines = [payee for payee, t in run.takings.items() if not t.payment]
        rows = self.random.sample(open_lines, min(len(open_lines), self.pick(1, 5, 100)))
        request = self.message("RecordPaymentResults", run_number=run.number)
        for payee in rows:
            result = self.pick("PAID", "PAID", "PAID", "FAILED", "RETURNED")
            kind, number, employer = payee
            row = request.results.add(amount_minor=run.takings[payee].line["net_minor"],
                                      result=PAYMENTS[result], reference="bank")
            if kind == GUIDE:
                row.pay_entity, row.employee_no = employer, "E%d" % number
            else:
                row.member_number = number
            self.merchant.payment(run, payee, result)
        self.now_call("PayoutService/RecordPaymentResults", request)
        if self.chance(0.3):
            self.now_call("PayoutService/RecordPaymentResults", request)
        self.work(run)

    # ---- the whole -------------------------------------------------------------------------------

    COMMANDS = (*CounterPlay.COMMANDS, (settle, 6))


def differ(got, meant):
    if got is None or meant is None:
        return "%r instead of %r" % (got, meant)
    return ", ".join("%s %d instead of %d" % (c, got[c], meant[c]) for c in COLUMNS
                     if got[c] != meant[c])
