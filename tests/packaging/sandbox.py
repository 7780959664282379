"""Runs a unit's command in the unit's sandbox where there is no systemd to do it: as its user, without
capabilities, with its system call filter, its file system and its limits. As root, in a mount namespace
of the caller's own.

    sandbox.py UNIT [--root DIR] [--command N] [--tell FD] [NAME=VALUE ...]

Not done, since only systemd as the first process can: PrivateUsers, RemoveIPC, IPAddressDeny,
RestrictSUIDSGID, the watchdog. A call outside SystemCallFilter kills the process here, so that none is
overlooked; systemd would answer EPERM. A setting that is not known here is an error, not ignored."""

import ctypes
import grp
import os
import pwd
import re
import resource
import shlex
import struct
import subprocess
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = (
    1, 2, 4, 8, 32, 4096, 16384, 1 << 18)
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_KEEPCAPS = 38, 22, 24, 8
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
KILL, ALLOW, ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
EPERM, EACCES, ENOSYS, EAFNOSUPPORT = 1, 13, 38, 97
CLONE_NAMESPACES = 0x7E020080
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
# systemd always lets these through.
ALWAYS = {"execve", "exit", "exit_group", "getrlimit", "rt_sigreturn", "clock_gettime", "clock_nanosleep",
          "nanosleep", "gettimeofday", "time", "restart_syscall"}
# What is done elsewhere, by systemd alone, or has no meaning for one process.
ELSEWHERE = {
    "Type", "ExecStart", "ExecReload", "TimeoutStopSec", "TimeoutStartSec", "WatchdogSec", "Restart",
    "RestartSec", "RestartPreventExitStatus", "StateDirectoryMode", "RuntimeDirectoryMode", "TasksMax",
    "AmbientCapabilities", "PrivateUsers", "RemoveIPC", "RestrictSUIDSGID", "IPAddressDeny",
    "IPAddressAllow", "SystemCallErrorNumber", "SystemCallArchitectures", "Nice", "IOSchedulingClass",
    "IOSchedulingPriority", "ProtectClock", "ProtectHostname", "ProtectKernelLogs",
    "ProtectKernelModules", "RestrictRealtime", "LockPersonality", "NotifyAccess"}


def checked(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), "%s: %s" % (what, os.strerror(ctypes.get_errno())))


def mount(source, target, kind=None, flags=0, data=None):
    code = [None if text is None else text.encode() for text in (source, target, kind, data)]
    checked(LIBC.mount(code[0], code[1], code[2], flags, code[3]), "mount " + target)


def unit_read(path):
    """The [Service] section: name -> values in order."""
    found, section = {}, None
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.strip()
            if line.startswith("["):
                section = line
            elif section == "[Service]" and line and line[0] not in "#;":
                name, value = line.split("=", 1)
                found.setdefault(name, []).append(value)
    return found


# ---- system calls --------------------------------------------------------------------------------

def call_set(name):
    """The calls of @name, sets in it resolved, as this machine's systemd-analyze lists them."""
    listed = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    calls = set()
    for word in re.findall(r"^\s+([@\w-]+)$", listed, re.M):
        calls |= call_set(word) if word.startswith("@") else {word}
    return calls


