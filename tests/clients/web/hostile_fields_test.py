"""Three hundred hostile strings in every text field of every form of every role: no answer holds more
than its template, nothing fails. Those that are stored (names of members, shops and guides) come back on
other people's pages: in Chromium nothing of them runs, nothing is asked for, and the text is the text."""

import concurrent.futures
import html
import os
import re
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from browser import DESK, Browser  # noqa: E402
from harmless import Harmless  # noqa: E402
from hostile_strings import strings, wire  # noqa: E402
from business_day import business_date  # noqa: E402
from pages import Pages  # noqa: E402
from walk import kind, walk  # noqa: E402

AT_ONCE = 4
NOT_SENT = ("sign-out", "/card/erase")   # they end the session that goes on here
STORED_MIN = 120
# Before any script of a page: whatever runs leaves a trace.
WATCH = "window.owned = []; ['alert', 'confirm', 'prompt', 'eval'].forEach(function (name) {" \
    "window[name] = function () { window.owned.push(name); }; });"
LOOK = """
var bad = Array.from(document.querySelectorAll(
  'iframe,object,embed,base,frame,marquee,math,video,audio,style:not(head style),link[rel=stylesheet]'));
document.querySelectorAll('*').forEach(function (one) {
  for (var i = 0; i < one.attributes.length; i++) if (/^on/i.test(one.attributes[i].name)) bad.push(one);
  if ((one.tagName === 'SCRIPT' || one.tagName === 'IMG') && !one.src.startsWith(location.origin) &&
      !one.src.startsWith('data:image/')) bad.push(one);
});
return [window.owned, bad.map(function (one) { return one.outerHTML.slice(0, 200); })];
"""
TYPED_INTO = ["phone", "recommender", "name", "birthday"]
# What she typed, whatever the fields themselves would say of it.
SUBMIT = """
var texts = arguments[0], form = Array.from(document.forms).find(function (one) { return one.method === 'post'; });
Object.keys(texts).forEach(function (name) {
  form.elements[name].type = 'text'; form.elements[name].value = texts[name]; });
form.elements.consent.checked = true;
form.submit();
"""
BACK = """
return arguments[0].map(function (name) {
  var field = document.getElementById(name); return field && field.getAttribute('value'); });
"""


