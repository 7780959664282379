"""Who may call what: every method of the service (as reflection lists them) with every role and
every kind of token. The table below is written from the rules of access and the comments of the
.proto files, not from the service's own; a method without a row here fails."""

import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import grpc  # noqa: E402
from reflect import Refused  # noqa: E402
from service import BECKOND, Service  # noqa: E402
from world import API, ROLES, World  # noqa: E402

MEMBER, GUIDE, POS, MANAGER, PAYROLL, AUDITOR, ADMIN = ROLES
OPERATOR, REGISTRANT = "operator", "registrant"
ALL_ROLES = (REGISTRANT,) + ROLES + (OPERATOR,)
STAFF = (GUIDE, POS, MANAGER, PAYROLL, AUDITOR, ADMIN)
OWNERS = (MEMBER, GUIDE, MANAGER, ADMIN)

TOKEN_MISSING = ("UNAUTHENTICATED", "TOKEN_MISSING")
TOKEN_INVALID = ("UNAUTHENTICATED", "TOKEN_INVALID")
ROLE_NOT_ALLOWED = ("PERMISSION_DENIED", "ROLE_NOT_ALLOWED")
NOT_YOURS = ("PERMISSION_DENIED", "NOT_YOURS")
ACCESS_REASONS = {"TOKEN_MISSING", "TOKEN_INVALID", "ROLE_NOT_ALLOWED", "NOT_YOURS"}
OK = ("OK", "")


def not_found(reason):
    return ("NOT_FOUND", reason)


class Row:
    """One method: who may call it; a request that is the `own` side's (shop S1, guide 1, member 1)
    and changes nothing that is not there; `scoped`: what the `other` side of a role is told when it
    asks for that object; `foreign`: what another merchant's token of any allowed role is told."""

    def __init__(self, roles, request, scoped=None, foreign=OK, by_role=None):
        self.roles = roles
        self.request = request
        self.scoped = scoped or {}
        self.foreign = foreign
        self.by_role = by_role or {}

    def build(self, world, role):
        return self.by_role.get(role, self.request)(world)


def code_row(roles, more=None, foreign=not_found("CODE_UNKNOWN")):
    """A code of guide 1; members are asked for the code of member 1."""
    more = more or (lambda world: {})
    return Row(roles, lambda w: dict({"code": w.one.guide_codes[0]}, **more(w)),
               scoped={GUIDE: NOT_YOURS, MEMBER: NOT_YOURS}, foreign=foreign,
               by_role={MEMBER: lambda w: dict({"code": w.one.member_code}, **more(w))})


def buy_r1(world):
    return {"shop_id": "S1", "receipt_number": "R1", "member_number": world.one.members[0],
            "amount_minor": 10000, "occurred_at": "2024-05-01T08:00:00Z"}


def party(kind, number):
    return {"kind": "PARTY_KIND_" + kind.upper(), "number": number}


def register_1(world):
    """A registration that is refused once access is granted: nothing changes."""
    return {"phone": world.one.phone(1), "code": world.one.guide_codes[0]}


