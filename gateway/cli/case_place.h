/*
 * case_place.h - where a pension will be claimed (待遇领取地), as a case was told: the codes
 * PEN-PL-... among the warnings of the newest entry that has any. Advice; the agency decides.
 */
#ifndef CLI_CASE_PLACE_H
#define CLI_CASE_PLACE_H

#include <jansson.h>

#include "cli/cli.h"
#include "core/flow.h"
#include "core/pension_place.h"

struct case_place {
    uint64_t seq; /* of the entry; 0: nothing was told */
    size_t count;
    struct {
        enum place_reason reason;
        uint32_t province; /* of which it speaks, 520000; 0: of none */
    } reasons[FLOW_WARNINGS_MAX];
    bool elsewhere; /* PEN-R04: not the agency of the employees */
};

/* A warning of an entry, in the journal's order. false: it is no reason of a place. */
bool case_place_note(struct case_place *place, uint64_t seq, const char *code, unsigned row);
void case_place_print(const struct cli *cli, const struct case_place *place,
                      size_t label_columns);
/* "claim_place" of the object: null, or its province, whether that is another agency's, and the
 * reasons. */
void case_place_json(json_t *object, const struct case_place *place);

#endif
