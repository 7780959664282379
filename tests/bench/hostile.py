"""The figures of the hostile network; tests/bench/run --hostile installs, builds and starts it.

Each flood runs for some seconds against nginx (our configuration, gRPC behind it) and directly against
beckond's TLS with a client certificate, from processes of its own and an address of its own (nice 19:
on a real network it would burn its own processor). Other clients, from other addresses, call before and
meanwhile: their 99th percentile, what failed, what beckond's memory grew by, whether it lives. Then:
limit 256 descriptors, 1,000 idle connections, closed: how soon it serves again.

Goals: p99 <= 3 x, memory <= 64 MiB, no exit, 15 s."""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENTS = os.path.join(os.path.dirname(HERE), "clients")
sys.path[:0] = [HERE, CLIENTS, os.path.join(CLIENTS, "web")]
import floods  # noqa: E402
from authority import Authority  # noqa: E402
from frames import DATA, END_STREAM, HEADERS, WINDOW_UPDATE, Peer, call, frame  # noqa: E402
from measuring import say  # noqa: E402
from nginx import Nginx  # noqa: E402
from service import Service, free_port  # noqa: E402

CLIENT_COUNT = 6
PAUSE_SECONDS = 0.07      # between a client's calls: below nginx's limit of one address
CALLS_PER_CONNECTION = 500
TURNS = 3
ATTACKER = "127.0.0.66"
IDLE, LIMIT = 1000, 256
GOALS = {"p99_ratio": 3, "growth_mib": 64, "serving_again_seconds": 15}


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


class Way:
    """How to reach it: directly, or through nginx."""

    def __init__(self, port, authority, certificate=None, name="localhost"):
        self.port, self.authority, self.certificate, self.name = port, authority, certificate, name

    def peer(self, source, **more):
        return Peer(self.port, self.authority, self.certificate, source=source, name=self.name,
                    **more)

    def words(self):
        return json.dumps([self.port, self.authority, self.certificate, self.name])


# ---- an attacker: a process of its own -----------------------------------------------------------

def slow_handshakes(way, until):
    """Many begin TLS and say nothing more."""
    held, count = [], 0
    while time.monotonic() < until:
        try:
            one = socket.create_connection(("127.0.0.1", way.port), timeout=2,
                                           source_address=(ATTACKER, 0))
            one.sendall(b"\x16\x03\x01\x02\x00\x01")
            held.append(one)
            count += 1
        except OSError:
            time.sleep(0.01)
        if len(held) > 400:
            held.pop(0).close()
        time.sleep(0.002)
    return count, count


def zero_windows(way, until):
    """Calls whose answers are never taken."""
    held, count = [], 0
    while time.monotonic() < until:
        try:
            peer = way.peer(ATTACKER, settings=floods.ZERO_WINDOW)
            peer.send(b"".join(call(stream) for stream in range(1, 240, 2)))
            held.append(peer)
            count += 1
        except OSError:
            time.sleep(0.05)
        if len(held) > 40:
            held.pop(0).close()
    return count, count * 120


def flood(way, until, name):
    connections = frames = 0
    while time.monotonic() < until:
        try:
            with way.peer(ATTACKER) as peer:
                frames += floods.FLOODS[name](peer)
                peer.read_until_closed(1)
            connections += 1
        except OSError:
            time.sleep(0.01)
    return connections, frames


HOLDING = {"slow_handshakes": slow_handshakes, "zero_windows": zero_windows}


def attack(name, words, seconds):
    os.nice(19)
    way, until = Way(*json.loads(words)), time.monotonic() + seconds
    found = HOLDING[name](way, until) if name in HOLDING else flood(way, until, name)
    print(json.dumps(found))


# ---- the others ----------------------------------------------------------------------------------

class Client:
    """Calls again and again, as raw as the attackers, and measures."""

    def __init__(self, way, number):
        self.way, self.source = way, "127.0.1.%d" % (number + 1)
        self.taken, self.failed, self.peer, self.stream = [], 0, None, 0

    def one(self):
        if self.peer is None or self.stream > 2 * CALLS_PER_CONNECTION:
            self.peer, self.stream = self.way.peer(self.source), -1
        self.stream += 2
        if not self.peer.send(call(self.stream) + frame(WINDOW_UPDATE, 0, 0, b"\0\0\1\0")):
            raise OSError("cut")
        good = False
        while True:
            size = 0
            for kind, flags, stream, payload in self.peer.frames():
                if size + 9 + len(payload) > len(self.peer.received):
                    break  # the rest of it is still to come
                size += 9 + len(payload)
                good |= stream == self.stream and kind == DATA and payload.endswith(b"\x08\x01")
                if stream == self.stream and kind == HEADERS and flags & END_STREAM:
                    self.peer.received = self.peer.received[size:]
                    if not good:
                        raise OSError("refused")
                    return
            self.peer.received = self.peer.received[size:]
            if not self.peer.receive(10):
                raise OSError("closed")

    def work(self, stop):
        while not stop.is_set():
            began = time.monotonic()
            try:
                self.one()
            except OSError:
                self.failed += 1
                self.peer = None
            self.taken.append(time.monotonic() - began)
            stop.wait(PAUSE_SECONDS)


