/*
 * filing_document.h - what a document of settlement.filing says, and whether it may: the checks
 * STL-N01 to STL-N17 of docs/rules.md. Hard at the receiver, refused at submission, too.
 */
#ifndef CORE_FILING_DOCUMENT_H
#define CORE_FILING_DOCUMENT_H

#include "core/flow.h"

enum { FILING_INPATIENT = 1, FILING_OUTPATIENT = 2, FILING_CHRONIC = 4 }; /* filing.scopes */

/* What the flow takes from a document. */
struct filing_facts {
    struct filing filing; /* filing, filing_change */
    uint32_t version;
    bool end_added; /* the gateway gave a temporary filing its end */
    bool by_agency; /* filing_cancel: revoked */
};

/* Reads the event's document into `details`; trace, regions or the refusal into `facts`. */
void filing_read(const struct flow_situation *situation, struct flow_facts *facts,
                 struct filing_facts *details);
/* The document with the end that the gateway gave it. NULL: no memory. */
const struct record *filing_with_end(const struct record *body,
                                     const struct filing_facts *details, struct arena *arena);
/* Does an area of two, four or six digits hold this region (six digits)? */
bool filing_area_holds(uint32_t area, uint32_t region);

#endif
