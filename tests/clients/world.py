"""Two merchants with everything a test of access or bad input needs, made over the wire.

Merchant 1 has shops S1 and S2, a guide in each, a member of each guide and one referred by the
first member, a program in force, purchases in both shops, and tokens for every role: `own` stand
at S1 (guide 1, member 1), `other` at S2 (guide 2, member 2). Merchant 2 is its image with other
people: same shop ids, same receipt numbers, same employee numbers."""

from reflect import Refused

PEOPLE = {1: "138000010%02d", 2: "139000020%02d"}
ROLES = ("member", "guide", "pos", "shop_manager", "payroll", "auditor", "admin", "payout",
         "integration")
MEMBER, GUIDE, POS, MANAGER, PAYROLL, AUDITOR, ADMIN, PAYOUT, INTEGRATION = ROLES
OPERATOR, REGISTRANT = "operator", "registrant"
ALL_ROLES = (REGISTRANT,) + ROLES + (OPERATOR,)
STAFF = (GUIDE, POS, MANAGER, PAYROLL, AUDITOR, ADMIN)
PROGRAM = {"from_date": "2020-01-01", "title": "test", "inherit_serving_guide": True, "rules": [
    {"rule_id": "buyer", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
     "unit": "UNIT_POINTS", "rate_bp": 100},
    {"rule_id": "friend", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_REFERRER",
     "unit": "UNIT_CASH", "rate_bp": 200, "referrer": "REFERRER_CONDITION_MEMBER"},
    {"rule_id": "guide", "trigger": "TRIGGER_PURCHASE",
     "beneficiary": "BENEFICIARY_SERVING_GUIDE", "unit": "UNIT_POINTS", "rate_bp": 50},
]}
API = "beckon.v1."

OK = ("OK", "")
TOKEN_MISSING = ("UNAUTHENTICATED", "TOKEN_MISSING")
TOKEN_INVALID = ("UNAUTHENTICATED", "TOKEN_INVALID")
ROLE_NOT_ALLOWED = ("PERMISSION_DENIED", "ROLE_NOT_ALLOWED")
NOT_YOURS = ("PERMISSION_DENIED", "NOT_YOURS")


def not_found(reason):
    return ("NOT_FOUND", reason)


def party(kind, number):
    return {"kind": "PARTY_KIND_" + kind.upper(), "number": number}


def outcome(client, method, request):
    """(code, reason) of a call; a stream is read to its end."""
    try:
        reply = client.call(API + method, request)
        if not isinstance(reply, dict):
            list(reply)
        return OK
    except Refused as refused:
        assert refused.message and refused.message_zh, (method, refused)
        return (refused.code.name, refused.reason)


