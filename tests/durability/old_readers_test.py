"""Snapshots that stay open, and what they cost: every page given up since is kept for them.

A program that was killed inside its snapshot is noticed by the next commit, so the store grows no
more than a fifth beyond the same purchases without it; one that lives on shows what that saves. A
thread of the service itself that stops inside a read is shown by store info, and nothing breaks. And
a store that such a reader fills to nine tenths of its map refuses writes, is read, and takes writes again by
itself when the reader goes, or once it is started with a larger map.

6,000 purchases a run; with BECKON_LONG=1 (tests/run --long) 200,000."""

import json
import os
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
sys.path.insert(0, HERE)
from full_disk_test import API, LOAD, MEMBERS, SHOP, balance_of, fill_store  # noqa: E402
from reflect import Refused  # noqa: E402
from service import BECKON, BECKOND, ROOT, Service  # noqa: E402

BUILD = os.path.join(ROOT, "build/release/tests/durability")
READER = os.environ.get("OTHER_READER", os.path.join(BUILD, "other_reader"))
HELD = os.environ.get("BECKOND_HELD", os.path.join(BUILD, "beckond_held"))
CALLS = 200000 if os.environ.get("BECKON_LONG") else 6000
GROWTH_MAX = 1.2
CLEARED_SECONDS = 3  # looked for with each commit, and once a second
MIB = 1 << 20


class Reader:
    """Another process that reads the store: inside its snapshot from here on."""

    def __init__(self, service):
        self.process = subprocess.Popen([READER, os.path.join(service.data, "store")],
                                        stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == b"reads\n"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def info(service):
    return service.client("operator").call(API + "StoreService/GetStoreInfo", {})


def load(service, *more):
    return subprocess.Popen(
        [LOAD, "purchase", "--address", service.address, "--token-file",
         os.path.join(service.data, "admin.token"), "--in-flight", "16", "--members", str(MEMBERS),
         "--shops", SHOP, *more], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def put(service, receipt):
    """One purchase: True, or False when it was refused because the store is full."""
    try:
        service.client("admin").call(API + "PurchaseService/RecordPurchase", {
            "shop_id": SHOP, "receipt_number": receipt, "member_number": 1, "amount_minor": 100})
        return True
    except Refused as refused:
        assert refused.reason == "STORE_FULL", refused
        return False


def until(seconds, condition):
    """How long it took; None: it didn't happen."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if condition():
            return time.monotonic() - began
        time.sleep(0.02)
    return None


class OldReadersTest(unittest.TestCase):
    def growth(self, reader):
        """How much the store grew by the purchases, with "no" reader beside them, one that was
        "killed" inside its snapshot, or one that is "alive"."""
        with Service() as service:
            fill_store(service.client("admin"))
            before = info(service)["used_bytes"]
            with load(service, "--calls", str(CALLS)) as running:
                time.sleep(0.2)
                other = None if reader == "no" else Reader(service)
                if reader == "killed":
                    self.assertGreaterEqual(info(service)["snapshots"], 1)
                    other.kill()
                    cleared = until(CLEARED_SECONDS, lambda: info(service)[
                        "oldest_snapshot_commits"] < 50)
                    self.assertIsNotNone(cleared, "a dead reader is still there")
                    print("a killed reader is ended after %.2f s" % cleared)
                report = json.loads(running.communicate(timeout=600)[0])
            if reader == "alive":
                other.kill()
            self.assertEqual(report["statuses"], {"OK": CALLS})
            self.assertEqual(service.verify()["finding_count"], 0)
            return info(service)["used_bytes"] - before

    def test_a_killed_reader_costs_no_more_than_a_fifth(self):
        plain, killed, alive = (self.growth(reader) for reader in ("no", "killed", "alive"))
        print("%d purchases: the store grows by %.1f MiB; with a killed reader %.2f times that, with "
              "one that lives on %.2f times" % (CALLS, plain / MIB, killed / plain, alive / plain))
        self.assertLessEqual(killed / plain, GROWTH_MAX)
        self.assertGreater(alive / plain, GROWTH_MAX)  # the measure sees what it is there for

    def test_a_thread_held_inside_a_read_is_shown_and_breaks_nothing(self):
        service = Service(program=HELD)
        hold = os.path.join(service.folder, "hold")
        service.environment = {**os.environ, "BECKON_HOLD": hold}
        with service:
            fill_store(service.client("admin"))
            with open(hold, "w"):  # one of the tickers runs into it
                pass
            self.assertIsNotNone(until(10, lambda: "a read stops here" in service.log()))
            with load(service, "--seconds", "1") as running:
                report = json.loads(running.communicate(timeout=60)[0])
            self.assertEqual(list(report["statuses"]), ["OK"])
            held = info(service)
            self.assertGreaterEqual(held["snapshots"], 1)
            self.assertGreater(held["oldest_snapshot_commits"], 20)
            self.assertTrue(balance_of(service.client("admin"), 1))
            os.unlink(hold)
            self.assertIsNotNone(until(5, lambda: info(service)["oldest_snapshot_commits"] < 20))
            print("a thread of its own: %d commits old while %d purchases were recorded"
                  % (held["oldest_snapshot_commits"], report["statuses"]["OK"]))
            self.assertEqual(service.verify()["finding_count"], 0)
            self.assertEqual(service.stop(), 0)

    def fill_map(self, service, name):
        """Purchases until the map is full, with a reader that keeps every page."""
        reader = Reader(service)
        with load(service, "--seconds", "60", "--run", name) as running:
            filled = until(50, lambda: info(service)["full"])
            running.terminate()
            running.communicate(timeout=60)
        self.assertIsNotNone(filled, "the map does not get full")
        self.assertFalse(put(service, name + "-full"))
        return reader

    def doctor(self, service):
        done = subprocess.run([BECKON, "doctor", "--address", service.address, "--token-file", os.path.join(
            service.data, "operator.token")], capture_output=True, text=True, timeout=60)
        return done.stdout

    def test_a_full_map_refuses_writes_until_there_is_room_or_a_larger_map(self):
        with Service(program=BECKOND, options=["--store-map=16MiB"]) as service:
            fill_store(service.client("admin"))
            reader = self.fill_map(service, "A")
            found = info(service)
            self.assertGreaterEqual(found["used_bytes"], found["map_bytes"] * 0.8)
            self.assertTrue(balance_of(service.client("admin"), 1))
            self.assertIn("raise store-map", self.doctor(service))
            self.assertIn("they are refused", self.doctor(service))
            reader.kill()
            again = until(CLEARED_SECONDS, lambda: put(service, "room"))
            self.assertIsNotNone(again, "no write is taken though pages are free")
            reader = self.fill_map(service, "B")
            self.assertEqual(service.stop(), 0)
            service.options = ["--store-map=1GiB"]
            service.start()
            self.assertTrue(put(service, "larger"))
            self.assertEqual(info(service)["map_bytes"], 1 << 30)
            reader.kill()
            self.assertEqual(service.verify()["finding_count"], 0)
            print("a map of 16 MiB: full, and written again %.2f s after its reader had gone" % again)


if __name__ == "__main__":
    unittest.main()
