"""Strangers and members who try what they may not, over HTTP: a table of every route with every role,
foreign forms, foreign cookies, other people's addresses, redirects, methods, hosts, headers."""

import re
import unittest
import urllib.parse

from pages import MEMBERS, Pages
from visitor import Visitor
from walk import routes, walk

WHO = {"stranger": None, "member": "lin", "guide": "G01", "manager": "manager", "payroll": "payroll",
       "auditor": "auditor", "admin": "admin"}
DESK = {"manager", "payroll", "auditor", "admin"}
MAY = {"ANYONE": set(WHO), "SIGN_IN": set(WHO), "MEMBER": {"member"}, "GUIDE": {"guide"}, "DESK": DESK}
EVIL = ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "/%2f/evil.example", "//evil.example/%2e%2e", "https:evil.example", "/\t/evil.example", "///evil.example",
        "/..//evil.example"]
NEXT_NAMES = ["next", "to", "url", "return", "return_to", "redirect", "redirect_uri", "continue", "back", "go", "r"]
HEADERS = {"content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff",
           "x-frame-options": "DENY", "referrer-policy": "no-referrer",
           "cross-origin-opener-policy": "same-origin", "permissions-policy": "camera=()",
           "strict-transport-security": "max-age="}


def path_of(route, rest="1"):
    return route.path.replace(":x", rest)


