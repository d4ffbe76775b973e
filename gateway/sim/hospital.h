/*
 * hospital.h - the core of a hospital: drives stays through the steps of its script, some of
 * them at once, and says in the log what each question was answered, and after how long.
 *
 * Told that an outcome is in doubt, it asks the same again under the same key; told so again
 * and again, it asks what became of it, and asks anew, under another key, only what is known
 * not to stand. Its caller carries documents and brings each under its key until the gateway
 * has answered. One thread at a time.
 */
#ifndef SIM_HOSPITAL_H
#define SIM_HOSPITAL_H

#include "sim/stay_script.h"
#include "wire/adapter.h"

struct hospital;
struct hospital_stay;

/* What a hospital needs of its caller. */
struct hospital_given {
    void *self;
    /* Brings a question until it is answered, for the first time after delay_ms. The key is the
     * caller's to make of `name`, which is unique. false: the stay is given up. */
    bool (*ask)(void *self, struct hospital_stay *stay, unsigned action, const char *name,
                struct record *body, uint32_t delay_ms);
    /* The last question of this stay once more: same bytes, same key. */
    void (*ask_again)(void *self, struct hospital_stay *stay, uint32_t delay_ms);
    int64_t (*monotonic_ms)(void);
    struct instant (*now)(void);
};

struct hospital_counts {
    uint32_t open;   /* begun and not ended */
    uint32_t ended;  /* of these: through all steps */
    uint32_t failed; /* rejected, refused or given up */
};

/* NULL: no memory. `script` and `arena` are borrowed. */
struct hospital *hospital_new(const struct stay_script *script,
                              const struct hospital_given *given, struct arena *arena);
void hospital_free(struct hospital *hospital); /* takes NULL */
/* Begins the stays of this name, or lets those of them that wait go on; with NULL begins those
 * that begin by themselves. false: there are none. */
bool hospital_begin(struct hospital *hospital, const char *name);
/* The last question of `stay` has this answer: of its own kind, or the dialect's `answer`.
 * `tries`: how often it was brought. */
void hospital_heard(struct hospital *hospital, struct hospital_stay *stay,
                    const struct adapter_message *answer, unsigned tries);
/* How many connections it may need. */
unsigned hospital_width(const struct hospital *hospital);
uint32_t hospital_pause_ms(const struct hospital_stay *stay);
void hospital_count(const struct hospital *hospital, struct hospital_counts *counts);

#endif
