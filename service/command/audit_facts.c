/* Facts of an entry, "name=value name=value", for people: names and values that are words of ours
 * are told in Chinese and English, amounts in their unit; what is not known is told as it is. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "service/command/audit.h"

struct word {
    const char *word;
    struct sentence_pair told;
};

static const struct word NAMES[] = {
    {"account", {"账户", "account"}},  {"amount", {"数额", "amount"}},
    {"consent", {"同意", "consent"}},  {"debt", {"欠款", "debt"}},
    {"draft", {"稿次", "draft"}},      {"fields", {"字段", "fields"}},
    {"file", {"文件", "file"}},        {"for", {"归属", "for"}},
    {"from", {"自", "from"}},          {"from_guide", {"原导购", "from guide"}},
    {"host", {"主机", "host"}},        {"resume_event", {"起始事件", "from event"}},
    {"handover", {"会员交接", "with handover"}}, {"kpi", {"指标", "figure"}},
    {"links", {"登录链接", "links"}},  {"minutes", {"有效分钟", "valid minutes"}},
    {"net_minor", {"净额", "net"}},    {"owner", {"归属", "owner"}},
    {"reason", {"原因", "reason"}},    {"role", {"角色", "role"}},
    {"rows", {"行数", "rows"}},        {"run", {"结算", "settlement run"}},
    {"sessions", {"登录", "sessions"}}, {"start", {"自", "from"}},
    {"state", {"状态", "state"}},      {"to", {"转至", "to"}},
    {"to_guide", {"新导购", "to guide"}}, {"until", {"至", "until"}},
    {"value", {"数值", "value"}},
};

static const struct word VALUES[] = {
    /* states and decisions */
    {"ACCEPTED", {"已接受", "accepted"}},   {"OPEN", {"待处理", "open"}},
    {"POSTED", {"已入账", "posted"}},       {"PROPOSED", {"待他人复核", "proposed"}},
    {"REJECTED", {"已驳回", "rejected"}},   {"RELEASED", {"已放行", "released"}},
    {"VOIDED", {"已作废", "voided"}},       {"WITHDRAWN", {"已撤回", "withdrawn"}},
    {"withdrawn", {"已撤回", "withdrawn"}},
    /* roles */
    {"MEMBER", {"会员", "member"}},         {"GUIDE", {"导购", "guide"}},
    {"POS", {"收银", "till"}},              {"SHOP_MANAGER", {"店长", "shop manager"}},
    {"PAYROLL", {"薪酬", "payroll"}},       {"AUDITOR", {"审计", "auditor"}},
    {"ADMIN", {"管理员", "admin"}},         {"OPERATOR", {"运维", "operator"}},
    {"PAYOUT", {"付款", "payout"}},         {"INTEGRATION", {"对接系统", "integration"}},
    /* figures */
    {"NEW_MEMBERS", {"新会员", "new members"}},
    {"ACTIVATED_MEMBERS", {"激活会员", "activated members"}},
    {"REPURCHASE_RATE", {"复购率", "repurchase rate"}}, {"SALES", {"销售额", "sales"}},
    {"POINTS_EARNED", {"积分", "points earned"}}, {"CASH_EARNED", {"现金", "cash earned"}},
    {"PURCHASES", {"购买次数", "purchases"}},
    {"INHERITED_MEMBERS", {"继承会员", "inherited members"}},
    {"HANDED_OVER_MEMBERS", {"移交会员", "handed-over members"}},
    /* why somebody was erased */
    {"REQUEST", {"本人要求", "her request"}}, {"CONSENT", {"撤回同意", "consent withdrawn"}},
    {"INACTIVE", {"超期", "inactive"}},     {"UNLAWFUL", {"不应保存", "unlawful"}},
    /* fields */
    {"url", {"地址", "address"}},           {"kinds", {"事件类型", "kinds"}},
    {"description", {"说明", "description"}}, {"enabled", {"启用", "on or off"}},
    {"name", {"姓名", "name"}},             {"phone", {"手机号", "phone"}},
    {"birthday", {"生日", "birthday"}},     {"gender", {"性别", "gender"}},
    {"attributes", {"属性", "attributes"}}, {"employee_no", {"工号", "employee number"}},
    {"document_type", {"证件类型", "document type"}},
    {"document_number", {"证件号码", "document number"}},
    /* accounts, by kind */
    {"member", {"会员", "member"}},         {"guide", {"导购", "guide"}},
    {"shop", {"门店", "shop"}},
};

