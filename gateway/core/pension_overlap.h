/*
 * pension_overlap.h - months that were paid twice (重复缴费), whose they become, and what goes
 * back to the person.
 *
 * Transfer first, clear afterwards (先转后清), and IN does it: 人社部发〔2010〕70号 art. 10.
 *   - Employees twice: the agency agrees with the person which relation stays; of the others
 * the account's amount of those months goes back to the person and the months do not count
 *     (人社部发〔2009〕187号). The pooled part goes to nobody.
 *   - Employees and residents: the employees' months stay. Of the residents' the personal
 *     contribution and the collective subsidy go back, by months, a twelfth of the year each;
 *     the government's subsidy does not (人社部发〔2014〕17号).
 * What those leave open is a rule (docs/rules.md 13): PEN-OVERLAP-KEEP, PEN-OVERLAP-INTEREST,
 * PEN-OVERLAP-RESIDENT. Amounts are computed for each period, half a fen upward (PEN-C23).
 *
 * Advice: the officer and the person decide. Pure; needs no memory of its own.
 */
#ifndef CORE_PENSION_OVERLAP_H
#define CORE_PENSION_OVERLAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/pension_periods.h"

enum { OVERLAP_STRETCHES_MAX = 128 };

/* What an overlap is, and what an officer should look at; a bit each in `notes`. */
enum overlap_note {
    OVERLAP_PLACES,    /* employees in two places: agree which stays */
    OVERLAP_SCHEMES,   /* employees and residents: employees stay */
    OVERLAP_RESIDENTS, /* residents in two places: no text says what then */
    OVERLAP_SAME,      /* one place and one scheme: the list is wrong (PEN-C08) */
    OVERLAP_GAPS,      /* of a period with fewer months paid than it has: which, nobody knows */
    OVERLAP_ACCOUNT,   /* more would go back to the person than the residents' account holds */
    OVERLAP_INTEREST,  /* interest goes back, too, and is not known: the agency adds it */
    OVERLAP_CUT,       /* more stretches than OVERLAP_STRETCHES_MAX; the sums are complete */
    OVERLAP_NOTES
};

/* "PEN-OV-PLACES" and its meaning; never NULL. */
const char *overlap_code(enum overlap_note note);
struct name overlap_text(enum overlap_note note);

struct overlap_question {
    const struct rules *rules;
    struct day today;
    const struct pension_period *periods;
    size_t count;
    uint32_t in_region;            /* the place that clears; 0: none of them */
    uint32_t agreed_region;        /* whose months stay, as agreed; 0: nothing is agreed */
    struct money resident_account; /* all that the residents' account holds; 0: not known */
};

/* What becomes of one period, at its index in the question. */
struct overlap_share {
    int32_t cleared;  /* months that do not count */
    int32_t refunded; /* of them, those whose amount goes back to the person */
    int32_t counted;  /* months that do */
    struct money refund;
};

/* Months in a row that two periods share. */
struct overlap_stretch {
    enum overlap_note note;
    struct month from;
    struct month to;
    uint16_t kept; /* index of the period whose months stay */
    uint16_t cleared;
};

struct overlap {
    enum pension_input input; /* unless INPUT_GOOD nothing below and no share says anything */
    size_t wrong;             /* the period that is wrong, from 1; 0: none by itself */
    uint32_t notes;           /* 1 << enum overlap_note */
    int32_t employee_months;  /* that count after clearing */
    int32_t resident_months;
    struct money employee_refund; /* to the person */
    struct money resident_refund;
    size_t stretch_count;
    struct overlap_stretch stretches[OVERLAP_STRETCHES_MAX]; /* by month */
};

/* `shares` has question->count places; where the sums leave the bounds of money they are zeros.
 * The work grows with months times periods: 10 ms for the longest list over a hundred years. */
void overlap_find(const struct overlap_question *question, struct overlap_share *shares,
                  struct overlap *overlap);

bool overlap_has(const struct overlap *overlap, enum overlap_note note);

/* Takes the cleared months out of the periods, so that pension_place counts what is left. */
void overlap_clear(struct pension_period *periods, const struct overlap_share *shares,
                   size_t count);

#endif
