/*
 * names.h - the numbers that the journal keeps for ever, each with its English name (wire,
 * JSON, logs) and its Chinese one (screens).
 *
 * Append only: a number once written is never reused. The field's terms:
 * docs/glossary.md.
 */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum flow_number {
    FLOW_NONE = 0,
    FLOW_PENSION_EMPLOYEE = 1, /* 企业职工基本养老保险关系转移接续, EP-EP */
    FLOW_PENSION_REMITTANCE = 2, /* 转移资金到账认领: one bank line, for whichever cases */
    FLOW_SETTLEMENT_FILING = 3, /* 异地就医备案 */
    FLOW_SETTLEMENT_STAY = 4, /* 就医登记、明细、预结算、结算、撤销、冲正 */
    FLOW_INJURY_RECORD = 5,   /* 工伤协查与告知 (M01-M05, M10-M15) */
    FLOW_PENSION_TEMPORARY = 6, /* 临时基本养老保险缴费账户归集, EP-TMP */
    FLOW_PENSION_RESIDENT = 7,  /* 城乡居民基本养老保险关系转移接续, RP-RP */
    FLOW_PENSION_SWITCH = 8,    /* 城乡养老保险制度衔接, RP-EP and EP-RP */
    FLOW_PENSION_INSTITUTION =
        9, /* 机关事业单位基本养老保险关系转移接续, GP-GP, GP-EP, EP-GP */
    FLOW_PENSION_MILITARY = 10, /* 军人退役养老保险关系转移接续, MIL */
    FLOW_MEDICAL_TRANSFER = 11, /* 基本医疗保险关系转移接续 */
    FLOW_PENSION_ANNUITY = 12,  /* 职业年金转移接续, beside pension.institution */
    FLOW_TRANSFER_ENQUIRY = 13, /* 进度查询: how do a person's cases stand with you? */
    FLOW_NUMBERS
};

enum role {
    ROLE_NONE = 0,
    ROLE_IN = 1,       /* 转入地: where the relation goes */
    ROLE_OUT = 2,      /* 转出地: where it comes from */
    ROLE_TREATING = 3, /* 就医地: where the hospital is; of a record, who opened the exchange */
    ROLE_INSURED = 4,   /* 参保地: where the insurance is; of a record, the other side */
    ROLE_ASKING = 5,    /* 查询方: of an enquiry, who opened it */
    ROLE_ANSWERING = 6, /* 答复方: of an enquiry, the other side */
    ROLES
};

enum action {
    ACTION_NONE = 0,
    ACTION_RECEIPT = 1,        /* 回执: the signed answer to one message; gets none itself */
    ACTION_APPLICATION = 2,    /* 转移接续申请: own core only */
    ACTION_REFUSAL = 3,        /* 不予受理: the applicant is told in writing */
    ACTION_LETTER = 4,         /* 联系函 */
    ACTION_ACCEPTANCE = 5,     /* 受理通知 */
    ACTION_LETTER_RETURN = 6,  /* 退函 */
    ACTION_FORM = 7,           /* 信息表 */
    ACTION_FORM_RETURN = 8,    /* 退表 */
    ACTION_FUND_ADVICE = 9,    /* 基金划转通知: money was sent */
    ACTION_FUND_RECEIPT = 10,  /* 基金到账登记: own core only, money was booked */
    ACTION_NOTICE = 11,        /* 告知书 (人社厅发〔2019〕94号) */
    ACTION_COMPLETION = 12,    /* 办结通知 */
    ACTION_CLEARING_DONE = 13, /* 清退完成通知: an overlap is cleared (先转后清) */
    ACTION_WITHDRAWAL = 14,    /* 撤销申请 */
    ACTION_WITHDRAWAL_ANSWER = 15, /* 撤销答复: was anything paid? */
    ACTION_REMINDER = 16,          /* 催办: a clock passed, or an agency asks */
    ACTION_STATUS_QUERY = 17,      /* 状态查询 */
    ACTION_STATUS_ANSWER = 18,     /* 状态答复 */
    ACTION_REVERSAL = 19,          /* 冲回: the transfer was wrong; money goes back */
    ACTION_ANSWER = 20,      /* 处理结果: what our own core is told about its submission */
    ACTION_CERTIFICATE = 21, /* 参保缴费凭证 */
    ACTION_FUND_RETURN = 22, /* 退款通知: money went back to where it came from */
    ACTION_REMITTANCE = 23,  /* 资金到账: own core only, one bank line */
    ACTION_ALLOCATION = 24,  /* 资金认领: own core only, money in suspense finds its case */
    ACTION_FUND_QUERY = 25,  /* 暂收款查询: whose money is this? */
    ACTION_FUND_ANSWER = 26, /* 暂收款答复 */

