"""kill -9 at random times while settlement runs are drafted, frozen, released, closed, swept, and
while their payments are imported: every run comes to its end, is exported the same for ever, nobody
is paid twice, and verify is clean.

A year (with BECKON_LONG=1 more) of monthly runs, each with purchases and refunds of its month. What
must come out is added up from the events alone: over all runs, what a payee was paid plus what he
still owes or is owed is what he earned less what refunds took.

40 kills at most, 30 at least; with BECKON_LONG=1 (tests/run --long) 200 and 150. BECKON_SEED makes
the same draws again."""

import csv
import hashlib
import os
import random
import subprocess
import sys
import threading
import time
import unittest
from collections import defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
from service import BECKON, Service  # noqa: E402
from settling import API, Office  # noqa: E402

KILLS = 200 if os.environ.get("BECKON_LONG") else 40
SEED = int(os.environ.get("BECKON_SEED", time.time_ns() % 1000000))
YEAR, MONTHS, GUIDES, MEMBERS, PURCHASES = 2020, 40 if KILLS > 40 else 12, 120, 80, 150
EMPLOYERS = ("Nord", "Süd", "West")
RATE_POINTS, RATE_MINOR = 1, 7
RULES = [
    {"rule_id": "sold", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_SELLING_GUIDE",
     "unit": "UNIT_POINTS", "rate_bp": 100, "rounding": "ROUNDING_FLOOR"},
    {"rule_id": "cash", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_SELLING_GUIDE",
     "unit": "UNIT_CASH", "rate_bp": 30, "rounding": "ROUNDING_FLOOR"},
    {"rule_id": "friend", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_REFERRER",
     "referrer": "REFERRER_CONDITION_MEMBER", "unit": "UNIT_CASH", "rate_bp": 200,
     "rounding": "ROUNDING_FLOOR"},
]
WORTH = {"sold": ("guide", 100, RATE_MINOR), "cash": ("guide", 30, 1), "friend": ("member", 200, 1)}


