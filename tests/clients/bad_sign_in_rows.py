"""Rows of bad_input_rows.py: signing others in, as an admin does."""

INVALID, UNKNOWN = "INVALID_ARGUMENT", "NOT_FOUND"
LINK, REVOKE = "SignInService/CreateSignInLink", "SignInService/RevokeSessions"


def rows(world):
    guide = world.one.guides[0]
    return [
        (LINK, {"guide_number": guide}, INVALID, "FIELD_REQUIRED", "request_id"),
        (LINK, {"request_id": "x"}, INVALID, "FIELD_REQUIRED", "guide_number"),
        (LINK, {"guide_number": guide, "token_number": 1, "request_id": "x"}, INVALID,
         "VALUE_INVALID", "guide_number"),
        (LINK, {"guide_number": guide, "valid_minutes": 10081, "request_id": "x"}, INVALID,
         "VALUE_INVALID", "valid_minutes"),
        (LINK, {"guide_number": 2**32 - 1, "request_id": "x"}, UNKNOWN, "GUIDE_UNKNOWN",
         "guide_number"),
        (LINK, {"token_number": 2**32 - 1, "request_id": "x"}, UNKNOWN, "TOKEN_UNKNOWN",
         "token_number"),
        (LINK, {"guide_number": guide, "request_id": "x" * 65}, INVALID, None, "request_id"),
        *[(LINK, {"guide_number": guide, "request_id": "x", "link_base": base}, INVALID,
           "VALUE_INVALID", "link_base")
          for base in ("a.example", "ftp://a", "https://a/", "http://u@a", "https://a b",
                       "javascript:alert(1)", "https://" + "a" * 73)],
        (REVOKE, {}, INVALID, "FIELD_REQUIRED", "guide_number"),
        (REVOKE, {"guide_number": 1, "member_number": 1}, INVALID, "VALUE_INVALID",
         "guide_number"),
        (REVOKE, {"member_number": 2**32 - 1}, UNKNOWN, "MEMBER_UNKNOWN", "member_number"),
        (REVOKE, {"token_number": 2**32 - 1}, UNKNOWN, "TOKEN_UNKNOWN", "token_number"),
        ("SignInService/EndSession", {}, "FAILED_PRECONDITION", "NOT_A_SESSION", None),
    ]
