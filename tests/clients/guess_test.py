"""Strangers who try codes that nobody has are slowed; everybody else goes on, staff too."""

import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reflect import Refused  # noqa: E402
from service import Service  # noqa: E402
from world import API, World  # noqa: E402

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RESOLVE, REGISTER = API + "CodeService/ResolveCode", API + "MemberService/RegisterMember"
BURST = 30  # of one peer: service/limits.h


def nobodys(admin, count):
    """Codes with a right check symbol that nobody has; staff may try as many as they like."""
    found = []
    for number in range(count):
        start = "ZZZZ" + "".join(SYMBOLS[number >> shift & 31] for shift in (15, 10, 5, 0))
        for symbol in SYMBOLS:
            try:
                admin.call(RESOLVE, {"code": start + symbol})
                raise AssertionError("somebody has " + start + symbol)
            except Refused as refused:
                if refused.reason == "CODE_NOT_VALID":
                    found.append(start + symbol)
                    break
                assert refused.reason == "CODE_MISTYPED", refused.reason
    assert len(found) == count, found
    return found


def answer(client, method, request):
    try:
        client.call(method, request)
        return "OK"
    except Refused as refused:
        return refused.reason


def exhaust(stranger, guess):
    """Guesses on until nothing is left for a while: on a slow machine some were forgiven by now."""
    for _ in range(4 * BURST):
        try:
            stranger.call(RESOLVE, {"code": guess})
        except Refused as refused:
            if refused.reason == "GUESSES_TOO_MANY" and refused.retry_ms > 2000:
                return
            time.sleep((refused.retry_ms or 0) / 1000)
    raise AssertionError("nobody slows him")


class Guesses(unittest.TestCase):
    def test_codes_that_nobody_has_are_counted_and_nothing_else(self):
        with Service() as service:
            world = World(service, with_tokens=False)
            admin, stranger = world.one.admin, world.root.with_token(None)
            code, revoked = world.one.guide_codes[0], world.one.code(
                "PARTY_KIND_GUIDE", world.one.guides[0], "revoked")
            world.one.call("CodeService/RevokeCode", {"code": revoked})
            codes = nobodys(admin, BURST)
            person = {"consent_policy_version": "1", "merchant_number": 1}

            for i, guess in enumerate(codes):
                if i % 3 == 0:  # looks like a code that has ended, and registers her
                    request = dict(person, phone="1361111%04d" % i, code=guess)
                    self.assertEqual(answer(stranger, REGISTER, request), "OK")
                elif i % 3 == 1:
                    request = {"consent_policy_version": "1", "phone": "13622220000",
                               "code": guess}
                    self.assertEqual(answer(stranger, REGISTER, request), "CODE_NOT_VALID")
                else:
                    self.assertEqual(answer(stranger, RESOLVE, {"code": guess}), "CODE_NOT_VALID")
                if i == BURST - 1:
                    break
                # No guesses: what somebody has, what he has no more, what can't be a code.
                for request, told in ((code, "OK"), (revoked, "CODE_NOT_VALID"),
                                      ("AAAAAAAAA", "CODE_MISTYPED")):
                    self.assertEqual(answer(stranger, RESOLVE, {"code": request}), told)

            exhaust(stranger, codes[0])
            for method, request in ((RESOLVE, {"code": codes[0]}), (RESOLVE, {"code": code}),
                                    (REGISTER, dict(person, phone="13633330000", code=code))):
                with self.assertRaises(Refused) as caught:
                    stranger.call(method, request)
                self.assertEqual(caught.exception.reason, "GUESSES_TOO_MANY")
                self.assertEqual(caught.exception.code.name, "RESOURCE_EXHAUSTED")
                self.assertGreater(caught.exception.retry_ms, 0)
            self.assertEqual(answer(admin, RESOLVE, {"code": code}), "OK")
            self.assertEqual(answer(admin, REGISTER, dict(person, phone="13633330000", code=code,
                                                          merchant_number=0)), "OK")
            report = service.verify()
            self.assertEqual((report["finding_count"], report["findings"]), (0, []))


if __name__ == "__main__":
    unittest.main()
