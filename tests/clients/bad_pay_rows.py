"""Rows of bad_input_rows.py: scoreboards, targets, settlements and what leads to pay."""

INVALID, UNKNOWN = "INVALID_ARGUMENT", "NOT_FOUND"

ROWS = [
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
]
