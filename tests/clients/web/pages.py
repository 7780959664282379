"""beckond and beckon-web on free ports, with people to visit the pages as.

    with Pages() as pages:
        page = pages.visitor().get("/R/" + pages.codes["G01"])
        guide = pages.signed_in(guide="G01"); guide.get("/guide")
        desk = pages.signed_in(token="payroll"); desk.get("/desk")
        lin = pages.member_signed_in("lin"); lin.get("/card")

The people: shops S01, S02; guides G01 王丽, G02 陈强 (S01), G03 赵敏 (S02); members lin (of G01, several
purchases), mei (by lin's code), bo (of G03), yun (of G02); tokens admin, manager (S01), payroll, checker (another
payroll), auditor, pos (S01). Purchases of the last year and of today.

By default beckon-web believes it stands behind a proxy, and every visitor has an address of his own,
so that tests don't slow each other down. Programs come from $BECKOND, $BECKON and $BECKON_WEB."""

import datetime
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from business_day import ZONE  # noqa: E402
from service import ROOT, Service  # noqa: E402
from visitor import Visitor  # noqa: E402

BECKON_WEB = os.environ.get("BECKON_WEB", os.path.join(ROOT, "build/release/clients/web/beckon-web"))
START_SECONDS = 30
API = "beckon.v1."

PROGRAM = {
    "from_date": "2020-01-01", "title": "pages", "inherit_serving_guide": True,
    "redemption": {"points": 100, "minor": 100},
    "settlement": {"rate_points": 10, "rate_minor": 100},
    "tiers": {"basis": "TIER_BASIS_POINTS", "levels": [
        {"tier_id": "base", "title_zh": "普通会员", "title_en": "Basic", "threshold": 0,
         "multiplier_bp": 10000},
        {"tier_id": "silver", "title_zh": "银卡", "title_en": "Silver", "threshold": 1000,
         "multiplier_bp": 12000, "rights": ["free alterations"]}]},
    "rules": [
        {"rule_id": "welcome", "title_zh": "新会员礼遇", "title_en": "Welcome gift",
         "trigger": "TRIGGER_REGISTRATION", "beneficiary": "BENEFICIARY_BUYER",
         "unit": "UNIT_POINTS", "fixed_amount": 50},
        {"rule_id": "tea", "title_zh": "迎新好礼", "title_en": "A welcome present",
         "trigger": "TRIGGER_REGISTRATION", "beneficiary": "BENEFICIARY_BUYER",
         "reward": "REWARD_COUPON", "benefit_zh": "龙井茶一杯", "benefit_en": "a cup of tea",
         "benefit_valid_days": 30},
        {"rule_id": "buyer", "title_zh": "消费积分", "title_en": "Points on purchases",
         "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_BUYER", "unit": "UNIT_POINTS",
         "rate_bp": 100},
        {"rule_id": "friend", "title_zh": "好友消费返现", "title_en": "Cash when friends buy",
         "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_REFERRER", "unit": "UNIT_CASH",
         "rate_bp": 200, "referrer": "REFERRER_CONDITION_MEMBER"},
        {"rule_id": "head", "title_zh": "拉新奖励", "title_en": "Reward for a new member",
         "trigger": "TRIGGER_REGISTRATION", "beneficiary": "BENEFICIARY_SERVING_GUIDE",
         "unit": "UNIT_POINTS", "fixed_amount": 5, "code": "CODE_CONDITION_OWN"},
        {"rule_id": "guide", "title_zh": "会员消费提成", "title_en": "Share of members' purchases",
         "trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_SERVING_GUIDE",
         "unit": "UNIT_POINTS", "rate_bp": 50},
    ]}
SHOPS = {"S01": "西湖店", "S02": "河坊街店"}
GUIDES = {"G01": ("王丽", "S01"), "G02": ("陈强", "S01"), "G03": ("赵敏", "S02")}
MEMBERS = {"lin": ("林小雨", "13700000001", "G01"), "mei": ("梅", "13700000002", "lin"),
           "bo": ("薄云", "13700000003", "G03"), "yun": ("云朵", "13700000004", "G02")}
TOKENS = {"manager": ("shop_manager", "S01"), "payroll": ("payroll", ""), "checker": ("payroll", ""),
          "auditor": ("auditor", ""), "pos": ("pos", "S01")}


def year_ago(days=0):
    """A moment in the year before this one, in the form of requests."""
    begin = datetime.datetime.now(ZONE).replace(month=3, day=1, hour=10, minute=0, second=0,
                                                microsecond=0)
    return stamp(begin.replace(year=begin.year - 1) + datetime.timedelta(days=days))


