"""One life of a beckond with one fault in it, and what is left of it.

    lives = Lives(BECKOND)                 # watches each phase once: lives.seen[phase], lives.wanted
    life = lives.live(Point("work", "fdatasync", 7), "signal=KILL")
    life.fault.fired; life.findings        # sentences; none is how it should be

Phases: "work" is a day of duties.py on a prepared store; "start" the start of that store, which
kill -9 cut off; "first" the very first start, on nothing. After each life the service is started
again, without a fault: what was answered is answered so again, all the rest is done, and then
verify is clean and everything is as it is after a life without a fault."""

import atexit
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import unittest
from collections import Counter, namedtuple

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
from duties import Base, Day, differences, found, moved, state  # noqa: E402
from service import Service  # noqa: E402
from system_calls import (Fault, REPLY, Seen, STRACE, attach, strace_works,  # noqa: E402
                          watch_options)

PHASES = ("first", "start", "work")
END_SECONDS = 10
LONG = bool(os.environ.get("BECKON_LONG"))
SEED = int(os.environ.get("BECKON_SEED", time.time_ns() % 1000000))
# Of the ordinary run: so many points of these phases, of each name at most so many looked at.
SPREAD = ((("first",), 2), (("start",), 1), (("work",), 7))
THINNED, STRIDE, DRAWS_MAX, ENDED_MAX, CAUGHT_WITHIN = 100, 9, 10, 2, 20
REST_SECONDS = 0.3    # behind a start: what is done then by itself belongs to it
HAS_TO_STOP = re.compile("write|sync")
STOPS = {70}          # what beckond ends with whose store fails while it serves (--help)
REFUSES = {1, 3, 70}  # ... while it starts
Point = namedtuple("Point", "phase name n")


def children(process):
    with open("/proc/%d/task/%d/children" % (process.pid, process.pid)) as file:
        return [int(child) for child in file.read().split()]


class Life:
    def __init__(self, point, what):
        self.point, self.what, self.findings, self.day = point, what, [], None
        self.died = False  # without our doing
        self.code = None

    def __str__(self):
        return "%s at %s %d while %s: %s" % (
            self.what, self.point.name, self.point.n, {"work": "serving", "start": "starting",
            "first": "starting for the first time"}[self.point.phase], "; ".join(self.findings))


class Lives:
    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix="beckon-points-")
        self.client, self.seen = None, {}
        self.service = Service(folder=self.folder, program=program, options=["--core-dumps"])
        self.base = None
        atexit.register(self.close)  # interrupted, too, nothing is left running
        try:
            self.base = Base(program)
            for phase in PHASES:
                self.watch(phase)
        except BaseException:
            self.close()
            raise

    def close(self):
        self.end()
        if self.base is not None:
            self.base.close()
        shutil.rmtree(self.folder, True)
        atexit.unregister(self.close)

    def live_with(self, program, *point):
        """A life of another program; the one that was watched says what it should come to."""
        mine, self.service.program = self.service.program, program
        try:
            return self.live(*point)
        finally:
            self.service.program = mine

    # ---- the parts of a life ---------------------------------------------------------------------

    def prepare(self, phase):
        if phase == "first":
            shutil.rmtree(self.service.data, True)
        else:
            self.base.copy(self.folder)

    def start(self, wrapper=()):
        """True: it serves."""
        try:
            self.service.start(wrapper=wrapper)
        except RuntimeError:
            return False
        return True

    def ready_client(self):
        if self.client is None:
            self.client = self.service.client("admin")
            self.client.services()
        self.client = moved(self.client, self.service)
        return self.client

    def end(self):
        """kill -9, unless it is gone: to beckond itself, not to the strace it may run under."""
        process = self.service.process
        if process is None or process.poll() is not None:
            return
        with open("/proc/%d/comm" % process.pid) as comm:
            wrapped = comm.read().strip() == "strace"
        for pid in children(process) if wrapped else [process.pid]:
            os.kill(pid, signal.SIGKILL)
        process.wait(END_SECONDS)

    def watch(self, phase):
        """A life without a fault, all of its calls traced."""
        log = os.path.join(self.folder, "watched")
        self.prepare(phase)
        if phase == "work":
            assert self.start()
            client = self.ready_client()
            tracer = attach(self.service.process, watch_options(), log)
            day = Day(client).work()
            assert day.failed is None, (day.failed, day.why)
            self.end()
            tracer.wait(END_SECONDS)
        else:
            assert self.start(wrapper=[*STRACE, *watch_options(), "-o", log])
            self.rest()
            self.end()
        with open(log, errors="replace") as file:
            self.seen[phase] = Seen(file, self.service.data)
        if phase != "work":
            self.seen[phase].count.pop(REPLY, None)
        assert not self.seen[phase].mapped, "written through memory, which nothing here sees"
        if phase == "work":
            assert self.start()
            self.wanted = state(self.ready_client())
            self.end()

    # ---- with a fault ----------------------------------------------------------------------------

    def live(self, point, what):
        life = Life(point, what)
        self.prepare(point.phase)
        life.fault = Fault(self.folder, self.seen[point.phase], point.name, point.n, what)
        (self.live_work if point.phase == "work" else self.live_start)(life)
        life.fault.read(life.died)
        if life.fault.missed:
            life.findings.append("strace counted %d calls and made none fail" % life.fault.counted)
        if life.fault.fired:
            self.judge_end(life)
            self.look_again(life)
        return life

    def live_work(self, life):
        assert self.start(), self.service.log()
        client = self.ready_client()
        tracer = life.fault.attach(self.service.process)
        life.day = Day(client).work(over=lambda: self.service.process.poll() is not None)
        until = time.monotonic() + (END_SECONDS if life.day.failed else 0)
        while self.service.process.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        self.took_its_end(life)
        tracer.wait(END_SECONDS)

    def live_start(self, life):
        if self.start(wrapper=life.fault.wrapper()):
            self.rest()
        self.took_its_end(life)

    def rest(self):
        """Waits until it dies, at most REST_SECONDS."""
        until = time.monotonic() + REST_SECONDS
        while self.service.process.poll() is None and time.monotonic() < until:
            time.sleep(0.002)

    def took_its_end(self, life):
        """Notes how it ended, or ends it."""
        life.code = self.service.process.poll()
        life.died = life.code is not None
        self.end()

    def judge_end(self, life):
        """An error of a write or a sync has to stop it, with the code that says so. Others, and a disk
        that is full, may be outlived; but strace counts each thread's calls, so another may meet it
        once more."""
        if life.what.startswith("signal"):
            return
        stops = STOPS if life.point.phase == "work" else REFUSES
        if not life.died:
            if HAS_TO_STOP.search(life.point.name) and "ENOSPC" not in life.what:
                life.findings.append("it went on")
            return
        if life.code not in stops:
            life.findings.append("it ended with %s" % life.code)
        if life.day is not None and life.day.later and "ENOSPC" not in life.what:
            life.findings.append("answered after the fault: %s" % ", ".join(life.day.later))

    def look_again(self, life):
        if not self.start():
            life.findings.append("it doesn't start again: " + self.service.log()[-500:])
            return
        try:
            client = self.ready_client()
            if life.point.phase == "first":
                found(client)
            else:
                day = Day(client, life.day.answers if life.day else {}).again()
                life.findings += day.findings
                life.findings += differences(self.wanted, state(client))
            proof = self.service.verify()
            if proof["finding_count"] != 0:
                life.findings.append("verify: %s" % proof["findings"])
        except Exception as error:
            life.findings.append("%s: %s" % (type(error).__name__, error))
        self.end()


