"""SIGKILL at the Nth call of everything beckond writes and syncs with, and of its replies: what was
answered is there, once, and is answered the same again; verify is clean; the day that was cut off
comes to what it comes to when it isn't. Which calls those are a trace says (system_calls.py); a fault
that didn't fire is a failure.

10 points spread over the range; with BECKON_LONG=1 (tests/run --long) N = 1 ... 200 and every ninth
behind that. BECKON_SEED draws the same points again. And a beckond that answers before it commits is
caught."""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
from points import SEED, Lives, Point, sweep  # noqa: E402
from service import BECKOND, ROOT  # noqa: E402
from system_calls import strace_works  # noqa: E402

EARLY = os.environ.get("BECKOND_EARLY",
                       os.path.join(ROOT, "build/release/tests/durability/beckond_early"))
N_MAX, EARLY_TRIES = 200, 20


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

    def test_a_beckond_that_answers_before_it_commits_is_caught(self):
        for n in range(1, EARLY_TRIES + 1):  # a day begins with purchases
            life = self.lives.live_with(EARLY, Point("work", "fdatasync", n), "signal=KILL")
            self.assertTrue(life.fault.fired)
            lost = [finding for finding in life.findings if finding.startswith("lost: purchase")]
            if lost:
                print("answered early: found at point %d: %s" % (n, lost[0][:120]))
                return
        self.fail("%d kills, and no purchase that was answered early got lost" % EARLY_TRIES)


if __name__ == "__main__":
    if not strace_works():
        print("skipped: strace is missing or may not trace here")
        sys.exit(77)
    print("BECKON_SEED=%d" % SEED, flush=True)
    unittest.main()
