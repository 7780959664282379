"""Every page in Chromium, in Chinese and English, light and dark, on a phone and (desk pages) at a desk:
axe-core finds no violation of WCAG 2.2 AA, nothing sticks out sideways, nothing is asked for that the
security policy forbids, no element lacks its text. Skipped where Node.js (npm) is absent."""

import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import npm  # noqa: E402
from browser import DESK, PHONE, Browser  # noqa: E402
from business_day import business_date  # noqa: E402
from pages import Pages  # noqa: E402
from service import ROOT  # noqa: E402
from walk import kind, walk  # noqa: E402

SOURCE = os.path.join(ROOT, "tests/clients/web/axe")
FOLDER = os.environ.get("BECKON_AXE", os.path.join(ROOT, "build/axe"))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW = (360, 740)
RUN = """
var done = arguments[arguments.length - 1];
axe.run(document, arguments[0]).then(function (found) {
  done(JSON.stringify(found.violations.map(function (rule) {
    return [rule.id, rule.nodes.map(function (node) { return node.target.join(' ') + ': ' + node.html.slice(0, 160); })];
  })));
}, function (error) { done(JSON.stringify([['axe itself', [String(error)]]])); });
"""
SIDEWAYS = """
var wide = document.documentElement.scrollWidth - window.innerWidth;
return wide > 0 ? document.documentElement.scrollWidth + ' px wide' : '';
"""


