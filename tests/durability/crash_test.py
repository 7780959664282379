"""kill -9 at random times under load from 64 clients: what was acknowledged is there, exactly once
and with the same answer; verify is clean; the time to serve again is printed. While purchases run,
members are registered (key slots) and codes drawn (reserved in a commit of their own) until the
service dies.

3 rounds on 200 members; with BECKON_LONG=1 (tests/run --long) 200 on 1,000,000. BECKON_ROUNDS and
BECKON_MEMBERS say otherwise, BECKON_SEED makes the same draws again. kill -9 proves no durability,
since the page cache survives it: trace_test.py does. It proves the order of commit and reply and
what a start makes of a store that was left in the middle of anything; a beckond that answers early
is caught."""

import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
import unittest
from collections import defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "bench"))
import market  # noqa: E402
from service import ROOT, Service  # noqa: E402

BUILD = os.path.join(ROOT, "build/release/tests")
LOAD = os.environ.get("BECKON_LOAD", os.path.join(BUILD, "bench/beckon_load"))
EARLY = os.environ.get("BECKOND_EARLY", os.path.join(BUILD, "durability/beckond_early"))
LONG = bool(os.environ.get("BECKON_LONG"))
ROUNDS = int(os.environ.get("BECKON_ROUNDS", 200 if LONG else 3))
MEMBERS = int(os.environ.get("BECKON_MEMBERS", 1000000 if LONG else 200))
SEED = int(os.environ.get("BECKON_SEED", time.time_ns() % 1000000))
CLIENTS, SHOPS, EARLY_MEMBERS = 64, ["S01", "S02", "S03"], 200
LARGE = 1000          # from so many members on: filled by import, looked at by sample
SAMPLE = 2000         # members whose purchases are listed then
VERIFY_ROUNDS = 50    # verify comes so often then, and at the end
LIVE_SECONDS = (0.05, 0.8)   # from the load's start to the kill
START_SECONDS = (0, 0.03)    # from a start to its kill, in rounds where the start is hit too

RULES = [
    {"rule_id": "buyer", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
     "unit": "UNIT_POINTS", "rate_bp": 100},
    {"rule_id": "referrer", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_REFERRER",
     "referrer": "REFERRER_CONDITION_MEMBER", "unit": "UNIT_CASH", "rate_bp": 200},
]


def phone(n):
    return "+86138%08d" % n


