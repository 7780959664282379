"""A payroll office: two people who bring settlement runs from draft to close over the wire.

    office = Office(service)
    run = office.draft(type="RUN_TYPE_YEAR_END", period_start="1997-01-01", end_date="1998-01-01", ...)
    office.submit(run); office.approve(run); office.close(run)
    for line in office.lines(run): ...

Whoever makes and submits a run doesn't approve it."""

import time

API = "beckon.v1."
RUNS = API + "SettlementService/"
WORK_SECONDS, LOOK_SECONDS = 300, 0.02
PAGE = 500


class Office:
    def __init__(self, service):
        self.service = service
        self.secrets = {}
        admin = service.client("admin")
        for who in ("maker", "checker"):
            self.secrets[who] = admin.call(API + "TokenService/CreateToken", {
                "token": {"role": "ROLE_PAYROLL", "label": who}, "request_id": "office-" + who}
            )["secret"]
        self.connect()

    def connect(self):
        """After a restart, too: the port is another one."""
        self.client = self.service.client()
        self.maker = self.client.with_token(self.secrets["maker"])
        self.checker = self.client.with_token(self.secrets["checker"])

    # ---- looking ---------------------------------------------------------------------------------

    def get(self, run):
        """Where it stands: the reply with `run` and `blockers`."""
        return self.maker.call(RUNS + "GetSettlementRun", {"run_number": run})

    def wait(self, run, seconds=WORK_SECONDS):
        """Until nothing is being worked at for it; the run."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.get(run)["run"]
            if found["work"] == "RUN_WORK_NONE":
                return found
            time.sleep(LOOK_SECONDS)
        raise AssertionError("run %d is still at work: %s" % (run, found))

    def pages(self, method, request, field):
        request = dict(request, page_size=PAGE)
        while True:
            reply = self.maker.call(API + method, request)
            yield from reply[field]
            if not reply["next_page_token"]:
                return
            request["page_token"] = reply["next_page_token"]

    def lines(self, run):
        return self.pages("SettlementService/ListSettlementLines", {"run_number": run}, "lines")

    # ---- the way of a run ------------------------------------------------------------------------

    def create(self, request_id, **fields):
        """Its number; the draft is computed behind it."""
        return self.maker.call(RUNS + "CreateSettlementRun",
                               dict(fields, request_id=request_id))["run"]["run_number"]

    def submit(self, run):
        self.maker.call(RUNS + "SubmitSettlementRun", {"run_number": run})
        return self.wait(run)

    def approve(self, run):
        return self.checker.call(RUNS + "ApproveSettlementRun", {
            "run_number": run, "hash": self.get(run)["run"]["hash"]})

    def certificate(self):
        """Of a verify that found nothing."""
        last = None
        for last in self.checker.call(API + "StoreService/VerifyStore", {}, timeout=3600):
            pass
        assert last["done"] and last["finding_count"] == 0, last
        return last["certificate"]

    def close(self, run, certificate=None):
        self.checker.call(RUNS + "CloseSettlementRun", {
            "run_number": run, "hash": self.get(run)["run"]["hash"],
            "verify_certificate": certificate or self.certificate()})

    def reject(self, run, reason="look again"):
        self.checker.call(RUNS + "RejectSettlementRun", {"run_number": run, "reason": reason})
        return self.wait(run)

    def cancel(self, run, reason="not needed"):
        self.maker.call(RUNS + "CancelSettlementRun", {"run_number": run, "reason": reason})
        return self.wait(run)
