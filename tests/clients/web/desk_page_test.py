"""The desk's pages over HTTP, without a browser: payroll goes from draft to paid through them, another
person approves, the downloaded files verify; who may not, is refused; twice is once."""

import datetime
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pages import Pages  # noqa: E402
from business_day import business_date  # noqa: E402
from service import BECKON  # noqa: E402

WAIT_SECONDS = 30
ROLES = ("manager", "payroll", "auditor", "admin")
# Whose pages: every address that a role is not offered answers 403 to it.
OFFERED = {
    "/desk": ROLES, "/desk/shops": ROLES, "/desk/guides": ROLES, "/desk/guides/1": ROLES,
    "/desk/ranking": ROLES, "/desk/print": ("manager", "admin"),
    "/desk/guides/1/link": ("manager", "admin"),
    "/desk/guides/1/members?kpi=new_members&span=year": ("manager", "auditor", "admin"),
    "/desk/guides/1/entries?kpi=points_earned&span=year": ("payroll", "auditor", "admin"),
    "/desk/runs": ("payroll", "auditor", "admin"), "/desk/audit": ("payroll", "auditor", "admin"),
    "/desk/people": ("admin",),
}


def day(offset):
    """A date so many days from today."""
    return str(business_date() + datetime.timedelta(days=offset))


LAST_YEAR = business_date().year - 1


