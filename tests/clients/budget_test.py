"""A campaign's budget hit by 64 clients at once: spent exactly, never above, at no point of the
ledger, and the last credit is cut to what was left. BECKON_LONG=1 plays fifty times as many."""

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
ROUNDS = 32 * (50 if os.environ.get("BECKON_LONG") else 1)
AMOUNTS = (1999, 12345, 777, 50001)  # 3.33 % of it: 66, 411, 25, 1665
BUDGET = 541 * CLIENTS * ROUNDS // 2 + 7  # the mean of these, for half of all purchases
RULE = {"rule_id": "campaign", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
        "unit": "UNIT_CASH", "rate_bp": 333, "budget": BUDGET}
OTHER = {"rule_id": "always", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
         "unit": "UNIT_POINTS", "rate_bp": 100}


def merchant(admin):
    """A shop, a program with the campaign, a member a client."""
    admin.call(API + "ShopService/CreateShop", {"shop": {"shop_id": "S1", "name": "S1"}})
    admin.call(API + "ProgramService/PublishProgram", {
        "program": {"from_date": "2020-01-01", "rules": [OTHER, RULE]}, "request_id": "p"})
    return [admin.call(API + "MemberService/RegisterMember", {
        "phone": "138%08d" % i, "consent_policy_version": "1"})["member_number"]
        for i in range(CLIENTS)]


class Till(threading.Thread):
    """One client: its own connection, its own receipts; what its calls were told they earned."""

    def __init__(self, service, number, member):
        super().__init__()
        self.client = service.client("admin")
        self.number, self.member = number, member
        self.told = []
        self.error = None

    def run(self):
        try:
            for i in range(ROUNDS):
                self.told.append(self.buy(i))
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def buy(self, i):
        request = {"shop_id": "S1", "receipt_number": "T%d-%d" % (self.number, i),
                   "member_number": self.member, "amount_minor": AMOUNTS[(self.number + i) % 4]}
        while True:
            try:
                reply = self.client.call(API + "PurchaseService/RecordPurchase", request)
                break
            except Refused as refused:  # as many at once as the service takes
                if refused.reason != "BUSY":
                    raise
                time.sleep(refused.retry_ms / 1000)
        credits = {credit["rule_id"]: credit for credit in reply["purchase"]["credits"]}
        return credits["campaign"]


def campaign_entries(admin):
    """Amounts of the campaign's credits, in the order of the ledger."""
    request, amounts = {"page_size": 500}, []
    while True:
        page = admin.call(API + "LedgerService/ListEntries", request)
        amounts += [entry["amount"] for entry in page["entries"] if entry["rule_id"] == "campaign"]
        if not page["next_page_token"]:
            return amounts
        request["page_token"] = page["next_page_token"]


class Budget(unittest.TestCase):
    def test_sixty_four_clients_spend_a_budget_exactly(self):
        with Service() as service:
            admin = service.client("admin")
            tills = [Till(service, i, member) for i, member in enumerate(merchant(admin))]
            began = time.monotonic()
            for till in tills:
                till.start()
            for till in tills:
                till.join()
            seconds = time.monotonic() - began
            self.assertEqual([till.error for till in tills if till.error], [])

            posted = campaign_entries(admin)
            spent = 0
            for amount in posted:
                spent += amount
                self.assertLessEqual(spent, BUDGET)
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
