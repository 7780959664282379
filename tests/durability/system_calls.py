"""Which system calls a beckond writes and syncs its data folder with, and a fault at the Nth of them.

    seen = observe(service, ...)       # a run that is only watched
    with Fault(service, "fdatasync", 7, seen.paths, "signal=KILL") as fault: ...
    fault.ended()                      # did it fire? how often was it called by then?

Nothing here knows which calls LMDB's build makes: a run is watched with all calls traced, and what
touches a file of the data folder and isn't known to only read it is a place for a fault. strace
counts the calls of each thread by itself: "the Nth" is that of whichever thread gets so far first.
A call that is hit by SIGKILL isn't made; one that is given an error isn't made, either."""

import os
import re
import shutil
import subprocess
import time
from collections import defaultdict

# What doesn't change a file. Whatever isn't here and is given one counts as a write.
READS = {"access", "close", "dup", "dup2", "dup3", "execve", "faccessat", "faccessat2", "fadvise64", "fcntl",
         "flock", "fstat", "fstatfs", "getdents64", "ioctl", "lseek", "lstat", "mmap", "newfstatat",
         "pread64", "preadv", "preadv2", "read", "readlink", "readlinkat", "readv", "stat", "statfs",
         "statx"}
LOCKS = ("lock", "lock.mdb")  # nothing that has to last
REPLY = "sendmsg"             # how gRPC answers: a fault there comes between commit and reply
LINE = re.compile(r"(\d+) +(\d+\.\d+) (.*)", re.S)
CALL = re.compile(r"(\w+)\((.*)", re.S)
RESUMED = re.compile(r"<\.\.\. (\w+) resumed>")
STRACE = ["strace", "-f", "-q", "-ttt", "-e", "signal=none"]
ATTACH_SECONDS, END_SECONDS = 10, 20


def strace_works():
    """May we trace here?"""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run([*STRACE, "-o", os.devnull, "true"], stderr=subprocess.DEVNULL)
    return tried.returncode == 0


def files_of(text, data):
    """The files of the data folder that a call's arguments name: as what a descriptor stands for, or
    as a whole string (what is written into a log isn't)."""
    below = re.escape(data) + r'(?:/[^"\\>]*)?'
    return re.findall(r'(?:^|[ (])(?:\d+|AT_FDCWD)<(%s)>' % below, text) + \
        re.findall(r'(?<!\\)"(%s)"' % below, text)


def only_reads(name, arguments):
    if name in ("openat", "open", "creat"):
        return not re.search(r"O_CREAT|O_TRUNC", arguments) and name != "creat"
    return name in READS


class Seen:
    """What a watched run did: `count[name]` is how often the busiest thread made that call on files
    of the data folder, `paths` are those."""

    def __init__(self, lines, data):
        counts, writes = defaultdict(lambda: defaultdict(int)), set()
        self.paths, self.mapped = set(), set()
        calls = []
        for line in lines:
            found = LINE.match(line)
            call = CALL.match(found[3]) if found else None
            if call is None:
                continue
            name, arguments = call[1], call[2].split(' = ')[0]
            paths = [path for path in files_of(call[2], data)
                     if os.path.basename(path) not in LOCKS]
            if name == "mmap" and paths and "MAP_SHARED" in arguments and "PROT_WRITE" in arguments:
                self.mapped.update(paths)
            if name == REPLY and "socket:" in arguments:
                counts[name][found[1]] += 1
            if paths:
                calls.append((found[1], name, paths))
                if not only_reads(name, arguments):
                    writes.add(name)
                    self.paths.update(paths)
        for thread, name, paths in calls:
            if name in writes and self.paths.intersection(paths):
                counts[name][thread] += 1
        self.count = {name: max(of.values()) for name, of in counts.items()}


def tracing(seen, name):
    """strace's options to see this call on the files of the data folder, or replies."""
    paths = [] if name == REPLY else [option for path in sorted(seen.paths) for option in ("-P", path)]
    return ["-e", "trace=" + name, *paths]


def traced(process):
    """Is every thread of it under a tracer?"""
    for thread in os.listdir("/proc/%d/task" % process.pid):
        try:
            with open("/proc/%d/task/%s/status" % (process.pid, thread)) as status:
                if "TracerPid:\t0\n" in status.read():
                    return False
        except FileNotFoundError:
            continue  # it ended meanwhile
    return True


def attach(process, options, log):
    """Puts strace on all threads of a process that runs."""
    tracer = subprocess.Popen([*STRACE, *options, "-o", log, "-p", str(process.pid)],
                              stderr=subprocess.DEVNULL)
    until = time.monotonic() + ATTACH_SECONDS
    while not traced(process):
        if tracer.poll() is not None or time.monotonic() > until:
            raise RuntimeError("strace can't attach")
        time.sleep(0.002)
    return tracer


def watch_options():
    return ["-y", "-s", "256"]


class Fault:
    """A fault at the Nth call of a name: `what` is strace's ("signal=KILL", "error=EIO")."""

    def __init__(self, folder, seen, name, n, what):
        self.name, self.n, self.what = name, n, what
        self.log = os.path.join(folder, "fault.trace")
        self.options = [*tracing(seen, name),
                        "-e", "inject=%s:%s:when=%d" % (name, what, n)]
        if os.path.exists(self.log):
            os.unlink(self.log)

    def wrapper(self):
        """Before a command that is to be started with it."""
        return [*STRACE, *self.options, "-o", self.log]

    def attach(self, process):
        return attach(process, self.options, self.log)

    def read(self, died):
        """Reads the log once all is over; did the process end without our doing? `fired`, `counted`
        (by the busiest thread), `missed`: it went on behind that call and nothing had come of it
        (the very call may be one that our own kill cut off); `code` it ended with, `seconds` from an
        error to that end."""
        counts, hit, ended, self.code = defaultdict(int), None, None, None
        kill = self.what.startswith("signal=KILL")
        with open(self.log, errors="replace") as file:
            for line in file:
                found = LINE.match(line)
                if not found:
                    continue
                last = float(found[2])
                call = CALL.match(found[3])
                if call and call[1] == self.name:
                    counts[found[1]] += 1
                if "(INJECTED)" in line and hit is None:
                    hit = last
                exited = re.search(r"\+\+\+ exited with (\d+)", line)
                if exited:
                    ended, self.code = last, int(exited[1])
        self.counted = max(counts.values(), default=0)
        self.fired = died and self.counted == self.n if kill else hit is not None
        self.seconds = ended - hit if hit is not None and ended is not None else None
        self.missed = self.counted > self.n and not self.fired
        return self