TABLE = {
    "MerchantService/CreateMerchant": Row(
        (OPERATOR,), lambda w: {"merchant": {"name": "Two"}, "request_id": "two"}),
    "MerchantService/GetMerchant": Row(
        (OPERATOR, ADMIN), lambda w: {"merchant_number": 1}, foreign=NOT_YOURS),
    "MerchantService/ListMerchants": Row((OPERATOR,), lambda w: {}),
    "MerchantService/UpdateMerchant": Row(
        (OPERATOR, ADMIN), lambda w: {"merchant": {"merchant_number": 1, "name": "Demo"}},
        foreign=NOT_YOURS),

    "ShopService/CreateShop": Row(
        (ADMIN,), lambda w: {"shop": {"shop_id": "S1", "name": "Shop S1"}}),
    "ShopService/GetShop": Row(STAFF, lambda w: {"shop_id": "S1"},
                               scoped={POS: NOT_YOURS, MANAGER: NOT_YOURS}),
    "ShopService/ListShops": Row(STAFF, lambda w: {}),

    "GuideService/CreateGuide": Row((ADMIN,), lambda w: {"guide": {"employee_no": "E1"}},
                                    foreign=("INVALID_ARGUMENT", "FIELD_REQUIRED")),
    "GuideService/GetGuide": Row(
        (GUIDE, MANAGER, PAYROLL, AUDITOR, ADMIN), lambda w: {"guide_number": w.one.guides[0]},
        scoped={GUIDE: NOT_YOURS, MANAGER: NOT_YOURS}),
    "GuideService/ListGuides": Row((MANAGER, PAYROLL, AUDITOR, ADMIN), lambda w: {}),

    "CodeService/CreateCode": Row(
        OWNERS, lambda w: {"code": {"owner": party("guide", w.one.guides[0])},
                           "request_id": "guide1"},
        scoped={GUIDE: NOT_YOURS, MEMBER: NOT_YOURS},
        by_role={MEMBER: lambda w: {"code": {"owner": party("member", w.one.members[0])},
                                    "request_id": "member1"}}),
    "CodeService/GetCode": code_row(OWNERS),
    "CodeService/ListCodes": Row(
        OWNERS, lambda w: {"owner": party("guide", w.one.guides[0])},
        scoped={GUIDE: NOT_YOURS, MEMBER: NOT_YOURS},
        by_role={MEMBER: lambda w: {"owner": party("member", w.one.members[0])}}),
    "CodeService/RenderCode": code_row(OWNERS),
    "CodeService/ReassignCode": code_row(
        (MANAGER, ADMIN), lambda w: {"owner": party("guide", w.one.guides[0]), "from_date": ""}),
    "CodeService/RevokeCode": Row(
        OWNERS, lambda w: {"code": w.revoked_code["guide"]},
        scoped={GUIDE: NOT_YOURS, MEMBER: NOT_YOURS}, foreign=not_found("CODE_UNKNOWN"),
        by_role={MEMBER: lambda w: {"code": w.revoked_code["member"]}}),
    "CodeService/ResolveCode": Row(ALL_ROLES, lambda w: {"code": w.one.guide_codes[0]}),

    "MemberService/RegisterMember": Row(
        (REGISTRANT, GUIDE, POS, MANAGER, ADMIN), register_1,
        foreign=("INVALID_ARGUMENT", "CONSENT_MISSING")),
    "MemberService/RegisterMembers": Row(
        (ADMIN,), lambda w: {"registrations": [register_1(w)]}),
    "MemberService/GetMember": Row(
        (MEMBER, GUIDE, POS, MANAGER, AUDITOR, ADMIN), lambda w: {"phone": w.one.phone(1)},
        scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS}, foreign=not_found("MEMBER_UNKNOWN")),
    "MemberService/ListMembers": Row(
        (GUIDE, MANAGER, AUDITOR, ADMIN), lambda w: {"guide_number": w.one.guides[0]},
        scoped={GUIDE: NOT_YOURS}),
    "MemberService/UpdateMember": Row(
        OWNERS, lambda w: {"member": {"member_number": w.one.members[0], "name": "Member 1"},
                           "update_fields": ["name"]},
        scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS}),

    "PurchaseService/RecordPurchase": Row(
        (POS, MANAGER, ADMIN), buy_r1, scoped={POS: NOT_YOURS, MANAGER: NOT_YOURS}),
    "PurchaseService/RecordPurchases": Row(
        (POS, MANAGER, ADMIN), lambda w: {"purchases": [buy_r1(w)]}),
    "PurchaseService/GetPurchase": Row(
        (POS, MANAGER, AUDITOR, ADMIN), lambda w: {"shop_id": "S1", "receipt_number": "R2"},
        scoped={POS: NOT_YOURS, MANAGER: NOT_YOURS}),
    "PurchaseService/ListPurchases": Row(
        (MEMBER, POS, MANAGER, AUDITOR, ADMIN), lambda w: {"member_number": w.one.members[0]},
        scoped={MEMBER: NOT_YOURS}),

    "ProgramService/PublishProgram": Row((ADMIN,), lambda w: {"request_id": "none"},
                                         foreign=("INVALID_ARGUMENT", "FIELD_REQUIRED")),
    "ProgramService/GetProgram": Row(STAFF, lambda w: {"version": 1}),
    "ProgramService/ListPrograms": Row(STAFF, lambda w: {}),

    "LedgerService/GetBalance": Row(
        (MEMBER,) + STAFF, lambda w: {"account": party("member", w.one.members[0])},
        scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS},
        by_role={GUIDE: lambda w: {"account": party("guide", w.one.guides[0])},
                 PAYROLL: lambda w: {"account": party("guide", w.one.guides[0])}}),
    "LedgerService/ListBalances": Row(
        (PAYROLL, AUDITOR, ADMIN), lambda w: {"kind": "PARTY_KIND_GUIDE"}),
    "LedgerService/GetEntry": Row(
        (MEMBER, GUIDE, PAYROLL, AUDITOR, ADMIN), lambda w: {"entry_number": w.entry["guide"]},
        scoped={MEMBER: not_found("ENTRY_UNKNOWN"), GUIDE: not_found("ENTRY_UNKNOWN")},
        by_role={MEMBER: lambda w: {"entry_number": w.entry["member"]}}),
    "LedgerService/ListEntries": Row(
        (MEMBER, GUIDE, PAYROLL, AUDITOR, ADMIN),
        lambda w: {"account": party("guide", w.one.guides[0])},
        scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS},
        by_role={MEMBER: lambda w: {"account": party("member", w.one.members[0])}}),

    "TokenService/CreateToken": Row(
        (ADMIN, OPERATOR), lambda w: {"token": {"role": "ROLE_AUDITOR", "label": "own"},
                                      "request_id": "auditor-own-"},
        by_role={OPERATOR: lambda w: {"token": {"role": "ROLE_AUDITOR", "label": "own"},
                                      "request_id": "auditor-own-", "merchant_number": 1}}),
    "TokenService/ListTokens": Row(
        (ADMIN, OPERATOR), lambda w: {"merchant_number": 1}, foreign=NOT_YOURS),
    "TokenService/RevokeToken": Row(
        (ADMIN, OPERATOR), lambda w: {"merchant_number": 1,
                                      "token_number": w.one.token_numbers["revoked", "pos"]},
        foreign=NOT_YOURS),

    "StoreService/VerifyStore": Row(
        (AUDITOR, ADMIN, OPERATOR), lambda w: {"merchant_number": 1}, foreign=NOT_YOURS),
    "StoreService/BackupStore": Row((OPERATOR,), lambda w: {"path": "not absolute"}),
}
# Not ours, for everybody, whatever the token: they say nothing of a merchant.
COMMON = {"grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch",
          "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
          "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"}


