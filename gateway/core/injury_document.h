/*
 * injury_document.h - for the checks of work-injury documents: how a finding is noted, and the
 * readers that they share.
 */
#ifndef CORE_INJURY_DOCUMENT_H
#define CORE_INJURY_DOCUMENT_H

#include "core/injury_checks.h"

struct injury_document {
    const struct record *root;
    const struct rules *rules;
    struct day today;
    struct injury_issues *issues;
};

void injury_issue_add(struct injury_issues *issues, const char *code, bool hard, size_t row);

/* A day, the China day of an instant, or the first day of a month. */
MUST_USE bool injury_day(const struct record *at, const char *path, struct day *day);
MUST_USE bool injury_instant(const struct record *at, const char *path,
                             struct instant *instant);
bool injury_is(const struct record *at, const char *path, const char *value);
bool injury_has(const struct record *at, const char *path);
/* The text of a leaf; empty if it is absent. */
struct text injury_text(const struct record *at, const char *path);
/* The same day of a month `months` later, or the last day of that month if it is shorter. */
struct day injury_months_later(struct day day, int64_t months);

/* Numbers, lists and rosters: the checks that no table says (injury_lists.c). */
void injury_check_revision(const struct injury_document *document);
void injury_check_people(const struct injury_document *document);
void injury_check_codes(const struct injury_document *document);
void injury_check_regions(const struct injury_document *document);
void injury_check_recognitions(const struct injury_document *document);
void injury_check_filings(const struct injury_document *document);
void injury_check_ended(const struct injury_document *document);
void injury_check_finding(const struct injury_document *document);
void injury_check_project(const struct injury_document *document);
/* Only memory can fail. */
MUST_USE bool injury_check_intervals(const struct injury_document *document,
                                     struct arena *arena, struct error *err);

#endif
