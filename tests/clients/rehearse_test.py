"""Backups of a serving beckond by the clock, and the rehearsal of their restore: what is kept, what is
said, and that nothing is deleted when the newest is not good."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from service import BECKOND, BECKON, Service  # noqa: E402
from world import API, World  # noqa: E402


class Rehearsal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.service.start()
        cls.addClassCleanup(cls.service.__exit__)
        cls.world = World(cls.service, with_tokens=False)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="beckon-backups-")
        self.addCleanup(shutil.rmtree, self.folder)

    def backup(self):
        environment = dict(os.environ, BECKON_ADDRESS=self.service.address, BECKON_TOKEN_FILE=os.path.join(
            self.service.data, "operator.token"))
        done = subprocess.run([BECKON, "backup", "--dated", self.folder + "/"], env=environment, text=True,
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        made = done.stderr.split()[-1]
        self.assertEqual(os.path.dirname(made), self.folder)
        return made

    def make_old(self, count):
        """As if they had been made on so many nights before; links cost no disk."""
        newest = self.backup()
        old = [os.path.join(self.folder, "2025-01-%02dT031000Z" % (n + 1)) for n in range(count)]
        for path in old:
            shutil.copytree(newest, path, copy_function=os.link)
        return old, newest

    def rehearse(self, *words, data=None, exit=0):
        done = subprocess.run([BECKOND, "--data", data or self.service.data, "--rehearse", *words],
                              text=True, capture_output=True, timeout=60)
        self.assertEqual(done.returncode, exit, done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.service.data, "rehearsal")))
        return done

    def state(self):
        path = os.path.join(self.service.data, "backup.state")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def test_the_newest_is_restored_verified_and_the_oldest_go(self):
        old, newest = self.make_old(4)
        done = self.rehearse(self.folder, "--keep", "3")
        state = self.state()
        self.assertEqual((state["backup"], state["ok"], state["cause"], state["findings"]),
                         (newest, True, "", 0))
        merchants = [line.split("\t") for line in done.stdout.splitlines()[1:-1]]
        self.assertEqual([m[0] for m in merchants], ["1", "2"])
        self.assertEqual(state["merchants"], 2)
        self.assertEqual(state["entries"], sum(int(m[1]) for m in merchants))
        verified = self.service.verify()
        self.assertEqual(merchants[0][1], str(verified["entries"]))
        self.assertEqual(merchants[0][5], verified["head"].hex())
        self.assertIn("can be restored", done.stdout)
        self.assertEqual(sorted(os.listdir(self.folder)),
                         sorted(map(os.path.basename, old[2:] + [newest])))
        now = time.strftime("%Y-%m-%dT%H", time.gmtime())
        self.assertTrue(state["rehearsed_at"].startswith(now[:10]) and state["made_at"] <= state["rehearsed_at"])

    def test_a_damaged_newest_deletes_nothing_and_is_told(self):
        old, newest = self.make_old(2)
        path = os.path.join(newest, "store/data.mdb")
        damaged = path + ".damaged"
        shutil.copyfile(path, damaged)
        with open(damaged, "r+b") as file:
            file.seek(9000)
            file.write(b"damage")
        os.rename(damaged, path)
        done = self.rehearse(self.folder, "--keep", "1", exit=1)
        self.assertIn("store/data.mdb is damaged", done.stderr)
        self.assertFalse(self.state()["ok"])
        self.assertIn("damaged", self.state()["cause"])
        self.assertEqual(len(os.listdir(self.folder)), 3)
        # One of the others, named itself; it can't be the reason to delete any.
        self.rehearse(old[0])
        self.assertTrue(self.state()["ok"])
        self.rehearse(old[0], "--keep", "1", exit=1)
        self.assertEqual(len(os.listdir(self.folder)), 3)

    def test_who_was_erased_since_is_erased_in_the_rehearsal_too(self):
        member = self.world.two.register(7, self.world.two.guide_codes[0])
        backup = self.backup()
        self.world.two.call("PrivacyService/EraseMember", {"member_number": member,
                                                           "reason": "ERASURE_REASON_REQUEST"})
        done = self.rehearse(backup)
        self.assertIn('msg="erased again" count=1', done.stderr)

    def test_without_backup_key_or_turn_it_fails_by_name(self):
        self.assertIn("There is no backup", self.rehearse(self.folder, exit=1).stderr)
        self.assertFalse(self.state()["ok"])
        self.assertIn("can't be read", self.rehearse(self.folder + "/none", exit=1).stderr)
        backup, other = self.backup(), tempfile.mkdtemp(prefix="beckon-test-")
        self.addCleanup(shutil.rmtree, other)
        with open(os.path.join(other, "master.key"), "wb") as file:
            file.write(os.urandom(32))
        self.assertIn("rehearsal failed", self.rehearse(backup, data=other, exit=1).stderr)
        self.rehearse(backup, "--master-key", os.path.join(self.service.data, "master.key"), data=other)
        self.assertEqual(sorted(os.listdir(other)), ["backup.state", "master.key"])
        self.assertIn("--keep goes with", subprocess.run(
            [BECKOND, "--keep", "3"], capture_output=True, text=True, timeout=20).stderr)

    def test_one_at_a_time_and_what_a_kill_left_goes(self):
        backup = self.backup()
        first = subprocess.Popen([BECKOND, "--data", self.service.data, "--rehearse", backup],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        rest = os.path.join(self.service.data, "rehearsal")
        until = time.monotonic() + 20
        while not os.path.exists(os.path.join(rest, "store")) and time.monotonic() < until:
            pass
        first.send_signal(signal.SIGSTOP)
        if first.poll() is None and os.path.exists(rest):
            done = subprocess.run([BECKOND, "--data", self.service.data, "--rehearse", backup],
                                  capture_output=True, text=True, timeout=20)
            self.assertEqual(done.returncode, 1)
            self.assertIn("another one runs", done.stderr)
        first.kill()
        first.wait()
        self.rehearse(backup)
        self.assertTrue(self.state()["ok"])

    def test_a_serving_beckond_deletes_what_a_kill_left(self):
        """Else who is erased after the kill could be read in it until the next rehearsal."""
        backup = self.backup()
        first = subprocess.Popen([BECKOND, "--data", self.service.data, "--rehearse", backup],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        rest = os.path.join(self.service.data, "rehearsal")
        until = time.monotonic() + 20
        while not os.path.exists(os.path.join(rest, "master.key")) and time.monotonic() < until:
            pass
        first.kill()
        first.wait()
        os.makedirs(os.path.join(rest, "keys"), exist_ok=True)  # however early it was killed
        until = time.monotonic() + 30
        while os.path.exists(rest) and time.monotonic() < until:
            time.sleep(0.1)
        self.assertFalse(os.path.exists(rest))
        self.assertIn("copy of a rehearsal that was cut off deleted", self.service.log())


if __name__ == "__main__":
    unittest.main(verbosity=1)
