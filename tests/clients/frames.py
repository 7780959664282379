"""HTTP/2 written by hand, for what no client library would send: raw frames over plaintext or TLS.

    peer = Peer(port, authority=..., certificate=(file, key))   # TLS when authority is given
    peer.send(frame(PING, payload=bytes(8)) * 1000)
    peer.read_until_closed()
"""
import select
import socket
import ssl
import struct
import time

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, \
    CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS = 1, 1, 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CHECK = "/grpc.health.v1.Health/Check"


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) \
        + payload


def text(value):
    """A string of HPACK, not compressed."""
    assert len(value) < 127
    return bytes([len(value)]) + value


def field(name, value):
    """A header that is not to be remembered."""
    return b"\x00" + text(name) + text(value)


def headers_of(path=CHECK, more=()):
    fields = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path.encode()),
              (b":authority", b"localhost"), (b"content-type", b"application/grpc"),
              (b"te", b"trailers"), *more]
    return b"".join(field(name, value) for name, value in fields)


def call(stream, path=CHECK, message=b"\0\0\0\0\0"):
    """A whole call: its headers and its one message."""
    return frame(HEADERS, END_HEADERS, stream, headers_of(path)) \
        + frame(DATA, END_STREAM, stream, message)


class Peer:
    def __init__(self, port, authority=None, certificate=None, settings=b"", source=None,
                 begin=True, timeout=10, name="localhost"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout,
                                               source_address=(source, 0) if source else None)
        if authority:
            context = ssl.create_default_context(cafile=authority)
            if certificate:
                context.load_cert_chain(*certificate)
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket, server_hostname=name)
        self.socket.setblocking(False)
        self.timeout = timeout
        self.received = b""
        self.closed = False
        if begin:
            self.send(PREFACE + frame(SETTINGS, 0, 0, settings))

    def _take(self):
        """What has come. (One thread both sends and reads: Python's TLS bears no two.)"""
        try:
            while chunk := self.socket.recv(65536):
                self.received += chunk
            self.closed = True
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError:
            self.closed = True

    def send(self, data):
        """Whether all of it was taken: a peer that was cut can't go on."""
        view, until = memoryview(data), time.monotonic() + self.timeout
        while view and not self.closed and time.monotonic() < until:
            try:
                view = view[self.socket.send(view[:16384]):]
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                select.select([self.socket], [self.socket], [], 0.05)
                self._take()
            except OSError:
                self._take()
                self.closed = True
        self._take()
        return not view and not self.closed

    def receive(self, seconds):
        """More of what comes, within so many seconds; False: nothing, or it has hung up."""
        before, until = len(self.received), time.monotonic() + seconds
        self._take()
        # What comes first may be TLS's own: nginx sends its session tickets behind the handshake.
        while len(self.received) == before and not self.closed and time.monotonic() < until:
            select.select([self.socket], [], [], max(0, until - time.monotonic()))
            self._take()
        return len(self.received) > before

    def read_until_closed(self, seconds=10):
        """True: the server has hung up within so many seconds; `received` is what it said."""
        until = time.monotonic() + seconds
        while not self.closed and time.monotonic() < until:
            self.receive(max(0, min(0.1, until - time.monotonic())))
        return self.closed

    def frames(self):
        """(kind, flags, stream, payload) of what was received."""
        at, data = 0, self.received
        while at + 9 <= len(data):
            size = int.from_bytes(data[at:at + 3], "big")
            if at + 9 + size > len(data):
                return  # the rest of it is still to come
            yield data[at + 3], data[at + 4], int.from_bytes(data[at + 5:at + 9], "big"), \
                data[at + 9:at + 9 + size]
            at += 9 + size

    def goaway(self):
        """What the last GOAWAY says in words; None without one."""
        words = [payload[8:].decode(errors="replace") for kind, _, _, payload in self.frames()
                 if kind == GOAWAY]
        return words[-1] if words else None

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
