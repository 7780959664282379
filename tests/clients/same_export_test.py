"""A closed run is exported the same for ever: three times, after a restart, under another time zone
and locale, and from a restored backup: identical SHA-256 of every file."""

import hashlib
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "bench"))
import payroll  # noqa: E402
from service import BECKON, BECKOND, Service  # noqa: E402
from settling import Office  # noqa: E402

GUIDES = 60
FILES = [("csv", "guides"), ("csv", "members"), ("xlsx", "guides"), ("xlsx", "members")]
ELSEWHERE = {"TZ": "Asia/Kathmandu", "LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8",
             "LANGUAGE": "de"}


class SameExport(unittest.TestCase):
    def hashes(self, service, run, environment=()):
        """{(format, payees): SHA-256} as the command line writes them."""
        out = {}
        for kind, payees in FILES:
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "out")
                done = subprocess.run(
                    [BECKON, "settlement", "export", str(run), "--format", kind, "--payees", payees,
                     "--output", path], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    env=dict(os.environ, BECKON_ADDRESS=service.address, **dict(environment),
                             BECKON_TOKEN_FILE=os.path.join(service.data, "admin.token")))
                self.assertEqual(done.returncode, 0, done.stderr)
                with open(path, "rb") as file:
                    out[kind, payees] = hashlib.sha256(file.read()).hexdigest()
        return out

    def closed_run(self, service):
        payroll.fill(service, service.folder, GUIDES)
        office = Office(service)
        run = office.create("same", type="SETTLEMENT_TYPE_YEAR_END", rate_points=10, rate_minor=7,
                            period_start="%d-01-01" % payroll.YEAR,
                            period_end="%d-01-01" % (payroll.YEAR + 1))
        office.wait(run)
        office.submit(run)
        office.approve(run)
        office.close(run)
        self.assertEqual(office.wait_swept(run)["state"], "SETTLEMENT_STATE_CLOSED")
        return run

    def restored(self, service, folder):
        """A service of the backup, elsewhere."""
        backup = os.path.join(folder, "backup")
        operator = service.client("operator")
        for last in operator.call("beckon.v1.StoreService/BackupStore", {"path": backup}):
            pass
        self.assertTrue(last["done"])
        other = os.path.join(folder, "other")
        os.mkdir(other)
        data = os.path.join(other, "data")
        done = subprocess.run([BECKOND, "--restore", backup, "--data", data, "--master-key",
                               os.path.join(service.data, "master.key")], stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ("admin.token", "operator.token"):
            with open(os.path.join(service.data, name)) as file, \
                    open(os.path.join(data, name), "w") as copy:
                copy.write(file.read())
        return Service(folder=other)

    def test_a_run_is_exported_the_same_for_ever(self):
        with Service() as service, tempfile.TemporaryDirectory() as folder:
            run = self.closed_run(service)
            first = self.hashes(service, run)
            self.assertEqual(len(set(first.values())), len(FILES))
            for again in range(2):
                self.assertEqual(self.hashes(service, run), first, "again")
            service.stop()
            service.start()
            self.assertEqual(self.hashes(service, run), first, "after a restart")
            service.stop()
            service.environment = dict(os.environ, **ELSEWHERE)
            service.start()
            self.assertEqual(self.hashes(service, run, ELSEWHERE), first, "elsewhere")
            with self.restored(service, folder) as other:
                self.assertEqual(self.hashes(other, run), first, "from a backup")
                self.assertEqual(other.verify()["finding_count"], 0)


if __name__ == "__main__":
    unittest.main()
