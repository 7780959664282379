#!/usr/bin/python3
"""GET /metrics of a real beckond, read by Prometheus' own parser.
$BECKOND names the program (tests/clients/service.py)."""

import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from prometheus_client.parser import text_string_to_metric_families

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../clients"))
from reflect import Refused  # noqa: E402
from service import BECKOND, Service  # noqa: E402

LABELS = {"method", "code", "reason", "lane", "version", "le"}


class Metrics(unittest.TestCase):
    def setUp(self):
        self.service = Service(options=["--metrics", "127.0.0.1:0", "--log-level", "debug"])
        self.addCleanup(self.service.__exit__)
        self.addCleanup(lambda: self.assertEqual(self.service.stop(), 0))
        self.service.start()
        # The line comes after the port file is there: listening is what came first.
        limit = time.monotonic() + 20
        while not (found := re.search(r'msg="metrics" address=\S+ port=(\d+)', self.service.log())):
            self.assertLess(time.monotonic(), limit, self.service.log())
            time.sleep(0.01)
        self.port = int(found.group(1))

    def get(self, path="/metrics", method="GET", headers={}):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()

    def scrape(self):
        """(sample name, its labels sorted) -> value."""
        status, text, headers = self.get()
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        found = {}
        for family in text_string_to_metric_families(text):
            self.assertTrue(family.name.startswith("beckon_"), family.name)
            self.assertIn(family.type, ("counter", "gauge", "histogram"), family.name)
            self.assertGreater(len(family.documentation), 5, family.name)
            for sample in family.samples:
                self.assertLessEqual(set(sample.labels), LABELS, sample)
                if family.type == "counter":
                    self.assertTrue(sample.name.endswith("_total"), sample.name)
                key = (sample.name, tuple(sorted(sample.labels.items())))
                self.assertNotIn(key, found, "a line stands twice")
                found[key] = sample.value
        return found

    @staticmethod
    def value(found, sample, **labels):
        return found.get((sample, tuple(sorted(labels.items()))))

    def test_counts_and_durations_are_those_of_the_calls_made(self):
        before = self.scrape()
        admin = self.service.client("admin")
        for i in range(7):
            admin.call("beckon.v1.ShopService/CreateShop", {"shop": {"shop_id": "M%d" % i}})
        for i in range(3):
            with self.assertRaises(Refused):
                admin.call("beckon.v1.ShopService/GetShop", {"shop_id": "CANARY-SHOP"})
        with self.assertRaises(Refused):
            admin.call_bytes("beckon.v1.ShopService/Nothing", b"")
        after = self.scrape()
        create, get = "beckon.v1.ShopService/CreateShop", "beckon.v1.ShopService/GetShop"
        self.assertEqual(self.value(after, "beckon_calls_total", method=create, code="OK",
                                    reason="OK"), 7)
        self.assertEqual(self.value(after, "beckon_calls_total", method=get, code="NOT_FOUND",
                                    reason="SHOP_UNKNOWN"), 3)
        self.assertEqual(self.value(after, "beckon_calls_unknown_total"), 1)
        self.assertEqual(self.value(after, "beckon_call_duration_seconds_count", method=create), 7)
        grown = self.value(after, "beckon_commit_duration_seconds_count") \
            - self.value(before, "beckon_commit_duration_seconds_count")
        self.assertEqual(grown, 7)
        self.assertEqual(self.value(after, "beckon_batch_commands_sum")
                         - self.value(before, "beckon_batch_commands_sum"), 7)
        self.assertGreater(self.value(after, "beckon_call_duration_seconds_sum", method=create), 0)

    def test_a_page_elsewhere_that_renames_this_machine_reads_nothing(self):
        for host, status in (("evil.example", 421), ("127.0.0.1.evil.example:80", 421), ("", 421),
                             ("localhost:9717", 200), ("LOCALHOST", 200), ("[::1]:1", 200)):
            self.assertEqual(self.get(headers={"Host": host})[0], status, host)

    def test_buckets_grow_to_their_count(self):
        admin = self.service.client("admin")
        for i in range(20):
            admin.call("beckon.v1.ShopService/CreateShop", {"shop": {"shop_id": "B%d" % i}})
        found, buckets = self.scrape(), {}
        for (name, labels), value in found.items():
            if name.endswith("_bucket"):
                rest = tuple(label for label in labels if label[0] != "le")
                buckets.setdefault((name, rest), []).append((float(dict(labels)["le"]), value))
        self.assertGreaterEqual(len(buckets), 3)
        for (name, rest), rows in buckets.items():
            self.assertEqual(rows, sorted(rows), name)
            self.assertEqual([value for _, value in rows], sorted(value for _, value in rows))
            self.assertEqual(rows[-1][0], float("inf"))
            self.assertEqual(rows[-1][1], found[(name[:-len("bucket")] + "count", rest)])

    def test_the_state_of_store_and_process_is_there(self):
        found = self.scrape()
        for name, least in (("beckon_store_used_bytes", 4096), ("beckon_store_map_bytes", 1 << 30),
                            ("beckon_disk_free_bytes", 1), ("beckon_merchants", 1),
                            ("beckon_store_free_bytes", 0), ("beckon_store_full", 0),
                            ("beckon_store_snapshots", 0), ("beckon_erasures_open", 0),
                            ("beckon_store_oldest_snapshot_commits", 0),
                            ("beckon_store_journal_commits", 0),
                            ("beckon_store_journal_bytes", 0),
                            ("beckon_store_buffer_max_bytes", 0),
                            ("beckon_store_buffered_bytes", 0), ("beckon_store_held_bytes", 0),
                            ("beckon_store_draining_percent", 0),
                            ("beckon_process_resident_memory_bytes", 1 << 20),
                            ("beckon_process_open_fds", 10), ("beckon_process_max_fds", 64),
                            ("beckon_process_cpu_seconds_total", 0.001),
                            ("beckon_process_start_time_seconds", time.time() - 3600),
                            ("beckon_connections", 0), ("beckon_connections_tls", 0),
                            ("beckon_handshakes_total", 0), ("beckon_key_generation", 1),
                            ("beckon_key_rotation_running", 0), ("beckon_followers", 0)):
            self.assertGreaterEqual(self.value(found, name), least, name)
        for reason in ("resets", "pings", "headers", "stalled"):
            self.assertEqual(self.value(found, "beckon_connections_cut_total", reason=reason), 0)
        for lane in ("reserve", "fast", "slow"):
            self.assertEqual(self.value(found, "beckon_queue_waiting", lane=lane), 0)
        version = subprocess.run([BECKOND, "--version"], capture_output=True, text=True).stdout
        self.assertEqual(self.value(found, "beckon_build_info", version=version.split()[1]), 1)

    def test_nothing_personal_is_shown(self):
        admin = self.service.client("admin")
        admin.call("beckon.v1.ShopService/CreateShop", {"shop": {"shop_id": "CANARY-SHOP"}})
        admin.call("beckon.v1.MemberService/RegisterMember", {
            "phone": "+8613800138000", "name": "Canary Person", "shop_id": "CANARY-SHOP",
            "consent_policy_version": "1"})
        _, text, _ = self.get()
        self.assertIn("RegisterMember", text)
        for secret in ("CANARY-SHOP", "Canary", "13800138000", "beckon_1_",
                       self.service.token("admin")[-20:]):
            self.assertNotIn(secret, text)
            self.assertNotIn(secret, self.service.log())

    def test_only_the_one_path_and_only_reading(self):
        self.assertEqual(self.get("/")[0], 404)
        self.assertEqual(self.get("/metrics/x")[0], 404)
        self.assertEqual(self.get(method="POST")[0], 405)
        status, text, _ = self.get(method="HEAD")
        self.assertEqual((status, text), (200, ""))

    def test_who_says_nothing_keeps_nobody_waiting(self):
        silent = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(5)]
        silent[0].sendall(b"GET /metr")
        self.assertGreater(len(self.scrape()), 30)
        for connection in silent:
            connection.close()


class Start(unittest.TestCase):
    def test_an_address_of_others_is_refused(self):
        for address in ("0.0.0.0:9717", "192.0.2.1:9717", "9717", "127.0.0.1:x", "127.0.0.1:70000",
                        "unix:/tmp/x"):
            with tempfile.TemporaryDirectory() as folder:
                ended = subprocess.run(
                    [BECKOND, "--data", folder + "/data", "--listen", "127.0.0.1:0", "--metrics",
                     address], capture_output=True, text=True, timeout=30)
                self.assertEqual(ended.returncode, 4, ended.stderr)
                self.assertIn("metrics are for this machine alone", ended.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
