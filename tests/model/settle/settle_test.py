"""Settlement runs against a model of them: the life model's random commands, and runs that are
drafted, frozen, rejected, cancelled, approved, closed and paid meanwhile; every line of every
draft, every credit, debt and balance predicted, the store proved before each close and at the end
of each play.

BECKON_SEED=N begins with play N, BECKON_STEPS=N says how many commands in all (5,000 a play),
BECKON_LONG=1 plays 400,000."""

import multiprocessing
import os
import random
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "life")]
from pipe import Api  # noqa: E402
from play import Mismatch  # noqa: E402
from settle_play import SettlePlay  # noqa: E402

LONG = os.environ.get("BECKON_LONG") == "1"
STEPS = int(os.environ.get("BECKON_STEPS", "400000" if LONG else "20000"))
A_PLAY = 5000
SEED = int(os.environ["BECKON_SEED"]) if "BECKON_SEED" in os.environ else None
FAULTS = os.environ.get("MODEL_FAULTS", "").split(",")
FAULT_STEPS, FAULT_PLAYS = 4000, 8


def play(task):
    """(seed, commands done, runs closed, what differed or "")."""
    seed, steps, program, arguments = task
    one = SettlePlay(Api(os.environ["MODEL_DESCRIPTORS"]), seed, program, arguments)

    def closed():
        return sum(1 for run in one.merchant.runs if run.state in ("CLOSED", "PAID"))
    try:
        one.play(steps)
        code = one.pipe.close()
        return seed, one.steps, closed(), "" if code == 0 else "the driver ended with %d" % code
    except Mismatch as mismatch:
        one.pipe.kill()
        return seed, one.steps, closed(), str(mismatch)
    except (BrokenPipeError, EOFError) as error:
        one.pipe.kill()
        return seed, one.steps, closed(), "the driver ended: %r" % error


class Settlements(unittest.TestCase):
    def test_every_line_credit_and_balance_is_what_the_model_predicts(self):
        first = SEED if SEED is not None else random.SystemRandom().randrange(10 ** 9)
        count = max(1, STEPS // A_PLAY)
        tasks = [(first + i, min(A_PLAY, STEPS), None, ()) for i in range(count)]
        done, runs, began = 0, 0, time.monotonic()
        with multiprocessing.Pool() as pool:
            for seed, steps, closed, found in pool.imap_unordered(play, tasks):
                self.assertEqual(found, "", "BECKON_SEED=%d" % seed)
                done, runs = done + steps, runs + closed
        print("%d commands and %d closed runs in %d plays from BECKON_SEED=%d: no divergence, "
              "%.0f/s" % (done, runs, count, first, done / (time.monotonic() - began)),
              file=sys.stderr, flush=True)
        self.assertGreater(runs, count)

    def test_a_fault_in_the_code_is_noticed(self):
        with multiprocessing.Pool() as pool:
            for fault in FAULTS:
                found = ""
                for seed in range(1, FAULT_PLAYS, 2):  # a pair at a time: one is mostly enough
                    tasks = [(s, FAULT_STEPS, os.environ["MODEL_FAULTY_DRIVER"], (fault,))
                             for s in (seed, seed + 1)]
                    found = found or next((f for *_, f in pool.map(play, tasks) if f), "")
                    if found:
                        break
                self.assertNotEqual(found, "", "not noticed: " + fault)
                print("%s: %.150s" % (fault, found), file=sys.stderr, flush=True)


if __name__ == "__main__":
    unittest.main()
