"""A real service with guides who have something to see, and their pages read: what guide_page_test and
guide_live_test share."""

import datetime
import html
import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pages import API, PROGRAM, Pages, stamp  # noqa: E402
from business_day import ZONE, business_date  # noqa: E402

# A year's bonus in cash, beside what all pages are tried with.
BONUS = {"rule_id": "bonus", "title_zh": "复购奖", "title_en": "Repurchase bonus",
         "trigger": "TRIGGER_PERIOD_CLOSE", "beneficiary": "BENEFICIARY_SERVING_GUIDE",
         "unit": "UNIT_CASH", "kpi": "KPI_REPURCHASE_RATE", "period": "PERIOD_YEAR",
         "brackets": [{"from": 0, "to": 1000}, {"from": 1000, "fixed_amount": 12345}]}

LINK = re.compile(r'<a href="([^"]+)"[^>]*>(.*?)</a>', re.S)


def plain(markup):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", markup))).strip()


def links(page):
    """Where links lead -> their texts."""
    found = {}
    for target, text in LINK.findall(page.html):
        found.setdefault(html.unescape(target), []).append(plain(text))
    return found


def money(minor):
    return "%s¥%s" % ("-" if minor < 0 else "", "{:,.2f}".format(abs(minor) / 100))


def number(value):
    return "{:,}".format(value)


def percent(points):
    return ("%.2f" % (points / 100)).rstrip("0").rstrip(".") + "%"


class GuideTest(unittest.TestCase):
    """G01, signed in as `visitor`, and G03: with members, purchases of a month, a target, and last
    year's settlement in REVIEW."""

    @classmethod
    def setUpClass(cls):
        PROGRAM["rules"] = [rule for rule in PROGRAM["rules"] if rule != BONUS] + [BONUS]
        cls.pages = Pages()
        cls.pages.start()
        cls.addClassCleanup(cls.pages.stop)
        now = datetime.datetime.now(ZONE)
        pages = cls.pages
        for ago in range(1, 25):
            pages.buy(("lin", "mei", "bo")[ago % 3], 1000 * ago + 37,
                      occurred_at=stamp(now - datetime.timedelta(days=ago)))
        for i in range(9):
            moment = now - datetime.timedelta(days=3 * i)
            birthday = now + datetime.timedelta(days=4 * i)
            pages.call("MemberService/RegisterMember", {
                "phone": "1391000%04d" % (i * 37), "consent_policy_version": "1",
                "code": pages.codes[("G01", "G02")[i % 2]], "name": "会员%d" % i,
                "birthday": birthday.strftime("--%m-%d"), "occurred_at": stamp(moment)})
        pages.call("ScoreboardService/SetTarget", {
            "guide_number": pages.guides["G01"], "kpi": "SCOREBOARD_KPI_SALES",
            "span": "SCOREBOARD_SPAN_MONTH", "date": str(business_date()), "value": 600000})
        cls.run_number = cls.review()
        cls.rpc = {name: cls.guide_client(name) for name in ("G01", "G03")}
        cls.visitor = pages.signed_in(guide="G01", moving=True)

    @classmethod
    def guide_client(cls, name):
        made = cls.pages.call("TokenService/CreateToken", {
            "token": {"role": "ROLE_GUIDE", "principal": {
                "kind": "PARTY_KIND_GUIDE", "number": cls.pages.guides[name]}},
            "request_id": "token-" + name})
        return cls.pages.client().with_token(made["secret"])

    @classmethod
    def settled(cls, number):
        """The run, once it waits for a person."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            run = cls.pages.call("SettlementService/GetSettlementRun", {"run_number": number},
                                 "payroll")["run"]
            if run["work"] == "SETTLEMENT_WORK_NONE":
                return run
            time.sleep(0.02)
        raise AssertionError("the run is still at work")

    @classmethod
    def review(cls):
        """Last year's run, as far as REVIEW."""
        year = business_date().year - 1
        number = cls.pages.call("SettlementService/CreateSettlementRun", {
            "request_id": "last-year", "type": "SETTLEMENT_TYPE_YEAR_END",
            "period_start": "%d-01-01" % year, "period_end": "%d-01-01" % (year + 1)},
            "payroll")["run_number"]
        cls.pages.call("SettlementService/SubmitSettlementRun", {
            "run_number": number, "draft_no": cls.settled(number)["draft_no"]}, "payroll")
        cls.settled(number)
        return number

    def ask(self, method, request=None, guide="G01"):
        return self.rpc[guide].call(API + method, request or {})

    def get(self, target, status=200):
        page = self.visitor.get(target)
        self.assertEqual(page.status, status, page)
        self.assertNotIn("{{", page.html)
        return page

    def pages_of(self, target):
        """A list's pages to its end."""
        out = []
        while target:
            out.append(self.get(target))
            target = next((link for link in links(out[-1]) if "page=" in link), None)
        return out
