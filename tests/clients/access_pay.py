"""Rows of access_test.py: handovers, scoreboards, settlements and what leads to pay."""

from access_row import Row
from business_day import business_date
from world import (ADMIN, AUDITOR, GUIDE, INTEGRATION, MANAGER, MEMBER, NOT_YOURS, OPERATOR, PAYOUT,
                   PAYROLL, not_found, party)

RUN_UNKNOWN = not_found("SETTLEMENT_UNKNOWN")

HANDOVER_UNKNOWN = not_found("HANDOVER_UNKNOWN")
TODAY = str(business_date())

TABLE = {
    "GuideService/UpdateGuide": Row(
        (ADMIN,), lambda w: {"guide": {"guide_number": 99, "name": "N"},
                             "update_fields": ["name"]}, foreign=not_found("GUIDE_UNKNOWN")),
    "GuideService/TransferGuide": Row(
        (ADMIN,), lambda w: {"guide_number": 99, "shop_id": "S1", "from_date": TODAY},
        foreign=not_found("GUIDE_UNKNOWN")),
    "GuideService/EndEmployment": Row(
        (ADMIN,), lambda w: {"guide_number": 99, "until_date": TODAY},
        foreign=not_found("GUIDE_UNKNOWN")),
    "HandoverService/HandOverMembers": Row(
        (MANAGER, ADMIN), lambda w: {
            "from_guide_number": w.one.guides[0], "to_guide_number": 99, "from_date": TODAY,
            "all_members": True, "reason": "why", "request_id": "none"},
        scoped={MANAGER: NOT_YOURS}, foreign=not_found("GUIDE_UNKNOWN")),
    "HandoverService/GetHandover": Row(
        (MANAGER, AUDITOR, ADMIN), lambda w: {"handover_number": 9}, foreign=HANDOVER_UNKNOWN),
    "HandoverService/ListHandovers": Row((MANAGER, AUDITOR, ADMIN), lambda w: {}),
    "HandoverService/ListHandoverRows": Row(
        (MANAGER, AUDITOR, ADMIN), lambda w: {"handover_number": 9}, foreign=HANDOVER_UNKNOWN),

    "ScoreboardService/GetScoreboard": Row(
        (GUIDE, MANAGER, PAYROLL, AUDITOR, ADMIN), lambda w: {"guide_number": w.one.guides[0]},
        scoped={GUIDE: NOT_YOURS, MANAGER: NOT_YOURS}),

    "AuditService/ListAuditEntries": Row((PAYROLL, AUDITOR, ADMIN, OPERATOR), lambda w: {}),
    "AuditService/ExportAudit": Row((AUDITOR, ADMIN, OPERATOR), lambda w: {"first_number": 1 << 40}),
    "EventService/ListEvents": Row((INTEGRATION, AUDITOR, ADMIN), lambda w: {}),
    "EventService/WatchEvents": Row((INTEGRATION, ADMIN), lambda w: {"from_number": 1}),
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
    "ScoreboardService/WatchScoreboard": Row(
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
        foreign=RUN_UNKNOWN),
    "ExportService/ExportSettlement": Row(
        (PAYROLL, ADMIN), lambda w: {"run_number": 99, "export_number": 1}, foreign=RUN_UNKNOWN),
    "ExportService/ListSettlementExports": Row(
        (PAYROLL, AUDITOR, ADMIN), lambda w: {"run_number": 99}, foreign=RUN_UNKNOWN),
    "ExportService/GetSettlementManifest": Row(
        (PAYROLL, AUDITOR, ADMIN), lambda w: {"run_number": 99}, foreign=RUN_UNKNOWN),
    "ExportService/PrintStatement": Row(
        (MEMBER, GUIDE, PAYROLL, ADMIN),
        lambda w: {"run_number": 99, "payee": party("guide", w.one.guides[0])},
        scoped={MEMBER: NOT_YOURS, GUIDE: NOT_YOURS}, foreign=RUN_UNKNOWN,
        by_role={MEMBER: lambda w: {"run_number": 99,
                                    "payee": party("member", w.one.members[0])}}),

    "StatementService/ListStatements": Row(
        (MEMBER, GUIDE, PAYROLL, AUDITOR, ADMIN),
        lambda w: {"payee": party("guide", w.one.guides[0])},
        by_role={MEMBER: lambda w: {}},
        scoped={GUIDE: NOT_YOURS}),
    "StatementService/GetStatement": Row(
        (MEMBER, GUIDE, PAYROLL, AUDITOR, ADMIN),
        lambda w: {"run_number": 1, "payee": party("guide", 1)},
        by_role={MEMBER: lambda w: {"run_number": 1}, GUIDE: lambda w: {"run_number": 1}},
        foreign=RUN_UNKNOWN),
    "StatementService/OpenDispute": Row(
        (GUIDE, PAYROLL, ADMIN),
        lambda w: {"request_id": "none", "run_number": 1, "text": "why",
                   "payee": party("guide", 1)},
        by_role={GUIDE: lambda w: {"request_id": "none", "run_number": 1, "text": "why"}},
        foreign=RUN_UNKNOWN),
    "StatementService/WithdrawDispute": Row(
        (GUIDE, PAYROLL, ADMIN), lambda w: {"run_number": 1, "dispute_number": 1},
        foreign=RUN_UNKNOWN),
    "StatementService/DecideDispute": Row(
        (PAYROLL, ADMIN), lambda w: {"run_number": 1, "dispute_number": 1, "reason": "why",
                                     "decision": "DISPUTE_DECISION_REJECT"}, foreign=RUN_UNKNOWN),
    "StatementService/ListDisputes": Row(
        (GUIDE, PAYROLL, AUDITOR, ADMIN), lambda w: {"run_number": 1}, foreign=RUN_UNKNOWN),
    "StatementService/CarryHeldCredit": Row(
        (PAYROLL, ADMIN), lambda w: {"run_number": 1, "credit_number": 1, "reason": "why"},
        foreign=RUN_UNKNOWN),
    "StatementService/ListSettlementWarnings": Row(
        (PAYROLL, AUDITOR, ADMIN), lambda w: {"run_number": 1}, foreign=RUN_UNKNOWN),
    "PayoutService/RecordPaymentResults": Row(
        (PAYROLL, ADMIN), lambda w: {"run_number": 1, "results": [{"member_number": 1}]},
        foreign=RUN_UNKNOWN),
    "PayoutService/ListPayments": Row(
        (PAYROLL, AUDITOR, ADMIN), lambda w: {"run_number": 1, "payee": party("guide", 1)},
        foreign=RUN_UNKNOWN),
    "PayoutService/ResolvePayee": Row(
        (PAYOUT,), lambda w: {"run_number": 1, "member_number": 1}, foreign=RUN_UNKNOWN),
}
