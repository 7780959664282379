"""The main job over real gRPC: a code as a QR image, a registration, purchases, credits; kill -9
and restart, replays, verify, backup and restore; and what logs and files must not hold."""

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reflect import Refused  # noqa: E402
from service import BECKOND, Service  # noqa: E402
from world import API, World  # noqa: E402

PNG, SVG, TERMINAL = "IMAGE_FORMAT_PNG", "IMAGE_FORMAT_SVG", "IMAGE_FORMAT_TERMINAL"
LEVELS = ["ERROR_CORRECTION_" + level for level in "LMQH"]
USED_BYTES = 4 << 20  # of data.mdb in these tests: the rest is preallocated room


# ---- images -------------------------------------------------------------------------------------

def pgm(rows):
    """A grey image of 4 pixels a module from rows of dark (True) modules."""
    width = 4 * len(rows[0])
    lines = [bytes(0 if dark else 255 for dark in row for _ in range(4)) * 4 for row in rows]
    return b"P5 %d %d 255\n" % (width, 4 * len(rows)) + b"".join(lines)


def svg_modules(text):
    """The modules of our SVG: a view box and one path of rectangles one unit high."""
    total = int(re.search(r'viewBox="0 0 (\d+) \1"', text).group(1))
    path = re.search(r'<path [^>]*d="([^"]*)"', text).group(1)
    rows = [[False] * total for _ in range(total)]
    rectangles = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path)
    assert "".join("M%s %sh%sv1h-%sz" % r for r in rectangles) == path
    for x, y, width, back in (map(int, r) for r in rectangles):
        assert width == back
        rows[y][x:x + width] = [True] * width
    return rows


def terminal_modules(text):
    """The modules of our text: light ink, two modules a character."""
    halves = {"█": (False, False), "▀": (False, True), "▄": (True, False), " ": (True, True)}
    rows = []
    for line in text.rstrip("\n").split("\n"):
        rows.append([halves[c][0] for c in line])
        rows.append([halves[c][1] for c in line])
    return rows


