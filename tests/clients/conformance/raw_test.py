"""What no gRPC client would send, over HTTP/2 by hand: each is answered by name or refused by the
stream, and neither the connection's other calls nor anybody else notices. Where gRPC's core answers
otherwise than the specification asks and there is nothing we could do about it, the row says so."""

import base64
import gzip
import os
import struct
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cases import CHECK, CREATE, GET  # noqa: E402
from http2 import (DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PREFACE,  # noqa: E402
                   PRIORITY, RST_STREAM, SETTINGS, WINDOW_UPDATE, Connection, block, frame, message)
from service import Service  # noqa: E402

REQUEST = b"\x0a\x04S001"
GOOD = message(REQUEST)
ENHANCE_YOUR_CALM = 11
STREAMS = 128       # at once on one connection
PINGS = 20
OK, INVALID, UNKNOWN_CODE = "0", "3", "2"
TOO_LARGE, UNIMPLEMENTED, UNAUTHENTICATED = "8", "12", "16"
MISSING = (INVALID, "without a request message")
NO_METHOD = (UNIMPLEMENTED, "no such method")
DAMAGED = (INVALID, "not a valid message")
PASSED = ("4", "(?i)deadline")
UNREADABLE = "the connection ends"
# Its core looks at nothing but the beginning of a known timeout, and takes the rest for none.
TIMEOUTS = {"1S": OK, "99999999H": OK, "0S": PASSED, "1n": PASSED, "-1S": OK, "S": OK, "1": OK,
            "1x": OK, "abc": OK, "": OK, "1 S": OK, "100000000H": OK}


def frames(kind, flags, payload, *more):
    """Frames of the call's own stream, sent after its headers and body."""
    rows = ((kind, flags, payload), *more)
    return lambda stream: b"".join(frame(k, f, stream, p) for k, f, p in rows)


