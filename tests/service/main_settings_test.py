#!/usr/bin/python3
"""beckond's settings from outside: the file, its sample, what SIGHUP changes and what it can't.
$BECKOND names the program (tests/clients/service.py)."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../clients"))
from reflect import Refused  # noqa: E402
from service import BECKOND, Service  # noqa: E402


def run(*arguments, **more):
    return subprocess.run([BECKOND, *arguments], capture_output=True, text=True, timeout=30, **more)


class Settings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(self.folder, "beckond.conf")

    def write(self, text):
        with open(self.path, "w") as file:
            file.write(text)

    def test_a_file_is_read_and_a_wrong_line_named(self):
        text = "[beckond]\ndata = %s/data\nlisten = unix:%s/a\nlisten = unix:%s/b\n" % (
            (self.folder,) * 3)
        self.write(text)
        told = run("--config", self.path, "--check-config",
                   env={"BECKOND_LOG_LEVEL": "warn", "BECKOND_LISTN": "x"})
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("data = %s/data\t(file)" % self.folder, told.stdout)
        self.assertIn("listen = unix:%s/b\t(file)" % self.folder, told.stdout)
        self.assertIn("log-level = warn\t(environment)", told.stdout)
        self.assertIn("BECKOND_LISTN in the environment is no setting\n", told.stdout)
        self.assertIn("log-slow = 1s\t(default)", told.stdout)
        self.write(text + "lisen = 127.0.0.1:1\n")
        ended = run("--config", self.path)
        self.assertEqual(ended.returncode, 2)
        self.assertIn('%s:5:1: there is no setting "lisen"; did you mean "listen"?' % self.path,
                      ended.stderr)
        self.assertFalse(os.path.exists(self.folder + "/data"))

    def test_the_sample_passes_the_check(self):
        self.write(run("--sample-config").stdout)
        told = run("--config", self.path, "--check-config")
        self.assertEqual(told.returncode, 0, told.stderr)

    def hang_up(self, service, wanted):
        """Sends SIGHUP; the lines of the log since, once one says `wanted`."""
        before = len(service.log())
        service.process.send_signal(signal.SIGHUP)
        limit = time.monotonic() + 20
        while wanted not in service.log()[before:]:
            self.assertLess(time.monotonic(), limit, service.log())
            time.sleep(0.01)
        return service.log()[before:]

    def test_a_reload_changes_what_can_and_keeps_the_old_when_something_is_wrong(self):
        self.write("[beckond]\nlog-level = info\n")
        with Service(options=["--config", self.path], folder=self.folder) as service:
            self.write("[beckond]\nlog-level = warn\nlisten = 127.0.0.1:1\n")
            # A flag names --listen, which has the last word: nothing changed there.
            lines = self.hang_up(service, 'msg="setting changed" name=log-level')
            self.assertNotIn("restart", lines)
            # At warn nothing is told of a reload that changes nothing; what is wrong is.
            self.write("[beckond]\nlog-level = warn\n\nlog-levl = info\n")
            lines = self.hang_up(service, "settings not reloaded")
            self.assertIn('beckond.conf:4:1: there is no setting \\"log-levl\\"', lines)
            self.assertNotIn("setting changed", lines)
            self.write("[beckond]\nlog-level = info\nsms-file = %s/sms\n"
                       "store-buffer = 64MiB\n" % self.folder)
            lines = self.hang_up(service, 'msg="setting changes with a restart" name=sms-file')
            self.assertIn('msg="setting changes with a restart" name=store-buffer', service.log())
            lines = self.hang_up(service, 'msg="settings reloaded"')
            service.client("admin").call("beckon.v1.ShopService/ListShops", {})
            os.unlink(self.path)
            self.assertIn("can't be read", self.hang_up(service, "settings not reloaded"))
            self.assertEqual(service.stop(), 0)

    def test_refusals_are_logged_at_debug_without_what_was_asked(self):
        secrets = ("+8613800138000", "Canary Person", "beckon_1_canary", "CANARY-SHOP")
        with Service(options=["--log-level", "debug"]) as service:
            def refused(reason, client, method, request):
                with self.assertRaises(Refused) as caught:
                    client.call("beckon.v1." + method, request)
                self.assertEqual(caught.exception.reason, reason)
                line = next(line for line in reversed(service.log().splitlines())
                            if 'msg="call refused"' in line)
                self.assertRegex(line, r"level=debug .* method=/beckon.v1.%s reason=%s duration_ms"
                                 r"=\d+\.\d{3} merchant=\d+ role=\w+ token=\d+ request_id=[0-9a-f]"
                                 r"{16}$" % (method, reason))

            admin = service.client("admin")
            refused("SHOP_UNKNOWN", admin, "ShopService/GetShop", {"shop_id": secrets[3]})
            refused("TOKEN_INVALID", service.client(token=secrets[2]), "ShopService/GetShop",
                    {"shop_id": secrets[3]})
            refused("SHOP_UNKNOWN", admin, "MemberService/RegisterMember",
                    {"phone": secrets[0], "name": secrets[1], "shop_id": secrets[3],
                     "consent_policy_version": "1"})
            service.stop()
            for secret in secrets + (secrets[0][3:],):
                self.assertNotIn(secret, service.log())


if __name__ == "__main__":
    sys.exit(unittest.main())
