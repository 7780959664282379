"""Canaries: phones, names, birthdays, addresses, documents, tokens, sessions, links and phone codes that
go through every way in, the pages behind nginx, the command line, imports, errors and misuse, and are
then found nowhere they don't belong: data files, backups, logs at debug, /metrics, core dumps; in
UTF-8 and UTF-16, percent-encoded, in base64, hexadecimal and JSON's escapes.

The first tokens' own files and the file of messages to phones are where such things are meant to be.
The test shows itself able to fail: each form of a planted leak is found, and a core dump, where it is
allowed (--core-dumps), holds what it may not hold."""

import base64
import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import grpc  # noqa: E402
from nginx import Nginx  # noqa: E402
from pages import API, Pages  # noqa: E402
from reflect import Refused  # noqa: E402
from service import BECKON, BECKOND, Service, free_port  # noqa: E402

NAME_ZH, NAME_EN = "金丝雀小黄", "Canarella Featherstone"
GUIDE_ZH, GUIDE_DOCUMENT = "金丝鸟大青", "X9920441177C"
STREET, BIRTHDAY = "17 Birdcage Walk, Canaryville", "1931-02-23"
PHONES = ["176612345%02d" % n for n in range(20)]
IMPORTED, HOOK_PATH = "Canaretta of the import", "T0-canary-path-that-may-be-a-secret"


