"""Rows of access_test.py: scoreboards, settlements and what leads to pay."""

from access_row import Row
from world import ADMIN, AUDITOR, GUIDE, MANAGER, NOT_YOURS, PAYROLL

TABLE = {
    "ScoreboardService/GetScoreboard": Row(
        (GUIDE, MANAGER, PAYROLL, AUDITOR, ADMIN), lambda w: {"guide_number": w.one.guides[0]},
        scoped={GUIDE: NOT_YOURS, MANAGER: NOT_YOURS}),
}
