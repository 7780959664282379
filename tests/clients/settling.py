"""A payroll office: two people who bring settlement runs from draft to close over the wire.

    office = Office(service)
    run = office.create("r1", type="SETTLEMENT_TYPE_YEAR_END", period_start="1997-01-01",
                        period_end="1998-01-01")
    office.wait(run); office.submit(run); office.approve(run); office.close(run)
    for line in office.lines(run): ...

Whoever makes and submits a run doesn't approve it."""

import time

API = "beckon.v1."
RUNS = API + "SettlementService/"
WORK_SECONDS, LOOK_SECONDS = 300, 0.02
PAGE = 500
IDLE = ("SETTLEMENT_WORK_NONE", "SETTLEMENT_WORK_SWEEP")


class Office:
    def __init__(self, service, name="office"):
        """`name` tells offices of one store apart: each makes tokens of its own."""
        self.service = service
        self.secrets = {}
        admin = service.client("admin")
        for who in ("maker", "checker"):
            self.secrets[who] = admin.call(API + "TokenService/CreateToken", {
                "token": {"role": "ROLE_PAYROLL", "label": who}, "request_id": "%s-%s" % (name, who)}
            )["secret"]
        self.connect()

    def connect(self):
        """After a restart, too: the port is another one."""
        self.client = self.service.client()
        self.maker = self.client.with_token(self.secrets["maker"])
        self.checker = self.client.with_token(self.secrets["checker"])

    # ---- looking ---------------------------------------------------------------------------------

    def look(self, run):
        """Where it stands: the reply with `run` and `blockers`."""
        return self.maker.call(RUNS + "GetSettlementRun", {"run_number": run})

    def get(self, run):
        return self.look(run)["run"]

    def wait(self, run, seconds=WORK_SECONDS, idle=IDLE):
        """Until it waits for a person; the run. What is tidied up behind a close goes on, unless
        `idle` says otherwise."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.get(run)
            if found["work"] in idle:
                return found
            time.sleep(LOOK_SECONDS)
        raise AssertionError("run %d is still at work: %s" % (run, found))

    def wait_swept(self, run, seconds=WORK_SECONDS):
        return self.wait(run, seconds, IDLE[:1])

    def lines(self, run):
        """Guides' and then members'."""
        for kind in ("PARTY_KIND_GUIDE", "PARTY_KIND_MEMBER"):
            request = {"run_number": run, "payees": kind, "page_size": PAGE}
            while True:
                reply = self.maker.call(RUNS + "ListSettlementLines", request)
                yield from reply["lines"]
                if not reply["next_page_token"]:
                    break
                request["page_token"] = reply["next_page_token"]

    # ---- the way of a run ------------------------------------------------------------------------

    def create(self, request_id, **fields):
        """Its number; the draft is computed behind it."""
        return self.maker.call(RUNS + "CreateSettlementRun",
                               dict(fields, request_id=request_id))["run_number"]

    def submit(self, run):
        self.maker.call(RUNS + "SubmitSettlementRun", {
            "run_number": run, "draft_no": self.get(run)["draft_no"]})
        return self.wait(run)

    def approve(self, run):
        self.checker.call(RUNS + "ApproveSettlementRun", {
            "run_number": run, "hash": self.get(run)["hash"]})

    def certificate(self):
        """Of a verify that found nothing."""
        last = None
        for last in self.checker.call(API + "StoreService/VerifyStore", {}, timeout=3600):
            pass
        assert last["done"] and last["finding_count"] == 0, last
        return last["certificate"]

    def close(self, run, certificate=None):
        """Begins it; wait() says when it is closed."""
        self.checker.call(RUNS + "CloseSettlementRun", {
            "run_number": run, "hash": self.get(run)["hash"],
            "verify_certificate": certificate or self.certificate()})

    def reject(self, run, reason="look again"):
        self.checker.call(RUNS + "RejectSettlementRun", {
            "run_number": run, "draft_no": self.get(run)["draft_no"], "reason": reason})
        return self.wait(run)

    def cancel(self, run, reason="not needed"):
        self.maker.call(RUNS + "CancelSettlementRun", {"run_number": run, "reason": reason})
        return self.wait(run)
