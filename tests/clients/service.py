"""A beckond of one's own: started on a free loopback port with a throw-away store, killed, restarted.

    with Service() as service:
        admin = service.client("admin")
        shop = admin.call("beckon.v1.ShopService/CreateShop", {"shop": {"shop_id": "S01"}})
        service.kill(); service.start()

Programs come from $BECKOND and $BECKON (CMake's tests set them), by default those of build/release."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reflect import Beckon  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BECKOND = os.environ.get("BECKOND", os.path.join(ROOT, "build/release/service/beckond"))
BECKON = os.environ.get("BECKON", os.path.join(ROOT, "build/release/clients/beckon"))
START_SECONDS = 30


def free_port():
    """A port of loopback that nobody has, for something that must be told its own."""
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        return any_socket.getsockname()[1]


class Service:
    def __init__(self, options=(), folder=None, environment=None, program=BECKOND):
        self.folder = folder or tempfile.mkdtemp(prefix="beckon-test-")
        self.own_folder = folder is None
        self.data = os.path.join(self.folder, "data")
        self.log_path = os.path.join(self.folder, "beckond.log")
        self.options = list(options)
        self.environment = environment
        self.program = program
        self.process = None
        self.port = None
        self.ports = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    def start(self, wrapper=()):
        """Starts and waits until it serves; returns the seconds that took."""
        port_file = os.path.join(self.folder, "port")
        if os.path.exists(port_file):
            os.unlink(port_file)
        began = time.monotonic()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*wrapper, self.program, "--data", self.data, "--listen", "127.0.0.1:0",
                 "--port-file", port_file, *self.options],
                stdout=log, stderr=log, env=self.environment)
        while not (ports := self._ports(port_file)):
            if self.process.poll() is not None:
                raise RuntimeError("beckond ended with %d:\n%s" % (self.process.returncode, self.log()))
            if time.monotonic() - began > START_SECONDS:
                raise RuntimeError("beckond does not serve:\n" + self.log())
            time.sleep(0.005)
        self.ports = ports
        self.port = ports[0]
        return time.monotonic() - began

    @staticmethod
    def _ports(path):
        if not os.path.exists(path):
            return []
        with open(path) as file:
            return [int(port) for port in re.findall(r"\d+", file.read())]

    def log(self):
        with open(self.log_path, errors="replace") as log:
            return log.read()

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=20):
        """SIGTERM; returns the exit code (sanitizers make theirs known by it)."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError("beckond did not drain:\n" + self.log())

    def token(self, name):
        """The text of admin.token or operator.token."""
        with open(os.path.join(self.data, name + ".token")) as file:
            return file.read().strip()

    def client(self, name=None, token=None):
        return Beckon(self.address, token=token or (self.token(name) if name else None))

    def verify(self, timeout=600):
        """Runs verify to its end, within so many seconds; returns the last message."""
        last = None
        for last in self.client("admin").call("beckon.v1.StoreService/VerifyStore", {}, timeout=timeout):
            pass
        assert last is not None and last["done"], "verify did not finish"
        return last
