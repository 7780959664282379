#!/usr/bin/python3
"""beckond as a whole, from outside: reflection, every method, start, listeners, drain, exit codes.
$BECKOND names the program (tests/clients/service.py)."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../clients"))
from reflect import Beckon, Refused  # noqa: E402
from service import BECKOND, Service  # noqa: E402

ROLES = ["registrant", "member", "guide", "pos", "shop_manager", "payroll", "auditor", "admin",
         "operator", "payout", "integration"]


def run(*arguments, **more):
    return subprocess.run([BECKOND, *arguments], capture_output=True, text=True, timeout=30, **more)


def method_table():
    """path -> (kind, set of roles), as `beckond --methods` prints it."""
    lines = run("--methods").stdout.splitlines()
    assert lines[0] == "path\tkind\troles"
    rows = [line.split("\t") for line in lines[1:]]
    return {path.lstrip("/"): (kind, set(roles.split(","))) for path, kind, roles in rows}


class Methods(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.service.start()

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0, cls.service.log()
        cls.service.__exit__()

    def test_reflection_alone_finds_every_row_of_the_table(self):
        with self.service.client() as client:
            found = client.methods()
        table = method_table()
        self.assertEqual(set(found), set(table))
        for name, (client_streams, server_streams) in found.items():
            self.assertEqual(table[name][0], "bidi" if client_streams else
                             "stream" if server_streams else "unary")
        for _, roles in table.values():
            self.assertTrue(roles and roles <= set(ROLES))

    def test_every_method_answers_an_empty_request_by_name(self):
        """Admin and operator: done, a refusal with a reason, never UNKNOWN, INTERNAL or a hang."""
        table = method_table()
        for role in ("admin", "operator"):
            with self.service.client(role) as client:
                for name, (kind, roles) in table.items():
                    if name.endswith("/Watch") or kind == "bidi" or role not in roles:
                        continue
                    try:
                        reply = client.call(name, {}, timeout=10)
                        if kind == "stream":
                            list(reply)
                    except Refused as error:
                        self.assertIn(error.code.name,
                                      ("INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION"),
                                      (name, error))
                        self.assertTrue(error.reason and error.message and error.message_zh)

    def test_who_may_not_call_is_refused_everywhere(self):
        table = method_table()
        with self.service.client() as client:
            for name, (kind, roles) in table.items():
                if name.startswith("grpc."):
                    continue
                for role, token in (("admin", self.service.token("admin")),
                                    ("operator", self.service.token("operator")),
                                    ("registrant", None), (None, "beckon_1_wrong"),
                                    (None, "beckon_1_" + "A" * 43)):
                    expected = None if role in roles else \
                        "ROLE_NOT_ALLOWED" if role in ("admin", "operator") else \
                        "TOKEN_MISSING" if role else "TOKEN_INVALID"
                    caller = client.with_token(token)
                    reason = None
                    try:
                        reply = caller.call(name, {}, timeout=10)
                        if kind == "stream":
                            list(reply)
                    except Refused as error:
                        reason = error.reason
                    if expected is not None:
                        self.assertEqual(reason, expected, (name, role, token))
                    else:
                        self.assertNotIn(reason, ("ROLE_NOT_ALLOWED", "TOKEN_MISSING",
                                                  "TOKEN_INVALID"), (name, role))

    def test_a_write_is_read_by_the_next_call(self):
        with self.service.client("admin") as client:
            for i in range(30):
                name = "R%02d" % i
                client.call("beckon.v1.ShopService/CreateShop", {"shop": {"shop_id": name}})
                shop = client.call("beckon.v1.ShopService/GetShop", {"shop_id": name})["shop"]
                self.assertEqual(shop["shop_id"], name)

    def test_the_log_holds_no_token(self):
        log = self.service.log()
        self.assertIn('msg="ready"', log)
        self.assertNotIn("beckon_1_", log)
        for name in ("admin", "operator"):
            self.assertNotIn(self.service.token(name)[-20:], log)


class Start(unittest.TestCase):
    def test_help_version_and_wrong_options(self):
        self.assertEqual(run("--help").returncode, 0)
        self.assertIn("exit codes", run("--help").stdout)
        self.assertEqual(run("--version").stdout.split()[0], "beckond")
        for wrong in (["--nothing"], ["--data"], ["more"], ["--master-key", "x"]):
            ended = run(*wrong)
            self.assertEqual(ended.returncode, 2, wrong)
            self.assertIn("--help", ended.stderr)

    def test_first_start_writes_tokens_for_the_owner_only(self):
        with Service() as service:
            for name in ("admin.token", "operator.token", "master.key"):
                mode = os.stat(os.path.join(service.data, name)).st_mode
                self.assertEqual(stat.S_IMODE(mode), 0o600)
            self.assertEqual(stat.S_IMODE(os.stat(service.data).st_mode), 0o700)
            before = service.token("admin")
            service.kill()
            service.start()
            self.assertEqual(service.token("admin"), before)
            service.client("admin").call("beckon.v1.ShopService/ListShops", {})

    def test_a_first_start_that_was_cut_off_begins_anew(self):
        with tempfile.TemporaryDirectory() as folder:
            service = Service(folder=folder)
            # The token can't be written: a folder stands where its file is made.
            os.makedirs(os.path.join(service.data, "operator.token.new", "in the way"))
            ended = run("--data", service.data, "--listen", "127.0.0.1:0")
            self.assertEqual(ended.returncode, 3, ended.stderr)
            self.assertIn("token file not written", ended.stderr)
            shutil.rmtree(os.path.join(service.data, "operator.token.new"))
            with service:
                for name in ("admin", "operator"):
                    self.assertEqual(service.client(name).call(
                        "beckon.v1.MerchantService/GetMerchant",
                        {"merchant_number": 1})["merchant"]["name"], "Demo")
                self.assertEqual(service.verify()["finding_count"], 0)

    def test_a_first_start_killed_at_any_time_leaves_tokens_that_work(self):
        for delay_ms in range(0, 40, 4):
            with tempfile.TemporaryDirectory() as folder:
                service = Service(folder=folder)
                process = subprocess.Popen(
                    [BECKOND, "--data", service.data, "--listen", "127.0.0.1:0"],
                    stderr=subprocess.DEVNULL)
                time.sleep(delay_ms / 1000)
                process.kill()
                process.wait()
                with service:
                    service.client("admin").call("beckon.v1.ShopService/ListShops", {})
                    service.client("operator").call("beckon.v1.MerchantService/ListMerchants", {})

    def test_state_home_names_the_default_folder(self):
        with tempfile.TemporaryDirectory() as home:
            port = os.path.join(home, "port")
            state = os.path.join(home, "a", "b")
            process = subprocess.Popen(
                [BECKOND, "--listen", "127.0.0.1:0", "--port-file", port],
                env={**os.environ, "XDG_STATE_HOME": state}, stderr=subprocess.DEVNULL, cwd=home)
            until = time.monotonic() + 20
            while not os.path.exists(port) and time.monotonic() < until:
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(20), 0)
            self.assertTrue(os.path.exists(os.path.join(state, "beckon", "admin.token")))

    def test_a_second_instance_is_refused_with_code_3(self):
        with Service() as service:
            ended = run("--data", service.data, "--listen", "127.0.0.1:0")
            self.assertEqual(ended.returncode, 3)
            self.assertIn("store not opened", ended.stderr)
            service.client("admin").call("beckon.v1.ShopService/ListShops", {})

    def test_a_taken_port_and_foreign_addresses_end_with_code_4(self):
        with Service() as service, tempfile.TemporaryDirectory() as folder:
            for number, address in enumerate((service.address, "0.0.0.0:0", "example.com:1")):
                ended = run("--data", os.path.join(folder, str(number)), "--listen", address)
                self.assertEqual(ended.returncode, 4, ended.stderr)
                self.assertIn("cannot listen", ended.stderr)

    def test_unix_socket_and_two_ports(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "socket")
            with Service(options=["--listen", "unix:" + path, "--listen", "[::1]:0"]) as service:
                ports = open(os.path.join(service.folder, "port")).read().split()
                self.assertEqual(len(ports), 2)
                for address in ("unix:" + path, "[::1]:" + ports[1]):
                    with Beckon(address, token=service.token("admin")) as client:
                        client.call("beckon.v1.ShopService/ListShops", {})


class Stop(unittest.TestCase):
    def test_writes_under_way_are_answered_and_kept(self):
        with Service() as service:
            client = service.client("admin")
            name = "beckon.v1.ShopService/CreateShop"
            client.call(name, {"shop": {"shop_id": "first"}})
            futures = [client.future(name, {"shop": {"shop_id": "S%03d" % i}}) for i in range(200)]
            futures[0].result()
            service.process.send_signal(signal.SIGTERM)
            kept = [i for i, future in enumerate(futures) if future.exception() is None]
            self.assertGreater(len(kept), 0)
            self.assertEqual(service.process.wait(20), 0)
            service.start()
            with service.client("admin") as after:
                for i in kept:
                    after.call("beckon.v1.ShopService/GetShop", {"shop_id": "S%03d" % i})
            client.close()


if __name__ == "__main__":
    unittest.main(warnings="ignore")
