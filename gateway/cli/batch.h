/*
 * batch.h - `qiantong submit --batch`: thousands of documents by hand, in order, resumable.
 *
 * Groups of documents go to the gateway, which decides them in their order and answers when
 * they are durable; their lines are durable in the result file before the next group begins. So
 * at any moment at most one group's lines are missing, and asking again for those gives the
 * first verdicts: nothing is lost, nothing counts twice. Memory does not grow with the batch.
 */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "cli/batch_items.h"
#include "cli/cli.h"

enum { BATCH_JOBS_MAX = 64, BATCH_JOBS = 32, BATCH_CODES_MAX = 96 };

struct batch_options {
    const char *path;
    const char *party;   /* the core */
    const char *results; /* NULL: PATH.results */
    unsigned jobs;       /* documents under way at a time */
    bool json;
};

/* How often a code came; those beyond the table are told as one. */
struct batch_code {
    char code[24];
    uint64_t count;
};

enum batch_end { BATCH_WHOLE, BATCH_INTERRUPTED, BATCH_STOPPED };

struct batch_summary {
    const char *path;
    const char *results;
    uint64_t items;
    uint64_t counts[BATCH_VERDICTS]; /* of this run */
    uint64_t again;                  /* of them, handed in before: the first verdict */
    uint64_t skipped;                /* had a line */
    uint64_t skipped_refused;        /* of them */
    struct batch_code codes[BATCH_CODES_MAX];
    size_t code_count;
    uint64_t other_codes;
    int64_t passed_ms;
    enum batch_end end;
};

/* cli->status: 0 every document is accepted, 1 one is refused or unreadable, 130 interrupted. A
 * batch that had to stop before its end fails; its summary is printed all the same. */
MUST_USE bool batch_run(struct cli *cli, const struct batch_options *options,
                        struct error *err);

/* batch_view.c */
uint64_t batch_done(const struct batch_summary *summary); /* in this run */
void batch_count(struct batch_summary *summary, enum batch_verdict verdict, const char *code);
MUST_USE bool batch_print(struct cli *cli, const struct batch_summary *summary, bool json,
                          struct error *err);

#endif
