/* The one table of actions: what each is called, whose doing makes an entry, and in words. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"

#define ROLE_BIT(role) (1u << (role))
/* People at a desk; theirs and what guides decide; everybody's. */
#define DESK                                                                                       \
    (ROLE_BIT(ROLE_SHOP_MANAGER) | ROLE_BIT(ROLE_PAYROLL) | ROLE_BIT(ROLE_AUDITOR) |               \
     ROLE_BIT(ROLE_ADMIN) | ROLE_BIT(ROLE_OPERATOR) | ROLE_BIT(ROLE_PAYOUT) |           \
     ROLE_BIT(ROLE_INTEGRATION))
#define STAFF (DESK | ROLE_BIT(ROLE_GUIDE))
#define EVERYBODY (STAFF | ROLE_BIT(ROLE_MEMBER))

#define ACTION(its_method, its_roles, for_payroll, zh, en)                                         \
    {.method = (its_method), .roles = (its_roles), .payroll = (for_payroll), .did = {zh, en}}

static const struct audit_action_info ACTIONS[] = {
    [AUDIT_CREATE_MERCHANT] = ACTION("CreateMerchant", DESK, false, "创建了", "created"),
    [AUDIT_UPDATE_MERCHANT] = ACTION("UpdateMerchant", DESK, false, "修改了", "changed"),
    [AUDIT_CREATE_SHOP] = ACTION("CreateShop", DESK, false, "创建了", "created"),
    [AUDIT_CREATE_GUIDE] = ACTION("CreateGuide", DESK, false, "添加了", "added"),
    [AUDIT_UPDATE_GUIDE] = ACTION("UpdateGuide", DESK, false, "修改了", "changed"),
    [AUDIT_TRANSFER_GUIDE] = ACTION("TransferGuide", DESK, false, "调动了", "transferred"),
    [AUDIT_END_EMPLOYMENT] =
        ACTION("EndEmployment", DESK, false, "结束了任职：", "ended the employment of"),
    [AUDIT_HAND_OVER_MEMBERS] = ACTION("HandOverMembers", DESK, false, "发起了", "began"),
    [AUDIT_CREATE_CODE] = ACTION("CreateCode", DESK, false, "创建了", "made"),
    [AUDIT_REASSIGN_CODE] = ACTION("ReassignCode", STAFF, false, "转移了", "reassigned"),
    [AUDIT_REVOKE_CODE] = ACTION("RevokeCode", STAFF, false, "作废了", "revoked"),
    [AUDIT_UPDATE_MEMBER] =
        ACTION("UpdateMember", STAFF, false, "修改了资料：", "changed the profile of"),
    [AUDIT_ERASE_MEMBER] =
        ACTION("EraseMember", EVERYBODY, false, "删除了个人信息：", "erased the personal data of"),
    [AUDIT_SET_CONSENT] =
        ACTION("SetConsent", STAFF, false, "登记了同意情况：", "recorded the consent of"),
    [AUDIT_PUBLISH_PROGRAM] = ACTION("PublishProgram", DESK, false, "发布了", "published"),
    [AUDIT_WRITE_OFF_DEBT] =
        ACTION("WriteOffDebt", DESK, false, "核销了欠款：", "wrote off a debt by"),
    [AUDIT_ADJUST_BALANCE] =
        ACTION("AdjustBalance", DESK, false, "调整了余额：", "adjusted a balance by"),
    [AUDIT_DECIDE_ADJUSTMENT] = ACTION("DecideAdjustment", DESK, false, "裁定了", "decided"),
    [AUDIT_HOLD_CREDIT] = ACTION("HoldCredit", DESK, false, "冻结了", "held"),
    [AUDIT_RELEASE_CREDIT] = ACTION("ReleaseCredit", DESK, false, "解冻了", "released"),
    [AUDIT_DECIDE_REVIEW] = ACTION("DecideReview", DESK, false, "裁定了", "decided"),
    [AUDIT_SET_TARGET] = ACTION("SetTarget", DESK, false, "设定了目标：", "set a target of"),
    [AUDIT_CLOSE_PERIOD] = ACTION("ClosePeriod", DESK, true, "结算了", "closed"),
    [AUDIT_CREATE_SETTLEMENT_RUN] =
        ACTION("CreateSettlementRun", DESK, true, "创建了", "created"),
    [AUDIT_SUBMIT_SETTLEMENT_RUN] =
        ACTION("SubmitSettlementRun", DESK, true, "提交了", "submitted"),
    [AUDIT_APPROVE_SETTLEMENT_RUN] =
        ACTION("ApproveSettlementRun", DESK, true, "批准了", "approved"),
    [AUDIT_REJECT_SETTLEMENT_RUN] =
        ACTION("RejectSettlementRun", DESK, true, "退回了", "rejected"),
    [AUDIT_CANCEL_SETTLEMENT_RUN] =
        ACTION("CancelSettlementRun", DESK, true, "取消了", "cancelled"),
    [AUDIT_CLOSE_SETTLEMENT_RUN] = ACTION("CloseSettlementRun", DESK, true, "关闭了", "closed"),
    [AUDIT_CARRY_HELD_CREDIT] =
        ACTION("CarryHeldCredit", DESK, true, "留待下次结算：", "left to the next run"),
    [AUDIT_OPEN_DISPUTE] = ACTION("OpenDispute", STAFF, true, "提出了", "opened"),
    [AUDIT_WITHDRAW_DISPUTE] = ACTION("WithdrawDispute", STAFF, true, "撤回了", "withdrew"),
    [AUDIT_DECIDE_DISPUTE] = ACTION("DecideDispute", DESK, true, "裁定了", "decided"),
    [AUDIT_CREATE_SETTLEMENT_EXPORT] =
        ACTION("CreateSettlementExport", DESK, true, "导出了", "took out"),
    [AUDIT_PRINT_STATEMENT] = ACTION("PrintStatement", DESK, true, "打印了", "printed"),
    [AUDIT_RECORD_PAYMENT_RESULTS] =
        ACTION("RecordPaymentResults", DESK, true, "登记了付款结果：", "recorded payments of"),
    [AUDIT_RESOLVE_PAYEE] =
        ACTION("ResolvePayee", DESK, true, "查询了收款人：", "looked up who is paid by"),
    [AUDIT_CREATE_TOKEN] = ACTION("CreateToken", DESK, false, "创建了", "made"),
    [AUDIT_REVOKE_TOKEN] = ACTION("RevokeToken", DESK, false, "吊销了", "revoked"),
    [AUDIT_CREATE_SIGN_IN_LINK] =
        ACTION("CreateSignInLink", DESK, false, "创建了登录链接：", "made a sign-in link for"),
    [AUDIT_REVOKE_SESSIONS] =
        ACTION("RevokeSessions", DESK, false, "结束了登录：", "ended the sessions of"),
    [AUDIT_BACKUP_STORE] = ACTION("BackupStore", DESK, false, "开始备份", "began a backup of"),
    [AUDIT_ACCEPT_CLOCK] = ACTION("AcceptClock", DESK, false, "确认了时钟：",
                                  "accepted the clock of"),
    [AUDIT_GET_MEMBER_DATA] =
        ACTION("GetMemberData", DESK, false, "查看了全部数据：", "took out all data of"),
    [AUDIT_ERASE_GUIDE] =
        ACTION("EraseGuide", DESK, false, "删除了个人信息：", "erased the personal data of"),
    [AUDIT_ROTATE_KEYS] = ACTION("RotateKeys", DESK, false, "更换了封装密钥：",
                                 "rotated the wrapping key of"),
    [AUDIT_CREATE_WEBHOOK] = ACTION("CreateWebhook", DESK, false, "登记了", "registered"),
    [AUDIT_UPDATE_WEBHOOK] = ACTION("UpdateWebhook", DESK, false, "修改了", "changed"),
    [AUDIT_DELETE_WEBHOOK] = ACTION("DeleteWebhook", DESK, false, "删除了", "deleted"),
    [AUDIT_ROTATE_WEBHOOK_SECRET] =
        ACTION("RotateWebhookSecret", DESK, false, "更换了密钥：", "changed the secret of"),
    [AUDIT_TEST_WEBHOOK] = ACTION("TestWebhook", DESK, false, "测试了", "tested"),
    [AUDIT_EXPORT_AUDIT] = ACTION("ExportAudit", DESK, false, "导出了审计记录：",
                                  "took out the audit trail of"),
    /* Tills look up who stands before them; the purchase that follows tells it. */
    [AUDIT_GET_MEMBER] = ACTION("GetMember", STAFF, false, "查看了", "looked at"),
    [AUDIT_LIST_MEMBERS] =
        ACTION("ListMembers", STAFF, false, "查看了会员名单：", "looked at the members of"),
    [AUDIT_LIST_SCOREBOARD_MEMBERS] = ACTION("ListScoreboardMembers", STAFF, false,
                                             "查看了业绩会员名单：",
                                             "looked at the members behind a figure of"),
    [AUDIT_GET_GUIDE] = ACTION("GetGuide", DESK, false, "查看了", "looked at"),
    [AUDIT_LIST_GUIDES] =
        ACTION("ListGuides", DESK, false, "查看了导购名单：", "looked at the guides of"),
};
static_assert(sizeof ACTIONS / sizeof ACTIONS[0] == AUDIT_ACTION_COUNT, "up to the last action");

const struct audit_action_info *audit_action_info(enum audit_action action)
{
    if (action <= AUDIT_NONE || action >= AUDIT_ACTION_COUNT) return NULL;
    return ACTIONS[action].method != NULL ? &ACTIONS[action] : NULL; /* numbers have gaps */
}

enum audit_action audit_action_named(const char *method)
{
    for (int action = AUDIT_NONE + 1; action < AUDIT_ACTION_COUNT; action++)
        if (ACTIONS[action].method != NULL && strcmp(ACTIONS[action].method, method) == 0)
            return (enum audit_action)action;
    return AUDIT_NONE;
}
