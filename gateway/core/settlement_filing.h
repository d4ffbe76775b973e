/*
 * settlement_filing.h - filings for treatment in another province (异地就医备案), medical and
 * work injury: docs/rules.md.
 *
 * A filing is decided by the agency of the insured place; what crosses the border is that it
 * took effect, changed, was suspended or has ended. So its application, its completion and its
 * refusal there are no states here. INSURED speaks, TREATING keeps a copy in the same state;
 * both let it expire by themselves at the end of its last day. The case's trace is
 * "<insuredRegion>/<filingNumber>", its letter_revision the newest version.
 *
 * Rules, by the day on which the filing begins: STL-VALID-<kind> and STL-VALID-TR-<service>
 * (months; a temporary filing without an end gets one when our core submits it), STL-WAIT (days
 * before which a long-term filing is neither changed nor cancelled); each also with a province
 * behind it (STL-WAIT-440000), that of the insured place.
 */
#ifndef CORE_SETTLEMENT_FILING_H
#define CORE_SETTLEMENT_FILING_H

#include "core/flow.h"

/* In the journal for ever: append only. */
enum filing_state {
    FILING_EFFECTIVE = 0,
    FILING_SUSPENDED =
        1,              /* the recognition is in doubt; costs of the injury go on being paid */
    FILING_REFUSED = 2, /* INSURED: not taken over there; is submitted anew */
    FILING_EXPIRED = 3, /* end */
    FILING_CANCELLED = 4, /* end: by the person */
    FILING_REVOKED = 5,   /* end: by the agency */
    FILING_STATES
};

extern const struct flow settlement_filing_flow;

/* What a treatment needs a filing for. */
struct filing_need {
    uint8_t insurance;       /* enum insurance */
    uint32_t party;          /* number of the far province; 0: whichever */
    uint32_t region;         /* six digits: where the hospital is */
    struct day on;           /* day of admission */
    uint8_t visit;           /* enum visit; medical: 0 whichever */
    bool chronic;            /* medical: outpatient treatment of a chronic disease */
    uint8_t service;         /* injury: one of enum service, 0: medical treatment */
    struct text recognition; /* injury: that the treatment is for; empty: whichever */
};

/*
 * Of the cases of a person (event.related, newest first) the first filing that is valid on that
 * day: its dates hold the day and it is effective, or has expired since; of an injury also one
 * that is suspended. NULL: there is none, and filing_missing() says why.
 */
const struct flow_case *filing_find(const struct flow_case *const *related, size_t count,
                                    const struct filing_need *need);
/* Why filing_find() finds none: STL-N20 no filing with this insurance and province at all,
 * STL-N21 not in force on that day, STL-N22 for another area, STL-N23 for other treatment,
 * STL-N24 for another recognition. The code of the filing that comes nearest. */
const char *filing_missing(const struct flow_case *const *related, size_t count,
                           const struct filing_need *need);

#endif
