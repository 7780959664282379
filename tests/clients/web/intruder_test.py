"""What a skilled intruder tried: one row for each hole that was found and closed, and for what must
never open."""

import json
import socket
import sys
import time
import unittest

from pages import MEMBERS, Pages
from business_day import business_date
from visitor import Visitor

KEPT = "public, max-age=31536000, immutable"
FILES = ("/page.js", "/guide.js", "/icon.svg")
ENDED_SECONDS = 10


class Stream:
    """An event stream, read as it comes."""

    def __init__(self, pages, visitor):
        self.socket = socket.create_connection(("127.0.0.1", pages.web_port))
        self.seen = b""
        cookies = "; ".join("%s=%s" % pair for pair in visitor.cookies.items())
        self.socket.sendall((
            "GET /guide/live HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Forwarded-For: %s\r\n"
            "X-Forwarded-Proto: https\r\nCookie: %s\r\n\r\n"
            % (pages.web_port, pages.address(), cookies)).encode())

    def until(self, event, seconds=ENDED_SECONDS):
        """Has the event come?"""
        wanted, end = b"event: %s\n" % event.encode(), time.monotonic() + seconds
        while wanted not in self.seen and time.monotonic() < end:
            self.socket.settimeout(max(0.05, end - time.monotonic()))
            try:
                piece = self.socket.recv(4096)
            except socket.timeout:
                break
            if not piece:
                break
            self.seen += piece
        return wanted in self.seen

    def close(self):
        self.socket.close()


class IntruderTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = Pages()
        cls.pages.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.pages.stop()

    def csrf(self, visitor, path):
        return visitor.get(path).form().fields["csrf"]

    # ---- what browsers and proxies keep ----------------------------------------------------------

    def test_a_refusal_at_a_file_s_address_is_never_kept(self):
        evil = Visitor(("127.0.0.1", self.pages.web_port), self.pages.address(),
                       host="evil.example")
        plain = Visitor(("127.0.0.1", self.pages.web_port))  # no TLS: staff's script is refused
        for path in FILES:
            page = evil.get(path)
            self.assertEqual((page.status, page.headers["cache-control"]), (421, "no-store"), path)
            page = self.pages.visitor().get(path)
            self.assertEqual((page.status, page.headers["cache-control"]), (200, KEPT), path)
        page = plain.get("/guide.js")
        self.assertEqual((page.status, page.headers["cache-control"]), (403, "no-store"))
        greedy = self.pages.visitor()
        for _ in range(2000):
            page = greedy.get("/page.js")
            if page.status != 200:
                break
        self.assertEqual((page.status, page.headers["cache-control"]), (429, "no-store"))

    def test_what_everybody_shares_sets_nobody_s_cookie(self):
        for path in FILES:
            page = self.pages.visitor().get(path + "?lang=en")
            self.assertEqual(page.headers.get("cache-control"), KEPT)
            self.assertNotIn("set-cookie", page.headers, path)
        page = self.pages.visitor().get("/R?lang=en")
        self.assertIn("__Host-beckon-lang=en", page.headers["set-cookie"])

    def test_a_scoreboard_s_tag_is_the_guide_s_own(self):
        one, other = (self.pages.signed_in(guide=number) for number in ("G01", "G02"))
        tag = one.get("/guide").headers["etag"]
        self.assertEqual(one.get("/guide", headers={"If-None-Match": tag}).status, 304)
        self.assertEqual(other.get("/guide", headers={"If-None-Match": tag}).status, 200)

    # ---- names that are no addresses -------------------------------------------------------------

    def test_a_name_of_hexadecimal_digits_is_no_address_of_a_trial(self):
        with Pages(people=False, proxied=False, web_options=["--lan"]) as pages:
            for host, status in (("cafe.de", 421), ("bad.cafe:7780", 421), ("fee.ad", 421),
                                 ("192.168.1.5.de", 421), ("[cafe.de]", 421), ("1.2.3", 421),
                                 ("192.168.1.5:7780", 200), ("192.168.1.5", 200),
                                 ("[fd00::1]:7780", 200), ("localhost", 200)):
                page = Visitor(("127.0.0.1", pages.web_port), host=host).get("/policy")
                self.assertEqual(page.status, status, host)

    # ---- sessions that are over ------------------------------------------------------------------

    def test_streams_end_with_the_session(self):
        ways = (lambda guide: self.pages.call("SignInService/RevokeSessions",
                                              {"guide_number": self.pages.guides["G02"]}),
                lambda guide: guide.post("/guide/sign-out", {"csrf": self.csrf(guide, "/guide")}))
        for end in ways:
            guide = self.pages.signed_in(guide="G02")
            stream = Stream(self.pages, guide)
            came = stream.until("changed")
            before = dict(guide.cookies)
            end(guide)
            came = came and stream.until("ended")
            stream.close()
            self.assertTrue(came, stream.seen)
            guide.cookies = before  # the browser may have kept it
            self.assertEqual(guide.get("/guide", follow=False).status, 401)
            self.assertEqual(guide.get("/guide/live", follow=False).status, 401)

    def test_one_guide_s_streams_leave_room_for_others(self):
        greedy, other = self.pages.signed_in(guide="G01"), self.pages.signed_in(guide="G03")
        streams = []
        for _ in range(300):
            streams.append(Stream(self.pages, greedy))
            streams[-1].until("beat")
        # Eight have a place; which ones, those that come at the same time settle among themselves.
        end, full = time.monotonic() + ENDED_SECONDS, 0
        while full < len(streams) - 8 and time.monotonic() < end:
            full = sum(stream.until("full", 0.01) for stream in streams)
        self.assertEqual(full, len(streams) - 8)
        mine = Stream(self.pages, other)
        self.assertTrue(mine.until("changed"), mine.seen)
        for stream in [*streams, mine]:
            stream.close()

    def test_all_sessions_of_a_member_end_when_she_is_erased(self):
        phone = "13744440001"
        number = self.pages.call("MemberService/RegisterMember", {
            "phone": phone, "consent_policy_version": "1", "name": "走了"})["member_number"]
        hers = self.pages.member_signed_in(phone)
        code = self.pages.call("CodeService/CreateCode", {
            "code": {"owner": {"kind": "PARTY_KIND_MEMBER", "number": number}},
            "request_id": "gone"})["code"]["code"]
        self.pages.call("PrivacyService/EraseMember", {
            "member_number": number, "reason": "ERASURE_REASON_REQUEST"})
        for path in ("/card", "/card/qr.png", "/card/data.json", "/card/points"):
            hers.cookies = dict(self.pages.sessions[phone])
            self.assertEqual(hers.get(path, follow=False).status, 401, path)
        self.assertEqual(self.pages.visitor().get("/R/" + code).status, 404)
        # Nor can her phone be proved: the answer is that of a phone nobody has.
        stranger = self.pages.visitor()
        sent = len(self.pages.messages(phone))
        stranger.submit(stranger.get("/card"), "/card/code", phone=phone)
        self.assertEqual(len(self.pages.messages(phone)), sent)

    def test_links_go_with_the_manager_who_made_them(self):
        made = self.pages.call("TokenService/CreateToken", {
            "token": {"role": "ROLE_SHOP_MANAGER", "label": "leaving"}, "shop_id": "S01",
            "request_id": "leaving"})
        self.pages.secrets["leaving"] = made["secret"]
        link = self.pages.call("SignInService/CreateSignInLink", {
            "guide_number": self.pages.guides["G01"], "request_id": "kept"}, token="leaving")
        path = "/in/" + link["secret"]
        visitor = self.pages.visitor()
        page = visitor.get(path)
        self.assertEqual(page.status, 200)
        self.pages.call("TokenService/RevokeToken",
                        {"token_number": made["token"]["token_number"]})
        self.assertEqual(visitor.submit(page, follow=False).status, 404)
        self.assertEqual(visitor.get(path).status, 404)

    # ---- closing the door on others ---------------------------------------------------------------

    def test_many_who_guess_keep_nobody_else_from_registering(self):
        with Pages(people=False) as pages:
            pages.call("ShopService/CreateShop", {"shop": {"shop_id": "S01", "name": "S"}})
            code = pages.code("SHOP", 1, "S01")
            for _ in range(200):  # each from an address of his own
                pages.visitor().get("/in/link_1_" + "A" * 43)
            # By chance some share the bucket of one who guessed: one in twenty, for seconds.
            strangers = [pages.visitor() for _ in range(20)]
            answers = [stranger.get("/R/" + code).status for stranger in strangers]
            self.assertGreaterEqual(answers.count(200), 10, answers)
            # Who guesses himself waits.
            greedy = pages.visitor()
            answers = [greedy.get("/in/link_1_" + "A" * 43).status for _ in range(3)]
            self.assertEqual(answers[1:], [429, 429])

    # ---- money -----------------------------------------------------------------------------------

    def test_two_links_make_no_second_person(self):
        today = business_date()
        first, again = (self.pages.signed_in(token="payroll", moving=True) for _ in range(2))
        page = first.get("/desk/runs")
        form = next(form for form in page.forms if "period_start" in form.fields)
        page = first.post(form.action, dict(form.fields, type="year_end",
                                            period_start="%d-01-01" % (today.year - 1),
                                            period_end="%d-01-01" % today.year))
        path = page.path
        self.assertRegex(path, r"^/desk/runs/\d+$")
        number = int(path.rsplit("/", 1)[1])
        self.wait(number)
        page = first.get(path)
        submit = page.form(path + "/submit")
        self.assertEqual(first.post(submit.action, submit.fields, follow=False).status, 303)
        self.wait(number)
        run = self.run_now(number)
        self.assertEqual(run["state"], "SETTLEMENT_STATE_REVIEW")
        for visitor in (first, again):
            page = visitor.get(path)
            self.assertFalse([form for form in page.forms if form.action.endswith("/approve")])
            csrf = page.forms[0].fields["csrf"]
            for given in (run["hash"], "", "0" * 64):
                page = visitor.post(path + "/approve", {"csrf": csrf, "hash": given}, follow=False)
                self.assertIn(page.status, (400, 403, 409), (given, page))
        self.assertEqual(self.run_now(number)["state"], "SETTLEMENT_STATE_REVIEW")
        checker = self.pages.signed_in(token="checker")
        csrf = checker.get(path).forms[0].fields["csrf"]
        for given in ("", "0" * 64, run["hash"][:-1]):
            page = checker.post(path + "/approve", {"csrf": csrf, "hash": given}, follow=False)
            self.assertIn(page.status, (400, 409), (given, page))
        self.assertEqual(self.run_now(number)["state"], "SETTLEMENT_STATE_REVIEW")

    def run_now(self, number):
        return self.pages.call("SettlementService/GetSettlementRun", {"run_number": number},
                               token="payroll")["run"]

    def wait(self, number):
        until = time.monotonic() + 30
        while self.run_now(number)["work"] not in ("SETTLEMENT_WORK_NONE", "SETTLEMENT_WORK_SWEEP"):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)

    # ---- somebody else's request ids -------------------------------------------------------------

    def test_a_manager_s_forms_use_up_no_guide_s_request(self):
        for code in self.pages.call("CodeService/ListCodes", {
                "owner": {"kind": "PARTY_KIND_GUIDE", "number": self.pages.guides["G03"]}})["codes"]:
            self.pages.call("CodeService/RevokeCode", {"code": code["code"]})
        manager = self.pages.signed_in(token="manager")
        page = manager.post("/desk/print?shop_id=S01&kind=badge", {
            "csrf": self.csrf(manager, "/desk"),
            "request_id": "own-guide-%d" % self.pages.guides["G03"]}, follow=False)
        self.assertEqual(page.status, 303, page)
        self.assertEqual(self.pages.signed_in(guide="G03").get("/guide/code").status, 200)

    # ---- what is written down --------------------------------------------------------------------

    def test_logs_and_the_audit_trail_hold_no_secret_and_nobody_s_phone(self):
        member = self.pages.member_signed_in("yun")
        guide = self.pages.signed_in(guide="G01")
        self.pages.visitor().get("/in/link_1_" + "A" * 43)
        stranger = self.pages.visitor()
        stranger.submit(stranger.get("/R"), "/R", phone="13766660001", consent="yes")
        trail = json.dumps(self.pages.call("AuditService/ListAuditEntries", {"page_size": 500}),
                           ensure_ascii=False)
        written = self.pages.service.log() + self.pages.web_log() + trail
        secrets = [visitor.cookies["__Host-beckon"][2:] for visitor in (member, guide)]
        for word in [*secrets, "link_1_", "session_1_", "13766660001",
                     *(phone for _, phone, _ in MEMBERS.values())]:
            self.assertNotIn(word, written)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
