"""Rows of access_test.py: scoreboards, settlements and what leads to pay."""

from access_row import Row
from world import ADMIN, AUDITOR, GUIDE, MANAGER, NOT_YOURS, PAYROLL, not_found

RUN_UNKNOWN = not_found("SETTLEMENT_UNKNOWN")

TABLE = {
    "ScoreboardService/GetScoreboard": Row(
        (GUIDE, MANAGER, PAYROLL, AUDITOR, ADMIN), lambda w: {"guide_number": w.one.guides[0]},
        scoped={GUIDE: NOT_YOURS, MANAGER: NOT_YOURS}),

    "SettlementService/CreateSettlementRun": Row(
        (PAYROLL, ADMIN), lambda w: {"request_id": "none", "type": "SETTLEMENT_TYPE_LEAVER",
                                     "guide_number": 999999, "period_end": "2024-01-01",
                                     "rate_points": 1},
        foreign=not_found("GUIDE_UNKNOWN")),
    "SettlementService/GetSettlementRun": Row(
        (PAYROLL, AUDITOR, ADMIN), lambda w: {"run_number": 1}, foreign=RUN_UNKNOWN),
    "SettlementService/ListSettlementRuns": Row((PAYROLL, AUDITOR, ADMIN), lambda w: {}),
    "SettlementService/ListSettlementLines": Row(
        (PAYROLL, AUDITOR, ADMIN), lambda w: {"run_number": 1}, foreign=RUN_UNKNOWN),
    "SettlementService/SubmitSettlementRun": Row(
        (PAYROLL, ADMIN), lambda w: {"run_number": 1, "draft_no": 1}, foreign=RUN_UNKNOWN),
    "SettlementService/ApproveSettlementRun": Row(
        (PAYROLL, ADMIN), lambda w: {"run_number": 1, "hash": "0" * 64}, foreign=RUN_UNKNOWN),
    "SettlementService/RejectSettlementRun": Row(
        (PAYROLL, ADMIN), lambda w: {"run_number": 1, "draft_no": 1, "reason": "why"},
        foreign=RUN_UNKNOWN),
    "SettlementService/CancelSettlementRun": Row(
        (PAYROLL, ADMIN), lambda w: {"run_number": 1, "reason": "why"}, foreign=RUN_UNKNOWN),
    "SettlementService/CloseSettlementRun": Row(
        (PAYROLL, ADMIN), lambda w: {"run_number": 1, "hash": "0" * 64,
                                     "verify_certificate": "none"}, foreign=RUN_UNKNOWN),
    "ScoreboardService/ListRanking": Row(
        (GUIDE, MANAGER, PAYROLL, AUDITOR, ADMIN),
        lambda w: {"kpi": "SCOREBOARD_KPI_SALES", "guide_number": w.one.guides[0]},
        scoped={GUIDE: NOT_YOURS, MANAGER: NOT_YOURS}),
    "ScoreboardService/ListScoreboardMembers": Row(
        (GUIDE, MANAGER, AUDITOR, ADMIN),
        lambda w: {"kpi": "SCOREBOARD_KPI_SALES", "guide_number": w.one.guides[0]},
        scoped={GUIDE: NOT_YOURS, MANAGER: NOT_YOURS}),
    "ScoreboardService/ListScoreboardEntries": Row(
        (GUIDE, PAYROLL, AUDITOR, ADMIN),
        lambda w: {"kpi": "SCOREBOARD_KPI_CASH_EARNED", "guide_number": w.one.guides[0]},
        scoped={GUIDE: NOT_YOURS}),
    "ScoreboardService/SetTarget": Row(
        (MANAGER, ADMIN),
        lambda w: {"kpi": "SCOREBOARD_KPI_SALES", "guide_number": w.one.guides[0],
                   "date": "2026-03-01"},
        scoped={MANAGER: NOT_YOURS}),
    "ScoreboardService/ListTargets": Row(
        (GUIDE, MANAGER, PAYROLL, AUDITOR, ADMIN), lambda w: {"guide_number": w.one.guides[0]},
        scoped={GUIDE: NOT_YOURS, MANAGER: NOT_YOURS}),

    "ExportService/CreateSettlementExport": Row(
        (PAYROLL, ADMIN), lambda w: {"run_number": 99, "request_id": "none"},
        foreign=RUN_UNKNOWN),
    "ExportService/ExportSettlement": Row(
        (PAYROLL, ADMIN), lambda w: {"run_number": 99, "export_number": 1}, foreign=RUN_UNKNOWN),
    "ExportService/ListSettlementExports": Row(
        (PAYROLL, AUDITOR, ADMIN), lambda w: {"run_number": 99}, foreign=RUN_UNKNOWN),
    "ExportService/GetSettlementManifest": Row(
        (PAYROLL, AUDITOR, ADMIN), lambda w: {"run_number": 99}, foreign=RUN_UNKNOWN),
}
