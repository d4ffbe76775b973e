/*
 * injury_records.h - documents of injury.record as its tests change them: revisions,
 * rejections, a project and roster that answer a question. After unit.h.
 */
#ifndef SUPPORT_INJURY_RECORDS_H
#define SUPPORT_INJURY_RECORDS_H

#include <string.h>

#include "core/injury_record.h"
#include "injury_documents.h"

#define RECORD_NOW INT64_C(1772413200000) /* 2026-03-02 09:00 +08:00 */

static inline struct record *record_of(struct arena *arena, unsigned action)
{
    return injury_document(arena, action_name(action).english);
}

/* Another revision of a decision: "changed" or "withdrawn". */
static inline void record_revise(struct arena *arena, struct record *root, const char *revision,
                                 const char *change)
{
    injury_set(arena, root, "change", change);
    injury_set(arena, root, "revision", revision);
    if (strcmp(change, "withdrawn") != 0)
        return;
    injury_set(arena, root, "withdrawal/withdrawnOn", "2026-03-02");
    injury_set(arena, root, "withdrawal/reason", "review");
}

/* An answer that says no: everything behind its result is gone. */
static inline void record_reject(struct arena *arena, struct record *root, const char *code)
{
    static const char *const gone[] = {
        "insured",    "recognitions", "filings",     "accidentAt", "finding",
        "project",    "intervals",    "findings",    "employer",   "wages",
        "bills",      "examinedOn",   "institution", "grade",      "nursing",
        "cost",       "checkedOn",    "manner",      "alive",      "reEmployed",
        "imprisoned", "eligible",     "dependants",  "found",      "benefits",
    };

    for (size_t i = 0; i < COUNT_OF(gone); i++)
        if (record_find(root, gone[i]) != NULL)
            injury_drop(root, gone[i]);
    injury_set(arena, root, "result/verdict", "rejected");
    injury_set(arena, root, "result/code", code);
}

/* The roster's worker with the late addition, for a question about the bridge of the sample
 * project; the person is not that of the other samples. */
static inline void record_ask_for(struct arena *arena, struct record *root, const char *name,
                                  const char *number, const char *accident_at)
{
    injury_set(arena, root, "person/name", name);
    injury_set(arena, root, "person/identityNumber", number);
    for (size_t i = 0; i < 2; i++) {
        static const char *const stated[] = {"person/sex", "person/birthDate"};

        if (record_find(root, stated[i]) != NULL)
            injury_drop(root, stated[i]);
    }
    injury_set(arena, root, "accidentAt", accident_at);
    injury_set(arena, root, "projectNumber", INJURY_PROJECT);
}

#endif
