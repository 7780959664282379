"""The service's own ticker: what is due happens without a call, and the clock can be accepted."""

import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from service import BECKON, Service  # noqa: E402
from world import API  # noqa: E402

MEMBERS = 150  # more than two portions of the ticker
WAIT_SECONDS = 20
RULE = {"rule_id": "points", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
        "unit": "UNIT_POINTS", "rate_bp": 100, "expiry": "EXPIRY_DAYS", "expiry_count": 5}


def rfc(days_ago):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days_ago * 86400))


class Due(unittest.TestCase):
    def expired(self, admin):
        """Amounts of the EXPIRE entries so far."""
        request, amounts = {"page_size": 500}, []
        while True:
            page = admin.call(API + "LedgerService/ListEntries", request)
            amounts += [entry["amount"] for entry in page["entries"]
                        if entry["kind"] == "ENTRY_KIND_EXPIRE"]
            if not page["next_page_token"]:
                return amounts
            request["page_token"] = page["next_page_token"]

    def test_what_expired_long_ago_is_posted_within_seconds_of_its_import(self):
        with Service() as service:
            admin = service.client("admin")
            admin.call(API + "ShopService/CreateShop", {"shop": {"shop_id": "S1", "name": "S1"}})
            admin.call(API + "ProgramService/PublishProgram", {
                "program": {"from_date": "2020-01-01", "rules": [RULE]}, "request_id": "p"})
            for i in range(MEMBERS):
                member = admin.call(API + "MemberService/RegisterMember", {
                    "phone": "138%08d" % i, "consent_policy_version": "1",
                    "occurred_at": rfc(40)})["member_number"]
                for days_ago in (30, 1):
                    admin.call(API + "PurchaseService/RecordPurchase", {
                        "shop_id": "S1", "receipt_number": "R%d-%d" % (i, days_ago),
                        "member_number": member, "amount_minor": 10000,
                        "occurred_at": rfc(days_ago)})
            began = time.monotonic()
            while len(self.expired(admin)) < MEMBERS:
                self.assertLess(time.monotonic() - began, WAIT_SECONDS)
                time.sleep(0.1)
            self.assertEqual(self.expired(admin), [100] * MEMBERS)
            balance = admin.call(API + "LedgerService/GetBalance", {
                "account": {"kind": "PARTY_KIND_MEMBER", "number": 1}})
            self.assertEqual(balance["account_balances"]["balances"][0]["available"], 100)
            self.assertEqual(service.verify()["finding_count"], 0)

    def test_an_operator_accepts_the_clock(self):
        with Service() as service:
            done = subprocess.run(
                [BECKON, "clock", "accept", "--address", service.address, "--json"],
                env=dict(os.environ, BECKON_TOKEN=service.token("operator")),
                capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("accepted_at", done.stdout)
            service.stop()
            service.start()
            self.assertNotIn("waits until the clock", service.log())


if __name__ == "__main__":
    unittest.main()
