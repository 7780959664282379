#!/usr/bin/python3
"""Health, over real gRPC, behind a fake executor (test_server.c).

usage: health_test.py SERVER"""

import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import runtime_test  # noqa: E402
from runtime_test import CHECK, CREATE, GET, grpc  # noqa: E402

WATCH = "grpc.health.v1.Health/Watch"


class Health(runtime_test.Case):
    def test_check_answers_for_every_service(self):
        for service in self.client.services() + [""]:
            self.assertEqual(self.client.call(CHECK, {"service": service})["status"], "SERVING")
        self.refused("SERVICE_UNKNOWN", "NOT_FOUND", self.client.call, CHECK, {"service": "x"})

    def test_watch_says_what_changes_and_ends_with_the_server(self):
        watch = self.client.call(WATCH, {"service": "beckon.v1.ShopService"})
        unknown = self.client.call(WATCH, {"service": "x"})
        self.assertEqual(next(watch)["status"], "SERVING")
        self.assertEqual(next(unknown)["status"], "SERVICE_UNKNOWN")
        self.server.process.send_signal(signal.SIGTERM)
        self.assertEqual(next(watch)["status"], "NOT_SERVING")
        self.refused("SHUTTING_DOWN", "UNAVAILABLE", next, watch)
        self.assertEqual(self.server.process.wait(5), 0)

    def test_a_writer_that_hangs_is_not_serving_until_it_goes_on(self):
        watch = self.client.call(WATCH, {})
        self.assertEqual(next(watch)["status"], "SERVING")
        hanging = self.client.future(CREATE, {"shop": {"shop_id": "S", "cost_center": "1500"}},
                                     timeout=20)
        self.assertEqual(next(watch)["status"], "NOT_SERVING")
        self.assertFalse(hanging.done())
        self.assertEqual(self.client.call(CHECK, {})["status"], "NOT_SERVING")
        self.assertEqual(self.client.call(GET, {"shop_id": "S"})["shop"]["name"], "S")
        self.assertEqual(next(watch)["status"], "SERVING")
        self.assertEqual(self.client.call(CHECK, {})["status"], "SERVING")
        hanging.result(timeout=20)
        watch.close()

    def test_a_writer_with_much_to_do_serves(self):
        slow = {"shop": {"shop_id": "S", "cost_center": "100"}}
        for future in [self.client.future(CREATE, slow, timeout=20) for _ in range(12)]:
            future.result(timeout=20)
            self.assertEqual(self.client.call(CHECK, {})["status"], "SERVING")

    def test_too_many_watches_are_busy_and_a_gone_one_makes_room(self):
        channels = [self.server.client() for _ in range(2)]
        watches = [channels[i % 2].channel.unary_stream(
            "/" + WATCH, request_serializer=lambda b: b)(b"") for i in range(64)]
        for watch in watches:
            next(watch)
        # Reflection counts too, so the client must have learnt the method before.
        call = channels[0].channel.unary_stream("/" + WATCH, request_serializer=lambda b: b)
        with self.assertRaises(grpc.RpcError) as caught:
            list(call(b""))
        self.assertEqual(caught.exception.code().name, "RESOURCE_EXHAUSTED")
        for watch in watches:
            watch.cancel()
        until = time.monotonic() + 5
        while time.monotonic() < until:
            try:
                next(call(b""))
                break
            except grpc.RpcError:
                time.sleep(0.02)
        else:
            self.fail("no room again")
        for channel in channels:
            channel.close()


if __name__ == "__main__":
    runtime_test.SERVER = sys.argv.pop(1)
    unittest.main()
