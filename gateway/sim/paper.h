/* paper.h - a national document under construction by a simulated core. */
#ifndef SIM_PAPER_H
#define SIM_PAPER_H

#include "base/arena.h"
#include "base/instant.h"
#include "base/money.h"
#include "core/record.h"

/* `full` once the arena could not hold it: then the document must not be used. */
struct paper {
    struct arena *arena;
    struct record *root;
    bool full;
};

struct paper paper_new(struct arena *arena, unsigned action);
/* NULL only if full; every function below takes a NULL parent then. */
struct record *paper_group(struct paper *paper, struct record *parent, const char *name);
void paper_text(struct paper *paper, struct record *parent, const char *name,
                struct text value); /* copied */
void paper_word(struct paper *paper, struct record *parent, const char *name,
                const char *value); /* copied */
void paper_number(struct paper *paper, struct record *parent, const char *name, uint64_t value);
void paper_money(struct paper *paper, struct record *parent, const char *name, int64_t fen);
/* The node at `path` of another document with all below it, if it is there. */
void paper_copy(struct paper *paper, struct record *parent, const struct record *from,
                const char *path);

#endif
