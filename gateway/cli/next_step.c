/* next_step.c - for each role and state of a flow: who acts, and what is waited for. */
#include "cli/next_step.h"

#include "cli/case_view.h"
#include "core/injury_record.h"
#include "core/medical_transfer.h"
#include "core/pension_employee.h"
#include "core/pension_remittance.h"
#include "core/pension_switch.h"
#include "core/settlement_filing.h"
#include "core/settlement_stay.h"
#include "core/transfer_enquiry.h"

/* clang-format off */
static const struct next_step pension_in[SWITCH_STATES] = {
    [PENSION_NEW] = {NEXT_CORE,
        {"send the letter, or refuse", "发出联系函，或不予受理"}},
    [PENSION_LETTER_SENT] = {NEXT_GATEWAY,
        {"deliver the letter", "送达联系函，取得回执"}},
    [PENSION_LETTER_HELD] = {NEXT_PARTNER,
        {"accept or return the letter", "受理联系函，或退函"}},
    [PENSION_LETTER_RETURNED] = {NEXT_CORE,
        {"correct the letter or refuse", "更正联系函后重发，或不予受理"}},
    [PENSION_ACCEPTED] = {NEXT_PARTNER,
        {"send the form and the money", "发出信息表，划转基金"}},
    [PENSION_INFO_ONLY] = {NEXT_PARTNER,
        {"pay the money, then book it", "划转基金；到账后请登记"}},
    [PENSION_MONEY_ONLY] = {NEXT_PARTNER,
        {"send the form", "发出信息表"}},
    [PENSION_BOTH] = {NEXT_CORE,
        {"link the records, complete", "办理接续，发出办结通知"}},
    [PENSION_DISPUTE] = {NEXT_PARTNER,
        {"correct the form or the sum", "更正信息表，或补足资金"}},
    [PENSION_LINKED] = {NEXT_GATEWAY,
        {"deliver the completion", "送达办结通知，取得回执"}},
    [PENSION_CLEARING] = {NEXT_CORE,
        {"clear the overlap", "清退重复缴费后发清退完成通知"}},
    [PENSION_WITHDRAWING] = {NEXT_PARTNER,
        {"say whether money was sent", "答复基金是否已划转"}},
    [PENSION_REVERSAL] = {NEXT_CORE,
        {"return the money", "退回基金，发出退款通知"}},
    [SWITCH_CONSOLIDATION] = {NEXT_CORE,
        {"gather relations, apply anew", "归集完成后重报，或不予受理"}},
};

/* Nobody is at the other end: what the finance office owes, our own core asks for. */
static const struct next_step soldier_in[PENSION_STATES] = {
    [PENSION_INFO_ONLY] = {NEXT_CORE,
        {"book the money", "资金到账后登记"}},
    [PENSION_MONEY_ONLY] = {NEXT_CORE,
        {"enter the form", "录入信息表"}},
    [PENSION_BOTH] = {NEXT_CORE,
        {"link the records, complete", "办理接续，登记办结"}},
    [PENSION_DISPUTE] = {NEXT_CORE,
        {"have the form corrected", "请财务部门更正，重录信息表"}},
    [PENSION_CLEARING] = {NEXT_CORE,
        {"clear the overlap", "清退重复缴费后登记清退完成"}},
    [PENSION_REVERSAL] = {NEXT_CORE,
        {"return the money", "退回资金，登记退款"}},
};

