"""WatchEvents against a real beckond: everything is heard once and in order, across a kill -9; what
is listed later is what was heard; one merchant's streams are bounded; `beckon event` shows them."""

import json
import os
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import grpc  # noqa: E402
from reflect import Beckon  # noqa: E402
from service import BECKON, Service  # noqa: E402
from world import API  # noqa: E402

WATCH = API + "EventService/WatchEvents"
WAIT_SECONDS = 30
RULE = {"rule_id": "points", "trigger": "TRIGGER_PURCHASE", "unit": "UNIT_POINTS", "rate_bp": 100,
        "beneficiary": "BENEFICIARY_BUYER"}


def open_stream(client, **request):
    data = client.message(API + "WatchEventsRequest")(**request).SerializeToString()
    return client.channel.unary_stream("/" + WATCH, request_serializer=lambda b: b)(
        data, metadata=client.metadata(), timeout=WAIT_SECONDS)


class Listener:
    """What an integration does: remembers the last number, and begins again behind it."""

    def __init__(self, service, secret):
        self.service, self.secret = service, secret
        self.last, self.heard, self.head = 0, [], 0

    def listen(self, until):
        """Until that number was heard, or the service goes away; says which."""
        client = Beckon(self.service.address, self.secret)
        kind = client.message(API + "WatchEventsResponse")
        stream = open_stream(client, from_number=self.last + 1)
        try:
            for data in stream:
                message = kind.FromString(data)
                self.heard += [(event.event_number, event.type, event.receipt_number)
                               for event in message.events]
                self.last, self.head = message.last_number, message.head_number
                if self.last >= until:
                    stream.cancel()
                    return True
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE:
                raise
        return False


class EventsWatch(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.service.start()
        self.addCleanup(self.service.__exit__)
        self.connect()
        self.call("ShopService/CreateShop", {"shop": {"shop_id": "S1", "name": "S1"}})
        self.call("ProgramService/PublishProgram", {
            "program": {"from_date": "2020-01-01", "rules": [RULE]}, "request_id": "p"})
        self.member = self.call("MemberService/RegisterMember", {
            "phone": "13800000001", "consent_policy_version": "1"})["member_number"]
        self.token = self.call("TokenService/CreateToken", {
            "token": {"role": "ROLE_INTEGRATION", "label": "crm"}, "request_id": "t"})
        self.secret = self.token["secret"]

    def connect(self):
        self.admin = self.service.client("admin")

    def call(self, method, request):
        return self.admin.call(API + method, request)

    def buy(self, first, count):
        reply = self.call("PurchaseService/RecordPurchases", {"purchases": [
            {"shop_id": "S1", "receipt_number": "R%d" % n, "member_number": self.member,
             "amount_minor": 10000} for n in range(first, first + count)]})
        assert all(row["status_code"] == 0 for row in reply["results"])

    def listed(self):
        events, token = [], ""
        while True:
            page = self.call("EventService/ListEvents", {"page_size": 500, "page_token": token})
            events += [(event["event_number"], event["type"], event["receipt_number"])
                       for event in page["events"]]
            token = page["next_page_token"]
            if not token:
                return events

    def test_everything_is_heard_once_and_in_order_across_a_kill(self):
        self.buy(0, 300)
        listener = Listener(self.service, self.secret)
        ends = []
        thread = threading.Thread(target=lambda: ends.append(listener.listen(1 << 60)))
        thread.start()
        self.buy(300, 100)
        self.service.kill()
        thread.join(WAIT_SECONDS)
        self.assertEqual(ends, [False])  # the service went away
        self.service.start()
        self.connect()
        self.buy(400, 100)
        expected = self.listed()
        self.assertTrue(listener.listen(expected[-1][0]))
        self.assertEqual([number for number, _, _ in expected],
                         list(range(1, len(expected) + 1)))
        self.assertEqual(listener.heard, expected)
        bought = [receipt for _, kind, receipt in expected if kind == "purchase.recorded"]
        self.assertEqual(sorted(bought), sorted("R%d" % n for n in range(500)))
        earned = [receipt for _, kind, receipt in expected if kind == "credit.accrued"]
        self.assertEqual(sorted(earned), sorted(bought))

    def test_a_merchants_integrations_have_so_many_streams_and_no_more(self):
        client = Beckon(self.service.address, self.secret)
        streams = [open_stream(client) for _ in range(8)]
        for stream in streams:
            next(stream)  # the first look has answered: it is open
        with self.assertRaises(grpc.RpcError) as caught:
            next(open_stream(client))
        self.assertEqual(client.refused(caught.exception).reason, "STREAMS_TOO_MANY")
        for stream in streams:
            stream.cancel()

    def test_a_revoked_token_ends_the_stream(self):
        client = Beckon(self.service.address, self.secret)
        stream = open_stream(client, from_number=1)
        next(stream)
        self.call("TokenService/RevokeToken",
                  {"token_number": self.token["token"]["token_number"]})
        with self.assertRaises(grpc.RpcError) as caught:
            while True:
                next(stream)
        self.assertEqual(client.refused(caught.exception).reason, "TOKEN_INVALID")

    def test_the_command_line_lists_and_watches(self):
        self.buy(0, 3)
        environment = dict(os.environ, BECKON_TOKEN=self.secret)

        def beckon(*arguments):
            done = subprocess.run(
                [BECKON, *arguments, "--address", self.service.address, "--json"],
                capture_output=True, text=True, timeout=WAIT_SECONDS, env=environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            return [json.loads(line) for line in done.stdout.splitlines()]

        events = self.listed()
        self.assertEqual([row["type"] for row in beckon("event", "list")],
                         [kind for _, kind, _ in events])
        watched = beckon("event", "watch", "--from", "1", "--kind", "purchase-recorded",
                         "--limit", "3")
        self.assertEqual([row["receipt_number"] for row in watched], ["R0", "R1", "R2"])


if __name__ == "__main__":
    unittest.main()
