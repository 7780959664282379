"""Stores and folders that are not as they should be: what is damaged is refused by name and
everything else goes on; what can't be used is said in one line and left alone."""

import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reflect import Refused  # noqa: E402
from service import BECKOND, ROOT, Service  # noqa: E402
from world import API, World  # noqa: E402

STORE_DAMAGE = os.environ.get("STORE_DAMAGE",
                              os.path.join(ROOT, "build/release/tests/store/store_damage"))
TABLE_ACCOUNT, TABLE_PURCHASE, TABLE_ENTRY = 0x10, 0x20, 0x21
MEMBER = 1


def damage(data, *arguments):
    subprocess.run([STORE_DAMAGE, data, *map(str, arguments)], check=True)


def beckond(*arguments):
    """A start that has to fail: its exit code and its log."""
    done = subprocess.run([BECKOND, *arguments], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stderr


USED_BYTES = 4 << 20  # of data.mdb in these tests: the rest is preallocated room


def tree(folder):
    """Every file below the folder with its content, but for the lock and LMDB's reader table."""
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            if name not in ("lock", "lock.mdb"):
                with open(os.path.join(path, name), "rb") as file:
                    found[os.path.join(path, name)] = file.read(USED_BYTES)
    return found


def copy(folder, to):
    for path, content in tree(folder).items():
        path = os.path.join(to, os.path.relpath(path, folder))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


class DamagedRecords(unittest.TestCase):
    """One service whose store had a bit flipped in a known record while it was stopped."""

    def setUp(self):
        self.service = Service()
        self.service.start()
        self.world = World(self.service, with_tokens=False)
        self.addCleanup(self.service.__exit__)

    def break_record(self, table, rest):
        self.assertEqual(self.service.stop(), 0)
        damage(self.service.data, "flip", (struct.pack(">IB", 1, table) + rest).hex())
        self.service.start()
        self.one = self.service.client("admin")

    def call(self, method, request=None):
        return self.one.call(API + method, request or {})

    def assert_damaged(self, method, request=None):
        with self.assertRaises(Refused) as caught:
            self.call(method, request)
        self.assertEqual((caught.exception.code.name, caught.exception.reason),
                         ("DATA_LOSS", "STORE_DAMAGED"))
        self.assertTrue(caught.exception.message and caught.exception.message_zh)

    def buy(self, member, receipt):
        return {"shop_id": "S1", "receipt_number": receipt, "member_number": member,
                "amount_minor": 100}

    def entry_count(self):
        return len(self.call("LedgerService/ListEntries", {"page_size": 500})["entries"])

    def assert_verify_names(self, *words):
        report = self.service.verify()
        self.assertGreater(report["finding_count"], 0)
        findings = "\n".join(report["findings"])
        for word in words:
            self.assertIn(word, findings)
        self.assertNotIn("Member", findings)  # numbers only, no names

    def test_a_damaged_account_is_refused_and_the_others_are_served(self):
        entries = self.world.one.everything()["entries"]
        self.break_record(TABLE_ACCOUNT, struct.pack(">BIB", MEMBER, 2, 0))
        self.assert_damaged("LedgerService/GetBalance",
                            {"account": {"kind": "PARTY_KIND_MEMBER", "number": 2}})
        self.assert_damaged("MemberService/GetMember", {"member_number": 2})
        self.assert_damaged("PurchaseService/RecordPurchase", self.buy(2, "NEW-1"))
        self.assertEqual(self.entry_count(), len(entries))
        with self.assertRaises(Refused) as caught:  # nothing was written
            self.call("PurchaseService/GetPurchase", {"shop_id": "S1", "receipt_number": "NEW-1"})
        self.assertEqual(caught.exception.reason, "PURCHASE_UNKNOWN")
        self.call("PurchaseService/RecordPurchase", self.buy(1, "NEW-2"))
        self.assertGreater(self.entry_count(), len(entries))
        rows = self.call("PurchaseService/RecordPurchases", {
            "purchases": [self.buy(1, "NEW-3"), self.buy(2, "NEW-4"), self.buy(3, "NEW-5")]})
        self.assertEqual([(r["status_code"], r["reason"]) for r in rows["results"]],
                         [(0, ""), (15, "STORE_DAMAGED"), (0, "")])
        self.assert_verify_names("member 2")
        self.assertIn("STORE_DAMAGED", self.service.log())

    def test_a_damaged_purchase_is_not_recorded_again(self):
        self.break_record(TABLE_PURCHASE, struct.pack(">I", 1) + b"R1")
        self.assert_damaged("PurchaseService/GetPurchase",
                            {"shop_id": "S1", "receipt_number": "R1"})
        self.assert_damaged("PurchaseService/RecordPurchase", self.buy(1, "R1"))
        self.call("PurchaseService/GetPurchase", {"shop_id": "S1", "receipt_number": "R2"})
        self.call("PurchaseService/RecordPurchase", self.buy(1, "NEW-1"))
        self.assert_verify_names("purchases, by shop: a record after", "member 1")

    def test_a_damaged_entry_is_refused_and_breaks_the_proof(self):
        self.break_record(TABLE_ENTRY, struct.pack(">Q", 2))
        self.assert_damaged("LedgerService/GetEntry", {"entry_number": 2})
        self.assert_damaged("LedgerService/ListEntries")
        self.call("LedgerService/GetEntry", {"entry_number": 1})
        self.call("PurchaseService/RecordPurchase", self.buy(2, "NEW-1"))
        self.assert_verify_names("entry 2")


class FoldersThatCannotBeUsed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="beckon-test-")
        cls.service = Service(folder=cls.folder)
        cls.service.start()
        cls.world = World(cls.service, with_tokens=False)
        cls.everything = cls.world.everything()
        cls.port = cls.service.port

    @classmethod
    def tearDownClass(cls):
        cls.service.__exit__()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def refused(self, code, words, *arguments):
        got, log = beckond(*arguments)
        self.assertEqual(got, code, log)
        line = [line for line in log.splitlines() if "level=error" in line][-1]
        for word in words:
            self.assertIn(word, line)

    def stopped(self):
        self.assertEqual(self.service.stop(), 0)

    def assert_as_it_was(self):
        if self.service.process.poll() is not None:
            self.service.start()
        one = self.service.client("admin").call(API + "LedgerService/ListEntries",
                                                {"page_size": 500})["entries"]
        self.assertEqual(one, self.everything[0]["entries"])
        self.assertEqual(self.service.verify()["finding_count"], 0)

    def test_a_second_instance_is_refused(self):
        self.assert_as_it_was()
        self.refused(3, ["Another Beckon"], "--data", self.service.data, "--listen", "127.0.0.1:0")
        self.assert_as_it_was()

    def test_a_taken_port_is_refused_and_no_store_is_half_made(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.refused(4, ["127.0.0.1"], "--data", os.path.join(self.folder, "other"),
                         "--listen", "127.0.0.1:%d" % taken.getsockname()[1])
        other = Service()
        shutil.rmtree(other.data, ignore_errors=True)
        other.data = os.path.join(self.folder, "other")
        with other:  # it was made whole: the same folder serves with its tokens
            other.client("admin").call(API + "ShopService/ListShops")

    def test_a_folder_that_cannot_be_made_or_written_is_refused(self):
        file = os.path.join(self.folder, "file")
        with open(file, "w") as out:
            out.write("x")
        for path in (file, os.path.join(file, "data"), "/proc/beckon", "/dev/null/data"):
            with self.subTest(path=path):
                self.refused(3, ["cause="], "--data", path, "--listen", "127.0.0.1:0")
        if os.geteuid() != 0:
            locked = os.path.join(self.folder, "locked")
            os.mkdir(locked, 0o500)
            self.refused(3, ["ermission"], "--data", os.path.join(locked, "data"))

    def test_a_store_of_a_newer_version_is_refused_and_left_alone(self):
        self.stopped()
        newer = os.path.join(self.folder, "newer")
        copy(self.service.data, newer)
        damage(newer, "schema", 3)
        before = tree(newer)
        self.refused(3, ["newer Beckon", "version 3"], "--data", newer, "--listen", "127.0.0.1:0")
        self.assertTrue(tree(newer) == before)
        self.assert_as_it_was()

    def test_another_or_no_master_key_is_refused_and_left_alone(self):
        self.stopped()
        key = os.path.join(self.service.data, "master.key")
        with open(key, "rb") as file:
            right = file.read()
        for wrong, words in ((bytes(32), ["master.key is not the key"]),
                             (right[:31], ["not a master key"]), (None, ["master.key is missing"])):
            os.unlink(key)
            if wrong is not None:
                with open(key, "wb") as file:
                    file.write(wrong)
            before = tree(self.service.data)
            self.refused(3, words, "--data", self.service.data, "--listen", "127.0.0.1:0")
            self.assertTrue(tree(self.service.data) == before)
            with open(key, "wb") as file:
                file.write(right)
        self.assert_as_it_was()

    def test_garbage_where_the_database_was_is_refused(self):
        garbage = os.path.join(self.folder, "garbage")
        os.makedirs(os.path.join(garbage, "store"))
        shutil.copy(os.path.join(self.service.data, "master.key"), garbage)
        with open(os.path.join(garbage, "store", "data.mdb"), "wb") as file:
            file.write(os.urandom(65536))
        self.refused(3, ["cause="], "--data", garbage, "--listen", "127.0.0.1:0")


if __name__ == "__main__":
    unittest.main()
