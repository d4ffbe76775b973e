/* names.c - the tables of numbers and names, and what may travel where. */
#include "core/names.h"

#include <string.h>

struct name_table {
    const struct name *names;
    size_t count;
};

static const struct name unknown_name = {"unknown", "未知"};

static const struct name flow_names[] = {
    {"none", "无"},
    {"pension.employee", "企业职工基本养老保险关系转移接续"},
    {"pension.remittance", "转移资金到账认领"},
};
_Static_assert(COUNT_OF(flow_names) == FLOW_NUMBERS, "every flow has its names");

static const struct name role_names[] = {
    {"none", "无"},
    {"in", "转入地"},
    {"out", "转出地"},
};
_Static_assert(COUNT_OF(role_names) == ROLES, "every role has its names");

static const struct name action_names[] = {
    {"none", "无"},
    {"receipt", "回执"},
    {"application", "转移接续申请"},
    {"refusal", "不予受理"},
    {"letter", "联系函"},
    {"acceptance", "受理通知"},
    {"letter_return", "退函"},
    {"form", "信息表"},
    {"form_return", "退表"},
    {"fund_advice", "基金划转通知"},
    {"fund_receipt", "基金到账登记"},
    {"notice", "告知书"},
    {"completion", "办结通知"},
    {"clearing_done", "清退完成通知"},
    {"withdrawal", "撤销申请"},
    {"withdrawal_answer", "撤销答复"},
    {"reminder", "催办"},
    {"status_query", "状态查询"},
    {"status_answer", "状态答复"},
    {"reversal", "冲回"},
    {"answer", "处理结果"},
    {"certificate", "参保缴费凭证"},
    {"fund_return", "退款通知"},
    {"remittance", "资金到账"},
    {"allocation", "资金认领"},
    {"fund_query", "暂收款查询"},
    {"fund_answer", "暂收款答复"},
};
_Static_assert(COUNT_OF(action_names) == ACTIONS, "every action has its names");

static const struct name verdict_names[] = {
    {"none", "无"},        {"accepted", "已接收"}, {"pending", "待答复"},
    {"refused", "已拒收"}, {"conflict", "冲突"},
};
_Static_assert(COUNT_OF(verdict_names) == VERDICTS, "every verdict has its names");

static const struct name evidence_names[] = {
    {"none", "无"},
    {"E1", "对方签名"},
    {"E2", "平台应答"},
    {"E3", "本方记录"},
};

#define TABLE(array) ((struct name_table){array, COUNT_OF(array)})

static struct name name_at(struct name_table table, unsigned number)
{
    return number < table.count ? table.names[number] : unknown_name;
}

/* Number 0 is "none" everywhere, so it is never found. */
static unsigned number_of(struct name_table table, struct text english)
{
    for (unsigned i = 1; i < table.count; i++)
        if (text_is(english, table.names[i].english))
            return i;
    return 0;
}

struct name flow_name(unsigned flow)
{
    return name_at(TABLE(flow_names), flow);
}

struct name role_name(unsigned role)
{
    return name_at(TABLE(role_names), role);
}

struct name action_name(unsigned action)
{
    return name_at(TABLE(action_names), action);
}

struct name verdict_name(unsigned verdict)
{
    return name_at(TABLE(verdict_names), verdict);
}

struct name evidence_name(unsigned evidence)
{
    return name_at(TABLE(evidence_names), evidence);
}

unsigned flow_by_name(struct text english)
{
    return number_of(TABLE(flow_names), english);
}

unsigned role_by_name(struct text english)
{
    return number_of(TABLE(role_names), english);
}

unsigned action_by_name(struct text english)
{
    return number_of(TABLE(action_names), english);
}

unsigned verdict_by_name(struct text english)
{
    return number_of(TABLE(verdict_names), english);
}

const char *flow_namespace(unsigned flow)
{
    return flow == FLOW_PENSION_EMPLOYEE || flow == FLOW_PENSION_REMITTANCE
               ? "urn:qiantong:pension:1"
               : NULL;
}

/* Who may say it: between provinces, and our own core to us. */
struct travel {
    bool between_provinces;
    bool from_core;
};

static const struct travel travels[] = {
    {false, false}, /* none */
    {false, false}, /* receipt */
    {false, true},  /* application */
    {true, true},   /* refusal */
    {true, true},   /* letter */
    {true, true},   /* acceptance */
    {true, true},   /* letter_return */
    {true, true},   /* form */
    {true, true},   /* form_return */
    {true, true},   /* fund_advice */
    {false, true},  /* fund_receipt */
    {true, true},   /* notice */
    {true, true},   /* completion */
    {true, true},   /* clearing_done */
    {true, true},   /* withdrawal */
    {true, true},   /* withdrawal_answer */
    {true, true},   /* reminder */
    {true, true},   /* status_query */
    {true, true},   /* status_answer */
    {true, true},   /* reversal */
    {false, false}, /* answer */
    {true, true},   /* certificate */
    {true, true},   /* fund_return */
    {false, true},  /* remittance */
    {false, true},  /* allocation */
    {true, true},   /* fund_query */
    {true, true},   /* fund_answer */
};
_Static_assert(COUNT_OF(travels) == ACTIONS, "every action says where it may travel");

bool action_between_provinces(unsigned action)
{
    return action < ACTIONS && travels[action].between_provinces;
}

bool action_from_core(unsigned action)
{
    return action < ACTIONS && travels[action].from_core;
}

static bool core_role_valid(struct text role)
{
    if (role.size < 1 || role.size > 12)
        return false;
    for (size_t i = 0; i < role.size; i++)
        if (role.at[i] < 'a' || role.at[i] > 'z')
            return false;
    return true;
}

uint32_t party_region(struct text party_id)
{
    struct text rest = party_id;
    struct text authority = text_cut(&rest, '.');
    bool has_role;
    struct text region;
    uint64_t number;

    if (!text_is(authority, "hrss") && !text_is(authority, "nhsa"))
        return 0;
    has_role = rest.size > 6;
    region = has_role ? text_cut(&rest, '.') : rest;
    if (region.size != 6 || !text_to_u64(region, &number))
        return 0;
    return !has_role || core_role_valid(rest) ? (uint32_t)number : 0;
}
