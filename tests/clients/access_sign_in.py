"""Rows of access_test.py: signing in. What strangers call has no other callers: with a token they
would not be slowed."""

from access_row import Row
from world import ADMIN, ALL_ROLES, INTEGRATION, MANAGER, NOT_YOURS, REGISTRANT

SIGNED_IN = tuple(role for role in ALL_ROLES if role not in (REGISTRANT, INTEGRATION))

TABLE = {
    "SignInService/SendPhoneCode": Row(
        (REGISTRANT,), lambda w: {"phone": w.one.phone(1), "merchant_number": 1}),
    "SignInService/ProvePhone": Row(
        (REGISTRANT,), lambda w: {"phone": w.one.phone(1), "merchant_number": 1,
                                  "code": "123456"}),
    "SignInService/CreateSignInLink": Row(
        (MANAGER, ADMIN), lambda w: {"guide_number": w.one.guides[0], "request_id": "access"},
        scoped={MANAGER: NOT_YOURS}),
    "SignInService/GetSignInLink": Row((REGISTRANT,), lambda w: {"secret": "nonsense"}),
    "SignInService/RedeemSignInLink": Row((REGISTRANT,), lambda w: {"secret": "nonsense"}),
    "SignInService/GetSession": Row(SIGNED_IN, lambda w: {}),
    "SignInService/EndSession": Row(SIGNED_IN, lambda w: {}),
    "SignInService/RevokeSessions": Row(
        (MANAGER, ADMIN), lambda w: {"guide_number": w.one.guides[0]},
        scoped={MANAGER: NOT_YOURS}),
}