# name, changes of the headers (None: without it), further headers, body (None: the headers end the
# stream; a list: a frame each), what is expected, and more: end=False leaves the stream open, `then`
# is sent after it.
BODIES = [
    ("well made", GOOD, OK),
    ("a byte in each frame", [bytes([byte]) for byte in GOOD], OK),
    ("no body", None, MISSING),
    ("an empty body", b"", MISSING),
    ("the beginning of a frame's five bytes", GOOD[:3], MISSING),
    ("a message cut off", GOOD[:-1], MISSING),
    ("a message that says it has 4 GiB", message(REQUEST, size=2**32 - 1), MISSING),
    ("a message that says it has 1 MiB", message(REQUEST, size=2**20), MISSING),
    ("a message of something else", message(b"\xff" * 20), DAMAGED),
    ("text that is no UTF-8", message(b"\x0a\x02\xff\xfe"), (INVALID, "shop_id")),
    ("more behind the message: the first counts", GOOD + b"\x00xyz", OK),
    ("two messages: the first counts", GOOD + message(b"\xff\xff"), OK),
    # What the flag says is not told to us; bytes that really are compressed are no message.
    ("compressed, they say, by nothing", message(REQUEST, 1), OK),
    ("compressed without saying how", message(gzip.compress(REQUEST * 9), 1), DAMAGED),
    # The core makes an empty message of it, or none.
    ("a flag that nobody knows", message(REQUEST, 2),
     (INVALID, "shop_id is required|without a request message")),
]
HEADS = [
    ("content of a subtype", {"content-type": "application/grpc+proto"}, (), OK),
    # The core answers whatever the type is; behind nginx it is 415.
    ("content of another type", {"content-type": "text/html"}, (), OK),
    ("GET", {":method": "GET"}, (), (UNKNOWN_CODE, "method")),
    ("DELETE", {":method": "DELETE"}, (), (UNKNOWN_CODE, "method")),
    ("no method", {":method": None}, (), (UNKNOWN_CODE, "method")),
    ("no path", {":path": None}, (), (UNKNOWN_CODE, "path")),
    ("no scheme", {":scheme": None}, (), (UNKNOWN_CODE, "scheme")),
    ("no authority", {":authority": None}, (), (UNKNOWN_CODE, "authority")),
    ("no te", {"te": None}, (), (UNKNOWN_CODE, "te")),
    ("another te", {"te": "gzip"}, (), (UNKNOWN_CODE, "te")),
    ("an empty path", {":path": ""}, (), NO_METHOD),
    ("a path without its slash", {":path": GET}, (), NO_METHOD),
    ("a path and more", {":path": "/" + GET + "?x=1"}, (), NO_METHOD),
    ("a path with two dots", {":path": "/x/../" + GET}, (), NO_METHOD),
    ("a path that is no text", {":path": "/\xff\xfe"}, (), NO_METHOD),
    ("two paths", {}, [(":path", "/x")], NO_METHOD),
    ("two tokens", {}, [("authorization", "Bearer x")], (UNAUTHENTICATED, "token")),
    ("a token of another form", {"authorization": "Basic eDp4"}, (), (UNAUTHENTICATED, "token")),
    ("headers only gRPC sends", {}, [("grpc-status", "0"), ("grpc-tags-bin", "AAA"),
                                      ("grpc-previous-rpc-attempts", "9"), ("grpc-retry-pushback-ms", "1")],
     OK),
    ("a wrong content-length", {}, [("content-length", "3")], OK),
    ("binary metadata without its padding", {}, [("x-bin", "AAA")], OK),
    ("binary metadata that is none", {}, [("x-bin", "***")], UNREADABLE),
    ("metadata with bytes that are no text", {}, [("x-text", "\x01\xff\r\n")], OK),
    ("metadata of 7,000 bytes", {}, [("x-filler", "y" * 7000)], OK),
    ("metadata of 9,000 bytes, faster than the limit is known", {}, [("x-filler", "y" * 9000)],
     (TOO_LARGE, "metadata")),
    ("300 headers", {}, [("x-%d" % i, "y") for i in range(300)], (TOO_LARGE, "metadata")),
    ("encodings offered", {}, [("grpc-accept-encoding", "gzip, zstd")], OK),
] + [("grpc-timeout " + (text or "without a value"), {}, [("grpc-timeout", text)], expected)
     for text, expected in TIMEOUTS.items()]
FRAMES = [
    ("the stream stays open: answered all the same", GOOD, None, OK),
    ("headers at the end", GOOD, frames(HEADERS, END_HEADERS | END_STREAM, block([("x", "1")])), OK),
    ("headers instead of a body", [], frames(HEADERS, END_HEADERS | END_STREAM, block([("x", "1")])),
     MISSING),
    ("a frame that nobody knows", GOOD, frames(0x42, 0, b"xx", (DATA, END_STREAM, b"")), OK),
    ("a priority", [], frames(PRIORITY, 0, b"\0\0\0\0\x10", (DATA, END_STREAM, GOOD)), OK),
    ("headers twice", [], frames(HEADERS, END_HEADERS, block([("x", "1")])), UNREADABLE),
    ("a window update of nothing", [], frames(WINDOW_UPDATE, 0, bytes(4)), UNREADABLE),
    ("data behind the end", GOOD, frames(DATA, END_STREAM, b"", (DATA, END_STREAM, GOOD)), OK),
]


