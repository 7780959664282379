"""Random requests: well-formed messages of every method with values from the edges, by admin and
operator. Every call gets an answer or a named refusal, and the store proves clean afterwards.
BECKON_TEST_SEED=N repeats a run; BECKON_LONG=1 takes twenty times as many."""

import os
import random
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reflect import Refused  # noqa: E402
from service import Service  # noqa: E402
from world import API, World  # noqa: E402

CALLS = 1500 * (20 if os.environ.get("BECKON_LONG") else 1)
NAMED = {"INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
         "FAILED_PRECONDITION", "RESOURCE_EXHAUSTED"}
TEXTS = ["", "a", "S1", "S2", "R1", "E1", "CNY", "Asia/Shanghai", "2024-05-01", "2999-12-31",
         "0001-01-01", "--02-29", "name", "phone", "x" * 40, "名字", "13800001001", "+8613511112222",
         "x" * 4096, "\u202e", "request", "program", "buyer", "default", " ", "/tmp", "../..", "%s%n"]
NUMBERS = [0, 1, 2, 3, 4, 7, 100, 10000, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1, -1,
           -2**31, -2**63, 10**12, 1714550400, 253402300799]
LIMITS = {1: (-2**63, 2**63 - 1), 2: (-2**63, 2**63 - 1), 3: (-2**63, 2**63 - 1),
          4: (0, 2**64 - 1), 5: (-2**31, 2**31 - 1), 13: (0, 2**32 - 1), 14: (-2**31, 2**31 - 1)}
LEFT_OUT = {"StoreService/BackupStore", "TokenService/RevokeToken"}  # they would end the test
# What fits, by the field's name: three times in four it is taken, so that much succeeds.
FITTING = {
    "shop_id": ["S1", "S2", "S3"], "currency": ["", "CNY"], "time_zone": ["Asia/Shanghai", "UTC"],
    "from_date": ["2020-01-01", "2024-05-01", "2026-02-28", "2999-12-31", "3001-01-01"],
    "until_date": ["", "2025-01-01"], "on_date": ["", "2024-05-01"],
    "birthday": ["", "1990-05-01", "--02-29"], "page_token": [""], "link_host": ["go.example"],
    "update_fields": ["phone", "name", "birthday", "gender", "attributes"],
    "amount_minor": [0, 1, 99, 10000, 10**12], "seconds": [1, 1714550400, 1714636800, 1754000000],
    "nanos": [0, 999999999], "number": [1, 2, 3], "member_number": [1, 2, 3],
    "guide_number": [1, 2], "merchant_number": [0, 1, 2, 0xff000000], "page_size": [0, 1, 500],
    "rate_bp": [1, 100, 10000], "fixed_amount": [1, 10**9], "module_pixels": [0, 1, 40],
    "quiet_modules": [0, 4, 40], "usage_limit": [0, 1, 2], "day_cutoff_minutes": [0, 240],
    "country_code": [86, 852], "entry_number": [1, 2, 9], "version": [0, 1], "token_number": [1],
}


class RandomRequests(unittest.TestCase):
    def setUp(self):
        seed = int(os.environ.get("BECKON_TEST_SEED", random.randrange(2**32)))
        print("BECKON_TEST_SEED=%d" % seed, file=sys.stderr)
        self.numbers = random.Random(seed)

    def fill(self, message):
        # Of a message of many choices most are left out, or none would ever fit together.
        many = len(message.DESCRIPTOR.fields) > 14
        for field in message.DESCRIPTOR.fields:
            if self.numbers.random() < (0.9 if many and field.number > 6 and field.name not in FITTING
                                       else 0.15):
                continue
            if field.label == field.LABEL_REPEATED:
                for _ in range(self.numbers.choice((0, 1, 1, 2, 3, 20))):
                    if field.message_type is not None:
                        self.fill(getattr(message, field.name).add())
                    else:
                        getattr(message, field.name).append(self.value(field))
            elif field.message_type is not None:
                getattr(message, field.name).SetInParent()
                self.fill(getattr(message, field.name))
            else:
                setattr(message, field.name, self.value(field))
        return message

    def value(self, field):
        if self.numbers.random() < 0.75:
            if field.name in FITTING and field.type != field.TYPE_ENUM:
                return self.numbers.choice(FITTING[field.name])
            if field.name in ("receipt_number", "request_id", "employee_no", "rule_id"):
                return "n%d" % self.numbers.randrange(500)
            if field.name == "phone":
                return "1350000%04d" % self.numbers.randrange(100)
        if field.type == field.TYPE_STRING:
            if field.name in ("code", "recommender") and self.numbers.random() < 0.6:
                return self.numbers.choice(self.codes)
            if self.numbers.random() < 0.2:
                return "N%d" % self.numbers.randrange(1000)
            return self.numbers.choice(TEXTS)
        if field.type == field.TYPE_BYTES:
            return self.numbers.choice((b"", b"x", bytes(24), bytes(64)))
        if field.type == field.TYPE_ENUM:
            if self.numbers.random() < 0.05:
                return 77
            return self.numbers.choice(list(field.enum_type.values_by_number))
        if field.type == field.TYPE_BOOL:
            return self.numbers.random() < 0.5
        low, high = LIMITS[field.type]
        if self.numbers.random() < 0.5:
            return self.numbers.randrange(5)
        return self.numbers.choice([n for n in NUMBERS if low <= n <= high])

    def test_every_request_is_answered_or_refused_by_name_and_the_store_stays_clean(self):
        with Service() as service:
            world = World(service, with_tokens=False)
            self.codes = world.one.guide_codes + [world.one.member_code, world.two.member_code]
            methods = [name for name in world.root.methods()
                       if name.startswith(API) and name[len(API):] not in LEFT_OUT]
            done = 0
            for _ in range(CALLS):
                name = self.numbers.choice(methods)
                if name.endswith("RevokeCode") and self.numbers.random() < 0.9:
                    continue
                request_class, _, streams = world.root._method(name)
                data = self.fill(request_class()).SerializeToString()
                client = self.numbers.choice((world.root, world.root, world.operator,
                                              world.root.with_token(None)))
                try:
                    if streams:
                        list(client._stream(name, data, world.root._method(name)[1], 30))
                    else:
                        client.call_bytes(name, data)
                    done += 1
                except Refused as refused:
                    if refused.reason in ("TOKEN_MISSING", "DEADLINE_PASSED"):
                        continue
                    self.assertIn(refused.code.name, NAMED, (name, data.hex(), str(refused)))
                    self.assertTrue(refused.reason and refused.message and refused.message_zh,
                                    (name, data.hex(), str(refused)))
            self.assertGreater(done, CALLS / 20)
            for admin in (world.one.admin, world.two.admin):
                *_, report = admin.call(API + "StoreService/VerifyStore", {})
                self.assertEqual(report["findings"], [])
            world.one.everything()  # what was made can be read
            self.assertEqual(service.stop(), 0, service.log()[-3000:])


if __name__ == "__main__":
    unittest.main()
