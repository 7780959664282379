"""kill -9 in the middle of rotations of the wrapping key, 20 times, at writes and syncs of the
process: nobody is unreadable, verify is clean, who was erased stays so, and none of the bytes of her
key, under whatever wrapping key it ever was, nor the key itself, is left anywhere in the data folder.

kill -9 tears nothing, a power cut may: beckond_torn dies with a slot half old and half new in place.
The journal mends it; with the journal taken away it is lost, and verify says so.

3,000 members; with BECKON_LONG=1 (tests/run --long) 1,000,000. BECKON_SEED makes the same draws."""

import ctypes
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "bench"))
import grpc  # noqa: E402
import market  # noqa: E402
from reflect import Refused  # noqa: E402
from service import ROOT, Service  # noqa: E402

API = "beckon.v1."
LONG = bool(os.environ.get("BECKON_LONG"))
TORN = os.environ.get("BECKOND_TORN",
                      os.path.join(ROOT, "build/release/tests/durability/beckond_torn"))
SEED = int(os.environ.get("BECKON_SEED", time.time_ns() % 1000000))
KILLS, KILLS_A_CHECK = 20, 10 if LONG else 3
MEMBERS, STEPS_MAX = (1000000, 1500) if LONG else (3000, 12)
SLOT_BYTES, WRAPPED = 64, slice(12, 60)
CALLS = ("pwrite64", "fdatasync")
WAIT_SECONDS = 600 if LONG else 60


def phone(n):
    return "+86138%08d" % n


def slot(data, member):
    with open(os.path.join(data, "keys", "1.members"), "rb") as file:
        file.seek(member * SLOT_BYTES)
        return file.read(SLOT_BYTES)


def data_key(data, member):
    """The key itself, out of a slot of the first generation: as libsodium's crypto_kdf derives it."""
    with open(os.path.join(data, "master.key"), "rb") as file:
        wrapping = hashlib.blake2b(b"", digest_size=32, key=file.read(),
                                   salt=(2).to_bytes(16, "little"), person=b"beckon01".ljust(16, b"\0")
                                   ).digest()
    found = slot(data, member)
    assert found[60:] == b"\0\0\0\1"
    whose = (1).to_bytes(4, "big") + b"\1" + member.to_bytes(4, "big") + found[60:]
    plain = ctypes.create_string_buffer(32)
    opened = ctypes.CDLL("libsodium.so.23").crypto_aead_chacha20poly1305_ietf_decrypt(
        plain, None, None, found[12:60], ctypes.c_ulonglong(48), whose,
        ctypes.c_ulonglong(len(whose)), found[:12], wrapping)
    assert opened == 0
    return plain.raw


def written(path):
    """What a file holds, without the holes: room that was taken and never written."""
    pieces, at = [], 0
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        while at < size:
            try:
                at = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:  # nothing but a hole is left
                break
            end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
            file.seek(at)
            pieces.append(file.read(end - at))
            at = end
    return b"".join(pieces)


def occurrences(folder, needles):
    """Which of the needles stands in which file."""
    found = []
    for at, _, names in os.walk(folder):
        for name in names:
            text = written(os.path.join(at, name))
            found += [(name, needle) for needle in needles if needle in text]
    return found


def fill(service):
    if LONG:
        return market.fill(service, service.folder, MEMBERS, 10)
    admin = service.client("admin")
    admin.call(API + "ShopService/CreateShop", {"shop": {"shop_id": "S1"}})
    for first in range(1, MEMBERS + 1, 500):
        result = admin.call(API + "MemberService/RegisterMembers", {"registrations": [
            {"phone": phone(n), "name": "Member %d" % n, "consent_policy_version": "1"}
            for n in range(first, first + 500)]})
        assert all(row["status_code"] == 0 for row in result["results"])


