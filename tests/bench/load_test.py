#!/usr/bin/python3
"""beckon_load against a real beckond: what it counts and what its journal proves.

usage: load_test.py BECKON_LOAD; beckond from $BECKOND as in tests/clients/service.py"""

import json
import os
import signal
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../clients"))
from service import Service  # noqa: E402

LOAD = None


class Load(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.service.start()
        self.addCleanup(self.service.__exit__)
        admin = self.service.client("admin")
        admin.call("beckon.v1.ShopService/CreateShop", {"shop": {"shop_id": "S01"}})
        for i in range(3):
            admin.call("beckon.v1.MemberService/RegisterMember",
                       {"phone": "1380000000%d" % i, "consent_policy_version": "v1"})
        self.journal = os.path.join(self.service.folder, "journal")

    def load(self, mode, *words, exit=0):
        environment = dict(os.environ, BECKON_TOKEN=self.service.token("admin"))
        done = subprocess.run([LOAD, mode, "--address", self.service.address, "--members", "3",
                               *words], env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, exit, done.stderr)
        return json.loads(done.stdout)

    def test_so_many_calls_are_made_whatever_is_in_flight(self):
        for in_flight in ("1", "3", "64"):
            for mode in ("empty", "balance"):
                report = self.load(mode, "--calls", "100", "--in-flight", in_flight)
                self.assertEqual(report["statuses"], {"OK": 100})

    def test_calls_by_the_clock_keep_their_rate_and_are_told_by_interval(self):
        environment = dict(os.environ, BECKON_TOKEN=self.service.token("admin"))
        done = subprocess.run(
            [LOAD, "mix", "--address", self.service.address, "--members", "3", "--guides", "1",
             "--rate", "200", "--seconds", "2", "--every", "0.5", "--in-flight", "256"],
            env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        reports = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertGreaterEqual(len(reports), 4)
        calls = sum(report["calls"] for report in reports)
        self.assertTrue(390 <= calls <= 401, calls)

    def test_a_pause_of_the_service_is_told(self):
        process = self.service.process
        threading.Timer(0.2, process.send_signal, [signal.SIGSTOP]).start()
        threading.Timer(0.6, process.send_signal, [signal.SIGCONT]).start()
        report = self.load("balance", "--seconds", "1")
        self.assertGreaterEqual(report["pause_max_ms"], 350)
        self.assertLess(report["pause_max_ms"], 1000)
        self.assertLessEqual(report["p99_ms"], report["p999_ms"])

    def test_every_status_is_counted(self):
        report = self.load("purchase", "--calls", "20", "--shops", "nosuch")
        self.assertEqual(report["statuses"], {"NOT_FOUND": 20})

    def test_what_was_acknowledged_before_a_kill_is_answered_alike_afterwards(self):
        threading.Timer(0.4, self.service.process.kill).start()
        report = self.load("purchase", "--seconds", "20", "--acks", self.journal, exit=3)
        self.service.process.wait()
        self.assertTrue(report["gone"])
        self.service.start()
        again = self.load("recheck", "--acks", self.journal)
        self.assertEqual(again["statuses"], {"OK": report["statuses"]["OK"]})
        self.assertEqual(again["differences"], 0)

    def test_a_journal_that_says_otherwise_is_a_difference(self):
        self.load("purchase", "--calls", "10", "--acks", self.journal)
        with open(self.journal) as file:
            lines = file.read().splitlines()
        shop, receipt, member, amount, answer = lines[3].split()
        lines[3] = " ".join([shop, receipt, member, str(int(amount) + 1), answer])
        lines[5] = lines[5][:-1] + ("0" if lines[5][-1] != "0" else "1")
        with open(self.journal, "w") as file:
            file.write("\n".join(lines) + "\n")
        report = self.load("recheck", "--acks", self.journal, exit=1)
        self.assertEqual(report["statuses"], {"OK": 9, "ALREADY_EXISTS": 1})
        self.assertEqual(report["differences"], 2)


if __name__ == "__main__":
    LOAD = sys.argv.pop(1)
    unittest.main(verbosity=1)