static const struct next_step pension_out[SWITCH_STATES] = {
    [PENSION_NEW] = {NEXT_CORE,
        {"send the form and the money", "发出信息表，划转基金"}},
    [PENSION_LETTER_HELD] = {NEXT_CORE,
        {"accept or return the letter", "受理联系函，或退函"}},
    [PENSION_LETTER_RETURNED] = {NEXT_PARTNER,
        {"send a new letter, if any", "更正联系函后重发（或不再发）"}},
    [PENSION_ACCEPTED] = {NEXT_CORE,
        {"send the form and the money", "发出信息表，划转基金"}},
    [PENSION_INFO_ONLY] = {NEXT_CORE,
        {"send the money and advice", "划转基金，发出基金划转通知"}},
    [PENSION_MONEY_ONLY] = {NEXT_CORE,
        {"send the form", "发出信息表"}},
    [PENSION_BOTH] = {NEXT_PARTNER,
        {"link the records, complete", "办理接续，发出办结通知"}},
    [PENSION_DISPUTE] = {NEXT_CORE,
        {"send the corrected form", "更正信息表后重发"}},
    [PENSION_WITHDRAWING] = {NEXT_CORE,
        {"say whether money was sent", "答复基金是否已划转"}},
    [PENSION_REVERSAL] = {NEXT_PARTNER,
        {"return the money", "退回基金，发出退款通知"}},
};

static const struct next_step temporary_in[PENSION_STATES] = {
    [PENSION_LETTER_HELD] = {NEXT_CORE,
        {"consent or return the letter", "发出回执，或退函"}},
    [PENSION_LETTER_RETURNED] = {NEXT_PARTNER,
        {"send a new letter, if any", "更正联系函后重发（或不再发）"}},
    [PENSION_ACCEPTED] = {NEXT_PARTNER,
        {"send the form and the money", "发出信息表，划转基金"}},
    [PENSION_INFO_ONLY] = {NEXT_PARTNER,
        {"pay the money, then book it", "划转基金；到账后请登记"}},
    [PENSION_MONEY_ONLY] = {NEXT_PARTNER,
        {"send the form", "发出信息表"}},
    [PENSION_BOTH] = {NEXT_CORE,
        {"link the records, complete", "办理接续，发出办结通知"}},
    [PENSION_DISPUTE] = {NEXT_PARTNER,
        {"correct the form or the sum", "更正信息表，或补足资金"}},
    [PENSION_LINKED] = {NEXT_GATEWAY,
        {"deliver the completion", "送达办结通知，取得回执"}},
    [PENSION_CLEARING] = {NEXT_CORE,
        {"clear the overlap", "清退重复缴费后发清退完成通知"}},
    [PENSION_REVERSAL] = {NEXT_CORE,
        {"return the money", "退回基金，发出退款通知"}},
};

static const struct next_step temporary_out[PENSION_STATES] = {
    [PENSION_NEW] = {NEXT_CORE,
        {"send the letter, or refuse", "发出联系函，或不予受理"}},
    [PENSION_LETTER_SENT] = {NEXT_GATEWAY,
        {"deliver the letter", "送达联系函，取得回执"}},
    [PENSION_LETTER_HELD] = {NEXT_PARTNER,
        {"consent or return the letter", "发出回执，或退函"}},
    [PENSION_LETTER_RETURNED] = {NEXT_CORE,
        {"correct the letter or refuse", "更正联系函后重发，或不予受理"}},
    [PENSION_ACCEPTED] = {NEXT_CORE,
        {"send the form and the money", "发出信息表，划转基金"}},
    [PENSION_INFO_ONLY] = {NEXT_CORE,
        {"send the money and advice", "划转基金，发出基金划转通知"}},
    [PENSION_MONEY_ONLY] = {NEXT_CORE,
        {"send the form", "发出信息表"}},
    [PENSION_BOTH] = {NEXT_PARTNER,
        {"link the records, complete", "办理接续，发出办结通知"}},
    [PENSION_DISPUTE] = {NEXT_CORE,
        {"send the corrected form", "更正信息表后重发"}},
    [PENSION_WITHDRAWING] = {NEXT_GATEWAY,
        {"ask whether money is booked", "向对方确认是否已登记基金"}},
    [PENSION_REVERSAL] = {NEXT_PARTNER,
        {"return the money", "退回基金，发出退款通知"}},
};

