"""Bad input on the pages, row by row: wrong phones, mistyped codes, double taps, back and reload, an
ended session, a service that is down, a form of 1 MB, no cookies, no scripts."""

import os
import re
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from browser import Browser  # noqa: E402
from guess_test import nobodys  # noqa: E402
from pages import Pages  # noqa: E402

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MEGABYTE = 1 << 20
TEXTS = {"mistyped": ("邀请码有一处输错", "The code has a typing error"),
         "gone": ("服务暂时无法连接", "The service can't be reached just now"),
         "ended": ("登录已结束", "Your session has ended"),
         "old form": ("页面已过期", "This page is too old")}


def wrong(page, field):
    """The sentence beside a field, "" where none stands."""
    found = re.search(r'id="%s-wrong"[^>]*>([^<]*)<' % field, page.html)
    return found.group(1) if found else ""


class BadPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = Pages()
        cls.pages.start()
        cls.code = cls.pages.codes["G01"]
        cls.unknown = nobodys(cls.pages.client(), 2)

    @classmethod
    def tearDownClass(cls):
        cls.pages.stop()

    def registering(self, language="zh"):
        visitor = self.pages.visitor(language)
        return visitor, visitor.get("/R/" + self.code)

    def member_count(self, phone):
        return sum(member["phone"].endswith(phone) for member in
                   self.pages.call("MemberService/ListMembers", {"page_size": 500})["members"])

    # ---- what was typed --------------------------------------------------------------------------

    def test_a_wrong_phone_is_told_beside_its_field_and_keeps_what_was_typed(self):
        for phone in ("13800", "1380013800013800138000", "abc", "", "+0138000", "１３８０"):
            for language in ("zh", "en"):
                visitor, page = self.registering(language)
                page = visitor.submit(page, phone=phone, name="小王", birthday="1990-05-20",
                                      consent="yes")
                self.assertEqual(page.status, 400, phone)
                self.assertTrue(wrong(page, "phone"), phone)
                self.assertEqual("\u4e00" <= wrong(page, "phone")[0] <= "\u9fff",
                                 language == "zh", wrong(page, "phone"))
                form = page.form("/R/")
                self.assertEqual((form.fields["phone"], form.fields["name"],
                                  form.fields["birthday"], form.fields["consent"]),
                                 (phone, "小王", "1990-05-20", "yes"))
        self.assertEqual(self.pages.messages("138001"), [])

    def test_without_the_tick_nobody_registers(self):
        visitor, page = self.registering()
        self.assertNotIn("consent", page.form("/R/").fields)  # unticked to begin with
        page = visitor.submit(page, phone="13811110001")
        self.assertEqual(page.status, 400)
        self.assertTrue(wrong(page, "consent"))
        self.assertEqual(self.member_count("13811110001"), 0)

    def test_a_birthday_that_is_none_and_a_name_too_long_are_told_beside_their_fields(self):
        for field, value in (("birthday", "1990-02-30"), ("birthday", "yesterday"),
                             ("name", "长" * 200)):
            visitor, page = self.registering()
            page = visitor.submit(page, phone="13811110002", consent="yes", **{field: value})
            self.assertEqual((page.status, bool(wrong(page, field))), (400, True), (field, page))
            self.assertEqual(page.form("/R/").fields[field], value)
        self.assertEqual(self.member_count("13811110002"), 0)

    def test_a_code_mistyped_by_one_symbol_is_told_and_never_looked_up(self):
        good = self.code
        mistyped = [good[:i] + other + good[i + 1:] for i in range(len(good))
                    for other in (SYMBOLS[(SYMBOLS.index(good[i]) + 7) % 32] if good[i] in SYMBOLS
                                  else "0")]
        swapped = [good[:i] + good[i + 1] + good[i] + good[i + 2:] for i in range(len(good) - 1)
                   if good[i] != good[i + 1]]
        # One visitor: whoever guesses codes is slowed down soon, whoever mistypes never is.
        for language, visitor in (("zh", self.pages.visitor("zh")), ("en", self.pages.visitor("en"))):
            for code in (mistyped + swapped) * 4:
                page = visitor.get("/R/" + code)
                self.assertEqual(page.status, 400, (code, page))
                self.assertIn(TEXTS["mistyped"][language == "en"], page.text)
            # It can be put right where it stands.
            page = visitor.submit(page, "/R", code=" %s-%s " % (good[:4].lower(), good[4:]))
            self.assertEqual(page.status, 200, page)
            self.assertTrue(page.form("/R"))

    def test_whoever_guesses_codes_is_slowed_down_with_a_page_that_says_so(self):
        visitor = self.pages.visitor()
        for code in self.unknown * 20:
            page = visitor.get("/R/" + code)
            if page.status == 429:
                break
            self.assertEqual(page.status, 404, page)
        self.assertEqual(page.status, 429, page)
        self.assertGreater(int(page.headers["retry-after"]), 0)
        # Somebody else is not.
        self.assertEqual(self.pages.visitor().get("/R/" + self.code).status, 200)

    def test_expired_revoked_and_unknown_codes_get_one_and_the_same_page(self):
        def made(name, **fields):
            return self.pages.call("CodeService/CreateCode", {
                "code": {"owner": {"kind": "PARTY_KIND_GUIDE", "number": self.pages.guides["G01"]},
                         **fields}, "request_id": name})["code"]["code"]
        revoked = made("revoked")
        self.pages.call("CodeService/RevokeCode", {"code": revoked})
        over = made("over", starts_at="2020-01-01T00:00:00Z", ends_at="2020-02-01T00:00:00Z")
        for language in ("zh", "en"):
            pages = []
            for code in (self.unknown[0], revoked, over):
                page = self.pages.visitor(language).get("/R/" + code)
                self.assertEqual(page.status, 404)
                self.assertIn("/R", page.links)  # without a code she may register all the same
                pages.append(re.sub(r'name="csrf" value="[^"]*"', "", page.html).replace(
                    code, "CODE"))
            self.assertEqual(len(set(pages)), 1)

    # ---- twice, back, again ----------------------------------------------------------------------

    def test_a_double_tap_registers_once_and_sends_one_message(self):
        phone = "13811110003"
        visitor, page = self.registering()
        fields = dict(page.form("/R/").fields, phone=phone, consent="yes")
        answers = []

        def tap():
            twin = self.pages.visitor(address=visitor.address)
            twin.cookies = dict(visitor.cookies)
            answers.append((twin.post(page.path, fields), twin))

        taps = [threading.Thread(target=tap) for _ in range(3)]
        for one in taps:
            one.start()
        for one in taps:
            one.join()
        self.assertEqual([(answer.status, answer.path) for answer, _ in answers],
                         [(200, "/card/prove")] * 3)
        self.assertEqual(self.member_count(phone), 1)
        code = self.pages.sms_code(phone)
        self.assertEqual(len(self.pages.messages(phone)), 1)
        answer, twin = answers[0]
        page = twin.submit(answer, "/card/prove", code=code)
        self.assertEqual((page.status, page.path), (200, "/card"), page)
        again = twin.post("/card/prove", dict(answer.form("/card/prove").fields, code=code))
        self.assertLess(again.status, 500, again)

    def test_back_and_reload_are_harmless_and_typed_values_survive(self):
        with Browser(address="10.254.0.1") as browser:
            browser.open(self.pages.base + "/R/" + self.code)
            browser.type("#phone", "13811110004")
            browser.tick("#consent")
            browser.press("main form[method=post] button")
            browser.wait_path("/card/prove")
            browser.reload()
            self.assertEqual(browser.path, "/card/prove")
            browser.back()
            browser.wait_path("/R/" + self.code)
            browser.type("#phone", "13811110004")
            browser.tick("#consent")
            browser.press("main form[method=post] button")
            browser.wait_path("/card/prove")
            browser.type("#code", self.pages.sms_code("13811110004"))
            browser.press("form[action='/card/prove'] button")
            browser.wait_path("/card")
            browser.reload()
            self.assertTrue(browser.has("img.qr"))
            browser.back()
            browser.wait(lambda: browser.has("main"), "a page")
            self.assertNotIn("5", browser.text("h1"))
            browser.open(self.pages.base + "/card")
            self.assertTrue(browser.has("img.qr"))
            self.assertEqual(browser.messages(), [])
        self.assertEqual(self.member_count("13811110004"), 1)
        self.assertEqual(len(self.pages.messages("13811110004")), 1)

    # ---- sessions and cookies --------------------------------------------------------------------

    def test_an_ended_session_is_told_and_leads_back_to_the_sign_in(self):
        for language, name in (("zh", "lin"), ("en", "bo")):
            herself = self.pages.member_signed_in(name, language)
            self.assertEqual(herself.get("/card/points").status, 200)
            self.pages.call("SignInService/RevokeSessions",
                            {"member_number": self.pages.members[name]})
            page = herself.get("/card/points")
            self.assertEqual(page.status, 401, page)
            self.assertIn(TEXTS["ended"][language == "en"], page.text)
            self.assertIn("/card", page.links)
            page = herself.get("/card")
            self.assertEqual((page.status, bool(page.form("/card/code"))), (200, True))

    def test_a_guide_s_ended_session_is_told_with_a_way_that_exists(self):
        guide = self.pages.signed_in(guide="G02")
        self.pages.call("SignInService/RevokeSessions", {"guide_number": self.pages.guides["G02"]})
        page = guide.get("/guide")
        self.assertEqual(page.status, 401, page)
        for link in page.links:
            if link.startswith("/"):
                self.assertLess(guide.get(link).status, 404, link)

    def test_without_cookies_a_form_says_what_to_do(self):
        visitor, page = self.registering()
        fields = dict(page.form("/R/").fields, phone="13811110005", consent="yes")
        visitor.cookies.clear()
        page = visitor.post("/R/" + self.code, fields)
        self.assertEqual(page.status, 403)
        self.assertIn(TEXTS["old form"][0], page.text)
        self.assertIn("Cookie", page.text)
        self.assertIn("/R/" + self.code, page.links)
        self.assertEqual(self.member_count("13811110005"), 0)
        page = visitor.post("/card/code", {"phone": "13811110005"})   # takes forms alone
        self.assertEqual(page.status, 403)
        self.assertNotIn("/card/code", page.links)

    def test_without_scripts_she_registers_sees_her_card_and_signs_out(self):
        with Browser(scripts=False, address="10.254.0.2", language="en") as browser:
            browser.open(self.pages.base + "/r/" + self.code.lower())
            browser.type("#phone", "13811110006")
            browser.tick("#consent")
            browser.press("main form[method=post] button")
            browser.wait_path("/card/prove")
            browser.type("#code", self.pages.sms_code("13811110006"))
            browser.press("form[action='/card/prove'] button")
            browser.wait_path("/card")
            self.assertTrue(browser.has("img.qr"))
            browser.press("form[action='/card/sign-out'] button")
            browser.wait(lambda: browser.has("form[action='/card/code']"), "the sign-in")

    # ---- too much, and too little ----------------------------------------------------------------

    def test_a_form_of_1_mb_gets_its_page(self):
        visitor, page = self.registering()
        fields = dict(page.form("/R/").fields, phone="13811110007", consent="yes",
                      name="x" * MEGABYTE)
        began = time.monotonic()
        page = visitor.post("/R/" + self.code, fields)
        self.assertEqual(page.status, 413, page)
        self.assertIn("8 KB", page.text)
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(self.member_count("13811110007"), 0)

    def test_a_service_that_is_down_is_told_and_the_page_comes_back_by_itself(self):
        visitor, page = self.registering("en")
        fields = dict(page.form("/R/").fields, phone="13811110008", consent="yes")
        with Browser(address="10.254.0.3") as browser:
            self.pages.service.kill()
            try:
                gone = visitor.get("/R/" + self.code)
                self.assertEqual(gone.status, 503, gone)
                self.assertIn(TEXTS["gone"][1], gone.text)
                self.assertGreater(int(gone.headers["retry-after"]), 0)
                again = visitor.post("/R/" + self.code, fields)
                self.assertEqual(again.status, 503, again)
                self.assertEqual(again.form("/R/").fields["phone"], "13811110008")
                browser.open(self.pages.base + "/R/" + self.code)
                self.assertIn(TEXTS["gone"][0], browser.text("h1"))
            finally:
                self.pages.restart_service()
            browser.wait(lambda: browser.has("#phone"), "the page", 20)
        page = visitor.submit(again)  # what was typed is not lost
        self.assertEqual((page.status, page.path), (200, "/card/prove"), page)
        self.assertEqual(self.member_count("13811110008"), 1)


if __name__ == "__main__":
    unittest.main()
