"""TLS at the door: who comes in, what stays open while certificates change, who is believed."""
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../clients"))
import grpc  # noqa: E402
from authority import Authority  # noqa: E402
from reflect import Beckon, Refused  # noqa: E402
from service import BECKON, BECKOND, Service  # noqa: E402

CHECK = "grpc.health.v1.Health/Check"
RESOLVE = "beckon.v1.CodeService/ResolveCode"
SYMBOLS, START = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", "ZZZZ0000"


def read(path):
    with open(path, "rb") as file:
        return file.read()


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.ours = Authority(cls.folder.name)
        cls.others = Authority(cls.folder.name, "others")
        cls.server = cls.ours.issue("server")
        cls.client = cls.ours.issue("client")
        cls.stranger = cls.others.issue("stranger")
        cls.config = os.path.join(cls.folder.name, "beckond.conf")
        cls.write_config()
        cls.service = Service(["--config", cls.config, "--listen", "tls:127.0.0.1:0"])
        cls.service.start()
        cls.idle = socket.create_connection(("127.0.0.1", cls.service.ports[1]), timeout=15)

    @classmethod
    def tearDownClass(cls):
        code = cls.service.stop()
        cls.folder.cleanup()
        assert code == 0, cls.service.log()

    @classmethod
    def write_config(cls, client="required", certificate=None):
        with open(cls.config, "w") as file:
            file.write("[beckond]\ntls-certificate = %s\ntls-key = %s\ntls-client-ca = %s\n"
                       "tls-client = %s\n" % (certificate or cls.server[0], cls.server[1],
                                              cls.ours.certificate, client))

    def reload(self, says):
        before = self.service.log().count(says)
        self.service.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 20
        while self.service.log().count(says) == before:
            self.assertLess(time.monotonic(), until, self.service.log())
            time.sleep(0.01)

    def credentials(self, pair=None):
        certificate, key = (read(pair[0]), read(pair[1])) if pair else (None, None)
        return grpc.ssl_channel_credentials(read(self.ours.certificate), key, certificate)

    def call(self, pair=None, token=None):
        return Beckon("localhost:%d" % self.service.ports[1], token=token,
                      credentials=self.credentials(pair))

    def raw(self, pair="client", alpn=("h2",), version=None):
        context = ssl.create_default_context(cafile=self.ours.certificate)
        if version:
            context.maximum_version = context.minimum_version = version
        if pair:
            context.load_cert_chain(*getattr(self, pair))
        if alpn:
            context.set_alpn_protocols(list(alpn))
        plain = socket.create_connection(("127.0.0.1", self.service.ports[1]), timeout=15)
        return context.wrap_socket(plain, server_hostname="localhost")

    def serial(self):
        with self.raw() as connection:
            return connection.getpeercert()["serialNumber"]

    def serves(self, pair):
        with self.call(pair) as client:
            try:
                return client.call(CHECK, {}, timeout=5)["status"] == "SERVING"
            except (Refused, grpc.RpcError):
                return False

    def test_a_good_certificate_comes_in_and_no_other(self):
        self.assertTrue(self.serves(self.client))
        self.assertFalse(self.serves(None))
        self.assertFalse(self.serves(self.stranger))

    def test_large_messages_and_many_calls_go_both_ways(self):
        with self.call(self.client, self.service.token("admin")) as client:
            futures = [client.future(CHECK, {}, timeout=30) for _ in range(300)]
            for future in futures:
                future.result()
            for size in (1, 16384, 60000, 120000):
                with self.assertRaises(Refused) as caught:
                    client.call_bytes("beckon.v1.ShopService/GetShop",
                                      b"\x0a" + self.varint(size) + b"x" * size)
                self.assertIn(caught.exception.code.name, ("INVALID_ARGUMENT", "NOT_FOUND"))
            files = list(client.call("beckon.v1.StoreService/VerifyStore", {}, timeout=60))
            self.assertTrue(files[-1]["done"])

    @staticmethod
    def varint(value):
        out = b""
        while value > 0x7F:
            out += bytes([value & 0x7F | 0x80])
            value >>= 7
        return out + bytes([value])

    def test_what_is_not_tls_or_not_http2_is_hung_up_on(self):
        with socket.create_connection(("127.0.0.1", self.service.ports[1]), timeout=15) as plain:
            plain.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(100))
            while plain.recv(1000):
                pass
        for alpn in (("http/1.1",), None):
            with self.assertRaises((ssl.SSLError, OSError)):
                with self.raw(alpn=alpn) as connection:
                    if connection.recv(1) == b"":
                        raise OSError("hung up")
        with self.raw() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            data = b""
            while chunk := connection.recv(1000):
                data += chunk
            self.assertIn(b"preface", data)  # GOAWAY, with the reason
        with self.assertRaises((ssl.SSLError, OSError)):
            self.raw(version=ssl.TLSVersion.TLSv1_1)
        with self.raw(version=ssl.TLSVersion.TLSv1_2) as connection:
            self.assertRegex(connection.cipher()[0], "^ECDHE-.*(GCM|POLY1305)")

    def test_a_handshake_that_takes_too_long_is_cut(self):
        self.assertEqual(self.idle.recv(1), b"")  # it began with the class, to save time
        self.idle.close()

    def test_one_address_has_a_share_of_the_handshakes_and_others_come_in(self):
        idle = [socket.create_connection(("127.0.0.1", self.service.ports[1]), timeout=15,
                                         source_address=("127.0.0.9", 0)) for _ in range(40)]
        began = time.monotonic()
        self.assertTrue(self.serves(self.client))
        self.assertLess(time.monotonic() - began, 4)
        gone = 0
        for one in idle:
            one.settimeout(0.2)
            try:
                gone += one.recv(1) == b""
            except socket.timeout:
                pass
            except OSError:
                gone += 1
        self.assertGreaterEqual(gone, 24)
        for one in idle:
            one.close()

    def test_certificates_are_reloaded_and_nobody_is_cut_off(self):
        with self.call(self.client) as before:
            before.call(CHECK, {})
            first = self.serial()
            again = self.ours.issue("server")  # in place, as a renewal does
            self.assertEqual(again, self.server)
            self.reload("certificate read")
            self.assertNotEqual(self.serial(), first)
            self.write_config(client="optional")
            self.reload("certificate read")
            self.assertTrue(self.serves(None))
            self.assertFalse(self.serves(self.stranger))
            self.write_config(certificate=os.path.join(self.folder.name, "missing.pem"))
            self.reload("certificate not read")
            self.assertTrue(self.serves(None))  # the former stay in force
            with open(self.config, "a") as file:
                file.write("tls-nonsense = 1\n")
            self.reload("settings not reloaded")
            self.assertTrue(self.serves(None))
            self.write_config()
            self.reload("certificate read")
            self.assertFalse(self.serves(None))
            before.call(CHECK, {})
        self.assertNotIn("connections=0", self.service.log())

    def test_a_stranger_cannot_forge_whom_he_speaks_for(self):
        reasons = set()
        with self.call(self.client, self.service.token("admin")) as client:
            for symbol in SYMBOLS:  # one of them is right, and staff may try them all
                try:
                    client.call(RESOLVE, {"code": START + symbol})
                except Refused as error:
                    if error.reason == "CODE_NOT_VALID":
                        guess = START + symbol
            stranger = client.with_token(None)
            for number in range(80):
                try:
                    stranger.call_bytes(RESOLVE, b"\x0a\x09" + guess.encode(), metadata=[
                        ("x-forwarded-for", "198.51.100.%d" % number)])
                except Refused as error:
                    reasons.add(error.reason)
        self.assertIn("GUESSES_TOO_MANY", reasons)

    def beckon(self, *options):
        run = subprocess.run([BECKON, "health", *options], capture_output=True, text=True,
                             timeout=30, env=dict(os.environ, LANG="C"))
        return run.returncode, run.stdout + run.stderr

    def test_the_command_line_speaks_tls(self):
        at = ("--address", "localhost:%d" % self.service.ports[1])
        number = ("--address", "127.0.0.1:%d" % self.service.ports[1])
        ca = ("--tls-ca", self.ours.certificate)
        own = ("--tls-certificate", self.client[0], "--tls-key", self.client[1])
        for address in (at, number):
            code, text = self.beckon(*address, *ca, *own)
            self.assertEqual(code, 0, text)
        self.assertEqual(self.beckon(*at, *ca)[0], 3)
        self.assertEqual(self.beckon(*at, "--tls-ca", self.others.certificate, *own)[0], 3)
        for wrong, says in ((ca + own[:2], "--tls-key"), (own, "--tls-ca"),
                            (("--tls-ca", self.client[1] + ".missing"), "can't be read")):
            code, text = self.beckon(*at, *wrong)
            self.assertEqual(code, 2, text)
            self.assertIn(says, text)
        code, text = self.beckon("--address", "shop.example:7718")
        self.assertEqual(code, 2, text)
        self.assertIn("--tls-ca", text)

    def test_addresses_beyond_this_machine_need_a_certificate(self):
        for more in ([], ["--tls-certificate", self.server[0]]):
            run = subprocess.run([BECKOND, "--data", os.path.join(self.folder.name, "none"),
                                  "--listen", "0.0.0.0:0", *more], capture_output=True, text=True,
                                 timeout=30)
            self.assertIn(run.returncode, (2, 4), run.stderr)
            self.assertIn("tls-key", run.stderr)
        run = subprocess.run([BECKOND, "--data", os.path.join(self.folder.name, "none"),
                              "--listen", "0.0.0.0:0", "--tls-certificate", self.server[0],
                              "--tls-key", self.client[1]], capture_output=True, text=True,
                             timeout=30)
        self.assertEqual(run.returncode, 4, run.stderr)
        self.assertIn("fits the certificate", run.stderr)


if __name__ == "__main__":
    unittest.main()