static const struct next_step remittance_in[REMITTANCE_STATES] = {
    [REMITTANCE_SUSPENSE] = {NEXT_CORE,
        {"find the case, or ask", "认领到业务，或向对方查询"}},
    [REMITTANCE_QUERIED] = {NEXT_PARTNER,
        {"say whose money it is", "答复该款项归属"}},
    [REMITTANCE_ANSWERED] = {NEXT_CORE,
        {"allocate or return it", "认领到业务，或退回"}},
};

static const struct next_step remittance_out[REMITTANCE_STATES] = {
    [REMITTANCE_QUERIED] = {NEXT_CORE,
        {"say whose money it is", "答复该款项归属"}},
    [REMITTANCE_ANSWERED] = {NEXT_PARTNER,
        {"allocate or return it", "认领到业务，或退回"}},
};

static const struct next_step filing_treating[FILING_STATES] = {
    [FILING_EFFECTIVE] = {NEXT_GATEWAY,
        {"let it expire on its last day", "到截止日自动到期"}},
    [FILING_SUSPENDED] = {NEXT_PARTNER,
        {"restore or revoke the filing", "恢复或撤销备案"}},
};

static const struct next_step filing_insured[FILING_STATES] = {
    [FILING_EFFECTIVE] = {NEXT_GATEWAY,
        {"let it expire on its last day", "到截止日自动到期"}},
    [FILING_SUSPENDED] = {NEXT_CORE,
        {"restore or revoke the filing", "恢复或撤销备案"}},
    [FILING_REFUSED] = {NEXT_CORE,
        {"correct the filing, send anew", "更正备案后重报，或取消"}},
};

static const struct next_step stay_treating[STAY_STATES] = {
    [STAY_ASKED] = {NEXT_PARTNER,
        {"say who is insured", "答复身份与待遇"}},
    [STAY_IDENTIFIED] = {NEXT_CORE,
        {"register the stay", "办理就医登记"}},
    [STAY_REG_SENT] = {NEXT_PARTNER,
        {"answer the registration", "答复就医登记"}},
    [STAY_REG_UNCERTAIN] = {NEXT_GATEWAY,
        {"ask what became of it", "查询结果，逾时冲正"}},
    [STAY_REGISTERED] = {NEXT_CORE,
        {"send lines, discharge", "上传明细，办理出院或结算"}},
    [STAY_DISCHARGED] = {NEXT_CORE,
        {"settle the stay", "办理结算"}},
    [STAY_SETL_SENT] = {NEXT_PARTNER,
        {"answer the settlement", "答复结算"}},
    [STAY_SETL_UNCERTAIN] = {NEXT_GATEWAY,
        {"ask what became of it", "查询结果，逾时冲正"}},
    [STAY_REVERSING] = {NEXT_GATEWAY,
        {"reverse until both agree", "重发冲正，直至双方一致"}},
    [STAY_SETTLED] = {NEXT_CORE,
        {"nothing, unless it is wrong", "无需处理；有误可撤销"}},
    [STAY_CANCEL_SENT] = {NEXT_PARTNER,
        {"answer the cancellation", "答复撤销结算"}},
    [STAY_CANCEL_UNCERTAIN] = {NEXT_GATEWAY,
        {"ask what became of it", "查询结果，逾时冲正"}},
    [STAY_MISMATCHED] = {NEXT_OPERATOR,
        {"compare with the other side", "与对方核对账目后再冲正"}},
};

static const struct next_step stay_insured[STAY_STATES] = {
    [STAY_ASKED] = {NEXT_CORE,
        {"say who is insured", "答复身份与待遇"}},
    [STAY_IDENTIFIED] = {NEXT_PARTNER,
        {"register the stay", "办理就医登记"}},
    [STAY_REG_SENT] = {NEXT_CORE,
        {"answer the registration", "答复就医登记"}},
    [STAY_REGISTERED] = {NEXT_PARTNER,
        {"send lines, discharge", "上传明细，办理出院或结算"}},
    [STAY_DISCHARGED] = {NEXT_PARTNER,
        {"settle the stay", "办理结算"}},
    [STAY_SETL_SENT] = {NEXT_CORE,
        {"answer the settlement", "答复结算"}},
    [STAY_REVERSING] = {NEXT_CORE,
        {"reverse it, then say so", "冲正后答复"}},
    [STAY_SETTLED] = {NEXT_PARTNER,
        {"nothing, unless it is wrong", "无需处理；有误可撤销"}},
    [STAY_CANCEL_SENT] = {NEXT_CORE,
        {"answer the cancellation", "答复撤销结算"}},
    [STAY_MISMATCHED] = {NEXT_OPERATOR,
        {"compare with the other side", "与对方核对账目"}},
};