def coded(plain):
    """In base64, wherever it begins in what was encoded."""
    found = set()
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + plain)
        middle = whole[(8 * shift + 5) // 6:(8 * (shift + len(plain))) // 6]
        found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def forms(text):
    """Every form in which a text may stand in a file; of bytes, those that bytes have."""
    if isinstance(text, bytes):
        return {text, text.hex().encode(), text.hex().upper().encode()} | coded(text)
    plain = text.encode()
    found = {plain, text.encode("utf-16-le"), text.encode("utf-16-be"), plain.hex().encode(),
             plain.hex().upper().encode(), urllib.parse.quote(text, safe="").encode(),
             urllib.parse.quote(text, safe="").lower().encode(), urllib.parse.quote_plus(text).encode(),
             json.dumps(text)[1:-1].encode(), json.dumps(text)[1:-1].upper().encode(),
             "".join("\\x%02x" % byte for byte in plain).encode(),
             "".join("\\x%02X" % byte for byte in plain).encode()}
    return found | coded(plain)


def written(path):
    """What a file holds, without the holes: room that was taken and never written."""
    pieces, at = [], 0
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        while at < size:
            try:
                at = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
            file.seek(at)
            pieces.append(file.read(end - at))
            at = end
    return b"".join(pieces)


def search(paths, canaries, allowed=()):
    """(canary, file) of whatever is found. `allowed`: (canary, file) that belong together."""
    found = set()
    needles = [(canary, form) for canary in canaries for form in forms(canary)]
    for path in paths:
        inner = [path] if os.path.isfile(path) else [
            os.path.join(at, name) for at, _, names in os.walk(path) for name in names]
        for file in inner:
            text = file.encode() + b"\n" + written(file)
            found |= {(canary, file) for canary, form in needles if form in text}
    return {(canary, file) for canary, file in found if (canary, os.path.basename(file)) not in allowed}


class CanaryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.metrics_port = free_port()
        cls.pages = Pages(web_options=["--host", "club.example.com"], service_options=[
            "--log-level", "debug", "--metrics", "127.0.0.1:%d" % cls.metrics_port])
        cls.pages.start()
        cls.nginx = Nginx(cls.pages.web_port).__enter__()
        cls.outside = os.path.join(cls.pages.folder, "outside")  # what the clients themselves keep
        os.mkdir(cls.outside)
        cls.canaries = {NAME_ZH, NAME_EN, GUIDE_ZH, GUIDE_DOCUMENT, STREET, BIRTHDAY, IMPORTED, HOOK_PATH, *PHONES}
        cls.counts = {}

    @classmethod
    def tearDownClass(cls):
        cls.nginx.__exit__()
        cls.pages.stop()

    # ---- ways in ---------------------------------------------------------------------------------

    def call(self, method, request, **options):
        return self.pages.client(**options).call(API + method, request)

    def refused(self, method, request, **options):
        with self.assertRaises(Refused, msg=method):
            reply = self.call(method, request, **options)
            list(reply) if not isinstance(reply, dict) else None

    def test_a_people_come_by_the_api(self):
        person = {"phone": PHONES[0], "name": NAME_ZH, "birthday": BIRTHDAY, "gender": "f",
                  "attributes": [{"name": "address", "value": STREET}], "consent_policy_version": "1"}
        number = self.call("MemberService/RegisterMember", person)["member_number"]
        self.call("MemberService/RegisterMember", person)  # known already
        self.call("MemberService/UpdateMember", {
            "member": {"member_number": number, "name": NAME_EN, "phone": PHONES[1]},
            "update_fields": ["name", "phone"]})
        self.call("GuideService/CreateGuide", {"guide": {
            "employee_no": "C1", "name": GUIDE_ZH, "phone": PHONES[2], "document_type": "ID",
            "document_number": GUIDE_DOCUMENT,
            "employments": [{"shop_id": "S01", "from_date": "2020-01-01"}]}})
        self.call("PurchaseService/RecordPurchase", {
            "shop_id": "S01", "receipt_number": "CANARY-1", "phone": PHONES[1], "amount_minor": 100})
        self.call("ExplainService/Quote", {"purchase": {
            "shop_id": "S01", "phone": PHONES[1], "amount_minor": 100}})
        self.call("MemberService/ListMembers", {})
        self.call("MemberService/GetMember", {"phone": PHONES[1]})
        self.call("PrivacyService/GetMemberData", {"member_number": number})
        erased = dict(person, phone=PHONES[3])
        number = self.call("MemberService/RegisterMember", erased)["member_number"]
        self.call("PrivacyService/EraseMember",
                  {"member_number": number, "reason": "ERASURE_REASON_REQUEST"})
        self.call("MemberService/RegisterMembers", {"registrations": [
            dict(person, phone=PHONES[4]), dict(person, phone=PHONES[5] + "9999999")]})

    def test_b_what_is_refused_is_not_told_either(self):
        for method, request in (
                ("MemberService/GetMember", {"phone": PHONES[6]}),
                ("MemberService/RegisterMember", {"phone": PHONES[6], "name": NAME_ZH}),  # no consent
                ("MemberService/RegisterMember", {"phone": PHONES[6] + "0000000",
                                                  "consent_policy_version": "1"}),
                ("MemberService/RegisterMember", {"phone": PHONES[6], "name": NAME_EN * 20,
                                                  "consent_policy_version": "1"}),
                ("MemberService/RegisterMember", {"phone": PHONES[6], "birthday": STREET,
                                                  "consent_policy_version": "1"}),
                ("MemberService/RegisterMember", {"phone": NAME_ZH, "consent_policy_version": "1"}),
                ("MemberService/RegisterMember", {"phone": PHONES[6], "consent_policy_version": "1",
                                                  "code": NAME_EN}),
                ("PurchaseService/RecordPurchase", {"shop_id": STREET, "receipt_number": "C",
                                                    "phone": PHONES[6], "amount_minor": 1}),
                ("PurchaseService/RecordPurchase", {"shop_id": "S01", "receipt_number": "C",
                                                    "phone": PHONES[6], "amount_minor": 1}),
                ("ShopService/GetShop", {"shop_id": NAME_ZH}),
                ("CodeService/ResolveCode", {"code": PHONES[6]}),
                ("GuideService/CreateGuide", {"guide": {"employee_no": "C2", "name": GUIDE_ZH,
                                                        "document_number": GUIDE_DOCUMENT * 9}}),
                ("MemberService/ListMembers", {"page_token": NAME_EN}),
                ("MerchantService/GetMerchant", {"merchant_number": 1766123450})):
            self.refused(method, request)
        operator = self.pages.service.client("operator")
        for path in (NAME_EN, "/nowhere/" + NAME_EN, "/nowhere/" + PHONES[6]):
            with self.assertRaises(Refused):
                list(operator.call(API + "StoreService/BackupStore", {"path": path}))

    def test_c_a_caller_misuses_what_names_his_call(self):
        channel = grpc.insecure_channel(self.pages.service.address)
        token = "beckon_1_" + base64.urlsafe_b64encode(b"canary token, 32 bytes of it all").decode()[:43]
        self.canaries.add(token)
        unary = channel.unary_unary("/beckon.v1.ShopService/GetShop")
        strange = channel.unary_unary("/beckon.v1.MemberService/" + PHONES[7])
        for call in (unary, strange):
            for header, value in (
                    ("x-request-id", PHONES[7]), ("x-request-id", "+86" + PHONES[7]),
                    ("x-request-id", NAME_EN), ("x-request-id", token),
                    ("authorization", "Bearer " + token), ("authorization", token),
                    ("authorization", "Basic " + PHONES[7]), ("x-forwarded-for", PHONES[7]),
                    ("x-own-header", NAME_EN), ("x-own-bin", NAME_ZH.encode()),
                    ("accept-language", NAME_EN)):
                with self.assertRaises(grpc.RpcError):
                    call(NAME_ZH.encode() + PHONES[7].encode(), metadata=[(header, value)], timeout=20)
        channel.close()
        named = grpc.insecure_channel(self.pages.service.address,
                                      options=[("grpc.primary_user_agent", PHONES[7])])
        with self.assertRaises(grpc.RpcError):
            named.unary_unary("/" + PHONES[7] + "/" + NAME_EN)(b"", timeout=20)
        named.close()

    def test_d_secrets_are_made_and_used(self):
        for role in ("auditor", "payroll"):
            self.canaries.add(self.call("TokenService/CreateToken", {
                "token": {"role": "ROLE_" + role.upper(), "label": "made"},
                "request_id": "canary-" + role})["secret"])
        self.canaries.update(self.pages.secrets.values())
        self.canaries.add(self.pages.service.token("operator"))
        link = self.pages.link(guide="G01")
        self.canaries.add(link[len("/in/"):])
        visitor = self.nginx.visitor()
        visitor.submit(visitor.get(link), follow=False)
        self.canaries.update(value for value in visitor.cookies.values() if value.startswith("session_"))
        self.assertEqual(self.nginx.visitor().get(link).status, 404)  # used already
        unused = self.pages.link(token="payroll")
        self.canaries.add(unused[len("/in/"):])

        hook = {"url": "https://127.0.0.1:9/hook/" + HOOK_PATH, "description": "the till's own"}
        made = self.call("WebhookService/CreateWebhook", {"webhook": hook, "request_id": "canary"})
        rotated = self.call("WebhookService/RotateWebhookSecret",
                            {"webhook_number": made["webhook_number"],
                             "request_id": "canary-again"})
        for secret in (made["secret"], rotated["secret"]):
            self.canaries.add(secret)
            self.canaries.add(base64.b64decode(secret.removeprefix("whsec_")))
        for url in ("http://example.com/" + HOOK_PATH, "https://user:%s@example.com/" % HOOK_PATH,
                    NAME_EN, "https://10.0.0.1/" + HOOK_PATH):
            with self.subTest(url=url), contextlib.suppress(Refused):
                self.call("WebhookService/CreateWebhook",
                          {"webhook": {"url": url}, "request_id": url[-20:]})

    def test_e_visitors_of_the_pages(self):
        visitor = self.nginx.visitor()
        page = visitor.get("/R/" + self.pages.codes["G01"])
        page = visitor.submit(page, phone=PHONES[8], consent="yes")
        code = self.pages.sms_code(PHONES[8])
        wrong = "%06d" % ((int(code) + 1) % 1000000)
        page = visitor.submit(page, "/card/prove", code=wrong)
        page = visitor.submit(page, "/card/prove", code=code)
        self.assertEqual((page.status, page.path), (200, "/card"), page)
        self.canaries.update((code, *[value for value in visitor.cookies.values()
                                      if value.startswith("session_")]))
        for value in visitor.cookies.values():
            self.assertNotIn(PHONES[8], value)
        for target in ("/R?phone=%s" % PHONES[9], "/card?name=%s" % urllib.parse.quote(NAME_ZH),
                       "/R/" + PHONES[9][:9], "/in/link_1_" + "canary" * 7,
                       "/nothing?x=" + urllib.parse.quote(STREET)):
            self.nginx.visitor().get(target, headers={
                "User-Agent": NAME_EN, "Referer": "https://example.com/" + PHONES[9],
                "X-Forwarded-For": PHONES[9], "Cookie": "beckon=session_1_" + "c" * 43})
        for form in ({"phone": PHONES[9] + "99999", "consent": "yes"}, {"phone": NAME_ZH, "consent": "yes"},
                     {"phone": PHONES[9]}):
            fresh = self.nginx.visitor()
            fresh.submit(fresh.get("/R/" + self.pages.codes["G01"]), **form)
        self.canaries.add("canary" * 7)

    def test_f_the_command_line_and_imports(self):
        people = os.path.join(self.outside, PHONES[10] + ".csv")
        with open(people, "w", encoding="utf-8") as file:
            file.write("phone,consent_policy_version,occurred_at,name\n")
            file.write("%s,1,2026-01-01T00:00:00Z,%s\n" % (PHONES[11], IMPORTED))
            file.write("%s99999,1,2026-01-01T00:00:00Z,%s\n" % (PHONES[12], IMPORTED))
        environment = dict(os.environ, BECKON_ADDRESS=self.pages.service.address,
                           BECKON_TOKEN=self.pages.secrets["admin"])
        for arguments in (["import", "members", people], ["member", "get", "phone:" + PHONES[13]],
                          ["member", "register", PHONES[14], "--consent", "v1", "--name", NAME_ZH],
                          ["member", "register", NAME_EN, "--consent", "v1"],
                          ["quote", "100", "--shop", "S01", "--phone", PHONES[15]]):
            subprocess.run([BECKON, *arguments], env=environment, capture_output=True, timeout=60)
        self.assertEqual(self.call("MemberService/GetMember",
                                   {"phone": PHONES[11]})["member"]["name"], IMPORTED)

    def test_g_keys_are_rotated_and_a_backup_is_made(self):
        operator = self.pages.service.client("operator")
        operator.call(API + "StoreService/RotateKeys", {"generation": 1})
        until = time.monotonic() + 20
        while operator.call(API + "StoreService/GetKeyStatus", {})["running"]:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)
        *_, last = operator.call(API + "StoreService/BackupStore",
                                 {"path": os.path.join(self.pages.folder, "backup")})
        self.assertTrue(last["done"])

    # ---- what is left ----------------------------------------------------------------------------

    def test_h_beckon_web_is_down_and_nginx_says_so_in_its_log(self):
        self.assertEqual(self.pages.stop_web(), 0)
        for target in ("/card?name=" + NAME_EN.replace(" ", "+"), "/R?phone=" + PHONES[16],
                       "/in/link_1_" + "canary" * 7):
            self.assertEqual(self.nginx.visitor().get(target).status, 503)
        self.pages.start_web()

    def test_i_no_canary_is_found(self):
        metrics = os.path.join(self.pages.folder, "metrics")
        with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % self.metrics_port, timeout=20) as told:
            with open(metrics, "wb") as file:
                file.write(told.read())
        self.assertIn(b"beckon_", written(metrics))
        self.assertEqual(self.pages.service.stop(), 0)
        self.assertIn("level=debug", self.pages.service.log())
        # A hook's address is no secret to the store; to the log it is.
        own = [(HOOK_PATH, "data.mdb")]
        own += [(self.pages.service.token(name), name + ".token") for name in ("admin", "operator")]
        places = [self.pages.service.data, os.path.join(self.pages.folder, "backup"), metrics,
                  self.pages.service.log_path, self.pages.log_path,
                  self.nginx.log_path, os.path.join(self.nginx.folder, "error.log")]
        for place in places:
            self.assertTrue(os.path.exists(place), place)
        self.assertGreater(len(self.canaries), 35)
        self.assertEqual(search(places, self.canaries, own), set())
        print("%d canaries in %d forms: none found" % (
            len(self.canaries), sum(len(forms(canary)) for canary in self.canaries)))
        self.pages.restart_service()

    def test_j_every_form_of_a_planted_leak_is_found(self):
        nest = os.path.join(self.pages.folder, "nest")
        os.mkdir(nest)
        for canary in (NAME_ZH, NAME_EN, PHONES[0], GUIDE_DOCUMENT, STREET):
            for number, form in enumerate(forms(canary)):
                with open(os.path.join(nest, "file"), "wb") as file:
                    file.write(b"x" * number + form + b"x")
                self.assertEqual(search([nest], {canary}), {(canary, os.path.join(nest, "file"))}, form)
        os.unlink(os.path.join(nest, "file"))
        with open(os.path.join(nest, PHONES[0]), "w"):
            pass
        self.assertEqual(len(search([nest], {PHONES[0]})), 1)  # the name of a file

    # ---- core dumps ------------------------------------------------------------------------------

    def core_of(self, *options):
        """The names of files that appear when it is made to abort, with its memory full of people."""
        folder = os.path.join(self.pages.folder, "core-%d" % len(options))
        os.mkdir(folder)
        service = Service(folder=folder, options=list(options))
        limit = resource.getrlimit(resource.RLIMIT_CORE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, limit)
        resource.setrlimit(resource.RLIMIT_CORE, (limit[1], limit[1]))
        service.start(wrapper=["env", "-C", folder])
        service.client("admin").call(API + "MemberService/RegisterMember", {
            "phone": PHONES[17], "name": NAME_EN, "consent_policy_version": "1"})
        before = set(os.listdir(folder))
        service.process.send_signal(signal.SIGABRT)
        self.assertEqual(service.process.wait(60), -signal.SIGABRT)
        self.assertNotIn(NAME_EN, service.log())
        return [os.path.join(folder, name) for name in set(os.listdir(folder)) - before]

    def test_k_no_core_dump_is_written(self):
        if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
            self.skipTest("no core dumps are allowed here at all")
        self.assertEqual(self.core_of(), [])

    def test_l_a_core_dump_that_is_asked_for_holds_people(self):
        with open("/proc/sys/kernel/core_pattern") as file:
            pattern = file.read().strip()
        with open(BECKOND, "rb") as file:
            sanitized = b"__asan_init" in file.read()
        if pattern.startswith(("|", "/")) or sanitized or \
                resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
            self.skipTest("core dumps go elsewhere here")
        cores = self.core_of("--core-dumps")
        self.assertEqual(len(cores), 1)
        with open(cores[0], "rb") as file:
            self.assertIn(NAME_EN.encode(), file.read())
        os.unlink(cores[0])


if __name__ == "__main__":
    if shutil.which("nginx") is None and not os.path.exists("/usr/sbin/nginx"):
        print("no nginx")
        sys.exit(77)
    unittest.main()
