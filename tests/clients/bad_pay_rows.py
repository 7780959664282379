"""Rows of bad_input_rows.py: handovers, scoreboards, targets, settlements and what leads to pay."""

INVALID, UNKNOWN, STATE = "INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION"


def run(step):
    return "SettlementService/%sSettlementRun" % step


SAID, PAID = "StatementService/", "PayoutService/RecordPaymentResults"
GUIDE = {"kind": "PARTY_KIND_GUIDE", "number": 1}
YEAR = {"type": "SETTLEMENT_TYPE_YEAR_END", "period_end": "2026-01-01", "rate_points": 10,
        "rate_minor": 100}

LISTS = [("HandoverService/ListHandovers", {}), ("ScoreboardService/ListRanking", {"kpi": 4}),
         ("ScoreboardService/ListScoreboardMembers", {"kpi": 4, "guide_number": 1}),
         ("ScoreboardService/ListScoreboardEntries", {"kpi": 6, "guide_number": 1}),
         ("ScoreboardService/ListTargets", {"guide_number": 1}),
         ("AuditService/ListAuditEntries", {})]

HANDOVER = {"from_guide_number": 1, "to_guide_number": 2, "from_date": "2026-01-01",
            "all_members": True, "reason": "r", "request_id": "r"}


def handover(**fields):
    return "HandoverService/HandOverMembers", dict(HANDOVER, **fields)


