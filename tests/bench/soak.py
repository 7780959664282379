"""A long run at 70 % of what the service can do, by the clock: are memory, descriptors and the slowest
answers at the end what they were at the beginning?

Happy path: fill a store -> find the rate at which it saturates, with the same mix of calls -> warm up
-> six intervals at a share of that rate, while guides' scoreboards are watched; every interval says its
p50 and p99, and what /proc and /metrics said during it -> verify -> the last interval beside the first.
The calls go out whether answers come or not (load_paced.c). The load client, the watchers and the
service share this machine. Exit 0 when the run completed and every call was answered OK."""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
import market  # noqa: E402
from measuring import LOAD, MIB, say, scratch  # noqa: E402
from scoreboard import Watchers  # noqa: E402
from service import ROOT, Service, free_port  # noqa: E402

INTERVALS, CONNECTIONS, IN_FLIGHT_MAX, SATURATING = 6, 8, 4096, 64
VERIFY_SECONDS = 3600  # of some 15 million purchases
SAMPLE_SECONDS = 5
GROWING = ("used_mib", "file_mib", "read_mib")  # read: by the process, from the disk
METRICS = {"used_mib": "beckon_store_used_bytes", "map_mib": "beckon_store_map_bytes",
           "snapshots": "beckon_store_snapshots", "oldest_snapshot": "beckon_store_oldest_snapshot_commits"}


class Probe(threading.Thread):
    """Looks at the process every few seconds until it is stopped."""

    def __init__(self, service, metrics_port):
        super().__init__(daemon=True)
        self.pid, self.data, self.port = service.process.pid, service.data, metrics_port
        self.samples, self.ended = [], threading.Event()

    def run(self):
        while not self.ended.wait(SAMPLE_SECONDS):
            self.samples.append((time.monotonic(), self.look()))

    def stop(self):
        self.ended.set()
        self.join()

    def look(self):
        with open("/proc/%d/status" % self.pid) as file:
            status = dict(re.findall(r"^(\w+):\s+(\d+)", file.read(), re.M))
        seen = {"rss_mib": int(status["VmRSS"]) / 1024, "rss_anon_mib": int(status["RssAnon"]) / 1024,
                "threads": int(status["Threads"]),
                "descriptors": len(os.listdir("/proc/%d/fd" % self.pid)),
                "file_mib": os.stat(os.path.join(self.data, "store/data.mdb")).st_size / MIB}
        with open("/proc/%d/io" % self.pid) as file:
            seen["read_mib"] = int(re.search(r"^read_bytes: (\d+)", file.read(), re.M)[1]) / MIB
        with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % self.port, timeout=10) as reply:
            told = dict(re.findall(r"^(\w+) ([\d.e+]+)$", reply.read().decode(), re.M))
        for name, metric in METRICS.items():
            seen[name] = float(told[metric]) / (MIB if name.endswith("_mib") else 1)
        return seen

    def between(self, begun, ended):
        """Of the samples of that time: medians; of what only grows, the last."""
        seen = [sample for at, sample in self.samples if begun <= at <= ended]
        seen = seen or [self.look()]
        return {key: round(seen[-1][key] if key in GROWING
                           else statistics.median(sample[key] for sample in seen), 1)
                for key in seen[0]}


