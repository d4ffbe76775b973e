/*
 * insured.h - the core of the insured place: answers what its gateway asks, from books of its
 * own, and goes wrong where its script says so.
 *
 * The same question, known by its key, gets the same answer. Books and answers are in the given
 * arena, for as long as it lives; a core that starts anew knows what it was told to keep. One
 * thread at a time.
 */
#ifndef SIM_INSURED_H
#define SIM_INSURED_H

#include "sim/insured_books.h"
#include "sim/stay_script.h"
#include "wire/adapter.h"

struct insured;

struct insured_answer {
    struct adapter_message message; /* to be written FROM_CORE; body NULL: nothing to say */
    uint32_t delay_ms;
    bool lost; /* booked, and not told */
    bool repeated;
};

/* NULL: no memory. `script` and `arena` are borrowed. `handles`: it names its calls. */
struct insured *insured_new(const struct insured_script *script, bool handles,
                            struct arena *arena);
void insured_free(struct insured *insured); /* takes NULL */
/* Its questions stand in this file from now on, and are booked again if they stand there
 * already (sim/insured_journal.h). Once, before the first question. */
MUST_USE bool insured_keep(struct insured *insured, const char *path, struct error *err);
/* Does it answer this action? Everything else is only told to it. */
bool insured_answers(unsigned action);
/* `asked` may be gone afterwards. ERROR_MEMORY; ERROR_SCHEMA: it names no stay. */
MUST_USE bool insured_take(struct insured *insured, const struct adapter_message *asked,
                           struct insured_answer *answer, struct error *err);
/* Every stay that it knows, the newest first. */
void insured_each(const struct insured *insured,
                  void (*visit)(void *self, const struct book_stay *stay), void *self);

#endif