class Raw(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service().__enter__()
        cls.admin = cls.service.client("admin")
        cls.admin.call(CREATE, {"shop": {"shop_id": "S001"}})
        cls.token = cls.service.token("admin")

    @classmethod
    def tearDownClass(cls):
        code = cls.service.stop()
        log = cls.service.log()
        cls.service.__exit__()
        assert code == 0 and "batch rejected" not in log, log

    def connect(self, **more):
        return Connection(self.service.address, **more)

    def head(self, changes=None, more=()):
        pairs = {":method": "POST", ":scheme": "http", ":path": "/" + GET, ":authority": "x",
                 "te": "trailers", "content-type": "application/grpc",
                 "authorization": "Bearer " + self.token, **(changes or {})}
        return [(name, value) for name, value in pairs.items() if value is not None] + list(more)

    def send(self, connection, body=GOOD, end=True, **head):
        stream = connection.open(self.head(**head), end=body is None)
        parts = body if isinstance(body, list) else [] if body is None else [body]
        for i, part in enumerate(parts):
            connection.data(stream, part, end=end and i == len(parts) - 1)
        return stream

    def good(self, connection):
        """A call as it should be, on this connection, gets its answer."""
        answer = connection.answer(self.send(connection))
        self.assertEqual(answer.trailers.get("grpc-status"), OK, answer)
        self.assertGreater(len(answer.data), 5)

    def check(self, name, connection, stream, expected):
        answer = connection.answer(stream)
        if expected == UNREADABLE:
            self.hung_up(name, connection, answer)
            return
        self.assertTrue(answer.ended, name)
        found = {**answer.headers, **answer.trailers}
        code, words = expected if isinstance(expected, tuple) else (expected, ".*")
        self.assertEqual(found.get(":status"), "200", (name, answer))
        self.assertEqual(found.get("grpc-status"), code, (name, answer))
        self.assertRegex(found.get("grpc-message", ""), words, name)
        self.assertNotIn("grpc-encoding", found)
        self.good(connection)

    def hung_up(self, name, connection, answer):
        """The core ends the whole connection; it tells each call so, if that still gets through."""
        self.assertTrue(connection.wait(lambda: connection.closed), name)
        self.assertEqual(answer.headers.get("grpc-status", "14"), "14", (name, answer))
        self.assertEqual(answer.data, b"", name)
        with self.connect() as other:
            self.good(other)

    def test_bodies(self):
        for name, body, expected in BODIES:
            with self.subTest(name), self.connect() as connection:
                self.check(name, connection, self.send(connection, body), expected)

    def test_headers(self):
        for name, changes, more, expected in HEADS:
            with self.subTest(name), self.connect() as connection:
                self.check(name, connection, self.send(connection, changes=changes, more=more), expected)

    def test_frames(self):
        for name, body, then, expected in FRAMES:
            with self.subTest(name), self.connect() as connection:
                stream = self.send(connection, body, end=False)
                if then is not None:
                    connection.send_bytes(then(stream))
                self.check(name, connection, stream, expected)

    def test_a_compressed_request_is_told_what_is_taken(self):
        with self.connect() as connection:
            answer = connection.answer(self.send(
                connection, message(gzip.compress(REQUEST), 1), more=[("grpc-encoding", "gzip")]))
            self.assertEqual(answer.headers.get("grpc-status"), UNIMPLEMENTED, answer)
            self.assertEqual(answer.headers.get("grpc-accept-encoding"), "identity", answer)
            self.good(connection)
            # Who says so and compresses nothing is read.
            answer = connection.answer(self.send(connection, more=[("grpc-encoding", "gzip")]))
            self.assertEqual(answer.trailers.get("grpc-status"), OK, answer)

    def test_metadata_that_is_too_large_is_named(self):
        with self.connect() as connection:
            answer = connection.answer(self.send(connection, more=[("x-filler", "y" * 100000)]))
            self.assertEqual(answer.headers.get("grpc-status"), TOO_LARGE, answer)
        with self.connect() as connection:
            answer = connection.answer(self.send(connection, more=[("x-filler", "y" * 9000)]))
            details = answer.headers["grpc-status-details-bin"]
            self.assertIn(b"METADATA_TOO_LARGE", base64.b64decode(details + "=" * (-len(details) % 4)))

    def test_headers_in_many_pieces_are_one(self):
        with self.connect() as connection:
            stream = connection.open(self.head(), piece=10)
            connection.data(stream, GOOD)
            self.check("pieces", connection, stream, OK)

    def test_streams_beyond_the_limit_end_their_connection_and_no_other(self):
        with self.connect() as connection, self.connect() as other:
            self.good(connection)
            held = [self.send(connection, GOOD[:4], end=False) for _ in range(STREAMS)]
            for stream in held[1:]:
                connection.send(RST_STREAM, 0, stream, struct.pack(">I", 8))
            self.good(connection)   # within the limit all is well
            connection.data(held[0], GOOD[4:])
            self.check_done(connection.answer(held[0]))
            streams = [self.send(connection, GOOD[:4], end=False) for _ in range(STREAMS + 40)]
            self.hung_up("streams", connection, connection.answers[streams[0]])
            self.assertEqual({answer.headers.get("grpc-status", "14") for answer in
                              map(connection.answers.get, streams)}, {"14"})
            self.good(other)

    def test_a_reader_without_a_window_gets_his_answer_when_he_opens_it(self):
        with self.connect(settings=struct.pack(">HI", 4, 0)) as connection:
            stream = self.send(connection)
            self.assertTrue(connection.wait(lambda: connection.answers[stream].headers))
            self.assertFalse(connection.wait(lambda: connection.answers[stream].data, 0.3))
            connection.send(WINDOW_UPDATE, 0, stream, struct.pack(">I", 3))
            self.assertTrue(connection.wait(lambda: len(connection.answers[stream].data) == 3))
            connection.send(WINDOW_UPDATE, 0, stream, struct.pack(">I", 1000))
            self.check_done(connection.answer(stream))

    def check_done(self, answer):
        self.assertEqual(answer.trailers.get("grpc-status"), OK, answer)

    def test_padding_which_grpc_does_not_know_ends_the_stream_only(self):
        with self.connect() as connection:
            stream = self.send(connection, [], end=False)
            connection.send(DATA, 9, stream, b"\x03" + GOOD + bytes(3))
            answer = connection.answer(stream)
            self.assertTrue(answer.ended)
            self.assertNotEqual(answer.trailers.get("grpc-status"), OK)
            self.good(connection)

    def test_cancelled_by_the_stream_the_connection_goes_on(self):
        with self.connect() as connection:
            for _ in range(50):
                stream = self.send(connection, GOOD[:4], end=False)
                connection.send(RST_STREAM, 0, stream, struct.pack(">I", 8))
            self.good(connection)

    def test_pings_are_answered_and_too_many_of_them_end_the_connection(self):
        with self.connect() as connection:
            self.good(connection)
            connection.send(PING, 0, 0, b"12345678")
            self.assertTrue(connection.wait(lambda: connection.pongs == [b"12345678"]))
            for _ in range(PINGS):   # one by one: bytes it left unread would take the goodbye along
                pongs = len(connection.pongs)
                connection.send(PING, 0, 0, b"abcdefgh")
                connection.wait(lambda: connection.goaways or len(connection.pongs) > pongs)
                if connection.goaways:
                    break
            self.assertEqual(connection.goaways[-1][1:], (ENHANCE_YOUR_CALM, b"too_many_pings"))
        with self.connect() as connection:
            self.good(connection)

    def test_who_says_goodbye_still_gets_what_he_asked_for(self):
        with self.connect() as connection:
            stream = self.send(connection)
            connection.send(GOAWAY, 0, 0, bytes(8))
            self.check_done(connection.answer(stream))

    def test_what_is_not_http_2_is_hung_up_on(self):
        for preface in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
                        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", bytes(64)):
            with self.connect(preface=preface) as connection:
                self.assertTrue(connection.wait(lambda: connection.closed), preface)
        with self.connect(preface=b"") as connection:
            connection.send_bytes(PREFACE + frame(DATA, 0, 0, b"no settings first"))
            connection.wait(lambda: connection.closed, 1)
        with self.connect() as connection:
            self.good(connection)

    def test_health_needs_neither_token_nor_authority_of_ours(self):
        with self.connect() as connection:
            stream = connection.open(self.head({":path": "/" + CHECK, "authorization": None,
                                                ":authority": "anything.example"}))
            connection.data(stream, message(b""))
            answer = connection.answer(stream)
            self.assertEqual(answer.data, message(b"\x08\x01"), answer)


if __name__ == "__main__":
    unittest.main()
