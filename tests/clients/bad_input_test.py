"""Bad input: what is wrong with it is said by code, reason and field, in two languages, and nothing
changes. A table for requests that are messages (bad_input_rows.py), and tests for what is none."""

import gzip
import os
import random
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import grpc  # noqa: E402
from bad_input_rows import (  # noqa: E402
    BIDI, EXISTS, INVALID, REGISTER, STATE, TILL, TILLS, UNKNOWN, ahead, buy, person, same, table)
from reflect import Refused, fill  # noqa: E402
from service import Service  # noqa: E402
from world import API, World  # noqa: E402

# Nobody's; the keys of the second and the third would lie among the store engine's own.
NO_MERCHANTS = (99, 0xff000000, 2**32 - 1)


def setUpModule():
    global SERVICE, WORLD
    SERVICE = Service()
    SERVICE.start()
    WORLD = World(SERVICE, with_tokens=False)
    WORLD.revoked = WORLD.one.code("PARTY_KIND_GUIDE", WORLD.one.guides[0], "revoked")
    WORLD.one.call("CodeService/RevokeCode", {"code": WORLD.revoked})


def tearDownModule():
    code = SERVICE.stop()
    SERVICE.__exit__()
    assert code == 0, "beckond ended with %s" % code


class BadInput(unittest.TestCase):
    """Every test: refused as said, with a sentence in both languages, and nothing changed."""

    def setUp(self):
        self.before = WORLD.everything()

    def tearDown(self):
        self.assertEqual(WORLD.everything(), self.before)

    def assert_refused(self, refused, code_name, reason, field):
        self.assertEqual(refused.code.name, code_name, refused)
        if reason is not None:
            self.assertEqual(refused.reason, reason, refused)
        if field is not None:
            self.assertEqual(refused.field, field, refused)
        self.assertEqual(refused.domain, "beckon")
        self.assertRegex(refused.message, r"^[^{}]{12,}[.?]$")
        self.assertTrue(refused.message[0].isupper() or
                        refused.message.startswith(refused.field + " ") and refused.field,
                        refused.message)
        self.assertRegex(refused.message_zh, r"[\u4e00-\u9fff][^{}]*。$")
        self.assertEqual(refused.status_message, refused.message)

    def refuse(self, client, method, request, code_name, reason, field=None):
        with self.assertRaises(Refused) as caught:
            reply = client.call(API + method, request)
            self.fail("answered: %s" % (reply if isinstance(reply, dict) else list(reply)))
        self.assert_refused(caught.exception, code_name, reason, field)

    def refuse_bytes(self, method, data, code_name, reason, field=None):
        with self.assertRaises(Refused) as caught:
            self.fail("answered: %s" % WORLD.root.call_bytes(API + method, data))
        self.assert_refused(caught.exception, code_name, reason, field)

    def bytes_of(self, method, request):
        return fill(WORLD.root._method(API + method)[0](), request).SerializeToString()

    # ---- messages ----

    def test_every_row_of_the_table(self):
        before = self.before[0]
        count = 0
        for method, request, code_name, reason, field in table(WORLD):
            shown = str(request)
            with self.subTest(method=method, request=shown[:200], reason=reason):
                self.refuse(WORLD.one.admin, method, request, code_name, reason, field)
                if count % 10 == 0:
                    self.assertEqual(WORLD.one.everything(), before)
            count += 1
        self.assertGreater(count, 150)

    def test_operators_are_told_too(self):
        new = "MerchantService/CreateMerchant"
        for method, request, code_name, reason, field in (
                (new, {"merchant": {"name": "X", "currency": "cny"}, "request_id": "x"},
                 INVALID, None, "merchant.currency"),
                (new, {"merchant": {"name": "X", "time_zone": "Mars/Phobos"}, "request_id": "x"},
                 INVALID, None, "merchant.time_zone"),
                (new, {"merchant": {"name": "X", "time_zone": "../../etc/passwd"},
                       "request_id": "x"},
                 INVALID, None, "merchant.time_zone"),
                (new, {"merchant": {"name": "X", "day_cutoff_minutes": 721}, "request_id": "x"},
                 INVALID, None, "merchant.day_cutoff_minutes"),
                (new, {"merchant": {"name": "Other"}, "request_id": "two"}, EXISTS,
                 "REQUEST_ID_REUSED", "request_id"),
                *[(method, {"merchant_number": number}, UNKNOWN, "MERCHANT_UNKNOWN", None)
                  for method in ("MerchantService/GetMerchant", "StoreService/VerifyStore")
                  for number in NO_MERCHANTS],
                ("MerchantService/GetMerchant", {}, INVALID, "FIELD_REQUIRED", "merchant_number"),
                ("StoreService/RotateKeys", {}, INVALID, "FIELD_REQUIRED", "generation"),
                ("StoreService/RotateKeys", {"generation": 9}, STATE, "KEY_GENERATION_DIFFERS",
                 "generation"),
                ("StoreService/BackupStore", {}, INVALID, None, "path"),
                ("StoreService/BackupStore", {"path": "relative"}, INVALID, "PATH_INVALID", "path"),
                ("StoreService/BackupStore", {"path": "/a/../b"}, INVALID, "PATH_INVALID", "path"),
                ("StoreService/BackupStore", {"path": "/" + "x" * 2000}, INVALID, "PATH_INVALID",
                 "path"),
                ("StoreService/BackupStore", {"path": SERVICE.data}, STATE, "BACKUP_FAILED",
                 "path"),
                ("StoreService/BackupStore", {"path": "/proc/none/backup"}, STATE,
                 "BACKUP_FAILED", "path")):
            with self.subTest(method=method, request=request):
                self.refuse(WORLD.operator, method, request, code_name, reason, field)

    def test_an_unknown_merchant_has_no_registrations(self):
        for number in NO_MERCHANTS:
            for method, request in (
                    (REGISTER, {"consent_policy_version": "1"}),
                    ("SignInService/SendPhoneCode", {}),
                    ("SignInService/ProvePhone", {"code": "123456"})):
                with self.subTest(method=method, number=number):
                    self.refuse(WORLD.root.with_token(None), method,
                                {"phone": "13511112222", "merchant_number": number, **request},
                                UNKNOWN, "MERCHANT_UNKNOWN")

    def test_page_tokens_fit_their_own_list_and_filter_only(self):
        call = WORLD.one.call
        shops = call("ShopService/ListShops", {"page_size": 1})["next_page_token"]
        mine = call("PurchaseService/ListPurchases",
                    {"member_number": 1, "page_size": 1})["next_page_token"]
        tampered = shops[:-1] + ("0" if shops[-1] != "0" else "1")
        for method, request, text in (
                ("ShopService/ListShops", {}, tampered),
                ("ShopService/ListShops", {}, shops.upper() + "0"),
                ("ShopService/ListShops", {}, shops[:-2]),
                ("GuideService/ListGuides", {}, shops),
                ("MemberService/ListMembers", {}, shops),
                ("PurchaseService/ListPurchases", {"member_number": 2}, mine)):
            with self.subTest(method=method, text=text):
                self.refuse(WORLD.one.admin, method, dict(request, page_token=text), INVALID,
                            "PAGE_INVALID", "page_token")
        self.assertEqual(len(call("ShopService/ListShops", {"page_token": shops})["shops"]), 1)

    def test_texts_that_are_not_utf_8_are_refused_by_field(self):
        for bad in (b"\xff\xfe\xfd\xfc", b"\xc0\x80\xc0\x80", b"\xed\xa0\x80a", b"abc\xe4",
                    b"\xf4\x90\x80\x80"):
            with self.subTest(bad=bad):
                data = self.bytes_of(TILL, buy(receipt_number="XXXX")).replace(b"XXXX", bad)
                self.refuse_bytes(TILL, data, INVALID, "TEXT_INVALID", "receipt_number")
                data = self.bytes_of(REGISTER, person(name="XXXX")).replace(b"XXXX", bad)
                self.refuse_bytes(REGISTER, data, INVALID, "TEXT_INVALID", "name")

    # ---- what is no message ----

    def test_a_message_cut_anywhere_never_passes_as_whole(self):
        whole = self.bytes_of(TILL, same())
        refused = 0
        for size in range(len(whole)):
            try:
                WORLD.root.call_bytes(API + TILL, whole[:size])
                self.fail("%d bytes were answered" % size)
            except Refused as error:
                refused += error.reason == "MESSAGE_INVALID"
                self.assertIn(error.code.name, (INVALID, EXISTS), size)
        self.assertGreater(refused, len(whole) / 2)

    def test_random_bytes_are_refused_by_every_method(self):
        seed = int(os.environ.get("BECKON_TEST_SEED", random.randrange(2**32)))
        print("seed %d" % seed, file=sys.stderr)
        numbers = random.Random(seed)
        methods = [name for name, streams in WORLD.root.methods().items()
                   if not any(streams) and name.startswith(API)]
        for name in methods:
            for size in (1, 7, 40, 300):
                data = b"\x07" + numbers.randbytes(size)  # field 0: never a message
                with self.assertRaises(Refused) as caught:
                    WORLD.root.call_bytes(name, data)
                self.assert_refused(caught.exception, INVALID, "MESSAGE_INVALID", None)
                try:  # and without that help: any answer, but an answer
                    WORLD.root.with_token("wrong").call_bytes(name, data[1:])
                except Refused as error:
                    self.assertIn(error.reason, ("MESSAGE_INVALID", "TOKEN_INVALID"), name)

    def test_a_call_without_a_message_is_refused(self):
        call = WORLD.root.channel.stream_unary("/" + API + TILL)
        with self.assertRaises(grpc.RpcError) as caught:
            call(iter(()), metadata=WORLD.root.metadata(), timeout=10)
        self.assert_refused(WORLD.root.refused(caught.exception), INVALID, "MESSAGE_MISSING", None)

    def test_an_empty_message_is_one_without_fields(self):
        self.refuse_bytes(TILL, b"", INVALID, "RECEIPT_INVALID", "receipt_number")

    def test_messages_beyond_the_limit_are_refused_and_the_connection_lives(self):
        for size in (140 * 1024, 3 * 1024 * 1024):
            with self.assertRaises(Refused) as caught:
                WORLD.root.call_bytes(API + TILL, b"\x12" + b"\xff\xff\xff\x7f" + b"x" * size)
            self.assertEqual(caught.exception.code.name, "RESOURCE_EXHAUSTED")
            WORLD.one.call("ShopService/ListShops")
        with self.assertRaises(Refused) as caught:
            WORLD.root.call_bytes(API + TILL, b"x" * (129 * 1024))
        self.assert_refused(caught.exception, "RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE", None)

    def test_messages_nested_or_filled_without_end_are_refused(self):
        nested = b""
        for _ in range(1000):
            nested = b"\x0a" + (bytes([len(nested)]) if len(nested) < 128 else
                                bytes([len(nested) & 0x7F | 0x80, len(nested) >> 7])) + nested
            if len(nested) > 16000:
                break
        self.refuse_bytes("GuideService/CreateGuide", nested, INVALID, None)
        self.refuse_bytes(TILL, b"\x08\x01" * 60000, INVALID, "MESSAGE_INVALID")

    def test_a_compressed_message_is_refused_or_read_never_misread(self):
        call = WORLD.root.channel.unary_unary("/" + API + TILL)
        data = self.bytes_of(TILL, buy(amount_minor=-1))
        with self.assertRaises(grpc.RpcError) as caught:
            call(data, metadata=WORLD.root.metadata(), timeout=10,
                 compression=grpc.Compression.Gzip)
        refused = WORLD.root.refused(caught.exception)
        self.assertIn(refused.reason, ("MESSAGE_COMPRESSED", "AMOUNT_INVALID"))
        self.refuse_bytes(TILL, gzip.compress(data), INVALID, "MESSAGE_INVALID")

    def test_unknown_methods_and_services_are_unimplemented_at_once(self):
        began = time.monotonic()
        for name in ("PurchaseService/Nothing", "NoService/Nothing", "PurchaseService/"):
            with self.assertRaises(Refused) as caught:
                WORLD.root.call_bytes(API + name, b"", timeout=10)
            self.assertEqual(caught.exception.code.name, "UNIMPLEMENTED", name)
            self.assertEqual(caught.exception.reason, "METHOD_UNKNOWN", name)
        self.assertLess(time.monotonic() - began, 2)

    def test_a_deadline_that_passed_is_said(self):
        with self.assertRaises(Refused) as caught:
            WORLD.root.call_bytes(API + TILL, self.bytes_of(TILL, buy(amount_minor=-1)),
                                  timeout=0)
        self.assertEqual(caught.exception.code.name, "DEADLINE_EXCEEDED")

    def test_the_rows_of_an_import_are_refused_one_by_one(self):
        rows = [buy(amount_minor=-1), buy(shop_id="S9"), same(), same(amount_minor=5),
                buy(member_number=999), buy(occurred_at=ahead(700))]
        results = WORLD.one.call(TILLS, {"purchases": rows})["results"]
        self.assertEqual([r["reason"] for r in results],
                         ["AMOUNT_INVALID", "SHOP_UNKNOWN", "", "RECEIPT_REUSED", "MEMBER_UNKNOWN",
                          "TIME_IN_FUTURE"])
        for result in results:
            self.assertEqual(bool(result["message"]), bool(result["reason"]))
            self.assertNotIn("{", result["message"])


if __name__ == "__main__":
    unittest.main()
