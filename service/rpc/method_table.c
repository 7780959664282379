#include "service/rpc/method_table.h"

#include <assert.h>
#include <string.h>

#include "service/command/commands.h"

/* Who is meant by the comments of the services in proto/beckon/v1. */
#define MEMBER METHOD_ROLE(ROLE_MEMBER)
#define GUIDE METHOD_ROLE(ROLE_GUIDE)
#define POS METHOD_ROLE(ROLE_POS)
#define MANAGER METHOD_ROLE(ROLE_SHOP_MANAGER)
#define PAYROLL METHOD_ROLE(ROLE_PAYROLL)
#define AUDITOR METHOD_ROLE(ROLE_AUDITOR)
#define ADMIN METHOD_ROLE(ROLE_ADMIN)
#define OPERATOR METHOD_ROLE(ROLE_OPERATOR)
#define PAYOUT METHOD_ROLE(ROLE_PAYOUT)
#define INTEGRATION METHOD_ROLE(ROLE_INTEGRATION)
#define ANYONE METHOD_ANYONE
/* Anyone, but as a stranger, who is slowed: a token would be a way around that. */
#define STRANGER METHOD_ROLE(ROLE_REGISTRANT)
#define STAFF (GUIDE | POS | MANAGER | PAYROLL | AUDITOR | ADMIN)

#define UNARY(service, method, its_command, its_roles)                                             \
    {.path = "/beckon.v1." service "/" method, .kind = METHOD_UNARY, .command = &(its_command),    \
     .roles = (its_roles)}
#define STREAM(service, method, its_command, its_roles)                                            \
    {.path = "/beckon.v1." service "/" method, .kind = METHOD_STREAM, .command = &(its_command),   \
     .roles = (its_roles)}

enum { METHOD_COUNT = 136 };

