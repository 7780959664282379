"""The disk of the data folder is filled by somebody else while purchases run, and emptied again, over
and over: writes are refused with STORE_FULL and nothing else happens to them, reads go on, and once
there is room writes are taken again within seconds, by themselves. What was acknowledged is there,
nothing of what was refused is, verify is clean. Nor does a full disk leave anything half done of an
erasure, a registration's key slot, a rotation of the wrapping key or a backup; and a service that
dies meanwhile starts again to be read.

3 cycles on ext4 with 4 MiB kept ready (beckond_small); with BECKON_LONG=1 (tests/run --long) 20 on
ext4, 20 on a tmpfs, and 2 with beckond's own 256 MiB. Needs to mount a small disk: as root, or where
users may have namespaces."""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
sys.path.insert(0, HERE)
import small_disk  # noqa: E402
from reflect import Refused  # noqa: E402
from service import BECKOND, ROOT, Service  # noqa: E402

BUILD = os.path.join(ROOT, "build/release/tests")
LOAD = os.environ.get("BECKON_LOAD", os.path.join(BUILD, "bench/beckon_load"))
SMALL = os.environ.get("BECKOND_SMALL", os.path.join(BUILD, "durability/beckond_small"))
LONG = bool(os.environ.get("BECKON_LONG"))
# The disk has to hold what the cycles record, some ten MiB a second each.
CYCLES, DISK_MIB = (20, 2048) if LONG else (3, 256)
REAL_CYCLES, REAL_DISK_MIB = 2, 1024
# To use up what is kept ready takes purchases: 1 MiB of them, or 64 with beckond itself.
FULL_SECONDS = 300 if LONG else 30
ROOM_SECONDS = 5      # until writes are taken again; they are tried once a second
CLIENTS, MEMBERS, SHOP = 16, 200, "S01"
API = "beckon.v1."


def phone(n):
    return "+86138%08d" % n


def fill_store(client):
    client.call(API + "ShopService/CreateShop", {"shop": {"shop_id": SHOP, "name": SHOP}})
    client.call(API + "ProgramService/PublishProgram", {"request_id": "full", "program": {
        "from_date": "2020-01-01", "rules": [
            {"rule_id": "buyer", "trigger": "TRIGGER_PURCHASE", "unit": "UNIT_POINTS",
             "beneficiary": "BENEFICIARY_BUYER", "rate_bp": 100}]}})
    result = client.call(API + "MemberService/RegisterMembers", {"registrations": [
        {"phone": phone(n), "name": "Member %d" % n, "consent_policy_version": "1"}
        for n in range(1, MEMBERS + 1)]})
    assert all(row["status_code"] == 0 for row in result["results"])


def balance_of(client, number):
    return client.call(API + "LedgerService/GetBalance", {
        "account": {"kind": "PARTY_KIND_MEMBER", "number": number}}, timeout=10)


class Purchases(threading.Thread):
    """Windows of half a second of purchases at full speed, until told to stop."""

    def __init__(self, service, folder, name):
        super().__init__()
        self.service, self.folder, self.name = service, folder, name
        self.stopped = threading.Event()
        self.acks, self.statuses, self.gone = [], {}, False

    def command(self, mode, *more):
        return [LOAD, mode, "--address", self.service.address, "--token-file",
                os.path.join(self.service.data, "admin.token"), "--in-flight", str(CLIENTS),
                "--members", str(MEMBERS), "--shops", SHOP, *more]

    def run(self):
        while not self.stopped.is_set():
            name = "%s-%d" % (self.name, len(self.acks))
            self.acks.append(os.path.join(self.folder, name))
            done = subprocess.run(self.command(
                "purchase", "--seconds", "0.5", "--run", name, "--acks", self.acks[-1]),
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120)
            report = json.loads(done.stdout)
            self.gone = self.gone or report["gone"]
            for status, count in report["statuses"].items():
                self.statuses[status] = self.statuses.get(status, 0) + count

    def end(self):
        self.stopped.set()
        self.join(150)

    def recheck(self):
        """(acknowledged, answers that differ when it is all sent again)"""
        calls = differences = 0
        for acks in self.acks:
            done = subprocess.run(self.command("recheck", "--acks", acks), stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, timeout=300)
            report = json.loads(done.stdout)
            calls += report["calls"]
            differences += report["differences"]
        return calls, differences