    /* settlement.stay: a question and its answer */
    ACTION_IDENTIFY = 27, /* 身份与待遇查询 */
    ACTION_IDENTITY = 28,
    ACTION_REGISTER = 29, /* 就医登记 */
    ACTION_REGISTERED = 30,
    ACTION_REGISTER_UNDO = 31, /* 撤销就医登记 */
    ACTION_REGISTER_UNDONE = 32,
    ACTION_LINES = 33, /* 费用明细 */
    ACTION_LINES_TAKEN = 34,
    ACTION_LINES_UNDO = 35, /* 撤销费用明细 */
    ACTION_LINES_UNDONE = 36,
    ACTION_DISCHARGE = 37, /* 出院登记 */
    ACTION_DISCHARGED = 38,
    ACTION_DISCHARGE_UNDO = 39, /* 撤销出院登记 */
    ACTION_DISCHARGE_UNDONE = 40,
    ACTION_PRESETTLE = 41, /* 预结算: a trial without effect */
    ACTION_PRESETTLED = 42,
    ACTION_SETTLE = 43, /* 结算 */
    ACTION_SETTLED = 44,
    ACTION_CANCEL = 45, /* 撤销结算: the outcome is known */
    ACTION_CANCELLED = 46,
    ACTION_REVERSE = 47, /* 冲正: the outcome is unknown; names the original message */
    ACTION_REVERSED = 48,
    ACTION_QUERY = 49, /* 结果查询: what became of a message? */
    ACTION_OUTCOME = 50,
    ACTION_FALLBACK = 51, /* 转手工报销: told, not asked */
    /* own core only: a core with two phases, and its list of what is in doubt */
    ACTION_CONFIRM = 52,         /* 交易确认 */
    ACTION_ABANDON = 53,         /* 交易取消 */
    ACTION_UNCERTAIN_QUERY = 54, /* 不确定交易查询 */
    ACTION_UNCERTAIN_LIST = 55,

    /* settlement.filing */
    ACTION_FILING = 56,         /* 备案 */
    ACTION_FILING_CHANGE = 57,  /* 备案变更 */
    ACTION_FILING_CANCEL = 58,  /* 备案撤销 */
    ACTION_FILING_SUSPEND = 59, /* 备案暂停: the recognition is withdrawn */
    ACTION_FILING_RESTORE = 60, /* 备案恢复 */

    /* injury.record */
    ACTION_INSURED_QUERY = 61, /* M01 身份与参保状态查询 */
    ACTION_INSURED_STATE = 62,
    ACTION_COVER_QUERY = 63, /* M02 项目参保证明 */
    ACTION_COVER_PROOF = 64,
    ACTION_COVER_NOTICE = 65,
    ACTION_RECOGNITION = 66,        /* M03 工伤认定 */
    ACTION_APPRAISAL = 67,          /* M04 劳动能力鉴定 */
    ACTION_CONFIRMATION = 68,       /* M05 确认: relapse, rehabilitation, device */
    ACTION_ASSISTANCE_REQUEST = 69, /* M10 协查 */
    ACTION_ASSISTANCE_REPLY = 70,
    ACTION_ENTRUSTED_APPRAISAL = 71, /* M11 委托鉴定 */
    ACTION_ENTRUSTED_RESULT = 72,
    ACTION_ELIGIBILITY_CHECK = 73, /* M12 待遇资格认证 */
    ACTION_ELIGIBILITY_RESULT = 74,
    ACTION_DUPLICATE_CHECK = 75, /* M13 重复享受待遇核查 */
    ACTION_DUPLICATE_RESULT = 76,
    ACTION_THIRD_PARTY = 77, /* M14 第三方责任 */
    ACTION_STOP_NOTICE = 78, /* M15 死亡或停发通知 */
    ACTION_PROJECT = 79,     /* 项目参保: own core only */
    ACTION_ROSTER = 80,      /* 实名制人员: own core only */

    /* medical.transfer */
    ACTION_FUND_CREDITED = 81, /* 个人账户入账通知: what arrived is in the person's account */

    /* an operator's acts upon a limit; never documents */
    ACTION_PAUSE = 82,  /* 时限中止 */
    ACTION_RESUME = 83, /* 时限恢复 */
    ACTIONS
};

enum verdict {
    VERDICT_NONE = 0,
    VERDICT_ACCEPTED = 1,
    VERDICT_PENDING = 2,
    VERDICT_REFUSED = 3,
    VERDICT_CONFLICT = 4,
    VERDICTS
};

enum evidence {
    EVIDENCE_NONE = 0,
    EVIDENCE_E1 = 1, /* signed by the far party */
    EVIDENCE_E2 = 2, /* a hub's answer or serial number */
    EVIDENCE_E3 = 3  /* our own observation, or an import */
};

struct name {
    const char *english; /* "pension.employee" */
    const char *chinese;
};

/* A set of actions. */
struct action_set {
    uint64_t words[2];
};
_Static_assert(ACTIONS <= 128, "one bit for each action");

void action_set_add(struct action_set *set, unsigned action);
bool action_set_has(const struct action_set *set, unsigned action);

/* Tables by number; an unknown number gives {"unknown", "未知"}. */
struct name flow_name(unsigned flow);
struct name role_name(unsigned role);
struct name action_name(unsigned action);
struct name verdict_name(unsigned verdict);
struct name evidence_name(unsigned evidence);

/* Back from the English name; 0 if there is none. */
unsigned flow_by_name(struct text english);
unsigned role_by_name(struct text english);
unsigned action_by_name(struct text english);
unsigned verdict_by_name(struct text english);

/* The XML namespace of a flow's national documents ("urn:qiantong:pension:1"), NULL if unknown.
 * The national document of an action has the action's English name as its root element. */
const char *flow_namespace(unsigned flow);
/* May this action travel between provinces? (receipt and own-core documents may not.) */
bool action_between_provinces(unsigned action);
/* May a core submit it? */
bool action_from_core(unsigned action);

/* "520000" from "hrss.520000" or "hrss.520000.core"; 0 if the id is not well-formed: authority
 * (hrss, nhsa), '.', six digits, optionally '.' and a role of 1 to 12 lower-case letters. */
uint32_t party_region(struct text party_id);

#define PARTY_ID_SIZE 40 /* with the NUL */
#define CODE_SIZE     16 /* "PEN-R11", "PEN-C04" and a NUL */

#endif
