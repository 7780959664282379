"""Rows of access_test.py: scoreboards, settlements and what leads to pay."""

from access_row import Row
from world import (
    ADMIN, AUDITOR, GUIDE, MANAGER, MEMBER, NOT_YOURS, PAYROLL, not_found, party)

TABLE = {
    "ScoreboardService/GetScoreboard": Row(
        (GUIDE, MANAGER, PAYROLL, AUDITOR, ADMIN), lambda w: {"guide_number": w.one.guides[0]},
        scoped={GUIDE: NOT_YOURS, MANAGER: NOT_YOURS}),
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
        foreign=not_found("SETTLEMENT_UNKNOWN")),
    "ExportService/ExportSettlement": Row(
        (PAYROLL, ADMIN), lambda w: {"run_number": 99, "export_number": 1},
        foreign=not_found("SETTLEMENT_UNKNOWN")),
    "ExportService/ListSettlementExports": Row(
        (PAYROLL, AUDITOR, ADMIN), lambda w: {"run_number": 99},
        foreign=not_found("SETTLEMENT_UNKNOWN")),
    "ExportService/GetSettlementManifest": Row(
        (PAYROLL, AUDITOR, ADMIN), lambda w: {"run_number": 99},
        foreign=not_found("SETTLEMENT_UNKNOWN")),
    "ExportService/PrintStatement": Row(
        (MEMBER, GUIDE, PAYROLL, ADMIN),
        lambda w: {"run_number": 99, "payee": party("guide", w.one.guides[0])},
        scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS}, foreign=not_found("SETTLEMENT_UNKNOWN"),
        by_role={MEMBER: lambda w: {"run_number": 99,
                                    "payee": party("member", w.one.members[0])}}),
}
