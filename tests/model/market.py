"""Random commands against one merchant of a service, each answer compared with the oracle's.

Everything that is drawn comes from one random.Random, so that a seed replays the same play; codes
and times of recording are the service's own."""

import datetime
import os
import sys

import grpc

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "clients"))
from reflect import Refused, to_dict  # noqa: E402

from draw import BEGIN, DAY, PLAIN_RULES, Draw, now_ms  # noqa: E402
from oracle import Oracle  # noqa: E402
from rules import GUIDE, MEMBER, Caller, difference, moment, party, stamp  # noqa: E402

API = "beckon.v1."
METHODS = {
    "create_shop": "ShopService/CreateShop", "create_guide": "GuideService/CreateGuide",
    "create_code": "CodeService/CreateCode", "get_code": "CodeService/GetCode",
    "reassign_code": "CodeService/ReassignCode", "revoke_code": "CodeService/RevokeCode",
    "publish_program": "ProgramService/PublishProgram", "get_program": "ProgramService/GetProgram",
    "register_member": "MemberService/RegisterMember",
    "update_member": "MemberService/UpdateMember",
    "get_member": "MemberService/GetMember", "record_purchase": "PurchaseService/RecordPurchase",
    "get_purchase": "PurchaseService/GetPurchase",
}
# Zones with changes of an hour and of half an hour, at midnight, and none.
ZONES = (("America/New_York", 240), ("Europe/Berlin", 0), ("Asia/Shanghai", 240),
         ("Australia/Lord_Howe", 180), ("America/Sao_Paulo", 0), ("Asia/Kathmandu", 720))
class Mismatch(AssertionError):
    """The service answered something else than the oracle."""


def judge(expected, actual, refused):
    """"" or how an answer differs from the predicted one. `actual` None: `refused` says
    (reason, field)."""
    if actual is None:
        reason, field = refused
        if reason != expected.reason:
            return "refused %r %r, predicted %r %r" % (
                reason, field, expected.reason or expected.reply, expected.field)
        return "" if expected.field in (None, field) or expected.reason == "TOKEN_INVALID" else \
            "refused for field %r, predicted %r" % (field, expected.field)
    if expected.reason:
        return "answered %r, predicted the refusal %r %r" % (
            actual, expected.reason, expected.field)
    return difference(expected.reply, actual)


def settle(oracle, step):
    """One step of a trace through an oracle; raises Mismatch where they differ."""
    method, request, caller, now, actual, refused = step
    before = Caller(caller[0], caller[1], caller[2])
    found = judge(oracle.run(method, request, before, now, actual), actual, refused)
    if found:
        raise Mismatch("%s(%r) as %s: %s" % (method, request, caller[0], found))


