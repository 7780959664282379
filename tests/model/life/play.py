"""A play: random commands against a fresh driver, in frames that share a moment, every answer
judged by the oracle, every balance after each few frames, the whole store at the end."""

import random

import dates
import words
from credits import GUIDE, MEMBER
from draw import SHOPS, Draw
from merchant import Guide, Merchant
from pipe import ADMIN, Pipe

ZONES = (("Asia/Shanghai", 240), ("America/New_York", 0), ("Europe/Berlin", 180))
BEGIN = 1704067200000  # 2024-01-01
FRAMES_A_LOOK = 8      # between two comparisons of all balances
ANSWERED_AGAIN = {"PurchaseService/RecordPurchase", "RefundService/RecordRefund",
                  "RedemptionService/Redeem", "RedemptionService/CancelRedemption",
                  "CreditService/AdjustBalance", "CreditService/HoldCredit",
                  "CreditService/ReleaseCredit", "RefundService/WriteOffDebt",
                  "ProgramService/PublishProgram"}
DUE_AT_ONCE = 40       # due credits that a command works off itself; the rest is the ticker's


class Mismatch(AssertionError):
    """The service answered something else than the oracle."""


class Play(Draw):
    EMPLOYERS = {}                 # of shops; all others have the same

    def __init__(self, api, seed, program=None, arguments=(), merchant=Merchant):
        self.api = api
        self.random = random.Random(seed)
        self.merchant = merchant(dates.Zone(*self.random.choice(ZONES)))
        self.merchant.now = BEGIN + self.random.randrange(300 * dates.DAY_MS)
        self.pipe = Pipe(api, program, arguments)
        self.frame = []            # (method, caller, message, reason, check, in words)
        self.steps = 0
        self.serial = 0
        self.done = []             # a sample of answered writes: (method, caller, message, reply)

    # ---- sending ---------------------------------------------------------------------------------

    def message(self, name, **fields):
        return self.api.message(name + "Request")(**fields)

    def call(self, method, message, reason="", check=None, caller=ADMIN):
        """check(reply) -> "" or what differs; called when the frame is answered."""
        self.frame.append((method, caller, message, reason, check))
        return message

    def flush(self):
        frame, self.frame = self.frame, []
        if not frame:
            return
        answers = self.pipe.run(self.merchant.now, [f[:3] for f in frame])
        for (method, caller, message, reason, check), (got, field, reply) in zip(frame, answers):
            self.steps += 1
            if not got and method in ANSWERED_AGAIN and self.chance(0.02):
                self.done.append((method, caller, message, reply.SerializeToString()))
            if got != reason:
                raise Mismatch("step %d %s(%s): answered %s %s, predicted %s" % (
                    self.steps, method, one_line(message), got or one_line(reply), field,
                    reason or "OK"))
            found = check(reply) if check and not got else ""
            if found:
                raise Mismatch("step %d %s(%s): %s" % (
                    self.steps, method, one_line(message), found))

    def now_call(self, method, message, caller=ADMIN):
        """One call of its own, unpredicted; its reply."""
        self.flush()
        reason, field, reply = self.pipe.run(self.merchant.now, [(method, caller, message)])[0]
        if reason:
            raise Mismatch("%s(%s): %s %s" % (method, one_line(message), reason, field))
        return reply

    def request_id(self):
        self.serial += 1
        return "q%d" % self.serial

    # ---- the stage -------------------------------------------------------------------------------

    def open(self):
        zone = self.merchant.zone
        request = self.message("UpdateMerchant")
        request.merchant.merchant_number = 1
        request.merchant.time_zone, request.merchant.day_cutoff_minutes = \
            zone.name, zone.cutoff_minutes
        self.now_call("MerchantService/UpdateMerchant", request)
        for shop in SHOPS:
            request = self.message("CreateShop")
            request.shop.shop_id, request.shop.pay_entity = shop, self.EMPLOYERS.get(shop, "")
            self.now_call("ShopService/CreateShop", request)
        for number in range(1, 7):
            self.new_guide(number)
        self.publish(self.merchant.today - 400)

    def new_guide(self, number):
        today = self.merchant.today
        until = self.pick(dates.NEVER, dates.NEVER, today + self.random.randrange(-50, 300))
        guide = Guide(number, self.pick("", "+8613900%06d" % number), today - 500, until)
        self.merchant.guides[number] = guide
        request = self.message("CreateGuide")
        request.guide.employee_no, request.guide.name = "E%d" % number, "G%d" % number
        request.guide.phone = guide.phone
        shop = self.pick(*SHOPS)
        guide.employers.append((guide.since, self.EMPLOYERS.get(shop, "")))
        request.guide.employments.add(
            shop_id=shop, from_date=dates.text(guide.since),
            until_date="" if until == dates.NEVER else dates.text(until))
        self.now_call("GuideService/CreateGuide", request)
        self.new_code(GUIDE, number)

    def new_code(self, kind, number):
        self.serial += 1
        request = self.message("CreateCode", request_id="c%d" % self.serial)
        request.code.owner.kind, request.code.owner.number = kind, number
        reply = self.now_call("CodeService/CreateCode", request)
        self.merchant.codes[reply.code.code] = (kind, number)

    def publish(self, day):
        program = self.program(day)
        self.serial += 1
        request = self.message("PublishProgram", request_id="p%d" % self.serial)
        words.fill_program(request.program, program)
        self.call("ProgramService/PublishProgram", request, self.merchant.publish(program))

    # ---- commands --------------------------------------------------------------------------------

    def register(self):
        merchant = self.merchant
        taken = [g.phone for g in merchant.guides.values() if g.phone not in ("", *merchant.phones)]
        self.serial += 1
        phone = "+8613%09d" % self.serial
        if taken and self.chance(0.1):
            phone = self.random.choice(taken)
        code = self.random.choice(list(merchant.codes)) if self.chance(0.85) else ""
        shop = self.pick("", *SHOPS)
        at = self.moment()
        profile = self.profile()
        member, awards = merchant.register(phone, code, at, shop, profile)
        request = self.message("RegisterMember", phone=phone, code=code, shop_id=shop,
                               consent_policy_version="1", gender=member.gender)
        if member.birthday:
            request.birthday = member.birthday.isoformat()
        for name, value in member.attributes.items():
            request.attributes.add(name=name, value=value)
        words.moment(request.occurred_at, at)

        def check(reply):
            if reply.member_number != member.number:
                return "member %d instead of %d" % (reply.member_number, member.number)
            return words.awards_differ(awards, reply.credits)
        self.call("MemberService/RegisterMember", request, "", check)
        if self.chance(0.25):
            self.new_code(MEMBER, member.number)

    def buy(self):
        merchant = self.merchant
        if not merchant.members:
            return self.register()
        count = len(merchant.members)
        number = self.random.randint(max(1, count - 10), count) if self.chance(0.4) \
            else self.random.randint(1, count)
        self.serial += 1
        return self.record(merchant.members[number], self.pick(*SHOPS), "R%d" % self.serial)

    def record(self, member, shop, receipt, paid=0):
        merchant = self.merchant
        parts, lines = self.parts()
        parts["points"] = min(paid, parts["amount"] - parts["gift"])
        sellers = self.sellers()
        at = self.moment()
        request = self.message("RecordPurchase")
        words.fill_purchase(request, shop, receipt, member.number, at, parts, lines, sellers)
        purchase = merchant.buy(member, shop, receipt, merchant.zone.day(at), parts, lines, sellers)

        def check(reply):
            return self.purchase_differs(purchase, reply.purchase)
        self.call("PurchaseService/RecordPurchase", request, "", check)
        if merchant.in_portions:  # refunds that waited for it
            self.flush()
            self.pipe.work_off(merchant.now)
            merchant.in_portions = False
        if self.chance(0.05):  # once more: the same answer
            self.call("PurchaseService/RecordPurchase", request, "", check)

    def purchase_differs(self, purchase, got):
        said = (got.member_number, got.base_minor, got.business_date, got.serving_guide,
                got.program_version)
        meant = (purchase.member.number, purchase.base, dates.text(purchase.day),
                 purchase.serving, purchase.version)
        found = "%r instead of %r" % (said, meant) if said != meant else \
            words.awards_differ(purchase.awards, got.credits)
        return found and "%s; tier %d, days %d, %r" % (
            found, purchase.event.tier, purchase.event.days, purchase.event.program["tiers"])

    def change(self):
        self.publish(self.merchant.today + self.random.randrange(-3, 12))

    def repeat(self):
        """Something that was done, however long ago: the same bytes."""
        if self.done:
            method, caller, message, first = self.random.choice(self.done)
            self.call(method, message, "", lambda reply: "" if reply.SerializeToString() == first
                      else "again says %s" % one_line(reply), caller)

    # ---- the whole -------------------------------------------------------------------------------

    COMMANDS = ((buy, 60), (register, 4), (change, 0.5), (repeat, 3))

    def play(self, steps):
        self.open()
        kinds, weights = zip(*self.COMMANDS)
        frames = 0
        while self.steps < steps:
            self.pass_time()
            for _ in range(self.random.randint(1, 120)):
                self.random.choices(kinds, weights)[0](self)
            self.flush()
            frames += 1
            if frames % FRAMES_A_LOOK == 0:
                self.compare()
        self.compare()
        self.prove()
        return self.steps

    def pass_time(self):
        merchant = self.merchant
        before = merchant.today
        merchant.now += self.random.randrange(
            self.pick(3600 * 1000, dates.DAY_MS, 4 * dates.DAY_MS))
        if merchant.today != before and (
                self.chance(0.5) or merchant.must_be_worked_off(DUE_AT_ONCE)):
            self.pipe.work_off(merchant.now)
        if merchant.today != before:
            merchant.begin_day()

    def compare(self):
        """Every balance."""
        merchant = self.merchant
        for kind, people in ((MEMBER, merchant.members), (GUIDE, merchant.guides)):
            token = ""
            number = 0
            while True:
                reply = self.now_call("LedgerService/ListBalances", self.message(
                    "ListBalances", kind=kind, page_size=500, page_token=token))
                for row in reply.account_balances:
                    number += 1
                    self.compare_balance(kind, number, row)
                token = reply.next_page_token
                if not token:
                    break
            if number != len(people):
                raise Mismatch("%d balances instead of %d" % (number, len(people)))

    def compare_balance(self, kind, number, row):
        account = self.merchant.up_to(self.merchant.account(kind, number), self.merchant.today)
        for got in row.balances:
            available, pending, held, debt, inside = account.balance(got.unit)
            said = (got.available, got.pending, got.held, got.debt)
            meant = (available - inside, pending, held, debt)
            if said != meant:
                raise Mismatch("after step %d: balance of %r, unit %d: %r instead of %r" % (
                    self.steps, (kind, number), got.unit, said, meant))
        for credit in account.credits:
            assert self.merchant.check(credit)

    def prove(self):
        findings, entries, first = self.pipe.verify()
        if findings:
            raise Mismatch("after step %d: verify has %d findings in %d entries: %s" % (
                self.steps, findings, entries, first))


def one_line(message):
    return " ".join(str(message).split())
