"""beckon quote, explain and program backtest, as a shop manager reads them: on a terminal, in both
languages; and their JSON."""

import json
import os
import pty
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from service import BECKON, Service  # noqa: E402
from world import World  # noqa: E402

DRAFT = """\
from: 2024-01-01
rules:
  buyer:
    on: purchase
    to: buyer
    gives: 2 points per 1.00 CNY
"""
SELLING = """\
from: 2024-01-01
rules:
  sellers:
    on: purchase
    to: selling guide
    gives: 10.00 CNY
"""


class OnATerminal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.service.start()
        cls.world = World(cls.service, with_tokens=False)
        cls.folder = tempfile.TemporaryDirectory(prefix="beckon-explain-")
        cls.draft = cls.file("draft.yaml", DRAFT)
        cls.selling = cls.file("selling.yaml", SELLING)

    @classmethod
    def file(cls, name, text):
        path = os.path.join(cls.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()
        code = cls.service.stop()
        cls.service.__exit__()
        assert code == 0, "beckond ended with %s" % code

    def beckon(self, *words, language="C.UTF-8", exit=0, terminal=True):
        environment = {"PATH": os.environ["PATH"], "LANG": language, "LC_ALL": language,
                       "BECKON_ADDRESS": self.service.address,
                       "BECKON_TOKEN_FILE": os.path.join(self.service.data, "admin.token")}
        if not terminal:
            done = subprocess.run([BECKON, *words], env=environment, text=True,
                                  stdout=subprocess.PIPE)
            self.assertEqual(done.returncode, exit)
            return done.stdout
        ours, theirs = pty.openpty()
        process = subprocess.Popen([BECKON, *words], env=environment, stdout=theirs, stderr=theirs)
        os.close(theirs)
        told = b""
        try:
            while part := os.read(ours, 65536):
                told += part
        except OSError:
            pass  # the terminal's other end is closed
        os.close(ours)
        self.assertEqual(process.wait(), exit, told)
        return told.decode().replace("\r\n", "\n")

    def test_a_quote_says_what_would_be_earned_and_why_not(self):
        told = self.beckon("quote", "12345", "--shop", "S1", "--member", "3")
        self.assertIn("123.45 CNY x 1 point per 1.00 CNY of the base = 123 points.", told)
        self.assertIn("member:1  246 cash", told)
        told = self.beckon("quote", "12345", "--shop", "S1", "--member", "1", language="zh_CN.UTF-8")
        self.assertIn("不适用：", told)
        self.assertIn("= 123 积分。", told)
        sold = self.beckon("quote", "12345", "--shop", "S1", "--member", "1", "--draft", self.selling,
                           "--seller", "1:6000", "--seller", "2:4000")
        self.assertIn("guide:1  600 cash", sold)
        self.assertIn("guide:2  400 cash", sold)
        self.beckon("quote", "12345", "--shop", "S1", "--member", "1", "--seller", "99", exit=1)
        draft = self.beckon("quote", "12345", "--shop", "S1", "--member", "1", "--draft", self.draft)
        self.assertIn("the draft", draft)
        self.assertIn("= 246 points.", draft)

    def test_a_purchase_a_credit_and_a_member_are_explained(self):
        told = self.beckon("explain", "purchase", "R2", "--shop", "S1")
        self.assertIn("+ buyer", told)
        self.assertIn("base 200.00 CNY", told)
        reply = json.loads(self.beckon("explain", "purchase", "R2", "--shop", "S1", terminal=False))
        number = str(reply["rules"][0]["awards"][0]["credit_number"])
        told = self.beckon("explain", "credit", number)
        self.assertIn("for an own purchase.", told)
        self.assertIn("may be spent; it never expires.", told)
        self.assertIn("accrue", told)
        told = self.beckon("explain", "credit", number, language="zh_CN.UTF-8")
        self.assertIn("可以使用，永不过期。", told)
        told = self.beckon("explain", "member", "3")
        self.assertIn("Member 1 recommended her", told)
        self.assertIn("Guide 1 looks after her", told)
        self.assertIn("CREDIT_UNKNOWN", self.beckon("explain", "credit", "999999", exit=1))

    def test_a_draft_is_tried_on_history(self):
        words = ("program", "backtest", self.draft, "--from", "2024-05-01", "--to", "2024-06-01")
        told = self.beckon(*words)
        self.assertRegex(told, r"2024-05 +buyer +points +member +2000 +0 +1000 +0 +1000\n")
        self.assertIn("events", told)
        self.assertIn("说明", self.beckon(*words, language="zh_CN.UTF-8"))
        last = json.loads(self.beckon(*words, terminal=False).splitlines()[-1])
        self.assertTrue(last["done"])
        self.assertEqual(last["rows"][0]["draft"]["posted"], 2000)
        self.assertIn("to_date", self.beckon("program", "backtest", self.draft, "--from",
                                             "2024-05-01", "--to", "2024-05-01", exit=1))


if __name__ == "__main__":
    unittest.main()
