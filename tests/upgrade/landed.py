"""The merchant in store_0_1_0.tar.xz, as version 0.1.0 (commit c5b5ec7) wrote it, and what was noted of
it then. Everybody in it is made up.

    fill(service)     every kind of record that version's API reaches: two merchants, programs with
                      tiers, coupons, budgets and period bonuses, purchases with sellers and lines,
                      refunds, debts, redemptions, adjustments, reviews, handovers, targets, a run that
                      is closed, exported and partly paid, one that waits, disputes, erasures, sign-ins
    noted(service)    what of it may never change, whatever the day it is asked on

No credit in it expires, no tier is reviewed and no binding ends, so that its balances are the same for
ever; tried with the clock 3, 20, 60, 500 and 3,000 days on."""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../clients"))
from business_day import business_date  # noqa: E402
from reflect import Refused  # noqa: E402
from settling import API, LOOK_SECONDS, Office  # noqa: E402
from world import World, party  # noqa: E402

MEMBERS = 24
TODAY = str(business_date())
EVERY_DAY = "2025-%02d-%02dT04:00:00Z"
PROGRAM = {
    "from_date": "2025-01-01", "title": "landed", "inherit_serving_guide": True,
    "redemption": {"points": 10, "minor": 1}, "redeem_cash": True,
    "adjust_limit_points": 1000, "adjust_limit_minor": 5000,
    "fraud": {"registrations_per_ten_minutes": 2, "refund_cycles": 2, "refund_cycle_days": 60},
    "tiers": {"basis": "TIER_BASIS_SPEND", "window_months": 12, "review": "TIER_REVIEW_NEVER",
              "levels": [{"tier_id": "member", "title_zh": "会员", "title_en": "Member"},
                         {"tier_id": "gold", "title_zh": "金卡", "title_en": "Gold",
                          "threshold": 100000, "multiplier_bp": 15000}]},
    "settlement": {"rate_points": 100, "rate_minor": 500, "minimum_payout_minor": 100},
    "rules": [
        {"rule_id": "welcome", "trigger": "TRIGGER_REGISTRATION", "beneficiary": "BENEFICIARY_BUYER",
         "reward": "REWARD_COUPON", "benefit_zh": "新人券", "benefit_en": "Welcome"},
        {"rule_id": "brought", "trigger": "TRIGGER_REGISTRATION",
         "beneficiary": "BENEFICIARY_REFERRER", "unit": "UNIT_POINTS", "fixed_amount": 50,
         "referrer": "REFERRER_CONDITION_GUIDE",
         "budget": 500},
        {"rule_id": "buyer", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER",
         "unit": "UNIT_POINTS", "rate_bp": 100, "tier_multiplier": True},
        {"rule_id": "friend", "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_REFERRER",
         "unit": "UNIT_CASH", "rate_bp": 200, "referrer": "REFERRER_CONDITION_MEMBER",
         "cap_per_beneficiary": 5000, "cap_period": "PERIOD_MONTH", "hold_days": 7},
        {"rule_id": "sold", "trigger": "TRIGGER_PURCHASE",
         "beneficiary": "BENEFICIARY_SELLING_GUIDE", "unit": "UNIT_CASH", "rate_bp": 100,
         "hold_days": 7},
        {"rule_id": "served", "trigger": "TRIGGER_REPURCHASE",
         "beneficiary": "BENEFICIARY_SERVING_GUIDE", "unit": "UNIT_POINTS", "rate_bp": 50},
        {"rule_id": "month", "trigger": "TRIGGER_PERIOD_CLOSE",
         "beneficiary": "BENEFICIARY_SERVING_GUIDE", "unit": "UNIT_CASH", "kpi": "KPI_NEW_MEMBERS",
         "period": "PERIOD_MONTH", "wait_days": 0, "minimum_n": 0,
         "brackets": [{"from": 0, "to": 1, "fixed_amount": 100},
                      {"from": 1, "fixed_amount": 300}]},
    ],
}


# ---- what happened -------------------------------------------------------------------------------

