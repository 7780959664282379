"""Other people's gRPC: a Node.js client (@grpc/grpc-js with the .proto files) and h2load. Where
Node.js is absent the first is skipped; where it is there, everything has to work. Its packages are
installed into $BECKON_GRPCJS, a folder of the build."""

import os
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import npm  # noqa: E402
from service import ROOT, Service  # noqa: E402

SOURCE = os.path.join(ROOT, "tests/clients/grpcjs")
FOLDER = os.environ.get("BECKON_GRPCJS", os.path.join(ROOT, "build/grpcjs"))
INCLUDES = ["/usr/share/grpc-proto", "/usr/include"]
STEPS = ["health", "register", "record", "list", "64 in flight", "error with details", "stream"]
CALLS = 2000


class OtherClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.service.start()

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0, cls.service.log()
        cls.service.__exit__()

    @unittest.skipUnless(npm.there(), "no Node.js here")
    def test_a_node_js_client_does_the_main_job(self):
        npm.install(SOURCE, FOLDER)
        shutil.copy(os.path.join(SOURCE, "client.js"), FOLDER)
        done = subprocess.run(
            ["node", os.path.join(FOLDER, "client.js"), self.service.address,
             os.path.join(ROOT, "proto"), *INCLUDES], capture_output=True, text=True, timeout=60,
            env=dict(os.environ, BECKON_TOKEN=self.service.token("admin")))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines(), ["ok " + step for step in STEPS])

    def test_h2load_gets_an_answer_to_every_empty_call(self):
        body = os.path.join(self.service.folder, "empty")
        with open(body, "wb") as file:
            file.write(bytes(5))  # a gRPC frame: not compressed, 0 bytes
        done = subprocess.run(
            ["h2load", "-n", str(CALLS), "-c", "4", "-m", "16", "-d", body,
             "-H", "content-type: application/grpc", "-H", "te: trailers",
             "http://%s/grpc.health.v1.Health/Check" % self.service.address],
            capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("%d succeeded, 0 failed, 0 errored, 0 timeout" % CALLS, done.stdout)
        # Each answer is a frame with SERVING: h2load takes an error for a success, its size tells.
        data = re.search(r"traffic: .*\((\d+)\) data", done.stdout)
        self.assertEqual(int(data.group(1)), CALLS * 7, done.stdout)


if __name__ == "__main__":
    program = unittest.main(exit=False)
    if not program.result.wasSuccessful():
        sys.exit(1)
    if program.result.skipped:
        print("skipped: " + "; ".join(why for _, why in program.result.skipped))
        sys.exit(77)
