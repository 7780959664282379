#!/usr/bin/python3
"""Streams that follow something, over real gRPC, behind a fake executor (test_server.c).

usage: follow_test.py SERVER"""

import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import runtime_test  # noqa: E402
import grpc  # noqa: E402

FOLLOW = "beckon.v1.StoreService/BackupStore"  # test_server.c follows something else behind it
CREATE = runtime_test.CREATE
NARROW = (("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65535))  # small windows


class Follow(runtime_test.Case):
    """What is followed is how many shops were made."""

    def follow(self, path=b"", client=None):
        client = client or self.client
        call = client.channel.unary_stream("/" + FOLLOW, request_serializer=lambda b: b)
        return call(b"\x0a" + bytes([len(path)]) + path, metadata=client.metadata())

    def messages(self, stream, beats=False):
        """(shops, heartbeat) of each message; without heartbeats unless asked for."""
        message = self.client.message("beckon.v1.VerifyStoreResponse")
        for data in stream:
            read = message.FromString(data)
            if beats or not read.done:
                yield read.entries, read.done

    def make(self, name="S"):
        self.client.call(CREATE, {"shop": {"shop_id": name}})

    def ends(self, reason, stream):
        with self.assertRaises(grpc.RpcError) as caught:
            list(stream)
        self.assertEqual(self.client.refused(caught.exception).reason, reason)

    def test_what_is_new_is_sent_and_nothing_twice(self):
        self.make()
        stream = self.follow()
        told = self.messages(stream)
        self.assertEqual(next(told)[0], 1)
        for count in range(2, 6):
            began = time.monotonic()
            self.make()
            self.assertEqual(next(told)[0], count)
            self.assertLess(time.monotonic() - began, 1)
        stream.cancel()

    def test_one_who_has_the_newest_hears_heartbeats_only_until_something_changes(self):
        self.make()
        stream = self.follow(b"1")
        told = self.messages(stream, beats=True)
        began = time.monotonic()
        self.assertEqual([next(told), next(told)], [(1, True), (1, True)])
        self.assertGreater(time.monotonic() - began, 1.2)  # one each 0.7 s here
        self.make()
        self.assertEqual(next(told), (2, False))
        stream.cancel()

    def test_a_refused_look_ends_the_stream_at_once_or_later(self):
        self.ends("GUIDE_UNKNOWN", self.follow(b"GUIDE_UNKNOWN"))
        self.ends("BUSY", self.follow(b"BUSY"))
        stream = self.follow()
        self.make()
        next(self.messages(stream))
        began = time.monotonic()
        self.make("revoke")
        self.ends("TOKEN_INVALID", stream)
        self.assertLess(time.monotonic() - began, 1)

    def test_a_slow_reader_gets_the_newest_when_he_reads_again(self):
        self.make()
        narrow = self.server.client(options=NARROW)
        stream = self.follow(b"big", narrow)
        told = self.messages(stream)
        next(told)
        for _ in range(30):
            self.make()
            time.sleep(0.06)  # longer than a tick: each would be a version
        last, received = 0, 0
        while last < 31:
            last, _ = next(told)
            received += 1
        self.assertLess(received, 20)  # what lay between was left out
        narrow.close()

    def test_followers_have_a_cap_each_guide_too_and_one_gone_makes_room(self):
        self.make()
        with self.server.client(token="guide") as guide:
            own = [self.follow(client=guide) for _ in range(8)]
            for stream in own:
                next(stream)
            self.ends("STREAMS_TOO_MANY", self.follow(client=guide))
            clients = [self.server.client() for _ in range(5)]
            streams = [self.follow(client=clients[i % 5]) for i in range(504)]
            for stream in streams:
                next(stream)
            self.ends("BUSY", self.follow())
            self.client.call(runtime_test.GET, {"shop_id": "S"})
            own[0].cancel()
            until = time.monotonic() + 5
            while time.monotonic() < until:
                stream = self.follow()
                try:
                    next(stream)
                    break
                except grpc.RpcError:
                    time.sleep(0.02)
            else:
                self.fail("no room again")
            for client in clients:
                client.close()

    def test_the_end_of_the_service_ends_them_even_who_reads_nothing(self):
        self.make()
        narrow = self.server.client(options=NARROW)
        stream, slow = self.follow(), self.follow(b"big", narrow)
        told = self.messages(stream)
        next(told)
        next(slow)
        for _ in range(20):
            self.make()
            time.sleep(0.06)
        began = time.monotonic()
        self.server.process.send_signal(signal.SIGTERM)
        with self.assertRaises(grpc.RpcError) as caught:
            list(told)
        self.assertEqual(self.client.refused(caught.exception).reason, "SHUTTING_DOWN")
        self.assertEqual(self.server.process.wait(5), 0)
        self.assertLess(time.monotonic() - began, 3)
        narrow.close()


if __name__ == "__main__":
    runtime_test.SERVER = sys.argv.pop(1)
    unittest.main()