def people(one):
    """MEMBERS more, every other one recommended by a member; the last ones look like fraud."""
    numbers = []
    for i in range(MEMBERS):
        code = one.member_code if i % 2 else one.guide_codes[i // 2 % 2]
        numbers.append(one.call("MemberService/RegisterMember", {
            "phone": "137000%05d" % i, "consent_policy_version": "2", "code": code,
            "name": "顾客 %d" % i, "birthday": "19%02d-%02d-%02d" % (60 + i, 1 + i % 12, 1 + i),
            "gender": "female" if i % 3 else "", "occurred_at": EVERY_DAY % (2, 1 + i // 12)}
        )["member_number"])
    # A guide registers with his own code and buys for himself.
    himself = one.call("MemberService/RegisterMember", {
        "phone": one.phone(91), "consent_policy_version": "2", "code": one.guide_codes[0],
        "occurred_at": EVERY_DAY % (3, 1)})["member_number"]
    one.call("PurchaseService/RecordPurchase", {
        "shop_id": "S1", "receipt_number": "HIMSELF", "member_number": himself,
        "amount_minor": 50000, "occurred_at": EVERY_DAY % (3, 2),
        "sellers": [{"guide_number": one.guides[0]}]})
    return numbers


def owe(one, member):
    """She spends all her points, then gives back what earned them."""
    one.call("RedemptionService/Redeem", {
        "member_number": member, "unit": "UNIT_POINTS", "amount": points(one, member) // 10 * 10,
        "shop_id": "S1", "receipt_number": "ALL", "request_id": "all"})
    for i, bought in enumerate(rows(one.admin, "PurchaseService/ListPurchases", "purchases",
                                    member_number=member)[:2]):
        one.call("RefundService/RecordRefund", {
            "shop_id": "S1", "refund_number": "OWE%d" % i, "purchase_shop_id": bought["shop_id"],
            "receipt_number": bought["receipt_number"], "amount_minor": bought["amount_minor"],
            "occurred_at": EVERY_DAY % (12, 22)})
    debt = one.call("RefundService/ListDebts", {"account": party("member", member)})["debts"][0]
    one.call("RefundService/WriteOffDebt", {
        "account": party("member", member), "debt_number": debt["debt_number"], "amount": 1,
        "reason": "kindness", "request_id": "kind"})


def trade(one, members):
    """A year of purchases, some of them given back, one refund before its purchase."""
    for n in range(72):
        month, day = 1 + n // 6, 1 + n * 5 % 27
        if month < 3:
            month = 3
        one.call("PurchaseService/RecordPurchase", {
            "shop_id": "S%d" % (1 + n % 2), "receipt_number": "Y%03d" % n,
            "member_number": members[n * 7 % len(members)], "amount_minor": 1000 + 997 * n,
            "occurred_at": EVERY_DAY % (month, day),
            "sellers": [{"guide_number": one.guides[n % 2]}],
            "lines": [{"category": "shoes", "amount_minor": 600 + 997 * n},
                      {"category": "care", "amount_minor": 400}] if n % 9 == 0 else []})
    for n in (3, 10, 17, 18, 59):
        one.call("RefundService/RecordRefund", {
            "shop_id": "S%d" % (1 + n % 2), "refund_number": "B%03d" % n,
            "receipt_number": "Y%03d" % n, "amount_minor": 1000 + 997 * n if n % 2 else 500,
            "occurred_at": EVERY_DAY % (12, 20)})
    one.call("RefundService/RecordRefund", {
        "shop_id": "S1", "refund_number": "EARLY", "receipt_number": "LATER", "amount_minor": 100,
        "occurred_at": EVERY_DAY % (12, 21)})


def balances(one, members):
    """Spent, taken back, corrected, held."""
    rich = max(members, key=lambda m: points(one, m))
    for i in range(2):
        done = one.call("RedemptionService/Redeem", {
            "member_number": rich, "unit": "UNIT_POINTS", "amount": 50, "shop_id": "S1",
            "receipt_number": "SPENT%d" % i, "request_id": "spent%d" % i})["redemption"]
    one.call("RedemptionService/CancelRedemption", {
        "redemption_number": done["redemption_number"], "request_id": "back"})
    for i, amount in enumerate((200, 5000, 6000)):  # the first at once, the others wait for another
        made = one.call("CreditService/AdjustBalance", {
            "account": party("member", members[i]), "unit": "UNIT_POINTS", "amount": amount,
            "reason": "goodwill", "request_id": "adjust%d" % i})["adjustment"]
    checker = one.admin.with_token(one.token("admin", label="checker")[0])
    checker.call(API + "CreditService/DecideAdjustment", {
        "adjustment_number": made["adjustment_number"], "approve": True, "reason": "seen"})
    credit = one.call("CreditService/ListCredits", {"account": party("member", rich)})["credits"][0]
    one.call("CreditService/HoldCredit", {"credit_number": credit["credit_number"],
                                          "reason": "asked", "request_id": "hold"})
    reviews = one.call("ReviewService/ListReviews", {})["reviews"]
    for review, decision in zip(reviews, ("RELEASE", "VOID")):  # the others stay open
        one.call("ReviewService/DecideReview", {
            "review_number": review["review_number"], "reason": "known",
            "decision": "REVIEW_DECISION_" + decision})
    return rich


def points(one, member):
    held = one.call("LedgerService/GetBalance", {"account": party("member", member)})
    return sum(b["available"] for b in held["account_balances"]["balances"]
               if b["unit"] == "UNIT_POINTS")


def staff(one, members):
    """Targets, a third guide who takes members over and leaves, codes that change hands."""
    third = one.call("GuideService/CreateGuide", {"guide": {
        "employee_no": "E3", "name": "导购三", "phone": "13600000003",
        "employments": [{"shop_id": "S1", "from_date": "2024-01-01"}]}})["guide"]["guide_number"]
    one.call("ScoreboardService/SetTarget", {
        "guide_number": third, "kpi": "SCOREBOARD_KPI_SALES", "span": "SCOREBOARD_SPAN_MONTH",
        "date": "2025-12-01", "value": 123456})
    one.call("HandoverService/HandOverMembers", {
        "from_guide_number": one.guides[1], "to_guide_number": third, "from_date": TODAY,
        "member_numbers": [m for m in members[2:20:4]][:3], "reason": "closer",
        "request_id": "handover"})
    one.call("GuideService/TransferGuide", {"guide_number": third, "shop_id": "S2",
                                            "from_date": TODAY})
    one.call("GuideService/EndEmployment", {"guide_number": third, "until_date": TODAY})
    spare = one.code("PARTY_KIND_GUIDE", third, "spare")
    one.call("CodeService/ReassignCode", {"code": spare, "owner": party("guide", one.guides[0]),
                                          "from_date": TODAY})
    one.call("CodeService/RevokeCode", {
        "code": one.code("PARTY_KIND_SHOP", 1, "door")})


def carry_held(admin, office, run):
    """Leaves what nobody has decided yet to the next run."""
    for number in (1, 2):
        for credit in rows(admin, "CreditService/ListCredits", "credits",
                           account=party("guide", number)):
            if credit["held"] and credit["state"] != "CREDIT_STATE_DONE":
                office.maker.call(API + "StatementService/CarryHeldCredit", {
                    "run_number": run, "credit_number": credit["credit_number"],
                    "reason": "not decided yet"})


def settle(service, one):
    """A closed year: disputed, exported, paid in part; and a run that waits for its approval."""
    office = Office(service)
    run = office.create("year", type="SETTLEMENT_TYPE_YEAR_END", period_start="2025-01-01",
                        period_end="2026-01-01")
    office.wait(run)
    office.submit(run)
    guide = one.admin.with_token(one.tokens["own"]["guide"])
    dispute = guide.call(API + "StatementService/OpenDispute", {
        "request_id": "why", "run_number": run, "payee": party("guide", one.guides[0]),
        "text": "one sale is missing"})["dispute_number"]
    office.checker.call(API + "StatementService/DecideDispute", {
        "run_number": run, "dispute_number": dispute, "decision": "DISPUTE_DECISION_REJECT",
        "reason": "it is in"})
    carry_held(one.admin, office, run)
    office.approve(run)
    office.close(run)
    office.wait_swept(run)
    for payees in ("PARTY_KIND_GUIDE", "PARTY_KIND_MEMBER"):
        number = office.maker.call(API + "ExportService/CreateSettlementExport", {
            "request_id": payees, "run_number": run, "profile": "EXPORT_PROFILE_GENERIC",
            "format": "EXPORT_FORMAT_CSV", "payees": payees})["export_number"]
        list(office.maker.call(API + "ExportService/ExportSettlement",
                               {"run_number": run, "export_number": number}))
    paid = [line for line in office.lines(run) if line["net_minor"] > 0][:2]
    who = {"PARTY_KIND_GUIDE": "guide_number", "PARTY_KIND_MEMBER": "member_number"}
    office.maker.call(API + "PayoutService/RecordPaymentResults", {
        "run_number": run, "results": [
            {who[line["payee"]["kind"]]: line["payee"]["number"], "pay_entity": line["pay_entity"],
             "amount_minor": line["net_minor"], "reference": "bank-%d" % i,
             "result": "SETTLEMENT_PAYMENT_PAID" if i == 0 else "SETTLEMENT_PAYMENT_FAILED"}
            for i, line in enumerate(paid)]})
    waits = office.create("january", type="SETTLEMENT_TYPE_PERIOD", period_start="2026-01-01",
                          period_end="2026-02-01")
    office.wait(waits)
    office.submit(waits)


def privacy(service, one, members):
    one.call("PrivacyService/SetConsent", {"member_number": members[5],
                                           "withdraw": True})
    one.call("PrivacyService/EraseMember", {"member_number": members[9],
                                            "reason": "ERASURE_REASON_REQUEST"})
    while not one.call("PrivacyService/ListErasures", {})["erasures"][0]["finished"]:
        time.sleep(LOOK_SECONDS)
    link = one.call("SignInService/CreateSignInLink", {
        "guide_number": one.guides[0], "valid_minutes": 60, "request_id": "in"})["secret"]
    service.client().call(API + "SignInService/RedeemSignInLink", {"secret": link})


def fill(service):
    world = World(service)
    one = world.one
    # The bonus of a month ends with 2025, so that later months bring nothing new.
    later = dict(PROGRAM, from_date="2026-01-01", rules=PROGRAM["rules"][:-1])
    for program in (PROGRAM, later):
        one.call("ProgramService/PublishProgram", {"program": program,
                                                   "request_id": program["from_date"]})
    members = people(one)
    trade(one, members)
    rich = balances(one, members)
    owe(one, members[11])
    staff(one, [m for m in members if m != rich])
    one.call("PeriodService/ClosePeriod", {"rule_id": "month", "period": "2025-02"})
    settle(service, one)
    privacy(service, one, [m for m in members if m != rich])


# ---- what may never change -----------------------------------------------------------------------

def rows(client, method, field, **request):
    found, request = [], dict(request, page_size=500)
    while True:
        reply = client.call(API + method, request)
        found += reply[field]
        if not reply["next_page_token"]:
            return found
        request["page_token"] = reply["next_page_token"]


def profile(client, member):
    try:
        return client.call(API + "MemberService/GetMember", {"member_number": member})
    except Refused as refused:  # the one who was erased
        return refused.reason


def noted_merchant(client):
    members = rows(client, "MemberService/ListMembers", "members")
    guides = rows(client, "GuideService/ListGuides", "guides")
    accounts = [party("member", m["member_number"]) for m in members] \
        + [party("guide", g["guide_number"]) for g in guides]
    runs = rows(client, "SettlementService/ListSettlementRuns", "runs")
    for verified in client.call(API + "StoreService/VerifyStore", {}, timeout=300):
        pass
    noted = {
        "verify": {key: verified[key] for key in
                   ("entries", "accounts", "credits", "purchases", "codes", "finding_count")},
        "head": verified["head"],
        "merchant": client.call(API + "MerchantService/GetMerchant", {}),
        "shops": rows(client, "ShopService/ListShops", "shops"),
        "guides": guides, "members": members,
        "profiles": [profile(client, m["member_number"]) for m in members],
        "purchases": [rows(client, "PurchaseService/ListPurchases", "purchases",
                           member_number=m["member_number"]) for m in members],
        "redemptions": [rows(client, "RedemptionService/ListRedemptions", "redemptions",
                             member_number=m["member_number"]) for m in members],
        "credits": [rows(client, "CreditService/ListCredits", "credits", account=a)
                    for a in accounts],
        "debts": [rows(client, "RefundService/ListDebts", "debts", account=a) for a in accounts],
        "balances": [client.call(API + "LedgerService/GetBalance", {"account": a})
                     for a in accounts],
        "entries": rows(client, "LedgerService/ListEntries", "entries"),
        "programs": rows(client, "ProgramService/ListPrograms", "programs"),
        "codes": rows(client, "CodeService/ListCodes", "codes"),
        "adjustments": rows(client, "CreditService/ListAdjustments", "adjustments"),
        "reviews": rows(client, "ReviewService/ListReviews", "reviews"),
        "handovers": rows(client, "HandoverService/ListHandovers", "handovers"),
        "closes": rows(client, "PeriodService/ListPeriodCloses", "period_closes"),
        "erasures": rows(client, "PrivacyService/ListErasures", "erasures"),
        "tokens": rows(client, "TokenService/ListTokens", "tokens"),
        "runs": [],
    }
    for run in runs:
        number = run["run_number"]
        lines = [line for kind in ("PARTY_KIND_GUIDE", "PARTY_KIND_MEMBER") for line in
                 rows(client, "SettlementService/ListSettlementLines", "lines", run_number=number,
                      payees=kind)]
        noted["runs"].append({
            "run": run, "lines": lines,
            "statements": [client.call(API + "StatementService/GetStatement", {
                "run_number": number, "payee": line["payee"], "pay_entity": line["pay_entity"]})
                for line in lines],
            "disputes": rows(client, "StatementService/ListDisputes", "disputes", run_number=number),
            "payments": [rows(client, "PayoutService/ListPayments", "payments", run_number=number,
                              payee=line["payee"], pay_entity=line["pay_entity"])
                         for line in lines if run["state"] == "SETTLEMENT_STATE_CLOSED"],
            "exports": rows(client, "ExportService/ListSettlementExports", "exports",
                            run_number=number)})
    return noted


def noted(service, tokens):
    """Of every merchant whose admin's token is given, as JSON has it."""
    found = [noted_merchant(service.client(token=token)) for token in tokens]
    return json.loads(json.dumps(found, default=bytes.hex))