static const struct next_step medical_in[MEDICAL_STATES] = {
    [MEDICAL_APPLIED] = {NEXT_PARTNER,
        {"check the application", "核验申请并答复"}},
    [MEDICAL_CHECKED] = {NEXT_CORE,
        {"accept, or refuse", "受理，或不予受理"}},
    [MEDICAL_ACCEPTED] = {NEXT_CORE,
        {"send the notice", "发出转移申请通知单"}},
    [MEDICAL_NOTICE_SENT] = {NEXT_GATEWAY,
        {"deliver the notice", "送达通知单，取得回执"}},
    [MEDICAL_NOTICED] = {NEXT_PARTNER,
        {"send the sheet", "出具信息表，或退函"}},
    [MEDICAL_RETURNED] = {NEXT_CORE,
        {"correct the notice or refuse", "更正通知单，或不予受理"}},
    [MEDICAL_SHEET_HELD] = {NEXT_CORE,
        {"complete or return the sheet", "办结反馈，或退表"}},
    [MEDICAL_SHEET_BAD] = {NEXT_PARTNER,
        {"send the corrected sheet", "更正信息表后重发"}},
    [MEDICAL_DONE] = {NEXT_GATEWAY,
        {"deliver the completion", "送达办结反馈，取得回执"}},
    [MEDICAL_AWAITING] = {NEXT_CORE,
        {"credit what comes in", "资金到账后登记、入账"}},
    [MEDICAL_WITHDRAWING] = {NEXT_PARTNER,
        {"say whether a sheet is out", "答复是否已出具信息表"}},
    [MEDICAL_RETURN_ASKED] = {NEXT_PARTNER,
        {"agree to the return or not", "答复是否同意转回"}},
    [MEDICAL_RETURNING] = {NEXT_CORE,
        {"return the money", "退回资金，发出退款通知"}},
};

static const struct next_step medical_out[MEDICAL_STATES] = {
    [MEDICAL_APPLIED] = {NEXT_PARTNER,
        {"check the application", "核验申请并答复"}},
    [MEDICAL_CHECKED] = {NEXT_CORE,
        {"accept, or refuse", "受理，或不予受理"}},
    [MEDICAL_ACCEPTED] = {NEXT_PARTNER,
        {"send the notice", "发出转移申请通知单"}},
    [MEDICAL_NOTICED] = {NEXT_CORE,
        {"send the sheet", "出具信息表，或退函"}},
    [MEDICAL_RETURNED] = {NEXT_PARTNER,
        {"send a new notice, if any", "更正通知单（或不再发）"}},
    [MEDICAL_SHEET_SENT] = {NEXT_GATEWAY,
        {"deliver the sheet", "送达信息表，取得回执"}},
    [MEDICAL_SHEET_HELD] = {NEXT_PARTNER,
        {"complete or return the sheet", "办结反馈，或退表"}},
    [MEDICAL_SHEET_BAD] = {NEXT_CORE,
        {"send the corrected sheet", "更正信息表后重发"}},
    [MEDICAL_AWAITING] = {NEXT_PARTNER,
        {"credit what comes in", "资金到账后登记、入账"}},
    [MEDICAL_RETURN_ASKED] = {NEXT_PARTNER,
        {"agree to the return or not", "答复是否同意转回"}},
    [MEDICAL_RETURNING] = {NEXT_CORE,
        {"book it, restore relation", "登记退款，恢复原参保关系"}},
};

