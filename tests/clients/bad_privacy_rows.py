"""The rows of bad_input_rows.py about consent, her own data and erasure."""

INVALID, UNKNOWN = "INVALID_ARGUMENT", "NOT_FOUND"
CONSENT, DATA, ERASE = ("PrivacyService/SetConsent", "PrivacyService/GetMemberData",
                        "PrivacyService/EraseMember")
GUIDE = "PrivacyService/EraseGuide"
BIDI, LONG = "a\u202eb", "x" * 5000

ROWS = [
    (CONSENT, {"withdraw": True}, INVALID, "FIELD_REQUIRED", "member_number"),
    (CONSENT, {"member_number": 999, "withdraw": True}, UNKNOWN, "MEMBER_UNKNOWN",
     "member_number"),
    (CONSENT, {"member_number": 1}, INVALID, "CONSENT_MISSING", "policy_version"),
    (CONSENT, {"member_number": 1, "withdraw": True, "policy_version": "v2"}, INVALID,
     "VALUE_INVALID", "policy_version"),
    (CONSENT, {"member_number": 1, "policy_version": LONG}, INVALID, None, None),
    (CONSENT, {"member_number": 1, "policy_version": BIDI}, INVALID, "TEXT_INVALID", None),
    (DATA, {}, INVALID, "FIELD_REQUIRED", "member_number"),
    (DATA, {"member_number": 999}, UNKNOWN, "MEMBER_UNKNOWN", "member_number"),
    (DATA, {"member_number": 1, "page_token": "9.x"}, INVALID, "PAGE_INVALID", "page_token"),
    (DATA, {"member_number": 1, "page_token": "3." + "0" * 40}, INVALID, "PAGE_INVALID",
     "page_token"),
    (ERASE, {"reason": 1}, INVALID, "FIELD_REQUIRED", "member_number"),
    (ERASE, {"member_number": 999, "reason": 1}, UNKNOWN, "MEMBER_UNKNOWN", "member_number"),
    (ERASE, {"member_number": 1}, INVALID, "FIELD_REQUIRED", "reason"),
    (ERASE, {"member_number": 1, "reason": -1}, INVALID, "VALUE_INVALID", "reason"),
    (ERASE, {"member_number": 1, "reason": 5}, INVALID, "VALUE_INVALID", "reason"),
    (GUIDE, {"reason": 1}, INVALID, "FIELD_REQUIRED", "guide_number"),
    (GUIDE, {"guide_number": 999, "reason": 1}, UNKNOWN, "GUIDE_UNKNOWN", "guide_number"),
    (GUIDE, {"guide_number": 1}, INVALID, "FIELD_REQUIRED", "reason"),
    (GUIDE, {"guide_number": 1, "reason": 1}, "FAILED_PRECONDITION", "GUIDE_EMPLOYED",
     "guide_number"),
    ("PrivacyService/ListErasures", {"kind": "PARTY_KIND_SHOP"}, INVALID, "VALUE_INVALID", "kind"),
]