class Market(Draw):
    def __init__(self, random, zone, others):
        self.random = random
        self.zone, self.cutoff = zone
        self.others = others          # every merchant's codes: those of others are unknown here
        self.zone_cutoff = zone
        self.oracle = Oracle(*zone, others=others)
        self.trace = []
        self.cursor = BEGIN           # where history has come to
        self.pace = DAY               # a step takes half of it
        self.admin = None
        self.tills = []               # [secret, token_number, shop, alive]
        self.serial = 0
        self.present = False          # tills of today have begun

    def connect(self, client, secret):
        self.secret = secret
        self.client = client.with_token(secret)

    # ---- sending ---------------------------------------------------------------------------------

    def send(self, method, request, caller=("ADMIN", None, True), token=None):
        client = self.client
        if token is not None:
            client = client.with_token(token or None)
        now, actual, refused = now_ms(), None, None
        try:
            actual = client.call(API + METHODS[method], request)
        except Refused as error:
            refused = (error.reason, error.field)
        self.settle((method, request, caller, now, actual, refused))
        return actual

    def settle(self, step):
        self.trace.append(step)
        settle(self.oracle, step)
        if step[0] == "create_code" and step[4]:
            self.others.add(step[4]["code"]["code"])

    def replay(self, oracle_class):
        """This play's answers again, judged by another oracle."""
        oracle = oracle_class(*self.zone_cutoff, others=self.others - set(self.oracle.codes))
        for step in self.trace:
            settle(oracle, step)

    # ---- commands --------------------------------------------------------------------------------

    def open(self):
        """What a merchant begins with."""
        for shop in ("S1", "S2", "S3"):
            self.send("create_shop", {"shop": {"shop_id": shop, "pay_entity": "E" + shop[1]}})
        for _ in range(4):
            self.new_guide()
        self.publish("2024-02-05")
        for number in (1, 2, 3, 4):
            self.send("create_code", {"code": {"owner": party(GUIDE, number)},
                                      "request_id": self.name("c")})

    def step(self):
        self.cursor += self.random.randrange(self.pace)
        kinds = ((self.buy, 40), (self.buy_again, 8), (self.buy_as_he_leaves, 3),
                 (self.repeat, 10), (self.register, 30), (self.new_code, 8),
                 (self.change_code, 4), (self.look, 6), (self.change_phone, 3), (self.new_guide, 2),
                 (self.new_shop, 1), (self.new_program, 5), (self.till, 2), (self.crowd, 2))
        self.random.choices([k for k, _ in kinds], [w for _, w in kinds])[0]()

    def purchase(self):
        request = {"shop_id": self.random.choice(list(self.oracle.shops)),
                   "receipt_number": self.name("R"),
                   "amount_minor": self.random.choice((
                       0, 1, 49, 50, 99, 100, 4999, 5000, 12345, self.random.randrange(10 ** 7),
                       self.random.randrange(10 ** 12))),
                   "occurred_at": self.time()}
        members = len(self.oracle.members)
        draw = self.random.random()
        owned = [c["code"] for c in self.oracle.codes.values() if c["owners"][-1][1][0] == MEMBER]
        if draw < 0.7 or not members:
            recent = self.random.randint(max(1, members - 8), max(1, members))
            request["member_number"] = recent if self.chance(0.6) \
                else self.random.randint(1, members + 1)
        elif draw < 0.9 or not owned:
            request["phone"] = self.random.choice(self.oracle.members)["phone"] \
                if self.chance(0.9) else self.phone()
        else:
            request["code"] = self.typed(self.random.choice(owned)) if self.chance(0.8) \
                else self.code()
        return request

    def buy(self):
        request = self.purchase()
        draw = self.random.random()
        if draw < 0.01:
            request["amount_minor"] = self.random.choice((-1, 10 ** 12 + 1, -2 ** 63, 2 ** 63 - 1))
        elif draw < 0.02:
            request["receipt_number"] = self.random.choice(("", " R", "R" * 41))
        elif draw < 0.03:
            request["shop_id"] = "S999"
        elif draw < 0.06:
            request["currency"] = self.random.choice(("CNY", "EUR"))
        elif draw < 0.12 and self.tills:
            return self.at_till(request)
        self.send("record_purchase", request)

    def buy_again(self):
        """The same member once more, on the same day or just not."""
        done = list(self.oracle.purchases.values())[-20:]
        if not done:
            return
        last = self.random.choice(done)
        request = dict(self.purchase(), member_number=last["buyer"]["number"], occurred_at=stamp(
            last["at"] + self.random.choice((-60000, 0, 0, 60000, -DAY))))
        request.pop("phone", None)
        request.pop("code", None)
        self.send("record_purchase", request)

    def buy_as_he_leaves(self):
        """Her guide's last day, and the first one without him."""
        served = [(m, e["until_date"]) for m in self.oracle.members if m["serving_guide"]
                  for e in self.oracle.guide(m["serving_guide"])["employments"] if e["until_date"]]
        if not served:
            return
        member, until = self.random.choice(served)
        request = dict(self.purchase(), member_number=member["number"], occurred_at=stamp(
            self.edge_of_day(moment(until + "T12:00:00Z"))
            + self.random.choice((-1, 0, 0, 3600000))))
        request.pop("phone", None)
        request.pop("code", None)
        self.send("record_purchase", request)

    def at_till(self, request):
        secret, _, shop, alive = self.random.choice(self.tills)
        if self.chance(0.7):
            del request["shop_id"]
        self.send("record_purchase", request, ("POS", shop, alive), secret)

    def repeat(self):
        """Something again: the same, or under the same key with other content."""
        some = self.random.choices(self.trace, k=40)
        done = [s for s in some if s[0] in ("record_purchase", "create_code",
                                         "publish_program", "create_shop", "create_guide")
                and s[4] is not None and s[2][0] == "ADMIN"]
        if not done:
            return
        method, request, *_ = self.random.choice(done)
        if self.chance(0.4):
            request = dict(request)
            if method == "record_purchase":
                change = self.random.choice(("amount_minor", "occurred_at", "member_number"))
                if change == "amount_minor":
                    request[change] = (request[change] + 1) % 10 ** 12
                elif change == "occurred_at":
                    request[change] = stamp(self.cursor - 100 * DAY)
                else:
                    for key in ("phone", "code"):
                        request.pop(key, None)
                    request[change] = 10 ** 6
            elif method == "create_code":
                request["code"] = dict(request["code"], usage_limit=77)
            elif method == "publish_program":
                request["program"] = dict(request["program"], title="another")
            elif method == "create_shop":
                request["shop"] = dict(request["shop"], name="another")
            else:
                request["guide"] = dict(request["guide"], name="another")
        self.send(method, request)

    def register(self):
        request = {"phone": self.phone(), "consent_policy_version": "1", "occurred_at": self.time()}
        if self.chance(0.15) and self.oracle.guides:
            request["phone"] = self.random.choice(self.oracle.guides)["phone"] or request["phone"]
        if self.chance(0.75):
            request["code"] = self.code()
        if self.chance(0.3):
            request["recommender"] = self.random.choice((self.code(), self.phone(), "nobody"))
        if self.chance(0.2):
            request["shop_id"] = self.random.choice([*self.oracle.shops, "S999"])
        if self.chance(0.02):
            request["consent_policy_version"] = ""
        if self.chance(0.02):
            request["phone"] = self.random.choice(("123", "+0123456789", "1" * 17, "x"))
        if request.get("code") in self.oracle.codes and self.chance(0.15):
            request["occurred_at"] = None
            return self.send("register_member", request, ("NOBODY", None, True), "")
        reply = self.send("register_member", request)
        if reply and self.chance(0.5):
            self.send("get_member", {"member_number": reply["member_number"]})

    def new_code(self):
        code = {"owner": self.owner()}
        if self.chance(0.4):
            code["usage_limit"] = self.random.choice((1, 1, 2, 3))
        if self.chance(0.2):
            code["starts_at"] = stamp(self.cursor + self.random.randrange(-10 * DAY, 10 * DAY))
        elif self.chance(0.2):
            code["ends_at"] = stamp(self.cursor + self.random.randrange(-5 * DAY, 20 * DAY))
        self.send("create_code", {"code": code, "request_id": self.name("c")})

    def change_code(self):
        request = {"code": self.code()}
        if self.chance(0.3):
            self.send("revoke_code", request)
        else:
            today = self.oracle.date_of(now_ms())
            date = today if self.chance(0.7) else self.oracle.date_of(
                now_ms() + self.random.choice((-1, 1, 30)) * DAY)
            self.send("reassign_code", dict(request, owner=self.owner(), from_date=date))

    def look(self):
        draw = self.random.randrange(5)
        members = len(self.oracle.members)
        if draw == 0:
            self.send("get_code", {"code": self.code()})
        elif draw == 1:
            self.send("get_program", {"on_date": self.date()})
        elif draw == 2:
            self.send("get_member", {"member_number": self.random.randint(1, members + 1)})
        elif draw == 3:
            self.send("get_member", {"phone": self.phone()})
        else:
            shop, receipt = self.random.choice([*self.oracle.purchases, ("S1", "unknown")])
            self.send("get_purchase", {"shop_id": shop, "receipt_number": receipt})

    def change_phone(self):
        members = len(self.oracle.members)
        number = self.random.randint(1, members + 1)
        phone = self.phone()
        served = [m for m in self.oracle.members
                  if m["serving_guide"] and self.oracle.guide(m["serving_guide"])["phone"]]
        if self.chance(0.4) and served:  # she turns out to be her own guide, and goes on buying
            member = self.random.choice(served)
            number = member["number"]
            phone = self.oracle.guide(member["serving_guide"])["phone"]
        elif self.chance(0.3) and self.oracle.resting:
            phone = self.random.choice(list(self.oracle.resting))
        elif self.chance(0.3):
            phone = self.random.choice(self.oracle.guides)["phone"] or phone
        self.send("update_member", {"member": {"member_number": number, "phone": phone},
                                    "update_fields": ["phone"]})
        if number <= members and self.chance(0.7):
            request = dict(self.purchase(), member_number=number)
            request.pop("phone", None)
            request.pop("code", None)
            self.send("record_purchase", request)

    def new_guide(self):
        """Sometimes with a member's phone: then he is that person."""
        phone = self.random.choice(("", self.phone(), self.phone()))
        if self.oracle.members and self.chance(0.4):
            phone = self.random.choice(self.oracle.members)["phone"]
        begin = self.oracle.date_of(self.cursor - 300 * DAY)
        employment = {"shop_id": self.random.choice([*self.oracle.shops]), "from_date": begin}
        if self.chance(0.4):
            employment["until_date"] = self.oracle.date_of(
                self.cursor + self.random.randrange(-10, 200) * DAY)
        if self.chance(0.05):
            employment["shop_id"] = "S999"
        self.send("create_guide", {"guide": {"employee_no": self.name("G"), "name": "导购",
                                             "phone": phone, "employments": [employment]}})

    def new_shop(self):
        self.send("create_shop", {"shop": {"shop_id": self.name("T"), "name": "Ladies' 店"}})

    def publish(self, date, spoilt=False):
        rules = [self.rule(i) for i in range(self.random.randint(1, 12))]
        if self.chance(0.8):
            rules += [dict(rule) for rule in PLAIN_RULES]
            self.random.shuffle(rules)
        if spoilt:
            rule = self.random.choice(rules)
            other = rules[(rules.index(rule) + 1) % len(rules)]
            if other is not rule and self.chance(0.5):
                rule["rule_id"] = other["rule_id"]
            else:
                rule.update({"fixed_amount": 0} if "fixed_amount" in rule else {"rate_bp": 10001})
        self.send("publish_program", {"request_id": self.name("p"), "program": {
            "from_date": date, "title": "p", "inherit_serving_guide": self.chance(0.5),
            "rules": rules}})

    def new_program(self):
        last = self.oracle.last_rule_date or "2024-02-05"
        later = datetime.timedelta(self.random.choice((-3, 0, 1, 1, 2, 9, 40)))
        day = datetime.date.fromisoformat(last) + later
        self.publish(day.isoformat(), self.chance(0.15))

    def till(self):
        """A till's token more, or one less: from then on nobody believes it."""
        alive = [t for t in self.tills if t[3]]
        if len(alive) > 2 or (alive and self.chance(0.4)):
            gone = self.random.choice(alive)
            self.client.call(API + "TokenService/RevokeToken", {"token_number": gone[1]})
            gone[3] = False
            return
        shop = self.random.choice([s for s in self.oracle.shops if s not in [t[2] for t in alive]])
        made = self.client.call(API + "TokenService/CreateToken", {
            "token": {"role": "ROLE_POS"}, "shop_id": shop, "request_id": self.name("t")})
        self.tills.append([made["secret"], made["token"]["token_number"], shop, True])

    def crowd(self):
        """Purchases of several members under way at once: their entries tell the order."""
        members = list(range(1, len(self.oracle.members) + 1))
        self.random.shuffle(members)
        method = API + METHODS["record_purchase"]
        requests = []
        for member in members[:6]:
            request = dict(self.purchase(), member_number=member)
            request.pop("phone", None)
            request.pop("code", None)
            requests.append(request)
        now = now_ms()
        flights = [(r, self.client.future(method, r)) for r in requests]
        reply_class = self.client._method(method)[1]
        steps = []
        for request, flight in flights:
            actual = refused = None
            try:
                actual = to_dict(reply_class.FromString(flight.result()))
            except grpc.RpcError as error:
                error = self.client.refused(error)
                refused = (error.reason, error.field)
            numbers = [c["credit_number"] for c in (actual or {"purchase": {"credits": []}})
                       ["purchase"]["credits"] if c["credit_number"]]
            steps.append((min(numbers, default=0),
                          ("record_purchase", request, ("ADMIN", None, True), now, actual,
                           refused)))
        for _, step in sorted(steps, key=lambda s: s[0]):
            self.settle(step)

    # ---- the whole -------------------------------------------------------------------------------

    def list_all(self, method, request, field):
        token, out = "", []
        while True:
            reply = self.client.call(API + method, dict(request, page_size=500, page_token=token))
            out += reply[field]
            token = reply["next_page_token"]
            if not token:
                return out

    def check(self, found, what):
        if found:
            raise Mismatch("%s: %s" % (what, found))

    def check_all(self):
        """Every balance, every entry, every purchase list, and the service's own proof."""
        oracle = self.oracle
        entries = self.list_all("LedgerService/ListEntries", {}, "entries")
        self.check(difference(oracle.entries, entries), "entries")
        hashes = [e["previous_hash"] for e in entries]
        if len(set(hashes)) != len(hashes) or any(len(h) != 32 for h in hashes):
            raise Mismatch("hashes of the chain repeat")
        if [e["entry_number"] for e in entries] != list(range(1, len(entries) + 1)) \
                or entries != sorted(entries, key=lambda e: moment(e["recorded_at"])):
            raise Mismatch("entry numbers or times run backwards")
        sums = {}
        for e in entries:
            key = (e["account"]["kind"], e["account"]["number"], e["unit"])
            if e["kind"] == "ENTRY_KIND_ACCRUE":
                sums[key] = sums.get(key, 0) + e["amount"]
        for kind, people in ((MEMBER, oracle.members), (GUIDE, oracle.guides)):
            expected = [{"account": party(kind, n), "balances": oracle.all_balances(kind, n)}
                        for n in range(1, len(people) + 1)]
            actual = self.list_all("LedgerService/ListBalances", {"kind": kind}, "account_balances")
            self.check(difference(expected, actual), "balances")
            for row in actual:
                for b in row["balances"]:
                    if b["available"] != sums.get((kind, row["account"]["number"], b["unit"]), 0):
                        raise Mismatch("balance of %r is not its entries' sum" % (row,))
        members = self.list_all("MemberService/ListMembers", {}, "members")
        self.check(difference([oracle.member_reply(m) for m in oracle.members], members), "members")
        for member in oracle.members[-12:] + oracle.members[:4]:
            purchases = self.list_all("PurchaseService/ListPurchases",
                                      {"member_number": member["number"]}, "purchases")
            expected = [oracle.purchase_reply(p, Caller())["purchase"]
                        for p in reversed(member["purchases"])]
            self.check(difference(expected, purchases), "purchases of member %d" % member["number"])
        last = None
        for last in self.client.call("beckon.v1.StoreService/VerifyStore", {}):
            pass
        if not last["done"] or last["finding_count"] or last["entries"] != len(entries):
            raise Mismatch("verify: %r" % (last,))