/* The other side applied, or asks to turn back: what is the partner's there is ours here, and
 * the other way round. */
static struct next_step asked_instead(struct next_step step)
{
    if (step.actor == NEXT_PARTNER)
        step.actor = NEXT_CORE;
    else if (step.actor == NEXT_CORE)
        step.actor = NEXT_PARTNER;
    return step;
}

/* While OUT has money to pay, or has it back, it is OUT's turn. */
static struct next_step money_awaited(const struct flow_case *flow_case)
{
    static const struct name pay = {"pay the money, advise it", "划转资金，发出划转通知"};
    static const struct name credit = {"credit what comes in", "资金到账后登记、入账"};
    unsigned money = flow_case->part.medical.money;
    bool of_out = money == MONEY_DUE || money == MONEY_BACK;
    bool ours = of_out == (flow_case->role == ROLE_OUT);

    return (struct next_step){ours ? NEXT_CORE : NEXT_PARTNER, of_out ? pay : credit};
}

static struct next_step medical_next(const struct flow_case *flow_case, struct next_step step)
{
    unsigned state = flow_case->state;

    if (state == MEDICAL_AWAITING)
        return money_awaited(flow_case);
    if (flow_case->part.medical.asked != 0 &&
        (state == MEDICAL_APPLIED || state == MEDICAL_CHECKED || state == MEDICAL_RETURN_ASKED))
        return asked_instead(step);
    return step;
}

static const struct next_step record_opener[INJURY_STATES] = {
    [INJURY_ASKED] = {NEXT_PARTNER,
        {"answer the question", "答复询问"}},
    [INJURY_REQUESTED] = {NEXT_PARTNER,
        {"reply to the request", "回复协查或核查"}},
    [INJURY_SENT] = {NEXT_GATEWAY,
        {"deliver the notice", "送达告知，取得回执"}},
    [INJURY_HELD] = {NEXT_CORE,
        {"nothing, until it changes", "无需处理；有变更再报送"}},
    [INJURY_KEPT] = {NEXT_CORE,
        {"keep project and roster", "更新项目与人员名册"}},
};

static const struct next_step record_other[INJURY_STATES] = {
    [INJURY_ASKED] = {NEXT_CORE,
        {"answer the question", "答复询问"}},
    [INJURY_REQUESTED] = {NEXT_CORE,
        {"reply to the request", "回复协查或核查"}},
    [INJURY_HELD] = {NEXT_PARTNER,
        {"nothing, until it changes", "无需处理；有变更再报送"}},
};

static const struct next_step enquiry_asking[ENQUIRY_STATES] = {
    [ENQUIRY_ASKED] = {NEXT_PARTNER,
        {"answer the enquiry", "答复进度查询"}},
};
static const struct next_step enquiry_answering[ENQUIRY_STATES] = {{NEXT_NOBODY, {"", ""}}};

/* Whoever would go on has asked already: the other one answers. */
static const struct next_step answers_there = {NEXT_PARTNER,
    {"answer the question", "答复询问"}};
static const struct next_step answers_here = {NEXT_CORE,
    {"answer the question", "答复询问"}};
/* clang-format on */

