#!/usr/bin/python3
"""The names of calls, over real gRPC, behind a fake executor (test_server.c).

usage: request_id_test.py SERVER"""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import runtime_test  # noqa: E402
from runtime_test import CHECK, CREATE, GET, VERIFY, grpc  # noqa: E402


class Ids(runtime_test.Case):
    """Each call has a name, and its lines in the log hold it."""

    def call(self, method, data, *headers):
        """(trailers, request_id of the details or None) of one unary call."""
        self.client._learn_details()
        unary = self.client.channel.unary_unary("/" + method, request_serializer=lambda b: b,
                                                response_deserializer=lambda b: b)
        metadata = self.client.metadata() + [("x-request-id", header) for header in headers]
        try:
            _, call = unary.with_call(data, metadata=metadata, timeout=20)
            return dict(call.trailing_metadata()), None
        except grpc.RpcError as error:
            refused = self.client.refused(error)
            infos = [detail.value for detail in refused.status.details
                     if detail.type_url.endswith("google.rpc.RequestInfo")]
            self.assertEqual(len(infos), 1)
            return (dict(error.trailing_metadata()),
                    self.client.message("google.rpc.RequestInfo").FromString(infos[0]).request_id)

    def shop(self, name):
        return b"\x0a%c%s" % (len(name), name.encode())

    def test_the_callers_own_id_comes_back_with_answers_and_refusals(self):
        trailers, _ = self.call(GET, self.shop("S1"), "till-7.4711_a")
        self.assertEqual(trailers["x-request-id"], "till-7.4711_a")
        for method, data in ((GET, self.shop("SHOP_UNKNOWN")), (GET, b"\xff"),
                             ("beckon.v1.ShopService/Nothing", b"")):
            trailers, told = self.call(method, data, "till-7.4711_a")
            self.assertEqual((trailers["x-request-id"], told), ("till-7.4711_a",) * 2)

    def test_a_call_without_a_harmless_id_is_given_one_of_its_own(self):
        made = [self.call(GET, self.shop("S1"))[0]["x-request-id"] for _ in range(20)]
        for odd in ("a b", "x" * 65, "a=b", 'a"', ""):
            made.append(self.call(GET, self.shop("SHOP_UNKNOWN"), odd)[1])
        self.assertEqual(len(set(made)), 25)
        for one in made:
            self.assertRegex(one, "^[0-9a-f]{16}$")

    def test_streams_and_health_end_with_an_id(self):
        check = self.client.channel.unary_unary("/" + CHECK)
        _, call = check.with_call(b"", timeout=20, metadata=[("x-request-id", "probe")])
        self.assertEqual(dict(call.trailing_metadata())["x-request-id"], "probe")
        verify = self.client.channel.unary_stream("/" + VERIFY)
        stream = verify(b"\x08\x03", metadata=self.client.metadata() + [("x-request-id", "s")])
        self.assertEqual(len(list(stream)), 3)
        self.assertEqual(dict(stream.trailing_metadata())["x-request-id"], "s")

    def test_a_failed_call_is_found_in_the_log_by_its_id(self):
        server = runtime_test.Server()
        with server.client() as self.client:
            self.call(GET, self.shop("STORE_DAMAGED"), "lost-1")
            self.call(GET, self.shop("SHOP_UNKNOWN"), "quiet-1")
            self.call(GET, self.shop("S1"), "quick-1")
            self.call(CREATE, b"\x0a\x09" + self.shop("S2") + b"\x22\x03300", "slow-1")
        log = server.stop()
        line = next(line for line in log.splitlines() if "request_id=lost-1" in line)
        self.assertIn("method=/%s reason=STORE_DAMAGED" % GET, line)
        self.assertRegex(line, r"duration_ms=\d+\.\d{3} merchant=\d+ role=admin token=\d+")
        self.assertNotIn("quiet-1", log)
        self.assertNotIn("quick-1", log)
        line = next(line for line in log.splitlines() if "request_id=slow-1" in line)
        self.assertIn("slow call", line)
        self.assertIn("reason=OK duration_ms=3", line)


if __name__ == "__main__":
    runtime_test.SERVER = sys.argv.pop(1)
    sys.exit(unittest.main(defaultTest="Ids"))
