"""What those who may call are shown: another merchant's token nothing of the first one, everybody
only what is theirs, phones masked, credits of nobody else."""

import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import world  # noqa: E402
from business_day import business_date  # noqa: E402
from service import Service  # noqa: E402
from world import (  # noqa: E402
    ADMIN, API, AUDITOR, GUIDE, MANAGER, MEMBER, NOT_YOURS, PAYROLL, POS, REGISTRANT,
    ROLE_NOT_ALLOWED, World, not_found, party)


def setUpModule():
    global SERVICE, WORLD
    SERVICE = Service()
    SERVICE.start()
    WORLD = World(SERVICE)
    WORLD.entry = WORLD.one.last_entries()


def tearDownModule():
    code = SERVICE.stop()
    SERVICE.__exit__()
    assert code == 0, "beckond ended with %s" % code


def outcome(token, method, request):
    return world.outcome(WORLD.root.with_token(token), method, request)


def own_token(role):
    return None if role == REGISTRANT else WORLD.one.tokens["own"][role]


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
                self.assertRegex(member["phone"], r"^\+86\d{3}\*{4}\d{4}$", role)
            reply = self.ask(role, "MemberService/UpdateMember", {
                "member": {"member_number": WORLD.one.members[0], "name": "Member 1"},
                "update_fields": ["name"]})
            self.assertEqual(reply["member"]["phone"], WORLD.one.masked(1), role)

    def test_an_auditor_sees_no_phone_and_no_name(self):
        members = self.ask(AUDITOR, "MemberService/ListMembers")["members"]
        self.assertEqual({(m["phone"], m["name"], m["birthday"]) for m in members}, {("", "", "")})

    def test_birthdays_ahead_are_told_without_the_year_and_not_to_auditors(self):
        day = business_date().strftime("%m-%d")
        self.ask(ADMIN, "MemberService/UpdateMember", {
            "member": {"member_number": WORLD.one.members[0], "birthday": "1990-" + day},
            "update_fields": ["birthday"]})
        request = {"birthday_within_days": 1}
        for role in (GUIDE, MANAGER):
            members = self.ask(role, "MemberService/ListMembers", request)["members"]
            self.assertEqual([(m["member_number"], m["birthday"], m["phone"]) for m in members],
                             [(WORLD.one.members[0], "--" + day, WORLD.one.masked(1))], role)
        self.assertEqual(outcome(own_token(AUDITOR), "MemberService/ListMembers", request),
                         ROLE_NOT_ALLOWED)

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

    def test_a_guide_changes_no_phone_not_even_of_his_own_member(self):
        before = WORLD.one.everything()["members"]
        for phone in ("13511112222", WORLD.one.phone(2)):
            self.assertEqual(
                outcome(WORLD.one.tokens["own"][GUIDE], "MemberService/UpdateMember",
                        {"member": {"member_number": WORLD.one.members[0], "phone": phone},
                         "update_fields": ["phone"]}), NOT_YOURS)
        self.assertEqual(WORLD.one.everything()["members"], before)

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

    def test_scoreboards_show_no_more_than_members_and_guides_do(self):
        behind = {"kpi": "SCOREBOARD_KPI_SALES", "span": "SCOREBOARD_SPAN_YEAR",
                  "guide_number": WORLD.one.guides[0]}
        years = ["%d-01-01" % year for year in range(2024, time.gmtime().tm_year)]
        shown = {role: [member for year in years for member in self.ask(
            role, "ScoreboardService/ListScoreboardMembers", dict(behind, date=year))["members"]]
            for role in (GUIDE, MANAGER, AUDITOR)}
        self.assertTrue(shown[GUIDE])
        for role in (GUIDE, MANAGER):
            for member in shown[role]:
                self.assertIn("****", member["phone"])
        self.assertEqual({(m["name"], m["phone"]) for m in shown[AUDITOR]}, {("", "")})
        self.assertEqual(outcome(own_token(PAYROLL), "ScoreboardService/ListScoreboardMembers",
                                 behind), ROLE_NOT_ALLOWED)
        ranking = self.ask(GUIDE, "ScoreboardService/ListRanking",
                           {"kpi": "SCOREBOARD_KPI_SALES"})
        own = WORLD.one.guides[0]
        self.assertEqual({row["guide_number"] for row in ranking["rows"] if row["employee_no"]},
                         {own})
        self.assertEqual((ranking["own"]["guide_number"], ranking["next_page_token"]), (own, ""))

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
        rows = [dict(WORLD.one.receipt_r1(), shop_id="S2", receipt_number="ROW-1"),
                dict(WORLD.one.receipt_r1(), shop_id="S1"),
                dict(WORLD.one.receipt_r1(), shop_id="nowhere", receipt_number="ROW-3")]
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

    def test_who_names_no_shop_registers_at_his_own(self):
        for i, (role, side, shop) in enumerate((
                (GUIDE, "own", "S1"), (GUIDE, "other", "S2"), (POS, "other", "S2"),
                (MANAGER, "own", "S1"), (ADMIN, "own", ""), (REGISTRANT, "own", ""))):
            token = None if role == REGISTRANT else WORLD.one.tokens["own" if role == ADMIN
                                                                     else side][role]
            phone = "1310000%04d" % i
            WORLD.root.with_token(token).call(API + "MemberService/RegisterMember", {
                "phone": phone, "consent_policy_version": "1", "code": WORLD.one.guide_codes[0]})
            member = self.ask(ADMIN, "MemberService/GetMember", {"phone": phone})["member"]
            self.assertEqual(member["registered_shop_id"], shop, role)

    def test_a_recommender_tells_strangers_nothing(self):
        told = {"": [], WORLD.one.guide_codes[0]: []}
        for i, recommender in enumerate((WORLD.one.phone(2), "13999999999", "nonsense",
                                         WORLD.one.member_code, WORLD.one.guide_codes[1], "")):
            for j, code in enumerate(told):
                told[code].append(WORLD.root.with_token(None).call(
                    API + "MemberService/RegisterMember", {
                        "phone": "1360000%04d" % (100 * i + j), "consent_policy_version": "1",
                        "recommender": recommender, "code": code, "merchant_number": 1}))
        for code, replies in told.items():
            self.assertEqual(replies, [replies[0]] * len(replies))
            self.assertEqual(replies[0]["scan_result"],
                             "SCAN_RESULT_BOUND" if code else "SCAN_RESULT_NONE")
        members = {m["phone"]: m["referrer"] for m in self.ask(
            ADMIN, "MemberService/ListMembers", {"page_size": 500})["members"]}
        self.assertEqual(members["+8613600000000"], party("member", WORLD.one.members[1]))
        self.assertIsNone(members["+8613600000100"])

    def test_a_guide_or_member_cannot_tell_another_persons_customer_from_nobody(self):
        for role in (GUIDE, MEMBER):
            token = WORLD.one.tokens["other"][role]
            for method, requests in (
                    ("MemberService/GetMember",
                     ({"phone": WORLD.one.phone(1)}, {"phone": "13999999999"},
                      {"member_number": WORLD.one.members[0]}, {"member_number": 999999},
                      {"code": WORLD.one.member_code}, {"code": WORLD.two.member_code})),
                    ("LedgerService/GetBalance",
                     ({"account": party("member", WORLD.one.members[0])},
                      {"account": party("member", 999999)})),
                    ("LedgerService/GetEntry",
                     ({"entry_number": WORLD.entry["member"]}, {"entry_number": 999999}))):
                answers = {outcome(token, method, request) for request in requests}
                self.assertEqual(len(answers), 1, (role, method, answers))


if __name__ == "__main__":
    unittest.main()
