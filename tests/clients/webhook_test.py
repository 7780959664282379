"""Hooks against a receiver that checks what it is sent as Standard Webhooks 1.0 says: in order,
signed, tried again, kept apart from the merchant's own network, and nothing lost by kill -9."""

import base64
import json
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import npm  # noqa: E402
from receiver import Receiver, make_certificate  # noqa: E402
from service import BECKON, Service  # noqa: E402
from world import API  # noqa: E402

HOOK = API + "WebhookService/"
HERE = os.path.dirname(os.path.abspath(__file__))
LONG = os.environ.get("BECKON_LONG") == "1"


def setUpModule():
    global RECEIVER, SERVICE, ADMIN, AGAIN
    RECEIVER = Receiver()
    SERVICE = Service(options=RECEIVER.options)
    SERVICE.start()
    ADMIN = SERVICE.client("admin")
    ADMIN.call(API + "ShopService/CreateShop", {"shop": {"shop_id": "S1", "name": "One"}})
    # Fails now, and is looked at by the last test: it waits five seconds by itself.
    RECEIVER.answers["/again"] = lambda _: 500 if len(RECEIVER.at("/again")) == 0 else 204
    AGAIN, _ = create("/again")
    happen(1)


def tearDownModule():
    code = SERVICE.stop()
    SERVICE.__exit__()
    RECEIVER.__exit__()
    assert code == 0, "beckond ended with %s" % code


COUNTER = iter(range(1000000))


def happen(count, client=None):
    """So many events of the kind guide.created."""
    client = client or ADMIN
    for _ in range(count):
        number = next(COUNTER)
        client.call(API + "GuideService/CreateGuide", {
            "guide": {"employee_no": "E%d" % number, "name": "Guide %d" % number,
                      "employments": [{"shop_id": "S1", "from_date": "2020-01-01"}]}})


def create(path, port=None, host="127.0.0.1", **fields):
    """(number, secret) of a new hook."""
    reply = ADMIN.call(HOOK + "CreateWebhook", {
        "webhook": dict({"url": RECEIVER.url(path, port, host)}, **fields),
        "request_id": "hook-%d" % next(COUNTER)})
    return reply["webhook_number"], reply["secret"]


def get(number):
    return ADMIN.call(HOOK + "GetWebhook", {"webhook_number": number})["webhook"]


