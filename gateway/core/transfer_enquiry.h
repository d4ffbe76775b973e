/*
 * transfer_enquiry.h - the flow transfer.enquiry (进度查询): how do a person's cases stand with
 * you? (社会保险经办条例 art. 16; docs/rules.md section 24).
 *
 * Who asks need not know a CaseId: a person's identity number, and perhaps a flow or an
 * insurance; or one CaseId instead. The other gateway answers by itself, in the entry that
 * takes the question, and tells only of cases in which the asking party takes part: of anybody
 * else's it says what it says of none. Nothing of the person stands in the answer.
 *
 * States in the order of their numbers, which never changes: append.
 */
#ifndef CORE_TRANSFER_ENQUIRY_H
#define CORE_TRANSFER_ENQUIRY_H

#include "core/flow.h"

enum enquiry_state {
    ENQUIRY_ASKED,    /* ASKING: the question is under way */
    ENQUIRY_ANSWERED, /* end */
    ENQUIRY_REFUSED,  /* end; ASKING: the other gateway did not take the question */
    ENQUIRY_STATES
};

extern const struct flow transfer_enquiry_flow;

#endif