class Desk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = Pages()
        cls.pages.start()
        cls.pages.adopt_admin()
        cls.people = {role: cls.pages.signed_in(token=role) for role in ROLES + ("checker",)}

    @classmethod
    def tearDownClass(cls):
        cls.pages.stop()

    def wait(self, visitor, path, done, what):
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            page = visitor.get(path)
            if done(page):
                return page
            time.sleep(0.05)
        self.fail("%s: %s" % (what, page))

    def idle(self, visitor, run):
        """The run's page once nothing is being computed for it; until then it looks again by itself,
        at its own address."""
        def done(page):
            self.assertEqual(page.status, 200, page)
            at_work = 'http-equiv="refresh"' in page.html
            self.assertEqual(at_work, ';url=%s"' % run in page.html, page)
            return not at_work
        return self.wait(visitor, run, done, "the run is at work")

    def download(self, page, action, name):
        """Sends the form behind a button of that text; (media type, file name, bytes)."""
        form = next(form for form in page.forms if form.action.startswith(action)
                    and name in form.text)
        got = self.people["payroll"].submit(page, form=form)
        self.assertEqual(got.status, 200, got)
        disposition = got.headers["content-disposition"]
        return got.media_type, re.search('filename="([^"]+)"', disposition).group(1), got.body

    # ---- who may what ----------------------------------------------------------------------------

    def test_each_role_is_offered_its_pages_and_refused_the_others(self):
        for role in ROLES:
            home = self.people[role].get("/desk")
            for path, roles in OFFERED.items():
                page = self.people[role].get(path)
                self.assertEqual(page.status, 200 if role in roles else 403, (role, path, page))
                if path.count("/") == 2 and "?" not in path:
                    self.assertEqual(path in home.links, role in roles, (role, path))

    def test_steps_of_a_run_are_refused_to_who_only_reads(self):
        number = self.pages.call("SettlementService/CreateSettlementRun", {
            "request_id": "roles", "type": "SETTLEMENT_TYPE_LEAVER", "guide_number": 2,
            "period_end": "%d-06-01" % LAST_YEAR}, token="payroll")["run_number"]
        run = "/desk/runs/%d" % number
        page = self.idle(self.people["auditor"], run)
        self.assertFalse([form for form in page.forms if form.method == "POST"], page.forms)
        csrf = self.people["auditor"].get("/desk").form("/desk/sign-out").fields["csrf"]
        for step in ("submit", "approve", "reject", "cancel", "verify", "close", "dispute", "carry",
                     "period", "payments", "export"):
            fields = {"csrf": csrf, "reason": "x", "draft_no": "1", "decision": "reject",
                      "rows": "guide_number,amount_minor,result\n2,1,paid\n", "request_id": "r"}
            got = self.people["auditor"].post(run + "/" + step, fields)
            self.assertEqual(got.status, 403, (step, got))
            self.assertEqual(self.people["manager"].post(
                run + "/" + step, dict(fields, csrf="x")).status, 403, step)
        cancelled = self.people["payroll"].submit(self.people["payroll"].get(run), run + "/cancel",
                                                  reason="不需要")
        self.assertIn("已取消", self.idle(self.people["payroll"], run).text, cancelled)

    def test_strangers_members_and_guides_see_no_desk(self):
        self.assertEqual(self.pages.visitor().get("/desk/runs").status, 401)
        self.assertEqual(self.pages.signed_in(guide="G01").get("/desk/guides").status, 403)

    def test_a_form_without_its_token_is_refused(self):
        before = self.pages.call("ShopService/ListShops")["shops"]
        for csrf in ({}, {"csrf": ""}, {"csrf": "A" * 43},
                     {"csrf": self.people["payroll"].get("/desk").form("/desk/sign-out")
                      .fields["csrf"]}):
            got = self.people["admin"].post("/desk/shops", dict(csrf, shop_id="EVIL"))
            self.assertEqual(got.status, 403, got)
        self.assertEqual(self.pages.call("ShopService/ListShops")["shops"], before)

    # ---- shops and guides ------------------------------------------------------------------------

    def test_an_admin_adds_a_shop_and_a_guide_moves_him_and_lets_him_go(self):
        admin = self.people["admin"]
        begin, moved, left = (day(-200), day(-100), day(-50))
        page = admin.submit(admin.get("/desk/shops"), "/desk/shops", shop_id="S03", name="湖滨店")
        self.assertEqual((page.path, page.status), ("/desk/shops", 200))
        self.assertIn("湖滨店", page.text)
        wrong = admin.submit(page, "/desk/shops", shop_id="S 4", name="错")
        self.assertEqual(wrong.status, 400)
        self.assertEqual(wrong.form("/desk/shops").fields["name"], "错")   # what was typed stays
        self.assertIn("<details class=\"card\" open>", wrong.html)
        page = admin.submit(admin.get("/desk/guides"), form=next(
            form for form in admin.get("/desk/guides").forms if form.method == "POST"),
            employee_no="G09", name="周舟", shop_id="S01", from_date=begin)
        self.assertRegex(page.path, "^/desk/guides/[0-9]+$")
        self.assertIn("周舟", page.text)
        guide = page.path
        early = admin.submit(page, guide + "/transfer", shop_id="S03", from_date=day(-300))
        self.assertEqual(early.status, 400)
        self.assertEqual(early.form(guide + "/transfer").fields["from_date"], day(-300))
        page = admin.submit(early, guide + "/transfer", shop_id="S03", from_date=moved)
        self.assertIn("S03", page.text)
        page = admin.submit(page, guide + "/end", until_date="not a date")
        self.assertEqual(page.status, 400)
        page = admin.submit(page, guide + "/end", until_date=left)
        self.assertEqual((page.path, page.status), (guide, 200))
        guide = self.pages.call("GuideService/GetGuide", {"employee_no": "G09"})["guide"]
        self.assertEqual([(at["shop_id"], at["until_date"]) for at in guide["employments"]],
                         [("S01", moved), ("S03", left)])

    def test_a_managers_link_signs_a_guide_in_once_and_is_shown_once(self):
        manager = self.people["manager"]
        form_page = manager.get("/desk/guides/1/link")
        made = manager.submit(form_page)
        self.assertEqual(made.status, 200)
        link = re.search(r'value="(https?://[^"]+/in/link_[^"]+)"', made.html).group(1)
        self.assertIn("data:image/svg+xml;base64,", made.html)
        again = manager.submit(form_page)
        self.assertNotIn("/in/link_", again.html)
        guide = self.pages.visitor()
        path = "/in/" + link.split("/in/")[1]
        self.assertEqual(guide.submit(guide.get(path)).path, "/guide")
        self.assertEqual(self.pages.visitor().get(path).status, 404)
        self.assertEqual(manager.get("/desk/guides/3/link").status, 403)   # of another shop

    def test_an_admin_makes_a_link_for_payroll(self):
        admin = self.people["admin"]
        page = admin.get("/desk/people")
        form = page.form("/desk/people/%d/link" % self.pages.tokens["payroll"])
        made = admin.submit(page, form=form)
        self.assertEqual(made.status, 200, made)
        path = re.search(r'(/in/link_[^"]+)"', made.html).group(1)
        payroll = self.pages.visitor()
        self.assertEqual(payroll.submit(payroll.get(path)).path, "/desk")
        self.assertEqual(payroll.get("/desk/runs").status, 200)

    def test_a_sheet_prints_a_badge_for_every_guide_once(self):
        manager = self.people["manager"]
        path = "/desk/print?shop_id=S01&kind=badge"
        page = manager.get(path)
        if any(form.action.startswith("/desk/print?") for form in page.forms):
            missing = page
            page = manager.submit(missing, form=next(
                form for form in missing.forms if form.method == "POST"))
            manager.submit(missing, form=next(   # a double tap makes no second code
                form for form in missing.forms if form.method == "POST"))
        self.assertEqual(len(page.images), 2, page)
        codes = [code for code in self.pages.call("CodeService/ListCodes", {"page_size": 500})[
            "codes"] if code["channel"] == "CHANNEL_BADGE"]
        self.assertEqual(len(codes), 2)
        shelf = manager.get("/desk/print?shop_id=S01&kind=shelf&copies=5")
        if not shelf.images:
            manager.submit(shelf, form=next(form for form in shelf.forms if form.method == "POST"))
            shelf = manager.get("/desk/print?shop_id=S01&kind=shelf&copies=5")
        self.assertEqual(len(shelf.images), 5)

    # ---- settlement ------------------------------------------------------------------------------

    def create(self, visitor):
        """A year-end run of last year: its address."""
        page = visitor.get("/desk/runs")
        form = page.form("/desk/runs")
        fields = {"type": "year_end", "period_start": "%d-01-01" % LAST_YEAR,
                  "period_end": "%d-01-01" % (LAST_YEAR + 1)}
        made = visitor.submit(page, form=form, **fields)
        self.assertRegex(made.path, "^/desk/runs/[0-9]+$")
        again = visitor.submit(page, form=form, **fields)  # a double tap: the same run
        self.assertEqual(again.path, made.path)
        return made.path

    def verify(self, name, data):
        """`beckon settlement verify` of a downloaded file."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name)
            with open(path, "wb") as file:
                file.write(data)
            return subprocess.run(
                [BECKON, "settlement", "verify", path], capture_output=True, text=True, check=False,
                env=dict(os.environ, BECKON_ADDRESS=self.pages.socket,
                         BECKON_TOKEN=self.pages.secrets["payroll"]))

    def test_payroll_brings_a_year_from_draft_to_paid(self):
        payroll, checker = self.people["payroll"], self.people["checker"]
        run = self.create(payroll)
        page = self.idle(payroll, run)
        for text in ("草稿", "G01", "控制总数"):
            self.assertIn(text, page.text)
        payroll.submit(page, run + "/submit")
        page = self.idle(payroll, run)
        self.assertIn("必须由另一个人批准", page.text)
        self.assertFalse([form for form in page.forms if form.action.endswith("/approve")])
        # Sent all the same, the service refuses, and the page says why.
        seen = self.idle(checker, run)
        approve = seen.form(run + "/approve")
        own = dict(approve.fields, csrf=page.forms[-1].fields["csrf"])
        self.assertEqual(payroll.post(run + "/approve", own).status, 403)
        stale = checker.post(run + "/approve", dict(approve.fields, hash="0" * 64))
        self.assertEqual(stale.status, 409, stale)
        checker.submit(seen, run + "/approve")
        page = self.idle(checker, run)
        self.assertIn("已批准", page.text)
        # Verify, then close.
        self.assertFalse([form for form in page.forms if form.action.endswith("/close")])
        checker.submit(page, run + "/verify")
        page = self.idle(checker, run)
        checker.submit(page, run + "/close")
        page = self.idle(payroll, run)
        self.assertIn("已结账", page.text)
        # Twice is once: closed is closed.
        self.files(page, run)
        self.pay(run)

    def files(self, page, run):
        """Everything that can be taken out verifies."""
        for name in ("导购 Excel", "导购 CSV", "会员 CSV"):
            media, file_name, data = self.download(page, run + "/export", name)
            done = self.verify(file_name, data)
            self.assertEqual(done.returncode, 0, (name, media, done.stdout, done.stderr))
            if media == "text/csv":
                changed = self.verify(file_name, data.replace(b"0", b"1", 3))
                self.assertNotEqual(changed.returncode, 0, name)
        for name in ("全年一次性奖金 CSV", "全年一次性奖金 Excel", "ERPNext"):
            self.download(page, run + "/export", name)
        media, _, data = self.download(page, run + "/manifest", "清单")
        self.assertEqual((media, data[:1]), ("application/json", b"{"))
        after = self.people["payroll"].get(run)
        self.assertIn("下载记录", after.text)
        first = self.download(page, run + "/export", "导购 CSV")   # the same form again
        self.assertEqual(first, self.download(page, run + "/export", "导购 CSV"))
        statement = self.people["payroll"].get(run + "/statement?payee=guide:1")
        self.assertEqual(statement.status, 200)
        self.assertIn("实发", statement.text)
        printed = self.people["payroll"].get(run + "/statement/print?payee=guide:1")
        self.assertEqual(printed.status, 200)
        self.assertIn("style-src 'sha256-", printed.headers["content-security-policy"])
        self.assertEqual(self.people["auditor"].get(
            run + "/statement/print?payee=guide:1").status, 403)

    def pay(self, run):
        """Line by line, then the rest as CSV; a wrong amount takes nothing down."""
        payroll = self.people["payroll"]
        path = run + "/payments"
        number = int(run.rsplit("/", 1)[1])
        lines = [line for kind in ("GUIDE", "MEMBER") for line in self.pages.call(
            "SettlementService/ListSettlementLines", {
                "run_number": number, "payees": "PARTY_KIND_" + kind, "page_size": 500},
            token="payroll")["lines"]]
        page = payroll.get(path)
        form = next(form for form in page.forms if form.action == path)
        name = next(name for name in form.fields if name.startswith("guide "))
        check = payroll.submit(page, form=form, **{name: "paid"})
        self.assertEqual(check.status, 200, check)
        paid = payroll.submit(check, path)
        self.assertEqual((paid.path, paid.status), (run, 200))
        rows = ["pay_entity,guide_number,member_number,amount_minor,result"]
        for line in lines:
            guide = line["payee"]["kind"] == "PARTY_KIND_GUIDE"
            rows.append("%s,%s,%s,%d,paid" % (
                line["pay_entity"], line["payee"]["number"] if guide else "",
                "" if guide else line["payee"]["number"], line["net_minor"]))
        page = payroll.get(path)
        area = next(form for form in page.forms if "rows" in form.fields)
        wrong = payroll.submit(page, form=area, rows="\n".join(rows).replace(",paid", "9,paid"))
        self.assertEqual(wrong.status, 400)
        self.assertIn("没有登记任何内容", wrong.text)
        unread = payroll.submit(page, form=area, rows="a,b\n1,2\n")
        self.assertEqual(unread.status, 400)
        check = payroll.submit(page, form=area, rows="\r\n".join(rows))
        self.assertEqual(check.status, 200, check)
        done = payroll.submit(check, path)
        self.assertIn("已发放", done.text)
        again = payroll.submit(check, path)   # a double tap changes nothing
        self.assertEqual(again.status, 200, again)
        got = self.pages.call("SettlementService/GetSettlementRun", {"run_number": number},
                              token="payroll")["run"]
        self.assertEqual(got["state"], "SETTLEMENT_STATE_PAID")
        self.assertEqual(got["lines_paid"], len(lines))

    def test_a_dispute_sends_the_run_back_and_a_held_credit_is_left_to_the_next(self):
        payroll, checker = self.people["payroll"], self.people["checker"]
        number = self.pages.guides["G03"]
        credit = next(lot for lot in self.pages.call("CreditService/ListCredits", {
            "account": {"kind": "PARTY_KIND_GUIDE", "number": number}})["credits"])
        form = payroll.get("/desk/runs").form("/desk/runs")
        page = payroll.submit(payroll.get("/desk/runs"), form=form, type="leaver",
                              guide_number=str(number), period_end=day(0))
        run = page.path
        page = self.idle(payroll, run)
        payroll.submit(page, run + "/submit")
        self.idle(payroll, run)
        self.pages.call("StatementService/OpenDispute", {
            "request_id": "dispute", "run_number": int(run.rsplit("/", 1)[1]),
            "payee": {"kind": "PARTY_KIND_GUIDE", "number": number}, "text": "少了一笔"},
            token="payroll")
        page = self.idle(checker, run)
        self.assertIn("少了一笔", page.text)
        self.assertFalse([form for form in page.forms if form.action.endswith("/approve")])
        forms = {form.fields["decision"]: form for form in page.forms
                 if form.action == run + "/dispute"}
        wrong = checker.submit(page, form=forms["accept"], reason="补上", unit="cash",
                               amount="12.345", remedy="now")
        self.assertEqual(wrong.status, 400, wrong)
        checker.submit(page, form=forms["accept"], reason="补上", unit="cash", amount="12.50",
                       remedy="now")
        page = self.idle(checker, run)
        self.assertIn("¥12.50", page.text)
        self.assertIn("草稿", page.text)
        # What is held meanwhile stands in the way, until it is left to the next run.
        self.pages.call("CreditService/HoldCredit", {
            "credit_number": credit["credit_number"], "reason": "look", "request_id": "hold"})
        page = self.idle(payroll, run)
        carry = page.form(run + "/carry")
        self.assertEqual(carry.fields["credit_number"], str(credit["credit_number"]))
        page = payroll.submit(page, form=carry, reason="下次再看")
        self.assertFalse([form for form in page.forms if form.action == run + "/carry"], page)
        payroll.submit(page, run + "/submit")
        page = self.idle(checker, run)
        short = checker.submit(page, run + "/reject", reason="数字不对")
        self.assertEqual(short.status, 200, short)
        page = self.idle(checker, run)
        self.assertIn("数字不对", page.text)
        payroll.submit(self.idle(payroll, run), run + "/cancel", reason="换一种方式")
        self.assertIn("已取消", self.idle(payroll, run).text)
        fields = payroll.get("/desk").form("/desk/sign-out").fields
        late = payroll.post(run + "/submit", {"csrf": fields["csrf"], "draft_no": "3"})
        self.assertEqual(late.status, 409, late)   # the page shows where it stands, and why not
        self.assertIn("已取消", late.text)
        self.pages.call("CreditService/ReleaseCredit", {
            "credit_number": credit["credit_number"], "reason": "good", "request_id": "release"})

    def test_an_admin_corrects_a_guides_data(self):
        admin = self.people["admin"]
        page = admin.submit(admin.get("/desk/guides/2"), "/desk/guides/2/edit",
                            document_type="居民身份证", document_number="330100199001010011")
        self.assertEqual((page.path, page.status), ("/desk/guides/2", 200))
        got = self.pages.call("GuideService/GetGuide", {"guide_number": 2})["guide"]
        self.assertEqual((got["name"], got["document_type"]), ("陈强", "居民身份证"))
        wrong = admin.submit(page, "/desk/guides/2/edit", phone="123")
        self.assertEqual(wrong.status, 400)
        self.assertEqual(wrong.form("/desk/guides/2/edit").fields["phone"], "123")

    # ---- audit -----------------------------------------------------------------------------------

    def test_what_was_done_is_on_record(self):
        admin = self.people["admin"]
        page = admin.submit(admin.get("/desk/shops"), "/desk/shops", shop_id="S77", name="审计店")
        self.assertEqual(page.status, 200)
        page = self.people["auditor"].get("/desk/audit?action=CreateShop")
        self.assertIn("S77", page.text)
        self.assertEqual(self.people["auditor"].get("/desk/audit?action=Nonsense").status, 400)
        nothing = self.people["auditor"].get("/desk/audit?until_date=2001-01-01")
        self.assertIn("没有符合的记录", nothing.text)

    def test_every_page_is_there_in_english_too(self):
        admin = self.pages.signed_in(token="admin", language="en")
        for path in list(OFFERED) + ["/desk/print?shop_id=S01", "/desk/audit?action=CreateToken"]:
            page = admin.get(path)
            self.assertEqual(page.status, 200, page)
            self.assertNotRegex(re.sub("中文|西湖店|河坊街店|湖滨店|审计店", "", page.text),
                                "导购|结算|门店编号|工作台", path)


if __name__ == "__main__":
    unittest.main(verbosity=2)
