"""beckon settlement export, manifest, verify, print, exports: a small closed run as payroll takes it
out, in every profile; and files that somebody changed on the way."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest

import openpyxl

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from service import BECKON, Service  # noqa: E402
from settling import Office  # noqa: E402
from world import World  # noqa: E402


class SettlementCli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.service.start()
        cls.world = World(cls.service, with_tokens=False)
        cls.folder = tempfile.TemporaryDirectory(prefix="beckon-settlement-")
        cls.office = office = Office(cls.service)
        cls.run_number = office.create("r1", type="SETTLEMENT_TYPE_YEAR_END", period_start="2024-01-01",
                                period_end="2025-01-01", rate_points=10, rate_minor=100)
        office.wait(cls.run_number)
        office.submit(cls.run_number)
        office.approve(cls.run_number)
        office.close(cls.run_number)
        office.wait(cls.run_number)
        cls.lines = list(office.lines(cls.run_number))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()
        code = cls.service.stop()
        cls.service.__exit__()
        assert code == 0, "beckond ended with %s" % code

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def beckon(self, *words, exit=0, token=None, noun="settlement"):
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
                       "BECKON_ADDRESS": self.service.address,
                       "BECKON_TOKEN": token or self.office.secrets["maker"]}
        done = subprocess.run([BECKON, noun, *words], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, exit, done.stderr.decode())
        return done.stdout

    def rows(self, *options):
        text = self.beckon("export", str(self.run_number), *options).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def net(self, kind):
        return sum(line["net_minor"] for line in self.lines if line["payee"]["kind"] == kind)

    def test_every_profile_pays_what_the_lines_say(self):
        guides = self.rows()
        self.assertEqual([row["employee_no"] for row in guides],
                         sorted(row["employee_no"] for row in guides))
        self.assertEqual({row["name"] for row in guides}, {"Guide 1", "Guide 2"})
        self.assertGreater(self.net("PARTY_KIND_GUIDE"), 0)
        for options, column in (((), "net_amount"),
                                (("--profile", "china"), "*全年一次性奖金额"),
                                (("--profile", "erpnext"), "Amount")):
            paid = sum(round(float(row[column]) * 100) *
                       (-1 if row.get("Salary Component Type") == "Deduction" else 1)
                       for row in self.rows(*options))
            self.assertEqual(paid, self.net("PARTY_KIND_GUIDE"), options)
        members = self.rows("--payees", "members")
        self.assertEqual(sum(round(float(row["net_amount"]) * 100) for row in members),
                         self.net("PARTY_KIND_MEMBER"))
        self.assertEqual({row["*证件号码"] for row in self.rows("--profile", "china")},
                         {"DOC-1-1", "DOC-1-2"})

    def test_a_workbook_is_made_and_readable_by_its_owner_alone(self):
        path = self.path("bonus.xlsx")
        self.beckon("export", str(self.run_number), "--output", path)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        book = openpyxl.load_workbook(path, read_only=True)
        self.assertEqual(book.sheetnames, ["rows", "summary", "control"])
        self.assertEqual([name for name in os.listdir(self.folder.name) if "bonus" in name],
                         ["bonus.xlsx"])

    def test_the_manifest_names_what_export_gives(self):
        manifest = json.loads(self.beckon("manifest", str(self.run_number)))
        hashes = {file["name"]: file["sha256"] for file in manifest["files"]}
        for name, options in (("settlement-1-guides.csv", ()),
                              ("settlement-1-guides.xlsx", ("--format", "xlsx")),
                              ("settlement-1-china.csv", ("--profile", "china")),
                              ("settlement-1-erpnext.xlsx", ("--profile", "erpnext",
                                                             "--format", "xlsx")),
                              ("settlement-1-members.csv", ("--payees", "members"))):
            content = self.beckon("export", str(self.run_number), *options)
            self.assertEqual(hashlib.sha256(content).hexdigest(), hashes[name], name)
        self.assertEqual(manifest["run"]["totals"]["net_minor"],
                         self.net("PARTY_KIND_GUIDE") + self.net("PARTY_KIND_MEMBER"))

    def test_verify_tells_a_changed_file_and_where(self):
        good = self.path("settlement-1-guides.csv")
        self.beckon("export", str(self.run_number), "--output", good)
        self.assertIn(b"the same as settlement-1-guides.csv", self.beckon("verify", good))
        with open(good, "rb") as file:
            content = file.read()
        for name, changed, said in (
                ("amount.csv", content.replace(b"Guide 2", b"Guide 3"), b"line 3 differs"),
                ("short.csv", content[:content.rindex(b"\r\n1,") + 2], b"line 3 and what follows"),
                ("long.csv", content + b"1,1\r\n", b"the run has no line 4")):
            with open(self.path(name), "wb") as file:
                file.write(changed)
            self.assertIn(said, self.beckon("verify", self.path(name), exit=4))
        book = self.path("settlement-1-guides.xlsx")
        self.beckon("export", str(self.run_number), "--output", book)
        self.assertIn(b"the same as settlement-1-guides.xlsx", self.beckon("verify", book))
        for name, change, said, exit in (
                ("saved.xlsx", {}, b"the same cells as the run has", 0),
                ("amount.xlsx", {"P2": 1.5}, b"row 2, column 16 differs", 4),
                ("name.xlsx", {"L3": "Somebody"}, b'column 12 differs: "Somebody"', 4),
                ("longer.xlsx", {"A4": 1}, b"the run has no row 4", 4)):
            saved = openpyxl.load_workbook(book)
            for cell, value in change.items():
                saved.worksheets[0][cell] = value
            path = self.path(name)
            saved.save(path)
            self.assertIn(said, self.beckon("verify", path, exit=exit)) # it says its run itself
        with open(book, "r+b") as file:
            file.truncate(3000)
        self.assertIn(b"no workbook that can be read", self.beckon("verify", book, exit=4))
        manifest = self.path("manifest.json")
        self.beckon("manifest", str(self.run_number), "--output", manifest)
        self.assertIn(b"the same as the manifest", self.beckon("verify", manifest))

    def test_who_took_it_is_on_record(self):
        before = len(self.beckon("exports", str(self.run_number)).splitlines())
        self.beckon("export", str(self.run_number), "--profile", "china")
        listed = [json.loads(line) for line in
                  self.beckon("exports", str(self.run_number)).splitlines()]
        self.assertEqual(len(listed), before + 1)
        self.assertEqual((listed[-1]["profile"], listed[-1]["export_number"]),
                         ("china", before + 1))

    def test_a_guide_prints_his_own_statement_only(self):
        secret, _ = self.world.one.token("guide")
        page = self.beckon("print", str(self.run_number), token=secret).decode()
        self.assertIn("结算单", page)
        self.assertIn("Guide 1", page)
        self.beckon("print", str(self.run_number), "guide:2", token=secret, exit=1)
        self.assertIn("Settlement statement",
                      self.beckon("print", str(self.run_number), "guide:2", "--english").decode())

    def test_the_audit_trail_tells_who_took_and_printed_what(self):
        run = str(self.run_number)
        self.beckon("print", run, "guide:2")
        self.beckon("export", run, "--payees", "members")
        listed = [json.loads(line) for line in self.beckon(
            "list", "--kind", "export", "--number", run, noun="audit").splitlines()]
        self.assertEqual((listed[0]["action"], listed[0]["token_label"]),
                         ("CreateSettlementExport", "maker"))
        self.assertEqual(listed[0]["facts"], "file=settlement-1-members.csv")
        printed = [json.loads(line) for line in self.beckon(
            "list", "--action", "PrintStatement", noun="audit").splitlines()]
        self.assertEqual(printed[0]["sentence_en"],
                         "printed the statement of guide 2 in settlement run 1")
        steps = [json.loads(line)["action"] for line in self.beckon(
            "list", "--kind", "run", noun="audit").splitlines()]
        self.assertEqual(steps, ["CloseSettlementRun", "ApproveSettlementRun",
                                 "SubmitSettlementRun", "CreateSettlementRun"])

    def test_what_is_not_there_is_told(self):
        self.beckon("export", "99", exit=1)
        self.beckon("export", str(self.run_number), "--payees", "cats", exit=2)
        self.beckon("verify", self.path("nothing.csv"), exit=5)
        with open(self.path("nothing.txt"), "w") as file:
            file.write("nothing\n")
        self.beckon("verify", self.path("nothing.txt"), exit=2)


if __name__ == "__main__":
    sys.exit(unittest.main())
