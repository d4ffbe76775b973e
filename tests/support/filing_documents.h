/*
 * filing_documents.h - invented national documents of settlement.filing for tests of core: a
 * person insured in 440000, treated in 520000.
 */
#ifndef SUPPORT_FILING_DOCUMENTS_H
#define SUPPORT_FILING_DOCUMENTS_H

#include "pension_documents.h"

#define FILING_NUMBER      "BA20260302001"
#define FILING_TRACE       "440000/BA20260302001"
#define FILING_RECOGNITION "粤人社工认〔2026〕7号"
#define FILING_NOW         INT64_C(1772413200000) /* 2026-03-02 09:00 +08:00 */

static inline struct record *filing_new(struct arena *arena, unsigned action,
                                        const char *version)
{
    struct record *root = record_new(arena, action_name(action).english);
    struct record *reference;

    CHECK(root != NULL);
    reference = document_put(arena, root, "reference", NULL);
    document_put(arena, reference, "treatingRegion", "520000");
    document_put(arena, reference, "insuredRegion", "440000");
    document_put(arena, reference, "filingNumber", FILING_NUMBER);
    document_put(arena, root, "version", version);
    return root;
}

/* A filing, or its change. `kind`: 11 to 29, or LR, LW, TR; `to` NULL: no end. */
static inline struct record *filing_document(struct arena *arena, unsigned action,
                                             const char *version, const char *kind,
                                             const char *from, const char *to)
{
    struct record *root = filing_new(arena, action, version);
    bool injury = kind[0] == 'L' || kind[0] == 'T';

    document_put(arena, root, "insurance", injury ? "injury" : "medical");
    document_person(arena, root);
    document_put(arena, root, "kind", kind);
    document_put(arena, root, "area", "5203");
    if (injury) {
        document_put(arena, root, "service", "MED");
        document_put(arena, root, "service", "REH");
        document_put(arena, root, "recognitionNumber", FILING_RECOGNITION);
    } else {
        document_put(arena, root, "scope", "inpatient");
    }
    document_put(arena, root, "from", from);
    if (to != NULL)
        document_put(arena, root, "to", to);
    document_put(arena, root, "promise", "true");
    return root;
}

/* A cancellation ("cancel", "revoke"), or a suspension or restoration (NULL). */
static inline struct record *filing_end_document(struct arena *arena, unsigned action,
                                                 const char *version, const char *kind,
                                                 const char *on)
{
    struct record *root = filing_new(arena, action, version);

    if (kind != NULL)
        document_put(arena, root, "kind", kind);
    document_put(arena, root, "effectiveOn", on);
    return root;
}

#endif
