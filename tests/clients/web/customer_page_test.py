"""The customer's pages: registration, her card, what came from where, her data, going away. Over HTTP,
as a browser without a script."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pages import Pages, MEMBERS  # noqa: E402

SHOWN = re.compile(r"[A-Za-z0-9_-]{43}")  # form tokens


def decode(png):
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        file.write(png)
        file.flush()
        read = {subprocess.run(command + [file.name], capture_output=True, text=True,
                               check=True).stdout.strip()
                for command in (["zbarimg", "--raw", "-q", "--nodbus"],
                                ["ZXingReader", "-format", "QRCode", "-1"])}
    return read


class Customer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = Pages()
        cls.pages.start()

    @classmethod
    def tearDownClass(cls):
        cls.pages.stop()

    def register(self, code, phone, language="zh", **fields):
        visitor = self.pages.visitor(language)
        page = visitor.get("/R/" + code)
        self.assertEqual(page.status, 200, page)
        sent = len(self.pages.messages(phone))
        return visitor, visitor.submit(page, "/R/", phone=phone, consent="yes", **fields), sent

    def prove(self, visitor, page, phone, sent):
        return visitor.submit(page, "/card/prove", code=self.pages.sms_code(phone, sent))

    # ---- registration ----------------------------------------------------------------------------

    def test_a_scanned_code_leads_to_a_card_in_two_forms(self):
        visitor, page, sent = self.register(self.pages.codes["G01"].lower(), "13900000001",
                                            name="王小明", birthday="1990-05-20")
        self.assertEqual(page.path, "/card/prove")
        self.assertIn("139****0001", page.text)
        card = self.prove(visitor, page, "13900000001", sent)
        self.assertEqual((card.status, card.path), (200, "/card"))
        self.assertIn("王小明", card.text)
        self.assertIn("50", card.text)          # the welcome gift's points
        self.assertIn("龙井茶一杯", card.text)
        image = visitor.get("/card/qr.png")
        self.assertEqual(image.media_type, "image/png")
        links = {re.search(r'HTTPS://[^\s"]+', text).group() for text in decode(image.body)}
        self.assertEqual(len(links), 1, links)
        self.assertEqual(links, {card.ids["link"]["value"]})
        own = self.pages.call("MemberService/GetMember", {"phone": "13900000001"})["member"]
        self.assertEqual(own["serving_guide"], self.pages.guides["G01"])
        self.assertEqual(own["consent_policy_version"], "2026-11")
        # The friend registers with what the card shows.
        friend, page, sent = self.register(links.pop().rsplit("/", 1)[1], "13900000002", "en")
        self.prove(friend, page, "13900000002", sent)
        friends = visitor.get("/card/friends")
        self.assertIn("2026", friends.text)
        self.assertIn("还未购物", friends.text)

    def test_who_invites_is_shown_masked_and_what_she_gets(self):
        page = self.pages.visitor("en").get("/R/" + self.pages.codes["G01"])
        self.assertIn("王**", page.text)
        self.assertNotIn("王丽", page.html)
        self.assertIn("西湖店", page.text)
        self.assertIn("50 points", page.text)
        self.assertIn("a cup of tea", page.text)
        self.assertNotIn("recommended", page.text)
        self.assertFalse("checked" in page.ids["consent"])
        shop = self.pages.visitor("en").get("/R/" + self.pages.codes["S01"])
        self.assertIn("Who recommended us to you?", shop.text)

    def test_a_known_phone_looks_like_a_new_one(self):
        seen = []
        for phone in ("13900000011", MEMBERS["lin"][1]):
            visitor, page, _ = self.register(self.pages.codes["G02"], phone)
            seen.append(re.sub(r"1\d\d\*{4}\d{4}", "PHONE", SHOWN.sub("TOKEN", page.html)))
            self.assertEqual(sorted(visitor.cookies), ["__Host-beckon", "__Host-beckon-proving"])
        self.assertEqual(seen[0], seen[1])
        lin = self.pages.call("MemberService/GetMember", {"phone": MEMBERS["lin"][1]})["member"]
        self.assertEqual(lin["serving_guide"], self.pages.guides["G01"])

    def test_a_friends_word_counts_and_a_wrong_one_never_blocks(self):
        for phone, recommender, referrer in (
                ("13900000021", self.pages.codes["lin"], self.pages.members["lin"]),
                ("13900000022", MEMBERS["lin"][1], self.pages.members["lin"]),
                ("13900000023", "13912121212", None), ("13900000024", "nobody <b>", None)):
            _, page, _ = self.register(self.pages.codes["S01"], phone, recommender=recommender)
            self.assertEqual(page.path, "/card/prove", recommender)
            member = self.pages.call("MemberService/GetMember", {"phone": phone})["member"]
            self.assertEqual((member.get("referrer") or {}).get("number"), referrer, recommender)

    def test_without_consent_nothing_happens_and_the_form_stays_filled(self):
        visitor = self.pages.visitor("en")
        page = visitor.get("/R/" + self.pages.codes["G01"])
        form = page.form("/R/")
        answer = visitor.post(form.action, dict(form.fields, phone="13900000031", name="Ann"))
        self.assertEqual(answer.status, 400)
        self.assertIn("Please tick this", answer.text)
        self.assertEqual(answer.form("/R/").fields["phone"], "13900000031")
        self.assertEqual(answer.form("/R/").fields["name"], "Ann")
        self.assertEqual(self.pages.messages("13900000031"), [])

    def test_she_may_register_without_a_code(self):
        visitor = self.pages.visitor()
        page = visitor.submit(visitor.get("/R"), "/R", phone="13900000041", consent="yes")
        self.assertEqual(page.path, "/card/prove")

    def test_whoever_scans_again_is_led_to_her_own_card(self):
        lin = self.pages.member_signed_in("lin")
        self.assertEqual(lin.get("/R/" + self.pages.codes["G02"]).path, "/card")

    # ---- her pages -------------------------------------------------------------------------------

    def test_the_card_says_what_the_service_says(self):
        lin = self.pages.member_signed_in("lin", "en")
        card = lin.get("/card")
        number = self.pages.members["lin"]
        balance = self.pages.call("LedgerService/GetBalance", {
            "account": {"kind": "PARTY_KIND_MEMBER", "number": number}})
        points, cash = balance["account_balances"]["balances"]
        self.assertIn("{:,}".format(points["available"]), card.text)
        self.assertIn("¥{:,.2f} at the till".format(balance["worth_minor"] / 100), card.text)
        self.assertIn("¥{:,.2f}".format(cash["available"] / 100), card.text)
        self.assertIn("Silver", card.text)
        self.assertIn("free alterations", card.text)

    def test_every_credit_opens_into_its_reason(self):
        lin = self.pages.member_signed_in("lin", "en")
        page = lin.get("/card/points")
        self.assertIn("Points on purchases", page.text)
        self.assertIn("from a friend", page.text)
        credits = [link for link in page.links if re.match(r"/card/points/\d+$", link)]
        self.assertGreaterEqual(len(credits), 5)
        for link in credits:
            self.assertEqual(lin.get(link).status, 200)
        bo = self.pages.member_signed_in("bo")
        self.assertIn(bo.get(credits[0]).status, (403, 404))

    def test_her_profile_changes_and_wrong_entries_stay(self):
        mei = self.pages.member_signed_in("mei", "en")
        page = mei.submit(mei.get("/card/data"), "/card/profile", name="Mei <3", birthday="--02-29")
        self.assertIn("Saved", page.text)
        self.assertEqual(page.form("/card/profile").fields["name"], "Mei <3")
        page = mei.submit(page, "/card/profile", name="Mei", birthday="yesterday")
        self.assertEqual(page.status, 400)
        self.assertIn("aria-invalid", page.html)
        self.assertEqual(page.form("/card/profile").fields["birthday"], "yesterday")

    def test_consent_is_taken_back_and_given_again(self):
        mei = self.pages.member_signed_in("mei", "en")
        page = mei.submit(mei.get("/card/data"), "/card/consent", consent="withdraw")
        self.assertIn("took your consent back", page.text)
        page = mei.submit(page, "/card/consent", consent="give")
        self.assertIn("You agreed to version 2026-11", page.text)

    def test_her_data_is_one_file(self):
        lin = self.pages.member_signed_in("lin")
        file = lin.get("/card/data.json")
        self.assertIn("attachment", file.headers["content-disposition"])
        data = json.loads(file.body)
        self.assertEqual(data["member"]["name"], MEMBERS["lin"][0])
        self.assertGreaterEqual(len(data["purchases"]), 4)
        self.assertGreaterEqual(len(data["credits"]), 6)
        self.assertNotIn("王丽", file.body.decode())

    def test_erasure_wants_a_fresh_proof_and_a_tick(self):
        visitor, page, sent = self.register(self.pages.codes["G01"], "13900000051", "en")
        self.prove(visitor, page, "13900000051", sent)
        number = self.pages.call("MemberService/GetMember",
                                 {"phone": "13900000051"})["member"]["member_number"]
        form = visitor.get("/card/erase").form("/card/erase")
        refused = visitor.post(form.action, form.fields)
        self.assertEqual(refused.status, 400)
        self.assertIn("tick", refused.text)
        done = visitor.submit(refused, "/card/erase", sure="yes")
        self.assertEqual(done.status, 200, done)
        self.assertIn("Deleted", done.text)
        self.assertEqual(visitor.get("/card/points").path, "/card")  # signed out
        self.register(self.pages.codes["G01"], "13900000051")
        again = self.pages.call("MemberService/GetMember", {"phone": "13900000051"})["member"]
        self.assertGreater(again["member_number"], number)

    def test_signing_out_ends_the_session_everywhere(self):
        visitor, page, sent = self.register(self.pages.codes["G01"], "13900000061")
        card = self.prove(visitor, page, "13900000061", sent)
        cookies = dict(visitor.cookies)
        visitor.submit(card, "/card/sign-out")
        visitor.cookies = cookies
        self.assertEqual(visitor.get("/card/points").status, 401)


class WithoutSender(unittest.TestCase):
    def test_all_register_and_nobodys_card_is_shown(self):
        with Pages(sms=False) as pages:
            seen = []
            for phone in ("13900000001", MEMBERS["lin"][1]):
                visitor = pages.visitor()
                page = visitor.submit(visitor.get("/R/" + pages.codes["G01"]), phone=phone,
                                      consent="yes")
                self.assertEqual(page.path, "/registered")
                seen.append(page.html)
            self.assertEqual(seen[0], seen[1])
            page = visitor.submit(visitor.get("/card"), "/card/code", phone=MEMBERS["lin"][1])
            self.assertEqual(page.path, "/card")
            self.assertIn("暂未开通短信", page.text)


class Trial(unittest.TestCase):
    """--lan: over plain HTTP from elsewhere (a proxy says so here)."""

    def test_registration_and_card_are_served_and_nothing_else(self):
        with Pages(web_options=["--lan", "--link-base", "HTTP://192.0.2.7:7781"]) as pages:
            visitor = pages.visitor()
            plain = [("X-Forwarded-Proto", "http")]
            send = visitor.send
            visitor.send = lambda method, target, body=None, headers=(): send(
                method, target, body, list(headers) + plain)
            page = visitor.submit(visitor.get("/R/" + pages.codes["G01"]), phone="13900000001",
                                  consent="yes")
            card = visitor.submit(page, "/card/prove", code=pages.sms_code("13900000001"))
            self.assertEqual(card.path, "/card")
            self.assertTrue(card.ids["link"]["value"].startswith("HTTP://192.0.2.7:7781/R/"))
            self.assertIn("beckon_trial_insecure", visitor.cookies)
            self.assertNotIn("__Host-beckon", visitor.cookies)
            for path in ("/guide", "/desk", pages.link(guide="G01")):
                self.assertEqual(visitor.get(path).status, 403, path)


if __name__ == "__main__":
    unittest.main()
