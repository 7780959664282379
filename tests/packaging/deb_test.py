"""The Debian package, made by this build, installed by dpkg in a throw-away root: started there by its
own units' lines in their sandbox, used with its own settings, upgraded, removed, purged.

usage: deb_test.py BUILD_FOLDER. Needs root and namespaces; skipped where they can't be had."""

import glob
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
import root as roots  # noqa: E402
from reflect import Beckon  # noqa: E402

API = "beckon.v1."
BUILD, DEB, OLD = None, None, None
SERVICES = ("beckond.service", "beckon-web.service", "beckon-backup.service")
EXPOSURE_MAX = {"beckond.service": 1.5, "beckon-web.service": 1.5, "beckon-backup.service": 1.5}
DATA, BACKUPS = "/var/lib/beckon", "/var/backups/beckon"
HOOK_PORT = 8201
SYSTEMCTL = """#!/bin/sh
# Notes what it is asked; a unit is active once it was started.
echo "$@" >>/run/systemctl.calls
case "$*" in
*is-enabled*) echo enabled ;;
*is-active*) [ -e /run/active ] ;;
*" start "*) touch /run/active ;;
esac
"""


def make_packages(folder):
    """This version's package, and the same as if it were the version before."""
    subprocess.run(["cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-G", "DEB", "-B",
                    folder], check=True, cwd=folder, stdout=subprocess.DEVNULL)
    (new,) = glob.glob(os.path.join(folder, "beckon_*.deb"))
    tree, old = os.path.join(folder, "tree"), os.path.join(folder, "old.deb")
    subprocess.run(["dpkg-deb", "-R", new, tree], check=True)
    control = os.path.join(tree, "DEBIAN/control")
    with open(control, encoding="utf-8") as file:
        text = file.read()
    with open(control, "w", encoding="utf-8") as file:
        file.write(re.sub(r"^Version: .*$", "Version: 0.1.0~", text, flags=re.M))
    subprocess.run(["dpkg-deb", "-Zgzip", "-z1", "-b", tree, old], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)
    return new, old