def fill(service, members):
    """A merchant whose members brought each other, so that purchases touch two accounts; the
    shops they buy in."""
    if members >= LARGE:
        market.fill(service, service.folder, members)
        return market.shop_ids()
    client = service.client("admin")
    client.call("beckon.v1.ProgramService/PublishProgram", {
        "program": {"from_date": "2020-01-01", "rules": RULES}, "request_id": "crash"})
    for shop in SHOPS:
        client.call("beckon.v1.ShopService/CreateShop", {"shop": {"shop_id": shop, "name": shop}})
    result = client.call("beckon.v1.MemberService/RegisterMembers", {"registrations": [
        {"phone": phone(n), "consent_policy_version": "1", "recommender": phone(n // 2)}
        for n in range(1, members + 1)]})
    assert all(row["status_code"] == 0 for row in result["results"])
    return SHOPS


class People(threading.Thread):
    """Registers members and draws codes, one after another, until the service dies."""

    def __init__(self, client, first, owners):
        super().__init__()
        self.client, self.next, self.owners = client, first, owners
        self.registered, self.codes = {}, {}

    def register(self, client, n):
        return client.call("beckon.v1.MemberService/RegisterMember", {
            "phone": phone(n), "name": "Member %d" % n, "consent_policy_version": "1"}, timeout=10)

    def draw(self, client, n):
        return client.call("beckon.v1.CodeService/CreateCode", {
            "code": {"owner": {"kind": "PARTY_KIND_MEMBER", "number": 1 + n % self.owners}},
            "request_id": "code-%d" % n}, timeout=10)["code"]["code"]

    def run(self):
        try:
            while True:
                n, self.next = self.next, self.next + 1
                self.registered[n] = self.register(self.client, n)["member_number"]
                self.codes[n] = self.draw(self.client, n)
        except Exception as error:  # the kill; anything else shows when it is all looked at again
            self.error = error


class Crash:
    def __init__(self, test, service, draw, members):
        self.test, self.service, self.draw, self.members = test, service, draw, members
        self.shops = fill(service, members)
        self.filled = self.head(service.client("admin"))
        self.restarts, self.acknowledged, self.people = [], {}, []
        self.next_person = 1000

    @staticmethod
    def head(client):
        return client.call("beckon.v1.EventService/ListEvents", {"page_size": 1})["head_number"]

    def load(self, mode, *more):
        return [LOAD, mode, "--address", self.service.address, "--token-file",
                os.path.join(self.service.data, "admin.token"), "--in-flight", str(CLIENTS),
                "--members", str(self.members), "--shops", ",".join(self.shops), *more]

    def crash(self, number, acks):
        """Load, registrations and codes; kill -9; restart."""
        people = People(self.service.client("admin"), self.next_person, self.members)
        with subprocess.Popen(
                self.load("purchase", "--seconds", "30", "--acks", acks, "--run", "R%d" % number,
                          "--seed", str(self.draw.randrange(1 << 30))),
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as load:
            people.start()
            time.sleep(self.draw.uniform(*LIVE_SECONDS))
            self.service.kill()
            load.communicate(timeout=60)
        people.join(60)
        self.test.assertFalse(people.is_alive())
        self.next_person = people.next + 1
        self.people.append(people)
        if number % 3 == 2:  # the start after a crash is hit too
            self.start_and_kill()
        self.restarts.append(self.service.start())

    def start_and_kill(self):
        process = subprocess.Popen(
            [self.service.program, "--data", self.service.data, "--listen", "127.0.0.1:0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(self.draw.uniform(*START_SECONDS))
        process.kill()
        process.wait()

    def recheck(self, acks):
        """Sends every acknowledged purchase again; returns how many answers differ."""
        done = subprocess.run(self.load("recheck", "--acks", acks), stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
        report = json.loads(done.stdout)
        with open(acks) as file:
            lines = sum(1 for _ in file)
        self.test.assertEqual(report["calls"], lines)
        return report["differences"]

    def note(self, acks):
        with open(acks) as file:
            for line in file:
                shop, receipt, member, amount, _ = line.split()
                self.acknowledged[shop, receipt] = (int(member), int(amount))

    def check_people(self, client):
        """Who was registered and what was drawn in the last round is there, and said the same."""
        people = self.people[-1]
        for n, member in people.registered.items():
            again = people.register(client, n)
            self.test.assertEqual((again["scan_result"], again["member_number"]),
                                  ("SCAN_RESULT_EXISTING_MEMBER", member))
            found = client.call("beckon.v1.MemberService/GetMember", {"member_number": member})
            self.test.assertEqual(found["member"]["name"], "Member %d" % n)
        for n, code in people.codes.items():
            self.test.assertEqual(people.draw(client, n), code)

    def check_purchases(self, client, told):
        """Every purchase of members, page by page: those that were told of, none twice."""
        listed = defaultdict(dict)
        for key, (member, amount) in told.items():
            listed[member][key] = amount
        everybody = range(1, self.members + 1)
        for member in everybody if self.members < LARGE else self.draw.sample(everybody, SAMPLE):
            found, token = {}, ""
            while True:
                page = client.call("beckon.v1.PurchaseService/ListPurchases", {
                    "member_number": member, "page_size": 500, "page_token": token})
                for purchase in page["purchases"]:
                    key = purchase["shop_id"], purchase["receipt_number"]
                    self.test.assertNotIn(key, found)
                    found[key] = purchase["amount_minor"]
                token = page["next_page_token"]
                if not token:
                    break
            self.test.assertEqual(found, listed[member])
            held = client.call("beckon.v1.MemberService/GetMember", {"member_number": member})
            self.test.assertEqual(held["member"]["purchase_count"], len(found))

    def check_events(self, client):
        """What was recorded is told once, what was acknowledged among it; no number is left out.
        Returns the purchases and the last number."""
        told, members, number, token = {}, set(), self.filled, ""
        while True:
            page = client.call("beckon.v1.EventService/ListEvents", {
                "page_size": 500, "page_token": token, "from_number": self.filled + 1})
            for event in page["events"]:
                number += 1
                self.test.assertEqual(event["event_number"], number)
                if event["type"] == "purchase.recorded":
                    key = event["shop_id"], event["receipt_number"]
                    self.test.assertNotIn(key, told)
                    told[key] = (event["party"]["number"], event["amount"])
                elif event["type"] == "member.registered":
                    self.test.assertNotIn(event["party"]["number"], members)
                    members.add(event["party"]["number"])
            token = page["next_page_token"]
            if not token:
                break
        self.test.assertEqual(number, page["head_number"])
        for key, purchase in self.acknowledged.items():
            self.test.assertEqual(told.get(key), purchase)
        for people in self.people:
            self.test.assertLessEqual(set(people.registered.values()), members)
        return told, number

    def verify(self, number):
        if self.members < LARGE or (number + 1) % VERIFY_ROUNDS == 0 or number + 1 == ROUNDS:
            self.test.assertEqual(self.service.verify()["finding_count"], 0, "round %d" % number)


class CrashTest(unittest.TestCase):
    def test_kill_9_loses_nothing_acknowledged_and_doubles_nothing(self):
        with Service() as service:
            crash = Crash(self, service, random.Random(SEED), MEMBERS)
            for number in range(ROUNDS):
                acks = os.path.join(service.folder, "acks-%d" % number)
                crash.crash(number, acks)
                self.assertEqual(crash.recheck(acks), 0, "round %d" % number)
                crash.note(acks)
                crash.check_people(service.client("admin"))
                crash.verify(number)
                os.unlink(acks)
            recorded, events = crash.check_events(service.client("admin"))
            crash.check_purchases(service.client("admin"), recorded)
            self.assertGreater(len(crash.acknowledged), ROUNDS)
            print("%d rounds, %d members: %d purchases acknowledged, %d recorded, %d members came, "
                  "%d codes, %d events"
                  % (ROUNDS, MEMBERS, len(crash.acknowledged), len(recorded),
                     sum(len(people.registered) for people in crash.people),
                     sum(len(people.codes) for people in crash.people), events))
            restarts = sorted(crash.restarts)
            print("serves again after %.3f s (median), %.3f s (95 of 100), %.3f s (most)"
                  % (statistics.median(restarts), restarts[(len(restarts) - 1) * 95 // 100],
                     restarts[-1]))

    def test_a_beckond_that_answers_early_is_caught(self):
        with Service(program=EARLY) as service:
            crash = Crash(self, service, random.Random(SEED), EARLY_MEMBERS)
            for number in range(20):
                acks = os.path.join(service.folder, "acks-%d" % number)
                crash.crash(number, acks)
                differences = crash.recheck(acks)
                if differences > 0:
                    print("answered early: %d answers lost in round %d" % (differences, number + 1))
                    return
            self.fail("20 crashes, and no answer that was given early got lost")


if __name__ == "__main__":
    print("BECKON_SEED=%d" % SEED, flush=True)
    unittest.main()