class Images(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="beckon-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def renders(self, code):
        for level in LEVELS:
            for pixels in (2, 3, 8, 40):
                for quiet in (4, 12):
                    yield {"code": code, "format": PNG, "error_correction": level,
                           "module_pixels": pixels, "quiet_modules": quiet}
            yield {"code": code, "format": SVG, "error_correction": level}
            yield {"code": code, "format": TERMINAL, "error_correction": level}

    def test_zbar_and_zxing_read_every_image_and_its_bytes_are_the_same_after_a_restart(self):
        with Service() as service:
            world = World(service, with_tokens=False)
            code = world.one.guide_codes[0]
            requests = list(self.renders(code))
            first = [world.one.call("CodeService/RenderCode", r) for r in requests]
            again = [world.one.call("CodeService/RenderCode", r) for r in requests]
            self.assertEqual(first, again)
            service.kill()
            service.start()
            admin = service.client("admin")
            self.assertEqual(
                first, [admin.call(API + "CodeService/RenderCode", r) for r in requests])
        link = "HTTPS://BECKON.EXAMPLE/R/" + code
        self.assertEqual({reply["link"] for reply in first}, {link})
        self.assertEqual({reply["media_type"] for reply in first},
                         {"image/png", "image/svg+xml", "text/plain; charset=utf-8"})
        self.assert_readers_agree([self.write(i, r, reply["image"])
                                   for i, (r, reply) in enumerate(zip(requests, first))], link)

    def write(self, number, request, image):
        path = os.path.join(self.folder, "%02d" % number)
        if request["format"] == PNG:
            self.assertEqual(image[:8], b"\x89PNG\r\n\x1a\n")
            self.assertEqual(image[24:26], b"\x01\x00")  # 1 bit, grey
            path += ".png"
        else:
            read = svg_modules if request["format"] == SVG else terminal_modules
            modules = read(image.decode())
            for row in modules[:4] + modules[-4:]:
                self.assertFalse(any(row))
            image = pgm(modules)
            path += ".pgm"
        with open(path, "wb") as file:
            file.write(image)
        return path

    def assert_readers_agree(self, paths, link):
        zbar = subprocess.run(["zbarimg", "--nodbus", "-q", "--raw", *paths], capture_output=True,
                              text=True)
        self.assertEqual(zbar.stdout.split(), [link] * len(paths))
        zxing = subprocess.run(["ZXingReader", "-1", "-format", "QRCode", *paths],
                               capture_output=True, text=True)
        read = {line.split()[0]: line for line in zxing.stdout.splitlines()}
        self.assertEqual(set(read), set(paths))
        for path, line in read.items():
            self.assertIn('"%s"' % link, line, path)


# ---- the job ------------------------------------------------------------------------------------

class Job(unittest.TestCase):
    def purchase(self, number, member):
        return {"shop_id": "S1", "receipt_number": "JOB-%d" % number, "member_number": member,
                "amount_minor": 1000 * number, "occurred_at": "2024-06-01T08:00:00Z"}

    def test_what_was_acknowledged_survives_kill_9_and_replays_answer_the_same(self):
        with Service() as service:
            world = World(service, with_tokens=False)
            member = world.one.members[2]
            requests = [self.purchase(i, member) for i in range(1, 9)]
            answers = [world.one.call("PurchaseService/RecordPurchase", r) for r in requests]
            for answer, request in zip(answers, requests):
                amounts = {c["rule_id"]: c["amount"] for c in answer["purchase"]["credits"]}
                self.assertEqual(amounts, {"buyer": request["amount_minor"] // 100,
                                           "friend": request["amount_minor"] // 50,
                                           "guide": request["amount_minor"] // 200})
            before = world.everything()
            service.kill()
            service.start()
            world.one.admin = service.client("admin")
            world.two.admin = world.one.admin.with_token(world.two.admin.token)
            self.assertEqual(world.everything(), before)
            for _ in range(2):
                again = [world.one.call("PurchaseService/RecordPurchase", r) for r in requests]
                self.assertEqual(again, answers)
            rows = world.one.call("PurchaseService/RecordPurchases", {"purchases": requests})
            self.assertEqual([r["credits"] for r in rows["results"]],
                             [a["purchase"]["credits"] for a in answers])
            self.assertEqual(world.everything(), before)
            balance = world.one.call("LedgerService/GetBalance", {
                "account": {"kind": "PARTY_KIND_MEMBER", "number": member}})["account_balances"]
            self.assertEqual(balance["balances"][0]["available"],
                             200 + sum(r["amount_minor"] // 100 for r in requests))
            report = service.verify()
            self.assertEqual((report["finding_count"], report["findings"]), (0, []))
            self.assertEqual(report["purchases"], 4 + len(requests))
            self.assertEqual(service.stop(), 0)

    def test_kill_9_under_load_loses_and_doubles_nothing(self):
        with Service() as service:
            world = World(service, with_tokens=False)
            acknowledged, lock = set(), threading.Lock()

            def till(number):
                client = service.client("admin")
                for i in range(100000):
                    receipt = "T%d-%d" % (number, i)
                    try:
                        client.call(API + "PurchaseService/RecordPurchase", {
                            "shop_id": "S1", "receipt_number": receipt, "amount_minor": 100,
                            "member_number": world.one.members[number % 3]}, timeout=5)
                    except Refused:
                        return
                    with lock:
                        acknowledged.add(receipt)

            threads = [threading.Thread(target=till, args=(i,)) for i in range(8)]
            for thread in threads:
                thread.start()
            while len(acknowledged) < 200:
                threads[0].join(0.01)
            service.kill()
            for thread in threads:
                thread.join()
            service.start()
            one = service.client("admin")
            kept = []
            for member in world.one.members:
                request = {"member_number": member, "page_size": 500}
                while True:
                    page = one.call(API + "PurchaseService/ListPurchases", request)
                    kept += [p["receipt_number"] for p in page["purchases"]]
                    if not page["next_page_token"]:
                        break
                    request["page_token"] = page["next_page_token"]
            tills = [receipt for receipt in kept if receipt.startswith("T")]
            self.assertEqual(len(tills), len(set(tills)))
            self.assertLessEqual(acknowledged, set(tills))
            self.assertLessEqual(len(tills) - len(acknowledged), len(threads))
            self.assertEqual(service.verify()["finding_count"], 0)


# ---- backup and restore -------------------------------------------------------------------------

class Backup(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="beckon-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.service = Service(folder=os.path.join(self.folder, "one"))
        os.mkdir(self.service.folder)
        self.service.start()
        self.addCleanup(self.service.__exit__)
        self.backup = os.path.join(self.folder, "backup")
        self.key = os.path.join(self.service.data, "master.key")

    def take(self):
        operator = self.service.client("operator")
        *_, last = operator.call(API + "StoreService/BackupStore", {"path": self.backup})
        self.assertTrue(last["done"])
        self.assertGreater(last["bytes"], 10000)

    def restore(self, data, backup=None, key=None):
        done = subprocess.run([BECKOND, "--restore", backup or self.backup, "--data", data,
                               "--master-key", key or self.key], capture_output=True, text=True)
        return done.returncode, done.stderr

    def assert_refused(self, words, *arguments):
        code, log = self.restore(*arguments)
        self.assertEqual(code, 1, log)
        self.assertIn(words, log)

    def test_a_backup_made_while_serving_restores_to_what_was_there(self):
        world = World(self.service, with_tokens=False)
        stop = threading.Event()

        def till():
            i = 0
            while not stop.is_set():
                world.one.buy("S2", "LATE-%d" % i, world.one.members[1], 100)
                i += 1

        before = world.everything()
        thread = threading.Thread(target=till)
        thread.start()
        self.take()
        stop.set()
        thread.join()
        self.assertFalse(os.path.exists(os.path.join(self.backup, "master.key")))
        copy = Service(folder=os.path.join(self.folder, "two"))
        os.mkdir(copy.folder)
        code, log = self.restore(copy.data)
        self.assertEqual(code, 0, log)
        for name in ("admin.token", "operator.token"):  # tokens are those of the backup
            shutil.copy(os.path.join(self.service.data, name), copy.data)
        copy.start()
        self.addCleanup(copy.__exit__)
        restored = World.__new__(World)
        restored.one, restored.two = world.one, world.two
        restored.one.admin = copy.client("admin")
        restored.two.admin = restored.one.admin.with_token(world.two.admin.token)
        after = restored.everything()
        self.assertEqual(after[1], before[1])
        for what in ("shops", "guides", "codes", "programs", "tokens", "merchant"):
            self.assertEqual(after[0][what], before[0][what], what)
        for what in ("entries",):  # the ledger begins as it was; what came later is whole purchases
            self.assertEqual(after[0][what][:len(before[0][what])], before[0][what])
        self.assertEqual([m["phone"] for m in after[0]["members"]],
                         [m["phone"] for m in before[0]["members"]])
        self.assertEqual(copy.verify()["finding_count"], 0)
        restored.one.buy("S1", "AFTER", 1, 100)
        self.assertEqual(copy.verify()["finding_count"], 0)
        self.assertEqual(copy.stop(), 0)

    def test_restore_refuses_what_would_harm(self):
        self.take()
        os.mkdir(os.path.join(self.folder, "full"))
        with open(os.path.join(self.folder, "full", "note"), "w") as file:
            file.write("mine")
        code, log = self.restore(os.path.join(self.folder, "full"))
        self.assertEqual(code, 0, log)  # what is no store's is left alone
        with open(os.path.join(self.folder, "full", "note")) as file:
            self.assertEqual(file.read(), "mine")
        self.assert_refused("holds a store already", os.path.join(self.folder, "full"))
        self.assert_refused("Another Beckon", self.service.data)
        self.assert_refused("no whole backup", os.path.join(self.folder, "a"), self.folder)
        wrong = os.path.join(self.folder, "wrong.key")
        with open(wrong, "wb") as file:
            file.write(bytes(32))
        self.assert_refused("not the key of this store", os.path.join(self.folder, "b"), None,
                            wrong)
        data = os.path.join(self.backup, "store", "data.mdb")
        with open(data, "r+b") as file:
            file.seek(os.path.getsize(data) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        self.assert_refused("data.mdb is damaged", os.path.join(self.folder, "c"))
        with self.assertRaises(Refused) as caught:  # and a second backup into the same folder
            list(self.service.client("operator").call(API + "StoreService/BackupStore",
                                                      {"path": self.backup}))
        self.assertEqual(caught.exception.reason, "BACKUP_FAILED")
        for name in "abc":  # nothing half made is left: the folder can be used
            self.assertFalse(os.path.exists(os.path.join(self.folder, name, "store")), name)


# ---- what must not be told ----------------------------------------------------------------------

class Secrets(unittest.TestCase):
    def test_a_first_start_says_where_the_tokens_are_and_only_there_they_are(self):
        with Service() as service:
            for name in ("admin.token", "operator.token", "master.key"):
                path = os.path.join(service.data, name)
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            line = next(l for l in service.log().splitlines() if 'msg="first start"' in l)
            self.assertIn(os.path.join(service.data, "admin.token"), line)
            self.assertIn(os.path.join(service.data, "operator.token"), line)
            self.assertNotIn(service.token("admin")[-20:], service.log())

    def test_nothing_personal_and_no_token_is_in_logs_store_or_backup(self):
        """Canaries through everything a caller can write them into; then grep."""
        with Service() as service:
            world = World(service)
            names, phones = ["Canary-Name-%d" % i for i in range(4)], ["1761234%04d" % i
                                                                      for i in range(4)]
            one = world.one
            one.call("MemberService/RegisterMember", {
                "phone": phones[0], "consent_policy_version": "1", "name": names[0],
                "birthday": "1987-06-05", "code": one.guide_codes[0],
                "attributes": [{"name": "note", "value": names[1]}]})
            one.call("MemberService/UpdateMember", {
                "member": {"member_number": 1, "phone": phones[1], "name": names[2]},
                "update_fields": ["phone", "name"]})
            one.call("GuideService/CreateGuide", {"guide": {
                "employee_no": "E7", "name": names[3], "phone": phones[2], "document_type": "ID",
                "document_number": "CANARY-DOC-7",
                "employments": [{"shop_id": "S1", "from_date": "2020-01-01"}]}})
            stranger = one.admin.with_token(None)
            stranger.call(API + "MemberService/RegisterMember", {
                "phone": phones[3], "consent_policy_version": "1", "code": one.guide_codes[0]})
            for token in ("Bearer-less", one.tokens["own"]["pos"], one.tokens["revoked"]["admin"]):
                for method, request in (
                        ("MemberService/GetMember", {"phone": phones[0]}),
                        ("PurchaseService/RecordPurchase", {"phone": phones[3], "amount_minor": 1,
                                                            "receipt_number": "C-1"}),
                        ("MemberService/GetMember", {"phone": names[0]}),
                        ("MemberService/UpdateMember", {"member": {"name": names[1] + "\u202e"}})):
                    try:
                        one.admin.with_token(token).call(API + method, request)
                    except Refused as refused:
                        self.assertNotIn(phones[0], refused.status_message)
            backup = os.path.join(service.folder, "backup")
            operator = service.client("operator")
            list(operator.call(API + "StoreService/BackupStore", {"path": backup}))
            service.kill()
            service.start()
            self.assertEqual(service.verify()["finding_count"], 0)
            self.assertEqual(service.stop(), 0)
            tokens = [service.token("admin"), service.token("operator"), world.two.admin.token]
            tokens += [t for side in one.tokens.values() for t in side.values()]
            canaries = [c.encode() for c in names + phones + ["CANARY-DOC-7", "1987-06-05"]]
            canaries += [token.split("_", 2)[2][:30].encode() for token in tokens]
            canaries += [p.encode() for p in (one.phone(1), one.phone(91), "Member 1", "Guide 1")]
            looked_at = 0
            for path, _, files in os.walk(service.folder):
                for name in files:
                    if name.endswith(".token"):
                        continue
                    with open(os.path.join(path, name), "rb") as file:
                        content = file.read(USED_BYTES)
                    looked_at += 1
                    for canary in canaries:
                        self.assertNotIn(canary, content, os.path.join(path, name))
            self.assertGreater(looked_at, 8)


if __name__ == "__main__":
    unittest.main()
