"""A rotation of the wrapping key; tests/bench/run --rotate installs, builds and starts it.

A merchant of a million members. Measured are a rotation alone, one beside purchases (p99 of rounds
that lay within it, against the same rounds before), and a backup made in the middle of one. Who was
there is readable after each: verify is clean."""

import argparse
import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import market  # noqa: E402
from measuring import LOAD, say, scratch  # noqa: E402
from service import ROOT, Service  # noqa: E402

STORE = "beckon.v1.StoreService/"


def when(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Bench:
    def __init__(self, service, options):
        self.service, self.options = service, options
        self.operator = service.client("operator")
        self.runs = 0

    def status(self):
        return self.operator.call(STORE + "GetKeyStatus", {})

    def begin(self):
        self.operator.call(STORE + "RotateKeys", {"generation": self.status()["generation"]})

    def finish(self):
        """Waits for its end: the seconds it took, by the service's clock."""
        while (status := self.status())["running"]:
            time.sleep(0.05)
        seconds = (when(status["finished_at"]) - when(status["started_at"])).total_seconds()
        say("rotated %d slots in %.2f s" % (status["rewrapped_count"], seconds))
        return round(seconds, 3)

    def purchases(self):
        """One round of purchases."""
        self.runs += 1
        done = subprocess.run(
            [LOAD, "purchase", "--address", self.service.address, "--token-file",
             os.path.join(self.service.data, "admin.token"), "--in-flight",
             str(self.options.in_flight), "--seconds", str(self.options.seconds), "--members",
             str(self.options.members), "--shops", ",".join(market.shop_ids()), "--run",
             "K%d" % self.runs, "--seed", str(self.runs)], stdout=subprocess.PIPE, check=True)
        report = json.loads(done.stdout)
        if set(report["statuses"]) != {"OK"}:
            raise SystemExit("purchases: %s" % report["statuses"])
        say("%.0f purchases/s, p50 %.3f ms, p99 %.3f ms"
            % (report["per_s"], report["p50_ms"], report["p99_ms"]))
        return report

    @staticmethod
    def kept(reports):
        return {key: round(statistics.median(report[key] for report in reports), 3)
                for key in ("per_s", "p50_ms", "p99_ms")}

    def beside_purchases(self):
        """Rounds before, rounds within, rounds after; the last one of those within may reach out."""
        before = [self.purchases() for _ in range(self.options.rounds)]
        self.begin()
        within = []
        while True:
            report = self.purchases()
            if within and not self.status()["running"]:
                break
            within.append(report)
            if not self.status()["running"]:
                break
        seconds = self.finish()
        after = [self.purchases() for _ in range(self.options.rounds)]
        alone = self.kept(before + after)
        kept = self.kept(within)
        return {"seconds": seconds, "rounds_within": len(within), "alone": alone, "within": kept,
                "p99_ratio": round(kept["p99_ms"] / alone["p99_ms"], 2)}

    def backup(self, folder):
        """In the middle of a rotation; restores with the ring as it is afterwards."""
        path = os.path.join(folder, "backup")
        self.begin()
        began = time.monotonic()
        *_, last = self.operator.call(STORE + "BackupStore", {"path": path}, timeout=3600)
        seconds = time.monotonic() - began
        self.finish()
        with open(os.path.join(path, "MANIFEST")) as manifest:
            needs = [line.split()[1] for line in manifest if line.startswith("wrapping ")]
        shutil.rmtree(path)
        return {"seconds": round(seconds, 2), "bytes": last["bytes"], "needs": needs}


def options_read():
    parser = argparse.ArgumentParser(prog="tests/bench/run --rotate")
    parser.add_argument("--json", action="store_true", help="always: one JSON object is printed")
    parser.add_argument("--rotate", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--members", type=int)
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3, help="of purchases, before and after")
    parser.add_argument("--seconds", type=float, help="of a round")
    parser.add_argument("--quick", action="store_true", help="few members: does it work?")
    parser.add_argument("--folder", default=os.path.join(ROOT, "build"))
    options = parser.parse_args()
    options.members = options.members or (5000 if options.quick else 1000000)
    options.seconds = options.seconds or (0.3 if options.quick else 3)
    return options


def main():
    options = options_read()
    with scratch(options.folder) as folder, Service(folder=folder) as service:
        say("importing %d members ..." % options.members)
        market.fill(service, folder, options.members)
        bench = Bench(service, options)
        bench.begin()
        result = {"members": options.members, "alone_s": bench.finish()}
        result["beside_purchases"] = bench.beside_purchases()
        result["backup_in_the_middle"] = bench.backup(folder)
        began = time.monotonic()
        findings = service.verify()["findings"]
        result["verify_s"] = round(time.monotonic() - began, 1)
        if findings:
            raise SystemExit("the store is damaged after the run: %s" % findings[:3])
    print(json.dumps(result))


if __name__ == "__main__":
    main()
