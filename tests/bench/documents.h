/*
 * documents.h - many different national documents made from one of tests/demo/cases.
 *
 * Document `index` of any kind belongs to the same invented person and trace number, so an
 * application and a letter with one index are one case.
 */
#ifndef BENCH_DOCUMENTS_H
#define BENCH_DOCUMENTS_H

#include "core/record.h"

/* The record of a file below tests/demo/cases, with trace and person of `index`. In the arena.
 */
struct record *document_of(struct arena *arena, const char *file, unsigned index);

#endif
