"""A commit fails, and nobody knows whether it was done: the service stops at once with code 70 and one
line that says what to do. Who was waiting is told UNAVAILABLE, which promises nothing. After a start
every purchase of that moment has one outcome: sent again as it was it counts once, whether the commit
had been done (beckond_faulty with "done") or not."""

import os
import subprocess
import sys
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
sys.path.insert(0, HERE)
from full_disk_test import API, SHOP, fill_store, phone  # noqa: E402
from reflect import Refused  # noqa: E402
from service import BECKON, ROOT, Service  # noqa: E402

FAULTY = os.environ.get("BECKOND_FAULTY", os.path.join(
    ROOT, "build/release/tests/durability/beckond_faulty"))
TILLS, EXIT_FAULT, EXIT_SECONDS = 8, 70, 5


class Till(threading.Thread):
    """Records purchases until one ends otherwise than well."""

    def __init__(self, client, number):
        super().__init__()
        self.client, self.number = client, number
        self.recorded, self.waiting, self.code = [], None, None

    def record(self, client, receipt):
        return client.call(API + "PurchaseService/RecordPurchase", {
            "shop_id": SHOP, "receipt_number": receipt, "member_number": 1 + self.number,
            "amount_minor": 100}, timeout=20)

    def run(self):
        while self.code is None:
            self.waiting = "T%d-%d" % (self.number, len(self.recorded))
            try:
                self.record(self.client, self.waiting)
                self.recorded.append(self.waiting)
            except Refused as refused:
                self.code = refused.code.name


def is_there(client, receipt):
    try:
        client.call(API + "PurchaseService/GetPurchase",
                    {"shop_id": SHOP, "receipt_number": receipt})
        return True
    except Refused as refused:
        assert refused.code.name == "NOT_FOUND", refused
        return False


class CommitFaultTest(unittest.TestCase):
    def begin(self):
        service = Service(program=FAULTY)
        fault = os.path.join(service.folder, "fault")
        service.environment = {**os.environ, "BECKON_FAULT": fault}
        self.addCleanup(service.__exit__)
        service.start()
        fill_store(service.client("admin"))
        return service, fault

    def stopped(self, service):
        """How long it took it to end."""
        began = time.monotonic()
        self.assertEqual(service.process.wait(EXIT_SECONDS), EXIT_FAULT)
        lines = [line for line in service.log().splitlines() if "store fault" in line]
        self.assertEqual(len(lines), 1)
        for part in ("level=error", "code=70", "remedy=", "start again"):
            self.assertIn(part, lines[0])
        return time.monotonic() - began

    def fail_under_load(self, word):
        service, fault = self.begin()
        tills = [Till(service.client("admin"), n) for n in range(TILLS)]
        for till in tills:
            till.start()
        time.sleep(0.3)
        with open(fault + ".new", "w") as file:
            file.write(word)
        os.rename(fault + ".new", fault)
        took = self.stopped(service)
        for till in tills:
            till.join(30)
            self.assertEqual(till.code, "UNAVAILABLE")
        os.unlink(fault)
        service.start()
        client = service.client("admin")
        done = sum(is_there(client, till.waiting) for till in tills)
        for till in tills:
            for receipt in till.recorded[-5:]:
                self.assertTrue(is_there(client, receipt), receipt)
            first = till.record(client, till.waiting)
            self.assertEqual(till.record(client, till.waiting), first)
            member = client.call(API + "MemberService/GetMember",
                                 {"member_number": 1 + till.number})["member"]
            self.assertEqual(member["purchase_count"], len(till.recorded) + 1)
        self.assertEqual(service.verify()["finding_count"], 0)
        print('"%s": ended after %.2f s; of %d purchases that were waiting %d had been recorded'
              % (word, took, TILLS, done))
        return done

    def test_a_commit_that_failed_and_was_not_done(self):
        self.assertEqual(self.fail_under_load("failed"), 0)

    def test_a_commit_that_failed_and_was_done_all_the_same(self):
        self.assertGreater(self.fail_under_load("done"), 0)

    def test_the_command_line_says_that_it_does_not_know(self):
        service, fault = self.begin()
        with open(fault, "w") as file:
            file.write("done")
        done = subprocess.run(
            [BECKON, "purchase", "record", "100", "--shop", SHOP, "--receipt", "CLI",
             "--phone", phone(1), "--address", service.address, "--token-file",
             os.path.join(service.data, "admin.token")], capture_output=True, text=True, timeout=60)
        self.stopped(service)
        self.assertEqual(done.returncode, 3)
        self.assertIn("went away before it answered", done.stderr)
        self.assertIn("Asking again is safe", done.stderr)


if __name__ == "__main__":
    unittest.main()
