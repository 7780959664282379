"""Packages of npm for tests: installed once into a folder of the build."""

import fcntl
import json
import os
import shutil
import subprocess
import sys


def there():
    return bool(shutil.which("node") and shutil.which("npm"))


def install(source, folder):
    """What `source`/package.json wants, into folder/node_modules, unless it is there. Tests that run
    at the same time wait for each other."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install(source, folder)


def _install(source, folder):
    with open(os.path.join(source, "package.json")) as file:
        wanted = json.load(file)["dependencies"]
    for name, version in wanted.items():
        path = os.path.join(folder, "node_modules", name, "package.json")
        if not os.path.exists(path):
            break
        with open(path) as file:
            if not json.load(file)["version"].startswith(version.rstrip("x")):
                break
    else:
        return
    shutil.copy(os.path.join(source, "package.json"), folder)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts",
                    "--no-package-lock", "--prefix", folder], check=True, timeout=200,
                   stdin=subprocess.DEVNULL, stdout=sys.stderr)
