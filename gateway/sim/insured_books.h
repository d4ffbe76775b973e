/* insured_books.h - what the insured core knows of one stay. */
#ifndef SIM_INSURED_BOOKS_H
#define SIM_INSURED_BOOKS_H

#include "core/flow_types.h"
#include "sim/paper.h"
#include "sim/stay_script.h"

/* A charge line. */
struct book_line {
    const char *number;
    struct stay_sums sums;
    bool in_force;
    struct book_line *next;
};

/* Who pays. */
struct book_split {
    int64_t total;
    int64_t deductible;
    int64_t fund;
    int64_t cash;
};

struct book_stay {
    const char *name; /* institution/number */
    const char *number;
    bool injury;
    bool registered;
    bool discharged;
    bool settled;
    uint32_t registrations;
    uint32_t settlements;
    struct book_line *lines;
    uint32_t line_count; /* in force */
    struct stay_sums sums;
    struct book_split split; /* of the newest settlement or trial */
    bool found;              /* what was to be reversed stood here */
    uint32_t asked[ACTIONS];
    struct book_stay *next;
};

/* Books what was asked. NULL: done; else the code of a rejection, and nothing was booked. */
const char *book_question(struct book_stay *stay, unsigned action, const struct record *asked,
                          const struct insured_script *script, struct arena *arena);
/* What there is to say of it, behind reference and result. */
void book_say(const struct book_stay *stay, unsigned action, const struct record *asked,
              struct paper *paper);
/* `fen` more or less from the person, and with `moved` as much less or more from the fund. */
void book_falsify(struct book_split *split, int64_t fen, bool moved);

#endif
