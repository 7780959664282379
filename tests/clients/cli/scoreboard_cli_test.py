"""beckon guide scoreboard, ranking and target as people see them: aligned in both languages, coloured
on a terminal alone and never with NO_COLOR; and their JSON."""

import json
import os
import pty
import subprocess
import sys
import unicodedata
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from business_day import business_date  # noqa: E402
from service import BECKON, Service  # noqa: E402
from world import World  # noqa: E402

TODAY = str(business_date())


def columns(text):
    """What a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class OnATerminal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.service.start()
        cls.world = World(cls.service, with_tokens=False)
        cls.world.one.call("PurchaseService/RecordPurchase", {
            "shop_id": "S1", "receipt_number": "SB1", "member_number": 1, "amount_minor": 123450})
        cls.world.one.call("ScoreboardService/SetTarget", {
            "guide_number": cls.world.one.guides[0], "kpi": "SCOREBOARD_KPI_SALES", "date": TODAY,
            "value": 1000000})

    @classmethod
    def tearDownClass(cls):
        code = cls.service.stop()
        cls.service.__exit__()
        assert code == 0, "beckond ended with %s" % code

    def environment(self, language, **more):
        return dict({"PATH": os.environ["PATH"], "LANG": language, "LC_ALL": language,
                     "TERM": "xterm", "BECKON_ADDRESS": self.service.address,
                     "BECKON_TOKEN_FILE": os.path.join(self.service.data, "admin.token")}, **more)

    def terminal(self, *words, language="C.UTF-8", **more):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([BECKON, *words], env=self.environment(language, **more),
                                   stdout=theirs, stderr=theirs)
        os.close(theirs)
        told = b""
        try:
            while part := os.read(ours, 65536):
                told += part
        except OSError:
            pass  # the terminal's other end is closed
        os.close(ours)
        self.assertEqual(process.wait(), 0, told)
        return told.decode().replace("\r\n", "\n")

    def piped(self, *words):
        done = subprocess.run([BECKON, *words], env=self.environment("C.UTF-8"), text=True,
                              stdout=subprocess.PIPE)
        self.assertEqual(done.returncode, 0)
        return done.stdout

    def test_a_scoreboard_is_aligned_in_both_languages(self):
        guide = str(self.world.one.guides[0])
        for language, sales in (("C.UTF-8", "sales"), ("zh_CN.UTF-8", "销售额")):
            told = self.terminal("guide", "scoreboard", guide, language=language, NO_COLOR="1")
            self.assertNotIn("\033", told)
            ends = set()
            for line in told.split("\n"):
                if "░" in line:  # a bar begins where all do
                    bar = min(line.index(c) for c in "█▏▎▍▌▋▊▉░" if c in line)
                    ends.add(columns(line[:bar]))
            self.assertEqual(len(ends), 1, told)
            row = next(line for line in told.split("\n") if line.strip().startswith(sales))
            self.assertIn("1234.50 CNY", row)
            self.assertTrue(any(c in row for c in "▁▂▃▄▅▆▇█"), row)
            self.assertIn("12.3 %", told)  # of the target

    def test_colour_is_for_terminals_that_want_it(self):
        guide = str(self.world.one.guides[0])
        self.assertIn("\033[1m", self.terminal("guide", "scoreboard", guide))
        self.assertNotIn("\033", self.terminal("guide", "scoreboard", guide, TERM="dumb"))
        self.assertNotIn("\033", self.terminal("guide", "ranking", "sales"))
        self.assertNotIn("\033", self.piped("guide", "scoreboard", guide))

    def test_elsewhere_it_is_json(self):
        guide = self.world.one.guides[0]
        board = json.loads(self.piped("guide", "scoreboard", str(guide), "--span", "day"))
        self.assertEqual((board["guide_number"], board["span"], board["start_date"]),
                         (guide, "day", TODAY))
        self.assertEqual(board["sales_minor"], 123450)
        ranking = json.loads(self.piped("guide", "ranking", "sales", "--guide", str(guide)))
        self.assertEqual(ranking["own"]["guide_number"], guide)
        self.assertEqual(ranking["rows"][0]["rank"], 1)

    def test_a_ranking_tells_ones_own_place_in_money(self):
        guide = self.world.one.guides[0]
        told = self.terminal("guide", "ranking", "sales", "--guide", str(guide))
        self.assertIn("1234.50 CNY", told)
        self.assertIn("◀", told)
        self.assertIn("rank 1", told)
        told = self.terminal("guide", "ranking", "sales", "--guide", str(guide),
                             language="zh_CN.UTF-8")
        self.assertIn("第 1 名", told)

    def test_what_is_behind_a_figure_is_a_list(self):
        guide = str(self.world.one.guides[0])
        members = [json.loads(line) for line in
                   self.piped("guide", "members", "sales", guide).splitlines()]
        self.assertEqual(sum(member["sales_minor"] for member in members), 123450)
        board = json.loads(self.piped("guide", "scoreboard", guide))
        entries = [json.loads(line) for line in
                   self.piped("guide", "entries", "cash_earned", guide).splitlines()]
        self.assertEqual(sum(entry["amount"] * (1 if entry["from"] == "expense" else -1)
                             for entry in entries), board["cash_earned_minor"])
        self.assertIn("sales", self.terminal("target", "list", guide))


if __name__ == "__main__":
    unittest.main()
