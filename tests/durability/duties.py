"""A short life of a small merchant that writes everything which is written differently: purchases in
bursts and in bulk, refunds, registrations (key slots), codes (reserved in a commit of their own), a
settlement run that is brought to approval, erasures (slots and the erasure list).

    base = Base(BECKOND)                       # a prepared folder, cut off by kill -9
    day = Day(client); day.work()              # until something fails: day.answers, day.failed
    day = Day(client, answers); day.again()    # all of it once more: what was answered is so again,
                                               # the rest is done; day.findings
    state(client)                              # everything it comes to

Each step is asked for again with the same request: a day that was cut off anywhere and is done again
comes to the same state as one that wasn't."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import grpc

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
from reflect import Refused, fill  # noqa: E402
from service import Service  # noqa: E402

API = "beckon.v1."
SHOPS, GUIDES, MEMBERS = ("S1", "S2"), 3, 24
ROUNDS, BURST, BULK = 36, 4, 40
SETTLE_ROUND, BULK_ROUND, ERASE_EVERY = 8, 20, 9
CALL_SECONDS, WORK_SECONDS = 10, 30
RULES = [
    {"rule_id": "buyer", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
     "unit": "UNIT_POINTS", "rate_bp": 100},
    {"rule_id": "friend", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_REFERRER",
     "referrer": "REFERRER_CONDITION_MEMBER", "unit": "UNIT_CASH", "rate_bp": 200},
    {"rule_id": "sold", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_SELLING_GUIDE",
     "unit": "UNIT_POINTS", "rate_bp": 100},
]


def phone(n):
    return "+86138%08d" % n


def purchase(receipt, n):
    return {"shop_id": SHOPS[n % 2], "receipt_number": receipt, "member_number": 1 + n % (MEMBERS // 2),
            "amount_minor": 10000 + 100 * n, "occurred_at": "2021-03-%02dT04:00:00Z" % (1 + n % 28),
            "sellers": [{"guide_number": 1 + n % GUIDES}]}


def registration(n):
    return {"phone": phone(n), "name": "Member %d" % n, "consent_policy_version": "1",
            "recommender": phone(1 + n % 12) if n > 12 else "", "occurred_at": "2021-01-01T00:00:00Z"}


def found(client):
    """The merchant, with purchases of the month that is settled."""
    client.call(API + "ProgramService/PublishProgram", {
        "program": {"from_date": "2020-01-01", "rules": RULES}, "request_id": "points"})
    for shop in SHOPS:
        client.call(API + "ShopService/CreateShop", {"shop": {"shop_id": shop, "pay_entity": shop}})
    for g in range(1, GUIDES + 1):
        client.call(API + "GuideService/CreateGuide", {"guide": {
            "employee_no": "%d" % g, "name": "Guide %d" % g,
            "employments": [{"shop_id": SHOPS[0], "from_date": "2020-01-01"}]}})
    for method, field, rows in (
            ("MemberService/RegisterMembers", "registrations",
             [registration(n) for n in range(1, MEMBERS + 1)]),
            ("PurchaseService/RecordPurchases", "purchases",
             [dict(purchase("B%d" % n, n), occurred_at="2021-01-15T04:00:00Z") for n in range(40)])):
        reply = client.call(API + method, {field: rows})
        assert all(row["status_code"] == 0 for row in reply["results"]), reply["results"]


class Base:
    """A folder with that merchant, left as kill -9 leaves it; copied for each fault."""

    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix="beckon-points-")
        service = Service(folder=self.folder, program=program)
        try:
            service.start()
            found(service.client("admin"))
        finally:
            service.kill()

    def copy(self, folder):
        """Into `folder`/data, without the room the store holds ready."""
        shutil.rmtree(os.path.join(folder, "data"), True)
        subprocess.run(["cp", "-r", "--sparse=always", os.path.join(self.folder, "data"), folder],
                       check=True, timeout=60)

    def close(self):
        shutil.rmtree(self.folder, True)


def moved(client, service):
    """The same caller, who has learnt the API, at a service that was started anew."""
    other = client.with_token(service.token("admin"))
    other.channel = grpc.insecure_channel(service.address,
                                          [("grpc.use_local_subchannel_pool", 1)])
    return other


# ---- one request and its answer ------------------------------------------------------------------
# Each returns what has to be the same when it is asked for again.

def replayed(method, **request):
    """Answered with the same bytes."""
    def do(client, answer):
        request_class, _, _ = client._method(API + method)
        return client.call_bytes(API + method, fill(request_class(), request).SerializeToString(
            deterministic=True), CALL_SECONDS)
    return do


def bulk(count):
    """Purchases in one call: each with its status, and when it was recorded."""
    rows = [purchase("L%d" % n, n) for n in range(count)]

    def do(client, answer):
        reply = client.call(API + "PurchaseService/RecordPurchases", {"purchases": rows}, CALL_SECONDS)
        return [(result["status_code"], client.call(API + "PurchaseService/GetPurchase", {
            "shop_id": row["shop_id"], "receipt_number": row["receipt_number"]},
            CALL_SECONDS)["purchase"]["recorded_at"]) for row, result in zip(rows, reply["results"])]
    return do


def register(n):
    """Her number; whoever was told it is found to be there already."""
    def do(client, answer):
        reply = client.call(API + "MemberService/RegisterMember", registration(n), CALL_SECONDS)
        if answer is not None and reply["scan_result"] != "SCAN_RESULT_EXISTING_MEMBER":
            return None
        return reply["member_number"]
    return do


def erase(member):
    """The first answer again, and in fact she is gone."""
    ask = replayed("PrivacyService/EraseMember", member_number=member,
                   reason="ERASURE_REASON_REQUEST")

    def do(client, answer):
        reply = ask(client, answer)
        if answer is None:
            return reply
        try:
            return client.call(API + "MemberService/GetMember", {"member_number": member}, CALL_SECONDS)
        except Refused:
            return reply
    return do


def settle(client, answer):
    """The run of the month before, brought to where another has to approve it."""
    runs = API + "SettlementService/"
    number = 1 if answer is not None else client.call(runs + "CreateSettlementRun", {
        "request_id": "points", "type": "SETTLEMENT_TYPE_PERIOD", "period_start": "2021-01-01",
        "period_end": "2021-02-01", "rate_points": 1, "rate_minor": 7}, CALL_SECONDS)["run_number"]
    run = drafted(client, number)
    if run["state"] == "SETTLEMENT_STATE_DRAFT":
        client.call(runs + "SubmitSettlementRun", {
            "run_number": number, "draft_no": run["draft_no"]}, CALL_SECONDS)
        run = drafted(client, number)
    return (number, run["state"], run["totals"]["net_minor"], run["hash"])


def drafted(client, number):
    until = time.monotonic() + WORK_SECONDS
    while time.monotonic() < until:
        run = client.call(API + "SettlementService/GetSettlementRun", {"run_number": number},
                          CALL_SECONDS)["run"]
        if run["work"] == "SETTLEMENT_WORK_NONE":
            return run
        time.sleep(0.002)
    raise AssertionError("the run is still at work: %s" % run)


def steps():
    """Lists of (name, do); those of a step are asked for at once."""
    for r in range(ROUNDS):
        yield [("purchase %d" % n, replayed("PurchaseService/RecordPurchase", **purchase("P%d" % n, n)))
               for n in range(r * BURST, (r + 1) * BURST)]
        yield [("member %d" % r, register(MEMBERS + 1 + r))]
        yield [("code %d" % r, replayed("CodeService/CreateCode", request_id="points-%d" % r, code={
            "owner": {"kind": "PARTY_KIND_MEMBER", "number": 1 + r % 12}}))]
        yield [("refund %d" % r, replayed(
            "RefundService/RecordRefund", shop_id=SHOPS[r * BURST % 2], refund_number="R%d" % r,
            receipt_number="P%d" % (r * BURST), amount_minor=100 * (1 + r),
            occurred_at="2021-03-29T04:00:00Z"))]
        if r == SETTLE_ROUND:
            yield [("settlement", settle)]
        if r == BULK_ROUND:
            yield [("bulk", bulk(BULK))]
        if r % ERASE_EVERY == 1:
            yield [("erasure %d" % r, erase(MEMBERS - r // ERASE_EVERY))]


# ---- the day -------------------------------------------------------------------------------------

class Day:
    """`answers`: what was answered, by name. `failed`: the step that nobody answered, or None."""

    def __init__(self, client, answers=None):
        self.client, self.answers, self.failed, self.findings = client, answers or {}, None, []
        self.why = []    # the exceptions of that step
        self.later = []  # what was answered after it

    def ask(self, name, do):
        """Its answer, or the exception."""
        try:
            return do(self.client, self.answers.get(name))
        except Exception as error:
            return error

    def step(self, pool, duties):
        """All of them at once; their answers in order."""
        return list(pool.map(lambda duty: self.ask(*duty), duties))

    def work(self, over=lambda: True):
        """Until the end, or until a step fails; then goes on asking until it is `over`, since what
        is answered then shouldn't be."""
        with ThreadPoolExecutor(BURST) as pool:
            for duties in steps():
                if self.failed is not None and over():
                    break
                answers = self.step(pool, duties)
                if self.failed is None:
                    self.why = [answer for answer in answers if isinstance(answer, Exception)]
                for (name, _), answer in zip(duties, answers):
                    if not isinstance(answer, Exception):
                        self.answers[name] = answer
                        if self.failed is not None:
                            self.later.append(name)
                if self.failed is None and self.why:
                    self.failed = [name for name, _ in duties if name not in self.answers]
        return self

    def again(self):
        """The same day once more: what was answered is answered so again, and the rest, each asked
        for twice, has one answer."""
        with ThreadPoolExecutor(BURST) as pool:
            for duties in steps():
                for (name, do), answer in zip(duties, self.step(pool, duties)):
                    self.compare(name, answer, do)
        return self

    def compare(self, name, answer, do):
        if isinstance(answer, Exception):
            self.findings.append("%s fails: %r" % (name, answer))
        elif name not in self.answers:
            self.answers[name] = answer
            twice = self.ask(name, do)
            if twice != answer:
                self.findings.append("%s: %r, and then %r" % (name, answer, twice))
        elif self.answers[name] != answer:
            self.findings.append("lost: %s was answered %r and now is %r"
                                 % (name, self.answers[name], answer))


