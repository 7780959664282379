#include "service/command/erasure_message.h"

#include <assert.h>

#include "service/command/reply.h"

enum { OF_MEMBERS = 1 << PARTY_MEMBER, OF_GUIDES = 1 << PARTY_GUIDE,
       OF_BOTH = OF_MEMBERS | OF_GUIDES };
#define ITEM(kind) BECKON__V1__ERASURE_ITEM_KIND__ERASURE_ITEM_KIND_##kind

static const struct {
    Beckon__V1__ErasureItemKind kind;
    bool kept;
    unsigned of; /* bits 1 << party kind */
    const char *zh, *en;
} ITEMS[] = {
    {ITEM(PROFILE), false, OF_BOTH,
     "姓名、电话等全部个人资料的密钥已销毁，任何人都无法再读取。",
     "The key of name, phone and all other personal fields is destroyed: nobody can read them any "
     "more."},
    {ITEM(PHONE), false, OF_BOTH,
     "电话号码不再对应任何人，只保留一个加密摘要；以后登记即为新人，将得到新的编号。",
     "The phone number leads to nobody; only a keyed hash stays. Whoever comes back with it is "
     "welcome, as somebody new with a new number."},
    {ITEM(SIGN_INS), false, OF_BOTH, "所有登录均已失效。", "Every sign-in has ended."},
    {ITEM(CODES), false, OF_BOTH, "推荐码已失效。", "The referral codes are not valid any more."},
    {ITEM(GUIDE), false, OF_MEMBERS, "不再由任何导购服务。",
     "No guide looks after this member any more."},
    {ITEM(LEDGER), true, OF_BOTH,
     "消费和账目记录以编号保留，不含个人资料：账目依法必须完整。",
     "Purchases and ledger entries stay under the number, without personal data: the books have to "
     "be whole by law."},
    {ITEM(POINTS), true, OF_MEMBERS,
     "剩余积分留在账上，不能再兑换，按规则到期。",
     "Points that are left stay in the books; nobody can redeem them, and they expire by the "
     "rules."},
    {ITEM(CASH), true, OF_MEMBERS,
     "未结算的现金奖励仍按会员号计入下一次结算。",
     "Cash that is not settled yet comes into the next settlement under the member number."},
    {ITEM(EMPLOYEE), true, OF_GUIDES,
     "员工编号随已结算的记录保留；文件与账目以此对应。",
     "The employee number stays with what was settled: files and books go by it."},
    {ITEM(BACKUPS), true, OF_BOTH,
     "较早的备份中可能还有加密副本；恢复备份时会按注销名单再次删除。",
     "Older backups may hold a sealed copy; whenever one is restored, the list of erasures erases "
     "it again."},
};
enum { ITEM_COUNT = sizeof ITEMS / sizeof ITEMS[0] };
static_assert(sizeof(Beckon__V1__ErasureItem) * ITEM_COUNT < ERASURE_ITEMS_BYTES, "reserved");

static int64_t amount_of(const struct erasure *erasure, Beckon__V1__ErasureItemKind kind)
{
    if (kind == ITEM(POINTS)) return erasure->points;
    return kind == ITEM(CASH) ? erasure->cash_minor : 0;
}

enum outcome erasure_items(struct command_call *call, const struct erasure *erasure,
                           Beckon__V1__ErasureItem ***ret_items, size_t *ret_count)
{
    Beckon__V1__ErasureItem **items = reply_alloc(call, ITEM_COUNT * sizeof *items);
    size_t count = 0;

    if (items == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        int64_t amount = amount_of(erasure, ITEMS[i].kind);
        bool money = ITEMS[i].kind == ITEM(POINTS) || ITEMS[i].kind == ITEM(CASH);
        bool other = (ITEMS[i].of & 1u << erasure->party.kind) == 0;
        if (other || (money && amount == 0)) continue;
        Beckon__V1__ErasureItem *item =
            reply_message(call, &beckon__v1__erasure_item__descriptor);
        if (item == NULL) return OUTCOME_BUSY;
        item->kind = ITEMS[i].kind;
        item->kept = ITEMS[i].kept;
        item->amount = amount;
        item->text_zh = (char *)(uintptr_t)ITEMS[i].zh; /* packed, never changed */
        item->text_en = (char *)(uintptr_t)ITEMS[i].en;
        items[count++] = item;
    }
    *ret_items = items;
    *ret_count = count;
    return OUTCOME_OK;
}
