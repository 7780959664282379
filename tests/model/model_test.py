"""The whole service against a model of it: random commands, every answer predicted by oracle.py.

BECKON_SEED=N replays a seed, BECKON_LONG=1 plays 20,000 commands with each of several seeds,
BECKON_STEPS=N says how many."""

import datetime
import os
import random
import sys
import unittest

from draw import DAY, now_ms
from market import ZONES, Market, Mismatch, judge
from oracle import Oracle
from rules import Answer, stamp

from service import Service

LONG = os.environ.get("BECKON_LONG") == "1"
STEPS = int(os.environ.get("BECKON_STEPS", "20000" if LONG else "600"))
SEEDS = [int(os.environ["BECKON_SEED"])] if "BECKON_SEED" in os.environ else \
    [random.SystemRandom().randrange(10 ** 9) for _ in range(4 if LONG else 1)]


class Street:
    """Two merchants of one service, played in turn."""

    def __init__(self, seed, service, zones=None):
        self.random = random.Random(seed)
        self.service = service
        codes = set()
        zones = [z for z in zones or self.random.sample(ZONES, len(ZONES)) if self.quiet(z)]
        self.markets = [Market(self.random, zone, codes) for zone in zones[:2]]
        self.secrets = [service.token("admin"), None]
        self.connect()
        operator = self.client.with_token(service.token("operator"))
        operator.call("beckon.v1.MerchantService/UpdateMerchant", {
            "merchant": dict(self.content(0), merchant_number=1)})
        made = operator.call("beckon.v1.MerchantService/CreateMerchant", {
            "merchant": dict(self.content(1), name="Second", currency="CNY", country_code=86),
            "request_id": "second"})["merchant"]
        self.secrets[1] = operator.call("beckon.v1.TokenService/CreateToken", {
            "token": {"role": "ROLE_ADMIN"}, "request_id": "admin",
            "merchant_number": made["merchant_number"]})["secret"]
        self.connect()
        for each in self.markets:
            each.open()

    @staticmethod
    def quiet(zone):
        """No business date ends while the test runs: two clocks may differ a little."""
        oracle = Oracle(*zone)
        now = now_ms()
        return oracle.date_of(now - 60000) == oracle.date_of(now + (3600 if LONG else 300) * 1000)

    def content(self, i):
        return {"time_zone": self.markets[i].zone, "day_cutoff_minutes": self.markets[i].cutoff}

    def connect(self):
        self.client = self.service.client()
        for each, secret in zip(self.markets, self.secrets):
            if secret:
                each.connect(self.client, secret)

    def restart(self):
        self.client.close()
        self.service.kill()
        self.service.start()
        self.connect()

    def play(self, steps, restarts):
        every = max(1, steps // restarts)
        for each in self.markets:
            each.pace = min(DAY, 1400 * DAY * 2 // steps)  # history ends before today begins
        for i in range(1, steps + 1):
            each = self.random.choice(self.markets)
            each.present = i > steps * 2 // 3
            each.step()
            if i % every == 0:
                self.restart()
                for each in self.markets:
                    each.check_all()


def broken(name, function):
    """An oracle with one rule told wrong."""
    return type("Oracle_" + name, (Oracle,), {name: function})


def always(value):
    return lambda self, *_: value


def date_without_cutoff(self, at_ms):
    return Oracle.date_of(self, at_ms + self.cutoff.seconds * 1000)


def date_of_utc(self, at_ms):
    return stamp(at_ms - self.cutoff.seconds * 1000)[:10]


def date_by_one_offset(self, at_ms):
    """As if the clock were never changed."""
    winter = self.zone.utcoffset(datetime.datetime(2024, 1, 15))
    return stamp(at_ms + (winter - self.cutoff) // datetime.timedelta(milliseconds=1))[:10]


def edge_late(self, at_ms):
    """The first millisecond of a business date counts as the last of the one before."""
    return Oracle.date_of(self, at_ms - 1)


def last_program_wins(self, date):
    found = [p for p in self.programs if p["from_date"] <= date]
    return found[-1] if found else None


def first_of_a_date_wins(self, date):
    found = [p for p in self.programs if p["from_date"] <= date]
    return max(found, key=lambda p: (p["from_date"], -p["version"])) if found else None


def inactive_before_self(self, guide, buyer, date):
    return "" if self.employed(guide, date) else "CREDIT_REASON_GUIDE_INACTIVE"


def until_inclusive(self, guide, date):
    return any(e["from_date"] <= date and (not e["until_date"] or date <= e["until_date"])
               for e in guide["employments"])


# Each is one misreading of the rules; the play of the second test must tell it from the service.
MUTANTS = {
    "rounds always down": broken("rate", lambda self, base, bp, _: base * bp // 10000),
    "rounds always half up": broken("rate", lambda self, base, bp, _: (base * bp + 5000) // 10000),
    "business day begins at midnight": broken("date_of", date_without_cutoff),
    "business dates in UTC": broken("date_of", date_of_utc),
    "no daylight saving time": broken("date_of", date_by_one_offset),
    "day's edge belongs to the day before": broken("date_of", edge_late),
    "repurchase counts purchases": broken(
        "is_repurchase", lambda self, member: len(member["purchases"]) >= 1),
    "every purchase is a repurchase": broken("is_repurchase", always(True)),
    "the program published last is in force": broken("program_on", last_program_wins),
    "the first of two programs of a date": broken("program_on", first_of_a_date_wins),
    "guides earn by their own purchases": broken("guide_reason", inactive_before_self),
    "guides who left earn": broken("employed", always(True)),
    "the day a guide leaves is his": broken("employed", until_inclusive),
    "a code is today's owner's": broken(
        "code_owner", lambda self, code, date: code["owners"][-1][1]),
    "usage limits are not kept": broken("exhausted", always(False)),
    "codes never end": broken("over", always(False)),
    "serving guides are always inherited": broken("inherits", always(True)),
    "serving guides are never inherited": broken("inherits", always(False)),
    "the serving guide has always served": broken(
        "serving_on", lambda self, member, date: member["serving_guide"]),
    "phones don't rest": broken("rests", always(False)),
    "programs may be retroactive": broken("is_retroactive", always(False)),
    "a program may begin on the last paid day": broken(
        "is_retroactive", lambda self, date: date < self.last_rule_date),
    "every referrer will do": broken("referrer_matches", always(True)),
    "every code will do": broken("code_matches", always(True)),
}
CHANGING_ZONES = ("America/New_York", 240), ("Australia/Lord_Howe", 180), ("Asia/Kathmandu", 720)
MUTANT_SEEDS = 1, 2, 3  # what one play happens not to meet, the next may


class Model(unittest.TestCase):
    def play(self, seed, steps, restarts, zones=None):
        with Service() as service:
            street = None
            try:
                street = Street(seed, service, zones)
                street.play(steps, restarts)
            except Mismatch as mismatch:
                count = sum(len(m.trace) for m in street.markets) if street else 0
                self.fail("BECKON_SEED=%d, command %d: %s" % (seed, count, mismatch))
            self.assertEqual(service.stop(), 0, service.log())
        return street

    def test_every_answer_is_what_the_model_predicts(self):
        for seed in SEEDS:
            print("BECKON_SEED=%d" % seed, file=sys.stderr, flush=True)
            with self.subTest(seed=seed):
                self.play(seed, STEPS, 8 if LONG else 2)

    def test_a_rule_told_wrong_is_noticed(self):
        alive = MUTANTS
        for seed in MUTANT_SEEDS:
            markets = self.play(seed, 600, 1, CHANGING_ZONES).markets
            self.assertEqual(self.survivors(markets, {"none": Oracle}), ["none"])
            alive = {name: MUTANTS[name] for name in self.survivors(markets, alive)}
            if not alive:
                return
        self.fail("not noticed: %s" % ", ".join(alive))

    @staticmethod
    def survivors(markets, oracles):
        """Names of those that predict every answer of these plays."""
        alive = []
        for name, oracle in oracles.items():
            try:
                for each in markets:
                    each.replay(oracle)
                alive.append(name)
            except Mismatch:
                pass
        return alive

    def test_an_altered_answer_is_noticed(self):
        expected = Answer(reply={"n": 1, "rows": [{"a": 1}, {"a": 2}], "text": "x"})
        same = {"n": 1, "rows": [{"a": 1, "b": 0}, {"a": 2, "b": 0}], "text": "x", "more": 5}
        self.assertEqual(judge(expected, same, None), "")
        for altered in (dict(same, n=2), dict(same, rows=same["rows"][:1]), dict(same, text=""),
                        dict(same, rows=same["rows"][::-1]), dict(same, rows=[]), {}):
            self.assertNotEqual(judge(expected, altered, None), "", altered)
        self.assertNotEqual(judge(expected, None, ("MEMBER_UNKNOWN", "")), "")
        refusal = Answer(reason="MEMBER_UNKNOWN", field="phone")
        self.assertEqual(judge(refusal, None, ("MEMBER_UNKNOWN", "phone")), "")
        self.assertNotEqual(judge(refusal, None, ("MEMBER_UNKNOWN", "code")), "")
        self.assertNotEqual(judge(refusal, None, ("SHOP_UNKNOWN", "phone")), "")
        self.assertNotEqual(judge(refusal, same, None), "")


if __name__ == "__main__":
    unittest.main()
