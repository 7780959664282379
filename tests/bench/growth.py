"""The store's file after so many purchases; tests/bench/run --fill-file N installs, builds, starts it.

Happy path: fill a store -> portions of a million purchases, a quarter of each by import and the rest by
calls at 64 in flight -> after each: rates, latencies, the longest pause, used bytes, the file -> drain
-> a compacted copy (mdb_copy -c), counted and not kept -> verify -> print. The file is what the disk
gives for it: it ends with the room that is kept allocated beyond the last page in use."""

import json
import os
import subprocess

import market
from measuring import MIB, live_bytes, say, scratch

VERIFY_SECONDS = 3600  # of twenty million purchases
IN_FLIGHT, PORTION, IMPORTED_SHARE = 64, 1000000, 0.25
FIRST_YEAR = 1998


def compacted_bytes(store):
    with subprocess.Popen(["mdb_copy", "-c", store], stdout=subprocess.PIPE) as copy:
        count = sum(map(len, iter(lambda: copy.stdout.read(MIB), b"")))
    if copy.returncode != 0:
        raise SystemExit("mdb_copy ended with %d" % copy.returncode)
    return count


class Growth:
    def __init__(self, bench):
        self.bench, self.rows = bench, []
        self.store = os.path.join(bench.folder, "data/store")
        self.file = os.path.join(self.store, "data.mdb")

    def portion(self, service, number, count):
        imported = int(count * IMPORTED_SHARE)
        summary = market.import_purchases(service, self.bench.folder, self.bench.members, imported,
                                          "grow%d" % number, FIRST_YEAR + number % 20)
        done = subprocess.run(
            [*self.bench.command(service, "purchase", IN_FLIGHT, 86400), "--calls",
             str(count - imported)], text=True, stdout=subprocess.PIPE, check=True)
        report = json.loads(done.stdout)
        if report["statuses"] != {"OK": count - imported}:
            raise SystemExit("purchases were not recorded: %s" % report["statuses"])
        info = self.bench.info(service)
        self.rows.append({
            "purchases": (self.rows[-1]["purchases"] if self.rows else 0) + count,
            "import_per_s": round(summary["rows_per_s"]), "per_s": report["per_s"],
            "p99_ms": report["p99_ms"], "p999_ms": report["p999_ms"],
            "pause_max_ms": report["pause_max_ms"], "used_mib": round(info["used_bytes"] / MIB, 1),
            "file_mib": round(os.stat(self.file).st_blocks * 512 / MIB, 1)})
        say(json.dumps(self.rows[-1]))

    def run(self, purchases):
        with self.bench.service() as service:
            say("importing %d members ..." % self.bench.members)
            market.fill(service, self.bench.folder, self.bench.members)
        with self.bench.service() as service:
            number = 0
            while purchases > 0:
                self.portion(service, number, min(PORTION, purchases))
                purchases -= PORTION
                number += 1
        self.bench.drain()
        return self.weigh()

    def weigh(self):
        compacted = compacted_bytes(self.store)
        say("compacted: %.1f MiB" % (compacted / MIB))
        with self.bench.service() as service:
            used = self.bench.info(service)["used_bytes"]
            findings = service.verify(VERIFY_SECONDS)["findings"]
        if findings:
            raise SystemExit("the store is damaged after the run: %s" % findings[:3])
        on_disk = os.stat(self.file).st_blocks * 512
        return {"purchases": self.rows[-1]["purchases"], "members": self.bench.members,
                "used_bytes": used, "live_bytes": live_bytes(self.store), "file_bytes": on_disk,
                "compacted_bytes": compacted, "file_to_compacted": round(on_disk / compacted, 3),
                "used_to_compacted": round(used / compacted, 3), "portions": self.rows}


def show(result):
    keys = list(result["portions"][0])
    print(" ".join("%12s" % key for key in keys))
    for row in result["portions"]:
        print(" ".join("%12g" % row[key] for key in keys))
    for key, value in result.items():
        if key != "portions":
            print("%-20s %16s" % (key, value))


def measure(make_bench, options):
    with scratch(options.folder) as folder:
        return Growth(make_bench(options, folder, options.members)).run(options.fill_file)
