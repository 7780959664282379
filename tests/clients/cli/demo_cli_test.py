#!/usr/bin/python3
"""beckon demo against a real beckond: fills an empty merchant, leaves any other alone.

Programs come from $BECKOND and $BECKON, as in tests/clients/service.py."""
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from service import BECKON, Service  # noqa: E402


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.service.start()

    @classmethod
    def tearDownClass(cls):
        cls.service.__exit__()

    def beckon(self, *words, exit=0, token=None):
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TMPDIR": self.service.folder,
                       "BECKON_ADDRESS": self.service.address,
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
        if token:
            environment["BECKON_TOKEN"] = token
        else:
            environment["BECKON_TOKEN_FILE"] = os.path.join(self.service.data, "admin.token")
        done = subprocess.run([BECKON, *words], env=environment, timeout=60, capture_output=True)
        self.assertEqual(done.returncode, exit, (words, done.stderr.decode()))
        self.errors = done.stderr.decode()
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    def folder(self, name):
        path = os.path.join(self.service.folder, name)
        os.mkdir(path)
        return path

    def test_1_the_files_alone_are_written_and_nothing_is_called(self):
        path = self.folder("patterns")
        self.beckon("demo", "--output", path)
        self.assertEqual(sorted(os.listdir(path)), ["guides.csv", "members.csv", "program.yaml",
                                                    "purchases.csv", "shops.csv"])
        self.assertEqual(self.beckon("shop", "list"), [])
        self.beckon("demo", "--output", os.path.join(path, "nowhere"), exit=5)

    def test_2_an_empty_merchant_is_filled_and_verifies(self):
        summary, = self.beckon("demo")
        self.assertEqual((summary["shops"], summary["guides"], summary["members"]), (3, 12, 300))
        self.assertGreater(summary["purchases"], 500)
        self.assertEqual(self.beckon("verify")[0]["finding_count"], 0)
        self.assertEqual(self.beckon("merchant", "get")[0]["name"], "Beckon Demo 示范店")
        board, = self.beckon("guide", "scoreboard", "1", "--span", "year")
        self.assertGreater(board["sales_minor"], 0)
        left = [name for name in os.listdir(self.service.folder) if name.startswith("beckon-demo")]
        self.assertEqual(left, [], "the files it imported are gone")

    def test_3_a_merchant_with_data_is_left_alone(self):
        before = self.beckon("verify")[0]["head"]
        self.beckon("demo", exit=1)
        self.assertIn("has data already (shops)", self.errors)
        self.assertEqual(self.beckon("verify")[0]["head"], before)

    def test_4_another_currency_is_refused_before_anything_is_written(self):
        with open(os.path.join(self.service.data, "operator.token"), encoding="utf-8") as file:
            operator = file.read().strip()
        made, = self.beckon("merchant", "create", "--name", "Abroad", "--currency", "EUR",
                            "--request-id", "abroad", token=operator)
        token, = self.beckon("token", "create", "admin", "--merchant",
                             str(made["merchant_number"]), token=operator)
        self.beckon("demo", exit=1, token=token["secret"])
        self.assertIn("EUR", self.errors)
        self.assertEqual(self.beckon("shop", "list", token=token["secret"]), [])


if __name__ == "__main__":
    unittest.main()
