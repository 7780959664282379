/* What an entry says, in Chinese and English: what was done, to what, and what came of it. */
#include <inttypes.h>
#include <string.h>

#include "service/command/audit.h"

/* Kinds that are their name and one number, or their name and a text. */
static const struct object_words {
    struct sentence_pair name;
    bool by_text;
} OBJECTS[AUDIT_KIND_COUNT] = {
    [AUDIT_OF_MERCHANT] = {{"商户", "merchant"}, false},
    [AUDIT_OF_SHOP] = {{"门店", "shop"}, true},
    [AUDIT_OF_GUIDE] = {{"导购", "guide"}, false},
    [AUDIT_OF_MEMBER] = {{"会员", "member"}, false},
    [AUDIT_OF_CODE] = {{"推荐码", "code"}, true},
    [AUDIT_OF_TOKEN] = {{"令牌", "token"}, false},
    [AUDIT_OF_PROGRAM] = {{"激励方案版本", "program version"}, false},
    [AUDIT_OF_HANDOVER] = {{"会员交接", "handover"}, false},
    [AUDIT_OF_CREDIT] = {{"激励", "credit"}, false},
    [AUDIT_OF_ADJUSTMENT] = {{"调整", "adjustment"}, false},
    [AUDIT_OF_REVIEW] = {{"风险审核", "review"}, false},
    [AUDIT_OF_PERIOD] = {{"周期", "period"}, true},
    [AUDIT_OF_RUN] = {{"结算", "settlement run"}, false},
    [AUDIT_OF_ENTRY] = {{"分录", "entry"}, false},
};

static void add_object(struct sentence *sentence, const struct audit_object *object)
{
    const struct object_words *words = &OBJECTS[object->kind];
    bool member = strcmp(object->text, "member") == 0;

    switch (object->kind) {
    case AUDIT_OF_DISPUTE:
        sentence_zh(sentence, "结算 %" PRIu64 " 的异议 %" PRIu64, object->number, object->part);
        sentence_en(sentence, "dispute %" PRIu64 " of settlement run %" PRIu64, object->part,
                    object->number);
        return;
    case AUDIT_OF_EXPORT:
        sentence_zh(sentence, "结算 %" PRIu64 " 的文件 %" PRIu64, object->number, object->part);
        sentence_en(sentence, "file %" PRIu64 " of settlement run %" PRIu64, object->part,
                    object->number);
        return;
    case AUDIT_OF_STATEMENT:
        sentence_zh(sentence, "结算 %" PRIu64 " 中%s %" PRIu64 " 的对账单", object->number,
                    member ? "会员" : "导购", object->part);
        sentence_en(sentence, "the statement of %s %" PRIu64 " in settlement run %" PRIu64,
                    member ? "member" : "guide", object->part, object->number);
        return;
    case AUDIT_OF_NOTHING:
    case AUDIT_OF_INSTANCE:
        sentence_add(sentence, (struct sentence_pair){"服务", "the service"});
        return;
    default: break;
    }
    sentence_add(sentence, words->name);
    if (words->by_text && object->text[0] != '\0')
        sentence_add(sentence, (struct sentence_pair){" ", " "});
    if (words->by_text) {
        sentence_add(sentence, (struct sentence_pair){object->text, object->text});
    } else {
        sentence_zh(sentence, " %" PRIu64, object->number);
        sentence_en(sentence, " %" PRIu64, object->number);
    }
}

/* ---- facts ----------------------------------------------------------------------------------- */

/* Names of facts that read otherwise than they are stored. */
static const struct {
    const char *name;
    struct sentence_pair word;
} FACTS[] = {
    {"account", {"账户", "account"}},   {"amount", {"数额", "amount"}},
    {"codes", {"推荐码", "codes"}},     {"credit", {"激励", "credit"}},
    {"draft", {"稿次", "draft"}},       {"fields", {"字段", "fields"}},
    {"for", {"归属", "for"}},           {"format", {"格式", "format"}},
    {"from", {"自", "from"}},           {"kpi", {"指标", "figure"}},
    {"members", {"会员", "members"}},   {"net_minor", {"净额（最小单位）", "net (minor units)"}},
    {"owner", {"归属", "owner"}},       {"payees", {"收款人", "payees"}},
    {"profile", {"格式", "profile"}},   {"remedy", {"处理", "remedy"}},
    {"role", {"角色", "role"}},         {"rows", {"行数", "rows"}},
    {"run", {"结算", "settlement run"}}, {"shop", {"门店", "shop"}},
    {"start", {"起始", "from"}},        {"state", {"状态", "state"}},
    {"to", {"转给", "to"}},             {"unit", {"单位", "unit"}},
    {"until", {"至", "until"}},         {"value", {"数值", "value"}},
};

static struct sentence_pair fact_word(const char *name, size_t size)
{
    for (size_t i = 0; i < sizeof FACTS / sizeof FACTS[0]; i++)
        if (strlen(FACTS[i].name) == size && memcmp(FACTS[i].name, name, size) == 0)
            return FACTS[i].word;
    return (struct sentence_pair){NULL, NULL};
}

/* One "name=value" of `size` bytes. */
static void add_fact(struct sentence *sentence, const char *fact, size_t size, bool first)
{
    const char *equals = memchr(fact, '=', size);
    size_t name_size = equals != NULL ? (size_t)(equals - fact) : size;
    const char *value = equals != NULL ? equals + 1 : fact + size;
    int value_size = (int)(fact + size - value);
    struct sentence_pair word = fact_word(fact, name_size);

    if (!first) sentence_add(sentence, (struct sentence_pair){"，", ", "});
    if (word.en != NULL) {
        sentence_add(sentence, word);
    } else {
        sentence_zh(sentence, "%.*s", (int)name_size, fact);
        sentence_en(sentence, "%.*s", (int)name_size, fact);
    }
    sentence_zh(sentence, " %.*s", value_size, value);
    sentence_en(sentence, " %.*s", value_size, value);
}

static void add_facts(struct sentence *sentence, const char *facts)
{
    bool first = true;

    if (facts[0] == '\0') return;
    sentence_add(sentence, (struct sentence_pair){"（", " ("});
    while (*facts != '\0') {
        size_t size = strcspn(facts, " ");
        add_fact(sentence, facts, size, first);
        facts += size + (facts[size] == ' ');
        first = false;
    }
    sentence_add(sentence, (struct sentence_pair){"）", ")"});
}

struct sentence audit_sentence(const struct audit_entry *entry)
{
    struct sentence sentence = sentence_begin();
    const struct audit_action_info *info = audit_action_info(entry->action);

    if (info == NULL) return sentence;
    sentence_add(&sentence, info->did);
    sentence_en(&sentence, " ");
    add_object(&sentence, &entry->object);
    add_facts(&sentence, entry->facts);
    return sentence;
}
