"""An error (EIO, here and there ENOSPC) at the Nth write or sync of the data folder: nothing that was
asked behind it is answered, the process ends at once with its documented code, and after the next
start everything that was left open has one outcome: verify is clean and the day comes to what it
comes to without an error. A fault that didn't fire is a failure.

10 points with EIO and some with ENOSPC; with BECKON_LONG=1 (tests/run --long) N = 1 ... 100 and every
ninth behind that. BECKON_SEED draws the same points again. And a beckond that doesn't hear of a
failed commit is caught."""

import os
import statistics
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
from points import STOPS, Lives, Point, caught, run, sweep  # noqa: E402
from service import BECKOND, ROOT  # noqa: E402
from system_calls import REPLY  # noqa: E402

DEAF = os.environ.get("BECKOND_DEAF",
                      os.path.join(ROOT, "build/release/tests/durability/beckond_deaf"))
N_MAX, PROMPT_SECONDS = 100, 1.0
# While a batch is put together or a commit is made: what a full disk can meet.
FULL = [Point("work", "pwrite64", 3), Point("work", "fdatasync", 40), Point("work", "fallocate", 1)]


def writes_or_syncs(phase, name):
    return name not in (REPLY, "openat")


class FaultPointsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lives = Lives(BECKOND)
        cls.addClassCleanup(cls.lives.close)

    def test_an_error_at_any_write_or_sync_stops_it_and_leaves_one_outcome(self):
        lived = sweep(self, self.lives, "error=EIO", writes_or_syncs, N_MAX)
        seconds = [life.fault.seconds for life in lived if life.died]
        print("ends %.3f s after the error (median, most %.3f s)"
              % (statistics.median(seconds), max(seconds)))
        self.assertLess(max(seconds), PROMPT_SECONDS)

    def test_a_full_disk_at_a_write_or_sync_leaves_one_outcome(self):
        for point in FULL:
            life = self.lives.live(point, "error=ENOSPC")
            self.assertTrue(life.fault.fired)
            self.assertEqual(life.findings, [], str(life))
            print("ENOSPC at %s %d: %s" % (point.name, point.n,
                                           "it ends" if life.died else "refused, and it goes on"))

    def test_a_beckond_that_does_not_hear_of_a_failed_commit_is_caught(self):
        # Either nobody notices, or the engine does at its next commit: its number is taken.
        self.assertNotIn(caught(self, self.lives, DEAF, "error=EIO").code, STOPS)


if __name__ == "__main__":
    run()
