"""The scoreboard under load; tests/bench/run --scoreboard installs, builds and starts it.

A merchant of 10,000 guides with ten members each, who buy through the last year. Measured are
GetScoreboard and ListRanking, one call at a time (the server's time: CPU a call, and the latency less
that of an empty call) and 64 at once, and purchases at 64 in flight alone, with --watchers clients
who watch a guide each, and with rankings asked for meanwhile."""

import argparse
import contextlib
import datetime
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import market  # noqa: E402
from measuring import CONNECTIONS, LOAD, cpu_seconds, rss_anon_mib, say, scratch  # noqa: E402
from service import ROOT, Service  # noqa: E402

API = "beckon.v1."
WATCHERS_A_CONNECTION, SETTLE_SECONDS = 100, 1.0


def purchase_rows(options):
    """Purchases of the year up to now, in order of time."""
    draw = random.Random(1)
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    for n in range(options.purchases):
        at = now - datetime.timedelta(seconds=365 * 86400 * (options.purchases - n)
                                      // options.purchases)
        yield (market.shop_ids()[draw.randrange(market.SHOPS)], "seed-%d" % n,
               draw.randrange(options.members) + 1, draw.randrange(100000) + 1, "USD",
               at.isoformat())


def fill(service, folder, options):
    say("importing %d guides, %d members, %d purchases ..."
        % (options.guides, options.members, options.purchases))
    market.fill(service, folder, options.members, options.guides)
    market.import_rows(service, folder, "purchases",
                       ["shop_id", "receipt_number", "member_number", "amount_minor", "currency",
                        "occurred_at"], purchase_rows(options))


class Watchers:
    """`count` clients who watch a guide each; counts what they are told."""

    def __init__(self, service, guides, count):
        self.clients, self.calls, self.threads = [], [], []
        self.messages, self.bytes = [0] * count, 0
        draw = random.Random(2)
        for i in range(count):
            if i % WATCHERS_A_CONNECTION == 0:
                self.clients.append(service.client("admin"))
            client = self.clients[-1]
            request = client.message(API + "WatchScoreboardRequest")(
                guide_number=draw.randrange(guides) + 1)
            call = client.channel.unary_stream(
                "/" + API + "ScoreboardService/WatchScoreboard", request_serializer=lambda b: b,
                response_deserializer=lambda b: b)(request.SerializeToString(),
                                                   metadata=client.metadata())
            self.calls.append(call)
            next(call)
            self.threads.append(threading.Thread(target=self.read, args=(i, call), daemon=True))
            self.threads[-1].start()

    def read(self, i, call):
        with contextlib.suppress(Exception):  # its end is a cancelled call
            for data in call:
                self.messages[i] += 1
                self.bytes += len(data)

    def close(self):
        for call in self.calls:
            call.cancel()
        for thread in self.threads:
            thread.join()
        for client in self.clients:
            client.close()


class Bench:
    def __init__(self, service, options):
        self.service, self.options, self.runs = service, options, 0

    def start(self, mode, in_flight, seconds):
        self.runs += 1
        options = self.options
        return subprocess.Popen(
            [LOAD, mode, "--address", self.service.address, "--token-file",
             os.path.join(self.service.data, "admin.token"), "--connections",
             str(min(CONNECTIONS, in_flight)), "--in-flight", str(in_flight), "--seconds",
             str(seconds), "--members", str(options.members), "--guides", str(options.guides),
             "--shops", ",".join(market.shop_ids()), "--run", "W%d" % self.runs, "--seed",
             str(self.runs)], text=True, stdout=subprocess.PIPE)

    @staticmethod
    def report(process, mode):
        out, _ = process.communicate()
        report = json.loads(out)
        if set(report["statuses"]) != {"OK"}:
            raise SystemExit("%s: %s" % (mode, report["statuses"]))
        return report

    def load(self, mode, in_flight, beside=None):
        """One measurement; with the CPU time of beckond a call. `beside`: another mode, one call at
        a time meanwhile."""
        before = cpu_seconds(self.service)
        process = self.start(mode, in_flight, self.options.seconds)
        other = self.start(beside, 1, self.options.seconds) if beside else None
        report = self.report(process, mode)
        if other:
            report["beside"] = self.report(other, beside)
        report["cpu_us"] = 1e6 * (cpu_seconds(self.service) - before) / report["calls"]
        say("%-10s %3d in flight: %7.0f/s, p50 %.3f ms, p99 %.3f ms, %.0f us of CPU a call"
            % (mode, in_flight, report["per_s"], report["p50_ms"], report["p99_ms"],
               report["cpu_us"]))
        return report

    def reads(self, result):
        empty = self.load("empty", 1)
        for mode in ("scoreboard", "ranking"):
            alone, many = self.load(mode, 1), self.load(mode, 64)
            result[mode] = {
                "server_cpu_us": round(alone["cpu_us"] - empty["cpu_us"], 1),
                "p50_ms": alone["p50_ms"], "p99_ms": alone["p99_ms"],
                "p99_less_empty_call_p50_ms": round(alone["p99_ms"] - empty["p50_ms"], 3),
                "per_s_at_64": many["per_s"]}
        result["empty_call"] = {"p50_ms": empty["p50_ms"], "p99_ms": empty["p99_ms"]}

    def idle(self, seconds):
        """CPU of beckond, in percent of one core, while nobody calls."""
        time.sleep(SETTLE_SECONDS)
        before = cpu_seconds(self.service)
        time.sleep(seconds)
        return round(100 * (cpu_seconds(self.service) - before) / seconds, 2)

    def watched(self, result):
        def kept(report):
            return {key: report[key] for key in ("per_s", "p50_ms", "p99_ms")}

        result["purchase"] = kept(self.load("purchase", 64))
        rss = rss_anon_mib(self.service)
        watchers = Watchers(self.service, self.options.guides, self.options.watchers)
        idle = self.idle(self.options.seconds)
        report = self.load("purchase", 64)
        seconds = report["seconds"]
        result["purchase_watched"] = dict(
            kept(report), watchers=self.options.watchers,
            messages_per_s=round(sum(watchers.messages) / seconds),
            median_messages_per_watcher_s=round(
                statistics.median(watchers.messages) / seconds, 2),
            bytes_per_message=round(watchers.bytes / max(1, sum(watchers.messages))),
            idle_cpu_percent=idle,
            rss_mib_more=round(rss_anon_mib(self.service) - rss, 1))
        watchers.close()
        report = self.load("purchase", 64, "ranking")
        result["purchase_beside_ranking"] = dict(kept(report),
                                                 ranking_p99_ms=report["beside"]["p99_ms"])


def options_read():
    parser = argparse.ArgumentParser(prog="tests/bench/run --scoreboard")
    parser.add_argument("--json", action="store_true", help="always: one JSON object is printed")
    parser.add_argument("--guides", type=int)
    parser.add_argument("--members", type=int)
    parser.add_argument("--purchases", type=int)
    parser.add_argument("--watchers", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--folder", default=os.path.join(ROOT, "build"))
    options = parser.parse_args()
    options.guides = options.guides or (200 if options.quick else 10000)
    options.members = options.members or 10 * options.guides
    options.purchases = options.purchases or 3 * options.members
    options.watchers = options.watchers or (20 if options.quick else 200)
    options.seconds = options.seconds or (0.3 if options.quick else 5)
    return options


def main():
    options = options_read()
    result = {"guides": options.guides, "members": options.members, "purchases": options.purchases}
    with scratch(options.folder) as folder, Service(folder=folder) as service:
        fill(service, folder, options)
        bench = Bench(service, options)
        bench.reads(result)
        bench.watched(result)
        findings = service.verify()["findings"]
        if findings:
            raise SystemExit("the store is damaged after the run: %s" % findings[:3])
    print(json.dumps(result))


if __name__ == "__main__":
    main()
