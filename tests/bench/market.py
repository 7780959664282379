"""A merchant of the benchmark's size: 100 shops, 1,000 guides, N members with their referrers.

The reference merchant's mapping (tests/reference/merchant.py), larger: member c registers with the
code of guide ((c - 1) mod 1,000) + 1; every fourth one is recommended by member c / 4 and inherits
her serving guide. Everything goes in by `beckon import`: the service's own path, RegisterMembers
and RecordPurchases."""

import json
import os
import random
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "reference"))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
import merchant  # noqa: E402
from service import BECKON  # noqa: E402

SHOPS, GUIDES = 100, 1000
REGISTERED = "1997-01-01T00:00:00-05:00"


def shop_ids():
    return ["S%03d" % s for s in range(1, SHOPS + 1)]


def beckon(service, *arguments):
    """What `beckon ARGUMENTS --json` prints."""
    environment = dict(os.environ, BECKON_ADDRESS=service.address,
                       BECKON_TOKEN_FILE=os.path.join(service.data, "admin.token"))
    done = subprocess.run([BECKON, *arguments, "--json"], env=environment, text=True,
                          stdout=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit("beckon %s ended with %d" % (" ".join(arguments[:2]), done.returncode))
    return done.stdout


def import_rows(service, folder, kind, header, rows):
    """Imports the rows; returns what the import says of itself."""
    path = merchant.write_csv(folder, kind, header, rows)
    summary = json.loads(beckon(service, "import", kind, path))
    os.unlink(path)
    if summary["rejected"]:
        raise SystemExit("%d %s were rejected; see %s.rejects.csv"
                         % (summary["rejected"], kind, path))
    return summary


def member_rows(first, last, guides):
    for c in range(first, last + 1):
        if c % 4 == 0 and c > 4:
            yield merchant.phone_of(c), "import", REGISTERED, "", merchant.phone_of(c // 4)
        else:
            owner = "guide:G%04d" % ((c - 1) % guides + 1)
            yield merchant.phone_of(c), "import", REGISTERED, owner, ""


def fill(service, folder, members, guides=GUIDES):
    """Makes the merchant in an empty store; returns the summary of the members' import."""
    beckon(service, "merchant", "update", "--name", "Bench", "--currency", "USD", "--time-zone",
           "America/New_York", "--day-cutoff", "0", "--country-code", "1")
    path = os.path.join(folder, "program.yaml")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(merchant.PROGRAM_R1, file)
    beckon(service, "program", "publish", path, "--request-id", "bench")
    import_rows(service, folder, "shops", ["shop_id", "name"], [[s, s] for s in shop_ids()])
    import_rows(service, folder, "guides", ["employee_no", "name", "shop_id", "from_date"],
                [["G%04d" % g, "Guide %d" % g, shop_ids()[(g - 1) % SHOPS], merchant.OPENED]
                 for g in range(1, guides + 1)])
    return import_members(service, folder, 1, members, guides)


def import_members(service, folder, first, last, guides=GUIDES):
    """Members so many to so many; the import's summary. They need those before them."""
    return import_rows(service, folder, "members",
                       ["phone", "consent_policy_version", "occurred_at", "code_of", "recommender"],
                       member_rows(first, last, guides))


def import_purchases(service, folder, members, count, run="import", year=1998):
    """Imports `count` purchases of a year, in order of time; returns the import's summary."""
    draw = random.Random(run)
    rows = ([shop_ids()[draw.randrange(SHOPS)], "%s-%d" % (run, n), draw.randrange(members) + 1,
             draw.randrange(100000) + 1, "USD", "%d-%02d-%02dT12:00:00-05:00"
             % (year, 1 + n * 12 // count, 1 + n * 12 * 28 // count % 28)] for n in range(count))
    return import_rows(service, folder, "purchases",
                       ["shop_id", "receipt_number", "member_number", "amount_minor", "currency",
                        "occurred_at"], rows)