/* By flow and role; as many rows as the flow has states. */
static const struct {
    const struct next_step *steps[ROLES];
    size_t count;
} tables[FLOW_NUMBERS] = {
    [FLOW_PENSION_EMPLOYEE] = {{[ROLE_IN] = pension_in, [ROLE_OUT] = pension_out},
                               PENSION_STATES},
    [FLOW_PENSION_SWITCH] = {{[ROLE_IN] = pension_in, [ROLE_OUT] = pension_out}, SWITCH_STATES},
    [FLOW_PENSION_TEMPORARY] = {{[ROLE_IN] = temporary_in, [ROLE_OUT] = temporary_out},
                                PENSION_STATES},
    [FLOW_PENSION_INSTITUTION] = {{[ROLE_IN] = pension_in, [ROLE_OUT] = pension_out},
                                  PENSION_STATES},
    [FLOW_PENSION_MILITARY] = {{[ROLE_IN] = soldier_in}, PENSION_STATES},
    [FLOW_PENSION_ANNUITY] = {{[ROLE_IN] = pension_in, [ROLE_OUT] = pension_out},
                              PENSION_STATES},
    [FLOW_PENSION_RESIDENT] = {{[ROLE_IN] = pension_in, [ROLE_OUT] = pension_out},
                               PENSION_STATES},
    [FLOW_PENSION_REMITTANCE] = {{[ROLE_IN] = remittance_in, [ROLE_OUT] = remittance_out},
                                 REMITTANCE_STATES},
    [FLOW_SETTLEMENT_FILING] =
        {{[ROLE_TREATING] = filing_treating, [ROLE_INSURED] = filing_insured}, FILING_STATES},
    [FLOW_SETTLEMENT_STAY] = {{[ROLE_TREATING] = stay_treating, [ROLE_INSURED] = stay_insured},
                              STAY_STATES},
    [FLOW_MEDICAL_TRANSFER] = {{[ROLE_IN] = medical_in, [ROLE_OUT] = medical_out},
                               MEDICAL_STATES},
    [FLOW_INJURY_RECORD] = {{[ROLE_TREATING] = record_opener, [ROLE_INSURED] = record_other},
                            INJURY_STATES},
    [FLOW_TRANSFER_ENQUIRY] =
        {{[ROLE_ASKING] = enquiry_asking, [ROLE_ANSWERING] = enquiry_answering},
         ENQUIRY_STATES},
};

struct next_step next_step_of(const struct flow_case *flow_case)
{
    static const struct next_step nobody = {NEXT_NOBODY, {"", ""}};
    static const struct next_step look = {
        NEXT_OPERATOR, {"mend the letter to the core", "处理未能送达核心系统的信件"}};
    const struct next_step *step;

    if (flow_case->flow >= FLOW_NUMBERS || !case_open(flow_case) ||
        flow_case->state >= tables[flow_case->flow].count)
        return nobody;
    if (flow_case->flags & CASE_FLAGGED)
        return look;
    step = &tables[flow_case->flow].steps[flow_case->role][flow_case->state];
    if (flow_case->flow == FLOW_MEDICAL_TRANSFER && step->actor != NEXT_NOBODY)
        return medical_next(flow_case, *step);
    if (flow_case_question(flow_case) != NULL) {
        if (flow_case->role == ROLE_TREATING && step->actor == NEXT_CORE)
            return answers_there;
        if (flow_case->role == ROLE_INSURED && step->actor == NEXT_PARTNER)
            return answers_here;
    }
    return step->actor == NEXT_NOBODY ? nobody : *step;
}

const char *next_actor_text(enum next_actor actor)
{
    static const char *const names[] = {
        [NEXT_NOBODY] = NULL,       [NEXT_CORE] = "core",         [NEXT_PARTNER] = "partner",
        [NEXT_GATEWAY] = "gateway", [NEXT_OPERATOR] = "operator",
    };

    return names[actor];
}

bool next_actor_shown(struct cli *cli, const struct flow_case *flow_case, enum next_actor actor,
                      char out[PARTY_ID_SIZE], struct error *err)
{
    switch (actor) {
    case NEXT_PARTNER:
        return cli_party_id(cli, flow_case->party, out, err);
    case NEXT_CORE:
        if (flow_case->core != 0)
            return cli_party_id(cli, flow_case->core, out, err);
        snprintf(out, PARTY_ID_SIZE, "%s", _("our core system"));
        return true;
    case NEXT_GATEWAY:
        snprintf(out, PARTY_ID_SIZE, "%s", _("this gateway"));
        return true;
    case NEXT_OPERATOR:
        snprintf(out, PARTY_ID_SIZE, "%s", _("administrator"));
        return true;
    case NEXT_NOBODY:
        break;
    }
    out[0] = '\0';
    return true;
}