def setUpModule():
    global SERVICE, WORLD, METHODS
    SERVICE = Service()
    SERVICE.start()
    WORLD = World(SERVICE)
    METHODS = WORLD.root.methods()
    revoked = {"guide": WORLD.one.code("PARTY_KIND_GUIDE", WORLD.one.guides[0], "revoked guide"),
               "member": WORLD.one.code("PARTY_KIND_MEMBER", WORLD.one.members[0],
                                        "revoked member")}
    for code in revoked.values():
        WORLD.one.call("CodeService/RevokeCode", {"code": code})
    WORLD.revoked_code = revoked
    WORLD.entry = {}
    for entry in WORLD.one.call("LedgerService/ListEntries", {"page_size": 500})["entries"]:
        account = entry["account"]
        if account == party("guide", WORLD.one.guides[0]):
            WORLD.entry["guide"] = entry["entry_number"]
        if account == party("member", WORLD.one.members[0]):
            WORLD.entry["member"] = entry["entry_number"]


def tearDownModule():
    code = SERVICE.stop()
    SERVICE.__exit__()
    assert code == 0, "beckond ended with %s" % code


def outcome(token, method, request):
    """(code, reason) of a call; a stream is read to its end."""
    try:
        reply = WORLD.root.with_token(token).call(API + method, request)
        if not isinstance(reply, dict):
            list(reply)
        return OK
    except Refused as refused:
        assert refused.message and refused.message_zh, (method, refused)
        return (refused.code.name, refused.reason)


def own_token(role):
    if role == REGISTRANT:
        return None
    return SERVICE.token("operator") if role == OPERATOR else WORLD.one.tokens["own"][role]


def altered(token):
    """The same token with one character of its secret changed."""
    at = len(token) - 8
    return token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]


