"""The reference merchant: how the text file's purchases become shops, guides, members and receipts.

The mapping stands in the data's README and is the same for every scenario: 20 shops, 60 guides, customer c
with phone +1 212 and c as seven digits, every fourth one recommended by customer c / 4."""

import csv
import datetime
import gzip
import os

SHOPS, GUIDES = 20, 60
OPENED = "1997-01-01"

# As `beckon program publish` reads it: JSON is YAML.
PROGRAM_R1 = {
    "from": OPENED, "title": "R1", "inherit serving guide": "yes",
    "rules": {
        "buyer": {"on": "purchase", "to": "buyer", "gives": "1 point per 1.00 USD"},
        "referrer": {"on": "purchase", "to": "referrer", "referrer": "member", "gives": "2 % as cash"},
        "new-member": {"on": "registration", "to": "serving guide", "code": "own", "gives": "5 points"},
        "sales": {"on": "purchase", "to": "serving guide", "gives": "1 point per 10.00 USD"},
        "repurchase": {"on": "repurchase", "to": "serving guide", "gives": "3 points"},
    },
}

# A guide's bonus for a year: one point for each percent of his members who came back, of 300 at least.
BONUS = {"on": "period close", "to": "serving guide", "measures": "repurchase rate", "period": "year",
         "wait": "none", "at least": 300,
         "brackets": {"0 to 1 %": "nothing",
                      **{"%d %% to %d %%" % (i, i + 1): "%d points" % i for i in range(1, 100)},
                      "100 % and above": "100 points"}}
PROGRAM_R3 = dict(PROGRAM_R1, title="R3", rules=dict(PROGRAM_R1["rules"], bonus=BONUS))


def read(path):
    """Lines (n, customer, date YYYYMMDD, cents) in the file's order; n from 1."""
    with gzip.open(path, "rt") as file:
        next(file)
        for n, line in enumerate(file, 1):
            customer, date, _, dollars = line.split()
            whole, _, fraction = dollars.partition(".")
            yield n, int(customer), date, int(whole) * 100 + int((fraction + "00")[:2])


def shop_of(c):
    return "S%02d" % ((c - 1) % SHOPS + 1)


def phone_of(c):
    return "+1212%07d" % c


def owner_of(c):
    """Whose code she registers with."""
    return "member:" + phone_of(c // 4) if c % 4 == 0 and c > 4 else "guide:G%02d" % ((c - 1) % GUIDES + 1)


def local_time(date, hour):
    """A local time of New York as RFC 3339; the offset is all that DST decides here."""
    import zoneinfo
    moment = datetime.datetime(int(date[:4]), int(date[4:6]), int(date[6:]), hour,
                               tzinfo=zoneinfo.ZoneInfo("America/New_York"))
    return moment.isoformat()


def write_csv(folder, name, header, rows):
    path = os.path.join(folder, name + ".csv")
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def write_purchases(folder, name, lines):
    noon = {date: local_time(date, 12) for date in {date for _, _, date, _ in lines}}
    return write_csv(folder, name,
                     ["shop_id", "receipt_number", "phone", "amount_minor", "currency", "occurred_at"],
                     [[shop_of(c), "L%06d" % n, phone_of(c), cents, "USD", noon[date]]
                      for n, c, date, cents in sorted(lines, key=lambda x: (x[2], x[0]))])


def write_refunds(folder, name, lines, refunds):
    """Of purchases among the lines: {n: (date, cents)}."""
    shoppers = {n: c for n, c, _, _ in lines}
    return write_csv(folder, name,
                     ["shop_id", "refund_number", "receipt_number", "amount_minor", "occurred_at"],
                     [[shop_of(shoppers[n]), "R%06d" % n, "L%06d" % n, cents, local_time(date, 12)]
                      for n, (date, cents) in sorted(refunds.items(), key=lambda x: x[1][0])])


def write_people(folder, lines):
    """Shops, guides and members; returns {kind: path}."""
    customers = max(c for _, c, _, _ in lines)
    opened = local_time("19970101", 0)
    return {
        "shops": write_csv(folder, "shops", ["shop_id", "name"],
                           [["S%02d" % s, "Shop %d" % s] for s in range(1, SHOPS + 1)]),
        "guides": write_csv(folder, "guides", ["employee_no", "name", "shop_id", "from_date"],
                            [["G%02d" % g, "Guide %d" % g, "S%02d" % ((g - 1) % SHOPS + 1), OPENED]
                             for g in range(1, GUIDES + 1)]),
        "members": write_csv(folder, "members",
                             ["phone", "consent_policy_version", "occurred_at", "code_of"],
                             [[phone_of(c), "import", opened, owner_of(c)]
                              for c in range(1, customers + 1)]),
    }


def write_files(folder, lines, refunds):
    """Writes the import files; returns {kind: path}."""
    return dict(write_people(folder, lines), purchases=write_purchases(folder, "purchases", lines),
                refunds=write_refunds(folder, "refunds", lines, refunds))
