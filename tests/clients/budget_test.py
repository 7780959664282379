"""A campaign's budget hit by 64 clients at once: spent exactly, never above, at no point of the
ledger, and the last credit is cut to what was left; also while others give purchases back and so
make room. BECKON_LONG=1 plays sixteen times as many."""

import os
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reflect import Refused  # noqa: E402
from service import Service  # noqa: E402
from world import API  # noqa: E402

CLIENTS = 64
ROUNDS = 32 * (16 if os.environ.get("BECKON_LONG") else 1)
AMOUNTS = (1999, 12345, 777, 50001)  # 3.33 % of it: 66, 411, 25, 1665
BUDGET = 541 * CLIENTS * ROUNDS // 2 + 7  # the mean of these, for half of all purchases
RULE = {"rule_id": "campaign", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
        "unit": "UNIT_CASH", "rate_bp": 333}
OTHER = {"rule_id": "always", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
         "unit": "UNIT_POINTS", "rate_bp": 100}


def merchant(admin, budget):
    """A shop, a program with the campaign, a member a client."""
    admin.call(API + "ShopService/CreateShop", {"shop": {"shop_id": "S1", "name": "S1"}})
    admin.call(API + "ProgramService/PublishProgram", {
        "program": {"from_date": "2020-01-01", "rules": [OTHER, dict(RULE, budget=budget)]},
        "request_id": "p"})
    return [admin.call(API + "MemberService/RegisterMember", {
        "phone": "138%08d" % i, "consent_policy_version": "1"})["member_number"]
        for i in range(CLIENTS)]


class Till(threading.Thread):
    """One client: its own connection, its own receipts; what its calls were told they earned."""

    def __init__(self, service, number, member, gives_back=False):
        super().__init__()
        self.client = service.client("admin")
        self.number, self.member = number, member
        self.gives_back = gives_back  # every second purchase, at once
        self.told = []
        self.error = None

    def run(self):
        try:
            for i in range(ROUNDS):
                self.told.append(self.buy(i))
                if self.gives_back and i % 2:
                    self.give_back(i)
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def buy(self, i):
        reply = self.call("PurchaseService/RecordPurchase", {
            "shop_id": "S1", "receipt_number": "T%d-%d" % (self.number, i),
            "member_number": self.member, "amount_minor": self.amount(i)})
        credits = {credit["rule_id"]: credit for credit in reply["purchase"]["credits"]}
        return credits["campaign"]

    def give_back(self, i):
        self.call("RefundService/RecordRefund", {
            "shop_id": "S1", "refund_number": "F%d-%d" % (self.number, i),
            "receipt_number": "T%d-%d" % (self.number, i), "amount_minor": self.amount(i)})

    def amount(self, i):
        return AMOUNTS[(self.number + i) % 4]

    def call(self, method, request):
        while True:
            try:
                return self.client.call(API + method, request)
            except Refused as refused:  # as many at once as the service takes
                if refused.reason != "BUSY":
                    raise
                time.sleep(refused.retry_ms / 1000)


def campaign_entries(admin):
    """What was given by the campaign, and below 0 what was taken back, in the ledger's order."""
    signs = {"ENTRY_KIND_ACCRUE": 1, "ENTRY_KIND_REVERSE": -1}
    request, amounts = {"page_size": 500}, []
    while True:
        page = admin.call(API + "LedgerService/ListEntries", request)
        amounts += [signs[entry["kind"]] * entry["amount"] for entry in page["entries"]
                    if entry["rule_id"] == "campaign"]
        if not page["next_page_token"]:
            return amounts
        request["page_token"] = page["next_page_token"]


class Budget(unittest.TestCase):
    def play(self, tills):
        """All of them at once; the seconds it took."""
        began = time.monotonic()
        for till in tills:
            till.start()
        for till in tills:
            till.join()
        self.assertEqual([till.error for till in tills if till.error], [])
        return time.monotonic() - began

    def spent(self, admin, budget):
        """What the campaign's credits hold: never more than the budget, after no entry."""
        posted, spent = campaign_entries(admin), 0
        for amount in posted:
            spent += amount
            self.assertLessEqual(spent, budget)
        return posted, spent

    def test_room_that_others_give_back_is_spent_again_and_never_twice(self):
        with Service() as service:
            admin = service.client("admin")
            budget = BUDGET // 2  # so that most of the time nothing is left but what comes back
            tills = [Till(service, i, member, gives_back=True)
                     for i, member in enumerate(merchant(admin, budget))]
            seconds = self.play(tills)
            posted, spent = self.spent(admin, budget)
            back = -sum(amount for amount in posted if amount < 0)
            self.assertGreater(back, 0)
            self.assertGreater(spent + back, budget)  # some of it was given twice
            for i in range(ROUNDS, 10 ** 6):  # whoever is left takes the rest
                credit = tills[0].buy(i)
                if credit["reason"] == "CREDIT_REASON_CAPPED":
                    break
            self.assertEqual(self.spent(admin, budget)[1], budget)
            report = service.verify()
            self.assertEqual((report["finding_count"], report["findings"]), (0, []))
            print("%d clients, %d purchases, every second given back, in %.1f s: budget %d, %d "
                  "given, %d taken back, then spent exactly" % (
                      CLIENTS, CLIENTS * ROUNDS, seconds, budget, spent + back, back))
            self.assertEqual(service.stop(), 0)

    def test_sixty_four_clients_spend_a_budget_exactly(self):
        with Service() as service:
            admin = service.client("admin")
            tills = [Till(service, i, member) for i, member in enumerate(merchant(admin, BUDGET))]
            seconds = self.play(tills)
            posted, spent = self.spent(admin, BUDGET)
            self.assertEqual(spent, BUDGET)
            told = [credit for till in tills for credit in till.told]
            self.assertEqual(len(told), CLIENTS * ROUNDS)
            self.assertEqual(sorted(c["amount"] for c in told if c["amount"]), sorted(posted))
            reasons = [credit["reason"] for credit in told]
            cut = [c for c in told if c["reason"] == "CREDIT_REASON_CAPPED" and c["amount"]]
            self.assertLessEqual(len(cut), 1)  # none when the last one fitted to the fen
            self.assertEqual(set(reasons), {"CREDIT_REASON_GRANTED", "CREDIT_REASON_CAPPED"})
            self.assertEqual(reasons.count("CREDIT_REASON_GRANTED"), len(posted) - len(cut))
            report = service.verify()
            self.assertEqual((report["finding_count"], report["findings"]), (0, []))
            print("%d clients, %d purchases in %.1f s (%.0f/s): budget %d, spent %d in %d credits, "
                  "the last cut to %s" % (CLIENTS, len(told), seconds, len(told) / seconds, BUDGET,
                                          spent, len(posted), [c["amount"] for c in cut]))
            self.assertEqual(service.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
