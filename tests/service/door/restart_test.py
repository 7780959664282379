"""A restart while clients call: systemd (here: this test) holds the listening socket, beckond ends
and begins again, and no call fails. Clients are Python's gRPC, which repeat a call by themselves only
when it is certain that no server has seen it."""
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../clients"))
import grpc  # noqa: E402
from authority import Authority  # noqa: E402
from reflect import Beckon  # noqa: E402
from service import BECKOND  # noqa: E402

CREATE, GET = "beckon.v1.ShopService/CreateShop", "beckon.v1.ShopService/GetShop"
CLIENTS, RESTARTS, CALLS_BETWEEN = 6, 3, 60


class Activated:
    """beckond behind a socket that stays open whatever becomes of it."""

    def __init__(self, listen, options=()):
        self.folder = tempfile.TemporaryDirectory()
        self.listen, self.options = listen, list(options)
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = "localhost:%d" % self.socket.getsockname()[1]
        self.data = os.path.join(self.folder.name, "data")
        self.log_path = os.path.join(self.folder.name, "log")
        self.process = None

    def start(self):
        fd = self.socket.fileno()
        # As systemd does it: the socket is descriptor 3, LISTEN_PID the process itself.
        script = 'exec 3<&%d; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' % fd
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", script, "bash", BECKOND, "--data", self.data,
                 "--listen", self.listen, *self.options], stdout=log, stderr=log, pass_fds=[fd])

    def log(self):
        with open(self.log_path) as file:
            return file.read()

    def wait_ready(self, times):
        until = time.monotonic() + 30
        while self.log().count('msg="ready"') < times:
            assert self.process.poll() is None and time.monotonic() < until, self.log()
            time.sleep(0.01)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def close(self):
        if self.process.poll() is None:
            self.end()
        self.socket.close()
        self.folder.cleanup()


class Restarts(unittest.TestCase):
    def clients_call_while_it_restarts(self, service, credentials=None):
        service.start()
        service.wait_ready(1)
        with open(os.path.join(service.data, "admin.token")) as file:
            token = file.read().strip()
        with Beckon(service.address, token=token, credentials=credentials) as teacher:
            teacher.call(GET.replace("GetShop", "ListShops"), {})
            create = teacher.message("beckon.v1.CreateShopRequest")
            channels = [Beckon(service.address, token=token, credentials=credentials)
                        for _ in range(CLIENTS)]
        stop, failed, counts = threading.Event(), [], [0] * CLIENTS

        def load(index):
            calls = {name: channels[index].channel.unary_unary(
                "/" + name, request_serializer=lambda b: b) for name in (CREATE, GET)}
            while not stop.is_set() and not failed:
                shop = "S%d-%d" % (index, counts[index])
                for name, data in ((CREATE, create(shop={"shop_id": shop, "name": shop})
                                    .SerializeToString()),
                                   (GET, b"\x0a" + bytes([len(shop)]) + shop.encode())):
                    try:
                        calls[name](data, metadata=[("authorization", "Bearer " + token)],
                                    wait_for_ready=True, timeout=30)
                    except grpc.RpcError as error:
                        failed.append((name, error.code(), error.details(), time.monotonic()))
                        return
                counts[index] += 1

        threads = [threading.Thread(target=load, args=(index,)) for index in range(CLIENTS)]
        for thread in threads:
            thread.start()

        def wait_for_calls():
            until, before = time.monotonic() + 30, list(counts)
            while not failed and any(count < earlier + CALLS_BETWEEN // CLIENTS
                                     for count, earlier in zip(counts, before)):
                self.assertLess(time.monotonic(), until, counts)
                time.sleep(0.01)

        for restart in range(RESTARTS):
            wait_for_calls()
            self.assertEqual(service.end(), 0, service.log())
            service.start()
            service.wait_ready(restart + 2)
        wait_for_calls()
        stop.set()
        for thread in threads:
            thread.join()
        for channel in channels:
            channel.close()
        self.assertEqual(failed, [])

    def test_no_call_fails(self):
        service = Activated("systemd")
        try:
            self.clients_call_while_it_restarts(service)
        finally:
            service.close()

    def test_no_call_by_tls_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            authority = Authority(folder)
            certificate, key = authority.issue("server")
            with open(authority.certificate, "rb") as file:
                credentials = grpc.ssl_channel_credentials(file.read())
            service = Activated("tls:systemd", ["--tls-certificate", certificate, "--tls-key", key])
            try:
                self.clients_call_while_it_restarts(service, credentials)
            finally:
                service.close()

    def test_without_sockets_it_says_what_to_do(self):
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([BECKOND, "--data", folder + "/data", "--listen", "systemd"],
                                 capture_output=True, text=True, timeout=30)
            self.assertEqual(run.returncode, 4)
            self.assertIn("LISTEN_FDS", run.stderr)


if __name__ == "__main__":
    unittest.main()
