"""The reference merchant's settlements through a service of its own; see tests/reference/run --settle.

Happy path, for each period: feed what is dated in it -> draft, every line held against the independent
computation -> review -> approved by the other person -> closed. Then the ledger's own figures of each
run, what the export sums up to, and verify."""

import csv
import datetime
import io
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
import expected  # noqa: E402
import expected_settlements as wanted  # noqa: E402
import merchant  # noqa: E402
from settling import Office  # noqa: E402


def say(text):
    print(text, file=sys.stderr, flush=True)


def iso(date):
    return datetime.datetime.strptime(date, "%Y%m%d").date().isoformat()


def within(start, end, rows, date_of):
    return [row for row in rows if start <= date_of(row) < end]


class Difference(Exception):
    """The service and the independent computation differ."""


class Settling:
    """One scenario's runs, one behind the other."""

    def __init__(self, beckon, service, folder, lines, scenario, by):
        self.beckon, self.service, self.folder = beckon, service, folder
        self.lines, self.scenario, self.by = lines, scenario, by
        self.refunds = expected.refunds(lines) if scenario == "R2" else {}
        self.wanted = wanted.settlements(lines, scenario, by)
        self.office = Office(service)
        self.names = {}  # guides' names by number; members' numbers are the customers'

    def feed(self, period, start, end):
        """Purchases and refunds dated in the period, by files of their own."""
        bought = within(start, end, self.lines, lambda line: line[2])
        returned = dict(within(start, end, self.refunds.items(), lambda item: item[1][0]))
        if bought:
            self.send("purchases", merchant.write_purchases(self.folder, "p" + period, bought))
        if returned:
            self.send("refunds", merchant.write_refunds(self.folder, "r" + period, self.lines,
                                                        returned))

    def send(self, kind, path):
        summary = json.loads(self.beckon.run("import", kind, path))
        if summary["rejected"]:
            raise Difference("%d %s were rejected" % (summary["rejected"], kind))

    def payee(self, line):
        party = line["payee"]
        if party["kind"] == "PARTY_KIND_MEMBER":
            return "M%07d" % party["number"]
        if not self.names:
            self.names = {guide["guide_number"]: guide["employee_no"]
                          for guide in self.beckon.lines("guide", "list")}
        return self.names[party["number"]]

    def compare(self, period, run):
        """Every line against what it must be, to the cent."""
        answered = {}
        for line in self.office.lines(run):
            figures = {column: line[column + "_minor"] for column in wanted.COLUMNS}
            assert self.payee(line) not in answered, line
            answered[self.payee(line)] = figures
        expects = self.wanted[period]
        different = [payee for payee in sorted(set(answered) | set(expects))
                     if answered.get(payee) != expects.get(payee)]
        for payee in different[:10]:
            say("%s %s answered %s" % (period, payee, answered.get(payee)))
            say("%s %s expected %s" % (period, payee, expects.get(payee)))
        if different:
            raise Difference("%d lines of %s differ" % (len(different), period))
        return answered

    def totals(self, period, run, lines):
        """The run's control totals are its lines' sums."""
        totals = self.office.get(run)["totals"]
        said = tuple(totals[column + "_minor"] for column in wanted.COLUMNS)
        if said != wanted.sums(lines) or totals["lines"] != len(lines):
            raise Difference("%s: control totals %s, lines %s" % (period, said, wanted.sums(lines)))

    def settle(self, period, start, end):
        """One run from draft to close; its number and lines."""
        office = self.office
        run = office.create("run-" + period, period_start=iso(start), period_end=iso(end),
                            type="SETTLEMENT_TYPE_" + ("YEAR_END" if self.by == "year" else "PERIOD"),
                            rate_points=1, rate_minor=wanted.RATE_CENTS)
        office.wait(run)
        self.compare(period, run)
        office.submit(run)
        lines = self.compare(period, run)
        office.approve(run)
        office.close(run)
        office.wait(run)
        if self.compare(period, run) != lines:
            raise Difference("%s changed with the close" % period)
        self.totals(period, run, lines)
        return run, lines

    def run(self):
        """All periods; prints what each pays. Returns [(period, run, lines)]."""
        done = []
        for period, start, end in wanted.periods(self.by):
            self.feed(period, start, end)
            run, lines = self.settle(period, start, end)
            print_nets(period, lines)
            say("%s %s: run %d, %d lines, %s" % (self.scenario, period, run, len(lines),
                                                 dict(zip(wanted.COLUMNS, wanted.sums(lines)))))
            done.append((period, run, lines))
        return done


def print_nets(period, lines):
    for payee in sorted(lines):
        if lines[payee]["net"] > 0:
            print("%s,%s,%d" % (period, payee, lines[payee]["net"]))
    sys.stdout.flush()


def moved(beckon):
    """{run: {"points", "cash"}} as the ledger moved them: into SETTLEMENT less out of it."""
    figures = {}
    for entry in beckon.lines("entry", "list"):
        if entry["run_number"] == 0:
            continue
        sums = figures.setdefault(entry["run_number"], {"points": 0, "cash": 0})
        for side, sign in (("to", 1), ("from", -1)):
            if entry[side] == "settlement":
                sums[entry["unit"]] += sign * entry["amount"]
    return figures


def ledger_differs(beckon, done):
    """What a run paid is what SETTLEMENT got: its points at the rate, its cash, less and plus what
    was carried."""
    figures, differences = moved(beckon), 0
    for period, run, lines in done:
        sums = figures.get(run, {"points": 0, "cash": 0})
        paid = sums["points"] * wanted.RATE_CENTS + sums["cash"]
        if paid != wanted.sums(lines)[-1]:
            say("%s: the ledger moved %s, the lines pay %d" % (period, sums, wanted.sums(lines)[-1]))
            differences += 1
    return differences


def export_differs(beckon, done):
    """The exported files' own sums: guides' and members' together are what the lines pay."""
    differences = 0
    for period, run, lines in done:
        paid = sum(net for which in ("guides", "members") for net in exported(beckon, run, which))
        if paid != wanted.sums(lines)[-1]:
            say("%s: the export pays %d, the lines %d" % (period, paid, wanted.sums(lines)[-1]))
            differences += 1
    return differences


def exported(beckon, run, payees):
    """Each row's net, in cents."""
    text = beckon.output("settlement", "export", str(run), "--format", "csv", "--payees", payees)
    for row in csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")):
        whole, _, cents = row["net_amount"].partition(".")
        yield int(whole) * 100 + int((cents + "00")[:2])
