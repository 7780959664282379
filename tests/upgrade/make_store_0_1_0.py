#!/usr/bin/python3
"""Makes store_0_1_0.tar.xz, with programs built of version 0.1.0 (commit c5b5ec7) and not of a later one:

    git worktree add OLD c5b5ec7        and build it; then, in this tree:
    BECKOND=OLD/build/release/service/beckond BECKON=OLD/build/release/clients/beckon \\
        tests/upgrade/make_store_0_1_0.py

In it: data/, the data folder as beckond left it at its stop, and noted.json. Made once; what the tests
need is the file as it is, since no later program can make it again."""

import json
import os
import re
import subprocess
import sys
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import landed  # noqa: E402
from service import BECKOND, Service  # noqa: E402

KEPT_STEP = 1 << 20  # data.mdb without the room kept free behind its last page


def shorten(path):
    """Cuts off the zeros behind the last page that was written."""
    with open(path, "r+b") as file:
        data = file.read().rstrip(b"\0")
        file.truncate(-(-len(data) // KEPT_STEP) * KEPT_STEP)


def main():
    version = subprocess.run([BECKOND, "--version"], check=True, text=True, capture_output=True).stdout
    if not re.fullmatch(r"beckond 0\.1\.0\n", version):
        raise SystemExit("these programs are %s, not 0.1.0" % version.strip())
    with Service() as service:
        landed.fill(service)
        operator = service.client("operator")
        two = operator.call(landed.API + "TokenService/CreateToken", {
            "token": {"role": "ROLE_ADMIN"}, "request_id": "noted", "merchant_number": 2})["secret"]
        tokens = [service.token("admin"), two]
        noted = {"tokens": tokens, "merchants": landed.noted(service, tokens)}
        assert service.stop() == 0, service.log()
        os.unlink(os.path.join(service.data, "store/lock.mdb"))
        shorten(os.path.join(service.data, "store/data.mdb"))
        path = os.path.join(service.folder, "noted.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(noted, file, ensure_ascii=False, sort_keys=True)
        with tarfile.open(os.path.join(HERE, "store_0_1_0.tar.xz"), "w:xz", preset=9) as tar:
            tar.add(service.data, "data")
            tar.add(path, "noted.json")


if __name__ == "__main__":
    main()
