"""One set of cases (cases.py), three clients that are not ours: python3-grpcio, @grpc/grpc-js and
`buf curl` must all see the same. A Node.js program does the main job; h2load asks for health. Where Node.js is absent what needs it is skipped; their packages are
installed into $BECKON_CONFORMANCE, a folder of the build."""

import json
import os
import re
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import buf_client  # noqa: E402
import cases  # noqa: E402
import npm  # noqa: E402
import python_client  # noqa: E402
import schema  # noqa: E402
from service import ROOT, Service  # noqa: E402

FOLDER = os.environ.get("BECKON_CONFORMANCE", os.path.join(ROOT, "build/conformance"))
BUF = os.path.join(FOLDER, "node_modules/@bufbuild/buf-linux-%s/bin/buf"
                   % {"x86_64": "x64", "aarch64": "aarch64"}.get(os.uname().machine, "x64"))
NODE_SECONDS = 120
MAIN_JOB = ["health", "register", "record", "list", "64 in flight", "error with details", "stream"]
H2LOAD_CALLS = 2000


def run_script(script, *arguments, **environment):
    """What a program of Node.js prints."""
    done = subprocess.run(["node", os.path.join(schema.HERE, script), *arguments],
                          capture_output=True, text=True, timeout=NODE_SECONDS,
                          env=dict(os.environ, NODE_PATH=os.path.join(FOLDER, "node_modules"),
                                   **environment))
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout.splitlines()


def furnish(service):
    """What the cases ask for: 500 shops, and a guide in the first."""
    admin = service.client("admin")
    calls = [admin.future(cases.CREATE, {"shop": {"shop_id": "S%03d" % i, "name": cases.SHOP_NAME}})
             for i in range(cases.SHOPS)]
    for call in calls:
        call.result()
    admin.call("beckon.v1.GuideService/CreateGuide", {"guide": {
        "employee_no": "E1", "name": "Guide", "phone": "13800001091", "document_type": "ID",
        "document_number": "DOC-1", "employments": [{"shop_id": "S000", "from_date": "2020-01-01"}]}})


def run_node(service_address, token, folder, rows, certificate=None):
    """What the Node.js client observes of the cases, by their names."""
    settings = os.path.join(folder, "node.json")
    with open(settings, "w") as file:
        json.dump({"address": service_address, "token": token, "strange": "strange.proto",
                   "folders": [schema.PROTO, schema.HERE, *schema.INCLUDES], "certificate": certificate,
                   "files": schema.api_files(), "cases": rows}, file)
    return {line["name"]: line["seen"] for line in map(json.loads, run_script("client.js", settings))}


def run_all(client, rows):
    return {row["name"]: client.run(row) for row in rows}