struct piece {
    const char *text;
    size_t size;
};

static const struct sentence_pair *find(const struct word *words, size_t count, struct piece piece)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i].word) == piece.size &&
            memcmp(words[i].word, piece.text, piece.size) == 0)
            return &words[i].told;
    return NULL;
}
#define FIND(words, piece) find(words, sizeof words / sizeof words[0], piece)

static void say_piece(struct sentence *sentence, struct piece piece)
{
    sentence_zh(sentence, "%.*s", (int)piece.size, piece.text);
    sentence_en(sentence, "%.*s", (int)piece.size, piece.text);
}

/* Takes the next piece of `text` up to one of `ends`, and what ends it. */
static struct piece take(const char **text, const char *ends)
{
    struct piece piece = {*text, strcspn(*text, ends)};
    *text += piece.size + ((*text)[piece.size] != '\0');
    return piece;
}

static bool is(struct piece piece, const char *word)
{
    return strlen(word) == piece.size && memcmp(word, piece.text, piece.size) == 0;
}

/* "name,phone", "member:3", "POSTED", or anything else: words of ours are told. */
static void say_value(struct sentence *sentence, struct piece value)
{
    while (value.size > 0) {
        struct piece part = {value.text, 0};
        while (part.size < value.size && part.text[part.size] != ',' &&
               part.text[part.size] != ':')
            part.size++;
        const struct sentence_pair *told = FIND(VALUES, part);
        if (told != NULL) sentence_add(sentence, *told);
        else say_piece(sentence, part);
        value.text += part.size;
        value.size -= part.size;
        if (value.size == 0) return;
        bool colon = value.text[0] == ':' && told != NULL; /* a kind and its number */
        if (colon) sentence_add(sentence, (struct sentence_pair){" ", " "});
        else say_piece(sentence, (struct piece){value.text, 1});
        value.text++;
        value.size--;
    }
}

static void say_fact(struct sentence *sentence, struct piece name, struct piece value,
                     struct piece unit, const char *currency)
{
    const struct sentence_pair *told = FIND(NAMES, name);
    bool money = is(name, "net_minor") || (is(name, "amount") && is(unit, "CASH"));
    bool points = is(name, "amount") && is(unit, "POINTS");
    bool speaks_for_itself = is(name, "state") || (is(name, "amount") && unit.size > 0);

    if (!speaks_for_itself) {
        if (told != NULL) sentence_add(sentence, *told);
        else say_piece(sentence, name);
        sentence_add(sentence, (struct sentence_pair){" ", " "});
    }
    if (money || points)
        sentence_amount(sentence, money ? UNIT_CASH : UNIT_POINTS,
                        strtoll(value.text, NULL, 10), currency);
    else say_value(sentence, value);
}

void audit_facts_say(struct sentence *sentence, const char *facts, const char *currency)
{
    struct piece unit = {"", 0};
    bool first = true;

    if (facts[0] == '\0') return;
    sentence_add(sentence, (struct sentence_pair){"（", " ("});
    while (*facts != '\0') {
        const char *at = facts;
        struct piece fact = take(&facts, " "), name = {at, 0};
        while (name.size < fact.size && at[name.size] != '=') name.size++;
        size_t behind = name.size + (name.size < fact.size);
        struct piece value = {at + behind, fact.size - behind};
        if (is(name, "unit")) { /* told with the amount behind it */
            unit = value;
            continue;
        }
        if (!first) sentence_add(sentence, (struct sentence_pair){"，", ", "});
        say_fact(sentence, name, value, unit, currency);
        first = false;
    }
    sentence_add(sentence, (struct sentence_pair){"）", ")"});
}
