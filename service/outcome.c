#include "service/outcome.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* gRPC codes, by value: this file must not include gRPC. */
enum code {
    OK = 0, INVALID_ARGUMENT = 3, DEADLINE_EXCEEDED = 4, NOT_FOUND = 5, ALREADY_EXISTS = 6,
    PERMISSION_DENIED = 7, RESOURCE_EXHAUSTED = 8, FAILED_PRECONDITION = 9, UNIMPLEMENTED = 12,
    INTERNAL = 13, UNAVAILABLE = 14, DATA_LOSS = 15, UNAUTHENTICATED = 16,
};

#define ROW(name, code, retry, en, zh) [OUTCOME_##name] = {#name, code, retry, en, zh}

static const struct outcome_info OUTCOMES[] = {
    ROW(OK, OK, false, "Done.", "完成。"),

    ROW(AGAIN, INTERNAL, true, "The service has to read more first; please try again.",
        "服务需要先读取更多数据，请重试。"),
    ROW(DEADLINE_PASSED, DEADLINE_EXCEEDED, false,
        "The call's deadline passed before its turn came. If it was a write, repeat it as it was: "
        "it is never done twice.",
        "轮到处理之前调用已超过期限。如果是写操作，请原样重试，不会重复执行。"),
    ROW(BUSY, RESOURCE_EXHAUSTED, true,
        "The service has as much work as it takes; nothing was changed. Try again after the retry "
        "delay.",
        "服务繁忙，未做任何更改。请在建议的等待时间后重试。"),
    ROW(SHUTTING_DOWN, UNAVAILABLE, true,
        "The service is shutting down; nothing was changed. Try again in a moment.",
        "服务正在停止，未做任何更改。请稍后重试。"),
    ROW(GUESSES_TOO_MANY, RESOURCE_EXHAUSTED, true,
        "Too many codes were tried that nobody has. Try again after the retry delay; staff can "
        "register you at once.",
        "尝试的无效推荐码过多。请在建议的等待时间后重试，也可以请店员立即登记。"),
    ROW(STREAMS_TOO_MANY, RESOURCE_EXHAUSTED, false,
        "This guide has as many streams open as one may have ({allowed}). Close one of them first.",
        "该导购已打开的实时推送过多（上限 {allowed}）。请先关闭其中一个。"),
    ROW(METHOD_UNKNOWN, UNIMPLEMENTED, false,
        "There is no such method here. Reflection lists all of them; is the client newer than the "
        "service?",
        "没有这个方法。可以通过反射查看全部方法；客户端是否比服务更新？"),
    ROW(SERVICE_UNKNOWN, NOT_FOUND, false,
        "There is no such service here. Reflection lists all of them.",
        "没有这个服务。可以通过反射查看全部服务。"),
    ROW(MESSAGE_MISSING, INVALID_ARGUMENT, false,
        "The call ended without a request message. Send one, even if it is empty.",
        "调用没有带请求消息。请发送一条消息，哪怕是空的。"),
    ROW(MESSAGE_INVALID, INVALID_ARGUMENT, false,
        "The request is not a valid message of this method: damaged, cut off, compressed, or made "
        "for another method.",
        "请求不是该方法的有效消息：可能已损坏、被截断、被压缩，或属于其他方法。"),
    ROW(MESSAGE_TOO_LARGE, RESOURCE_EXHAUSTED, false,
        "The request is larger than the service takes ({allowed}). Send it in smaller parts.",
        "请求超过了服务接受的大小（{allowed}）。请拆分后发送。"),

    ROW(TOKEN_MISSING, UNAUTHENTICATED, false,
        "This method needs a token. Send it as metadata, authorization: Bearer TOKEN.",
        "该方法需要令牌。请以元数据 authorization: Bearer TOKEN 的形式发送。"),
    ROW(TOKEN_INVALID, UNAUTHENTICATED, false,
        "The token is not valid: mistyped, expired or revoked. Ask an admin for a new one.",
        "令牌无效：可能输入有误、已过期或已吊销。请向管理员申请新令牌。"),
    ROW(ROLE_NOT_ALLOWED, PERMISSION_DENIED, false,
        "The role of this token may not call this method. Use a token of a role that may.",
        "该令牌的角色不能调用此方法。请使用有权限的角色的令牌。"),
    ROW(NOT_YOURS, PERMISSION_DENIED, false,
        "This token may not reach that: it belongs to another shop, person or merchant.",
        "该令牌无权访问此对象：它属于其他门店、其他人或其他商户。"),
    ROW(CALLER_NOT_EMPLOYED, PERMISSION_DENIED, false,
        "You are not employed today: customers and codes are no longer yours to see or use. Your "
        "own balances and statements are.",
        "您今天不在职，不能再查看或使用顾客与推荐码；您本人的余额和结算单仍可查看。"),

    ROW(FIELD_REQUIRED, INVALID_ARGUMENT, false, "{field} is required.", "{field} 为必填项。"),
    ROW(TEXT_INVALID, INVALID_ARGUMENT, false,
        "{field} is not an allowed text: it must be UTF-8 without control or bidirectional "
        "formatting characters, {allowed}.",
        "{field} 不是允许的文本：必须是 UTF-8 编码，不含控制字符或双向排版字符，{allowed}。"),
    ROW(VALUE_INVALID, INVALID_ARGUMENT, false,
        "{field} has a value that is not allowed: {allowed}.",
        "{field} 的值不被允许：{allowed}。"),
    ROW(AMOUNT_INVALID, INVALID_ARGUMENT, false,
        "{field} is not an allowed amount: {allowed}, in minor units of the merchant's currency.",
        "{field} 不是允许的金额：{allowed}，以商户币种的最小单位（如分）计。"),
    ROW(RECEIPT_INVALID, INVALID_ARGUMENT, false,
        "{field} is not a receipt number: {allowed}, printable, no blanks at the ends.",
        "{field} 不是有效的小票号：{allowed}，可打印字符，首尾无空格。"),
    ROW(LINES_INVALID, INVALID_ARGUMENT, false,
        "The lines don't make up the purchase: {allowed}. Send all of its lines, or none.",
        "商品行与整单不符，应满足：{allowed}。请发送全部商品行，或一行也不发送。"),
    ROW(REFUND_EMPTY, INVALID_ARGUMENT, false,
        "The refund gives nothing back. Send an amount above 0, or lines of which something is "
        "left.",
        "这笔退款金额为零。请填写大于 0 的金额，或仍有剩余可退的商品行。"),
    ROW(REFUND_LINES_INVALID, INVALID_ARGUMENT, false,
        "{field} does not fit the purchase: {allowed}. GetPurchase shows its lines and what was "
        "refunded of them.",
        "{field} 与原消费不符：{allowed}。可用 GetPurchase 查看商品行及已退金额。"),
    ROW(SELLERS_INVALID, INVALID_ARGUMENT, false,
        "{field} is not allowed: {allowed}. At most 4 guides sell a purchase, each named once, and "
        "their shares sum to 10,000.",
        "{field} 不被允许：{allowed}。一笔销售最多 4 位导购，每人只列一次，分成合计须为 10000。"),
    ROW(PHONE_INVALID, INVALID_ARGUMENT, false,
        "{field} is not a phone number. Write it with its country code, e.g. +8613812345678, or as "
        "it is dialled in the merchant's country.",
        "{field} 不是有效的电话号码。请带国家代码填写，如 +8613812345678，或按商户所在国的拨号方式填写。"),
    ROW(CONSENT_MISSING, INVALID_ARGUMENT, false,
        "{field} is required: the version of the privacy policy the customer agreed to.",
        "{field} 为必填项：顾客同意的隐私政策版本。"),
    ROW(CODE_MISTYPED, INVALID_ARGUMENT, false,
        "The code was mistyped: its check symbol does not fit. Compare it with the original, or "
        "scan it.",
        "推荐码输入有误：校验位不符。请与原码核对，或重新扫码。"),
    ROW(DATE_INVALID, INVALID_ARGUMENT, false,
        "{field} is not a date. Write YYYY-MM-DD; {allowed}.",
        "{field} 不是有效的日期。请写成 YYYY-MM-DD；{allowed}。"),
    ROW(DATE_RETROACTIVE, INVALID_ARGUMENT, false,
        "{field} lies in the past; what was recorded stays as it was. Give today or a later date.",
        "{field} 是过去的日期；已记录的内容不会改变。请填写今天或以后的日期。"),
    ROW(TIME_INVALID, INVALID_ARGUMENT, false, "{field} is not a valid time: {allowed}.",
        "{field} 不是有效的时间：{allowed}。"),
    ROW(TIME_IN_FUTURE, INVALID_ARGUMENT, false,
        "{field} lies in the future, more than 10 minutes ahead of the service. Check the till's "
        "clock.",
        "{field} 是未来的时间，比服务时间快了 10 分钟以上。请检查收银机的时钟。"),
    ROW(PAGE_INVALID, INVALID_ARGUMENT, false,
        "{field} does not fit this list: page_size is 0 to 500, page_token the next_page_token of "
        "the same request. Begin again without page_token.",
        "{field} 与此列表不符：page_size 为 0 到 500，page_token 须为同一请求返回的 next_page_token。"
        "请不带 page_token 从头开始。"),
    ROW(PROGRAM_INVALID, INVALID_ARGUMENT, false,
        "The program has a rule that cannot hold: {field}, {allowed}. Nothing was published.",
        "奖励方案中有不成立的规则：{field}，{allowed}。未发布任何内容。"),
    ROW(CURRENCY_MISMATCH, INVALID_ARGUMENT, false,
        "{field} is not the merchant's currency ({allowed}). Amounts are never converted.",
        "{field} 不是商户的币种（{allowed}）。金额不会自动换算。"),
    ROW(PATH_INVALID, INVALID_ARGUMENT, false,
        "{field} is not a usable folder: an absolute path on a local disk of the service's machine "
        "that does not exist yet, in a folder the service may write.",
        "{field} 不是可用的文件夹：须为服务所在机器本地磁盘上的绝对路径，尚不存在，且上级文件夹可写。"),
    ROW(ROWS_INVALID, INVALID_ARGUMENT, false, "{field} holds too few or too many rows: {allowed}.",
        "{field} 的行数过少或过多：{allowed}。"),
    ROW(SETTLEMENT_PERIOD_INVALID, INVALID_ARGUMENT, false,
        "A settlement covers at least a day and at most ten years: {field} has to lie that far "
        "behind period_start. It is the first date that belongs to the run no more.",
        "结算周期至少一天、最长十年：{field} 必须晚于 period_start 且不超过十年，它是不再属于本次结算的第一天。"),

    ROW(MERCHANT_UNKNOWN, NOT_FOUND, false, "There is no such merchant. Check its number.",
        "没有这个商户，请检查商户编号。"),
    ROW(SHOP_UNKNOWN, NOT_FOUND, false,
        "There is no such shop. Check its id, or make the shop first.",
        "没有这家门店。请检查门店编号，或先创建门店。"),
    ROW(GUIDE_UNKNOWN, NOT_FOUND, false, "There is no such guide. Check the number.",
        "没有这位导购，请检查编号。"),
    ROW(MEMBER_UNKNOWN, NOT_FOUND, false,
        "There is no such member. Check number, phone or code, or register her first.",
        "没有这位会员。请检查会员编号、电话或推荐码，或先登记会员。"),
    ROW(ACCOUNT_UNKNOWN, NOT_FOUND, false,
        "There is no such account. Only members and guides have one; check kind and number.",
        "没有这个账户。只有会员和导购有账户，请检查类型和编号。"),
    ROW(CODE_UNKNOWN, NOT_FOUND, false, "There is no such code. Check it against the original.",
        "没有这个推荐码，请与原码核对。"),
    ROW(CODE_NOT_VALID, NOT_FOUND, false,
        "This code is not valid. Ask for a current one; you can also register without.",
        "该推荐码无效。请索取有效的推荐码，也可以不用推荐码直接登记。"),
    ROW(PURCHASE_UNKNOWN, NOT_FOUND, false,
        "There is no such purchase. Check shop and receipt number.",
        "没有这笔消费，请检查门店和小票号。"),
    ROW(REFUND_UNKNOWN, NOT_FOUND, false,
        "There is no such refund. Check shop and refund number.",
        "没有这笔退款，请检查门店和退款号。"),
    ROW(DEBT_UNKNOWN, NOT_FOUND, false,
        "The account has no open debt of that number. ListDebts shows what is open.",
        "该账户没有此编号的未清欠额。可用 ListDebts 查看。"),
    ROW(PROGRAM_UNKNOWN, NOT_FOUND, false,
        "There is no such program version, or none was in force on that date.",
        "没有这个方案版本，或当日没有生效的方案。"),
    ROW(ENTRY_UNKNOWN, NOT_FOUND, false, "There is no such entry. Check its number.",
        "没有这条分录，请检查编号。"),
    ROW(PERIOD_RULE_UNKNOWN, NOT_FOUND, false,
        "The program in force on the last day of that period has no PERIOD_CLOSE rule of this id "
        "for this kind of period. Look at the program of that day, and at how the rule names its "
        "period.",
        "该周期最后一天生效的方案中，没有适用于此类周期的同名 PERIOD_CLOSE 规则。请查看当日方案及规则的周期设置。"),
    ROW(PERIOD_CLOSE_UNKNOWN, NOT_FOUND, false,
        "Nothing was computed for that rule and period yet. Close the period first.",
        "该规则在此周期尚未计算。请先结算该周期。"),
    ROW(TOKEN_UNKNOWN, NOT_FOUND, false, "There is no such token. ListTokens shows their numbers.",
        "没有这个令牌。可用 ListTokens 查看令牌编号。"),
    ROW(CREDIT_UNKNOWN, NOT_FOUND, false,
        "There is no such credit. ListCredits shows an account's.",
        "没有这笔积分或返利。可用 ListCredits 查看账户的明细。"),
    ROW(REDEMPTION_UNKNOWN, NOT_FOUND, false,
        "There is no such redemption. ListRedemptions shows a member's.",
        "没有这笔兑换。可用 ListRedemptions 查看会员的兑换记录。"),
    ROW(ADJUSTMENT_UNKNOWN, NOT_FOUND, false,
        "There is no such adjustment. ListAdjustments shows all.",
        "没有这笔调整。可用 ListAdjustments 查看全部调整。"),
    ROW(REVIEW_UNKNOWN, NOT_FOUND, false, "There is no such review. ListReviews shows them.",
        "没有这项审核。可用 ListReviews 查看全部审核。"),
    ROW(BENEFIT_UNKNOWN, NOT_FOUND, false,
        "This member has no benefit of that number. ListBenefits shows hers.",
        "该会员没有此编号的礼遇。可用 ListBenefits 查看其全部礼遇。"),
    ROW(EXPORT_UNKNOWN, NOT_FOUND, false,
        "The run has no export of this number. Record one first: `beckon settlement export` does "
        "both.",
        "这次结算没有该编号的导出记录。请先登记导出，beckon settlement export 会一并完成。"),
    ROW(PAY_ENTITY_UNKNOWN, NOT_FOUND, false,
        "There is no such pay entity. Shops name theirs: `beckon shop list` shows them.",
        "没有这个发薪主体。门店资料中有各自的发薪主体，可用 beckon shop list 查看。"),
    ROW(SETTLEMENT_UNKNOWN, NOT_FOUND, false,
        "There is no settlement run of this number. `beckon settlement list` shows them.",
        "没有这个编号的结算。可用 beckon settlement list 查看。"),
    ROW(STATEMENT_UNKNOWN, NOT_FOUND, false,
        "The run has no such statement: it takes nothing of this payee, or he can't see it yet.",
        "这次结算没有该对账单：其中没有该收款人的款项，或者尚未向其公开。"),
    ROW(DISPUTE_UNKNOWN, NOT_FOUND, false,
        "The run has no dispute of this number. `beckon dispute list` shows them.",
        "这次结算没有这个编号的异议。可用 beckon dispute list 查看。"),
    ROW(PAYMENT_LINE_UNKNOWN, NOT_FOUND, false,
        "{field} names no line of this run. Check pay entity and number against the export.",
        "{field} 不对应这次结算的任何一行。请对照导出文件检查发薪主体和编号。"),

    ROW(HANDOVER_UNKNOWN, NOT_FOUND, false,
        "There is no handover of that number. ListHandovers shows all.",
        "没有此编号的交接。可用 ListHandovers 查看全部交接。"),
    ROW(RECEIPT_REUSED, ALREADY_EXISTS, false,
        "This shop has recorded that receipt number with other content. Nothing was changed; read "
        "the first one with GetPurchase.",
        "该门店已用此小票号记录过内容不同的消费。未做任何更改；可用 GetPurchase 查看原记录。"),
    ROW(REFUND_REUSED, ALREADY_EXISTS, false,
        "This shop has recorded that refund number with other content. Nothing was changed; read "
        "the first one with GetRefund.",
        "该门店已用此退款号记录过内容不同的退款。未做任何更改；可用 GetRefund 查看原记录。"),
    ROW(REQUEST_ID_REUSED, ALREADY_EXISTS, false,
        "That request_id was used for a request with other content. Use a fresh one.",
        "该 request_id 已用于内容不同的请求。请换一个新的。"),
    ROW(SHOP_EXISTS, ALREADY_EXISTS, false,
        "A shop of that id exists with other content. Nothing was changed.",
        "已有同编号但内容不同的门店。未做任何更改。"),
    ROW(GUIDE_EXISTS, ALREADY_EXISTS, false,
        "That employer has a guide of that employee number with other content. "
        "Nothing was changed.",
        "该用工单位已有同工号但内容不同的导购。未做任何更改。"),
    ROW(EMPLOYEE_NO_TAKEN, ALREADY_EXISTS, false,
        "{field}: another guide of that employer has this employee number. Give the one he gets "
        "there. Nothing was changed.",
        "{field}：该用工单位已有其他导购使用此工号。请填写他在该单位的工号。未做任何更改。"),
    ROW(PHONE_TAKEN, ALREADY_EXISTS, false, "That phone belongs to somebody else already.",
        "该电话号码已属于其他人。"),

    ROW(GUIDE_INACTIVE, FAILED_PRECONDITION, false,
        "{field}: this guide is not employed on that date. Employ or transfer him from then on "
        "first, or choose another.",
        "{field}：该导购在该日期不在职。请先安排其自该日起任职，或另选一位导购。"),
    ROW(MERCHANT_FIXED, FAILED_PRECONDITION, false,
        "{field} is fixed since the merchant's first event. Make another merchant where it must "
        "differ.",
        "{field} 自商户首个业务发生后已固定。如需不同，请新建商户。"),
    ROW(REFUND_ABOVE_PURCHASE, FAILED_PRECONDITION, false,
        "All refunds together would exceed the purchase: {field} may be {allowed}.",
        "退款合计将超过原消费金额：{field} 应为 {allowed}。"),
    ROW(REFUNDS_PARKED_TOO_MANY, FAILED_PRECONDITION, false,
        "{allowed} refunds already wait for that purchase. Record the purchase first; is its "
        "receipt number right?",
        "已有 {allowed} 笔退款在等待这笔消费。请先上报消费，并核对小票号。"),
    ROW(PROGRAM_RETROACTIVE, FAILED_PRECONDITION, false,
        "{field} must lie after the latest business date that already has credits ({allowed}). "
        "Give a later date.",
        "{field} 必须晚于已有奖励的最近营业日（{allowed}）。请填写更晚的日期。"),
    ROW(PERIOD_NOT_OVER, FAILED_PRECONDITION, false,
        "The period can't be closed before {allowed}. Come back then; once the period itself is "
        "over, `early` closes it before the rule's wait is.",
        "该周期在 {allowed} 之前不能结算。请届时再试；周期结束后，可用 early 在规则的等待期内提前结算。"),
    ROW(SCOREBOARD_NOT_KEPT, FAILED_PRECONDITION, false,
        "This merchant's first events were recorded by a version that kept no scoreboard, so it "
        "has none. GetBalance and ListEntries show what its guides earned.",
        "本商户最早的业务由尚无业绩看板的版本记录，因此没有看板。可用 GetBalance 和 ListEntries 查看导购所得。"),
    ROW(TOKENS_TOO_MANY, FAILED_PRECONDITION, false,
        "This principal has two live tokens. Revoke one first.",
        "该主体已有两个有效令牌。请先吊销一个。"),
    ROW(CODE_REVOKED, FAILED_PRECONDITION, false,
        "This code was revoked, which is for ever. Make a new one.",
        "该推荐码已被永久作废。请新建一个。"),
    ROW(REVIEW_DECIDED, FAILED_PRECONDITION, false,
        "This review was decided before, in another way or for another reason; GetReview shows "
        "how. Correct a balance with an adjustment.",
        "这项审核已有不同的决定或理由，可用 GetReview 查看。如需更正余额，请做人工调整。"),
    ROW(BENEFIT_HANDED_OUT, FAILED_PRECONDITION, false,
        "This benefit was handed out before. ListBenefits shows when and where.",
        "此礼遇已经发放过。可用 ListBenefits 查看发放的时间和门店。"),
    ROW(BENEFIT_EXPIRED, FAILED_PRECONDITION, false,
        "This benefit's last day is over; it can't be handed out any more.",
        "此礼遇已过有效期，不能再发放。"),
    ROW(NUMBERS_EXHAUSTED, RESOURCE_EXHAUSTED, false,
        "All numbers of this kind are given out. Nothing was changed; ask the operator.",
        "此类编号已用完。未做任何更改；请联系运维人员。"),
    ROW(CODES_TOO_MANY, RESOURCE_EXHAUSTED, false,
        "This member has as many codes as she may draw herself ({allowed}). ListCodes shows them; "
        "use one of these, or ask the shop.",
        "该会员自己生成的推荐码已达上限（{allowed}）。请用 ListCodes 查看并使用已有的推荐码，或联系门店。"),
    ROW(NOT_REDEEMABLE, FAILED_PRECONDITION, false,
        "The program in force lets nobody spend that. GetProgram shows its redemption rate.",
        "现行方案不允许兑换。可用 GetProgram 查看兑换比例。"),
    ROW(AMOUNT_STEP, FAILED_PRECONDITION, false,
        "That many points aren't worth a whole amount of money. Take {allowed}.",
        "这些积分不能折合为整数金额。可兑换的数量：{allowed}。"),
    ROW(INSUFFICIENT_BALANCE, FAILED_PRECONDITION, false,
        "There isn't that much to take: {allowed}. What is pending, held or owed doesn't count.",
        "可用余额不足：{allowed}。待生效、冻结和欠款部分不计入。"),
    ROW(LOTS_TOO_MANY, FAILED_PRECONDITION, false,
        "That would empty more credits than one call may: take {allowed}, then the rest.",
        "一次调用涉及的积分批次过多：请先取 {allowed}，再取其余部分。"),
    ROW(REDEMPTION_CANCELLED, FAILED_PRECONDITION, false,
        "All of that redemption has been given back already.", "这笔兑换已经全部退回。"),
    ROW(ADJUSTMENT_DECIDED, FAILED_PRECONDITION, false,
        "That adjustment has been decided. ListAdjustments shows how, and by whom.",
        "这笔调整已有决定。可用 ListAdjustments 查看结果和决定人。"),
    ROW(OWN_DECISION, FAILED_PRECONDITION, false,
        "Who proposes an adjustment can't decide it. Ask somebody with another token.",
        "提出调整的人不能自己审批。请由持有其他令牌的人决定。"),
    ROW(CREDIT_FINISHED, FAILED_PRECONDITION, false,
        "Nothing of that credit remains: it was spent, paid out, expired or taken back.",
        "这笔积分或返利已无剩余：已使用、已结算、已过期或已收回。"),
    ROW(CREDIT_IS_HELD, FAILED_PRECONDITION, false,
        "That credit is held already. ReleaseCredit lets it go on.",
        "这笔积分或返利已经冻结。可用 ReleaseCredit 解冻。"),
    ROW(CREDIT_NOT_HELD, FAILED_PRECONDITION, false, "That credit isn't held.",
        "这笔积分或返利没有冻结。"),
    ROW(CREDIT_IN_REVIEW, FAILED_PRECONDITION, false,
        "A review holds that credit: decide it with DecideReview instead.",
        "这笔积分或返利由审核冻结：请用 DecideReview 对该审核作出决定。"),
    ROW(CREDIT_IN_SETTLEMENT, FAILED_PRECONDITION, false,
        "A settlement run that is under review has taken that credit. Reject or cancel the run, or "
        "wait until it is closed.",
        "这笔积分或返利已列入正在审核的结算单。请驳回或取消该结算单，或等待其关账。"),
    ROW(DEBT_IN_SETTLEMENT, FAILED_PRECONDITION, false,
        "A settlement run that is under review has taken that debt, or the credit it was made of. "
        "Reject or cancel the run, or wait until it is closed.",
        "这笔欠额或其来源已列入正在审核的结算单。请驳回或取消该结算单，或等待其关账。"),
    ROW(SETTLEMENT_NOT_OVER, FAILED_PRECONDITION, false,
        "The period is not over: {field} may be {allowed} at most today.",
        "结算周期尚未结束：{field} 目前最晚为 {allowed}。"),
    ROW(SETTLEMENT_RATE_MISSING, FAILED_PRECONDITION, false,
        "The program in force on the period's last date says no settlement rate. Give rate_points "
        "and rate_minor, or publish a program that has them.",
        "周期最后一天生效的方案没有设定结算汇率。请填写 rate_points 和 rate_minor，或发布包含它们的方案。"),
    ROW(SETTLEMENT_WORKING, FAILED_PRECONDITION, false,
        "The service is still at work on this run; `beckon settlement show` says how far it is. "
        "Try again when it has ended.",
        "系统仍在处理这次结算，可用 beckon settlement show 查看进度。处理结束后请重试。"),
    ROW(SETTLEMENT_STATE, FAILED_PRECONDITION, false,
        "That step is not possible where the run stands now: {allowed}. `beckon settlement show` "
        "says what comes next.",
        "这次结算目前的状态（{allowed}）不允许这一步。可用 beckon settlement show 查看下一步。"),
    ROW(SETTLEMENT_CHANGED, FAILED_PRECONDITION, false,
        "The run has changed since it was looked at: {field} is not the present one. Look at it "
        "again first.",
        "这次结算在查看之后已有变化：{field} 不是当前值。请先重新查看。"),
    ROW(SETTLEMENT_OWN, PERMISSION_DENIED, false,
        "Who made or submitted a run can't approve it. Ask somebody with another token.",
        "创建或提交结算的人不能自己批准。请由持有其他令牌的人批准。"),
    ROW(SETTLEMENT_OTHER_FROZEN, FAILED_PRECONDITION, false,
        "Run {allowed} has frozen credits of the same pay entity. Close, reject or cancel it "
        "first.",
        "第 {allowed} 次结算已冻结同一发薪主体的积分或返利。请先将其关账、退回或取消。"),
    ROW(SETTLEMENT_DISPUTES_OPEN, FAILED_PRECONDITION, false,
        "Disputes are open: {allowed}. Decide each of them first; `beckon dispute list` shows "
        "them.",
        "还有 {allowed} 个未决的异议。请先逐一处理，可用 beckon dispute list 查看。"),
    ROW(SETTLEMENT_EARLIER_OPEN, FAILED_PRECONDITION, false,
        "The earlier run {allowed} of the same pay entity is not finished. Close or cancel it "
        "first.",
        "同一发薪主体较早的第 {allowed} 次结算尚未完成。请先将其关账或取消。"),
    ROW(SETTLEMENT_HELD_UNDECIDED, FAILED_PRECONDITION, false,
        "A held credit of the period is undecided: {allowed}. Release it, void it, or leave it to "
        "the next run with `beckon settlement hold-over`.",
        "周期内有一笔冻结的积分或返利尚未决定：{allowed}。请解冻、作废，或用 beckon settlement "
        "hold-over 留到下一次结算。"),
    ROW(SETTLEMENT_PERIODS_DUE, FAILED_PRECONDITION, false,
        "The bonus {allowed} is due and not computed. Reject the run, so that its next draft "
        "computes it.",
        "奖励 {allowed} 已到期但尚未计算。请退回这次结算，下一份草稿会计算它。"),
    ROW(SETTLEMENT_UNVERIFIED, FAILED_PRECONDITION, false,
        "A close needs the certificate of a verification that found nothing and covers the "
        "ledger up to entry {allowed}. `beckon settlement close` makes one.",
        "关账需要一份无差错的核对证明，覆盖到第 {allowed} 条分录。可用 beckon settlement close 自动生成。"),
    ROW(DISPUTES_TOO_MANY, FAILED_PRECONDITION, false,
        "This payee has {allowed} disputes in the run already. Let payroll decide those first.",
        "该收款人在这次结算中已有 {allowed} 个异议。请先等待薪资人员处理。"),
    ROW(DISPUTE_DECIDED, FAILED_PRECONDITION, false,
        "That dispute was decided or withdrawn already. Open a new one if it still matters.",
        "该异议已有决定或已撤回。如仍有问题，请重新提出。"),
    ROW(CREDIT_CARRIED, FAILED_PRECONDITION, false,
        "That credit was left to the next run already, for another reason.",
        "这笔积分或返利已因其他理由留到下一次结算。"),
    ROW(CREDIT_NOT_IN_RUN, FAILED_PRECONDITION, false,
        "That credit is none of this run's: of its end or later, or of another employer.",
        "这笔积分或返利不属于这次结算：日期不早于其截止日，或属于其他发薪主体。"),
    ROW(PAYMENT_LINE_TWICE, FAILED_PRECONDITION, false,
        "{field} names a line that an earlier row names, too. Keep one row for each line.",
        "{field} 所指的行在前面已经出现过。每行只保留一条结果。"),
    ROW(PAYMENT_AMOUNT_DIFFERS, FAILED_PRECONDITION, false,
        "{field} is not the line's net amount, which is {allowed}. Payments are whole lines.",
        "{field} 与该行实发金额 {allowed} 不符。付款结果必须是整行金额。"),
    ROW(PAYMENT_CHANGE_IMPOSSIBLE, FAILED_PRECONDITION, false,
        "The line's result is {allowed} already; only PAID may still become RETURNED.",
        "该行结果已是 {allowed}，只有 PAID 可以改为 RETURNED。"),
    ROW(BACKUP_FAILED, FAILED_PRECONDITION, false,
        "The backup failed: {allowed}. The store is as it was.",
        "备份失败：{allowed}。数据未受影响。"),
    ROW(BACK_TEST_TOO_LARGE, FAILED_PRECONDITION, false,
        "This history has more events, rules or counters than one back-test keeps in memory. "
        "Nothing was changed. Ask for a draft with fewer rules that have caps, or run it on a "
        "restored backup of an earlier time.",
        "历史记录的事件、规则或计数超过一次回测可用的内存，未做任何更改。请减少草案中带上限的规则，"
        "或在较早的备份上进行回测。"),

    ROW(STORE_DAMAGED, DATA_LOSS, false,
        "A stored record is damaged; nothing was changed. The operator should run verify and "
        "restore a backup.",
        "存储的记录已损坏，未做任何更改。请运维人员运行校验并从备份恢复。"),
    ROW(STORE_FULL, RESOURCE_EXHAUSTED, false,
        "The disk or the store is full; nothing was changed. The operator has to make room.",
        "磁盘或存储已满，未做任何更改。请运维人员清理空间。"),
    ROW(STORE_FAULT, UNAVAILABLE, false,
        "The store could not be read or written. If it was a write, repeat it as it was once the "
        "service is back: it is never done twice.",
        "存储无法读写。如果是写操作，请在服务恢复后原样重试，不会重复执行。"),
    ROW(INTERNAL, INTERNAL, false,
        "Beckon made a mistake here; the log of the service says more to the operator.",
        "Beckon 内部出错；运维人员可查看服务日志了解详情。"),
};