def day_of(month, day):
    """Of a month counted from the first year's January."""
    return "%d-%02d-%02d" % (YEAR + (month - 1) // 12, (month - 1) % 12 + 1, day)


def phone(n):
    return "+86138%08d" % n


class Shop:
    """The merchant and its events, and what they are worth to whom."""

    def __init__(self, client, draw):
        self.client, self.draw = client, draw
        self.earned = defaultdict(int)  # payee -> minor units, refunds taken off
        client.call(API + "ProgramService/PublishProgram", {
            "program": {"from_date": "%d-01-01" % YEAR, "rules": RULES}, "request_id": "crash"})
        for i, employer in enumerate(EMPLOYERS):
            client.call(API + "ShopService/CreateShop", {"shop": {
                "shop_id": "S%d" % i, "pay_entity": employer}})
        for g in range(1, GUIDES + 1):
            client.call(API + "GuideService/CreateGuide", {"guide": {
                "employee_no": "%04d" % g, "name": "Guide %d" % g, "employments": [
                    {"shop_id": "S%d" % (g % 3), "from_date": "%d-01-01" % YEAR}]}})
        self.all_ok("MemberService/RegisterMembers", "registrations", [
            {"phone": phone(n), "consent_policy_version": "1",
             "occurred_at": "%d-01-01T01:00:00Z" % YEAR,
             "recommender": phone(n // 2) if n > 1 else ""} for n in range(1, MEMBERS + 1)])
        self.last = []

    def all_ok(self, method, field, rows):
        reply = self.client.call(API + method, {field: rows})
        assert all(row["status_code"] == 0 for row in reply["results"]), reply["results"][:3]

    def month(self, m):
        """Purchases of a month, and refunds of some of the month before and of its own."""
        bought = [(m * 1000 + i, self.draw.randrange(1, MEMBERS + 1), self.draw.randrange(1, 60000),
                   self.draw.randrange(1, GUIDES + 1)) for i in range(PURCHASES)]
        self.all_ok("PurchaseService/RecordPurchases", "purchases", [
            {"shop_id": "S0", "receipt_number": "L%d" % n, "member_number": c, "amount_minor": cents,
             "occurred_at": day_of(m, n % 20 + 1) + "T04:00:00Z",
             "sellers": [{"guide_number": g}]} for n, c, cents, g in bought])
        returned = [(*p, self.draw.randint(1, p[2])) for p in self.last[:PURCHASES // 4]
                    + bought[:PURCHASES // 10]]
        self.all_ok("RefundService/RecordRefunds", "refunds", [
            {"shop_id": "S0", "refund_number": "R%d" % n, "receipt_number": "L%d" % n,
             "amount_minor": back, "occurred_at": day_of(m, 27) + "T04:00:00Z"}
            for n, _, _, _, back in returned])
        for sign, n, c, cents, g, back in [(1, *p, p[2]) for p in bought] + \
                [(-1, *p) for p in returned]:
            self.count(sign, c, cents, g, back)
        self.last = bought[PURCHASES // 10:]

    def count(self, sign, member, cents, guide, back):
        for kind, rate, minor in WORTH.values():
            payee = ("guide", guide) if kind == "guide" else ("member", member // 2)
            if payee[1]:
                self.earned[payee] += sign * (cents * rate // 10000 * back // cents) * minor


class Push(threading.Thread):
    """Brings a run on until its payments are in, or until the service is killed."""

    def __init__(self, crash, run):
        super().__init__(daemon=True)
        self.crash, self.office, self.number = crash, crash.office, run
        self.done, self.error = False, None

    def run(self):
        try:
            while not self.step():
                pass
            self.done = True
        except Exception as error:  # the kill; anything else shows when it is all tried again
            self.error = error

    def step(self):
        office, run = self.office, self.number
        found = office.wait(run)
        state = found["state"].removeprefix("SETTLEMENT_STATE_")
        if state == "DRAFT":
            office.submit(run)
        elif state == "REVIEW" and found["draft_no"] <= self.crash.rejections:
            office.reject(run)
        elif state == "REVIEW":
            office.approve(run)
        elif state == "APPROVED":
            office.close(run)
        elif state == "CLOSED":
            self.crash.pay(run)
        return state == "PAID" and office.wait_swept(run)


class Crash:
    def __init__(self, test, service, draw):
        self.test, self.service, self.draw = test, service, draw
        self.office = Office(service)
        self.shop = Shop(service.client("admin"), draw)
        self.kills, self.rejections = 0, 0
        self.exports = {}  # run -> hashes of its files
        self.came_back = defaultdict(int)
        self.seconds = 0.5

    def beckon(self, *arguments):
        environment = dict(os.environ, BECKON_ADDRESS=self.service.address,
                           BECKON_TOKEN_FILE=os.path.join(self.service.data, "admin.token"))
        return subprocess.run([BECKON, *arguments], env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)

    def result_of(self, line):
        """Some payments fail, the same ones however often they are imported."""
        payee = line["payee"]
        return "FAILED" if (payee["number"] + line["run_number"]) % 11 == 0 else "PAID"

    def pay(self, run):
        path = os.path.join(self.service.folder, "paid-%d.csv" % run)
        if not os.path.exists(path):
            with open(path + ".new", "w", newline="", encoding="utf-8") as file:
                out = csv.writer(file)
                out.writerow(["pay_entity", "employee_no", "member_number", "amount_minor", "result",
                              "reference"])
                for line in self.office.lines(run):
                    if line["net_minor"] > 0:
                        member = line["payee"]["kind"] == "PARTY_KIND_MEMBER"
                        out.writerow([line["pay_entity"], line["employee_no"],
                                      line["payee"]["number"] if member else "",
                                      line["net_minor"], self.result_of(line), "bank"])
            os.rename(path + ".new", path)
        done = self.beckon("settlement", "pay", str(run), path)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode())

    def restart(self):
        self.service.start()
        self.office.connect()
        self.shop.client = self.service.client("admin")

    def settle(self, run, kills):
        """Kills it so often on its way, at most; and brings it to its end."""
        began = time.monotonic()
        for _ in range(kills):
            push = Push(self, run)
            push.start()
            push.join(self.draw.uniform(0, self.seconds / 2))
            if push.done:
                break
            self.service.kill()
            push.join(60)
            self.test.assertFalse(push.is_alive())
            self.restart()
            self.kills += 1
        began = time.monotonic() if kills == 0 else began
        push = Push(self, run)
        push.start()
        push.join(120)
        self.test.assertTrue(push.done, "run %d: %r" % (run, push.error))
        if kills == 0:
            self.seconds = time.monotonic() - began

    def export(self, run):
        """SHA-256 of both of its files."""
        out = []
        for payees in ("guides", "members"):
            done = self.beckon("settlement", "export", str(run), "--format", "csv", "--payees", payees)
            self.test.assertEqual(done.returncode, 0, done.stderr)
            out.append(hashlib.sha256(done.stdout).hexdigest())
        return out

    def check_run(self, run):
        """Its lines add up, each payee has one, and every payment is counted once."""
        lines = list(self.office.lines(run))
        payees = [(line["payee"]["kind"], line["payee"]["number"], line["pay_entity"])
                  for line in lines]
        self.test.assertEqual(len(payees), len(set(payees)))
        for line in lines:
            self.test.assertEqual(line["net_minor"], line["gross_minor"] - line["clawback_minor"]
                                  + line["carry_in_minor"] - line["carry_out_minor"], line)
            wanted = self.result_of(line) if line["net_minor"] > 0 else "PAID"
            self.test.assertEqual(line["payment"], "SETTLEMENT_PAYMENT_" + wanted, line)
        found = self.office.get(run)
        for column in ("gross_minor", "clawback_minor", "carry_in_minor", "carry_out_minor",
                       "net_minor"):
            self.test.assertEqual(found["totals"][column], sum(line[column] for line in lines))
        self.test.assertEqual(found["lines_paid"] + found["lines_failed"], len(lines))
        return lines

    def check_money(self, runs):
        """What everybody was paid, and what is carried on, against the events."""
        paid, carry = defaultdict(int), {}
        for run in runs:
            for line in self.check_run(run):
                payee = (line["payee"]["kind"].removeprefix("PARTY_KIND_").lower(),
                         line["payee"]["number"])
                wanted = carry.get(payee, 0)
                self.test.assertEqual(line["carry_in_minor"], wanted, (run, line))
                carry[payee] = line["carry_out_minor"]
                if self.result_of(line) == "PAID":
                    paid[payee] += line["net_minor"]
                elif line["net_minor"] > 0:
                    carry[payee] += line["net_minor"]  # comes back once
        for payee in set(paid) | set(carry) | set(self.shop.earned):
            self.test.assertEqual(paid[payee] + carry.get(payee, 0), self.shop.earned[payee], payee)


class SettleCrashTest(unittest.TestCase):
    def test_kill_9_pays_nobody_twice(self):
        with Service() as service:
            crash = Crash(self, service, random.Random(SEED))
            runs = []
            for month in range(1, MONTHS + 1):
                crash.shop.month(month)
                crash.rejections = month % 3 - 1
                left, months_left = KILLS - crash.kills, MONTHS + 1 - month
                run = crash.office.create("run-%d" % month, type="SETTLEMENT_TYPE_PERIOD",
                                          period_start=day_of(month, 1),
                                          period_end=day_of(month + 1, 1), rate_points=RATE_POINTS,
                                          rate_minor=RATE_MINOR)
                crash.settle(run, 0 if month == 1 else 2 * -(-left // months_left))
                runs.append(run)
                self.assertEqual(service.verify()["finding_count"], 0, "run %d" % run)
                crash.exports[run] = crash.export(run)
                for earlier in runs:
                    self.assertEqual(crash.export(earlier), crash.exports[earlier])
            crash.check_money(runs)
            print("%d kills, %d runs, %d files exported the same" % (
                crash.kills, len(runs), 2 * len(runs)))
            self.assertGreaterEqual(crash.kills, KILLS * 3 // 4)


if __name__ == "__main__":
    print("BECKON_SEED=%d" % SEED, flush=True)
    unittest.main()