class Soak:
    def __init__(self, service, options):
        self.service, self.options, self.runs = service, options, 0

    def command(self, seconds, *words):
        self.runs += 1
        return [LOAD, "mix", "--address", self.service.address, "--token-file",
                os.path.join(self.service.data, "admin.token"), "--connections", str(CONNECTIONS),
                "--seconds", "%g" % seconds, "--members", str(self.options.members), "--guides",
                str(self.options.guides), "--shops", ",".join(market.shop_ids()), "--run",
                "S%d" % self.runs, "--seed", str(self.runs), *words]

    def saturation(self):
        """Calls a second one after another, without a clock: the second time, since a young store is
        quicker: nothing is drained while the write buffer fills for the first time, and the smaller
        the tree, the fewer pages a drain writes."""
        for _ in range(2):
            done = subprocess.run(self.command(self.options.find, "--in-flight", str(SATURATING)),
                                  text=True, stdout=subprocess.PIPE, check=True)
            per_s = self.answered(json.loads(done.stdout))["per_s"]
        return per_s

    @staticmethod
    def answered(report):
        if set(report["statuses"]) - {"OK"} or report["gone"]:
            raise SystemExit("calls were not answered: %s" % report["statuses"])
        return report

    def paced(self, rate, seconds, every, heard):
        """Runs the load by the clock and hands each interval's report to `heard`."""
        process = subprocess.Popen(
            self.command(seconds, "--rate", "%g" % rate, "--every", "%g" % every, "--in-flight",
                         str(IN_FLIGHT_MAX)), text=True, stdout=subprocess.PIPE)
        for line in process.stdout:
            report = self.answered(json.loads(line))
            if report["seconds"] > every / 2:  # what was in flight at the end is a line of its own
                heard(report)
        if process.wait() != 0:
            raise SystemExit("the load client ended with %d" % process.returncode)

    def run(self, rate, probe):
        seconds = self.options.soak * 60
        every, rows = seconds / INTERVALS, []
        warm_up = min(60, seconds / 5)
        say("warming up for %.0f s at %.0f calls/s" % (warm_up, rate))
        self.paced(rate, warm_up, warm_up, lambda report: None)
        began = time.monotonic()

        def heard(report):
            now = time.monotonic()
            row = {"minutes": round((now - began) / 60, 2), "per_s": report["per_s"],
                   "p50_ms": report["p50_ms"], "p99_ms": report["p99_ms"],
                   **probe.between(now - report["seconds"], now)}
            say(json.dumps(row))
            rows.append(row)

        # A little longer, so that the last interval is a whole one.
        self.paced(rate, seconds + min(1, every / 10), every, heard)
        return rows


def compare(rows):
    first, last = rows[0], rows[-1]
    return {"p99_last_to_first": round(last["p99_ms"] / first["p99_ms"], 3),
            "p50_last_to_first": round(last["p50_ms"] / first["p50_ms"], 3),
            "rss_anon_growth_mib": round(last["rss_anon_mib"] - first["rss_anon_mib"], 1),
            "descriptors_growth": last["descriptors"] - first["descriptors"],
            "threads_growth": last["threads"] - first["threads"]}


def show(result):
    print("%d members; saturated at %.0f calls/s, run at %.0f" % (
        result["members"], result["saturation_per_s"], result["rate"]))
    keys = list(result["intervals"][0])
    print(" ".join("%12s" % key for key in keys))
    for row in result["intervals"]:
        print(" ".join("%12g" % row[key] for key in keys))
    for key, value in result["last_to_first"].items():
        print("%-24s %g" % (key, value))


def options_read():
    parser = argparse.ArgumentParser(prog="tests/bench/run --soak")
    parser.add_argument("--soak", type=float, required=True, metavar="MINUTES")
    parser.add_argument("--share", type=float, default=0.7, help="of the rate that saturates")
    parser.add_argument("--rate", type=float, help="calls a second; else found")
    parser.add_argument("--find", type=float, default=150, help="seconds to find it in, twice")
    parser.add_argument("--members", type=int, default=200000)
    parser.add_argument("--guides", type=int, default=market.GUIDES)
    parser.add_argument("--watchers", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", default=os.path.join(ROOT, "build"))
    return parser.parse_args()


def main():
    options = options_read()
    port = free_port()
    with scratch(options.folder) as folder, \
            Service(options=["--metrics", "127.0.0.1:%d" % port], folder=folder) as service:
        say("importing %d members ..." % options.members)
        market.fill(service, folder, options.members, options.guides)
        soak, probe = Soak(service, options), Probe(service, port)
        watchers = Watchers(service, options.guides, options.watchers)
        probe.start()
        saturation = soak.saturation() if not options.rate else 0
        rate = options.rate or round(saturation * options.share)
        rows = soak.run(rate, probe)
        probe.stop()
        told = sum(watchers.messages)
        watchers.close()
        findings = service.verify(VERIFY_SECONDS)["findings"]
        if findings:
            raise SystemExit("the store is damaged after the run: %s" % findings[:3])
    result = {"minutes": options.soak, "members": options.members, "saturation_per_s": saturation,
              "rate": rate, "watchers": options.watchers, "messages_to_watchers": told,
              "intervals": rows, "last_to_first": compare(rows)}
    if options.json:
        print(json.dumps(result))
    else:
        show(result)


if __name__ == "__main__":
    main()