def call_numbers():
    listed = subprocess.run(["gcc", "-dM", "-E", "-include", "sys/syscall.h", "-"], input="", check=True,
                            text=True, stdout=subprocess.PIPE).stdout
    return {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", listed)}


def calls_allowed(filters):
    allowed = set(ALWAYS)
    for words in filters:
        calls = set()
        for word in words.lstrip("~").split():
            calls |= call_set(word) if word.startswith("@") else {word}
        allowed = allowed - calls if words.startswith("~") else allowed | calls
    return allowed | ALWAYS


def program(unit, numbers):
    """The filter as BPF: (code, jump if true, jump if false, value) in order."""
    load, equal, masked, answer = 0x20, 0x15, 0x45, 0x06
    steps = [(load, 0, 0, 4), (equal, 1, 0, AUDIT_ARCH[os.uname().machine]), (answer, 0, 0, KILL)]

    def when(name, argument_steps):
        """Only for this call: its own steps, ending in an answer or falling through to a reload."""
        if name in numbers:
            steps.append((load, 0, 0, 0))
            steps.append((equal, 0, len(argument_steps), numbers[name]))
            steps.extend(argument_steps)

    def argument(n):
        return (load, 0, 0, 16 + 8 * n)

    if unit.get("MemoryDenyWriteExecute") == ["true"]:
        when("mmap", [argument(2), (masked, 0, 2, 4), (masked, 0, 1, 2), (answer, 0, 0, KILL)])
        for name in ("mprotect", "pkey_mprotect"):
            when(name, [argument(2), (masked, 0, 1, 4), (answer, 0, 0, KILL)])
    if unit.get("RestrictNamespaces") == ["true"]:
        for name in ("clone", "unshare"):
            when(name, [argument(0), (masked, 0, 1, CLONE_NAMESPACES), (answer, 0, 0, KILL)])
        when("setns", [(answer, 0, 0, KILL)])
        when("clone3", [(answer, 0, 0, ERRNO | ENOSYS)])
    for families in unit.get("RestrictAddressFamilies", []):
        known = [FAMILIES[name] for name in families.split()]
        checks = [(equal, len(known) - i, 0, family) for i, family in enumerate(known)]
        when("socket", [argument(0), *checks, (answer, 0, 0, ERRNO | EAFNOSUPPORT)])
    steps.append((load, 0, 0, 0))
    for name in sorted(calls_allowed(unit["SystemCallFilter"])):
        if name in numbers:
            steps.extend([(equal, 0, 1, numbers[name]), (answer, 0, 0, ALLOW)])
    steps.append((answer, 0, 0, KILL))
    return b"".join(struct.pack("HBBI", *step) for step in steps), len(steps)


def filter_install(code, count):
    held = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", count, ctypes.addressof(held)))
    checked(LIBC.prctl(PR_SET_SECCOMP, 2, header, 0, 0), "seccomp")


# ---- files ---------------------------------------------------------------------------------------

def folder(path, user, mode):
    os.makedirs(path, exist_ok=True)
    os.chown(path, user.pw_uid, user.pw_gid)
    os.chmod(path, mode)


def empty(path):
    if os.path.isdir(path):
        mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=000,size=1k")


def devices_private():
    kept = {name: os.stat("/dev/" + name).st_rdev
            for name in ("null", "zero", "full", "random", "urandom", "tty")}
    mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k")
    for name, device in kept.items():
        os.mknod("/dev/" + name, 0o020666, device)
        os.chmod("/dev/" + name, 0o666)


def read_only_but(writable):
    """Everything the namespace has mounted, then what may be written again."""
    for path in writable:
        mount(path, path, None, MS_BIND)
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        places = [line.split()[4] for line in file]
    for place in dict.fromkeys(places):
        if place in writable or place in ("/proc", "/dev") or not os.path.isdir(place):
            continue
        mount(None, place, None, MS_REMOUNT | MS_BIND | MS_RDONLY)


def file_system(unit, user):
    writable = []
    for names, base, mode in (("StateDirectory", "/var/lib/", "StateDirectoryMode"),
                              ("RuntimeDirectory", "/run/", "RuntimeDirectoryMode")):
        for name in " ".join(unit.get(names, [])).split():
            folder(base + name, user, int(unit.get(mode, ["0755"])[0], 8))
            writable.append(base + name)
    for path in " ".join(unit.get("ReadWritePaths", [])).split():
        if os.path.exists(path.lstrip("-")):
            writable.append(path.lstrip("-"))
    if unit.get("PrivateTmp") == ["true"]:
        for path in ("/tmp", "/var/tmp"):
            mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
            writable.append(path)
    for path in " ".join(unit.get("InaccessiblePaths", [])).split():
        empty(path.lstrip("-"))
    if unit.get("ProtectHome") == ["true"]:
        for path in ("/home", "/root", "/run/user"):
            empty(path)
    if unit.get("ProtectSystem") == ["strict"]:
        read_only_but(writable)
    if unit.get("PrivateDevices") == ["true"]:
        devices_private()
    if unit.get("ProtectProc") == ["invisible"]:
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=invisible"
              + (",subset=pid" if unit.get("ProcSubset") == ["pid"] else ""))


# ---- the whole -----------------------------------------------------------------------------------

def become(unit, user):
    for name, key in (("NOFILE", "LimitNOFILE"), ("CORE", "LimitCORE")):
        for value in unit.get(key, []):
            limit = getattr(resource, "RLIMIT_" + name)
            most = resource.getrlimit(limit)[1]  # in a container root may not raise it
            value = int(value) if most == resource.RLIM_INFINITY else min(int(value), most)
            resource.setrlimit(limit, (value, value))
    os.umask(int(unit.get("UMask", ["0022"])[0], 8))
    for capability in range(41):
        LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    group = grp.getgrnam(unit["Group"][0])
    os.setgroups([])
    os.setresgid(group.gr_gid, group.gr_gid, group.gr_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    checked(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")


def known(unit):
    done = set(ELSEWHERE) | {
        "User", "Group", "StateDirectory", "RuntimeDirectory", "UMask", "ReadWritePaths", "LimitNOFILE",
        "LimitCORE", "NoNewPrivileges", "CapabilityBoundingSet", "ProtectSystem", "ProtectHome",
        "PrivateTmp", "PrivateDevices", "PrivateIPC", "ProtectControlGroups", "ProtectKernelTunables",
        "ProtectProc", "ProcSubset", "MemoryDenyWriteExecute", "RestrictNamespaces",
        "RestrictAddressFamilies", "SystemCallFilter", "InaccessiblePaths", "Environment"}
    if strange := set(unit) - done:
        raise SystemExit("sandbox.py doesn't know %s" % ", ".join(sorted(strange)))


def main(arguments):
    options = {"--root": None, "--command": "0"}
    while arguments and arguments[0] in options:
        options[arguments[0]] = arguments[1]
        arguments = arguments[2:]
    path, extra = arguments[0], dict(word.split("=", 1) for word in arguments[1:])
    unit = unit_read(path)
    known(unit)
    code, count = program(unit, call_numbers())
    if options["--root"]:
        os.chroot(options["--root"])
        os.chdir("/")
    user = pwd.getpwnam(unit["User"][0])
    checked(LIBC.unshare(0x00020000 | 0x08000000), "unshare")  # mounts, IPC
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": user.pw_dir,
                   "USER": user.pw_name}
    for words in unit.get("Environment", []):
        environment.update(word.split("=", 1) for word in shlex.split(words))
    environment.update(extra)
    command = [re.sub(r"\$\{(\w+)\}", lambda m: environment[m.group(1)], word)
               for word in shlex.split(unit["ExecStart"][int(options["--command"])])]
    if "LISTEN_FDS" in environment:
        environment["LISTEN_PID"] = str(os.getpid())
    file_system(unit, user)
    become(unit, user)
    filter_install(code, count)
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    main(sys.argv[1:])
