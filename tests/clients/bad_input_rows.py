"""What an admin may do wrong: (method, request, code, reason, field), a row each; None: not
looked at. The world they are meant for is world.py's, with a revoked code."""

import time

import bad_hook_rows
import bad_pay_rows
import bad_privacy_rows
import bad_people_rows
import bad_program_rows
import bad_sign_in_rows
from world import PROGRAM

INVALID, UNKNOWN, EXISTS, STATE = ("INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS",
                                   "FAILED_PRECONDITION")
TILL, TILLS = "PurchaseService/RecordPurchase", "PurchaseService/RecordPurchases"
REGISTER, REGISTERS = "MemberService/RegisterMember", "MemberService/RegisterMembers"
CODE, PUBLISH, TOKEN = ("CodeService/CreateCode", "ProgramService/PublishProgram",
                        "TokenService/CreateToken")
REFUND, FORGIVE = "RefundService/RecordRefund", "RefundService/WriteOffDebt"
CLOSE, CLOSED = "PeriodService/ClosePeriod", "PeriodService/GetPeriodClose"
DECIDE = "ReviewService/DecideReview"
BENEFIT = "BenefitService/HandOutBenefit"
QUOTE, WHY = "ExplainService/Quote", "ExplainService/Explain"
TRIAL = "ExplainService/BackTestProgram"
BIDI, NUL, BELL, LONG = "a\u202eb", "a\0b", "a\x07b", "x" * 5000
LISTS = [("ShopService/ListShops", {}), ("GuideService/ListGuides", {}),
         ("CodeService/ListCodes", {}), ("MemberService/ListMembers", {}),
         ("PurchaseService/ListPurchases", {"member_number": 1}),
         ("RefundService/ListRefunds", {"shop_id": "S1", "receipt_number": "R1"}),
         ("RefundService/ListDebts", {"account": {"kind": "PARTY_KIND_MEMBER", "number": 1}}),
         ("ProgramService/ListPrograms", {}), ("TokenService/ListTokens", {}),
         ("ReviewService/ListReviews", {}), ("PrivacyService/ListErasures", {}),
         ("LedgerService/ListBalances", {"kind": "PARTY_KIND_MEMBER"}),
         ("LedgerService/ListEntries", {}),
         ("CreditService/ListCredits", {"account": {"kind": "PARTY_KIND_GUIDE", "number": 1}}),
         ("CreditService/ListAdjustments", {}),
         ("RedemptionService/ListRedemptions", {"member_number": 1}),
         ("PeriodService/ListPeriodCloses", {})] + bad_pay_rows.LISTS + (
             bad_people_rows.LISTS + bad_hook_rows.LISTS)
REDEEM, ADJUST = "RedemptionService/Redeem", "CreditService/AdjustBalance"
HOLD, RELEASE = "CreditService/HoldCredit", "CreditService/ReleaseCredit"


def spend(**changes):
    base = {"member_number": 1, "unit": "UNIT_POINTS", "amount": 1, "shop_id": "S1",
            "receipt_number": "R1", "request_id": "fresh"}
    base.update(changes)
    return {name: value for name, value in base.items() if value is not None}


def adjust(**changes):
    base = {"account": {"kind": "PARTY_KIND_MEMBER", "number": 1}, "unit": "UNIT_POINTS",
            "amount": 1, "reason": "why", "request_id": "fresh"}
    base.update(changes)
    return {name: value for name, value in base.items() if value is not None}