def pages(client, method, field, **request):
    while True:
        reply = client.call(API + method, dict(request, page_size=500))
        yield from reply[field]
        if not reply["next_page_token"]:
            return
        request["page_token"] = reply["next_page_token"]


def key(row, leave_out):
    return repr({name: value for name, value in row.items() if name not in leave_out})


def state(client):
    """Everything a day comes to, but for times, random codes, and the order within a burst."""
    found = {"entries": Counter(), "events": Counter(), "members": {}, "purchases": Counter()}
    number = 0
    for entry in pages(client, "LedgerService/ListEntries", "entries"):
        number += 1
        assert entry["entry_number"] == number, entry
        found["entries"][key(entry, ("entry_number", "recorded_at", "balance_after", "previous_hash",
                                     "credit_number", "business_date"))] += 1
    number = 0
    for event in pages(client, "EventService/ListEvents", "events"):
        number += 1
        assert event["event_number"] == number, event
        found["events"][event["type"]] += 1
    for member in pages(client, "MemberService/ListMembers", "members"):
        mine = member["member_number"]
        found["members"][mine] = (member["name"], member["purchase_count"])
        for bought in pages(client, "PurchaseService/ListPurchases", "purchases", member_number=mine):
            found["purchases"][key(bought, ("recorded_at", "credits"))] += 1
    for kind in ("MEMBER", "GUIDE"):
        found[kind] = [(row["account"]["number"], [key(balance, ()) for balance in row["balances"]])
                       for row in pages(client, "LedgerService/ListBalances", "account_balances",
                                        kind="PARTY_KIND_" + kind)]
    found["codes"] = sum(1 for _ in pages(client, "CodeService/ListCodes", "codes"))
    return found


def differences(wanted, is_now):
    """Sentences on how two states differ."""
    found = []
    for name in wanted:
        if wanted[name] == is_now[name]:
            continue
        if isinstance(wanted[name], Counter):
            found.append("%s: too many: %.500s, missing: %.500s" % (
                name, dict(is_now[name] - wanted[name]), dict(wanted[name] - is_now[name])))
        elif isinstance(wanted[name], dict):
            both = set(wanted[name]) | set(is_now[name])
            found.append("%s: %.900s" % (name, ", ".join(
                "%s is %r instead of %r" % (each, is_now[name].get(each), wanted[name].get(each))
                for each in sorted(both) if wanted[name].get(each) != is_now[name].get(each))))
        else:
            found.append("%s: %.500s instead of %.500s" % (name, is_now[name], wanted[name]))
    return found
