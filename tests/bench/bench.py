"""The benchmark; tests/bench/run installs, builds and starts it.

Happy path: fill a store -> ten rules beside R1 (ten_rules.py) -> copy it -> for 1, 64 and 256 calls
in flight, three rounds of { start beckond with --record-commits, empty calls, purchases, stop;
replay the recording with bare LMDB on the copy } -> the plain numbers on one beckond more -> print.
The copy is brought forward by each replay, so it is always the store as it was just before the next
recorded round. Rates are medians
of the rounds, ratios medians of the rounds' ratios; CPU times are those at 64 in flight; rss_mib is
the most any of the processes had at the end of a measurement. A call that is not OK ends the run: a
rate of refusals is no rate."""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
import market  # noqa: E402
import ten_rules  # noqa: E402
from service import ROOT, Service  # noqa: E402

BUILD = os.path.join(ROOT, "build/release/tests/bench")
LOAD = os.environ.get("BECKON_LOAD", os.path.join(BUILD, "beckon_load"))
REPLAY = os.environ.get("BECKON_REPLAY", os.path.join(BUILD, "beckon_replay"))
IN_FLIGHT, ROUNDS, CONNECTIONS = (1, 64, 256), 3, 4
PER_IN_FLIGHT = ["empty_call_per_s", "purchase_per_s", "purchase_p50_ms", "purchase_p99_ms",
                 "purchase_to_empty", "purchase_to_raw_lmdb"]
PLAIN = ["empty_call_h2load_per_s", "server_cpu_us_per_purchase", "server_cpu_us_per_empty_call",
         "import_per_s", "get_balance_per_s", "rss_mib", "ten_rules_to_r1"]


def say(text):
    print("%6.1f s  %s" % (time.monotonic() - say.began, text), file=sys.stderr, flush=True)