class Conformance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service().__enter__()
        furnish(cls.service)
        cls.sets = schema.describe(cls.service.folder)
        cls.seen, cls.errors = {}, {}
        address, token = cls.service.address, cls.service.token("admin")
        runs = {"python": lambda rows: run_all(
            python_client.Client(address, token, *cls.sets), rows)}
        if npm.there():
            npm.install(schema.HERE, FOLDER)
            runs["node"] = lambda rows: run_node(address, token, cls.service.folder, rows)
            runs["buf"] = lambda rows: run_all(
                buf_client.Client(BUF, address, token, *cls.sets), rows)

        def run(name):
            try:
                cls.seen[name] = runs[name](cases.cases_of(name))
            except Exception as error:  # told by the test of that client
                cls.errors[name] = error

        threads = [threading.Thread(target=run, args=(name,)) for name in runs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    @classmethod
    def tearDownClass(cls):
        code = cls.service.stop()
        log = cls.service.log()
        cls.service.__exit__()
        assert code == 0 and "batch rejected" not in log, log

    def check(self, name):
        if name in self.errors:
            raise self.errors[name]
        rows = cases.cases_of(name)
        self.assertEqual(set(self.seen[name]), {row["name"] for row in rows})
        faults = []
        for row in rows:
            seen = self.seen[name][row["name"]]
            self.assertEqual(len(seen), row.get("parallel", row.get("times", 1)), row["name"])
            faults += ["%s: %s" % (row["name"], wrong) for wrong in
                       {cases.fault(row, one) for one in seen} - {None}]
        self.assertEqual(faults, [])
        print("%s: %d of %d cases" % (name, len(rows), len(cases.CASES)))

    def test_python_grpcio(self):
        self.check("python")

    @unittest.skipUnless(npm.there(), "no Node.js here")
    def test_grpc_js(self):
        self.check("node")

    @unittest.skipUnless(npm.there(), "no Node.js here")
    def test_buf_curl(self):
        self.check("buf")

    def test_what_a_client_cannot_has_a_reason_and_is_done_by_another(self):
        self.assertEqual(len({row["name"] for row in cases.CASES}), len(cases.CASES))
        for row in cases.CASES:
            for name, why in row["cannot"].items():
                self.assertIn(name, cases.CLIENTS)
                self.assertGreater(len(why), 10, row["name"])
            self.assertLess(len(row["cannot"]), len(cases.CLIENTS), row["name"])

    def test_the_comparison_itself_sees_a_difference(self):
        row = cases.case("x", cases.GET, {}, {"status": "OK", "messages": 1, "seconds": 1,
                                             "reply": {"shop": {"shopId": "S1"}, "rows": [2]},
                                             "initial": {"a": "b", "c": None}})
        good = {"status": "OK", "messages": 1, "seconds": 0.5, "initial": {"a": "b"},
                "reply": {"shop": {"shopId": "S1", "more": 1}, "rows": [1, 2]}}
        self.assertIsNone(cases.fault(row, good))
        for wrong in ({"status": "UNKNOWN"}, {"messages": 0}, {"seconds": 2}, {"initial": {}},
                      {"initial": {"a": "b", "c": ""}}, {"reply": {"shop": {}, "rows": [1, 2]}},
                      {"reply": {"shop": {"shopId": "S1"}, "rows": []}}, {"reply": None}):
            self.assertIsNotNone(cases.fault(row, dict(good, **wrong)), wrong)


class MainJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service().__enter__()

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0, cls.service.log()
        cls.service.__exit__()

    @unittest.skipUnless(npm.there(), "no Node.js here")
    def test_a_node_js_client_does_the_main_job(self):
        npm.install(schema.HERE, FOLDER)
        said = run_script("main_job.js", self.service.address, schema.PROTO, *schema.INCLUDES,
                          BECKON_TOKEN=self.service.token("admin"))
        self.assertEqual(said, ["ok " + step for step in MAIN_JOB])

    def test_h2load_gets_an_answer_to_every_empty_call(self):
        body = os.path.join(self.service.folder, "empty")
        with open(body, "wb") as file:
            file.write(bytes(5))  # a gRPC frame: not compressed, 0 bytes
        done = subprocess.run(
            ["h2load", "-n", str(H2LOAD_CALLS), "-c", "4", "-m", "16", "-d", body,
             "-H", "content-type: application/grpc", "-H", "te: trailers",
             "http://%s/%s" % (self.service.address, cases.CHECK)],
            capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("%d succeeded, 0 failed, 0 errored, 0 timeout" % H2LOAD_CALLS, done.stdout)
        # Each answer is a frame with SERVING: h2load takes an error for a success, its size tells.
        data = re.search(r"traffic: .*\((\d+)\) data", done.stdout)
        self.assertEqual(int(data.group(1)), H2LOAD_CALLS * 7, done.stdout)


if __name__ == "__main__":
    program = unittest.main(exit=False)
    if not program.result.wasSuccessful():
        sys.exit(1)
    if program.result.skipped:
        print("skipped: " + "; ".join(why for _, why in program.result.skipped))
        sys.exit(77)
