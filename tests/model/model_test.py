"""The whole service against a model of it: random commands, every answer predicted by oracle.py.

BECKON_SEED=N replays a seed, BECKON_LONG=1 plays 20,000 commands with each of several seeds,
BECKON_STEPS=N says how many."""

import os
import random
import sys
import unittest

import market
from market import ZONES, Market, Mismatch, now_ms, settle
from oracle import Oracle

from service import Service

LONG = os.environ.get("BECKON_LONG") == "1"
STEPS = int(os.environ.get("BECKON_STEPS", "20000" if LONG else "600"))
SEEDS = [int(os.environ["BECKON_SEED"])] if "BECKON_SEED" in os.environ else \
    [random.SystemRandom().randrange(10 ** 9) for _ in range(4 if LONG else 1)]


class Street:
    """Two merchants of one service, played in turn."""

    def __init__(self, seed, service):
        self.random = random.Random(seed)
        self.service = service
        codes = set()
        zones = [z for z in ZONES if self.quiet(z)]
        self.markets = [Market(self.random, zone, codes) for zone in self.random.sample(zones, 2)]
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
        """No business date ends while the test runs: its clock and the service's may differ a little."""
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
        for i in range(1, steps + 1):
            each = self.random.choice(self.markets)
            each.present = i > steps * 2 // 3
            each.step()
            if i % every == 0:
                self.restart()
                for each in self.markets:
                    each.check_all()


class Model(unittest.TestCase):
    def play(self, seed, steps, restarts):
        with Service() as service:
            street = None
            try:
                street = Street(seed, service)
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


if __name__ == "__main__":
    assert market
    unittest.main()