say.began = time.monotonic()


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.recording = os.path.join(folder, "recording")
        self.raw = os.path.join(folder, "raw")
        self.rss_mib = 0.0
        self.seed = 0

    def service(self, *options):
        return Service(options=options, folder=self.folder)

    def load(self, service, mode, in_flight):
        """One measurement; adds "cpu_us", of beckond, a call."""
        self.seed += 1
        before = cpu_seconds(service)
        done = subprocess.run(
            [LOAD, mode, "--address", service.address, "--token-file",
             os.path.join(service.data, "admin.token"), "--connections", str(CONNECTIONS),
             "--in-flight", str(in_flight), "--seconds", str(self.options.seconds), "--members",
             str(self.options.members), "--shops", ",".join(market.shop_ids()), "--run",
             "B%d" % self.seed, "--seed", str(self.seed)],
            text=True, stdout=subprocess.PIPE, check=True)
        report = json.loads(done.stdout)
        if set(report["statuses"]) != {"OK"}:
            raise SystemExit("%s at %d in flight: %s" % (mode, in_flight, report["statuses"]))
        report["cpu_us"] = 1e6 * (cpu_seconds(service) - before) / report["calls"]
        self.rss_mib = max(self.rss_mib, rss_anon_mib(service))
        return report

    def fill(self):
        with self.service() as service:
            say("importing %d members ..." % self.options.members)
            summary = market.fill(service, self.folder, self.options.members)
            say("%d members in %.0f s, %.0f/s" % (summary["rows"], summary["seconds"],
                                                  summary["rows_per_s"]))
            self.rss_mib = max(self.rss_mib, rss_anon_mib(service))

    def copy(self):
        os.mkdir(self.raw)
        copied = os.path.join(self.raw, "data.mdb")
        subprocess.run(["cp", "--sparse=always", os.path.join(self.folder, "data/store/data.mdb"),
                        copied], check=True)
        descriptor = os.open(copied, os.O_RDWR)
        os.fsync(descriptor)
        os.close(descriptor)

    def round(self, in_flight):
        """One of the alternating rounds: what each of the three said."""
        with self.service("--record-commits", self.recording) as service:
            empty = self.load(service, "empty", in_flight)
            purchase = self.load(service, "purchase", in_flight)
        done = subprocess.run([REPLAY, self.raw, self.recording], text=True, stdout=subprocess.PIPE,
                              check=True)
        os.unlink(self.recording)
        raw = json.loads(done.stdout)
        raw["per_s"] = purchase["calls"] / raw["seconds"]
        say("%3d in flight: %6d empty calls/s, %5d purchases/s (p99 %.1f ms, %d commits), "
            "bare LMDB %5d/s" % (in_flight, empty["per_s"], purchase["per_s"], purchase["p99_ms"],
                                 raw["commits"], raw["per_s"]))
        return empty, purchase, raw

    def per_in_flight(self, result):
        for in_flight in IN_FLIGHT:
            rounds = [self.round(in_flight) for _ in range(ROUNDS)]
            for key, value in {
                    "empty_call_per_s": lambda e, p, r: e["per_s"],
                    "purchase_per_s": lambda e, p, r: p["per_s"],
                    "purchase_p50_ms": lambda e, p, r: p["p50_ms"],
                    "purchase_p99_ms": lambda e, p, r: p["p99_ms"],
                    "purchase_to_empty": lambda e, p, r: p["per_s"] / e["per_s"],
                    "purchase_to_raw_lmdb": lambda e, p, r: p["per_s"] / r["per_s"]}.items():
                median = statistics.median(value(*each) for each in rounds)
                result.setdefault(key, {})[str(in_flight)] = round(median, 3)
            if in_flight == 64:
                result["server_cpu_us_per_empty_call"] = round(
                    statistics.median(each[0]["cpu_us"] for each in rounds), 1)
                result["server_cpu_us_per_purchase"] = round(
                    statistics.median(each[1]["cpu_us"] for each in rounds), 1)

    def plain(self, result):
        with self.service() as service:
            result["empty_call_h2load_per_s"] = self.h2load(service)
            result["get_balance_per_s"] = self.load(service, "balance", 64)["per_s"]
            count = 2000 if self.options.quick else 100000
            summary = market.import_purchases(service, self.folder, self.options.members, count)
            result["import_per_s"] = round(summary["rows_per_s"])
            say("h2load %d/s, balances %d/s, import of %d purchases %d/s"
                % (result["empty_call_h2load_per_s"], result["get_balance_per_s"], count,
                   result["import_per_s"]))
            self.rss_mib = max(self.rss_mib, rss_anon_mib(service))
            began = time.monotonic()
            for last in service.client("admin").call("beckon.v1.StoreService/VerifyStore",
                                                     timeout=3600):
                pass
            say("verify in %.1f s: %s" % (time.monotonic() - began, last["findings"] or "clean"))
            if last["findings"]:
                raise SystemExit("the store is damaged after the run")
        result["rss_mib"] = round(self.rss_mib, 1)

    def h2load(self, service):
        """64 in flight on four connections: the same empty call by another client."""
        body = os.path.join(self.folder, "empty.grpc")
        with open(body, "wb") as file:
            file.write(bytes(5))  # not compressed, no bytes: an empty HealthCheckRequest
        done = subprocess.run(
            ["h2load", "-t", "1", "-c", str(CONNECTIONS), "-m", str(64 // CONNECTIONS), "-D",
             str(max(1, round(self.options.seconds))), "-d", body, "-H", "te: trailers", "-H",
             "content-type: application/grpc",
             "http://%s/grpc.health.v1.Health/Check" % service.address],
            text=True, stdout=subprocess.PIPE, check=True)
        found = re.search(r"finished in .*?, ([0-9.]+) req/s", done.stdout)
        return round(float(found.group(1)))


def cpu_seconds(service):
    with open("/proc/%d/stat" % service.process.pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_anon_mib(service):
    with open("/proc/%d/status" % service.process.pid) as file:
        return int(re.search(r"RssAnon:\s+(\d+)", file.read()).group(1)) / 1024


def show(result):
    print("%-28s %12s %12s %12s" % ("calls in flight", *IN_FLIGHT))
    for key in PER_IN_FLIGHT:
        print("%-28s %12g %12g %12g" % (key, *(result[key][str(n)] for n in IN_FLIGHT)))
    for key in PLAIN:
        print("%-28s %12g" % (key, result[key]))


def options_read():
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--members", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--folder", default=os.path.join(ROOT, "build"))
    options = parser.parse_args()
    options.members = options.members or (2000 if options.quick else 1000000)
    options.seconds = options.seconds or (0.3 if options.quick else 5)
    return options


def main():
    options = options_read()
    kind = subprocess.run(["stat", "-f", "-c", "%T", options.folder], text=True,
                          stdout=subprocess.PIPE, check=True).stdout.strip()
    if kind in ("tmpfs", "ramfs"):
        raise SystemExit("%s is %s, where a sync costs nothing: name a disk by --folder"
                         % (options.folder, kind))
    folder = tempfile.mkdtemp(prefix="bench-", dir=options.folder)
    try:
        bench, result = Bench(options, folder), {}
        bench.fill()
        result["ten_rules_to_r1"] = ten_rules.measure(bench, ROUNDS, say)
        bench.copy()
        bench.per_in_flight(result)
        bench.plain(result)
    except BaseException:
        with open(os.path.join(folder, "beckond.log"), errors="replace") as log:
            sys.stderr.write("the end of beckond's log:\n" + log.read()[-2000:])
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    result = {key: result[key] for key in PER_IN_FLIGHT + PLAIN}
    if options.json:
        print(json.dumps(result))
    else:
        show(result)


if __name__ == "__main__":
    main()
