"""A throw-away Debian: this machine's files under an overlay, in mount, network and IPC namespaces of
this process alone. What is installed in it is gone with the process. Needs root.

    enter()                       once, before anything else
    with Root() as root:
        root.run("dpkg", "-i", "/beckon.deb")
        beckond = root.start("beckond.service")"""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SANDBOX = os.path.join(HERE, "sandbox.py")
UNITS = "/usr/lib/systemd/system/"
CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWNET = 0x00020000, 0x08000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH = 4096, 16384, 1 << 18, 2
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
LIBC = ctypes.CDLL(None, use_errno=True)
WAIT_SECONDS, FAR_AWAY = 30, 64  # of descriptors on their way to number 3 and on


def checked(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), "%s: %s" % (what, os.strerror(ctypes.get_errno())))


def mount(source, target, kind=None, flags=0, data=None):
    code = [None if text is None else text.encode() for text in (source, target, kind, data)]
    checked(LIBC.mount(code[0], code[1], code[2], flags, code[3]), "mount " + target)


def enter():
    """Into namespaces of its own; raises OSError where this process may not."""
    checked(LIBC.unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET), "unshare")
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


class Root:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="beckon-root-", dir=os.environ.get("BECKON_ROOTS"))
        self.path = os.path.join(self.folder, "root")
        self.started = []

    def __enter__(self):
        for name in ("root", "upper", "work"):
            os.mkdir(os.path.join(self.folder, name))
        where = "lowerdir=/,upperdir=%s/upper,workdir=%s/work" % (self.folder, self.folder)
        try:
            mount("overlay", self.path, "overlay", 0, where)
        except OSError:  # a container's own overlay: its changes can't lie on it
            mount("tmpfs", self.folder, "tmpfs")
            for name in ("root", "upper", "work"):
                os.mkdir(os.path.join(self.folder, name))
            mount("overlay", self.path, "overlay", 0, where)
        mount("/dev", self.path + "/dev", None, MS_BIND)
        mount("proc", self.path + "/proc", "proc")
        mount("tmpfs", self.path + "/run", "tmpfs")
        mount("tmpfs", self.path + "/tmp", "tmpfs", 0, "mode=1777")
        return self

    def __exit__(self, *_):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
        LIBC.umount2(self.path.encode(), MNT_DETACH)
        LIBC.umount2(self.folder.encode(), MNT_DETACH)
        shutil.rmtree(self.folder, ignore_errors=True)

    def file(self, path):
        return self.path + path

    def read(self, path):
        with open(self.file(path), encoding="utf-8", errors="replace") as file:
            return file.read()

    def write(self, path, text, mode=0o644):
        with open(self.file(path), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.file(path), mode)

    def run(self, *command, exit=0, environment=None, seconds=60):
        """As root in it; both outputs in one."""
        done = subprocess.run(["chroot", self.path, *command], text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds,
                              env=dict({"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
                                        "DEBIAN_FRONTEND": "noninteractive"}, **environment or {}))
        assert done.returncode == exit, "%s ended with %d:\n%s" % (command, done.returncode, done.stdout)
        return done.stdout

    def start(self, unit, command=0, environment=(), inherit=()):
        """A command of the unit in the unit's sandbox; its log begins anew. `inherit`: descriptors
        that systemd would hand over."""
        kept = [fcntl.fcntl(number, fcntl.F_DUPFD, FAR_AWAY) for number in inherit]
        moves = " ".join("%d<&%d %d<&-" % (3 + i, number, number) for i, number in enumerate(kept))
        log = open(os.path.join(self.folder, unit + ".log"), "wb")
        process = subprocess.Popen(
            ["bash", "-c", 'exec %s; exec "$@"' % moves if kept else 'exec "$@"', "bash",
             sys.executable, "-B", SANDBOX, "--root", self.path, "--command", str(command),
             self.file(UNITS + unit), *environment], stdout=log, stderr=log,
            stdin=subprocess.DEVNULL, pass_fds=kept)
        log.close()
        for number in kept:
            os.close(number)
        self.started.append(process)
        return process

    def log(self, unit):
        with open(os.path.join(self.folder, unit + ".log"), errors="replace") as file:
            return file.read()

    def wait_for(self, unit, process, words):
        """Until its log says these words."""
        until = time.monotonic() + WAIT_SECONDS
        while words not in self.log(unit):
            assert process.poll() is None and time.monotonic() < until, \
                "%s: %s\n%s" % (unit, process.poll(), self.log(unit))
            time.sleep(0.01)

    def wait_port(self, unit, process, port):
        until = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                assert process.poll() is None and time.monotonic() < until, \
                    "%s: %s\n%s" % (unit, process.poll(), self.log(unit))
                time.sleep(0.01)