class HostileFields(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = Pages()
        cls.pages.start()
        cls.pages.adopt_admin()
        cls.harmless = Harmless()
        cls.strings = strings()
        cls.assaulted = set()

    @classmethod
    def tearDownClass(cls):
        cls.pages.stop()

    # ---- every field -----------------------------------------------------------------------------

    def forms(self, visitor, start):
        """One form of each kind that `visitor` finds and nobody has tried: (page, form)."""
        found = []
        for target, page in walk(visitor, start).items():
            for form in page.forms:
                what = (kind(form.action or target)[0], form.method, tuple(sorted(form.kinds)))
                if form.writable and what not in self.assaulted \
                        and not any(part in form.action for part in NOT_SENT):
                    self.assaulted.add(what)
                    found.append((page, form))
        return found

    def send(self, visitor, page, form, text):
        """All text fields of the form with the string, the rest as it is; what is wrong with the answer."""
        fields = [(name, value.encode("utf-8", "surrogateescape")) for name, value in form.fields.items()
                  if name not in form.writable]
        fields += [(name, wire(text)) for name in form.writable]
        fields += [(name, b"yes") for name, kind_of in form.kinds.items()
                   if kind_of == "checkbox" and name not in form.fields]
        body = "&".join("%s=%s" % (urllib.parse.quote(name), urllib.parse.quote_from_bytes(value, ""))
                        for name, value in fields)
        target = urllib.parse.urljoin(page.url, form.action or page.url)
        if form.method == "GET":
            answer = visitor.get(target.split("?")[0] + "?" + body)
        else:
            answer = visitor.post(target, body.encode())
        faults = self.harmless.faults(answer)
        if answer.status >= 500 or answer.status == 429:
            faults.append("status %d: %s" % (answer.status, answer.text[:200]))
        typed = text.replace("\r\n", "\n").replace("\r", "\n")
        if answer.status == 400:   # what was typed is there again, as text
            for name in form.writable:
                for same in re.findall(r'<input [^>]*name="%s"[^>]* value="([^"]*)"' % name, answer.html):
                    if html.unescape(same) not in ("", text, typed):
                        faults.append("%s came back as %r" % (name, same))
        return ["%s %s %r: %s" % (form.method, form.action, text[:60], fault) for fault in faults]

    def assault(self, make, start):
        """All strings into all forms; several visitors at once, all the same person."""
        visitors = [make() for _ in range(AT_ONCE)]
        forms = self.forms(visitors[0], start)
        for visitor in visitors[1:]:
            visitor.cookies = dict(visitors[0].cookies)
        jobs = [(page, form, text) for page, form in forms for text in self.strings]

        def some(index):
            return [fault for job in jobs[index::AT_ONCE] for fault in self.send(visitors[index], *job)]

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            faults = [fault for found in pool.map(some, range(AT_ONCE)) for fault in found]
        print("%s: %d strings in %d fields of %d forms" % (
            start, len(self.strings), sum(len(form.writable) for _, form in forms), len(forms)))
        self.assertEqual(faults[:20], [], "%d faults" % len(faults))

    def test_a_stranger_s_forms(self):
        self.assault(lambda: self.pages.visitor(moving=True), "/R/" + self.pages.codes["S01"])
        self.assault(self.proving, "/card/prove")

    def proving(self):
        """Somebody who is asked for the code that was sent to her phone."""
        visitor = self.pages.visitor(moving=True)
        page = visitor.submit(visitor.get("/card"), "/card/code", phone="13700000009")
        self.assertEqual(page.path, "/card/prove")
        return visitor

    def test_a_member_s_forms(self):
        self.assault(lambda: self.pages.member_signed_in("lin", moving=True), "/card")

    def test_a_guide_s_forms(self):
        run = self.run_in_review("disputed")
        self.assault(lambda: self.pages.signed_in(guide="G01", moving=True), "/guide/statements")
        self.pages.call("SettlementService/CancelSettlementRun",
                        {"run_number": run, "reason": "done"}, token="payroll")

    def test_the_desk_s_forms(self):
        for who in ("admin", "payroll", "auditor"):
            self.assault(lambda who=who: self.pages.signed_in(token=who, moving=True), "/desk")

    def test_the_forms_of_a_run(self):
        """Decisions on disputes, reasons for sending back and cancelling: some are taken, and shown."""
        run, faults = self.run_in_review("decided"), []
        guide = self.pages.signed_in(guide="G01", moving=True)
        page = guide.get("/guide/statements/%d" % run)
        dispute = next(link for link in page.links if "dispute" in link)
        guide.submit(guide.get(dispute), text=self.strings[0])
        self.assault(lambda: self.pages.signed_in(token="checker", moving=True), "/desk/runs/%d" % run)
        with Browser(size=DESK) as browser:
            browser.command("Page.enable")
            browser.command("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
            browser.adopt(self.pages.signed_in(token="payroll"), self.pages.base)
            for target in ("/desk/runs/%d" % run, "/desk/audit"):
                self.look(browser, target, faults)
        self.assertEqual(faults, [])
        left = self.pages.call("SettlementService/GetSettlementRun", {"run_number": run}, token="payroll")
        self.assertEqual(left["run"]["state"], "SETTLEMENT_STATE_CANCELLED")

    def run_in_review(self, request_id):
        """A run whose statements a guide can dispute."""
        year = business_date().year
        number = self.pages.call("SettlementService/CreateSettlementRun", {
            "type": "SETTLEMENT_TYPE_YEAR_END", "period_start": "%d-01-01" % (year - 1),
            "period_end": "%d-01-01" % year, "request_id": request_id}, token="payroll")["run_number"]

        def wait(work):
            while True:
                run = self.pages.call("SettlementService/GetSettlementRun", {"run_number": number},
                                      token="payroll")["run"]
                if run["work"] == "SETTLEMENT_WORK_NONE":
                    return run
        self.pages.call("SettlementService/SubmitSettlementRun", {
            "run_number": number, "draft_no": wait("draft")["draft_no"]}, token="payroll")
        wait("review")
        return number

    # ---- what is stored comes back ---------------------------------------------------------------

    def store(self):
        """Every string as the name of a member, a shop and a guide, through the pages; the names that
        were taken."""
        taken = {"shop": [], "guide": [], "member": []}
        admin = self.pages.signed_in(token="admin", moving=True)
        shops, guides = admin.get("/desk/shops").form("/desk/shops"), None
        page = admin.get("/desk/guides")
        guides = next(form for form in page.forms if form.method == "POST" and "employee_no" in form.fields)
        for number, text in enumerate(self.strings):
            shop = admin.post("/desk/shops", dict(shops.fields, shop_id="H%03d" % number, name=wire(text)),
                              follow=False)
            guide = admin.post(guides.action, dict(guides.fields, employee_no="H%03d" % number, name=wire(text),
                                                   shop_id="S01", from_date="2020-01-01"), follow=False)
            visitor = self.pages.visitor()
            form = visitor.get("/R/" + self.pages.codes["G02"]).form("/R/")
            member = visitor.post(form.action, dict(form.fields, phone="139%08d" % number, name=wire(text),
                                                    consent="yes"), follow=False)
            for kind_of, answer in (("shop", shop), ("guide", guide), ("member", member)):
                self.assertIn(answer.status, (303, 400, 413), (kind_of, number, wire(text), answer))
                if answer.status == 303:
                    taken[kind_of].append(text)
        return taken

    @staticmethod
    def said(browser):
        """What the console said; that no date was typed into a date field is not the page's fault."""
        return [said["message"] for said in browser.messages() if "required format" not in said["message"]]

    def look(self, browser, target, faults):
        browser.open(self.pages.base + target)
        owned, bad = browser.script(LOOK)
        for what in owned + bad + self.said(browser):
            faults.append("%s: %s" % (target, what))
        return browser.script("return document.body.textContent")

    def look_through(self, browser, start, faults):
        """All pages of a list; their text."""
        text, target = "", start
        for _ in range(40):
            text += self.look(browser, target, faults)
            more = browser.find_all("a[href*=page_token], a[href*='page=']")
            if not more:
                break
            target = more[-1].get_attribute("href").split(self.pages.base)[-1]
        return text

    def test_z_stored_strings_are_text_on_other_people_s_pages(self):
        taken, faults = self.store(), []
        for kind_of, names in taken.items():
            self.assertGreater(len(names), STORED_MIN, kind_of)
        print("stored as names: " + ", ".join("%d of %ss" % (len(names), kind_of)
                                              for kind_of, names in taken.items()))
        with Browser(size=DESK) as browser:
            browser.command("Page.enable")
            browser.command("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
            browser.adopt(self.pages.signed_in(token="admin"), self.pages.base)
            shops = self.look_through(browser, "/desk/shops", faults)
            guides = self.look_through(browser, "/desk/guides", faults)
            for target in ("/desk/ranking", "/desk/print?shop_id=S01&kind=badge", "/desk/audit",
                           "/desk/guides/300", "/desk/guides?shop_id=S01"):
                self.look(browser, target, faults)
            browser.adopt(self.pages.signed_in(guide="G02"), self.pages.base)
            self.look_through(browser, "/guide/customers", faults)
            for target in ("/guide", "/guide/ranking", "/guide/members?kpi=new_members&span=year"):
                self.look(browser, target, faults)
        self.assertEqual(faults, [], faults[:10])
        for text, names in ((shops, taken["shop"]), (guides, taken["guide"])):
            flat = "".join(text.split())
            missing = [name for name in names if "".join(name.split()) not in flat]
            self.assertEqual(missing, [])

    def test_y_what_was_typed_comes_back_as_text_in_a_browser(self):
        """Four strings at once, one in each field of the registration."""
        typed, faults = [text for text in self.strings if "\ufffd" not in wire(text).decode(
            "utf-8", "replace")], []   # what is no UTF-8 nobody can type
        with Browser(address="10.253.0.1") as browser:
            browser.command("Page.enable")
            browser.command("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
            for begin in range(0, len(typed), len(TYPED_INTO)):
                texts = typed[begin:begin + len(TYPED_INTO)]
                browser.as_visitor("10.253.1.%d" % (begin // 160))
                browser.open(self.pages.base + "/R")
                browser.script(SUBMIT, dict(zip(TYPED_INTO, texts)))
                browser.wait(lambda: browser.script("return document.readyState") == "complete", "an answer")
                owned, bad = browser.script(LOOK)
                faults += ["%r: %s" % (texts, what) for what in owned + bad + self.said(browser)]
                back = browser.script(BACK, TYPED_INTO)
                faults += ["%r came back as %r" % (text, found) for text, found in zip(texts, back)
                           if found not in (None, "", re.sub("\r\n?", "\n", text))
                           and "\n" not in text and "\r" not in text]
        self.assertEqual(faults, [], faults[:10])


if __name__ == "__main__":
    unittest.main()