def others(way, seconds):
    """(times, failures) of clients that work meanwhile."""
    stop = threading.Event()
    clients = [Client(way, number) for number in range(CLIENT_COUNT)]
    threads = [threading.Thread(target=client.work, args=(stop,)) for client in clients]
    for thread in threads:
        thread.start()
    stop.wait(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return [one for client in clients for one in client.taken], sum(one.failed for one in clients)


class Memory(threading.Thread):
    """The most that a process has, looked at all the while."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.stop, self.first = pid, threading.Event(), self.now_kb(pid)
        self.most = self.first
        self.start()

    @staticmethod
    def now_kb(pid):
        with open("/proc/%d/status" % pid) as file:
            return int([line for line in file if line.startswith("VmRSS")][0].split()[1])

    def run(self):
        while not self.stop.wait(0.05):
            try:
                self.most = max(self.most, self.now_kb(self.pid))
            except (OSError, IndexError):
                return  # it has ended

    def grown_mib(self):
        self.stop.set()
        self.join()
        return round((self.most - self.first) / 1024, 1)


def measure(service, way, name, seconds):
    """Quiet and attacked by turns, so that a slow moment of the machine falls on both."""
    before, during, failed, failed_before, connections, frames = [], [], 0, 0, 0, 0
    memory = Memory(service.process.pid)
    for _ in range(TURNS):
        taken, broken = others(way, seconds / TURNS)
        before += taken
        failed_before += broken
        attacker = subprocess.Popen(
            [sys.executable, "-B", os.path.abspath(__file__), "--attack", name, "--way",
             way.words(), "--seconds", str(seconds / TURNS + 1)], stdout=subprocess.PIPE)
        time.sleep(0.5)
        taken, broken = others(way, seconds / TURNS)
        during += taken
        failed += broken
        counts = json.loads(attacker.communicate(timeout=seconds + 60)[0])
        connections, frames = connections + counts[0], frames + counts[1]
    was, is_now = percentile(before, 0.99), percentile(during, 0.99)
    found = {"p99_before_ms": round(was * 1000, 2), "p99_ms": round(is_now * 1000, 2),
             "p99_ratio": round(is_now / was, 2), "calls": len(during), "failed": failed,
             "failed_before": failed_before,
             "growth_mib": memory.grown_mib(), "attack_connections": connections,
             "attack_frames": frames, "alive": service.process.poll() is None}
    say("%s: %s" % (name, found))
    return found


# ---- descriptors ---------------------------------------------------------------------------------

def exhaustion(options, use_tls, way_of):
    """Seconds from the end of 1,000 idle connections to the next good answer."""
    with Service(options) as service:
        pid = str(service.process.pid)
        service.stop()
        service.start(wrapper=["prlimit", "--nofile=%d:%d" % (LIMIT, LIMIT)])
        pid = service.process.pid
        way = way_of(service)
        held = []
        for _ in range(IDLE):
            try:
                held.append(socket.create_connection(("127.0.0.1", way.port), timeout=5))
            except OSError:
                pass
        time.sleep(3)
        client = Client(way, 0)
        for one in held:
            one.close()
        began = time.monotonic()
        while True:
            try:
                client.one()
                break
            except OSError:
                client.peer = None
                if time.monotonic() - began > 60:
                    break
                time.sleep(0.02)
        found = {"connections": len(held), "serving_again_seconds":
                 round(time.monotonic() - began, 2), "alive": service.process.poll() is None,
                 "tls": use_tls, "descriptors_after": len(os.listdir("/proc/%d/fd" % pid))}
    say("descriptors: %s" % found)
    return found


def main():
    words = argparse.ArgumentParser()
    for name in ("--attack", "--way"):
        words.add_argument(name)
    words.add_argument("--seconds", type=float, default=9)
    words.add_argument("--only", nargs="*")
    words.add_argument("--json", action="store_true")
    asked = words.parse_args()
    if asked.attack:
        attack(asked.attack, asked.way, asked.seconds)
        return
    result = {"goals": GOALS, "direct": {}, "nginx": {}, "descriptors": []}
    names = asked.only or [*floods.FLOODS, *HOLDING]
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder)
        server, pair = authority.issue("server"), authority.issue("client")
        options = ["--listen", "tls:127.0.0.1:0", "--tls-certificate", server[0], "--tls-key",
                   server[1], "--tls-client-ca", authority.certificate]
        with Service(options) as service:
            direct = Way(service.ports[1], authority.certificate, pair)
            for name in names:
                result["direct"][name] = measure(service, direct, name, asked.seconds)
            with Nginx(free_port(), grpc_port=service.port) as nginx:
                through = Way(nginx.port, nginx.certificate, name="127.0.0.1")
                for name in names:
                    result["nginx"][name] = measure(service, through, name, asked.seconds)
        result["descriptors"].append(exhaustion(
            [], False, lambda service: Way(service.port, None)))
        result["descriptors"].append(exhaustion(
            options, True, lambda service: Way(service.ports[1], authority.certificate, pair)))
    rows = [*result["direct"].values(), *result["nginx"].values()]
    result["worst"] = {"p99_ratio": max(row["p99_ratio"] for row in rows),
                       "growth_mib": max(row["growth_mib"] for row in rows),
                       "failed": sum(row["failed"] for row in rows),
                       "serving_again_seconds": max(row["serving_again_seconds"]
                                                    for row in result["descriptors"])}
    result["exits"] = sum(not row["alive"] for row in rows + result["descriptors"])
    print(json.dumps(result, indent=None if asked.json else 2))


if __name__ == "__main__":
    main()
