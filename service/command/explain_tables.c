/* The sentences that never vary. */
#include <assert.h>

#include "service/command/explain_words.h"

static const struct sentence_pair VERDICTS[] = {
    [VERDICT_MATCHED] = {"适用：所有条件均满足。", "Applies: all of its conditions hold."},
    [VERDICT_TRIGGER] = {"不适用：该规则针对其他事件。", "Does not apply: it looks at other events."},
    [VERDICT_NO_BENEFICIARY] = {"不适用：没有可奖励的对象（无推荐人、无服务导购或无销售导购）。",
                                "Does not apply: there is nobody to pay (no referrer, no serving "
                                "guide or no selling guide)."},
    [VERDICT_WINDOW] = {"不适用：不在活动期内。", "Does not apply: outside its campaign window."},
    [VERDICT_SHOP] = {"不适用：不是规则指定的门店。", "Does not apply: not for this shop."},
    [VERDICT_REFERRER] = {"不适用：推荐人的类型不符。",
                          "Does not apply: it wants another kind of referrer."},
    [VERDICT_CODE] = {"不适用：服务导购的来源（本人的码或继承）不符。",
                      "Does not apply: the serving guide did not come the way it wants (own code "
                      "or inherited)."},
    [VERDICT_TIER] = {"不适用：不是规则指定的会员等级。", "Does not apply: not for the buyer's tier."},
    [VERDICT_FIRST_PURCHASE] = {"不适用：不是首次消费。", "Does not apply: not her first purchase."},
    [VERDICT_WITHIN_DAYS] = {"不适用：距注册日已超过规则的天数。",
                             "Does not apply: too many days after her registration."},
    [VERDICT_WEEKDAY] = {"不适用：不是规则指定的星期。",
                         "Does not apply: not on this day of the week."},
    [VERDICT_BIRTHDAY] = {"不适用：不在生日期间，或生日未知。",
                          "Does not apply: not around her birthday, or it is not known."},
    [VERDICT_AGE] = {"不适用：年龄不符或未知。", "Does not apply: another age, or it is not known."},
    [VERDICT_GENDER] = {"不适用：性别不符或未知。",
                        "Does not apply: another gender, or it is not known."},
    [VERDICT_ATTRIBUTE] = {"不适用：会员属性不符或没有。",
                           "Does not apply: her attribute has another value, or none."},
    [VERDICT_CATEGORY] = {"不适用：没有规则指定品类的商品行。",
                          "Does not apply: no line of its categories."},
    [VERDICT_COUNT] = {"没有奖励；记录时尚未保存原因。",
                       "Gave nothing; it was recorded before reasons were kept."},
};
static_assert(sizeof VERDICTS / sizeof VERDICTS[0] == VERDICT_COUNT + 1, "a sentence for each");

struct sentence_pair explain_verdict(enum rule_verdict verdict)
{
    assert(verdict <= VERDICT_COUNT);
    return VERDICTS[verdict];
}

static const struct sentence_pair REASONS[] = {
    [AWARD_GRANTED] = {"按公式发放。", "Given as the formula says."},
    [AWARD_ROUNDED_TO_ZERO] = {"结果不足一个单位，取整后为零。", "Less than one unit: rounded to zero."},
    [AWARD_SELF] = {"导购就是买家本人，自购不计奖励。",
                    "The guide is the buyer: own purchases earn nothing."},
    [AWARD_GUIDE_INACTIVE] = {"导购在该营业日不在职。",
                              "The guide was not employed on the business date."},
    [AWARD_HELD] = {"等待人工裁定。", "Waits for a person's decision."},
    [AWARD_CAPPED] = {"受上限或预算限制。", "Cut by a cap or budget."},
    [AWARD_BELOW_MINIMUM] = {"消费金额低于规则的最低金额。",
                             "The purchase is below the rule's minimum."},
    [AWARD_ERASED] = {"应得奖励的会员已注销，个人资料已删除。",
                      "The member who would have earned it was erased."},
};

struct sentence_pair explain_reason(enum award_reason reason)
{
    assert((size_t)reason < sizeof REASONS / sizeof REASONS[0]);
    return REASONS[reason];
}

static const struct sentence_pair CAPS[] = {
    [CAP_NONE] = {"上限", "a cap"},
    [CAP_REFEREE] = {"每位被推荐会员的上限", "the cap per referred member"},
    [CAP_BENEFICIARY] = {"每位受益人每期的上限", "the cap per beneficiary and period"},
    [CAP_BUDGET] = {"活动预算", "the campaign budget"},
};

struct sentence_pair explain_cap(enum award_cap cap)
{
    assert((size_t)cap < sizeof CAPS / sizeof CAPS[0]);
    return CAPS[cap];
}

static const struct sentence_pair SCANS[] = {
    [SCAN_NONE] = {"注册时没有扫码。", "She registered without a code."},
    [SCAN_GUIDE_INACTIVE] = {"扫了导购的码，但该导购当日不在职。",
                             "She scanned a guide's code, but he was not employed on that date."},
    [SCAN_BOUND] = {"扫了导购的码，已绑定该导购。",
                    "She scanned a guide's code and was bound to that guide."},
    [SCAN_ALREADY_BOUND_TO_THIS] = {"再次扫了自己导购的码。",
                                    "She scanned the code of her own guide again."},
    [SCAN_BOUND_TO_OTHER] = {"扫码时已绑定另一位导购。", "She was bound to another guide already."},
    [SCAN_EXPIRED] = {"所扫的码未生效、已过期或已吊销。",
                      "The code had ended, not begun, or was revoked."},
    [SCAN_EXHAUSTED] = {"所扫的码已达使用次数上限。", "The code's usage limit was reached."},
    [SCAN_SELF_REFERRAL] = {"扫的是自己的码（或同一手机号的导购的码），不算推荐。",
                            "It was her own code, or that of a guide with her phone: no referral."},
    [SCAN_EXISTING_MEMBER] = {"该手机号已是会员。", "Her phone was a member's already."},
    [SCAN_HELD] = {"等待人工裁定。", "It waits for a person's decision."},
    [SCAN_REFERRED] = {"扫了会员或门店的码，没有因此直接绑定导购。",
                       "She scanned a member's or shop's code: it binds no guide by itself."},
};

struct sentence_pair explain_scan(enum scan_result result, bool scanned)
{
    static const struct sentence_pair NAMED = {
        "注册时没有扫码，按填写的推荐人归属。",
        "She registered without a code; the recommender she named counts."};

    if (!scanned && (result == SCAN_BOUND || result == SCAN_REFERRED)) return NAMED;
    assert((size_t)result < sizeof SCANS / sizeof SCANS[0]);
    return SCANS[result];
}