class EveryMethod(unittest.TestCase):
    def test_every_method_of_reflection_has_a_row_and_every_row_a_method(self):
        self.assertEqual({name for name in METHODS if not name.startswith("grpc.")},
                         {API + name for name in TABLE})
        self.assertEqual({name for name in METHODS if name.startswith("grpc.")}, COMMON)

    def test_the_methods_beckond_prints_are_those_of_the_table(self):
        out = subprocess.run([BECKOND, "--methods"], check=True, capture_output=True, text=True)
        printed = {}
        for line in out.stdout.splitlines()[1:]:
            path, kind, roles = line.split("\t")
            printed[path.lstrip("/")] = (kind, set(roles.split(",")))
        expected = {name: set(ALL_ROLES) for name in COMMON}
        expected.update({API + name: set(row.roles) for name, row in TABLE.items()})
        self.assertEqual({name: roles for name, (_, roles) in printed.items()}, expected)
        for name, (client_streams, server_streams) in METHODS.items():
            kind = "bidi" if client_streams else "stream" if server_streams else "unary"
            self.assertEqual(printed[name][0], kind, name)

    def each(self, check):
        """Runs check(method, row, role) for every method and role."""
        for method, row in TABLE.items():
            for role in ALL_ROLES:
                with self.subTest(method=method, role=role):
                    check(method, row, role)

    def test_a_roles_own_token_reaches_what_the_table_allows_and_nothing_else(self):
        def check(method, row, role):
            got = outcome(own_token(role), method, row.build(WORLD, role))
            if role in row.roles:
                self.assertNotIn(got[1], ACCESS_REASONS)
            else:
                self.assertEqual(got, TOKEN_MISSING if role == REGISTRANT else ROLE_NOT_ALLOWED)

        before = WORLD.everything()
        self.each(check)
        self.assertEqual(WORLD.everything(), before)

    def test_without_a_token_only_registrants_methods_answer(self):
        for method, row in TABLE.items():
            with self.subTest(method=method):
                got = outcome(None, method, row.build(WORLD, ADMIN))
                if REGISTRANT in row.roles:
                    self.assertNotIn(got[1], ACCESS_REASONS)
                else:
                    self.assertEqual(got, TOKEN_MISSING)

    def test_a_wrong_token_is_refused_by_every_method(self):
        def check(method, row, role):
            if role != REGISTRANT:
                got = outcome(altered(own_token(role)), method, row.build(WORLD, role))
                self.assertEqual(got, TOKEN_INVALID)

        self.each(check)

    def test_a_token_moved_to_another_merchant_is_refused_by_every_method(self):
        for method, row in TABLE.items():
            for number in ("2", "0", "3", "01", "4294967296"):
                with self.subTest(method=method, number=number):
                    token = own_token(ADMIN).replace("beckon_1_", "beckon_%s_" % number)
                    self.assertEqual(outcome(token, method, row.build(WORLD, ADMIN)), TOKEN_INVALID)

    def test_a_revoked_token_is_refused_by_every_method(self):
        def check(method, row, role):
            if role not in (REGISTRANT, OPERATOR):
                got = outcome(WORLD.one.tokens["revoked"][role], method, row.build(WORLD, role))
                self.assertEqual(got, TOKEN_INVALID)

        self.each(check)

    def test_another_shops_or_persons_token_reaches_only_what_is_not_bound(self):
        before = WORLD.everything()
        for method, row in TABLE.items():
            for role in (MEMBER, GUIDE, POS, MANAGER):
                if role not in row.roles:
                    continue
                with self.subTest(method=method, role=role):
                    got = outcome(WORLD.one.tokens["other"][role], method, row.build(WORLD, role))
                    if row.scoped.get(role):
                        self.assertEqual(got, row.scoped[role])
                    else:
                        self.assertNotIn(got[1], ACCESS_REASONS)
        self.assertEqual(WORLD.everything(), before)

    def test_another_merchants_token_is_told_what_it_would_be_without_the_first_merchant(self):
        before = WORLD.one.everything()
        for method, row in TABLE.items():
            for role in ROLES:
                if role not in row.roles:
                    continue
                with self.subTest(method=method, role=role):
                    token = WORLD.two.tokens["own"][role]
                    got = outcome(token, method, row.build(WORLD, role))
                    if role in (GUIDE, MEMBER) and method == "MemberService/GetMember":
                        self.assertEqual(got, NOT_YOURS)  # unknown and foreign look the same
                    elif row.foreign[0] == "NOT_FOUND" or row.foreign == NOT_YOURS:
                        self.assertEqual(got, row.foreign)
                    else:
                        self.assertNotIn(got[1], {"TOKEN_MISSING", "TOKEN_INVALID",
                                                  "ROLE_NOT_ALLOWED"})
        self.assertEqual(WORLD.one.everything(), before)

    def test_health_and_reflection_answer_whoever_asks(self):
        for token in (None, "nonsense", altered(own_token(ADMIN)), own_token(POS)):
            metadata = [("authorization", "Bearer " + token)] if token else []
            reply = WORLD.root.call_bytes("grpc.health.v1.Health/Check", b"", metadata=metadata)
            self.assertEqual(reply, b"\x08\x01")
            for version in ("v1", "v1alpha"):
                stream = WORLD.root.channel.stream_stream(
                    "/grpc.reflection.%s.ServerReflection/ServerReflectionInfo" % version,
                    request_serializer=lambda b: b, response_deserializer=lambda b: b)
                self.assertTrue(next(stream(iter([b"\x3a\x01*"]), metadata=metadata)))


