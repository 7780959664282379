"""Rows of access_test.py: scoreboards, settlements and what leads to pay."""

from access_row import Row
from world import ADMIN, AUDITOR, GUIDE, MANAGER, NOT_YOURS, PAYROLL

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
}
