"""SIGKILL at the Nth call of everything beckond writes and syncs with, and of its replies: what was
answered is there, once, and is answered the same again; verify is clean; the day that was cut off
comes to what it comes to when it isn't. Which calls those are a trace says (system_calls.py); a fault
that didn't fire is a failure.

10 points spread over the range; with BECKON_LONG=1 (tests/run --long) N = 1 ... 200 and every ninth
behind that. BECKON_SEED draws the same points again. And a beckond that answers before it commits is
caught."""

import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
from points import Lives, Point, caught, run, sweep  # noqa: E402
from service import BECKOND, ROOT  # noqa: E402
from system_calls import Fault, Seen  # noqa: E402

EARLY = os.environ.get("BECKOND_EARLY",
                       os.path.join(ROOT, "build/release/tests/durability/beckond_early"))
N_MAX = 200


# What strace logged of a fault at the 2nd fdatasync; (fired, missed) if the process died of itself,
# and if it did not.
LOGS = [
    ("killed at it", ["7 1.0 fdatasync(5) = 0", "7 1.1 fdatasync(5) = ?",
                      "7 1.2 +++ killed by SIGKILL +++"], (True, False), (False, False)),
    ("ended before it", ["7 1.0 fdatasync(5) = 0", "7 1.1 +++ exited with 0 +++"],
     (False, False), (False, False)),
    ("two threads, one call each", ["7 1.0 fdatasync(5 <unfinished ...>", "8 1.1 fdatasync(5) = 0",
                                    "7 1.2 <... fdatasync resumed>) = 0"],
     (False, False), (False, False)),
    ("missed", ["7 1.0 fdatasync(5) = 0", "7 1.1 fdatasync(5) = 0", "7 1.2 fdatasync(5) = 0"],
     (False, True), (False, True)),
]
SEEN = [
    '7 1.0 openat(AT_FDCWD</w>, "/d/keys/1.members", O_RDWR|O_CREAT, 0600) = 5</d/keys/1.members>',
    '7 1.1 openat(AT_FDCWD</w>, "/d/store/data.mdb", O_RDWR) = 6</d/store/data.mdb>',
    '7 1.2 pread64(6</d/store/data.mdb>, ""..., 4096, 0) = 4096',
    '7 1.3 writev(6</d/store/data.mdb>, [{iov_base="x", iov_len=1}], 1) = 1',
    '8 1.4 writev(6</d/store/data.mdb>, [{iov_base="x", iov_len=1}], 1 <unfinished ...>',
    '8 1.5 <... writev resumed>) = 1',
    '7 1.6 writev(6</d/store/data.mdb>, [{iov_base="x", iov_len=1}], 1) = 1',
    '7 1.7 write(2</log>, "ready data=\\"/d/store\\"", 20) = 20',
    '7 1.8 fcntl(9</d/store/lock.mdb>, F_SETLK, {}) = 0',
    '7 1.9 futex_of_tomorrow(6</d/store/data.mdb>) = 0',
]


class SystemCallsTest(unittest.TestCase):
    def test_a_trace_says_what_writes(self):
        seen = Seen(SEEN, "/d")
        self.assertEqual(seen.count, {"openat": 2, "writev": 2, "futex_of_tomorrow": 1})
        self.assertEqual(seen.paths, {"/d/keys/1.members", "/d/store/data.mdb"})

    def test_a_fault_that_did_not_fire_is_told_from_one_that_strace_missed(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, lines, *wanted in LOGS:
                for died in (True, False):
                    with self.subTest(name, died=died):
                        fault = Fault(folder, Seen([], "/d"), "fdatasync", 2, "signal=KILL")
                        with open(fault.log, "w") as log:
                            log.write("\n".join(lines) + "\n")
                        fault.read(died)
                        self.assertEqual((fault.fired, fault.missed), wanted[not died])


class CrashPointsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lives = Lives(BECKOND)
        cls.addClassCleanup(cls.lives.close)

    def test_a_kill_at_any_write_sync_or_reply_loses_nothing_and_doubles_nothing(self):
        killed = sweep(self, self.lives, "signal=KILL", lambda phase, name: True, N_MAX)
        self.assertTrue(all(life.died for life in killed))
        cut_off = sum(life.day is not None and life.day.failed is not None for life in killed)
        print("%d lives, %d cut off in the middle of a request" % (len(killed), cut_off))
        self.assertGreater(cut_off, 0)

    def test_a_fault_behind_the_end_is_none(self):
        life = self.lives.live(Point("start", "fsync", 1000), "signal=KILL")
        self.assertFalse(life.fault.fired or life.fault.missed)
        self.assertGreater(life.fault.counted, 0)

    def test_a_beckond_that_answers_before_it_commits_is_caught(self):
        caught(self, self.lives, EARLY, "signal=KILL")


if __name__ == "__main__":
    run()
