"""gRPC through the real nginx with the configuration we ship, over TLS: the same cases with the same
clients, streams and restarts, who is believed to call, and nginx's own errors as gRPC's."""

import os
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "web")]
import buf_client  # noqa: E402
import cases  # noqa: E402
import grpc  # noqa: E402
import npm  # noqa: E402
import python_client  # noqa: E402
import schema  # noqa: E402
from conformance_test import BUF, FOLDER, furnish, run_all, run_node  # noqa: E402
from guess_test import nobodys  # noqa: E402
from http2 import Connection, message  # noqa: E402
from nginx import Nginx  # noqa: E402
from service import Service, free_port  # noqa: E402

# What is otherwise behind nginx: another answer, or no case for it.
OTHERWISE = {
    "bidi stream: reflection v1, two questions": {"status": "UNIMPLEMENTED"},
    "bidi stream: reflection v1alpha, a name nobody has": {"status": "UNIMPLEMENTED"},
    "a service nobody has": {"status": "UNIMPLEMENTED"},
    "too much metadata": None,      # 400 of nginx, before it knows that it is gRPC
}
GUESSES = 40        # of one address, more than LIMIT_GUESSES_PEER


def rows_of(client):
    out = []
    for row in cases.cases_of(client):
        other = OTHERWISE.get(row["name"], row["expect"])
        if other is not None:
            out.append(dict(row, expect=other))
    return out


class ThroughNginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service().__enter__()
        furnish(cls.service)
        cls.sets = schema.describe(cls.service.folder)
        cls.nginx = Nginx(free_port(), grpc_port=cls.service.port).__enter__()
        cls.address, cls.token = "127.0.0.1:%d" % cls.nginx.port, cls.service.token("admin")
        with open(cls.nginx.certificate, "rb") as file:
            cls.credentials = grpc.ssl_channel_credentials(file.read())
        cls.python = python_client.Client(cls.address, cls.token, *cls.sets, cls.credentials)

    @classmethod
    def tearDownClass(cls):
        cls.nginx.__exit__()
        code = cls.service.stop()
        cls.service.__exit__()
        assert code == 0

    def check(self, rows, seen):
        faults = ["%s: %s" % (row["name"], wrong) for row in rows
                  for wrong in {cases.fault(row, one) for one in seen[row["name"]]} - {None}]
        self.assertEqual(faults, [])

    def test_python_grpcio(self):
        rows = rows_of("python")
        self.check(rows, run_all(self.python, rows))

    @unittest.skipUnless(npm.there(), "no Node.js here")
    def test_grpc_js(self):
        npm.install(schema.HERE, FOLDER)
        rows = rows_of("node")
        self.check(rows, run_node(self.address, self.token, self.service.folder, rows,
                                  self.nginx.certificate))

    @unittest.skipUnless(npm.there(), "no Node.js here")
    def test_buf_curl(self):
        npm.install(schema.HERE, FOLDER)
        rows = rows_of("buf")
        client = buf_client.Client(BUF, self.address, self.token, *self.sets, self.nginx.certificate)
        self.check(rows, run_all(client, rows))

    def test_a_forged_address_has_no_effect(self):
        """Who guesses codes is slowed by his own address, whatever he says it is."""
        codes = nobodys(self.service.client("admin"), GUESSES)
        row = cases.case("guess", "beckon.v1.CodeService/ResolveCode", {}, token=False)
        reasons = []
        for i, code in enumerate(codes):
            forged = "203.0.113.%d" % i
            row.update(requests=[{"code": code}],
                       metadata=[["x-forwarded-for", forged], ["x-real-ip", forged],
                                 ["forwarded", "for=" + forged]])
            reasons.append(self.python.run(row)[0].get("reason"))
        self.assertEqual(reasons[0], "CODE_NOT_VALID")
        self.assertEqual(reasons[-1], "GUESSES_TOO_MANY")
        # Somebody else, from another address, is not slowed.
        with Connection(self.address, wrap=self.wrap, source="127.0.0.9") as other:
            answer = self.raw(other, "/beckon.v1.CodeService/ResolveCode",
                              b"\x0a" + bytes([len(codes[0])]) + codes[0].encode(), token=False)
            self.assertEqual(answer.headers.get("grpc-status"), "5", answer)

    def wrap(self, plain):
        context = self.nginx.tls()
        context.set_alpn_protocols(["h2"])
        return context.wrap_socket(plain, server_hostname=self.nginx.host)

    def raw(self, connection, path, data=b"", token=True, **changes):
        pairs = {":method": "POST", ":scheme": "https", ":path": path, ":authority": self.nginx.host,
                 "te": "trailers", "content-type": "application/grpc",
                 **({"authorization": "Bearer " + self.token} if token else {}), **changes}
        stream = connection.open([(name, value) for name, value in pairs.items()])
        connection.data(stream, message(data))
        return connection.answer(stream)

    def test_only_grpc_is_passed_on(self):
        for changes in ({":method": "GET"}, {":method": "PUT"}, {"content-type": "text/html"},
                        {"content-type": "application/grpc-web"}):
            with Connection(self.address, wrap=self.wrap) as connection:
                answer = self.raw(connection, "/" + cases.CHECK, **changes)
                self.assertEqual(answer.headers.get(":status"), "415", (changes, answer))
        with Connection(self.address, wrap=self.wrap) as connection:
            answer = self.raw(connection, "/" + cases.CHECK)
            self.assertEqual(answer.data, message(b"\x08\x01"), answer)
        done = subprocess.run(
            ["curl", "-sS", "--http1.1", "--cacert", self.nginx.certificate, "-o", os.devnull, "-w",
             "%{response_code}", "-H", "content-type: application/grpc", "--data", "x",
             "https://%s/%s" % (self.address, cases.CHECK)], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.stdout, "415", done.stderr)

    def test_a_beckond_that_is_down_is_unavailable_and_comes_back(self):
        port = free_port()
        with Nginx(free_port(), grpc_port=port) as nginx:
            with open(nginx.certificate, "rb") as file:
                credentials = grpc.ssl_channel_credentials(file.read())
            client = python_client.Client("127.0.0.1:%d" % nginx.port, "", *self.sets, credentials)
            row = cases.case("down", cases.CHECK, {}, token=False)
            began = time.monotonic()
            seen = client.run(row)[0]
            self.assertEqual(seen["status"], "UNAVAILABLE", seen)
            self.assertIn("nothing is done twice", seen["sentence"])
            self.assertLess(time.monotonic() - began, 5)

    def test_too_many_calls_are_told_so_as_grpc(self):
        with Nginx(free_port(), grpc_port=self.service.port,
                   changes=[("zone=beckon_calls burst=1000 nodelay", "zone=beckon_calls burst=5 nodelay"),
                            ("rate=500r/s", "rate=1r/s")]) as nginx:
            with open(nginx.certificate, "rb") as file:
                credentials = grpc.ssl_channel_credentials(file.read())
            client = python_client.Client("127.0.0.1:%d" % nginx.port, self.token, *self.sets, credentials)
            seen = client.run(cases.case("many", cases.GET, {"shopId": "S001"}, parallel=20))
            busy = [one for one in seen if one["status"] == "RESOURCE_EXHAUSTED"]
            self.assertGreater(len(busy), 5)
            self.assertIn("Too many calls", busy[0]["sentence"])
            self.assertIn("OK", {one["status"] for one in seen})


if __name__ == "__main__":
    program = unittest.main(exit=False)
    if not program.result.wasSuccessful():
        sys.exit(1)
    if program.result.skipped:
        print("skipped: " + "; ".join(why for _, why in program.result.skipped))
        sys.exit(77)
