"""The real nginx with the configuration we ship, on ports and with a certificate of its own.

    with Nginx(pages.web_port) as nginx:     # grpc_port=service.port: that beckond's gRPC too
        visitor = nginx.visitor(); visitor.get("/R")     # over TLS
        nginx.port, nginx.host, nginx.certificate"""

import itertools
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from service import ROOT, free_port  # noqa: E402
from visitor import Visitor  # noqa: E402

PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"
SHIPPED = os.path.join(ROOT, "clients/web/nginx/beckon.conf")
HOST = "club.example.com"
MAIN = """%(user)sworker_processes 1;
daemon off;
pid %(folder)s/pid;
error_log %(folder)s/error.log;
events { worker_connections %(connections)d; }
http {
    client_body_temp_path %(folder)s/body; proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/f; uwsgi_temp_path %(folder)s/u; scgi_temp_path %(folder)s/s;
    include %(folder)s/beckon.conf;
    %(more)s
}
"""


class Nginx:
    """`changes`: further (old, new) texts of the shipped file; `more`: further servers."""

    def __init__(self, web_port, host=HOST, changes=(), more="", connections=4096, grpc_port=None):
        self.folder = tempfile.mkdtemp(prefix="beckon-nginx-")
        self.host = host
        self.port, self.plain_port = free_port(), free_port()
        self.certificate = os.path.join(self.folder, "certificate.pem")
        self.key = os.path.join(self.folder, "key.pem")
        self.log_path = os.path.join(self.folder, "access.log")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-keyout", self.key, "-out", self.certificate, "-days", "2", "-subj",
                        "/CN=" + host, "-addext", "subjectAltName=DNS:%s,IP:127.0.0.1" % host.lower()],
                       check=True, capture_output=True, timeout=30)
        with open(SHIPPED, encoding="utf-8") as file:
            text = file.read()
        for old, new in (("listen 443 ssl", "listen 127.0.0.1:%d ssl" % self.port),
                         ("listen 80;", "listen 127.0.0.1:%d;" % self.plain_port),
                         ("127.0.0.1:7780;", "127.0.0.1:%d;" % web_port),
                         ("127.0.0.1:7717;", "127.0.0.1:%d;" % (grpc_port or free_port())),
                         ("/etc/ssl/beckon/fullchain.pem", self.certificate),
                         ("/etc/ssl/beckon/privkey.pem", self.key),
                         ("/var/log/nginx/beckon-error.log", os.path.join(self.folder, "error.log")),
                         ("/var/log/nginx/beckon.log", self.log_path), (HOST, host), *changes):
            assert old in text, old
            text = text.replace(old, new)
        self.write("beckon.conf", text)
        self.write("nginx.conf", MAIN % {
            "folder": self.folder, "more": more, "connections": connections,
            "user": "user root;\n" if os.getuid() == 0 else ""})
        self.process = None
        self.sources = itertools.count(10)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def command(self, *arguments):
        return [PROGRAM, "-p", self.folder, "-e", os.path.join(self.folder, "error.log"), "-c",
                os.path.join(self.folder, "nginx.conf"), *arguments]

    def check(self):
        """nginx -t: what it says of the configuration, "" when all is well."""
        done = subprocess.run(self.command("-t"), capture_output=True, text=True, timeout=30)
        said = [line for line in done.stderr.splitlines()
                if not re.search(r"syntax is ok|test is successful", line)]
        return "\n".join(said) if done.returncode == 0 else done.stderr

    def __enter__(self):
        self.process = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("nginx does not serve:\n" + self.error_log())
                time.sleep(0.02)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def error_log(self):
        path = os.path.join(self.folder, "error.log")
        if not os.path.exists(path):
            return ""
        with open(path, errors="replace") as file:
            return file.read()

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def tls(self):
        return ssl.create_default_context(cafile=self.certificate)

    def visitor(self, language="zh", host=None, source=None):
        """Somebody new, from an address of her own (127.0.0.N)."""
        return Visitor(("127.0.0.1", self.port), None, language, host or self.host, self.tls(),
                       source or "127.0.0.%d" % next(self.sources))