class HostilePages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = Pages()
        cls.pages.start()
        cls.pages.adopt_admin()
        cls.routes = routes()
        cls.people = {who: cls.somebody(who) for who in WHO}

    @classmethod
    def tearDownClass(cls):
        cls.pages.stop()

    @classmethod
    def somebody(cls, who, moving=True):
        if who == "stranger":
            return cls.pages.visitor(moving=moving)
        if who == "member":
            return cls.pages.member_signed_in(WHO[who], moving=moving)
        if who == "guide":
            return cls.pages.signed_in(guide=WHO[who], moving=moving)
        return cls.pages.signed_in(token=WHO[who], moving=moving)

    def everything(self):
        """What nothing here may change."""
        listed = {}
        for method, field in (("MemberService/ListMembers", "members"), ("ShopService/ListShops", "shops"),
                              ("GuideService/ListGuides", "guides"), ("CodeService/ListCodes", "codes"),
                              ("TokenService/ListTokens", "tokens"),
                              ("SettlementService/ListSettlementRuns", "runs")):
            listed[method] = self.pages.call(method, {"page_size": 500})[field]
        return listed

    # ---- who may come in -------------------------------------------------------------------------

    def test_every_route_lets_in_whom_it_is_for_and_nobody_else(self):
        faults = []
        for route in self.routes:
            if route.method != "GET":
                continue
            for who, visitor in self.people.items():
                page = visitor.get(path_of(route), follow=False)
                turned_away = page.status in (401, 403) or (
                    page.status == 303 and page.headers["location"] == "/card")
                # Whoever belongs there may still be refused by the service's own table of roles.
                if who not in MAY[route.audience] and not turned_away or \
                        who in MAY[route.audience] and page.status == 401:
                    faults.append((route.path, who, page.status))
                if page.status >= 500:
                    faults.append((route.path, who, page.status, page.text[:200]))
        self.assertEqual(faults, [])

    def test_a_member_sees_nothing_of_another_member_by_changing_addresses(self):
        lin, bo = self.people["member"], self.pages.member_signed_in("bo", moving=True)
        hers = {target: page for target, page in walk(lin, "/card").items() if page.status == 200}
        own_words = {MEMBERS["lin"][0], MEMBERS["lin"][1], self.pages.codes["lin"]}
        for target in hers:
            page = bo.get(target)
            for word in own_words:
                self.assertNotIn(word, page.html, target)
        credits_of_lin = {target for target in hers if re.search(r"/card/points/\d+", target)}
        for target in credits_of_lin:
            self.assertIn(bo.get(target).status, (403, 404), target)

    def test_a_guide_sees_nothing_of_another_guide_s_members_or_entries(self):
        other = self.pages.signed_in(guide="G03", moving=True)
        for target, page in walk(self.people["guide"], "/guide").items():
            if page.status != 200:
                continue
            seen = other.get(target)
            self.assertNotIn(MEMBERS["lin"][0], seen.html, target)
            self.assertNotIn(self.pages.codes["G01"], seen.html, target)
        # Nor a customer's whole number, not even of his own.
        for target, page in walk(self.people["guide"], "/guide").items():
            for _, phone, _ in MEMBERS.values():
                self.assertNotIn(phone, page.html, target)

    def test_payroll_sees_no_customers(self):
        for target, page in walk(self.people["payroll"], "/desk").items():
            for name, phone, _ in MEMBERS.values():
                if len(name) > 1:
                    self.assertNotIn(name, page.html, target)
                self.assertNotIn(phone, page.html, target)

    # ---- forms of others -------------------------------------------------------------------------

    def test_every_form_wants_its_own_token(self):
        before = self.everything()
        stale = {who: visitor for who, visitor in self.people.items()}
        for route in self.routes:
            if route.method != "POST":
                continue
            for who, visitor in stale.items():
                if who not in MAY[route.audience]:
                    continue
                foreign = self.pages.visitor()
                other = foreign.get("/R").form("/R").fields["csrf"]
                own = visitor.get("/R?lang=zh") if who == "stranger" else visitor.get("/policy")
                for fields in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": "A" * 43}, {"csrf": other},
                               [("csrf", other), ("csrf", other)]):
                    page = visitor.post(path_of(route), fields, follow=False)
                    self.assertIn(page.status, (400, 403), (route.path, who, fields, page))
                del own
        self.assertEqual(self.everything(), before)

    def test_a_form_from_another_site_is_refused_even_with_its_token(self):
        visitor = self.pages.visitor()
        page = visitor.get("/R")
        fields = dict(page.form("/R").fields, phone="13822220001", consent="yes")
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                        {"Origin": "https://evil.example"}, {"Origin": "null"},
                        {"Origin": "http://%s.evil.example" % visitor.host},
                        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}):
            refused = visitor.post("/R", fields, headers=headers)
            self.assertEqual(refused.status, 403, (headers, refused))
        self.assertEqual(self.pages.messages("13822220001"), [])
        self.assertEqual(visitor.post("/R", fields, headers={"Sec-Fetch-Site": "same-origin"}).path,
                         "/card/prove")

    def test_a_token_of_the_cookie_before_the_sign_in_is_refused_after_it(self):
        visitor = self.pages.visitor()
        old = visitor.get("/card").form("/card/code").fields["csrf"]
        chosen = dict(visitor.cookies)
        page = visitor.submit(visitor.get("/card"), "/card/code", phone=MEMBERS["mei"][1])
        page = visitor.submit(page, "/card/prove", code=self.pages.sms_code(MEMBERS["mei"][1]))
        self.assertEqual(page.path, "/card", page)
        # Nor is she signed in by a cookie that somebody else put there before.
        self.assertNotEqual(visitor.cookies["__Host-beckon"], chosen["__Host-beckon"])
        self.assertEqual(visitor.post("/card/sign-out", {"csrf": old}).status, 403)
        planted = self.pages.visitor()
        planted.cookies = chosen
        self.assertTrue(planted.get("/card").form("/card/code"))

    # ---- cookies ---------------------------------------------------------------------------------

    def test_foreign_and_broken_cookies_sign_nobody_in(self):
        good = self.pages.member_signed_in("bo")
        secret = good.cookies["__Host-beckon"]
        flipped = secret[:-1] + ("A" if secret[-1] != "A" else "B")
        rows = ["", "s.", "s.session_1_" + "A" * 43, "s.session_2_" + secret.split("_", 2)[2], flipped, secret + "A",
                secret[2:], "v." + secret[2:], "S." + secret[2:], "s.beckon_1_" + "A" * 43,
                "s." + self.pages.secrets["payroll"][:-1], "s." + "A" * 500, "s.é", '"%s"' % flipped]
        for value in rows:
            stranger = self.pages.visitor()
            stranger.cookies = {"__Host-beckon": value}
            page = stranger.get("/card/qr.png", follow=False)
            self.assertIn(page.status, (303, 400, 401), (value, page))
            self.assertNotEqual(page.media_type, "image/png", value)
        for name in ("__Secure-beckon", "beckon", "beckon_trial_insecure", "__host-beckon", "__Host-beckon2"):
            stranger = self.pages.visitor()
            stranger.cookies = {name: secret}
            self.assertEqual(stranger.get("/card/qr.png", follow=False).status, 303, name)

    def test_cookies_are_kept_from_scripts_other_sites_and_plain_connections(self):
        for who in ("stranger", "member", "guide"):
            visitor = self.somebody(who)
            visitor.cookies.clear()
            page = visitor.get("/R")
            lines = page.headers["set-cookie"].split("\n")
            for line in lines:
                self.assertTrue(line.startswith("__Host-beckon"), line)
                for word in ("Path=/", "Secure", "HttpOnly", "SameSite=Lax"):
                    self.assertIn(word, line)
                self.assertNotIn("Domain", line)

    # ---- redirects, methods, hosts, headers ------------------------------------------------------

    def assert_stays_here(self, page, sent):
        location = page.headers.get("location", "/")
        self.assertTrue(re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", location), (sent, location))
        for link in page.links + [form.action for form in page.forms]:
            self.assertNotIn("evil", urllib.parse.urlsplit(
                urllib.parse.urljoin("http://here.example/", link)).netloc, (sent, link))
        self.assertNotIn("x-owned", page.headers)
        self.assertNotIn("owned", page.headers.get("set-cookie", ""))
        self.assertLess(page.status, 500, (sent, page))

    def test_nothing_redirects_elsewhere(self):
        for who in ("stranger", "member"):
            visitor = self.people[who]
            for route in self.routes:
                if route.method == "GET" and who in MAY[route.audience]:
                    for evil in EVIL:
                        query = urllib.parse.urlencode([(name, evil) for name in NEXT_NAMES])
                        target = path_of(route, "1") + "?" + query
                        self.assert_stays_here(visitor.get(target, follow=False), target)
            for evil in EVIL:
                for target in (evil, "/" + evil, urllib.parse.quote(evil), "/R/" + urllib.parse.quote(evil, "")):
                    if target.startswith("/") and "\t" not in target:
                        self.assert_stays_here(visitor.get(target, follow=False), target)
            page = visitor.get("/card")
            if page.forms:
                fields = dict(page.form().fields, **{name: EVIL[0] for name in NEXT_NAMES})
                self.assert_stays_here(visitor.post(page.form().action, fields, follow=False), "form")

    def test_lines_and_headers_cannot_be_split(self):
        for text in ("%0d%0aX-Owned:%201", "%0aX-Owned:1", "%0d%0a%0d%0a<script>", "%e5%98%8a%e5%98%8dX-Owned:1",
                     "%u000aX-Owned:1", "%00", "%"):
            for target in ("/R/" + text, "/R?code=" + text, "/R?lang=" + text, "/card?other=" + text, "/" + text,
                           "/in/" + text, "/card/prove?x=" + text):
                page = self.people["stranger"].get(target, follow=False)
                self.assert_stays_here(page, target)

    def test_methods_that_an_address_does_not_take_are_refused(self):
        before = self.everything()
        posts = {route.path for route in self.routes if route.method == "POST"}
        gets = {route.path for route in self.routes if route.method == "GET"}
        visitor = self.people["admin"]
        own = {"csrf": visitor.get("/R").form("/R").fields["csrf"]}
        for path in sorted(posts - gets):
            self.assertEqual(visitor.get(path.replace(":x", "1")).status, 405, path)
        for path in sorted(gets - posts):
            self.assertEqual(visitor.post(path.replace(":x", "1"), own).status, 405, path)
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get", "CONNECT"):
            for path in ("/card", "/R", "/desk"):
                page = visitor.send(method, path)
                self.assertIn(page.status, (400, 405), (method, page))
        for headers in ({"X-HTTP-Method-Override": "POST"}, {"X-HTTP-Method": "DELETE"}):
            self.assertEqual(visitor.get("/card/sign-out", headers=headers).status, 405)
        self.assertEqual(self.everything(), before)

    def test_other_hosts_are_refused_and_never_believed(self):
        for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:80",
                     "127.0.0.1@evil.example", "127.0.0.1evil", "[::1].evil.example", "0x7f.1", "user:pw@127.0.0.1"):
            visitor = Visitor(("127.0.0.1", self.pages.web_port), self.pages.address(), host=host)
            page = visitor.get("/R/" + self.pages.codes["G01"])
            self.assertIn(page.status, (400, 421), (host, page))
        visitor = self.pages.visitor()
        for headers in ({"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"},
                        {"X-Original-URL": "/desk"}, {"X-Rewrite-URL": "/desk"}, {"X-Host": "evil.example"}):
            page = visitor.get("/R/" + self.pages.codes["G01"], headers=headers)
            self.assertEqual(page.status, 200)
            self.assertNotIn("evil", page.html)

    def test_every_answer_has_the_headers_that_protect_it(self):
        stranger = self.people["stranger"]
        answers = [visitor.get(path_of(route), follow=False) for visitor in self.people.values()
                   for route in self.routes if route.method == "GET"]
        answers += [stranger.get("/nothing"), stranger.get("/R/%00"), stranger.send("PUT", "/R"),
                    stranger.post("/R", b"x" * 10000), stranger.get("/" + "x" * 3000),
                    stranger.post("/R", {})]
        for page in answers:
            for name, value in HEADERS.items():
                self.assertIn(value, page.headers.get(name, ""), (page.url, page.status, name))
            policy = page.headers["content-security-policy"]
            self.assertNotIn("unsafe", policy, page.url)
            self.assertRegex(policy, r"frame-ancestors 'none'")
            self.assertNotIn("server", page.headers)
            if page.media_type == "text/html":
                self.assertEqual(page.headers.get("cache-control"), "no-store", page.url)
                self.assertFalse([tag for tag, given in page.tags
                                  if "style" in given or any(name.startswith("on") for name in given)])

    # ---- without a proxy -------------------------------------------------------------------------

    def test_without_a_proxy_nobody_speaks_for_somebody_else(self):
        with Pages(people=False, proxied=False) as pages:
            near = pages.visitor()
            self.assertEqual(near.get("/in/link_1_" + "A" * 43).status, 404)
            for headers in ({"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-For": "203.0.113.9"},
                            {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"},
                            {"Forwarded": "for=203.0.113.9;proto=https"}, {"X-Real-IP": "203.0.113.9"}):
                page = near.get("/in/link_1_" + "A" * 43, headers=headers)
                self.assertEqual(page.status, 403, (headers, page))
                self.assertNotIn("strict-transport-security", page.headers)

    def test_a_trial_serves_registration_and_cards_to_the_network_and_nothing_else(self):
        with Pages(people=False, proxied=False, web_options=["--lan"]) as pages:
            code = pages.call("ShopService/CreateShop", {"shop": {"shop_id": "S01", "name": "S"}}) and \
                pages.code("SHOP", 1, "S01")
            away = {"X-Forwarded-For": "192.168.1.50"}  # taken for somebody who is not on this machine
            visitor = pages.visitor()
            page = visitor.get("/R/" + code, headers=away)
            self.assertEqual(page.status, 200, page)
            self.assertIn("beckon_trial_insecure=", page.headers["set-cookie"])
            self.assertNotIn("Secure", page.headers["set-cookie"])
            for route in self.routes:
                if route.audience in ("SIGN_IN", "GUIDE", "DESK"):
                    page = visitor.send(route.method, path_of(route), b"" if route.method == "POST" else None,
                                        away)
                    self.assertEqual(page.status, 403, (route, page))


if __name__ == "__main__":
    unittest.main()
