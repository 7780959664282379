"""Rows of access_test.py: consent, her own data, erasure."""

from access_row import Row
from world import ADMIN, AUDITOR, MEMBER, NOT_YOURS, not_found

TABLE = {
    # What is asked for would change nothing, or is refused once access is granted.
    "PrivacyService/SetConsent": Row(
        (MEMBER, ADMIN),
        lambda w: {"member_number": w.one.members[0], "policy_version": "1"},
        scoped={MEMBER: NOT_YOURS}),
    "PrivacyService/GetMemberData": Row(
        (MEMBER, ADMIN), lambda w: {"member_number": w.one.members[0]},
        scoped={MEMBER: NOT_YOURS}),
    "PrivacyService/EraseMember": Row(
        (MEMBER, ADMIN),
        lambda w: {"member_number": w.one.members[0], "reason": "ERASURE_REASON_INACTIVE"},
        scoped={MEMBER: NOT_YOURS},
        by_role={ADMIN: lambda w: {"member_number": w.one.members[0]}}),
    "PrivacyService/EraseGuide": Row(
        (ADMIN,), lambda w: {"guide_number": 99, "reason": "ERASURE_REASON_REQUEST"},
        foreign=not_found("GUIDE_UNKNOWN")),
    "PrivacyService/ListErasures": Row((AUDITOR, ADMIN), lambda w: {}),
}
