/* What an entry says, in Chinese and English: what was done, to what, and what came of it
 * (audit_facts.c). */
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
    [AUDIT_OF_WEBHOOK] = {{"回调地址", "hook"}, false},
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
        sentence_zh(sentence, "结算 %" PRIu64 " 中%s %" PRIu64 " 的结算单", object->number,
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

struct sentence audit_sentence(const struct audit_entry *entry, const char *currency)
{
    struct sentence sentence = sentence_begin();
    const struct audit_action_info *info = audit_action_info(entry->action);

    if (info == NULL) return sentence;
    sentence_add(&sentence, info->did);
    sentence_en(&sentence, " ");
    add_object(&sentence, &entry->object);
    audit_facts_say(&sentence, entry->facts, currency);
    return sentence;
}
