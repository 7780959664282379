#!/usr/bin/python3
"""Programs as files against a real beckond: the examples published and shown back, what is wrong told
at its line, a rehearsal that changes nothing, two versions compared.

Programs come from $BECKOND and $BECKON, as in tests/clients/service.py."""

import json
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from service import BECKON, ROOT, Service  # noqa: E402

EXAMPLES = os.path.join(ROOT, "service/demo/programs")
# The words that a charter may have, as `beckon program --help` lists them below their mappings.
SECTION = re.compile(r"^(the program|fraud|tiers|tiers > steps > TIER|rules > RULE):$")


class Programs(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.service.start()
        self.addCleanup(self.service.__exit__)
        for shop in ("S01", "S02"):
            self.beckon("shop", "create", shop)

    def beckon(self, *words, exit=0, input=None, language="C"):
        environment = {"PATH": os.environ["PATH"], "LANG": language,
                       "BECKON_ADDRESS": self.service.address,
                       "BECKON_TOKEN_FILE": os.path.join(self.service.data, "admin.token"),
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
        done = subprocess.run([BECKON, *words], capture_output=True, text=True, input=input,
                              env=environment, timeout=60)
        self.assertEqual(done.returncode, exit, (words, done.stdout, done.stderr))
        self.errors = done.stderr
        return done.stdout

    def versions(self):
        return [json.loads(line) for line in self.beckon("program", "list").splitlines()]

    def test_every_example_is_published_and_shown_back_as_it_was(self):
        names = sorted(os.listdir(EXAMPLES))
        self.assertEqual(names, ["clothing.yaml", "cosmetics.yaml", "jewellery.yaml"])
        for version, name in enumerate(names, 1):
            path = os.path.join(EXAMPLES, name)
            checked = json.loads(self.beckon("program", "publish", path, "--dry-run"))
            self.assertEqual(checked["version"], 0)
            self.assertEqual(len(self.versions()), version - 1)
            published = json.loads(self.beckon("program", "publish", path, "--request-id", name))
            self.assertEqual(published["version"], version)
            # The same file again is the same request.
            again = json.loads(self.beckon("program", "publish", path, "--request-id", name))
            self.assertEqual(again, published)
            self.assertEqual(self.beckon("program", "diff", path), "")
            shown = self.beckon("program", "show", str(version))
            self.assertEqual(self.beckon("program", "diff", "-", input=shown), "")
            back = json.loads(self.beckon("program", "publish", "-", "--dry-run", input=shown))
            for field in ("version", "published_at"):
                published.pop(field, None)
                back.pop(field, None)
            self.assertEqual(back, published)

    def test_the_examples_use_every_word_between_them(self):
        text = ""
        for name in os.listdir(EXAMPLES):
            with open(os.path.join(EXAMPLES, name), encoding="utf-8") as file:
                text += file.read()
        words, section = [], None
        for line in self.beckon("program", "--help").splitlines():
            if SECTION.match(line):
                section = line
            elif not line.startswith("  "):
                section = None
            elif section:
                words.append(re.match(r"  (.*?)  ", line + "  ").group(1))
        self.assertGreater(len(words), 50)
        unused = [word for word in words
                  if not re.search(r"^ *%s:" % re.escape(word), text, re.MULTILINE)]
        self.assertEqual(unused, [])

    def test_a_refusal_of_the_service_names_the_line_of_the_file(self):
        head = "title: x\nfrom: 2026-01-01\nrules:\n  a:\n    on: purchase\n    to: buyer\n"
        rows = [
            (head + "    gives: 101 % as cash\n", "7:12: rules > a > gives:", "1..10000"),
            (head + "    gives: 1 % as cash\n    shops: [S01, S09]\n",
             "8:18: rules > a > shops:", "no such shop"),
            (head + "    gives: 1 % as cash\n    window: 2026-06-18 through 2026-06-01\n",
             "8:13: rules > a > window:", "later than"),
            (head + "    brackets:\n      0 to 2.00 CNY: nothing\n"
             "      1.00 CNY and above: 1 % as cash\n",
             "9:7: rules > a > brackets > 1.00 CNY and above:", "no overlap"),
            (head + "    gives: 1 % as cash\n    tiers: [gold]\n", "8:13: rules > a > tiers:",
             "tiers.levels"),
            (head.replace("purchase", "registration").replace("buyer", "referrer") +
             "    gives: 5 points\n", "4:3: rules > a:", "GUIDE with REGISTRATION"),
            ("from: 2026-01-01\n", "1:1: the program:", "program.rules"),
            (head.replace("from: 2026-01-01", "inherit serving guide: no") +
             "    gives: 1 point\n", "1:1: the program:", "from_date"),
        ]
        for text, place, said in rows:
            for arguments in ((), ("--dry-run",)):
                self.beckon("program", "publish", "-", *arguments, exit=1, input=text)
                self.assertTrue(self.errors.startswith("-:" + place + "\n"), self.errors)
                self.assertIn(said, self.errors)
        self.assertEqual(self.versions(), [])

    def test_mistakes_of_a_file_are_told_in_one_go_and_reach_no_service(self):
        path = os.path.join(self.service.folder, "charter.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("from: soon\nrules:\n  a:\n    hold: 7\n    to: referrer's referrer\n")
        self.beckon("program", "publish", path, exit=5)
        self.assertEqual(self.errors.splitlines(), [
            path + ":1:7: from: must be YYYY-MM-DD, its first day; not \"soon\"",
            path + ":4:11: rules > a > hold: must be N days, or none; not \"7\"",
            path + ":5:9: rules > a > to: one level: nobody earns from a referee's referees"])
        self.beckon("program", "publish", path + ".absent", exit=5)
        self.assertIn("can't be read", self.errors)
        self.beckon("program", "publish", "-", exit=5, input="adjust cash: 1.00 USD\n")
        self.assertEqual(self.errors, "-:1:14: USD is not the merchant's currency, CNY\n")

    def test_a_difference_is_told_rule_by_rule_and_field_by_field(self):
        old = ("from: 2026-01-01\nrules:\n  a: {on: purchase, to: buyer, gives: 1 point}\n"
               "  b: {on: purchase, to: buyer, gives: 2 points}\n"
               "  c: {on: purchase, to: buyer, gives: 3 points, hold: 7 days}\n")
        self.beckon("program", "diff", "-", exit=1, input=old)
        self.assertIn("PROGRAM_UNKNOWN", self.errors)
        self.beckon("program", "publish", "-", input=old)
        new = ("title: New\nfrom: 2026-02-01\nrules:\n"
               "  c: {on: purchase, to: buyer, gives: 4 points}\n"
               "  a: {on: purchase, to: buyer, gives: 1 point}\n"
               "  d: {on: repurchase, to: serving guide, gives: 1.00 CNY}\n")
        told = self.beckon("program", "diff", "-", exit=1, input=new).splitlines()
        self.assertEqual(told, [
            "~ from: 2026-01-01 -> 2026-02-01",
            "- rules > b:",
            "- rules > b > on: purchase",
            "- rules > b > to: buyer",
            "- rules > b > gives: 2 points",
            "~ rules > c > gives: 3 points -> 4 points",
            "- rules > c > hold: 7 days",
            "+ title: New",
            "+ rules > d:",
            "+ rules > d > on: repurchase",
            "+ rules > d > to: serving guide",
            "+ rules > d > gives: 1.00 CNY",
            "~ order of rules: a, c -> c, a"])


if __name__ == "__main__":
    unittest.main()
