"""The power is cut, at any moment: what was acknowledged is there, and every disk that may be left
opens, is whole, and takes more work.

power_record is loaded into a real beckond and writes down what it writes, syncs, names and answers
(log.h); power_replay draws moments from that log and images of the disk as it may be left
(disk.h says what a disk may do), and looks at each (check.h). 500 images; with
BECKON_LONG=1 (tests/run --long) 10,000. BECKON_SEED draws the same again from the same log; a log
in which something was found is kept, and its place printed.

Half of the images are of a beckond as it is sold, half of one whose write buffer is so small that
it swaps, drains and refills all the time; each image is opened with a buffer of another size.

kill -9 proves the order of commit and reply; this proves the syncs, those of folders too. Shown to
fail: replies before the commit, LMDB without syncs, folders without syncs."""

import filecmp
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../clients"))
from service import BECKOND, ROOT, Service  # noqa: E402

BUILD = os.path.join(ROOT, "build/release/tests/durability")


def built(variable, name):
    return os.environ.get(variable, os.path.join(BUILD, name))


EARLY = built("BECKOND_EARLY", "beckond_early")
NOSYNC = built("BECKOND_NOSYNC", "beckond_nosync")
UNNAMED = built("BECKOND_UNNAMED", "beckond_unnamed")
TINY = built("BECKOND_TINY", "beckond_tiny")
RECORD = built("POWER_RECORD", "power/libpower_record.so")
REPLAY = built("POWER_REPLAY", "power/power_replay")
LONG = bool(os.environ.get("BECKON_LONG"))
SEED = int(os.environ.get("BECKON_SEED", time.time_ns() % 1000000))
IMAGES = int(os.environ.get("BECKON_IMAGES", 10000 if LONG else 500)) // 2 # of each kind
TINY_BYTES = 128 << 10       # the load fills it several times
FOUND_WITHIN = 200           # images in which a beckond without its protection must be found out
STARTS, START_IMAGES = (40, 50) if LONG else (5, 16)
START_ENTRIES = 75           # a first start has about so many
RESTORE_ENTRIES, RESTORE_IMAGES = 80, 2000 if LONG else 60
API = "beckon.v1."
DATA = "made/of/data"        # below the recorded folder: its parents are made by beckond, too
CLIENTS, PURCHASES, MEMBERS = 8, 120, 24
KILL_AT = 1500               # an entry in the middle of the purchases
RECEIPT, SYNC_US = "LOSS", 300
MARK = 17                    # POWER_MARK
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None


