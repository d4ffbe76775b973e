/* hospital_papers.h - a stay as its hospital knows it, and what it writes about it. */
#ifndef SIM_HOSPITAL_PAPERS_H
#define SIM_HOSPITAL_PAPERS_H

#include "base/identity.h"
#include "core/flow_types.h"
#include "sim/paper.h"
#include "sim/stay_script.h"

enum { STAY_KEY_SIZE = 41, STAY_FIELD_SIZE = 41, STAY_OWN_KEY_SIZE = 65 };

struct hospital_stay {
    const struct stay_group *group;
    uint32_t person; /* counted over all groups: nobody lies in two beds */
    char number[STAY_NAME_SIZE];
    size_t errand; /* its caller's: the last question */
    size_t step;
    uint32_t batch; /* of the step lines: those that were taken */
    int64_t begun_ms;
    int64_t step_ms;  /* when the step began */
    int64_t asked_ms; /* when the question was asked */
    /* what was asked last */
    uint16_t question;                 /* of the step */
    uint16_t about;                    /* the last that books: what a query or reversal means */
    char about_key[STAY_OWN_KEY_SIZE]; /* under which it was asked; its caller's to fill */
    uint16_t instead; /* on the way instead of `question`: a query about it, its reversal */
    bool again;       /* it was answered before */
    bool waits;       /* asks nothing until it is begun once more */
    uint32_t asked;   /* questions so far: each has its own key */
    unsigned doubts;  /* how often it was told "unknown" */
    unsigned rounds;  /* how often something was asked anew within the step */
    struct text said; /* the last answer, encoded */
    /* what it knows */
    uint32_t batches; /* of lines, of the whole stay: each has its own number */
    struct stay_sums sums;
    char visit_number[STAY_FIELD_SIZE];
    char settlement_number[STAY_FIELD_SIZE];
    char handle[STAY_FIELD_SIZE];
    char handle_check[STAY_FIELD_SIZE];
};

/* The document of a question. NULL: no memory. */
struct record *hospital_paper(const struct hospital_stay *stay, unsigned action,
                              struct day today, struct arena *arena);
/* The batch of lines that is due was taken. */
void hospital_add_batch(struct hospital_stay *stay);
/* An invented person: of region 529900, born in 1970 or later. */
void hospital_person(uint32_t person, char number[CITIZEN_NUMBER_SIZE]);

#endif