ROWS = [
    # ---- handovers, transfers, leaving ----
    (*handover(request_id=""), INVALID, "FIELD_REQUIRED", "request_id"),
    (*handover(reason=""), INVALID, "FIELD_REQUIRED", "reason"),
    (*handover(member_numbers=[1]), INVALID, "VALUE_INVALID", "all_members"),
    (*handover(all_members=False), INVALID, "FIELD_REQUIRED", "member_numbers"),
    (*handover(all_members=False, member_numbers=[1, 1]), INVALID, "VALUE_INVALID",
     "member_numbers"),
    (*handover(to_guide_number=0), INVALID, "FIELD_REQUIRED", "to_guide_number"),
    (*handover(release=True), INVALID, "VALUE_INVALID", "to_guide_number"),
    (*handover(to_guide_number=1), INVALID, "VALUE_INVALID", "to_guide_number"),
    (*handover(from_date="x"), INVALID, "DATE_INVALID", "from_date"),
    (*handover(from_date="2010-01-01"), INVALID, "DATE_INVALID", "from_date"),
    ("AuditService/ListAuditEntries", {"action": "x"}, INVALID, "VALUE_INVALID", "action"),
    ("AuditService/ListAuditEntries", {"action": "Create\u202eShop"}, INVALID, None, "action"),
    ("AuditService/ListAuditEntries", {"object_kind": 99}, INVALID, "VALUE_INVALID",
     "object_kind"),
    ("AuditService/ListAuditEntries", {"object_text": "S1"}, INVALID, "FIELD_REQUIRED",
     "object_kind"),
    ("AuditService/ListAuditEntries", {"from_date": "2026-13-01"}, INVALID, "DATE_INVALID",
     "from_date"),
    ("AuditService/ListAuditEntries", {"from_date": "2026-01-02", "until_date": "2026-01-01"},
     INVALID, "DATE_INVALID", "until_date"),
    ("HandoverService/GetHandover", {}, INVALID, "FIELD_REQUIRED", "handover_number"),
    ("HandoverService/GetHandover", {"handover_number": 9}, UNKNOWN, "HANDOVER_UNKNOWN",
     "handover_number"),
    ("HandoverService/ListHandoverRows", {"handover_number": 9}, UNKNOWN, "HANDOVER_UNKNOWN",
     "handover_number"),
    ("GuideService/TransferGuide", {"guide_number": 1, "shop_id": "S9",
                                    "from_date": "2026-01-01"}, UNKNOWN, "SHOP_UNKNOWN",
     "shop_id"),
    ("GuideService/TransferGuide", {"guide_number": 1, "shop_id": "S1", "from_date": "1999-01-01"},
     INVALID, "DATE_INVALID", "from_date"),
    ("GuideService/EndEmployment", {"guide_number": 1, "until_date": "1999-01-01"}, INVALID,
     "DATE_INVALID", "until_date"),
    ("GuideService/EndEmployment", {"until_date": "2026-01-01"}, INVALID, "FIELD_REQUIRED",
     "guide_number"),
    ("GuideService/UpdateGuide", {"guide": {"guide_number": 99}, "update_fields": ["name"]},
     UNKNOWN, "GUIDE_UNKNOWN", "guide.guide_number"),
    ("GuideService/UpdateGuide", {"guide": {"guide_number": 1}, "update_fields": ["x"]}, INVALID,
     "VALUE_INVALID", "update_fields"),
    # ---- scoreboards and targets ----
    ("ScoreboardService/GetScoreboard", {"guide_number": 99}, UNKNOWN, "GUIDE_UNKNOWN",
     "guide_number"),
    ("ScoreboardService/GetScoreboard", {"guide_number": 1, "date": "2026-02-30"}, INVALID,
     "DATE_INVALID", "date"),
    ("ScoreboardService/GetScoreboard", {"guide_number": 1, "date": "9999-12-31"}, INVALID,
     "VALUE_INVALID", "date"),
    ("ScoreboardService/GetScoreboard", {"guide_number": 1, "span": 6}, INVALID,
     "VALUE_INVALID", "span"),
    ("ScoreboardService/ListRanking", {}, INVALID, "VALUE_INVALID", "kpi"),
    ("ScoreboardService/ListRanking", {"kpi": 10}, INVALID, "VALUE_INVALID", "kpi"),
    ("ScoreboardService/ListRanking", {"kpi": 4, "shop_id": "S9"}, UNKNOWN, "SHOP_UNKNOWN",
     "shop_id"),
    ("ScoreboardService/ListScoreboardMembers", {"kpi": 5, "guide_number": 1}, INVALID,
     "VALUE_INVALID", "kpi"),
    ("ScoreboardService/ListScoreboardEntries", {"kpi": 4, "guide_number": 1}, INVALID,
     "VALUE_INVALID", "kpi"),
    ("ScoreboardService/SetTarget", {"kpi": 4, "guide_number": 1, "value": 1}, INVALID,
     "FIELD_REQUIRED", "date"),
    ("ScoreboardService/SetTarget", {"kpi": 4, "guide_number": 1, "value": -1,
                                     "date": "2026-01-01"}, INVALID, "VALUE_INVALID", "value"),

    # ---- settlements ----
    (run("Create"), dict(YEAR, period_start="2026-02-02"), INVALID, "FIELD_REQUIRED",
     "request_id"),
    (run("Create"), dict(YEAR, request_id="x"), INVALID, "FIELD_REQUIRED", "period_start"),
    (run("Create"), dict(YEAR, request_id="x", period_start="2027-01-01"), INVALID,
     "SETTLEMENT_PERIOD_INVALID", "period_end"),
    (run("Create"), dict(YEAR, request_id="x", period_start="2025-02-30"), INVALID,
     "DATE_INVALID", "period_start"),
    (run("Create"), dict(YEAR, request_id="x", period_start="2025-01-01", pay_entity="none"),
     UNKNOWN, "PAY_ENTITY_UNKNOWN", "pay_entity"),
    (run("Create"), dict(YEAR, request_id="x", period_start="2025-01-01",
                          period_end="2099-01-01"), INVALID, "SETTLEMENT_PERIOD_INVALID",
     "period_end"),
    (run("Create"), dict(YEAR, request_id="x", period_start="2098-01-01",
                          period_end="2099-01-01"), STATE, "SETTLEMENT_NOT_OVER", "period_end"),
    (run("Create"), dict(YEAR, request_id="x", period_start="2025-01-01", rate_points=0),
     INVALID, "VALUE_INVALID", "rate_minor"),
    (run("Create"), {"request_id": "x", "type": "SETTLEMENT_TYPE_LEAVER", "guide_number": 99,
                      "period_end": "2026-01-01"}, UNKNOWN, "GUIDE_UNKNOWN", "guide_number"),
    (run("Approve"), {}, INVALID, "FIELD_REQUIRED", "run_number"),
    (run("Submit"), {"run_number": 99, "draft_no": 1}, UNKNOWN, "SETTLEMENT_UNKNOWN",
     "run_number"),
    (run("Reject"), {"run_number": 99, "draft_no": 1, "reason": "r"}, UNKNOWN,
     "SETTLEMENT_UNKNOWN", "run_number"),
    (run("Approve"), {"run_number": 99, "hash": "0" * 64}, UNKNOWN, "SETTLEMENT_UNKNOWN",
     "run_number"),
    (run("Close"), {"run_number": 99}, UNKNOWN, "SETTLEMENT_UNKNOWN", "run_number"),
    (run("Cancel"), {"run_number": 99}, INVALID, "FIELD_REQUIRED", "reason"),
    (run("Cancel"), {"run_number": 99, "reason": "x" * 201}, INVALID, "TEXT_INVALID", "reason"),

    # ---- statements, disputes, payments ----
    (SAID + "GetStatement", {"run_number": 1}, INVALID, "FIELD_REQUIRED", "payee"),
    (SAID + "GetStatement", {"payee": GUIDE}, INVALID, "FIELD_REQUIRED", "run_number"),
    (SAID + "GetStatement", {"run_number": 99, "payee": GUIDE}, UNKNOWN, "SETTLEMENT_UNKNOWN",
     "run_number"),
    (SAID + "OpenDispute", {"run_number": 99, "payee": GUIDE, "text": "x"}, INVALID,
     "FIELD_REQUIRED", "request_id"),
    (SAID + "OpenDispute", {"request_id": "x", "run_number": 99, "payee": GUIDE}, INVALID,
     "FIELD_REQUIRED", "text"),
    (SAID + "OpenDispute", {"request_id": "x", "run_number": 99, "payee": GUIDE,
                            "text": "x" * 201}, INVALID, "TEXT_INVALID", "text"),
    (SAID + "DecideDispute", {"run_number": 99, "dispute_number": 1}, INVALID, "VALUE_INVALID",
     "decision"),
    (SAID + "CarryHeldCredit", {"run_number": 99, "credit_number": 1}, INVALID, "FIELD_REQUIRED",
     "reason"),
    (SAID + "ListSettlementWarnings", {"run_number": 99}, UNKNOWN, "SETTLEMENT_UNKNOWN",
     "run_number"),
    (PAID, {"run_number": 99}, INVALID, "ROWS_INVALID", "results"),
    (PAID, {"run_number": 99, "results": [{}] * 201}, INVALID, "ROWS_INVALID", "results"),
    (PAID, {"run_number": 99, "results": [{"member_number": 1}]}, UNKNOWN, "SETTLEMENT_UNKNOWN",
     "run_number"),

    # ---- exports ----
    ("ExportService/CreateSettlementExport", {"run_number": 99}, INVALID, "FIELD_REQUIRED",
     "request_id"),
    ("ExportService/CreateSettlementExport", {"request_id": "x"}, INVALID, "FIELD_REQUIRED",
     "run_number"),
    ("ExportService/CreateSettlementExport", {"request_id": "x", "run_number": 99}, UNKNOWN,
     "SETTLEMENT_UNKNOWN", "run_number"),
    ("ExportService/CreateSettlementExport", {"request_id": "x", "run_number": 99, "profile": 7},
     INVALID, "VALUE_INVALID", "profile"),
    ("ExportService/CreateSettlementExport", {"request_id": "x", "run_number": 99, "format": 7},
     INVALID, "VALUE_INVALID", "format"),
    ("ExportService/CreateSettlementExport",
     {"request_id": "x", "run_number": 99, "payees": "PARTY_KIND_SHOP"}, INVALID, "VALUE_INVALID",
     "payees"),
    ("ExportService/ExportSettlement", {"run_number": 99, "export_number": 1}, UNKNOWN,
     "SETTLEMENT_UNKNOWN", "run_number"),
    ("ExportService/ListSettlementExports", {}, INVALID, "FIELD_REQUIRED", "run_number"),
    ("ExportService/GetSettlementManifest", {"run_number": 99}, UNKNOWN, "SETTLEMENT_UNKNOWN",
     "run_number"),
    ("ExportService/PrintStatement", {"run_number": 99}, INVALID, "FIELD_REQUIRED", "payee"),
]
