"""beckon-web behind the real nginx with the configuration we ship: its syntax, TLS, headers and cookies,
forged addresses, large forms, slow visitors, event streams, a beckon-web that is down, what logs hold."""

import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from guess_test import nobodys  # noqa: E402
from nginx import Nginx  # noqa: E402
from pages import MEMBERS, Pages  # noqa: E402

SLOW_SECONDS = 10   # client_header_timeout, client_body_timeout
LIVE_SECONDS = 2


def dribble(nginx, begin, seconds, found, name):
    """Sends a byte a second over TLS until it is cut off; how long that took into found[name]."""
    began = time.monotonic()
    try:
        with socket.create_connection(("127.0.0.1", nginx.port), 5) as plain, \
                nginx.tls().wrap_socket(plain, server_hostname=nginx.host) as tls:
            tls.sendall(begin)
            while time.monotonic() - began < seconds:
                tls.settimeout(1)
                try:
                    if not tls.recv(4096):
                        break
                    continue
                except socket.timeout:
                    tls.sendall(b"x")
    except OSError:
        pass
    found[name] = time.monotonic() - began


class BehindNginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = Pages(web_options=["--host", "club.example.com"])
        cls.pages.start()
        cls.nginx = Nginx(cls.pages.web_port).__enter__()
        cls.slow, cls.dribblers = {}, []
        for name, begin in (("headers", b"GET /R HTTP/1.1\r\nHost: club.example.com\r\nX-A: "),
                            ("body", b"POST /R HTTP/1.1\r\nHost: club.example.com\r\nContent-Length: 4000"
                                     b"\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=")):
            thread = threading.Thread(target=dribble, args=(cls.nginx, begin, 40, cls.slow, name))
            thread.start()
            cls.dribblers.append(thread)

    @classmethod
    def tearDownClass(cls):
        cls.nginx.__exit__()
        for thread in cls.dribblers:
            thread.join()
        cls.pages.stop()

    def test_a_nginx_finds_nothing_wrong_with_the_file(self):
        self.assertEqual(self.nginx.check(), "")

    def test_b_a_member_registers_and_signs_in_over_tls(self):
        visitor = self.nginx.visitor()
        page = visitor.get("/R/" + self.pages.codes["G01"])
        self.assertEqual(page.status, 200, page)
        self.assertIn("王", page.text)
        self.assertEqual(page.headers["content-encoding"], "gzip")
        self.assertEqual(page.headers["strict-transport-security"], "max-age=31536000")
        self.assertNotIn("server", {name for name in page.headers if "nginx/" in page.headers[name]})
        for line in page.headers["set-cookie"].split("\n"):
            self.assertTrue(line.startswith("__Host-beckon") and "; Secure" in line, line)
        page = visitor.submit(page, phone="13833330001", consent="yes")
        page = visitor.submit(page, "/card/prove", code=self.pages.sms_code("13833330001"))
        self.assertEqual((page.status, page.path), (200, "/card"), page)
        self.assertTrue(visitor.get("/card/qr.png").body.startswith(b"\x89PNG"))

    def test_c_http_2_and_modern_tls_only(self):
        done = subprocess.run(
            ["curl", "-sS", "--http2", "--cacert", self.nginx.certificate, "-o", os.devnull, "-w",
             "%{http_version} %{response_code}", "--resolve",
             "club.example.com:%d:127.0.0.1" % self.nginx.port,
             "https://club.example.com:%d/R" % self.nginx.port],
            capture_output=True, text=True, timeout=20)
        self.assertEqual(done.stdout, "2 200", done.stderr)
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        with self.assertWarns(DeprecationWarning):
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, OSError)), \
                socket.create_connection(("127.0.0.1", self.nginx.port), 5) as plain:
            old.wrap_socket(plain)

    def test_d_plain_http_leads_to_tls_and_nothing_else(self):
        with socket.create_connection(("127.0.0.1", self.nginx.plain_port), 5) as plain:
            plain.sendall(b"GET /R/ABC?x=1 HTTP/1.0\r\nHost: club.example.com\r\n\r\n")
            answer = plain.makefile("rb").read().decode()
        self.assertIn(" 301 ", answer.splitlines()[0])
        self.assertIn("Location: https://club.example.com/R/ABC?x=1", answer)

    def test_e_another_host_is_refused(self):
        for host in ("evil.example", "club.example.com.evil.example"):
            self.assertEqual(self.nginx.visitor(host=host).get("/R").status, 421)

    def test_f_a_forged_address_has_no_effect(self):
        """Who guesses codes is slowed by his own address, whatever he says it is."""
        visitor, guess = self.nginx.visitor(), nobodys(self.pages.client(), 1)[0]
        for i in range(60):
            forged = "203.0.113.%d" % i
            page = visitor.get("/R/" + guess, headers={
                "X-Forwarded-For": forged, "X-Real-IP": forged, "Forwarded": "for=" + forged,
                "X-Forwarded-Proto": "http"})
            if page.status == 429:
                break
            self.assertEqual(page.status, 404, page)
            self.assertIn("strict-transport-security", page.headers)  # still TLS
        self.assertEqual(page.status, 429)
        self.assertNotIn("nginx", page.html)  # it was the service that refused
        # Nobody else is slowed, and he himself whatever he says.
        self.assertEqual(self.nginx.visitor().get("/R/" + guess).status, 404)
        self.assertEqual(visitor.get("/R/" + guess, headers={
            "X-Forwarded-For": "198.51.100.1, 203.0.113.99"}).status, 429)
        # He is no neighbour either: pages of staff are served to him only because of the TLS.
        self.assertEqual(self.nginx.visitor().get("/in/link_1_" + "A" * 43, headers={
            "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http"}).status, 404)

    def test_g_large_forms_get_their_page(self):
        for size, sign in ((1 << 20, "nginx's"), (12 << 10, "ours")):
            visitor = self.nginx.visitor()
            fields = dict(visitor.get("/policy").forms or {}, phone="1", name="x" * size)
            began = time.monotonic()
            page = visitor.post("/R", fields)
            self.assertEqual(page.status, 413, page)
            self.assertIn("内容太多", page.text)
            self.assertEqual("content-security-policy" in page.headers, sign == "ours")
            self.assertLess(time.monotonic() - began, 5)

    def test_h_an_event_stream_passes_at_once(self):
        visitor = self.nginx.visitor("zh")
        page = visitor.submit(visitor.get(self.pages.link(guide="G01")), follow=False)
        self.assertEqual(page.status, 303, page)
        cookie = visitor.headers()["Cookie"]
        with socket.create_connection(("127.0.0.1", self.nginx.port), 5) as plain, \
                self.nginx.tls().wrap_socket(plain, server_hostname=self.nginx.host) as tls:
            tls.sendall(("GET /guide/live HTTP/1.1\r\nHost: club.example.com\r\nAccept: text/event-stream\r\n"
                         "Cookie: %s\r\n\r\n" % cookie).encode())
            tls.settimeout(0.5)
            events, seen = [], b""

            def listen(seconds):
                nonlocal seen
                until = time.monotonic() + seconds
                while time.monotonic() < until:
                    try:
                        more = tls.recv(4096)
                    except socket.timeout:
                        continue
                    seen += more
                    events.extend((time.monotonic(), line) for line in more.decode().splitlines()
                                  if line.startswith(("data:", "id:", "event:")))
                    if not more:
                        break

            listen(1)
            self.assertRegex(seen.decode(), r"(?i)^HTTP/1.1 200")
            self.assertRegex(seen.decode(), r"(?i)content-type: text/event-stream")
            began, before = time.monotonic(), len(events)
            self.pages.buy("lin", 5500)
            listen(LIVE_SECONDS + 1)
            self.assertGreater(len(events), before, seen)
            passed = events[before][0] - began
            print("an event passed nginx %.0f ms after the purchase was sent" % (passed * 1000))
            self.assertLess(passed, LIVE_SECONDS)

    def test_i_a_beckon_web_that_is_down_is_told_in_both_languages_and_comes_back(self):
        visitor = self.nginx.visitor()
        self.assertEqual(visitor.get("/R").status, 200)
        self.assertEqual(self.pages.stop_web(), 0)
        for target in ("/R/" + self.pages.codes["G01"], "/card", "/in/link_1_secret"):
            page = visitor.get(target)
            self.assertEqual(page.status, 503, page)
            self.assertIn("服务暂时无法连接", page.text)
            self.assertIn("can’t be reached", page.text)
            self.assertEqual(page.headers["retry-after"], "5")
            self.assertIn('http-equiv="refresh"', page.html)
        self.pages.start_web()
        self.assertEqual(visitor.get("/R").status, 200)

    def test_j_slow_visitors_are_cut_off(self):
        for thread in self.dribblers:
            thread.join(60)
        self.assertEqual(set(self.slow), {"headers", "body"})
        for name, seconds in self.slow.items():
            self.assertLess(seconds, SLOW_SECONDS + 5, name)

    def test_k_logs_hold_no_secret_and_no_query(self):
        visitor = self.nginx.visitor()
        visitor.get("/in/link_1_logtestsecret?phone=13800000009")
        visitor.get("/R?code=ABCDEFGHJ")
        time.sleep(0.2)
        logs = self.nginx.log() + self.nginx.error_log()
        self.assertIn(" /R ", logs)
        self.assertIn(" /in/- ", logs)
        for secret in ("link_1_", "logtestsecret", "13800000009", "ABCDEFGHJ", MEMBERS["lin"][1]):
            self.assertNotIn(secret, logs)
        self.assertFalse(re.search(r"session_\d", logs))

    def test_l_whoever_asks_too_often_gets_a_page_that_says_so(self):
        visitor = self.nginx.visitor(source="127.0.0.1")
        flood = subprocess.Popen(
            ["h2load", "-D", "3", "-c", "4", "-m", "10", "https://127.0.0.1:%d/policy" % self.nginx.port],
            stdout=subprocess.PIPE, text=True)
        page = visitor.get("/policy")
        while page.status != 429 and flood.poll() is None:
            page = visitor.get("/policy")
        told = flood.communicate(timeout=30)[0]
        counts = {kind: int(count) for count, kind in re.findall(r"(\d+) ([2345]xx)", told)}
        self.assertGreater(counts.get("4xx", 0), 100, told)
        self.assertEqual(page.status, 429, page)
        self.assertIn("请稍候片刻", page.text)
        self.assertIn("Please try again", page.text)


if __name__ == "__main__":
    unittest.main()
