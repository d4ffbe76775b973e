/*
 * medical_documents.h - the documents that the gateway itself writes in medical.transfer.
 *
 * The question to the other side (insured_query) from the application; a sheet's return (退表)
 * when a hard check fails; for the own core what the other gateway refused; a reminder (催办)
 * when a clock has passed; the answer to a status query; the answer to a withdrawal, which
 * needs nobody's decision: OUT knows whether its sheet is out.
 */
#ifndef CORE_MEDICAL_DOCUMENTS_H
#define CORE_MEDICAL_DOCUMENTS_H

#include "core/flow.h"

/* struct flow's `make`. A code that no document knows stands in the text, and MED-R99 in its
 * place. A status answer tells nothing of the person. */
MUST_USE bool medical_document_make(const struct flow_situation *situation,
                                    const struct flow_facts *facts, struct flow_send *send,
                                    struct error *err);

#endif