class FormsOfTokens(unittest.TestCase):
    def test_only_one_well_formed_bearer_header_is_a_token(self):
        token = own_token(ADMIN)
        for value in (token, "Basic " + token, "Bearer", "Bearer ", "Bearer  " + token,
                      "Bearer " + token + "x", "Bearer " + token[:-1], "Bearer " + "A" * 4000):
            with self.subTest(value=value[:20]):
                with self.assertRaises(Refused) as caught:
                    WORLD.root.call_bytes(API + "ShopService/ListShops", b"",
                                          metadata=[("authorization", value)])
                self.assertEqual(caught.exception.reason, "TOKEN_INVALID")
        with self.assertRaises(Refused) as caught:
            WORLD.root.call_bytes(API + "ShopService/ListShops", b"",
                                  metadata=[("authorization", "Bearer " + token)] * 2)
        self.assertEqual(caught.exception.reason, "TOKEN_INVALID")
        WORLD.root.call_bytes(API + "ShopService/ListShops", b"",
                              metadata=[("authorization", "bearer " + token)])

    def test_a_revoked_token_stops_within_a_second(self):
        token, number = WORLD.one.token(AUDITOR, label="short-lived")
        auditor = WORLD.root.with_token(token)
        auditor.call(API + "ShopService/ListShops")
        began = time.monotonic()
        WORLD.one.call("TokenService/RevokeToken", {"token_number": number})
        with self.assertRaises(Refused) as caught:
            while time.monotonic() - began < 3:
                auditor.call(API + "ShopService/ListShops")
        self.assertLess(time.monotonic() - began, 1)
        self.assertEqual(caught.exception.reason, "TOKEN_INVALID")

    def test_an_expired_token_is_invalid(self):
        reply = WORLD.one.call("TokenService/CreateToken", {
            "token": {"role": "ROLE_AUDITOR", "label": "expiring",
                      "expires_at": time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                                  time.gmtime(time.time() + 2))},
            "request_id": "expiring"})
        self.assertEqual(outcome(reply["secret"], "ShopService/ListShops", {}), OK)
        time.sleep(2.1)
        self.assertEqual(outcome(reply["secret"], "ShopService/ListShops", {}), TOKEN_INVALID)

    def test_a_third_live_token_of_a_principal_is_refused_until_one_is_revoked(self):
        request = {"token": {"role": "ROLE_POS", "label": "x"}, "shop_id": "S1"}
        numbers = []
        while True:
            try:
                reply = WORLD.one.call("TokenService/CreateToken",
                                       dict(request, request_id="pos %d" % len(numbers)))
            except Refused as refused:
                self.assertEqual((refused.code.name, refused.reason),
                                 ("FAILED_PRECONDITION", "TOKENS_TOO_MANY"))
                break
            numbers.append(reply["token"]["token_number"])
        self.assertEqual(len(numbers), 1)  # the world made the other one
        WORLD.one.call("TokenService/RevokeToken", {"token_number": numbers[0]})
        again = WORLD.one.call("TokenService/CreateToken", dict(request, request_id="pos after"))
        self.assertTrue(again["secret"])
        replay = WORLD.one.call("TokenService/CreateToken", dict(request, request_id="pos after"))
        self.assertEqual((replay["secret"], replay["already_created"]), ("", True))
        WORLD.one.call("TokenService/RevokeToken", {"token_number": again["token"]["token_number"]})

    def test_an_admin_cannot_make_an_operator(self):
        self.assertEqual(outcome(own_token(ADMIN), "TokenService/CreateToken",
                                 {"token": {"role": "ROLE_OPERATOR"}, "request_id": "up"}),
                         ROLE_NOT_ALLOWED)

    def test_an_admin_cannot_make_a_token_of_another_merchant(self):
        self.assertEqual(outcome(own_token(ADMIN), "TokenService/CreateToken",
                                 {"token": {"role": "ROLE_ADMIN"}, "request_id": "across",
                                  "merchant_number": WORLD.two.number}), NOT_YOURS)