static_assert(sizeof OUTCOMES / sizeof OUTCOMES[0] == OUTCOME_COUNT, "a row for every outcome");

const struct outcome_info *outcome_info(enum outcome outcome)
{
    assert((int)outcome >= 0 && outcome < OUTCOME_COUNT);
    assert(OUTCOMES[outcome].reason != NULL);
    return &OUTCOMES[outcome];
}

/* Appends as much of `piece` as fits; never cuts a UTF-8 character in two. */
static unsigned append(char *text, unsigned used, unsigned size, const char *piece,
                       size_t piece_size)
{
    if (piece_size > size - 1 - used) {
        piece_size = size - 1 - used;
        while (piece_size > 0 && ((unsigned char)piece[piece_size] & 0xC0) == 0x80)
            piece_size--;
    }
    memcpy(text + used, piece, piece_size);
    return used + (unsigned)piece_size;
}

void outcome_sentence(enum outcome outcome, const struct refusal *refusal, bool chinese,
                      char *ret_text, unsigned size)
{
    assert(size > 0);
    const struct outcome_info *info = outcome_info(outcome);
    const char *field = refusal != NULL && refusal->field != NULL ? refusal->field
                        : chinese ? "请求" : "the request";
    const char *allowed = refusal != NULL && refusal->allowed != NULL ? refusal->allowed
                          : chinese ? "见接口说明" : "see the API's description";
    unsigned used = 0;
    for (const char *at = chinese ? info->zh : info->en; *at != '\0';) {
        const char *brace = strchr(at, '{');
        if (brace == NULL)
            brace = at + strlen(at);
        used = append(ret_text, used, size, at, (size_t)(brace - at));
        at = brace;
        if (strncmp(at, "{field}", 7) == 0) {
            used = append(ret_text, used, size, field, strlen(field));
            at += 7;
        } else if (strncmp(at, "{allowed}", 9) == 0) {
            used = append(ret_text, used, size, allowed, strlen(allowed));
            at += 9;
        } else if (*at == '{') {
            used = append(ret_text, used, size, at, 1);
            at++;
        }
    }
    ret_text[used] = '\0';
    /* A replacement may stand at the start of an English sentence: "the request is required." */
    if (ret_text[0] >= 'a' && ret_text[0] <= 'z' && (refusal == NULL || refusal->field == NULL))
        ret_text[0] = (char)(ret_text[0] - 'a' + 'A');
}
