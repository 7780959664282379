"""A receiver of hooks: an HTTPS server of one's own on 127.0.0.1, with a certificate of a throw-away
authority. What it answers is decided by a function of the path; what it was sent is kept and checked
against the secret by Python's own hmac, as a receiver's library would.

    with Receiver() as receiver:
        Service(options=receiver.options)
        receiver.answers["/in"] = lambda request: 204"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
import time


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)


def make_certificate(folder, name, host="IP:127.0.0.1", issuer=None):
    """A key and a certificate, signed by `issuer` or by itself; returns their paths."""
    key, certificate = (os.path.join(folder, name + end) for end in (".key", ".pem"))
    more = []
    if issuer is not None:
        more = ["-CA", os.path.join(folder, issuer + ".pem"), "-CAkey",
                os.path.join(folder, issuer + ".key")]
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=" + name,
            "-addext", "subjectAltName=" + host, *more)
    return key, certificate


def signature(secret, identifier, seconds, body):
    """As Standard Webhooks 1.0 says."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = b"%s.%s." % (identifier.encode(), seconds.encode()) + body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


class Request:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body
        self.message = json.loads(body)

    @property
    def identifier(self):
        return self.headers["webhook-id"]

    @property
    def number(self):
        return int(self.message["data"].get("eventNumber", 0))

    def signed_by(self, secret):
        made = signature(secret, self.identifier, self.headers["webhook-timestamp"], self.body)
        return made in self.headers["webhook-signature"].split(" ")


class Receiver:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="beckon-receiver-")
        self.answers = {}  # path -> function(request) -> status, or (status, headers, body)
        self.requests = []
        self.changed = threading.Condition()
        self.servers = []
        make_certificate(self.folder, "authority", "DNS:authority.example")
        self.port = self.serve(*make_certificate(self.folder, "good", issuer="authority"))

    @property
    def options(self):
        return ["--webhook-allow", "127.0.0.1",
                "--webhook-ca", os.path.join(self.folder, "authority.pem")]

    def serve(self, key, certificate, address="127.0.0.1"):
        """One more server with the same answers; returns its port."""
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.take(self, Request(self.path, self.headers, body))

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = http.server.ThreadingHTTPServer((address, 0), Handler)
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
        server.handle_error = lambda *_: None  # whoever hangs up meant to
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05},
                         daemon=True).start()
        self.servers.append(server)
        return server.server_address[1]

    def take(self, handler, request):
        answer = self.answers.get(request.path, lambda _: 204)(request)
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()
        status, headers, body = answer if isinstance(answer, tuple) else (answer, {}, b"")
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if "content-length" not in headers and status != 204:
            handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def url(self, path, port=None, host="127.0.0.1"):
        return "https://%s:%d%s" % (host, port or self.port, path)

    def at(self, path):
        with self.changed:
            return [request for request in self.requests if request.path == path]

    def wait(self, path, enough, seconds=20):
        """Until enough(requests at that path)."""
        end = time.monotonic() + seconds
        with self.changed:
            while True:
                found = [request for request in self.requests if request.path == path]
                if enough(found):
                    return found
                left = end - time.monotonic()
                assert left > 0, "%d requests at %s" % (len(found), path)
                self.changed.wait(left)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.shutdown()
            server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)
