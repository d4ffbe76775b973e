/*
 * enquiry_documents.h - invented national documents of transfer.enquiry for tests: 520000 asks
 * 440000.
 */
#ifndef SUPPORT_ENQUIRY_DOCUMENTS_H
#define SUPPORT_ENQUIRY_DOCUMENTS_H

#include "pension_documents.h"

#define ENQUIRY_NUMBER "CX20260302GZ0001"

/* Any document: its reference, and of a question the person. */
static inline struct record *enquiry_document(struct arena *arena, unsigned action)
{
    struct record *root = record_new(arena, action_name(action).english);
    struct record *reference;

    CHECK(root != NULL);
    reference = document_put(arena, root, "reference", NULL);
    document_put(arena, reference, "enquiryNumber", ENQUIRY_NUMBER);
    document_put(arena, reference, "fromRegion", "520000");
    document_put(arena, reference, "toRegion", "440000");
    if (action == ACTION_STATUS_QUERY)
        document_put(arena, document_put(arena, root, "person", NULL), "identityNumber",
                     DOCUMENT_PERSON);
    return root;
}

#endif