class AnotherMerchant(unittest.TestCase):
    """Merchant 2 has the same numbers, shop ids and receipts: it must see its own, never ours."""

    def two(self, role, method, request=None):
        return WORLD.root.with_token(WORLD.two.tokens["own"][role]).call(
            API + method, request or {})

    def test_member_1_is_its_own_member_1(self):
        reply = self.two(ADMIN, "MemberService/GetMember",
                         {"member_number": WORLD.two.members[0]})
        self.assertEqual(reply["member"]["phone"], WORLD.two.e164(1))

    def test_the_first_merchants_phones_and_codes_name_nobody(self):
        for request in ({"phone": WORLD.one.phone(1)}, {"code": WORLD.one.member_code}):
            self.assertEqual(outcome(WORLD.two.tokens["own"][ADMIN], "MemberService/GetMember",
                                     request), not_found("MEMBER_UNKNOWN"))

    def test_the_first_merchants_receipts_are_unknown(self):
        WORLD.one.buy("S1", "ONLY-1", WORLD.one.members[0], 100)
        self.assertEqual(outcome(WORLD.two.tokens["own"][ADMIN], "PurchaseService/GetPurchase",
                                 {"shop_id": "S1", "receipt_number": "ONLY-1"}),
                         not_found("PURCHASE_UNKNOWN"))

    def test_balances_are_its_own(self):
        before = WORLD.two.everything()["member balances"]
        WORLD.one.buy("S1", "ONLY-2", WORLD.one.members[0], 5000)
        self.assertEqual(WORLD.two.everything()["member balances"], before)

    def test_numbers_beyond_its_own_are_unknown(self):
        for i in range(4, 8):
            WORLD.one.register(i, WORLD.one.guide_codes[0])
        number = WORLD.one.register(8, WORLD.one.guide_codes[0])
        admin = WORLD.two.tokens["own"][ADMIN]
        self.assertEqual(outcome(admin, "MemberService/GetMember", {"member_number": number}),
                         not_found("MEMBER_UNKNOWN"))
        self.assertEqual(outcome(admin, "LedgerService/GetBalance",
                                 {"account": party("member", number)}),
                         not_found("ACCOUNT_UNKNOWN"))
        self.assertEqual(outcome(admin, "PurchaseService/ListPurchases",
                                 {"member_number": number}), not_found("MEMBER_UNKNOWN"))

    def test_page_tokens_do_not_cross_merchants(self):
        page = WORLD.one.call("ShopService/ListShops", {"page_size": 1})
        self.assertEqual(outcome(WORLD.two.tokens["own"][ADMIN], "ShopService/ListShops",
                                 {"page_size": 1, "page_token": page["next_page_token"]}),
                         ("INVALID_ARGUMENT", "PAGE_INVALID"))


