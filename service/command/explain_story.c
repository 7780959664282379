#include "service/command/explain_story.h"

#include <assert.h>
#include <inttypes.h>

#include "service/rules/civil_date.h"

/* ---- a credit -------------------------------------------------------------------------------- */

struct sentence story_origin(const struct credit *credit, struct party party,
                             const struct event *event, const char *currency)
{
    struct sentence sentence = sentence_begin();
    char date[CIVIL_DATE_BYTES];
    bool guide = party.kind == PARTY_GUIDE;

    civil_date_write(credit->business_date, date);
    sentence_zh(&sentence, "%s，", date);
    sentence_amount(&sentence, credit->unit, credit->posted, currency);
    sentence_zh(&sentence, "发给%s %" PRIu32 "，", guide ? "导购" : "会员", party.number);
    sentence_en(&sentence, " for %s %" PRIu32 " on %s, ", guide ? "guide" : "member", party.number,
                date);
    switch (event->kind) {
    case EVENT_REGISTRATION:
        sentence_add(&sentence, (struct sentence_pair){"因一位会员注册。",
                                                       "because a member registered."});
        break;
    case EVENT_PURCHASE:
        sentence_add(&sentence, event->member == party.number && !guide
                                    ? (struct sentence_pair){"因本人的一笔消费。",
                                                             "for an own purchase."}
                                    : (struct sentence_pair){"因一位会员的一笔消费。",
                                                             "for a member's purchase."});
        break;
    case EVENT_PERIOD_CLOSE:
        sentence_add(&sentence, (struct sentence_pair){"因该日结束的考核期。",
                                                       "for the period that ended on that day."});
        break;
    case EVENT_DECISION:
        sentence_add(&sentence, (struct sentence_pair){"由人工调整。",
                                                       "adjusted in by a person's decision."});
        break;
    case EVENT_REFUND:
    case EVENT_REDEMPTION:
    case EVENT_TIME:
    case EVENT_SETTLEMENT:
        sentence_add(&sentence, (struct sentence_pair){"来自账务处理。", "from bookkeeping."});
        break;
    }
    return sentence;
}

struct sentence story_refunds(const struct credit *credit, const char *currency)
{
    struct sentence sentence = sentence_begin();
    const struct { int64_t amount; struct sentence_pair name; } parts[] = {
        {credit->recall_own, {"从本笔奖励扣回 ", "out of this credit "}},
        {credit->recall_elsewhere, {"从其他奖励扣回或记为欠款 ", "from other credits, or owed "}},
        {credit->recall_waived, {"免除（已过期或规则不追回）",
                                 "waived (expired, or the rule does not ask it back) "}},
    };
    bool first = true;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].amount == 0) continue;
        sentence_add(&sentence, first ? (struct sentence_pair){"退货追回：", "Refunds took back: "}
                                      : (struct sentence_pair){"；", "; "});
        sentence_add(&sentence, parts[i].name);
        sentence_amount(&sentence, credit->unit, parts[i].amount, currency);
        first = false;
    }
    if (!first) sentence_add(&sentence, (struct sentence_pair){"。", "."});
    return sentence;
}

/* What became of all of it, in the order of a credit's life. */
static void add_ends(struct sentence *sentence, const struct credit *credit, const char *currency)
{
    const struct { int64_t amount; struct sentence_pair name; } ends[] = {
        {credit->redeemed, {"已使用 ", "spent "}}, {credit->settled, {"已结算 ", "paid out "}},
        {credit->expired, {"已过期 ", "expired "}}, {credit->voided, {"已作废 ", "voided "}},
        {credit->reversed, {"已冲回 ", "taken back "}},
    };
    bool first = true;

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (ends[i].amount == 0) continue;
        sentence_add(sentence, first ? (struct sentence_pair){"（", " ("}
                                     : (struct sentence_pair){"，", ", "});
        sentence_add(sentence, ends[i].name);
        sentence_amount(sentence, credit->unit, ends[i].amount, currency);
        first = false;
    }
    if (!first) sentence_add(sentence, (struct sentence_pair){"）", ")"});
}

static void add_available(struct sentence *sentence, const struct credit *credit,
                          struct party party, business_date today)
{
    char date[CIVIL_DATE_BYTES];

    civil_date_write(credit->expires_on, date);
    sentence_add(sentence, party.kind == PARTY_GUIDE
                               ? (struct sentence_pair){"可用，等待结算",
                                                        "available, waits for settlement"}
                               : (struct sentence_pair){"可以使用", "may be spent"});
    if (credit->expires_on == DATE_NEVER) {
        sentence_add(sentence, (struct sentence_pair){"，永不过期。", "; it never expires."});
    } else if (credit->expires_on < today) {
        sentence_zh(sentence, "；已于 %s 到期，即将过账。", date);
        sentence_en(sentence, "; it ended with %s, which is about to be posted.", date);
    } else {
        sentence_zh(sentence, "，有效至 %s（含当日）。", date);
        sentence_en(sentence, "; its last day is %s.", date);
    }
}

