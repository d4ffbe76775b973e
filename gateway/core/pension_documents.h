/*
 * pension_documents.h - the documents that the gateway itself writes in the pension flows.
 *
 * A form return (退表) when a hard check fails or money and form differ; for the own core the
 * return of a letter or form that the other gateway refused; a reminder (催办) when a clock has
 * passed; the answer to a status query (状态答复); the answer to a withdrawal that needs
 * nobody's decision (money was sent, or the letter was returned); and the end of a bank line's
 * search.
 */
#ifndef CORE_PENSION_DOCUMENTS_H
#define CORE_PENSION_DOCUMENTS_H

#include "core/flow.h"

/* struct flow's `make`. facts->details: the form's struct pension_issues where checks failed.
 * A letter return names the letter's number only if the event carries the letter, else "-". A
 * code that no document knows (FLW-01) becomes PEN-R21 or PEN-R06 and stands in the text;
 * PEN-C19 becomes PEN-R07. A status answer tells the state before the query, the clocks and the
 * newest code, nothing of the person. */
MUST_USE bool pension_document_make(const struct flow_situation *situation,
                                    const struct flow_facts *facts, struct flow_send *send,
                                    struct error *err);

#endif
