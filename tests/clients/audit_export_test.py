"""The audit trail taken out and proven offline: whatever is changed in the file is found, with the
entry it is in. And who looked at whom is in it."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from service import BECKON, Service  # noqa: E402
from world import API, World  # noqa: E402

ENTRY = re.compile(r"entry (\d+)")


def beckon(*arguments):
    environment = dict(os.environ, BECKON_ADDRESS=SERVICE.address,
                       BECKON_TOKEN=SERVICE.token("admin"))
    return subprocess.run([BECKON, "audit", *arguments], env=environment, capture_output=True,
                          text=True, timeout=60)


def setUpModule():
    global SERVICE, WORLD, FOLDER
    SERVICE = Service()
    SERVICE.start()
    WORLD = World(SERVICE, with_tokens=False)
    FOLDER = tempfile.TemporaryDirectory()


def tearDownModule():
    FOLDER.cleanup()
    code = SERVICE.stop()
    SERVICE.__exit__()
    assert code == 0, "beckond ended with %s" % code


def path(name):
    return os.path.join(FOLDER.name, name)


def export(name, *arguments):
    made = beckon("export", path(name), *arguments)
    assert made.returncode == 0, made.stderr
    with open(path(name), newline="") as file:
        return file.read()


def prove(text, *arguments, name="tampered"):
    with open(path(name), "w", newline="") as file:
        file.write(text)
    return beckon("verify", path(name), *arguments)


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        admin = WORLD.one.admin
        admin.call(API + "MemberService/GetMember", {"member_number": WORLD.one.members[0]})
        admin.call(API + "GuideService/ListGuides", {})
        cls.text = export("audit.jsonl")
        cls.lines = cls.text.splitlines(keepends=True)
        cls.head = json.loads(cls.lines[0])

    def found(self, text, *arguments):
        """The numbers of the entries that a tampered file is told of."""
        run = prove(text, *arguments)
        self.assertEqual(run.returncode, 4, run.stdout + run.stderr)
        return {int(number) for number in ENTRY.findall(run.stdout)}, run.stdout

    def test_a_whole_trail_is_proven_and_agrees_with_the_list(self):
        run = beckon("verify", path("audit.jsonl"), "--head", self.head["head_hash"])
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        listed = WORLD.one.admin.call(API + "AuditService/ListAuditEntries", {"page_size": 500})
        self.assertEqual(self.head["last_number"], len(self.lines) - 1)
        by_number = {entry["entry_number"]: entry for entry in listed["entries"]}
        for line in self.lines[1:]:
            entry = json.loads(line)
            for field in ("action", "facts", "object_number", "hash", "previous_hash"):
                self.assertEqual(entry[field], by_number[entry["entry_number"]][field])

    def test_who_looked_at_whom_is_in_it(self):
        last = [json.loads(line) for line in self.lines[-3:]]
        self.assertEqual([(entry["action"], entry["object_kind"], entry["object_number"])
                          for entry in last],
                         [("GetMember", "member", WORLD.one.members[0]),
                          ("ListGuides", "merchant", 1), ("ExportAudit", "merchant", 1)])
        self.assertEqual(last[1]["facts"], "rows=2")
        self.assertNotIn(WORLD.one.phone(1), self.text)

    def test_a_changed_field_is_found_with_its_entry(self):
        other = {"entry_number": lambda v: v + 100, "recorded_at": lambda v: "2020" + v[4:],
                 "role": lambda v: "auditor", "party": lambda v: "guide:7",
                 "token_number": lambda v: v + 1, "by_session": lambda v: not v,
                 "action": lambda v: "RevokeToken", "object_kind": lambda v: "run",
                 "object_number": lambda v: v + 1, "object_part": lambda v: v + 1,
                 "object_text": lambda v: v + "x", "facts": lambda v: v + " x=1",
                 "previous_hash": lambda v: v[:-1] + ("0" if v[-1] != "0" else "1"),
                 "hash": lambda v: v[:-1] + ("0" if v[-1] != "0" else "1")}
        for at in (1, 5, len(self.lines) - 1):
            entry = json.loads(self.lines[at])
            self.assertEqual(set(entry), set(other))
            for field, change in other.items():
                with self.subTest(entry=at, field=field):
                    changed = dict(entry, **{field: change(entry[field])})
                    text = "".join(self.lines[:at] + [json.dumps(changed) + "\n"] +
                                   self.lines[at + 1:])
                    numbers, told = self.found(text)
                    self.assertTrue(numbers & {at, changed["entry_number"]}
                                    or (at == 1 and "missing" in told), told)
                    if field in ("hash", "previous_hash"):
                        self.assertIn(field.split("_")[-1] + " was changed", told)

    def test_what_is_unreadable_names_its_column(self):
        entry = json.loads(self.lines[4])
        for field, value in (("recorded_at", "yesterday"), ("role", "king"), ("role", "ADMIN"),
                             ("party", "guide:0"), ("action", "Nothing"), ("hash", "12"),
                             ("object_kind", "moon"), ("previous_hash", "xyz"),
                             ("facts", "x" * 300)):
            with self.subTest(field=field, value=value):
                text = "".join(self.lines[:4] + [json.dumps(dict(entry, **{field: value})) + "\n"] +
                               self.lines[5:])
                numbers, told = self.found(text)
                self.assertIn(4, numbers)
                self.assertIn(field, told)

    def test_entries_taken_out_put_in_or_moved_are_found(self):
        lines, last = self.lines, len(self.lines) - 1
        for what, changed, words in (
                ("one gone", lines[:5] + lines[6:], "entries 5 to 5 are missing"),
                ("the first gone", lines[:1] + lines[2:], "entries 1 to 1 are missing"),
                ("the last gone", lines[:-1], "entries %d to %d are missing" % (last, last)),
                ("twice", lines[:6] + lines[5:], "entry 5: it is not where it belongs"),
                ("swapped", lines[:5] + [lines[6], lines[5]] + lines[7:], "entry 5"),
                ("torn", lines[:-1] + [lines[-1][:40]], "line %d: it is no entry" % (last + 1)),
                ("not an entry", lines[:5] + ["{}\n"] + lines[5:], "line 6: it is no entry")):
            with self.subTest(what):
                self.assertIn(words, self.found("".join(changed))[1])

    def test_a_first_line_that_says_something_else_is_found(self):
        for field, value, words in (("head_hash", "0" * 64, "another hash of entry"),
                                    ("last_number", 3, "are not stated"),
                                    ("last_number", 99, "are missing at the end"),
                                    ("first_number", 2, "not where it belongs")):
            with self.subTest(field=field, value=value):
                head = json.dumps(dict(self.head, **{field: value})) + "\n"
                self.assertIn(words, self.found(head + "".join(self.lines[1:]))[1])
        for text in ("", "\n", "{}\n", "[]\n", "entry_number\r\n1\r\n"):
            self.assertEqual(prove(text).returncode, 5)
        self.assertEqual(beckon("verify", path("nowhere")).returncode, 5)

    def test_another_trail_that_fits_in_itself_does_not_fit_the_kept_head(self):
        other = subprocess.run(
            [BECKON, "audit", "export", path("two.jsonl")], capture_output=True, text=True,
            env=dict(os.environ, BECKON_ADDRESS=SERVICE.address, BECKON_TOKEN=WORLD.two.admin.token),
            timeout=60)
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertEqual(beckon("verify", path("two.jsonl")).returncode, 0)
        run = beckon("verify", path("two.jsonl"), "--head", self.head["head_hash"])
        self.assertEqual(run.returncode, 4)
        self.assertIn("not the one that was kept", run.stdout)

    def test_an_export_goes_on_where_another_ended(self):
        last = self.head["last_number"]
        export("more.jsonl", "--from", str(last + 1))
        good = beckon("verify", path("more.jsonl"), "--after", self.head["head_hash"])
        self.assertEqual(good.returncode, 0, good.stdout)
        bad = beckon("verify", path("more.jsonl"), "--after", "0" * 64)
        self.assertEqual(bad.returncode, 4, bad.stdout)
        self.assertNotEqual(beckon("export", path("none"), "--from", "99999").returncode, 0)
        self.assertFalse(os.path.exists(path("none")))

    def test_csv_says_and_proves_the_same(self):
        text = export("audit.csv")
        self.assertEqual(beckon("verify", path("audit.csv")).returncode, 0)
        rows = list(csv.reader(io.StringIO(text.split("\r\n", 1)[1], newline="")))
        first = json.loads(self.lines[1])
        self.assertEqual(rows[0], list(first))
        self.assertEqual(rows[1], [str(v).lower() if isinstance(v, bool) else str(v)
                                   for v in first.values()])
        row = text.split("\r\n")[6].split(",")
        row[2] = "auditor"
        changed = text.split("\r\n")
        changed[6] = ",".join(row)
        numbers, _ = self.found("\r\n".join(changed))
        self.assertEqual(numbers, {5})


if __name__ == "__main__":
    unittest.main(verbosity=2)
