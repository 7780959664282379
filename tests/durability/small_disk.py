"""A disk of a few MiB of one's own, to be filled: ext4 in a file where loop devices may be used, else
a tmpfs. It is mounted in a mount namespace of this process, so it goes with it, whatever happens.

    small_disk.enter()                 # before anything else: starts the program again inside, or skips
    with small_disk.Disk("ext4", 96) as disk: ...   disk.folder, disk.fill(), disk.free()

The ballast is what somebody else on the machine writes: a log, a dump, a download."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile

INSIDE = "BECKON_SMALL_DISK"
SKIPPED = 77
STEPS = (1 << 20, 1 << 16, 1 << 12)  # the ballast grows by these until not even the last one fits


def runs(*command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          timeout=60).returncode == 0


def enter():
    """Goes on in a mount namespace; where the system lets nobody have one: says so and skips."""
    if os.environ.get(INSIDE):
        return
    flags = ["-m"] if os.geteuid() == 0 else ["-Urm"]
    if not runs("unshare", *flags, "mount", "-t", "tmpfs", "tmpfs", tempfile.gettempdir()):
        print("skipped: no small disk can be mounted here (unshare %s)" % flags[0])
        sys.exit(SKIPPED)
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", *flags, sys.executable, "-B", *sys.argv])


def kinds():
    """What can be mounted here, the most real first."""
    found = []
    for kind in ("ext4", "tmpfs"):
        try:
            with Disk(kind, 16):
                found.append(kind)
        except (OSError, subprocess.SubprocessError):
            pass
    return found


class Disk:
    def __init__(self, kind, mib):
        self.kind, self.mib = kind, mib
        self.base = tempfile.mkdtemp(prefix="beckon-disk-",
                                     dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        self.folder = os.path.join(self.base, "disk")
        self.ballast = os.path.join(self.folder, "ballast")

    def __enter__(self):
        os.mkdir(self.folder)
        try:
            if self.kind == "tmpfs":
                self.command("mount", "-t", "tmpfs", "-o", "size=%dm" % self.mib, "tmpfs")
            else:
                image = os.path.join(self.base, "image")
                with open(image, "wb") as file:
                    file.truncate(self.mib << 20)
                subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
                self.command("mount", "-o", "loop", image)
        except (OSError, subprocess.SubprocessError):
            shutil.rmtree(self.base, True)
            raise
        return self

    def command(self, *words):
        subprocess.run([*words, self.folder], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60)

    def __exit__(self, *_):
        self.command("umount", "-l")
        shutil.rmtree(self.base, True)

    def fill(self):
        """Takes every last block."""
        with open(self.ballast, "ab", buffering=0) as file:
            for step in STEPS:
                try:
                    while file.write(bytes(step)) == step:
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def free(self):
        os.unlink(self.ballast)

    def free_bytes(self):
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize
