"""A store that version 0.1.0 wrote is opened by this one: verify is clean, everything that was noted of
it then is there unchanged, and work goes on in it, the run that waited included."""

import json
import lzma
import os
import shutil
import sys
import tarfile
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import landed  # noqa: E402
from landed import API, party  # noqa: E402
from service import BECKOND, Service  # noqa: E402
from settling import Office  # noqa: E402

STORE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "store_0_1_0.tar.xz")

OF_TODAY = ("age_days", "measure")  # a debt's age; what counts for a tier in the last months


def differences(old, new, where=""):
    """What `new` lacks of `old`, or has otherwise; fields that came since are no difference."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            if key in OF_TODAY:
                continue
            if key not in new:
                yield "%s.%s is gone" % (where, key)
            else:
                yield from differences(old[key], new[key], "%s.%s" % (where, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, (was, now) in enumerate(zip(old, new)):
            yield from differences(was, now, "%s[%d]" % (where, i))
    elif old != new:
        yield "%s was %.80r, is %.80r" % (where, old, new)


class Upgrade(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="beckon-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        with lzma.open(STORE) as packed, tarfile.open(fileobj=packed) as tar:
            tar.extractall(self.folder)
        with open(os.path.join(self.folder, "noted.json"), encoding="utf-8") as file:
            self.noted = json.load(file)
        self.service = Service(folder=self.folder)
        self.service.start()
        self.addCleanup(self.service.__exit__)
        self.admin = self.service.client("admin")

    def assert_unchanged(self):
        now = landed.noted(self.service, self.noted["tokens"])
        self.assertEqual(list(differences(self.noted["merchants"], now)), [])

    def call(self, method, request):
        return self.admin.call(API + method, request)

    def test_what_was_noted_is_there_and_still_after_a_restart(self):
        self.assert_unchanged()
        self.assertEqual(self.service.stop(), 0)
        self.service.start()
        self.assert_unchanged()

    def test_its_journal_is_taken_up_in_place_and_lives_through_a_kill(self):
        info = self.service.client("operator").call(API + "StoreService/GetStoreInfo", {})
        self.assertGreater(info["schema_version"], 1)  # 0.1.0 knows no journal, and would refuse it
        self.assertGreater(info["buffer_bytes"], 0)
        bought = []
        for n in range(20):
            bought.append({"shop_id": "S1", "receipt_number": "J%d" % n, "member_number": 1,
                           "amount_minor": 100 + n, "sellers": [{"guide_number": 1}]})
        answers = [self.call("PurchaseService/RecordPurchase", purchase) for purchase in bought]
        self.service.kill()
        self.service.start()
        self.assertEqual([self.service.client("admin").call(
            API + "PurchaseService/RecordPurchase", purchase) for purchase in bought], answers)
        self.assertEqual(self.service.verify()["finding_count"], 0)

    def test_work_goes_on(self):
        merchant = self.noted["merchants"][0]
        code = next(c["code"] for c in merchant["codes"] if c["owner"] == party("guide", 1))
        member = self.call("MemberService/RegisterMember", {
            "phone": "13512345678", "consent_policy_version": "3", "code": code,
            "birthday": "1991-02-03"})["member_number"]
        self.assertEqual(member, merchant["verify"]["accounts"] - len(merchant["guides"]) + 1)
        before = landed.noted(self.service, self.noted["tokens"][:1])[0]["verify"]["entries"]
        for buyer in (member, 1, 4, 12):
            self.call("PurchaseService/RecordPurchase", {
                "shop_id": "S1", "receipt_number": "NEW%d" % buyer, "member_number": buyer,
                "amount_minor": 20000, "sellers": [{"guide_number": 1}]})
        # A receipt and a request of then are answered as they were then.
        again = self.call("PurchaseService/RecordPurchase", {
            "shop_id": "S1", "receipt_number": "R1", "member_number": 1, "amount_minor": 10000,
            "occurred_at": "2024-05-01T08:00:00Z"})["purchase"]
        was = next(p for p in merchant["purchases"][0]
                   if (p["shop_id"], p["receipt_number"]) == ("S1", "R1"))
        self.assertEqual(list(differences(was, again)), [])
        self.call("RedemptionService/Redeem", {
            "member_number": member, "unit": "UNIT_POINTS", "amount": 100, "shop_id": "S1",
            "receipt_number": "T", "request_id": "new"})
        old = next(p for p in merchant["purchases"][6] if p["refunded_minor"] == 0)
        self.call("RefundService/RecordRefund", {
            "shop_id": "S1", "refund_number": "NEW", "purchase_shop_id": old["shop_id"],
            "receipt_number": old["receipt_number"], "amount_minor": 100})
        self.settle()
        report = self.service.verify()
        self.assertEqual((report["finding_count"], report["findings"]), (0, []))
        self.assertGreater(report["entries"], before)

    def settle(self):
        """The run that waited for its approval is approved and closed."""
        office = Office(self.service, "after")
        run = next(r["run"]["run_number"] for r in self.noted["merchants"][0]["runs"]
                   if r["run"]["state"] == "SETTLEMENT_STATE_REVIEW")
        landed.carry_held(self.admin, office, run)
        office.approve(run)
        office.close(run)
        self.assertEqual(office.wait_swept(run)["state"], "SETTLEMENT_STATE_CLOSED")


if __name__ == "__main__":
    print("beckond:", BECKOND)
    unittest.main(verbosity=1)
