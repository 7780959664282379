"""Runs a scenario of the reference merchant through a service of its own; see tests/reference/run."""

import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
import expected  # noqa: E402
import merchant  # noqa: E402
import settle  # noqa: E402
from service import BECKON, Service  # noqa: E402

GIVEN, TAKEN_BACK = {"accrue"}, {"void", "reverse"}
SCENARIOS = ("R1", "R2", "R3")


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

    def output(self, *arguments):
        """What it writes to standard output, as bytes and by no format of its own."""
        done = subprocess.run([BECKON, *arguments], env=self.environment, stdout=subprocess.PIPE)
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


class Feed:
    """The merchant's files, sent once or twice."""

    def __init__(self, beckon, folder, files, twice):
        self.beckon = beckon
        self.times = 2 if twice else 1
        self.files = files
        self.program = os.path.join(folder, "program.yaml")

    def begin(self, program):
        self.beckon.run("merchant", "update", "--name", "Reference", "--currency", "USD", "--time-zone",
                        "America/New_York", "--day-cutoff", "0", "--country-code", "1")
        with open(self.program, "w") as file:
            json.dump(program, file)
        for _ in range(self.times):
            self.beckon.run("program", "publish", self.program, "--request-id", "reference")

    def send(self, *kinds):
        for kind in kinds:
            for _ in range(self.times):
                began = time.monotonic()
                summary = json.loads(self.beckon.run("import", kind, self.files[kind]))
                say("%-10s %6d rows in %.1f s" % (kind, summary["rows"], time.monotonic() - began))
                if summary["rejected"]:
                    raise SystemExit("%d %s were rejected; see %s.rejects.csv"
                                     % (summary["rejected"], kind, self.files[kind]))


def answered(beckon):
    """The ledger's own figures, in the form of expected's, by scenario: R1 is what its rules gave, R2
    less what refunds took back, R3 with the bonus. One pass over the ledger."""
    employee_no = {guide["guide_number"]: guide["employee_no"] for guide in beckon.lines("guide", "list")}
    figures = {name: expected.Figures() for name in SCENARIOS}
    for entry in beckon.lines("entry", "list"):
        account, amount = entry["account"], entry["amount"]
        if entry["kind"] in GIVEN:
            scenarios = SCENARIOS if entry["rule_id"] != "bonus" else ("R3",)
        elif entry["kind"] in TAKEN_BACK:
            scenarios, amount = ("R2", "R3"), -amount
        else:
            continue
        if account["kind"] == "guide":
            whom = int(employee_no[account["number"]][1:])
        else:
            whom = "buyer" if entry["unit"] == "points" else "cash"
        for name in scenarios:
            figures[name].add(entry["business_date"], whom, amount)
    return {name: figures[name].answer() for name in SCENARIOS}


def print_years(scenario, figures):
    for year, (buyer, cash, guide, guides) in figures.items():
        print(json.dumps({"scenario": scenario, "year": int(year), "buyer_points": buyer,
                          "referrer_cash_minor": cash, "guide_points": guide, "guides": guides},
                         separators=(",", ":")), flush=True)


def compare(scenario, figures, wanted):
    """Prints them; how many differences there are."""
    print_years(scenario, figures)
    if figures == wanted:
        return 0
    for year in sorted(set(figures) | set(wanted)):
        say("%s %s answered %s" % (scenario, year, figures.get(year)))
        say("%s %s expected %s" % (scenario, year, wanted.get(year)))
    say("The service and the independent computation differ.")
    return 1


def close_years(beckon, lines, twice):
    """Closes both years; how many guides' rates differ."""
    wanted, differences = expected.rates(lines), 0
    for year in sorted(wanted):
        for _ in range(2 if twice else 1):
            close = json.loads(beckon.run("period", "close", "bonus", year))
        results = {result["employee_no"]: (result["numerator"], result["denominator"])
                   for result in beckon.lines("period", "show", "bonus", year)}
        say("%s is closed: %d guides, %d credits, %d points"
            % (year, close["guides"], close["credits"], close["amount"]))
        for guide in sorted(set(results) | set(wanted[year])):
            if results.get(guide, (0, 0)) != wanted[year].get(guide, (0, 0)):
                say("%s %s answered %s, expected %s" % (year, guide, results.get(guide),
                                                        wanted[year].get(guide)))
                differences += 1
    return differences


def run(beckon, folder, scenarios, refunds_first, twice):
    """Feeds all that the scenarios need into one service; how many differences there are. What R2 and
    R3 feed takes nothing from what R1 gave, and a bonus is another rule's: so they share it."""
    lines = list(merchant.read(os.environ["BECKON_REFERENCE_DATA"]))
    feed = Feed(beckon, folder, merchant.write_files(folder, lines, expected.refunds(lines)), twice)
    wanted = {"R1": expected.r1, "R2": expected.r2, "R3": expected.r3}
    returns = ["refunds"] if {"R2", "R3"} & set(scenarios) else []
    feed.begin(merchant.PROGRAM_R3 if "R3" in scenarios else merchant.PROGRAM_R1)
    feed.send("shops", "guides", "members",
              *(returns + ["purchases"] if refunds_first else ["purchases"] + returns))
    differences = close_years(beckon, lines, twice) if "R3" in scenarios else 0
    figures = answered(beckon)
    return differences + sum(compare(name, figures[name], wanted[name](lines)) for name in scenarios)


def run_settlements(beckon, service, folder, scenario, by):
    """Feeds a scenario and settles it period by period; how many differences there are."""
    lines = list(merchant.read(os.environ["BECKON_REFERENCE_DATA"]))
    feed = Feed(beckon, folder, merchant.write_people(folder, lines), False)
    feed.begin(merchant.PROGRAM_R1)
    feed.send("shops", "guides", "members")
    settling = settle.Settling(beckon, service, folder, lines, scenario, by)
    print("period,payee,net_minor", flush=True)
    try:
        done = settling.run()
    except settle.Difference as difference:
        say(difference)
        return 1
    return settle.ledger_differs(beckon, done) + settle.export_differs(beckon, done)


def main(arguments):
    scenarios = [name for name in SCENARIOS if name in arguments]
    refunds_first, twice = "--refunds-first" in arguments, "--twice" in arguments
    if "--and-by-year-if-long" in arguments and os.environ.get("BECKON_LONG"):
        failed = main(["--settle", *scenarios])
        if failed:
            return failed
    with tempfile.TemporaryDirectory(prefix="beckon-reference-") as folder:
        with Service(folder=folder) as service:
            beckon = CommandLine(service)
            if "--settle" in arguments:
                by = "quarter" if "quarter" in arguments else "year"
                differences = run_settlements(beckon, service, folder, scenarios[0], by)
            else:
                differences = run(beckon, folder, scenarios, refunds_first, twice)
            proof = json.loads(beckon.run("verify").splitlines()[-1])
            say("verify: %d entries, %d findings" % (proof["entries"], proof["finding_count"]))
    return 1 if differences or proof["finding_count"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