def ahead(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def buy(**changes):
    base = {"shop_id": "S1", "receipt_number": "NEW", "member_number": 1, "amount_minor": 100}
    base.update(changes)
    return {name: value for name, value in base.items() if value is not None}


def same(**changes):
    """The purchase the world made as R1 of S1, with changes."""
    return buy(**dict({"receipt_number": "R1", "amount_minor": 10000,
                       "occurred_at": "2024-05-01T08:00:00Z"}, **changes))


def give_back(**changes):
    base = {"shop_id": "S1", "refund_number": "NEW", "receipt_number": "R1", "amount_minor": 100}
    base.update(changes)
    return base


def forgive(**changes):
    base = {"account": {"kind": "PARTY_KIND_MEMBER", "number": 1}, "debt_number": 1, "amount": 1,
            "reason": "goodwill", "request_id": "fresh"}
    base.update(changes)
    return base


def person(**changes):
    base = {"phone": "13511112222", "consent_policy_version": "1", "shop_id": "S1"}
    base.update(changes)
    return base


def hand_out(**changes):
    return dict({"member_number": 1, "benefit_number": 9, "shop_id": "S1", "request_id": "fresh"},
                **changes)


def decide(**changes):
    return dict({"review_number": 1, "decision": "REVIEW_DECISION_VOID", "reason": "seen"},
                **changes)


def code(request_id="fresh", **changes):
    base = {"owner": {"kind": "PARTY_KIND_GUIDE", "number": 1}}
    base.update(changes)
    return {"code": base, "request_id": request_id}


def program(request_id="fresh", rule=None, **changes):
    base = dict(PROGRAM, from_date="2999-01-01")
    base.update(changes)
    if rule is not None:
        base["rules"] = [dict(PROGRAM["rules"][0], **rule)]
    return {"program": base, "request_id": request_id}


def guide(**changes):
    base = {"employee_no": "E9", "name": "N",
            "employments": [{"shop_id": "S1", "from_date": "2020-01-01"}]}
    base.update(changes)
    return {"guide": base}


def token(request_id="fresh", shop_id="", merchant_number=0, **changes):
    base = {"role": "ROLE_AUDITOR"}
    base.update(changes)
    return {"token": base, "request_id": request_id, "shop_id": shop_id,
            "merchant_number": merchant_number}


def table(world):
    """(method, request, code, reason, field) of everything an admin may do wrong."""
    one, two = world.one, world.two
    first = one.guide_codes[0]
    mistyped = first[:-1] + ("7" if first[-1] != "7" else "8")
    yield from [
        # ---- what a request names ----
        (TILL, buy(shop_id="S9"), UNKNOWN, "SHOP_UNKNOWN", "shop_id"),
        (TILL, buy(shop_id="x" * 33), UNKNOWN, "SHOP_UNKNOWN", "shop_id"),
        (TILL, buy(shop_id=None), INVALID, "FIELD_REQUIRED", "shop_id"),
        (TILL, buy(member_number=999), UNKNOWN, "MEMBER_UNKNOWN", "member_number"),
        (TILL, buy(member_number=4294967295), UNKNOWN, "MEMBER_UNKNOWN", "member_number"),
        (TILL, buy(member_number=0), INVALID, "FIELD_REQUIRED", "member_number"),
        (TILL, buy(member_number=None), INVALID, "FIELD_REQUIRED", "buyer"),
        (TILL, buy(member_number=None, phone="13511112222"), UNKNOWN, "MEMBER_UNKNOWN", "phone"),
        (TILL, buy(member_number=None, code=two.member_code), UNKNOWN, "MEMBER_UNKNOWN", "code"),
        (TILL, buy(member_number=None, code=first), UNKNOWN, "MEMBER_UNKNOWN", "code"),
        (TILL, buy(member_number=None, code=mistyped), INVALID, "CODE_MISTYPED", "code"),
        (TILL, buy(sellers=[{"guide_number": 99}]), UNKNOWN, "GUIDE_UNKNOWN",
         "sellers.guide_number"),
        (TILL, buy(sellers=[{"guide_number": 0}]), INVALID, "SELLERS_INVALID",
         "sellers.guide_number"),
        (TILL, buy(sellers=[{"guide_number": 1, "share_bp": -1}]), INVALID, "SELLERS_INVALID",
         "sellers.share_bp"),
        (TILL, buy(sellers=[{"guide_number": 1, "share_bp": 9999}]), INVALID, "SELLERS_INVALID",
         "sellers.share_bp"),
        (TILL, buy(sellers=[{"guide_number": i, "share_bp": 2000} for i in range(1, 6)]), INVALID,
         "SELLERS_INVALID", "sellers"),
        (BENEFIT, hand_out(member_number=0), INVALID, "FIELD_REQUIRED", "member_number"),
        (BENEFIT, hand_out(benefit_number=0), INVALID, "FIELD_REQUIRED", "benefit_number"),
        (BENEFIT, hand_out(request_id=""), INVALID, "FIELD_REQUIRED", "request_id"),
        (BENEFIT, hand_out(shop_id="S9"), UNKNOWN, "SHOP_UNKNOWN", "shop_id"),
        (BENEFIT, hand_out(member_number=999), UNKNOWN, "MEMBER_UNKNOWN", "member_number"),
        (BENEFIT, hand_out(), UNKNOWN, "BENEFIT_UNKNOWN", "benefit_number"),
        ("BenefitService/ListBenefits", {}, INVALID, "FIELD_REQUIRED", "member_number"),
        ("BenefitService/ListBenefits", {"member_number": 999}, UNKNOWN, "MEMBER_UNKNOWN",
         "member_number"),
        ("ReviewService/GetReview", {"review_number": 9}, UNKNOWN, "REVIEW_UNKNOWN",
         "review_number"),
        (DECIDE, decide(review_number=9), UNKNOWN, "REVIEW_UNKNOWN", "review_number"),
        (DECIDE, decide(decision=0), INVALID, "VALUE_INVALID", "decision"),
        (DECIDE, decide(decision=3), INVALID, "VALUE_INVALID", "decision"),
        (DECIDE, decide(reason=""), INVALID, "FIELD_REQUIRED", "reason"),
        (DECIDE, decide(reason="x" * 201), INVALID, "TEXT_INVALID", "reason"),
        (DECIDE, decide(reason=BELL), INVALID, "TEXT_INVALID", "reason"),
        ("ReviewService/ListReviews", {"state": 4}, INVALID, "VALUE_INVALID", "state"),
        ("ShopService/GetShop", {"shop_id": "S9"}, UNKNOWN, "SHOP_UNKNOWN", "shop_id"),
        ("ShopService/GetShop", {}, INVALID, "FIELD_REQUIRED", "shop_id"),
        ("GuideService/GetGuide", {"guide_number": 99}, UNKNOWN, "GUIDE_UNKNOWN", "guide_number"),
        ("GuideService/GetGuide", {"employee_no": "E99"}, UNKNOWN, "GUIDE_UNKNOWN", "employee_no"),
        ("GuideService/ListGuides", {"shop_id": "S9"}, UNKNOWN, "SHOP_UNKNOWN", "shop_id"),
        ("CodeService/GetCode", {"code": two.member_code}, UNKNOWN, "CODE_UNKNOWN", "code"),
        ("CodeService/GetCode", {"code": mistyped}, INVALID, "CODE_MISTYPED", "code"),
        ("CodeService/GetCode", {}, INVALID, None, "code"),
        ("CodeService/RenderCode", {"code": two.member_code}, UNKNOWN, "CODE_UNKNOWN", "code"),
        ("CodeService/RenderCode", {"code": world.revoked}, STATE, "CODE_REVOKED", "code"),
        ("CodeService/RevokeCode", {"code": two.member_code}, UNKNOWN, "CODE_UNKNOWN", "code"),
        ("CodeService/ResolveCode", {"code": mistyped}, INVALID, "CODE_MISTYPED", "code"),
        ("CodeService/ResolveCode", {"code": world.revoked}, UNKNOWN, "CODE_NOT_VALID", "code"),
        (REGISTER, person(code=mistyped), INVALID, "CODE_MISTYPED", "code"),
        (REGISTER, person(code=two.member_code), UNKNOWN, "CODE_UNKNOWN", "code"),
        (REGISTER, person(shop_id="S9"), UNKNOWN, "SHOP_UNKNOWN", "shop_id"),
        ("MemberService/GetMember", {"member_number": 999}, UNKNOWN, "MEMBER_UNKNOWN",
         "member_number"),
        ("MemberService/GetMember", {}, INVALID, "FIELD_REQUIRED", "member_number"),
        ("PurchaseService/GetPurchase", {"shop_id": "S1", "receipt_number": "R9"}, UNKNOWN,
         "PURCHASE_UNKNOWN", "receipt_number"),
        ("PurchaseService/GetPurchase", {"shop_id": "S9", "receipt_number": "R1"}, UNKNOWN,
         "SHOP_UNKNOWN", "shop_id"),
        ("PurchaseService/ListPurchases", {"member_number": 999}, UNKNOWN, "MEMBER_UNKNOWN",
         "member_number"),
        ("LedgerService/GetBalance", {"account": {"kind": "PARTY_KIND_GUIDE", "number": 99}},
         UNKNOWN, "ACCOUNT_UNKNOWN", "account"),
        ("LedgerService/GetBalance", {"account": {"kind": "PARTY_KIND_SHOP", "number": 1}},
         INVALID, "VALUE_INVALID", "account"),
        (REDEEM, spend(), STATE, "NOT_REDEEMABLE", "unit"),
        (REDEEM, spend(unit=None), INVALID, "FIELD_REQUIRED", "unit"),
        (REDEEM, spend(unit=9), INVALID, "VALUE_INVALID", "unit"),
        (REDEEM, spend(amount=0), INVALID, "AMOUNT_INVALID", "amount"),
        (REDEEM, spend(amount=-1), INVALID, "AMOUNT_INVALID", "amount"),
        (REDEEM, spend(amount=10**12 + 1), INVALID, "AMOUNT_INVALID", "amount"),
        (REDEEM, spend(receipt_number="x" * 41), INVALID, "RECEIPT_INVALID", "receipt_number"),
        (REDEEM, spend(request_id=None), INVALID, "FIELD_REQUIRED", "request_id"),
        (REDEEM, spend(shop_id="S9"), UNKNOWN, "SHOP_UNKNOWN", "shop_id"),
        (REDEEM, spend(member_number=999), UNKNOWN, "MEMBER_UNKNOWN", "member_number"),
        ("RedemptionService/CancelRedemption", {"request_id": "x"}, UNKNOWN,
         "REDEMPTION_UNKNOWN", "redemption_number"),
        ("RedemptionService/CancelRedemption", {"redemption_number": 1}, INVALID,
         "FIELD_REQUIRED", "request_id"),
        ("RedemptionService/GetRedemption", {}, UNKNOWN, "REDEMPTION_UNKNOWN",
         "redemption_number"),
        (ADJUST, adjust(account=None), INVALID, "FIELD_REQUIRED", "account"),
        (ADJUST, adjust(amount=0), INVALID, "AMOUNT_INVALID", "amount"),
        (ADJUST, adjust(amount=-10**12 - 1), INVALID, "AMOUNT_INVALID", "amount"),
        (ADJUST, adjust(reason=None), INVALID, "FIELD_REQUIRED", "reason"),
        (ADJUST, adjust(reason=BELL), INVALID, "TEXT_INVALID", "reason"),
        (ADJUST, adjust(reason="x" * 201), INVALID, "TEXT_INVALID", "reason"),
        ("CreditService/DecideAdjustment", {"reason": "x"}, UNKNOWN, "ADJUSTMENT_UNKNOWN",
         "adjustment_number"),
        (HOLD, {"reason": "x", "request_id": "x"}, UNKNOWN, "CREDIT_UNKNOWN", "credit_number"),
        (HOLD, {"credit_number": 1, "request_id": "x"}, INVALID, "FIELD_REQUIRED", "reason"),
        (RELEASE, {"credit_number": 2**64 - 1, "reason": "x", "request_id": "x"}, UNKNOWN,
         "CREDIT_UNKNOWN", "credit_number"),
        ("CreditService/GetCredit", {"credit_number": 0}, UNKNOWN, "CREDIT_UNKNOWN",
         "credit_number"),
        ("CreditService/ListCredits", {"account": {"kind": "PARTY_KIND_GUIDE", "number": 1},
                                       "state": 9}, INVALID, "VALUE_INVALID", "state"),
        ("LedgerService/GetBalance", {}, INVALID, "FIELD_REQUIRED", "account"),
        (CLOSE, {"period": "2024"}, INVALID, "FIELD_REQUIRED", "rule_id"),
        (CLOSE, {"rule_id": "a b", "period": "2024"}, INVALID, "TEXT_INVALID", "rule_id"),
        (CLOSE, {"rule_id": "x" * 41, "period": "2024"}, INVALID, "TEXT_INVALID", "rule_id"),
        (CLOSE, {"rule_id": "bonus"}, INVALID, "FIELD_REQUIRED", "period"),
        (CLOSE, {"rule_id": "bonus", "period": "2024Q5"}, INVALID, "VALUE_INVALID", "period"),
        (CLOSE, {"rule_id": "bonus", "period": "2024-13"}, INVALID, "VALUE_INVALID", "period"),
        (CLOSE, {"rule_id": "bonus", "period": "1969"}, INVALID, "VALUE_INVALID", "period"),
        (CLOSE, {"rule_id": "bonus", "period": "2024-03-01"}, INVALID, "VALUE_INVALID", "period"),
        (CLOSE, {"rule_id": "bonus", "period": "2024"}, UNKNOWN, "PERIOD_RULE_UNKNOWN", "rule_id"),
        (CLOSED, {"rule_id": "bonus", "period": "2024"}, UNKNOWN, "PERIOD_CLOSE_UNKNOWN", "period"),
        (CLOSED, {"rule_id": "bonus", "period": "Q1"}, INVALID, "VALUE_INVALID", "period"),
        ("LedgerService/ListBalances", {}, INVALID, "VALUE_INVALID", "kind"),
        ("LedgerService/GetEntry", {"entry_number": 0}, UNKNOWN, "ENTRY_UNKNOWN", "entry_number"),
        ("LedgerService/GetEntry", {"entry_number": 2**64 - 1}, UNKNOWN, "ENTRY_UNKNOWN",
         "entry_number"),
        ("ProgramService/GetProgram", {"version": 99}, UNKNOWN, "PROGRAM_UNKNOWN", "version"),
        ("ProgramService/GetProgram", {"on_date": "1999-12-31"}, UNKNOWN, "PROGRAM_UNKNOWN",
         "on_date"),
        ("TokenService/RevokeToken", {"token_number": 999}, UNKNOWN, "TOKEN_UNKNOWN",
         "token_number"),
        # ---- amounts, currency, receipts ----
        (TILL, buy(amount_minor=-1), INVALID, "AMOUNT_INVALID", "amount_minor"),
        (TILL, buy(amount_minor=-2**63), INVALID, "AMOUNT_INVALID", "amount_minor"),
        (TILL, buy(amount_minor=10**12 + 1), INVALID, "AMOUNT_INVALID", "amount_minor"),
        (TILL, buy(amount_minor=2**63 - 1), INVALID, "AMOUNT_INVALID", "amount_minor"),
        (TILL, buy(currency="USD"), INVALID, "CURRENCY_MISMATCH", "currency"),
        (TILL, buy(currency="cny"), INVALID, "CURRENCY_MISMATCH", "currency"),
        (TILL, buy(receipt_number=""), INVALID, "RECEIPT_INVALID", "receipt_number"),
        (TILL, buy(receipt_number="x" * 41), INVALID, "RECEIPT_INVALID", "receipt_number"),
        (TILL, buy(receipt_number=" R"), INVALID, "RECEIPT_INVALID", "receipt_number"),
        (TILL, buy(receipt_number="R\u3000"), INVALID, "RECEIPT_INVALID", "receipt_number"),
        (TILL, buy(receipt_number="票" * 14), INVALID, "RECEIPT_INVALID", "receipt_number"),
        (TILL, same(amount_minor=10001), EXISTS, "RECEIPT_REUSED", "receipt_number"),
        (TILL, same(member_number=2), EXISTS, "RECEIPT_REUSED", "receipt_number"),
        (TILL, same(occurred_at="2024-05-01T08:00:01Z"), EXISTS, "RECEIPT_REUSED",
         "receipt_number"),
        (TILL, same(occurred_at=None), EXISTS, "RECEIPT_REUSED", "receipt_number"),
        (TILL, same(member_number=None, phone=one.phone(1)), EXISTS, "RECEIPT_REUSED",
         "receipt_number"),
        # ---- texts ----
        (TILL, buy(receipt_number=BIDI), INVALID, "TEXT_INVALID", "receipt_number"),
        (TILL, buy(receipt_number=NUL), INVALID, "TEXT_INVALID", "receipt_number"),
        (TILL, buy(receipt_number=BELL), INVALID, "TEXT_INVALID", "receipt_number"),
        (TILL, buy(receipt_number=LONG), INVALID, "TEXT_INVALID", "receipt_number"),
        (REGISTER, person(name=BIDI), INVALID, "TEXT_INVALID", "name"),
        (REGISTER, person(name="\ufeffname"), INVALID, "TEXT_INVALID", "name"),
        (REGISTER, person(name="x" * 121), INVALID, "TEXT_INVALID", "name"),
        (REGISTER, person(name="名" * 41), INVALID, "TEXT_INVALID", "name"),
        (REGISTER, person(gender="x" * 17), INVALID, "TEXT_INVALID", "gender"),
        (REGISTER, person(consent_policy_version=""), INVALID, "CONSENT_MISSING",
         "consent_policy_version"),
        (REGISTER, person(consent_policy_version="x" * 41), INVALID, "TEXT_INVALID",
         "consent_policy_version"),
        (REGISTER, person(attributes=[{"name": "a" * 41}]), INVALID, "TEXT_INVALID", None),
        (REGISTER, person(attributes=[{"name": "a", "value": "b" * 121}]), INVALID,
         "TEXT_INVALID", None),
        (REGISTER, person(attributes=[{"name": "a%d" % i} for i in range(17)]), INVALID, None,
         "attributes"),
        (REGISTER, person(attributes=[{"name": "ok"}, {"name": BIDI}]), INVALID, "TEXT_INVALID",
         "attributes[1].name"),
        (CODE, code(campaign="x" * 41), INVALID, "TEXT_INVALID", "code.campaign"),
        (CODE, code(request_id=""), INVALID, "FIELD_REQUIRED", "request_id"),
        (CODE, code(request_id="x" * 65), INVALID, "TEXT_INVALID", "request_id"),
        ("ShopService/CreateShop", {"shop": {"shop_id": "a b"}}, INVALID, "TEXT_INVALID",
         "shop.shop_id"),
        ("ShopService/CreateShop", {"shop": {"shop_id": "x" * 33}}, INVALID, "TEXT_INVALID",
         "shop.shop_id"),
        ("ShopService/CreateShop", {"shop": {"shop_id": "S9", "name": "x" * 121}}, INVALID,
         "TEXT_INVALID", "shop.name"),
        ("ShopService/CreateShop", {"shop": {}}, INVALID, "FIELD_REQUIRED", "shop.shop_id"),
        ("ShopService/CreateShop", {}, INVALID, "FIELD_REQUIRED", "shop"),
        (TOKEN, token(label="x" * 41), INVALID, "TEXT_INVALID", "token.label"),
        # ---- phones ----
        (REGISTER, person(phone=""), INVALID, "FIELD_REQUIRED", "phone"),
        *[(REGISTER, person(phone=phone), INVALID, "PHONE_INVALID", "phone")
          for phone in ("12", "phone", "+", "+0138", "+8613800001001x", "1" * 16, "+-1",
                        "+86 138 0000 1001 ext 5", "１３８００００１００１a")],
        (TILL, buy(member_number=None, phone="nonsense"), INVALID, "PHONE_INVALID", "phone"),
        ("MemberService/GetMember", {"phone": "1"}, INVALID, "PHONE_INVALID", "phone"),
        ("MemberService/UpdateMember", {"member": {"member_number": 1, "phone": "1"},
                                        "update_fields": ["phone"]}, INVALID, "PHONE_INVALID",
         "member.phone"),
        ("MemberService/UpdateMember", {"member": {"member_number": 1, "phone": one.phone(2)},
                                        "update_fields": ["phone"]}, EXISTS, "PHONE_TAKEN",
         "member.phone"),
        ("MemberService/UpdateMember", {"member": {"member_number": 1, "name": "X"},
                                        "update_fields": ["name", "serving_guide"]}, INVALID,
         "VALUE_INVALID", "update_fields"),
        ("MemberService/UpdateMember", {"member": {"member_number": 1}}, INVALID,
         "FIELD_REQUIRED", "update_fields"),
        ("GuideService/CreateGuide", guide(phone="1"), INVALID, "PHONE_INVALID", "guide.phone"),
        ("GuideService/CreateGuide", guide(phone=one.phone(91)), EXISTS, "PHONE_TAKEN",
         "guide.phone"),
        # ---- times and dates ----
        (TILL, buy(occurred_at=ahead(700)), INVALID, "TIME_IN_FUTURE", "occurred_at"),
        (TILL, buy(occurred_at={"seconds": -1}), INVALID, "TIME_INVALID", "occurred_at"),
        (TILL, buy(occurred_at={"seconds": 1, "nanos": -1}), INVALID, "TIME_INVALID",
         "occurred_at"),
        (TILL, buy(occurred_at={"seconds": 1, "nanos": 10**9}), INVALID, "TIME_INVALID",
         "occurred_at"),
        (TILL, buy(occurred_at={"seconds": 2**63 - 1}), INVALID, "TIME_INVALID", "occurred_at"),
        (TILL, buy(occurred_at={"seconds": -2**63}), INVALID, "TIME_INVALID", "occurred_at"),
        (REGISTER, person(occurred_at=ahead(700)), INVALID, "TIME_IN_FUTURE", "occurred_at"),
        *[(REGISTER, person(birthday=day), INVALID, "DATE_INVALID", "birthday")
          for day in ("1990-13-01", "1990-02-30", "1990-2-3", "--02-30", "yesterday", "1990-05-01x",
                      "19900501")],
        (CODE, code(starts_at="2030-01-02T00:00:00Z", ends_at="2030-01-01T00:00:00Z"), INVALID,
         "TIME_INVALID", "code.ends_at"),
        (TOKEN, token(expires_at="2020-01-01T00:00:00Z"), INVALID, "TIME_INVALID",
         "token.expires_at"),
        ("CodeService/ReassignCode", {"code": first, "from_date": "2020-01-01", "owner": {
            "kind": "PARTY_KIND_GUIDE", "number": 2}}, INVALID, "DATE_RETROACTIVE", "from_date"),
        ("CodeService/ReassignCode", {"code": first, "from_date": "soon", "owner": {
            "kind": "PARTY_KIND_GUIDE", "number": 2}}, INVALID, "DATE_INVALID", "from_date"),
        ("CodeService/ReassignCode", {"code": first, "from_date": "2999-01-01", "owner": {
            "kind": "PARTY_KIND_GUIDE", "number": 99}}, UNKNOWN, "GUIDE_UNKNOWN", "owner.number"),
        ("CodeService/ReassignCode", {"code": world.revoked, "from_date": "2999-01-01", "owner": {
            "kind": "PARTY_KIND_GUIDE", "number": 2}}, STATE, "CODE_REVOKED", "code"),
        ("ProgramService/GetProgram", {"on_date": "2020-02-30"}, INVALID, "DATE_INVALID",
         "on_date"),
        ("GuideService/CreateGuide", guide(employments=[{"shop_id": "S1", "from_date": "x"}]),
         INVALID, "DATE_INVALID", None),
        ("GuideService/CreateGuide", guide(employments=[{
            "shop_id": "S1", "from_date": "2020-02-01", "until_date": "2020-01-01"}]), INVALID,
         None, None),
        ("GuideService/CreateGuide", guide(employments=[]), INVALID, None, "guide.employments"),
        ("GuideService/CreateGuide", guide(employments=[{"shop_id": "S9",
                                                         "from_date": "2020-01-01"}]), UNKNOWN,
         "SHOP_UNKNOWN", None),
        # ---- values out of range ----
        (CODE, code(owner={"kind": 9, "number": 1}), INVALID, "VALUE_INVALID", "code.owner.kind"),
        (CODE, code(owner={"kind": "PARTY_KIND_GUIDE"}), INVALID, "VALUE_INVALID", "code.owner"),
        (CODE, code(owner={"number": 1}), INVALID, "VALUE_INVALID", "code.owner"),
        (CODE, code(owner=None), INVALID, "FIELD_REQUIRED", "code.owner"),
        (CODE, code(owner={"kind": "PARTY_KIND_MEMBER", "number": 99}), UNKNOWN, "MEMBER_UNKNOWN",
         "code.owner.number"),
        (CODE, code(channel=99), INVALID, "VALUE_INVALID", "code.channel"),
        (CODE, code(channel=-1), INVALID, "VALUE_INVALID", "code.channel"),
        (TOKEN, token(role=99), INVALID, "VALUE_INVALID", "token.role"),
        (TOKEN, token(role="ROLE_UNSPECIFIED"), INVALID, "VALUE_INVALID", "token.role"),
        (TOKEN, token(role="ROLE_POS"), INVALID, "FIELD_REQUIRED", "token.principal"),
        (TOKEN, token(role="ROLE_POS", shop_id="S9"), UNKNOWN, "SHOP_UNKNOWN", "shop_id"),
        (TOKEN, token(role="ROLE_MEMBER", principal={"kind": "PARTY_KIND_GUIDE", "number": 1}),
         INVALID, "VALUE_INVALID", "token.principal"),
        (TOKEN, {"request_id": "fresh"}, INVALID, "FIELD_REQUIRED", "token"),
        ("MerchantService/UpdateMerchant", {"merchant": {"currency": "USD"}}, STATE,
         "MERCHANT_FIXED", "merchant.currency"),
        ("MerchantService/UpdateMerchant", {"merchant": {"link_host": "a/b"}}, INVALID, None,
         "merchant.link_host"),
        # ---- what is there already ----
        ("ShopService/CreateShop", {"shop": {"shop_id": "S1", "name": "Another"}}, EXISTS,
         "SHOP_EXISTS", "shop.shop_id"),
        ("GuideService/CreateGuide", guide(employee_no="E1"), EXISTS, "GUIDE_EXISTS",
         "guide.employee_no"),
        (CODE, code(request_id="guide1", channel="CHANNEL_BADGE"), EXISTS, "REQUEST_ID_REUSED",
         "request_id"),
        (PUBLISH, program(request_id="program"), EXISTS, "REQUEST_ID_REUSED", "request_id"),
        # ---- programs ----
        (PUBLISH, program(rules=[]), INVALID, "PROGRAM_INVALID", None),
        (PUBLISH, program(rules=[dict(PROGRAM["rules"][0], rule_id="r%d" % i)
                                 for i in range(33)]), INVALID, "PROGRAM_INVALID", None),
        (PUBLISH, program(rules=[PROGRAM["rules"][0]] * 2), INVALID, "PROGRAM_INVALID", None),
        (PUBLISH, program(rules=[dict({k: v for k, v in PROGRAM["rules"][0].items()
                                       if k not in ("rate_bp", "fixed_amount")}, brackets=[
            {"from": i, "to": i + 1 if i < 128 else 0, "fixed_amount": 1} for i in range(129)])]),
         INVALID, "PROGRAM_INVALID", "program.rules[0].brackets"),
        (PUBLISH, program(rule={"rule_id": "Upper"}), INVALID, "PROGRAM_INVALID", None),
        (PUBLISH, program(rule={"rate_bp": 0}), INVALID, "PROGRAM_INVALID", None),
        (PUBLISH, program(rule={"rate_bp": 10001}), INVALID, "PROGRAM_INVALID", None),
        (PUBLISH, program(rule={"rate_bp": -5}), INVALID, "PROGRAM_INVALID", None),
        (PUBLISH, program(rule={"fixed_amount": 10**9 + 1}), INVALID, "PROGRAM_INVALID", None),
        (PUBLISH, program(rule={"unit": "UNIT_UNSPECIFIED"}), INVALID, "PROGRAM_INVALID", None),
        (PUBLISH, program(rule={"trigger": "TRIGGER_REGISTRATION", "fixed_amount": 5,
                                "beneficiary": "BENEFICIARY_REFERRER"}), INVALID,
         "PROGRAM_INVALID", None),
        (PUBLISH, program(rule={"trigger": "TRIGGER_REGISTRATION"}), INVALID, "PROGRAM_INVALID",
         None),
        (PUBLISH, program(from_date=""), INVALID, "FIELD_REQUIRED", "program.from_date"),
        (PUBLISH, program(from_date="2024-05-01"), STATE, "PROGRAM_RETROACTIVE",
         "program.from_date"),
        # ---- refunds and debts ----
        (REFUND, give_back(refund_number=""), INVALID, "RECEIPT_INVALID", "refund_number"),
        (REFUND, give_back(refund_number="x" * 41), INVALID, "RECEIPT_INVALID", "refund_number"),
        (REFUND, give_back(receipt_number=" R1"), INVALID, "RECEIPT_INVALID", "receipt_number"),
        (REFUND, give_back(refund_number=BIDI), INVALID, "TEXT_INVALID", "refund_number"),
        (REFUND, give_back(amount_minor=0), INVALID, "REFUND_EMPTY", "amount_minor"),
        (REFUND, give_back(amount_minor=-1), INVALID, "AMOUNT_INVALID", "amount_minor"),
        (REFUND, give_back(amount_minor=2**63 - 1), INVALID, "AMOUNT_INVALID", "amount_minor"),
        (REFUND, give_back(amount_minor=10001), STATE, "REFUND_ABOVE_PURCHASE", "amount_minor"),
        (REFUND, give_back(lines=[{"line": 1}]), INVALID, "REFUND_LINES_INVALID", "lines"),
        (REFUND, give_back(amount_minor=0, lines=[{"line": 0}]), INVALID, "REFUND_LINES_INVALID",
         "lines.line"),
        (REFUND, give_back(amount_minor=0, lines=[{"line": 1}]), INVALID, "REFUND_LINES_INVALID",
         "lines[line=1]"),
        (REFUND, give_back(amount_minor=0, lines=[{"line": i} for i in range(1, 102)]), INVALID,
         "REFUND_LINES_INVALID", "lines"),
        (REFUND, give_back(occurred_at=ahead(700)), INVALID, "TIME_IN_FUTURE", "occurred_at"),
        (REFUND, give_back(shop_id="S9"), UNKNOWN, "SHOP_UNKNOWN", "shop_id"),
        (REFUND, give_back(purchase_shop_id="S9"), UNKNOWN, "SHOP_UNKNOWN", "purchase_shop_id"),
        ("RefundService/RecordRefunds", {}, INVALID, "ROWS_INVALID", "refunds"),
        ("RefundService/GetRefund", {"shop_id": "S1", "refund_number": "NONE"}, UNKNOWN,
         "REFUND_UNKNOWN", "refund_number"),
        ("RefundService/ListDebts", {}, INVALID, "FIELD_REQUIRED", "account"),
        (FORGIVE, forgive(account={"kind": "PARTY_KIND_SHOP", "number": 1}), INVALID,
         "VALUE_INVALID", None),
        (FORGIVE, forgive(account={"kind": "PARTY_KIND_MEMBER", "number": 99}), UNKNOWN,
         "ACCOUNT_UNKNOWN", "account"),
        (FORGIVE, forgive(reason=""), INVALID, "FIELD_REQUIRED", "reason"),
        (FORGIVE, forgive(reason="x" * 201), INVALID, "TEXT_INVALID", "reason"),
        (FORGIVE, forgive(request_id=""), INVALID, "FIELD_REQUIRED", "request_id"),
        (FORGIVE, forgive(amount=0), INVALID, "AMOUNT_INVALID", "amount"),
        (FORGIVE, forgive(), UNKNOWN, "DEBT_UNKNOWN", "debt_number"),
        # ---- rows and pages ----
        (QUOTE, {}, INVALID, "FIELD_REQUIRED", "purchase"),
        (QUOTE, {"purchase": buy(amount_minor=-1)}, INVALID, "AMOUNT_INVALID", "amount_minor"),
        (QUOTE, {"purchase": buy(shop_id="S9")}, UNKNOWN, "SHOP_UNKNOWN", "shop_id"),
        (QUOTE, {"purchase": buy(member_number=99)}, UNKNOWN, "MEMBER_UNKNOWN", "member_number"),
        (QUOTE, {"purchase": buy(), "as_of": "soon"}, INVALID, "DATE_INVALID", "as_of"),
        (QUOTE, {"purchase": buy(occurred_at="2024-05-01T08:00:00Z"), "as_of": "2024-05-01"},
         INVALID, "VALUE_INVALID", "as_of"),
        (QUOTE, {"purchase": buy(), "draft": program(rule={"rate_bp": 10001})["program"]}, INVALID,
         "PROGRAM_INVALID", "program.rules[0].rate_bp"),
        (TRIAL, {}, INVALID, "FIELD_REQUIRED", "from_date"),
        (TRIAL, {"from_date": "2024-01-01", "to_date": "2024-13-01"}, INVALID, "DATE_INVALID",
         "to_date"),
        (TRIAL, {"from_date": "2024-01-02", "to_date": "2024-01-01"}, INVALID, "VALUE_INVALID",
         "to_date"),
        (TRIAL, {"from_date": "2024-01-01", "to_date": "2024-01-02"}, INVALID, "FIELD_REQUIRED",
         "draft"),
        (TRIAL, {"from_date": "2024-01-01", "to_date": "2024-01-02",
                 "draft": program(rule={"rate_bp": 10001})["program"]}, INVALID,
         "PROGRAM_INVALID", "program.rules[0].rate_bp"),
        (WHY + "Purchase", {"shop_id": "S1"}, INVALID, "FIELD_REQUIRED", "receipt_number"),
        (WHY + "Purchase", {"shop_id": "S1", "receipt_number": LONG}, INVALID, "TEXT_INVALID", None),
        (WHY + "Purchase", {"shop_id": "S1", "receipt_number": "none"}, UNKNOWN,
         "PURCHASE_UNKNOWN", "receipt_number"),
        (WHY + "Credit", {}, UNKNOWN, "CREDIT_UNKNOWN", "credit_number"),
        (WHY + "Credit", {"credit_number": 2 ** 63}, UNKNOWN, "CREDIT_UNKNOWN", "credit_number"),
        (WHY + "Credit", {"credit_number": 1, "page_token": "made-up"}, INVALID, "PAGE_INVALID",
         "page_token"),
        (WHY + "Attribution", {}, INVALID, "FIELD_REQUIRED", "member_number"),
        (WHY + "Attribution", {"member_number": 99}, UNKNOWN, "MEMBER_UNKNOWN", "member_number"),
        (TILLS, {}, INVALID, "ROWS_INVALID", "purchases"),
        (TILLS, {"purchases": [buy()] * 501}, INVALID, "ROWS_INVALID", "purchases[500]"),
        (REGISTERS, {}, INVALID, "ROWS_INVALID", "registrations"),
        (REGISTERS, {"registrations": [person()] * 501}, INVALID, "ROWS_INVALID",
         "registrations[500]"),
        (TILLS, {"purchases": [buy(), buy(receipt_number=BIDI)]}, INVALID, "TEXT_INVALID",
         "purchases[1].receipt_number"),
        *[(method, dict(request, page_size=-1), INVALID, "PAGE_INVALID", "page_size")
          for method, request in LISTS],
        *[(method, dict(request, page_token=text), INVALID, "PAGE_INVALID", "page_token")
          for method, request in LISTS for text in ("x", "00" * 24, "zz" * 24, "0" * 4096)],
    ]
    yield from bad_pay_rows.ROWS
    yield from bad_privacy_rows.ROWS
    yield from bad_people_rows.rows(world)
    yield from bad_program_rows.ROWS
    yield from bad_sign_in_rows.rows(world)
    yield from bad_hook_rows.rows(world)
