"""The PostgreSQL peer: the same purchase as a PL/pgSQL function, called by pgbench.

It is what a user would pick instead, so it is set up as one who knows it would: a quarter of the memory
for its buffers, room for the log, no checkpoint within a measurement, everything in its buffers and
warmed up before. Durability is as the service's: fsync and synchronous_commit on. It runs as an
unprivileged user, in a folder on the same disk as the store, and only while it is measured.

The schema and the call are $BECKON_POSTGRES_PEER/postgres_peer_*.sql, by default those of ../shared/data.
They name a million members; for another number that number is put in."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile

from measuring import ROOT, is_memory, say

PROGRAMS = "/usr/lib/postgresql/15/bin"
PEER = os.environ.get("BECKON_POSTGRES_PEER", os.path.join(ROOT, "../shared/data"))
SCHEMA, CALL = "postgres_peer_schema.sql", "postgres_peer_purchase.sql"
USERS = ("postgres", "nobody")
CLIENTS, THREADS, WARM_SECONDS = 16, 2, 5
MEMBERS_IN_FILES = 1000000
DATABASE = "postgres"


def settings(socket_folder):
    memory_mib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return {
        "listen_addresses": "''", "unix_socket_directories": "'%s'" % socket_folder,
        "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
        "shared_buffers": "%dMB" % (memory_mib // 4),
        "effective_cache_size": "%dMB" % (memory_mib * 3 // 4),
        "wal_buffers": "64MB", "min_wal_size": "1GB", "max_wal_size": "16GB",
        "checkpoint_timeout": "30min", "random_page_cost": "1.1", "max_connections": "40",
    }


class Absent(Exception):
    """Why there is no peer here, in a sentence."""


def user_of_peer():
    """Whom it runs as: ourselves, unless that is root."""
    if os.geteuid() != 0:
        return None
    for name in USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Absent("there is no unprivileged user %s" % " or ".join(USERS))


class Postgres:
    """One cluster of so many members; made, then stopped but while round() runs."""

    def __init__(self, parent, members, warm_seconds=WARM_SECONDS):
        self.user, self.members, self.warm_seconds = user_of_peer(), members, warm_seconds
        self.folder = self.sockets = None
        for name in (SCHEMA, CALL):
            if not os.access(os.path.join(PEER, name), os.R_OK):
                raise Absent("%s is not in %s" % (name, PEER))
        if not os.access(os.path.join(PROGRAMS, "initdb"), os.X_OK):
            raise Absent("PostgreSQL 15 is not in %s" % PROGRAMS)
        try:
            self.make(parent)
        except subprocess.CalledProcessError as error:
            said = (error.stdout or "").strip().splitlines()[-1:] or ["no word"]
            self.close()
            raise Absent("%s failed: %s" % (os.path.basename(error.cmd[0]), said[0]))
        except BaseException:
            self.close()
            raise

    def make(self, parent):
        self.folder = self.own(tempfile.mkdtemp(prefix="bench-peer-", dir=self.place(parent)))
        self.sockets = self.own(tempfile.mkdtemp(prefix="peer-"))  # a socket's path is short
        self.data = os.path.join(self.folder, "data")
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "--encoding=UTF8",
                 "--locale=C.UTF-8", "--no-instructions")
        chosen = settings(self.sockets)
        with open(os.path.join(self.data, "postgresql.conf"), "a") as file:
            file.writelines("%s = %s\n" % setting for setting in chosen.items())
        say("PostgreSQL: %s" % ", ".join("%s = %s" % (key, value) for key, value in chosen.items()
                                         if key != "unix_socket_directories"))
        for name in (SCHEMA, CALL):
            with open(os.path.join(PEER, name)) as file:
                text = re.sub(r"\b%d\b" % (MEMBERS_IN_FILES - 1), "%d" % (self.members - 1),
                              file.read())
            with open(os.path.join(self.folder, name), "w") as file:
                file.write(text)
        self.start()
        self.psql("-f", os.path.join(self.folder, SCHEMA))
        self.psql("-c", "create extension pg_prewarm")
        self.stop()

    def place(self, parent):
        """`parent`, or a folder of the same disk where its user can go."""
        disk = os.stat(parent).st_dev
        for folder in (parent, "/var/tmp", "/tmp"):
            if os.stat(folder).st_dev == disk and not is_memory(folder) and self.reaches(folder):
                return folder
        raise Absent("user %s can't go into %s; name another by --folder"
                     % (self.user.pw_name, parent))

    def reaches(self, folder):
        return subprocess.run(["test", "-x", os.path.abspath(folder)], **self.identity()).returncode == 0

    def identity(self):
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def own(self, folder):
        if self.user is not None:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        return folder

    def run(self, program, *words):
        """One of its programs to the end; what it printed."""
        done = subprocess.run([os.path.join(PROGRAMS, program), *words], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, check=True, cwd="/", timeout=1800,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, **self.identity())
        return done.stdout

    def start(self):
        self.run("pg_ctl", "start", "-w", "-t", "120", "-D", self.data, "-l",
                 os.path.join(self.folder, "log"))

    def stop(self):
        self.run("pg_ctl", "stop", "-w", "-t", "600", "-m", "fast", "-D", self.data)

    def psql(self, *words):
        return self.run("psql", "-h", self.sockets, "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1",
                        DATABASE, *words)

    def pgbench(self, seconds):
        """Transactions a second; what a deadlock ended is not counted."""
        said = self.run("pgbench", "-h", self.sockets, "-U", "postgres", "-n", "-M", "prepared", "-c",
                        str(CLIENTS), "-j", str(THREADS), "-T", str(max(1, round(seconds))), "-f",
                        os.path.join(self.folder, CALL), DATABASE)
        found = re.search(r"^tps = ([\d.]+)", said, re.M)
        return float(found.group(1)) if found else 0.0  # it says none when none ended

    def round(self, seconds):
        """Starts it, fills its buffers, warms it up, measures, stops it."""
        self.start()
        try:
            self.psql("-c", "select sum(pg_prewarm(oid)) from pg_class where relkind in ('r', 'i') "
                            "and relnamespace = 'public'::regnamespace")
            self.pgbench(self.warm_seconds)
            return self.pgbench(seconds)
        finally:
            self.stop()

    def close(self):
        if self.folder and os.path.exists(os.path.join(self.data, "postmaster.pid")):
            self.stop()
        for folder in (self.folder, self.sockets):
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
