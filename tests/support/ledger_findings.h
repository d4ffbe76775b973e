/* ledger_findings.h - what verify and rebuild say about a story's ledger. */
#ifndef SUPPORT_LEDGER_FINDINGS_H
#define SUPPORT_LEDGER_FINDINGS_H

#include "ledger_story.h"

enum { STORY_FINDINGS_MAX = 64 };

struct story_findings {
    size_t count;
    char row[STORY_FINDINGS_MAX][192];
    char what[STORY_FINDINGS_MAX][96];
};

STORY void story_keep(void *self, const char *row, const char *what)
{
    struct story_findings *findings = self;
    if (findings->count < STORY_FINDINGS_MAX) {
        snprintf(findings->row[findings->count], sizeof findings->row[0], "%s", row);
        snprintf(findings->what[findings->count], sizeof findings->what[0], "%s", what);
    }
    findings->count++;
}

STORY void story_print(const struct story_findings *findings)
{
    for (size_t i = 0; i < findings->count && i < STORY_FINDINGS_MAX; i++)
        fprintf(stderr, "  %s: %s\n", findings->row[i], findings->what[i]);
}

/* Verify, with bodies opened, and rebuild in memory find nothing, and agree about the root. */
STORY bool story_is_sound(struct story *story, struct story_findings *findings)
{
    const struct body_opener opener = {.open = story_open_body};
    struct ledger_report verified;
    struct ledger_report rebuilt;
    struct store *fresh = NULL;
    *findings = (struct story_findings){0};
    bool ok = ledger_verify(story->ledger, &opener, story_keep, findings, &verified,
                            &story->err) &&
              store_open_memory(&fresh, &story->err) &&
              ledger_rebuild(story->ledger, fresh, story_keep, findings, &rebuilt, &story->err);
    store_close(fresh);
    return ok && findings->count == 0 && verified.entries == rebuilt.entries &&
           verified.entries == ledger_size(story->ledger) &&
           digest_equal(&verified.root, &rebuilt.root);
}

#endif