class Rotations:
    """A store that rotates, is killed, and goes on."""

    def __init__(self, test, service):
        self.test, self.service, self.draw = test, service, random.Random(SEED)
        self.kills, self.rotating, self.generation = 0, False, 1
        self.names = {}      # of members registered on the way
        self.next_victim = 50
        self.versions = {}   # of those who will be erased: every slot they were seen with
        self.erased = set()
        self.plain = {}

    def see(self):
        """The slots of who will be erased, as they are now."""
        for member in range(50, 50 + KILLS):
            if member not in self.erased:
                self.versions.setdefault(member, set()).add(slot(self.service.data, member))

    def start(self, wrapper=()):
        self.service.start(wrapper=wrapper)
        self.operator = self.service.client("operator")

    def status(self):
        return self.operator.call(API + "StoreService/GetKeyStatus", {})

    def rotate(self):
        status = self.status()
        self.rotating = True
        if not status["running"]:
            self.operator.call(API + "StoreService/RotateKeys",
                               {"generation": status["generation"]})

    def kill_once(self):
        """A life that ends at one of its writes or syncs, or when its rotation is over. True: in the
        middle of that."""
        self.rotating = False
        call, step = self.draw.choice(CALLS), self.draw.randrange(1, STEPS_MAX)
        try:
            self.start(wrapper=[
                "strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=" + call,
                "-e", "inject=%s:signal=KILL:when=%d" % (call, step)])
            self.rotate()
            end = time.monotonic() + WAIT_SECONDS
            while self.service.process.poll() is None and self.status()["running"]:
                self.test.assertLess(time.monotonic(), end)
                time.sleep(0.005)
        except (RuntimeError, Refused, grpc.RpcError):
            self.service.process.wait(20)
        killed = self.ended() and self.rotating
        self.kills += killed
        self.see()
        return killed

    def ended(self):
        """Ends it unless it was killed already. Was it?"""
        tracer = self.service.process
        if tracer.poll() is not None:
            return True
        with open("/proc/%d/task/%d/children" % (tracer.pid, tracer.pid)) as children:
            for child in children.read().split():
                os.kill(int(child), signal.SIGKILL)
        tracer.wait(20)
        return False

    def finish(self):
        end = time.monotonic() + WAIT_SECONDS
        while (status := self.status())["running"]:
            self.test.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        self.generation = status["generation"]

    def check(self):
        """Everybody is readable; somebody comes, and somebody goes, while it goes on."""
        self.start()
        admin = self.service.client("admin")
        victim, self.next_victim = self.next_victim, self.next_victim + 1
        self.see()
        admin.call(API + "PrivacyService/EraseMember",
                   {"member_number": victim, "reason": "ERASURE_REASON_REQUEST"})
        self.test.assertEqual(slot(self.service.data, victim), bytes(SLOT_BYTES))
        self.erased.add(victim)
        n = 90000000 + victim
        made = admin.call(API + "MemberService/RegisterMember", {
            "phone": phone(n), "name": "Member %d" % n, "consent_policy_version": "1"})
        self.names[made["member_number"]] = "Member %d" % n
        self.finish()
        self.test.assertEqual(self.service.verify()["finding_count"], 0)
        for member, name in self.names.items():
            found = admin.call(API + "MemberService/GetMember", {"member_number": member})
            self.test.assertEqual(found["member"]["name"], name)
        for member in self.erased:
            with self.test.assertRaises(Refused):
                admin.call(API + "MemberService/GetMember", {"member_number": member})
        self.service.kill()
        self.see()

    def read_everybody(self):
        count, token = 0, ""
        admin = self.service.client("admin")
        while True:
            page = admin.call(API + "MemberService/ListMembers",
                              {"page_size": 500, "page_token": token})
            for member in page["members"]:
                erased = member["member_number"] in self.erased
                self.test.assertEqual(bool(member["phone"]), not erased)
                count += 1
            token = page["next_page_token"]
            if not token:
                return count


