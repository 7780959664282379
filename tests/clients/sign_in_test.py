"""Signing in against a real beckond: by phone code through a file and an HTTP hook, by link; what
strangers learn, how they are slowed, when a session ends, and that tills never wait for messages."""

import http.server
import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import grpc  # noqa: E402
from reflect import Refused  # noqa: E402
from service import BECKON, BECKOND, Service  # noqa: E402
from world import API, World  # noqa: E402

SIGN = API + "SignInService/"
WAIT_SECONDS = 15
SENDS_PEER, TRIES_PEER = 30, 30  # at once, of one address: service/limits.h


def wait_for(what, seconds=WAIT_SECONDS):
    end = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > end:
            raise AssertionError("waited %d s in vain" % seconds)
        time.sleep(0.01)
    return found


class Stranger:
    """Calls without a token, for a visitor at `address`."""

    def __init__(self, service, address="198.51.100.1"):
        self.client = service.client()
        self.metadata = [("x-forwarded-for", address)]

    def raw(self, method, request):
        """(code, reply or status details) as bytes: all that a stranger gets."""
        request_class, _, _ = self.client._method(SIGN + method)
        call = self.client.channel.unary_unary("/" + SIGN + method,
                                               request_serializer=lambda b: b)
        data = request_class(**request).SerializeToString()
        try:
            return "OK", call(data, timeout=30,
                              metadata=[*self.metadata, ("x-request-id", "same")])
        except grpc.RpcError as error:
            trailers = dict(error.trailing_metadata() or ())
            return error.code().name, trailers["grpc-status-details-bin"], error.details()

    def call(self, method, **request):
        self.client.metadata = lambda: self.metadata
        return self.client.call(SIGN + method, request)

    def reason(self, method, **request):
        try:
            self.call(method, **request)
            return "OK"
        except Refused as refused:
            self.refused = refused
            return refused.reason


