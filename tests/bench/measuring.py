"""What the benchmark's parts share: a beckond in a folder, one measurement by beckon_load, what /proc
and LMDB's own tools say, a folder on a real disk."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
import market  # noqa: E402
from service import BECKOND, ROOT, Service  # noqa: E402

LOAD = os.environ.get("BECKON_LOAD", os.path.join(ROOT, "build/release/tests/bench/beckon_load"))
CONNECTIONS = 4
BUFFER = "--store-buffer"
MIB = 1 << 20


def say(text):
    print("%6.1f s  %s" % (time.monotonic() - say.began, text), file=sys.stderr, flush=True)


say.began = time.monotonic()


def cpu_seconds(service):
    with open("/proc/%d/stat" % service.process.pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_anon_mib(service):
    with open("/proc/%d/status" % service.process.pid) as file:
        return int(re.search(r"RssAnon:\s+(\d+)", file.read()).group(1)) / 1024


def has_buffer():
    """Does this beckond's engine have a write buffer?"""
    done = subprocess.run([BECKOND, "--help"], text=True, stdout=subprocess.PIPE, check=True)
    return BUFFER in done.stdout


def is_memory(folder):
    kind = subprocess.run(["stat", "-f", "-c", "%T", folder], text=True, stdout=subprocess.PIPE,
                          check=True).stdout.strip()
    return kind in ("tmpfs", "ramfs")


@contextlib.contextmanager
def scratch(parent):
    """A folder for stores, gone afterwards; when a run fails, the end of beckond's log is shown."""
    if is_memory(parent):
        raise SystemExit("%s is in memory, where a sync costs nothing: name a disk by --folder"
                         % parent)
    folder = tempfile.mkdtemp(prefix="bench-", dir=parent)
    try:
        yield folder
    except BaseException:
        for at, _, names in os.walk(folder):
            if "beckond.log" in names:
                with open(os.path.join(at, "beckond.log"), errors="replace") as log:
                    sys.stderr.write("the end of %s/beckond.log:\n%s" % (at, log.read()[-2000:]))
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Bench:
    """One store of so many members, measured again and again. `options`: seconds, buffer_mib (None:
    as beckond likes it), quick."""

    def __init__(self, options, folder, members):
        self.options, self.folder, self.members = options, folder, members
        self.rss_mib = 0.0
        self.runs = self.purchases = 0

    def buffer_words(self, buffer_mib):
        return [] if buffer_mib is None or not has_buffer() else [BUFFER, "%dMiB" % buffer_mib]

    def service(self, folder=None):
        return Service(options=self.buffer_words(self.options.buffer_mib),
                       folder=folder or self.folder)

    def info(self, service):
        return service.client("operator").call("beckon.v1.StoreService/GetStoreInfo", {})

    def command(self, service, mode, in_flight, seconds):
        """beckon_load's command line for a measurement; each has receipts of its own."""
        self.runs += 1
        return [LOAD, mode, "--address", service.address, "--token-file",
                os.path.join(service.data, "admin.token"), "--connections", str(CONNECTIONS),
                "--in-flight", str(in_flight), "--seconds", "%g" % seconds, "--members",
                str(self.members), "--shops", ",".join(market.shop_ids()), "--run",
                "B%d" % self.runs, "--seed", str(self.runs)]

    def load(self, service, mode, in_flight, seconds=None):
        """One measurement; adds "cpu_us", of beckond, a call. A call that is not OK ends the run: a
        rate of refusals is no rate."""
        before = cpu_seconds(service)
        done = subprocess.run(
            self.command(service, mode, in_flight, seconds or self.options.seconds), text=True,
            stdout=subprocess.PIPE, check=True)
        report = json.loads(done.stdout)
        if set(report["statuses"]) != {"OK"}:
            raise SystemExit("%s at %d in flight: %s" % (mode, in_flight, report["statuses"]))
        report["cpu_us"] = 1e6 * (cpu_seconds(service) - before) / report["calls"]
        if mode == "purchase" and service.folder == self.folder:
            self.purchases += report["calls"]
        self.note_memory(service)
        return report

    def note_memory(self, service):
        """The most it held beside the map and its configured write buffer."""
        buffer_mib = self.info(service).get("buffer_bytes", 0) / MIB
        self.rss_mib = max(self.rss_mib, rss_anon_mib(service) - buffer_mib)

    def drain(self):
        """Brings what is buffered into the tree: a start without a buffer does."""
        if has_buffer():
            with Service(options=self.buffer_words(0), folder=self.folder):
                pass

    def live_bytes(self):
        """Of the drained store, while nothing runs on it: pages in use and not free."""
        self.drain()
        return live_bytes(os.path.join(self.folder, "data/store"))


def live_bytes(store):
    done = subprocess.run(["mdb_stat", "-ef", store], text=True, stdout=subprocess.PIPE, check=True)
    said = {key: int(value) for key, value in re.findall(r"^ *([A-Za-z ]+): (\d+)$", done.stdout,
                                                         re.M)}
    return (said["Number of pages used"] - said["Free pages"]) * said["Page size"]


def copy_store(folder, other):
    """The data folder once more, below `other`."""
    os.mkdir(other)
    subprocess.run(["cp", "-r", "--sparse=always", os.path.join(folder, "data"), other], check=True)
