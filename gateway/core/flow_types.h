/*
 * flow_types.h - what cases of the settlement flows have besides: questions, stays, filings,
 * charge lines. Plain values; money in fen, time in UTC milliseconds.
 */
#ifndef CORE_FLOW_TYPES_H
#define CORE_FLOW_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/money.h"
#include "base/text.h"
#include "base/uuid.h"

/* The open question of a case (decisions.md 6): asked, its receipt said pending, the answer is
 * a message of its own. One at a time. */
struct flow_question {
    uint8_t action;      /* that asks; 0: none is open */
    uint8_t rounds;      /* times that a reversal was sent */
    struct uuid asked;   /* MessageId between the provinces */
    struct uuid to_core; /* INSURED: MessageId of the letter to the own core */
    uint8_t key[32]; /* TREATING: of the core's submission that waits; zeros: nobody waits */
    struct instant at;
    struct instant answer_by;
};

enum insurance { INSURANCE_NONE, INSURANCE_MEDICAL = 1, INSURANCE_INJURY = 2, INSURANCES };
enum visit { VISIT_NONE, VISIT_INPATIENT = 1, VISIT_OUTPATIENT = 2, VISIT_PHARMACY = 3 };
enum service { SERVICE_MED = 1, SERVICE_REH = 2, SERVICE_AST = 4 }; /* bits */

/* Sums of charge lines in force, or of one line. */
struct stay_sums {
    struct money total;
    struct money own_pay;
    struct money over_limit;
    struct money pre_pay;
    struct money in_scope;
};

/* Who pays: what of a settlement's amounts the ledger keeps. */
struct stay_split {
    struct money total;
    struct money fund; /* without the account and the hospital, whatever the dialect adds up */
    struct money account; /* personal account, own and of the family */
    struct money cash;
    struct money hospital;
    struct money employer;
    struct money third_party;
};

enum { STAY_REVERSED_MAX = 4, STAY_NUMBER_SIZE = 32, RECOGNITION_SIZE = 48 };

/* What a case of settlement.stay has besides. */
struct stay {
    struct flow_question question;
    uint8_t original_action; /* what is in doubt, or is being reversed; 0: nothing */
    struct uuid original;    /* its MessageId; also of a question that was lost for good */
    uint8_t insurance;       /* enum insurance */
    uint8_t visit;           /* enum visit */
    uint8_t level;           /* of the hospital: 1 to 3, 9, 0 not known */
    uint8_t service;         /* one of enum service, 0: medical */
    uint16_t insurance_kind; /* insutype; 0: none */
    char visit_number[STAY_NUMBER_SIZE];      /* 就诊登记号 */
    char settlement_number[STAY_NUMBER_SIZE]; /* 结算号 */
    char recognition[RECOGNITION_SIZE];       /* 工伤认定编号 */
    struct uuid filing;                       /* its case; none: no filing was needed */
    uint32_t filing_version;
    struct day admitted;
    struct day discharged; /* 0: not yet */
    uint32_t line_count;   /* in force */
    uint32_t batch;        /* newest batch, as its lines are kept */
    uint32_t batch_count;  /* what it added; of lines that are held, what was taken out */
    struct stay_sums sums;
    struct stay_sums batch_sums;
    uint8_t quote_digest[32]; /* of the lines, when the trial was made */
    struct stay_split quote;
    struct stay_split split; /* of the settlement that stands */
    struct uuid register_id; /* MessageIds of what stands, for a reversal */
    struct uuid settle_id;
    struct uuid cancel_id;
    struct instant settled_at;
    uint16_t settlements; /* how often */
    uint16_t reversals;
    uint16_t cancellations;
    struct uuid
        reversed[STAY_REVERSED_MAX]; /* what was reversed is refused when it comes late */
};

/* What a case of settlement.filing has besides. */
struct filing {
    uint8_t insurance;
    char kind[4];     /* "12", "LR" */
    uint8_t services; /* bits of enum service; 0: medical */
    uint8_t scopes;   /* 1 inpatient, 2 outpatient, 4 chronic */
    uint32_t area;    /* 2, 4 or 6 digits */
    struct day from;
    struct day to; /* 0: open */
    char recognition[RECOGNITION_SIZE];
};

enum { INJURY_KEPT_MAX = 2 }; /* documents of a project: its insurance, its roster */

/* What a case of injury.record has besides. */
struct injury_record {
    struct flow_question question;
    uint8_t action;                     /* with which it was opened */
    uint8_t finding;                    /* of cover: enum injury_finding + 1; 0: nothing said */
    uint8_t project;                    /* enum injury_project_state */
    char recognition[RECOGNITION_SIZE]; /* 工伤认定编号 */
    struct instant about; /* the accident; of a year or month its beginning; 0: none named */
    struct uuid asked;    /* newest question or request: its MessageId between the provinces */
    uint8_t kept[INJURY_KEPT_MAX][32]; /* keys of the submissions that brought the newest ones;
                                      zeros: none yet */
};

/* What a case of medical.transfer has besides. The enums: core/medical_transfer.h. */
struct medical {
    uint8_t kind;    /* enum medical_kind */
    uint8_t pay_way; /* enum medical_pay_way, of the sheet */
    uint8_t money;   /* enum medical_money: the money axis */
    uint8_t asked;   /* 1: opened by the other side; we were asked, the applicant is theirs */
};

enum flow_part {
    FLOW_PART_NONE,
    FLOW_PART_STAY = 1,
    FLOW_PART_FILING = 2,
    FLOW_PART_INJURY = 3,
    FLOW_PART_MEDICAL = 4
};

/* A charge line as the ledger keeps it, and as a message brings it. */
struct flow_line {
    struct text number;
    struct text original; /* that it gives back; empty: none */
    struct stay_sums sums;
    uint8_t digest[32]; /* of its national form */
    /* what the ledger knows of this number: */
    bool known;
    uint32_t batch; /* with which the known line came */
    bool in_force;
    bool same;               /* the digest that is known */
    struct stay_sums before; /* of the known line */
    bool original_in_force;
    struct money original_rest; /* of the original: not given back yet */
};

#endif
