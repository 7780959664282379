"""The watchdog: it hears every socket, ends a process that does not answer or that does no write, spares
one that is only full, and tells systemd. No fault here needs a hook in the program: limits and ptrace
make them."""
import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../clients"))
from authority import Authority  # noqa: E402
from frames import Peer, call  # noqa: E402
from reflect import Beckon  # noqa: E402
from service import Service  # noqa: E402

PERIOD = "250ms"
BAD = 'msg="watchdog: no good answer"'


PTRACE_SEIZE, PTRACE_INTERRUPT, WALL = 0x4206, 0x4207, 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
LIBC.ptrace.restype = ctypes.c_long


def halt(task):
    """Stops one thread of a process for good, as a debugger does; the others go on."""
    for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
        if LIBC.ptrace(request, task, None, None) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")


def bury(task):
    """Takes note of the end of a thread that was halted, without which its process can't end."""
    try:
        os.waitpid(task, os.WNOHANG | WALL)
    except ChildProcessError:
        pass


class Watchdog(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def notified(self):
        """A socket like systemd's, and the environment that names it."""
        path = os.path.join(self.folder, "notify")
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(listening.close)
        listening.bind(path)
        listening.settimeout(30)
        return listening, dict(os.environ, NOTIFY_SOCKET=path)

    def test_every_socket_is_asked_and_systemd_is_told(self):
        listening, environment = self.notified()
        authority = Authority(self.folder)
        certificate, key = authority.issue("server")
        options = ["--listen", "unix:" + os.path.join(self.folder, "socket"),
                   "--listen", "tls:127.0.0.1:0", "--tls-certificate", certificate,
                   "--tls-key", key, "--watchdog", PERIOD]
        with Service(options, environment=environment) as service:
            told = [listening.recv(200).decode() for _ in range(4)]
            self.assertEqual(told, ["READY=1"] + ["WATCHDOG=1"] * 3)
            service.process.send_signal(signal.SIGHUP)
            while not (told := listening.recv(200).decode()).startswith("RELOADING=1"):
                self.assertEqual(told, "WATCHDOG=1")
            self.assertRegex(told, r"MONOTONIC_USEC=\d+")
            while (told := listening.recv(200).decode()) == "WATCHDOG=1":
                pass
            self.assertEqual(told, "READY=1")
            self.assertEqual(service.stop(), 0)
            while (told := listening.recv(200).decode()) == "WATCHDOG=1":
                pass
            self.assertEqual(told, "STOPPING=1")

    def test_clients_certificates_that_it_has_not_do_not_frighten_it(self):
        listening, environment = self.notified()
        authority = Authority(self.folder)
        certificate, key = authority.issue("server")
        options = ["--listen", "tls:127.0.0.1:0", "--tls-certificate", certificate, "--tls-key",
                   key, "--tls-client-ca", authority.certificate, "--watchdog", PERIOD]
        with Service(options, environment=environment) as service:
            for _ in range(4):
                listening.recv(200)

    def ends(self, service):
        self.assertEqual(service.process.wait(60), 71, service.log())
        self.assertGreaterEqual(service.log().count(BAD), 6)

    def test_a_listener_that_is_dead_ends_the_process(self):
        with Service(["--watchdog", PERIOD]) as service:
            with Beckon(service.address) as client:
                client.call("grpc.health.v1.Health/Check", {})
            # No descriptor can be had any more, so nobody is accepted: what kills gRPC's own.
            subprocess.run(["prlimit", "--nofile=4:4", "--pid", str(service.process.pid)],
                           check=True, timeout=10)
            self.ends(service)

    def halt(self, service, name):
        """Halts its threads of this name; which they are."""
        tasks = "/proc/%d/task" % service.process.pid
        halted = []
        for task in os.listdir(tasks):
            with open(os.path.join(tasks, task, "comm")) as file:
                if file.read().strip() == name:
                    halted.append(int(task))
        self.assertTrue(halted)
        for task in halted:
            halt(task)
        return halted

    def ends_of_halted(self, service, halted):
        until = time.monotonic() + 60
        while service.process.poll() is None:
            self.assertLess(time.monotonic(), until, service.log())
            for task in halted:
                bury(task)
            time.sleep(0.05)
        self.ends(service)

    def test_pollers_that_hang_end_the_process(self):
        with Service(["--watchdog", PERIOD, "--core-dumps"]) as service:  # it may be traced
            self.ends_of_halted(service, self.halt(service, "poller"))

    def test_pollers_that_hang_behind_a_full_door_end_the_process_too(self):
        """A door is soon full when nobody behind it hangs up: that must not pass for life."""
        with Service(["--watchdog", PERIOD, "--core-dumps"]) as service:
            subprocess.run(["prlimit", "--nofile=4096:4096", "--pid", str(service.process.pid)],
                           check=True, timeout=10)
            crowd = []
            pollers = self.halt(service, "poller")
            until = time.monotonic() + 60
            while service.process.poll() is None:
                self.assertLess(time.monotonic(), until, service.log())
                for _ in range(60):
                    try:
                        crowd.append(socket.create_connection(("127.0.0.1", service.port), 5))
                    except OSError:
                        break
                for task in pollers:
                    bury(task)
                time.sleep(0.05)
            self.assertEqual(service.process.wait(60), 71, service.log())
            self.assertIn("too many connections", service.log())
            for one in crowd:
                one.close()

    def test_a_writer_that_hangs_ends_the_process(self):
        with Service(["--watchdog", PERIOD, "--core-dumps"]) as service:  # it may be traced
            with service.client("admin") as client:
                client.call("beckon.v1.ShopService/CreateShop", {"shop": {"shop_id": "S1"}})
                writer = self.halt(service, "writer")
                client.future("beckon.v1.ShopService/CreateShop", {"shop": {"shop_id": "S2"}})
                self.ends_of_halted(service, writer)
            self.assertEqual(service.log().count('msg="writer hangs"'), 1)
            self.assertIn('cause="no write is done"', service.log())

    def test_a_server_that_is_full_of_calls_is_spared(self):
        """Callers who take no answer hold their calls: the watchdog's own is refused as BUSY."""
        listening, environment = self.notified()
        with Service(["--watchdog", PERIOD], environment=environment) as service:
            no_window, calls = b"\0\4\0\0\0\0", b"".join(call(1 + 2 * i) for i in range(120))
            crowd = [Peer(service.port, settings=no_window) for _ in range(12)]
            for peer in crowd:
                self.assertTrue(peer.send(calls))
            told = [listening.recv(200).decode() for _ in range(9)]
            self.assertEqual(set(told), {"READY=1", "WATCHDOG=1"})
            self.assertNotIn("not serving", service.log())
            for peer in crowd:
                peer.close()

    def test_systemd_is_told_how_long_to_wait(self):
        for period, told in (("250ms", 250 * 1000 * (2 * 6 + 1 + 4 + 4)), ("0s", 0)):
            listening, environment = self.notified()
            with Service(["--watchdog", period], environment=dict(environment, WATCHDOG_USEC="60000000")):
                self.assertEqual(listening.recv(200).decode(), "WATCHDOG_USEC=%d" % told)
            os.unlink(environment["NOTIFY_SOCKET"])

    def test_a_door_that_is_only_full_ends_nothing(self):
        listening, environment = self.notified()
        with Service(["--watchdog", PERIOD], environment=environment) as service:
            subprocess.run(["prlimit", "--nofile=4096:4096", "--pid", str(service.process.pid)],
                           check=True, timeout=10)
            crowd = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(512)]
            for one in crowd[:400]:
                one.settimeout(10)
            told = [listening.recv(200).decode() for _ in range(12)]
            self.assertEqual(set(told), {"READY=1", "WATCHDOG=1"})
            self.assertIn("too many connections", service.log())
            for one in crowd:
                one.close()


if __name__ == "__main__":
    unittest.main()
