/* entry_names.c - what screens, logs and exports call the numbers of entry.h. */
#include "core/entry.h"

#include "base/check.h"

static const struct name unknown_name = {"unknown", "未知"};

struct name entry_kind_name(unsigned kind)
{
    static const struct name names[] = {
        [ENTRY_ORIGIN] = {"origin", "建账"},
        [ENTRY_BOOT] = {"boot", "启动"},
        [ENTRY_CONFIG] = {"config", "配置"},
        [ENTRY_RULES] = {"rules", "规则"},
        [ENTRY_RECEIVED] = {"received", "收到"},
        [ENTRY_SUBMITTED] = {"submitted", "提交"},
        [ENTRY_CONFLICT] = {"conflict", "冲突"},
        [ENTRY_REPLY] = {"reply", "答复"},
        [ENTRY_SEALED] = {"sealed", "签发封存"},
        [ENTRY_ATTEMPT] = {"attempt", "发送未果"},
        [ENTRY_OUTCOME] = {"outcome", "对方回执"},
        [ENTRY_TIMER] = {"timer", "时限届满"},
        [ENTRY_OPERATOR] = {"operator", "人工操作"},
        [ENTRY_CLOCK_MOVED] = {"clock_moved", "时限调整"},
        [ENTRY_DISCLOSED] = {"disclosed", "查阅个人信息"},
        [ENTRY_ATTACHMENT] = {"attachment", "附件"},
        [ENTRY_CHECKPOINT] = {"checkpoint", "检查点"},
        [ENTRY_CHECKPOINT_SEEN] = {"checkpoint_seen", "对方检查点"},
        [ENTRY_PERIOD] = {"period", "结账"},
    };
    _Static_assert(COUNT_OF(names) == ENTRY_KINDS, "every kind has a name");
    return kind > ENTRY_NONE && kind < ENTRY_KINDS ? names[kind] : unknown_name;
}

struct name letter_state_name(unsigned state)
{
    static const struct name names[] = {
        [LETTER_WAITING] = {"waiting", "排队"},   [LETTER_NEW] = {"new", "待签发"},
        [LETTER_READY] = {"ready", "待回执"},     [LETTER_DONE] = {"done", "已回执"},
        [LETTER_REFUSED] = {"refused", "被拒"},   [LETTER_DEAD] = {"dead", "待人工处理"},
        [LETTER_CLOSED] = {"closed", "人工关闭"},
    };
    _Static_assert(COUNT_OF(names) == LETTER_STATES, "every state has a name");
    return state > LETTER_NONE && state < LETTER_STATES ? names[state] : unknown_name;
}

struct name account_name(unsigned account)
{
    static const struct name names[] = {
        [ACCOUNT_RECEIVABLE] = {"receivable", "应收"},
        [ACCOUNT_PAYABLE] = {"payable", "应付"},
        [ACCOUNT_HOSPITAL] = {"hospital", "应付医疗机构"},
        [ACCOUNT_FUND] = {"fund", "统筹基金"},
        [ACCOUNT_PERSONAL] = {"personal", "个人账户"},
    };
    _Static_assert(COUNT_OF(names) == ACCOUNTS, "every account has a name");
    return account > ACCOUNT_NONE && account < ACCOUNTS ? names[account] : unknown_name;
}

struct name insurance_name(unsigned insurance)
{
    static const struct name names[] = {
        [INSURANCE_MEDICAL] = {"medical", "医疗保险"},
        [INSURANCE_INJURY] = {"injury", "工伤保险"},
    };
    _Static_assert(COUNT_OF(names) == INSURANCES, "every insurance has a name");
    return insurance > INSURANCE_NONE && insurance < INSURANCES ? names[insurance]
                                                                : unknown_name;
}

struct name lines_change_name(unsigned change)
{
    static const struct name names[] = {
        [ENTRY_LINES_ADD] = {"add", "新增"},
        [ENTRY_LINES_CANCEL] = {"cancel", "撤销"},
        [ENTRY_LINES_CANCEL_ALL] = {"cancel_all", "全部撤销"},
        [ENTRY_LINES_DROP_BATCH] = {"drop_batch", "整批作废"},
        [ENTRY_LINES_HOLD] = {"hold", "撤销待答复"},
        [ENTRY_LINES_HOLD_ALL] = {"hold_all", "全部撤销待答复"},
        [ENTRY_LINES_PUT_BACK] = {"put_back", "恢复有效"},
        [ENTRY_LINES_LET_GO] = {"let_go", "撤销生效"},
    };
    return change > 0 && change < COUNT_OF(names) ? names[change] : unknown_name;
}
