"""Who may call what: every method of the service (as reflection lists them) with every role and
every kind of token. The table below is written from the rules of access and the comments of the
.proto files, not from the service's own; a method without a row here fails."""

import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import access_hooks  # noqa: E402
import access_pay  # noqa: E402
import access_privacy  # noqa: E402
import access_sign_in  # noqa: E402
import world  # noqa: E402
from access_row import Row  # noqa: E402
from reflect import Refused  # noqa: E402
from service import BECKOND, Service  # noqa: E402
from world import (  # noqa: E402
    ADMIN, ALL_ROLES, API, AUDITOR, GUIDE, INTEGRATION, MANAGER, MEMBER, NOT_YOURS, OK, OPERATOR,
    PAYROLL, POS, REGISTRANT, ROLE_NOT_ALLOWED, ROLES, STAFF, TOKEN_INVALID, TOKEN_MISSING, World,
    not_found, party)

OWNERS = (MEMBER, GUIDE, MANAGER, ADMIN)
ACCESS_REASONS = {"TOKEN_MISSING", "TOKEN_INVALID", "ROLE_NOT_ALLOWED", "NOT_YOURS"}


def code_row(roles, more=None, foreign=not_found("CODE_UNKNOWN")):
    """A code of guide 1; members are asked for the code of member 1."""
    more = more or (lambda w: {})
    return Row(roles, lambda w: dict({"code": w.one.guide_codes[0]}, **more(w)),
               scoped={GUIDE: NOT_YOURS, MEMBER: NOT_YOURS}, foreign=foreign,
               by_role={MEMBER: lambda w: dict({"code": w.one.member_code}, **more(w))})


