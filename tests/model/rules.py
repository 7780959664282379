"""Words, answers and the rules of a merchant: dates, codes, who matches, who is active.

The rules are methods of Rules, one question each, so that a test can tell any of them wrong."""

import datetime
import zoneinfo

MEMBER, GUIDE, SHOP = "PARTY_KIND_MEMBER", "PARTY_KIND_GUIDE", "PARTY_KIND_SHOP"
POINTS, CASH = "UNIT_POINTS", "UNIT_CASH"
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
AHEAD_MS = 10 * 60 * 1000
REST_MS = 90 * 86400 * 1000
NOBODY = None
AMOUNT_MAX = 1_000_000_000_000


class Once:
    """Equal to anything the first time, to the same thing ever after."""

    def __init__(self):
        self.known = False
        self.value = None

    def matches(self, actual):
        if not self.known:
            self.known, self.value = True, actual
        return self.value == actual


class Answer:
    """reason "" and the predicted fields of the reply, or a refusal's reason and field (None:
    any field)."""

    def __init__(self, reply=None, reason="", field=""):
        self.reply, self.reason, self.field = reply, reason, field


class Refusal(Exception):
    def __init__(self, reason, field=""):
        super().__init__(reason, field)
        self.answer = Answer(reason=reason, field=field)


def moment(text):
    """Milliseconds of "2024-05-01T08:00:00.123456789Z", fractions cut."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    seconds = datetime.datetime.fromisoformat(whole + "+00:00") - EPOCH
    return seconds // datetime.timedelta(seconds=1) * 1000 + int((fraction + "000")[:3])


def stamp(ms):
    """The API's form of a time."""
    if ms is None:
        return None
    text = (EPOCH + datetime.timedelta(milliseconds=ms)).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (".%03dZ" % (ms % 1000) if ms % 1000 else "Z")


def party(kind, number):
    return {"kind": kind, "number": number}


def written(text):
    """A typed code in its written form, or None when it has another length."""
    out = "".join({"O": "0", "I": "1", "L": "1"}.get(c, c) for c in text.upper() if c not in " -")
    return out if len(out) == 9 else None


class Caller:
    def __init__(self, role="ADMIN", shop=None, alive=True):
        self.role, self.shop, self.alive = role, shop, alive


class Rules:
    """What Oracle's commands ask; the state is Oracle's."""

    # ---- rules that the mutants of model_test break, one each ------------------------------------

    def date_of(self, at_ms):
        local = (EPOCH + datetime.timedelta(milliseconds=at_ms)).astimezone(self.zone)
        return (local.replace(tzinfo=None) - self.cutoff).date().isoformat()

    def rate(self, base, rate_bp, rounding):
        half = 5000 if rounding == "ROUNDING_HALF_UP" else 0
        return (base * rate_bp + half) // 10000

    def is_repurchase(self, member):
        return len(member["days"]) >= 2

    def program_on(self, date):
        """The latest from_date wins; of two of one date the later version."""
        found = [p for p in self.programs if p["from_date"] <= date]
        return max(found, key=lambda p: (p["from_date"], p["version"])) if found else None

    def same_person(self, guide, phone):
        return guide["phone"] != "" and guide["phone"] == phone

    def employed(self, guide, date):
        return any(e["from_date"] <= date and (not e["until_date"] or date < e["until_date"])
                   for e in guide["employments"])

    def code_owner(self, code, date):
        owner = code["owners"][0][1]
        for since, someone in code["owners"]:
            if since <= date:
                owner = someone
        return owner

    def exhausted(self, code):
        return code["usage_limit"] != 0 and code["usage_count"] >= code["usage_limit"]

    def over(self, code, at_ms):
        revoked = code["revoked_at"]  # what happened before still counts: imports come late
        return ((revoked is not None and at_ms >= moment(revoked.value))
                or (code["starts_at"] is not None and at_ms < code["starts_at"])
                or (code["ends_at"] is not None and at_ms >= code["ends_at"]))

    def inherits(self, date):
        program = self.program_on(date)
        return program is not None and program["inherit_serving_guide"]

    def serving_on(self, member, date):
        """Nobody served her before she was bound."""
        return member["serving_guide"] if member["bound_from"] <= date else 0

    def rests(self, phone, now):
        return phone in self.resting and now < self.resting[phone][1] + REST_MS

    def is_retroactive(self, from_date):
        return from_date <= self.last_rule_date

    def referrer_matches(self, condition, referrer):
        kind = referrer[0] if referrer else None
        return {"REFERRER_CONDITION_ANY": True, "REFERRER_CONDITION_MEMBER": kind == MEMBER,
                "REFERRER_CONDITION_GUIDE": kind == GUIDE,
                "REFERRER_CONDITION_NONE": kind is None}[condition]

    def code_matches(self, condition, serving, inherited):
        return {"CODE_CONDITION_ANY": True, "CODE_CONDITION_OWN": serving != 0 and not inherited,
                "CODE_CONDITION_INHERITED": serving != 0 and inherited}[condition]

    def guide_reason(self, guide, buyer, date):
        """Why a guide gets nothing: his own purchases earn nothing; then he must be employed."""
        if self.same_person(guide, buyer["phone"]):
            return "CREDIT_REASON_SELF"
        if not self.employed(guide, date):
            return "CREDIT_REASON_GUIDE_INACTIVE"
        return ""

    def is_held(self, who, buyer, serving, purchase):
        """What others earn by a guide who buys, or registers with his own code, waits."""
        if who == (MEMBER, buyer["number"]):
            return False
        if purchase is None:
            return buyer["scan_result"] == "SCAN_RESULT_SELF_REFERRAL"
        guides = [serving] if serving else []
        if buyer["referrer"] and buyer["referrer"][0] == GUIDE:
            guides.append(buyer["referrer"][1])
        return any(self.same_person(self.guide(g), buyer["phone"]) for g in guides)

    def hold(self, number):
        """An entry that moves nothing."""
        accrued = self.entries[number - 1]
        account = (accrued["account"]["kind"], accrued["account"]["number"], accrued["unit"])
        self.held[account] = self.held.get(account, 0) + accrued["amount"]
        self.entries.append(dict(accrued, entry_number=len(self.entries) + 1,
                                 kind="ENTRY_KIND_HOLD", **{"from": "SIDE_OWNER"},
                                 recorded_at=Once(), previous_hash=Once()))

    # ---- what stands in the end ------------------------------------------------------------------

    def all_balances(self, kind, number):
        return [{"unit": unit, "available": self.balances.get((kind, number, unit), 0),
                 "pending": 0, "held": self.held.get((kind, number, unit), 0), "debt": 0}
                for unit in (POINTS, CASH)]


def difference(expected, actual, path=""):
    """Where the answer differs from what was predicted, in words; "" when it does not."""
    if isinstance(expected, Once):
        return "" if expected.matches(actual) else \
            "%s: %r, was %r before" % (path, actual, expected.value)
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return "%s: %r instead of %r" % (path, actual, expected)
        for key, value in expected.items():
            found = difference(value, actual.get(key), path + "." + key)
            if found:
                return found
        return ""
    if isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            return "%s: %r instead of %r" % (path, actual, expected)
        for i, (one, other) in enumerate(zip(expected, actual)):
            found = difference(one, other, "%s[%d]" % (path, i))
            if found:
                return found
        return ""
    return "" if expected == actual else "%s: %r instead of %r" % (path, actual, expected)
