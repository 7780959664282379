"""Runs a scenario of the reference merchant through a service of its own; see tests/reference/run."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
import expected  # noqa: E402
import merchant  # noqa: E402
from service import BECKON, Service  # noqa: E402

TAKEN_BACK = {"void", "reverse"}


def say(text):
    print(text, file=sys.stderr, flush=True)


class CommandLine:
    """beckon, as an administrator of the merchant would use it."""

    def __init__(self, service):
        self.environment = dict(os.environ, BECKON_ADDRESS=service.address, LANG="C.UTF-8",
                                BECKON_TOKEN_FILE=os.path.join(service.data, "admin.token"))

    def run(self, *arguments):
        done = subprocess.run([BECKON, *arguments, "--json"], env=self.environment, text=True,
                              stdout=subprocess.PIPE)
        if done.returncode != 0:
            raise SystemExit("beckon %s ended with %d" % (" ".join(arguments[:2]), done.returncode))
        return done.stdout

    def lines(self, *arguments):
        with subprocess.Popen([BECKON, *arguments, "--json"], env=self.environment, text=True,
                              stdout=subprocess.PIPE) as process:
            for line in process.stdout:
                yield json.loads(line)
        if process.returncode != 0:
            raise SystemExit("beckon %s ended with %d" % (" ".join(arguments[:2]), process.returncode))


def feed(beckon, folder, lines, program):
    beckon.run("merchant", "update", "--name", "Reference", "--currency", "USD", "--time-zone",
               "America/New_York", "--day-cutoff", "0", "--country-code", "1")
    path = os.path.join(folder, "program.yaml")
    with open(path, "w") as file:
        json.dump(program, file)
    beckon.run("program", "publish", path, "--request-id", "reference")
    for kind, path in merchant.write_files(folder, lines):
        began = time.monotonic()
        summary = json.loads(beckon.run("import", kind, path))
        say("%-10s %6d rows in %.1f s" % (kind, summary["rows"], time.monotonic() - began))
        if summary["rejected"]:
            raise SystemExit("%d %s were rejected; see %s.rejects.csv" % (summary["rejected"], kind, path))


def answered(beckon):
    """The ledger's own figures, in the form of expected.r1."""
    employee_no = {guide["guide_number"]: guide["employee_no"] for guide in beckon.lines("guide", "list")}
    buyer, cash, guides = defaultdict(int), defaultdict(int), defaultdict(lambda: defaultdict(int))
    for entry in beckon.lines("entry", "list"):
        year, account = entry["business_date"][:4], entry["account"]
        amount = -entry["amount"] if entry["kind"] in TAKEN_BACK else entry["amount"]
        if account["kind"] == "guide":
            guides[year][employee_no[account["number"]]] += amount
        elif entry["unit"] == "points":
            buyer[year] += amount
        else:
            cash[year] += amount
    return {year: (buyer[year], cash[year], sum(guides[year].values()),
                   {no: guides[year][no] for no in sorted(employee_no.values())}) for year in sorted(buyer)}


def print_years(scenario, figures):
    for year, (buyer, cash, guide, guides) in figures.items():
        print(json.dumps({"scenario": scenario, "year": int(year), "buyer_points": buyer,
                          "referrer_cash_minor": cash, "guide_points": guide, "guides": guides},
                         separators=(",", ":")), flush=True)


def main(scenario):
    lines = list(merchant.read(os.environ["BECKON_REFERENCE_DATA"]))
    wanted = expected.r1(lines)
    with tempfile.TemporaryDirectory(prefix="beckon-reference-") as folder:
        with Service(folder=folder) as service:
            beckon = CommandLine(service)
            feed(beckon, folder, lines, merchant.PROGRAM_R1)
            figures = answered(beckon)
            print_years(scenario, figures)
            proof = json.loads(beckon.run("verify").splitlines()[-1])
            say("verify: %d entries, %d findings" % (proof["entries"], proof["finding_count"]))
    if figures != wanted:
        for year in sorted(set(figures) | set(wanted)):
            say("%s answered %s" % (year, figures.get(year)))
            say("%s expected %s" % (year, wanted.get(year)))
        say("The service and the independent computation differ.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
