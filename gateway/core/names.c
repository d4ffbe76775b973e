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
    {"settlement.filing", "异地就医备案"},
    {"settlement.stay", "异地就医直接结算"},
    {"injury.record", "工伤协查与告知"},
    {"pension.temporary", "临时养老保险缴费账户归集"},
    {"pension.resident", "城乡居民基本养老保险关系转移接续"},
    {"pension.switch", "城乡养老保险制度衔接"},
    {"pension.institution", "机关事业单位养老保险关系转移接续"},
    {"pension.military", "军人退役养老保险关系转移接续"},
    {"medical.transfer", "基本医疗保险关系转移接续"},
    {"pension.annuity", "职业年金转移接续"},
    {"transfer.enquiry", "进度查询"},
};
_Static_assert(COUNT_OF(flow_names) == FLOW_NUMBERS, "every flow has its names");

static const struct name role_names[] = {
    {"none", "无"},          {"in", "转入地"},      {"out", "转出地"},
    {"treating", "就医地"},  {"insured", "参保地"}, {"asking", "查询方"},
    {"answering", "答复方"},
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
    {"identify", "身份与待遇查询"},
    {"identity", "身份与待遇结果"},
    {"register", "就医登记"},
    {"registered", "登记结果"},
    {"register_undo", "撤销就医登记"},
    {"register_undone", "撤销登记结果"},
    {"lines", "费用明细"},
    {"lines_taken", "明细上传结果"},
    {"lines_undo", "撤销费用明细"},
    {"lines_undone", "明细撤销结果"},
    {"discharge", "出院登记"},
    {"discharged", "出院登记结果"},
    {"discharge_undo", "撤销出院登记"},
    {"discharge_undone", "撤销出院结果"},
    {"presettle", "预结算"},
    {"presettled", "预结算结果"},
    {"settle", "结算"},
    {"settled", "结算结果"},
    {"cancel", "撤销结算"},
    {"cancelled", "撤销结算结果"},
    {"reverse", "冲正"},
    {"reversed", "冲正结果"},
    {"query", "结果查询"},
    {"outcome", "查询结果"},
    {"fallback", "转手工报销"},
    {"confirm", "交易确认"},
    {"abandon", "交易取消"},
    {"uncertain_query", "不确定交易查询"},
    {"uncertain_list", "不确定交易清单"},
    {"filing", "异地就医备案"},
    {"filing_change", "备案变更"},
    {"filing_cancel", "备案撤销"},
    {"filing_suspend", "备案暂停"},
    {"filing_restore", "备案恢复"},
    {"insured_query", "参保状态查询"},
    {"insured_state", "参保状态结果"},
    {"cover_query", "项目参保查询"},
    {"cover_proof", "项目参保证明"},
    {"cover_notice", "项目参保告知"},
    {"recognition", "工伤认定"},
    {"appraisal", "劳动能力鉴定"},
    {"confirmation", "工伤确认"},
    {"assistance_request", "协查请求"},
    {"assistance_reply", "协查答复"},
    {"entrusted_appraisal", "委托鉴定"},
    {"entrusted_result", "委托鉴定结果"},
    {"eligibility_check", "待遇资格认证"},
    {"eligibility_result", "资格认证结果"},
    {"duplicate_check", "重复待遇核查"},
    {"duplicate_result", "重复待遇核查结果"},
    {"third_party", "第三方责任"},
    {"stop_notice", "死亡或停发通知"},
    {"project", "项目参保"},
    {"roster", "项目人员名册"},
    {"fund_credited", "个人账户入账通知"},
    {"pause", "时限中止"},
    {"resume", "时限恢复"},
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
    static const char *const spaces[] = {
        [FLOW_PENSION_EMPLOYEE] = "urn:qiantong:pension:1",
        [FLOW_PENSION_REMITTANCE] = "urn:qiantong:pension:1",
        [FLOW_SETTLEMENT_FILING] = "urn:qiantong:settlement:1",
        [FLOW_SETTLEMENT_STAY] = "urn:qiantong:settlement:1",
        [FLOW_INJURY_RECORD] = "urn:qiantong:injury:1",
        [FLOW_PENSION_TEMPORARY] = "urn:qiantong:pension:1",
        [FLOW_PENSION_RESIDENT] = "urn:qiantong:pension:1",
        [FLOW_PENSION_SWITCH] = "urn:qiantong:pension:1",
        [FLOW_PENSION_INSTITUTION] = "urn:qiantong:pension:1",
        [FLOW_PENSION_MILITARY] = "urn:qiantong:pension:1",
        [FLOW_PENSION_ANNUITY] = "urn:qiantong:pension:1",
        [FLOW_MEDICAL_TRANSFER] = "urn:qiantong:medical:1",
        [FLOW_TRANSFER_ENQUIRY] = "urn:qiantong:enquiry:1",
    };
    _Static_assert(COUNT_OF(spaces) == FLOW_NUMBERS, "every flow has its namespace");
    return flow < COUNT_OF(spaces) ? spaces[flow] : NULL;
}

void action_set_add(struct action_set *set, unsigned action)
{
    CHECK(action < ACTIONS);
    set->words[action / 64] |= UINT64_C(1) << action % 64;
}

bool action_set_has(const struct action_set *set, unsigned action)
{
    return action < ACTIONS && (set->words[action / 64] >> action % 64 & 1) != 0;
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
    {true, true},   /* identify */
    {true, true},   /* identity */
    {true, true},   /* register */
    {true, true},   /* registered */
    {true, true},   /* register_undo */
    {true, true},   /* register_undone */
    {true, true},   /* lines */
    {true, true},   /* lines_taken */
    {true, true},   /* lines_undo */
    {true, true},   /* lines_undone */
    {true, true},   /* discharge */
    {true, true},   /* discharged */
    {true, true},   /* discharge_undo */
    {true, true},   /* discharge_undone */
    {true, true},   /* presettle */
    {true, true},   /* presettled */
    {true, true},   /* settle */
    {true, true},   /* settled */
    {true, true},   /* cancel */
    {true, true},   /* cancelled */
    {true, true},   /* reverse */
    {true, true},   /* reversed */
    {true, true},   /* query */
    {true, true},   /* outcome */
    {true, true},   /* fallback */
    {false, true},  /* confirm */
    {false, true},  /* abandon */
    {false, true},  /* uncertain_query */
    {false, false}, /* uncertain_list */
    {true, true},   /* filing */
    {true, true},   /* filing_change */
    {true, true},   /* filing_cancel */
    {true, true},   /* filing_suspend */
    {true, true},   /* filing_restore */
    {true, true},   /* insured_query */
    {true, true},   /* insured_state */
    {true, true},   /* cover_query */
    {true, true},   /* cover_proof */
    {true, true},   /* cover_notice */
    {true, true},   /* recognition */
    {true, true},   /* appraisal */
    {true, true},   /* confirmation */
    {true, true},   /* assistance_request */
    {true, true},   /* assistance_reply */
    {true, true},   /* entrusted_appraisal */
    {true, true},   /* entrusted_result */
    {true, true},   /* eligibility_check */
    {true, true},   /* eligibility_result */
    {true, true},   /* duplicate_check */
    {true, true},   /* duplicate_result */
    {true, true},   /* third_party */
    {true, true},   /* stop_notice */
    {false, true},  /* project */
    {false, true},  /* roster */
    {true, true},   /* fund_credited */
    {false, false}, /* pause */
    {false, false}, /* resume */
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
