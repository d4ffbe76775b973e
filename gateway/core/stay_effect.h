/*
 * stay_effect.h - what the files share that let a step take effect on its stay.
 */
#ifndef CORE_STAY_EFFECT_H
#define CORE_STAY_EFFECT_H

#include "core/settlement_stay.h"

/* What every effect works on. */
struct effect {
    const struct flow_situation *situation;
    const struct flow_event *event;
    const struct flow_step *step;
    const struct flow_facts *facts;
    const struct stay_facts *said;
    struct flow_decision *decision;
    struct flow_case *after;
    struct stay *stay;
    bool treating;
};

/* Starts an exact clock by its rule. */
void stay_start(struct effect *effect, unsigned kind, const char *id, int64_t otherwise);

/* stay_books.c: what documents bring, into the stay and the books. */
void stay_take_question(struct effect *effect);
void stay_take_answer(struct effect *effect);
void stay_take_reversal(struct effect *effect);
void stay_remember_reversed(struct stay *stay, const struct uuid *id);
/* INSURED: the core did it although it is to be reversed. */
void stay_note_done_late(struct effect *effect);
/* The batch was not taken over there: it is as if it had never come. */
void stay_drop_batch(struct effect *effect);
/* It is known now whether the lines that are held were cancelled over there. */
void stay_end_hold(struct effect *effect, bool cancelled);

#endif
