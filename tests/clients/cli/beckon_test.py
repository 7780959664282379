#!/usr/bin/python3
"""beckon against a real beckond: what a person types and what comes back.

Programs come from $BECKOND and $BECKON, as in tests/clients/service.py."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from service import BECKON, Service  # noqa: E402

# Rows of an import that something happens to before it has finished.
MANY = 200000 if os.environ.get("BECKON_LONG") else 40000

RULES = """
from: 1990-01-01
inherit serving guide: yes
rules:
  buyer:
    on: purchase
    to: buyer
    gives: 1 point per 1.00 CNY
  friend:
    on: purchase
    to: referrer
    referrer: member
    gives: 0.5 % as cash
"""


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.service.start()

    @classmethod
    def tearDownClass(cls):
        cls.service.__exit__()

    def environment(self, language="C"):
        return {"PATH": os.environ["PATH"], "LANG": language,
                "BECKON_ADDRESS": self.service.address,
                "BECKON_TOKEN_FILE": os.path.join(self.service.data, "admin.token"),
                "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}

    def beckon(self, *words, exit=0, language="C", input=None):
        """Runs beckon; returns its standard output, lines of JSON as objects."""
        done = subprocess.run([BECKON, *words], capture_output=True, text=True, input=input,
                              env=self.environment(language), timeout=60)
        self.assertEqual(done.returncode, exit, (words, done.stdout, done.stderr))
        self.errors = done.stderr
        lines = done.stdout.splitlines()
        return [json.loads(line) if line.startswith("{") else line for line in lines]

    def path(self, name, text=None):
        path = os.path.join(self.service.folder, name)
        if text is not None:
            with open(path, "w", newline="") as file:
                file.write(text)
        return path

    def rejects(self, path):
        with open(path + ".rejects.csv", newline="") as file:
            return [(int(row[0]), row[1], row[3:]) for row in list(csv.reader(file))[1:]]


class CommandLine(Case):
    def test_the_main_job_from_shop_to_verify(self):
        self.beckon("shop", "create", "S01", "--name", "西湖店")
        self.beckon("guide", "create", "G01", "--name", "李娜", "--shop", "S01",
                    "--from", "1990-01-01")
        self.beckon("program", "publish", self.path("rules.yaml", RULES))
        code, = self.beckon("code", "create", "guide:G01", "--channel", "badge")
        member, = self.beckon("member", "register", "13800138001", "--consent", "v1",
                              "--code", code["code"])
        self.assertEqual(member["scan_result"], "bound")
        purchase, = self.beckon("purchase", "record", "12345", "--shop", "S01", "--receipt",
                                "R1", "--phone", "13800138001",
                                "--occurred-at", "2026-01-31T12:00:00+08:00")
        self.assertEqual([c["amount"] for c in purchase["credits"]], [123])
        balance, = self.beckon("balance", "get", "phone:13800138001")
        self.assertEqual(balance["balances"][0]["available"], 123)
        self.assertEqual(self.beckon("verify")[0]["finding_count"], 0)

    def test_a_refusal_says_its_sentence_in_the_language_asked_for(self):
        self.beckon("shop", "get", "nosuch", exit=1)
        self.assertIn("SHOP_UNKNOWN", self.errors)
        self.beckon("shop", "get", "nosuch", exit=1, language="zh_CN.UTF-8")
        self.assertRegex(self.errors, "[\u4e00-\u9fff]")
        self.beckon("shop", "get", "nosuch", "--json", exit=1)
        self.assertEqual(json.loads(self.errors)["error"]["reason"], "SHOP_UNKNOWN")

    def test_a_repeated_request_id_answers_the_same_code(self):
        self.beckon("shop", "create", "S77")
        first = self.beckon("code", "create", "shop:S77", "--request-id", "twice")
        again = self.beckon("code", "create", "shop:S77", "--request-id", "twice")
        self.assertEqual(first[0]["code"], again[0]["code"])

    def test_a_list_pages_through_everything_or_to_its_limit(self):
        rows = "".join("L%04d\n" % i for i in range(1100))
        self.beckon("import", "shops", self.path("many.csv", "shop_id\n" + rows))
        ids = [shop["shop_id"] for shop in self.beckon("shop", "list")
               if shop["shop_id"].startswith("L")]
        self.assertEqual(ids, ["L%04d" % i for i in range(1100)])
        self.assertEqual(len(self.beckon("shop", "list", "--limit", "3")), 3)

    def test_an_image_goes_into_a_file_and_two_readers_agree(self):
        self.beckon("shop", "create", "S78")
        code, = self.beckon("code", "create", "shop:S78")
        path = self.path("code.png")
        self.beckon("code", "render", code["code"], "--output", path)
        read = subprocess.run(["zbarimg", "--nodbus", "-q", "--raw", path], capture_output=True,
                              text=True)
        self.assertEqual(read.stdout.strip(), code["link"])
        read = subprocess.run(["ZXingReader", path], capture_output=True, text=True)
        self.assertIn(code["link"], read.stdout)
        self.beckon("code", "render", code["code"], "--output", self.path("code.gif"), exit=2)


class Import(Case):
    def setUp(self):
        self.beckon("import", "shops", self.path("shops.csv", "shop_id,name\nS01,One\nS02,\n"))
        self.beckon("import", "guides", self.path(
            "guides.csv", "employee_no,name,shop_id,from_date\nG01,李娜,S01,1990-01-01\n"))

    def test_members_are_referred_by_rows_before_them(self):
        path = self.path("members.csv", "\ufeffphone,consent_policy_version,code_of,occurred_at\r\n"
                         "13900000001,v1,guide:G01,1997-01-01T12:00:00+08:00\r\n"
                         "13900000002,v1,member:+86 139 0000 0001,1997-01-02T12:00:00+08:00\r\n"
                         "nonsense,v1,,\r\n"
                         "13900000003,v1,member:13999999999,\r\n"
                         "13900000001,v1,,\r\n")
        summary, = self.beckon("import", "members", path, exit=1)
        self.assertEqual((summary["recorded"], summary["known"], summary["rejected"]), (2, 1, 2))
        self.assertEqual([(line, reason) for line, reason, _ in self.rejects(path)],
                         [(4, "PHONE_INVALID"), (5, "MEMBER_UNKNOWN")])
        first, = self.beckon("member", "get", "--phone", "13900000001")
        second, = self.beckon("member", "get", "--phone", "13900000002")
        self.assertEqual(first["referrer"]["kind"], "guide")
        self.assertEqual(second["referrer"],
                         {"kind": "member", "number": first["member_number"]})
        # Again: the same codes, nobody new.
        summary, = self.beckon("import", "members", path, exit=1)
        self.assertEqual((summary["recorded"], summary["known"]), (0, 3))

    def purchases(self, name, prefix, count):
        self.beckon("import", "members", self.path(
            "buyers.csv", "phone,consent_policy_version\n13900000009,v1\n"))
        rows = "".join("S01,%s%d,13900000009,%d,1997-01-01T12:00:00+08:00\n" % (prefix, i, i)
                       for i in range(count))
        return self.path(name, "shop_id,receipt_number,phone,amount_minor,occurred_at\n" + rows)

    def count(self):
        return self.beckon("member", "get", "--phone", "13900000009")[0]["purchase_count"]

    def test_bad_rows_are_rejected_with_their_line_and_can_be_corrected(self):
        path = self.purchases("bad.csv", "B", 3)
        with open(path, "a") as file:
            file.write('S01,B9,13900000009,-5,1997-01-01T12:00:00+08:00\nS01,"B10"x,1,1,1\n'
                       "nosuch,B11,13900000009,5,1997-01-01T12:00:00+08:00\nshort\n")
        summary, = self.beckon("import", "purchases", path, exit=1)
        self.assertEqual((summary["rows"], summary["recorded"]), (7, 3))
        rejects = self.rejects(path)
        self.assertEqual([(line, reason) for line, reason, _ in rejects],
                         [(5, "AMOUNT_INVALID"), (6, "CSV_INVALID"), (7, "SHOP_UNKNOWN"),
                          (8, "CSV_INVALID")])
        self.assertEqual(rejects[0][2][1], "B9")
        with open(path + ".rejects.csv") as file:
            lines = file.read().splitlines()
        corrected = self.path("corrected.csv", lines[0] + "\n" + lines[1].replace("-5", "5") + "\n")
        summary, = self.beckon("import", "purchases", corrected)
        self.assertEqual(summary["recorded"], 1)

    def test_a_killed_import_goes_on_and_records_each_row_once(self):
        path = self.purchases("killed.csv", "K", MANY)
        before = self.count()
        process = subprocess.Popen([BECKON, "import", "purchases", path],
                                   stdout=subprocess.DEVNULL, env=self.environment())
        while not os.path.exists(path + ".progress") and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        self.assertEqual(process.wait(), -signal.SIGKILL, "it had finished before it was killed")
        summary, = self.beckon("import", "purchases", path)
        self.assertGreater(summary["resumed_at_line"], 1)
        self.assertEqual((summary["rows"], summary["recorded"]), (MANY, MANY))
        self.assertEqual(self.count() - before, MANY)
        self.assertFalse(os.path.exists(path + ".progress"))

    def test_a_service_killed_meanwhile_is_waited_for(self):
        path = self.purchases("waited.csv", "W", MANY)
        before = self.count()
        port = self.service.port
        process = subprocess.Popen([BECKON, "import", "purchases", path], env=self.environment(),
                                   stdout=subprocess.PIPE, text=True)
        time.sleep(0.2)
        self.service.kill()
        self.service.options = ["--listen", "127.0.0.1:%d" % port]
        self.service.start()
        out, _ = process.communicate(timeout=60)
        self.assertEqual((process.returncode, json.loads(out)["recorded"]), (0, MANY))
        self.assertEqual(self.count() - before, MANY)
        self.assertEqual(self.service.verify()["finding_count"], 0)

    def test_a_token_revoked_meanwhile_stops_the_import_and_rejects_nothing(self):
        made, = self.beckon("token", "create", "admin", "--label", "import")
        path = self.purchases("revoked.csv", "T", MANY)
        token = self.path("import.token", made["secret"] + "\n")
        process = subprocess.Popen([BECKON, "import", "purchases", path, "--token-file", token],
                                   env=self.environment(), stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        while not os.path.exists(path + ".progress") and process.poll() is None:
            time.sleep(0.01)
        self.beckon("token", "revoke", str(made["token"]["token_number"]), "--yes")
        out, _ = process.communicate(timeout=60)
        summary = json.loads(out)
        self.assertEqual((process.returncode, summary["finished"], summary["rejected"]),
                         (1, False, 0))
        summary, = self.beckon("import", "purchases", path)
        self.assertEqual((summary["rows"], summary["recorded"]), (MANY, MANY))

    def test_a_changed_file_is_not_gone_on_with(self):
        path = self.purchases("changed.csv", "C", 10)
        self.path("changed.csv.progress", '{"kind":"purchases"}')
        self.beckon("import", "purchases", path, exit=5)
        self.assertIn("--restart", self.errors)
        self.beckon("import", "purchases", path, "--restart")

    def test_headers_that_name_no_column_are_refused(self):
        for header in ("shop,receipt_number", "shop_id,shop_id", "shop_id", ""):
            self.beckon("import", "purchases", self.path("header.csv", header + "\n"), exit=5)


if __name__ == "__main__":
    unittest.main(verbosity=1)
