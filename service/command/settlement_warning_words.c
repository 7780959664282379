/* The words of warnings, one case each, in Chinese and English. */
#include <inttypes.h>

#include "service/command/settlement_warning.h"

static void carried(struct sentence *sentence, const struct settlement_warning *warning,
                    const char *money)
{
    if (warning->kind == WARNING_NEGATIVE) {
        sentence_en(sentence, "Refunds took more than was earned: %s is carried as a debt and "
                              "nothing is paid.", money);
        sentence_zh(sentence, "退货扣回超过所得：%s 作为欠款结转，本次不支付。", money);
    } else {
        sentence_en(sentence, "Below the minimum payout: %s is carried into the next run and "
                              "nothing is paid.", money);
        sentence_zh(sentence, "低于最低发放额：%s 结转至下次结算，本次不支付。", money);
    }
}

static void waiting(struct sentence *sentence, const struct settlement_warning *warning)
{
    if (warning->kind == WARNING_PENDING) {
        sentence_en(sentence, "%" PRIu64 " credits of the period are still pending; the next run "
                              "takes them.", warning->count);
        sentence_zh(sentence, "期内有 %" PRIu64 " 笔奖励尚在等待期，将由下次结算计入。",
                    warning->count);
    } else {
        sentence_en(sentence, "%" PRIu64 " credits of the period are held. Release or void them, "
                              "or leave each to the next run with a reason.", warning->count);
        sentence_zh(sentence, "期内有 %" PRIu64 " 笔奖励被冻结待查。请放行、作废，或逐笔注明原因"
                              "留待下次结算。", warning->count);
    }
}

static struct sentence_pair papers(enum settlement_warning_kind kind)
{
    switch (kind) {
    case WARNING_NO_EMPLOYEE_NO:
        return (struct sentence_pair){
            .en = "He has no employee number at this employer; payroll can't match the row.",
            .zh = "该导购在此用工单位没有工号，薪资系统无法匹配该行。"};
    case WARNING_NO_NAME:
        return (struct sentence_pair){.en = "His legal name is missing.", .zh = "缺少姓名。"};
    default:
        return (struct sentence_pair){
            .en = "The type or number of his identity document is missing; the import sheet for "
                  "China asks for both.",
            .zh = "缺少证件类型或证件号码，全年一次性奖金导入表需要填写。"};
    }
}

static void bonus(struct sentence *sentence, const struct warning_scope *scope,
                  const struct settlement_warning *warning, const char *money)
{
    char threshold[SENTENCE_AMOUNT_BYTES];

    if (warning->kind == WARNING_SECOND_BONUS) {
        bool same = warning->count == scope->run.number;
        sentence_en(sentence, "A second year-end bonus of one person and year (%s): ", money);
        sentence_zh(sentence, "同一人同一年度的第二笔年终奖（%s）：", money);
        if (same) sentence_en(sentence, "another employer pays one in this run. ");
        else sentence_en(sentence, "run %" PRIu64 " has one, too. ", warning->count);
        if (same) sentence_zh(sentence, "本次结算中另一用工单位也发放。");
        else sentence_zh(sentence, "第 %" PRIu64 " 次结算也有一笔。", warning->count);
        sentence_en(sentence, "In China the separate method may be used once a person and year.");
        sentence_zh(sentence, "在中国，单独计税办法每人每年只能使用一次。");
        return;
    }
    sentence_money(warning->threshold_minor, scope->merchant.currency, threshold);
    sentence_en(sentence, "Taxed separately as a year-end bonus in China, %s leaves less than %s "
                          "would. For information; Beckon computes no tax.", money, threshold);
    sentence_zh(sentence, "按全年一次性奖金单独计税时，发放 %s 的税后所得少于发放 %s。仅供参考，"
                          "系统不计算个税。", money, threshold);
}

struct sentence settlement_warning_words(const struct warning_scope *scope,
                                         const struct settlement_warning *warning)
{
    struct sentence sentence = sentence_begin();
    char money[SENTENCE_AMOUNT_BYTES];

    sentence_money(warning->amount_minor, scope->merchant.currency, money);
    switch (warning->kind) {
    case WARNING_NEGATIVE:
    case WARNING_BELOW_MINIMUM:
        carried(&sentence, warning, money);
        break;
    case WARNING_PENDING:
    case WARNING_HELD:
        waiting(&sentence, warning);
        break;
    case WARNING_BONUS_CLIFF:
    case WARNING_SECOND_BONUS:
        bonus(&sentence, scope, warning, money);
        break;
    default:
        sentence_add(&sentence, papers(warning->kind));
        break;
    }
    return sentence;
}
