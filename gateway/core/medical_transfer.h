/*
 * medical_transfer.h - the flow medical.transfer: transfer of the basic medical insurance
 * relation between provinces, 基本医疗保险关系转移接续 (医保办发〔2021〕43号):
 * docs/rules.md.
 *
 * The person applies at either side. That side asks the other one whether the relation may move
 * (insured_query, insured_state), and accepts only when both checks have passed. IN then sends
 * the notice (letter, 申请通知单), OUT the information sheet (form, 信息表), IN completes. The
 * money of the personal account goes its own way beside the record (core/medical_money.h):
 * neither waits for the other, and the case ends when both have come to their end. A transfer
 * that has ended is turned back (转回) by a case of its own, to which both agencies agree.
 *
 * States in the order of their numbers, which never changes: append.
 */
#ifndef CORE_MEDICAL_TRANSFER_H
#define CORE_MEDICAL_TRANSFER_H

#include "core/flow.h"

enum medical_state {
    MEDICAL_APPLIED,      /* the application is taken, checks under way */
    MEDICAL_CHECKED,      /* the side that was asked has nothing against it */
    MEDICAL_REFUSED,      /* end: a check failed, or a return was not cured */
    MEDICAL_ACCEPTED,     /* both checks passed (受理) */
    MEDICAL_NOTICE_SENT,  /* IN: notice under way */
    MEDICAL_NOTICED,      /* the notice is there */
    MEDICAL_RETURNED,     /* OUT cannot serve it; IN may correct it */
    MEDICAL_SHEET_SENT,   /* OUT: sheet under way */
    MEDICAL_SHEET_HELD,   /* the sheet is there, and passed its checks */
    MEDICAL_SHEET_BAD,    /* the sheet was returned; OUT corrects it */
    MEDICAL_DONE,         /* IN: the record is continued, its completion under way */
    MEDICAL_AWAITING,     /* OUT knows of it; the money has not come to its end */
    MEDICAL_CLOSED,       /* end: record and money have come to their end */
    MEDICAL_WITHDRAWN,    /* end: before a sheet was issued */
    MEDICAL_WITHDRAWING,  /* IN: OUT says whether a sheet was issued */
    MEDICAL_RETURN_ASKED, /* a case of its own: the other side is asked to agree (转回) */
    MEDICAL_RETURNING,    /* agreed; money goes back, OUT restores the relation */
    MEDICAL_TURNED_BACK,  /* end */
    MEDICAL_STATES
};

/* By the pair of insurances (insutype): 310 is the employees', 390 the residents'. */
enum medical_kind {
    MEDICAL_KIND_NONE,
    MEDICAL_KIND_A = 1, /* 310 to 310 */
    MEDICAL_KIND_B = 2, /* 310 to 390 */
    MEDICAL_KIND_C = 3, /* 390 to 310 */
    MEDICAL_KIND_D = 4, /* 390 to 390 */
    MEDICAL_KINDS
};

/* What becomes of the personal account, as the sheet has it. */
enum medical_pay_way {
    PAY_NONE = 0,     /* nothing is paid */
    PAY_TRANSFER = 1, /* from agency to agency */
    PAY_REFUND = 2,   /* to the person */
    PAY_WAYS
};

/* The money axis, beside the states of the record. */
enum medical_money {
    MONEY_NONE,     /* nothing is to move */
    MONEY_DUE,      /* the sheet announces it */
    MONEY_PAID,     /* OUT's payment order has gone to the bank */
    MONEY_MATCHED,  /* IN: arrived, and equals what was announced */
    MONEY_CREDITED, /* end: in the person's account at IN */
    MONEY_MISMATCH, /* IN: arrived, and differs */
    MONEY_BACK,     /* IN sent it back; OUT pays again */
    MONEY_REFUNDED, /* end: OUT has paid the person */
    MEDICAL_MONEYS
};

/* MEDICAL_KIND_NONE if relations of these insurances do not move into one another. */
enum medical_kind medical_kind_of(uint64_t out_insurance, uint64_t in_insurance);
struct name medical_kind_name(unsigned kind);
struct name medical_money_name(unsigned money);

extern const struct flow medical_transfer_flow;

#endif
