"""Registrations go on while others dribble: a small version of tests/bench/run --pages."""

import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pages import Pages  # noqa: E402
from slow import Slow, percentile, register  # noqa: E402

SLOW = 250
P99_SECONDS = 2   # the figure is measured by the bench; this machine may be busy
CUT_SECONDS = 14  # a request is complete after 10 s, or it is over


class SlowVisitors(unittest.TestCase):
    def test_registrations_go_on_and_the_slow_ones_are_cut_off(self):
        with Pages(sms=False) as pages:
            with Slow(pages.web_port, SLOW) as slow:
                began = time.monotonic()
                times = register(pages, 20, visitors=2, count=40)
                print("%d registrations beside %d slow connections: p50 %.0f ms, p99 %.0f ms" % (
                    len(times), slow.held, percentile(times, 0.5) * 1000, percentile(times, 0.99) * 1000))
                self.assertEqual(len(times), 80)
                self.assertLess(percentile(times, 0.99), P99_SECONDS)
                while slow.cut < SLOW // 3 and time.monotonic() - began < CUT_SECONDS:
                    time.sleep(0.2)
                self.assertGreaterEqual(slow.cut, SLOW // 3)


if __name__ == "__main__":
    unittest.main()