def stamp(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Pages:
    def __init__(self, people=True, proxied=True, sms=True, service_options=(), web_options=(),
                 environment=None):
        self.people, self.proxied = people, proxied
        self.folder = tempfile.mkdtemp(prefix="beckon-test-")
        self.sms_path = os.path.join(self.folder, "sms")
        # Its TCP port is another one after a restart; the pages find it again by its socket.
        self.socket = "unix:" + os.path.join(self.folder, "socket")
        options = ["--listen", self.socket, *(["--sms-file", self.sms_path] if sms else []),
                   *service_options]
        self.service = Service(options, folder=self.folder, environment=environment)
        self.environment = environment
        self.web_options = list(web_options)
        self.web = None
        self.web_port = None
        self.log_path = os.path.join(self.folder, "web.log")
        self.serial = itertools.count(1)
        self.guides, self.members, self.codes = {}, {}, {}
        self.tokens, self.secrets, self.sessions = {}, {}, {}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.service.start()
        self.start_web()
        if self.people:
            self.invite()

    def stop(self):
        """Ends both; what a sanitizer found fails here."""
        codes = []
        try:
            codes = [self.stop_web(), self.service.stop()]
        finally:
            if self.web and self.web.poll() is None:
                self.web.kill()
                self.web.wait()
            log = self.web_log()
            shutil.rmtree(self.folder, ignore_errors=True)
        assert codes == [0, 0], "beckon-web and beckond ended with %s\n%s" % (codes, log)

    # ---- beckon-web ------------------------------------------------------------------------------

    def start_web(self):
        port_file = os.path.join(self.folder, "web-port")
        if os.path.exists(port_file):
            os.unlink(port_file)
        listen = "127.0.0.1:%d" % (self.web_port or 0)  # again where it was
        options = ["--service", self.socket, "--listen", listen, "--port-file", port_file,
                   "--key-file", os.path.join(self.folder, "web.key"),
                   *(["--behind-proxy"] if self.proxied else []), *self.web_options]
        with open(self.log_path, "ab") as log:
            self.web = subprocess.Popen([BECKON_WEB, *options], stdout=log, stderr=log,
                                        env=self.environment)
        until = time.monotonic() + START_SECONDS
        while not (os.path.exists(port_file) and os.path.getsize(port_file)):
            if self.web.poll() is not None:
                raise RuntimeError("beckon-web ended with %d:\n%s" % (self.web.returncode,
                                                                      self.web_log()))
            if time.monotonic() > until:
                raise RuntimeError("beckon-web does not serve:\n" + self.web_log())
            time.sleep(0.005)
        with open(port_file) as file:
            self.web_port = int(file.read())

    def stop_web(self, seconds=20):
        if self.web is None or self.web.poll() is not None:
            return self.web.returncode if self.web else None
        self.web.send_signal(signal.SIGTERM)
        try:
            return self.web.wait(seconds)
        except subprocess.TimeoutExpired:
            self.web.kill()
            self.web.wait()
            raise RuntimeError("beckon-web did not stop:\n" + self.web_log())

    def web_log(self):
        if not os.path.exists(self.log_path):
            return ""
        with open(self.log_path, errors="replace") as log:
            return log.read()

    @property
    def base(self):
        return "http://127.0.0.1:%d" % self.web_port

    # ---- the people ------------------------------------------------------------------------------

    def call(self, method, request=None, token="admin"):
        """An RPC as one of the tokens: call("ShopService/ListShops")."""
        return self.client(token).call(API + method, request or {})

    def client(self, token="admin"):
        if not hasattr(self, "_client"):
            self._client = self.service.client("admin")
            self.secrets["admin"] = self._client.token
        return self._client.with_token(self.secrets[token])

    def restart_service(self):
        """beckond again after a kill() or stop(); the pages stay as they are."""
        self.service.start()
        self.__dict__.pop("_client", None)

    def invite(self):
        for shop, name in SHOPS.items():
            self.call("ShopService/CreateShop", {"shop": {"shop_id": shop, "name": name}})
        self.call("ProgramService/PublishProgram", {"program": PROGRAM, "request_id": "pages"})
        for i, (number, (name, shop)) in enumerate(GUIDES.items()):
            self.guides[number] = self.call("GuideService/CreateGuide", {"guide": {
                "employee_no": number, "name": name, "phone": "1360000000%d" % i,
                "employments": [{"shop_id": shop, "from_date": "2020-01-01"}]}})[
                    "guide"]["guide_number"]
            self.codes[number] = self.code("GUIDE", self.guides[number], number)
        for number, shop in enumerate(SHOPS, 1):
            self.codes[shop] = self.code("SHOP", number, shop)
        for name, (called, phone, by) in MEMBERS.items():
            self.members[name] = self.call("MemberService/RegisterMember", {
                "phone": phone, "consent_policy_version": "1", "code": self.codes[by],
                "name": called, "birthday": "1990-05-1%d" % len(self.members),
                "occurred_at": year_ago()})["member_number"]
            self.codes[name] = self.code("MEMBER", self.members[name], name)
        for role, (kind, shop) in TOKENS.items():
            made = self.call("TokenService/CreateToken", {
                "token": {"role": "ROLE_" + kind.upper(), "label": role}, "shop_id": shop,
                "request_id": role})
            self.secrets[role] = made["secret"]
            self.tokens[role] = made["token"]["token_number"]
        for i, (name, amount) in enumerate((("lin", 168000), ("mei", 52000), ("lin", 88000),
                                            ("bo", 23000), ("lin", 9900))):
            self.buy(name, amount, "OLD-%d" % i, year_ago(7 * i), "S02" if name == "bo" else "S01")
        self.buy("lin", 12800, "TODAY-1")

    def adopt_admin(self):
        """Sign-in links for the admin of beckond's first start: the first token of all."""
        self.tokens["admin"] = next(
            token["token_number"] for token in
            self.call("TokenService/ListTokens", {"page_size": 500})["tokens"]
            if token["role"] == "ROLE_ADMIN" and token["revoked_at"] is None)

    def code(self, kind, number, request_id):
        return self.call("CodeService/CreateCode", {
            "code": {"owner": {"kind": "PARTY_KIND_" + kind, "number": number}},
            "request_id": request_id})["code"]["code"]

    def buy(self, member, amount_minor, receipt=None, occurred_at=None, shop="S01"):
        """A till's purchase; `member` is a name, or a number."""
        return self.call("PurchaseService/RecordPurchase", {
            "shop_id": shop, "receipt_number": receipt or "R%d" % next(self.serial),
            "member_number": self.members.get(member, member), "amount_minor": amount_minor,
            "occurred_at": occurred_at or stamp(datetime.datetime.now(ZONE))})["purchase"]

    # ---- visiting --------------------------------------------------------------------------------

    def address(self):
        """Nobody else's."""
        number = next(self.serial)
        return "10.%d.%d.%d" % (number >> 16 & 255, number >> 8 & 255, number & 255)

    def visitor(self, language="zh", address=None, moving=False):
        """Somebody new, from an address of her own; moving: from another one each time."""
        visitor = Visitor(("127.0.0.1", self.web_port),
                          address or (self.address() if self.proxied else None), language)
        visitor.move = self.address if moving else None
        return visitor

    def link(self, guide=None, token=None):
        """A fresh one-time sign-in link, as a path."""
        owner = ({"guide_number": self.guides[guide]} if guide
                 else {"token_number": self.tokens[token]})
        made = self.call("SignInService/CreateSignInLink",
                         dict(owner, request_id="link-%d" % next(self.serial)))
        return "/in/" + made["secret"]

    def signed_in(self, guide=None, token=None, language="zh", moving=False):
        """A visitor who used such a link."""
        visitor = self.visitor(language, moving=moving)
        page = visitor.submit(visitor.get(self.link(guide, token)), follow=False)
        assert page.status == 303, page
        return visitor

    def member_signed_in(self, name, language="zh", moving=False):
        """A visitor who proved a member's phone (of MEMBERS, or any number). A phone is sent one
        code a minute: whoever is signed in already shares her session."""
        phone = MEMBERS[name][1] if name in MEMBERS else name
        visitor = self.visitor(language, moving=moving)
        visitor.cookies = dict(self.sessions.get(phone, {}))
        if visitor.get("/card/qr.png", follow=False).status == 200:
            return visitor
        visitor.cookies.clear()
        page = visitor.submit(visitor.get("/card"), "/card/code", phone=phone)
        page = visitor.submit(page, "/card/prove", code=self.sms_code(phone))
        assert page.status == 200 and page.path == "/card", page
        self.sessions[phone] = dict(visitor.cookies)
        return visitor

    # ---- messages --------------------------------------------------------------------------------

    def messages(self, phone=None):
        """What was sent (to that phone), oldest first: dicts with "to", "text", "code", "at"."""
        if not os.path.exists(self.sms_path):
            return []
        with open(self.sms_path, encoding="utf-8") as file:
            whole = file.read()
        lines = whole[:whole.rfind("\n") + 1].splitlines()  # the last one may be under way
        found = [json.loads(line) for line in lines]
        return [one for one in found if phone is None or one["to"].endswith(phone.lstrip("+"))]

    def sms_code(self, phone, after=0, seconds=10):
        """The code of the message to that phone that comes after the first `after` ones."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.messages(phone)
            if len(found) > after:
                return found[-1]["code"]
            time.sleep(0.02)
        raise AssertionError("no message to %s: %s" % (phone, self.service.log()[-2000:]))
