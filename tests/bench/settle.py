"""How long a settlement takes; tests/bench/run --settle installs, builds and starts it.

Happy path: fill a store (payroll.py) -> start beckond anew -> draft, freeze, approve, verify, close,
export, sweep, while tills record purchases at a steady pace -> print seconds of each, what purchases
took meanwhile (p50, p99), and the most memory beside the map. Each time is from the call to what the
service says of the run's work: the ticker's portions are in it."""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
import payroll  # noqa: E402
from measuring import cpu_seconds, rss_anon_mib, say  # noqa: E402
from service import BECKON, ROOT, Service  # noqa: E402
from settling import Office  # noqa: E402

GUIDES, SMALL = 100000, 2000
PER_SECOND = 100          # purchases of the tills meanwhile
LOOK_SECONDS = 0.05
FORMATS = ("csv", "xlsx")


class Tills(threading.Thread):
    """Records purchases at a steady pace, each by a guide, dated now; what they take, by phase."""

    def __init__(self, client, guides):
        super().__init__(daemon=True)
        self.client, self.guides = client, guides
        self.phase, self.milliseconds = "begin", {}
        self.over = threading.Event()
        self.failure = None

    def send(self, n):
        phase, began = self.phase, time.monotonic()
        call = self.client.future(payroll.API + "PurchaseService/RecordPurchase", {
            "shop_id": payroll.shop_id(n % payroll.SHOPS + 1), "receipt_number": "T%d" % n,
            "member_number": n % payroll.MEMBERS + 1, "amount_minor": 12345,
            "sellers": [{"guide_number": n * 7919 % self.guides + 1}]})

        def landed(done):
            if done.code().value[0] != 0:
                self.failure = self.failure or "%s: %s" % (done.code().name, done.details())
            self.milliseconds.setdefault(phase, []).append(1000 * (time.monotonic() - began))
        call.add_done_callback(landed)

    def run(self):
        began, n = time.monotonic(), 0
        while not self.over.wait(max(0, began + n / PER_SECOND - time.monotonic())):
            n += 1
            self.send(n)

    def quantile(self, phase, share):
        times = sorted(self.milliseconds.get(phase, []))
        return round(times[min(len(times) - 1, int(share * len(times)))], 1) if times else None


class Memory(threading.Thread):
    """The most beckond held beside the map, by phase."""

    def __init__(self, service):
        super().__init__(daemon=True)
        self.service, self.most_mib = service, 0.0
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(LOOK_SECONDS):
            self.most_mib = max(self.most_mib, rss_anon_mib(self.service))


class Phases:
    def __init__(self, service, guides):
        self.service = service
        self.office = Office(service)
        self.tills = Tills(service.client("admin"), guides)
        self.memory = Memory(service)
        self.seconds = {}

    def time(self, phase, step):
        """Runs a step as a phase; what it returned."""
        self.tills.phase = phase
        cpu, began = cpu_seconds(self.service), time.monotonic()
        result = step()
        self.seconds[phase] = round(time.monotonic() - began, 2)
        say("%-8s %7.2f s, %5.2f s of CPU; %s" % (phase, self.seconds[phase], cpu_seconds(
            self.service) - cpu, self.till_words(phase)))
        return result

    def till_words(self, phase):
        return "purchases p50 %s ms, p99 %s ms" % (self.tills.quantile(phase, 0.5),
                                                   self.tills.quantile(phase, 0.99))

    def export(self, run, kind):
        path = os.path.join(self.service.folder, "export." + kind)
        environment = dict(os.environ, BECKON_ADDRESS=self.service.address,
                           BECKON_TOKEN_FILE=os.path.join(self.service.data, "admin.token"))
        subprocess.run([BECKON, "settlement", "export", str(run), "--format", kind, "--output", path],
                       env=environment, check=True, stdout=subprocess.DEVNULL)
        with open(path, "rb") as file:
            say("%s: %d bytes, SHA-256 %s" % (kind, os.path.getsize(path),
                                              hashlib.file_digest(file, "sha256").hexdigest()))

    def swept(self, run):
        """Until what the marks say stands in the credits."""
        self.office.wait_swept(run, 3600)

    def all(self):
        office = self.office
        self.tills.start()
        self.memory.start()
        run = self.time("draft", lambda: self.draft())
        self.time("freeze", lambda: office.submit(run))
        office.approve(run)
        certificate = self.time("verify", office.certificate)
        self.time("close", lambda: self.close(run, certificate))
        for kind in FORMATS:
            self.time(kind, lambda: self.export(run, kind))
        self.time("sweep", lambda: self.swept(run))
        self.tills.over.set()
        self.memory.over.set()
        self.tills.join()
        return office.get(run)

    def draft(self):
        run = self.office.create(
            "bench", type="SETTLEMENT_TYPE_YEAR_END", period_start="%d-01-01" % payroll.YEAR,
            period_end="%d-01-01" % (payroll.YEAR + 1), rate_points=10, rate_minor=7)
        self.office.wait(run, 3600)
        return run

    def close(self, run, certificate):
        """Until CLOSED: the sweep behind it has a time of its own."""
        self.office.close(run, certificate)
        while self.office.get(run)["state"] == "SETTLEMENT_STATE_CLOSING":
            time.sleep(LOOK_SECONDS)


def measure(folder, guides):
    with Service(folder=folder) as service:
        say("%d guides ..." % guides)
        count = payroll.fill(service, folder, guides)
        say("%d purchases are recorded" % count)
    with Service(folder=folder) as service:
        phases = Phases(service, guides)
        run = phases.all()
        proof = service.verify()
        if proof["finding_count"] or phases.tills.failure:
            raise SystemExit("after the run: %s %s" % (proof["findings"], phases.tills.failure))
    totals = run["totals"]
    return {
        "guides": guides, "credits": totals["credits"], "lines": totals["lines"],
        "net_minor": totals["net_minor"], "seconds": phases.seconds,
        "purchases_per_s": PER_SECOND,
        "purchase_p50_ms": {phase: phases.tills.quantile(phase, 0.5) for phase in phases.seconds},
        "purchase_p99_ms": {phase: phases.tills.quantile(phase, 0.99) for phase in phases.seconds},
        "rss_anon_mib": round(phases.memory.most_mib, 1),
    }


def show(result):
    for key, value in result.items():
        if not isinstance(value, dict):
            print("%-16s %14s" % (key, value))
    print("%-16s %14s %14s %14s" % ("phase", "seconds", "p50 ms", "p99 ms"))
    for phase, seconds in result["seconds"].items():
        print("%-16s %14s %14s %14s" % (phase, seconds, result["purchase_p50_ms"][phase],
                                        result["purchase_p99_ms"][phase]))


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run --settle")
    parser.add_argument("--settle", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--guides", type=int)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--folder", default=os.path.join(ROOT, "build"))
    options = parser.parse_args()
    guides = options.guides or (SMALL if options.small else GUIDES)
    with tempfile.TemporaryDirectory(prefix="bench-settle-", dir=options.folder) as folder:
        result = measure(folder, guides)
    if options.json:
        print(json.dumps(result))
    else:
        show(result)


if __name__ == "__main__":
    main()