def register_1(w):
    """A registration that is refused once access is granted: nothing changes."""
    return {"phone": w.one.phone(1), "code": w.one.guide_codes[0]}


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
        (MEMBER, GUIDE, POS, MANAGER, AUDITOR, ADMIN, INTEGRATION),
        lambda w: {"phone": w.one.phone(1)}, scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS}, foreign=not_found("MEMBER_UNKNOWN")),
    "MemberService/ListMembers": Row(
        (GUIDE, MANAGER, AUDITOR, ADMIN), lambda w: {"guide_number": w.one.guides[0]},
        scoped={GUIDE: NOT_YOURS}),
    "MemberService/ListReferees": Row(
        (MEMBER, AUDITOR, ADMIN), lambda w: {"member_number": w.one.members[0]},
        scoped={MEMBER: NOT_YOURS}),
    "MemberService/UpdateMember": Row(
        OWNERS, lambda w: {"member": {"member_number": w.one.members[0], "name": "Member 1"},
                           "update_fields": ["name"]},
        scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS}),

    "BenefitService/ListBenefits": Row(
        (MEMBER, GUIDE, POS, MANAGER, AUDITOR, ADMIN),
        lambda w: {"member_number": w.one.members[0]}, scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS}),
    "BenefitService/HandOutBenefit": Row(
        (POS, MANAGER, ADMIN),
        lambda w: {"member_number": w.one.members[0], "benefit_number": 9, "shop_id": "S1",
                   "request_id": "benefit"},
        scoped={POS: NOT_YOURS, MANAGER: NOT_YOURS}),

    "PurchaseService/RecordPurchase": Row(
        (POS, MANAGER, ADMIN), lambda w: w.one.receipt_r1(),
        scoped={POS: NOT_YOURS, MANAGER: NOT_YOURS}),
    "PurchaseService/RecordPurchases": Row(
        (POS, MANAGER, ADMIN), lambda w: {"purchases": [w.one.receipt_r1()]}),
    "PurchaseService/GetPurchase": Row(
        (POS, MANAGER, AUDITOR, ADMIN), lambda w: {"shop_id": "S1", "receipt_number": "R2"},
        scoped={POS: NOT_YOURS, MANAGER: NOT_YOURS}),
    "PurchaseService/ListPurchases": Row(
        (MEMBER, POS, MANAGER, AUDITOR, ADMIN), lambda w: {"member_number": w.one.members[0]},
        scoped={MEMBER: NOT_YOURS}),

    "RefundService/RecordRefund": Row(
        (POS, MANAGER, ADMIN), lambda w: {"shop_id": "S1", "refund_number": "F1",
                                          "receipt_number": "R8", "amount_minor": 1},
        scoped={POS: NOT_YOURS, MANAGER: NOT_YOURS}),
    "RefundService/RecordRefunds": Row(
        (POS, MANAGER, ADMIN), lambda w: {"refunds": [
            {"shop_id": "S1", "refund_number": "F1", "receipt_number": "R8", "amount_minor": 1}]}),
    "RefundService/GetRefund": Row(
        (POS, MANAGER, AUDITOR, ADMIN), lambda w: {"shop_id": "S1", "refund_number": "F1"},
        scoped={POS: NOT_YOURS, MANAGER: NOT_YOURS}),
    "RefundService/ListRefunds": Row(
        (POS, MANAGER, AUDITOR, ADMIN), lambda w: {"shop_id": "S1", "receipt_number": "R9"},
        scoped={POS: NOT_YOURS, MANAGER: NOT_YOURS}),
    "RefundService/ListDebts": Row(
        (MEMBER, GUIDE, PAYROLL, AUDITOR, ADMIN),
        lambda w: {"account": party("guide", w.one.guides[0])},
        scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS},
        by_role={MEMBER: lambda w: {"account": party("member", w.one.members[0])}}),
    "RefundService/WriteOffDebt": Row((ADMIN,), lambda w: {"debt_number": 1},
                                      foreign=("INVALID_ARGUMENT", "FIELD_REQUIRED")),

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

    "ExplainService/Quote": Row(
        (POS, MANAGER, ADMIN),
        lambda w: {"purchase": {"shop_id": "S1", "member_number": w.one.members[0],
                                "amount_minor": 100}},
        scoped={POS: NOT_YOURS, MANAGER: NOT_YOURS}),
    "ExplainService/BackTestProgram": Row((ADMIN,), lambda w: {"from_date": "2024-01-01"}),
    "ExplainService/ExplainPurchase": Row(
        (MEMBER, POS, MANAGER, AUDITOR, ADMIN),
        lambda w: {"shop_id": "S1", "receipt_number": "R2"},
        scoped={MEMBER: NOT_YOURS, POS: NOT_YOURS, MANAGER: NOT_YOURS},
        by_role={MEMBER: lambda w: {"shop_id": "S1", "receipt_number": "R1"}}),
    "ExplainService/ExplainCredit": Row(
        (MEMBER, GUIDE, PAYROLL, AUDITOR, ADMIN),
        lambda w: {"credit_number": w.entry["guide"]},
        scoped={MEMBER: not_found("CREDIT_UNKNOWN"), GUIDE: not_found("CREDIT_UNKNOWN")},
        by_role={MEMBER: lambda w: {"credit_number": w.entry["member"]}}),
    "ExplainService/ExplainAttribution": Row(
        (MEMBER, GUIDE, MANAGER, AUDITOR, ADMIN),
        lambda w: {"member_number": w.one.members[0]},
        scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS}),
    "PeriodService/ClosePeriod": Row(
        (PAYROLL, ADMIN), lambda w: {"rule_id": "none", "period": "2024"},
        foreign=not_found("PERIOD_RULE_UNKNOWN")),
    "PeriodService/GetPeriodClose": Row(
        (PAYROLL, AUDITOR, ADMIN), lambda w: {"rule_id": "none", "period": "2024"},
        foreign=not_found("PERIOD_CLOSE_UNKNOWN")),
    "PeriodService/ListPeriodCloses": Row((PAYROLL, AUDITOR, ADMIN), lambda w: {}),

    "ReviewService/ListReviews": Row((AUDITOR, ADMIN), lambda w: {"state": "REVIEW_STATE_OPEN"}),
    "ReviewService/GetReview": Row((AUDITOR, ADMIN), lambda w: {"review_number": 1},
                                   foreign=not_found("REVIEW_UNKNOWN")),
    "ReviewService/DecideReview": Row(
        (ADMIN,), lambda w: {"review_number": 1, "decision": "REVIEW_DECISION_VOID",
                             "reason": "none of ours"}, foreign=not_found("REVIEW_UNKNOWN")),

    "CreditService/ListCredits": Row(
        (MEMBER,) + STAFF, lambda w: {"account": party("member", w.one.members[0])},
        scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS},
        by_role={GUIDE: lambda w: {"account": party("guide", w.one.guides[0])},
                 PAYROLL: lambda w: {"account": party("guide", w.one.guides[0])}}),
    "CreditService/GetCredit": Row(
        (MEMBER,) + STAFF, lambda w: {"credit_number": w.entry["member"]},
        scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS},
        by_role={GUIDE: lambda w: {"credit_number": w.entry["guide"]},
                 PAYROLL: lambda w: {"credit_number": w.entry["guide"]}}),
    "CreditService/AdjustBalance": Row(
        (ADMIN,), lambda w: {"request_id": "none"}, foreign=("INVALID_ARGUMENT", "FIELD_REQUIRED")),
    "CreditService/DecideAdjustment": Row(
        (ADMIN,), lambda w: {"adjustment_number": 99, "reason": "none"},
        foreign=not_found("ADJUSTMENT_UNKNOWN")),
    "CreditService/ListAdjustments": Row((AUDITOR, ADMIN), lambda w: {}),
    "CreditService/HoldCredit": Row(
        (ADMIN,), lambda w: {"credit_number": 999, "reason": "none", "request_id": "none"},
        foreign=not_found("CREDIT_UNKNOWN")),
    "CreditService/ReleaseCredit": Row(
        (ADMIN,), lambda w: {"credit_number": 999, "reason": "none", "request_id": "none"},
        foreign=not_found("CREDIT_UNKNOWN")),

    "RedemptionService/Redeem": Row(
        (POS, MANAGER, ADMIN),
        lambda w: {"member_number": w.one.members[0], "unit": "UNIT_POINTS", "amount": 1,
                   "shop_id": "S1", "receipt_number": "R1", "request_id": "none"},
        scoped={POS: NOT_YOURS, MANAGER: NOT_YOURS},
        foreign=("FAILED_PRECONDITION", "NOT_REDEEMABLE")),
    "RedemptionService/CancelRedemption": Row(
        (POS, MANAGER, ADMIN), lambda w: {"redemption_number": 99, "request_id": "none"},
        foreign=not_found("REDEMPTION_UNKNOWN")),
    "RedemptionService/GetRedemption": Row(
        (MEMBER, POS, MANAGER, AUDITOR, ADMIN), lambda w: {"redemption_number": 99},
        foreign=not_found("REDEMPTION_UNKNOWN")),
    "RedemptionService/ListRedemptions": Row(
        (MEMBER, POS, MANAGER, AUDITOR, ADMIN), lambda w: {"member_number": w.one.members[0]},
        scoped={MEMBER: NOT_YOURS}),

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
        (PAYROLL, AUDITOR, ADMIN, OPERATOR), lambda w: {"merchant_number": 1},
        foreign=NOT_YOURS),
    "StoreService/BackupStore": Row((OPERATOR,), lambda w: {"path": "not absolute"}),
    "StoreService/AcceptClock": Row((OPERATOR,), lambda w: {}),
    "StoreService/GetStoreInfo": Row((OPERATOR,), lambda w: {}),
    "StoreService/RotateKeys": Row((OPERATOR,), lambda w: {}),
    "StoreService/GetKeyStatus": Row((OPERATOR,), lambda w: {}),
}
TABLE.update(access_hooks.TABLE)
TABLE.update(access_pay.TABLE)
TABLE.update(access_privacy.TABLE)
TABLE.update(access_sign_in.TABLE)
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
    WORLD.entry = WORLD.one.last_entries()


def tearDownModule():
    code = SERVICE.stop()
    SERVICE.__exit__()
    assert code == 0, "beckond ended with %s" % code


def outcome(token, method, request):
    return world.outcome(WORLD.root.with_token(token), method, request)


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
            for number in ("2", "0", "3", "01", "4278190080", "4294967295", "4294967296"):
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
        page = WORLD.one.call("ShopService/ListShops", {"page_size": 1})["next_page_token"]
        for value in (token, "Basic " + token, "Bearer", "Bearer ", "Bearer  " + token,
                      "Bearer " + token + "x", "Bearer " + token[:-1], "Bearer " + "A" * 4000,
                      "Bearer " + page, "Bearer " + WORLD.one.guide_codes[0], "Bearer 1",
                      "Bearer " + token.replace("beckon_", "Beckon_"),
                      "Bearer " + token.split("_", 2)[2]):
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


if __name__ == "__main__":
    unittest.main()