class Hook(http.server.BaseHTTPRequestHandler):
    """Takes the messages to phones."""
    codes = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Hook.codes.append(body["code"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Package(unittest.TestCase):
    def setUp(self):
        self.root = roots.Root()
        self.root.__enter__()
        self.addCleanup(self.root.__exit__)

    def install(self, package):
        shutil.copyfile(package, self.root.file("/tmp/beckon.deb"))
        return self.root.run("dpkg", "--no-triggers", "-i", "/tmp/beckon.deb")

    def beckon(self, *words, **options):
        return self.root.run("beckon", *words, environment={
            "BECKON_TOKEN_FILE": DATA + "/admin.token"}, **options)

    def serve(self, **options):
        beckond = self.root.start("beckond.service", **options)
        self.root.wait_for("beckond.service", beckond, "msg=\"ready\"")
        return beckond

    def stop(self, process, unit):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30), 0, self.root.log(unit))

    def owner(self, path):
        return self.root.run("stat", "-c", "%U:%G %a", path).strip()

    # ---- one life --------------------------------------------------------------------------------

    def test_installed_used_removed_and_purged(self):
        told = self.install(DEB)
        self.assertIn("systemd does not run here", told)
        self.assertEqual(self.root.run("dpkg", "-V", "beckon"), "")
        self.assertEqual(self.owner(DATA), "beckon:beckon 700")
        self.assertEqual(self.owner(BACKUPS), "beckon:beckon 700")
        self.assertEqual(self.owner("/var/lib/beckon-web"), "beckon-web:beckon-web 700")
        self.root.write("/etc/beckon/beckond.conf", self.root.read("/etc/beckon/beckond.conf")
                        + "sms-hook = http://127.0.0.1:%d/\n" % HOOK_PORT)
        beckond = self.serve()
        self.assertEqual(self.owner(DATA + "/master.key"), "beckon:beckon 600")
        code = self.main_job()
        self.backups()
        self.pages(beckond, code)
        self.stop(beckond, "beckond.service")
        self.documents()
        kept = sorted(os.listdir(self.root.file(DATA)))
        self.root.run("dpkg", "--no-triggers", "-r", "beckon")
        self.assertFalse(os.path.exists(self.root.file("/usr/sbin/beckond")))
        self.assertIn("sms-hook", self.root.read("/etc/beckon/beckond.conf"))
        told = self.root.run("dpkg", "--no-triggers", "-P", "beckon")
        self.assertIn("the data stays in " + DATA, told)
        self.assertFalse(os.path.exists(self.root.file("/etc/beckon")))
        self.assertEqual(sorted(os.listdir(self.root.file(DATA))), kept)
        # Who wants it gone says so.
        self.install(DEB)
        self.root.run("dpkg", "--no-triggers", "-P", "beckon", environment={"BECKON_PURGE_DATA": "yes"})
        self.assertFalse(os.path.exists(self.root.file(DATA)))
        self.assertFalse(os.path.exists(self.root.file(BACKUPS)))

    def main_job(self):
        """A code, a registration, a purchase, what it earned; and a phone proven through the hook.
        Returns the code."""
        self.beckon("shop", "create", "S01", "--name", "West Lake")
        self.beckon("guide", "create", "G01", "--name", "王丽", "--shop", "S01", "--from", "2020-01-01")
        self.beckon("program", "publish", "/usr/share/doc/beckon/examples/programs/clothing.yaml",
                    "--request-id", "p")
        code = json.loads(self.beckon("code", "create", "guide:G01", "--channel", "badge", "--request-id",
                                      "c", "--json"))["code"]
        self.beckon("code", "render", code, "--output", "/tmp/badge.png")
        self.beckon("member", "register", "13712345678", "--consent", "v1", "--code", code)
        self.beckon("purchase", "record", "12800", "--shop", "S01", "--receipt", "T1", "--phone",
                    "13712345678")
        self.assertIn("G01", self.beckon("guide", "list"))
        self.assertIn('"unit":"points","available":0,"pending":12',
                      self.beckon("balance", "get", "member:1", "--json"))
        client = Beckon("127.0.0.1:7717")
        client.call(API + "SignInService/SendPhoneCode", {"phone": "13712345678", "merchant_number": 1})
        until = time.monotonic() + 20
        while not Hook.codes and time.monotonic() < until:
            time.sleep(0.01)
        proven = client.call(API + "SignInService/ProvePhone", {
            "phone": "13712345678", "merchant_number": 1, "code": Hook.codes.pop()})
        self.assertEqual(proven["member_number"], 1)
        return code

    def backups(self):
        """What the timer starts: both commands of the unit, twice; then what `dpkg` would not."""
        for _ in range(2):
            for command in (0, 1):
                done = self.root.start("beckon-backup.service", command,
                                       ("BECKON_BACKUPS_KEPT=1",)).wait(60)
                self.assertEqual(done, 0, self.root.log("beckon-backup.service"))
            time.sleep(1.1)  # another second, another name
        self.assertEqual(len(os.listdir(self.root.file(BACKUPS))), 1)
        state = json.loads(self.root.read(DATA + "/backup.state"))
        self.assertTrue(state["ok"])
        self.assertGreater(state["entries"], 0)

    def pages(self, beckond, code):
        web = self.root.start("beckon-web.service")
        self.root.wait_port("beckon-web.service", web, 7780)
        self.assertIn("<html", self.root.run("curl", "-s", "http://127.0.0.1:7780/R/" + code))
        self.assertEqual(self.owner("/var/lib/beckon-web/key"), "beckon-web:beckon-web 600")
        self.assertEqual(os.listdir("/proc/%d/root%s" % (web.pid, DATA)), [], "the pages see the data")
        self.assertIn("master.key", os.listdir("/proc/%d/root%s" % (beckond.pid, DATA)))
        self.assertIsNone(beckond.poll())
        self.stop(web, "beckon-web.service")

    def documents(self):
        """Manual pages render, completion loads."""
        for page, words in (("beckond", "--rehearse"), ("beckon-web", "--behind-proxy"),
                            ("beckon", "settlement"), ("beckon-settlement", "approve")):
            text = self.root.run("man", "-P", "cat", page, environment={"MANWIDTH": "90"})
            self.assertIn("NAME", text)
            self.assertIn(words, re.sub("\x1b.*?m|.\b", "", text))
        self.assertIn("complete", self.root.run(
            "bash", "-c", "source /usr/share/bash-completion/completions/beckon && complete -p beckon"))

    # ---- by systemd's sockets --------------------------------------------------------------------

    def sockets(self):
        """Those of beckond.socket, as systemd would open them: by their names in the root."""
        found = []
        roots.mount(self.root.file("/run"), "/run", None, roots.MS_BIND)
        self.addCleanup(roots.LIBC.umount2, b"/run", roots.MNT_DETACH)
        for place in re.findall(r"^ListenStream=(.*)$",
                                self.root.read(roots.UNITS + "beckond.socket"), re.M):
            if place.startswith("/"):
                found.append(socket.socket(socket.AF_UNIX))
                found[-1].bind(place)
                os.chmod(place, 0o666)
            else:
                host, port = place.rsplit(":", 1)
                found.append(socket.socket())
                found[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                found[-1].bind((host, int(port)))
            found[-1].listen(512)
            self.addCleanup(found[-1].close)
        return found

    def test_started_by_its_sockets_it_tells_systemd_and_who_calls_meanwhile_waits(self):
        self.install(DEB)
        self.root.write("/etc/beckon/beckond.conf", self.root.read("/etc/beckon/beckond.conf").replace(
            "#listen = 127.0.0.1:7717", "listen = systemd"))
        listening = self.sockets()
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(told.close)
        told.bind(self.root.file("/run/notify"))
        os.chmod(self.root.file("/run/notify"), 0o666)
        told.settimeout(30)
        # Called before it runs: the call waits in the socket.
        early = subprocess.Popen(["chroot", self.root.path, "beckon", "health", "--deadline", "30"],
                                 stdout=subprocess.DEVNULL)
        beckond = self.root.start(
            "beckond.service", environment=("LISTEN_FDS=%d" % len(listening),
                                            "NOTIFY_SOCKET=/run/notify", "WATCHDOG_USEC=60000000"),
            inherit=[each.fileno() for each in listening])
        self.assertRegex(told.recv(4096), rb"^WATCHDOG_USEC=\d+$")  # by its own setting
        self.assertIn(b"READY=1", told.recv(4096))
        self.assertEqual(early.wait(30), 0)
        self.root.run("beckon", "health", "--address", "unix:/run/beckond.socket")
        self.assertIn("beckon_build_info", self.root.run("curl", "-s", "http://127.0.0.1:9717/metrics"))
        while b"WATCHDOG=1" not in told.recv(4096):
            pass
        self.stop(beckond, "beckond.service")
        self.assertIn(b"STOPPING=1", told.recv(4096))

    # ---- upgrade ---------------------------------------------------------------------------------

    def test_an_upgrade_keeps_settings_and_data_and_restarts_the_service(self):
        os.makedirs(self.root.file("/run/systemd/system"))
        self.root.write("/usr/bin/systemctl", SYSTEMCTL, 0o755)
        self.root.run("rm", "-f", "/usr/sbin/policy-rc.d")  # a container's: start nothing
        self.install(OLD)
        self.assertRegex(self.root.read("/run/systemctl.calls"), r"start .*beckond\.service")
        config = self.root.read("/etc/beckon/beckond.conf").replace(
            "#listen = 127.0.0.1:7717", "listen = 127.0.0.1:8202")
        self.root.write("/etc/beckon/beckond.conf", config)
        beckond = self.serve()
        there = ("--address", "127.0.0.1:8202")
        self.beckon("shop", "create", "S01", *there)
        self.stop(beckond, "beckond.service")
        self.root.write("/run/systemctl.calls", "")
        self.install(DEB)
        self.assertEqual(self.root.read("/etc/beckon/beckond.conf"), config)
        calls = self.root.read("/run/systemctl.calls")
        self.assertRegex(calls, r"restart .*beckond\.service")
        self.assertNotRegex(calls, r"\b(stop|enable)\b")
        beckond = self.serve()
        self.assertIn("S01", self.beckon("shop", "list", "--json", *there))
        self.beckon("verify", *there)
        self.stop(beckond, "beckond.service")

    # ---- units -----------------------------------------------------------------------------------

    def test_units_are_sound_and_closed(self):
        self.install(DEB)
        units = sorted(os.path.basename(path) for path in
                       glob.glob(self.root.file(roots.UNITS + "beckon*")))
        self.assertEqual(len(units), 5)
        self.assertEqual(self.root.run("systemd-analyze", "verify", "--man=no",
                                       *(roots.UNITS + unit for unit in units)), "")
        for unit in SERVICES:
            told = self.root.run("systemd-analyze", "security", "--offline=true", "--no-pager",
                                 roots.UNITS + unit)
            exposure = float(re.search(r"exposure level for \S+: ([\d.]+)", told).group(1))
            print("%s: exposure %.1f of 10" % (unit, exposure))
            self.assertLessEqual(exposure, EXPOSURE_MAX[unit])

    def test_the_sandbox_is_real(self):
        """The same sandbox around a shell: what it must not do, it can't."""
        self.install(DEB)
        unit = self.root.file(roots.UNITS + "beckond.service")
        with open(unit, encoding="utf-8") as file:
            text = file.read()
        for script, wanted in (
                ("touch /etc/x", "Read-only"), ("ls /home/.", "denied"), ("ls /root/.", "denied"),
                ("cat /proc/cpuinfo", "No such file"), ("ls /proc/1/cmdline", "No such file"),
                ("ls /dev/mem", "No such file"), ("ulimit -c", "0"), ("id -un", "beckon"),
                ("touch /var/lib/beckon/x && echo may", "may"), ("unshare -r true", "Bad system call"),
                ("chown 0 /var/lib/beckon", "Bad system call"), ("chroot / true", "Bad system call")):
            with self.subTest(script):
                with open(unit, "w", encoding="utf-8") as file:
                    file.write(re.sub(r"^ExecStart=.*$", "ExecStart=/bin/bash -c '%s; true'" % script,
                                      text, flags=re.M))
                self.root.start("beckond.service").wait(30)
                self.assertIn(wanted, self.root.log("beckond.service").splitlines()[-1])


def main():
    global BUILD, DEB, OLD
    BUILD = sys.argv.pop(1)
    if os.geteuid() != 0:
        print("skipped: installing a package needs root")
        return 77
    try:
        roots.enter()
        with roots.Root() as probe:
            probe.run("true")
    except OSError as error:
        print("skipped: no namespaces or overlays here (%s)" % error)
        return 77
    hook = http.server.ThreadingHTTPServer(("127.0.0.1", HOOK_PORT), Hook)
    threading.Thread(target=hook.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="beckon-deb-") as folder:
        DEB, OLD = make_packages(folder)
        return 0 if unittest.main(verbosity=1, exit=False).result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
