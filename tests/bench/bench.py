"""The benchmark; tests/bench/run installs, builds and starts it.

Happy path: fill a store -> ten rules beside R1 (ten_rules.py) -> for 1, 16, 64 and 256 calls in flight,
three rounds of { start beckond, empty calls, purchases, stop; at 64 also the PostgreSQL peer: start,
warm up, pgbench, stop (postgres.py) } -> what the purchases made the file grow by -> the plain numbers on
one beckond more -> kill -9 with a full write buffer (restart.py) -> verify -> the same with five times as
many members, who join a copy of the first store made before its first purchase -> print.

Rates are medians of the rounds, ratios medians of the rounds' ratios; CPU times are those at 64 in
flight; purchase_pause_max_ms is the longest time without an acknowledged purchase in any of the rounds at
64; bytes_per_purchase is what the pages in use and not free grew by in all rounds, the buffer drained,
divided by their purchases; rss_mib is the most beckond held beside the map and its configured buffer.
A call that is not OK ends the run. What can't be measured here is null, and a line says why."""

import argparse
import json
import os
import re
import statistics
import subprocess
import time

import market
import postgres
import restart
import ten_rules
from measuring import BUFFER, CONNECTIONS, ROOT, Bench, copy_store, has_buffer, say, scratch
import growth

IN_FLIGHT, ROUNDS = (1, 16, 64, 256), 3
MAIN = 64           # calls in flight, of what is measured for one number of them
LARGER = 5          # times as many members in the second store
PER_IN_FLIGHT = ["empty_call_per_s", "purchase_per_s", "purchase_p50_ms", "purchase_p99_ms",
                 "purchase_p999_ms", "purchase_to_empty"]
PLAIN = ["empty_call_h2load_per_s", "server_cpu_us_per_purchase", "server_cpu_us_per_empty_call",
         "purchase_pause_max_ms", "bytes_per_purchase", "import_per_s", "get_balance_per_s", "rss_mib",
         "ten_rules_to_r1", "start_full_buffer_ms", "postgres_per_s", "purchase_to_postgres"]


