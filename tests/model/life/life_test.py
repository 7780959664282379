"""The whole life of a credit against a model of it: random commands run in-process, every answer
and every balance predicted (merchant.py, counter.py), the store proved at the end of each play.

BECKON_SEED=N begins with play N, BECKON_STEPS=N says how many commands in all (10,000 a play),
BECKON_LONG=1 plays a million."""

import multiprocessing
import os
import random
import sys
import time
import unittest

from counter_play import CounterPlay
from pipe import Api
from play import Mismatch

LONG = os.environ.get("BECKON_LONG") == "1"
STEPS = int(os.environ.get("BECKON_STEPS", "1000000" if LONG else "200000"))
A_PLAY = 10000                # commands of one play, on a store of its own
SEED = int(os.environ["BECKON_SEED"]) if "BECKON_SEED" in os.environ else None
FAULTS = os.environ.get("MODEL_FAULTS", "").split(",")
FAULT_STEPS, FAULT_PLAYS = 4000, 8


def play(task):
    """(seed, commands done, what differed or "")."""
    seed, steps, program, arguments = task
    one = CounterPlay(Api(os.environ["MODEL_DESCRIPTORS"]), seed, program, arguments)
    try:
        one.play(steps)
        code = one.pipe.close()
        return seed, one.steps, "" if code == 0 else "the driver ended with %d" % code
    except Mismatch as mismatch:
        one.pipe.kill()
        return seed, one.steps, str(mismatch)
    except (BrokenPipeError, EOFError) as error:
        one.pipe.kill()
        return seed, one.steps, "the driver ended: %r" % error


class Life(unittest.TestCase):
    def test_every_answer_and_balance_is_what_the_model_predicts(self):
        first = SEED if SEED is not None else random.SystemRandom().randrange(10 ** 9)
        count = max(1, STEPS // A_PLAY)
        tasks = [(first + i, min(A_PLAY, STEPS), None, ()) for i in range(count)]
        done, began = 0, time.monotonic()
        with multiprocessing.Pool() as pool:
            for seed, steps, found in pool.imap_unordered(play, tasks):
                self.assertEqual(found, "", "BECKON_SEED=%d" % seed)
                done += steps
        seconds = time.monotonic() - began
        print("%d commands in %d plays from BECKON_SEED=%d: no divergence, %.0f/s"
              % (done, count, first, done / seconds), file=sys.stderr, flush=True)

    def test_a_fault_in_the_code_is_noticed(self):
        with multiprocessing.Pool() as pool:
            for fault in FAULTS:
                found = ""
                for seed in range(1, FAULT_PLAYS, 2):  # a pair at a time: one is mostly enough
                    tasks = [(s, FAULT_STEPS, os.environ["MODEL_FAULTY_DRIVER"], (fault,))
                             for s in (seed, seed + 1)]
                    found = found or next((f for _, _, f in pool.map(play, tasks) if f), "")
                    if found:
                        break
                self.assertNotEqual(found, "", "not noticed: " + fault)
                print("%s: %.150s" % (fault, found), file=sys.stderr, flush=True)


if __name__ == "__main__":
    unittest.main()
