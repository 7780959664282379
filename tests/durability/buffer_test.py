"""The write buffer of a running service: what its figures show under purchases, that a service which
rests has nothing in its journal, and that backup, restore, verify, a kill -9 and another size of the
buffer lose and change nothing while much is in the journal alone."""

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
import grpc  # noqa: E402
from reflect import Refused  # noqa: E402
from service import BECKOND, ROOT, Service  # noqa: E402

LOAD = os.environ.get("BECKON_LOAD", os.path.join(ROOT, "build/release/tests/bench/beckon_load"))
API = "beckon.v1."
MEMBERS, SHOPS, IN_FLIGHT = 200, ["S01", "S02"], 16
MIB = 1 << 20
FIGURES = {"journal_commits": "journal_commits", "journal_bytes": "journal_bytes",
           "buffer_bytes": "buffer_max_bytes", "buffered_bytes": "buffered_bytes",
           "held_bytes": "held_bytes", "draining_percent": "draining_percent"}
RULES = [
    {"rule_id": "buyer", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
     "unit": "UNIT_POINTS", "rate_bp": 100},
    {"rule_id": "referrer", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_REFERRER",
     "referrer": "REFERRER_CONDITION_MEMBER", "unit": "UNIT_CASH", "rate_bp": 200},
]


def phone(n):
    return "+86138%08d" % n


