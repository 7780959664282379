"""HTTP/2 by hand, for what no gRPC client would send: frames as bytes, headers by libnghttp2's HPACK.

    with Connection(address) as connection:
        stream = connection.open(headers(":path=/x"), end=False)
        connection.send(DATA, END_STREAM, stream, b"...")
        answer = connection.answer(stream)      # Answer: status, headers, trailers, data, reset"""

import ctypes
import ctypes.util
import socket
import struct
import time

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM = ACK = 1
END_HEADERS = 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SECONDS = 10

_library = ctypes.CDLL(ctypes.util.find_library("nghttp2") or "libnghttp2.so.14")


class _Pair(ctypes.Structure):
    _fields_ = [("name", ctypes.POINTER(ctypes.c_uint8)), ("value", ctypes.POINTER(ctypes.c_uint8)),
                ("name_size", ctypes.c_size_t), ("value_size", ctypes.c_size_t),
                ("flags", ctypes.c_uint8)]


class Inflater:
    """HPACK blocks of one connection as lists of (name, value)."""

    def __init__(self):
        self.pointer = ctypes.c_void_p()
        assert _library.nghttp2_hd_inflate_new(ctypes.byref(self.pointer)) == 0

    def read(self, block):
        out, data = [], (ctypes.c_uint8 * len(block)).from_buffer_copy(block)
        at, flags, pair = 0, ctypes.c_int(), _Pair()
        _library.nghttp2_hd_inflate_hd2.restype = ctypes.c_ssize_t
        while True:
            used = _library.nghttp2_hd_inflate_hd2(
                self.pointer, ctypes.byref(pair), ctypes.byref(flags),
                ctypes.byref(data, at) if at < len(block) else None,
                ctypes.c_size_t(len(block) - at), 1)
            assert used >= 0, "bad HPACK from the service: %d" % used
            at += used
            if flags.value & 2:
                out.append((ctypes.string_at(pair.name, pair.name_size).decode(),
                            ctypes.string_at(pair.value, pair.value_size)))
            if flags.value & 1:
                _library.nghttp2_hd_inflate_end_headers(self.pointer)
                return out


def block(pairs):
    """An HPACK block: each header a literal that is not indexed."""
    def text(value):
        value = value.encode("latin-1") if isinstance(value, str) else value
        size, head = len(value), b""
        if size < 127:
            return bytes([size]) + value
        size -= 127
        while size > 127:
            head += bytes([size & 127 | 128])
            size >>= 7
        return b"\x7f" + head + bytes([size]) + value
    return b"".join(b"\x00" + text(name) + text(value) for name, value in pairs)


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def message(data, compressed=0, size=None):
    """gRPC's five bytes before a message."""
    return struct.pack(">BI", compressed, len(data) if size is None else size) + data


class Answer:
    def __init__(self):
        self.headers, self.trailers, self.data = {}, {}, b""
        self.blocks, self.ended, self.reset = 0, False, None

    def __repr__(self):
        return "Answer(%r, %r, %d bytes, reset %r)" % (self.headers, self.trailers, len(self.data),
                                                       self.reset)


class Connection:
    """One connection; frames that come are sorted by stream. `closed`: the service hung up."""

    def __init__(self, address, wrap=None, settings=b"", preface=PREFACE, source=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), SECONDS,
                                               source and (source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if wrap is not None:
            self.socket = wrap(self.socket)
        self.inflater, self.buffer, self.answers = Inflater(), b"", {}
        self.next_stream, self.goaways, self.pongs, self.closed = 1, [], [], False
        self.settings_seen, self.fragments = False, b""
        self.socket.sendall(preface + (frame(SETTINGS, 0, 0, settings) if preface else b""))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_bytes(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            self.closed = True

    def send(self, kind, flags, stream, payload=b""):
        self.send_bytes(frame(kind, flags, stream, payload))

    def open(self, pairs, end=False, piece=16384):
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        self.answers[stream] = Answer()
        data = block(pairs)
        kind, rest = HEADERS, [data[i:i + piece] for i in range(0, len(data), piece)] or [b""]
        for i, part in enumerate(rest):
            flags = (END_HEADERS if i == len(rest) - 1 else 0) | (END_STREAM if end and i == 0 else 0)
            self.send(kind, flags, stream, part)
            kind = CONTINUATION
        return stream

    def data(self, stream, payload, end=True):
        self.send(DATA, END_STREAM if end else 0, stream, payload)

    def step(self, until):
        """Reads what comes next; False when it hung up or `until` has passed."""
        left = until - time.monotonic()
        if left <= 0 or self.closed:
            return False
        self.socket.settimeout(left)
        try:
            more = self.socket.recv(65536)
        except socket.timeout:
            return False
        except OSError:
            more = b""
        if not more:
            self.closed = True
            return False
        self.buffer += more
        while len(self.buffer) >= 9:
            size = int.from_bytes(self.buffer[:3], "big")
            if len(self.buffer) < 9 + size:
                break
            kind, flags = self.buffer[3], self.buffer[4]
            stream = int.from_bytes(self.buffer[5:9], "big") & 0x7FFFFFFF
            payload, self.buffer = self.buffer[9:9 + size], self.buffer[9 + size:]
            self.take(kind, flags, stream, payload)
        return True

    def take(self, kind, flags, stream, payload):
        answer = self.answers.get(stream, Answer())
        if kind == SETTINGS and not flags & ACK:
            self.settings_seen = True
            self.send(SETTINGS, ACK, 0)
        elif kind == PING and not flags & ACK:
            self.send(PING, ACK, 0, payload)
        elif kind == PING:
            self.pongs.append(payload)
        elif kind == GOAWAY:
            last, code = struct.unpack(">II", payload[:8])
            self.goaways.append((last & 0x7FFFFFFF, code, payload[8:]))
        elif kind == RST_STREAM:
            answer.reset = int.from_bytes(payload, "big")
            answer.ended = True
        elif kind == DATA:
            answer.data += payload
            if payload:
                for where in (0, stream):
                    self.send(WINDOW_UPDATE, 0, where, struct.pack(">I", len(payload)))
        elif kind in (HEADERS, CONTINUATION):
            self.fragments += payload
            if flags & END_HEADERS:
                pairs = {name: value.decode("latin-1")
                         for name, value in self.inflater.read(self.fragments)}
                self.fragments = b""
                (answer.headers if answer.blocks == 0 else answer.trailers).update(pairs)
                answer.blocks += 1
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            answer.ended = True

    def wait(self, condition, seconds=SECONDS):
        """Reads until `condition()`; False: it never came to be."""
        until = time.monotonic() + seconds
        while not condition():
            if not self.step(until):
                return condition()
        return True

    def answer(self, stream, seconds=SECONDS):
        """What came of a stream, at its end; `ended` is false when it has none."""
        self.wait(lambda: self.answers[stream].ended, seconds)
        return self.answers[stream]