class Reads(threading.Thread):
    """A balance after another, whatever the disk does. (Who reads personal data is noted, which is a
    write: that is refused, too.)"""

    def __init__(self, client):
        super().__init__()
        self.client, self.stopped = client, threading.Event()
        self.count, self.longest, self.error = 0, 0, None

    def run(self):
        try:
            while not self.stopped.wait(0.01):
                began = time.monotonic()
                balance_of(self.client, 1 + self.count % MEMBERS)
                self.longest = max(self.longest, time.monotonic() - began)
                self.count += 1
        except Exception as error:  # told by the test
            self.error = error

    def end(self):
        self.stopped.set()
        self.join(20)


class FullDiskTest(unittest.TestCase):
    def put(self, receipt):
        """One purchase: what it was refused with, or None."""
        try:
            self.admin.call(API + "PurchaseService/RecordPurchase", {
                "shop_id": SHOP, "receipt_number": receipt, "member_number": 1,
                "amount_minor": 100}, timeout=10)
            return None
        except Refused as refused:
            self.assertEqual((refused.code.name, refused.reason),
                             ("RESOURCE_EXHAUSTED", "STORE_FULL"))
            return refused.reason

    def refused(self, client, method, request):
        with self.assertRaises(Refused) as caught:
            for _ in client.call(API + method, request, timeout=20):
                pass
        return caught.exception.reason

    def until(self, seconds, what, condition):
        began = time.monotonic()
        while not condition():
            self.assertLess(time.monotonic() - began, seconds, what)
            time.sleep(0.02)
        return time.monotonic() - began

    def store_info(self):
        return self.service.client("operator").call(API + "StoreService/GetStoreInfo", {})

    def look_while_full(self, disk, cycle):
        """Nothing that needs room is done by half."""
        self.assertTrue(self.store_info()["full"])
        operator = self.service.client("operator")
        self.assertEqual(self.refused(self.admin, "PrivacyService/EraseMember", {
            "member_number": MEMBERS, "reason": "ERASURE_REASON_REQUEST"}), "STORE_FULL")
        self.assertEqual(self.refused(self.admin, "MemberService/RegisterMember", {
            "phone": phone(5000 + cycle), "name": "New", "consent_policy_version": "1"}),
            "STORE_FULL")
        self.assertEqual(self.refused(self.admin, "MemberService/GetMember", {
            "member_number": MEMBERS}), "STORE_FULL")  # what can't be noted is not shown
        self.assertEqual(self.refused(operator, "StoreService/RotateKeys", {"generation": 1}),
                         "STORE_FULL")
        self.assertEqual(self.refused(operator, "StoreService/BackupStore", {
            "path": os.path.join(disk.folder, "backup")}), "STORE_FULL")  # nor can it be noted

    def look_with_room(self, cycle):
        """Who was refused meanwhile is as before, and may try again."""
        member = self.admin.call(API + "MemberService/GetMember", {"member_number": MEMBERS})
        self.assertEqual(member["member"]["name"], "Member %d" % MEMBERS)
        new = self.admin.call(API + "MemberService/RegisterMember", {
            "phone": phone(5000 + cycle), "name": "New", "consent_policy_version": "1"})
        self.assertEqual(new["member_number"], MEMBERS + 1 + cycle)
        found = self.admin.call(API + "MemberService/GetMember",
                                {"member_number": new["member_number"]})
        self.assertEqual(found["member"]["name"], "New")

    def crash_while_full(self):
        """It dies and starts on the full disk: to be read, and to refuse writes."""
        self.service.kill()
        self.service.start()
        self.admin = self.service.client("admin")
        self.assertEqual(self.put("crash"), "STORE_FULL")
        self.assertTrue(balance_of(self.admin, 1))

    def cycle(self, disk, folder, number):
        """Full, looked at, and room again; returns the seconds both took, and the load."""
        load = Purchases(self.service, folder, "L%d" % number)
        reads = Reads(self.service.client("admin"))
        load.start()
        reads.start()
        try:
            time.sleep(0.3)
            disk.fill()
            full = self.until(FULL_SECONDS, "writes are taken on a full disk", lambda: (
                disk.fill() or self.put("F%d-%d" % (number, time.monotonic_ns()))) is not None)
            self.look_while_full(disk, number)
            if number == 0:
                reads.end()
                load.end()
                self.assertIsNone(reads.error)
                self.crash_while_full()
                load, before = Purchases(self.service, folder, "M0"), load
                self.loads.append(before)
                load.start()
                reads = Reads(self.service.client("admin"))
                reads.start()
            disk.free()
            room = self.until(ROOM_SECONDS, "no write is taken though there is room",
                              lambda: self.put("R%d-%d" % (number, time.monotonic_ns())) is None)
            self.assertFalse(self.store_info()["full"])
            self.look_with_room(number)
        finally:
            load.end()
            reads.end()
        self.loads.append(load)
        self.assertIsNone(reads.error)
        self.assertGreater(reads.count, 10)
        self.longest_read = max(self.longest_read, reads.longest)
        return full, room

    def run_cycles(self, kind, program=SMALL, disk_mib=DISK_MIB, cycles=CYCLES):
        self.loads, self.longest_read = [], 0
        times = []
        with tempfile.TemporaryDirectory(prefix="beckon-full-") as folder, \
                small_disk.Disk(kind, disk_mib) as disk:
            self.service = Service(folder=folder, program=program)
            self.service.data = os.path.join(disk.folder, "data")
            with self.service:
                self.admin = self.service.client("admin")
                fill_store(self.admin)
                for number in range(cycles):
                    times.append(self.cycle(disk, folder, number))
                self.look_at_the_end(kind, times)

    def look_at_the_end(self, kind, times):
        self.until(ROOM_SECONDS, "the log does not say that there is room", lambda: (
            self.service.log().rfind("store has room again") >
            self.service.log().rfind("store full: writes are refused") > 0))
        lines = len(self.service.log().splitlines())
        self.assertLess(lines, 20 + 30 * len(times))  # none for each call that is refused
        statuses = {}
        for load in self.loads:
            self.assertFalse(load.gone)
            for status, count in load.statuses.items():
                statuses[status] = statuses.get(status, 0) + count
        self.assertEqual(set(statuses), {"OK", "RESOURCE_EXHAUSTED"})
        found = [load.recheck() for load in self.loads]
        acknowledged = sum(calls for calls, _ in found)
        self.assertEqual(sum(differences for _, differences in found), 0)
        self.assertGreaterEqual(acknowledged, statuses["OK"])
        self.finish_what_was_refused()
        self.backup_on_a_full_disk(kind)
        self.assertEqual(self.service.verify()["finding_count"], 0)
        rooms = [room for _, room in times]
        print("%s: %d cycles, %d purchases acknowledged and there, %d refused; writes again after "
              "%.2f s (median, most %.2f s); %.0f ms the longest read"
              % (kind, len(times), acknowledged, statuses["RESOURCE_EXHAUSTED"],
                 statistics.median(rooms), max(rooms), self.longest_read * 1000))

    def backup_on_a_full_disk(self, kind):
        """A disk of its own is full: the backup leaves nothing of itself there."""
        with small_disk.Disk(kind, 16) as other:
            before = sorted(os.listdir(other.folder))
            other.fill()
            self.assertEqual(self.refused(
                self.service.client("operator"), "StoreService/BackupStore",
                {"path": os.path.join(other.folder, "backup")}), "BACKUP_FAILED")
            other.free()
            self.assertEqual(sorted(os.listdir(other.folder)), before)

    def finish_what_was_refused(self):
        """The same erasure, rotation and backup, now that there is room."""
        operator = self.service.client("operator")
        self.admin.call(API + "PrivacyService/EraseMember", {
            "member_number": MEMBERS, "reason": "ERASURE_REASON_REQUEST"})
        operator.call(API + "StoreService/RotateKeys", {"generation": 1})
        self.until(30, "the rotation does not end", lambda: not operator.call(
            API + "StoreService/GetKeyStatus", {})["running"])
        for last in operator.call(API + "StoreService/BackupStore", {
                "path": os.path.join(self.service.folder, "backup")}):
            pass
        self.assertTrue(last["done"])
        member = self.admin.call(API + "MemberService/GetMember", {"member_number": 1})
        self.assertEqual(member["member"]["name"], "Member 1")

    def test_a_full_disk_refuses_writes_and_nothing_else(self):
        for kind in small_disk.kinds()[:2 if LONG else 1]:
            with self.subTest(kind):
                self.run_cycles(kind)

    @unittest.skipUnless(LONG, "the long run's")
    def test_beckonds_own_headroom_does_the_same(self):
        self.run_cycles(small_disk.kinds()[0], BECKOND, REAL_DISK_MIB, REAL_CYCLES)

    def test_a_limit_on_the_size_of_files_is_a_full_disk(self):
        """ulimit -f, LimitFSIZE=: by default a signal that ends the process."""
        with tempfile.TemporaryDirectory(prefix="beckon-full-") as folder:
            self.service = Service(folder=folder, program=SMALL)
            with self.service:
                self.admin = self.service.client("admin")
                fill_store(self.admin)
                size = os.stat(os.path.join(self.service.data, "store", "data.mdb")).st_size
                process = self.service.process.pid
                resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
                load = Purchases(self.service, folder, "L")
                load.start()
                self.until(FULL_SECONDS, "writes are taken beyond the limit",
                           lambda: self.put("F%d" % time.monotonic_ns()) is not None)
                resource.prlimit(process, resource.RLIMIT_FSIZE,
                                 (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                self.until(ROOM_SECONDS, "no write is taken though there is no limit",
                           lambda: self.put("R%d" % time.monotonic_ns()) is None)
                load.end()
                self.assertEqual(load.recheck()[1], 0)
                self.assertEqual(self.service.verify()["finding_count"], 0)

    def test_without_room_kept_ready_a_commit_meets_the_full_disk_and_stops_the_service(self):
        """What the headroom is for: nobody can tell how much of such a commit is on the disk."""
        with tempfile.TemporaryDirectory(prefix="beckon-full-") as folder, \
                small_disk.Disk(small_disk.kinds()[0], DISK_MIB) as disk:
            self.service = Service(folder=folder, program=SMALL,
                                   environment={**os.environ, "BECKON_NO_HEADROOM": "1"})
            self.service.data = os.path.join(disk.folder, "data")
            with self.service:
                fill_store(self.service.client("admin"))
                load = Purchases(self.service, folder, "L")
                load.start()
                time.sleep(0.3)
                disk.fill()
                self.assertEqual(self.service.process.wait(30), 70)
                load.end()
                self.assertTrue(load.gone)
                disk.free()
                self.service.start()
                calls, differences = load.recheck()
                self.assertGreater(calls, 10)
                self.assertEqual(differences, 0)
                self.assertEqual(self.service.verify()["finding_count"], 0)

    def test_a_first_start_on_a_full_disk_says_so_and_starts_once_there_is_room(self):
        with tempfile.TemporaryDirectory(prefix="beckon-full-") as folder, \
                small_disk.Disk(small_disk.kinds()[0], DISK_MIB) as disk:
            service = Service(folder=folder, program=SMALL)
            service.data = os.path.join(disk.folder, "data")
            disk.fill()
            with self.assertRaises(RuntimeError) as caught:
                service.start()
            self.assertIn("beckond ended with 3", str(caught.exception))
            self.assertRegex(str(caught.exception), "No space left on device|disk is full")
            disk.free()
            with service:
                fill_store(service.client("admin"))
                self.assertEqual(service.verify()["finding_count"], 0)


if __name__ == "__main__":
    small_disk.enter()
    unittest.main()