class RotateCrashTest(unittest.TestCase):
    def test_20_kills_leave_everybody_readable_and_the_erased_erased(self):
        print("BECKON_SEED=%d" % SEED)
        with Service() as service:
            fill(service)
            service.stop()
            rotations = Rotations(self, service)
            rotations.plain = {member: data_key(service.data, member) for member in range(40, 70)}
            chain = 0
            while rotations.kills < KILLS:
                chain += rotations.kill_once()
                if chain >= KILLS_A_CHECK:
                    rotations.check()
                    chain = 0
            rotations.check()
            service.start()
            count = rotations.read_everybody()
            self.assertEqual(count, MEMBERS + len(rotations.names))
            service.stop()
            needles = [seen[WRAPPED] for member in rotations.erased
                       for seen in rotations.versions[member] if seen != bytes(SLOT_BYTES)]
            self.assertGreater(len(needles), len(rotations.erased))
            self.assertEqual(occurrences(service.data, needles), [])
            self.assertEqual(occurrences(service.folder, list(rotations.plain.values())), [])
            # The search can find: somebody who is still there.
            there = slot(service.data, 40)[WRAPPED]
            self.assertEqual(occurrences(service.data, [there]), [("1.members", there)])
            with open(os.path.join(service.data, "keys", "rewrap.journal"), "rb") as journal:
                self.assertEqual(journal.read().strip(b"\0"), b"")
            print("%d kills in %d rotations, %d members, %d erased meanwhile with %d versions of "
                  "their keys, all gone" % (rotations.kills, rotations.generation - 1, count,
                                            len(rotations.erased), len(needles)))

    def test_an_erased_member_leaves_no_byte_of_her_key(self):
        """After the erasure, a rotation, and a backup: neither the key nor what it was wrapped in."""
        her, other = 3, 4
        with Service() as service:
            admin, operator = service.client("admin"), service.client("operator")
            for n in range(1, 9):
                admin.call(API + "MemberService/RegisterMember", {
                    "phone": phone(n), "name": "Member %d" % n, "consent_policy_version": "1"})
            keys = {member: data_key(service.data, member) for member in (her, other)}
            versions = {member: {slot(service.data, member)[WRAPPED]} for member in keys}

            def rotate():
                generation = operator.call(API + "StoreService/GetKeyStatus", {})["generation"]
                operator.call(API + "StoreService/RotateKeys", {"generation": generation})
                until = time.monotonic() + WAIT_SECONDS
                while operator.call(API + "StoreService/GetKeyStatus", {})["running"]:
                    self.assertLess(time.monotonic(), until)
                    time.sleep(0.05)

            rotate()
            for member, seen in versions.items():
                seen.add(slot(service.data, member)[WRAPPED])
                self.assertEqual(len(seen), 2)
            now = slot(service.data, other)[WRAPPED]
            admin.call(API + "PrivacyService/EraseMember",
                       {"member_number": her, "reason": "ERASURE_REASON_REQUEST"})
            for then in ("erased", "rotated", "backed up"):
                if then == "rotated":
                    rotate()
                if then == "backed up":
                    *_, last = operator.call(API + "StoreService/BackupStore",
                                             {"path": os.path.join(service.folder, "backup")})
                    self.assertTrue(last["done"])
                self.assertEqual(occurrences(service.folder, [*versions[her], keys[her]]), [], then)
                self.assertEqual(service.verify()["finding_count"], 0)
                if then == "erased":  # the search can find
                    self.assertEqual(occurrences(service.folder, [now]), [("1.members", now)])
            self.assertEqual(occurrences(service.folder, [*versions[other], keys[other]]), [])
            print("0 bytes of her key left: 2 versions of its slot and itself, in %d files"
                  % sum(len(names) for _, _, names in os.walk(service.folder)))

    def test_a_torn_slot_is_mended_by_the_journal_and_lost_without_it(self):
        folder = tempfile.mkdtemp(prefix="beckon-rotate-")
        self.addCleanup(shutil.rmtree, folder, True)
        with Service(folder=folder) as service:
            admin = service.client("admin")
            for n in range(1, 9):
                admin.call(API + "MemberService/RegisterMember", {
                    "phone": phone(n), "name": "Member %d" % n, "consent_policy_version": "1"})
        with Service(folder=folder, program=TORN) as service:
            service.client("operator").call(API + "StoreService/RotateKeys", {"generation": 1})
            self.assertEqual(service.process.wait(20), -9)
            self.assertIn("beckond_torn: slot 4 is torn", service.log())
        spoilt = tempfile.mkdtemp(prefix="beckon-rotate-")
        self.addCleanup(shutil.rmtree, spoilt, True)
        subprocess.run(["cp", "-r", "--sparse=always", os.path.join(folder, "data"), spoilt],
                       check=True, timeout=60)
        journal = os.path.join(spoilt, "data", "keys", "rewrap.journal")
        size = os.path.getsize(journal)
        with open(journal, "wb") as file:
            file.write(bytes(size))
        with Service(folder=folder) as service:
            self.assertEqual(service.verify()["finding_count"], 0)
            member = service.client("admin").call(API + "MemberService/GetMember",
                                                  {"member_number": 4})["member"]
            self.assertEqual(member["name"], "Member 4")
        with Service(folder=spoilt) as service:
            proof = service.verify()
            self.assertEqual(proof["findings"], ["keys: that of member 4 doesn't open"])


if __name__ == "__main__":
    if shutil.which("strace") is None:
        print("no strace")
        sys.exit(77)
    unittest.main()
