/*
 * batch_results.h - the result file of a batch: one line an item, durable in groups.
 *
 * Tab separated, a first line with the names of the columns: item, verdict, code, case,
 * sequence, time; "-" where there is nothing. Of several lines of one item the last counts. A
 * line that a crash tore at the end is cut off when the file is opened; what it said is asked
 * of the gateway again, which gives the first verdict. One batch at a time has it open.
 */
#ifndef CLI_BATCH_RESULTS_H
#define CLI_BATCH_RESULTS_H

#include "cli/batch_items.h"

struct batch_line {
    const char *name;
    enum batch_verdict verdict;
    const char *code;    /* "" none */
    const char *case_id; /* "" none */
    int64_t sequence;    /* 0 none */
    const char *time;
};

struct batch_results;

/* The file that is there, or a new one (mode 0640). ERROR_VALUE: a file that is something else.
 * ERROR_BUSY: another batch has it. ERROR_DENIED, ERROR_NOT_FOUND (its folder),
 * ERROR_DISK_FULL, ERROR_SYSTEM, ERROR_MEMORY. `path` is kept. */
MUST_USE bool batch_results_open(const char *path, struct batch_results **results,
                                 struct error *err);
/* Takes NULL. */
void batch_results_close(struct batch_results *results);
/* Sets `known` of the window's items by the lines that were there at the open. */
MUST_USE bool batch_results_mark(struct batch_results *results, struct batch_window *window,
                                 struct error *err);
/* Adds a line; nothing is certain before the sync, whose error counts for what was added. */
void batch_results_put(struct batch_results *results, const struct batch_line *line);
MUST_USE bool batch_results_sync(struct batch_results *results, struct error *err);
const char *batch_verdict_name(enum batch_verdict verdict); /* "accepted"; "-" for none */
/* BATCH_NONE for any other word. */
enum batch_verdict batch_verdict_by_name(const char *name);

#endif