class Sized(Bench):
    """All figures of one store, which holds its members already."""

    def __init__(self, options, folder, members, peer_parent):
        super().__init__(options, folder, members)
        self.peer_parent, self.peer = peer_parent, None
        self.result = {}

    def measure(self):
        self.result["ten_rules_to_r1"] = ten_rules.measure(self, self.options.rounds)
        self.peer = self.make_peer()
        try:
            self.per_in_flight()
        finally:
            if self.peer:
                self.peer.close()
        self.plain()
        self.result["start_full_buffer_ms"] = restart.measure(self)
        self.verify()
        self.result["rss_mib"] = round(self.rss_mib, 1)
        return {key: self.result[key] for key in PER_IN_FLIGHT + PLAIN}

    def make_peer(self):
        try:
            say("PostgreSQL: %d members ..." % self.members)
            return postgres.Postgres(self.peer_parent, self.members,
                                     *([1] if self.options.quick else []))
        except postgres.Absent as why:
            say("no PostgreSQL peer, its keys are null: %s" % why)
            return None

    def round(self, in_flight):
        """One of the alternating rounds: what each said; the peer's rate is None when it has no turn."""
        with self.service() as service:
            empty = self.load(service, "empty", in_flight)
            purchase = self.load(service, "purchase", in_flight)
        peer = self.peer.round(self.options.seconds) if self.peer and in_flight == MAIN else None
        say("%3d in flight: %6d empty calls/s, %5d purchases/s (p99 %.1f ms, p99.9 %.1f ms, longest "
            "pause %.1f ms, %.0f us of CPU)%s"
            % (in_flight, empty["per_s"], purchase["per_s"], purchase["p99_ms"],
               purchase["p999_ms"], purchase["pause_max_ms"], purchase["cpu_us"],
               "" if peer is None else ", PostgreSQL %d/s" % peer))
        return empty, purchase, peer

    def per_in_flight(self):
        before, purchases_before = self.live_bytes(), self.purchases
        for in_flight in IN_FLIGHT:
            rounds = [self.round(in_flight) for _ in range(self.options.rounds)]
            for key, value in {
                    "empty_call_per_s": lambda e, p: e["per_s"],
                    "purchase_per_s": lambda e, p: p["per_s"],
                    "purchase_p50_ms": lambda e, p: p["p50_ms"],
                    "purchase_p99_ms": lambda e, p: p["p99_ms"],
                    "purchase_p999_ms": lambda e, p: p["p999_ms"],
                    "purchase_to_empty": lambda e, p: p["per_s"] / e["per_s"]}.items():
                median = statistics.median(value(e, p) for e, p, _ in rounds)
                self.result.setdefault(key, {})[str(in_flight)] = round(median, 3)
            if in_flight == MAIN:
                self.of_main_rounds(rounds)
        self.result["bytes_per_purchase"] = round(
            (self.live_bytes() - before) / (self.purchases - purchases_before))

    def of_main_rounds(self, rounds):
        result = self.result
        for key, index in (("server_cpu_us_per_empty_call", 0), ("server_cpu_us_per_purchase", 1)):
            result[key] = round(statistics.median(each[index]["cpu_us"] for each in rounds), 1)
        result["purchase_pause_max_ms"] = max(each[1]["pause_max_ms"] for each in rounds)
        result["postgres_per_s"] = result["purchase_to_postgres"] = None
        if self.peer:
            result["postgres_per_s"] = round(statistics.median(each[2] for each in rounds))
        if result["postgres_per_s"]:
            result["purchase_to_postgres"] = round(
                result["purchase_per_s"][str(MAIN)] / result["postgres_per_s"], 3)

    def plain(self):
        result = self.result
        with self.service() as service:
            result["empty_call_h2load_per_s"] = self.h2load(service)
            result["get_balance_per_s"] = self.load(service, "balance", MAIN)["per_s"]
            count = 2000 if self.options.quick else 100000
            summary = market.import_purchases(service, self.folder, self.members, count)
            result["import_per_s"] = round(summary["rows_per_s"])
            self.note_memory(service)
        say("h2load %d/s, balances %d/s, import of %d purchases %d/s"
            % (result["empty_call_h2load_per_s"], result["get_balance_per_s"], count,
               result["import_per_s"]))

    def verify(self):
        with self.service() as service:
            began = time.monotonic()
            for last in service.client("admin").call("beckon.v1.StoreService/VerifyStore", {},
                                                     timeout=3600):
                pass
        say("verify in %.1f s: %s" % (time.monotonic() - began, last["findings"] or "clean"))
        if last["findings"]:
            raise SystemExit("the store is damaged after the run")

    def h2load(self, service):
        """64 in flight on four connections: the same empty call by another client."""
        body = os.path.join(self.folder, "empty.grpc")
        with open(body, "wb") as file:
            file.write(bytes(5))  # not compressed, no bytes: an empty HealthCheckRequest
        done = subprocess.run(
            ["h2load", "-t", "1", "-c", str(CONNECTIONS), "-m", str(MAIN // CONNECTIONS), "-D",
             str(max(1, round(self.options.seconds))), "-d", body, "-H", "te: trailers", "-H",
             "content-type: application/grpc",
             "http://%s/grpc.health.v1.Health/Check" % service.address],
            text=True, stdout=subprocess.PIPE, check=True)
        found = re.search(r"finished in .*?, ([0-9.]+) req/s", done.stdout)
        return round(float(found.group(1)))


def fill(bench, first):
    """Members `first` to the bench's number; the first fill makes the merchant, too."""
    with bench.service() as service:
        say("importing members %d to %d ..." % (first, bench.members))
        if first == 1:
            summary = market.fill(service, bench.folder, bench.members)
        else:
            summary = market.import_members(service, bench.folder, first, bench.members)
        say("%d members in %.0f s, %.0f/s" % (summary["rows"], summary["seconds"],
                                              summary["rows_per_s"]))
        bench.note_memory(service)


def measure(options):
    """Both sizes; the larger store begins as a copy of the smaller, so that no member is made twice."""
    with scratch(options.folder) as parent:
        folders = [os.path.join(parent, name) for name in ("store", "larger")]
        os.mkdir(folders[0])
        bench = Sized(options, folders[0], options.members, options.folder)
        fill(bench, 1)
        if options.larger:
            bench.drain()
            copy_store(*folders)
        result = bench.measure()
        result["members_5m"] = None
        if options.larger:
            subprocess.run(["rm", "-r", folders[0]], check=True)
            bench = Sized(options, folders[1], LARGER * options.members, options.folder)
            fill(bench, options.members + 1)
            result["members_5m"] = bench.measure()
    return result


def show(result):
    print("%-28s" % "calls in flight" + " %11d" * len(IN_FLIGHT) % IN_FLIGHT)
    for key in PER_IN_FLIGHT:
        print("%-28s" % key + " %11g" * len(IN_FLIGHT) % tuple(result[key][str(n)]
                                                               for n in IN_FLIGHT))
    for key in PLAIN:
        print("%-28s %11s" % (key, "-" if result[key] is None else "%g" % result[key]))


def options_read():
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--members", type=int)
    parser.add_argument("--one-size", dest="larger", action="store_false")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--buffer-mib", type=int)
    parser.add_argument("--fill-file", type=int, metavar="PURCHASES")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--folder", default=os.path.join(ROOT, "build"))
    options = parser.parse_args()
    options.members = options.members or (2000 if options.quick else 1000000)
    options.seconds = options.seconds or (0.3 if options.quick else 5)
    options.folder = os.path.abspath(options.folder)
    options.rounds = options.rounds or (1 if options.quick else ROUNDS)
    return options


def main():
    options = options_read()
    if options.buffer_mib is not None and not has_buffer():
        say("this beckond has no %s: measured as it is" % BUFFER)
    if options.fill_file:
        result, words = growth.measure(Bench, options), growth.show
    else:
        result, words = measure(options), show
    if options.json:
        print(json.dumps(result))
        return
    words(result)
    if result.get("members_5m"):
        print("\n%d times as many members" % LARGER)
        show(result["members_5m"])


if __name__ == "__main__":
    main()
