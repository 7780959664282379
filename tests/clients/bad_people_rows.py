"""Rows of bad_input_rows.py: what pages ask for a person they serve."""

INVALID, UNKNOWN = "INVALID_ARGUMENT", "NOT_FOUND"
RENDER = "CodeService/RenderCode"
MEMBERS, FRIENDS = "MemberService/ListMembers", "MemberService/ListReferees"
LISTS = [(MEMBERS, {"birthday_within_days": 9}), (FRIENDS, {"member_number": 1})]


def bad_value(method, field, values, **others):
    return [(method, dict(others, **{field: value}), INVALID, "VALUE_INVALID", field)
            for value in values]


def rows(world):
    code = world.one.guide_codes[0]
    return [
        *bad_value(MEMBERS, "birthday_within_days", [93, 4294967295]),
        (FRIENDS, {}, INVALID, "FIELD_REQUIRED", "member_number"),
        (FRIENDS, {"member_number": 99}, UNKNOWN, "MEMBER_UNKNOWN", "member_number"),
        *bad_value(RENDER, "format", [7], code=code),
        *bad_value(RENDER, "error_correction", [4], code=code),
        *bad_value(RENDER, "module_pixels", [41], code=code),
        *bad_value(RENDER, "quiet_modules", [3, 41], code=code),
        *bad_value(RENDER, "link_base", [
            "a.example.com", "ftp://a", "http://", "http://a/", "http://u@a", "http://a:0",
            "http://a:65536", "http://a b", "javascript:alert(1)", "http://" + "a" * 74], code=code),
    ]