# ---- which points --------------------------------------------------------------------------------

def places(lives, names):
    """(phase, name) of everything that was seen, without the names that are left out."""
    return [(phase, name) for phase in PHASES for name in sorted(lives.seen[phase].count)
            if names(phase, name)]


def every(lives, what, names, n_max):
    """The long run: at each place the first, the second ... to the n_max-th, behind that every
    STRIDE-th, until lives end before they come to it. Yields lives that met their fault."""
    for phase, name in places(lives, names):
        n, ended = 1, 0
        while ended < ENDED_MAX:
            life = lives.live(Point(phase, name, n), what)
            if not life.fault.fired and not life.fault.missed:
                ended += 1
                continue
            yield life
            n, ended = n + (1 if n < n_max else STRIDE), 0
        print("%s, %s, %s: up to %d" % (what, phase, name, n - 1), flush=True)


def draws(lives, phases, names):
    """Points to draw from: of each name at most about THINNED, over all of its range."""
    return [Point(phase, name, n) for phase, name in places(lives, names) if phase in phases
            for n in range(1, lives.seen[phase].count[name] + 1,
                           1 + lives.seen[phase].count[name] // THINNED)]


def some(lives, what, names, draw):
    """The ordinary run: a few, each from another part of the range. A life that ended before its
    fault says nothing: another is drawn then."""
    for phases, count in SPREAD:
        points = draws(lives, phases, names)
        edges = [len(points) * i // count for i in range(count + 1)]
        for a, b in zip(edges, edges[1:]):
            for _ in range(DRAWS_MAX):
                life = lives.live(points[draw.randrange(a, b)], what)
                if life.fault.fired or life.fault.missed:
                    break
            yield life


def caught(test, lives, program, what):
    """A purchase that `program` lost at a failed sync of its first ones: the life in which it did."""
    for n in range(1, CAUGHT_WITHIN + 1):  # a day begins with purchases
        life = lives.live_with(program, Point("work", "fdatasync", n), what)
        test.assertTrue(life.fault.fired)
        lost = [finding for finding in life.findings if finding.startswith("lost: purchase")]
        if lost:
            print("%s: found at point %d: %s" % (os.path.basename(program), n, lost[0][:120]))
            return life
    test.fail("%d faults, and no purchase got lost" % CAUGHT_WITHIN)


def run():
    """What each of these tests does as a program."""
    if not strace_works():
        print("skipped: strace is missing or may not trace here")
        sys.exit(77)
    print("BECKON_SEED=%d" % SEED, flush=True)
    unittest.main()


def sweep(test, lives, what, names, n_max):
    """Lives with a fault at each point; what was found is told at once. Returns them."""
    lived, fired = [], Counter()
    for life in every(lives, what, names, n_max) if LONG else \
            some(lives, what, names, random.Random(SEED)):
        lived.append(life)
        fired[life.point.phase, life.point.name] += life.fault.fired
        if life.findings or not life.fault.fired:
            print("FOUND: %s" % life, flush=True)
    test.assertEqual([str(life) for life in lived if life.findings], [])
    test.assertEqual([str(life) for life in lived if not life.fault.fired], [])
    print("%s at %d points: %s" % (what, len(lived), ", ".join(
        "%s %s %d" % (*place, count) for place, count in sorted(fired.items()))), flush=True)
    return lived