class Shop(Service):
    """A service with a buffer of this size, and a small merchant whose members brought each other."""

    def __init__(self, size, folder=None):
        super().__init__(["--store-buffer", size, "--metrics", "127.0.0.1:0"], folder)

    @contextlib.contextmanager
    def busy(self):
        """Asks it to write again and again, so that it doesn't rest; what it answers is a replay."""
        client, ended = self.client("admin"), threading.Event()

        def ask():
            with contextlib.suppress(grpc.RpcError, Refused):  # it was killed
                while not ended.wait(0.02):
                    client.call(API + "ShopService/CreateShop", {"shop": {"shop_id": SHOPS[0]}})

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def rests(self, seconds=20):
        """How long it takes until nothing is in the journal."""
        began = time.monotonic()
        while self.info()["journal_commits"] > 0:
            assert time.monotonic() - began < seconds, self.info()
            time.sleep(0.02)
        return time.monotonic() - began

    def fill(self):
        client = self.client("admin")
        client.call(API + "ProgramService/PublishProgram", {
            "program": {"from_date": "2020-01-01", "rules": RULES}, "request_id": "buffer"})
        for shop in SHOPS:
            client.call(API + "ShopService/CreateShop", {"shop": {"shop_id": shop}})
        result = client.call(API + "MemberService/RegisterMembers", {"registrations": [
            {"phone": phone(n), "consent_policy_version": "1", "recommender": phone(n // 2)}
            for n in range(1, MEMBERS + 1)]})
        assert all(row["status_code"] == 0 for row in result["results"])

    def load(self, mode, *more):
        done = subprocess.run(
            [LOAD, mode, "--address", self.address, "--token-file",
             os.path.join(self.data, "admin.token"), "--in-flight", str(IN_FLIGHT), "--members",
             str(MEMBERS), "--shops", ",".join(SHOPS), *more],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120)
        return json.loads(done.stdout)

    def buy(self, count, run, acks="acks"):
        """So many purchases; what was answered is kept in a file of the folder."""
        self.load("purchase", "--calls", str(count), "--run", run, "--acks",
                  os.path.join(self.folder, acks))

    def recheck(self, acks):
        """Sends them again; how many there are, and how many are answered otherwise than then."""
        report = self.load("recheck", "--acks", acks)
        return report["calls"], report["differences"]

    def info(self):
        reply = self.client("operator").call(API + "StoreService/GetStoreInfo", {})
        return {name: int(reply[name]) for name in FIGURES}

    def metrics(self):
        port = int(re.findall(r'msg="metrics" address=\S+ port=(\d+)', self.log())[-1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return {name: int(re.search(r"^beckon_store_%s (\d+)$" % told, text, re.M).group(1))
                for name, told in FIGURES.items()}

    def backup(self, path):
        for last in self.client("operator").call(API + "StoreService/BackupStore", {"path": path}):
            pass
        assert last["done"]


class Buffer(unittest.TestCase):
    def open(self, size, folder=None):
        shop = Shop(size, folder)
        self.addCleanup(shop.__exit__)
        shop.start()
        return shop

    def test_its_figures_show_a_journal_that_grows_and_a_half_that_drains(self):
        shop = self.open("1MiB")
        shop.fill()
        with shop.busy():
            seen = [shop.info()]
            for n in range(40):
                shop.buy(50, "R%d" % n)
                seen.append(shop.info())
        for figures in seen:
            self.assertEqual(figures["buffer_bytes"], MIB)
            self.assertLessEqual(figures["buffered_bytes"], MIB)
            self.assertGreater(figures["buffered_bytes"], 0)
            self.assertGreater(figures["journal_bytes"], 0)
        steps = list(zip(seen, seen[1:]))
        self.assertGreater(sum(a["journal_commits"] < b["journal_commits"] for a, b in steps), 20)
        # What is in the tree leaves the journal, and a half that drains does so step by step.
        self.assertTrue(any(a["journal_commits"] > b["journal_commits"] for a, b in steps), seen)
        self.assertGreater(sum(a["draining_percent"] < b["draining_percent"] < 100
                               for a, b in steps), 3, seen)
        self.assertEqual(shop.verify()["finding_count"], 0)

    def test_who_rests_has_nothing_in_the_journal_and_metrics_say_so(self):
        shop = self.open("64MiB")
        shop.fill()
        shop.buy(1000, "R")
        took = shop.rests()
        empty = dict.fromkeys(FIGURES, 0) | {"buffer_bytes": 64 * MIB, "draining_percent": 100}
        self.assertEqual(shop.info(), empty)
        self.assertEqual(shop.metrics(), empty)
        shop.buy(10, "MORE")
        shop.rests()
        self.assertEqual(shop.verify()["finding_count"], 0)
        print("1000 purchases are in the tree %.2f s after the last" % took)

    def test_without_one_there_is_no_journal(self):
        shop = self.open("0")
        shop.fill()
        shop.buy(50, "R")
        self.assertEqual(shop.info(), dict.fromkeys(FIGURES, 0) | {"draining_percent": 100})

    @contextlib.contextmanager
    def full(self):
        """A service with 2000 purchases that are in the journal alone, and that doesn't rest."""
        shop = self.open("64MiB")
        with shop.busy():
            shop.fill()
            shop.buy(2000, "F")
            info = shop.info()
            self.assertGreater(info["buffered_bytes"], 2 * MIB)
            self.assertGreater(info["journal_commits"], 50)
            self.assertEqual(info["draining_percent"], 100)
            yield shop

    def assert_same(self, shop, verified):
        again = shop.verify()
        self.assertEqual((again["finding_count"], again["entries"], again["head"]),
                         (0, verified["entries"], verified["head"]))
        self.assertEqual(shop.recheck(self.acks), (2000, 0))

    def test_a_backup_of_a_full_one_is_restored_whole(self):
        with self.full() as shop:
            self.acks = os.path.join(shop.folder, "acks")
            backup = os.path.join(shop.folder, "backup")
            verified = shop.verify()
            self.assertEqual(verified["finding_count"], 0)
            shop.backup(backup)
            shop.buy(200, "LATER", "later")
            self.assertEqual(shop.info()["draining_percent"], 100)
        rehearsed = subprocess.run([BECKOND, "--data", shop.data, "--rehearse", backup], text=True,
                                   capture_output=True, timeout=60)
        self.assertEqual(rehearsed.returncode, 0, rehearsed.stderr)
        for size in ("64MiB", "0"):
            other = Shop(size)
            self.addCleanup(other.__exit__)
            restored = subprocess.run(
                [BECKOND, "--restore", backup, "--data", other.data, "--master-key",
                 os.path.join(shop.data, "master.key")], text=True, capture_output=True, timeout=60)
            self.assertEqual(restored.returncode, 0, restored.stderr)
            for token in ("admin", "operator"):
                os.link(os.path.join(shop.data, token + ".token"),
                        os.path.join(other.data, token + ".token"))
            other.start()
            self.assert_same(other, verified)
            other.stop()

    def test_a_full_one_is_there_after_kill_9_whatever_its_size_is_then(self):
        for size in ("64MiB", "1MiB", "0"):
            with self.full() as shop:
                self.acks = os.path.join(shop.folder, "acks")
                verified = shop.verify()
                shop.kill()
            shop.options[1] = size
            shop.start()
            info = shop.info()
            self.assertLessEqual(info["buffered_bytes"], info["buffer_bytes"])
            if size == "0":
                self.assertEqual((info["journal_commits"], info["journal_bytes"]), (0, 0))
            self.assert_same(shop, verified)
            self.assertEqual(shop.stop(), 0)


if __name__ == "__main__":
    print("beckond:", BECKOND)
    unittest.main(verbosity=1)
