"""A guide's pages in front of a real service: every figure is the service's, every figure opens into
what it was counted from, and nobody sees another's."""

import base64
import hashlib
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from guide_people import GuideTest, links, money, number, percent, plain  # noqa: E402
from business_day import business_date  # noqa: E402

SPANS = ("day", "week", "month", "quarter", "year")


def style_hash(page):
    style = page.html.split("<style>", 1)[1].split("</style>", 1)[0]
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


class GuidePages(GuideTest):
    # ---- figures ---------------------------------------------------------------------------------

    def check_figures(self, page, board, span):
        found = links(page)
        rate = board["repurchase"]
        wanted = {"members?kpi=new_members": number(board["new_members"]),
                  "members?kpi=activated_members": number(board["activated_members"]),
                  "members?kpi=sales": money(board["sales_minor"]),
                  "entries?kpi=points_earned": number(board["points_earned"])}
        if rate:
            wanted["members?kpi=repurchase_rate"] = percent(rate["rate_bp"])
            self.assertIn("%d 位买过的会员中 %d 位再次购买" % (rate["denominator"],
                                                      rate["numerator"]), page.text)
        for target, text in wanted.items():
            self.assertIn(text, found["/guide/%s&span=%s" % (target, span)], target)
        self.assertIn("%s 笔购买" % number(board["purchases"]), page.text)
        points = board["holdings"][0]
        for state in ("pending", "available"):
            self.assertIn(number(points[state]),
                          found["/guide/credits?unit=points&state=" + state])
        for part in ("in_settlement", "settled"):
            self.assertIn(number(points[part]), found["/guide/statements"])
        self.assertIn(money(board["estimate"]["net_minor"]), page.text)
        self.assertIn(money(board["estimate"]["points_minor"]), page.text)
        for bonus in board["estimate"]["bonuses"]:
            self.assertIn("复购率 %s %s" % (bonus["period"], money(bonus["amount"])),
                          page.text.replace("\n", " "))
        for target in board["targets"]:
            self.assertIn("%s / %s" % (money(target["reached"]), money(target["value"])),
                          page.text)

    def test_every_figure_is_the_services(self):
        for span in SPANS:
            with self.subTest(span=span):
                board = self.ask("ScoreboardService/GetScoreboard",
                                 {"span": "SCOREBOARD_SPAN_" + span.upper()})["scoreboard"]
                self.check_figures(self.get("/guide?span=" + span), board, span)
        self.assertEqual(len(self.ask("ScoreboardService/GetScoreboard")["scoreboard"]["targets"]),
                         1)

    def test_a_bonus_ahead_and_a_bonus_settled_are_told(self):
        board = self.ask("ScoreboardService/GetScoreboard")["scoreboard"]
        self.assertEqual([one["amount"] for one in board["estimate"]["bonuses"]], [12345])
        statement = self.get("/guide/statements/%d" % self.run_number)
        self.assertIn("复购奖", statement.text)
        self.assertIn(money(12345), statement.text)
        line = self.ask("StatementService/GetStatement", {"run_number": self.run_number})
        credit = next(one for one in line["credits"] if one["rule_id"] == "bonus")
        told = self.get("/guide/credits/%d" % credit["credit_number"]).text
        found = self.ask("ExplainService/ExplainCredit",
                         {"credit_number": credit["credit_number"]})
        self.assertIn("按 %d / %d 计算" % (found["kpi_numerator"], found["kpi_denominator"]), told)
        self.assertIn(found["rule"]["formula"]["zh"], told)

    def test_the_trend_is_drawn_and_told_in_a_table(self):
        for span, bars in (("month", 3), ("year", 3), ("day", 0)):
            board = self.ask("ScoreboardService/GetScoreboard",
                             {"span": "SCOREBOARD_SPAN_" + span.upper()})["scoreboard"]
            page = self.get("/guide?span=" + span)
            self.assertEqual(len(re.findall("<svg ", page.html)), bars, span)
            rows = re.findall(r"<tr><th scope=\"row\" class=\"num\">.*?</tr>", page.html)
            self.assertEqual(len(rows), len(board["parts"]) if bars else 0)
            for row, part in zip(rows, board["parts"]):
                cells = [plain(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
                self.assertEqual(cells, [
                    number(part["new_members"]), number(part["activated_members"]),
                    number(part["purchases"]), money(part["sales_minor"]).replace("¥", ""),
                    number(part["points_earned"])])
            self.assertEqual(len(re.findall("<rect ", page.html)), bars * len(board["parts"]))

    def test_his_place_is_told_with_his_neighbours(self):
        for kpi, write in (("sales", money), ("new_members", number),
                           ("repurchase_rate", percent)):
            rank = self.ask("ScoreboardService/ListRanking",
                            {"kpi": "SCOREBOARD_KPI_" + kpi.upper(), "page_size": 10})
            page = self.get("/guide/ranking?kpi=" + kpi)
            self.assertIn("第 %d 名" % rank["own"]["rank"], page.text)
            for row in rank["rows"] + rank["above"] + rank["below"]:
                self.assertIn(write(row["value"]), page.text)
            if rank["gap"]:
                self.assertIn(write(rank["gap"]), page.text)
        shop = self.get("/guide/ranking?kpi=sales&scope=shop")
        self.assertIn("陈强", shop.text)
        self.assertNotIn("赵敏", shop.text)  # of another shop

    def test_asking_again_costs_nothing_while_nothing_changed(self):
        page = self.get("/guide?span=month")
        again = self.visitor.get("/guide?span=month",
                                 headers={"If-None-Match": page.headers["etag"]})
        if again.status == 200:  # a minute had turned meanwhile
            again = self.visitor.get("/guide?span=month",
                                     headers={"If-None-Match": again.headers["etag"]})
        self.assertEqual((again.status, again.body), (304, b""))
        other = self.visitor.get("/guide?span=year",
                                 headers={"If-None-Match": page.headers["etag"]})
        self.assertEqual(other.status, 200)

    # ---- what stands behind them -----------------------------------------------------------------

    def test_every_figure_opens_into_its_members(self):
        board = self.ask("ScoreboardService/GetScoreboard",
                         {"span": "SCOREBOARD_SPAN_YEAR"})["scoreboard"]
        counts = {"new_members": board["new_members"],
                  "activated_members": board["activated_members"],
                  "repurchase_rate": board["repurchase"]["denominator"]}
        for kpi, count in counts.items():
            rows = [row for page in self.pages_of("/guide/members?span=year&kpi=" + kpi)
                    for row in re.findall(r"<li>.*?</li>", page.html, re.S)]
            self.assertEqual(len(rows), count, kpi)
        sold = [plain(cell) for page in self.pages_of("/guide/members?span=year&kpi=sales")
                for cell in re.findall(r'<strong class="num">(.*?)</strong>', page.html, re.S)]
        self.assertEqual(sum(int(re.sub(r"[¥,.]", "", one)) for one in sold),
                         board["sales_minor"])
        self.assertIn("+86137****0001", self.get("/guide/members?span=year&kpi=sales").text)

    def test_points_open_into_entries_and_each_into_its_rule(self):
        board = self.ask("ScoreboardService/GetScoreboard",
                         {"span": "SCOREBOARD_SPAN_YEAR"})["scoreboard"]
        pages = self.pages_of("/guide/entries?span=year&kpi=points_earned")
        amounts = [plain(cell) for page in pages
                   for cell in re.findall(r'<strong class="num">(.*?)</strong>', page.html, re.S)]
        self.assertEqual(sum(int(one.replace(",", "").replace("−", "-").replace(" ", ""))
                             for one in amounts), board["points_earned"])
        self.assertIn("会员消费提成", pages[0].text)
        target = next(link for link in links(pages[0]) if link.startswith("/guide/credits/"))
        credit = self.get(target)
        told = self.ask("ExplainService/ExplainCredit",
                        {"credit_number": int(target.rsplit("/", 1)[1])})
        for sentence in (told["origin"]["zh"], told["rule"]["formula"]["zh"],
                         told["rule"]["why"]["zh"], told["next"]["zh"],
                         told["rule"]["awards"][0]["calculation"]["zh"],
                         "方案第 %d 版" % told["program_version"]):
            self.assertIn(sentence, credit.text)
        held = self.ask("CreditService/ListCredits", {"unit": "UNIT_POINTS", "page_size": 500,
                                                      "state": "CREDIT_STATE_AVAILABLE"})
        rows = [link for page in self.pages_of("/guide/credits?unit=points&state=available")
                for link in links(page) if link.startswith("/guide/credits/")]
        self.assertEqual(len(rows), len(held["credits"]))

    def test_what_is_held_is_listed_apart(self):
        credit = max(one["credit_number"] for one in self.ask(  # none that a settlement has taken
            "CreditService/ListCredits", {"page_size": 500}, "G03")["credits"])
        guide = self.pages.signed_in(guide="G03")
        self.assertNotIn("/guide/credits/", guide.get("/guide/credits?held=1").html)
        self.pages.call("CreditService/HoldCredit", {
            "credit_number": credit, "reason": "looked at", "request_id": "held"})
        page = guide.get("/guide/credits?unit=points&held=1")
        self.assertEqual([link for link in links(page) if link.startswith("/guide/credits/")],
                         ["/guide/credits/%d" % credit])
        self.assertIn("等待人工决定", guide.get("/guide/credits/%d" % credit).text)
        self.pages.call("CreditService/ReleaseCredit", {
            "credit_number": credit, "reason": "fine", "request_id": "released"})

    def test_his_members_stand_with_their_last_purchase_and_birthdays_ahead(self):
        members = self.ask("MemberService/ListMembers", {"page_size": 500})["members"]
        text = "\n".join(page.text for page in self.pages_of("/guide/customers"))
        for member in members:
            self.assertIn(member["phone"], text)
            self.assertIn("****", member["phone"])
        lin = self.get("/guide/customers/%d" % self.pages.members["lin"])
        self.assertIn("林小雨", lin.text)
        self.assertNotIn("13700000001", lin.text)
        soon = self.ask("MemberService/ListMembers", {"page_size": 500,
                                                      "birthday_within_days": 31})["members"]
        self.assertGreaterEqual(len(soon), 3)
        page = self.get("/guide/customers?list=birthdays")
        order = [member["phone"] for member in sorted(
            soon, key=lambda one: (one["next_birthday_date"], one["member_number"]))]
        self.assertEqual(re.findall(r"\+86\d{3}\*{4}\d{4}", page.text), order)

    # ---- his code --------------------------------------------------------------------------------

    def test_his_code_is_a_poster_made_where_he_has_none(self):
        guide = self.pages.call("GuideService/CreateGuide", {"guide": {
            "employee_no": "G77", "name": "新人",
            "employments": [{"shop_id": "S01", "from_date": "2020-01-01"}]}})["guide"]
        self.pages.guides["G77"] = guide["guide_number"]
        fresh = self.pages.signed_in(guide="G77")
        first = fresh.get("/guide/code")
        code = re.search(r"/R/([0-9A-Z]{9})", first.html).group(1)
        self.assertIn("新人", first.text)
        self.assertIn("西湖店", first.text)
        self.assertIn("%s %s %s" % (code[:3], code[3:6], code[6:]), first.text)
        self.assertIn(code, fresh.get("/guide/code").html)
        png, svg = fresh.get("/guide/code.png"), fresh.get("/guide/code.svg")
        self.assertEqual((png.media_type, png.body[:8]), ("image/png", b"\x89PNG\r\n\x1a\n"))
        self.assertEqual(svg.media_type, "image/svg+xml")
        self.assertEqual(self.pages.visitor().get("/R/" + code).status, 200)

    # ---- statements ------------------------------------------------------------------------------

    def disputes(self):
        return self.ask("StatementService/ListDisputes",
                        {"run_number": self.run_number})["disputes"]

    def test_a_line_is_disputed_and_taken_back(self):
        base = "/guide/statements/%d" % self.run_number
        self.assertIn(base, " ".join(links(self.get("/guide/statements"))))
        page = self.get(base)
        line = self.ask("StatementService/GetStatement", {"run_number": self.run_number})
        self.assertIn(money(line["statement"]["line"]["net_minor"]), page.text)
        credit = line["credits"][0]["credit_number"]
        form = self.get(base + "/dispute?credit=%d" % credit)
        long = self.visitor.submit(form, base, text="长" * 100)
        self.assertEqual(long.status, 400, long)
        self.assertEqual(long.form(base).fields["text"], "长" * 100)
        self.assertEqual(self.disputes(), [])
        sent = self.visitor.submit(form, base, text="两行\r\n一句 <b>&\"")
        self.assertEqual((sent.status, sent.path), (200, base))
        self.visitor.submit(form, base, text="两行\r\n一句 <b>&\"")  # a double tap opens nothing new
        found = self.disputes()
        self.assertEqual([(one["credit_number"], one["text"], one["state"]) for one in found],
                         [(credit, "两行 一句 <b>&\"", "DISPUTE_STATE_OPEN")])
        self.assertIn("<b>&\"", sent.text)
        self.assertIn("待处理", sent.text)
        back = self.visitor.submit(sent, base + "/withdraw")
        self.assertIn("已撤回", back.text)
        self.assertEqual(self.disputes()[0]["state"], "DISPUTE_STATE_WITHDRAWN")
        again = self.visitor.post(base + "/withdraw", dict(sent.form(base + "/withdraw").fields))
        self.assertEqual(again.status, 200)  # the same answer

    def test_a_statement_is_printed_under_a_policy_of_its_own(self):
        for language in ("zh", "en"):
            guide = self.pages.signed_in(guide="G01", language=language)
            page = guide.get("/guide/statements/%d/print" % self.run_number)
            self.assertEqual(page.status, 200)
            self.assertIn({"zh": "结算单", "en": "Settlement statement"}[language], page.text)
            policy = page.headers["content-security-policy"]
            self.assertNotIn("\n", policy)  # one policy
            self.assertIn("style-src 'sha256-%s'" % style_hash(page), policy)
            self.assertNotIn("script", policy + page.html)
            self.assertIn("default-src 'none'", policy)

    # ---- who may see it --------------------------------------------------------------------------

    def test_another_guides_things_are_refused(self):
        other = self.ask("CreditService/ListCredits", {}, "G03")["credits"][0]["credit_number"]
        for target, status in (
                ("/guide/credits/%d" % other, (404,)),
                ("/guide/customers/%d" % self.pages.members["bo"], (403, 404)),
                ("/guide/customers/999999", (403, 404)), ("/guide/credits/999999", (404,)),
                ("/guide/credits/0", (404,)), ("/guide/credits/x", (404,)),
                ("/guide/customers/-1", (404,)), ("/guide/statements/99", (404,)),
                ("/guide/statements/99/print", (404,)),
                ("/guide/statements/%d/dispute?credit=%d" % (self.run_number, other), (404,)),
                ("/guide?span=century", (404,)), ("/guide?date=2026-02-30", (400,)),
                ("/guide/members?kpi=nothing", (404,)), ("/guide/members", (404,)),
                ("/guide/entries?kpi=sales", (400,)), ("/guide/credits?state=gone", (404,)),
                ("/guide/members?kpi=sales&page=garbage", (400,))):
            page = self.visitor.get(target)
            self.assertIn(page.status, status, page)
            self.assertNotIn("薄云", page.html)
        page = self.get("/guide?guide_number=%d" % self.pages.guides["G03"])
        self.assertIn("王丽", page.text)
        base = "/guide/statements/%d" % self.run_number
        form = self.get(base + "/dispute")
        theirs = self.visitor.submit(form, base, form=form.form(base), text="不是我的", credit=other)
        self.assertEqual(theirs.status, 404, theirs)

    def test_only_guides_come_in(self):
        for visitor, status in ((self.pages.visitor(), 401),
                                (self.pages.signed_in(token="payroll"), 403),
                                (self.pages.member_signed_in("lin"), 403)):
            for target in ("/guide", "/guide/live", "/guide/customers", "/guide/code.png",
                           "/guide/statements/%d/print" % self.run_number):
                self.assertEqual(visitor.get(target).status, status, target)
        page = self.get("/guide/statements/%d/dispute" % self.run_number)
        fields = dict(page.form("/guide/statements").fields, text="x", csrf="")
        self.assertEqual(self.visitor.post(page.path, fields).status, 403)

    def test_who_has_left_sees_what_is_his_own(self):
        guide = self.pages.call("GuideService/CreateGuide", {"guide": {
            "employee_no": "G88", "name": "离店人",
            "employments": [{"shop_id": "S01", "from_date": "2020-01-01"}]}})["guide"]
        self.pages.guides["G88"] = guide["guide_number"]
        gone = self.pages.signed_in(guide="G88")
        self.assertEqual(gone.get("/guide/code").status, 200)
        self.pages.call("GuideService/EndEmployment", {
            "guide_number": guide["guide_number"],
            "until_date": str(business_date())})
        for target, status, text in (
                ("/guide", 200, "您目前不在任何门店任职"), ("/guide/statements", 200, "结算单"),
                ("/guide/credits", 200, "奖励明细"), ("/guide/customers", 403, "您已离职"),
                ("/guide/customers?list=birthdays", 403, "您已离职"),
                ("/guide/members?kpi=new_members", 403, "您已离职"),
                ("/guide/code", 200, "您目前不在职")):
            page = gone.get(target)
            self.assertEqual(page.status, status, page)
            self.assertIn(text, page.text)

    def test_signing_out_ends_the_session(self):
        guide = self.pages.signed_in(guide="G01")
        before = dict(guide.cookies)
        page = guide.submit(guide.get("/guide"), "/guide/sign-out")
        self.assertIn("已退出", page.text)
        self.assertEqual(guide.get("/guide").status, 401)
        guide.cookies = before
        self.assertEqual(guide.get("/guide").status, 401)


if __name__ == "__main__":
    unittest.main()