struct sentence story_next(const struct credit *credit, struct party party, business_date today,
                           const char *currency)
{
    struct sentence sentence = sentence_begin();
    char date[CIVIL_DATE_BYTES];

    if (credit->remaining > 0)
        sentence_add(&sentence, (struct sentence_pair){"剩余 ", "Left: "});
    else
        sentence_add(&sentence, (struct sentence_pair){"已无剩余", "Nothing is left"});
    if (credit->remaining > 0)
        sentence_amount(&sentence, credit->unit, credit->remaining, currency);
    add_ends(&sentence, credit, currency);
    if (credit->remaining == 0) {
        sentence_add(&sentence, (struct sentence_pair){"。", "."});
        return sentence;
    }
    sentence_add(&sentence, (struct sentence_pair){"：", "; "});
    if ((credit->flags & CREDIT_HELD) != 0) {
        sentence_add(&sentence, (struct sentence_pair){"已冻结，等待人工裁定",
                                                       "held until a person decides"});
        if (credit->review != 0) {
            sentence_zh(&sentence, "（审核 %" PRIu32 "）", credit->review);
            sentence_en(&sentence, " (review %" PRIu32 ")", credit->review);
        }
        sentence_add(&sentence, (struct sentence_pair){"。", "."});
    } else if (credit->state == CREDIT_PENDING) {
        civil_date_write(credit->matures_on, date);
        sentence_zh(&sentence, "%s 起可用。", date);
        sentence_en(&sentence, "available from %s on.", date);
    } else {
        add_available(&sentence, credit, party, today);
    }
    return sentence;
}

/* ---- an attribution -------------------------------------------------------------------------- */

struct sentence story_referrer(const struct account *account, struct party code_owner)
{
    struct sentence sentence = sentence_begin();
    struct party referrer = account->referrer;

    if (referrer.kind == PARTY_NONE) {
        sentence_add(&sentence, (struct sentence_pair){"没有推荐人。", "Nobody recommended her."});
        return sentence;
    }
    sentence_zh(&sentence, "%s %" PRIu32 " 是推荐人：", referrer.kind == PARTY_GUIDE ? "导购" : "会员",
                referrer.number);
    sentence_en(&sentence, "%s %" PRIu32 " recommended her: ",
                referrer.kind == PARTY_GUIDE ? "Guide" : "Member", referrer.number);
    bool scanned = code_owner.kind == referrer.kind && code_owner.number == referrer.number;
    sentence_add(&sentence, scanned
                                ? (struct sentence_pair){"注册当日所扫的码归其所有。",
                                                         "on that date the code she scanned was "
                                                         "owned by that person."}
                                : (struct sentence_pair){"在“推荐人”一栏中填写。",
                                                         "named in the field \"who recommended "
                                                         "you\"."});
    return sentence;
}

struct sentence story_serving(const struct account *account, uint32_t guide,
                              const struct binding *binding)
{
    struct sentence sentence = sentence_begin();
    char from[CIVIL_DATE_BYTES], until[CIVIL_DATE_BYTES];

    if (guide == 0) {
        sentence_add(&sentence, (struct sentence_pair){"目前没有服务导购。",
                                                       "Nobody looks after her today."});
        return sentence;
    }
    assert(binding->guide == guide);
    civil_date_write(binding->from, from);
    sentence_zh(&sentence, "自 %s 起由导购 %" PRIu32 " 服务，", from, guide);
    sentence_en(&sentence, "Guide %" PRIu32 " looks after her since %s, ", guide, from);
    if (binding->from != account->registered_on)
        sentence_add(&sentence, (struct sentence_pair){"由转交而来", "by a transfer"});
    else if (binding->inherited)
        sentence_add(&sentence, (struct sentence_pair){"随推荐人继承而来",
                                                       "because he looked after her referrer"});
    else
        sentence_add(&sentence, (struct sentence_pair){"因注册时扫了其码或由其推荐",
                                                       "by his own code or recommendation"});
    if (binding->until != DATE_NEVER) {
        civil_date_write(binding->until - 1, until);
        sentence_zh(&sentence, "，至 %s", until);
        sentence_en(&sentence, "; the last day is %s", until);
    }
    sentence_add(&sentence, (struct sentence_pair){"。", "."});
    return sentence;
}
