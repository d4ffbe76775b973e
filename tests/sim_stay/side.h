/* side.h - what the files of one gateway share. */
#ifndef SIM_STAY_SIDE_H
#define SIM_STAY_SIDE_H

#include "stays.h"

/* Who waits for what becomes of a work. */
struct origin {
    bool letter;
    uint64_t flight;
    unsigned stay;
    unsigned number; /* of a submission */
    enum mishap mishap;
    unsigned action;
};

struct engine_given side_given(struct side *side);
MUST_USE bool side_read_body(struct side *side, const struct entry_body *place,
                             struct arena *arena, struct text *bytes);

#endif
