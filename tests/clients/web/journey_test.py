"""The whole way, in Chromium on a phone, over TLS by the real nginx, in Chinese and in English: a guide's
QR is decoded from his page -> registration -> card -> a friend registers with the card's QR -> the till
records her purchase -> the guide's page shows it within two seconds -> the year ends -> payroll closes it at
a desk and the downloaded file verifies, with that purchase in it."""

import csv
import datetime
import io
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from browser import DESK, Browser  # noqa: E402
from nginx import Nginx  # noqa: E402
from business_day import ZONE  # noqa: E402
from pages import Pages  # noqa: E402
from service import BECKON  # noqa: E402

HOST = "beckon.example"  # what a merchant's QR codes say until he sets his own
AHEAD = os.environ.get("BECKON_AHEAD", "")
SHOWN_SECONDS = 2
CUSTOMER, FRIEND = "13855550001", "13855550002"
AMOUNT_MINOR = 123450
WORDS = {"zh": {"closed": "已结账", "bought": "已购物"}, "en": {"closed": "Closed", "bought": "Has bought"}}


def decode(png):
    """What two independent readers read in a picture."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        file.write(png)
        file.flush()
        zbar = subprocess.run(["zbarimg", "--nodbus", "-q", "--raw", file.name], capture_output=True,
                              text=True, timeout=20).stdout.strip()
        zxing = subprocess.run(["ZXingReader", "-1", "-format", "QRCode", file.name],
                               capture_output=True, text=True, timeout=20).stdout
    assert zbar and '"%s"' % zbar in zxing, (zbar, zxing)
    return zbar


class Journey(unittest.TestCase):
    def setUp(self):
        self.pages = Pages(web_options=["--host", HOST])
        self.pages.start()
        self.addCleanup(self.pages.stop)
        self.nginx = Nginx(self.pages.web_port, host=HOST)
        self.nginx.__enter__()
        self.addCleanup(self.nginx.__exit__)
        self.base = "https://" + HOST

    def browser(self, language, **options):
        # The name leads to our nginx, whose certificate nobody else knows.
        browser = Browser(language, address=None, arguments=(
            "--host-resolver-rules=MAP %s:443 127.0.0.1:%d" % (HOST, self.nginx.port),
            "--ignore-certificate-errors"), **options)
        self.addCleanup(browser.close)
        return browser

    def shot(self, browser, name):
        browser.shot("journey-%s-%s" % (self.language, name))

    def test_in_chinese(self):
        self.go("zh")

    def test_in_english(self):
        self.go("en")

    def go(self, language):
        self.language = language
        phone, guide = self.browser(language), self.browser(language)
        link = self.guide_signs_in(guide)
        card = self.register(phone, link, CUSTOMER, "customer")
        hers = phone.cookies()
        phone.forget()
        self.register(phone, card, FRIEND, "friend")
        self.purchase_is_seen(guide)
        self.customer_sees_her_reward(phone, hers)
        for browser in (phone, guide):
            self.assertEqual(browser.messages(), [])
        guide.close()
        self.a_year_passes()
        phone.dress(DESK)
        self.payroll_closes_the_year(phone)

    # ---- guide and customers ---------------------------------------------------------------------

    def guide_signs_in(self, browser):
        """Opens his one-time link; the link that his poster's picture holds."""
        browser.open(self.base + self.pages.link(guide="G01"))
        self.shot(browser, "1-link")
        browser.press("form[method=post] button")
        browser.wait_path("/guide")
        browser.open(self.base + "/guide/code")
        self.shot(browser, "2-poster")
        picture = browser.picture_of("img.qr")
        link = decode(picture)
        self.assertRegex(link, r"^HTTPS://BECKON\.EXAMPLE/R/[0-9A-Z]{9}$")
        browser.open(self.base + "/guide")
        browser.wait(lambda: browser.text("#live"), "the live mark")
        return link

    def register(self, browser, link, number, who):
        """From a scanned link to the card; the link in the card's own picture."""
        browser.open(link)
        self.shot(browser, "3-%s-scans" % who)
        self.assertFalse(browser.find("#consent").is_selected())
        browser.type("#phone", number)
        browser.tick("#consent")
        browser.press("main form[method=post] button")
        browser.wait_path("/card/prove")
        self.shot(browser, "4-%s-code" % who)
        browser.type("#code", self.pages.sms_code(number))
        browser.press("form[action='/card/prove'] button")
        browser.wait_path("/card")
        self.shot(browser, "5-%s-card" % who)
        card = decode(browser.picture_of("img.qr"))
        self.assertRegex(card, r"^HTTPS://BECKON\.EXAMPLE/R/[0-9A-Z]{9}$")
        self.assertNotEqual(card, link)
        return card

    def purchase_is_seen(self, guide):
        """The till records; the page that the guide has open shows it, untouched."""
        friend = self.pages.call("MemberService/GetMember", {"phone": FRIEND}, token="pos")["member"]
        today = {"shop_id": "S01", "receipt_number": "JOURNEY", "amount_minor": AMOUNT_MINOR,
                 "member_number": friend["member_number"],
                 "occurred_at": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")}
        before = guide.text("#board .all .big")
        guide.script("window.stayed = true")
        self.pages.call("PurchaseService/RecordPurchase", today, token="pos")
        began = time.monotonic()
        guide.wait(lambda: guide.text("#board .all .big") != before, "the purchase on the guide's page",
                   SHOWN_SECONDS + 3)
        seconds = time.monotonic() - began
        print("%s: the guide's page shows the purchase after %.0f ms" % (self.language, seconds * 1000))
        self.assertLess(seconds, SHOWN_SECONDS)
        self.assertTrue(guide.script("return window.stayed"))  # not by loading it again
        self.shot(guide, "6-guide")

    def customer_sees_her_reward(self, browser, cookies):
        """On her own phone: 2 % of her friend's purchase, and that her friend has bought."""
        browser.forget()
        browser.give_back(cookies)
        browser.open(self.base + "/card")
        self.assertIn("24.69", browser.text())
        self.shot(browser, "6-customer-reward")
        browser.open(self.base + "/card/friends")
        self.assertIn(WORDS[self.language]["bought"], browser.text())
        self.shot(browser, "6-customer-friends")

    # ---- a year later ----------------------------------------------------------------------------

    def a_year_passes(self):
        """Beckon is stopped, and started on the tenth of January."""
        now = datetime.datetime.now(ZONE)
        self.year = now.year
        later = datetime.datetime(now.year + 1, 1, 10, 10, tzinfo=ZONE)
        pages = self.pages
        self.assertEqual((pages.stop_web(), pages.service.stop()), (0, 0))
        pages.environment = pages.service.environment = dict(
            os.environ, LD_PRELOAD=AHEAD, BECKON_AHEAD_SECONDS=str(int((later - now).total_seconds())),
            ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
        pages.restart_service()
        pages.start_web()

    def sign_in(self, browser, token):
        browser.forget()
        browser.open(self.base + self.pages.link(token=token))
        browser.press("form[method=post] button")
        browser.wait_path("/desk")

    def step(self, browser, run, name):
        """Opens what hides the step's form, looks at it, presses its button, waits until it is done."""
        form = "form[action='%s/%s']" % (run, name)
        if browser.has("details:not([open]):has(> %s)" % form):
            browser.press("details:has(> %s) > summary" % form)
        self.shot(browser, "8-run-" + name)
        browser.script("document.documentElement.dataset.before = 'yes'")
        browser.press(form + " button")
        browser.wait(lambda: not browser.has("html[data-before]") and browser.has("main"), "an answer")
        self.idle(browser, run)

    def idle(self, browser, run):
        def done():
            return browser.path == run and not browser.has("meta[http-equiv=refresh]") and browser.has("main")
        until = time.monotonic() + 30
        while not done():
            self.assertLess(time.monotonic(), until, browser.text())
            time.sleep(0.2)
            browser.open(self.base + run)

    def payroll_closes_the_year(self, browser):
        self.sign_in(browser, "payroll")
        self.shot(browser, "7-desk")
        browser.open(self.base + "/desk/runs")
        browser.press("details:has(form[action='/desk/runs']) > summary")
        browser.script("document.getElementById('period_start').value = arguments[0];"
                       "document.getElementById('period_end').value = arguments[1]",
                       "%d-01-01" % self.year, "%d-01-01" % (self.year + 1))
        self.shot(browser, "7-runs")
        browser.press("form[action='/desk/runs'] > button")
        browser.wait(lambda: re.fullmatch(r"/desk/runs/\d+", browser.path), "the run's page")
        run = browser.path
        self.idle(browser, run)
        self.step(browser, run, "submit")
        self.sign_in(browser, "checker")
        browser.open(self.base + run)
        for name in ("approve", "verify", "close"):
            self.step(browser, run, name)
        self.idle(browser, run)
        self.sign_in(browser, "payroll")
        browser.open(self.base + run)
        self.assertIn(WORDS[self.language]["closed"], browser.text())
        self.shot(browser, "9-closed")
        form = "form:has([name=format][value=csv]):has([name=payees][value=guide])" \
            ":has([name=profile][value=generic])"
        browser.press(form + " button")
        self.file_verifies(browser.files()[0])
        self.assertEqual(browser.messages(), [])

    def file_verifies(self, path):
        done = subprocess.run([BECKON, "settlement", "verify", path], capture_output=True, text=True,
                              timeout=60, env=dict(os.environ, BECKON_ADDRESS=self.pages.socket,
                                                   BECKON_TOKEN=self.pages.secrets["payroll"]))
        self.assertEqual(done.returncode, 0, (done.stdout, done.stderr))
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = {row["employee_no"]: row for row in csv.DictReader(io.StringIO(file.read()))}
        # 0.5 % of 1,234.50 in points: 617, and what he earned before.
        self.assertGreaterEqual(int(rows["G01"]["points_converted"]), 610)
        self.assertGreater(float(rows["G01"]["net_amount"]), 61)
        print("%s: %s verifies: %s" % (self.language, os.path.basename(path), done.stdout.strip().splitlines()[0]))


if __name__ == "__main__":
    unittest.main()