class Recording:
    """A folder, a beckond that is recorded in it, and the log."""

    def __init__(self, program=BECKOND, options=()):
        self.folder = tempfile.mkdtemp(prefix="beckon-power-", dir=MEMORY)
        self.root = os.path.join(self.folder, "disk")
        self.log = os.path.join(self.folder, "log")
        os.mkdir(self.root)
        open(self.log, "wb").close()
        self.service = Service(folder=self.folder, program=program, options=options)
        self.service.data = os.path.join(self.root, DATA)
        self.keep = False
        self.receipts, self.lock = 0, threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.service.process and self.service.process.poll() is None:
            self.service.kill()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, kill_at=0, tiny_bytes=TINY_BYTES):
        self.service.environment = self.environment(kill_at, tiny_bytes)
        self.service.start()

    def environment(self, kill_at, tiny_bytes=TINY_BYTES):
        """tiny_bytes: the size of a TINY's write buffer."""
        return {
            **os.environ, "LD_PRELOAD": RECORD, "BECKON_POWER_LOG": self.log,
            "BECKON_TINY_BUFFER": str(tiny_bytes),
            "BECKON_POWER_ROOT": self.root, "BECKON_POWER_RECEIPT": RECEIPT,
            "BECKON_POWER_SYNC_US": str(SYNC_US), "BECKON_POWER_KILL_AT": str(kill_at)}

    def mark(self, text):
        """Says in the log what has just been answered."""
        data = text.encode()
        with open(self.log, "ab", buffering=0) as log:
            log.write(struct.pack("<IIiiiIq", len(data), MARK, os.getpid(), 0, -1, 0, 0) + data)

    def phase(self, name):
        self.mark("phase " + name)

    def buy(self, client, until):
        """Purchases, one after another, until `until` were begun or the service has died."""
        while True:
            with self.lock:
                n = self.receipts
                if n >= until:
                    return
                self.receipts += 1
            try:
                client.call(API + "PurchaseService/RecordPurchase", {
                    "shop_id": "S01", "receipt_number": "%s%07dX" % (RECEIPT, n),
                    "member_number": 3 + n % (MEMBERS - 2), "amount_minor": 1000 + n}, timeout=20)
            except Exception:  # killed: what was not answered may be there or not
                return

    def load(self, until):
        clients = [self.service.client("admin") for _ in range(CLIENTS)]
        threads = [threading.Thread(target=self.buy, args=(client, until)) for client in clients]
        for thread in threads:
            thread.start()
        return threads

    def register(self, admin, numbers):
        for n in numbers:
            made = admin.call(API + "MemberService/RegisterMember", {
                "phone": "+86138%08d" % n, "name": "Member %d" % n, "consent_policy_version": "1",
                "shop_id": "S01"})
            self.mark("member %d" % made["member_number"])

    def fill(self, admin):
        admin.call(API + "ProgramService/PublishProgram", {"program": {
            "from_date": "2020-01-01", "rules": [{
                "rule_id": "buyer", "trigger": "TRIGGER_PURCHASE",
                "beneficiary": "BENEFICIARY_BUYER", "unit": "UNIT_POINTS", "rate_bp": 100}]},
            "request_id": "power"})
        admin.call(API + "ShopService/CreateShop", {"shop": {"shop_id": "S01", "name": "S01"}})
        self.register(admin, range(1, MEMBERS + 1))
        for member in range(1, 5):  # a code is reserved in a commit of its own
            admin.call(API + "CodeService/CreateCode", {
                "code": {"owner": {"kind": "PARTY_KIND_MEMBER", "number": member}},
                "request_id": "code-%d" % member})

    def purchases(self, count):
        for thread in self.load(self.receipts + count):
            thread.join(60)

    def erase(self, admin):
        for member in (1, 2):
            admin.call(API + "PrivacyService/EraseMember",
                       {"member_number": member, "reason": "ERASURE_REASON_REQUEST"})
            self.mark("erased %d" % member)

    def rotate(self, operator):
        generation = operator.call(API + "StoreService/GetKeyStatus", {})["generation"]
        operator.call(API + "StoreService/RotateKeys", {"generation": generation})
        end = time.monotonic() + 30
        while operator.call(API + "StoreService/GetKeyStatus", {})["running"]:
            assert time.monotonic() < end
            time.sleep(0.02)

    def backup(self, operator):
        for last in operator.call(API + "StoreService/BackupStore",
                                  {"path": os.path.join(self.root, "backup")}):
            pass
        assert last["done"]
        self.mark("backup")

    def restore(self, name, kill_at=0):
        """beckond --restore of the backup; returns how it ended."""
        kept = ["--master-key", os.path.join(self.service.data, "master.key"), "--erasures",
                os.path.join(self.service.data, "erasures")]
        return subprocess.run(
            [self.service.program, "--restore", os.path.join(self.root, "backup"), "--data",
             os.path.join(self.root, name), *kept], env=self.environment(kill_at),
            stderr=subprocess.DEVNULL, timeout=60).returncode

    def life(self):
        """All that a power cut may hit, once: each part is a phase of its own."""
        self.start(kill_at=KILL_AT)
        self.phase("filling")
        self.fill(self.service.client("admin"))
        self.phase("purchases")
        self.purchases(10 * PURCHASES)
        self.service.process.wait(20)  # it was killed on the way
        self.phase("start after a kill")
        self.start()
        self.purchases(PURCHASES)
        if self.service.program == TINY:
            self.service.stop()
            self.phase("without a buffer")
            self.start(tiny_bytes=0)  # what the journal holds goes into the tree before it serves
            self.purchases(PURCHASES // 4)
            self.service.stop()
            self.phase("with a buffer again")
            self.start()
            self.purchases(PURCHASES)
        admin, operator = self.service.client("admin"), self.service.client("operator")
        self.phase("erasing")
        self.erase(admin)
        self.register(admin, range(MEMBERS + 1, MEMBERS + 4))
        self.phase("rotating")
        self.rotate(operator)
        self.phase("backup")
        threads = self.load(self.receipts + 40)
        self.backup(operator)
        for thread in threads:
            thread.join(60)
        self.service.stop()

    def replayed(self, images, *options):
        """What power_replay reports, and its lines about images that are wrong."""
        out = tempfile.mkdtemp(prefix="images-", dir=self.folder)
        done = subprocess.run(
            [REPLAY, self.log, "--root", self.root, "--data", DATA, "--out", out, "--images",
             str(images), "--seed", str(SEED), *options],
            stdout=subprocess.PIPE, text=True, timeout=1500)
        assert done.returncode in (0, 1), "the log can't be played"
        *lines, report = done.stdout.splitlines()
        return json.loads(report), lines


def differences(first, second):
    """Paths that differ between two folders, LMDB's lock table aside."""
    found = []
    pairs = [(first, second)]
    while pairs:
        left, right = pairs.pop()
        names = {name for folder in (left, right) for name in os.listdir(folder)}
        for name in sorted(names - {"lock.mdb"}):
            one, other = os.path.join(left, name), os.path.join(right, name)
            if os.path.isdir(one) and os.path.isdir(other):
                pairs.append((one, other))
            elif not (os.path.isfile(one) and os.path.isfile(other) and
                      filecmp.cmp(one, other, shallow=False)):
                found.append(one)
    return found


class PowerLossTest(unittest.TestCase):
    def assert_clean(self, recording, report, lines):
        if report["failures"]:
            recording.keep = True
            self.fail("%d images are wrong (the log stays in %s, BECKON_SEED=%d):\n%s" % (
                report["failures"], recording.folder, SEED, "\n".join(lines)))

    def whole_life(self, program):
        with Recording(program) as recording:
            recording.life()
            end = os.path.join(recording.folder, "end")
            subprocess.run([REPLAY, recording.log, "--root", recording.root, "--data", DATA,
                            "--end", end], check=True, timeout=60)
            self.assertEqual(differences(recording.root, end), [], "the recorder missed something")
            shutil.rmtree(end)
            report, lines = recording.replayed(IMAGES)
            self.assert_clean(recording, report, lines)
            self.assertEqual(report["images"], IMAGES)
            self.assertLessEqual({
                "first start", "filling", "purchases", "start after a kill", "erasing", "rotating",
                "backup"}, set(report["phases"]))
            self.assertGreaterEqual(report["receipts"], PURCHASES)
            self.assertGreater(report["unsynced_mean"], 1)
            print("%(images)d images of %(entries)d entries, %(receipts)d receipts answered, "
                  "%(unsynced_mean).1f changes unsynced at the cut: none lost, all open; "
                  "%(seconds).1f s" % report)

    def test_whatever_the_power_cut_leaves_opens_and_has_all_that_was_acknowledged(self):
        self.whole_life(BECKOND)

    def test_whatever_is_left_of_a_buffer_that_swaps_and_drains_does_so_too(self):
        self.whole_life(TINY)

    def test_a_first_start_that_was_cut_off_is_made_up_for_by_the_next(self):
        draw, images, killed = random.Random(SEED), 0, 0
        for at in sorted(draw.sample(range(2, START_ENTRIES), STARTS)):
            with Recording() as recording:
                try:
                    recording.start(kill_at=at)
                    recording.service.stop()  # it was quicker than that
                except RuntimeError:
                    killed += 1
                recording.phase("start again")
                recording.start()
                recording.mark("phase served")
                recording.fill(recording.service.client("admin"))
                recording.buy(recording.service.client("admin"), 3)
                recording.service.stop()
                report, lines = recording.replayed(START_IMAGES)
                self.assert_clean(recording, report, lines)
                images += report["images"]
        self.assertGreaterEqual(killed, STARTS - 2)
        print("%d first starts killed, %d images: all open" % (killed, images))

    def test_a_restore_that_was_cut_off_is_a_store_or_can_be_run_again(self):
        with Recording() as recording:
            recording.start()
            admin = recording.service.client("admin")
            recording.fill(admin)
            recording.purchases(20)
            recording.backup(recording.service.client("operator"))
            recording.erase(admin)  # the list has more than the backup
            recording.service.stop()
            recording.phase("restoring")
            at = random.Random(SEED).randrange(10, RESTORE_ENTRIES)
            self.assertEqual(recording.restore("again", at), -signal.SIGKILL)
            self.assertEqual(recording.restore("again"), 0)
            recording.mark("restored")
            report, lines = recording.replayed(RESTORE_IMAGES, "--restored", "again", "--phase",
                                               "restoring", "--quiet")
            self.assert_clean(recording, report, lines)
            print("a restore killed at %d and run again, %d images" % (at, report["images"]))

    def found_out(self, program, phase, cause):
        """A beckond without its protection: among FOUND_WITHIN images of the phase are some with
        this that is wrong."""
        with Recording(program) as recording:
            recording.start()
            recording.fill(recording.service.client("admin"))
            recording.phase("purchases")
            recording.purchases(PURCHASES)
            recording.service.stop()
            report, lines = recording.replayed(FOUND_WITHIN, "--phase", phase, "--failures",
                                               str(FOUND_WITHIN), "--quiet")
            found = [line for line in lines if cause in line]
            self.assertTrue(found, "\n".join(lines) or "nothing was found")
            print("%d of %d images are wrong, %d like this: %s" % (
                report["failures"], report["images"], len(found), found[0]))

    def test_replies_before_the_commit_are_found_out(self):
        self.found_out(EARLY, "purchases", "was answered and is lost")

    def test_lmdb_without_syncs_is_found_out(self):
        self.found_out(NOSYNC, "purchases", "was answered and is lost")

    def test_folders_without_syncs_are_found_out(self):
        self.found_out(UNNAMED, "purchases", "is lost")
        self.found_out(UNNAMED, "first start", "nobody can get in")


if __name__ == "__main__":
    print("BECKON_SEED=%d" % SEED, flush=True)
    unittest.main()
