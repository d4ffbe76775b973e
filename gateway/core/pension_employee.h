/*
 * pension_employee.h - the flow pension.employee (EP-EP): transfer of an urban employee's
 * pension relation between provinces, 企业职工基本养老保险关系转移接续 (国办发〔2009〕66号).
 *
 * States in the order of their numbers, which never changes: append.
 */
#ifndef CORE_PENSION_EMPLOYEE_H
#define CORE_PENSION_EMPLOYEE_H

#include "core/flow.h"

enum pension_state {
    PENSION_NEW,             /* IN: application taken */
    PENSION_REFUSED,         /* IN, end: the applicant was told in writing */
    PENSION_LETTER_SENT,     /* IN: letter under way */
    PENSION_LETTER_HELD,     /* the letter is there */
    PENSION_LETTER_RETURNED, /* OUT cannot serve it; IN may correct it */
    PENSION_INFO_ONLY,       /* IN holds the form, no money; OUT has sent the form only */
    PENSION_MONEY_ONLY,      /* the other way round */
    PENSION_BOTH,            /* IN holds both, matching; OUT has sent both */
    PENSION_DISPUTE,         /* the form was returned, or money differs */
    PENSION_LINKED,          /* IN: years and account continued, completion under way */
    PENSION_CLEARING,        /* IN: overlap being cleared */
    PENSION_CLOSED,          /* end: all done */
    PENSION_CANCELLED,       /* end: withdrawn, or reversed */
    PENSION_REVERSAL,        /* money goes back after a wrong transfer */
    PENSION_ACCEPTED,        /* OUT has agreed to serve the letter */
    PENSION_WITHDRAWING,     /* the person withdrew; OUT must say that nothing was paid */
    PENSION_STATES
};

extern const struct flow pension_employee_flow;

#endif
