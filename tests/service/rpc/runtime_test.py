#!/usr/bin/python3
"""The runtime over real gRPC, behind a fake executor (test_server.c).

usage: runtime_test.py SERVER"""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../clients"))
import grpc  # noqa: E402
from reflect import Beckon, Refused  # noqa: E402

SERVER = None
GET = "beckon.v1.ShopService/GetShop"
CREATE = "beckon.v1.ShopService/CreateShop"
VERIFY = "beckon.v1.StoreService/VerifyStore"
CHECK = "grpc.health.v1.Health/Check"


class Server:
    def __init__(self, call_max=768, addresses=("127.0.0.1:0",), nofile=None):
        self.folder = tempfile.TemporaryDirectory()
        port_file = os.path.join(self.folder.name, "port")
        command = [SERVER, port_file, str(call_max), *addresses]
        if nofile is not None:
            command = ["prlimit", "--nofile=%d:%d" % (nofile, nofile)] + command
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE)
        until = time.monotonic() + 10
        while not os.path.exists(port_file):
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(self.stop())
            time.sleep(0.01)
        with open(port_file) as file:
            self.port = int(file.read())
        self.address = "127.0.0.1:%d" % self.port

    def client(self, token="admin", **more):
        return Beckon(self.address, token=token, **more)

    def stop(self, number=signal.SIGTERM):
        """Ends it; its standard error."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            _, error = self.process.communicate(timeout=15)
        finally:
            self.process.kill()
        self.folder.cleanup()
        return error.decode()


class Case(unittest.TestCase):
    server_options = {}

    def setUp(self):
        self.server = Server(**self.server_options)
        self.client = self.server.client()

    def tearDown(self):
        self.client.close()
        error = self.server.stop()
        self.assertEqual(self.server.process.returncode, 0, error)
        self.assertNotIn("batch rejected", error)

    def refused(self, reason, code, call, *arguments, **named):
        with self.assertRaises(Refused) as caught:
            result = call(*arguments, **named)
            if hasattr(result, "__next__"):
                list(result)
        self.assertEqual((caught.exception.reason, caught.exception.code.name), (reason, code))
        return caught.exception


class Calls(Case):
    def test_read_write_and_stream_answer(self):
        self.assertEqual(self.client.call(GET, {"shop_id": "S1"})["shop"]["name"], "S1")
        self.assertEqual(self.client.call(CREATE, {"shop": {"shop_id": "S2"}})["shop"]["shop_id"],
                         "S2")
        messages = list(self.client.call(VERIFY, {"merchant_number": 200}))
        self.assertEqual([m["entries"] for m in messages], list(range(1, 201)))

    def test_reflection_v1_and_v1alpha_describe_every_listed_service(self):
        for version in ("v1", "v1alpha"):
            path = "/grpc.reflection.%s.ServerReflection/ServerReflectionInfo" % version
            with Beckon(self.server.address, path=path) as client:
                self.assertEqual(len(client.services()), 5)
                self.assertIn("beckon.v1.ShopService/GetShop", client.methods())
                self.assertEqual(client.reflect(3, "nothing.proto")[0], 7)
                self.assertEqual(client.reflect(5, "")[0], 7)

    def test_unknown_method_is_unimplemented_at_once(self):
        began = time.monotonic()
        for name in ("beckon.v1.ShopService/Nothing", "x/y", "beckon.v1.ShopService/ListShops"):
            self.refused("METHOD_UNKNOWN", "UNIMPLEMENTED", self.client.call_bytes, name, b"")
        self.assertLess(time.monotonic() - began, 5)

    def test_every_outcome_arrives_with_its_details(self):
        for name, code in (("SHOP_UNKNOWN", "NOT_FOUND"), ("STORE_DAMAGED", "DATA_LOSS"),
                           ("RECEIPT_REUSED", "ALREADY_EXISTS"), ("BUSY", "RESOURCE_EXHAUSTED")):
            for call in (lambda: self.client.call(GET, {"shop_id": name}),
                         lambda: self.client.call(CREATE, {"shop": {"shop_id": name}})):
                error = self.refused(name, code, call)
                self.assertEqual((error.domain, error.field), ("beckon", "shop_id"))
                self.assertEqual(error.status_message, error.message)
                self.assertGreater(len(error.message_zh), 4)
                self.assertEqual(error.retry_ms is not None, name == "BUSY")


class Requests(Case):
    def test_truncated_and_random_bytes_are_message_invalid(self):
        self.refused("MESSAGE_INVALID", "INVALID_ARGUMENT", self.client.call_bytes, GET, b"\x0a\x05ab")
        rng = random.Random(7)
        for _ in range(300):
            data = rng.randbytes(rng.randrange(1, 60))
            try:
                self.client.call_bytes(CREATE, data)
            except Refused as error:
                self.assertEqual(error.code.name, "INVALID_ARGUMENT", (data, error))

    def test_no_body_is_message_missing(self):
        for name in (GET, CREATE):
            call = self.client.channel.stream_unary("/" + name, request_serializer=lambda b: b)
            with self.assertRaises(grpc.RpcError) as caught:
                call(iter(()), metadata=self.client.metadata())
            self.assertEqual(self.client.refused(caught.exception).reason, "MESSAGE_MISSING")
        call = self.client.channel.stream_stream("/" + VERIFY, request_serializer=lambda b: b)
        with self.assertRaises(grpc.RpcError) as caught:
            list(call(iter(())))
        self.assertEqual(self.client.refused(caught.exception).reason, "MESSAGE_MISSING")

    def test_bad_text_names_its_field(self):
        error = self.refused("TEXT_INVALID", "INVALID_ARGUMENT", self.client.call_bytes, CREATE,
                             b"\x0a\x05\x0a\x03a\x00b")
        self.assertEqual(error.field, "shop.shop_id")

    def test_too_large_is_refused_and_what_fits_is_taken(self):
        big = b"\xfa\x07" + bytes([0x80, 0x80, 0x07]) + b"x" * (7 * 16384)  # unknown field 127
        self.client.call_bytes(GET, big)
        for size in (140 * 1024, 300 * 1024, 3 * 1024 * 1024):
            error = None
            try:
                self.client.call_bytes(GET, b"x" * size)
            except Refused as caught:
                error = caught
            self.assertEqual(error.code.name, "RESOURCE_EXHAUSTED", size)
            if size < 256 * 1024:
                self.assertEqual(error.reason, "MESSAGE_TOO_LARGE")
        self.client.call(GET, {"shop_id": "S1"})

    def test_compressed_messages_are_refused(self):
        call = self.client.channel.unary_unary("/" + GET, request_serializer=lambda b: b)
        with self.assertRaises(grpc.RpcError) as caught:
            call(b"\x0a\x20" + b"a" * 32, compression=grpc.Compression.Gzip, timeout=5)
        self.assertEqual(self.client.refused(caught.exception).reason, "MESSAGE_COMPRESSED")

    def test_metadata_too_large_is_refused(self):
        with self.assertRaises(Refused) as caught:
            self.client.call_bytes(GET, b"", metadata=[("x-filler", "y" * 20000)])
        self.assertEqual(caught.exception.code.name, "RESOURCE_EXHAUSTED")
        # gRPC sometimes closes that caller's connection too; nobody else notices.
        with self.server.client() as other:
            self.assertEqual(other.call(GET, {"shop_id": "S1"})["shop"]["name"], "S1")


class Access(Case):
    def test_token_and_role_decide(self):
        create = {"shop": {"shop_id": "S"}}
        for token, reason, code in ((None, "TOKEN_MISSING", "UNAUTHENTICATED"),
                                    ("nobody", "TOKEN_INVALID", "UNAUTHENTICATED"),
                                    ("", "TOKEN_INVALID", "UNAUTHENTICATED"),
                                    ("x" * 500, "TOKEN_INVALID", "UNAUTHENTICATED"),
                                    ("guide", "ROLE_NOT_ALLOWED", "PERMISSION_DENIED")):
            self.refused(reason, code, self.client.with_token(token).call, CREATE, create)
        self.client.call(CREATE, create)
        self.assertEqual(self.client.with_token(None).call(GET, {})["shop"]["shop_number"], 0)
        self.assertEqual(self.client.with_token("guide").call(GET, {})["shop"]["shop_number"], 2)
        self.refused("TOKEN_INVALID", "UNAUTHENTICATED", self.client.with_token("bad").call, GET, {})

    def test_other_forms_of_authorization_are_token_invalid(self):
        for metadata in ([("authorization", "admin")], [("authorization", "Basic admin")],
                         [("authorization", "Bearer admin"), ("authorization", "Bearer admin")]):
            self.refused("TOKEN_INVALID", "UNAUTHENTICATED", self.client.call_bytes, GET, b"",
                         metadata=metadata)
        self.client.call_bytes(CREATE, b"\x0a\x03\x0a\x01a", metadata=[("authorization", "bearer admin")])

    def test_strangers_who_guess_codes_wait_and_nobody_else(self):
        stranger = self.client.with_token(None)
        guess, known = b"\x0a\x05guess", b"\x0a\x01S"
        for _ in range(200):
            self.client.call_bytes(GET, guess)  # staff may mistype as they like
        for _ in range(29):
            stranger.call_bytes(GET, guess)
        for _ in range(50):
            stranger.call_bytes(GET, known)  # what somebody has is no guess
        stranger.call_bytes(GET, guess)
        for request in (guess, known):  # and tells nothing any more
            error = self.refused("GUESSES_TOO_MANY", "RESOURCE_EXHAUSTED", stranger.call_bytes, GET,
                                 request)
            self.assertTrue(0 < error.retry_ms <= 6000, error.retry_ms)
        self.client.call_bytes(GET, guess)
        self.refused("TOKEN_MISSING", "UNAUTHENTICATED", stranger.call_bytes, CREATE, b"")

        def refused(number):
            try:
                stranger.call_bytes(GET, guess, metadata=[
                    ("x-forwarded-for", "203.0.113.9, 198.51.100.%d" % number)])
                return False
            except Refused as error:
                self.assertEqual(error.reason, "GUESSES_TOO_MANY")
                self.assertTrue(0 < error.retry_ms <= 6000, error.retry_ms)
                return True

        # Other peers have guesses of their own; a few share a bucket by chance. Once all together
        # have guessed too much, who has guessed already waits.
        self.assertLess(sum(refused(number) for number in range(120)), 20)
        self.assertGreater(sum(refused(number) for number in range(90, 120)), 20)

    def test_strangers_do_not_learn_what_is_wrong_with_a_text(self):
        self.refused("TOKEN_MISSING", "UNAUTHENTICATED", self.client.with_token(None).call_bytes,
                     CREATE, b"\x0a\x05\x0a\x03a\x00b")


class Time(Case):
    def test_a_deadline_ends_the_call(self):
        slow = {"shop": {"shop_id": "S", "cost_center": "1200"}}
        began = time.monotonic()
        with self.assertRaises(Refused) as caught:
            self.client.call(CREATE, slow, timeout=0.1)
        self.assertEqual(caught.exception.code.name, "DEADLINE_EXCEEDED")
        self.assertLess(time.monotonic() - began, 1)  # long before it is done
        # The next write waits behind the slow one and finds its own deadline passed or is answered.
        self.assertEqual(self.client.call(CREATE, {"shop": {"shop_id": "T"}})["shop"]["shop_id"], "T")

    def test_cancelled_calls_and_streams_leave_no_trace(self):
        slow = {"shop": {"shop_id": "S", "cost_center": "50"}}
        for future in [self.client.future(CREATE, slow) for _ in range(5)]:
            future.cancel()
        call = self.client.channel.unary_stream("/" + VERIFY, request_serializer=lambda b: b)
        request = self.client.message("beckon.v1.VerifyStoreRequest")(merchant_number=1000000)
        stream = call(request.SerializeToString())
        next(stream)
        stream.cancel()
        # The one long thread is free again: another stream runs to its end.
        self.assertEqual(len(list(self.client.call(VERIFY, {"merchant_number": 3}))), 3)

    def anonymous_kb(self):
        with open("/proc/%d/status" % self.server.process.pid) as file:
            return int([line for line in file if line.startswith("RssAnon")][0].split()[1])

    def test_a_slow_reader_holds_its_stream_back(self):
        call = self.client.channel.unary_stream("/" + VERIFY, request_serializer=lambda b: b)
        request = self.client.message("beckon.v1.VerifyStoreRequest")(merchant_number=2000)
        before = self.anonymous_kb()
        stream = call(request.SerializeToString())
        next(stream)
        time.sleep(0.3)
        self.assertLess(self.anonymous_kb() - before, 15000)  # all of it would be 40 MB
        self.assertEqual(sum(1 for _ in stream), 1999)


class Overload(Case):
    server_options = {"call_max": 4}

    def test_a_full_pool_answers_busy_with_a_delay_and_never_hangs(self):
        slow = {"shop": {"shop_id": "S", "cost_center": "30"}}
        futures = [self.client.future(CREATE, slow, timeout=20) for _ in range(120)]
        outcomes = {"ok": 0, "BUSY": 0}
        for future in futures:
            try:
                future.result(timeout=20)
                outcomes["ok"] += 1
            except grpc.RpcError as error:
                refused = self.client.refused(error)
                outcomes[refused.reason] += 1
                self.assertEqual(refused.retry_ms, 50)
        self.assertGreaterEqual(outcomes["ok"], 4)
        self.assertGreater(outcomes["BUSY"], 50)
        self.assertEqual(self.client.call(GET, {"shop_id": "S"})["shop"]["name"], "S")


class Many(Case):
    def test_thousands_of_calls_at_once_are_all_answered(self):
        clients = [self.server.client() for _ in range(4)]
        for client in clients:
            client.call(GET, {})
        count = 0
        for _ in range(10):
            futures = [clients[i % 4].future(CREATE if i % 2 else GET,
                                             {"shop": {"shop_id": "S%d" % i}} if i % 2
                                             else {"shop_id": "S%d" % i}) for i in range(256)]
            for i, future in enumerate(futures):
                self.assertIn(b"S%d" % i, future.result(timeout=20))
                count += 1
        self.assertEqual(count, 2560)
        for client in clients:
            client.close()


class Connections(unittest.TestCase):
    def test_it_survives_without_file_descriptors(self):
        server = Server(nofile=64)
        first = server.client()
        first.call(GET, {"shop_id": "S"})
        sockets = []
        for _ in range(100):
            try:
                sockets.append(socket.create_connection(("127.0.0.1", server.port), timeout=2))
            except OSError:
                pass
        time.sleep(0.3)
        self.assertEqual(first.call(GET, {"shop_id": "S"})["shop"]["name"], "S")
        for one in sockets:
            one.close()
        time.sleep(0.3)
        with server.client() as second:
            self.assertEqual(second.call(GET, {"shop_id": "T"}, timeout=10)["shop"]["name"], "T")
        first.close()
        self.assertIn("too many connections", server.stop())  # some are kept for itself

    def test_one_address_has_a_cap_and_closing_makes_room(self):
        server = Server(nofile=4096)
        sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(512)]
        time.sleep(0.3)
        extra = socket.create_connection(("127.0.0.1", server.port))
        extra.settimeout(5)
        self.assertEqual(extra.recv(1), b"")  # hung up on
        for one in sockets:
            one.close()
        time.sleep(0.5)
        with server.client() as client:
            self.assertEqual(client.call(GET, {"shop_id": "S"})["shop"]["name"], "S")
        server.stop()

    def test_unix_socket_ipv6_and_tcp_serve_side_by_side(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "socket")
            server = Server(addresses=("127.0.0.1:0", "unix:" + path))
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
            with Beckon("unix:" + path, token="admin") as client:
                self.assertEqual(client.call(GET, {"shop_id": "U"})["shop"]["name"], "U")
            with self.assertRaises(RuntimeError) as caught:
                Server(addresses=("127.0.0.1:0", "unix:" + path))
            self.assertIn("another process has it", str(caught.exception))
            server.process.kill()
            server.process.wait()
            again = Server(addresses=("127.0.0.1:0", "unix:" + path))  # a file left behind
            with Beckon("unix:" + path, token="admin") as client:
                self.assertEqual(client.call(GET, {"shop_id": "U"})["shop"]["name"], "U")
            again.stop()
            self.assertFalse(os.path.exists(path))
            server.stop()

    def test_a_taken_port_and_a_foreign_address_are_refused_with_a_sentence(self):
        server = Server()
        for address, sentence in ((server.address, "another process has it"),
                                  ("0.0.0.0:0", "needs TLS"),
                                  ("192.0.2.1:7717", "needs TLS")):
            with self.assertRaises(RuntimeError) as caught:
                Server(addresses=(address,))
            self.assertIn(sentence, str(caught.exception))
        server.stop()

    def test_garbage_on_the_socket_disturbs_nobody(self):
        server = Server()
        with server.client() as client:
            client.call(GET, {})
            rng = random.Random(3)
            for _ in range(50):
                with socket.create_connection(("127.0.0.1", server.port)) as one:
                    one.sendall(rng.choice([b"GET / HTTP/1.1\r\n\r\n",
                                            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + rng.randbytes(200),
                                            rng.randbytes(500)]))
            self.assertEqual(client.call(GET, {"shop_id": "S"})["shop"]["name"], "S")
        server.stop()


class Drain(unittest.TestCase):
    def test_a_call_in_progress_ends_well_and_new_ones_are_refused(self):
        server = Server()
        with server.client() as client:
            client.call(GET, {})
            future = client.future(CREATE, {"shop": {"shop_id": "S", "cost_center": "600"}})
            time.sleep(0.2)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
            with self.assertRaises(OSError):
                socket.create_connection(("127.0.0.1", server.port)).close()
            self.assertIn(b"S", future.result(timeout=5))
        self.assertEqual(server.process.wait(5), 0)
        server.stop()

    def test_a_silent_connection_does_not_hold_it_up(self):
        server = Server()
        with socket.create_connection(("127.0.0.1", server.port)):
            time.sleep(0.1)
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.process.wait(5), 0)
            self.assertLess(time.monotonic() - began, 2)
        server.stop()

    def test_a_second_signal_hastens(self):
        server = Server()
        with server.client() as client:
            call = client.channel.unary_stream("/" + VERIFY, request_serializer=lambda b: b)
            request = client.message("beckon.v1.VerifyStoreRequest")(merchant_number=1000000)
            stream = call(request.SerializeToString())
            next(stream)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            self.assertIsNone(server.process.poll())
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.process.wait(5), 0)
            self.assertLess(time.monotonic() - began, 3)
        server.stop()

    def test_signals_under_load_end_it_cleanly_every_time(self):
        for round_number in range(5):
            server = Server()
            clients = [server.client() for _ in range(2)]
            for client in clients:
                client.call(CREATE, {"shop": {"shop_id": "S"}})
            stop = threading.Event()

            def load(client):
                while not stop.is_set():
                    try:
                        client.call(CREATE, {"shop": {"shop_id": "S"}}, timeout=5)
                    except Refused as error:
                        assert error.code.name in ("UNAVAILABLE", "CANCELLED"), error
                        return

            threads = [threading.Thread(target=load, args=(client,)) for client in clients * 8]
            for thread in threads:
                thread.start()
            time.sleep(0.05 * round_number)
            server.process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            self.assertEqual(server.process.wait(10), 0)
            self.assertLess(time.monotonic() - began, 2)
            stop.set()
            for thread in threads:
                thread.join()
            self.assertIn("stopped", server.stop())
            for client in clients:
                client.close()


if __name__ == "__main__":
    SERVER = sys.argv.pop(1)
    unittest.main(verbosity=1)
