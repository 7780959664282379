"""Restarts under load without a failed call: the test holds the listening socket, as systemd does.
Clients are told to go (GOAWAY) while they are still served, and find the next process behind the
same address; calls under way end well."""

import collections
import json
import os
import socket
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import grpc  # noqa: E402
import npm  # noqa: E402
import schema  # noqa: E402
from cases import CHECK, CREATE, GET, LIST, SHOP_NAME, VERIFY, WATCH  # noqa: E402
from conformance_test import FOLDER  # noqa: E402
from http2 import Connection, message  # noqa: E402
from reflect import Beckon  # noqa: E402
from service import Service  # noqa: E402

LONG = bool(os.environ.get("BECKON_LONG"))
RESTARTS = 40 if LONG else 4
SECONDS_BETWEEN = 0.5      # of load, between a restart and the next
WRITERS, READERS, ASKERS, AT_ONCE = 2, 2, 6, 16
LAST_STREAM = 2**31 - 1


class Held(Service):
    """A beckond whose listening socket outlives it."""

    def __init__(self, **more):
        super().__init__(**more)
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(512)
        self.port = self.socket.getsockname()[1]

    def start(self, wrapper=()):
        # LISTEN_PID has to be the process's own: the shell becomes it.
        script = 'exec 3<&%d; LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"' % self.socket.fileno()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", script, self.program, "--data", self.data, "--listen", "systemd",
                 *self.options], stdout=log, stderr=log, pass_fds=(self.socket.fileno(),))

    def __exit__(self, *_):
        super().__exit__()
        self.socket.close()


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


class Load:
    """Clients that call without a pause; `counts` says what became of each call."""

    def __init__(self, service, token):
        self.service, self.token, self.ended = service, token, False
        self.counts = collections.Counter()
        self.threads = [threading.Thread(target=self.write, args=(i,)) for i in range(WRITERS)]
        self.threads += [threading.Thread(target=self.read) for _ in range(READERS)]
        self.threads += [threading.Thread(target=self.ask) for _ in range(ASKERS)]
        for thread in self.threads:
            thread.start()

    def count(self, call):
        try:
            call()
            self.counts["ok"] += 1
        except grpc.RpcError as error:
            self.counts[(error.code().name, error.details())] += 1

    def write(self, number):
        with Beckon(self.service.address, token=self.token) as client:
            call = client.channel.unary_unary("/" + CREATE, request_serializer=lambda b: b)
            i = 0
            while not self.ended:
                shop = b"\x0a%c%s" % (len("py-%d-%06d" % (number, i)), b"py-%d-%06d" % (number, i))
                self.count(lambda: call(b"\x0a%c%s" % (len(shop), shop), timeout=20,
                                        metadata=client.metadata()))
                i += 1

    def read(self):
        """Large pages, many at once: what is written on the connection comes in pieces."""
        with Beckon(self.service.address, token=self.token) as client:
            call = client.channel.unary_unary("/" + LIST, request_serializer=lambda b: b)
            while not self.ended:
                for future in [call.future(b"\x08\xf4\x03", timeout=20, metadata=client.metadata())
                               for _ in range(AT_ONCE)]:
                    self.count(future.result)

    def ask(self):
        """Answered at once, so that the next is always on its way."""
        with Beckon(self.service.address) as client:
            call = client.channel.unary_unary("/" + CHECK, request_serializer=lambda b: b)
            while not self.ended:
                self.count(lambda: call(b"", timeout=20))

    def end(self):
        self.ended = True
        for thread in self.threads:
            thread.join()