static const struct method API_METHODS[] = {
    UNARY("MerchantService", "CreateMerchant", create_merchant, OPERATOR),
    UNARY("MerchantService", "GetMerchant", get_merchant, OPERATOR | ADMIN),
    UNARY("MerchantService", "ListMerchants", list_merchants, OPERATOR),
    UNARY("MerchantService", "UpdateMerchant", update_merchant, OPERATOR | ADMIN),

    UNARY("ShopService", "CreateShop", create_shop, ADMIN),
    UNARY("ShopService", "GetShop", get_shop, STAFF),
    UNARY("ShopService", "ListShops", list_shops, STAFF),

    UNARY("GuideService", "CreateGuide", create_guide, ADMIN),
    UNARY("GuideService", "GetGuide", get_guide, GUIDE | MANAGER | PAYROLL | AUDITOR | ADMIN),
    UNARY("GuideService", "ListGuides", list_guides, MANAGER | PAYROLL | AUDITOR | ADMIN),

    UNARY("GuideService", "UpdateGuide", update_guide, ADMIN),
    UNARY("GuideService", "TransferGuide", transfer_guide, ADMIN),
    UNARY("GuideService", "EndEmployment", end_employment, ADMIN),

    UNARY("HandoverService", "HandOverMembers", hand_over_members, MANAGER | ADMIN),
    UNARY("HandoverService", "GetHandover", get_handover, MANAGER | AUDITOR | ADMIN),
    UNARY("HandoverService", "ListHandovers", list_handovers, MANAGER | AUDITOR | ADMIN),
    UNARY("HandoverService", "ListHandoverRows", list_handover_rows, MANAGER | AUDITOR | ADMIN),

    UNARY("CodeService", "CreateCode", create_code, MEMBER | GUIDE | MANAGER | ADMIN),
    UNARY("CodeService", "GetCode", get_code, MEMBER | GUIDE | MANAGER | ADMIN),
    UNARY("CodeService", "ListCodes", list_codes, MEMBER | GUIDE | MANAGER | ADMIN),
    UNARY("CodeService", "RenderCode", render_code, MEMBER | GUIDE | MANAGER | ADMIN),
    UNARY("CodeService", "ReassignCode", reassign_code, MANAGER | ADMIN),
    UNARY("CodeService", "RevokeCode", revoke_code, MEMBER | GUIDE | MANAGER | ADMIN),
    UNARY("CodeService", "ResolveCode", resolve_code, ANYONE),

    UNARY("MemberService", "RegisterMember", register_member,
          METHOD_ROLE(ROLE_REGISTRANT) | GUIDE | POS | MANAGER | ADMIN),
    UNARY("MemberService", "RegisterMembers", register_members, ADMIN),
    UNARY("MemberService", "GetMember", get_member,
          MEMBER | GUIDE | POS | MANAGER | AUDITOR | ADMIN | INTEGRATION),
    UNARY("MemberService", "ListMembers", list_members, GUIDE | MANAGER | AUDITOR | ADMIN),
    UNARY("MemberService", "ListReferees", list_referees, MEMBER | AUDITOR | ADMIN),
    UNARY("MemberService", "UpdateMember", update_member, MEMBER | GUIDE | MANAGER | ADMIN),

    UNARY("BenefitService", "ListBenefits", list_benefits,
          MEMBER | GUIDE | POS | MANAGER | AUDITOR | ADMIN),
    UNARY("BenefitService", "HandOutBenefit", hand_out_benefit, POS | MANAGER | ADMIN),

    UNARY("PurchaseService", "RecordPurchase", record_purchase, POS | MANAGER | ADMIN),
    UNARY("PurchaseService", "RecordPurchases", record_purchases, POS | MANAGER | ADMIN),
    UNARY("PurchaseService", "GetPurchase", get_purchase, POS | MANAGER | AUDITOR | ADMIN),
    UNARY("PurchaseService", "ListPurchases", list_purchases,
          MEMBER | POS | MANAGER | AUDITOR | ADMIN),

    UNARY("RefundService", "RecordRefund", record_refund, POS | MANAGER | ADMIN),
    UNARY("RefundService", "RecordRefunds", record_refunds, POS | MANAGER | ADMIN),
    UNARY("RefundService", "GetRefund", get_refund, POS | MANAGER | AUDITOR | ADMIN),
    UNARY("RefundService", "ListRefunds", list_refunds, POS | MANAGER | AUDITOR | ADMIN),
    UNARY("RefundService", "ListDebts", list_debts, MEMBER | GUIDE | PAYROLL | AUDITOR | ADMIN),
    UNARY("RefundService", "WriteOffDebt", write_off_debt, ADMIN),

    UNARY("ProgramService", "PublishProgram", publish_program, ADMIN),
    UNARY("ProgramService", "GetProgram", get_program, STAFF),
    UNARY("ProgramService", "ListPrograms", list_programs, STAFF),

    UNARY("LedgerService", "GetBalance", get_balance, MEMBER | STAFF),
    UNARY("LedgerService", "ListBalances", list_balances, PAYROLL | AUDITOR | ADMIN),
    UNARY("LedgerService", "GetEntry", get_entry, MEMBER | GUIDE | PAYROLL | AUDITOR | ADMIN),
    UNARY("LedgerService", "ListEntries", list_entries, MEMBER | GUIDE | PAYROLL | AUDITOR | ADMIN),

    UNARY("PeriodService", "ClosePeriod", close_period, PAYROLL | ADMIN),
    UNARY("PeriodService", "GetPeriodClose", get_period_close, PAYROLL | AUDITOR | ADMIN),
    UNARY("PeriodService", "ListPeriodCloses", list_period_closes, PAYROLL | AUDITOR | ADMIN),

    UNARY("SettlementService", "CreateSettlementRun", create_settlement_run, PAYROLL | ADMIN),
    UNARY("SettlementService", "GetSettlementRun", get_settlement_run, PAYROLL | AUDITOR | ADMIN),
    UNARY("SettlementService", "ListSettlementRuns", list_settlement_runs,
          PAYROLL | AUDITOR | ADMIN),
    UNARY("SettlementService", "ListSettlementLines", list_settlement_lines,
          PAYROLL | AUDITOR | ADMIN),
    UNARY("SettlementService", "SubmitSettlementRun", submit_settlement_run, PAYROLL | ADMIN),
    UNARY("SettlementService", "ApproveSettlementRun", approve_settlement_run, PAYROLL | ADMIN),
    UNARY("SettlementService", "RejectSettlementRun", reject_settlement_run, PAYROLL | ADMIN),
    UNARY("SettlementService", "CancelSettlementRun", cancel_settlement_run, PAYROLL | ADMIN),
    UNARY("SettlementService", "CloseSettlementRun", close_settlement_run, PAYROLL | ADMIN),
    UNARY("ScoreboardService", "GetScoreboard", get_scoreboard,
          GUIDE | MANAGER | PAYROLL | AUDITOR | ADMIN),
    STREAM("ScoreboardService", "WatchScoreboard", watch_scoreboard,
           GUIDE | MANAGER | PAYROLL | AUDITOR | ADMIN),
    UNARY("ScoreboardService", "ListRanking", list_ranking,
          GUIDE | MANAGER | PAYROLL | AUDITOR | ADMIN),
    UNARY("ScoreboardService", "ListScoreboardMembers", list_scoreboard_members,
          GUIDE | MANAGER | AUDITOR | ADMIN),
    UNARY("ScoreboardService", "ListScoreboardEntries", list_scoreboard_entries,
          GUIDE | PAYROLL | AUDITOR | ADMIN),
    UNARY("ScoreboardService", "SetTarget", set_target, MANAGER | ADMIN),
    UNARY("ScoreboardService", "ListTargets", list_targets,
          GUIDE | MANAGER | PAYROLL | AUDITOR | ADMIN),

    UNARY("StatementService", "ListStatements", list_statements,
          MEMBER | GUIDE | PAYROLL | AUDITOR | ADMIN),
    UNARY("StatementService", "GetStatement", get_statement,
          MEMBER | GUIDE | PAYROLL | AUDITOR | ADMIN),
    UNARY("StatementService", "OpenDispute", open_dispute, GUIDE | PAYROLL | ADMIN),
    UNARY("StatementService", "WithdrawDispute", withdraw_dispute, GUIDE | PAYROLL | ADMIN),
    UNARY("StatementService", "DecideDispute", decide_dispute, PAYROLL | ADMIN),
    UNARY("StatementService", "ListDisputes", list_disputes, GUIDE | PAYROLL | AUDITOR | ADMIN),
    UNARY("StatementService", "CarryHeldCredit", carry_held_credit, PAYROLL | ADMIN),
    UNARY("StatementService", "ListSettlementWarnings", list_settlement_warnings,
          PAYROLL | AUDITOR | ADMIN),

    UNARY("PayoutService", "RecordPaymentResults", record_payment_results, PAYROLL | ADMIN),
    UNARY("PayoutService", "ListPayments", list_payments, PAYROLL | AUDITOR | ADMIN),
    UNARY("PayoutService", "ResolvePayee", resolve_payee, PAYOUT),

    UNARY("PrivacyService", "SetConsent", set_consent, MEMBER | ADMIN),
    UNARY("PrivacyService", "GetMemberData", get_member_data, MEMBER | ADMIN),
    UNARY("PrivacyService", "EraseMember", erase_member, MEMBER | ADMIN),
    UNARY("PrivacyService", "EraseGuide", erase_guide, ADMIN),
    UNARY("PrivacyService", "ListErasures", list_erasures, AUDITOR | ADMIN),

    UNARY("CreditService", "ListCredits", list_credits, MEMBER | STAFF),
    UNARY("CreditService", "GetCredit", get_credit, MEMBER | STAFF),
    UNARY("CreditService", "AdjustBalance", adjust_balance, ADMIN),
    UNARY("CreditService", "DecideAdjustment", decide_adjustment, ADMIN),
    UNARY("CreditService", "ListAdjustments", list_adjustments, AUDITOR | ADMIN),
    UNARY("CreditService", "HoldCredit", hold_credit, ADMIN),
    UNARY("CreditService", "ReleaseCredit", release_credit, ADMIN),

    UNARY("RedemptionService", "Redeem", redeem, POS | MANAGER | ADMIN),
    UNARY("RedemptionService", "CancelRedemption", cancel_redemption, POS | MANAGER | ADMIN),
    UNARY("RedemptionService", "GetRedemption", get_redemption,
          MEMBER | POS | MANAGER | AUDITOR | ADMIN),
    UNARY("RedemptionService", "ListRedemptions", list_redemptions,
          MEMBER | POS | MANAGER | AUDITOR | ADMIN),

    UNARY("ReviewService", "ListReviews", list_reviews, AUDITOR | ADMIN),
    UNARY("ReviewService", "GetReview", get_review, AUDITOR | ADMIN),
    UNARY("ReviewService", "DecideReview", decide_review, ADMIN),

    UNARY("ExplainService", "Quote", quote, POS | MANAGER | ADMIN),
    UNARY("ExplainService", "ExplainPurchase", explain_purchase,
          MEMBER | POS | MANAGER | AUDITOR | ADMIN),
    UNARY("ExplainService", "ExplainCredit", explain_credit,
          MEMBER | GUIDE | PAYROLL | AUDITOR | ADMIN),
    UNARY("ExplainService", "ExplainAttribution", explain_attribution,
          MEMBER | GUIDE | MANAGER | AUDITOR | ADMIN),
    STREAM("ExplainService", "BackTestProgram", back_test_program, ADMIN),

    UNARY("ExportService", "CreateSettlementExport", create_settlement_export, PAYROLL | ADMIN),
    STREAM("ExportService", "ExportSettlement", export_settlement, PAYROLL | ADMIN),
    UNARY("ExportService", "ListSettlementExports", list_settlement_exports,
          PAYROLL | AUDITOR | ADMIN),
    STREAM("ExportService", "GetSettlementManifest", get_settlement_manifest,
           PAYROLL | AUDITOR | ADMIN),
    UNARY("ExportService", "PrintStatement", print_statement, MEMBER | GUIDE | PAYROLL | ADMIN),

    UNARY("SignInService", "SendPhoneCode", send_phone_code, STRANGER),
    UNARY("SignInService", "ProvePhone", prove_phone, STRANGER),
    UNARY("SignInService", "CreateSignInLink", create_sign_in_link, MANAGER | ADMIN),
    UNARY("SignInService", "GetSignInLink", get_sign_in_link, STRANGER),
    UNARY("SignInService", "RedeemSignInLink", redeem_sign_in_link, STRANGER),
    UNARY("SignInService", "GetSession", get_session, MEMBER | STAFF | PAYOUT | OPERATOR),
    UNARY("SignInService", "EndSession", end_session, MEMBER | STAFF | PAYOUT | OPERATOR),
    UNARY("SignInService", "RevokeSessions", revoke_sessions, MANAGER | ADMIN),

    UNARY("TokenService", "CreateToken", create_token, ADMIN | OPERATOR),
    UNARY("TokenService", "ListTokens", list_tokens, ADMIN | OPERATOR),
    UNARY("TokenService", "RevokeToken", revoke_token, ADMIN | OPERATOR),

    UNARY("WebhookService", "CreateWebhook", create_webhook, ADMIN),
    UNARY("WebhookService", "GetWebhook", get_webhook, ADMIN),
    UNARY("WebhookService", "ListWebhooks", list_webhooks, ADMIN),
    UNARY("WebhookService", "UpdateWebhook", update_webhook, ADMIN),
    UNARY("WebhookService", "DeleteWebhook", delete_webhook, ADMIN),
    UNARY("WebhookService", "RotateWebhookSecret", rotate_webhook_secret, ADMIN),
    UNARY("WebhookService", "TestWebhook", test_webhook, ADMIN),

    UNARY("AuditService", "ListAuditEntries", list_audit_entries,
          PAYROLL | AUDITOR | ADMIN | OPERATOR),
    STREAM("AuditService", "ExportAudit", export_audit, AUDITOR | ADMIN | OPERATOR),

    UNARY("EventService", "ListEvents", list_events, INTEGRATION | AUDITOR | ADMIN),
    STREAM("EventService", "WatchEvents", watch_events, INTEGRATION | ADMIN),

    STREAM("StoreService", "VerifyStore", verify_store, PAYROLL | AUDITOR | ADMIN | OPERATOR),
    STREAM("StoreService", "BackupStore", backup_store, OPERATOR),
    UNARY("StoreService", "AcceptClock", accept_clock, OPERATOR),
    UNARY("StoreService", "GetStoreInfo", get_store_info, OPERATOR),
    UNARY("StoreService", "RotateKeys", rotate_keys, OPERATOR),
    UNARY("StoreService", "GetKeyStatus", get_key_status, OPERATOR),
};
static_assert(sizeof API_METHODS / sizeof API_METHODS[0] == METHOD_COUNT,
              "a row for every method of the API");

const struct method *method_table(size_t *ret_count)
{
    static struct method methods[METHOD_COUNT + METHODS_COMMON_COUNT];
    memcpy(methods, API_METHODS, sizeof API_METHODS);
    memcpy(methods + METHOD_COUNT, METHODS_COMMON, METHODS_COMMON_COUNT * sizeof *methods);
    *ret_count = METHOD_COUNT + METHODS_COMMON_COUNT;
    return methods;
}