def wait_for(number, condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition(hook := get(number)):
        assert time.monotonic() < end, hook
        time.sleep(0.02)
    return hook


def test_answer(number):
    """What came of a test: (answer, status)."""
    test = ADMIN.call(HOOK + "TestWebhook", {"webhook_number": number})["test_number"]
    last = wait_for(number, lambda hook: hook["last_test"] is not None
                    and hook["last_test"]["test_number"] == test)["last_test"]
    return last["answer"].removeprefix("WEBHOOK_ANSWER_"), last["status"]


class Delivery(unittest.TestCase):
    def tearDown(self):
        for hook in ADMIN.call(HOOK + "ListWebhooks", {})["webhooks"]:
            if hook["webhook_number"] != AGAIN:
                ADMIN.call(HOOK + "DeleteWebhook", {"webhook_number": hook["webhook_number"]})

    def test_events_come_in_order_signed_and_as_list_events_has_them(self):
        number, secret = create("/order")
        start = get(number)["delivered_through"]
        happen(25)
        got = RECEIVER.wait("/order", lambda found: len(found) >= 25)
        self.assertEqual([request.number for request in got],
                         list(range(start + 1, start + 1 + len(got))))
        self.assertEqual(len({request.identifier for request in got}), len(got))
        events = ADMIN.call(API + "EventService/ListEvents", {"from_number": start + 1})["events"]
        for request, event in zip(got, events):
            self.assertTrue(request.signed_by(secret))
            self.assertFalse(request.signed_by("whsec_" + "A" * 43 + "="))
            self.assertLess(abs(time.time() - int(request.headers["webhook-timestamp"])), 60)
            self.assertEqual(request.headers["content-type"], "application/json")
            message = request.message
            self.assertEqual(set(message), {"type", "timestamp", "data"})
            self.assertEqual(message["type"], event["type"])
            self.assertEqual(message["timestamp"], message["data"]["recordedAt"])
            self.assertEqual(message["data"]["kind"], event["kind"])
            self.assertEqual(message["data"].get("shopId", ""), event["shop_id"])
            self.assertNotIn("Guide ", json.dumps(message))
        hook = wait_for(number, lambda hook: hook["waiting_count"] == 0)
        self.assertEqual(hook["delivered_count"], len(got))
        self.assertEqual((hook["answer"], hook["status"], hook["failed_at"]),
                         ("WEBHOOK_ANSWER_DELIVERED", 204, None))

    @unittest.skipUnless(npm.there() and "BECKON_WEBHOOKS_JS" in os.environ, "no Node.js here")
    def test_the_library_of_standard_webhooks_takes_it(self):
        here, folder = os.path.join(HERE, "webhooks_js"), os.environ["BECKON_WEBHOOKS_JS"]
        npm.install(here, folder)
        _, secret = create("/library")
        happen(2)
        lines, wanted = [], []
        for request in RECEIVER.wait("/library", lambda found: len(found) >= 2):
            row = {"secret": secret, "headers": dict(request.headers.items()),
                   "body": request.body.decode()}
            for change, answer in (({}, "good"),
                                   ({"body": row["body"].replace("guide", "guard")},
                                    "No matching signature found"),
                                   ({"headers": dict(row["headers"], **{"webhook-id": "other"})},
                                    "No matching signature found")):
                lines.append(json.dumps(dict(row, **change)))
                wanted.append(answer)
        run = subprocess.run(["node", os.path.join(here, "verify.js"), folder],
                             input="\n".join(lines), capture_output=True, text=True, timeout=60)
        self.assertEqual(run.stdout.splitlines(), wanted, run.stderr)

    def test_only_the_kinds_asked_for_come(self):
        number, _ = create("/kinds", kinds=["EVENT_KIND_MEMBER_REGISTERED"])
        happen(3)
        wait_for(number, lambda hook: hook["waiting_count"] == 0)
        self.assertEqual((RECEIVER.at("/kinds"), get(number)["delivered_count"]), ([], 0))
        # From the beginning again: nothing of all that was is wanted.
        ADMIN.call(HOOK + "UpdateWebhook", {
            "webhook": {"webhook_number": number}, "resume": "WEBHOOK_RESUME_EVENT",
            "resume_event": 1})
        wait_for(number, lambda hook: hook["waiting_count"] == 0)
        self.assertEqual(RECEIVER.at("/kinds"), [])

    def test_both_secrets_sign_after_a_change(self):
        number, old = create("/rotated")
        new = ADMIN.call(HOOK + "RotateWebhookSecret", {
            "webhook_number": number, "request_id": "rotate-%d" % next(COUNTER)})["secret"]
        happen(1)
        request = RECEIVER.wait("/rotated", lambda found: len(found) >= 1)[0]
        self.assertTrue(request.signed_by(old))
        self.assertTrue(request.signed_by(new))
        self.assertNotEqual(old, new)

    def test_the_secret_is_in_no_file_of_ours(self):
        _, secret = create("/kept")
        happen(1)
        RECEIVER.wait("/kept", lambda found: len(found) >= 1)
        raw = base64.b64decode(secret.removeprefix("whsec_"))
        paths = [os.path.join(folder, name) for folder, _, names in os.walk(SERVICE.folder)
                 for name in names]
        self.assertGreater(len(paths), 3)
        for path in paths:
            with open(path, "rb") as file:
                data = file.read()
            self.assertNotIn(raw, data, path)
            self.assertNotIn(secret[6:40].encode(), data, path)

    def test_what_failed_waits_and_nothing_overtakes_it(self):
        RECEIVER.answers["/down"] = lambda _: 500
        number, _ = create("/down")
        first = get(number)["delivered_through"] + 1
        happen(3)
        hook = wait_for(number, lambda hook: hook["attempt_count"] == 1)
        self.assertEqual((hook["answer"], hook["status"], hook["waiting_count"]),
                         ("WEBHOOK_ANSWER_BAD_STATUS", 500, 3))
        self.assertIsNotNone(hook["next_attempt_at"])
        self.assertEqual([request.number for request in RECEIVER.at("/down")], [first])
        RECEIVER.answers["/down"] = lambda _: 200
        ADMIN.call(HOOK + "UpdateWebhook", {
            "webhook": {"webhook_number": number, "enabled": True}, "update_fields": ["enabled"]})
        got = RECEIVER.wait("/down", lambda found: len(found) >= 4)
        self.assertEqual([request.number for request in got],
                         [first, first, first + 1, first + 2])
        self.assertEqual(got[0].identifier, got[1].identifier)

    def test_who_is_gone_is_off_and_the_others_hear_of_it(self):
        RECEIVER.answers["/gone"] = lambda _: 410
        gone, _ = create("/gone")
        create("/others", kinds=["EVENT_KIND_WEBHOOK_DISABLED"])
        happen(2)
        told = RECEIVER.wait("/others", lambda found: len(found) >= 1)[0].message
        self.assertEqual((told["type"], told["data"]["objectNumber"], told["data"]["text"]),
                         ("webhook.disabled", str(gone), "GONE"))
        hook = get(gone)
        self.assertEqual((hook["enabled"], hook["off"], len(RECEIVER.at("/gone"))),
                         (False, "WEBHOOK_OFF_GONE", 1))
        # Switched on again it goes on where it stopped, or with what is new.
        RECEIVER.answers["/gone"] = lambda _: 204
        ADMIN.call(HOOK + "UpdateWebhook", {
            "webhook": {"webhook_number": gone, "enabled": True}, "update_fields": ["enabled"],
            "resume": "WEBHOOK_RESUME_NEWEST"})
        happen(1)
        got = RECEIVER.wait("/gone", lambda found: len(found) >= 2)
        self.assertGreater(got[1].number, got[0].number + 1)


class Receivers(unittest.TestCase):
    """Each is told by a test, which is not tried again."""

    tearDown = Delivery.tearDown

    def test_what_a_test_says(self):
        number, secret = create("/test")
        self.assertEqual(test_answer(number), ("DELIVERED", 204))
        request = RECEIVER.at("/test")[0]
        self.assertTrue(request.signed_by(secret))
        self.assertEqual((request.message["type"], request.message["data"]),
                         ("webhook.test", {"webhookNumber": number, "testNumber": 1}))

    def test_redirects_are_not_followed(self):
        RECEIVER.answers["/moved"] = lambda _: (302, {"location": RECEIVER.url("/to")}, b"")
        self.assertEqual(test_answer(create("/moved")[0]), ("BAD_STATUS", 302))
        self.assertEqual(RECEIVER.at("/to"), [])

    def test_an_endless_answer_is_cut_off(self):
        RECEIVER.answers["/endless"] = lambda _: (
            200, {"content-length": str(1 << 40)}, b"x" * (1 << 20))
        self.assertEqual(test_answer(create("/endless")[0]), ("DELIVERED", 200))

    def test_an_untrusted_certificate_is_none(self):
        stranger = RECEIVER.serve(*make_certificate(RECEIVER.folder, "stranger"))
        other = RECEIVER.serve(*make_certificate(RECEIVER.folder, "other", "DNS:b.example",
                                                 issuer="authority"))
        for port in (stranger, other):
            self.assertEqual(test_answer(create("/", port)[0]), ("TLS_FAILED", 0))

    def test_nobody_listens(self):
        port = RECEIVER.servers[0].server_address[1]
        free = next(p for p in range(8500, 8600) if p != port)
        self.assertEqual(test_answer(create("/", free)[0]), ("NOT_CONNECTED", 0))

    def test_the_merchants_own_network_is_not_asked(self):
        for host in ("127.0.0.2", "10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0",
                     "127.1", "2130706434", "localhost"):
            with self.subTest(host=host):
                got = test_answer(create("/", host=host)[0])
                allowed = host in ("localhost", "127.1")  # 127.0.0.1, by another name
                self.assertIn(got[0], ("TLS_FAILED", "DELIVERED", "ADDRESS_REFUSED") if allowed
                              else ("ADDRESS_REFUSED",))

    @unittest.skipUnless(LONG, "BECKON_LONG=1: it takes 15 s")
    def test_whoever_takes_too_long_has_not_answered(self):
        RECEIVER.answers["/slow"] = lambda _: time.sleep(17) or 204
        self.assertEqual(test_answer(create("/slow")[0]), ("TIMED_OUT", 0))

    def test_the_command_line_shows_it(self):
        environment = dict(os.environ, BECKON_ADDRESS=SERVICE.address,
                           BECKON_TOKEN=SERVICE.token("admin"))

        def beckon(*arguments):
            return subprocess.run([BECKON, "webhook", *arguments, "--json"], env=environment,
                                  capture_output=True, text=True, timeout=60)

        made = json.loads(beckon("create", RECEIVER.url("/cli"), "--kind", "PURCHASE_RECORDED",
                                 "--kind", "TIER_CHANGED").stdout)
        self.assertTrue(made["secret"].startswith("whsec_"))
        number = str(made["webhook_number"])
        tested = beckon("test", number)
        self.assertEqual(tested.returncode, 0, tested.stderr)
        self.assertEqual(json.loads(tested.stdout)["status"], 204)
        RECEIVER.answers["/cli"] = lambda _: 404
        self.assertEqual(beckon("test", number).returncode, 1)
        shown = json.loads(beckon("update", number, "--off", "--all-kinds").stdout)
        self.assertEqual((shown.get("enabled", False), shown.get("kinds", [])), (False, []), shown)
        self.assertEqual(beckon("update", number).returncode, 2)
        self.assertEqual(beckon("update", number, "--on", "--off").returncode, 2)
        self.assertNotIn(made["secret"], beckon("list").stdout)
        self.assertEqual(beckon("delete", number, "--yes").returncode, 0)
        self.assertEqual(beckon("get", number).returncode, 1)


class TriedAgain(unittest.TestCase):
    def test_it_is_tried_again_by_itself_after_five_seconds(self):
        got = RECEIVER.wait("/again", lambda found: len(found) >= 2)
        self.assertEqual(got[0].identifier, got[1].identifier)
        hook = wait_for(AGAIN, lambda hook: hook["waiting_count"] == 0)
        self.assertEqual((hook["attempt_count"], hook["next_attempt_at"]), (0, None))


class Crash(unittest.TestCase):
    def test_kill_9_loses_nothing_and_doubles_bear_the_same_id(self):
        with Service(options=RECEIVER.options) as service:
            admin = service.client("admin")
            admin.call(API + "ShopService/CreateShop", {"shop": {"shop_id": "S1", "name": "One"}})
            RECEIVER.answers["/crash"] = lambda _: time.sleep(0.01) or 204
            reply = admin.call(HOOK + "CreateWebhook", {
                "webhook": {"url": RECEIVER.url("/crash")}, "request_id": "crash"})
            start = admin.call(HOOK + "GetWebhook",
                               {"webhook_number": 1})["webhook"]["delivered_through"]
            happen(60, admin)
            for kills in range(1, 4):
                RECEIVER.wait("/crash", lambda found: len(found) >= 14 * kills)
                service.kill()
                service.start()
            last = service.client("admin").call(API + "EventService/ListEvents",
                                                {"page_size": 1})["head_number"]
            got = RECEIVER.wait("/crash", lambda found: found[-1].number == last)
        firsts = list(dict.fromkeys(request.number for request in got))
        self.assertEqual(firsts, list(range(start + 1, last + 1)))
        names = {}
        for request in got:
            self.assertTrue(request.signed_by(reply["secret"]))
            self.assertEqual(names.setdefault(request.number, request.identifier),
                             request.identifier)
        self.assertEqual(len(set(names.values())), len(names))

    def test_a_setting_that_is_wrong_is_refused_at_start(self):
        for options, word in ((["--webhook-allow", "10.0.0.1/8"], "webhook-allow"),
                              (["--webhook-ca", "/nonexistent/ca.pem"], "webhook-ca")):
            with self.subTest(options=options):
                service = Service(options=options)
                with self.assertRaises(RuntimeError) as caught:
                    service.start()
                self.assertIn(word, str(caught.exception))
                service.__exit__()


if __name__ == "__main__":
    unittest.main(verbosity=2)