class Drain(unittest.TestCase):
    def setUp(self):
        self.service = Held().__enter__()
        self.addCleanup(self.service.__exit__)
        until(lambda: "ready" in self.service.log())
        self.token = self.service.token("admin")
        with self.client() as admin:
            calls = [admin.future(CREATE, {"shop": {"shop_id": "S%03d" % i, "name": SHOP_NAME}})
                     for i in range(500)]
            for call in calls:
                call.result()

    def client(self):
        return Beckon(self.service.address, token=self.token)

    def restart(self):
        """The next process; how long nobody served."""
        began = time.monotonic()
        self.assertEqual(self.service.stop(), 0, self.service.log()[-3000:])
        self.service.start()
        return time.monotonic() - began

    def node(self):
        settings = os.path.join(self.service.folder, "load.json")
        with open(settings, "w") as file:
            json.dump({"address": self.service.address, "token": self.token, "at_once": 4,
                       "folders": [schema.PROTO, *schema.INCLUDES],
                       "files": ["beckon/v1/shop_service.proto"]}, file)
        return subprocess.Popen(
            ["node", os.path.join(schema.HERE, "load.js"), settings], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=dict(os.environ, NODE_PATH=os.path.join(FOLDER, "node_modules")))

    def test_restarts_under_load_fail_no_call(self):
        other = None
        if npm.there():
            npm.install(schema.HERE, FOLDER)
            other = self.node()
            self.assertEqual(other.stdout.readline(), "ready\n")
        load = Load(self.service, self.token)
        slowest = 0
        for _ in range(RESTARTS):
            before = load.counts["ok"]
            time.sleep(SECONDS_BETWEEN)
            until(lambda: load.counts["ok"] > before + 20)
            slowest = max(slowest, self.restart())
        load.end()
        ok = load.counts.pop("ok")
        self.assertEqual(load.counts, {})
        if other is not None:
            said, _ = other.communicate("", timeout=60)
            counts = json.loads(said)
            self.assertEqual(counts["failed"], {})
            self.assertGreater(counts["ok"], 20)
            ok += counts["ok"]
        print("%d restarts, %d calls, none failed; a drain took at most %.2f s"
              % (RESTARTS, ok, slowest))
        self.assertEqual(self.service.stop(), 0, self.service.log()[-3000:])

    def test_who_is_told_to_go_gets_what_he_asked_for(self):
        head = [(":method", "POST"), (":scheme", "http"), (":path", "/" + GET), (":authority", "x"),
                ("te", "trailers"), ("content-type", "application/grpc"),
                ("authorization", "Bearer " + self.token)]
        with Connection(self.service.address) as connection:
            goodbyes = connection.goaways
            streams = [connection.open(head) for _ in range(2)]
            connection.data(streams[0], message(b"\x0a\x04S001"))
            self.assertEqual(connection.answer(streams[0]).trailers.get("grpc-status"), "0")
            self.service.process.terminate()
            self.assertTrue(connection.wait(lambda: goodbyes))
            self.assertEqual(goodbyes[0][:2], (LAST_STREAM, 0))   # first: nothing is refused yet
            connection.data(streams[1], message(b"\x0a\x04S001"))
            self.assertEqual(connection.answer(streams[1]).trailers.get("grpc-status"), "0")
        self.assertEqual(self.service.process.wait(10), 0)
        self.service.start()
        with self.client() as admin:
            self.assertEqual(admin.call(GET, {"shop_id": "S001"})["shop"]["shop_id"], "S001")

    def test_streams_under_way_end_well_and_watches_are_ended(self):
        with self.client() as admin:
            admin.message("beckon.v1.VerifyStoreResponse")
            watch = admin.channel.unary_stream("/" + WATCH, request_serializer=lambda b: b)(b"")
            self.assertEqual(next(watch), b"\x08\x01")
            whole = admin.channel.unary_stream("/" + VERIFY, request_serializer=lambda b: b)(
                b"", metadata=admin.metadata())
            first = next(whole)
            self.service.process.terminate()
            self.assertEqual(next(watch), b"\x08\x02")   # NOT_SERVING
            last = list(whole)
            done = admin.message("beckon.v1.VerifyStoreResponse").FromString(([first] + last)[-1])
            self.assertTrue(done.done)
            with self.assertRaises(grpc.RpcError) as caught:
                list(watch)
            self.assertEqual(caught.exception.code().name, "UNAVAILABLE")
        self.assertEqual(self.service.process.wait(10), 0)


if __name__ == "__main__":
    unittest.main()