class Merchant:
    """One merchant of the world. `call` is its admin's."""

    def __init__(self, admin, number):
        self.admin = admin
        self.number = number
        self.tokens = {"own": {}, "other": {}, "revoked": {}}
        self.token_numbers = {}
        for shop in ("S1", "S2"):
            self.call("ShopService/CreateShop", {"shop": {"shop_id": shop, "name": "Shop " + shop}})
        self.guides = [self._guide(i) for i in (1, 2)]
        self.call("ProgramService/PublishProgram", {"program": PROGRAM, "request_id": "program"})
        self.guide_codes = [self.code("PARTY_KIND_GUIDE", guide, "guide%d" % i)
                            for i, guide in enumerate(self.guides, 1)]
        self.members = [self.register(i, self.guide_codes[i - 1]) for i in (1, 2)]
        self.member_code = self.code("PARTY_KIND_MEMBER", self.members[0], "member1")
        self.members.append(self.register(3, self.member_code))
        for shop, receipt, member, amount in (
                ("S1", "R1", 0, 10000), ("S1", "R2", 2, 20000), ("S2", "R1", 1, 30000),
                ("S2", "R3", 0, 40000)):
            self.buy(shop, receipt, self.members[member], amount)

    def call(self, method, request=None):
        return self.admin.call(API + method, request or {})

    def phone(self, person):
        return PEOPLE[self.number] % person

    def e164(self, person):
        return "+86" + self.phone(person)

    def masked(self, person):
        return "+86%s****%s" % (self.phone(person)[:3], self.phone(person)[-4:])

    def _guide(self, i):
        return self.call("GuideService/CreateGuide", {"guide": {
            "employee_no": "E%d" % i, "name": "Guide %d" % i, "phone": self.phone(90 + i),
            "document_type": "ID", "document_number": "DOC-%d-%d" % (self.number, i),
            "employments": [{"shop_id": "S%d" % i, "from_date": "2020-01-01"}]}})[
                "guide"]["guide_number"]

    def code(self, kind, number, request_id):
        return self.call("CodeService/CreateCode", {
            "code": {"owner": {"kind": kind, "number": number}},
            "request_id": request_id})["code"]["code"]

    def register(self, person, code):
        return self.call("MemberService/RegisterMember", {
            "phone": self.phone(person), "consent_policy_version": "1", "code": code,
            "name": "Member %d" % person, "birthday": "1990-05-%02d" % person,
            "occurred_at": "2024-01-01T08:00:00Z"})["member_number"]

    def buy(self, shop, receipt, member, amount):
        return self.call("PurchaseService/RecordPurchase", {
            "shop_id": shop, "receipt_number": receipt, "member_number": member,
            "amount_minor": amount, "occurred_at": "2024-05-01T08:00:00Z"})["purchase"]

    def receipt_r1(self):
        """The request that made receipt R1 of shop S1: again it changes nothing."""
        return {"shop_id": "S1", "receipt_number": "R1", "member_number": self.members[0],
                "amount_minor": 10000, "occurred_at": "2024-05-01T08:00:00Z"}

    def last_entries(self):
        """The last entry of member 1 and of guide 1."""
        found = {}
        for entry in self.call("LedgerService/ListEntries", {"page_size": 500})["entries"]:
            for kind, number in (("member", self.members[0]), ("guide", self.guides[0])):
                if entry["account"] == party(kind, number):
                    found[kind] = entry["entry_number"]
        return found

    def token(self, role, side="own", label=""):
        """A fresh token of the role: `own` at shop S1, guide 1, member 1; `other` at 2."""
        i = 0 if side != "other" else 1
        request = {"token": {"role": "ROLE_" + role.upper(), "label": label or side},
                   "request_id": "%s-%s-%s" % (role, side, label)}
        if role in ("pos", "shop_manager"):
            request["shop_id"] = "S%d" % (i + 1)
        elif role == "member":
            request["token"]["principal"] = {"kind": "PARTY_KIND_MEMBER", "number": self.members[i]}
        elif role == "guide":
            request["token"]["principal"] = {"kind": "PARTY_KIND_GUIDE", "number": self.guides[i]}
        reply = self.call("TokenService/CreateToken", request)
        return reply["secret"], reply["token"]["token_number"]

    def make_tokens(self, sides=("own", "other", "revoked")):
        for side in sides:
            for role in ROLES:
                self.tokens[side][role], number = self.token(role, side)
                self.token_numbers[side, role] = number
                if side == "revoked":
                    self.call("TokenService/RevokeToken", {"token_number": number})

    def everything(self):
        """All an admin can read: what must be equal where nothing may change."""
        def pages(method, field, request=None):
            rows, request = [], dict(request or {}, page_size=500)
            while True:
                reply = self.call(method, request)
                rows += reply[field]
                if not reply["next_page_token"]:
                    return rows
                request["page_token"] = reply["next_page_token"]

        members = pages("MemberService/ListMembers", "members")
        return {
            "merchant": self.call("MerchantService/GetMerchant"),
            "shops": pages("ShopService/ListShops", "shops"),
            "guides": pages("GuideService/ListGuides", "guides"),
            "codes": pages("CodeService/ListCodes", "codes"),
            "members": members,
            "purchases": [pages("PurchaseService/ListPurchases", "purchases",
                                {"member_number": member["member_number"]}) for member in members],
            "programs": pages("ProgramService/ListPrograms", "programs"),
            "entries": pages("LedgerService/ListEntries", "entries"),
            "member balances": pages("LedgerService/ListBalances", "account_balances",
                                     {"kind": "PARTY_KIND_MEMBER"}),
            "guide balances": pages("LedgerService/ListBalances", "account_balances",
                                    {"kind": "PARTY_KIND_GUIDE"}),
            "tokens": pages("TokenService/ListTokens", "tokens"),
        }


class World:
    def __init__(self, service, with_tokens=True):
        self.service = service
        self.root = service.client("admin")
        self.operator = self.root.with_token(service.token("operator"))
        made = self.operator.call(API + "MerchantService/CreateMerchant",
                                  {"merchant": {"name": "Two"}, "request_id": "two"})
        number = made["merchant"]["merchant_number"]
        admin = self.operator.call(API + "TokenService/CreateToken", {
            "token": {"role": "ROLE_ADMIN"}, "request_id": "two-admin",
            "merchant_number": number})["secret"]
        self.one = Merchant(self.root, 1)
        self.two = Merchant(self.root.with_token(admin), number)
        if with_tokens:
            self.one.make_tokens()
            self.two.make_tokens(("own",))

    def everything(self):
        return [self.one.everything(), self.two.everything()]
