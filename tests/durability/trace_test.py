"""A trace of the real beckond: for each commit, its syncs returned before its first reply is sent.
The same check reports a beckond that answers early and one whose LMDB does not sync."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
from commit_trace import STRACE, Trace  # noqa: E402
from service import BECKOND, ROOT, Service  # noqa: E402

VARIANTS = os.path.join(ROOT, "build/release/tests/durability")
EARLY = os.environ.get("BECKOND_EARLY", os.path.join(VARIANTS, "beckond_early"))
NOSYNC = os.environ.get("BECKOND_NOSYNC", os.path.join(VARIANTS, "beckond_nosync"))
PURCHASES, IN_FLIGHT, MEMBERS = 120, 8, 20


def record_purchases(client, shop):
    """PURCHASES purchases, IN_FLIGHT at a time; returns the receipts that were acknowledged."""
    acknowledged, flying = set(), []
    for n in range(PURCHASES + IN_FLIGHT):
        if n < PURCHASES:
            receipt = "TRACE%06dX" % n
            flying.append((receipt, client.future("beckon.v1.PurchaseService/RecordPurchase", {
                "shop_id": shop, "receipt_number": receipt, "member_number": 1 + n % MEMBERS,
                "amount_minor": 100 + n})))
        if len(flying) >= IN_FLIGHT or n >= PURCHASES:
            if flying:
                receipt, call = flying.pop(0)
                call.result()
                acknowledged.add(receipt)
    return acknowledged


def stop(service):
    """strace keeps SIGTERM to itself: beckond's own number stands in its log."""
    os.kill(int(re.search(r"ready.* pid=(\d+)", service.log())[1]), signal.SIGTERM)
    service.process.wait(30)


def traced(program):
    """Runs a load on `program` under strace; returns the trace and what was acknowledged."""
    folder = tempfile.mkdtemp(prefix="beckon-trace-")
    path = os.path.join(folder, "trace")
    service = Service(folder=folder, program=program)
    try:
        service.start(wrapper=[*STRACE, path])
        client = service.client("admin")
        client.call("beckon.v1.ShopService/CreateShop", {"shop": {"shop_id": "S01", "name": "S01"}})
        for n in range(MEMBERS):
            client.call("beckon.v1.MemberService/RegisterMember", {
                "phone": "+861381234%04d" % n, "consent_policy_version": "1", "shop_id": "S01"})
        acknowledged = record_purchases(client, "S01")
        stop(service)
        with open(path, errors="replace") as file:
            return Trace(file, r"TRACE\d{6}X"), acknowledged
    finally:
        if service.process and service.process.poll() is None:
            stop(service)
        shutil.rmtree(folder, ignore_errors=True)


OPENED = '1 openat(AT_FDCWD</>, "data.mdb", O_WRONLY|O_DSYNC|O_CLOEXEC) = 9</d/store/data.mdb>'
KEY = '1 pwrite64(5</d/keys/1.members>, "slot", 64, 64) = 64'
KEY_SYNC = "1 fdatasync(5</d/keys/1.members>) = 0"
PAGE = '1 pwrite64(8</d/store/data.mdb>, "..TRACE000001X..", 4096, 40960) = 4096'
SYNC = "1 fdatasync(8</d/store/data.mdb>) = 0"
META = '1 pwrite64(9</d/store/data.mdb>, "meta", 120, 4112) = 120'
REPLY = '2 sendmsg(20<socket:[7]>, {msg_iov=[{iov_base="..TRACE000001X.."}]}, 0) = 90'

# What is traced, line by line, and the kinds of violations it holds.
TRACES = [
    ("a commit as it should be", [OPENED, KEY, KEY_SYNC, PAGE, SYNC, META, REPLY], []),
    ("the reply before the meta page", [OPENED, PAGE, SYNC, REPLY, META], ["reply"]),
    ("the reply while the meta page is under way",
     [OPENED, PAGE, SYNC, META.replace(") = 120", " <unfinished ...>"), REPLY,
      "1 <... pwrite64 resumed>) = 120"], ["reply"]),
    ("pages never synced", [OPENED, PAGE, META, REPLY], ["pages", "reply"]),
    ("a sync that failed",
     [OPENED, PAGE, SYNC.replace("= 0", "= -1 EIO (Input/output error)"), META, REPLY],
     ["pages", "reply"]),
    ("a sync begun before the page was written",
     [OPENED, "2 fdatasync(8</d/store/data.mdb> <unfinished ...>", PAGE,
      "2 <... fdatasync resumed>) = 0", META, REPLY], ["pages", "reply"]),
    ("a sync still under way",
     [OPENED, PAGE, "2 fdatasync(8</d/store/data.mdb> <unfinished ...>", META,
      "2 <... fdatasync resumed>) = 0", REPLY], ["pages", "reply"]),
    ("key slots not synced", [OPENED, KEY, PAGE, SYNC, META, REPLY], ["keys", "reply"]),
    ("a meta page not synced",
     [OPENED, PAGE, SYNC, META.replace("(9<", "(8<"), REPLY], ["meta", "reply"]),
    ("an answer that was never written", [OPENED, REPLY], ["reply"]),
]


class CheckTest(unittest.TestCase):
    def test_each_way_of_breaking_the_promise_is_told(self):
        for name, lines, kinds in TRACES:
            with self.subTest(name):
                trace = Trace(lines, r"TRACE\d{6}X")
                self.assertEqual([kind for kind, _ in trace.violations], kinds)


class TraceTest(unittest.TestCase):
    def kinds(self, trace):
        return {kind for kind, _ in trace.violations}

    def test_syncs_of_a_commit_return_before_its_first_reply_is_sent(self):
        trace, acknowledged = traced(BECKOND)
        self.assertEqual(trace.violations, [])
        self.assertEqual(len(acknowledged), PURCHASES)
        self.assertEqual(trace.replied, acknowledged)
        self.assertGreater(len(trace.commits), PURCHASES // IN_FLIGHT)
        self.assertGreaterEqual(sum(len(commit.key_writes) for commit in trace.commits), MEMBERS)
        print("%d commits, %d replies: each after its commit's syncs"
              % (len(trace.commits), len(trace.replied)))

    def test_replies_that_go_out_early_are_noticed(self):
        trace, acknowledged = traced(EARLY)
        self.assertEqual(trace.replied, acknowledged)
        self.assertEqual(self.kinds(trace), {"reply"})

    def test_lmdb_without_sync_is_noticed(self):
        trace, acknowledged = traced(NOSYNC)
        self.assertEqual(trace.replied, acknowledged)
        self.assertIn("pages", self.kinds(trace))
        self.assertIn("reply", self.kinds(trace))


if __name__ == "__main__":
    try:
        tried = subprocess.run([*STRACE, "/dev/null", "true"], stderr=subprocess.DEVNULL)
        allowed = tried.returncode == 0
    except FileNotFoundError:
        allowed = False
    if not allowed:
        print("skipped: strace is missing or may not trace here")
        sys.exit(77)
    unittest.main()
