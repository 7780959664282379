"""kill -9 at every write and sync of an erasure: whatever was done before, the next start either finds
her whole or finishes it. And a backup made before never brings her back: neither to a service that
kept its erasure list nor to one that is given it, and without it that is said.

What must not be left anywhere in the data folder: her name, her phones, and the bytes of her key."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "clients"))
from reflect import Refused  # noqa: E402
from service import BECKOND, Service  # noqa: E402

API = "beckon.v1."
NAME, PHONE, EARLIER = "Canary-Wang-Xiaomei", "+8617612345678", "+8617612345670"
HER, SLOT_BYTES = 2, 64
STEPS_MAX = 30
CALLS = ("pwrite64", "fdatasync")  # records, meta page, slot and list are written and synced by these


def slot(data):
    with open(os.path.join(data, "keys", "1.members"), "rb") as file:
        file.seek(HER * SLOT_BYTES)
        return file.read(SLOT_BYTES)


def files_with(folder, needle):
    found = []
    for at, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(at, name), "rb") as file:
                if needle in file.read():
                    found.append(name)
    return found


def copy(from_folder, folder):
    """The data folder, without the room that the store holds ready: a quarter of a gigabyte each."""
    subprocess.run(["cp", "-r", "--sparse=always", os.path.join(from_folder, "data"), folder],
                   check=True, timeout=60)


class Store:
    """A folder with a merchant, whose second member is she; made once, copied for each test."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="beckon-erase-")
        with Service(folder=self.folder) as service:
            admin = service.client("admin")
            self.make(admin)
            self.operator = service.token("operator")
            operator = service.client("operator")
            for last in operator.call(API + "StoreService/BackupStore",
                                      {"path": os.path.join(self.folder, "backup")}):
                pass
            assert last["done"]

    @staticmethod
    def make(admin):
        admin.call(API + "ShopService/CreateShop", {"shop": {"shop_id": "S1"}})
        admin.call(API + "GuideService/CreateGuide", {"guide": {
            "employee_no": "1", "name": "Guide", "employments": [
                {"shop_id": "S1", "from_date": "2020-01-01"}]}})
        code = admin.call(API + "CodeService/CreateCode", {
            "request_id": "g", "code": {"owner": {"kind": "PARTY_KIND_GUIDE", "number": 1}}})
        for phone, name in (("+8617612340001", "First"), (EARLIER, NAME)):
            admin.call(API + "MemberService/RegisterMember", {
                "phone": phone, "name": name, "consent_policy_version": "1", "shop_id": "S1",
                "code": code["code"]["code"], "occurred_at": "2024-01-01T00:00:00Z"})
        admin.call(API + "MemberService/UpdateMember", {
            "member": {"member_number": HER, "phone": PHONE}, "update_fields": ["phone"]})
        admin.call(API + "CodeService/CreateCode", {
            "request_id": "m", "code": {"owner": {"kind": "PARTY_KIND_MEMBER", "number": HER}}})

    def copy(self, test):
        folder = tempfile.mkdtemp(prefix="beckon-erase-")
        test.addCleanup(shutil.rmtree, folder, True)
        copy(self.folder, folder)
        service = Service(folder=folder, options=["--core-dumps"])  # strace may attach
        test.addCleanup(service.stop)
        return service


def erase(admin, **options):
    return admin.call(API + "PrivacyService/EraseMember",
                      {"member_number": HER, "reason": "ERASURE_REASON_REQUEST"}, **options)


class EraseCrashTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.store = Store()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.store.folder, True)

    def known(self, admin, phone):
        try:
            return admin.call(API + "MemberService/GetMember", {"phone": phone})["member"]
        except Refused as refused:
            self.assertEqual(refused.reason, "MEMBER_UNKNOWN")
            return None

    def assert_gone(self, service, key):
        """In every answer, every file and every count, once the ticker has been round."""
        admin = service.client("admin")
        self.assertIsNone(self.known(admin, PHONE))
        self.assertIsNone(self.known(admin, EARLIER))
        self.assertEqual(slot(service.data), bytes(SLOT_BYTES))
        end = time.monotonic() + 20
        while not admin.call(API + "PrivacyService/ListErasures", {})["erasures"][0]["finished"]:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        codes = admin.call(API + "CodeService/ListCodes", {
            "owner": {"kind": "PARTY_KIND_MEMBER", "number": HER}})["codes"]
        self.assertTrue(all(code.get("revoked_at") for code in codes))
        self.assertEqual(len(codes), 1)
        self.assertEqual(service.verify()["finding_count"], 0)
        # Rows of before, such as whose a phone's hash was, are in the journal until it rests.
        self.wait_for_rest(service)
        with open(os.path.join(service.data, "erasures")) as file:
            lines = file.read().splitlines()
        self.assertRegex(lines[1], r"^1 member %d \d+ \d+$" % HER)
        self.assertEqual(len(lines), 2)
        service.stop()
        for needle in (NAME, PHONE, PHONE[3:], EARLIER[3:]):
            self.assertEqual(files_with(service.folder, needle.encode()), [], needle)
        for piece in (key[12:44], key):  # what is wrapped in it, and the slot whole
            self.assertEqual(files_with(service.data, piece), [])

    def wait_for_rest(self, service):
        """Until the store has written all it will write by itself."""
        operator = service.client(token=self.store.operator)
        end = time.monotonic() + 20
        while operator.call(API + "StoreService/GetStoreInfo", {})["journal_commits"] > 0:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def killed_at(self, service, call, step):
        """Erases her, with a kill -9 at so many calls of this name; was it answered all the same?"""
        self.wait_for_rest(service)
        tracer = subprocess.Popen(
            ["strace", "-f", "-q", "-o", os.devnull, "-p", str(service.process.pid),
             "-e", "trace=" + call, "-e", "inject=%s:signal=KILL:when=%d" % (call, step)],
            stderr=subprocess.DEVNULL)
        while True:
            with open("/proc/%d/status" % service.process.pid) as status:
                if "TracerPid:\t0\n" not in status.read():
                    break
            self.assertIsNone(tracer.poll(), "strace can't attach")
            time.sleep(0.01)
        time.sleep(0.1)  # its other threads
        try:
            erase(service.client("admin"), timeout=10)
            answered = True
        except Exception:  # whatever a client makes of a service that is gone
            answered = False
        if answered and service.process.poll() is None:
            service.kill()
        service.process.wait(20)
        tracer.wait(20)
        return answered

    def test_a_kill_at_any_write_or_sync_leaves_her_whole_or_gone(self):
        ended = {"whole": 0, "gone": 0}
        for call in CALLS:
            for step in range(1, STEPS_MAX):
                service = self.store.copy(self)
                key = slot(service.data)
                service.start()
                answered = self.killed_at(service, call, step)
                service.start()
                admin = service.client("admin")
                member = self.known(admin, PHONE)
                ended["whole" if member else "gone"] += 1
                if member:
                    self.assertFalse(answered, "answered at %s %d, and there she is" % (call, step))
                    self.assertEqual(member["name"], NAME)
                    self.assertEqual(service.verify()["finding_count"], 0)
                    erase(admin)
                self.assert_gone(service, key)
                if answered:
                    break
            self.assertTrue(answered, "more calls than expected")
        print(ended)
        self.assertGreater(ended["whole"], 1)
        self.assertGreater(ended["gone"], len(CALLS) + 1)  # some of them not answered

    def restore(self, data, *more):
        done = subprocess.run(
            [BECKOND, "--restore", os.path.join(self.store.folder, "backup"), "--data", data,
             "--master-key", os.path.join(self.store.folder, "data", "master.key"), *more],
            capture_output=True, text=True, timeout=60)
        return done.returncode, done.stderr

    def test_a_backup_from_before_doesnt_bring_her_back(self):
        service = self.store.copy(self)
        service.start()
        key = slot(service.data)
        erase(service.client("admin"))
        service.stop()
        kept = os.path.join(service.folder, "kept-erasures")
        shutil.copy(os.path.join(service.data, "erasures"), kept)
        for name in ("store", "keys"):  # the disk is lost; what lay beside the store is not
            shutil.rmtree(os.path.join(service.data, name))
        code, log = self.restore(service.data)
        self.assertEqual(code, 0, log)
        self.assertIn('msg="erased again" count=1', log)
        self.assertEqual(slot(service.data), bytes(SLOT_BYTES))
        service.start()
        self.assert_gone(service, key)

        other = Service(folder=tempfile.mkdtemp(prefix="beckon-erase-"))
        self.addCleanup(shutil.rmtree, other.folder, True)
        self.addCleanup(other.stop)
        code, log = self.restore(other.data, "--erasures", kept)
        self.assertEqual(code, 0, log)
        self.assertIn('msg="erased again" count=1', log)
        self.assertEqual(slot(other.data), bytes(SLOT_BYTES))

        late = Service(folder=tempfile.mkdtemp(prefix="beckon-erase-"))
        self.addCleanup(shutil.rmtree, late.folder, True)
        self.addCleanup(late.stop)
        code, log = self.restore(late.data)
        self.assertEqual(code, 0, log)
        self.assertIn("no erasure list", log)
        shutil.copy(kept, os.path.join(late.data, "erasures"))
        shutil.copy(os.path.join(self.store.folder, "data", "admin.token"), late.data)
        late.start()  # put there later: the next start sees to it
        self.assert_gone(late, key)

    def test_a_number_given_out_again_after_a_restore_is_somebody_elses(self):
        """She came and was erased after the backup; her number is another's in the restored store."""
        service = self.store.copy(self)
        service.start()
        admin = service.client("admin")
        new = {"phone": "+8617612349999", "consent_policy_version": "1", "shop_id": "S1"}
        number = admin.call(API + "MemberService/RegisterMember", new)["member_number"]
        admin.call(API + "PrivacyService/EraseMember",
                   {"member_number": number, "reason": "ERASURE_REASON_REQUEST"})
        service.stop()
        for name in ("store", "keys"):
            shutil.rmtree(os.path.join(service.data, name))
        code, log = self.restore(service.data)
        self.assertEqual(code, 0, log)
        service.start()
        again = dict(new, phone="+8617612348888")
        self.assertEqual(service.client("admin").call(API + "MemberService/RegisterMember",
                                                      again)["member_number"], number)
        service.stop()
        service.start()
        member = self.known(service.client("admin"), "+8617612348888")
        self.assertEqual(member["member_number"], number)
        self.assertEqual(service.verify()["finding_count"], 0)

    def test_a_list_that_was_lost_is_written_anew(self):
        service = self.store.copy(self)
        service.start()
        key = slot(service.data)
        erase(service.client("admin"))
        path = os.path.join(service.data, "erasures")
        with open(path) as file:
            before = file.read()
        service.stop()
        os.unlink(path)
        service.start()
        with open(path) as file:
            self.assertEqual(file.read(), before)
        self.assert_gone(service, key)

    def test_another_stores_list_is_refused_before_anything_is_put(self):
        folder = tempfile.mkdtemp(prefix="beckon-erase-")
        self.addCleanup(shutil.rmtree, folder, True)
        wrong = os.path.join(folder, "wrong")
        with open(wrong, "w") as file:
            file.write("beckon-erasures 1 %s\n" % ("0" * 32))
        code, log = self.restore(os.path.join(folder, "data"), "--erasures", wrong)
        self.assertEqual(code, 1)
        self.assertIn("not the erasure list of this store", log)
        self.assertFalse(os.path.exists(os.path.join(folder, "data", "store")))


if __name__ == "__main__":
    if shutil.which("strace") is None:
        print("no strace")
        sys.exit(77)
    unittest.main()