def messages(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class WithFile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.file = os.path.join(cls.service.folder, "sms")
        cls.service.options = ["--sms-file", cls.file]
        cls.service.start()
        cls.world = World(cls.service, with_tokens=False)
        cls.addresses = 0

    @classmethod
    def tearDownClass(cls):
        code = cls.service.stop()
        log = cls.service.log()
        cls.service.__exit__()
        assert code == 0, "beckond ended with %s" % code
        for secret in ("session_1_", "link_1_", "+861", "Bearer"):
            assert secret not in log, secret

    def stranger(self):
        """At an address of his own."""
        type(self).addresses += 1
        return Stranger(self.service, "203.0.113.%d" % self.addresses)

    def member(self):
        """The phone of a fresh member, and her number."""
        type(self).addresses += 1
        phone = "135%08d" % self.addresses
        number = self.world.one.call("MemberService/RegisterMember", {
            "phone": phone, "consent_policy_version": "1"})["member_number"]
        return phone, number

    def message(self, phone, count=1):
        """The last message to that phone, of `count`."""
        def found():
            mine = [m for m in messages(self.file) if m["to"] == "+86" + phone]
            return mine if len(mine) >= count else None
        return wait_for(found)[count - 1]

    def signed_in(self, phone):
        stranger = self.stranger()
        stranger.call("SendPhoneCode", phone=phone, merchant_number=1)
        return stranger.call("ProvePhone", phone=phone, merchant_number=1,
                             code=self.message(phone)["code"])

    def test_a_member_signs_in_by_her_phone_and_off(self):
        phone, number = self.member()
        stranger = self.stranger()
        sent = stranger.call("SendPhoneCode", phone=phone, merchant_number=1, language="en")
        self.assertEqual(sent, {"retry_after_seconds": 60, "expires_in_seconds": 300,
                                "already_sent": False})
        message = self.message(phone)
        self.assertEqual(set(message), {"to", "text", "code", "language", "at"})
        self.assertRegex(message["code"], r"^\d{6}$")
        self.assertIn("Demo: your code is %s." % message["code"], message["text"])
        self.assertIn("Never tell", message["text"])
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
        wrong = "%06d" % ((int(message["code"]) + 1) % 10**6)
        self.assertEqual(stranger.reason("ProvePhone", phone=phone, merchant_number=1, code=wrong),
                         "CODE_WRONG")
        self.assertIn("tries left: 4", stranger.refused.message)
        proved = stranger.call("ProvePhone", phone=phone, merchant_number=1,
                               code=message["code"])
        self.assertEqual(proved["member_number"], number)
        member = self.service.client(token=proved["session_secret"])
        who = member.call(SIGN + "GetSession")
        self.assertEqual((who["role"], who["is_session"], who["party"]["number"],
                          who["expires_at"]), ("ROLE_MEMBER", True, number, proved["expires_at"]))
        self.assertIsNotNone(who["proved_at"])
        shown = member.call(API + "MemberService/GetMember", {"member_number": number})
        self.assertEqual(shown["member"]["phone"], "+86" + phone)
        member.call(SIGN + "EndSession")
        with self.assertRaises(Refused) as refused:
            member.call(SIGN + "GetSession")
        self.assertEqual(refused.exception.reason, "TOKEN_INVALID")

    def test_the_message_is_chinese_unless_asked_otherwise(self):
        phone, _ = self.member()
        self.stranger().call("SendPhoneCode", phone=phone, merchant_number=1)
        self.assertEqual(self.message(phone)["text"],
                         "【Demo】验证码 %s，5 分钟内有效。请勿告诉任何人，包括本店员工。"
                         % self.message(phone)["code"])

    def test_a_stranger_gets_the_same_bytes_for_a_phone_that_nobody_has(self):
        wrong = [{"code": "000000"}] * 5 + [{"code": "000000"}]
        steps = ([("SendPhoneCode", {}), ("SendPhoneCode", {"language": "en"})] +
                 [("ProvePhone", more) for more in wrong] + [("SendPhoneCode", {})])
        for _ in range(3):  # the seconds left may turn between two answers
            known, _ = self.member()
            type(self).addresses += 1
            unknown = "137%08d" % self.addresses
            one, other = self.stranger(), self.stranger()
            answers = [(one.raw(method, dict(more, phone=known, merchant_number=1)),
                        other.raw(method, dict(more, phone=unknown, merchant_number=1)))
                       for method, more in steps]
            if all(a == b for a, b in answers[:-1]):
                break
        for (method, _), (a, b) in list(zip(steps, answers))[:-1]:
            self.assertEqual(a, b, method)
        # The last one's retry delay counts milliseconds: all else of it is equal.
        self.assertEqual(answers[-1][0][::2], answers[-1][1][::2])
        self.assertEqual(answers[-1][0][0], "RESOURCE_EXHAUSTED")
        self.assertEqual(answers[2][0][0], "INVALID_ARGUMENT")
        self.assertEqual(answers[7][0][0], "FAILED_PRECONDITION")
        self.assertFalse([m for m in messages(self.file) if m["to"] == "+86" + unknown])

    def test_who_asks_too_often_from_one_address_waits_and_others_do_not(self):
        stranger, other = self.stranger(), self.stranger()
        asked = 0
        while stranger.reason("SendPhoneCode", phone="136%08d" % asked,
                              merchant_number=1) == "OK":
            asked += 1
            self.assertLess(asked, 4 * SENDS_PEER)
        self.assertGreaterEqual(asked, SENDS_PEER)
        self.assertEqual(stranger.refused.reason, "PHONE_CODES_TOO_MANY")
        self.assertGreater(stranger.refused.retry_ms, 2000)
        self.assertEqual(other.reason("SendPhoneCode", phone="13699999999", merchant_number=1),
                         "OK")
        # He may still prove what was sent to him.
        self.assertEqual(stranger.reason("ProvePhone", phone="13600000000", merchant_number=1,
                                         code="000000"), "CODE_WRONG")

    def test_who_types_too_many_wrong_codes_from_one_address_waits(self):
        senders = [self.stranger() for _ in range(8)]
        typist = self.stranger()
        phones = ["134%08d" % i for i in range(8)]
        for phone, sender in zip(phones, senders):
            sender.call("SendPhoneCode", phone=phone, merchant_number=1)
        reasons = [typist.reason("ProvePhone", phone=phone, merchant_number=1, code="000000")
                   for phone in phones for _ in range(5)]
        self.assertEqual(reasons[:TRIES_PEER], ["CODE_WRONG"] * TRIES_PEER)
        self.assertIn("GUESSES_TOO_MANY", reasons[TRIES_PEER:])
        self.assertEqual(senders[0].reason("ProvePhone", phone=phones[7], merchant_number=1,
                                           code="000000"), "CODE_WRONG")

    def test_a_revoked_session_ends_within_a_second_and_its_streams_too(self):
        admin = self.world.one
        guide, delays = admin.guides[0], []
        number = admin.token("payroll", label="revoked soon")[1]
        for owner, revoke in (
                ({"guide_number": guide},
                 ("SignInService/RevokeSessions", {"guide_number": guide})),
                ({"token_number": number}, ("TokenService/RevokeToken", {"token_number": number}))):
            link = admin.call("SignInService/CreateSignInLink",
                              dict(owner, request_id="revoked %s" % owner))["secret"]
            secret = self.stranger().call("RedeemSignInLink", secret=link)["session_secret"]
            client = self.service.client(token=secret)
            client.call(SIGN + "GetSession")
            request = client.message(API + "WatchScoreboardRequest")(guide_number=guide)
            stream = client.channel.unary_stream(
                "/" + API + "ScoreboardService/WatchScoreboard",
                request_serializer=lambda b: b)(request.SerializeToString(),
                                                metadata=client.metadata())
            next(stream)
            admin.call(*revoke)
            revoked = time.monotonic()
            with self.assertRaises(Refused) as refused:
                client.call(SIGN + "GetSession")
            self.assertEqual(refused.exception.reason, "TOKEN_INVALID")
            try:
                while True:
                    next(stream)
            except grpc.RpcError as error:
                self.assertEqual(client.refused(error).reason, "TOKEN_INVALID")
            delays.append(time.monotonic() - revoked)
        self.assertLess(min(delays), 1)
        self.assertLess(max(delays), 1 + WAIT_SECONDS)  # a busy machine is no failure

    def test_a_session_is_refused_where_its_role_is_and_altered_ones_everywhere(self):
        phone, number = self.member()
        secret = self.signed_in(phone)["session_secret"]
        with self.assertRaises(Refused) as refused:
            self.service.client(token=secret).call(API + "TokenService/ListTokens")
        self.assertEqual(refused.exception.reason, "ROLE_NOT_ALLOWED")
        with self.assertRaises(Refused) as refused:
            self.service.client(token=secret).call(
                API + "MemberService/GetMember", {"member_number": self.world.one.members[0]})
        self.assertEqual(refused.exception.reason, "NOT_YOURS")
        for wrong in (secret.replace("session_1", "session_2"), secret.replace("session", "beckon"),
                      secret.replace("session", "link"), secret[:-1], secret + "A",
                      secret[:-4] + ("AAAA" if secret[-4:] != "AAAA" else "BBBB")):
            with self.assertRaises(Refused) as refused:
                self.service.client(token=wrong).call(SIGN + "GetSession")
            self.assertEqual(refused.exception.reason, "TOKEN_INVALID", wrong)

    def test_the_command_line_makes_links_and_signs_in(self):
        def beckon(*words, token=self.service.token("admin"), code=0):
            run = subprocess.run([BECKON, *words, "--address", self.service.address, "--json"],
                                 env=dict(os.environ, BECKON_TOKEN=token), capture_output=True,
                                 text=True, timeout=60)
            self.assertEqual(run.returncode, code, run.stderr)
            return json.loads(run.stdout) if run.stdout.strip() else None

        link = beckon("sign-in", "link", "guide:E1", "--valid", "2h")["secret"]
        self.assertRegex(link, r"^link_1_[\w-]{43}$")
        self.assertEqual(beckon("sign-in", "show", link)["display_name"], "G**")
        session = beckon("sign-in", "redeem", link)["session_secret"]
        who = beckon("sign-in", "who", token=session)
        self.assertEqual((who["role"], who["display_name"]), ("guide", "Guide 1"))
        beckon("sign-in", "redeem", link, code=1)
        beckon("sign-in", "revoke", "guide:E1")
        beckon("sign-in", "who", token=session, code=1)
        beckon("sign-in", "link", "guide:E1", "--valid", "soon", code=2)
        beckon("sign-in", "link", "shop:1", code=2)
        token = str(self.world.one.token("auditor", label="Desk")[1])
        link = beckon("sign-in", "link", "--token", token)["secret"]
        session = beckon("sign-in", "redeem", link)["session_secret"]
        self.assertEqual(beckon("sign-in", "who", token=session)["label"], "Desk")
        phone, number = self.member()
        beckon("sign-in", "send", phone, "--merchant", "1")
        proved = beckon("sign-in", "prove", phone, self.message(phone)["code"], "--merchant", "1")
        beckon("sign-in", "end", token=proved["session_secret"])

    def test_a_code_that_was_sent_was_committed(self):
        """kill -9 while codes are asked for: each that was sent proves its phone afterwards."""
        service = Service()
        self.addCleanup(service.__exit__)
        path = os.path.join(service.folder, "sms")
        service.options = ["--sms-file", path]
        service.start()
        admin = service.client("admin")
        phones = ["133%08d" % i for i in range(40)]
        for phone in phones:
            admin.call(API + "MemberService/RegisterMember",
                       {"phone": phone, "consent_policy_version": "1"})

        def ask(mine):
            for phone in mine:
                try:
                    Stranger(service, "192.0.2.%s" % phone[-2:]).call(
                        "SendPhoneCode", phone=phone, merchant_number=1)
                except Exception:  # it was killed meanwhile
                    return

        threads = [threading.Thread(target=ask, args=(phones[i::4],)) for i in range(4)]
        for thread in threads:
            thread.start()
        wait_for(lambda: len(messages(path)) >= 5)
        service.kill()
        for thread in threads:
            thread.join()
        sent = messages(path)
        service.start()
        stranger = Stranger(service, "192.0.2.200")
        for message in sent:
            proved = stranger.call("ProvePhone", phone=message["to"], merchant_number=1,
                                   code=message["code"])
            self.assertTrue(proved["session_secret"])
        self.assertEqual(service.verify()["findings"], [])


class Receiver:
    """Whoever stands behind the hook, and what became of him."""

    def __init__(self, answer):
        self.bodies, self.headers, receiver = [], [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.bodies.append(body)
                receiver.headers.append(dict(self.headers))
                answer(self, len(receiver.bodies))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d/sms" % self.server.server_address[1]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def answer_status(status, headers=()):
    def answer(handler, _):
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("content-length", "0")
        handler.end_headers()
    return answer


class WithHook(unittest.TestCase):
    def started(self, url, *options):
        service = Service(["--sms-hook", url, *options])
        service.start()
        self.addCleanup(service.__exit__)
        self.world = World(service, with_tokens=False)
        return service

    def receiver(self, answer):
        receiver = Receiver(answer)
        self.addCleanup(receiver.close)
        return receiver

    def send(self, service, person=1):
        return Stranger(service).call("SendPhoneCode", phone=self.world.one.phone(person),
                                      merchant_number=1)

    def test_the_hook_gets_the_message_and_the_secret(self):
        receiver = self.receiver(answer_status(204))
        secret = os.path.join(os.path.dirname(os.path.abspath(BECKOND)), "hook-secret-%d"
                              % os.getpid())
        with open(secret, "w") as file:
            file.write("s3cret+/=\nmore\n")
        self.addCleanup(os.unlink, secret)
        service = self.started(receiver.url, "--sms-hook-secret", secret)
        self.send(service)
        wait_for(lambda: receiver.bodies)
        message = json.loads(receiver.bodies[0])
        self.assertEqual(message["to"], self.world.one.e164(1))
        self.assertEqual(receiver.headers[0]["Authorization"], "Bearer s3cret+/=")
        self.assertEqual(receiver.headers[0]["Content-Type"], "application/json")
        proved = Stranger(service).call("ProvePhone", phone=message["to"], merchant_number=1,
                                        code=message["code"])
        self.assertEqual(proved["member_number"], self.world.one.members[0])
        self.assertNotIn(message["code"], service.log())

    def test_a_dying_hook_is_tried_three_times_and_not_led_elsewhere(self):
        elsewhere = self.receiver(answer_status(200))
        for answer, times in ((answer_status(503), 3), (answer_status(400), 1),
                              (answer_status(307, [("location", elsewhere.url)]), 1)):
            receiver = self.receiver(answer)
            service = self.started(receiver.url)
            self.send(service)
            wait_for(lambda: "took no message" in service.log())
            self.assertEqual(len(receiver.bodies), times)
            self.assertEqual(len({h["Idempotency-Key"] for h in receiver.headers}), 1)
            self.assertNotIn(self.world.one.phone(1), service.log())
        self.assertEqual(elsewhere.bodies, [])

    def test_tills_do_not_wait_for_a_hook_that_does_not_answer(self):
        waiting = threading.Event()
        receiver = self.receiver(lambda handler, _: waiting.wait(60))
        self.addCleanup(waiting.set)
        service = self.started(receiver.url)
        for person in (1, 2, 3):
            self.send(service, person)
        wait_for(lambda: receiver.bodies)
        took = []
        for i in range(200):
            began = time.monotonic()
            self.world.one.buy("S1", "SLOW%d" % i, self.world.one.members[0], 1000)
            took.append(time.monotonic() - began)
        self.assertLess(sorted(took)[197], 0.5)
        began = time.monotonic()
        self.assertEqual(service.stop(), 0)
        self.assertLess(time.monotonic() - began, 10)

    def test_nobody_there_is_no_reason_to_stop(self):
        receiver = self.receiver(answer_status(200))
        receiver.server.server_close()
        service = self.started(receiver.url)
        self.send(service)
        wait_for(lambda: "took no message" in service.log())
        self.assertIn("status=0", service.log())


class Options(unittest.TestCase):
    def test_wrong_options_are_told(self):
        for options, word in (
                (["--sms-hook", "http://example.com/x"], "https"),
                (["--sms-hook", "ftp://127.0.0.1/x"], "https"),
                (["--sms-hook", "http://127.0.0.1.example.com/x"], "https"),
                (["--sms-hook", "nonsense"], "https"),
                (["--sms-hook", "https://a.example", "--sms-hook-secret", "/nonexistent"],
                 "can't be read"),
                (["--sms-hook", "https://a.example", "--sms-hook-secret", "/dev/null"],
                 "printable"),
                (["--sms-file", "/nonexistent/sms"], "--sms-file"),
                (["--sms-hook-secret", "/dev/null"], "sms-hook")):
            service = Service(options)
            with self.assertRaises(RuntimeError) as failed:
                service.start()
            service.__exit__()
            self.assertRegex(str(failed.exception), re.escape(word), options)

    def test_without_a_sender_nobody_signs_in_by_phone(self):
        with Service() as service:
            world = World(service, with_tokens=False)
            stranger = Stranger(service)
            for phone in (world.one.phone(1), "13700000009"):
                self.assertEqual(stranger.reason("SendPhoneCode", phone=phone, merchant_number=1),
                                 "SENDER_ABSENT")
                self.assertEqual(stranger.reason("ProvePhone", phone=phone, merchant_number=1,
                                                 code="123456"), "PHONE_CODE_EXPIRED")


if __name__ == "__main__":
    unittest.main()
