"""What a hostile network sends, in small: each flood is cut with a word, others are served all the
while, the process stays and stays small. tests/bench/hostile.py has the figures."""
import os
import socket
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../clients"))
import grpc  # noqa: E402
import floods  # noqa: E402
from authority import Authority  # noqa: E402
from frames import (DATA, END_HEADERS, END_STREAM, HEADERS, Peer, call, frame,  # noqa: E402
                    headers_of)
from reflect import Beckon  # noqa: E402
from service import Service  # noqa: E402

CHECK = "grpc.health.v1.Health/Check"
GROWTH_KB = 320 * 1024  # sanitizers keep 256 MiB of what was freed; the bench shows the true figure


class Others:
    """Clients that only want to work: one by plaintext, one by TLS."""

    def __init__(self, *clients):
        self.clients = clients
        self.failed, self.slowest, self.count = [], 0.0, 0
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(client,)) for client in clients]

    def work(self, client):
        while not self.stop.is_set():
            began = time.monotonic()
            try:
                client.call_bytes(CHECK, b"", timeout=10)
            except Exception as error:  # noqa: BLE001: whatever it is, it is told
                self.failed.append(error)
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.count += 1
            self.stop.wait(0.01)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.authority = Authority(cls.folder.name)
        server, cls.pair = cls.authority.issue("server"), cls.authority.issue("client")
        cls.service = Service(["--listen", "tls:127.0.0.1:0", "--tls-certificate", server[0],
                               "--tls-key", server[1], "--tls-client-ca",
                               cls.authority.certificate])
        cls.service.start()
        pem = []
        for path in (cls.authority.certificate, cls.pair[1], cls.pair[0]):
            with open(path, "rb") as file:
                pem.append(file.read())
        cls.near = Beckon(cls.service.address)
        cls.far = Beckon("localhost:%d" % cls.service.ports[1],
                         credentials=grpc.ssl_channel_credentials(*pem))
        cls.before_kb = None

    @classmethod
    def tearDownClass(cls):
        cls.near.close()
        cls.far.close()
        code = cls.service.stop()
        cls.folder.cleanup()
        assert code == 0, cls.service.log()

    def rss_kb(self):
        with open("/proc/%d/status" % self.service.process.pid) as file:
            return int([line for line in file if line.startswith("VmRSS")][0].split()[1])

    def peer(self, **more):
        return Peer(self.service.ports[1], self.authority.certificate, self.pair, **more)

    def test_each_flood_is_cut_and_others_are_served(self):
        self.near.call(CHECK, {})
        self.far.call(CHECK, {})
        before_kb = self.rss_kb()
        for name, flood in floods.FLOODS.items():
            with self.subTest(name), Others(self.near, self.far) as others, self.peer() as peer:
                flood(peer)
                if name not in floods.TAKEN:
                    self.assertTrue(peer.read_until_closed(20), name)
                word = peer.goaway()
                others.stop.set()
                self.assertEqual(others.failed, [], name)
                self.assertLess(others.slowest, 3, name)
                if word is not None and word in floods.SAID.values():
                    self.assertEqual(word, floods.SAID.get(name))
            self.assertIsNone(self.service.process.poll())
        self.assertLess(self.rss_kb() - before_kb, GROWTH_KB)

    def test_replies_that_nobody_takes_do_not_shut_out_others(self):
        """Windows of zero: 12 connections x 120 calls are more than may be in progress."""
        self.near.call(CHECK, {})
        peers = [self.peer(settings=floods.ZERO_WINDOW) for _ in range(12)]
        for peer in peers:
            peer.send(b"".join(call(stream) for stream in range(1, 240, 2)))
        served = 0
        until = time.monotonic() + 20
        while served < 50:
            self.assertLess(time.monotonic(), until)
            try:
                self.near.call_bytes(CHECK, b"", timeout=5)
                served += 1
            except Exception:  # noqa: BLE001: busy for a moment
                served = 0
                time.sleep(0.05)
        for peer in peers:
            peer.close()

    def test_many_idle_connections_leave_room_and_go(self):
        idle = [socket.create_connection(("127.0.0.1", self.service.ports[1]))
                for _ in range(300)]
        self.assertEqual(self.near.call(CHECK, {})["status"], "SERVING")
        for one in idle:
            one.close()
        self.assertEqual(self.far.call(CHECK, {})["status"], "SERVING")


if __name__ == "__main__":
    unittest.main()
