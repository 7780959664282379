"""One member's points spent by 64 tills at once: never over, each redemption once, and what is left
is what was not spent. BECKON_LONG=1 plays a thousand rounds a till."""

import os
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reflect import Refused  # noqa: E402
from service import Service  # noqa: E402
from world import API  # noqa: E402

TILLS = 64
ROUNDS = 1000 if os.environ.get("BECKON_LONG") else 12
LOTS = 40            # the balance lies in so many credits
AMOUNTS = (3, 7, 11, 2)
BALANCE = 23 * TILLS * ROUNDS // 4 * 2 // 3  # two thirds of what all tills ask for
RULE = {"rule_id": "points", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
        "unit": "UNIT_POINTS", "rate_bp": 10000}


def merchant(admin):
    """A shop, a program where a fen gives a point and a point is worth a fen, a member who owns
    BALANCE."""
    admin.call(API + "ShopService/CreateShop", {"shop": {"shop_id": "S1", "name": "S1"}})
    admin.call(API + "ProgramService/PublishProgram", {
        "program": {"from_date": "2020-01-01", "rules": [RULE],
                    "redemption": {"points": 1, "minor": 1}}, "request_id": "p"})
    member = admin.call(API + "MemberService/RegisterMember", {
        "phone": "13800000001", "consent_policy_version": "1"})["member_number"]
    rest = BALANCE
    for i in range(LOTS):
        part = rest if i == LOTS - 1 else BALANCE // LOTS
        rest -= part
        admin.call(API + "PurchaseService/RecordPurchase", {
            "shop_id": "S1", "receipt_number": "L%d" % i, "member_number": member,
            "amount_minor": part})
    return member


class Till(threading.Thread):
    """One till: its own connection; what it was given, and how often it was refused."""

    def __init__(self, service, number, member):
        super().__init__()
        self.client = service.client("admin")
        self.number, self.member = number, member
        self.spent = self.redeemed = self.refused = 0
        self.error = None

    def run(self):
        try:
            for i in range(ROUNDS):
                self.spend(i)
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def spend(self, i):
        request = {"member_number": self.member, "unit": "UNIT_POINTS", "shop_id": "S1",
                   "amount": AMOUNTS[(self.number + i) % 4],
                   "receipt_number": "T%d" % self.number,
                   "request_id": "T%d-%d" % (self.number, i)}
        while True:
            try:
                reply = self.client.call(API + "RedemptionService/Redeem", request)
                break
            except Refused as refused:
                if refused.reason == "INSUFFICIENT_BALANCE":
                    self.refused += 1
                    return
                if refused.reason != "BUSY":
                    raise
                time.sleep(refused.retry_ms / 1000)
        if i % 7 == 0:  # a till that didn't hear asks again
            again = self.client.call(API + "RedemptionService/Redeem", request)
            assert again == reply, (again, reply)
        lots = sum(lot["amount"] for lot in reply["redemption"]["lots"])
        assert lots == request["amount"], reply
        self.spent += request["amount"]
        self.redeemed += 1


class Spend(unittest.TestCase):
    def test_sixty_four_tills_never_spend_more_than_there_is(self):
        with Service() as service:
            admin = service.client("admin")
            member = merchant(admin)
            tills = [Till(service, i, member) for i in range(TILLS)]
            began = time.monotonic()
            for till in tills:
                till.start()
            for till in tills:
                till.join()
            seconds = time.monotonic() - began
            for till in tills:
                if till.error:
                    raise till.error
            spent = sum(till.spent for till in tills)
            redeemed = sum(till.redeemed for till in tills)
            refused = sum(till.refused for till in tills)
            print("%d tills, %d redemptions of %d points, %d refused, %.0f redemptions/s" % (
                TILLS, redeemed, spent, refused, redeemed / seconds))
            self.assertEqual(redeemed + refused, TILLS * ROUNDS)
            self.assertGreater(refused, 0)
            self.assertLessEqual(spent, BALANCE)
            account = {"kind": "PARTY_KIND_MEMBER", "number": member}
            balance = admin.call(API + "LedgerService/GetBalance", {"account": account})
            left = balance["account_balances"]["balances"][0]["available"]
            self.assertEqual(spent + left, BALANCE)
            self.assertLess(left, max(AMOUNTS))
            self.entries(admin, spent)
            report = service.verify()
            self.assertEqual((report["finding_count"], report["findings"]), (0, []))
            self.assertEqual(service.stop(), 0)

    def entries(self, admin, spent):
        """At no point of the ledger was the balance below 0."""
        request, redeemed = {"page_size": 500}, 0
        while True:
            page = admin.call(API + "LedgerService/ListEntries", request)
            for entry in page["entries"]:
                self.assertGreaterEqual(entry["balance_after"], 0)
                if entry["kind"] == "ENTRY_KIND_REDEEM":
                    redeemed += entry["amount"]
            if not page["next_page_token"]:
                break
            request["page_token"] = page["next_page_token"]
        self.assertEqual(redeemed, spent)


if __name__ == "__main__":
    unittest.main(verbosity=2)