class WhatIsShown(unittest.TestCase):
    def ask(self, role, method, request=None, side="own"):
        return WORLD.root.with_token(WORLD.one.tokens[side][role]).call(API + method, request or {})

    def test_guide_till_and_manager_see_masked_phones(self):
        request = {"phone": WORLD.one.phone(1)}
        for role in (GUIDE, POS, MANAGER):
            member = self.ask(role, "MemberService/GetMember", request)["member"]
            self.assertEqual(member["phone"], WORLD.one.masked(1), role)
            self.assertEqual((member["birthday"], member["attributes"]), ("", []), role)
        for role in (GUIDE, MANAGER):
            for member in self.ask(role, "MemberService/ListMembers")["members"]:
                self.assertRegex(member["phone"], r"^\+86138\*{4}\d{4}$", role)
            reply = self.ask(role, "MemberService/UpdateMember", {
                "member": {"member_number": WORLD.one.members[0], "name": "Member 1"},
                "update_fields": ["name"]})
            self.assertEqual(reply["member"]["phone"], WORLD.one.masked(1), role)

    def test_an_auditor_sees_no_phone_and_no_name(self):
        members = self.ask(AUDITOR, "MemberService/ListMembers")["members"]
        self.assertEqual({(m["phone"], m["name"], m["birthday"]) for m in members}, {("", "", "")})

    def test_a_member_and_an_admin_see_her_phone_in_full(self):
        for role in (MEMBER, ADMIN):
            member = self.ask(role, "MemberService/GetMember",
                              {"phone": WORLD.one.phone(1)})["member"]
            self.assertEqual(member["phone"], WORLD.one.e164(1))

    def test_documents_of_guides_are_for_admin_and_payroll(self):
        for role, seen in ((ADMIN, "DOC-1-1"), (PAYROLL, "DOC-1-1"), (AUDITOR, ""), (MANAGER, ""),
                           (GUIDE, "")):
            guide = self.ask(role, "GuideService/GetGuide",
                             {"guide_number": WORLD.one.guides[0]})["guide"]
            self.assertEqual(guide["document_number"], seen, role)
            full = role in (ADMIN, GUIDE)
            self.assertEqual(guide["phone"], WORLD.one.e164(91) if full else WORLD.one.masked(91))

    def test_a_guide_lists_his_members_only(self):
        members = self.ask(GUIDE, "MemberService/ListMembers", side="other")["members"]
        self.assertEqual([m["member_number"] for m in members], [WORLD.one.members[1]])

    def test_a_guide_cannot_change_another_guides_member(self):
        for number in (WORLD.one.members[0], 999999):
            self.assertEqual(
                outcome(WORLD.one.tokens["other"][GUIDE], "MemberService/UpdateMember",
                        {"member": {"member_number": number, "name": "X"},
                         "update_fields": ["name"]}), NOT_YOURS)

    def test_a_manager_sees_the_guides_of_his_shop_only(self):
        guides = self.ask(MANAGER, "GuideService/ListGuides", side="other")["guides"]
        self.assertEqual([g["guide_number"] for g in guides], [WORLD.one.guides[1]])

    def test_tills_and_managers_read_members_balances_only(self):
        for role in (POS, MANAGER):
            self.assertEqual(outcome(WORLD.one.tokens["own"][role], "LedgerService/GetBalance",
                                     {"account": party("guide", WORLD.one.guides[1])}), NOT_YOURS)

    def test_payroll_sees_no_customers(self):
        payroll = WORLD.one.tokens["own"][PAYROLL]
        for method, request, expected in (
                ("LedgerService/GetBalance", {"account": party("member", 1)}, NOT_YOURS),
                ("LedgerService/ListBalances", {"kind": "PARTY_KIND_MEMBER"}, NOT_YOURS),
                ("LedgerService/ListEntries", {"account": party("member", 1)}, NOT_YOURS),
                ("LedgerService/GetEntry", {"entry_number": WORLD.entry["member"]},
                 not_found("ENTRY_UNKNOWN")),
                ("MemberService/GetMember", {"member_number": 1}, ROLE_NOT_ALLOWED),
                ("PurchaseService/ListPurchases", {"member_number": 1}, ROLE_NOT_ALLOWED)):
            self.assertEqual(outcome(payroll, method, request), expected, method)
        entry = self.ask(PAYROLL, "LedgerService/GetEntry",
                         {"entry_number": WORLD.entry["guide"]})["entry"]
        self.assertEqual((entry["member_number"], entry["receipt_number"]), (0, ""))

    def test_a_till_sees_only_the_buyers_credits(self):
        request = {"shop_id": "S1", "receipt_number": "R2", "occurred_at": "2024-05-01T08:00:00Z",
                   "member_number": WORLD.one.members[2], "amount_minor": 20000}
        whole = self.ask(ADMIN, "PurchaseService/RecordPurchase", request)["purchase"]["credits"]
        self.assertEqual({c["rule_id"] for c in whole}, {"buyer", "friend", "guide"})
        replies = [self.ask(POS, "PurchaseService/RecordPurchase", request)["purchase"],
                   self.ask(POS, "PurchaseService/RecordPurchases",
                            {"purchases": [request]})["results"][0],
                   self.ask(POS, "PurchaseService/GetPurchase",
                            {"receipt_number": "R2"})["purchase"]]
        replies += self.ask(POS, "PurchaseService/ListPurchases",
                            {"member_number": WORLD.one.members[2]})["purchases"]
        self.assertEqual(len(replies), 4)
        for reply in replies:
            self.assertEqual([c["beneficiary"] for c in reply["credits"]],
                             [party("member", WORLD.one.members[2])])

    def test_a_member_sees_only_her_own_credits(self):
        for purchase in self.ask(MEMBER, "PurchaseService/ListPurchases")["purchases"]:
            for credit in purchase["credits"]:
                self.assertEqual(credit["beneficiary"], party("member", WORLD.one.members[0]))

    def test_tills_and_managers_list_the_purchases_of_their_shop_only(self):
        for role in (POS, MANAGER):
            for side, shop in (("own", "S1"), ("other", "S2")):
                purchases = self.ask(role, "PurchaseService/ListPurchases",
                                     {"member_number": WORLD.one.members[0]}, side)["purchases"]
                self.assertTrue(purchases)
                self.assertEqual({p["shop_id"] for p in purchases}, {shop}, role)

    def test_tills_and_managers_list_their_own_shop_only(self):
        for role in (POS, MANAGER):
            for side, shop in (("own", "S1"), ("other", "S2")):
                shops = self.ask(role, "ShopService/ListShops", side=side)["shops"]
                self.assertEqual([s["shop_id"] for s in shops], [shop], role)

    def test_rows_of_another_shop_are_refused_one_by_one(self):
        rows = [dict(buy_r1(WORLD), shop_id="S2", receipt_number="ROW-1"),
                dict(buy_r1(WORLD), shop_id="S1"),
                dict(buy_r1(WORLD), shop_id="nowhere", receipt_number="ROW-3")]
        for role in (POS, MANAGER):
            results = self.ask(role, "PurchaseService/RecordPurchases",
                               {"purchases": rows})["results"]
            self.assertEqual([(r["status_code"], r["reason"]) for r in results],
                             [(7, "NOT_YOURS"), (0, ""), (7, "NOT_YOURS")], role)
        self.assertEqual(outcome(own_token(ADMIN), "PurchaseService/GetPurchase",
                                 {"shop_id": "S2", "receipt_number": "ROW-1"}),
                         not_found("PURCHASE_UNKNOWN"))

    def test_a_till_does_not_count_through_member_numbers(self):
        for number in (WORLD.one.members[0], 999999):
            self.assertEqual(outcome(own_token(POS), "MemberService/GetMember",
                                     {"member_number": number}), NOT_YOURS)

    def test_registering_a_known_phone_tells_strangers_nothing(self):
        known = {"phone": WORLD.one.phone(2), "consent_policy_version": "1",
                 "code": WORLD.one.guide_codes[0]}
        before = WORLD.everything()
        replies = {role: WORLD.root.with_token(own_token(role)).call(
            API + "MemberService/RegisterMember", known)
            for role in (REGISTRANT, GUIDE, POS, MANAGER, ADMIN)}
        self.assertEqual(WORLD.everything(), before)
        for role, reply in replies.items():
            if role == REGISTRANT:
                new = WORLD.root.with_token(own_token(role)).call(
                    API + "MemberService/RegisterMember",
                    dict(known, phone=WORLD.one.phone(60)))
                self.assertEqual(reply, new, role)
                self.assertEqual((reply["member_number"], reply["credits"]), (0, []), role)
            else:
                self.assertEqual((reply["scan_result"], reply["member_number"]),
                                 ("SCAN_RESULT_EXISTING_MEMBER", WORLD.one.members[1]), role)


if __name__ == "__main__":
    unittest.main()