@unittest.skipUnless(npm.there(), "no Node.js here")
class EveryPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        npm.install(SOURCE, FOLDER)
        with open(os.path.join(FOLDER, "node_modules/axe-core/axe.min.js"), encoding="utf-8") as file:
            axe = file.read()
        cls.pages = Pages()
        cls.pages.start()
        cls.browser = Browser()
        cls.browser.command("Page.addScriptToEvaluateOnNewDocument", source=axe)  # once for all pages
        cls.seen, cls.known = set(), set()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.pages.stop()

    def check(self, what, size, faults):
        """The page that is open, light and dark."""
        browser = self.browser
        for dark in (False, True):
            browser.dress(size, dark)
            options = {"runOnly": {"type": "tag", "values": TAGS}} if not dark else {
                "runOnly": {"type": "rule", "values": ["color-contrast"]}}
            for rule, nodes in json.loads(browser.driver.execute_async_script(RUN, options)):
                faults.append("%s %s: %s: %s" % (what, "dark" if dark else "light", rule, nodes[:3]))
            browser.shot("%s%s" % (what, "-dark" if dark else ""))
        browser.dress(NARROW)
        if browser.script(SIDEWAYS):
            faults.append("%s at %d px: %s" % (what, NARROW[0], browser.script(SIDEWAYS)))
        for said in browser.messages():
            faults.append("%s: %s" % (what, said["message"]))
        browser.dress(size)

    def check_all(self, who, visitor, start, size=PHONE, skip=()):
        """All pages `visitor` can reach from there."""
        faults = []
        targets, found = {}, walk(visitor, start, skip)
        self.assertEqual(found[start].status, 200, found[start])
        for target, page in found.items():
            # Of another role the same page with the same forms is the same page.
            what = kind(target), tuple(sorted(kind(form.action)[0] for form in page.forms))
            if page.media_type == "text/html" and "lang=" not in target and what not in self.known:
                self.known.add(what)
                targets[what] = target
        self.browser.adopt(visitor, self.pages.base)
        for target in targets.values():
            for language in ("zh", "en"):
                self.browser.open(self.pages.base + target + ("&" if "?" in target else "?") + "lang=" + language)
                name = "%s%s-%s" % (who, target.split("?")[0].replace("/", "-"), language)
                self.check(name, size, faults)
                self.seen.add(name)
        self.assertEqual(faults, [], "\n".join(faults))

    def submitted(self, path, fields, action=None):
        """Sends the page's form with these values, whatever the browser itself would say of them."""
        browser = self.browser
        browser.open(self.pages.base + path)
        browser.script("""
var form = Array.from(document.forms).find(f => f.method === 'post' && (!arguments[1] || f.getAttribute('action') === arguments[1]));
for (var name in arguments[0]) {
  var field = form.elements[name];
  if (field.type === 'checkbox') field.checked = arguments[0][name]; else { field.type = 'text'; field.value = arguments[0][name]; }
}
HTMLFormElement.prototype.submit.call(form);
""", fields, action)
        browser.wait(lambda: browser.script("return document.readyState") == "complete", "an answer")

    # ---- who sees what ---------------------------------------------------------------------------

    def test_a_stranger_s_pages(self):
        self.check_all("stranger", self.pages.visitor(moving=True), "/R/" + self.pages.codes["lin"])
        self.check_all("stranger-shop", self.pages.visitor(moving=True), "/R/" + self.pages.codes["S01"])

    def test_b_pages_that_say_what_is_wrong(self):
        faults, code = [], self.pages.codes["G01"]
        for language in ("zh", "en"):
            self.browser.forget()
            asked = "?lang=" + language
            for name, path, fields in (
                    ("form", "/R/" + code, {"phone": "12", "name": "x" * 200, "consent": False}),
                    ("sign-in", "/card", {"phone": "12"})):
                self.submitted(path + asked, fields)
                self.check("wrong-%s-%s" % (name, language), PHONE, faults)
            phone = "1384444%04d" % (1 if language == "zh" else 2)
            self.submitted("/R/" + code + asked, {"phone": phone, "consent": True})
            self.browser.wait_path("/card/prove")
            self.check("prove-" + language, PHONE, faults)
            self.submitted("/card/prove" + asked, {"code": "12"}, "/card/prove")
            self.check("wrong-code-" + language, PHONE, faults)
            for name, path in (("mistyped", "/R/" + code[:-1] + ("0" if code[-1] != "0" else "1")),
                               ("nothing", "/nothing"), ("method", "/card/code"), ("sign-in-link", "/guide"),
                               ("link-gone", "/in/link_1_" + "A" * 43), ("registered", "/registered"),
                               ("link", self.pages.link(guide="G01")), ("desk-stranger", "/desk")):
                self.browser.open(self.pages.base + path + asked)
                self.check("tell-%s-%s" % (name, language), PHONE, faults)
        self.assertEqual(faults, [], "\n".join(faults))

    def test_c_a_member_s_pages(self):
        self.check_all("member", self.pages.member_signed_in("lin", moving=True), "/card")

    def test_d_a_guide_s_pages(self):
        self.check_all("guide", self.pages.signed_in(guide="G01", moving=True), "/guide", skip=("/guide/live",))

    def test_e_a_manager_s_pages(self):
        self.check_all("manager", self.pages.signed_in(token="manager", moving=True), "/desk", DESK)

    def test_f_payroll_s_pages(self):
        self.check_all("payroll", self.pages.signed_in(token="payroll", moving=True), "/desk", DESK)

    def test_g_an_admin_s_and_an_auditor_s_pages(self):
        self.pages.adopt_admin()
        self.check_all("admin", self.pages.signed_in(token="admin", moving=True), "/desk", DESK)
        self.check_all("auditor", self.pages.signed_in(token="auditor", moving=True), "/desk", DESK)

    def test_h_the_pages_of_a_run_from_draft_to_closed(self):
        faults = []
        payroll, checker, manager = (self.pages.signed_in(token=who, moving=True)
                                     for who in ("payroll", "checker", "manager"))
        year = business_date().year

        def look(visitor, path, name):
            """The page with everything on it opened."""
            self.browser.adopt(visitor, self.pages.base)
            for language in ("zh", "en"):
                self.browser.open(self.pages.base + path + ("&" if "?" in path else "?") + "lang=" + language)
                self.browser.script("document.querySelectorAll('details').forEach(one => one.open = true)")
                self.check("%s-%s" % (name, language), DESK, faults)
                self.seen.add("%s-%s" % (name, language))

        def idle(visitor):
            while 'http-equiv="refresh"' in (page := visitor.get(run)).html:
                time.sleep(0.05)
            return page

        run = payroll.submit(payroll.get("/desk/runs"), "/desk/runs", type="year_end",
                             period_start="%d-01-01" % (year - 1), period_end="%d-01-01" % year).path
        idle(payroll)
        look(payroll, run, "run-draft")
        payroll.submit(idle(payroll), run + "/submit")
        idle(payroll)
        self.pages.call("StatementService/OpenDispute", {
            "request_id": "axe", "run_number": int(run.rsplit("/", 1)[1]), "text": "少了一笔",
            "payee": {"kind": "PARTY_KIND_GUIDE", "number": self.pages.guides["G01"]}}, token="payroll")
        look(checker, run, "run-disputed")
        look(payroll, run + "/statement?payee=guide:1", "run-statement")
        look(payroll, run + "/statement/print?payee=guide:1", "run-print")
        page = idle(checker)
        checker.submit(page, form=next(form for form in page.forms
                                       if form.fields.get("decision") == "reject"), reason="没有少")
        checker.submit(idle(checker), run + "/approve")
        checker.submit(idle(checker), run + "/verify")
        idle(checker)
        look(checker, run, "run-approved")
        checker.submit(idle(checker), run + "/close")
        idle(checker)
        look(payroll, run, "run-closed")
        look(payroll, run + "/payments", "run-payments")
        sheet = manager.get("/desk/print?shop_id=S01")
        manager.submit(sheet, form=next(form for form in sheet.forms if form.method == "POST"))
        look(manager, "/desk/print?shop_id=S01", "sheet")
        self.assertEqual(faults, [], "\n".join(faults))

    def test_z_says_how_many(self):
        print("axe-core found nothing on %d pages, each light and dark" % len(self.seen))


if __name__ == "__main__":
    program = unittest.main(exit=False)
    if not program.result.wasSuccessful():
        sys.exit(1)
    if program.result.skipped:
        print("skipped: " + "; ".join(why for _, why in program.result.skipped))
        sys.exit(77)
