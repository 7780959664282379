"""The merchant as its rules say it is, in memory: what every command must answer, and why it is
refused.

Written from the domain's rules and the API's comments, not from the service's code: dates are
zoneinfo's, sums are Python's integers and nothing is indexed. A command is a method of Oracle,
named like its RPC: (request, caller, now_ms, actual) -> the reply. `actual` is looked at only for
what chance decides (a code's symbols, the time of an event without one); everything else is
predicted. A refused command changes nothing."""

import datetime
import zoneinfo

from rules import (AHEAD_MS, AMOUNT_MAX, CASH, GUIDE, MEMBER, NOBODY, POINTS, SHOP, Answer, Once,
                   Refusal, Rules, moment, party, stamp, written)

class Oracle(Rules):
    def __init__(self, zone, cutoff_minutes, country_code=86, others=()):
        self.zone = zoneinfo.ZoneInfo(zone)
        self.cutoff = datetime.timedelta(minutes=cutoff_minutes)
        self.country_code = country_code
        self.shops = {}       # id -> {number, name, pay_entity}
        self.guides = []      # index + 1 is the number
        self.members = []
        self.codes = {}       # written form -> dict
        self.programs = []    # version = index + 1
        self.requests = {}    # (method, request_id) -> (request, what was made)
        self.purchases = {}   # (shop, receipt) -> dict
        self.entries = []
        self.balances = {}    # (kind, number, unit) -> available
        self.held = {}        # the same -> of it, held for a person to decide
        self.resting = {}     # phone -> (member, since)
        self.last_rule_date = ""
        self.foreign = others  # codes of other merchants, shared

    # ---- helpers ---------------------------------------------------------------------------------

    def phone(self, text, field):
        digits = "".join(c for c in text if c.isdigit())
        if not (text.startswith("+") or text.startswith("00")):
            digits = "%d%s" % (self.country_code, digits.lstrip("0"))
        elif text.startswith("00"):
            digits = digits[2:]
        if not 8 <= len(digits) <= 15 or digits.startswith("0"):
            raise Refusal("PHONE_INVALID", field)
        return "+" + digits

    def living(self, phone):
        """The member whose phone it is now."""
        return next((m for m in self.members if m["phone"] == phone), None)

    def occurred(self, request, now):
        text = request.get("occurred_at")
        if text is None:
            return now
        if isinstance(text, dict) or moment(text) < 0:
            raise Refusal("TIME_INVALID", "occurred_at")
        if moment(text) > now + AHEAD_MS:
            raise Refusal("TIME_IN_FUTURE", "occurred_at")
        return moment(text)

    def known_code(self, text, field):
        """Its record, or None for another merchant's."""
        form = written(text)
        if form in self.codes:
            return self.codes[form]
        if form in self.foreign:
            return None
        raise Refusal("CODE_MISTYPED", field)

    def guide(self, number):
        return self.guides[number - 1]

    def replay(self, method, request, field="request_id"):
        """What this request id made, when it was seen."""
        seen = self.requests.get((method, request["request_id"]))
        if seen is None:
            return None
        if seen[0] != request:
            raise Refusal("REQUEST_ID_REUSED", field)
        return seen[1]

    def check_party(self, owner, field):
        kind, number = owner["kind"], owner["number"]
        count = {MEMBER: len(self.members), GUIDE: len(self.guides), SHOP: len(self.shops)}[kind]
        if not 1 <= number <= count:
            raise Refusal({MEMBER: "MEMBER_UNKNOWN", GUIDE: "GUIDE_UNKNOWN",
                           SHOP: "SHOP_UNKNOWN"}[kind], field)
        return (kind, number)

    def run(self, method, request, caller, now, actual=None):
        """The Answer to a command; `actual` is the reply, or None where it was refused."""
        if not caller.alive:
            return Answer(reason="TOKEN_INVALID")
        try:
            return Answer(reply=getattr(self, method)(request, caller, now, actual))
        except Refusal as refusal:
            return refusal.answer

    # ---- shops, guides, codes, programs ----------------------------------------------------------

    def create_shop(self, request, caller, now, actual):
        shop = request["shop"]
        content = {"name": shop.get("name") or shop["shop_id"],
                   "pay_entity": shop.get("pay_entity") or "default"}
        known = self.shops.get(shop["shop_id"])
        if known is None:
            known = dict(content, shop_id=shop["shop_id"], shop_number=len(self.shops) + 1,
                         created_at=Once())
            self.shops[shop["shop_id"]] = known
        elif any(known[k] != v for k, v in content.items()):
            raise Refusal("SHOP_EXISTS", None)
        return {"shop": dict(known)}

    def create_guide(self, request, caller, now, actual):
        asked = request["guide"]
        phone = self.phone(asked["phone"], "guide.phone") if asked.get("phone") else ""
        employment = dict({"until_date": ""}, **asked["employments"][0])
        if employment["shop_id"] not in self.shops:
            raise Refusal("SHOP_UNKNOWN", None)
        entity = self.shops[employment["shop_id"]]["pay_entity"]
        content = {"employee_no": asked["employee_no"], "name": asked["name"], "phone": phone,
                   "employments": [employment], "pay_entity": entity}
        for guide in self.guides:
            if (guide["pay_entity"], guide["employee_no"]) == (entity, asked["employee_no"]):
                if any(guide[k] != v for k, v in content.items()):
                    raise Refusal("GUIDE_EXISTS", None)
                return {"guide": dict(guide)}
        if phone and any(g["phone"] == phone for g in self.guides):
            raise Refusal("PHONE_TAKEN", None)
        guide = dict(content, guide_number=len(self.guides) + 1, created_at=Once())
        self.guides.append(guide)
        return {"guide": dict(guide)}

    def code_reply(self, code, now):
        owner = self.code_owner(code, self.date_of(now))
        return {"code": {
            "code": code["code"], "owner": party(*owner), "usage_limit": code["usage_limit"],
            "usage_count": code["usage_count"], "starts_at": stamp(code["starts_at"]),
            "ends_at": stamp(code["ends_at"]), "created_at": code["created_at"],
            "revoked_at": code["revoked_at"],
            "owners": [{"from_date": since, "owner": party(*who)}
                       for since, who in code["owners"]]}}

    def create_code(self, request, caller, now, actual):
        made = self.replay("create_code", request)
        if made is None:
            asked = request["code"]
            owner = self.check_party(asked["owner"], None)
            text = actual["code"]["code"] if actual else "?"
            if text in self.codes or text in self.foreign:
                text = "issued twice: " + text
            made = {"code": text, "usage_limit": asked.get("usage_limit", 0), "usage_count": 0,
                    "starts_at": moment(asked["starts_at"]) if asked.get("starts_at") else None,
                    "ends_at": moment(asked["ends_at"]) if asked.get("ends_at") else None,
                    "created_at": Once(), "revoked_at": None, "owners": [("1970-01-01", owner)]}
            self.codes[text] = made
            self.requests["create_code", request["request_id"]] = (request, made)
        return self.code_reply(made, now)

    def own_code(self, text):
        code = self.known_code(text, "code")
        if code is None:
            raise Refusal("CODE_UNKNOWN", "code")
        return code

    def get_code(self, request, caller, now, actual):
        return self.code_reply(self.own_code(request["code"]), now)

    def reassign_code(self, request, caller, now, actual):
        code = self.own_code(request["code"])
        owner = self.check_party(request["owner"], None)
        if code["revoked_at"] is not None:
            raise Refusal("CODE_REVOKED", "code")
        if request["from_date"] < self.date_of(now) \
                and (request["from_date"], owner) not in code["owners"]:
            raise Refusal("DATE_RETROACTIVE", "from_date")
        owners = dict(code["owners"])  # a later change already planned stays planned
        owners[request["from_date"]] = owner
        code["owners"] = sorted(owners.items())
        return self.code_reply(code, now)

    def revoke_code(self, request, caller, now, actual):
        code = self.own_code(request["code"])
        if code["revoked_at"] is None:
            code["revoked_at"] = Once()
        return self.code_reply(code, now)

    def check_rule(self, rule, field, seen):
        invalid = Refusal("PROGRAM_INVALID", None)
        if rule["rule_id"] in seen:
            raise invalid
        if "fixed_amount" in rule:
            if not 1 <= rule["fixed_amount"] <= 1_000_000_000:
                raise invalid
        elif rule["trigger"] == "TRIGGER_REGISTRATION" or not 1 <= rule["rate_bp"] <= 10_000:
            raise invalid
        if rule["beneficiary"] == "BENEFICIARY_REFERRER" \
                and rule.get("referrer") == "REFERRER_CONDITION_NONE":
            raise invalid
        if rule["trigger"] == "TRIGGER_REGISTRATION" \
                and rule["beneficiary"] == "BENEFICIARY_REFERRER" \
                and rule.get("referrer", "REFERRER_CONDITION_ANY") != "REFERRER_CONDITION_GUIDE":
            raise invalid

    def publish_program(self, request, caller, now, actual):
        made = self.replay("publish_program", request)
        if made is None:
            asked = request["program"]
            for i, rule in enumerate(asked["rules"]):
                self.check_rule(rule, "program.rules[%d]" % i,
                                [r["rule_id"] for r in asked["rules"][:i]])
            if self.is_retroactive(asked["from_date"]):
                raise Refusal("PROGRAM_RETROACTIVE", None)
            made = dict(asked, version=len(self.programs) + 1, published_at=Once())
            self.programs.append(made)
            self.requests["publish_program", request["request_id"]] = (request, made)
        return {"program": {key: made[key] for key in
                            ("version", "from_date", "inherit_serving_guide", "published_at")}}

    def get_program(self, request, caller, now, actual):
        program = self.program_on(request["on_date"])
        if program is None:
            raise Refusal("PROGRAM_UNKNOWN", None)
        return {"program": {"version": program["version"]}}

    # ---- members ---------------------------------------------------------------------------------

    def attribution(self, request, phone, at, date):
        """(scan result, referrer, serving guide, inherited, codes used)."""
        result, code = "NONE", None
        if request.get("code"):
            code = self.known_code(request["code"], "code")
            if code is None:
                raise Refusal("CODE_UNKNOWN", "code")
            kind, number = self.code_owner(code, date)
            if kind == GUIDE and not self.employed(self.guide(number), date):
                result = "GUIDE_INACTIVE"
            elif self.over(code, at):
                result = "EXPIRED"
            elif self.exhausted(code):
                result = "EXHAUSTED"
            else:
                result, referrer, serving, inherited = self.brought_by((kind, number), phone, date)
                if referrer or result == "REFERRED":
                    used = [code]
                    if not referrer:
                        _, referrer, serving, inherited, more = \
                            self.recommended(request, phone, at, date)
                        used += more
                    return result, referrer, serving, inherited, used
        recommended, *slots = self.recommended(request, phone, at, date)
        return (recommended if result == "NONE" else result, *slots)

    def brought_by(self, owner, phone, date):
        kind, number = owner
        if kind == SHOP:
            return "REFERRED", NOBODY, 0, False
        if kind == GUIDE:
            guide = self.guide(number)
            if self.same_person(guide, phone):
                return "SELF_REFERRAL", NOBODY, 0, False
            if not self.employed(guide, date):
                return "GUIDE_INACTIVE", NOBODY, 0, False
            return "BOUND", owner, number, False
        friend = self.members[number - 1]
        # Her own code: only strangers come here with a member's phone, and mustn't learn it is.
        serving = self.serving_on(friend, date) if self.inherits(date) else 0
        if serving and not self.employed(self.guide(serving), date):
            serving = 0
        return "REFERRED", owner, serving, serving != 0

    def recommended(self, request, phone, at, date):
        """The recommender fills the slots that the code left empty; a wrong entry never blocks."""
        nothing = ("NONE", NOBODY, 0, False, [])
        text = request.get("recommender")
        if not text:
            return nothing
        code = self.codes.get(written(text))
        if code is not None:
            if self.over(code, at) or self.exhausted(code):
                return nothing
            owner = self.code_owner(code, date)
        else:
            try:
                friend = self.living(self.phone(text, ""))
            except Refusal:
                friend = None
            if friend is None:
                return nothing
            owner = (MEMBER, friend["number"])
        found = self.brought_by(owner, phone, date)
        return (*found, [code] if code is not None else []) if found[1] else nothing

    def register_member(self, request, caller, now, actual):
        at = self.occurred(request, now)
        if not request.get("consent_policy_version"):
            raise Refusal("CONSENT_MISSING", "consent_policy_version")
        phone = self.phone(request["phone"], "phone")
        if request.get("code"):
            self.known_code(request["code"], "code")
        if request.get("shop_id") and request["shop_id"] not in self.shops:
            raise Refusal("SHOP_UNKNOWN", "shop_id")
        known = self.living(phone)
        stranger = caller.role == "NOBODY"
        if known is not None and not stranger:
            return {"scan_result": "SCAN_RESULT_EXISTING_MEMBER", "member_number": known["number"],
                    "credits": []}
        if known is None and self.rests(phone, now) and not stranger:
            raise Refusal("PHONE_TAKEN", "phone")
        date = self.date_of(at)
        result, referrer, serving, inherited, used = self.attribution(request, phone, at, date)
        reply = {"scan_result": "SCAN_RESULT_" + result, "member_number": 0, "credits": []}
        if known is not None or self.rests(phone, now):
            return reply
        member = {"number": len(self.members) + 1, "phone": phone, "referrer": referrer,
                  "serving_guide": serving, "serving_inherited": inherited, "bound_from": date,
                  "scan_result": reply["scan_result"], "days": set(), "purchases": [],
                  "name": request.get("name", ""), "shop": request.get("shop_id", "")}
        self.members.append(member)
        for code in used:
            code["usage_count"] += 1
        credits = self.earn("TRIGGER_REGISTRATION", member, date, 0, None)
        if not stranger:
            reply.update(member_number=member["number"], credits=credits)
        return reply

    def update_member(self, request, caller, now, actual):
        asked = request["member"]
        if not 1 <= asked["member_number"] <= len(self.members):
            raise Refusal("MEMBER_UNKNOWN", None)
        member = self.members[asked["member_number"] - 1]
        phone = self.phone(asked["phone"], "member.phone")
        if phone != member["phone"]:
            if self.living(phone) is not None:
                raise Refusal("PHONE_TAKEN", None)
            if self.rests(phone, now) and self.resting[phone][0] != member["number"]:
                raise Refusal("PHONE_TAKEN", None)
            self.resting[member["phone"]] = (member["number"], now)
            self.resting.pop(phone, None)
            member["phone"] = phone
        return {"member": self.member_reply(member)}

    @staticmethod
    def member_reply(member):
        return {"member_number": member["number"], "phone": member["phone"],
                "referrer": party(*member["referrer"]) if member["referrer"] else None,
                "serving_guide": member["serving_guide"],
                "serving_inherited": member["serving_inherited"],
                "scan_result": member["scan_result"], "name": member["name"],
                "purchase_count": len(member["purchases"]), "registered_shop_id": member["shop"]}

    def get_member(self, request, caller, now, actual):
        if "phone" in request:
            member = self.living(self.phone(request["phone"], "phone"))
            if member is None:
                raise Refusal("MEMBER_UNKNOWN", None)
        elif not 1 <= request["member_number"] <= len(self.members):
            raise Refusal("MEMBER_UNKNOWN", None)
        else:
            member = self.members[request["member_number"] - 1]
        return {"member": self.member_reply(member)}

    # ---- purchases and what they earn ------------------------------------------------------------

    def buyer(self, request, date):
        if "member_number" in request:
            if not 1 <= request["member_number"] <= len(self.members):
                raise Refusal("MEMBER_UNKNOWN", "member_number")
            return self.members[request["member_number"] - 1]
        if "phone" in request:
            member = self.living(self.phone(request["phone"], "phone"))
            if member is None:
                raise Refusal("MEMBER_UNKNOWN", "phone")
            return member
        code = self.known_code(request["code"], "code")
        kind, number = self.code_owner(code, date) if code else (None, 0)
        if kind != MEMBER:  # a revoked code invites nobody, but still says whose it is
            raise Refusal("MEMBER_UNKNOWN", "code")
        return self.members[number - 1]

    def record_purchase(self, request, caller, now, actual):
        if not 0 <= request["amount_minor"] <= AMOUNT_MAX:
            raise Refusal("AMOUNT_INVALID", "amount_minor")
        receipt = request["receipt_number"]
        if not 1 <= len(receipt) <= 40 or receipt != receipt.strip():
            raise Refusal("RECEIPT_INVALID", "receipt_number")
        if request.get("currency", "CNY") != "CNY":
            raise Refusal("CURRENCY_MISMATCH", "currency")
        at = self.occurred(request, now)
        shop = request.get("shop_id") or caller.shop
        if shop not in self.shops:
            raise Refusal("SHOP_UNKNOWN", "shop_id")
        if caller.shop and shop != caller.shop:
            raise Refusal("NOT_YOURS", None)
        known = self.purchases.get((shop, receipt))
        if known is not None:
            if self.content(request) != known["content"]:
                raise Refusal("RECEIPT_REUSED", "receipt_number")
            return self.purchase_reply(known, caller)
        buyer = self.buyer(request, self.date_of(at))
        if request.get("occurred_at") is None and actual:
            at = moment(actual["purchase"]["occurred_at"])  # the service's clock, not ours
            if not now - 1000 <= at <= now + 60000:
                raise Refusal("the purchase's time is not now")
        date = self.date_of(at)
        buyer["days"].add(date)
        purchase = {"shop": shop, "receipt": receipt, "buyer": buyer,
                    "content": self.content(request), "amount": request["amount_minor"],
                    "at": at, "date": date,
                    "recorded_at": Once(), "serving_guide": self.serving_on(buyer, date)}
        purchase["credits"] = self.earn("TRIGGER_PURCHASE", buyer, date, purchase["amount"],
                                        purchase)
        program = self.program_on(date)
        purchase["version"] = program["version"] if program else 0
        buyer["purchases"].append(purchase)
        self.purchases[shop, receipt] = purchase
        return self.purchase_reply(purchase, caller)

    def content(self, request):
        """What makes two requests the same, whoever the till."""
        return {k: v for k, v in request.items()
                if k not in ("shop_id", "receipt_number", "currency")}

    def purchase_reply(self, purchase, caller):
        buyer = purchase["buyer"]
        credits = purchase["credits"]
        if caller.role == "POS":
            mine = party(MEMBER, buyer["number"])
            credits = [c for c in credits if c["beneficiary"] == mine]
        return {"purchase": {
            "shop_id": purchase["shop"], "receipt_number": purchase["receipt"],
            "member_number": buyer["number"], "amount_minor": purchase["amount"],
            "base_minor": purchase["amount"], "occurred_at": stamp(purchase["at"]),
            "recorded_at": purchase["recorded_at"], "business_date": purchase["date"],
            "serving_guide": purchase["serving_guide"], "program_version": purchase["version"],
            "credits": credits, "refunded_minor": 0}}

    def get_purchase(self, request, caller, now, actual):
        purchase = self.purchases.get((request["shop_id"], request["receipt_number"]))
        if purchase is None:
            raise Refusal("PURCHASE_UNKNOWN", None)
        return self.purchase_reply(purchase, caller)

    def fires(self, trigger, event, buyer):
        if trigger == "TRIGGER_REPURCHASE":
            return event == "TRIGGER_PURCHASE" and self.is_repurchase(buyer)
        return trigger == event

    def earn(self, event, buyer, date, base, purchase):
        """Every matching rule pays, in order; the credits as the API shows them."""
        program = self.program_on(date)
        credits = []
        if program is None:
            return credits
        referrer = buyer["referrer"]
        serving = self.serving_on(buyer, date)
        inherited = serving != 0 and buyer["serving_inherited"]
        for rule in program["rules"]:
            who = {"BENEFICIARY_BUYER": (MEMBER, buyer["number"]),
                   "BENEFICIARY_REFERRER": referrer,
                   "BENEFICIARY_SERVING_GUIDE": (GUIDE, serving) if serving else NOBODY,
                   }[rule["beneficiary"]]
            kind = rule.get("referrer", "REFERRER_CONDITION_ANY")
            way = rule.get("code", "CODE_CONDITION_ANY")
            if not self.fires(rule["trigger"], event, buyer) or who is NOBODY \
                    or not self.referrer_matches(kind, referrer) \
                    or not self.code_matches(way, serving, inherited):
                continue
            reason = self.guide_reason(self.guide(who[1]), buyer, date) if who[0] == GUIDE else ""
            amount = 0
            if not reason:
                amount = rule["fixed_amount"] if "fixed_amount" in rule else \
                    self.rate(base, rule["rate_bp"], rule.get("rounding"))
                reason = "CREDIT_REASON_GRANTED" if amount else "CREDIT_REASON_ROUNDED_TO_ZERO"
            credits.append(
                self.post(rule, program, who, amount, reason, base, date, buyer, purchase))
            if amount and self.is_held(who, buyer, serving, purchase):
                self.hold(credits[-1]["credit_number"])
        return credits

    def post(self, rule, program, who, amount, reason, base, date, buyer, purchase):
        account = (*who, rule["unit"])
        number = 0
        if amount:
            number = len(self.entries) + 1
            self.balances[account] = self.balances.get(account, 0) + amount
            self.last_rule_date = max(self.last_rule_date, date)
            self.entries.append({
                "entry_number": number, "business_date": date, "kind": "ENTRY_KIND_ACCRUE",
                "unit": rule["unit"], "from": "SIDE_EXPENSE", "to": "SIDE_OWNER",
                "account": party(*who), "amount": amount, "balance_after": self.balances[account],
                "credit_number": number, "program_version": program["version"],
                "rule_id": rule["rule_id"], "shop_id": purchase["shop"] if purchase else "",
                "receipt_number": purchase["receipt"] if purchase else "",
                "member_number": buyer["number"], "recorded_at": Once(), "previous_hash": Once()})
        return {"credit_number": number, "rule_id": rule["rule_id"],
                "program_version": program["version"], "beneficiary": party(*who),
                "unit": rule["unit"], "amount": amount, "base_minor": base, "reason": reason,
                "balance_after": self.balances[account] if amount else 0}
